"""One table of a payment file, and what is the same whether it stood in a text file or in a workbook."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

import polars as pl

from etl.payouts.layouts import Recognised
from etl.payouts.notes import Notes
from warehouse.errors import PayoutError

NO_TABLE_ZH = "不是表格文件。请给 .xlsx、.xls、.et 或 .csv"


SAID = "said"
"""In a block: what the remarks of a line say, of those columns that are not kept; there where the table has any."""
BESIDE = "beside"
"""In a block: what stands in the columns that are not read, of lines without a number; their word for a sum may."""


@dataclass(frozen=True, kw_only=True)
class Table:
    """One table of a file. base: what is added to its row numbers; sheet_zh: empty in a CSV.

    notes: what is told of it before its lines are understood, whole once all blocks were read. left_zh: why it is not
    read, and then it has no blocks and may be recognised as nothing. ends_open: its last line has no end and is no sum,
    so that nothing tells whether its last cell is whole.
    """

    recognised: Recognised | None
    base: int = 0
    sheet_zh: str = ""
    blocks: Iterator[pl.DataFrame] = iter(())
    notes: Notes = field(default_factory=Notes)
    left_zh: str = ""
    ends_open: bool = False


class Torn(Exception):  # noqa: N818
    """Lines that do not have the columns of the header; rows are (row number, columns, is the last line)."""

    def __init__(self, rows: list[tuple[int, int, bool]], width: int) -> None:
        super().__init__()
        self.rows = rows
        self.width = width


def tidied(frame: pl.DataFrame, beside: Callable[[pl.Series], pl.Series]) -> pl.DataFrame:
    """Cells without anything but blanks are null, lines without any cell are left out; `BESIDE` is added.

    Args:
        beside: of places in the frame, the text of the cells there that are not read.
    """
    texts = [name for name in frame.columns if name != "row"]
    tidy = frame.with_columns(pl.col(texts).str.strip_chars(" \t\r\n\u3000\ufeff\"'").replace("", None))
    told = pl.repeat(None, tidy.height, dtype=pl.String, eager=True)
    if (bare := tidy["identity"].is_null().arg_true()).len():
        told = told.scatter(bare, beside(bare).replace("", None))
    return tidy.with_columns(told.alias(BESIDE)).filter(pl.any_horizontal(pl.col(*texts, BESIDE).is_not_null()))


def tell_nameless(columns: Iterable[tuple[int, bool]], notes: Notes) -> None:
    """Say which columns without a label hold something; each with its place, from 0."""
    for place, is_filled in columns:
        if is_filled:
            notes.say(f"第{place + 1}栏没有栏名却有内容，没有读取；要读请在表头写上栏名（表头分两行的并成一行）后重来")


def unknown() -> PayoutError:
    """A file without a table of ours."""
    return PayoutError(
        "认不出这是哪种文件：前15行里没有找到成套的栏名。须有“身份证号”，以及“发放金额”（发放明细、银行回盘）、“停发原因”和“停发时间”（停止明细）、"
        "“起发时间”（新增明细）、“调整时间”（换档）、“死亡日期”“迁出日期”或“起领月份”（比对名单）。栏名要在同一行，分成两行的表头请并成一行。月报请放收件箱"
    )
