"""One document read: its numbers beside their sentences, its text, what it names, its days, its traps."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from pages.briefing.documents import parts as shown
from pages.ui.kit import filters
from pages.ui.kit.block import block, figure_block
from pages.ui.kit.html import source_line, table
from pages.ui.kit.view import View
from pages.ui.takeaway import exporting
from warehouse.read.document import documents
from warehouse.wording.documents import short_title
from warehouse.wording.grammar.dates import issued_zh

Row = Mapping[str, Any]
ASPECTS = {"traps": "疑点", "figures": "数字", "text": "原文", "programmes": "政策与任务", "timeline": "时间线"}


def choose(sources: Sequence[Row], all_checks: Sequence[Row], city: str) -> tuple[Row, str]:
    """The document and what of it to look at.

    Args:
        sources: of `documents.sources`.
        city: the place whose documents come first.
        all_checks: of `checks.cross_checks`.
    """
    titles = {row["source_id"]: short_title(row) for row in sources}
    # A reader comes for the own place, and for what may mislead: its newest document with a doubt, and its doubts;
    # else its numbers.
    doubted = {source_id for row in all_checks if row["verdict_code"] == "doubtful" for source_id in row["source_ids"]}
    own = [row["source_id"] for row in sources if row["area_id"] == city] or list(titles)
    usual = next((name for name in own if name in doubted), own[0])
    source_id = filters.choice("doc", "文件", titles, usual, what_zh="文件")
    first = "traps" if source_id in doubted else "figures"
    aspect = filters.choice("aspect", "看什么", ASPECTS, first, what_zh="内容")
    return next(row for row in sources if row["source_id"] == source_id), aspect


def reading(view: View, source: Row, aspect: str, all_checks: Sequence[Row]) -> None:
    """What was chosen of the document."""
    source_id = source["source_id"]
    own = [row for row in all_checks if source_id in row["source_ids"]]
    block(shown.about(source), key="about")

    if aspect == "figures":
        figures = view.ask(documents.figures, source_id=source_id).frame
        head = ["数", "所指", "性质", "期间", "原句"]
        figure_block(
            shown.figures(figures),
            claim_zh=f"{figures.height}个数，按段落列出，着色处是原句",
            what_zh="左边是数，右边是它所在的段落；姓名与电话已隐去",
            foot_html=source_line(
                source["title_zh"], issued_zh(source["issued_on"], source["issued_year"]), view.release_id
            ),
            twin_html=table(head, shown.figure_table_rows(figures), text_columns=(1, 2, 3, 4), caption="文件中的数"),
            key="figures",
        )
    elif aspect == "text":
        paragraphs = view.ask(documents.paragraphs, source_id=source_id).frame
        figures = view.ask(documents.figures, source_id=source_id).frame
        _take_text(view, source, paragraphs["text_zh"].to_list())
        block(shown.whole_text(paragraphs, figures), key="text")
    elif aspect == "programmes":
        block(shown.programmes(view.ask(documents.programmes, source_id=source_id).frame), key="programmes")
    elif aspect == "timeline":
        block(shown.timeline(view.ask(documents.timeline, source_id=source_id).frame), key="timeline")
    else:
        block(shown.traps(own) or '<p class="soft">这份文件的数没有列入勾稽核对。</p>', key="traps")


def _take_text(view: View, source: Row, paragraphs: Sequence[str]) -> None:
    """The text as shipped with the program, to take along: names and telephone numbers are hidden in it."""
    told = f"{source['title_zh']}\n（随程序附带的文本，姓名与电话已隐去；批次 {view.release_id}）\n\n"
    with st.container(key="screen-only-text"):
        st.download_button(
            "下载这份文本（姓名、电话已隐去）",
            data=exporting.recorded(
                view, lambda: (told + "\n".join(paragraphs)).encode("utf-8-sig"), source["title_zh"]
            ),
            file_name=f"{short_title(source)}_{view.release_id}.txt",
            mime="text/plain",
            key=f"text_{source['source_id']}",
            on_click="ignore",
        )
