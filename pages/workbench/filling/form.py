"""The form itself: tables to type into, what the rules say of them, the notes they ask for, sending."""

import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import streamlit as st

from pages.ui.frame.identity import address, here_is
from pages.ui.kit import reads
from pages.ui.kit.block import block
from pages.ui.kit.html import esc
from pages.ui.kit.judging import context
from pages.ui.kit.view import View
from pages.ui.marks import sent_receipts as receipt_marks
from pages.ui.marks.issue_rows import entry as issue_entry
from pages.ui.takeaway import alone
from warehouse.errors import YanglaoError
from warehouse.people import flow, form_drafts, sent_receipts
from warehouse.people.sessions import Person
from warehouse.read.meta import catalog
from warehouse.settings import load_settings
from warehouse.wording.desk import submissions as words
from warehouse.wording.grammar.dates import instant_zh

if TYPE_CHECKING:
    from etl.months.filling import Filled
    from etl.months.filling.cells import Blank, Line, Part

SAID = "_filling_said"
VALUE, PREVIOUS, LIMITS = "本月数", "上月数", "可填"
# Pixels of a sign in a cell, and of the two sides of a cell together.
SIGN, SIDES = 14, 20
# Digits with or without separators, or one of the two words of a blank.
_CELL = r"^\s*(未报|不适用|—|[-－]?[0-9０-９]{1,3}([,，]?[0-9０-９]{3})*([.．][0-9０-９]+)?)?\s*$"


def filling(view: View, track: flow.Track) -> None:
    """The form with its draft; from then on only this part of the page runs at a change."""
    _told()
    _returned(view, track)
    _typed(view, track)


def _returned(view: View, track: flow.Track) -> None:
    """Why the form came back, at the cells the reason names by address or by name; nothing while it stands."""
    from etl.months import filling as forms

    home = reads.whole_home(view.kind)
    known = flow.report(home, track)
    sent_back = next((one for one in reversed(known.steps) if one.step_code != "save"), None) if known else None
    if sent_back is None or sent_back.step_code != "return":
        return
    reason = sent_back.reason_zh
    blank = forms.blank(context(view.kind), home, unit_id=track[0], form_code=track[1], month=track[2])
    at = [
        f"{entry.cell} {' '.join(line.labels[: 2 if len(line.entries) > 1 else 1])}"
        for part in blank.parts
        for line in part.lines
        for entry in line.entries
        if re.search(rf"(?<![A-Za-z0-9]){entry.cell}(?!\d)", reason) or _named(line) in reason
    ]
    places = f"　涉及：{'、'.join(at)}" if at else ""
    block(
        f'<div class="verdict bad" role="status"><b>退回原因：{esc(reason)}</b>'
        f"<span>{esc(sent_back.name_zh)} {instant_zh(sent_back.at)}{esc(places)}</span></div>",
        key="returned",
    )


@alone.fragment()
def _typed(view: View, track: flow.Track) -> None:
    from etl.months import filling as forms

    person = here_is()
    home = reads.whole_home(view.kind)
    if person is None or not person.may("report", track[0]):
        st.rerun()
    blank = forms.blank(context(view.kind), home, unit_id=track[0], form_code=track[1], month=track[2])
    held = _held(home, track)
    given = dict(held["base"])
    for number, part in enumerate(blank.parts):
        given |= _table(part, f"{held['key']}-{number}", held["base"], is_first=number == 0)
    given |= _notes_typed(blank, held, given)
    given = forms.clean(given, blank)
    filled = forms.check(blank, given, context=context(view.kind), home=home, by_zh=person.name_zh)
    _ask_for_notes(blank, filled, held, given)
    _keep(home, track, held, given, person)
    _outcome(view, blank, filled, given)
    _send_button(view, track, blank, filled, given)


def _held(home, track: flow.Track) -> dict[str, Any]:
    """What this session goes on from: the draft as it was when the form was opened, and the number it has now."""
    key = "fill-" + "-".join((track[0], track[1], f"{track[2]:%Y%m}"))
    if key not in st.session_state:
        draft = form_drafts.kept(home, track)
        st.session_state[key] = {
            "key": key,
            "base": dict(draft.given) if draft else {},
            "seen": draft.number if draft else 0,
            "at": draft.at if draft else None,
            "kept": dict(draft.given) if draft else {},
            "refused": "",
        }
    return st.session_state[key]


