"""The lines of a file as blocks of text columns, read in one pass and never written anywhere. Only for the worker."""

import codecs
import csv
import hashlib
import io
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from zipfile import ZipFile, is_zipfile

import numpy as np
import polars as pl

from etl.months.read.containers import DAMAGES
from etl.months.read.labels import is_foot, is_total
from etl.payouts.layouts import HEADER_WITHIN, Recognised, recognise
from warehouse.errors import PayoutError

BLOCK_BYTES = 32 << 20
WORKBOOK_ROWS = 100_000
LARGEST_WORKBOOK_MB = 400
LONGEST_LINE = 4096
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
_NO_TABLE_ZH = "不是表格文件。请给 .xlsx、.xls、.et 或 .csv"
_SEPARATORS = ",\t|;"
# A field all in UTF-8 ideographs, in a file that is not UTF-8.
_FOREIGN_FIELD = re.compile(rb"(?<=[,\t|;\n\"])(?:[\xe4-\xe9][\x80-\xbf]{2}){2,}(?=[,\t|;\r\n\"])")


@dataclass(frozen=True, kw_only=True)
class Table:
    """One table of a file. base: what is added to its row numbers; sheet_zh: empty in a CSV.

    ends_open: its last line has no end and is no sum, so that nothing tells whether its last cell is whole. is_hidden:
    a sheet that nobody sees who opens the file; it has no blocks.
    """

    recognised: Recognised
    base: int
    sheet_zh: str
    blocks: Iterator[pl.DataFrame]
    ends_open: bool = False
    is_hidden: bool = False


class Torn(Exception):  # noqa: N818
    """Lines that do not have the columns of the header; rows are (row number, columns, is the last line)."""

    def __init__(self, rows: list[tuple[int, int, bool]], width: int) -> None:
        super().__init__()
        self.rows = rows
        self.width = width


