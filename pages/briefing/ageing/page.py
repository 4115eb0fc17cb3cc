"""老龄化底数: how old each county of the city is, and which places anywhere are like it."""

import streamlit as st

from pages.briefing.ageing.parts import city_ages, peers_of, pick_place, profiles_of, spreads_of, units_of_city
from pages.ui.kit import filters
from pages.ui.kit.errors import empty_state, nothing_more
from pages.ui.kit.months import controls
from pages.ui.kit.opening import opening
from pages.ui.kit.refs import links_of
from pages.ui.kit.view import here
from warehouse.wording.ageing import MEASURE_ZH, finding

view = here()
places, profiles = units_of_city(view), profiles_of(view)

city = profiles.get(view.city)
if city is None:
    opening("老龄化底数", view.city_name_zh, f"2020年普查表里没有{view.city_name_zh}，老年人口不明。", [])
    empty_state(
        "没有普查数，不算占比，也不找同类",
        "普查以后设立或没有单列的地方没有这张表。请核对区域表里的统计用区划代码；换一个城市可看其他地方。",
    )
    nothing_more()
counted = [profiles[place["area_id"]] for place in places if place["area_id"] in profiles]
said = finding(city, counted, spreads_of(view)["ageing_rate"]["median"])
with st.container(key="lead"):
    opening(
        "老龄化底数",
        f"{view.city_name_zh} · 2020年人口普查，常住人口",
        said.text,
        links_of(said),
        deck_zh="普查数是全数统计，无抽样误差；不是2020年以后的估计，也不是户籍人口。",
    )
    with controls("measure"):
        measure = filters.choice("measure", "看哪一项", MEASURE_ZH, "ageing_rate", what_zh="指标")
chosen = pick_place(view, places, profiles)
city_ages(view, measure=measure, chosen=chosen)
peers_of(view, chosen)
