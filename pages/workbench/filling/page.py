"""填报: the form of one unit for one month, filled in the browser, checked at each change, sent with a receipt."""

import streamlit as st

from pages.ui.kit.errors import guarded
from pages.ui.kit.opening import opening
from pages.ui.kit.view import here
from pages.workbench.filling import choosing, form

view = here()
above = st.container()
track = choosing.chosen(view)
with above:
    opening(
        "填报",
        "在网页上填月报",
        choosing.finding(view, track),
        [],
        deck_zh="填一格存一格，刷新、断电都不丢；规则与报送文件时完全相同，变动大的当场问说明；报送后给回执。",
    )
if track:
    with guarded("填报"):
        form.filling(view, track)
    with guarded("回执"):
        form.sent(view, track)
