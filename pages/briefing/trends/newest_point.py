"""What stands beside the newest point of 趋势: its value and changes in words, and where the year is likely to end."""

from pages.briefing.trends import rows
from pages.briefing.trends.chart import Ahead, Latest
from pages.ui.kit.html import esc, num
from pages.ui.kit.months import change_html
from pages.ui.kit.refs import ref
from pages.ui.kit.view import View
from warehouse.read.month import trend
from warehouse.wording import months as words
from warehouse.wording.grammar.dates import month_zh
from warehouse.wording.grammar.numbers import show_between


def latest_of(series: rows.Series) -> Latest | None:
    """The newest month; None where it has no number."""
    row, old, indicator = series.rows[-1], series.year_ago[-1], series.indicator
    value = rows.value_of(row, indicator, series.basis)
    if value is None:
        return None
    text = rows.text_of(value, series, row["status_code"])
    own = series.accumulates and series.basis == rows.MONTHLY
    column = ("change_mom" if indicator["timing_code"] == words.STOCK else "monthly_value") if own else None
    moved = [] if own else words.changes(row, indicator)[:2]
    before = None if old is None or rows.crosses(old, row, series) else rows.value_of(old, indicator, series.basis)
    return Latest(
        value=value,
        value_html=num(text, ref(words.MONTH, words.key_of(row), column)),
        value_zh=esc(text),
        when_zh=words.short_when_zh(row["month"], indicator["timing_code"])
        + ("，初步数" if row["quality_code"] == "provisional" else ""),
        changes_html=[f"{esc(one.word_zh)}{change_html(row, indicator, one.code)}" for one in moved],
        year_ago_html="" if before is None else f"上年同月{esc(rows.text_of(before, series))}",
    )


def ahead_of(view: View, choice, series: rows.Series) -> Ahead | None:
    """The outlook of a running total as mart.year_outlook has it; None for anything else."""
    row = series.rows[-1]
    if series.indicator["timing_code"] != words.YEAR_TO_DATE or series.basis != rows.LEVEL or row["value"] is None:
        return None
    found = view.ask(
        trend.outlook, area_id=choice.area_id, indicator_code=choice.code, month=row["month"]
    ).frame.to_dicts()
    if not found or found[0]["projected"] is None:
        return None
    one = found[0]
    low, high = one["projected_low"], one["projected_high"]
    said = f"全年预计{esc(words.value_text(one['projected'], series.indicator))}"
    if low is not None and high is not None:
        ends = show_between(low, high, series.indicator["unit_zh"], decimals=series.indicator["decimals"] or 0)
        said += f"<br>区间{esc(ends)}"
    years = f"按此前{one['year_count']}个完整年份同月所占比例"
    tried = f"；回测{one['case_count']}例，{one['wrong_count']}例超过上限" if one["case_count"] else "；还不能回测"
    return Ahead(
        month=row["month"].replace(month=12),
        value=one["projected"],
        low=low,
        high=high,
        said_html=f"{said}<small>{esc(years + tried)}（{esc(month_zh(row['month']))}推算）</small>",
    )
