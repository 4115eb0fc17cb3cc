"""What a row of coverage prints wherever it stands: built, base, rate, and the tone of a verdict on it."""

from collections.abc import Mapping
from typing import Any

from warehouse.wording.grammar.numbers import mark, percent, plain, show_value

COVERAGE = "mart.coverage"
NO_BASE = "none"

Row = Mapping[str, Any]


def built_text(row: Row) -> str:
    """How many are built: in the document's words where it printed just this number, else in ours, else the mark."""
    if row["built"] is None:
        return mark("missing" if row["status_code"] == "not_applicable" else row["status_code"])
    printed = row["built_as_written"] if row["printed_value"] == row["built"] else None
    return show_value(row["built"], row["unit_zh"] or "个", as_written=printed)


def base_text(row: Row) -> str:
    """The base with its name and year: "2871个行政村（2021年）"; what stands there without one."""
    if row["base_code"] == NO_BASE:
        return "不设底数"
    if row["base"] is None:
        return f"{row['base_label_zh']} {mark(row['status_code'])}"
    return f"{plain(row['base'])}个{row['base_label_zh']}（{row['base_year']}年）"


def rate_text(row: Row) -> str:
    """The rate with as many decimals as tell its side of 100 %, or the mark of its status."""
    return mark(row["status_code"]) if row["rate"] is None else percent(row["rate"])
