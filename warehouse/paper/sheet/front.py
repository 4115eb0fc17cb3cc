"""The front of the sheet: what is known of the unit, its lines, the best and the worst of them, what is open."""

from collections.abc import Sequence

from warehouse.paper.facts import Facts, Row
from warehouse.paper.sheet.model import Line, SheetFacts, Strip
from warehouse.paper.tables import value_cell
from warehouse.paper.text import unit_briefing
from warehouse.read import Release
from warehouse.read.month import bulletin
from warehouse.read.place import areas
from warehouse.wording import bulletin as words
from warehouse.wording.grammar.numbers import percent, plain, points, rank_text
from warehouse.wording.months import FLOW, YEAR_TO_DATE, difference_text, is_share, unranked_zh
from warehouse.wording.overview_months import is_small_task, small_pace_zh, small_task_zh
from warehouse.wording.targets import deadline_zh, outlook_word

MOST_MATTERS = 4
TIMINGS_ZH = {FLOW: "当月", YEAR_TO_DATE: "累计"}


def known(release: Release, shared: SheetFacts, unit: Row) -> tuple[str, ...]:
    """Population and places of the unit, each with its year; what is not known is said."""
    census = areas.profiles(release, area_ids=(unit["area_id"], shared.facts.city["area_id"])).frame.to_dicts()
    own = next((row for row in census if row["area_id"] == unit["area_id"]), None)
    if own is None or own["aged_60_plus"] is None:
        told = ["60岁及以上人口：普查未单列"]
    else:
        city = next((row for row in census if row["area_id"] == shared.facts.city["area_id"]), None)
        share = f"，占{percent(own['ageing_rate'])}" if own["ageing_rate"] is not None else ""
        beside = f"（全市{percent(city['ageing_rate'])}）" if share and city and city["ageing_rate"] is not None else ""
        eighty = f"；80岁及以上{plain(own['aged_80_plus'])}人" if own["aged_80_plus"] is not None else ""
        told = [
            f"60岁及以上{plain(own['aged_60_plus'])}人{share}{beside}{eighty}（{own['as_of_on'].year}年普查，常住）"
        ]
    counts = {
        row["division_code"]: row for row in bulletin.division_counts(release, area_id=unit["area_id"]).frame.to_dicts()
    }
    places = [
        f"{name}{plain(counts[code]['division_count'])}个"
        for code, name in (
            ("township_level", "乡镇（街道）"),
            ("villagers_committee", "村委会"),
            ("residents_committee", "居委会"),
        )
        if code in counts
    ]
    year = f"（{next(iter(counts.values()))['year']}年）" if places else ""
    return (*told, "　".join(places) + year if places else "乡镇、村数：区划代码未单列")


def line_of(shared: SheetFacts, unit: Row, code: str, own_months: tuple[float | None, ...]) -> Line:
    facts = shared.facts
    indicator = facts.indicators[code]
    cell = next(cell for cell in facts.of(unit["area_id"]) if cell["indicator_code"] == code)
    row = facts.row(cell)
    placed = row if row is not None and row["rank"] is not None else None
    target, target_note = _target(shared, indicator, cell)
    is_task = cell["against_code"] == "pace"
    value = cell["completion"] if is_task and not is_small_task(cell) else cell["value"]
    if is_task and not is_small_task(cell):
        text = percent(cell["completion"])
    elif is_task:
        text = f"{plain(cell['value'])}/{plain(cell['target_value'])}"
    else:
        text = value_cell(cell, indicator).text
    where = TIMINGS_ZH.get(indicator["timing_code"], "月末")
    if placed is not None:
        left_out = _left_out(facts, code, unit)
        where += f" {rank_text(placed['rank'], placed['ranked_count'], left_out, tied_count=placed['tied_count'])}"
    return Line(
        indicator_code=code,
        name_zh=f"{words.noun_zh(indicator)}完成率" if is_task and not is_small_task(cell) else indicator["label_zh"],
        note_zh=where,
        value_text=text,
        value=value,
        # In the dot stands only a place that is this unit's alone: of six level ones the worst is not the first.
        place=placed["rank"] if placed is not None and _is_alone(placed) else None,
        strip=_strip(facts, unit, indicator, is_task=is_task and not is_small_task(cell)),
        gap_text=_gap(cell, indicator),
        tone={"behind": "watch", "ahead": "good", "level": "flat"}.get(cell["standing_code"], ""),
        own_months=own_months,
        city_months=shared.city_months[code] if indicator["kind_code"] == "ratio" else (),
        # A running total starts anew each January: the line is broken there, it did not fall.
        breaks=tuple(place for place, month in enumerate(shared.months) if month.month == 1)
        if indicator["timing_code"] == YEAR_TO_DATE
        else (),
        target_zh=target,
        target_note_zh=target_note,
    )


def _is_alone(row: Row) -> bool:
    return row["tied_count"] == 1 < row["ranked_count"]


def _left_out(facts: Facts, code: str, unit: Row) -> dict[str, int]:
    group = (cell for cell in facts.by(code) if cell["kind_code"] == unit["kind_code"])
    return unranked_zh({**cell, "rank": (facts.row(cell) or {}).get("rank")} for cell in group)


