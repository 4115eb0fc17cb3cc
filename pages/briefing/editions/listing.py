"""The list of editions and of questions, and the way to a new draft."""

from datetime import date
from urllib.parse import urlencode

import streamlit as st

from pages.briefing.editions import acting, asking
from pages.ui.kit import filters, reads
from pages.ui.kit.block import block
from pages.ui.kit.html import badge, esc, table
from pages.ui.kit.months import known_months, no_months, units_of
from pages.ui.kit.opening import opening
from pages.ui.kit.view import View
from warehouse.editions import record, sections, states
from warehouse.editions.record import Edition
from warehouse.wording.desk import editions as words
from warehouse.wording.grammar.dates import instant_zh, month_zh

IN_ADDRESS = "edition"
CITY = "city"
TONES = {states.SIGNED: "good", states.REPLACED: "watch", states.WITHDRAWN: "watch"}


def of_city(view: View) -> list[Edition]:
    """The editions of the city and its units this reader may open, newest first."""
    found = record.editions(acting.home_of(view))
    return [one for one in found if one.identity.city_area_id == view.city and acting.seen_by_reader(one)]


def chosen(view: View) -> Edition | None:
    """The edition the address names; None for the list, and where there is none of that name, which is said."""
    named = st.query_params.get(IN_ADDRESS)
    if not named:
        return None
    found = next((one for one in record.editions(acting.home_of(view)) if one.key == named), None)
    if found is None or not acting.seen_by_reader(found):
        filters.note(f"没有汇报版“{named[:60]}”，列出现有的。")
        filters.put(IN_ADDRESS, None)
        return None
    return found


def address_of(view: View, found: Edition) -> str:
    """The link that opens an edition with the release it stands on, so that its numbers open their receipts."""
    asked = {"data": view.kind, "city": found.identity.city_area_id, IN_ADDRESS: found.key}
    if found.settings.release_id in reads.release_ids(view.kind)[1]:
        asked["release"] = found.settings.release_id
    return f"/editions?{urlencode(asked)}"


def show(view: View) -> None:
    """The list; how to begin where there is none."""
    found = of_city(view)
    asked = asking.of_view(view)
    opening(
        "汇报版",
        view.city_name_zh,
        words.listing(view.city_name_zh, _counts(found), sum(one.state_code != "closed" for one in asked)),
        [],
        deck_zh="签发后逐字节冻结：以后数据再怎么更新，当时说的数和评述都不变；有错出更正版，旧版处处标明。",
    )
    acting.said()
    if not view.has_months and not found:
        no_months(view, "把一个月的通报连同评述、与上期的变化、追问落实情况签发并冻结的汇报版。")
        return
    if found:
        rows = [_row(view, one) for one in found]
        heads = ["汇报版", "状态", "批次", "签发", "更正关系"]
        block(
            f'<div class="fig"><h2>{len(found)}份汇报版，新的在前</h2></div>'
            + table(heads, rows, text_columns=(1, 2, 3, 4), caption="汇报版"),
            key="edition-list",
        )
    asking.show(view, asked)
    _beginning(view, is_first=not found)


def _counts(found: list[Edition]) -> dict[str, int]:
    return {code: sum(one.state_code == code for one in found) for code in states.STATES}


def _row(view: View, one: Edition) -> list[str]:
    signed, home = one.by("sign"), acting.home_of(view)
    relation = ""
    if one.replaced_by:
        relation = f"被 {record.edition(home, one.replaced_by).identity.name_zh} 替代"
    elif one.settings.replaces:
        relation = f"更正 {record.edition(home, one.settings.replaces).identity.name_zh}：{one.settings.note_zh}"
    return [
        f'<a class="link" href="{esc(address_of(view, one))}" target="_self">{esc(one.identity.name_zh)}</a>',
        badge(states.STATES[one.state_code], TONES.get(one.state_code, "")),
        esc(one.settings.release_id),
        esc(f"{signed.name_zh} {instant_zh(signed.at)}") if signed else "—",
        esc(relation) or "—",
    ]


def _beginning(view: View, *, is_first: bool) -> None:
    """A new draft, for whoever may write one; how the operator does it where nobody signs in, at once before the first."""
    if not view.has_months:
        return
    places = {CITY: view.city_name_zh, **{row["area_id"]: row["short_name_zh"] for row in units_of(view)}}
    allowed = {
        code: name for code, name in places.items() if acting.may(view, "draft", view.city if code == CITY else code)
    }
    if not allowed:
        block(
            f'<details class="more small"{" open" if is_first else ""}><summary>怎样起草和签发</summary><p>启用登录后，审核人、分析员在本页起草，签发人签发。'
            "没有登录时，由本机操作员在命令行起草、检查、写说明、签发，命令见说明书“汇报版”一节。</p></details>",
            key="edition-how",
        )
        return
    months = known_months(view)
    options = {f"{month:%Y-%m}": month_zh(month) for month in months}
    with st.container(key="screen-only-begin", horizontal=True, vertical_alignment="bottom"):
        place = st.selectbox("起草哪里的", list(allowed), format_func=allowed.get, key="edition-place", width=180)
        month = st.selectbox("月份", list(options), format_func=options.get, key="edition-month", width=160)
        titles = {code: sections.TITLES[code] for code in sections.CHOSEN}
        picked = st.multiselect(
            "要哪几节", list(titles), format_func=titles.get, key="edition-sections", placeholder="全部"
        )
        st.button("起草", key="edition-begin", on_click=_begin, args=(view, place, month, tuple(picked)))


def _begin(view: View, place: str, month: str, picked: tuple[str, ...]) -> None:
    from warehouse.editions import signing

    def act(home, actor) -> str:
        made = signing.begin(
            home, reads.releases(view.kind), city=view.city, unit="" if place == CITY else place,
            month=date.fromisoformat(f"{month}-01"), actor=actor, release_id=view.release_id, chosen=picked,
        )  # fmt: skip
        filters.put(IN_ADDRESS, made.key)
        return f"已起草 {made.identity.name_zh}"

    acting.acted(view, "draft", view.city if place == CITY else place, act)