def _table(part: "Part", key: str, base: Mapping[str, str], *, is_first: bool) -> dict[str, str]:
    """One table to type into, last month beside; what was typed in this session, by the name of its cell."""
    if is_first:
        block(_editor_ahead(), key="editor-ahead", is_noted=False)
    title = "" if is_first else f'<div class="block"><div class="fig"><h2>{esc(part.caption_zh)}</h2></div></div>'
    if title:
        st.html(title)
    is_turned = part.figure_names == (VALUE,)
    columns: dict[str, list] = {
        name: [line.labels[place] for line in part.lines] for place, name in enumerate(part.label_names)
    }
    shown: dict[str, str] = {}
    for place, name in enumerate(part.figure_names):
        before = [_before(line.entries[place].previous) for line in part.lines]
        if is_turned or any(before):
            columns[PREVIOUS if is_turned else f"{name} 上月"] = before
        columns[name] = [base.get(line.entries[place].name, "") for line in part.lines]
        shown[name] = name
    if is_turned:
        columns[LIMITS] = [line.entries[0].limits_zh for line in part.lines]
    config = {name: st.column_config.TextColumn(name, validate=_CELL, max_chars=30) for name in shown}
    config |= {
        name: st.column_config.TextColumn(
            name, pinned=True, width=_label_width([name, *(line.labels[place] for line in part.lines)])
        )
        for place, name in enumerate(part.label_names)
    }
    frame = pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String))
    st.data_editor(
        frame, key=key, hide_index=True, disabled=[name for name in columns if name not in shown], column_config=config,
        height=38 + 35 * min(len(part.lines), 26), alt=part.caption_zh, placeholder="",
    )  # fmt: skip
    typed: dict[str, str] = {}
    for row, cells in st.session_state.get(key, {}).get("edited_rows", {}).items():
        for name, text in cells.items():
            if name in shown:
                entry = part.lines[int(row)].entries[part.figure_names.index(name)]
                typed[entry.name] = "" if text is None else str(text)
    return typed


@cache
def _editor_ahead() -> str:
    """Orders to fetch what Streamlit fetches at the first key in a table: what is typed until it has come is lost."""
    scripts = Path(st.__file__).parent / "static" / "static" / "js"
    found = sorted(path.name for path in scripts.glob("data-grid-overlay-editor.*.js"))
    return "".join(f'<link rel="modulepreload" href="static/js/{esc(name)}">' for name in found)


def _label_width(labels: Iterable[str]) -> int:
    """Pixels for the longest label of a column and its head: names are read whole, and what is typed gets the rest."""
    return SIDES + SIGN * max(len(one) for one in labels)


def _before(value: float | None) -> str:
    return "" if value is None else f"{value:,.15g}"


def _notes_typed(blank: "Blank", held: Mapping[str, Any], given: Mapping[str, str]) -> dict[str, str]:
    """Notes as they stand in their boxes; those of boxes not shown yet are as they were."""
    from etl.months.filling import CORRECTION

    names = {line.note for part in blank.parts for line in part.lines if line.note} | {CORRECTION}
    found = {}
    for name in names:
        box = f"{held['key']}-note-{name}"
        if box in st.session_state:
            found[name] = st.session_state[box] or ""
    return found


def _ask_for_notes(blank: "Blank", filled: "Filled", held: Mapping[str, Any], given: Mapping[str, str]) -> None:
    """A box exactly where a jump needs its reason, and for the reason of a correction or a late month."""
    from etl.months.filling import CORRECTION
    from etl.months.template.workbook import REASONS

    lines = {line.note: line for part in blank.parts for line in part.lines if line.note}
    asked = [(name, f"{_named(lines[name])}：说明") for name in filled.asked]
    if filled.why_zh:
        asked.append((CORRECTION, filled.why_zh))
    for name, label in asked:
        box = f"{held['key']}-note-{name}"
        if box not in st.session_state:
            st.session_state[box] = given.get(name) or None
        options = list(dict.fromkeys([*REASONS, *([given[name]] if given.get(name) else [])]))
        st.selectbox(
            label, options, key=box, index=None, accept_new_options=True, placeholder="选一个原因，或直接写",
        )  # fmt: skip


def _named(line: "Line") -> str:
    return line.labels[0]


