"""The parts of 发布: the draft's changes, the two decisions, going back to an older release."""

from collections.abc import Callable
from datetime import date

import streamlit as st

from pages.ui.frame.identity import address, here_is
from pages.ui.kit import reads
from pages.ui.kit.block import block
from pages.ui.kit.html import esc, table
from warehouse.errors import YanglaoError
from warehouse.home import Home
from warehouse.people.sessions import Person
from warehouse.release.publishing import drafts
from warehouse.release.publishing.publish import current_pointer, release_ids
from warehouse.wording.grammar.dates import month_zh

SAID = "_publishing_said"


def waiting() -> str | None:
    """The draft that waits for a decision."""
    return drafts.draft_id(reads.whole_home(reads.REAL))


def said() -> None:
    """What came of the last press."""
    tone, text = st.session_state.pop(SAID, ("", ""))
    if text:
        block(f'<div class="verdict {tone}" role="status"><b>{esc(text)}</b></div>', key="said")


def draft(home: Home, release_id: str) -> None:
    """What it changes, and the two decisions."""
    found = drafts.changes(home, release_id)
    newest = month_zh(found.month) if found.month else "没有月报"
    rows = [
        ["新增的数", str(found.new_count)],
        ["改动的数", str(found.changed_count)],
        ["不再有的数", str(found.gone_count)],
        [f"{newest}已报的数", str(found.month_count)],
        ["上一个月已报的数", str(found.month_before_count)],
        ["文件大小（MB）", f"{found.bytes / 1e6:.1f}（现行 {found.bytes_before / 1e6:.1f}）"],
    ]
    block(
        f'<div class="fig"><h2>草稿 {esc(release_id)} 与现行批次相比</h2></div>{table(["项目", "数量"], rows)}'
        f'<p class="small"><a class="link" href="/?draft=1" target="_self">以草稿浏览各页（内部资料）</a></p>',
        key="draft-size",
    )
    _listed("改动的数", ["单位", "指标", "分项", "月份", "现行", "草稿"], found.restated, key="restated")
    _listed(f"{newest}未报的", ["单位", "报表"], found.missing, key="missing")
    _listed("暂缓采用的数", ["单位", "指标", "月份"], found.held, key="held")
    failed = [("新" if is_new else "原有", sentence) for is_new, sentence in found.failed]
    _listed("没有通过的检查", ["", "问题"], failed, key="failed")
    with st.container(key="screen-only-decide", horizontal=True, vertical_alignment="bottom"):
        st.text_input(f"重新输入 {found.asked_zh} 以确认发布", key="retyped")
        st.button("发布", key="publish", on_click=_publish, args=(release_id,))
        st.text_input("不予发布的原因", key="why-not")
        st.button("不予发布", key="reject", on_click=_reject, args=(release_id,))


def going_back(home: Home) -> None:
    """An older release to go back to, its id retyped, with a reason."""
    pointer = current_pointer(home)
    older = [each for each in release_ids(home) if pointer is None or each != pointer.release_id]
    if not older:
        return
    st.html('<div class="block"><div class="fig"><h2>回退到较早的批次</h2></div></div>')
    with st.container(key="screen-only-back", horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox("批次", older, key="back-to")
        st.text_input(f"重新输入 {chosen} 以确认", key="back-retyped")
        st.text_input("回退的原因", key="back-why")
        st.button("回退", key="back", on_click=_back, args=(chosen,))


def _listed(claim_zh: str, heads: list[str], rows: list[tuple], *, key: str) -> None:
    shown = [[month_zh(cell) if isinstance(cell, date) else str(cell) for cell in row] for row in rows]
    more = f"（只列前{drafts.MOST_LISTED}个）" if len(rows) >= drafts.MOST_LISTED else ""
    text_columns = tuple(range(1, len(heads)))
    block(
        f'<div class="fig"><h2>{esc(claim_zh)}：{len(rows)}个{more}</h2></div>'
        + (table(heads, shown, text_columns=text_columns) if shown else ""),
        key=key,
    )


def _publish(release_id: str) -> None:
    def act(home: Home, person: Person) -> str:
        drafts.publish_draft(
            home, release_id, retyped=st.session_state.get("retyped", ""), who=person.login, name_zh=person.name_zh,
            address=address(),
        )  # fmt: skip
        return f"批次 {release_id} 已发布"

    acted(act)


def _reject(release_id: str) -> None:
    def act(home: Home, person: Person) -> str:
        drafts.reject(
            home, release_id, reason_zh=st.session_state.get("why-not", ""), who=person.login, name_zh=person.name_zh,
            address=address(),
        )  # fmt: skip
        return f"批次 {release_id} 不予发布，现行批次没有改动"

    acted(act)


def _back(release_id: str) -> None:
    def act(home: Home, person: Person) -> str:
        drafts.roll_back(
            home, release_id, retyped=st.session_state.get("back-retyped", ""),
            reason_zh=st.session_state.get("back-why", ""), who=person.login, address=address(),
        )  # fmt: skip
        return f"已回退到批次 {release_id}"

    acted(act)


def acted(act: Callable[[Home, Person], str]) -> None:
    """Do it for the person of this run, whose right is looked up anew; note what came of it."""
    person = here_is()
    if person is None or not person.may("publish"):
        st.session_state[SAID] = ("bad", "没有办成：登录已结束，或角色已收回")
        return
    try:
        st.session_state[SAID] = ("good", act(reads.whole_home(reads.REAL), person))
    except YanglaoError as refused:
        st.session_state[SAID] = ("bad", str(refused))
