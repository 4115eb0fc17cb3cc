"""The parts of 口径变更: the record of all changes, the decision on those that wait, a form to propose one."""

from collections.abc import Callable
from datetime import date, timedelta

import streamlit as st

from pages.ui.frame.identity import address, here_is
from pages.ui.kit import reads
from pages.ui.kit.block import block
from pages.ui.kit.html import esc
from pages.ui.kit.judging import context
from pages.ui.kit.view import View
from warehouse.errors import YanglaoError
from warehouse.home import Home
from warehouse.people import proposals
from warehouse.people.roles import today
from warehouse.people.sessions import Person
from warehouse.release.masks import unsaid
from warehouse.release.masks.sentences import STAR
from warehouse.wording.grammar.dates import date_zh, instant_zh

SAID = "_changes_said"
MOST_SHOWN = 60
PROPOSE, REVIEW = "draft", "sign"
"""Who may propose one, and who decides."""
REPORT, PASS = "report", "review"
"""Who else knows the forms of a unit."""


def _home() -> Home:
    return reads.whole_home(reads.REAL)


def finding() -> str:
    """How many changes wait, and how many are in force."""
    found = proposals.listed(_home())
    if not found:
        return "目标、指标定义和报表更正还没有过变更。"
    waiting = sum(one.state_code == "proposed" for one in found)
    return f"{len(found)}项变更，{waiting}项待审核，{len(proposals.in_force(_home(), today()))}项正在采用。"


def said() -> None:
    """What came of the last press."""
    tone, text = st.session_state.pop(SAID, ("", ""))
    if text:
        block(f'<div class="verdict {tone}" role="status"><b>{esc(text)}</b></div>', key="change-said")


def record(view: View) -> None:
    """Every change with its steps, and the decision for whoever may take it."""
    person = here_is()
    found = [_as_seen_by(person, one) for one in proposals.listed(_home())[:MOST_SHOWN]]
    items = "".join(
        f'<li><div class="where">{esc(proposals.KINDS[one.kind_code])} {one.number}　{proposals.STATES[one.state_code]}</div>'
        f'<div><div class="fact">{esc(_name(view, one))}：{esc(_told(one))}</div>'
        f'<div class="due">自{date_zh(one.from_on)}起<br>{_steps(one)}</div></div></li>'
        for one in found
    )
    if items:
        block(f'<div class="fig"><h2>变更记录，新的在前</h2></div><ul class="issues">{items}</ul>', key="change-record")
    if person is None or not person.may(REVIEW):
        return
    for one in found:
        steps = [step for (state, step) in proposals.NEXT if state == one.state_code]
        if not steps:
            continue
        with st.container(key=f"screen-only-change-{one.number}", horizontal=True, vertical_alignment="bottom"):
            st.text_input(
                f"变更{one.number}：退回、停止的原因", key=f"change-why-{one.number}", max_chars=proposals.LONGEST
            )
            for step in steps:
                st.button(
                    f"{proposals.STEPS[step]}（变更{one.number}）", key=f"change-{step}-{one.number}", on_click=_decide,
                    args=(one.number, step),
                )  # fmt: skip


def proposing(view: View) -> None:
    """A form to propose a change; nothing for whoever may propose none."""
    person = here_is()
    if person is None or not person.may(PROPOSE):
        return
    st.html('<div class="block"><div class="fig"><h2>提出一项变更</h2></div></div>')
    with st.container(key="screen-only-propose"):
        kind = st.segmented_control(
            "改什么",
            list(proposals.KINDS),
            format_func=proposals.KINDS.get,
            key="change-kind",
            default=proposals.TARGET,
        )
        kind = kind or proposals.TARGET
        subject = _subject(kind)
        with st.container(horizontal=True, key="change-becomes"):
            for name, label in proposals.FIELDS[kind].items():
                st.text_input(label, key=f"change-{kind}-{name}", max_chars=proposals.LONGEST)
            st.date_input(
                "自哪天起", value=today(), min_value=today(), max_value=today() + timedelta(days=366), key="change-from"
            )
        st.text_input("依据（文件名称、文号或来函）", key="change-reason", max_chars=proposals.LONGEST)
        st.button("提出", key="change-propose", on_click=_propose, args=(kind, subject))


