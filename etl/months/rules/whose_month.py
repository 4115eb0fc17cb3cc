"""Whose month it is: what title and period say, against the days of filling and receipt and what is already on file.

A month typed one ahead, a year left from last year's file, a form a year late look alike in the table; only together
do the witnesses tell them apart, and where they do not, the office asks with both readings.
"""

import datetime as dt
from collections.abc import Iterator

from etl.months.findings import Finding
from etl.months.model import Context, Form, History
from etl.months.periods import month_zh
from etl.months.rules.past import differs
from etl.months.rules.registry import rule
from warehouse.month import add_months


def expected_on(day: dt.date, early_day: int) -> dt.date:
    """The month about which one reports on that day: the last one over, its own in its last days."""
    first = day.replace(day=1)
    return first if day.day >= early_day else add_months(first, -1)


@rule("E20")
def month_in_doubt(
    form: Form, context: Context, history: History, received_on: dt.date | None = None
) -> Iterator[Finding]:
    """Asks which month is meant where as much speaks for another one as for the one that is written.

    A form that says what it corrects or that it makes up for a month has answered already.
    """
    if form.correction:
        return
    early_day, late_months = (int(context.limit("E20", name)) for name in ("early_day", "late_months"))
    days = {"填报日期": form.filled_on, "收到日期": received_on}
    told = {name: expected_on(day, early_day) for name, day in days.items() if day}
    for other in dict.fromkeys(told.values()):
        if other == form.month or not _may_be_meant(form, other, history, late_months, is_filled=bool(form.filled_on)):
            continue
        is_changed, is_new = _is_changed(form, history), other not in history
        for_other = sum(month == other for month in told.values()) + (is_changed and is_new)
        # Title and period say the same; that is one witness.
        for_written = 1 + sum(month == form.month for month in told.values())
        for_written += form.month not in history and not is_new
        if for_other >= for_written:
            yield _asked(form, other, days, history)
            return


def _may_be_meant(form: Form, other: dt.date, history: History, late_months: int, *, is_filled: bool) -> bool:
    """Whether to weigh the other month at all: a form that is only late is nobody else's."""
    if form.month > other:
        return True
    if _is_changed(form, history) and other not in history:
        return True
    is_years_late = add_months(form.month, late_months) <= other
    # Earlier months handed in together say nothing by the day they came, as long as no later one is there.
    return is_years_late and (is_filled or any(month > form.month for month in history))


def _is_changed(form: Form, history: History) -> bool:
    """Whether the month is on file with other figures than these."""
    state = history.get(form.month)
    return state is not None and any(
        key in state.figures and not figure.is_check and differs(figure, state.figures[key])
        for key, figure in form.figures.items()
    )


def _asked(form: Form, other: dt.date, days: dict[str, dt.date | None], history: History) -> Finding:
    written = "、".join(f"{name}是{day.year}年{day.month}月{day.day}日" for name, day in days.items() if day)
    on_file = [
        f"{month_zh(month)}的表{'已收过' if month in history else '还没有收到'}" for month in (form.month, other)
    ]
    fact = f"写的是{month_zh(form.month)}，但{written}；{'，'.join(on_file)}。是{month_zh(other)}的，还是{month_zh(form.month)}的？"
    words = {"fact": fact, "month": month_zh(form.month), "other": month_zh(other)}
    return Finding(rule="E20", sheet=form.sheet, words=words)
