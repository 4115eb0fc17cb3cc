"""总览: what is known of the city, what is not, and where to go on."""

import streamlit as st

from pages.ui import overview_rows as shown
from pages.ui.cards import cards
from pages.ui.opening import opening
from pages.ui.refs import links_of
from pages.ui.registry import BRIEFING, PAGES
from pages.ui.sheet import block
from pages.ui.view import here
from warehouse.read import areas, checks, coverage, documents, targets
from warehouse.wording.sentences import overview_finding

view = here()
ladder = view.ask(coverage.ladder, area_id=view.city).frame.to_dicts()
verdicts = view.ask(targets.verdicts, area_id=view.city).frame.to_dicts()
profiles = view.ask(areas.profiles, area_ids=(view.city,)).frame.to_dicts()
figures = view.ask(documents.figures, area_id=view.city, kind_code="actual").frame.to_dicts()
doubts = view.ask(checks.cross_checks, area_id=view.city).frame.to_dicts()

said = overview_finding(ladder, verdicts, name_zh=view.city_name_zh)
opening("总览", view.city_name_zh, said.text, links_of(said), deck_zh=shown.deck(view))

block(cards(shown.headline_cards(ladder, verdicts, profiles, figures)), key="cards")
block(shown.known_and_unknown(ladder, verdicts, doubts), key="known")

st.html('<div class="block"><div class="fig quiet"><h2>接着看</h2></div></div>')
with st.container(key="screen-only-onward"):
    for entry in PAGES[1:]:
        if entry.group == BRIEFING:
            st.page_link(entry.script, label=f"**{entry.question_zh}**　{entry.title_zh}")
