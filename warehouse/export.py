"""Rows as files: CSV for Excel, xlsx with a sheet of notes, Parquet and Arrow. Every file says what it is.

A demonstration's file has a column 数据性质 saying 演示数据 in every row, whatever its format, so that no cut or copy of
it can pass for real figures. Text that a spreadsheet would take for a formula is stored as text.
"""

import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import polars as pl

from warehouse.watermark import COLUMN as MARK_COLUMN
from warehouse.watermark import mark_zh

DEMO_COLUMN = "数据性质"
DEMO_ZH = "演示数据"
# What is invented in a demonstration and what is not: documents and the census stand in it as they are printed.
DEMO_NOTICE_ZH = "月报各数由程序生成，不是任何地方的实际情况，不得引用；公开文件与普查的数照原文"
FORMATS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "parquet": "application/vnd.apache.parquet",
    "arrow": "application/vnd.apache.arrow.file",
}
LONGEST_CELL = 32_767
"""Characters of one cell in a spreadsheet."""

EXACT_IN_EXCEL = 2**53
_FORMULA = re.compile(r"^[=+\-@\t\r\n＝＋－＠]")
_NUMBER = re.compile(r"^[+\-]?\d[\d,]*(\.\d+)?%?$")


@dataclass(frozen=True, kw_only=True)
class Notes:
    """What a file says about itself.

    title_zh: what it shows. size_zh: rows, and whether some were left out. columns: name to (type, meaning), the
    meaning empty where nobody declared one. sources: titles of the documents and tables behind the rows.
    """

    title_zh: str
    release_id: str
    kind_code: str
    size_zh: str
    built_at: datetime | None = None
    sql: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    columns: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    sources: Sequence[str] = ()
    hash: str = ""
    remarks: Sequence[str] = ()

    @property
    def is_demo(self) -> bool:
        return self.kind_code == "demo"

    def lines(self) -> list[tuple[str, str]]:
        """All of it as label and text, in the order of reading."""
        told = [
            ("内容", self.title_zh),
            ("数据性质", f"{DEMO_ZH}：{DEMO_NOTICE_ZH}" if self.is_demo else "实际数据"),
            ("批次", self.release_id),
            ("批次生成时间", f"{self.built_at:%Y-%m-%d %H:%M}" if self.built_at else ""),
            ("行数", self.size_zh),
            ("查询语句", self.sql),
            *((f"参数 :{name}", str(value)) for name, value in self.parameters.items()),
            *(("来源", source) for source in self.sources),
            *(("说明", remark) for remark in self.remarks),
            (MARK_COLUMN, mark_zh()),
            ("内容摘要 SHA-256", self.hash),
        ]
        return [(label, text) for label, text in told if text]


def write(frame: pl.DataFrame, form: str, notes: Notes) -> bytes:
    """The file's bytes; `form` is one of FORMATS. Raises KeyError for another."""
    frame = marked(frame, notes.kind_code)
    if mark_zh():
        # In every row, so that no cut or copy loses it.
        frame = frame.with_columns(pl.lit(mark_zh()).alias(MARK_COLUMN))
    return {"csv": _csv, "xlsx": _xlsx, "parquet": _parquet, "arrow": _arrow}[form](frame, notes)


def marked(frame: pl.DataFrame, kind_code: str) -> pl.DataFrame:
    """The rows as they may leave the house: those of a demonstration with the column that says so."""
    return frame.with_columns(pl.lit(DEMO_ZH).alias(DEMO_COLUMN)) if kind_code == "demo" else frame


def file_name(form: str, notes: Notes) -> str:
    """A name for it: what it shows, the release, 演示数据 in front where it is."""
    title = re.sub(r"[\\/:*?\"<>|\s\x00-\x1f]+", "_", notes.title_zh).strip("_.")[:40] or "查询结果"
    return f"{DEMO_ZH + '_' if notes.is_demo else ''}{title}_{notes.release_id}.{form}"


def safe_text(value: str) -> str:
    """The text as a spreadsheet will show it: what it would take for a formula gets an apostrophe in front."""
    return f"'{value}" if _FORMULA.match(value) and not _NUMBER.match(value) else value


def _csv(frame: pl.DataFrame, notes: Notes) -> bytes:
    """UTF-8 with the mark Excel needs to see that it is UTF-8."""
    return b"\xef\xbb\xbf" + safe_csv(frame, line_terminator="\r\n").encode()


def safe_csv(frame: pl.DataFrame, *, line_terminator: str = "\n") -> str:
    """The rows as CSV in which no text is a formula to a spreadsheet."""
    flat = _flat(frame)
    texts = [name for name, kind in flat.schema.items() if kind == pl.String]
    risky = [name for name in texts if flat[name].str.contains(_FORMULA.pattern).any()]
    flat = flat.with_columns(flat[name].map_elements(safe_text, return_dtype=pl.String) for name in risky)
    flat = flat.rename({name: safe_text(name) for name in flat.columns})
    return flat.write_csv(line_terminator=line_terminator)


def _parquet(frame: pl.DataFrame, notes: Notes) -> bytes:
    sink = io.BytesIO()
    frame.write_parquet(sink, metadata=dict(_metadata(notes)))
    return sink.getvalue()


def _arrow(frame: pl.DataFrame, notes: Notes) -> bytes:
    import pyarrow as pa

    table = frame.to_arrow(compat_level=pl.CompatLevel.oldest()).replace_schema_metadata(_metadata(notes))
    sink = io.BytesIO()
    with pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue()


