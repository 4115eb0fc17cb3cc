"""The tables of a briefing: the ranking of units, and a unit's own figures beside the city's."""

from collections.abc import Sequence

from warehouse.paper.facts import Facts, Row
from warehouse.paper.model import Cell, Column, Table
from warehouse.wording import bulletin as words
from warehouse.wording import bulletin_order
from warehouse.wording.grammar.alike import ZONE
from warehouse.wording.grammar.cited import Figure
from warehouse.wording.grammar.dates import month_zh
from warehouse.wording.grammar.numbers import mark, percent, place_span, plain, points
from warehouse.wording.months import MONTH, is_share, key_of, value_figure
from warehouse.wording.overview_months import PROGRESS, gap_zh, is_small_task, small_pace_zh, small_task_zh
from warehouse.wording.profile_months import against_city_zh

MOST_RATES = 4
PACE_RULE_ZH = "序时进度＝已过月份÷12；完成率、占比都由分子、分母重算"
MARKS_ZH = "缺＝未报，—＝不适用或不参排，*＝人数少、保密；第2—3＝并列，与前一位相差不到该指标的最小差或所数的一个"
DASH = Cell(text=mark("not_applicable"))


def ranking(facts: Facts) -> list[Table]:
    """The units of the city by the key indicators: tasks first, then the rates, at most four rates a table."""
    made = []
    for code in facts.task_codes:
        made.append(_of_task(facts, code))
    rates = facts.rate_codes
    for start in range(0, len(rates), MOST_RATES):
        made.append(_of_rates(facts, rates[start : start + MOST_RATES]))
    return [_numbered(table, place) for place, table in enumerate(made, start=1)]


def _numbered(table: Table, place: int) -> Table:
    return Table(
        caption_zh=f"表{place}　{table.caption_zh}", columns=table.columns, groups=table.groups, notes_zh=table.notes_zh
    )


def _of_task(facts: Facts, code: str) -> Table:
    indicator = facts.indicators[code]
    city = facts.by(code, level="city")
    own = facts.by(code)
    pace = next((cell["pace"] for cell in (*city, *own) if cell["pace"] is not None), None)
    counties = _by_completion([cell for cell in own if cell["kind_code"] != ZONE])
    zones = _by_completion([cell for cell in own if cell["kind_code"] == ZONE])
    groups = [("", tuple(_task_row(cell, indicator, []) for cell in city))]
    for name, cells in (("县（区）", counties), ("功能区（单列）", zones)):
        ranked = [cell for cell in cells if cell["completion"] is not None and not is_small_task(cell)]
        if cells:
            groups.append(
                (f"{name}　共{len(ranked)}个参排", tuple(_task_row(cell, indicator, ranked) for cell in cells))
            )
    return Table(
        caption_zh=f"{month_zh(facts.month)}{indicator['label_zh']}完成情况（按完成率由高到低）",
        columns=(
            Column(head_zh="单位"),
            Column(head_zh="完成", unit_zh=indicator["unit_zh"], form="count"),
            Column(head_zh="年度任务", unit_zh=indicator["unit_zh"], form="count"),
            Column(head_zh="完成率", form="share"),
            Column(
                head_zh=f"较序时{percent(pace) if pace is not None else ''}",
                unit_zh="百分点",
                form="number",
                decimals=1,
            ),
            Column(head_zh="位次"),
        ),
        groups=tuple(groups),
        notes_zh=(f"{PACE_RULE_ZH}。{small_task_zh((*city, *own)[0])}的不算百分比、不参排。{MARKS_ZH}。",),
    )


def _by_completion(cells: Sequence[Row]) -> list[Row]:
    return sorted(cells, key=lambda cell: (is_small(cell), -(cell["completion"] or 0)))


def is_small(cell: Row) -> bool:
    """Whether a cell takes no part in the order of completions."""
    return cell["completion"] is None or is_small_task(cell)


