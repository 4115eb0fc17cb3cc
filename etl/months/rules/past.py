"""What rules ask of the months accepted before: values, what a month added, whether words answer a question."""

import datetime as dt

from etl.months.model import Context, Figure, Form, History, Key, MonthState
from etl.months.rules.notes import explains, names
from warehouse.month import add_months


def before(form: Form, history: History) -> MonthState | None:
    """The accepted month before this one."""
    return history.get(add_months(form.month, -1))


def added_in(month: dt.date, value: float, history: History, key: Key) -> float | None:
    """What the month added; None when the month before is missing or was corrected since."""
    if month.month == 1:
        return value
    state = history.get(add_months(month, -1))
    old = state.figures.get(key) if state and not state.is_corrected else None
    return value - old.value if old is not None and old.value is not None else None


def increments(history: History, key: Key, until: dt.date) -> list[float]:
    """What each month before `until` added to a figure counted from January, where that can be told."""
    found = []
    for month in sorted(history):
        if month >= until:
            break
        figure = history[month].figures.get(key)
        if figure is None or figure.value is None or history[month].is_corrected:
            continue
        added = added_in(month, figure.value, history, key)
        if added is not None:
            found.append(added)
    return found


def past_values(form: Form, history: History, key: Key) -> list[float]:
    """The reported values of a figure before the month of the form, oldest first."""
    found, last = [], form.month
    for month in sorted(history):
        if month >= last:
            break
        figure = history[month].figures.get(key)
        if figure is not None and figure.value is not None:
            found.append(figure.value)
    return found


def is_answered(form: Form, context: Context, key: Key, figure: Figure) -> bool:
    """Whether words answer a question about this very figure: of its own cell, given afterwards, or of its row.

    A note beside several figures answers for those it names.
    """
    return _explained(form, context, key) or (explains(figure.note) and not _asks_which(form, context, key, figure))


def _asks_which(form: Form, context: Context, key: Key, figure: Figure) -> bool:
    """Whether the note stands beside several figures and does not name this one."""
    if not figure.has_row_note:
        return False
    blocks = [block for block in form.layout.blocks if block.orientation == "columns" and block.key("note")]
    paths = [one.path for block in blocks for one in block.fields if one.indicator == key[1]]
    labels = {spelling for path in paths for label in path for spelling in form.layout.spellings(label)}
    return not names(figure.note, {*labels, context.label(key[1])})


def _explained(form: Form, context: Context, key: Key) -> bool:
    return (key, form.month) in context.explanations


def differs(one: Figure, other: Figure) -> bool:
    """Whether a figure was changed: another value or another status. What was missing and is now there is no change."""
    return other.status != "missing" and (one.value != other.value or one.status != other.status)
