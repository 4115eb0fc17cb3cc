"""The lines of a text file, like CSV, as blocks of text columns: encodings, separators, quotes. Only for the worker."""

import codecs
import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl

from etl.months.read.labels import is_foot, is_total
from etl.payouts.layouts import HEADER_WITHIN, Recognised, recognise
from etl.payouts.notes import Notes
from etl.payouts.tables import SAID, Table, Torn, tell_nameless, tidied, unknown
from warehouse.errors import PayoutError

BLOCK_BYTES = 32 << 20
LONGEST_LINE = 4096
_SEPARATORS = ",\t|;"
# A field all in UTF-8 ideographs, in a file that is not UTF-8.
_FOREIGN_FIELD = re.compile(rb"(?<=[,\t|;\n\"])(?:[\xe4-\xe9][\x80-\xbf]{2}){2,}(?=[,\t|;\r\n\"])")


def table_of_text(path: Path) -> Table:
    """The one table of a text file; raises as `files.tables`."""
    encoding = _encoding(path)
    first, separator = _first_rows(path, encoding)
    found = recognise(first)
    if found is None:
        raise unknown()
    notes = Notes()
    blocks = _text_blocks(path, encoding, separator, found, notes)
    return Table(recognised=found, blocks=blocks, notes=notes, ends_open=_ends_open(path, encoding, separator))


def head_of_text(path: Path) -> list[list[str]]:
    """The first rows of a text file; raises as `files.heads`."""
    return _first_rows(path, _encoding(path))[0]


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


def _text_blocks(path: Path, encoding: str, separator: str, found: Recognised, notes: Notes) -> Iterator[pl.DataFrame]:
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
                    column_types=dict.fromkeys(names, "string"), strings_can_be_null=False
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
        read = read.slice(below_head := int(np.searchsorted(numbers, found.header_row + 2)))
        frame = pl.from_arrow(read.select(list(wanted))).rename(wanted)
        frame = frame.insert_column(0, pl.Series("row", numbers[below_head:], dtype=pl.Int32))
        others = read.select([name for name in names if name not in wanted])
        if found.remarks:
            places = pl.Series(range(read.num_rows), dtype=pl.UInt32)
            frame = frame.with_columns(
                _joined(read.select([f"c{place}" for place in found.remarks]), places).alias(SAID)
            )
        filled = ((place, _is_filled(read.column(place))) for place in found.nameless)
        tell_nameless(filled, notes)
        row += total
        yield tidied(frame, lambda places, others=others: _joined(others, places))


def _is_filled(column) -> bool:
    return bool((pl.Series(column).str.strip_chars() != "").any())


def _joined(others, places: pl.Series) -> pl.Series:
    """The cells of those lines in columns that are not read, as one text each."""
    if not others.num_columns:
        return pl.repeat(None, len(places), dtype=pl.String, eager=True)
    return pl.from_arrow(others)[places].select(pl.concat_str(pl.all(), separator=" ")).to_series().str.strip_chars()


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


def _is_foot(text: str) -> bool:
    return is_total(text) or is_foot(text)


def _cut() -> PayoutError:
    return PayoutError("文件在最后一个字中间断了，没有传完或已损坏。请重新导出或拷贝")


def _unpaired(block: bytes, before: int) -> PayoutError:
    """Lines that cannot be told apart; `before`: rows in front of the block."""
    odd = (number for number, line in enumerate(block.split(b"\n"), start=1) if line.count(b'"') % 2)
    where = f"第{before + number}行起" if (number := next(odd, 0)) else ""
    return PayoutError(f"{where}有引号没有配对，后面的行连成了一片。请在源文件里去掉文字中的引号后重新导出")
