"""A text to copy, one of several: shown whole, taken along with one button."""

from collections.abc import Mapping

import streamlit as st

from pages.ui.kit.html import esc

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
  const choice = host.querySelector("select")
  if (choice)
    choice.onchange = () => {
      area.value = data.texts[choice.value]
      area.rows = data.lines[choice.value]
      said.textContent = ""
    }
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


def copying(texts: Mapping[str, str], *, choice_zh: str, label_zh: str, button_zh: str, key: str) -> None:
    """Show one of `texts`, chosen by its name; it may be changed before it is copied. Nothing comes back to the server.

    Args:
        texts: name to text, the first one shown; one alone is no choice.
        choice_zh: what is chosen.
    """
    names, lines = list(texts), [min(text.count("\n") + 3, 20) for text in texts.values()]
    options = "".join(f'<option value="{number}">{esc(name)}</option>' for number, name in enumerate(names))
    choice = f'<label class="small soft">{esc(choice_zh)} <select>{options}</select></label>' if len(names) > 1 else ""
    _copying(
        data={
            "html": f'<div class="copy">{choice}<label class="unseen" for="{esc(key)}">{esc(label_zh)}</label>'
            f'<textarea id="{esc(key)}" rows="{lines[0]}" spellcheck="false">{esc(texts[names[0]])}</textarea>'
            f'<button type="button">{esc(button_zh)}</button><span class="said" role="status"></span></div>',
            "texts": list(texts.values()),
            "lines": lines,
        },
        key=key,
    )
