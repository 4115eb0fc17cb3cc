"""The form that waits, as it was sent: figures beside last month's and every issue, one press away; the look is on record."""

from datetime import date
from typing import Any

import streamlit as st

from pages.ui.frame.identity import address, here_is
from pages.ui.kit import reads
from pages.ui.kit.block import block
from pages.ui.kit.errors import guarded
from pages.ui.kit.html import esc, table
from pages.ui.kit.judging import context
from pages.ui.kit.view import View
from pages.ui.marks.issue_rows import entry
from warehouse.people import flow
from warehouse.read.meta import catalog
from warehouse.settings import load_settings

HEADS = ("哪个数", "单位", "单元格", "上月", "本月（表上写的）", "说明")


def look(view: View, one: flow.Report, told_zh: str) -> None:
    """A switch that opens the form; nothing is read before it is turned."""
    number = one.last.number
    with st.container(key=f"screen-only-look-{number}"):
        is_open = st.toggle(
            f"看表：{told_zh}", key=f"look-{number}", on_change=_noted, args=(view.kind, one.track, number)
        )
    if is_open:
        with guarded("看表"):
            _shown(view, one)


def _noted(kind: str, track: flow.Track, number: int) -> None:
    from etl.months.reviewing import seen

    person = here_is()
    if person is not None and st.session_state.get(f"look-{number}"):
        seen(reads.whole_home(kind), track, who=person.login, address=address())


def _shown(view: View, one: flow.Report) -> None:
    sent = next((step for step in reversed(one.steps) if step.step_code == "send"), one.last)
    found = _sent_form(str(reads.whole_home(view.kind).root), view.kind, *one.track, sent.sha256)
    rows = [
        [esc(each.label_zh), esc(each.unit_zh), esc(each.cell), "—" if each.previous is None else f"{each.previous:,.15g}",
         f"<b>{esc(each.written)}</b>" if each.written else "空着", esc(each.note_zh)]
        for each in found.figures
    ]  # fmt: skip
    severities = view.ask(catalog.code_labels, code_set="severity_code")
    items = "".join(
        entry(
            head_zh=row["cell"] or "整张表", place_zh="", file_zh="", severity_code=row["severity_code"],
            severity_zh=severities[row["severity_code"]], rule_code=row["rule_code"], sentence_zh=row["sentence_zh"],
            remedy_zh=row["remedy_zh"], under=row["folded"],
        )
        for row in found.issues
    )  # fmt: skip
    block(
        (f'<ul class="issues">{items}</ul>' if items else '<p class="small">规则没有查出问题。</p>')
        + table(HEADS, rows, text_columns=(1, 2, 5), caption="报送的表"),
        key=f"looked-{one.last.number}",
    )


@st.cache_data(show_spinner="正在读这张表……", max_entries=32, ttl=600)
def _sent_form(root: str, kind: str, area_id: str, form_code: str, month: date, sha256: str) -> Any:
    """The form as it lies in the archive; kept a few minutes, since its bytes never change."""
    from etl.months.reviewing import sent_form

    return sent_form(
        reads.whole_home(kind), (area_id, form_code, month), sha256, context=context(kind), settings=load_settings()
    )
