"""平台与培训: who uses the platform, how far orders get, who answers; trainings, persons and certificates apart."""

import streamlit as st

from pages.briefing.platform import parts
from pages.briefing.platform.training import training
from pages.ui.kit.base_switch import base_switch
from pages.ui.kit.errors import nothing_more
from pages.ui.kit.months import controls, pick_month
from pages.ui.kit.view import here
from pages.ui.marks.also_printed import also_printed
from warehouse.read.month import platform

view = here()
lead = st.container(key="lead")
with lead:
    above = st.container()
    with controls("month"):
        month = pick_month(view.ask(platform.months, city_area_id=view.city))
if month is None:
    with above:
        parts.without_months(view)
        also_printed(view, "platform")
    nothing_more()
with above:
    parts.head(view, month)
base_switch(view)
parts.use(view, month)
parts.funnel(view, month)
parts.satisfaction(view, month)
training(view, month)
also_printed(view, "platform")
