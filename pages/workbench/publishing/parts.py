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
from warehouse.release.publishing import draft_changes, drafts
from warehouse.release.publishing.publish import current_pointer, release_ids
from warehouse.wording.grammar.dates import month_zh

SAID = "_publishing_said"
COUNTED = ["单位", "月份", "报表", "个数"]
NUMBERS = ("个数", "现行", "草稿")


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
    found = draft_changes.changes(home, release_id)
    claim = f"比现行批次新增{found.new_count}个数，改动{found.changed_count}个，不再有{found.gone_count}个"
    newest = month_zh(found.month) if found.month else "没有月报"
    size = (
        f"{newest}已报{found.month_count}个数，上一个月{found.month_before_count}个；"
        f"文件{found.bytes / 1e6:.1f} MB，现行{found.bytes_before / 1e6:.1f} MB"
    )
    block(
        f'<div class="fig"><h2>{esc(claim)}</h2><div class="what">{esc(size)}</div></div>'
        '<p class="small"><a class="link" href="/?draft=1" target="_self">以草稿浏览各页（内部资料）</a></p>',
        key="draft-size",
    )
    failed = [("新" if is_new else "原有", sentence) for is_new, sentence in found.failed]
    parts = (
        ("未通过的检查", ["", "问题"], failed, "failed"),
        ("改动的数", ["单位", "指标", "分项", "月份", "现行", "草稿"], found.restated, "restated"),
        ("不再有的数", COUNTED, found.gone, "gone"),
        ("新增的数", COUNTED, found.come, "come"),
        (
            f"{newest}没有报齐的单位（共缺{len(found.missing)}张表）",
            ["单位", "未报的表"],
            _by_unit(found.missing),
            "missing",
        ),
        ("暂缓采用的数", ["单位", "指标", "月份"], found.held, "held"),
    )
    for claim_zh, heads, rows, key in parts:
        if rows:
            _listed(claim_zh, heads, rows, key=key)
    if none := [claim_zh for claim_zh, _, rows, _ in parts if not rows]:
        block(f'<p class="small">没有：{esc("、".join(none))}。</p>', key="none")
    # What is typed stands beside its own button, on a phone too.
    with st.container(key="screen-only-decide", horizontal=True, vertical_alignment="bottom"):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            st.text_input(f"重新输入 {drafts.asked_zh(home, release_id)} 以确认发布", key="retyped")
            st.button("发布", key="publish", on_click=_publish, args=(release_id,))
        with st.container(horizontal=True, vertical_alignment="bottom"):
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


def _by_unit(missing: list[tuple]) -> list[tuple]:
    """Units in their order, each with the forms it lacks."""
    forms: dict[str, list[str]] = {}
    for unit, form in missing:
        forms.setdefault(unit, []).append(form)
    return [(unit, "、".join(lacking)) for unit, lacking in forms.items()]


def _listed(claim_zh: str, heads: list[str], rows: list[tuple], *, key: str) -> None:
    """A list under its claim; what is counted stands right, as numbers do."""
    shown = [[esc(_cell(cell)) for cell in row] for row in rows]
    more = f"（只列前{draft_changes.MOST_LISTED}行）" if len(rows) >= draft_changes.MOST_LISTED else ""
    text_columns = tuple(place for place, head in enumerate(heads) if place and head not in NUMBERS)
    block(
        f'<div class="fig"><h2>{esc(claim_zh)}{more}</h2></div>'
        + table(heads, shown, text_columns=text_columns, caption=claim_zh),
        key=key,
    )


def _cell(cell: object) -> str:
    if isinstance(cell, date):
        return month_zh(cell)
    return f"{cell:,.15g}" if isinstance(cell, float) else str(cell)


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
