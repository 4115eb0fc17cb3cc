"""Who has reported what: units by months, one small mark a form, each told apart by its shape."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from pages.ui.kit.html import esc
from warehouse.wording.desk.submissions import ACCEPTED, NOT_DUE, NOT_EXPECTED, STATES, TAKEN, State, state_of
from warehouse.wording.grammar.dates import month_zh

Row = Mapping[str, Any]
OPEN = "cell:"


def grid(rows: Sequence[Row], months: Sequence[date], *, chosen: tuple[str | None, date | None]) -> str:
    """The board as a table. A cell holds one mark a form, in the order of forms, and opens that unit's month.

    Args:
        rows: from `read.submissions.board`, of the forms to be shown.
        months: the columns, oldest first.
        chosen: unit and month looked at below; its cell is framed.
    """
    forms = list(dict.fromkeys((row["form_code"], row["form_zh"]) for row in rows))
    units = list(dict.fromkeys((row["area_id"], row["area_zh"]) for row in rows))
    found = {(row["area_id"], row["month"], row["form_code"]): row for row in rows}
    lines = []
    for area_id, area_zh in units:
        cells = "".join(
            _cell(area_id, area_zh, month, forms, found, is_chosen=chosen == (area_id, month)) for month in months
        )
        lines.append(f'<tr><th scope="row">{esc(area_zh)}</th>{cells}</tr>')
    return (
        f'<div class="reports-wrap"><table class="reports{" single" if len(forms) == 1 else ""}">'
        f'<caption class="unseen">各单位各月报表的报送情况</caption><thead>{_years(months)}{_months(months)}</thead>'
        f"<tbody>{''.join(lines)}</tbody><tfoot>{_sums(rows, months)}</tfoot></table></div>{legend(forms)}"
    )


def _years(months: Sequence[date]) -> str:
    spans: dict[int, int] = {}
    for month in months:
        spans[month.year] = spans.get(month.year, 0) + 1
    return (
        "<tr><td></td>" + "".join(f'<th colspan="{n}" class="year">{year}</th>' for year, n in spans.items()) + "</tr>"
    )


def _months(months: Sequence[date]) -> str:
    heads = "".join(
        f'<th scope="col"{_first(month)}><span class="unseen">{month_zh(month)}</span>'
        f'<span aria-hidden="true">{month.month}月</span></th>'
        for month in months
    )
    return f"<tr><td></td>{heads}</tr>"


def _first(month: date) -> str:
    return ' class="january"' if month.month == 1 else ""


def _cell(area_id: str, area_zh: str, month: date, forms, found: Mapping, *, is_chosen: bool) -> str:
    states = [(label, state_of(found.get((area_id, month, code)))) for code, label in forms]
    said = "；".join(f"{label}{state.label_zh}" for label, state in states)
    marks = "".join(mark(state) for _, state in states)
    name = f"{area_zh}{month_zh(month)}：{said}"
    return (
        f'<td{_first(month)}><span role="button" tabindex="0" class="rep{" chosen" if is_chosen else ""}"'
        f' data-act="{OPEN}{esc(area_id)}:{month:%Y-%m}" aria-label="{esc(name)}" title="{esc(name)}">{marks}</span></td>'
    )


def mark(state: State) -> str:
    """The sign of a state: a shape, so that it reads without colour."""
    return f'<i class="m {state.code}" aria-hidden="true"></i>'


def _sums(rows: Sequence[Row], months: Sequence[date]) -> str:
    cells = []
    for month in months:
        states = [state_of(row) for row in rows if row["month"] == month]
        taken = sum(state in TAKEN for state in states)
        cells.append(f"<td{_first(month)}>{_fraction(taken, len(states))}</td>")
    return f'<tr><th scope="row">已收/应报</th>{"".join(cells)}</tr>'


def _fraction(taken: int, due: int) -> str:
    return f"<b>全</b><span>{due}</span>" if taken == due else f"<b>{taken}</b><span>/{due}</span>"


def legend(forms: Sequence[tuple[str, str]]) -> str:
    """What the shapes mean, and which corner of a cell is which form."""
    shown = "".join(f"<span>{mark(state)}{esc(state.label_zh)}</span>" for state in STATES)
    where = ""
    if len(forms) > 1:
        quarters = "".join(f"<span>{esc(label)}</span>" for _, label in forms)
        where = f'<span class="quarters">一格四张表：{quarters}</span>'
    return f'<div class="report-key">{shown}{where}</div>'


def twin(rows: Sequence[Row], months: Sequence[date]) -> list[list[str]]:
    """The board as rows of text, for the table tab: unit, month, form, state; only what is not plainly taken."""
    wanted = set(months)
    return [
        [esc(row["area_zh"]), month_zh(row["month"]), esc(row["form_zh"]), esc(state.label_zh), f"{row['due_on']}"]
        for row in rows
        if row["month"] in wanted and (state := state_of(row)) not in (ACCEPTED, NOT_DUE, NOT_EXPECTED)
    ]


def pressed(act: str | None) -> tuple[str, str] | None:
    """Unit and month (2026-07) of a pressed cell."""
    if not act or not act.startswith(OPEN):
        return None
    area_id, _, month = act.removeprefix(OPEN).rpartition(":")
    return area_id, month
