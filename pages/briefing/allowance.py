"""高龄津贴: recipients and money by tier and township, whether the sums hold, stops against deaths, the year ahead."""

import streamlit as st

from pages.ui import allowance_parts as parts
from pages.ui.allowance_budget import budget
from pages.ui.allowance_stops import stops_against_deaths
from pages.ui.errors import nothing_more
from pages.ui.view import here

view = here()
above = st.container()
month = parts.pick_month(view)
if month is None:
    with above:
        parts.without_months(view)
    nothing_more()
with above:
    parts.head(view, month)
parts.headline(view, month)
parts.by_tier(view, month)
stops_against_deaths(view, month)
parts.by_unit(view, month)
parts.by_township(view, month)
budget(view, month)
