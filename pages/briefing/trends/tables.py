"""The tables beside the line of 趋势: every month of the window, and the figures documents print."""

from collections.abc import Mapping, Sequence
from typing import Any

from pages.briefing.trends.rows import (
    MONTHLY,
    SIGNS,
    Series,
    crosses,
    document_number,
    on_chart,
    read_zh,
    value_of,
)
from pages.ui.kit.html import esc, long_text, num, table
from pages.ui.kit.months import change_html, quality_badges, value_html
from pages.ui.kit.refs import ref
from pages.ui.kit.view import View
from warehouse.read.receipt import derived
from warehouse.wording import months as words
from warehouse.wording.grammar.dates import month_zh, period_zh

Row = Mapping[str, Any]


def months_table(view: View, series: Series, events: Sequence[Row]) -> str:
    """Every month of the window, newest first: value, comparisons, limits, signal, quality, what happened."""
    indicator = series.indicator
    head, codes = comparison_heads(indicator)
    own_part = [words.part_zh(indicator)] if series.accumulates else []
    before = ["上年同月"] if any(series.year_ago) else []
    body = []
    for place in range(len(series.rows) - 1, -1, -1):
        row = series.rows[place]
        own = [_own_part(row, series)] if series.accumulates else []
        old = [_year_ago(row, series.year_ago[place], series)] if before else []
        body.append(
            [
                esc(month_zh(row["month"])),
                f"{value_html(row, indicator)} {quality_badges(view, row['quality_code'])}",
                *own,
                *old,
                *(change_html(row, indicator, code) for code in codes),
                esc(limits_zh(series, place)),
                esc(words.signal_zh(series.rows[place]) if series.chart.signals[place] else ""),
                esc("；".join(happened(row, events, series))),
            ]
        )
    heads = ["月份", "数值", *own_part, *before, *head, "控制限", "信号", "这个月"]
    return table(heads, body, text_columns=(len(heads) - 2, len(heads) - 1), caption=indicator["label_zh"])


def _own_part(row: Row, series: Series) -> str:
    value = value_of(row, series.indicator, MONTHLY)
    if value is None:
        return "—"
    is_stock = series.indicator["timing_code"] == words.STOCK
    return esc(words.moved(value, series.indicator) if is_stock else words.value_text(value, series.indicator))


def is_beside(row: Row, old: Row | None, series: Series) -> bool:
    """Whether the month a year before stands beside this one: it is known of, and no break lies between."""
    return old is not None and not crosses(old, row, series)


def _year_ago(row: Row, old: Row | None, series: Series) -> str:
    """The ghost of a month in the reading drawn; — where none is drawn."""
    if not is_beside(row, old, series):
        return "—"
    if series.accumulates and series.basis == MONTHLY:
        return _own_part(old, series)
    return value_html(old, series.indicator)


def comparison_heads(indicator: Row) -> tuple[list[str], list[str]]:
    """The comparisons an indicator of this timing has: their words, and the codes of the changes."""
    timing = indicator["timing_code"]
    if timing == words.YEAR_TO_DATE:
        return ["累计同比"], ["yoy"]
    if timing == words.FLOW:
        return ["环比", "同比"], ["mom", "yoy"]
    if indicator["kind_code"] != "ratio" and timing == words.STOCK:
        return ["同比", "较年初"], ["yoy", "year_start"]
    return ["较上月", "同比"], ["mom", "yoy"]


def limits_zh(series: Series, place: int) -> str:
    """The limits a month lies between, and whether they are trial ones; — without."""
    segment = next((one for one in series.chart.segments if one.start <= place < one.end), None)
    if segment is None:
        return "—"
    low, high = (_bare(limit, series) for limit in (segment.lower, segment.upper))
    return f"{low}—{high}" + ("（试算）" if segment.is_trial else "")


def _bare(limit: float, series: Series) -> str:
    if series.indicator["unit_zh"] == "%":
        return words.value_text(limit, series.indicator)
    decimals = max(series.indicator["decimals"] or 0, 1)
    return words.compact(limit, decimals)


def happened(row: Row, events: Sequence[Row], series: Series) -> list[str]:
    """What bears on a month: events with the number of their document, breaks, what was reported beside the figure."""
    month = row["month"]
    told = [
        f"{SIGNS[place % len(SIGNS)]}{document_number(event)}"
        for place, event in enumerate(on_chart(events))
        if event["precision_code"] != "year"
        and (event["marked_on"].year, event["marked_on"].month) == (month.year, month.month)
    ]
    told += [one["title_zh"] for one in series.breaks if one["month"] == month]
    return told + ([row["note_zh"]] if row["note_zh"] else [])


def _reading(row: Row) -> str:
    """The number a wording stands for where its usual reading adds to it, and why; empty where nothing is read into it."""
    opens = ref(derived.READING, f"{row['figure_id']}|usual", derived.READ_VALUE)
    parts = (
        num(read_zh(row), opens) if row["added_value"] and row["read_on"] else "",
        esc(row["reading_reason_zh"] or ""),
    )
    return "；".join(part for part in parts if part)


def figures_table(figures: Sequence[Row]) -> str:
    """The printed figures, apart from the months."""
    body = [
        [
            esc(period_zh(row["period_start_on"], row["period_end_on"])),
            num(row["value_as_written"], ref("core.fct_document_figure", row["figure_id"])),
            "；".join(part for part in (esc(row["qualifier_label_zh"]), _reading(row)) if part),
            long_text(row["source_title_zh"]),
            esc(row["source_number_zh"] or "未印文号"),
        ]
        for row in figures
    ]
    return table(["时点", "公开文件数", "写法", "文件", "文号"], body, text_columns=(2, 3, 4), caption="公开文件数")
