"""Files of strangers as text, cell by cell with addresses. Only to be run in the worker (`warehouse.worker.client`)."""

import datetime as dt
import io
from functools import lru_cache
from pathlib import Path

from etl.months.read.cells import ERRORS, Cell, Extras, SheetCells, address
from etl.months.read.containers import DAMAGES, FileRefused, damaged, refuse, sniff
from etl.months.read.excel_xml import read_xml
from etl.months.read.package import Package, put_right
from etl.months.read.shown import shown
from etl.months.read.textual import read_csv, read_html

MOST_SHEETS = 60
LARGEST_AREA = 5_000_000


def read_file(source: bytes | Path | str, name: str = "") -> list[SheetCells]:
    """Every sheet of a workbook, CSV or HTML table in its own order; sheets without a filled cell included.

    `name` is only for messages. Numbers come as Excel shows them in full (15 digits), dates as 2025-07-03.

    Raises:
        FileRefused: the file cannot be read; one sentence says why and what to do.
    """
    data = source if isinstance(source, bytes) else bytes_of(Path(source))
    kind = sniff(data)
    if kind == "csv":
        return [_plain_sheet("CSV", read_csv(data), [])]
    if kind in ("html", "xml"):
        return [
            _plain_sheet(title, rows, merges, looks)
            for title, rows, merges, looks in (read_html if kind == "html" else read_xml)(data)
        ]
    return _workbook(data, kind)


def bytes_of(path: Path) -> bytes:
    """The content of a file.

    Raises:
        FileRefused: it is too large to be loaded at all.
    """
    if (size := path.stat().st_size) > 64 << 20:
        raise refuse(
            "F6", f"文件有{size >> 20}MB，超过上限", "请删除表外的图片、附件和空白行后重报，每个文件只放本月报表"
        )
    return path.read_bytes()


def _plain_sheet(
    name: str, rows: list[list[str]], merges: list[tuple[int, int, int, int]], looks: Extras | None = None
) -> SheetCells:
    cells = {
        (row, column): Cell(text, "error" if text in ERRORS.values() else "text")
        for row, line in enumerate(rows)
        for column, text in enumerate(line)
        if text.strip()
    }
    sheet = SheetCells(name, cells=cells, merges=merges or None)
    if looks:
        _add(sheet, looks)
    return sheet


def _workbook(data: bytes, kind: str) -> list[SheetCells]:
    from lxml.etree import LxmlError
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

    from etl.months.read import biff, odf, ooxml

    odd: list[str] = []
    try:
        if kind == "xlsx":
            data, odd = put_right(package := Package(data))
            package = package if data is package.data else Package(data)
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        metadata = book.sheets_metadata
        if len(metadata) > MOST_SHEETS:
            raise refuse(
                "F6", f"文件里有{len(metadata)}张工作表，超过{MOST_SHEETS}张", "请只保留本月报表所在的工作表后重报"
            )
        if kind == "xlsx":
            extras = ooxml.read_extras(package)
        else:
            extras = {"ods": odf.read_extras, "xls": biff.read_extras}.get(kind, lambda _: {})(data)
        found = []
        for number, about in enumerate(metadata):
            if about.typ != SheetTypeEnum.WorkSheet:
                odd.append(about.name)
                continue
            sheet = book.get_sheet_by_index(number)
            read = _sheet(sheet, about.name)
            read.hidden = about.visible != SheetVisibleEnum.Visible
            extra = extras.get(about.name)
            if extra:
                _add(read, extra)
            read.looks_known = extra is not None
            if kind != "xlsx" and sheet.start is not None and (extra is None or extra.has_errors):
                read.cells |= error_cells(data, number, sheet.start[1])
            found.append(read)
    except FileRefused:
        raise
    except PasswordError as error:
        raise refuse("F2", "文件设了打开密码", "请取消密码后重报") from error
    except (CalamineError, LxmlError, *DAMAGES) as error:
        raise damaged() from error
    except BaseException as error:
        # The reader's own panics are no subclass of Exception; everything else that is not one must go on.
        if type(error).__name__ != "PanicException":
            raise
        raise damaged() from error
    return found + [SheetCells(name, is_worksheet=False) for name in odd]


