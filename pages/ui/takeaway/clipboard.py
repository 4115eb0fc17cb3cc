"""One press takes text or a table along: as words for a chat, as a real table for WPS, its source line with it."""

from collections.abc import Sequence

import streamlit as st

from pages.ui.kit.html import esc

# Bureaus serve the app over plain http, where browsers refuse the clipboard interface: copying a selection works there,
# and takes the table as a table.
_SCRIPT = """
export default function (component) {
  const { parentElement, data } = component
  const host = parentElement.querySelector(".block")
  if (host.dataset.shown !== data.html) {
    host.innerHTML = data.html
    host.dataset.shown = data.html
  }
  const said = host.querySelector(".said")
  host.onclick = async (event) => {
    const pressed = event.target.closest("[data-copy]")
    if (!pressed) return
    const one = data.copies[pressed.dataset.copy]
    let done = false
    try {
      await navigator.clipboard.write([new ClipboardItem({
        "text/plain": new Blob([one.text], { type: "text/plain" }),
        "text/html": new Blob([one.html], { type: "text/html" }),
      })])
      done = true
    } catch {
      const held = document.createElement("div")
      held.innerHTML = one.html
      held.style.position = "fixed"
      held.style.left = "-9999px"
      document.body.append(held)
      const range = document.createRange()
      range.selectNodeContents(held)
      const selection = window.getSelection()
      selection.removeAllRanges()
      selection.addRange(range)
      done = document.execCommand("copy")
      selection.removeAllRanges()
      held.remove()
    }
    said.textContent = done ? "已复制，可粘贴到 WPS、Word 或工作群" : "浏览器不允许复制，请改用下载"
  }
}
"""

_clipboard = st.components.v2.component(
    "yanglao_clipboard", html='<div class="block"></div>', js=_SCRIPT, isolate_styles=False
)


def copy_buttons(copies: Sequence[tuple[str, str, str]], *, key: str) -> None:
    """Buttons that copy: (label, plain text, HTML) each. Nothing comes back to the server."""
    buttons = "".join(
        f'<button type="button" data-copy="{number}">{esc(label)}</button> '
        for number, (label, _, _) in enumerate(copies)
    )
    _clipboard(
        data={
            "html": f'<div class="copy">{buttons}<span class="said" role="status"></span></div>',
            "copies": [{"text": text, "html": html} for _, text, html in copies],
        },
        key=key,
    )


def text_html(text: str) -> str:
    """Lines of text as paragraphs."""
    return "".join(f"<p>{esc(line)}</p>" for line in text.splitlines())


def table_html(claim: str, heads: Sequence[str], rows: Sequence[Sequence[str]], foot: str) -> str:
    """A table that word processors take as one, its claim above and its source below."""
    line = "border:1px solid #888;padding:2px 6px"
    head = "".join(f'<th style="{line}">{esc(name)}</th>' for name in heads)
    body = "".join("<tr>" + "".join(f'<td style="{line}">{esc(text)}</td>' for text in row) + "</tr>" for row in rows)
    return f'<p><b>{esc(claim)}</b></p><table style="border-collapse:collapse"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table><p>{esc(foot)}</p>'


def table_text(claim: str, heads: Sequence[str], rows: Sequence[Sequence[str]], foot: str) -> str:
    """The same with tabs between cells, which spreadsheets take as columns."""
    return "\n".join([claim, "\t".join(heads), *("\t".join(row) for row in rows), foot])
