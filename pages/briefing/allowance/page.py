"""高龄津贴: recipients and money by tier and township, whether the sums hold, stops against deaths, the year ahead."""

import streamlit as st

from pages.briefing.allowance import parts
from pages.briefing.allowance.budget import budget
from pages.briefing.allowance.payments import beside_payments
from pages.briefing.allowance.stopped import stopped_by_tier
from pages.briefing.allowance.stops import stops_against_deaths
from pages.ui.kit.errors import nothing_more
from pages.ui.kit.months import controls, pick_month
from pages.ui.kit.view import here
from pages.ui.marks.also_printed import also_printed
from warehouse.read.month import allowance

view = here()
lead = st.container(key="lead")
with lead:
    above = st.container()
    with controls("month"):
        month = pick_month(view.ask(allowance.months, city_area_id=view.city))
if month is None:
    with above:
        parts.without_months(view)
        also_printed(view, "allowance")
    nothing_more()
with above:
    parts.head(view, month)
parts.headline(view, month)
parts.by_tier(view, month)
stops_against_deaths(view, month)
parts.by_unit(view, month)
beside_payments(view, month)
stopped_by_tier(view, month)
parts.by_township(view, month)
budget(view, month)
parts.since_start(view)
also_printed(view, "allowance")
