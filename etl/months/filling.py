"""A form filled on the page: its cells as the layout declares them, and what is typed as the very sheet a workbook holds.

What is typed goes the way of a file: laid out on a sheet, read, understood, judged. So the page can say nothing that the
file would not, and what is sent in the end is a workbook like any other.
"""

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_UP, Decimal
from itertools import groupby

import polars as pl

from etl.months.accepted.accept import Event, Judged, judge
from etl.months.accepted.rows import Row as IssueRow
from etl.months.accepted.rows import issue_row
from etl.months.accepted.series_cache import history_of, load, revisions_of
from etl.months.model import Context, History, Key
from etl.months.periods import month_zh
from etl.months.read.cells import Cell, SheetCells, address
from etl.months.read.extract import extract
from etl.months.read.layouts import Block, Field, Layout
from etl.months.read.recognise import recognise
from etl.months.template.sheetwriter import Grid, GridCell, Value, lay_out, to_xlsx
from etl.months.template.workbook import BLANK_WORDS, blank_content
from etl.months.understood.understand import understand
from warehouse.errors import FormError
from warehouse.home import Home
from warehouse.month import add_months

LONGEST_TEXT = 200
CORRECTION = "correction"
"""The name under which the reason of a correction is kept beside the cells."""
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
Given = Mapping[str, str]
"""What was typed: text by the name of an entry or of a note; a blank one is left out."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One cell to be filled. `previous` is last month's figure in the unit of the form, None where there is none.

    `name` stays the same while unit, form and layout do, so that a draft finds its cell again.
    """

    name: str
    cell: str
    key: Key
    label_zh: str
    unit_zh: str
    previous: float | None
    limits_zh: str


@dataclass(frozen=True, kw_only=True)
class Line:
    """One row to be filled: what it is called, its cells, and the name of its note (empty where the form has none)."""

    labels: tuple[str, ...]
    entries: tuple[Entry, ...]
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Part:
    """One table of the form. A form of one row is turned: each figure is a line with one cell."""

    caption_zh: str
    label_names: tuple[str, ...]
    figure_names: tuple[str, ...]
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Blank:
    """An empty form of one unit for one month: the sheet as it will be, and its cells to be filled."""

    layout: Layout
    unit_id: str
    unit_zh: str
    month: dt.date
    grid: Grid = field(repr=False)
    names: Mapping[int, str] = field(repr=False)
    parts: tuple[Part, ...] = field(repr=False)
    previous: Mapping[Key, float] = field(repr=False, default_factory=dict)

    @property
    def entries(self) -> Iterator[Entry]:
        """Every cell to be filled, in the order of the sheet."""
        for part in self.parts:
            for line in part.lines:
                yield from line.entries


@dataclass(frozen=True)
class Filled:
    """A form as typed so far: every issue by the cell it is at, and the notes that are asked for.

    `state_code` is what it would become: accepted, corrected or returned. `asked` holds names of notes, `computed` label
    and text of what was worked out. `why_zh` is the question that the line 更正说明 of the form has to answer, empty where
    none is asked.
    """

    state_code: str
    issues: tuple[IssueRow, ...]
    asked: tuple[str, ...]
    computed: tuple[tuple[str, str], ...]
    why_zh: str = ""

    @property
    def is_sound(self) -> bool:
        """Whether it may be sent as it is."""
        return self.state_code != "returned"


def forms_of(context: Context, month: dt.date) -> dict[str, str]:
    """Form code to the name of the version that is used for that month."""
    return {one.form_code: one.label_zh for one in context.layouts.values() if one.valid_in(month)}


