"""Our own components: a block of HTML and the JavaScript that lies in a file beside what it serves."""

from pathlib import Path

import streamlit as st

from pages import FOLDER

SHOW = FOLDER / "ui" / "kit" / "show.js"


def block_component(name: str, script: Path):
    """A component that shows `data["html"]` in a block; `script` exports it and may call `shownIn` of `show.js`."""
    js = SHOW.read_text(encoding="utf-8") + script.read_text(encoding="utf-8")
    return st.components.v2.component(name, html='<div class="block"></div>', js=js, isolate_styles=False)
