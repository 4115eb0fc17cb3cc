"""回执 on the page: what a sending was entered as, with its number, and as a file to keep."""

from collections.abc import Sequence

import streamlit as st

from pages.ui.kit.block import block
from pages.ui.kit.html import esc
from pages.ui.kit.view import View
from pages.ui.takeaway import exporting
from warehouse.people.sent_receipts import SentReceipt

RIGHTS = ("report", "export")


def shown(view: View, receipts: Sequence[SentReceipt]) -> None:
    """Each receipt as a list of what it says, and one file of them all."""
    if not receipts:
        return
    lists = "".join(
        f"<dl>{''.join(f'<dt>{esc(label)}</dt><dd>{esc(text)}</dd>' for label, text in one.lines)}</dl>"
        for one in receipts
    )
    block(
        f'<div class="fig"><h2>报送回执</h2><div class="what">请留存；凭编号随时可核验</div></div>{lists}',
        key="receipts",
    )
    with st.container(key="screen-only-receipts"):
        st.download_button(
            "下载回执",
            data=exporting.recorded(
                view, lambda: "\n".join(one.text for one in receipts).encode("utf-8-sig"), "回执", rights=RIGHTS
            ),
            file_name=f"报送回执_{receipts[0].code}.txt",
            mime="text/plain",
            on_click="ignore",
            key="receipt-file",
        )
