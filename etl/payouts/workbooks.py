"""The rows of a workbook as blocks of text columns: sheets, formulas, numbers and dates of cells. Only for the worker."""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from zipfile import ZipFile, is_zipfile

import polars as pl

from etl.months.read.containers import DAMAGES
from etl.payouts.layouts import HEADER_WITHIN, Recognised, recognise
from etl.payouts.tables import NO_TABLE_ZH, Table, unknown, without_blanks
from warehouse.errors import PayoutError

WORKBOOK_ROWS = 100_000
LARGEST_WORKBOOK_MB = 400
SHEET_STEP = 2_000_000
"""Added to the row numbers of each further sheet of a workbook; a sheet has at most 1,048,576 rows."""

EXACT_INTEGER = 10**15
MONTHS = frozenset(
    ("month", "authenticated", "stopped", "started", "adjusted", "died", "moved", "other_from", "other_until")
)
"""Columns that say a month or a day."""
UNWORKED = "#公式"
"""Stands for a formula whose result was not stored with it."""
_SHEET_PART = re.compile(r"worksheets/[^/]+\.xml$")
_BROKEN = re.compile(
    rb't="e"|(?:</(?:\w+:)?f>|<(?:\w+:)?f[^>]*/>)(?:<(?:\w+:)?v ?/>|<(?:\w+:)?v></(?:\w+:)?v>)?</(?:\w+:)?c>'
)


def heads_of_workbook(path: Path) -> Iterator[list[list[str]]]:
    """The first rows of every sheet; raises as `files.heads`."""
    book = _opened(path)
    for name in book.sheet_names:
        yield _head(_rows(book, name))


def tables_of_workbook(path: Path) -> Iterator[Table]:
    """Every sheet of a workbook that is a table of ours, hidden ones without blocks; raises as `files.tables`."""
    from python_calamine import SheetVisibleEnum

    book = _opened(path)
    hidden, count = [], 0
    broken = _broken_cells(path, book)
    for number, about in enumerate(book.sheets_metadata):
        name = about.name
        rows = _rows(book, name)
        found = recognise(_head(rows))
        if found is None:
            continue
        is_hidden = about.visible != SheetVisibleEnum.Visible
        if is_hidden:
            hidden.append(name)
        else:
            count += 1
            _show_broken(rows, broken(number))
        yield Table(
            recognised=found, base=number * SHEET_STEP, sheet_zh=name, is_hidden=is_hidden,
            blocks=iter(()) if is_hidden else _sheet_blocks(rows, found, number),
        )  # fmt: skip
    if hidden and not count:
        raise PayoutError(f"只有隐藏的工作表（{'、'.join(hidden[:3])}）像明细，没有读。要计入请取消隐藏后重来")
    if not count:
        raise unknown()


def _opened(path: Path):
    """The workbook; raises PayoutError for one that cannot be opened."""
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    if path.stat().st_size > LARGEST_WORKBOOK_MB << 20:
        raise PayoutError(f"工作簿超过{LARGEST_WORKBOOK_MB}MB。请导出为 CSV")
    if is_zipfile(path) and _is_no_workbook(path):
        raise PayoutError(NO_TABLE_ZH)
    try:
        return CalamineWorkbook.from_path(str(path))
    except PasswordError:
        raise PayoutError("文件有打开密码。请去掉密码后重来") from None
    except (CalamineError, OSError, ValueError):
        raise PayoutError("文件不完整或已损坏，打不开。请用表格软件打开核对，另存一份后重来") from None


def _is_no_workbook(path: Path) -> bool:
    """Whether a ZIP holds something else, like a text document or files put together."""
    with ZipFile(path) as archive:
        names = archive.namelist()
    return not any(name.startswith("xl/") or name == "content.xml" for name in names)


def _rows(book, name: str) -> list[list]:
    """All cells of a sheet; raises PayoutError where it cannot be read."""
    from python_calamine import CalamineError

    try:
        return book.get_sheet_by_name(name).to_python(skip_empty_area=False)
    except (CalamineError, OSError, ValueError):
        raise PayoutError(f"工作表“{name}”读不出，可能已损坏。请用表格软件打开核对，另存一份后重来") from None


def _head(rows: list[list]) -> list[list[str]]:
    return [[_cell(each) or "" for each in row] for row in rows[:HEADER_WITHIN]]


def _broken_cells(path: Path, book) -> Callable[[int], Mapping[tuple[int, int], str]]:
    """Cells of a sheet, by its number, in which a formula failed or was never worked out, with what they show.

    The reader of workbooks leaves both empty, and an empty cell is something else than a lost number.
    """
    from lxml.etree import LxmlError

    from etl.months.read.ooxml import read_extras
    from etl.months.read.sheets import error_cells

    if not is_zipfile(path):
        data = path.read_bytes()
        starts = [book.get_sheet_by_index(number).start for number in range(len(book.sheet_names))]
        return lambda number: _texts(error_cells(data, number, starts[number][1])) if starts[number] else {}
    try:
        with ZipFile(path) as archive:
            sheets = [name for name in archive.namelist() if _SHEET_PART.search(name)]
            if not any(_holds(archive, name, _BROKEN) for name in sheets):
                return lambda _: {}
        extras = read_extras(path.read_bytes())
    except (*DAMAGES, LxmlError):
        raise PayoutError(
            "有公式出错或没有算出结果（如 #N/A），找不出是哪几格。请在源表里改好，或复制为数值后重来"
        ) from None
    return lambda number: _texts(extras[name].cells) if (name := book.sheet_names[number]) in extras else {}


def _texts(cells: Mapping) -> dict[tuple[int, int], str]:
    return {
        place: UNWORKED if cell.kind == "formula" else cell.text
        for place, cell in cells.items()
        if cell.kind in ("error", "formula")
    }


def _holds(archive: ZipFile, name: str, sign: re.Pattern) -> bool:
    """Whether a part of a workbook holds the sign, looked for piece by piece."""
    before = b""
    with archive.open(name) as part:
        while piece := part.read(4 << 20):
            if sign.search(before + piece):
                return True
            before = piece[-200:]
    return False


def _show_broken(rows: list[list], broken: Mapping[tuple[int, int], str]) -> None:
    for (row, column), text in broken.items():
        if row < len(rows) and column < len(rows[row]):
            rows[row][column] = text


def _sheet_blocks(rows: list[list], found: Recognised, number: int) -> Iterator[pl.DataFrame]:
    first = found.header_row + 1
    for start in range(first, len(rows), WORKBOOK_ROWS):
        part = rows[start : start + WORKBOOK_ROWS]
        columns: Mapping[str, list] = {
            name: [(_month_cell if name in MONTHS else _cell)(row[place]) for row in part]
            for name, place in found.columns.items()
        }
        begin = number * SHEET_STEP + start + 1
        numbers = pl.Series("row", range(begin, begin + len(part)), dtype=pl.Int32)
        frame = pl.DataFrame([numbers, *(pl.Series(name, each, dtype=pl.String) for name, each in columns.items())])
        yield without_blanks(frame)


def _month_cell(value: object) -> str | None:
    """A cell of a month as text. The number 2025.1 was January or, as 2025.10, October: it says both, so that it is asked about."""
    text = _cell(value)
    return f"{text}、{text}0" if isinstance(value, float) and text and text.endswith(".1") else text


def _cell(value: object) -> str | None:
    """A cell as text. A number too long for a spreadsheet is written as one, so that it is seen for what it is."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, int | float):
        if abs(value) >= EXACT_INTEGER:
            return f"{value:.5E}"
        return str(int(value)) if value == int(value) else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return str(value)
