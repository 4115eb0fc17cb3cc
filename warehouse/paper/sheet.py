"""One unit on one sheet of paper: front its position and trend, back the plan and its townships.

Positions of marks are computed here from the same rows the pages draw (`overview.matrix`, `profile.standing`,
`profile.histories`), so that a test can hold both together; the template only places them.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from warehouse.errors import PaperError
from warehouse.month import add_months
from warehouse.paper.facts import Facts, Row, gather, names_of
from warehouse.paper.model import Stamp
from warehouse.paper.tables import rank_cell, value_cell
from warehouse.paper.text import unit_briefing
from warehouse.read import Release, areas, bulletin, profile, targets
from warehouse.wording import bulletin as words
from warehouse.wording.alike import ZONE
from warehouse.wording.dates import month_zh
from warehouse.wording.months import (
    FLOW,
    LEFT_OUT_ZH,
    MONTH,
    YEAR_TO_DATE,
    difference_text,
    is_share,
    key_of,
    value_text,
)
from warehouse.wording.numbers import mark, percent, plain, points, rank_text
from warehouse.wording.overview_months import is_small_task, small_task_zh
from warehouse.wording.targets import deadline_zh, outlook_word
from warehouse.wording.targets import tone as tone_of

MONTHS_DRAWN = 13
MOST_MATTERS = 4
GROUPS_ZH = {"administrative": "县（区）", ZONE: "功能区"}
TIMINGS_ZH = {FLOW: "当月", YEAR_TO_DATE: "累计"}
# The band of the plan's drawing: from 80 to 120 percent of each target.
PLAN_LOW, PLAN_HIGH = 0.8, 1.2
TOWNSHIP_AMOUNT = "allowance_recipient_count"
DOTS = ("village_home",)
BOXES = ("regional_centre", "township_home")


@dataclass(frozen=True, kw_only=True)
class Strip:
    """Where units of a group lie on one line, each position from 0 (worst shown) to 1 (best): better is right."""

    own: float | None
    others: tuple[float, ...]
    city: float | None


@dataclass(frozen=True, kw_only=True)
class Line:
    """One indicator on the front."""

    indicator_code: str
    name_zh: str
    note_zh: str
    value_text: str
    value: float | None
    rank: int | None
    strip: Strip
    gap_text: str
    tone: str
    own_months: tuple[float | None, ...]
    city_months: tuple[float | None, ...]
    breaks: tuple[int, ...]
    target_zh: str
    target_note_zh: str


@dataclass(frozen=True, kw_only=True)
class PlanRow:
    """One planned rate on the back: the unit's and the city's value as parts of the target."""

    name_zh: str
    binding_zh: str
    target_text: str
    own_text: str
    city_text: str
    own_part: float | None
    city_part: float | None
    outcome_zh: str
    tone: str


@dataclass(frozen=True, kw_only=True)
class Township:
    """One township on the back."""

    name_zh: str
    built: float | None
    base: float | None
    bar_text: str
    rate_text: str
    boxes: tuple[str, ...]
    amount_text: str


@dataclass(frozen=True, kw_only=True)
class UnitSheet:
    """The whole sheet, ready for `sheet.typ`."""

    unit_zh: str
    group_zh: str
    month: date
    facts_zh: tuple[str, ...]
    heads: tuple[tuple[str, str, str], ...]
    claim_zh: str
    lines: tuple[Line, ...]
    legend_zh: str
    matters: tuple[tuple[str, str], ...]
    plan: tuple[PlanRow, ...]
    plan_note_zh: str
    township_claim_zh: str
    townships: tuple[Township, ...]
    township_note_zh: str
    tiles: tuple[tuple[int, int, str, str], ...]
    stamp: Stamp

    def data(self) -> dict[str, Any]:
        """As plain data, for the template."""
        told = asdict(self)
        told["month"] = month_zh(self.month)
        told["foot"], told["states"], told["is_demo"] = (
            self.stamp.line_zh,
            list(self.stamp.states_zh),
            self.stamp.is_demo,
        )
        return told


@dataclass(frozen=True, kw_only=True)
class SheetFacts:
    """What the sheets of all units of a city and month share, read once. `key` are the facts of the text."""

    facts: Facts
    key: Facts
    months: tuple[date, ...]
    city_months: Mapping[str, tuple[float | None, ...]]
    targets: Mapping[str, Row]


def sheet_facts(release: Release, *, city_area_id: str, month: date | None) -> SheetFacts:
    """The facts of a city's sheets. Raises PaperError as `gather` does."""
    key = gather(release, city_area_id=city_area_id, month=month)
    known = {code for code in bulletin.SHEET_INDICATORS if code in key.indicators}
    codes = tuple(code for code in bulletin.SHEET_INDICATORS if code in known)
    facts = gather(release, city_area_id=city_area_id, month=key.month, codes=codes)
    drawn = tuple(add_months(facts.month, -back) for back in range(MONTHS_DRAWN - 1, -1, -1))
    rows = _goals(release, city_area_id, city_area_id, facts)
    return SheetFacts(
        facts=facts,
        key=key,
        months=drawn,
        city_months=_months(release, city_area_id, drawn, codes),
        targets=rows,
    )