def blank(context: Context, home: Home, *, unit_id: str, form_code: str, month: dt.date) -> Blank:
    """The empty form of a unit, with what it reported the month before as far as it was accepted.

    Raises:
        FormError: no version of that form is in use in that month.
    """
    layout = next(
        (one for one in context.layouts.values() if (one.form_code, one.valid_in(month)) == (form_code, True)), None
    )
    if layout is None:
        raise FormError(f"{month_zh(month)}没有可用的这张表样，请核对月份，或请管理员先登记表样")
    history, _ = _past(home, layout, unit_id, month)
    before = history.get(add_months(month, -1))
    is_anew = layout.period_kind == "year_to_date" and month.month == 1
    figures = {} if before is None or is_anew else before.figures
    previous = {key: one.value for key, one in figures.items() if one.value is not None}
    townships = context.book.townships.get(unit_id, {})
    content = blank_content(layout, context.catalog.areas[unit_id], month, townships, previous)
    grid = lay_out(layout, content)
    names = _names(grid)
    parts = tuple(_part(context, layout, block, grid, names, previous, unit_id) for block in layout.blocks)
    return Blank(layout, unit_id, content.unit_name, month, grid, names, parts, previous)


def check(form: Blank, given: Given, *, context: Context, home: Home, by_zh: str = "") -> Filled:
    """What the rules say of the form as typed, compared with all that was accepted of the unit; nothing is stored."""
    grid = filled(form, given, by_zh=by_zh)
    sheet = _as_sheet(grid)
    found = recognise(sheet, {form.layout.layout_code: form.layout})
    understood = understand(extract(sheet, found), context)
    now = dt.datetime.now(dt.UTC)
    event = Event(0, "page", "", "", now, understood, 0)
    history, revisions = _past(home, form.layout, form.unit_id, form.month)
    (judged,) = judge([event], context, history=history, revisions=revisions)
    issues = tuple(issue_row(one, number, context, judged=judged) for number, one in enumerate(judged.findings, 1))
    return Filled(
        judged.state_code, issues, _asked(form, judged, context, given), _computed(form, grid),
        _why_asked(form, judged, given),
    )  # fmt: skip


def workbook(form: Blank, given: Given, *, by_zh: str = "") -> bytes:
    """The form as a workbook: the same texts are the same bytes."""
    return to_xlsx([filled(form, given, by_zh=by_zh)])


def file_name(form: Blank) -> str:
    """What the workbook is called in the received log."""
    return f"网页填报_{form.unit_zh}{month_zh(form.month)}_{form.layout.label_zh}.xlsx"


def clean(given: Given, form: Blank) -> dict[str, str]:
    """What was typed, as it is kept: known names only, in one line, without blanks at the ends, not too long."""
    known = (
        {CORRECTION} | {one.name for one in form.entries} | {line.note for part in form.parts for line in part.lines}
    )
    kept = {}
    for name, text in given.items():
        plain = " ".join("".join(sign if sign.isprintable() else " " for sign in str(text)).split())[:LONGEST_TEXT]
        if name in known and plain:
            kept[name] = plain
    return kept


def filled(form: Blank, given: Given, *, by_zh: str = "") -> Grid:
    """The sheet with what was typed; totals, shares and the month's part of a year's figure are worked out as the
    template's formulas do."""
    grid = Grid(form.grid.name)
    for place, cell in enumerate(form.grid.cells):
        name = form.names.get(place)
        if name is not None:
            cell = replace(cell, value=_value(given.get(name, "")) if cell.role != "note" else given.get(name))
        elif cell.role == "meta":
            cell = replace(cell, value=_particulars(str(cell.value), by_zh, given.get(CORRECTION, "")))
        grid.cells.append(cell)
    return _worked_out(form, grid)


def _particulars(line: str, by_zh: str, correction_zh: str) -> str:
    told = {"填报人": by_zh, "填报日期": f"{dt.datetime.now(dt.UTC) + dt.timedelta(hours=8):%Y-%m-%d}"}
    if correction_zh:
        told["更正说明"] = correction_zh
        line = line.replace("更正说明：无", "更正说明：")
    for label, text in told.items():
        line = re.sub(rf"{label}：(?=\s|$)", f"{label}：{_escaped(text)}", line)
    return line


def _escaped(text: str) -> str:
    """People's words inside the line of particulars, in which a colon or two blanks begin another entry."""
    return re.sub(r"[：:\\\s]+", " ", text).strip().replace("\\", "")


