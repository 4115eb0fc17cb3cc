"""Choosing two to four areas: search by Chinese or pinyin, peers by a declared rule, all of it in the address."""

from collections.abc import Sequence

import streamlit as st

from pages.ui.frame.search import Place, PlaceIndex
from pages.ui.kit import filters
from pages.ui.kit.html import esc
from pages.ui.kit.view import View
from pages.ui.takeaway import alone
from warehouse.read import Release
from warehouse.read.place import areas, peers

FEWEST, MOST = 2, 4
PARAMETER = "areas"
ENTERED = "_area_entered"
LEVEL_ORDER = {"city": 1, "unit": 2}


def chosen(view: View) -> list[str]:
    """The areas the address asks for, unknown ones left out with a note; without any, the cities of the bureau."""
    known = view.ask(areas.paths)
    asked = [part for part in (st.query_params.get(PARAMETER) or "").split(",") if part]
    unknown = [part for part in asked if part not in known]
    if unknown:
        filters.note(f"链接中的地区“{'、'.join(unknown)}”在本批次里没有，已略去。")
    picked = list(dict.fromkeys(part for part in asked if part in known))
    if len(picked) > MOST:
        filters.note(f"一次最多并列{MOST}个地区，已只留前{MOST}个。")
    if picked:
        return picked[:MOST]
    return view.ask(areas.cities).frame["area_id"].to_list()[:FEWEST]


def choose(view: View, area_ids: Sequence[str]) -> None:
    """The row of chosen areas, each with a way out, and the way in for another."""
    names = view.ask(areas.paths)
    with st.container(key="screen-only-chooser", horizontal=True, vertical_alignment="center"):
        for area_id in area_ids:
            st.button(
                f"{names[area_id]}　✕",
                key=f"out-{area_id}",
                help="去掉这个地区",
                on_click=_leave,
                args=(area_ids, area_id),
            )
        if len(area_ids) < MOST:
            with st.popover("添加地区", key="add-area"):
                _search(view, tuple(area_ids))


def _leave(area_ids: Sequence[str], area_id: str) -> None:
    filters.put(PARAMETER, ",".join(each for each in area_ids if each != area_id) or None)


def _enter(area_ids: Sequence[str], area_id: str) -> None:
    filters.put(PARAMETER, ",".join([*area_ids, area_id]))
    st.session_state["area-wanted"] = ""
    st.session_state[ENTERED] = True


@alone.fragment()
def _search(view: View, area_ids: tuple[str, ...]) -> None:
    """Type a name or its pinyin, press a result."""
    if st.session_state.pop(ENTERED, False):
        # Pressed inside the fragment, which alone runs again; the whole page has a new area.
        st.rerun()
    wanted = st.text_input(
        "地名、拼音或首字母", key="area-wanted", placeholder="如 濮阳县、puyang、pyx", live=True, autocomplete="off"
    )
    if not wanted:
        _alike(view, area_ids)
        return
    found = [place for place in view.ask(_index).find(wanted) if place.area_id not in area_ids]
    if not found:
        st.html(
            f'<div class="block small">没有找到“{esc(wanted)}”。可用全称、简称、拼音或首字母；乡镇街道没有普查数，不在其中。</div>'
        )
    for place in found:
        _result(area_ids, place.area_id, f"{place.name_zh}　{place.where_zh}")


def _result(area_ids: Sequence[str], area_id: str, label_zh: str) -> None:
    st.button(label_zh, key=f"in-{area_id}", type="tertiary", on_click=_enter, args=(area_ids, area_id))


def _alike(view: View, area_ids: tuple[str, ...]) -> None:
    """Areas most like the first one, and the rule that says so."""
    frame = view.ask(peers.peers, area_id=area_ids[0], count=6).frame
    names = view.ask(areas.paths)
    st.html(f'<div class="block small soft">与{esc(names[area_ids[0]])}最相近的地方</div>')
    for row in frame.iter_rows(named=True):
        if row["area_id"] in area_ids:
            continue
        _result(area_ids, row["area_id"], row["path_zh"])
    st.html(f'<div class="block foot">{esc(peers.RULE_ZH)}。</div>')


def _index(release: Release) -> PlaceIndex:
    frame = areas.profiled(release).frame
    ours = set(areas.cities(release).frame["area_id"])
    return PlaceIndex(
        Place(
            area_id=row["area_id"],
            name_zh=row["name_zh"],
            short_name_zh=row["short_name_zh"],
            where_zh=row["path_zh"].removesuffix(row["name_zh"]),
            order=0 if row["area_id"] in ours or row["parent_area_id"] in ours else LEVEL_ORDER[row["level_code"]],
        )
        for row in frame.iter_rows(named=True)
    )
