"""A text to copy: shown whole, taken along with one button."""

import streamlit as st

from pages.ui.parts import esc

# Bureaus serve the app over plain http, where browsers refuse the clipboard interface: selecting and copying works there.
_SCRIPT = """
export default function (component) {
  const { parentElement, data } = component
  const host = parentElement.querySelector(".block")
  if (host.dataset.shown !== data.html) {
    host.innerHTML = data.html
    host.dataset.shown = data.html
  }
  const area = host.querySelector("textarea")
  const said = host.querySelector(".said")
  host.querySelector("button").onclick = async () => {
    let done = false
    try {
      await navigator.clipboard.writeText(area.value)
      done = true
    } catch {
      area.focus()
      area.select()
      done = document.execCommand("copy")
    }
    said.textContent = done ? "已复制，可粘贴到工作群或短信" : "浏览器不允许复制，请全选文字后按 Ctrl+C"
  }
}
"""

_copying = st.components.v2.component(
    "yanglao_copying", html='<div class="block"></div>', js=_SCRIPT, isolate_styles=False
)


def copying(text: str, *, label_zh: str, button_zh: str, key: str) -> None:
    """Show `text`, which may be changed before it is copied; nothing of it comes back to the server."""
    lines = min(text.count("\n") + 3, 20)
    _copying(
        data={
            "html": f'<div class="copy"><label class="unseen" for="{esc(key)}">{esc(label_zh)}</label>'
            f'<textarea id="{esc(key)}" rows="{lines}" spellcheck="false">{esc(text)}</textarea>'
            f'<button type="button">{esc(button_zh)}</button><span class="said" role="status"></span></div>'
        },
        key=key,
    )
