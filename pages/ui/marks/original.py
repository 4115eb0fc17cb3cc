"""The sentence of a document in its paragraph: opened from a named programme."""

import streamlit as st

from pages.ui.kit.html import esc, highlighted
from pages.ui.kit.view import View
from pages.ui.takeaway import alone
from warehouse.read.document import programmes
from warehouse.wording.grammar.dates import issued_zh

_OPEN = "original:"


def quote_button(text: str, programme_id: str, *, label_zh: str = "") -> str:
    """`text` as a button that opens the sentence it stands in."""
    name = f' aria-label="{esc(label_zh)}"' if label_zh else ""
    return (
        f'<span role="button" tabindex="0" class="num wrap" aria-haspopup="dialog" data-act="{_OPEN}{esc(programme_id)}"{name}>'
        f"{esc(text)}</span>"
    )


def open_original(view: View, act: str | None) -> None:
    """Open what `quote_button` was pressed for; anything else is left alone."""
    if act and act.startswith(_OPEN):
        _dialog(view, act.removeprefix(_OPEN))


@alone.dialog("原文", width="medium", position="right")
def _dialog(view: View, programme_id: str) -> None:
    found = view.ask(programmes.original, programme_id=programme_id).frame.to_dicts()
    # The frame hides dialogs without a key: those are Streamlit's own, in English.
    with st.container(key="original-text"):
        if not found:
            st.html(f'<div class="block"><p>本批次里没有编号{esc(programme_id)}的条目。</p></div>')
            return
        own = next((row for row in found if row["is_own"]), found[0])
        number = f"（{own['source_number_zh']}）" if own["source_number_zh"] else ""
        issued = issued_zh(own["issued_on"], own["issued_year"])
        paragraphs = "".join(f"<p>{highlighted(row['text_zh'], [own['quote'], *own['also_at']])}</p>" for row in found)
        st.html(
            f'<div class="block"><div class="kicker"><b>{esc(own["name_zh"])}</b></div>'
            f'<p class="small soft">《{esc(own["source_title_zh"])}》{esc(number)}，{esc(issued)}<br>'
            f"{esc(own['chapter_zh'] or '')} 第{own['paragraph_no']}段</p>"
            f'<div class="paper">{paragraphs}</div>'
            f'<p class="foot">版本：{esc(view.release_id)}</p></div>'
        )