def _add(read: SheetCells, extra: Extras) -> None:
    """What the reader of workbooks left out, into the sheet."""
    read.cells |= extra.cells
    read.date_1904 = extra.date_1904
    read.hidden_rows, read.hidden_columns = frozenset(extra.hidden_rows), frozenset(extra.hidden_columns)
    for place in extra.struck:
        if place not in extra.cells:
            read.cells.pop(place, None)
    read.struck = extra.struck
    unseen = set(extra.unseen)
    for place, code in extra.formats.items():
        cell = read.cells.get(place)
        if cell and cell.kind == "number":
            looks, is_seen = shown(cell.text, code)
            read.cells[place] = looks or cell
            unseen |= set() if is_seen else {place}
    read.unseen, read.noted = frozenset(unseen & read.cells.keys()), frozenset(extra.noted)
    read.drawn, read.printed = extra.drawn, extra.printed


def _sheet(sheet, name: str) -> SheetCells:
    if sheet.start is None:
        return SheetCells(name)
    if (sheet.end[0] + 1) * (sheet.end[1] + 1) > LARGEST_AREA:
        last = address(*sheet.end)
        raise refuse("F6", f"工作表“{name}”一直用到 {last}，范围过大", "请删除报表以外的行列（连同格式）后另存重报")
    cells = {}
    for row, line in enumerate(sheet.to_python(skip_empty_area=False)):
        for column, value in enumerate(line):
            # Most cells of a sheet are blank, nearly all others text or numbers.
            kind = type(value)
            if kind is str:
                if value and not value.isspace():
                    cells[row, column] = Cell(value, "text")
            else:
                cells[row, column] = _float_cell(value) if kind is float else _cell(value)
    merged = sheet.merged_cell_ranges
    merges = None if merged is None else [(*first, *last) for first, last in merged]
    return SheetCells(name, cells=cells, merges=merges)


@lru_cache(maxsize=8192)
def _float_cell(value: float) -> Cell:
    """The cell of a number; few of them are many of the cells."""
    return Cell(_number(value), "number")


def _cell(value) -> Cell:
    if isinstance(value, bool):
        return Cell("TRUE" if value else "FALSE", "bool")
    if isinstance(value, int | float):
        return Cell(_number(value), "number")
    if isinstance(value, dt.datetime):
        text = value.date().isoformat() if value.time() == dt.time() else value.isoformat(" ")
        return Cell(text, "date")
    return Cell(value.isoformat() if isinstance(value, dt.date | dt.time) else str(value), "date")


def _number(value: float) -> str:
    """The number as Excel shows it in full: 15 digits, no needless decimals."""
    if isinstance(value, int) or (value.is_integer() and abs(value) < 1e15):
        return str(int(value))
    return f"{value:.15g}"


def error_cells(data: bytes, number: int, first_column: int) -> dict[tuple[int, int], Cell]:
    """Error cells of a format whose bytes we do not read ourselves; calamine's Python binding leaves them empty.

    The report counts rows from the top of the sheet, but columns from the first one in use.
    """
    # Only for what needs it: it takes as long to load as a dozen files to read.
    import fastexcel

    try:
        sheet = fastexcel.read_excel(data).load_sheet(
            number, header_row=None, skip_rows=0, dtypes="string", schema_sample_rows=1
        )
        _, report = sheet.to_arrow_with_errors()
    except fastexcel.FastExcelError as error:
        raise damaged() from error
    found = {}
    for error in report.errors if report else ():
        row, column = error.position
        if name := error.detail.partition("Error(")[2].partition(")")[0]:
            found[row, column + first_column] = Cell(ERRORS.get(name, "#错误"), "error")
    return found
