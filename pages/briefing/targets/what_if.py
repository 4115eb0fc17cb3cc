"""如果……会怎样: a pace, a rhythm and months beyond December; kept by name, worked out again whenever it is looked at."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

import streamlit as st

from pages.ui.frame.identity import who
from pages.ui.kit import filters, reads
from pages.ui.kit.block import block
from pages.ui.kit.html import esc, num, source_line, table
from pages.ui.kit.refs import ref
from pages.ui.kit.view import View
from warehouse.desk.scenarios import LONGEST_TITLE, Scenario, ScenarioDesk
from warehouse.errors import YanglaoError
from warehouse.read.target import what_if as points
from warehouse.series.what_if import (
    FASTEST,
    METHOD,
    MOST_EXTRA,
    SEASON,
    SLOWEST,
    Assumption,
    WhatIf,
    needed_monthly,
    what_if,
)
from warehouse.wording import what_if as words
from warehouse.wording.grammar.dates import month_zh
from warehouse.wording.grammar.numbers import show_value
from warehouse.wording.months import MONTH

Row = Mapping[str, Any]


def what_ifs(view: View, month: date | None) -> None:
    """The what-if of the city's running totals; nothing where none of them has a target this year."""
    rows = [] if month is None else view.rows(points.starting_points, area_id=view.city, month=month)
    if not rows:
        return
    with st.expander("如果……会怎样：换一种速度、节奏，或多几个月", key="what-if"):
        row, assumed = _chosen(rows)
        found = worked_out(view, row, month, assumed)
        block(_told(view, row, month, assumed, found), key="what-if-told")
        if found is not None:
            _keep(view, row, month, assumed, found)
        _kept(view, rows, month)


def worked_out(view: View, row: Row, month: date, assumed: Assumption) -> WhatIf | None:
    """What the assumption gives on this release, by today's method."""
    shares = view.ask(points.shares, area_id=view.city, indicator_code=row["indicator_code"], month=month)
    return what_if(row["value"], month.month, shares, assumed)


def _chosen(rows: Sequence[Row]) -> tuple[Row, Assumption]:
    """The indicator and the assumption of the address."""
    codes = {row["indicator_code"]: row["label_zh"] for row in rows}
    with st.container(key="screen-only-what-if", horizontal=True, vertical_alignment="bottom"):
        code = filters.choice("if", "指标", codes, next(iter(codes)), what_zh="指标")
        rhythm = filters.choice("rhythm", "节奏", words.RHYTHMS_ZH, SEASON, what_zh="节奏")
        pace = st.number_input("速度（%）", SLOWEST, FASTEST, 100, step=5, key="what-if-pace", width=130)
        extra = st.number_input("延长（月）", 0, MOST_EXTRA, 0, key="what-if-extra", width=130)
    row = next(row for row in rows if row["indicator_code"] == code)
    return row, Assumption(rhythm_code=rhythm, pace_percent=int(pace), extra_months=int(extra))


def _told(view: View, row: Row, month: date, assumed: Assumption, found: WhatIf | None) -> str:
    if found is None:
        return f'<div class="notice">{esc(words.unknown_zh(row, month, assumed))}</div>'
    needed = needed_monthly(row["value"], month.month, row["goal"], assumed.extra_months)
    body = [
        [f"{esc(month_zh(month))}累计", num(show_value(row["value"], row["unit_zh"]), ref(MONTH, row["row_key"]))],
        [f"其余{found.month_count}个月平均每月", esc(show_value(found.monthly, row["unit_zh"]))],
        ["要达到目标", esc(words.needed_zh(row, needed))],
        ["算法", esc(f"第{METHOD}版。{words.RULES_ZH[assumed.rhythm_code]}")],
        ["回测", esc(words.backtest_zh(found))],
    ]
    return (
        f'<div class="fig"><h3>{esc(words.answer_zh(row, month, assumed, found))}</h3></div>'
        + table(["", ""], body, text_columns=(0, 1), caption="测算")
        + source_line("各单位月报", month_zh(month), view.release_id)
    )


def _desk() -> ScenarioDesk:
    return ScenarioDesk(reads.whole_home(reads.REAL))


def _keep(view: View, row: Row, month: date, assumed: Assumption, found: WhatIf) -> None:
    person = who()
    if not person:
        st.caption("没有登录身份，不能保存；登录后可以存下这个假设，以后每次打开都按当时的算法和数据重算。")
        return
    with st.form("keep-what-if", border=False, clear_on_submit=True):
        title = st.text_input("标题", max_chars=LONGEST_TITLE, key="what-if-title")
        if not st.form_submit_button("存下这个假设"):
            return
    kept = Scenario(
        owner=person,
        title_zh=title,
        kind_code=view.kind,
        area_id=view.city,
        indicator_code=row["indicator_code"],
        assumption=asdict(assumed),
        release_id=view.release_id,
        month=month,
        method=METHOD,
        total=found.total,
    )
    try:
        _desk().save(kept)
    except YanglaoError as refusal:
        st.warning(str(refusal))


def _kept(view: View, rows: Sequence[Row], month: date) -> None:
    """What this person kept, worked out again."""
    person = who()
    kept = _desk().kept(person, kind_code=view.kind, area_id=view.city) if person else []
    for one in kept:
        row = next((row for row in rows if row["indicator_code"] == one.indicator_code), None)
        assumed = Assumption(**one.assumption)
        now = None if row is None else worked_out(view, row, month, assumed)
        told = words.kept_zh(one, row, month, now, METHOD)
        with st.container(horizontal=True, vertical_alignment="center", key=f"screen-only-kept-{one.scenario_id}"):
            st.html(
                f'<div class="block"><p><b>{esc(one.title_zh)}</b>　{esc(words.assumption_zh(assumed))}<br>{esc(told)}</p></div>'
            )
            if st.button("删除", key=f"forget-what-if-{one.scenario_id}", help=f"删除“{one.title_zh}”"):
                _desk().forget(one.scenario_id, owner=person)
                st.rerun()
