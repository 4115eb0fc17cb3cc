"""The frame around every page: menu, masthead, what the link asks for, the page itself, colophon, receipt."""

from collections.abc import Mapping
from copy import copy
from functools import cache, partial
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.scriptrunner import get_script_run_ctx

from pages.registry import PAGES, SIGNED_IN_PAGES, Entry
from pages.ui.frame import receipt_drawer
from pages.ui.frame.colophon import colophon
from pages.ui.frame.identity import address, here_is
from pages.ui.frame.index_html import ICON_URL, TITLE, UNKNOWN_PAGE
from pages.ui.frame.paper_foot import name_sheets
from pages.ui.frame.search_box import search_box
from pages.ui.frame.takeaway import takeaway
from pages.ui.frame.waiting import nothing_to_read
from pages.ui.kit import filters, reads, shown
from pages.ui.kit.errors import empty_state, guarded
from pages.ui.kit.html import esc
from pages.ui.kit.months import note_month_left_out
from pages.ui.kit.style import LARGE
from pages.ui.kit.turns import Turns
from pages.ui.kit.view import BASES_ZH, CENSUS, View, show_from
from pages.ui.takeaway import exporting, previewing
from warehouse.errors import ReleaseMissing
from warehouse.export import DEMO_NOTICE_ZH, DEMO_ZH
from warehouse.home import Home
from warehouse.people.roles import RIGHTS, ROLES
from warehouse.people.sessions import Person
from warehouse.read import Release
from warehouse.read.place import areas
from warehouse.release.proof import is_known_damaged
from warehouse.release.publishing.publish import is_of_older_shape, release_path
from warehouse.settings import load_settings
from warehouse.worker.client import shared_worker

# Each city keeps its colour on every page (block.css).
AREA_COLOURS = 4
KINDS = {reads.REAL: "实际", reads.DEMO: "演示"}
RUNS = Turns(at_once=2, longest_wait_seconds=3.0)


def run() -> None:
    """One run of the script `pages/main.py`."""
    _configure_page()
    person = here_is()
    where = address()
    with RUNS.taken(person.login if person else where), shared_worker().made_first():
        _run(person, where)


def _configure_page() -> None:
    st.set_page_config(page_title=TITLE, layout="wide", initial_sidebar_state="auto")
    # Streamlit would load numpy and a library of pictures to hand on an icon that is text.
    icon = ForwardMsg()
    icon.page_config_changed.favicon = ICON_URL
    get_script_run_ctx().enqueue(icon)


def _run(person: Person | None, where: str) -> None:
    if person is None and load_settings().sign_in != "off":
        # A session that ended while its page stood open: nothing of it is shown any more.
        st.html(
            '<div class="block"><h1 class="finding">登录已结束</h1><p>长时间没有操作，或已在别处退出。'
            '<a class="link" href="/sign-in" target="_self">重新登录</a></p></div>'
        )
        return
    scope = person.sees() if person else ""
    if scope is None:
        st.html(
            '<div class="block"><h1 class="finding">还没有授权</h1><p>账户已建立，但没有阅读的角色，或角色已到期。请联系管理员。'
            '<a class="link" href="/sign-out" target="_self">退出</a></p></div>'
        )
        return
    reads.see_as(scope)
    is_shown, ended_zh = previewing.sees_draft(person, address=where)
    reads.see_draft(is_shown)
    page, entry, all_pages = _menu(person)
    filters.begin(entry.url_path)
    if ended_zh:
        filters.note(ended_zh)
    _note_unknown_page()
    with guarded("页面"):
        _show(page, entry, all_pages, person)


