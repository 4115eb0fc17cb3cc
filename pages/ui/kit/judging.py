"""What forms are judged by, for the pages that check what is dropped or typed."""

from typing import Any

import streamlit as st

from pages.ui.kit import reads


@st.cache_resource(show_spinner=False)
def context(kind: str) -> Any:
    """The rules, layouts, names and populations; the same for every reader."""
    from etl.checking import judging_context

    return judging_context(is_demo=kind == reads.DEMO)
