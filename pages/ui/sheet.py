"""A block of a page: our own HTML, in which numbers are buttons.

Streamlit has no text with buttons inside it, so blocks are one small component: it shows the HTML and reports which
number was pressed. The frame opens that number's receipt (`pages.ui.receipts`).
"""

import streamlit as st

PRESSED = "_pressed_receipt"

_SCRIPT = """
export default function (component) {
  const { parentElement, data, setTriggerValue } = component
  const host = parentElement.querySelector(".block")
  if (host.dataset.shown !== data.html) {
    host.innerHTML = data.html
    host.dataset.shown = data.html
  }
  const press = (event) => {
    const pressed = event.target.closest("[data-receipt], [data-act]")
    if (!pressed) return
    event.preventDefault()
    if (pressed.dataset.receipt) setTriggerValue("receipt", pressed.dataset.receipt)
    else setTriggerValue("act", pressed.dataset.act)
  }
  host.onclick = press
  host.onkeydown = (event) => {
    if ((event.key === "Enter" || event.key === " ") && event.target.matches("[role=button]")) press(event)
  }
}
"""

_block = st.components.v2.component("yanglao_block", html='<div class="block"></div>', js=_SCRIPT, isolate_styles=False)


def block(html: str, *, key: str) -> str | None:
    """Show `html`. Returns the `data-act` of an element pressed just now, else None.

    A pressed number (`data-receipt`) is remembered for the frame, which opens the receipt after the page.

    Args:
        html: made with `pages.ui.parts`, so that everything from a release is escaped.
        key: unique on the page.
    """

    def pressed() -> None:
        st.session_state[PRESSED] = st.session_state[key].receipt

    result = _block(data={"html": html}, key=key, on_receipt_change=pressed, on_act_change=lambda: None)
    return result.act


def pressed_receipt() -> str | None:
    """The number pressed since this was last asked; None when none was."""
    return st.session_state.pop(PRESSED, None)
