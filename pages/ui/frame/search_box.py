"""The search of the frame: one box on every page for places, indicators, pages, programmes and documents.

The list is asked for over HTTP (`/api/v1/search`), so that typing runs no script of the page.
"""

from collections.abc import Mapping

import streamlit as st

from pages import FOLDER

KEY = "find"
_GOING = "_find_going"
_HTML = (
    '<div class="find" role="search"><input type="search" role="combobox" aria-label="找地方、指标、页面、政策、文件"'
    ' aria-expanded="false" aria-controls="find-list" aria-autocomplete="list" placeholder="查找：名称、拼音、首字母"'
    ' autocomplete="off" autocapitalize="off" spellcheck="false" maxlength="40"><kbd aria-hidden="true">/</kbd>'
    '<div class="finds" id="find-list" role="listbox" aria-label="找到的" hidden></div></div>'
)
_box = st.components.v2.component(
    "yanglao_find",
    html=_HTML,
    js=(FOLDER / "ui" / "frame" / "search_box.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


def search_box(pages: Mapping[str, st.Page]) -> None:
    """Show the box; open the page of what was chosen.

    Args:
        pages: the pages of the menu by their address, the first one under the empty address.
    """

    def chosen() -> None:
        st.session_state[_GOING] = st.session_state[KEY].go

    _box(key=KEY, on_go_change=chosen)
    going = st.session_state.pop(_GOING, None)
    if going and going.get("page") in pages:
        st.switch_page(pages[going["page"]], query_params=going.get("parameters"))