def sha256_of(path: Path) -> str:
    """SHA-256 of the file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def tables(path: Path) -> Iterator[Table]:
    """Every table of the file that has one person a line, in its order.

    Blocks hold `row` (the row in the file, from 1) and a text column for each field found; an empty cell is null.

    Raises:
        PayoutError: the file cannot be read or holds no table of ours.
        Torn: lines lack columns or have too many; met while blocks are read.
    """
    with path.open("rb") as file:
        start = file.read(8)
    if start.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        yield from _workbook(path)
    elif not start:
        raise PayoutError("文件是空的。请确认导出是否成功")
    elif start.removeprefix(codecs.BOM_UTF8).lstrip()[:1] == b"<":
        raise PayoutError("是网页或 XML 格式，只是名字像表格。请用表格软件打开，另存为 .xlsx 后重来")
    elif start.startswith((b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"PAR1")):
        raise PayoutError(_NO_TABLE_ZH)
    else:
        yield _text(path)


def heads(path: Path) -> Iterator[list[list[str]]]:
    """The first rows of every table of the file, whatever it holds.

    Raises:
        PayoutError: the file cannot be read.
    """
    with path.open("rb") as file:
        start = file.read(8)
    if not start.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        yield _first_rows(path, _encoding(path))[0]
        return
    book = _opened(path)
    for name in book.sheet_names:
        yield _head(_rows(book, name))


# ── text ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _text(path: Path) -> Table:
    encoding = _encoding(path)
    first, separator = _first_rows(path, encoding)
    found = recognise(first)
    if found is None:
        raise _unknown()
    return Table(
        recognised=found, base=0, sheet_zh="", blocks=_text_blocks(path, encoding, separator, found),
        ends_open=_ends_open(path, encoding, separator),
    )  # fmt: skip


def _ends_open(path: Path, encoding: str, separator: str) -> bool:
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - LONGEST_LINE))
        tail = file.read()
    if tail.rstrip(b"\0").endswith((b"\n", b"\r")):
        return False
    last = tail.decode(encoding, "ignore").splitlines()[-1:]
    return not any(_is_foot(text.strip('" ')) for line in last for text in line.split(separator))


def _first_rows(path: Path, encoding: str) -> tuple[list[list[str]], str]:
    """The rows among which the header stands, and what separates their columns."""
    with path.open("rb") as file:
        start = file.read(1 << 16)
    whole_lines = start[: start.rfind(b"\n") + 1] if len(start) == 1 << 16 else start
    text = whole_lines.removeprefix(codecs.BOM_UTF8).decode(encoding, "replace").lstrip("\ufeff")
    separator = max(_SEPARATORS, key=lambda sign: text.count(sign))
    # Lines may end as on machines of old, with a return alone.
    rows = csv.reader(io.StringIO(text, newline=None), delimiter=separator)
    try:
        return [row for row, _ in zip(rows, range(HEADER_WITHIN))], separator  # noqa: B905
    except csv.Error:
        raise _unpaired(start, 0) from None


def _encoding(path: Path) -> str:
    """How the file is written: utf-8-sig, utf-16 or gb18030.

    Raises:
        PayoutError: it is written in two ways, in none we know, or is cut off inside a sign.
    """
    with path.open("rb") as file:
        start = file.read(4)
        if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            if _fault(file, "utf-16"):
                raise _cut()
            return "utf-16"
        if (fault := _fault(file, "utf-8")) == "":
            return "utf-8-sig"
        if fault == "cut":
            raise _cut()
        file.seek(0)
        lines = foreign = 0
        while block := file.read(BLOCK_BYTES):
            lines += block.count(b"\n")
            foreign += len(_FOREIGN_FIELD.findall(block))
        if foreign >= 1 + lines // 10_000:
            raise PayoutError(
                "文件里混有两种编码（一部分是 UTF-8，一部分是 GBK），中文会读错。请用表格软件打开核对，统一另存为一种编码后重来"
            )
        # Some programs put the mark of UTF-8 before what they go on to write in GBK.
        marked = len(codecs.BOM_UTF8) if start.startswith(codecs.BOM_UTF8) else 0
        if (fault := _fault(file, "gb18030", begin=marked)) == "":
            return "gb18030"
        if fault == "cut":
            raise _cut()
    raise PayoutError("文件有读不懂的字符，可能不完整或损坏。请重新导出")


def _fault(file: io.BufferedReader, encoding: str, *, begin: int = 0) -> str:
    """Empty when the whole file is written so; `cut` when it ends inside a sign; `other` when it is not."""
    decoder = codecs.getincrementaldecoder(encoding)()
    file.seek(begin)
    try:
        while block := file.read(BLOCK_BYTES):
            decoder.decode(block)
    except UnicodeDecodeError:
        return "other"
    return "cut" if decoder.getstate()[0] else ""


def _text_blocks(path: Path, encoding: str, separator: str, found: Recognised) -> Iterator[pl.DataFrame]:
    from pyarrow import ArrowInvalid
    from pyarrow import csv as arrow_csv

    row = 0
    for block, is_last in _whole_records(path, encoding):
        torn: list[tuple[int, int]] = []
        left_out: list[int] = []

        def judge(line, torn=torn, left_out=left_out) -> str:
            left_out.append(line.number)
            text = line.text.strip()
            if text and not _is_foot(text.split(separator)[0]):
                torn.append((line.number, line.actual_columns))
            return "skip"

        names = [f"c{place}" for place in range(found.width)]
        wanted = {f"c{place}": name for name, place in found.columns.items()}
        try:
            read = arrow_csv.read_csv(
                io.BytesIO(block),
                read_options=arrow_csv.ReadOptions(column_names=names, use_threads=False, block_size=len(block) + 1),
                parse_options=arrow_csv.ParseOptions(
                    delimiter=separator,
                    newlines_in_values=b'"' in block,
                    ignore_empty_lines=False,
                    invalid_row_handler=judge,
                ),
                convert_options=arrow_csv.ConvertOptions(
                    column_types=dict.fromkeys(names, "string"), include_columns=list(wanted), strings_can_be_null=False
                ),
            )
        except ArrowInvalid:
            # What it says holds the line.
            raise _unpaired(block, row) from None
        total = read.num_rows + len(left_out)
        numbers = np.delete(np.arange(row + 1, row + total + 1), [number - 1 for number in left_out])
        below = [(row + number, columns) for number, columns in torn if row + number > found.header_row + 1]
        if below and block.count(b'"') % 2:
            raise _unpaired(block, row)
        if below:
            last = row + total if is_last else -1
            raise Torn([(number, columns, number == last) for number, columns in below], found.width)
        frame = pl.from_arrow(read).rename(wanted).insert_column(0, pl.Series("row", numbers, dtype=pl.Int32))
        row += total
        yield _without_blanks(frame.filter(pl.col("row") > found.header_row + 1))


def _whole_records(path: Path, encoding: str) -> Iterator[tuple[bytes, bool]]:
    """Blocks of whole records in UTF-8, and whether it is the last one."""
    decoder = codecs.getincrementaldecoder(encoding)()
    held = b""
    with path.open("rb") as file:
        if file.read(len(codecs.BOM_UTF8)) != codecs.BOM_UTF8:
            file.seek(0)
        while True:
            raw = file.read(BLOCK_BYTES)
            held += raw if encoding == "utf-8-sig" else decoder.decode(raw, final=not raw).encode()
            if not raw:
                break
            cut = held.rfind(b"\n") + 1
            # A line end inside quotes ends no record. Counted once: a quote without its other may stand far before.
            quotes = held.count(b'"', 0, cut)
            while cut and quotes % 2:
                before = held.rfind(b"\n", 0, cut - 1) + 1
                quotes -= held.count(b'"', before, cut)
                cut = before
            if cut and held[cut:].strip():
                yield held[:cut], False
                held = held[cut:]
    if held:
        yield held, True


# ── workbooks ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _opened(path: Path):
    """The workbook; raises PayoutError for one that cannot be opened."""
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    if path.stat().st_size > LARGEST_WORKBOOK_MB << 20:
        raise PayoutError(f"工作簿超过{LARGEST_WORKBOOK_MB}MB。请导出为 CSV")
    if is_zipfile(path) and _is_no_workbook(path):
        raise PayoutError(_NO_TABLE_ZH)
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


def _workbook(path: Path) -> Iterator[Table]:
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
        raise _unknown()


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
        yield _without_blanks(frame)


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


# ── both ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _without_blanks(frame: pl.DataFrame) -> pl.DataFrame:
    """Cells without anything but blanks are null; lines without any cell are left out."""
    texts = [name for name in frame.columns if name != "row"]
    tidy = frame.with_columns(pl.col(texts).str.strip_chars(" \t\r\n\u3000\ufeff\"'").replace("", None))
    return tidy.filter(pl.any_horizontal(pl.col(texts).is_not_null()))


def _is_foot(text: str) -> bool:
    return is_total(text) or is_foot(text)


def _cut() -> PayoutError:
    return PayoutError("文件在最后一个字中间断了，没有传完或已损坏。请重新导出或拷贝")


def _unpaired(block: bytes, before: int) -> PayoutError:
    """Lines that cannot be told apart; `before`: rows in front of the block."""
    odd = (number for number, line in enumerate(block.split(b"\n"), start=1) if line.count(b'"') % 2)
    where = f"第{before + number}行起" if (number := next(odd, 0)) else ""
    return PayoutError(f"{where}有引号没有配对，后面的行连成了一片。请在源文件里去掉文字中的引号后重新导出")


def _unknown() -> PayoutError:
    return PayoutError(
        "认不出这是哪种文件：前15行里没有找到成套的栏名。须有“身份证号”，以及“发放金额”（发放明细、银行回盘）、“停发原因”和“停发时间”（停止明细）、"
        "“起发时间”（新增明细）、“调整时间”（换档）、“死亡日期”“迁出日期”或“起领月份”（比对名单）。栏名要在同一行，分成两行的表头请并成一行。月报请放收件箱"
    )
