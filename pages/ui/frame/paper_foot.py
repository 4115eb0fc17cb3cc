"""What a printed page carries besides: its name, release and day on every sheet, and at the end the way back to it.

The way back is an address and the same as a QR code. It holds the release, so that paper leads to the numbers printed on it.
"""

from datetime import datetime
from functools import lru_cache

import segno
import streamlit as st

from pages.registry import Entry
from pages.ui.frame.index_html import TITLE
from pages.ui.frame.short_links import shortened
from pages.ui.kit.html import esc
from pages.ui.kit.view import View
from warehouse.wording.grammar.dates import CHINA, date_zh

# Of what an address may hold, what is no choice of what to look at.
_PASSING = ("unknown_page", "draft", "large", "sql")


def name_sheets(view: View, entry: Entry) -> None:
    """Write what the page is into the margin of each printed sheet."""
    parts = [TITLE, entry.title_zh, *([view.city_name_zh] if entry.by_city else []), f"批次 {view.release_id}"]
    parts += ["演示数据"] if view.is_demo else []
    told = " · ".join([*parts, f"打印于{date_zh(datetime.now(CHINA).date())}"])
    st.html(f"<style>@media print {{ @page {{ @bottom-left {{ content: {_css_text(told)}; {_FONT} }} }} }}</style>")


def way_back(view: View) -> str:
    """The address of the page and its QR code, as HTML that only paper shows; nothing where no browser asked."""
    link = address_of(view)
    if not link:
        return ""
    return (
        f'<div class="paper-foot"><img alt="这一页的二维码" src="{qr_uri(link)}">'
        f"<span>在系统里打开这一页，看最新说明、点开每个数的来历：<br>{esc(link)}</span></div>"
    )


def address_of(view: View) -> str:
    """The short address of what is looked at, with its release; empty where no browser asked."""
    place = (st.context.url or "").partition("?")[0]
    if not place:
        return ""
    kept = {name: st.query_params[name] for name in st.query_params if name not in _PASSING}
    kept |= {"release": view.release_id}
    return shortened(place, kept)


@lru_cache(maxsize=512)
def qr_uri(text: str) -> str:
    """A QR code as a picture written into the page, black on white; what is drawn itself is taken out of HTML there."""
    return segno.make(text, micro=False, error="m").svg_data_uri(border=2, encode_minimal=True)


_FONT = 'font: 8pt "Noto Sans CJK SC", "Source Han Sans SC", sans-serif; color: #555b65'


def _css_text(text: str) -> str:
    """A string of CSS: whatever could end it, or the element it stands in, is written as its number."""
    return '"' + "".join(c if c.isalnum() or c in " ·-—．" else f"\\{ord(c):x} " for c in text) + '"'