def _task_row(cell: Row, indicator: Row, ranked: Sequence[Row]) -> tuple[Cell, ...]:
    name = Cell(text=words.whole_zh(cell))
    done = value_cell(cell, indicator, with_unit=False)
    if cell["against_code"] != "pace":
        return (name, done, DASH, DASH, DASH, DASH)
    receipt = {"relation": PROGRESS, "row_key": cell["task_row_key"]}
    goal = plain(cell["target_value"])
    target = Cell(text=goal, value=cell["target_value"], figure=Figure(wording=goal, **receipt))
    if is_small_task(cell):
        tone = {"behind": "watch", "ahead": "good"}.get(cell["standing_code"], "")
        return (name, done, target, DASH, Cell(text=f"{small_task_zh(cell)}，{small_pace_zh(cell)}", tone=tone), DASH)
    rate = percent(cell["completion"])
    gap = f"{'−' if cell['gap'] < 0 else '+' if cell['gap'] else ''}{points(cell['gap']).removesuffix('个百分点')}"
    return (
        name,
        done,
        target,
        Cell(text=rate, value=cell["completion"], figure=Figure(wording=rate, **receipt)),
        Cell(
            text=gap,
            value=cell["gap"] * 100,
            figure=Figure(wording=gap, **receipt),
            tone={"behind": "watch", "ahead": "good"}.get(cell["standing_code"], ""),
        ),
        Cell(text=bulletin_order.place_zh(cell, ranked)) if cell in ranked else DASH,
    )


def _of_rates(facts: Facts, codes: Sequence[str]) -> Table:
    columns = [Column(head_zh="单位")]
    for code in codes:
        indicator = facts.indicators[code]
        unit = "" if is_share(indicator) else indicator["unit_zh"]
        form = "share" if is_share(indicator) else "number"
        columns += [
            Column(head_zh=indicator["label_zh"], unit_zh=unit, form=form, decimals=indicator["decimals"] or 1),
            Column(head_zh="位次"),
        ]
    areas = {facts.city["area_id"]: "", **{unit["area_id"]: unit["kind_code"] for unit in facts.units}}
    groups: list[tuple[str, tuple[tuple[Cell, ...], ...]]] = [("", (_rates_row(facts, facts.city["area_id"], codes),))]
    for kind, name in (("administrative", "县（区）"), (ZONE, "功能区（单列）")):
        rows = tuple(_rates_row(facts, area_id, codes) for area_id, of_kind in areas.items() if of_kind == kind)
        if rows:
            groups.append((name, rows))
    bases = [base_zh(facts, code) for code in codes]
    return Table(
        caption_zh=f"{month_zh(facts.month)}主要指标与位次",
        columns=tuple(columns),
        groups=tuple(groups),
        notes_zh=(
            "分母：" + "；".join(base for base in bases if base) + "。",
            f"位次只在同组内排，基数太小的不排。{MARKS_ZH}。",
        ),
    )


def _rates_row(facts: Facts, area_id: str, codes: Sequence[str]) -> tuple[Cell, ...]:
    cells = {cell["indicator_code"]: cell for cell in facts.of(area_id)}
    made: list[Cell] = [Cell(text=words.whole_zh(next(iter(cells.values()))))]
    for code in codes:
        cell, indicator = cells[code], facts.indicators[code]
        made += [value_cell(cell, indicator, with_unit=False), rank_cell(facts, cell)]
    return tuple(made)


def rank_cell(facts: Facts, cell: Row) -> Cell:
    """The rank of a unit in its own group, as the release says it; — for the city, alone in its group and without one."""
    row = facts.row(cell)
    if row is None or row["rank"] is None or row["ranked_count"] < 2 or cell["level_code"] != "unit":
        return DASH
    text = f"第{place_span(row['rank'], row['tied_count'])}"
    return Cell(text=text, figure=Figure(wording=text, relation=MONTH, row_key=key_of(row)))


def value_cell(cell: Row, indicator: Row, *, with_unit: bool = True) -> Cell:
    """A value as printed with the number behind it; its mark where there is none."""
    if cell["value"] is None:
        return Cell(text=mark(cell["status_code"]))
    figure = value_figure(cell, indicator)
    text = figure.wording
    if not with_unit and not is_share(indicator):
        text = text.removesuffix(indicator["unit_zh"])
    if cell["quality_code"] == "doubtful":
        text += "（存疑）"
    return Cell(
        text=text, value=cell["value"], figure=Figure(wording=text, relation=figure.relation, row_key=figure.row_key)
    )


