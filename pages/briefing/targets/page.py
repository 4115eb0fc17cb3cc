"""目标与进度: what documents promised, what is done of it, and what cannot be judged."""

import streamlit as st

from pages.briefing.targets import board, parts
from pages.briefing.targets.steps import changed_targets
from pages.briefing.targets.what_if import what_ifs
from pages.ui.kit.block import block
from pages.ui.kit.opening import opening
from pages.ui.kit.refs import links_of
from pages.ui.kit.view import here
from warehouse.read.target import targets
from warehouse.wording import targets as words

view = here()
lead = st.container(key="lead")
head = lead.container()
controls = lead.container(key="screen-only-choices", horizontal=True, vertical_alignment="bottom")
with controls:
    month = parts.pick_month(view)
asked = {"area_id": view.city, "month": month, "today": view.today}
wholes = view.ask(targets.wholes, **asked).frame.to_dicts()
rows = view.ask(targets.lines, **asked).frame.to_dicts()
with controls:
    pace = parts.pick_pace(rows)
# One pace for headline, lines and cards: the reader's choice.
said = words.finding(view.city_name_zh, wholes, parts.by_pace(rows, pace), month, pace.name_zh)
with head:
    opening(
        "目标与进度",
        f"{view.city_name_zh} · 公开文件所定的目标",
        said.text,
        links_of(said),
        deck_zh=words.deck(rows, has_months=month is not None),
    )
block(board.plan(wholes, rows, pace) + board.plan_foot(wholes, view.release_id), key="plan")
cards = parts.on_cards(rows)
parts.year_ends(view, month)
what_ifs(view, month)
parts.city_units(view, rows, month)
with st.expander("逐项说明：原句、几个目标共一个数、逐项达到、佐证、怎样判断", key="each-target"):
    parts.still_running(view, rows, pace, cards)
    changed_targets(view)
    parts.several_verdicts(view, cards, pace)
    parts.settled(view, rows, pace, cards)
    parts.each_part(view, wholes, rows)
    parts.qualitative(view, rows)
    parts.settled_without_figures(view, rows, cards)
    parts.rules(view)
