"""Which form of which unit for which month: those the person may report, the month that is due first."""

from collections.abc import Mapping
from datetime import date, datetime

import streamlit as st

from pages.ui.frame.identity import here_is
from pages.ui.kit import filters, reads
from pages.ui.kit.judging import context
from pages.ui.kit.view import View
from warehouse.month import add_months
from warehouse.people import flow
from warehouse.wording.grammar.dates import CHINA, month_zh

MONTHS_BACK = 12


def chosen(view: View) -> flow.Track | None:
    """The report to fill; None where this person may fill none here."""
    units = _units(view)
    if not units:
        return None
    this_month = datetime.now(CHINA).date().replace(day=1)
    months = [add_months(this_month, -back) for back in range(1, MONTHS_BACK + 1)]
    named = {f"{month:%Y-%m}": month_zh(month) for month in months}
    with st.container(key="screen-only-choose", horizontal=True, vertical_alignment="bottom"):
        unit = (
            filters.choice("for", "单位", units, next(iter(units)), what_zh="单位")
            if len(units) > 1
            else next(iter(units))
        )
        code = filters.choice("fill", "月份", named, next(iter(named)), what_zh="月份")
        month = next(each for each in months if f"{each:%Y-%m}" == code)
        forms = _forms(view, month)
        form_code = filters.choice("form", "报表", forms, _first_open(view, unit, forms, month), what_zh="报表")
    return unit, form_code, month


def _first_open(view: View, unit: str, forms: Mapping[str, str], month: date) -> str:
    """The form to begin with: the first one that waits to be filled in and sent; it stays so while the page is open,
    since the receipt of what was sent stands on its page."""
    home = reads.whole_home(view.kind)

    def waits(code: str) -> bool:
        known = flow.report(home, (unit, code, month))
        return known is None or known.state_code in ("draft", "returned")

    first = next(filter(waits, forms), next(iter(forms)))
    return st.session_state.setdefault(f"_first_form_{unit}_{month:%Y%m}", first)


def finding(view: View, track: flow.Track | None) -> str:
    """What the first line says: whose form stands where, or why there is none to fill."""
    if track is None:
        return "演示数据不在网页上填报。" if view.is_demo else "您没有填报的单位。请管理员授予填报员角色。"
    unit, form_code, month = track
    known = flow.report(reads.whole_home(view.kind), track)
    state = flow.STATES[known.state_code if known else ""]
    return f"{_units(view)[unit]}{month_zh(month)}的{_forms(view, month)[form_code]}：{state}。"


def _units(view: View) -> dict[str, str]:
    from etl.months.reporting import units_of

    person = here_is()
    if person is None or view.kind != reads.REAL:
        return {}
    areas = context(view.kind).catalog.areas
    return {unit: areas[unit].name_zh for unit in units_of(person) if unit in areas}


def _forms(view: View, month: date) -> dict[str, str]:
    """Form code to the name of its version, in the order forms are told in everywhere."""
    from etl.months.filling import forms_of

    known = context(view.kind)
    named = forms_of(known, month)
    return {code: named[code] for code in known.catalog.codes["form_code"] if code in named}
