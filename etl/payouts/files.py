"""The tables of a payment file, whatever it is, read in one pass and never written anywhere. Only for the worker."""

import codecs
import hashlib
from collections.abc import Iterator
from pathlib import Path

from etl.payouts.tables import NO_TABLE_ZH, Table
from etl.payouts.text_files import head_of_text, table_of_text
from etl.payouts.workbooks import heads_of_workbook, tables_of_workbook
from warehouse.errors import PayoutError

WORKBOOK = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
"""How a workbook begins, of today and of old."""


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
    if start.startswith(WORKBOOK):
        yield from tables_of_workbook(path)
    elif not start:
        raise PayoutError("文件是空的。请确认导出是否成功")
    elif start.removeprefix(codecs.BOM_UTF8).lstrip()[:1] == b"<":
        raise PayoutError("是网页或 XML 格式，只是名字像表格。请用表格软件打开，另存为 .xlsx 后重来")
    elif start.startswith((b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"PAR1")):
        raise PayoutError(NO_TABLE_ZH)
    else:
        yield table_of_text(path)


def heads(path: Path) -> Iterator[list[list[str]]]:
    """The first rows of every table of the file, whatever it holds.

    Raises:
        PayoutError: the file cannot be read.
    """
    with path.open("rb") as file:
        start = file.read(8)
    if start.startswith(WORKBOOK):
        yield from heads_of_workbook(path)
    else:
        yield head_of_text(path)