def _value(text: str) -> Value:
    plain = unicodedata.normalize("NFKC", text).strip()
    digits = re.sub(r"(?<=\d),(?=\d{3}(?:\D|$))", "", plain)
    if not _NUMBER.fullmatch(digits):
        return plain or None
    return float(digits) if "." in digits else int(digits)


def _why_asked(form: Blank, judged: Judged, given: Given) -> str:
    """What the line 更正说明 is asked for: the reason of a correction, or that a late month is meant."""
    if judged.revision > 1:
        return "这个月报过，改了已报的数须写更正说明"
    if given.get(CORRECTION) or any(finding.rule == "E20" for finding in judged.findings):
        return f"确是{month_zh(form.month)}的补报，请写明缘由；选错了月份，请在上面改选"
    return ""


# ── the cells of a blank form ────────────────────────────────────────────────────────────────────────────────────────


def _names(grid: Grid) -> dict[int, str]:
    """Names of the cells people fill, by their place in the grid: figures, tasks of the year, notes."""
    found: dict[int, str] = {}
    seen: dict[tuple, int] = {}
    for place, cell in enumerate(grid.cells):
        what = {"value": "", "task": "task"}.get(cell.key or cell.role, "note" if cell.role == "note" else None)
        if what is None or not cell.area or (cell.role != "note" and not cell.code):
            continue
        stem = (what, cell.block, cell.area, cell.code)
        seen[stem] = seen.get(stem, 0) + 1
        found[place] = "|".join((*stem, str(seen[stem])) if seen[stem] > 1 else stem)
    return found


def _field(block: Block, code: str) -> Field | None:
    """The field of a cell's code; of a table with tiers in rows the code has the tier's breakdown."""
    found = next((one for one in block.fields if one.code == code), None)
    return found or next((one for one in block.fields if block.tiers and one.indicator == code.partition(":")[0]), None)


def _is_worked_out(one: Field | None) -> bool:
    return one is None or one.role == "share" or bool(one.increment_of)


def _part(context, layout: Layout, block: Block, grid: Grid, names: Mapping[int, str], previous, unit_id: str) -> Part:
    cells = [(place, cell) for place, cell in enumerate(grid.cells) if cell.block == block.block_code]
    labels = {cell.row: str(cell.value) for _, cell in cells if cell.role == "label" and cell.key in ("area", "label")}
    tiers = {cell.row: str(cell.value) for _, cell in cells if cell.key == "tier"}
    # Of a place with several rows the note stands beside the first.
    notes = {cell.area: names[place] for place, cell in cells if cell.role == "note" and place in names}
    lines = []
    above = ""
    for row, group in groupby(((place, cell) for place, cell in cells if place in names), key=lambda each: each[1].row):
        held = list(group)
        above = labels.get(row, above)
        note = next((names[place] for place, cell in held if cell.role == "note"), notes.get(held[0][1].area, ""))
        entries = [
            _entry(context, block, cell, names[place], previous)
            for place, cell in held
            if cell.role != "note" and not _is_worked_out(_field(block, cell.code)) and not _is_subtotal(block, cell)
        ]
        if not entries:
            continue
        if block.orientation == "items" or block.rows in ("unit", "none"):
            lines += [Line(labels=(one.label_zh, one.unit_zh), entries=(one,), note=note) for one in entries]
        else:
            lines.append(
                Line(labels=(above, tiers[row]) if block.tiers else (above,), entries=tuple(entries), note=note)
            )
    is_turned = block.orientation == "items" or block.rows in ("unit", "none")
    figures = (
        ("本月数",)
        if is_turned
        else tuple(f"{one.label_zh}（{one.unit_zh}）" for one in lines[0].entries)
        if lines
        else ()
    )
    label_names = ("指标", "单位") if is_turned else ("乡镇（街道）", "年龄档")[: 2 if block.tiers else 1]
    return Part(
        caption_zh=block.caption_zh or layout.sheet, label_names=label_names, figure_names=figures, lines=tuple(lines)
    )


