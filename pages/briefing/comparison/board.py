"""Two to four areas on one page: the finding, the way to other areas, the figure in its sections."""

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from pages.briefing.comparison import chooser, sections
from pages.briefing.comparison.items import as_of, claim, compared, plain_table
from pages.ui.kit.figures import Drawing
from pages.ui.kit.html import source_line
from pages.ui.kit.opening import opening
from pages.ui.kit.refs import links_of
from pages.ui.kit.view import View
from warehouse.read.meta import catalog
from warehouse.read.place import areas, comparison
from warehouse.wording.ageing import FULL_COUNT_ZH
from warehouse.wording.grammar.cited import Cited
from warehouse.wording.grammar.sentences import comparison_finding


@dataclass(frozen=True, kw_only=True)
class Board:
    """A comparison made once: the finding, and its figure."""

    names: tuple[str, ...]
    said: Cited
    drawing: Drawing


def page(view: View, area_ids: Sequence[str]) -> None:
    """The areas side by side: finding, the way to other areas, what may be compared first."""
    with st.spinner("正在逐项核对口径与时点……"):
        board = view.once(_board, tuple(area_ids))
    with st.container(key="lead"):
        opening("城市对比", " 与 ".join(board.names), board.said.text, links_of(board.said))
        chooser.choose(view, area_ids)
    board.drawing.show("versus")


def _board(view: View, area_ids: tuple[str, ...]) -> Board:
    places = [view.ask(areas.area, area_id=area_id).frame.row(0, named=True) for area_id in area_ids]
    names = [place["name_zh"] for place in places]
    short = {area_id: place["short_name_zh"] for area_id, place in zip(area_ids, places, strict=True)}
    items = compared(view, area_ids)
    level_code = places[0]["level_code"]
    level_zh = view.ask(catalog.code_labels, code_set="level_code")[level_code]
    drawing = Drawing(
        claim_zh=claim(items),
        what_zh=f"{view.ask(catalog.rule_text, parameter_code='comparison_gate')}",
        drawn_html=sections.areas_line(places)
        + sections.services(items, short)
        + sections.population(items, short, view, level_code, level_zh)
        + sections.refused(items, short)
        + sections.background(items, short),
        foot_html=source_line(
            "各地公开文件、2020年普查、2021年基层单位数", as_of(items), view.release_id, more=FULL_COUNT_ZH
        ),
        twin_html=plain_table(items, area_ids, names, told=sections.told(items, short, view, level_code, level_zh)),
    )
    return Board(names=tuple(names), said=finding(view, area_ids, names), drawing=drawing)


def finding(view: View, area_ids: Sequence[str], names: Sequence[str]) -> Cited:
    """The first line: of the first two areas; further ones are told by the rows."""
    first, second = area_ids[0], area_ids[1]
    rows = view.ask(comparison.compare, area_a=first, area_b=second).frame.to_dicts()
    return comparison_finding(rows, name_a_zh=names[0], name_b_zh=names[1])
