"""What the pages of county months share: the state without months, the month and unit looked at, badges of quality."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from urllib.parse import urlencode

import streamlit as st

from pages.ui.kit import filters
from pages.ui.kit.errors import empty_state
from pages.ui.kit.html import badge, esc, num, source_line
from pages.ui.kit.refs import ref
from pages.ui.kit.view import View
from warehouse.read import Release
from warehouse.read.meta import catalog
from warehouse.read.month import months
from warehouse.read.place import areas
from warehouse.wording import months as words
from warehouse.wording.grammar.cited import Figure
from warehouse.wording.grammar.dates import instant_zh, month_zh

Row = Mapping[str, Any]
SPANS = {"12": "12个月", "24": "24个月", "46": "46个月"}
REPORTS_ZH = "各单位月报"
REPORTS_LOG_ZH = "各单位月报的收件记录"


def no_months(view: View, needs_zh: str, *, title_zh: str = "收到月报后，这里是") -> None:
    """The state of a release into which no unit has reported: what the page would show, who sends it, where to see it.

    That there are no months the first line of the page says; here stands what comes with them.
    """
    link = "?" + urlencode({"data": "demo", "city": view.city})
    more = (
        ""
        if view.is_demo
        else f'<p><a class="link" href="{esc(link)}" target="_self">看演示数据里的这一页</a>'
        '<span class="soft">　由程序生成，不是实际情况</span></p>'
    )
    empty_state(
        title_zh, f"{needs_zh}\n各县（区）的月报从未公开，要由各单位报送；报送并更新后，本页自动有数。", more_html=more
    )


def known_months(view: View) -> list[date]:
    """The months of the release, newest first; empty where there are none."""
    return view.ask(months.months)[::-1]


def pick_month(known: Sequence[date], label_zh: str = "看哪个月") -> date | None:
    """The month to look at, the first of those `known` by default; None where there are none."""
    if not known:
        return None
    options = {f"{month:%Y-%m}": month_zh(month) for month in known}
    return date.fromisoformat(f"{filters.choice('month', label_zh, options, next(iter(options)), what_zh='月份')}-01")


def note_month_left_out(view: View, why_zh: str) -> None:
    """Say which month stands on a page that does not follow the one chosen elsewhere, and why; nothing where both are one.

    Args:
        why_zh: `month_zh` of the page; empty where it follows the month or shows none.
    """
    chosen, known = filters.chosen("month"), known_months(view) if why_zh and view.has_months else []
    month = next((one for one in known[1:] if f"{one:%Y-%m}" == chosen), None)
    if month is not None:
        filters.note(f"所选的{month_zh(month)}不改变本页：{why_zh.format(newest=month_zh(known[0]))}。")


def units_of(view: View) -> list[Row]:
    """The reporting units of the city, in declared order."""
    return view.rows(areas.units, city_area_id=view.city)


def indicators_of(view: View) -> dict[str, Row]:
    """Every indicator of the release by its code; not to be changed."""
    return view.ask(_indicators)


def _indicators(release: Release) -> dict[str, Row]:
    return {row["indicator_code"]: row for row in catalog.indicators(release).frame.to_dicts()}


def quality_zh(view: View) -> Mapping[str, str]:
    """Quality code to its word: 已签发, 初步, 存疑."""
    return view.ask(catalog.code_labels, code_set="quality_code")


def quality_badges(view: View, quality_code: str | None) -> str:
    """The badges that stand at a number: its quality, and 演示 where it is invented."""
    word = quality_zh(view).get(quality_code or "")
    shown = badge(word, words.QUALITY_TONES.get(quality_code or "", "")) if word else ""
    return shown + (" " + badge("演示", "watch") if view.is_demo else "")


def shown(figure: Figure) -> str:
    """A number of a sentence as a button."""
    is_known = bool(figure.row_key)
    return num(figure.wording, ref(figure.relation, figure.row_key, figure.column or None) if is_known else None)


def value_html(row: Row | None, indicator: Row, *, with_unit: bool = True) -> str:
    """The value of one month as a button that opens its receipt; 缺 for a month without a row."""
    if row is None:
        return num(words.value_text(None, indicator, "missing"), None)
    figure = words.value_figure(row, indicator)
    text = figure.wording
    if not with_unit and indicator["unit_zh"] != "%":
        text = text.removesuffix(indicator["unit_zh"])
    return num(text, ref(figure.relation, figure.row_key) if row["value"] is not None else None)


def change_html(row: Row, indicator: Row, code: str) -> str:
    """One comparison with its direction as sign and verb, opening its receipt; — where none can be made."""
    found = next((one for one in words.changes(row, indicator) if one.code == code), None)
    if found is None:
        return '<span class="soft">—</span>'
    figure = words.change_figure(row, found)
    tone = found.tone if found.tone != "flat" else ""
    scope = f'<span class="soft">{esc(found.scope_zh)}</span>' if found.scope_zh else ""
    return f'<span class="{tone}">{num(figure.wording, ref(figure.relation, figure.row_key, figure.column), wrap=True)}</span>{scope}'


def moves_html(row: Row | None, indicator: Row, *, most: int = 2) -> str:
    """How a month moved against others, each comparison opening its two months; nothing where none can be made."""
    if row is None:
        return ""
    made = words.changes(row, indicator)[:most]
    return "，".join(
        num(one.whole_zh, ref(words.MONTH, words.key_of(row), words.CHANGE_COLUMNS[one.code]), wrap=True)
        for one in made
    )


def verdict_html(verdict_code: str, indicator: Row, *, subject_zh: str = "", signal: Row | None = None) -> str:
    """A verdict on a series as word; a new signal with the diamond it is drawn with, never ▲ or ▼, which judge."""
    told = words.verdict_zh(verdict_code, subject_zh=subject_zh, signal=signal)
    if not words.is_spoken(verdict_code, signal):
        return f'<span class="soft">{esc(told)}</span>'
    return f'<span class="status {words.verdict_tone(verdict_code, indicator)}">◆ {esc(told)}</span>'


def controls(key: str) -> Any:
    """A row for the choices of a page; it stays off paper."""
    return st.container(key=f"screen-only-{key}", horizontal=True, vertical_alignment="bottom", gap="medium")


def reports_foot(view: View) -> str:
    """The source line of everything about reports."""
    return source_line(REPORTS_LOG_ZH, instant_zh(view.header["built_at"]), view.release_id)
