"""Which form of which unit for which month: those the person may report, the month that is due first."""

from datetime import datetime

import streamlit as st

from pages.ui.frame.identity import here_is
from pages.ui.kit import filters, reads
from pages.ui.kit.judging import context
from pages.ui.kit.view import View
from warehouse.month import add_months
from warehouse.people import flow
from warehouse.wording.dates import CHINA, month_zh

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
        form_code = filters.choice("form", "报表", forms, next(iter(forms)), what_zh="报表")
    return unit, form_code, month


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


def _forms(view: View, month) -> dict[str, str]:
    from etl.months.filling import forms_of

    return forms_of(context(view.kind), month)
