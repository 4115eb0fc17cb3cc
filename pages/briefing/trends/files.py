"""The months of 趋势 as rows of a file: every number of the chart and of its table, one row a month."""

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from pages.briefing.trends import rows, tables
from warehouse.wording import months as words
from warehouse.wording.grammar.dates import month_zh

Row = Mapping[str, Any]
PROVISIONAL_ZH = "（初步）"


def months_file(series: rows.Series, events: Sequence[Row], quality_zh: Mapping[str, str]) -> pl.DataFrame:
    """One row a month, oldest first: value as printed and in full, comparisons, limits, signal, quality, events.

    A provisional value carries its mark in the very cell, so that it keeps it when the column is copied. The full value
    is a number of its own column. An event stands with the number of its document.

    Args:
        quality_zh: quality code to its word, as the release has them.
    """
    indicator = series.indicator
    heads, codes = tables.comparison_heads(indicator)
    table: dict[str, list] = {"月份": [], "数值": [], "全数": [], "单位": [], "上年同月": []}
    table |= {head: [] for head in heads} | {"控制限": [], "信号": [], "数据质量": [], "这个月": []}
    for place, row in enumerate(series.rows):
        moved = {
            one.code: f"{words.change_figure(row, one).wording}{one.scope_zh}" for one in words.changes(row, indicator)
        }
        table["月份"].append(month_zh(row["month"]))
        table["数值"].append(value_cell(row, indicator))
        table["全数"].append(row["value"])
        table["单位"].append(indicator["unit_zh"])
        old = series.year_ago[place]
        table["上年同月"].append(value_cell(old, indicator) if tables.is_beside(row, old, series) else "—")
        for head, code in zip(heads, codes, strict=True):
            table[head].append(moved.get(code, "—"))
        table["控制限"].append(tables.limits_zh(series, place))
        table["信号"].append(words.signal_zh(series.rows[place]) if series.chart.signals[place] else "")
        table["数据质量"].append(quality_zh.get(row["quality_code"] or "", ""))
        table["这个月"].append("；".join(tables.happened(row, events, series)))
    return pl.DataFrame(table, schema_overrides={"全数": pl.Float64})


def value_cell(row: Row, indicator: Row) -> str:
    """The value of a month as a file prints it; what is provisional says so in the cell."""
    text = words.value_text(row["value"], indicator, row["status_code"])
    is_provisional = row["quality_code"] == "provisional" and row["value"] is not None
    return text + PROVISIONAL_ZH if is_provisional else text
