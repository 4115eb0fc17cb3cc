"""A number of an answer becomes a card of the briefing, under the rules of a briefing; or the page says why not."""

import streamlit as st

from pages.ui.frame.identity import here_is, who
from pages.ui.kit import reads
from pages.ui.kit.html import esc
from pages.ui.kit.view import View
from pages.workbench.query.shelf import plain_label
from warehouse.errors import YanglaoError
from warehouse.query import cards
from warehouse.query.ask import QueryResult

MOST_ROWS = 200
_SAID = "_card_said"


def promote(view: View, result: QueryResult) -> None:
    """The form for a card, and the cards of this person that stand."""
    numbers = [name for name, kind in result.frame.schema.items() if kind.is_numeric()]
    with st.expander("存为汇报卡：带语句、批次和姓名，进入当月的汇报版"):
        if result.frame.height and numbers:
            _form(view, result, numbers)
        else:
            st.html('<div class="block"><p class="small">结果里没有数字，存不成卡。</p></div>')
        if said := st.session_state.pop(_SAID, None):
            st.html(f'<div class="block"><div class="notice" role="status">{esc(said)}</div></div>')
        _own(view)


def _form(view: View, result: QueryResult, numbers: list[str]) -> None:
    with st.form(f"card_{result.hash[:8]}", border=False):
        title = st.text_input("卡片标题", key="card_title", max_chars=cards.LONGEST_TITLE)
        with st.container(horizontal=True):
            most = min(result.frame.height, MOST_ROWS)
            row = st.number_input("第几行", min_value=1, max_value=most, value=1, key="card_row", width=120)
            first = numbers.index("value") if "value" in numbers else 0
            column = st.selectbox("哪一列", numbers, index=first, key="card_column", width=240)
        if st.form_submit_button("存为汇报卡"):
            _keep(view, result, row=int(row) - 1, column=column, title=title)


def _keep(view: View, result: QueryResult, *, row: int, column: str, title: str) -> None:
    person = here_is()
    name = person.name_zh if person else who()
    try:
        with reads.releases_at(view.root).acquire(result.release_id) as release:
            card = cards.candidate(release, result, row=row, column=column, title_zh=title, who=who(), name_zh=name)
        number = cards.keep(reads.whole_home(view.kind), card)
    except YanglaoError as refusal:
        st.session_state[_SAID] = str(refusal)
        return
    st.session_state[_SAID] = f"已存为汇报卡 {number}：{card.label_zh} {card.wording}，批次 {card.release_id}"


def _own(view: View) -> None:
    home, me = reads.whole_home(view.kind), who()
    own = [one for one in cards.cards(home, kind_code=view.kind) if me and one.who == me]
    for one in own:
        with st.container(horizontal=True, vertical_alignment="center"):
            told = f"{one.card_id}　{one.title_zh}：{one.label_zh} {one.wording}（{one.month:%Y-%m}，批次 {one.release_id}）"
            st.html(f'<div class="block"><p class="small">{esc(told)}</p></div>', width="content")
            if st.button(plain_label(f"撤下 {one.card_id}"), key=f"card_back_{one.card_id}"):
                cards.take_back(home, one.card_id, who=me)
                st.rerun()