def _keep(home, track: flow.Track, held: dict[str, Any], given: Mapping[str, str], person: Person) -> None:
    """Keep what changed; a draft somebody else changed meanwhile is not overwritten."""
    if dict(given) != held["kept"]:
        try:
            held["seen"] = form_drafts.keep(
                home, track, given, seen=held["seen"], who=person.login, name_zh=person.name_zh
            )
            held["kept"], held["refused"] = dict(given), ""
            held["at"] = form_drafts.kept(home, track).at
        except YanglaoError as refused:
            held["refused"] = str(refused)
    if held["refused"]:
        block(f'<div class="notice" role="alert">{esc(held["refused"])}</div>', key="draft-refused")
    elif held["at"]:
        block(f'<p class="small soft" role="status">草稿已存 {instant_zh(held["at"])}</p>', key="draft-kept")


def _outcome(view: View, blank: "Blank", filled: "Filled", given: Mapping[str, str]) -> None:
    """What the rules say, each at its cell by name; what was worked out."""
    severities = view.ask(catalog.code_labels, code_set="severity_code")
    if not given:
        block('<div class="verdict"><b>还没有填</b><span>从上表填起，每填一格马上检查</span></div>', key="filled")
        return
    names = {entry.cell: " ".join((*line.labels[:-1], entry.label_zh)) if len(line.entries) > 1 else entry.label_zh
             for part in blank.parts for line in part.lines for entry in line.entries}  # fmt: skip
    issues = sorted(filled.issues, key=lambda row: list(severities).index(row["severity_code"]))
    items = "".join(
        issue_entry(
            head_zh=names.get(row["cell"], "") or "整张表",
            place_zh="",
            file_zh="",
            severity_code=row["severity_code"],
            severity_zh=severities[row["severity_code"]],
            rule_code=row["rule_code"],
            sentence_zh=row["sentence_zh"],
            remedy_zh=row["remedy_zh"],
            under=row["folded"],
        )
        for row in issues
    )
    verdict = words.check_verdict("", 1, issues, severities)
    made = "；".join(f"{label} {text}" for label, text in filled.computed)
    block(
        f'<div class="verdict {"good" if filled.is_sound else "bad"}" role="status"><b>{esc(verdict)}</b>'
        f"<span>{esc('自动计算：' + made) if made else ''}</span></div>"
        + (f'<ul class="issues">{items}</ul>' if items else ""),
        key="filled",
    )


def _send_button(view: View, track: flow.Track, blank: "Blank", filled: "Filled", given: Mapping[str, str]) -> None:
    count = sum(1 for one in blank.entries if given.get(one.name))
    total = sum(1 for _ in blank.entries)
    with st.container(key="screen-only-send-form", horizontal=True, vertical_alignment="center"):
        pressed = st.button("报送", key="send-form", type="primary", disabled=not (filled.is_sound and count))
        st.html(f'<div class="small soft">已填{count}/{total}格；没有发生填 0，空着按未报</div>', width="content")
    if pressed:
        _send(view, track, blank, given)
        st.rerun()


def _send(view: View, track: flow.Track, blank: "Blank", given: Mapping[str, str]) -> None:
    """Send the form as a workbook for the person of this run; note the receipt, or why it was refused."""
    from etl.months import filling as forms
    from etl.months.reporting import send

    person = here_is()
    if person is None:
        return
    try:
        data = forms.workbook(blank, given, by_zh=person.name_zh)
        receipts = send(
            reads.whole_home(view.kind), data, forms.file_name(blank), person=person, context=context(view.kind),
            address=address(), settings=load_settings(),
        )  # fmt: skip
    except YanglaoError as refused:
        st.session_state[SAID] = ("bad", str(refused))
        return
    st.session_state[SAID] = ("good", f"已报送，回执编号 {receipts[0].code}，见下")


def _told() -> None:
    tone, text = st.session_state.pop(SAID, ("", ""))
    if text:
        block(f'<div class="verdict {tone}" role="status"><b>{esc(text)}</b></div>', key="filling-said")


def sent(view: View, track: flow.Track) -> None:
    """The receipt of the last sending of this report, to keep."""
    home = reads.whole_home(view.kind)
    known = flow.report(home, track)
    last = next((one for one in reversed(known.steps) if one.step_code == "send"), None) if known else None
    if last is None:
        return
    receipt_marks.shown(view, sent_receipts.receipts_of(home, last.sha256, [track]))