def _metadata(notes: Notes) -> dict[str, str]:
    """The notes for formats that carry them beside the rows; a label that comes again gets its number."""
    told: dict[str, str] = {}
    for label, text in notes.lines():
        told[label if label not in told else f"{label} {sum(key.startswith(label) for key in told) + 1}"] = text
    return told


def _xlsx(frame: pl.DataFrame, notes: Notes) -> bytes:
    import xlsxwriter

    sink = io.BytesIO()
    options = {
        "constant_memory": True,
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_numbers": False,
        "strings_to_urls": False,
        "nan_inf_to_errors": False,
        "default_date_format": "yyyy-mm-dd",
        "remove_timezone": True,
    }
    with xlsxwriter.Workbook(sink, options) as book:
        book.set_properties({"title": notes.title_zh, "comments": f"批次 {notes.release_id}"})
        cut = _write_rows(book, frame)
        _write_notes(book, notes, cut)
    return sink.getvalue()


def _write_rows(book, frame: pl.DataFrame) -> int:
    """The sheet of rows; returns how many cells had to be shortened."""
    sheet = book.add_worksheet("数据")
    if mark_zh():
        sheet.set_header(f"&C{mark_zh().replace('&', '&&')}")
    head = book.add_format({"bold": True, "bottom": 1})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    sheet.freeze_panes(1, 0)
    for column, name in enumerate(frame.columns):
        sheet.set_column(column, column, min(40, max(10, 2 * len(name) if not name.isascii() else len(name) + 2)))
        sheet.write_string(0, column, name[:LONGEST_CELL], head)
    cut = 0
    for row, values in enumerate(_flat(frame, keep_dates=True).iter_rows(), start=1):
        for column, value in enumerate(values):
            if value is None:
                continue
            if isinstance(value, bool):
                sheet.write_boolean(row, column, value)
            elif isinstance(value, int | float) and _is_exact(value):
                sheet.write_number(row, column, value)
            elif isinstance(value, datetime) and value.year >= 1900:
                sheet.write_datetime(row, column, value.replace(tzinfo=None), moment)
            elif isinstance(value, date) and not isinstance(value, datetime) and value.year >= 1900:
                sheet.write_datetime(row, column, datetime(value.year, value.month, value.day), day)
            else:
                text = str(value)
                cut += len(text) > LONGEST_CELL
                sheet.write_string(row, column, text[:LONGEST_CELL])
    sheet.autofilter(0, 0, frame.height, max(0, frame.width - 1))
    return cut


def _is_exact(value: float) -> bool:
    """Whether a spreadsheet keeps this number as it is: finite, and no more than 15 digits of a whole number."""
    if isinstance(value, int):
        return -EXACT_IN_EXCEL <= value <= EXACT_IN_EXCEL
    return value == value and value not in (float("inf"), float("-inf"))


def _write_notes(book, notes: Notes, cut: int) -> None:
    sheet = book.add_worksheet("说明")
    sheet.set_column(0, 0, 18)
    sheet.set_column(1, 1, 100)
    label_format = book.add_format({"bold": True, "valign": "top"})
    text_format = book.add_format({"text_wrap": True, "valign": "top"})
    lines = notes.lines()
    if cut:
        lines.append(("注意", f"有{cut}个单元格超过{LONGEST_CELL}字，在本文件中被截短；完整内容请下载 Parquet"))
    for row, (label, text) in enumerate(lines):
        sheet.write_string(row, 0, label, label_format)
        sheet.write_string(row, 1, text[:LONGEST_CELL], text_format)
    start = len(lines) + 1
    if notes.columns:
        sheet.write_string(start, 0, "列", label_format)
        sheet.write_string(start, 1, "类型与含义", label_format)
    for row, (name, (kind, meaning)) in enumerate(notes.columns.items(), start=start + 1):
        sheet.write_string(row, 0, name[:LONGEST_CELL])
        sheet.write_string(row, 1, f"{kind}　{meaning}"[:LONGEST_CELL], text_format)


def flat(frame: pl.DataFrame) -> pl.DataFrame:
    """Every column as plain cells, dates and instants as text in Beijing time."""
    return _flat(frame)


def _flat(frame: pl.DataFrame, *, keep_dates: bool = False) -> pl.DataFrame:
    """Every column as a plain cell: lists and the like as text, instants in Beijing time."""
    changes = []
    for name, kind in frame.schema.items():
        if isinstance(kind, pl.Datetime):
            moment = pl.col(name)
            if kind.time_zone:
                moment = moment.dt.convert_time_zone("Asia/Shanghai").dt.replace_time_zone(None)
            changes.append(moment if keep_dates else moment.dt.strftime("%Y-%m-%d %H:%M:%S"))
        elif isinstance(kind, pl.Decimal):
            changes.append(pl.col(name).cast(pl.Float64) if keep_dates else pl.col(name).cast(pl.String))
        elif kind.is_nested():
            changes.append(
                pl.Series(name, [None if each is None else _listed(each) for each in frame[name].to_list()], pl.String)
            )
        elif kind in (pl.Binary, pl.Categorical, pl.Time) or isinstance(kind, pl.Enum | pl.Duration):
            changes.append(pl.col(name).cast(pl.String, strict=False))
    return frame.with_columns(changes)


def _listed(value: Any) -> str:
    return "；".join(map(str, value)) if isinstance(value, list) else str(value)
