"""The SQL editor: a text area that colours, numbers its lines and completes; see `sql_editor.js`.

One small component of our own: the published editors for Streamlit are frames of the old kind, 18 MB large, with
English buttons and fonts fetched from elsewhere, and get in the way of Chinese input methods.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import streamlit as st

from pages import FOLDER

_HALF = re.compile("[\ud800-\udfff]")
_HTML = """
<div class="wrap">
  <div class="editor">
    <div class="gutter"><div class="lines" aria-hidden="true"></div></div>
    <div class="paper">
      <pre class="paint" aria-hidden="true"></pre>
      <textarea aria-label="SQL 语句" spellcheck="false" autocapitalize="off" autocomplete="off" wrap="off"
        role="combobox" aria-autocomplete="list" aria-expanded="false" aria-controls="offers"></textarea>
    </div>
  </div>
  <ul class="offers" id="offers" role="listbox" aria-label="提示" hidden></ul>
  <p class="hint">Ctrl+Enter 运行（选中一段则只运行选中的）　Ctrl+空格 提示　Ctrl+/ 注释　可直接打中文名或拼音首字母</p>
</div>
"""


@dataclass(frozen=True, kw_only=True)
class Written:
    """What stands in the editor. `run` is what was asked to run in this very run of the script, else None; `is_back`
    when the browser's way back asked for it and the editor still holds something else."""

    text: str
    run: str | None
    is_back: bool = False


@cache
def _component():
    folder = FOLDER / "workbench" / "query"
    return st.components.v2.component(
        "yanglao_sql_editor",
        html=_HTML,
        js=folder.joinpath("sql_editor.js").read_text(encoding="utf-8"),
        css=folder.joinpath("sql_editor.css").read_text(encoding="utf-8"),
    )


def sql_editor(
    *, key: str, text: str, stamp: int, words: Sequence[Sequence[str]], mark: int = 0, marked_text: str = ""
) -> Written:
    """Show the editor and return what stands in it.

    Args:
        text: what to put in when `stamp` is another than the last time; afterwards the person's own text stands.
        words: from `warehouse.query.help.completion.words`.
        mark: the line to mark as wrong, while the text is still `marked_text`; 0 marks none.
    """
    data = {"text": text, "stamp": stamp, "words": words, "mark": mark, "marked_text": marked_text if mark else ""}
    written = _component()(
        key=f"{key}-{stamp}", data=data, default={"text": text}, on_text_change=lambda: None, on_run_change=lambda: None
    )
    asked = written.run
    return Written(
        text=_whole(written.text if written.text is not None else text),
        run=_whole(asked["selected"] or asked["text"]) if asked else None,
        is_back=bool(asked and asked.get("back")),
    )


def _whole(text: str) -> str:
    """The text with half characters, which a browser may send and nothing here can store, as the sign for one."""
    return _HALF.sub("\ufffd", text)