def _menu(person: Person | None) -> tuple[st.Page, Entry, dict[str, st.Page]]:
    """The page the reader is on with its entry, and all pages by their address, the first one under the empty one."""
    groups: dict[str, list[st.Page]] = {}
    by_address = {}
    shown = list(PAGES) if person is None else [each for each in (*PAGES, *SIGNED_IN_PAGES) if person.may(each.right)]
    for position, entry in enumerate(shown):
        page = copy(_page(entry, is_first=position == 0))
        groups.setdefault(entry.group, []).append(page)
        by_address[entry.url_path if position else ""] = page
    # A link somebody else sent leads to a page this person may not see: it says so, and stands in no menu.
    closed = [] if person is None else [each for each in (*PAGES, *SIGNED_IN_PAGES) if each not in shown]
    for entry in closed:
        page = st.Page(
            partial(_closed, entry, person), title=entry.title_zh, url_path=entry.url_path, visibility="hidden"
        )
        groups.setdefault(entry.group, []).append(page)
    page = st.navigation(groups)
    return page, next(entry for entry in (*shown, *closed) if entry.title_zh == page.title), by_address


@cache
def _page(entry: Entry, *, is_first: bool) -> st.Page:
    """The page of an entry, to be copied: Streamlit looks for its script on the disk, and marks the one that is run."""
    return st.Page(entry.script, title=entry.title_zh, url_path=entry.url_path, icon="", default=is_first)


def _closed(entry: Entry, person: Person) -> None:
    """What stands on a page the person holds no right for: which right, and what he holds."""
    held = "、".join(ROLES[code].label_zh for code in person.roles)
    empty_state(
        f"“{entry.title_zh}”要有“{RIGHTS[entry.right]}”的权限",
        f"您现在的角色（{held}）没有这一项。需要时请联系管理员；别的页面照常可看。",
    )


def _note_unknown_page() -> None:
    """Say that the address asked for was no page; the first page stands in its place."""
    asked = st.query_params.get(UNKNOWN_PAGE)
    if asked:
        signed = next((each for each in SIGNED_IN_PAGES if each.url_path == asked), None)
        why = f"没有名为“{asked}”的页面"
        if signed:
            why = f"“{signed.title_zh}”要登录后才有，这里没有启用登录"
            why += f"（{signed.unsigned_zh}）" if signed.unsigned_zh else ""
        filters.note(f"{why}，已打开{PAGES[0].title_zh}。")
        filters.put(UNKNOWN_PAGE, None)


def _show(page: st.Page, entry: Entry, all_pages: Mapping[str, st.Page], person: Person | None) -> None:
    masthead = st.container(
        key="masthead", horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"
    )
    with masthead:
        st.html(f'<div class="brand">{TITLE}</div>', width="content")
        kind = filters.choice("data", "数据", KINDS, reads.REAL, what_zh="数据种类")
    try:
        release_id, header, listed = _release(kind)
    except ReleaseMissing as missing:
        nothing_to_read(kind, missing)
        return
    with masthead:
        city, name = _city(kind, release_id, by_city=entry.by_city)
        search_box(all_pages)
        _person(person)
        is_large = st.toggle("大字版", key="large", bind="query-params")
    if is_large:
        st.html(LARGE)
    view = View(
        kind=kind,
        root=str(reads.home_of(kind).root),
        release_id=release_id,
        header=header,
        city=city,
        city_name_zh=name,
        is_large=is_large,
        base=filters.wanted("base", BASES_ZH, CENSUS, what_zh="老年人口底数"),
        is_draft=reads.sees_draft(kind),
    )
    show_from(view)
    above = st.container()
    shown.begin()
    with guarded(entry.title_zh):
        page.run()
    if _broke_meanwhile(view):
        st.rerun()
    pieces = shown.taken()
    with guarded("带走本页"):
        takeaway(view, entry, pieces)
    note_month_left_out(view, entry.month_zh)
    with above:
        _notices(view, person)
    with guarded("版本说明"):
        colophon(view, listed)
        name_sheets(view, entry)
    with guarded("数字凭证"):
        receipt_drawer.open_pressed(view)
    filters.carry()


def _release(kind: str) -> tuple[str, Mapping[str, Any], list[str]]:
    """The release to read, its header, and the ids of all there are, newest first."""
    current, listed = reads.release_ids(kind)
    options = {release_id: f"批次 {release_id}" for release_id in listed}
    options[current] = f"当前批次 {current}"
    wanted = filters.wanted("release", options, current, what_zh="发布批次")
    try:
        return wanted, _header(kind, wanted), listed
    except ReleaseMissing:
        filters.note(f"批次 {wanted} 的文件已不完整，已改看{options[current]}。")
        return current, _header(kind, current), listed


