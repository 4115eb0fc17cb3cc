"""The switch between the two populations a rate per elders may stand on: the 2020 census, or its projection."""

import streamlit as st

from pages.ui.kit import filters
from pages.ui.kit.html import esc
from pages.ui.kit.months import controls
from pages.ui.kit.view import BASES_ZH, CENSUS, View
from warehouse.wording.grammar.bases import SWITCH_NOTES_ZH


def base_choice() -> None:
    """The choice alone, for a row with other choices."""
    filters.choice("base", "老年人口底数", BASES_ZH, CENSUS, what_zh="老年人口底数")


def base_switch(view: View) -> None:
    """Let the reader choose the population; every rate per elders of the page follows, and all pages after it."""
    with controls("base"):
        base_choice()
        base_note(view)


def base_note(view: View) -> None:
    """What the population chosen is."""
    st.html(f'<div class="block"><p class="aside">{esc(SWITCH_NOTES_ZH[view.base])}</p></div>')