def _gap(cell: Row, indicator: Row) -> str:
    """How far from what it is held against, with sign: "+7.9", "−5.7张/千人"; empty without."""
    if cell["gap"] is None:
        return ""
    if is_small_task(cell):
        return small_task_zh(cell)
    is_pace = cell["against_code"] == "pace"
    text = points(cell["gap"]) if is_pace or is_share(indicator) else difference_text(cell["gap"], indicator)
    sign = "−" if cell["gap"] < 0 else "+" if cell["gap"] else ""
    return f"{sign}{text.removesuffix('个百分点').removesuffix(indicator['unit_zh'])}"


def _strip(facts: Facts, unit: Row, indicator: Row, *, is_task: bool) -> Strip:
    """Positions on the line from the worst to the best value of the group and the city."""

    def shown(cell: Row) -> float | None:
        if is_task:
            return None if cell["completion"] is None or is_small_task(cell) else cell["completion"]
        return cell["value"] if indicator["kind_code"] == "ratio" else None

    code = indicator["indicator_code"]
    group = [cell for cell in facts.by(code) if cell["kind_code"] == unit["kind_code"]]
    own = next((shown(cell) for cell in group if cell["area_id"] == unit["area_id"]), None)
    others = [value for cell in group if cell["area_id"] != unit["area_id"] and (value := shown(cell)) is not None]
    city = next((shown(cell) for cell in facts.by(code, level="city")), None)
    known = [value for value in (own, city, *others) if value is not None]
    if not known:
        return Strip(own=None, others=(), city=None)
    low, high = min(known), max(known)
    is_turned = indicator["polarity_code"] == "lower_is_better"

    def at(value: float | None) -> float | None:
        if value is None:
            return None
        part = 0.5 if high == low else (value - low) / (high - low)
        return 1 - part if is_turned else part

    return Strip(own=at(own), others=tuple(at(value) for value in others), city=at(city))


def _target(shared: SheetFacts, indicator: Row, cell: Row) -> tuple[str, str]:
    """The target of a line and how it came out, as the release says."""
    if cell["against_code"] == "pace":
        speed = shared.facts.speeds.get(cell["task_row_key"]) or {}
        goal = f"本单位任务{plain(cell['target_value'])}{indicator['unit_zh']}"
        remaining = speed.get("remaining")
        return goal, "" if remaining is None else f"还差{plain(remaining)}" if remaining else "已完成"
    if indicator["kind_code"] != "ratio":
        # The city may well have a target; no part of it is this unit's.
        return "没有分解到本单位的任务", ""
    target = shared.targets.get(indicator["indicator_code"])
    if target is None:
        return "没有数字目标", ""
    return f"目标{target['text_zh']}，{deadline_zh(target)}", f"全市{outlook_word(target)}"


def heads(facts: Facts, unit: Row, lines: Sequence[Line]) -> tuple[tuple[str, str, str], ...]:
    """The best and the worst line of the sheet as a sentence each: tone, claim, what stands below it."""

    of = {cell["indicator_code"]: cell for cell in facts.of(unit["area_id"])}

    def weight(line: Line) -> float:
        cell = of[line.indicator_code]
        base = 1.0 if cell["against_code"] == "pace" else abs(cell["city_value"] or 1.0)
        return abs(cell["gap"]) / base

    made = []
    for tone, word in (("good", "领先"), ("watch", "落后")):
        every = sorted((line for line in lines if line.tone == tone and line.gap_text), key=lambda line: -weight(line))
        if not every:
            judged = sum(bool(line.tone) for line in lines)
            none = f"可以判断快慢的{judged}项，与序时进度、全市水平相比没有一项{word}。"
            made.append(("flat", f"没有{word}的指标", none if judged else "没有可以判断快慢的数。"))
            continue
        # A task too small for a percentage is told where nothing else is, by its word.
        line = next((line for line in every if not is_small_task(of[line.indicator_code])), every[0])
        cell = of[line.indicator_code]
        if is_small_task(cell):
            said = f"{line.name_zh}{line.value_text}，{small_task_zh(cell)}，{small_pace_zh(cell)}"
            made.append(
                (tone, said, "；".join(part for part in (line.note_zh, line.target_zh, line.target_note_zh) if part))
            )
            continue
        against = (
            "序时进度"
            if cell["against_code"] == "pace"
            else "全市"
            if cell["against_code"] == "city"
            else "已报单位合计"
        )
        is_up = cell["gap"] > 0
        verb = ("快于" if is_up else "滞后") if cell["against_code"] == "pace" else ("高于" if is_up else "低于")
        indicator = facts.indicators[line.indicator_code]
        apart = points(cell["gap"]) if cell["against_code"] == "pace" else difference_text(cell["gap"], indicator)
        below = "；".join(part for part in (line.note_zh, line.target_zh, line.target_note_zh) if part)
        made.append((tone, f"{line.name_zh}{line.value_text}，{verb}{against}{apart}", below))
    return tuple(made)


def matters(key: Facts, area_id: str) -> list[tuple[str, str]]:
    """What is open, as the unit's text tells it: title and sentence."""
    text = unit_briefing(key, area_id, sections=("problems",))
    found = []
    for paragraph in text.paragraphs():
        title = paragraph.lead_zh.partition("）")[2].rstrip("。") or "本月"
        found.append((title, "".join(one.text for one in paragraph.sentences)))
    return found[:MOST_MATTERS]