def _subject(kind: str) -> str:
    catalog = context(reads.REAL).catalog
    if kind == proposals.TARGET:
        names = {one.target_id: f"{one.name_zh}（{one.text_zh}）" for one in catalog.targets.values()}
    elif kind == proposals.DEFINITION:
        names = {code: one.label_zh for code, one in catalog.indicators.items()}
    else:
        forms = {code: one.label_zh for code, one in catalog.codes["form_code"].items()}
        form = st.selectbox("哪张表", list(forms), format_func=forms.get, key="change-form")
        units = {place.area_id: place.name_zh for place in context(reads.REAL).book.reporting()}
        unit = st.selectbox("哪个单位", list(units), format_func=units.get, key="change-unit")
        names = {code: one.label_zh for code, one in catalog.indicators.items() if one.form_code == form}
        indicator = st.selectbox("哪个指标", list(names), format_func=names.get, key="change-indicator")
        month = st.text_input("哪个月（如 2026-10）", key="change-month", max_chars=7)
        return f"{form}|{unit}|{indicator}|{month.strip()}"
    return st.selectbox("哪一个", list(names), format_func=names.get, key=f"change-subject-{kind}")


def _propose(kind: str, subject: str) -> None:
    def act(home: Home, person: Person) -> str:
        state = st.session_state
        number = proposals.propose(
            home, context(reads.REAL).catalog, kind_code=kind, subject=subject,
            becomes={name: state.get(f"change-{kind}-{name}", "") for name in proposals.FIELDS[kind]},
            from_on=_day(state.get("change-from")), reason_zh=state.get("change-reason", ""), who=person.login,
            name_zh=person.name_zh, address=address(),
        )  # fmt: skip
        return f"已提出变更{number}，待另一人审核"

    _acted(PROPOSE, act)


def _decide(number: int, step: str) -> None:
    def act(home: Home, person: Person) -> str:
        proposals.decide(
            home, number, step, who=person.login, name_zh=person.name_zh,
            reason_zh=st.session_state.get(f"change-why-{number}", ""), address=address(),
        )  # fmt: skip
        return f"变更{number}{proposals.STATES[proposals.NEXT[('passed' if step == 'end' else 'proposed'), step]]}，下次更新起生效"

    _acted(REVIEW, act)


def _acted(right: str, act: Callable[[Home, Person], str]) -> None:
    """Do it for the person of this run, whose right is looked up anew; note what came of it."""
    person = here_is()
    if person is None or not person.may(right):
        st.session_state[SAID] = ("bad", "没有办成：登录已结束，或角色已收回")
        return
    try:
        st.session_state[SAID] = ("good", act(_home(), person))
    except YanglaoError as refused:
        st.session_state[SAID] = ("bad", str(refused))


def _day(chosen: object) -> date:
    return chosen if isinstance(chosen, date) else today()


def _as_seen_by(person: Person | None, one: proposals.Proposal) -> proposals.Proposal:
    """A correction of persons counted is told whole to who proposed it, to its unit and to who passes or signs there."""
    catalog = context(reads.REAL).catalog
    if not unsaid.counts_persons(one, catalog):
        return one
    place = unsaid.place_of(one, catalog)
    if person is not None and (
        one.steps[0].who == person.login or any(person.may(right, *place) for right in (REPORT, PASS, REVIEW))
    ):
        return one
    return unsaid.without_numbers(one)


def _name(view: View, one: proposals.Proposal) -> str:
    catalog = context(reads.REAL).catalog
    if one.kind_code == proposals.TARGET and one.subject in catalog.targets:
        return catalog.targets[one.subject].name_zh
    code = one.subject.split("|")[2] if one.kind_code == proposals.CORRECTION else one.subject
    label = catalog.indicators[code].label_zh if code in catalog.indicators else code
    if one.kind_code != proposals.CORRECTION:
        return label
    _, area_id, _, month = one.subject.split("|")
    return f"{catalog.areas[area_id].name_zh}{month} {label}"


def _told(one: proposals.Proposal) -> str:
    names = proposals.FIELDS[one.kind_code]
    told = "；".join(
        f"{names[name]} {one.was[name]} → {text}" if one.was.get(name) else f"{names[name]} {text}"
        for name, text in one.becomes.items()
        if text
    )
    return f"{told}（{unsaid.HIDDEN_ZH}）" if STAR in one.becomes.values() else told


def _steps(one: proposals.Proposal) -> str:
    return "<br>".join(
        f"{proposals.STEPS[step.step_code]}：{esc(step.name_zh)} {instant_zh(step.at)}"
        + (f"　{esc(step.reason_zh)}" if step.reason_zh else "")
        for step in one.steps
    )
