"""核验回执: a receipt's number or text, and the file it is about, held against what was entered. Only with sign-in."""

import streamlit as st

from pages.ui.frame.identity import here_is
from pages.ui.kit import reads
from pages.ui.kit.block import block
from pages.ui.kit.html import esc
from pages.ui.kit.view import View
from warehouse.errors import FormError
from warehouse.people import sent_receipts

LARGEST_MB = 30


def verifying(view: View) -> None:
    """A box for the receipt, one for the file; the verdict below."""
    if here_is() is None or view.kind != reads.REAL:
        return
    st.html('<div class="block"><div class="fig"><h2>核验回执</h2></div></div>')
    with st.container(key="screen-only-verify"):
        text = st.text_area("回执编号，或回执全文", key="verify-text", max_chars=sent_receipts.LONGEST, height=90)
        file = st.file_uploader("当时报送的文件（可不放）", key="verify-file", max_upload_size=LARGEST_MB)
    if not text.strip():
        return
    try:
        found = sent_receipts.verify(reads.whole_home(view.kind), text, file=file.getvalue() if file else None)
    except FormError as refused:
        block(f'<div class="verdict bad" role="status"><b>{esc(refused)}</b></div>', key="verified")
        return
    lines = "".join(f"<br>{esc(label)}：{esc(value)}" for label, value in found.receipt.lines)
    faults = "".join(f"<br>{esc(fault)}" for fault in found.faults)
    verdict = "回执属实" if not found.faults else f"回执有{len(found.faults)}处不符"
    block(
        f'<div class="verdict {"bad" if found.faults else "good"}" role="status"><b>{verdict}，这张报表现在是“{esc(found.state_zh)}”</b>'
        f"<span>{faults}{lines}</span></div>",
        key="verified",
    )
