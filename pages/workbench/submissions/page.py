"""报送工作台: who has reported, what is wrong where, whom to remind; a template to take, a file to have checked."""

import streamlit as st

from pages.ui.kit.errors import guarded
from pages.ui.kit.months import no_months
from pages.ui.kit.opening import opening
from pages.ui.kit.view import here
from pages.workbench.submissions import desk_tools, parts, receipt_check, reporting
from warehouse.read.month import submissions

BOARD, OWED, OWN, STEPS = "谁报了、谁没报", "催报与退件", "领表与检查", "审核与回执"

view = here()
rows = view.rows(submissions.board, city_area_id=view.city)
is_clerk = reporting.is_reporting(view)
unit_first = is_clerk or desk_tools.known_unit(view)
if rows:
    opening(
        "报送工作台",
        f"{view.city_name_zh} · 谁还没报，哪里不对",
        view.once(parts.finding),
        [],
        deck_zh="报表由各单位按月报送，次月5日前报到，遇节假日顺延。退回的只是有错的那一张，别的照收。",
    )
else:
    opening(
        "报送工作台",
        f"{view.city_name_zh} · 谁还没报，哪里不对",
        f"现行批次里还没有{view.city_name_zh}的月报，谁也谈不上欠报。",
        [],
        deck_zh="表样现在就可以领，填好的表也可以先检查。",
    )
# Who is known to fill in forms begins there, who passes them with those that wait, everybody else with who owes what.
names = [OWN, BOARD] if unit_first or not rows else [BOARD, OWN]
names += [OWED] if rows else []
if reporting.has_steps(view):
    names.insert(0 if reporting.is_passing(view) and not is_clerk else len(names), STEPS)
tabs = dict(zip(names, st.tabs(names, key="desk-tabs"), strict=True))
with tabs[OWN]:
    with guarded("领表样"):
        desk_tools.templates(view, own=reporting.own_unit(view))
    with guarded("检查文件"):
        if is_clerk:
            reporting.sending(view)
        else:
            desk_tools.checking(view)
with tabs[BOARD]:
    if rows:
        unit, month = parts.pick(view)
        parts.board(view, (unit, month))
        parts.unit_month(view, unit, month)
    else:
        no_months(
            view,
            "哪个单位报了、迟了、退回了、更正过，哪一格不对、怎么改，欠报的可以一键催报。",
            title_zh="收到月报后，这里按月列出",
        )
if OWED in tabs:
    with tabs[OWED]:
        parts.reminders(view)
        parts.unplaced(view)
if STEPS in tabs:
    with tabs[STEPS]:
        with guarded("审核"):
            reporting.reviewing(view)
        with guarded("核验回执"):
            receipt_check.verifying(view)
