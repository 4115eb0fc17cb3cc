"""带走本页: on every page the same: the page as PDF or Word, a figure as picture, text and tables to paste, a permanent link.

Nothing is made before the reader opens it: the page noted what it showed (`kit.shown`), and only then is that read.
"""

from collections.abc import Callable, Sequence

import streamlit as st

from pages.registry import Entry
from pages.ui.kit import shown
from pages.ui.kit.view import View
from pages.ui.takeaway import exporting

MIME = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "png": "image/png",
    "svg": "image/svg+xml",
}
LONGEST_NAME = 40


def takeaway(view: View, entry: Entry, pieces: Sequence[shown.Piece]) -> None:
    """The closed list at the foot of a page; its contents are made when it is opened."""
    with st.container(key="screen-only-takeaway"):
        held = st.popover("带走本页", key="takeaway", on_change="rerun")
        if held.open:
            with held:
                _contents(view, entry, pieces)


def _contents(view: View, entry: Entry, pieces: Sequence[shown.Piece]) -> None:
    from pages.ui.takeaway import as_paper
    from pages.ui.takeaway.clipboard import copy_buttons, table_html, table_text, text_html

    page = as_paper.page_paper(
        pieces,
        title_zh=entry.title_zh,
        about_zh=view.city_name_zh if entry.by_city else "",
        release_id=view.release_id,
        content_sha256=str(view.header["content_sha256"]),
        is_demo=view.is_demo,
    )
    name = f"{'演示数据_' if view.is_demo else ''}{entry.title_zh}_{view.city_name_zh}_{view.release_id}"
    with st.container(horizontal=True, gap="small"):
        _download(view, "下载本页PDF", "pdf", name, lambda: _files().pdf(page), key="page-pdf")
        _download(view, "下载本页Word", "docx", name, lambda: _files().docx(page), key="page-docx")
    copies = [("复制文字", page.text(), text_html(page.text()))]
    figures = [figure for figure in page.figures() if figure.grid is not None or figure.drawing is not None]
    if not figures:
        copy_buttons(copies, key="copy-page")
        return
    titles = {f"{number + 1}　{figure.claim_zh or '表'}": figure for number, figure in enumerate(figures)}
    chosen = titles[st.selectbox("哪一幅图、哪一张表", list(titles), key="takeaway-figure")]
    with st.container(horizontal=True, gap="small"):
        title = "".join(letter for letter in chosen.claim_zh if letter.isalnum())[:LONGEST_NAME] or entry.title_zh
        for form in ("png", "svg"):
            picture_name = f"{'演示数据_' if view.is_demo else ''}{title}_{view.release_id}"
            _download(
                view,
                f"存图{form.upper()}",
                form,
                picture_name,
                lambda form=form: _files().image(chosen, page, form),
                key=f"figure-{form}",
            )
    if chosen.grid is not None:
        told = (
            chosen.claim_zh,
            chosen.grid.heads,
            chosen.grid.rows,
            "；".join(part for part in (chosen.foot_zh, page.stamp.line_zh) if part),
        )
        copies.append(("复制表格", table_text(*told), table_html(*told)))
    copy_buttons(copies, key="copy-page")
    if chosen.grid is not None:
        _keep(view, entry, chosen, page)


def _files():
    """The writers of page files, imported when the first file is asked for."""
    from warehouse.paper.files import page_files

    return page_files


def _download(view: View, label_zh: str, form: str, name: str, make: Callable[[], bytes], *, key: str) -> None:
    data = exporting.recorded(view, make, f"{name}.{form}")
    st.download_button(label_zh, data=data, file_name=f"{name}.{form}", mime=MIME[form], key=key, on_click="ignore")


def _keep(view: View, entry: Entry, figure, page) -> None:
    """Keep the table under a link of its own and show the link."""
    from pages.ui.takeaway import keeping
    from warehouse.kept import Kept

    def made() -> Kept:
        return Kept(
            title_zh=figure.claim_zh or entry.title_zh,
            what_zh=figure.what_zh,
            foot_zh=figure.foot_zh,
            stamp_zh=page.stamp.line_zh,
            release_id=view.release_id,
            is_demo=view.is_demo,
            heads=figure.grid.heads,
            rows=figure.grid.rows,
            definitions=tuple(_definitions(view, figure)),
        )

    keeping.button(view, made, key="keep-figure")


def _definitions(view: View, figure) -> list[tuple[str, str]]:
    """The definitions of the indicators whose names stand in the table or over it."""
    from pages.ui.kit.months import indicators_of

    words = " ".join(
        [figure.claim_zh, figure.what_zh, *figure.grid.heads, *(row[0] for row in figure.grid.rows if row)]
    )
    return [(one["label_zh"], one["definition_zh"]) for one in indicators_of(view).values() if one["label_zh"] in words]
