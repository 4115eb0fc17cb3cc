"""取数 without SQL: indicators, units and months chosen from lists; and what an indicator can be joined with."""

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from pages.ui.kit.block import block
from pages.ui.kit.html import esc
from pages.ui.kit.view import View
from warehouse.query.help.written import bulk as bulk_sql
from warehouse.query.help.written import joins
from warehouse.read.meta import catalog
from warehouse.read.month import months
from warehouse.read.place import areas

Load = Callable[[str, Mapping[str, Any]], None]
WIDE, LONG = "wide", "long"
SHAPES_ZH = {LONG: "一行一个数", WIDE: "一个指标一列"}


def taking(view: View, load_and_run: Load, load: Load) -> None:
    """Both parts, one under the other."""
    listed = {row["indicator_code"]: row for row in view.ask(catalog.indicators).frame.iter_rows(named=True)}
    _bulk(view, listed, load_and_run)
    _joins(view, listed, load)


def _bulk(view: View, listed: Mapping[str, Mapping[str, Any]], load_and_run: Load) -> None:
    st.html('<div class="block"><h4>批量取数：指标×单位×月份</h4></div>')
    known = [f"{month:%Y-%m}" for month in view.ask(months.months)]
    if not known:
        st.html(
            '<div class="block"><p class="small">本批次还没有月报，没有按月的数可取；可切换到演示数据试。</p></div>'
        )
        return
    names = {code: row["label_zh"] for code, row in listed.items()}
    places = _places(view)
    with st.form("bulk", border=False):
        picked = st.multiselect(
            "指标", list(names), format_func=names.get, key="bulk_indicators", placeholder="可选多个"
        )
        units = st.multiselect("地区", list(places), format_func=places.get, key="bulk_areas", placeholder="不选即全部")
        with st.container(horizontal=True):
            first = st.selectbox("从", known, index=max(0, len(known) - 12), format_func=_month_zh, key="bulk_first")
            last = st.selectbox("到", known, index=len(known) - 1, format_func=_month_zh, key="bulk_last")
        shape = st.segmented_control(
            "排法", list(SHAPES_ZH), format_func=SHAPES_ZH.get, default=LONG, key="bulk_shape", required=True
        )
        pressed = st.form_submit_button("取数", type="primary", width="stretch")
    if not pressed:
        return
    if not picked or first > last:
        wrong = "请至少选一个指标" if not picked else f"从{_month_zh(first)}到{_month_zh(last)}是倒着的，请换一下"
        st.html(f'<div class="block"><div class="notice" role="status">{esc(wrong)}。</div></div>')
        return
    days = dict(zip(known, view.ask(months.months), strict=True))
    sql = bulk_sql(
        picked, units or list(places), days[first], days[last], names=names if shape == WIDE else None
    )  # fmt: skip
    load_and_run(sql, {})


def _places(view: View) -> dict[str, str]:
    found = {}
    for city, name in view.ask(areas.cities).frame.select("area_id", "name_zh").iter_rows():
        found[city] = name
        found |= dict(view.ask(areas.units, city_area_id=city).frame.select("area_id", "name_zh").iter_rows())
    return found


def _month_zh(month: str) -> str:
    return f"{month[:4]}年{int(month[5:])}月"


def _joins(view: View, listed: Mapping[str, Mapping[str, Any]], load: Load) -> None:
    st.html('<div class="block"><h4>从一个指标写联接</h4></div>')
    code = st.selectbox(
        "指标", list(listed), format_func=lambda code: listed[code]["label_zh"], key="join_indicator", label_visibility="collapsed"
    )  # fmt: skip
    found = joins(listed[code])
    waits = "（等月报）" if not view.has_months else ""
    act = block(
        "".join(
            f'<details class="starter"><summary>{esc(each.title_zh)}{waits if each.needs_months else ""}</summary>'
            f'<p>{esc(each.lesson_zh)}</p><button type="button" data-act="join:{number}">装入编辑器</button></details>'
            for number, each in enumerate(found)
        ),
        key="joins",
    )
    pressed = next((each for number, each in enumerate(found) if act == f"join:{number}"), None)
    if pressed:
        load(pressed.sql, {})
