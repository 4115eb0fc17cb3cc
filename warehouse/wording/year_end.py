"""Where the running totals of a year are likely to end, in words: value, interval, and what the rule got wrong."""

from collections.abc import Mapping, Sequence
from typing import Any

from warehouse.wording.grammar.cited import Cited, Figure, cited
from warehouse.wording.grammar.numbers import show_between, show_value

YEAR_OUTLOOK = "mart.year_outlook"
Row = Mapping[str, Any]


def interval_zh(row: Row, unit_zh: str) -> str:
    """ "在1900—2300人次之间"; why there is no interval where fewer than two full years lie before."""
    if row["projected_low"] is None or row["projected_high"] is None:
        return f"只有{row['year_count']}个完整年份，不能给出区间"
    return f"在{show_between(row['projected_low'], row['projected_high'], unit_zh)}之间"


def backtest_zh(row: Row) -> str:
    """How often the rule was tried on completed years, and how often the year ended above the upper bound."""
    if not row["case_count"]:
        return "没有回测"
    return f"回测{row['case_count']}例，其中{row['wrong_count']}例实际超过上限"


def projected_figure(row: Row) -> Figure:
    """The projected total, opening what it was made of."""
    return Figure(wording=show_value(row["projected"], row["unit_zh"]), relation=YEAR_OUTLOOK, row_key=row["row_key"])


def claim(rows: Sequence[Row]) -> Cited:
    """The sentence over the projections: the first of them with its interval."""
    first = rows[0]
    more = f"；另有{len(rows) - 1}项" if len(rows) > 1 else ""
    return cited(
        f"{first['label_zh']}年末预计", projected_figure(first), f"，{interval_zh(first, first['unit_zh'])}{more}"
    )
