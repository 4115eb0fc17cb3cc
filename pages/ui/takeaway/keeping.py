"""固定链接: a button that keeps a table with its own rows, definitions and hash, and shows the link to it."""

from collections.abc import Callable
from dataclasses import replace

import streamlit as st

from pages.ui.kit import reads
from pages.ui.kit.html import esc
from pages.ui.kit.view import View
from warehouse.errors import PaperError, YanglaoError
from warehouse.kept import Kept, keep

HELP_ZH = "把这张表连同口径和校验值单独存下来；以后批次怎么变，链接里的数都不变"


def button(view: View, make: Callable[[], Kept], *, key: str) -> None:
    """The button; what is kept is made when it is pressed. Why it cannot be kept is told in its place."""
    if not st.button("固定链接", key=key, help=HELP_ZH):
        return
    try:
        if view.is_draft:
            raise PaperError("还没有发布的草稿不能存成固定链接。请在发布后再存")
        # Beside the releases of the whole home: a link must not go when the file of a scope is made anew.
        code = keep(reads.whole_home(view.kind), replace(make(), scope="" if view.is_demo else reads.seen_as()))
    except YanglaoError as refusal:
        st.html(f'<div class="block"><div class="notice" role="status">{esc(str(refusal))}</div></div>')
        return
    link = f"/kept/{'demo/' if view.is_demo else ''}{code}"
    st.html(
        f'<div class="block"><p role="status">已存：<a class="link" href="{esc(link)}" target="_blank">{esc(link)}</a></p></div>'
    )
