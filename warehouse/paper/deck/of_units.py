"""Slides that hold all units: where each stands, tasks, rates, and the months of one indicator."""

from collections.abc import Sequence
from datetime import date

from warehouse.paper import tables
from warehouse.paper.deck.cards import TONES, bare
from warehouse.paper.deck.model import MOST_BARS, MOST_COLUMNS, MOST_ROWS, Bar, Bars, Line, Lines, Slide
from warehouse.paper.facts import Facts, Row
from warehouse.paper.model import Cell, Column, Table
from warehouse.wording import bulletin as words
from warehouse.wording import deck as claims
from warehouse.wording.bulletin_order import named
from warehouse.wording.grammar.alike import ZONE
from warehouse.wording.grammar.cited import Figure, cited
from warehouse.wording.grammar.dates import month_zh
from warehouse.wording.grammar.numbers import mark, percent, plain, points
from warehouse.wording.months import (
    MONTH,
    STOCK,
    YEAR_TO_DATE,
    absent_zh,
    difference_text,
    is_share,
    key_of,
    value_text,
)
from warehouse.wording.months import finding as month_finding
from warehouse.wording.overview_months import (
    PROGRESS,
    behind_count,
    by_lag,
    is_small_task,
    judged_count,
    matrix_claim,
    small_pace_zh,
    small_task_zh,
)

# What a level cell of the table of units shows.
LEVEL_ZH = "●"
GROUPS_ZH = (("administrative", ""), (ZONE, "功能区（单列）"))


def by_unit(facts: Facts) -> list[list[Row]]:
    return [facts.of(unit["area_id"]) for unit in facts.units]


def matrix_slide(facts: Facts) -> Slide:
    units = by_unit(facts)
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
            text = f"{plain(cell['value'])}/{plain(cell['target_value'])}"
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


def task_slide(facts: Facts, code: str, own: str | None) -> Slide:
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
        f"{named(small)}{small_task_zh(small[0])}，不算百分比" if small else "",
        absent_zh(without, most=20) if without else "",
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
        return Bar(name=name, value=None, text=small_pace_zh(cell), beside=beside, area_id=cell["area_id"])
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


def rate_slide(facts: Facts, code: str, own: str | None) -> Slide:
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


def months_slide(facts: Facts, code: str, unit: Row | None, drawn: tuple[date, ...], past: dict) -> Slide:
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
        claim=bare(said),
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