def _header(kind: str, release_id: str) -> Mapping[str, Any]:
    """The header of the release to read; one of an older shape is made again first, and said to be."""
    header = reads.header(kind, release_id)
    if substitute := reads.releases(kind).substitute_zh:
        filters.note(substitute)
    if is_of_older_shape(header) and not (why := reads.remade(str(reads.home_of(kind).root), release_id)):
        header = reads.header(kind, release_id)
    elif is_of_older_shape(header):
        filters.note(f"旧版：批次 {release_id} 是旧版结构，未能按现行结构重建（{why}）；有的页面可能打不开。")
    if "remade_from" in header:
        filters.note(f"旧版：批次 {release_id} 由较早的程序生成，这里是按现行结构、从当时收到的资料重建后的内容。")
    return header


def _broke_meanwhile(view: View) -> bool:
    """Whether the file was found damaged while this page was made, and there is another release to read."""
    path = release_path(Home(Path(view.root)), view.release_id)
    return is_known_damaged(path) and reads.release_ids(view.kind)[0] != view.release_id


def _city(kind: str, release_id: str, *, by_city: bool) -> tuple[str, str]:
    options = reads.ask(_cities, kind=kind, release_id=release_id)
    first = next(iter(options))
    if by_city:
        code = filters.choice("city", "城市", options, first, what_zh="城市")
    else:
        code = filters.wanted("city", options, first, what_zh="城市")
    place = list(options).index(code) % AREA_COLOURS
    st.html(f"<style>:root {{ --own: var(--area-{place}); }}</style>")
    return code, options[code]


def _cities(release: Release) -> dict[str, str]:
    """Name of every city by its id, in declared order."""
    cities = areas.cities(release).frame
    return dict(zip(cities["area_id"], cities["name_zh"], strict=True))


def _person(person: Person | None) -> None:
    """Who is signed in, and the way out."""
    if person is not None:
        st.html(
            f'<div class="person">{esc(person.name_zh)}　<a class="link" href="/password" target="_self">修改密码</a>　'
            '<a class="link" href="/sign-out" target="_self">退出</a></div>',
            width="content",
        )
        if person.may("export"):
            st.text_input(
                "导出用途", key=exporting.PURPOSE, max_chars=exporting.LONGEST_PURPOSE, label_visibility="collapsed",
                placeholder="导出用途（留痕）", width=220,
            )  # fmt: skip


def _notices(view: View, person: Person | None) -> None:
    """What the reader must know before the first number."""
    if view.is_draft:
        back = (
            '<a class="link" href="/publishing" target="_self">回到发布</a>' if person and person.may("publish") else ""
        )
        st.html(
            '<div class="block"><div class="demo-band draft"><b>内部资料</b>　这是还没有发布的草稿批次，只供核对，不得引用、不得外传。'
            f"{back}</div></div>"
        )
    if mark := exporting.mark_zh(person, scope=reads.seen_as(), is_draft=view.is_draft) if not view.is_demo else "":
        _watermark(mark)
    if view.is_demo:
        st.html(f'<div class="block"><div class="demo-band"><b>{DEMO_ZH}</b>　{DEMO_NOTICE_ZH}。</div></div>')
    for text in filters.notes():
        st.html(f'<div class="block"><div class="notice" role="status">{esc(text)}</div></div>')


def _watermark(mark: str) -> None:
    """Name and time over the whole page, so that a picture of it says whose it is."""
    text = f"{mark}　"
    st.html(
        '<div class="watermark" aria-hidden="true" style="position:fixed;inset:0;z-index:50;pointer-events:none;'
        "opacity:.07;overflow:hidden;font-size:22px;line-height:110px;transform:rotate(-18deg) scale(1.4);"
        f'word-break:break-all" data-mark="{esc(text * 80)}"></div>'
    )
