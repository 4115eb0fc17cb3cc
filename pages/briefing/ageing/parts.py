"""The parts of the page 老龄化底数: the city's units on one scale, and one place against its peers."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from pages.briefing.ageing import rows
from pages.ui.frame.search import Place, PlaceIndex
from pages.ui.kit import filters
from pages.ui.kit.block import block
from pages.ui.kit.figures import Drawing
from pages.ui.kit.html import esc, linked, source_line
from pages.ui.kit.view import View
from pages.ui.marks.tiles import tile_map
from warehouse.read import Release
from warehouse.read.place import ageing, areas
from warehouse.read.place.peers import PEER_COUNT, RULE_ZH, peers
from warehouse.wording.ageing import FULL_COUNT_ZH, MEASURE_ZH
from warehouse.wording.grammar.dates import date_zh

Row = Mapping[str, Any]
SEARCH_KEY = "ageing-search"


def _index(release: Release) -> PlaceIndex:
    found = ageing.places(release).frame
    return PlaceIndex(
        Place(
            area_id=row["area_id"],
            name_zh=row["name_zh"],
            short_name_zh=row["short_name_zh"],
            where_zh=row["where_zh"],
            order=0 if row["is_ours"] else 2,
        )
        for row in found.iter_rows(named=True)
    )


def pick_place(view: View, places: Sequence[Row], profiles: Mapping[str, Row]) -> str:
    """The place to compare with its peers: what the link asks for, else the city's unit with the highest share."""
    options = view.ask(_names)
    counted = [place for place in places if place["area_id"] in profiles]
    oldest = max(counted, key=lambda place: profiles[place["area_id"]]["ageing_rate"] or 0)["area_id"]
    return filters.wanted("area", options, oldest, what_zh="地方")


def _names(release: Release) -> dict[str, str]:
    """Name of every county-level unit of the country by its id."""
    known = ageing.places(release).frame
    return dict(zip(known["area_id"], known["name_zh"], strict=True))


def _where(release: Release) -> dict[str, str]:
    """What each of them lies in, by its id."""
    return dict(ageing.places(release).frame.select("area_id", "where_zh").iter_rows())


def _go(act: str | None) -> None:
    """Follow a pressed name: the page is drawn again for that place."""
    if act and act.startswith("area:"):
        st.session_state["_chosen_area"] = act.removeprefix("area:")
        filters.put("area", act.removeprefix("area:"))
        st.session_state.pop(SEARCH_KEY, None)
        st.rerun()


def units_of_city(view: View) -> list[Row]:
    """The reporting units of the city, in declared order."""
    return view.rows(areas.units, city_area_id=view.city)


def profiles_of(view: View) -> dict[str, Row]:
    """The census row of the city, its units and the nation, by id; what has none is left out. Not to be changed."""
    return view.once(_profiles)


def _profiles(view: View) -> dict[str, Row]:
    asked = (view.city, "nation", *(place["area_id"] for place in units_of_city(view)))
    return {row["area_id"]: row for row in view.rows(areas.profiles, area_ids=asked)}


def spreads_of(view: View) -> dict[str, Row]:
    """How each measure is spread over all county-level units, by measure."""
    return {row["measure"]: row for row in view.rows(ageing.spread)}


def city_ages(view: View, *, measure: str, chosen: str) -> None:
    """Every unit of the city on the distribution of all county-level units, with its table twin."""
    is_ours = any(place["area_id"] == chosen for place in units_of_city(view))
    _go(view.once(_ages, measure, chosen if is_ours else "").show("ages"))


