"""四级网络覆盖: what is built from county to village, on which base, and what is blank or unknown."""

import streamlit as st

from pages.briefing.coverage import beds, enrolment, parts, picture
from pages.ui.kit import filters
from pages.ui.kit.base_switch import base_switch
from pages.ui.kit.opening import opening
from pages.ui.kit.view import here
from pages.ui.marks.also_printed import also_printed

view = here()
said, links, deck = view.once(parts.opening_of)
opening("四级网络覆盖", view.city_name_zh, said, links, deck_zh=deck)
drawn = view.once(picture.drawing)
if drawn:
    drawn.show("places")
towns = view.once(picture.worst)
if towns:
    towns.show("worst")
with st.expander("各级的底数、说明、目标与来源", key="ladder-fold"):
    view.once(parts.ladder_figure).show("ladder")
options = view.once(parts.networks_of)
if options:
    # A link that names a level opens it.
    with st.expander(
        "一级一级看：各县（区）方位图，空白乡镇名单与下载", key="level-fold", expanded="network" in st.query_params
    ):
        first = parts.opens_on(view, options)
        network = filters.choice("network", "看哪一级", options, first, what_zh="网络")
        view.once(parts.units_figure, network, options[network]).show("units")
        parts.blank_townships(view, network, options[network])
with st.expander("床位：每千名老年人有多少，够不够目标", key="beds-fold"):
    base_switch(view)
    beds.show(view)
with st.expander("入网：登记、活跃与服务", key="enrolment-fold"):
    enrolment.show(view)
also_printed(view, "coverage")