def _entry(context: Context, block: Block, cell: GridCell, name: str, previous: Mapping[Key, float]) -> Entry:
    one = _field(block, cell.code)
    breakdown = cell.code.partition(":")[2] or one.breakdown
    is_task = name.startswith("task|")
    key = (cell.area, f"{one.indicator}@task" if is_task else one.indicator, breakdown)
    before = previous.get(key)
    if before is not None and one.unit == "万元":
        before = float(Decimal(str(before)) / 10000)
    label = "/".join(one.path) if not is_task else f"{'/'.join(one.path)}年度任务"
    return Entry(
        name=name,
        cell=address(cell.row, cell.column),
        key=key,
        label_zh=f"{one.prefix}{label}",
        unit_zh=one.unit,
        previous=before,
        limits_zh=_limits(context, one),
    )


def _limits(context: Context, one: Field) -> str:
    """The range the catalogue declares, as the template's drop-down says it."""
    declared = context.catalog.indicators.get(one.indicator)
    low = declared.valid_min if declared and declared.valid_min is not None else 0
    high = declared.valid_max if declared else None
    scale = 10000 if one.unit == "万元" else 1
    bounds = f"不小于{low / scale:g}" if high is None else f"{low / scale:g}至{high / scale:g}"
    return f"{bounds}；{'、'.join(BLANK_WORDS)}"


# ── what is worked out ───────────────────────────────────────────────────────────────────────────────────────────────


def _worked_out(form: Blank, grid: Grid) -> Grid:
    """Subtotals of tiers first, then totals of rows, then what is worked out beside them."""
    for block in form.layout.blocks:
        by_code: dict[str, list[int]] = {}
        by_row: dict[int, list[int]] = {}
        for place, cell in enumerate(grid.cells):
            if cell.block == block.block_code and cell.role in ("value", "total", "printed"):
                by_code.setdefault(cell.code, []).append(place)
                by_row.setdefault(cell.row, []).append(place)
        cells = grid.cells
        for places in by_code.values():
            for place in places:
                if _is_subtotal(block, cells[place]):
                    cells[place] = replace(cells[place], value=_subtotal(grid, block, by_code, cells[place]))
        for places in by_code.values():
            for place in places:
                cell = cells[place]
                if cell.role == "total" and not _is_worked_out(_field(block, cell.code)):
                    cells[place] = replace(
                        cell, value=_sum(cells[each].value for each in places if cells[each].role == "value")
                    )
        whole = [place for places in by_row.values() for place in places]
        for places in by_row.values():
            beside = places if block.orientation == "columns" else whole
            for place in places:
                cell = cells[place]
                one = _field(block, cell.code) if cell.code else None
                if cell.key == "share":
                    cells[place] = replace(cell, value=_share_of_task(grid, places))
                elif cell.key not in ("", "value") or one is None:
                    continue
                elif one.role == "share":
                    top, bottom = (_figure_near(grid, beside, code) for code in one.of)
                    cells[place] = replace(cell, value=_percent(top, bottom))
                elif one.increment_of:
                    now = _figure_near(grid, beside, one.increment_of)
                    cells[place] = replace(cell, value=_increment(form, block, one, cell, now))
    return grid


def _is_subtotal(block: Block, cell: GridCell) -> bool:
    """Whether a cell is the sum of the tiers of its place."""
    is_whole = any(tier.breakdown == "total" for tier in block.tiers) and cell.code.endswith(":total")
    return is_whole and cell.role == "value"


def _subtotal(grid: Grid, block: Block, by_code: Mapping[str, list[int]], cell: GridCell) -> float | int | None:
    indicator = cell.code.partition(":")[0]
    wanted = [f"{indicator}:{tier.breakdown}" for tier in block.tiers if tier.breakdown != "total"]
    # A table has as many rows of a place as it has tiers: the parts are near.
    return _sum(
        grid.cells[place].value
        for code in wanted
        for place in by_code.get(code, ())
        if grid.cells[place].area == cell.area and grid.cells[place].role == cell.role
    )


