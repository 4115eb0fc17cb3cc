"""A form filled on the page: its cells as the layout declares them, and what is typed as the very sheet a workbook holds.

What is typed goes the way of a file: laid out on a sheet, read, understood, judged. So the page can say nothing that the
file would not, and what is sent in the end is a workbook like any other.
"""

import datetime as dt
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace

import polars as pl

from etl.months.accepted.accept import Event, Judged, judge
from etl.months.accepted.rows import Row as IssueRow
from etl.months.accepted.rows import told_rows
from etl.months.accepted.series_cache import history_of, load, revisions_of
from etl.months.filling.cells import Blank, names_of, part_of
from etl.months.filling.worked_out import computed, worked_out
from etl.months.model import Context, History
from etl.months.periods import month_zh
from etl.months.read.cells import Cell, SheetCells
from etl.months.read.extract import extract
from etl.months.read.layouts import Layout
from etl.months.read.recognise import recognise
from etl.months.template.plain_workbook import to_xlsx
from etl.months.template.sheetwriter import Grid, Value, lay_out
from etl.months.template.workbook import blank_content
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
    content = blank_content(layout, context.catalog, unit_id, month, townships, previous)
    grid = lay_out(layout, content)
    names = names_of(grid)
    parts = tuple(part_of(context, layout, block, grid, names, previous, unit_id) for block in layout.blocks)
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
    issues = tuple(told_rows(judged, context))
    return Filled(
        judged.state_code, issues, _asked(form, judged, context, given), computed(form, grid),
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
    return worked_out(form, grid)


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
