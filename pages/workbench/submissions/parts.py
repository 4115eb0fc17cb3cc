"""The parts of 报送工作台: the board, one unit's month, what is owed with a text that reminds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import streamlit as st

from pages.ui.kit import filters
from pages.ui.kit.block import block
from pages.ui.kit.errors import guarded
from pages.ui.kit.figures import Drawing
from pages.ui.kit.html import esc, table
from pages.ui.kit.months import reports_foot
from pages.ui.kit.view import View
from pages.ui.marks import report_grid
from pages.ui.marks.issue_rows import issue_list
from pages.ui.takeaway.copying import copying
from pages.workbench.submissions.explaining import explaining
from warehouse.read.month import quality, submissions
from warehouse.wording.desk import submissions as words
from warehouse.wording.grammar.dates import CHINA, date_zh, instant_zh, month_zh

Row = Mapping[str, Any]
ALL = "all"
SPANS = {"12": "近12个月", "24": "近24个月", "46": "近46个月"}


@dataclass(frozen=True, kw_only=True)
class Known:
    """What reports of a city there are: name of each form and unit by its code, the months newest first."""

    forms: Mapping[str, str]
    units: Mapping[str, str]
    months: Mapping[str, str]


def _known(view: View) -> Known:
    rows = view.rows(submissions.board, city_area_id=view.city)
    return Known(
        forms={row["form_code"]: row["form_zh"] for row in rows},
        units={ALL: "全市各单位", **{row["area_id"]: row["area_zh"] for row in rows}},
        months={f"{month:%Y-%m}": month_zh(month) for month in sorted({row["month"] for row in rows}, reverse=True)},
    )


def finding(view: View) -> str:
    """The first line of the page where units have reported."""
    return words.finding(view.city_name_zh, view.rows(submissions.board, city_area_id=view.city))


def board(view: View, chosen: tuple[str | None, date | None]) -> None:
    """Units by months; a pressed cell opens below."""
    forms = view.once(_known).forms
    with st.container(key="screen-only-board", horizontal=True, vertical_alignment="bottom"):
        span = filters.choice("span", "看多久", SPANS, "12", what_zh="时段")
        form = filters.choice("form", "报表", {ALL: "全部", **forms}, ALL, what_zh="报表")
    pressed = report_grid.pressed(view.once(_board, span, form, chosen).show("board"))
    if pressed:
        choose(*pressed)


def _board(view: View, span: str, form: str, chosen: tuple[str | None, date | None]) -> Drawing:
    rows = view.rows(submissions.board, city_area_id=view.city)
    months = sorted({row["month"] for row in rows})[-int(span) :]
    shown = [row for row in rows if row["month"] >= months[0] and form in (ALL, row["form_code"])]
    twin = report_grid.twin(shown, months)
    return Drawing(
        claim_zh=_board_claim(shown, months),
        what_zh=f"{month_zh(months[0])}至{month_zh(months[-1])}，点一格看这个单位这个月的报表和问题",
        drawn_html=report_grid.grid(shown, months, chosen=chosen),
        foot_html=reports_foot(view),
        twin_html=table(["单位", "月份", "报表", "情况", "应报日期"], twin, text_columns=(1, 2, 3, 4))
        if twin
        else "<p>这段时间没有迟报、退回、更正或未报的报表。</p>",
    )


def _board_claim(rows: Sequence[Row], months: Sequence[date]) -> str:
    states = [words.state_of(row) for row in rows]
    owed = sum(state.is_owed for state in states)
    late = states.count(words.LATE)
    corrected = states.count(words.CORRECTED)
    return f"{len(months)}个月{len(rows)}张报表：欠{owed}张，迟报{late}张，更正过{corrected}张"


def choose(area_id: str, month: str) -> None:
    """Look at this unit and month from now on; both stand in the address."""
    for name, code in (("unit", area_id), ("month", month)):
        st.session_state[f"_chosen_{name}"] = code
        filters.put(name, code)
    st.rerun()


def pick(view: View) -> tuple[str | None, date]:
    """Unit (None for the whole city) and month looked at below the board."""
    known = view.once(_known)
    unit = filters.wanted("unit", known.units, ALL, what_zh="单位")
    month = filters.wanted("month", known.months, next(iter(known.months)), what_zh="月份")
    return (None if unit == ALL else unit), date.fromisoformat(f"{month}-01")


def unit_month(view: View, area_id: str | None, month: date) -> None:
    """The forms of one unit (or of the whole city) in one month and their open issues."""
    claim, listed = view.once(_unit_month, area_id, month)
    st.html(f'<div class="block"><div class="fig"><h2>{esc(claim)}</h2></div></div>')
    known = view.once(_known)
    with st.container(key="screen-only-unit", horizontal=True, vertical_alignment="bottom"):
        filters.choice("unit", "单位", known.units, ALL, what_zh="单位")
        filters.choice("month", "月份", known.months, next(iter(known.months)), what_zh="月份")
    block(listed, key="unit-month")
    # Here and below: a box that is there whether or not it holds anything, so that what follows keeps its place and is
    # not drawn anew when another city is chosen.
    with st.container(key="explaining"), guarded("补写说明"):
        explaining(view, view.rows(quality.held, city_area_id=view.city), area_id, month)


def _unit_month(view: View, area_id: str | None, month: date) -> tuple[str, str]:
    """The claim, and forms and issues as HTML."""
    issues = view.rows(submissions.month_issues, city_area_id=view.city, month=month, area_id=area_id)
    of_month = [row for row in view.rows(submissions.board, city_area_id=view.city) if row["month"] == month]
    here = [row for row in of_month if row["area_id"] == area_id]
    name = here[0]["area_name_zh"] if here else view.city_name_zh
    asked = [row for row in of_month if area_id in (None, row["area_id"])]
    parts = [_forms(here)] if here else []
    if issues:
        parts.append(issue_list(issues, with_unit=area_id is None))
    elif not here:
        parts.append("<p>这个月各单位的报表没有待处理的问题。</p>")
    claim = words.unit_month_claim(f"{name}{month_zh(month)}", asked, issues)
    return claim, "".join(parts) + reports_foot(view)


def _forms(rows: Sequence[Row]) -> str:
    cells = []
    for row in rows:
        state = words.state_of(row)
        received = f"{instant_zh(row['received_at'])}收到" if row["received_at"] else "没有收到"
        which = f"，第{row['revision']}次报送" if (row["revision"] or 0) > 1 else ""
        file = f"<br>{esc(row['file_name'])}" if row["file_name"] else ""
        cells.append(
            f'<div><div class="form">{esc(row["form_zh"])}</div>'
            f'<div class="state{" owed" if state.is_owed else ""}">{report_grid.mark(state)} {esc(state.label_zh)}</div>'
            f'<div class="when">应于{date_zh(row["due_on"])}前报送<br>{received}{which}{file}</div></div>'
        )
    return f'<div class="stands4">{"".join(cells)}</div>'


def reminders(view: View) -> None:
    """What is owed, and the text to send."""
    listed, texts = view.once(_reminders)
    block(listed, key="owed")
    with st.container(key="screen-only-remind"):
        if not texts:
            return
        copying(
            texts,
            choice_zh="催报对象",
            label_zh="催报文字，可以改了再复制",
            button_zh="复制催报文字",
            key="reminder",
        )


def _reminders(view: View) -> tuple[str, dict[str, str]]:
    """What is owed as HTML, and the text for each unit and for all; none where nothing is owed."""
    owed = view.rows(submissions.outstanding, city_area_id=view.city)
    listed = (
        f'<div class="fig"><h2>{esc(words.owed_claim(owed))}</h2>'
        f'<div class="what">逾期未报的，和退回后还没有重报的</div></div>{_owed(owed) if owed else ""}{reports_foot(view)}'
    )
    if not owed:
        return listed, {}
    whom = {"全部": owed} | {row["area_zh"]: [one for one in owed if one["area_zh"] == row["area_zh"]] for row in owed}
    return listed, {name: _reminder(view, rows) for name, rows in whom.items()}


def _reminder(view: View, rows: Sequence[Row]) -> str:
    return words.reminder(
        view.city_name_zh,
        rows,
        as_of=view.header["built_at"].astimezone(CHINA).date(),
        release_id=view.release_id,
        is_demo=view.is_demo,
    )


def _owed(rows: Sequence[Row]) -> str:
    items = []
    for group in words.together(rows):
        first = group[0]
        state = words.state_of(first)
        items.append(
            f'<li><div class="where">{esc(first["area_zh"])} {month_zh(first["month"])}</div><div>'
            f'<div class="fact"><span class="nowrap">{report_grid.mark(state)} {esc(state.label_zh)}</span>　'
            f"{esc(words.forms_zh(group))}</div>"
            f'<div class="due">应于{date_zh(first["due_on"])}前报送</div></div></li>'
        )
    return f'<ul class="issues">{"".join(items)}</ul>'


def unplaced(view: View) -> None:
    """Files nobody can be told of: unit or month unknown. Nothing where there are none."""
    rows = view.rows(submissions.unplaced)
    if not rows:
        return
    block(
        f'<div class="fig quiet"><h2>{len(rows)}个文件读不了，或认不出是谁、哪个月的</h2>'
        '<div class="what">没有采用其中任何数；还没有重报的，请向送来文件的单位核实</div></div>'
        f"{issue_list(rows)}{reports_foot(view)}",
        key="unplaced",
    )