def _goals(release: Release, city_area_id: str, area_id: str, facts: Facts) -> dict[str, Row]:
    """The city's targets on rates as they were judged for the city or one of its units, by indicator."""
    scope = {"city_area_id": city_area_id, "area_id": area_id, "month": facts.month, "indicator_codes": facts.codes}
    return {row["indicator_code"]: row for row in targets.of_rates(release, **scope).frame.to_dicts()}


def _months(
    release: Release, area_id: str, drawn: Sequence[date], codes: tuple[str, ...]
) -> dict[str, tuple[float | None, ...]]:
    scope = {"unit_area_id": area_id, "first_month": drawn[0], "last_month": drawn[-1], "indicator_codes": codes}
    found = {
        (row["indicator_code"], row["month"]): row["value"]
        for row in profile.histories(release, **scope).frame.to_dicts()
    }
    return {code: tuple(found.get((code, month)) for month in drawn) for code in codes}


def unit_sheet(release: Release, shared: SheetFacts, area_id: str) -> UnitSheet:
    """The sheet of one unit.

    Raises:
        PaperError: the city has no such unit.
    """
    facts = shared.facts
    unit = next((unit for unit in facts.units if unit["area_id"] == area_id), None)
    if unit is None:
        raise PaperError(f"{facts.city['name_zh']}没有单位“{area_id}”。可选：{names_of(facts.units)}")
    own_months = _months(release, area_id, shared.months, facts.codes)
    lines = tuple(_line(shared, unit, code, own_months[code]) for code in facts.codes)
    townships, claim, note = _townships(release, facts, unit)
    plan = tuple(_plan(shared, _goals(release, facts.city["area_id"], area_id, facts)))
    judged = [line.tone for line in lines if line.tone]
    return UnitSheet(
        unit_zh=unit["name_zh"],
        group_zh=GROUPS_ZH.get(unit["kind_code"], ""),
        month=facts.month,
        facts_zh=_known(release, shared, unit),
        heads=_heads(facts, unit, lines),
        claim_zh=(
            f"{len(lines)}项指标：{judged.count('good')}项领先，{judged.count('watch')}项落后，{judged.count('flat')}项相当"
            + (f"，{len(lines) - len(judged)}项不判断" if len(judged) < len(lines) else "")
        ),
        lines=lines,
        legend_zh=f"有任务的与序时进度比，其余与全市比；{facts.rule_zh}。位次只在{GROUPS_ZH.get(unit['kind_code'], '本组')}内排。",
        matters=tuple(_matters(shared.key, area_id)),
        plan=plan,
        plan_note_zh="目标是全市的，本单位值仅供对照；结论是对全市的，按期限时的值判定。"
        if plan
        else "本市没有可对照的规划比率目标。",
        township_claim_zh=claim,
        townships=townships,
        township_note_zh=note,
        tiles=tuple(
            (
                one["tile_row"],
                one["tile_col"],
                "own" if one["area_id"] == area_id else one["kind_code"],
                one["short_name_zh"],
            )
            for one in facts.units
            if one["tile_row"] is not None and one["tile_col"] is not None
        ),
        stamp=facts.stamp(),
    )


