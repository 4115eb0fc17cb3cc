"""The slides of a month: a city's ten to twelve, or a unit's, and one slide a unit to jump to."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from warehouse.errors import PaperError
from warehouse.month import add_months
from warehouse.paper import tables
from warehouse.paper.deck.cards import TONES, figure_card
from warehouse.paper.deck.model import Bar, Bars, Cards, Deck, Line, Lines, Slide, Texts
from warehouse.paper.facts import Facts, Row, names_of
from warehouse.paper.model import Cell, Column, Table
from warehouse.paper.text import NEXT, PROBLEMS, city_briefing, headline, unit_briefing
from warehouse.read import Release, bulletin, profile
from warehouse.wording import bulletin as words
from warehouse.wording import deck as claims
from warehouse.wording import targets as target_words
from warehouse.wording.alike import ZONE
from warehouse.wording.cited import Cited, Figure, cited
from warehouse.wording.dates import month_zh
from warehouse.wording.months import MONTH, STOCK, YEAR_TO_DATE, difference_text, is_share, key_of, value_text
from warehouse.wording.months import finding as month_finding
from warehouse.wording.numbers import mark, percent, plain, points
from warehouse.wording.overview_months import (
    PROGRESS,
    behind_count,
    by_lag,
    is_small_task,
    judged_count,
    matrix_claim,
    small_task_zh,
)

MOST_SLIDES = 12
MONTHS_DRAWN = 13
# More rows than these would be smaller than can be read from the last row of seats.
MOST_BARS = 12
MOST_ROWS = 12
MOST_COLUMNS = 8
MOST_ASKED = 5
# What a level cell of the table of units shows.
LEVEL_ZH = "●"
GROUPS_ZH = (("administrative", ""), (ZONE, "功能区（单列）"))


def deck_of(release: Release, facts: Facts, *, area_id: str = "", edition_id: str = "") -> Deck:
    """The slides of the facts' month.

    Args:
        area_id: a unit, whose own figures then stand first; the city when empty.
        edition_id: of the signed edition; a draft without.

    Raises:
        PaperError: the city has no such unit.
    """
    unit = next((one for one in facts.units if one["area_id"] == area_id), None)
    if area_id and unit is None and area_id != facts.city["area_id"]:
        raise PaperError(f"{facts.city['name_zh']}没有单位“{area_id}”。可选：{names_of(facts.units)}")
    drawn = tuple(add_months(facts.month, -back) for back in range(MONTHS_DRAWN - 1, -1, -1))
    whose = (facts.city["area_id"], *((unit["area_id"],) if unit else ()))
    past = {one: _past(release, one, drawn, facts.codes) for one in whose}
    networks = bulletin.networks(release, city_area_id=facts.city["area_id"], month=facts.month).frame.to_dicts()
    return assembled(facts, unit, networks, drawn, past, edition_id)


def assembled(
    facts: Facts,
    unit: Row | None,
    networks: Sequence[Row],
    drawn: tuple[date, ...],
    past: dict[str, dict[str, tuple[float | None, ...]]],
    edition_id: str = "",
) -> Deck:
    """The deck of facts and of what was read beside them; asks no release."""
    name = unit["short_name_zh"] if unit else facts.city["name_zh"]
    area_id = unit["area_id"] if unit else facts.city["area_id"]
    fixed = _fixed(facts, unit, networks)
    room = MOST_SLIDES - len(fixed)
    figures = _in_turn(facts, unit, drawn, past)[:room]
    # How targets stand, what is wrong and what is asked next close the talk.
    closing = [one for one in fixed if one.key in ("targets", "problems", "next")]
    slides = [*(one for one in fixed if one not in closing), *figures, *closing]
    sources = _sources(facts)
    return Deck(
        title_zh=f"{name}{month_zh(facts.month)}养老服务工作汇报",
        area_id=area_id,
        area_zh=name,
        month=facts.month,
        slides=tuple(replace(one, sources_zh=sources) for one in slides),
        units=tuple(replace(_unit_slide(facts, one), sources_zh=sources) for one in facts.units),
        stamp=facts.stamp(),
        edition_id=edition_id,
        names_zh=facts.names_zh(),
    )


def _past(
    release: Release, area_id: str, drawn: Sequence[date], codes: tuple[str, ...]
) -> dict[str, tuple[float | None, ...]]:
    scope = {"unit_area_id": area_id, "first_month": drawn[0], "last_month": drawn[-1], "indicator_codes": codes}
    rows = profile.histories(release, **scope).frame.to_dicts()
    found = {(row["indicator_code"], row["month"]): row["value"] for row in rows}
    return {code: tuple(found.get((code, month)) for month in drawn) for code in codes}


def _sources(facts: Facts) -> tuple[str, ...]:
    return tuple(city_briefing(facts, sections=(NEXT,)).sources_zh)


def _fixed(facts: Facts, unit: Row | None, networks: Sequence[Row]) -> list[Slide]:
    """What every deck has: cover, standing of all units, tasks, networks, targets, problems, what is asked next."""
    area_id = unit["area_id"] if unit else None
    made = [_cover(facts, unit)]
    made += [_unit_slide(facts, unit)] if unit else []
    made += [_matrix(facts)]
    made += [_task(facts, code, area_id) for code in facts.task_codes[:2]]
    made += [_networks(facts, networks)] if networks else []
    made += [_targets(facts)] if facts.wholes else []
    made += [_problems(facts, unit), _next(facts, unit)]
    return made


def _in_turn(facts: Facts, unit: Row | None, drawn: tuple[date, ...], past: dict) -> list[Slide]:
    """Rates by unit and the months of them in turn, in the declared order of indicators."""
    made = []
    for code in facts.rate_codes:
        made.append(_rate(facts, code, unit["area_id"] if unit else None))
        if sum(value is not None for value in past[facts.city["area_id"]][code]) > 1:
            made.append(_months(facts, code, unit, drawn, past))
    return made


# ── the first and the last ───────────────────────────────────────────────────────────────────────────────────────────


def _cover(facts: Facts, unit: Row | None) -> Slide:
    own = facts.of(unit["area_id"] if unit else facts.city["area_id"])
    said = headline(facts, unit["area_id"] if unit else None)
    place = unit["short_name_zh"] if unit else facts.city["name_zh"]
    return Slide(
        key="cover",
        claim=_bare(said),
        what_zh=f"{place} · {month_zh(facts.month)} · 主要指标",
        cards=Cards(
            cards=tuple(figure_card(cell, facts.indicators[cell["indicator_code"]]) for cell in own[:MOST_COLUMNS])
        ),
        area_id=unit["area_id"] if unit else "",
    )


def _problems(facts: Facts, unit: Row | None) -> Slide:
    text = unit_briefing(facts, unit["area_id"], sections=(PROBLEMS,)) if unit else city_briefing(facts, sections=(PROBLEMS,))  # fmt: skip
    own = [row for row in facts.reports if unit is None or row["area_id"] == unit["area_id"]]
    paragraphs = tuple(text.paragraphs())
    titles = [one.lead_zh.partition("）")[2].rstrip("。") for one in paragraphs if one.lead_zh]
    return Slide(
        key="problems",
        claim=claims.problems_claim(unit["short_name_zh"] if unit else "全市", titles),
        what_zh=_bare(words.reports(own, facts.month, facts.forms_zh)).text,
        texts=Texts(paragraphs=paragraphs[:MOST_ASKED]),
        area_id=unit["area_id"] if unit else "",
    )


def _next(facts: Facts, unit: Row | None) -> Slide:
    text = unit_briefing(facts, unit["area_id"], sections=(NEXT,)) if unit else city_briefing(facts, sections=(NEXT,))
    asked = tuple(text.paragraphs())
    behind = [cell["area_zh"] for rows in by_lag(_by_unit(facts)) for cell in rows[:1] if behind_count(rows)]
    return Slide(
        key="next",
        claim=claims.doings_claim(len(asked), [unit["short_name_zh"]] if unit else behind),
        what_zh="下一步工作",
        texts=Texts(paragraphs=asked[:MOST_ASKED]),
        area_id=unit["area_id"] if unit else "",
    )


def _bare(said: Cited) -> Cited:
    """A sentence as a title: without its full stop."""
    return replace(said, text=said.text.removesuffix("。"))


# ── all units ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _by_unit(facts: Facts) -> list[list[Row]]:
    return [facts.of(unit["area_id"]) for unit in facts.units]


def _matrix(facts: Facts) -> Slide:
    units = _by_unit(facts)
    columns = [Column(head_zh="")]
    for code in facts.codes[:MOST_COLUMNS]:
        columns.append(Column(head_zh=short_label(facts.indicators[code])))
    columns.append(Column(head_zh="落后项"))
    groups, left = [], 0
    for kind, name in GROUPS_ZH:
        rows = by_lag([cells for cells in units if cells[0]["kind_code"] == kind])
        kept = rows[: MOST_ROWS - sum(len(each) for _, each in groups)]
        left += len(rows) - len(kept)
        if kept:
            groups.append((name, tuple(_matrix_row(facts, cells) for cells in kept)))
    note = "▼落后　▲领先　●相当　—不适用　缺为未报；有任务的与序时进度比，其余与全市比"
    return Slide(
        key="units",
        claim=cited(matrix_claim(units)),
        what_zh="格内为与序时进度或全市之差（百分点，或指标自己的单位）；县区、功能区分开，落后项多的在前",
        table=Table(caption_zh="各单位主要指标", columns=tuple(columns), groups=tuple(groups)),
        note_zh=note + (f"；另有{left}个单位未列，见 Excel" if left else ""),
    )


def short_label(indicator: Row) -> str:
    """The label of a column: without what the table says anyway."""
    label = words.noun_zh(indicator)
    for word in ("养老服务", "特殊困难老年人", "养老机构", "每千名老年人", "性养老服务中心", "农村"):
        label = label.replace(word, "") or label
    return label


def _matrix_row(facts: Facts, cells: Sequence[Row]) -> tuple[Cell, ...]:
    made = [Cell(text=cells[0]["area_zh"])]
    for cell in cells[:MOST_COLUMNS]:
        indicator = facts.indicators[cell["indicator_code"]]
        tone = TONES.get(cell["standing_code"], "")
        if cell["value"] is None:
            made.append(Cell(text=mark(cell["status_code"])))
            continue
        is_pace = cell["against_code"] == "pace"
        key = {"relation": PROGRESS, "row_key": cell["task_row_key"]} if is_pace else {"relation": MONTH, "row_key": key_of(cell)}  # fmt: skip
        if is_small_task(cell):
            text, tone = f"{plain(cell['value'])}/{plain(cell['target_value'])}", ""
        elif cell["standing_code"] is None:
            text = value_text(cell["value"], indicator)
        else:
            text = _signed(cell, indicator)
            key |= {} if is_pace else {"column": "against_city"}
        made.append(Cell(text=text, value=cell["gap"], figure=Figure(wording=text, **key), tone=tone))
    made.append(Cell(text=f"{behind_count(cells)}/{judged_count(cells)}" if judged_count(cells) else mark("missing")))
    return tuple(made)


def _signed(cell: Row, indicator: Row) -> str:
    """A gap as the table prints it: "−35.2", "+7.9", and ● alone for what counts as level."""
    if cell["standing_code"] == "level":
        return LEVEL_ZH
    is_points = cell["against_code"] == "pace" or is_share(indicator)
    text = points(cell["gap"]) if is_points else difference_text(cell["gap"], indicator)
    return ("−" if cell["gap"] < 0 else "+") + text.removesuffix("个百分点").removesuffix(indicator["unit_zh"])


def _task(facts: Facts, code: str, own: str | None) -> Slide:
    indicator = facts.indicators[code]
    city = next(iter(facts.by(code, level="city")), None)
    units = facts.by(code)
    pace = next((cell["pace"] for cell in (*([city] if city else []), *units) if cell["pace"] is not None), None)
    groups = [("", (_task_bar(city, own),))] if city else []
    for kind, name in GROUPS_ZH:
        cells = [cell for cell in units if cell["kind_code"] == kind and cell["against_code"] == "pace"]
        cells.sort(key=lambda cell: (is_small_task(cell), -(cell["completion"] or 0)))
        if cells:
            groups.append((name, tuple(_task_bar(cell, own) for cell in cells)))
    kept, note = _cut(groups)
    small = [cell for cell in units if is_small_task(cell)]
    without = facts.absent(code)
    notes = [
        f"{words.named(small)}{small_task_zh(small[0])}，不算百分比" if small else "",
        f"{'、'.join(without)}未报" if without else "",
        note,
    ]
    subject = next((cell for cell in units if cell["area_id"] == own), None)
    return Slide(
        key=f"task-{code}",
        claim=claims.own_claim(subject, indicator) if subject else claims.task_claim(city, units, indicator),
        what_zh=f"{month_zh(facts.month)}累计{indicator['label_zh']}占年度任务"
        + (f"；竖线为序时进度{percent(pace)}" if pace is not None else ""),
        bars=Bars(
            groups=kept,
            is_share=True,
            goal=pace,
            goal_zh=f"序时{percent(pace)}" if pace is not None else "",
            value_zh="完成率",
            beside_zh=f"完成/任务（{indicator['unit_zh']}）",
        ),
        note_zh="；".join(one for one in notes if one),
        area_id=own or "",
    )


def _task_bar(cell: Row, own: str | None) -> Bar:
    name = words.whole_zh(cell)
    if cell["value"] is None:
        return Bar(name=name, value=None, text=mark(cell["status_code"]), area_id=cell["area_id"])
    if cell["against_code"] != "pace":
        return Bar(name=name, value=None, text="没有任务", area_id=cell["area_id"])
    beside = f"{plain(cell['value'])}/{plain(cell['target_value'])}"
    if is_small_task(cell):
        return Bar(name=name, value=None, text="不判断", beside=beside, area_id=cell["area_id"])
    text = percent(cell["completion"])
    return Bar(
        name=name,
        value=cell["completion"],
        text=text,
        figure=Figure(wording=text, relation=PROGRESS, row_key=cell["task_row_key"]),
        tone=TONES.get(cell["standing_code"], "flat"),
        beside=beside,
        area_id=cell["area_id"],
    )


def _cut(groups: Sequence[tuple[str, tuple[Bar, ...]]]) -> tuple[tuple[tuple[str, tuple[Bar, ...]], ...], str]:
    """At most MOST_BARS bars: those in the middle go, since first and last are what is looked for; says how many."""
    count = sum(len(rows) for _, rows in groups)
    over = count - MOST_BARS
    if over <= 0:
        return tuple(groups), ""
    widest = max(range(len(groups)), key=lambda place: len(groups[place][1]))
    name, rows = groups[widest]
    keep = max(2, len(rows) - over)
    head = rows[: keep // 2]
    kept = [*groups[:widest], (name, (*head, *rows[len(rows) - (keep - len(head)) :])), *groups[widest + 1 :]]
    return tuple(kept), f"另有{len(rows) - keep}个居中的单位未画，见 Excel"


def _rate(facts: Facts, code: str, own: str | None) -> Slide:
    indicator = facts.indicators[code]
    city = next(iter(facts.by(code, level="city")), None)
    units = facts.by(code)
    sign = 1 if indicator["polarity_code"] == "lower_is_better" else -1
    groups = []
    for kind, name in GROUPS_ZH:
        cells = [cell for cell in units if cell["kind_code"] == kind and cell["status_code"] != "not_applicable"]
        cells.sort(key=lambda cell: (cell["value"] is None, sign * (cell["value"] or 0)))
        if cells:
            groups.append((name, tuple(_rate_bar(facts, cell, indicator) for cell in cells)))
    kept, note = _cut(groups)
    value = city["value"] if city and city["value"] is not None else None
    none = [cell["area_zh"] for cell in units if cell["status_code"] == "not_applicable"]
    base = tables.base_zh(facts, code)
    notes = [f"分母：{base}" if base else "", f"{'、'.join(none)}不适用" if none else "", note]
    subject = next((cell for cell in units if cell["area_id"] == own), None)
    return Slide(
        key=f"rate-{code}",
        claim=claims.own_claim(subject, indicator) if subject else claims.rate_claim(city, units, indicator),
        what_zh=f"{_when(facts, indicator)}{indicator['label_zh']}"
        + ("" if is_share(indicator) else f"（{indicator['unit_zh']}）")
        + (f"；竖线为全市{value_text(value, indicator)}" if value is not None else ""),
        bars=Bars(
            groups=kept,
            is_share=is_share(indicator),
            unit_zh="" if is_share(indicator) else indicator["unit_zh"],
            goal=value,
            goal_zh=f"全市{value_text(value, indicator)}" if value is not None else "",
            value_zh=indicator["label_zh"],
            beside_zh="分子/分母",
        ),
        note_zh="；".join(one for one in notes if one),
        area_id=own or "",
    )


def _when(facts: Facts, indicator: Row) -> str:
    return f"{month_zh(facts.month)}{'底' if indicator['timing_code'] == STOCK else ''}"


def _rate_bar(facts: Facts, cell: Row, indicator: Row) -> Bar:
    printed = tables.value_cell(cell, indicator, with_unit=False)
    row = facts.row(cell)
    made_of = row is not None and row["numerator"] is not None and row["denominator"] is not None
    return Bar(
        name=cell["area_zh"],
        value=cell["value"],
        text=printed.text,
        figure=printed.figure,
        tone=TONES.get(cell["standing_code"], "flat"),
        beside=f"{plain(row['numerator'])}/{plain(row['denominator'])}" if made_of else "",
        area_id=cell["area_id"],
    )


def _months(facts: Facts, code: str, unit: Row | None, drawn: tuple[date, ...], past: dict) -> Slide:
    indicator = facts.indicators[code]
    city_id = facts.city["area_id"]
    city = next(iter(facts.by(code, level="city")))
    series = [_line("全市", city_id, code, indicator, drawn, past[city_id][code])]
    if unit:
        series.append(
            _line(unit["short_name_zh"], unit["area_id"], code, indicator, drawn, past[unit["area_id"]][code])
        )
    row = facts.row(city)
    said = (
        month_finding(
            row,
            indicator,
            area_zh="全市",
            verdict_code=row["verdict_code"] or "too_few",
            absent=facts.absent(code),
            signal=row,
        )
        if row is not None and row.get("verdict_code")
        else claims.rate_claim(city, facts.by(code), indicator)
    )
    missing = sum(value is None for value in series[0].values)
    return Slide(
        key=f"months-{code}",
        claim=_bare(said),
        what_zh=f"{month_zh(drawn[0])}至{month_zh(drawn[-1])}{indicator['label_zh']}，纵轴从零起",
        lines=Lines(
            months=drawn,
            series=tuple(series),
            is_share=is_share(indicator),
            unit_zh="" if is_share(indicator) else indicator["unit_zh"],
            breaks=tuple(place for place, month in enumerate(drawn) if month.month == 1)
            if indicator["timing_code"] == YEAR_TO_DATE
            else (),
        ),
        note_zh=f"断开处{missing}个月全市缺数，不连线" if missing else "",
        area_id=unit["area_id"] if unit else "",
    )


def _line(
    name: str, area_id: str, code: str, indicator: Row, drawn: Sequence[date], values: tuple[float | None, ...]
) -> Line:
    texts = tuple("" if value is None else value_text(value, indicator) for value in values)
    figures = tuple(
        None
        if value is None
        else Figure(wording=text, relation=MONTH, row_key=f"{area_id}|{code}|total|{month.isoformat()}")
        for value, text, month in zip(values, texts, drawn, strict=True)
    )
    return Line(name=name, values=values, texts=texts, figures=figures)


# ── networks and targets ─────────────────────────────────────────────────────────────────────────────────────────────


def _networks(facts: Facts, networks: Sequence[Row]) -> Slide:
    blank = {row["network_code"]: row["city_blank"] for row in facts.blanks}
    # A network without places of its own here (示范区 without townships) has nothing to draw.
    rows = tuple(
        _network_bar(row, blank.get(row["network_code"], 0))
        for row in networks
        if row["base"] or row["status_code"] not in ("reported", "not_applicable")
    )
    over = [row["network_zh"] for row in networks if row["rate"] is not None and row["rate"] > 1]
    years = {row["base_year"] for row in networks if row["base_year"]}
    notes = [
        f"应建数为{'、'.join(str(year) for year in sorted(years))}年的区划个数" if years else "",
        f"{'、'.join(over)}一处可有多个，故超100%" if over else "",
    ]
    return Slide(
        key="networks",
        claim=claims.blanks_claim(networks, facts.blanks),
        what_zh=f"{month_zh(facts.month)}底各级服务网络：每条为应建的地方，实色已有，浅色空白",
        bars=Bars(
            groups=(("", rows),), is_share=True, rest_zh="空白", value_zh="已有", beside_zh="建成/应建", goal=None
        ),
        note_zh="；".join(one for one in notes if one),
    )


def _network_bar(row: Row, blank: float) -> Bar:
    if row["built"] is None or not row["base"]:
        return Bar(name=row["network_zh"], value=None, text=mark(row["status_code"]))
    text = percent(row["rate"]) if row["rate"] is not None else plain(row["built"])
    covered = max(row["base"] - blank, 0)
    return Bar(
        name=row["network_zh"],
        value=covered / row["base"],
        text=text,
        figure=Figure(wording=text, relation=words.COVERAGE, row_key=row["row_key"]),
        rest=blank / row["base"],
        rest_text=f"{plain(blank)}个" if blank else "",
        beside=f"{plain(row['built'])}/{plain(row['base'])}",
    )


def _targets(facts: Facts) -> Slide:
    counted = target_words.counted(facts.wholes)
    order = {code: place for place, code in enumerate(target_words.STATES)}
    known = [row for row in counted if row["actual"] is not None] or list(counted)
    known.sort(key=lambda row: (order[row["outlook_code"]], row["deadline_on"] or facts.month))
    rows = tuple(
        (
            Cell(text=row["name_zh"]),
            Cell(text=row["target_as_written"], figure=target_words.target_figure(row)),
            Cell(text=target_words.deadline_zh(row)),
            _actual(row),
            Cell(text=target_words.outlook_word(row), tone=target_words.tone(row)),
        )
        for row in known[:MOST_ROWS]
    )
    left = len(counted) - len(rows)
    heads = ("目标", "目标值", "期限", "现有数", "结论")
    return Slide(
        key="targets",
        claim=cited(target_words.counts_zh(facts.wholes)),
        what_zh="文件定下的目标：未完成的在前；结论按期限时的数判定",
        table=Table(
            caption_zh="目标与结论", columns=tuple(Column(head_zh=head) for head in heads), groups=(("", rows),)
        ),
        note_zh=f"另有{left}个目标没有列出，见“目标与进度”" if left > 0 else "",
    )


def _actual(row: Row) -> Cell:
    figure = target_words.actual_figure(row)
    return Cell(text=figure.wording, value=row["actual"], figure=figure if figure.row_key else None)


# ── one unit ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _unit_slide(facts: Facts, unit: Row) -> Slide:
    """A unit's key figures beside the city's, under what lags most."""
    table = tables.of_unit(facts, unit["area_id"])
    return Slide(
        key=f"unit-{unit['area_id']}",
        claim=claims.unit_claim(facts.of(unit["area_id"]), facts.indicators),
        what_zh=f"{unit['name_zh']} · {month_zh(facts.month)} · 主要指标与全市比",
        table=replace(table, caption_zh=unit["short_name_zh"], notes_zh=()),
        note_zh="▼落后　▲领先；有任务的与序时进度比，其余与全市比；位次只在同组内排",
        area_id=unit["area_id"],
    )
