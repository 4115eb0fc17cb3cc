"""An edition being written: its text as it would be frozen, the checklist, comments, sending, signing."""

import streamlit as st

from pages.briefing.editions import acting, listing
from pages.ui.kit import filters, reads
from pages.ui.kit.block import block
from pages.ui.kit.html import badge, esc, table
from pages.ui.kit.months import indicators_of
from pages.ui.kit.opening import opening
from pages.ui.kit.view import View
from pages.ui.marks.briefing_text import article
from warehouse.editions import checklist, record, signing, states, written
from warehouse.editions.checklist import Checklist, Finding
from warehouse.editions.record import Edition
from warehouse.wording.desk import editions as words


def show(view: View, found: Edition) -> None:
    """The draft, what stands in its way, and what this person may do."""
    listed = checklist.check(acting.home_of(view), reads.releases(view.kind), found, today=signing.today())
    said = words.writing(
        found.identity.name_zh, states.STATES[found.state_code], len(listed.errors), len(listed.waiting)
    )
    opening("汇报版", f"{found.identity.name_zh} · {states.STATES[found.state_code]}", said, [])
    acting.said()
    _checklist(view, found, listed)
    if listed.composed is not None:
        content = listed.composed.content
        block(
            article(content.briefing, content.release_id, opens=view.release_id == content.release_id),
            key="edition-text",
        )
        _comments(view, found, listed)
        _edits(view, found, listed)
    _steps(view, found, listed)
    back = f'<a class="link" href="/editions?data={view.kind}&city={view.city}" target="_self">全部汇报版</a>'
    block(f'<p class="small">{back}</p>', key="edition-back")


def _checklist(view: View, found: Edition, listed: Checklist) -> None:
    rows = [["必须先改", esc(one.text_zh), esc(one.remedy_zh)] for one in listed.errors]
    rows += [
        ["已确认" if one.key in listed.noted else "待确认", esc(one.text_zh), esc(one.remedy_zh)]
        for one in listed.warnings
    ]
    shown = [[badge(state, "watch" if state == "必须先改" else ""), *rest] for state, *rest in rows]
    head = f"签发前清单：{len(listed.errors)}处必须先改，{len(listed.waiting)}条待逐条确认"
    block(
        f'<div class="fig"><h2>{esc(head)}</h2></div>'
        + (table(["", "事项", "怎么办"], shown, text_columns=(1, 2), caption="签发前清单") if shown else ""),
        key="edition-checklist",
    )
    if acting.may(view, "sign", found.identity.area_id):
        with st.container(key="screen-only-note", horizontal=True, gap="small"):
            for one in listed.waiting:
                st.button(f"确认：{one.text_zh[:28]}", key=f"note-{one.key}", on_click=_note, args=(view, found, one))


def _note(view: View, found: Edition, one: Finding) -> None:
    def act(home, actor) -> str:
        written.note(home, found.key, warning_key=one.key, text_zh=one.text_zh, actor=actor)
        return f"已确认：{one.text_zh}"

    acting.acted(view, "sign", found.identity.area_id, act)


def _comments(view: View, found: Edition, listed: Checklist) -> None:
    if not acting.may(view, "draft", found.identity.area_id):
        return
    codes = listed.composed.content.indicators if listed.composed else {}
    labels = {"": "整体", **{code: row["label_zh"] for code, row in indicators_of(view).items() if code in codes}}
    own = {"": found.identity.area_zh}
    if found.identity.is_city and listed.composed:
        own |= {unit["area_id"]: unit["short_name_zh"] for unit in listed.composed.content.units}
    with st.container(key="screen-only-comment", horizontal=True, vertical_alignment="bottom"):
        area = st.selectbox("评述哪里", list(own), format_func=own.get, key="comment-area", width=160)
        code = st.selectbox("哪个指标", list(labels), format_func=labels.get, key="comment-about", width=240)
        st.text_input("评述（留空即撤下自己的）", key="comment-text", width=420)
        about = area or found.identity.area_id
        st.button("写评述", key="comment-now", on_click=_comment, args=(view, found, about, code))


def _comment(view: View, found: Edition, area_id: str, code: str) -> None:
    def act(home, actor) -> str:
        text = st.session_state.get("comment-text", "")
        written.comment(home, found.key, area_id=area_id, indicator_code=code, text_zh=text, actor=actor)
        return "评述已记下" if text.strip() else "评述已撤下"

    acting.acted(view, "draft", found.identity.area_id, act)


