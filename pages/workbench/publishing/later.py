"""A draft that is published at a time to come, and shown to named people before: both by a person, both on record."""

import re
from datetime import UTC, datetime, timedelta

import streamlit as st

from pages.ui.frame.identity import address
from pages.ui.kit import reads
from pages.ui.kit.block import block
from pages.ui.kit.html import esc, table
from pages.ui.takeaway.previewing import SECRET
from pages.workbench.publishing.parts import acted
from warehouse.errors import PublishError
from warehouse.home import Home
from warehouse.people import previews
from warehouse.people.sessions import Person
from warehouse.release.publishing import drafts, embargo
from warehouse.wording.grammar.dates import CHINA, instant_zh

LINK = "_preview_link"
HOURS = {24: "1天", 72: "3天", 168: "7天", 1: "1小时"}


def finding(release_id: str) -> str:
    """What the first line says of the draft: that it waits, or until when."""
    found = embargo.standing(reads.whole_home(reads.REAL))
    if found is None:
        return f"草稿批次 {release_id} 等待发布。"
    return f"草稿批次 {release_id} 定于{instant_zh(found.until)}发布，由{found.name_zh}确认。"


def timing(home: Home, release_id: str) -> None:
    """A time to publish at, the month retyped as for publishing at once; or the way back."""
    found = embargo.standing(home)
    claim = f"定于{instant_zh(found.until)}发布" if found else "定时发布"
    st.html(
        f'<div class="block"><div class="fig"><h2>{esc(claim)}</h2>'
        '<div class="what">到时自动发布；此前谁也看不到，预览的人除外。草稿被替换或否决，定时随之作废</div></div></div>'
    )
    with st.container(key="screen-only-later", horizontal=True, vertical_alignment="bottom"):
        if found:
            st.button("取消定时", key="embargo-end", on_click=_take_back)
            return
        st.text_input("解禁时间（北京时间）", key="embargo-at", placeholder="2026-12-05 09:00")
        asked = drafts.asked_zh(home, release_id)
        st.text_input(f"重新输入 {asked} 以确认定时发布", key="embargo-retyped")
        st.button("定时发布", key="embargo", on_click=_put, args=(release_id,))


def previewing(home: Home, release_id: str) -> None:
    """A link for named people that ends; those that were given."""
    st.html(
        '<div class="block"><div class="fig"><h2>给指定的人预览</h2>'
        '<div class="what">须登录、且在名单上才打得开；页面和文件都写明内部资料、姓名和时间；到时自动失效</div></div></div>'
    )
    with st.container(key="screen-only-preview", horizontal=True, vertical_alignment="bottom"):
        st.text_input("给谁看（登录名，逗号分开）", key="preview-for")
        st.selectbox("有效期", list(HOURS), format_func=HOURS.get, key="preview-hours")
        st.button("生成预览链接", key="preview-give", on_click=_give, args=(release_id,))
    link = st.session_state.pop(LINK, "")
    if link:
        block(
            f'<div class="verdict good" role="status"><b>预览链接（只显示这一次）</b><span>{esc(link)}</span></div>',
            key="preview-link",
        )
    given = previews.given(home, release_id)
    if not given:
        return
    now = datetime.now(UTC)
    rows = [
        ["、".join(one.logins), instant_zh(one.until), "有效" if now < one.until else "已过期", one.given_by]
        for one in given
    ]
    block(table(["给谁", "截止", "状态", "谁给的"], rows, text_columns=(1, 2, 3)), key="previews")
    with st.container(key="screen-only-preview-end", horizontal=True):
        for one in given:
            if now < one.until:
                who = "、".join(one.logins)
                st.button(f"收回给{who}的链接", key=f"end-{one.key[:12]}", on_click=_end, args=(one.key,))


def instant_of(text: str) -> datetime:
    """The instant somebody wrote in Beijing time.

    Raises:
        PublishError: it is no date with a time.
    """
    plain = re.sub(r"[年月/.]", "-", text.strip()).replace("日", " ").replace("：", ":")
    try:
        return datetime.strptime(" ".join(plain.split()), "%Y-%m-%d %H:%M").replace(tzinfo=CHINA)
    except ValueError:
        raise PublishError(f"时间“{text[:40]}”看不懂。请写如 2026-12-05 09:00，按北京时间") from None


def _put(release_id: str) -> None:
    def act(home: Home, person: Person) -> str:
        found = embargo.put(
            home, release_id, until=instant_of(st.session_state.get("embargo-at", "")),
            retyped=st.session_state.get("embargo-retyped", ""), who=person.login, name_zh=person.name_zh,
            address=address(),
        )  # fmt: skip
        return f"批次 {release_id} 定于{instant_zh(found.until)}发布"

    acted(act)


def _take_back() -> None:
    def act(home: Home, person: Person) -> str:
        embargo.take_back(home, who=person.login, address=address())
        return "已取消定时，草稿等待发布"

    acted(act)


def _give(release_id: str) -> None:
    def act(home: Home, person: Person) -> str:
        named = re.split(r"[,，、;；\s]+", st.session_state.get("preview-for", ""))
        until = datetime.now(UTC) + timedelta(hours=st.session_state.get("preview-hours", 24))
        secret = previews.give(home, release_id, logins=named, until=until, by=person.login, address=address())
        st.session_state[LINK] = f"/?{SECRET}={secret}"
        return f"预览链接已生成，{instant_zh(until)}失效"

    acted(act)


def _end(key: str) -> None:
    def act(home: Home, person: Person) -> str:
        previews.end(home, key, by=person.login, address=address())
        return "预览链接已收回"

    acted(act)
