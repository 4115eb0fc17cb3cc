"""趋势: one indicator over time in any place, whether its moves are more than noise, and who moved it."""

import streamlit as st

from pages.briefing.trends import parts
from pages.briefing.trends.multiples import small_multiples
from pages.briefing.trends.why_it_moved import why_it_moved
from pages.ui.kit.errors import nothing_more
from pages.ui.kit.months import no_months
from pages.ui.kit.opening import opening
from pages.ui.kit.view import here

view = here()
lead = st.container(key="lead")
with lead:
    above = st.container()
    choice = parts.choose(view)
if choice is None:
    with above:
        opening("趋势", view.city_name_zh, f"{view.city_name_zh}还没有可以按时间排列的数。", [])
    no_months(
        view,
        "没有月报，公开文件也没有印出可以按时间排列的数。",
        title_zh=f"{view.city_name_zh}还没有可以画的数",
    )
    nothing_more()
with above:
    parts.opened(view, choice)
parts.main_figure(view, choice)
wide, narrow = st.columns([5, 3], gap="large") if parts.is_city(view, choice) else (st.container(), st.container())
with wide:
    small_multiples(view, choice)
with narrow:
    why_it_moved(view, choice)
