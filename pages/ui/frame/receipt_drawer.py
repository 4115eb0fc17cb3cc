"""The receipt of a number: a drawer with formula, inputs, sources and the very sentence, opened by pressing the number."""

import streamlit as st

from pages.ui.frame.identity import here_is
from pages.ui.kit import filters, reads
from pages.ui.kit.block import pressed_receipt
from pages.ui.kit.errors import empty_state, guarded
from pages.ui.kit.html import badge, esc, highlighted, table
from pages.ui.kit.refs import parse_ref
from pages.ui.kit.view import View
from pages.ui.takeaway import alone
from warehouse.people import flow
from warehouse.read.document import documents
from warehouse.read.month import submissions
from warehouse.read.receipt import receipts
from warehouse.read.receipt.receipts import Receipt, Step
from warehouse.wording.grammar.dates import instant_zh
from warehouse.wording.receipt.receipt_sources import Told

IN_ADDRESS = "receipt"
_SHOWN = "_receipt_shown"
# Characters shown before and after the sentence; a paragraph may have 750.
SURROUNDINGS = 60


def open_pressed(view: View) -> None:
    """Open the receipt of the number just pressed, or of the one a link names; at most one a run."""
    pressed = pressed_receipt()
    if pressed is None:
        linked = st.query_params.get(IN_ADDRESS)
        if linked is None or st.session_state.get(_SHOWN) == linked:
            return
        pressed = linked
    st.session_state[_SHOWN] = pressed
    filters.put(IN_ADDRESS, pressed)
    _drawer(view, pressed)


def _closed() -> None:
    st.session_state.pop(_SHOWN, None)
    filters.put(IN_ADDRESS, None)


@alone.dialog("数字凭证", width="medium", position="right", on_dismiss=_closed)
def _drawer(view: View, text: str) -> None:
    with st.container(key="receipt"), guarded("数字凭证"):
        named = parse_ref(text)
        found = view.ask(receipts.receipt, **named) if named else None
        if found is None:
            empty_state(
                "没有这个数", f"批次 {view.release_id} 里没有“{text}”。链接可能来自别的批次，请回到页面点开数字。"
            )
            return
        st.html(f'<div class="block receipt">{_whole(view, found)}</div>')


def _whole(view: View, found: Receipt) -> str:
    step, told = found.step, found.step.told
    demo = '<div class="demo-band"><b>演示数据</b>　程序生成，不得引用</div>' if found.is_demo else ""
    head = (
        f'{demo}<div class="soft">{esc(told.label_zh)}</div>'
        f'<div class="big">{esc(told.value_text)} {badge(told.badge_zh)}</div>'
        f'<div class="soft small">{esc(told.when_zh)}</div>'
    )
    formula = f'<div class="formula">{esc(told.formula_zh)}</div>' if told.formula_zh else ""
    note = f'<p class="small">{esc(told.note_zh)}</p>' if told.note_zh else ""
    made_of = _parts(told) + _evidence(view, step) + "".join(_input(view, each) for each in step.inputs)
    foot = (
        f'<p class="foot">版本：{esc(found.release_id)}</p><details class="more small"><summary>供分析人员核对</summary>'
        f"{esc(step.relation)}　{esc(step.row_key)}</details>"
    )
    return head + formula + note + made_of + foot


def _parts(told: Told) -> str:
    """What a number was made of, as a table; nothing where its inputs stand below it one by one."""
    if not told.table:
        return ""
    head, *lines = told.table
    return table(head, [[esc(cell) for cell in line] for line in lines], caption=told.label_zh)


def _input(view: View, step: Step) -> str:
    """One input: its role, value, date; what it was made of itself; and where it stands printed."""
    told = step.told
    formula = f'<div class="small">{esc(told.formula_zh)}</div>' if told.formula_zh else ""
    note = f'<div class="small soft">{esc(told.note_zh)}</div>' if told.note_zh else ""
    return (
        f'<div class="input"><div class="role">{esc(step.role_zh)}　{esc(told.label_zh)}</div>'
        f'<div class="v">{esc(told.value_text)} {badge(told.badge_zh)}</div>{formula}'
        f'<div class="soft small">{esc(told.when_zh)}</div>{note}{_evidence(view, step)}'
        f"{''.join(_input(view, each) for each in step.inputs)}</div>"
    )


def _evidence(view: View, step: Step) -> str:
    """Sentence in its paragraph, workbook cell, submission, source: as far as this row has them."""
    told = step.told
    quoted = _quoted(told.quote_zh, _paragraph(view, step)) if told.quote_zh else ""
    facts = [
        ("存为", told.full_text),
        ("章节", told.chapter_zh),
        ("单元格", told.cell_zh),
        ("报送", step.submission_zh),
        *_sign_offs(view, step),
        ("来源", step.source_zh),
    ]
    listed = "".join(f"<dt>{label}</dt><dd>{esc(text)}</dd>" for label, text in facts if text)
    return quoted + (f"<dl>{listed}</dl>" if listed else "")


def _sign_offs(view: View, step: Step) -> list[tuple[str, str]]:
    """Who sent, passed and signed the report this row came in, from the desk; nothing without sign-in or for others."""
    if here_is() is None or view.kind != reads.REAL or not step.told.submission_id:
        return []
    rows = view.rows(submissions.form_of, submission_id=step.told.submission_id)
    if not rows:
        return []
    track = (rows[0]["area_id"], rows[0]["form_code"], rows[0]["month"])
    steps = flow.signed_off(reads.whole_home(view.kind), track, rows[0]["sha256"])
    return [(label, f"{one.name_zh}　{instant_zh(one.at)}") for label, one in steps]


def _quoted(quote: str, paragraph: str) -> str:
    """The sentence marked where it stands: with its surroundings, and the whole paragraph one press away."""
    if not paragraph:
        return f"<blockquote>{highlighted(quote, [quote])}</blockquote>"
    if len(paragraph) <= len(quote) + 2 * SURROUNDINGS:
        return f"<blockquote>{highlighted(paragraph, [quote])}</blockquote>"
    start = paragraph.index(quote)
    first, last = max(start - SURROUNDINGS, 0), min(start + len(quote) + SURROUNDINGS, len(paragraph))
    before, after = "……" if first else "", "……" if last < len(paragraph) else ""
    return (
        f"<blockquote>{before}{highlighted(paragraph[first:last], [quote])}{after}"
        f'<details class="more small"><summary>看整段</summary>{highlighted(paragraph, [quote])}</details></blockquote>'
    )


def _paragraph(view: View, step: Step) -> str:
    """The paragraph the sentence stands in; empty where it is not known or does not hold the sentence as one piece."""
    if step.told.paragraph_no is None or not step.told.source_id:
        return ""
    rows = view.ask(documents.paragraphs, source_id=step.told.source_id).frame
    found = rows.filter(rows["paragraph_no"] == step.told.paragraph_no)
    text = found["text_zh"][0] if found.height else ""
    return text if step.told.quote_zh in text else ""
