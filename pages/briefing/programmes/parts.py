"""The parts of the page 政策与任务: the board of families, the register with its filters, the timeline."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from pages.briefing.programmes import rows as rows_of
from pages.ui.kit import filters
from pages.ui.kit.block import block, head
from pages.ui.kit.errors import empty_state
from pages.ui.kit.figures import Drawing
from pages.ui.kit.html import source_line
from pages.ui.kit.view import View
from pages.ui.marks.original import open_original
from warehouse.read import Release
from warehouse.read.document import programmes
from warehouse.wording import programmes as words
from warehouse.wording.grammar.dates import issued_zh

Row = Mapping[str, Any]
SHEET = 20
ANY = "all"
FIGURES = {ANY: "全部", "with": "印有数字", "without": "文件未公布数字"}


def city_register(view: View) -> list[Row]:
    """Everything the documents of the city name, with families; made once a release, not to be changed in place."""
    return view.ask(_register, city_area_id=view.city)


def _register(release: Release, city_area_id: str) -> list[Row]:
    return rows_of.with_family(programmes.register(release, city_area_id=city_area_id).frame.to_dicts())


def finding(view: View) -> str:
    """The first line of the page."""
    return words.finding(view.city_name_zh, city_register(view))


def family_board(view: View) -> None:
    """What is named, by family, and how much of it in figures; a family pressed is picked in the register."""
    act = view.once(_families).show("families")
    if act and act.startswith("family:"):
        st.session_state["_chosen_family"] = act.removeprefix("family:")
        filters.put("family", act.removeprefix("family:"))
        st.rerun()


def _families(view: View) -> Drawing:
    rows = city_register(view)
    return Drawing(
        claim_zh=words.share_claim(rows),
        what_zh="文件点名的项数；深色为印有数字的，空框为文件未公布数字的。点类别名只看这一类",
        drawn_html=rows_of.board(rows),
        foot_html=source_line(sources(rows), issued(rows), view.release_id),
        twin_html=rows_of.board_table(rows),
    )


def _options(view: View) -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
    """Families, documents and states that stand in the register of the city, each by its code."""
    rows = city_register(view)
    named = {row["family"] for row in rows}
    families = {code: name for code, (name, _) in rows_of.FAMILIES.items() if code in named}
    documents = {row["source_id"]: words.document_short(row) for row in rows}
    return families, documents, {row["status_code"]: row["status_label_zh"] for row in rows}


def pick(view: View) -> rows_of.Chosen:
    """The row of filters; every choice stands in the address."""
    families, documents, statuses = view.once(_options)
    with st.container(key="screen-only-register"):
        with st.container(horizontal=True, vertical_alignment="bottom", key="register-search"):
            text = st.text_input(
                "找：名称或原句里的字，也可用拼音首字母",
                key="q",
                bind="query-params",
                max_chars=40,
                placeholder="如 日间照料、gljt",
                width=filters.LIST_WIDTH,
            )
            family = filters.choice("family", "类别", {ANY: "全部类别", **families}, ANY, what_zh="类别")
        with st.container(horizontal=True, vertical_alignment="bottom", key="register-filters"):
            source_id = filters.choice("source", "文件", {ANY: "全部文件", **documents}, ANY, what_zh="文件")
            status = filters.choice("status", "状态", {ANY: "全部", **statuses}, ANY, what_zh="状态")
            figures = filters.choice("figures", "数字", FIGURES, ANY, what_zh="条件")
    return rows_of.Chosen(
        text=text or "", family=_any(family), status=_any(status), figures=_any(figures), source_id=_any(source_id)
    )


def _any(code: str) -> str:
    return "" if code == ANY else code


def _found(view: View, chosen: rows_of.Chosen) -> list[Row]:
    return rows_of.picked(city_register(view), chosen)


def _foot(view: View, chosen: rows_of.Chosen) -> str:
    found = _found(view, chosen)
    return source_line(sources(found), issued(found), view.release_id)


def register(view: View, chosen: rows_of.Chosen) -> None:
    """The entries chosen, twenty a sheet; strategy phrases folded unless they are asked for."""
    # What somebody types is looked for anew: few type the same.
    rows, found = city_register(view), _found(view, chosen) if chosen.text else view.once(_found, chosen)
    is_open = chosen.family == rows_of.FOLDED
    loose = [row for row in found if is_open or row["family"] != rows_of.FOLDED]
    phrases = [row for row in found if not is_open and row["family"] == rows_of.FOLDED]
    claim = words.shown_claim(len(found), len(rows), len(found) - words.with_figures(found))
    above = head(claim, "点名称看原文，点数字看凭证；● 已实施　■ 已完成　○ 计划　◇ 鼓励")
    if not found:
        block(above, key="register")
        empty_state("没有符合条件的条目", "请减少条件，或换一个词。拼音首字母要连着写，如 gljt（高龄津贴）。")
        return
    sheets = -(-len(loose) // SHEET) or 1
    page = _sheet(sheets, chosen)
    shown = loose[(page - 1) * SHEET : page * SHEET]
    tail = rows_of.folded(phrases) if page == sheets else ""
    foot = _foot(view, chosen) if chosen.text else view.once(_foot, chosen)
    act = block(above + rows_of.entries(shown) + tail + foot, key="register")
    if sheets > 1:
        with st.container(key="screen-only-sheets", horizontal=True, horizontal_alignment="distribute"):
            st.pagination(sheets, key="sheet")
            st.html(f'<div class="block small soft">第{page}页，共{sheets}页，每页{SHEET}项</div>', width="content")
    open_original(view, act)


def _sheet(sheets: int, chosen: rows_of.Chosen) -> int:
    """The sheet the reader is on; another choice begins at the first."""
    if st.session_state.get("_register_of") != chosen:
        st.session_state["_register_of"] = chosen
        st.session_state.pop("sheet", None)
    return min(max(int(st.session_state.get("sheet") or 1), 1), sheets)


def timeline(view: View) -> None:
    """What the documents date, year by year; nothing for a city whose documents date nothing."""
    drawing = view.once(_timeline)
    if drawing:
        drawing.show("timeline")


def _timeline(view: View) -> Drawing | None:
    events = view.ask(programmes.events, city_area_id=view.city).frame.to_dicts()
    if not events:
        return None
    return Drawing(
        claim_zh=words.timeline_claim(events),
        what_zh="按止日所在年份排；点开看原句",
        drawn_html=rows_of.timeline(events),
        foot_html=source_line(
            "、".join(dict.fromkeys(f"《{event['source_title_zh']}》" for event in events)),
            "文件所印日期",
            view.release_id,
        ),
        twin_html=rows_of.timeline_table(events),
    )


def sources(rows: Sequence[Row]) -> str:
    """The documents of these rows, once each."""
    return "、".join(dict.fromkeys(f"《{row['source_title_zh']}》" for row in rows))


def issued(rows: Sequence[Row]) -> str:
    """When the documents of these rows were issued."""
    dates = dict.fromkeys(issued_zh(row["issued_on"], row["issued_year"]) for row in rows)
    return "、".join(dates)
