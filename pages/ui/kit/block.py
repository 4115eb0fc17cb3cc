"""A block of a page: our own HTML, in which numbers are buttons and a drawing has its table one tab away.

Streamlit has no text with buttons inside it, so blocks are one small component: it shows the HTML and reports which
number was pressed. The frame opens that number's receipt (`pages.ui.frame.receipt_drawer`). A whole figure is one block: its tabs
turn in the browser, and a rerun has one element to look at instead of eight.
"""

from collections.abc import Callable

import plotly.graph_objects as go
import streamlit as st

from pages import FOLDER
from pages.ui.kit import shown
from pages.ui.kit.html import esc

PRESSED = "_pressed_receipt"

_block = st.components.v2.component(
    "yanglao_block",
    html='<div class="block"></div>',
    js=(FOLDER / "ui" / "kit" / "block.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


def block(html: str, *, key: str, is_noted: bool = True) -> str | None:
    """Show `html`. Returns the `data-act` of an element pressed just now, else None.

    A pressed number (`data-receipt`) is remembered for the frame, which opens the receipt after the page.

    Args:
        html: made with `pages.ui.kit.html`, so that everything from a release is escaped.
        key: unique on the page.
        is_noted: it may be taken along with the page; False for a part that another piece holds already.
    """
    if is_noted:
        shown.note(shown.Piece(html=html))

    def pressed() -> None:
        st.session_state[PRESSED] = st.session_state[key].receipt

    result = _block(data={"html": html}, key=key, on_receipt_change=pressed, on_act_change=lambda: None)
    return result.act


def figure_block(
    drawn_html: str,
    *,
    claim_zh: str,
    what_zh: str,
    foot_html: str,
    twin_html: str,
    key: str,
    fig: "Callable[[], go.Figure] | None" = None,
) -> str | None:
    """A figure of our own HTML: sentence, subtitle, tabs 图 and 表, source line. Returns what `block` returns.

    Args:
        claim_zh: the finding, a sentence with a number.
        what_zh: what is drawn, unit and as-of.
        foot_html: from `parts.source_line`.
        twin_html: the same numbers as a table, with receipts.
        fig: makes the drawing for paper, where that is made of points and not of what stands here.
    """
    if fig is not None:
        shown.note(shown.Piece(fig=fig, claim_zh=claim_zh, what_zh=what_zh, twin_html=twin_html, foot_html=foot_html))
    return block(
        f"{head(claim_zh, what_zh)}{_tabs(key, claim_zh, {'图': drawn_html, '表': twin_html})}{foot_html}",
        key=key,
        is_noted=fig is None,
    )


def head(claim_zh: str, what_zh: str) -> str:
    """The sentence over a figure and what is drawn."""
    return f'<div class="fig"><h2>{esc(claim_zh)}</h2><div class="what">{esc(what_zh)}</div></div>'


def _tabs(key: str, claim_zh: str, panels: dict[str, str]) -> str:
    """The first panel shown, the others one press away."""
    names, bodies = "", ""
    for number, (name, html) in enumerate(panels.items()):
        tab, panel, is_first = f"{key}-tab-{number}", f"{key}-panel-{number}", number == 0
        names += (
            f'<button type="button" role="tab" id="{esc(tab)}" aria-controls="{esc(panel)}" aria-selected="{str(is_first).lower()}"'
            f' tabindex="{0 if is_first else -1}">{esc(name)}</button>'
        )
        bodies += f'<div role="tabpanel" id="{esc(panel)}" aria-labelledby="{esc(tab)}"{"" if is_first else " hidden"}>{html}</div>'
    return f'<div class="tabs"><div role="tablist" aria-label="{esc(claim_zh)}">{names}</div>{bodies}</div>'


def pressed_receipt() -> str | None:
    """The number pressed since this was last asked; None when none was."""
    return st.session_state.pop(PRESSED, None)