def _edits(view: View, found: Edition, listed: Checklist) -> None:
    """Each paragraph of the text to change; what was changed is kept with the draft."""
    if found.state_code != states.DRAFT or not acting.may(view, "draft", found.identity.area_id) or not listed.composed:
        return
    held = dict(found.settings.edits or {})
    with st.container(key="screen-only-edits"), st.expander("改稿：逐段改写；批次里没有的数会列进清单，不能签发"):
        for section in listed.composed.original.sections:
            for place, paragraph in enumerate(section.paragraphs, start=1):
                key = f"edition-edit-{found.key}-{found.last.number}-{paragraph.key}"
                st.text_area(
                    f"{section.title_zh} 第{place}段", value=held.get(paragraph.key, paragraph.text), key=key,
                    height="content",
                )  # fmt: skip
        st.button("存改稿", key="edition-save", on_click=_save, args=(view, found, listed.composed.original))


def _save(view: View, found: Edition, original) -> None:
    edits = {}
    for paragraph in original.paragraphs():
        text = st.session_state.get(f"edition-edit-{found.key}-{found.last.number}-{paragraph.key}")
        if text is not None and " ".join(text.split()) != " ".join(paragraph.text.split()):
            edits[paragraph.key] = text

    def act(home, actor) -> str:
        signing.change(home, found.key, actor, seen=found.last.number, edits=edits)
        return f"已存改稿：改了{len(edits)}段"

    acting.acted(view, "draft", found.identity.area_id, act)


def _steps(view: View, found: Edition, listed: Checklist) -> None:
    area = found.identity.area_id
    if found.state_code == states.DRAFT and acting.may(view, "draft", area):
        with st.container(key="screen-only-draft", horizontal=True, vertical_alignment="bottom"):
            st.button("送审", key="edition-submit", on_click=_take, args=(view, found, "submit", "draft", "已送审"))
            if found.settings.release_id != view.release_id and not view.is_draft:
                st.button(f"换用批次 {view.release_id}", key="edition-move", on_click=_move, args=(view, found))
            st.button("作废草稿", key="edition-discard", on_click=_discard, args=(view, found))
    if found.state_code == states.WAITING and acting.may(view, "sign", area):
        with st.container(key="screen-only-sign", horizontal=True, vertical_alignment="bottom"):
            st.text_input(f"重新输入 {signing.asked_zh(found.identity)} 以签发", key="edition-retyped", width=260)
            pressed = st.button("签发", key="edition-sign", disabled=not listed.may_be_signed)
            st.text_input("退回的原因", key="edition-why", width=260)
            st.button("退回", key="edition-return", on_click=_take, args=(view, found, "return", "sign", "已退回"))
        if pressed:
            _sign(view, found)


def _take(view: View, found: Edition, step_code: str, right: str, done_zh: str) -> None:
    def act(home, actor) -> str:
        reason = st.session_state.get("edition-why", "") if step_code == "return" else ""
        record.take(home, found.key, step_code, actor, seen=found.last.number, reason_zh=reason)
        return f"{found.identity.name_zh} {done_zh}"

    acting.acted(view, right, found.identity.area_id, act)


def _move(view: View, found: Edition) -> None:
    def act(home, actor) -> str:
        signing.change(home, found.key, actor, seen=found.last.number, release_id=view.release_id)
        return f"已换用批次 {view.release_id}"

    acting.acted(view, "draft", found.identity.area_id, act)


def _discard(view: View, found: Edition) -> None:
    def act(home, actor) -> str:
        signing.discard(home, found.key, actor, seen=found.last.number)
        filters.put(listing.IN_ADDRESS, None)
        return f"草稿 {found.identity.name_zh} 已作废"

    acting.acted(view, "draft", found.identity.area_id, act)


def _sign(view: View, found: Edition) -> None:
    """Sign with its progress shown; the page then opens what was frozen."""
    bar = st.progress(0.0, text="开始签发")

    def shown(step_zh: str, done: int, total: int) -> None:
        bar.progress(min(1.0, done / total), text=step_zh)

    def act(home, actor) -> str:
        made = signing.sign(
            home, reads.releases(view.kind), found.key, retyped=st.session_state.get("edition-retyped", ""), actor=actor,
            seen=found.last.number, progress=shown,
        )  # fmt: skip
        return f"{made.identity.name_zh} 已签发并冻结，摘要 {made.sha256[:16]}…"

    acting.acted(view, "sign", found.identity.area_id, act)
    bar.empty()
    st.rerun()
