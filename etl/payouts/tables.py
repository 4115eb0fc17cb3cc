"""One table of a payment file, and what is the same whether it stood in a text file or in a workbook."""

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from etl.payouts.layouts import Recognised
from warehouse.errors import PayoutError

NO_TABLE_ZH = "不是表格文件。请给 .xlsx、.xls、.et 或 .csv"


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


def without_blanks(frame: pl.DataFrame) -> pl.DataFrame:
    """Cells without anything but blanks are null; lines without any cell are left out."""
    texts = [name for name in frame.columns if name != "row"]
    tidy = frame.with_columns(pl.col(texts).str.strip_chars(" \t\r\n\u3000\ufeff\"'").replace("", None))
    return tidy.filter(pl.any_horizontal(pl.col(texts).is_not_null()))


def unknown() -> PayoutError:
    """A file without a table of ours."""
    return PayoutError(
        "认不出这是哪种文件：前15行里没有找到成套的栏名。须有“身份证号”，以及“发放金额”（发放明细、银行回盘）、“停发原因”和“停发时间”（停止明细）、"
        "“起发时间”（新增明细）、“调整时间”（换档）、“死亡日期”“迁出日期”或“起领月份”（比对名单）。栏名要在同一行，分成两行的表头请并成一行。月报请放收件箱"
    )
