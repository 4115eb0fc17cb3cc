"""追问 on the page: what was asked and what came back, asking, answering, closing."""

from datetime import date, timedelta

import streamlit as st

from pages.briefing.editions import acting
from pages.ui.kit import reads
from pages.ui.kit.block import block
from pages.ui.kit.html import badge, esc, num, table
from pages.ui.kit.months import indicators_of, units_of
from pages.ui.kit.refs import figure_ref
from pages.ui.kit.view import View
from warehouse.editions import questions
from warehouse.editions.content import Question
from warehouse.editions.questions import Asked
from warehouse.people.roles import scope_units
from warehouse.wording.grammar.dates import date_zh

ANSWER_DAYS = 14
MOST_SHOWN = 60


def of_view(view: View) -> list[Question]:
    """The questions of the city this reader may see, as they stand today, the open ones first."""
    found = _asked(view)
    return sorted((one.told(view.today) for one in found), key=lambda one: (one.state_code == "closed", one.number))


def _asked(view: View) -> list[Asked]:
    own = scope_units(reads.seen_as()) or None
    return questions.questions(acting.home_of(view), city_area_id=view.city, area_ids=own)


def show(view: View, asked: list[Question]) -> None:
    """The questions, and what this person may do about them."""
    if asked:
        waiting = sum(one.state_code != questions.CLOSED for one in asked)
        rows = [_row(view, one) for one in asked[:MOST_SHOWN]]
        heads = ["追问", "问题", "责任单位", "期限", "状态", "答复"]
        block(
            f'<div class="fig"><h2>追问{len(asked)}件，未销号{waiting}件</h2></div>'
            + table(heads, rows, text_columns=(1, 2, 3, 4, 5), caption="追问"),
            key="edition-questions",
        )
    for one in _asked(view):
        _steps(view, one)


def _row(view: View, one: Question) -> list[str]:
    tone = "watch" if one.is_overdue else "good" if one.state_code == questions.CLOSED else ""
    answer = esc(one.answer_zh)
    for figure in one.answer_figures:
        shown = num(figure.wording, figure_ref(figure) if one.answer_release_id == view.release_id else None)
        answer = answer.replace(esc(figure.wording), shown, 1)
    about = " ".join(part for part in (one.area_zh, one.indicator_zh) if part)
    return [
        str(one.number),
        f'<div class="long">{esc(one.text_zh)}<br><span class="soft small">{esc(about)}</span></div>',
        esc(one.owner_zh),
        esc(date_zh(one.due_on)),
        badge(one.state_zh + ("，逾期" if one.is_overdue else ""), tone),
        f'<div class="long">{answer}</div>' if answer else "—",
    ]


def _steps(view: View, one: Asked) -> None:
    """Answering for the owner or a drafter; giving back and closing for whoever may ask."""
    mine = acting.may(view, "report", one.owner_area_id) if one.owner_area_id else False
    may_answer = one.state_code != questions.CLOSED and (mine or acting.may(view, "draft", one.area_id))
    may_close = one.state_code == questions.ANSWERED and acting.may(view, "ask", one.area_id)
    if not may_answer and not may_close:
        return
    with st.container(key=f"screen-only-question-{one.number}", horizontal=True, vertical_alignment="bottom"):
        if may_answer:
            st.text_input(f"答复追问{one.number}", key=f"answer-{one.number}", width=420)
            st.text_input(
                "用到的数的凭证编号", key=f"answer-codes-{one.number}", placeholder="如 4c0c6fde，可写几个", width=220
            )
            right = "report" if mine else "draft"
            st.button("答复", key=f"answer-now-{one.number}", on_click=_answer, args=(view, one, right))
        if may_close:
            st.button(f"追问{one.number}销号", key=f"close-{one.number}", on_click=_close, args=(view, one))
            st.text_input("退回的原因", key=f"reopen-why-{one.number}", width=220)
            st.button("退回重答", key=f"reopen-{one.number}", on_click=_reopen, args=(view, one))


def _answer(view: View, one: Asked, right: str) -> None:
    def act(home, actor) -> str:
        codes = st.session_state.get(f"answer-codes-{one.number}", "").replace("，", " ").replace(",", " ").split()
        with reads.releases(view.kind).acquire(view.release_id) as release:
            cited = [questions.figure_of_code(release, code) for code in codes]
        text = st.session_state.get(f"answer-{one.number}", "")
        questions.take(home, one.number, "answer", actor, text_zh=text, figures=cited, release_id=view.release_id)
        return f"追问{one.number}已答复"

    acting.acted(view, right, one.owner_area_id if right == "report" else one.area_id, act)


def _close(view: View, one: Asked) -> None:
    def act(home, actor) -> str:
        questions.take(home, one.number, "close", actor)
        return f"追问{one.number}已销号"

    acting.acted(view, "ask", one.area_id, act)


def _reopen(view: View, one: Asked) -> None:
    def act(home, actor) -> str:
        questions.take(home, one.number, "reopen", actor, text_zh=st.session_state.get(f"reopen-why-{one.number}", ""))
        return f"追问{one.number}已退回重答"

    acting.acted(view, "ask", one.area_id, act)


def form(view: View, *, area: tuple[str, str], codes: tuple[str, ...], asked_in: str) -> None:
    """Ask about a card of what stands on the page: an indicator of the place, an owner, a day."""
    if not acting.may(view, "ask", area[0]):
        return
    labels = {"": "整体", **{code: row["label_zh"] for code, row in indicators_of(view).items() if code in codes}}
    owners = {row["area_id"]: row["short_name_zh"] for row in units_of(view)}
    with st.container(key="screen-only-ask", horizontal=True, vertical_alignment="bottom"):
        code = st.selectbox("追问哪张卡片", list(labels), format_func=labels.get, key="ask-about", width=240)
        st.text_input("问什么", key="ask-text", width=320)
        owner = st.selectbox(
            "责任单位", list(owners), format_func=lambda one: owners.get(one, one), key="ask-owner", width=160,
            accept_new_options=True, index=None, placeholder="选单位或写科室",
        )  # fmt: skip
        due = st.date_input("期限", value=view.today + timedelta(days=ANSWER_DAYS), key="ask-due", width=150)
        named = (owner if owner in owners else "", owners.get(owner or "", owner or ""))
        st.button(
            "追问",
            key="ask-now",
            on_click=_ask,
            args=(view, area, (code, labels[code] if code else ""), named, due, asked_in),
        )


def _ask(
    view: View, area: tuple[str, str], indicator: tuple[str, str], owner: tuple[str, str], due: date, asked_in: str
) -> None:
    def act(home, actor) -> str:
        number = questions.ask(
            home, city_area_id=view.city, area=area, indicator=indicator, asked_in=asked_in,
            text_zh=st.session_state.get("ask-text", ""), owner=owner, due_on=due, today=view.today, actor=actor,
        )  # fmt: skip
        return f"追问{number}已记下，责任单位{owner[1]}，期限{date_zh(due)}；下一期首页会列出落实情况"

    acting.acted(view, "ask", area[0], act)