# ── front ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _known(release: Release, shared: SheetFacts, unit: Row) -> tuple[str, ...]:
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


def _line(shared: SheetFacts, unit: Row, code: str, own_months: tuple[float | None, ...]) -> Line:
    facts = shared.facts
    indicator = facts.indicators[code]
    cell = next(cell for cell in facts.of(unit["area_id"]) if cell["indicator_code"] == code)
    rank = rank_cell(facts, cell).figure
    row = facts.row(cell)
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
    if rank is not None and row is not None:
        where += f" {rank_text(row['rank'], row['ranked_count'], _left_out(facts, code, unit), tied_count=row['tied_count'])}"
    return Line(
        indicator_code=code,
        name_zh=f"{words.noun_zh(indicator)}完成率" if is_task and not is_small_task(cell) else indicator["label_zh"],
        note_zh=where,
        value_text=text,
        value=value,
        rank=row["rank"] if rank is not None and row is not None else None,
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


def _left_out(facts: Facts, code: str, unit: Row) -> dict[str, int]:
    return dict(
        Counter(
            LEFT_OUT_ZH.get(cell["status_code"], cell["status_code"])
            for cell in facts.by(code)
            if cell["kind_code"] == unit["kind_code"] and cell["value"] is None
        )
    )


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
        left = f"还差{plain(speed['remaining'])}" if speed.get("remaining") else "已完成"
        return goal, left
    target = shared.targets.get(indicator["indicator_code"])
    if target is None or indicator["kind_code"] != "ratio":
        return "没有数字目标", ""
    return f"目标{target['text_zh']}，{deadline_zh(target)}", f"全市{outlook_word(target)}"


def _heads(facts: Facts, unit: Row, lines: Sequence[Line]) -> tuple[tuple[str, str, str], ...]:
    """The best and the worst line of the sheet as a sentence each: tone, claim, what stands below it."""

    of = {cell["indicator_code"]: cell for cell in facts.of(unit["area_id"])}

    def weight(line: Line) -> float:
        cell = of[line.indicator_code]
        base = 1.0 if cell["against_code"] == "pace" else abs(cell["city_value"] or 1.0)
        return abs(cell["gap"]) / base

    made = []
    for tone, word in (("good", "领先"), ("watch", "落后")):
        found = sorted((line for line in lines if line.tone == tone and line.gap_text), key=lambda line: -weight(line))
        found = [line for line in found if not is_small_task(of[line.indicator_code])]
        if not found:
            made.append(("flat", f"没有{word}的指标", "与序时进度、全市水平相比都在规定的相当范围内，或没有可比的数。"))
            continue
        line = found[0]
        cell = next(c for c in facts.of(unit["area_id"]) if c["indicator_code"] == line.indicator_code)
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


def _matters(key: Facts, area_id: str) -> list[tuple[str, str]]:
    """What is open, as the unit's text tells it: title and sentence."""
    text = unit_briefing(key, area_id, sections=("problems",))
    found = []
    for paragraph in text.paragraphs():
        title = paragraph.lead_zh.partition("）")[2].rstrip("。") or "本月"
        found.append((title, "".join(one.text for one in paragraph.sentences)))
    return found[:MOST_MATTERS]


# ── back ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _plan(shared: SheetFacts, held: Mapping[str, Row]) -> list[PlanRow]:
    """The planned rates: unit and city at the figure that judged, and the verdict on the city."""
    made = []
    facts = shared.facts
    for code, target in shared.targets.items():
        indicator = facts.indicators[code]
        if indicator["kind_code"] != "ratio" or not target["target_value"]:
            continue
        own = held.get(code, {}).get("actual")
        made.append(
            PlanRow(
                name_zh=indicator["label_zh"],
                binding_zh=target["binding_label_zh"],
                target_text=f"{target['text_zh']}（{deadline_zh(target)}）",
                own_text=value_text(own, indicator, "reported" if own is not None else "missing"),
                city_text=value_text(
                    target["actual"], indicator, "reported" if target["actual"] is not None else "missing"
                ),
                own_part=_part(own, target["target_value"]),
                city_part=_part(target["actual"], target["target_value"]),
                outcome_zh=outlook_word(target),
                tone=tone_of(target),
            )
        )
    return made


def _part(value: float | None, target: float) -> float | None:
    """Where a value lies in the band around its target, 0 to 1; held at the edge beyond it."""
    if value is None:
        return None
    return min(max((value / target - PLAN_LOW) / (PLAN_HIGH - PLAN_LOW), 0.0), 1.0)


def _townships(release: Release, facts: Facts, unit: Row) -> tuple[tuple[Township, ...], str, str]:
    scope = {"unit_area_id": unit["area_id"], "month": facts.month}
    rows = bulletin.township_blanks(release, **scope).frame.to_dicts()
    amounts = bulletin.township_amounts(release, indicator_code=TOWNSHIP_AMOUNT, **scope).frame.to_dicts()
    by_area = {row["area_id"]: row for row in amounts}
    names = {row["area_id"]: row["area_zh"] for row in rows}
    if not names:
        places = areas.townships(release, unit_area_id=unit["area_id"]).frame.to_dicts()
        names = {row["area_id"]: row["short_name_zh"] for row in places}
    if not names:
        return (), "没有登记乡镇", f"{unit['short_name_zh']}在统计用区划代码里没有单列的乡镇。"
    told = {(row["area_id"], row["network_code"]): row for row in rows}
    order = sorted(names, key=lambda area_id: -((told.get((area_id, DOTS[0])) or {}).get("blank") or 0))
    made = tuple(_township(area_id, names[area_id], told, by_area.get(area_id)) for area_id in order)
    blank = sum(row["blank"] or 0 for row in rows if row["network_code"] == DOTS[0])
    with_blank = sum(1 for row in rows if row["network_code"] == DOTS[0] and row["blank"])
    if not rows:
        return made, f"{len(names)}个乡镇（街道）", "本月报表没有分乡镇的设施数；高龄津贴为当月在享人数。"
    claim = (
        f"{len(names)}个乡镇（街道）：{plain(blank)}个村没有幸福院，分布在{with_blank}个乡镇"
        if blank
        else f"{len(names)}个乡镇（街道）：各村都有幸福院"
    )
    return (
        made,
        claim,
        "条长＝行政村数（2021年），实＝已建，斜线＝空白；■有，□空白，—不适用，缺＝未报，*＝人数少保密。高龄津贴为当月在享人数。",
    )


def _township(area_id: str, name: str, told: Mapping[tuple[str, str], Row], amount: Row | None) -> Township:
    village = told.get((area_id, DOTS[0]))
    built = village["built"] if village else None
    base = village["base"] if village else None
    return Township(
        name_zh=name,
        built=built,
        base=base,
        bar_text=plain(built) if built is not None else mark(village["status_code"] if village else "missing"),
        rate_text=percent(village["rate"]) if village and village["rate"] is not None else mark("not_applicable"),
        boxes=tuple(_box(told.get((area_id, code))) for code in BOXES),
        amount_text=(plain(amount["value"]) if amount["value"] is not None else mark(amount["status_code"]))
        if amount
        else mark("missing"),
    )


def _box(row: Row | None) -> str:
    """`built`, `blank`, or the mark that stands where neither is known."""
    if row is None:
        return mark("missing")
    if row["built"] is None or row["base"] is None:
        return mark(row["status_code"]) if row["status_code"] != "reported" else mark("not_applicable")
    return "blank" if row["blank"] else "built"


def sheet_key(line: Line, unit_area_id: str, month: date) -> str:
    """The receipt of a line's value, by which a test and the list of receipts find it."""
    return f"{MONTH}:{key_of({'area_id': unit_area_id, 'indicator_code': line.indicator_code, 'breakdown_code': 'total', 'month': month})}"