def base_zh(facts: Facts, code: str) -> str:
    """What a rate is divided by, with its year: "每千名老年人养老床位数为60岁及以上常住人口（2020年）"; no date where nobody has it."""
    indicator = facts.indicators[code]
    if not indicator["denominator_label_zh"]:
        return ""
    known = [row for row in facts.rows.values() if row["indicator_code"] == code and row["denominator"] is not None]
    dated = next((row for row in known if row["denominator_as_of_on"]), None)
    when = base_year_zh(dated, facts) if known else "没有数"
    return f"{indicator['label_zh']}为{indicator['denominator_label_zh']}（{when}）"


def base_year_zh(row: Row | None, facts: Facts) -> str:
    """When the denominator of a rate held: its year, or the month itself."""
    # A denominator without a date of its own was reported with the month.
    on = row["denominator_as_of_on"] if row is not None else None
    if on is None:
        return month_zh(facts.month)
    return month_zh(facts.month) if (on.year, on.month) == (facts.month.year, facts.month.month) else f"{on.year}年"


def of_unit(facts: Facts, area_id: str) -> Table:
    """A unit's key figures beside the city's: value, numerator and denominator, the gap, the rank."""
    city = {cell["indicator_code"]: cell for cell in facts.of(facts.city["area_id"])}
    rows = []
    for cell in facts.of(area_id):
        indicator = facts.indicators[cell["indicator_code"]]
        rows.append(
            (
                Cell(text=indicator["label_zh"]),
                value_cell(cell, indicator),
                made_of_cell(facts, cell),
                value_cell(city[cell["indicator_code"]], indicator),
                against_cell(cell, indicator),
                rank_cell(facts, cell),
            )
        )
    name = next(unit["short_name_zh"] for unit in facts.units if unit["area_id"] == area_id)
    return Table(
        caption_zh=f"表1　{month_zh(facts.month)}{name}主要指标",
        columns=(
            Column(head_zh="指标"),
            Column(head_zh="本单位"),
            Column(head_zh="分子/分母"),
            Column(head_zh="全市"),
            Column(head_zh="差距"),
            Column(head_zh="位次"),
        ),
        groups=(("", tuple(rows)),),
        notes_zh=(
            f"有任务的与序时进度比，其余与全市比；{facts.rule_zh}。{PACE_RULE_ZH}。位次只在同组内排，基数太小的不排。{MARKS_ZH}。",
        ),
    )


def made_of_cell(facts: Facts, cell: Row) -> Cell:
    """ "2,360/4,226（2020年）" of a rate, done and task of a task; — for any other amount."""
    if cell["against_code"] == "pace":
        return Cell(text=f"{plain(cell['value'])}/{plain(cell['target_value'])}")
    row = facts.row(cell)
    if row is None or row["numerator"] is None or row["denominator"] is None:
        return DASH
    year = base_year_zh(row, facts)
    shown_year = "" if year == month_zh(facts.month) else f"（{year}）"
    return Cell(text=f"{plain(row['numerator'])}/{plain(row['denominator'])}{shown_year}")


def against_cell(cell: Row, indicator: Row) -> Cell:
    """How a unit lies to what it is held against, with sign of the standing."""
    if cell["standing_code"] is None:
        return DASH
    text = gap_zh(cell, indicator)
    if cell["against_code"] == "pace" and not is_small_task(cell) and cell["standing_code"] != "level":
        text = f"{text}个百分点"
    elif cell["standing_code"] != "level" and cell["against_code"] != "pace":
        text = against_city_zh({**cell, "city_value": cell["city_value"]}, indicator)
    tone = {"behind": "watch", "ahead": "good"}.get(cell["standing_code"], "")
    return Cell(text=text, value=cell["gap"], tone=tone)


def made_of_rates(facts: Facts) -> dict[str, str]:
    """Numerator and denominator, with its year, of every rate told, by the key of its row: "＝2360/4226（2026年10月）"."""
    return {
        key: f"＝{plain(row['numerator'])}/{plain(row['denominator'])}（分母{base_year_zh(row, facts)}）"
        for key, row in facts.rows.items()
        if row["numerator"] is not None and row["denominator"] is not None
    }
