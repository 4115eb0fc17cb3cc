"""The way of a report on the page: a clerk sends, a reviewer passes or returns, a signer signs. Only with sign-in."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from pages.ui.frame.identity import address, here_is
from pages.ui.kit import reads
from pages.ui.kit.block import block
from pages.ui.kit.errors import guarded
from pages.ui.kit.html import esc
from pages.ui.kit.view import View
from pages.workbench.submissions import desk_tools, looking
from warehouse.errors import YanglaoError
from warehouse.people import flow
from warehouse.people.sessions import Person
from warehouse.read.meta import catalog
from warehouse.read.place import areas
from warehouse.settings import load_settings
from warehouse.wording.grammar.dates import instant_zh, month_zh

SAID = "_report_said"
MOST_SHOWN = 60
WAITING = ("sent", "correcting")


def is_reporting(view: View) -> bool:
    """Whether the person of this run may report here; nobody may in the demonstration, or without sign-in."""
    person = here_is()
    return person is not None and view.kind == reads.REAL and bool(_own(person))


def own_unit(view: View) -> str | None:
    """The unit of the city this person reports for; None for whoever reports for none."""
    person = here_is()
    names = _names(view)
    return next((one for one in _own(person) if one in names), None) if person is not None else None


def has_steps(view: View) -> bool:
    """Whether anybody is signed in here who may look for a receipt or has forms to pass."""
    return here_is() is not None and view.kind == reads.REAL


def is_passing(view: View) -> bool:
    """Whether the person of this run passes or signs reports of this city or one of its units."""
    person = here_is()
    return has_steps(view) and any(
        person.may(right, area, view.city) for right in ("review", "sign") for area in _names(view)
    )


def sending(view: View) -> None:
    """Files of the own unit: checked against all that was received of it, then sent."""
    from etl.months.reporting import check_own

    person = here_is()
    units = _own(person)
    names = _names(view)
    st.html(
        f'<div class="block"><div class="fig"><h2>报送：{esc("、".join(names.get(one, one) for one in units))}</h2>'
        '<div class="what">把填好的表拖进来，先看检查结果，再按“报送”；有须退回的问题的那张不会收</div></div></div>'
    )
    with st.container(key="screen-only-send"):
        files = st.file_uploader(
            "要报送的文件", accept_multiple_files=True, key="send", label_visibility="collapsed",
            max_upload_size=desk_tools.LARGEST_MB,
        )  # fmt: skip
    said()
    home = reads.whole_home(view.kind)
    forms = view.ask(catalog.code_labels, code_set="form_code")
    severities = view.ask(catalog.code_labels, code_set="severity_code")
    for number, file in enumerate(desk_tools.dropped(files)):
        with guarded("检查文件"):
            checked = check_own(
                home, file.getvalue(), file.name, units=units, context=desk_tools.context(view.kind),
                settings=load_settings(),
            )  # fmt: skip
            others = "".join(f'<div class="notice">{esc(each)}</div>' for each in checked.others_zh)
            block(others + desk_tools.told(checked, forms, severities, stored_zh="尚未报送"), key=f"own-{number}")
            if not checked.others_zh and any(form.state_code != "returned" for form in checked.forms):
                st.button(
                    f"报送 {file.name}", key=f"send-{number}", on_click=send_now,
                    args=(view.kind, file.getvalue(), file.name, names, forms),
                )  # fmt: skip
    _list(view, flow.reports(home, units)[:MOST_SHOWN], "本单位的报表到了哪一步", key="own-reports")


def send_now(kind: str, data: bytes, name: str, names: Mapping[str, str], forms: Mapping[str, str]) -> None:
    """Send a file for the person of this run and note its receipt, or why it was refused."""
    from etl.months.reporting import send

    person = here_is()
    if person is None:
        return
    try:
        receipts = send(
            reads.whole_home(kind), data, name, person=person, context=desk_tools.context(kind), address=address(),
            settings=load_settings(),
        )  # fmt: skip
    except YanglaoError as refused:
        st.session_state[SAID] = ("bad", str(refused), ())
        return
    lines = tuple(
        f"{one.unit_zh} {forms[one.form_code]} {month_zh(one.month)}　{instant_zh(one.sent_at)}　{one.name_zh}"
        f"　SHA-256 {one.sha256}　回执编号 {one.code}"
        for one in receipts
    )
    st.session_state[SAID] = ("good", f"已报送 {len(receipts)}张报表，回执如下，请留存", lines)


def reviewing(view: View) -> None:
    """What waits for this person: to be passed or returned, or to be signed. Nothing for whoever may do neither."""
    person = here_is()
    if person is None or view.kind != reads.REAL:
        return
    names = _names(view)
    may_review = {area for area in names if person.may("review", area, view.city)}
    may_sign = {area for area in names if person.may("sign", area, view.city)}
    if not may_review and not may_sign:
        return
    if not is_reporting(view):
        said()
    found = flow.reports(reads.whole_home(view.kind), tuple(names))
    to_review = [one for one in found if one.state_code in WAITING and one.track[0] in may_review]
    to_sign = [one for one in found if one.state_code == "passed" and one.track[0] in may_sign]
    if may_review:
        _list(view, to_review[:MOST_SHOWN], f"待审核 {len(to_review)}张", key="to-review")
        for one in to_review[:MOST_SHOWN]:
            _review_row(view, one, names)
            looking.look(view, one, _told(view, one, names))
    if may_sign:
        _list(view, to_sign[:MOST_SHOWN], f"待签发 {len(to_sign)}张", key="to-sign")
        for one in to_sign[:MOST_SHOWN]:
            with st.container(key=f"screen-only-sign-{one.last.number}", horizontal=True):
                st.button(
                    f"签发 {_told(view, one, names)}", key=f"sign-{one.last.number}", on_click=decide_now,
                    args=(view.kind, one, "sign", view.city),
                )  # fmt: skip
            looking.look(view, one, _told(view, one, names))


def _review_row(view: View, one: flow.Report, names: Mapping[str, str]) -> None:
    number = one.last.number
    with st.container(key=f"screen-only-review-{number}", horizontal=True, vertical_alignment="bottom"):
        st.text_input(
            f"{_told(view, one, names)}：退回原因", key=f"reason-{number}", max_chars=flow.LONGEST_REASON,
            placeholder="退回时必填，如：表二C7比上月少一半，请核对",
        )  # fmt: skip
        st.button("审核通过", key=f"pass-{number}", on_click=decide_now, args=(view.kind, one, "pass", view.city))
        st.button("退回", key=f"return-{number}", on_click=decide_now, args=(view.kind, one, "return", view.city))


def decide_now(kind: str, one: flow.Report, step_code: str, city: str) -> None:
    """Do one step for the person of this run, against the step that stood on the page when the button was drawn."""
    person = here_is()
    right = {"pass": "review", "return": "review", "sign": "sign"}[step_code]
    if person is None or not person.may(right, one.track[0], city):
        st.session_state[SAID] = ("bad", "没有办成：登录已结束，或角色已收回", ())
        return
    try:
        flow.decide(
            reads.whole_home(kind), one.track, step_code, seen=one.last.number, who=person.login,
            name_zh=person.name_zh, reason_zh=st.session_state.get(f"reason-{one.last.number}", ""), address=address(),
        )  # fmt: skip
    except YanglaoError as refused:
        st.session_state[SAID] = ("bad", str(refused), ())
        return
    st.session_state[SAID] = ("good", f"已{flow.STEPS[step_code].removeprefix('审核')}", ())


def said() -> None:
    """What came of the last press."""
    tone, text, lines = st.session_state.pop(SAID, ("", "", ()))
    if text:
        more = "".join(f"<br>{esc(line)}" for line in lines)
        block(f'<div class="verdict {tone}" role="status"><b>{esc(text)}</b><span>{more}</span></div>', key="said")


def _list(view: View, found: Sequence[flow.Report], claim_zh: str, *, key: str) -> None:
    forms = view.ask(catalog.code_labels, code_set="form_code")
    names = _names(view)
    items = "".join(
        f'<li><div class="where">{esc(names.get(one.track[0], one.track[0]))} {month_zh(one.track[2])}</div><div>'
        f'<div class="fact">{esc(forms.get(one.track[1], one.track[1]))}　{flow.STATES[one.state_code]}</div>'
        f'<div class="due">{_steps(one)}</div></div></li>'
        for one in found
    )
    block(
        f'<div class="fig"><h2>{esc(claim_zh)}</h2></div>' + (f'<ul class="issues">{items}</ul>' if items else ""),
        key=key,
    )


def _steps(one: flow.Report) -> str:
    return "<br>".join(
        f"{flow.STEPS[step.step_code]}：{esc(step.name_zh)} {instant_zh(step.at)}"
        + (f"　原因：{esc(step.reason_zh)}" if step.reason_zh else "")
        for step in one.steps[-6:]
    )


def _told(view: View, one: flow.Report, names: Mapping[str, str]) -> str:
    forms: Mapping[str, Any] = view.ask(catalog.code_labels, code_set="form_code")
    return f"{names[one.track[0]]} {month_zh(one.track[2])} {forms.get(one.track[1], one.track[1])}"


def _names(view: View) -> dict[str, str]:
    units = view.ask(areas.units, city_area_id=view.city).frame
    return {view.city: view.city_name_zh, **dict(units.select("area_id", "name_zh").iter_rows())}


def _own(person: Person) -> tuple[str, ...]:
    from etl.months.reporting import units_of

    return units_of(person)
