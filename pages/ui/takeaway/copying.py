"""A text to copy, one of several: shown whole, taken along with one button."""

from collections.abc import Mapping

from pages import FOLDER
from pages.ui.kit.component import block_component
from pages.ui.kit.html import esc

_copying = block_component("yanglao_copying", FOLDER / "ui" / "takeaway" / "copying.js")


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
