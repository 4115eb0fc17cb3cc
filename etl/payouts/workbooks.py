"""The rows of a workbook as blocks of text columns: sheets, formulas, numbers and dates of cells. Only for the worker."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import ZipFile, is_zipfile

import polars as pl

from etl.months.read.containers import DAMAGES
from etl.payouts.layouts import HEADER_WITHIN, Recognised, recognise
from etl.payouts.notes import MOST_TOLD, Notes
from etl.payouts.tables import NO_TABLE_ZH, SAID, Table, tell_nameless, tidied, unknown
from warehouse.errors import PayoutError

if TYPE_CHECKING:
    from etl.months.read.cells import Extras

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
SINGLE = frozenset(("identity", "amount", "arrears_yuan", "recovered_yuan"))
"""Columns in which a merged cell of several lines says nothing of each of them."""
_SIGNS = (
    (
        re.compile(r"worksheets[/\\][^/\\]+\.xml$", re.IGNORECASE),
        re.compile(
            rb't="e"|hidden="(?:1|true)"|<(?:\w+:)?strike[ />]|(?:<(?:\w+:)?col [^>]*width|<(?:\w+:)?row [^>]*ht)="0(?:\.0+)?"|'
            rb"(?:</(?:\w+:)?f>|<(?:\w+:)?f[^>]*/>)(?:<(?:\w+:)?v ?/>|<(?:\w+:)?v></(?:\w+:)?v>)?</(?:\w+:)?c>"
        ),
    ),
    (
        re.compile(r"xl[/\\](?:styles|sharedStrings)\.xml$", re.IGNORECASE),
        re.compile(rb"<(?:\w+:)?d?strike[ />]"),
    ),
    (re.compile(r"worksheets[/\\]_rels[/\\][^/\\]+\.rels$", re.IGNORECASE), re.compile(rb'/comments"')),
)
"""Parts of a workbook, and signs that they hold what is left out by its reader."""
_PERSON = re.compile(r"(?<!\d)\d{6}(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])\d{3}[\dXx](?!\d)")


def heads_of_workbook(path: Path) -> Iterator[list[list[str]]]:
    """The first rows of every sheet; raises as `files.heads`."""
    book = _opened(path)
    for name in book.sheet_names:
        yield _head(_rows(book, name)[0])


def tables_of_workbook(path: Path) -> Iterator[Table]:
    """Every sheet of a workbook, those that are not read with the reason; raises as `files.tables`."""
    from python_calamine import SheetVisibleEnum

    book = _opened(path)
    hidden, strays, count = [], [], 0
    extras_of, shows_looks = _extras(path, book), _shows_looks(path)
    for number, about in enumerate(book.sheets_metadata):
        name = about.name
        rows, merged = _rows(book, name)
        found = recognise(_head(rows))
        if found is None:
            if about.visible == SheetVisibleEnum.Visible and any(map(any, rows)):
                strays += [name] if _names_persons(rows) else []
                yield Table(recognised=None, left_zh=f"工作表“{name}”不是明细，没有读")
        elif about.visible != SheetVisibleEnum.Visible:
            hidden.append(name)
            yield Table(recognised=found, left_zh=f"隐藏的工作表“{name}”没有读；要计入请取消隐藏后重来")
        else:
            count += 1
            notes = Notes()
            _show_extras(rows, found, extras_of(number), number * SHEET_STEP, notes)
            if not shows_looks:
                notes.say("的格式看不出删除线、批注和隐藏的行列；有的请另存为 .xlsx 后重来")
            _spread(rows, found, merged, number * SHEET_STEP, notes)
            filled = (
                (place, any(_cell(row[place]) for row in rows[found.header_row + 1 :])) for place in found.nameless
            )
            tell_nameless(filled, notes)
            yield Table(
                recognised=found, base=number * SHEET_STEP, sheet_zh=name, notes=notes,
                blocks=_sheet_blocks(rows, found, number),
            )  # fmt: skip
    if hidden and not count:
        raise PayoutError(f"只有隐藏的工作表（{'、'.join(hidden[:3])}）像明细，没有读。要计入请取消隐藏后重来")
    if not count:
        raise unknown()
    if strays:
        raise PayoutError(
            f"工作表“{'”“'.join(strays[:3])}”里有身份证号，前{HEADER_WITHIN}行却没有成套的栏名，不知道是什么。"
            "是接着上一张的，请并成一张或补上表头；不是的请删去后重来"
        )


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
    return not any(name.lower().startswith(("xl/", "xl\\")) or name == "content.xml" for name in names)


def _rows(book, name: str) -> tuple[list[list], list]:
    """All cells of a sheet and which of them are merged; raises PayoutError where it cannot be read."""
    from python_calamine import CalamineError

    try:
        sheet = book.get_sheet_by_name(name)
        return sheet.to_python(skip_empty_area=False), sheet.merged_cell_ranges or []
    except (CalamineError, OSError, ValueError):
        raise PayoutError(f"工作表“{name}”读不出，可能已损坏。请用表格软件打开核对，另存一份后重来") from None


def _head(rows: list[list]) -> list[list[str]]:
    return [[_cell(each) or "" for each in row] for row in rows[:HEADER_WITHIN]]


def _extras(path: Path, book) -> "Callable[[int], Extras]":
    """What the reader of workbooks leaves out of a sheet, by its number: cells in which a formula failed or was never
    worked out, which it gives empty; what is crossed out; rows and columns nobody sees; comments.

    Of older formats only the cells are known.
    """
    from lxml.etree import LxmlError

    from etl.months.read.cells import Extras
    from etl.months.read.ooxml import read_extras
    from etl.months.read.package import Package
    from etl.months.read.sheets import error_cells

    nothing = Extras({}, frozenset(), frozenset(), date_1904=False)
    if not is_zipfile(path):
        data = path.read_bytes()
        starts = [book.get_sheet_by_index(number).start for number in range(len(book.sheet_names))]
        return lambda number: (
            replace(nothing, cells=error_cells(data, number, starts[number][1])) if starts[number] else nothing
        )
    try:
        with ZipFile(path) as archive:
            signs = {name: sign for name in archive.namelist() for part, sign in _SIGNS if part.search(name)}
            if not any(_holds(archive, name, sign) for name, sign in signs.items()):
                return lambda _: nothing
        extras = read_extras(Package(path.read_bytes()))
    except (*DAMAGES, LxmlError):
        raise PayoutError(
            "有出错的公式（如 #N/A）、画了删除线或隐藏的格，找不出是哪几格。请在源表里改好后重来"
        ) from None
    return lambda number: extras.get(book.sheet_names[number], nothing)


def _holds(archive: ZipFile, name: str, sign: re.Pattern) -> bool:
    """Whether a part of a workbook holds the sign, looked for piece by piece."""
    before = b""
    with archive.open(name) as part:
        while piece := part.read(4 << 20):
            if sign.search(before + piece):
                return True
            before = piece[-200:]
    return False


def _show_extras(rows: list[list], found: Recognised, extras: "Extras", base: int, notes: Notes) -> None:
    """Put failed formulas in their cells, and tell of what is crossed out or hidden among the columns that are read, and
    of comments."""
    for (row, column), cell in extras.cells.items():
        if cell.kind in ("error", "formula") and row < len(rows) and column < len(rows[row]):
            rows[row][column] = UNWORKED if cell.kind == "formula" else cell.text
    first = found.header_row + 1
    places = {place: name for name, place in found.columns.items()}
    struck = sorted({row for row, column in extras.struck if row >= first and column in places})
    notes.add_problem(
        "画了删除线，不知道还算不算；不算的请删去整行，要算的请去掉删除线",
        pl.Series([base + row + 1 for row in struck]),
    )
    hidden = sorted(row + 1 for row in extras.hidden_rows if first <= row < len(rows) and any(rows[row]))
    if hidden:
        notes.say(f"{_lines_zh(hidden)}是隐藏的（如筛选后），照样计入；不该计入的请删去后重来")
    if noted := sorted({row + 1 for row, _ in extras.noted if first <= row < len(rows)}):
        notes.say(f"{_lines_zh(noted)}有批注，没有读；写着没有发、停发、退回的，请写到备注栏后重来")
    if columns := [f"第{place + 1}栏" for place in sorted(places) if place in extras.hidden_columns]:
        notes.say(f"{'、'.join(columns)}是隐藏的，照样读取；不该读的请删去后重来")


def _lines_zh(rows: list[int]) -> str:
    shown = "、".join(map(str, rows[:MOST_TOLD]))
    return f"第{shown}行" + (f"等{len(rows)}行" if len(rows) > MOST_TOLD else "")


def _spread(rows: list[list], found: Recognised, merged: Iterable, base: int, notes: Notes) -> None:
    """Give every line of a merged cell what it says, like the township of all lines beside it.

    One number for several persons, or one amount, says of none of them which is whose.
    """
    names = {place: name for name, place in found.columns.items()}
    doubtful = []
    for (top, left), (bottom, right) in merged:
        for place in range(left, right + 1):
            below = [
                row
                for row in range(max(top, found.header_row) + 1, min(bottom + 1, len(rows)))
                if any(rows[row][other] != "" for other in names if not left <= other <= right)
            ]
            if place not in names or top <= found.header_row or not below:
                continue
            if names[place] in SINGLE:
                doubtful += below
            elif place == left:
                for row in below:
                    rows[row][place] = rows[top][left]
    notes.add_problem(
        "身份证号或金额的格与上一行合并，不知道各是多少；请拆开逐行填写",
        pl.Series(sorted({base + row + 1 for row in doubtful})),
    )


def _shows_looks(path: Path) -> bool:
    """Whether its parts say what is crossed out or hidden: those of .xlsx, and of no older or other format."""
    if not is_zipfile(path):
        return False
    with ZipFile(path) as archive:
        return any(_SIGNS[0][0].search(name) for name in archive.namelist())


def _names_persons(rows: list[list]) -> bool:
    return any(isinstance(value, str) and _PERSON.search(value) for row in rows for value in row)


def _sheet_blocks(rows: list[list], found: Recognised, number: int) -> Iterator[pl.DataFrame]:
    first = found.header_row + 1
    others = sorted({*range(found.width)} - {*found.columns.values()})
    for start in range(first, len(rows), WORKBOOK_ROWS):
        part = rows[start : start + WORKBOOK_ROWS]
        columns: Mapping[str, list] = {
            name: [(_month_cell if name in MONTHS else _cell)(row[place]) for row in part]
            for name, place in found.columns.items()
        }
        begin = number * SHEET_STEP + start + 1
        numbers = pl.Series("row", range(begin, begin + len(part)), dtype=pl.Int32)
        frame = pl.DataFrame([numbers, *(pl.Series(name, each, dtype=pl.String) for name, each in columns.items())])
        if found.remarks:
            places = pl.Series(range(len(part)), dtype=pl.UInt32)
            frame = frame.with_columns(_joined(part, list(found.remarks), places).alias(SAID))
        yield tidied(frame, lambda places, part=part: _joined(part, others, places))


def _joined(part: list[list], others: list[int], places: pl.Series) -> pl.Series:
    """The cells of those lines in columns that are not read, as one text each."""
    texts = [" ".join(filter(None, (_cell(part[line][place]) for place in others))) for line in places]
    return pl.Series(texts, dtype=pl.String)


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