def _sum(parts: Iterable[Value]) -> float | int | None:
    """The sum; nothing while one of them is blank, since a part of them is no total."""
    found = list(parts)
    if not found or not all(isinstance(value, (int, float)) for value in found):
        return None
    whole = sum(Decimal(str(value)) for value in found)
    return int(whole) if whole == whole.to_integral_value() else float(whole)


def _figure_near(grid: Grid, places: Iterable[int], code: str) -> Value:
    """The figure of that code among these cells."""
    cells = (grid.cells[place] for place in places)
    return next((one.value for one in cells if one.code == code and one.key in ("", "value")), None)


def _share_of_task(grid: Grid, places: Iterable[int]) -> float | None:
    found = {grid.cells[place].key: grid.cells[place].value for place in places}
    return _percent(found.get("value"), found.get("task"))


def _percent(top, bottom) -> float | None:
    if not isinstance(top, (int, float)) or not isinstance(bottom, (int, float)) or not bottom:
        return None
    return float((Decimal(str(top)) * 100 / Decimal(str(bottom))).quantize(Decimal("0.01"), ROUND_HALF_UP))


def _increment(form: Blank, block: Block, one: Field, cell: GridCell, now) -> float | int | None:
    whole = _field(block, one.increment_of)
    area = cell.area or form.unit_id
    before = 0 if form.month.month == 1 else form.previous.get((area, whole.indicator, whole.breakdown))
    if not isinstance(now, (int, float)) or before is None:
        return None
    made = Decimal(str(now)) - Decimal(str(before))
    return int(made) if made == made.to_integral_value() else float(made)


def _computed(form: Blank, grid: Grid) -> tuple[tuple[str, str], ...]:
    """Label and text of what was worked out, for the page; blank ones left out."""
    found: dict[str, str] = {}
    for block in form.layout.blocks:
        tiers = {one.breakdown: one.label for one in block.tiers}
        for cell in grid.cells:
            one = _field(block, cell.code) if cell.block == block.block_code and cell.code else None
            is_made = one is not None and (cell.role == "total" or (cell.role == "value" and _is_worked_out(one)))
            if is_made and isinstance(cell.value, (int, float)):
                tier = tiers.get(cell.code.partition(":")[2], "")
                whose = "合计" if cell.role == "total" else ""
                label = " ".join(part for part in (whose, tier, "/".join(one.path)) if part)
                found[f"{label}（{one.unit}）"] = f"{cell.value:,.15g}"
    return tuple(found.items())


# ── as the rules see it ──────────────────────────────────────────────────────────────────────────────────────────────


def _as_sheet(grid: Grid) -> SheetCells:
    cells = {
        (cell.row, cell.column): Cell(
            f"{cell.value:.15g}" if isinstance(cell.value, float) else str(cell.value),
            "number" if isinstance(cell.value, (int, float)) else "text",
        )
        for cell in grid.cells
        if cell.value not in (None, "")
    }
    merges = [(cell.row, cell.column, cell.last_row, cell.last_column) for cell in grid.cells if cell.is_merged]
    return SheetCells(grid.name, cells=cells, merges=merges)


def _past(home: Home, layout: Layout, unit_id: str, month: dt.date) -> tuple[History, dict[dt.date, int]]:
    kept = load(home.cache / "series", f"{layout.form_code}-{unit_id}")
    months = [month, add_months(month, -1)]
    return history_of(kept, (pl.col("area_id") == unit_id) | pl.col("month").is_in(months)), revisions_of(kept)


def _asked(form: Blank, judged: Judged, context: Context, given: Given) -> tuple[str, ...]:
    """Names of the notes a jump needs, and of those written already, in the order of the form."""
    held = {
        key
        for one in judged.findings
        if context.rules[one.rule].severity == "hold"
        for key in ((one.area, one.indicator, one.breakdown), *one.also)
    }
    names = [
        line.note
        for part in form.parts
        for line in part.lines
        if line.note and (given.get(line.note) or any(entry.key in held for entry in line.entries))
    ]
    return tuple(dict.fromkeys(names))
