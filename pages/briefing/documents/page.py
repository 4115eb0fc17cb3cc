"""公开文件: what each document prints and promises, sentence by sentence, which of its numbers set a trap; a draft held against them."""

import streamlit as st

from pages.briefing.documents.draft_check import draft_check
from pages.briefing.documents.reading import choose, reading
from pages.ui.kit import filters
from pages.ui.kit.opening import opening
from pages.ui.kit.refs import links_of
from pages.ui.kit.view import here
from warehouse.read.document import checks, documents
from warehouse.wording.grammar.sentences import documents_finding

TASKS = {"read": "读文件", "draft": "核对答复稿"}

view = here()
sources = view.ask(documents.sources).frame.to_dicts()
all_checks = view.ask(checks.cross_checks).frame.to_dicts()

said = documents_finding(sources, all_checks)
opening(
    "公开文件",
    f"{len(sources)}份",
    said.text,
    links_of(said),
    deck_zh="数字照文件原样印出，约数不作准数；点任何一个数可看原句。",
)
with st.container(horizontal=True, key="screen-only-document"):
    task = filters.choice("task", "做什么", TASKS, "read", what_zh="内容")
    chosen = choose(sources, all_checks, view.city) if task == "read" else None
if chosen:
    reading(view, *chosen, all_checks)
else:
    draft_check(view)