def _ages(view: View, measure: str, chosen: str) -> Drawing:
    """Args: chosen: the unit marked, empty for none."""
    places, profiles, spreads = units_of_city(view), profiles_of(view), spreads_of(view)
    city = profiles[view.city]
    area_ids = tuple(place["area_id"] for place in places)
    ranked = view.ask(ageing.standing, area_ids=area_ids).frame.to_dicts()
    ranks = {(row["area_id"], row["measure"]): row for row in ranked}
    bins = view.ask(ageing.histogram, measure=measure, width=rows.STEPS[measure][0]).frame
    lines = [
        *rows.whole_area(profiles.get("nation"), measure, "nation"),
        *rows.whole_area(city, measure, "city"),
        *rows.standings(places, profiles, ranks, measure, chosen),
    ]
    spread = spreads[measure]
    claim = _claim(lines, spread, measure)
    drawn = rows.board(bins, spread, lines, measure) + tile_map(rows.tiles(places, lines), alt_zh=claim)
    return Drawing(
        drawn_html=drawn,
        claim_zh=claim,
        what_zh=f"{MEASURE_ZH[measure]}；竖线为全国县级中位数，浅底为居中的一半；点单位名看它的同类；下为大致方位，越深越高，虚线框为功能区",
        foot_html=source_line(city["source_title_zh"], date_zh(city["as_of_on"]), view.release_id, more=FULL_COUNT_ZH),
        twin_html=rows.units_grid(places, profiles, city, spreads=spreads, ranks=ranks, measure=measure),
    )


def _claim(lines: Sequence[rows.Standing], spread: Row, measure: str) -> str:
    units = [line for line in lines if line.kind == "place" and line.value is not None]
    lowest = sum(line.value < spread["quarter"] for line in units)
    highest = sum(line.value > spread["three_quarters"] for line in units)
    counted = f"{len(units)}个单位中"
    parts = [f"{highest}个在全国县级最高的四分之一" if highest else "", f"{lowest}个在最低的四分之一" if lowest else ""]
    said = "，".join(part for part in parts if part) or "没有一个在全国县级最高或最低的四分之一"
    return f"{MEASURE_ZH[measure]}：{counted}{said}"


def peers_of(view: View, area_id: str) -> None:
    """One place among all, and beside the places most like it, with the rule and a search for any other place."""
    block(view.once(_peers, area_id), key="peers")
    _search(view)


def _peers(view: View, area_id: str) -> str:
    known = view.ask(peers, area_id=area_id).frame.to_dicts()
    ids = (area_id, *(row["area_id"] for row in known))
    profiles = {row["area_id"]: row for row in view.ask(areas.profiles, area_ids=ids).frame.to_dicts()}
    own = profiles[area_id]
    where = view.ask(_where)
    others = [{**profiles[row["area_id"]], "where_zh": where.get(row["area_id"], "")} for row in known]
    ranked = view.ask(ageing.standing, area_ids=(area_id,)).frame.to_dicts()
    ranks = {(row["area_id"], row["measure"]): row for row in ranked}
    text, links = rows.peer_sentence_links(own, others)
    kind = "，".join(part for part in (where.get(area_id, ""), own["name_zh"]) if part)
    candidates = known[0]["candidates"] if known else 0
    return (
        f'<div class="fig"><h2>{linked(text, links)}</h2>'
        f'<div class="what">{esc(kind)}；从{candidates}个地方中取最相近的{PEER_COUNT}个</div></div>'
        f"{rows.stands(own, others, spreads_of(view), ranks)}{rows.peers_grid(own, others)}"
        f'<p class="how">{esc(RULE_ZH)}。</p>'
        + source_line(own["source_title_zh"], date_zh(own["as_of_on"]), view.release_id, more=FULL_COUNT_ZH)
    )


def _search(view: View) -> None:
    """Any county-level unit of the country by name, pinyin or initials."""
    with st.container(key="screen-only-search"):
        text = st.text_input(
            "换一个地方（全国县级单位）", key=SEARCH_KEY, max_chars=30, placeholder="中文、拼音或首字母，如 pyx",
            width=filters.LIST_WIDTH,
        )  # fmt: skip
        if not text:
            return
        found = view.ask(_index).find(text)
        if found:
            _go(block(rows.found_list(found), key="found"))
        else:
            st.html(
                f'<div class="block"><p class="soft">没有找到“{esc(text)}”。可试县（区）全名或拼音首字母。</p></div>'
            )
