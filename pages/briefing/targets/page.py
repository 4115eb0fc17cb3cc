"""目标与进度: what documents promised, what is done of it, and what cannot be judged."""

import streamlit as st

from pages.briefing.targets import parts
from pages.briefing.targets.steps import changed_targets
from pages.briefing.targets.what_if import what_ifs
from pages.ui.kit.months import pick_month
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
    month = pick_month(view.ask(targets.months, area_id=view.city), "看到哪个月")
    asked = parts.Asked(month, parts.pick_pace(view, month), view.today)
at = view.once(parts.standing, asked)
# One pace for headline, lines and cards: the reader's choice.
said = words.finding(view.city_name_zh, at.wholes, parts.by_pace(at.rows, at.pace), month, at.pace.name_zh)
with head:
    opening(
        "目标与进度",
        f"{view.city_name_zh} · 公开文件所定的目标",
        said.text,
        links_of(said),
        deck_zh=words.deck(at.rows, has_months=month is not None),
    )
parts.plan_and_year_ends(view, asked)
what_ifs(view, month)
parts.city_units(view, asked)
with st.expander("逐项说明：原句、几个目标共一个数、逐项达到、佐证、怎样判断", key="each-target"):
    parts.still_running(view, asked)
    changed_targets(view)
    parts.several_verdicts(view, asked)
    parts.settled(view, asked)
    parts.each_part(view, asked)
    parts.qualitative(view, asked)
    parts.settled_without_figures(view, asked)
    parts.rules(view)
