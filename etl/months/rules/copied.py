"""A month, or rows of it, that are the month before once more."""

from collections.abc import Iterator
from dataclasses import replace

from etl.months.findings import Finding
from etl.months.model import Context, Figure, Form, History, Key, MonthState
from etl.months.periods import month_zh
from etl.months.rules.notes import explains_sameness
from etl.months.rules.past import _explained, before, increments, past_values
from etl.months.rules.registry import rule


@rule("E13")
def copied_month(form: Form, context: Context, history: History) -> Iterator[Finding]:
    """Everything done in the month equals last month's, or the whole form does: nobody works to the last digit alike."""
    state = before(form, history)
    if state is None:
        return
    own = [(key, figure) for key, figure in form.own if key[2] == "total" and figure.value]
    flows = [(key, figure) for key, figure in own if context.timing(key[1]) == "during_month"]
    lively = flows + [(key, figure) for key, figure in own if _is_lively(key, form, context)]

    def repeated(figures: list[tuple[Key, Figure]]) -> bool:
        return all((old := state.figures.get(key)) and old.value == figure.value for key, figure in figures)

    fewest_restless = context.limit("E13", "fewest_restless")
    if len(flows) >= context.limit("E13", "fewest_flows") and repeated(flows):
        same = flows
    elif len(lively) >= context.limit("E13", "fewest_lively") and repeated(own):
        same = lively
    elif repeated(own) and len(restless := _restless(own, form, context, history)) >= fewest_restless:
        same = restless
    else:
        same = _nearly_copied(form, context, state, lively)
    yield from _copied_rows(form, context, state)
    if not same:
        return
    places = "、".join(f"{figure.cell} {context.label(*key[1:])}" for key, figure in same[:4])
    asked = [
        (key, figure)
        for key, figure in same
        if not _says_why_same(figure, state, key) and not _explained(form, context, key)
    ]
    # Where a form is a copy, whatever stands in it as it stood is part of the copy: beds as well as what was done.
    rest = [
        key
        for key, figure in form.figures.items()
        if not figure.is_check and _is_as_before(key, figure, state) and not _says_why_same(figure, state, key)
    ]
    for number, (key, figure) in enumerate(asked):
        words = {"count": str(len(same)), "previous": month_zh(state.month), "places": places}
        found = form.finding("E13", key, words, reported=figure.value, computed=figure.value)
        yield replace(found, also=tuple(other for other in rest if other != key) if number == 0 else ())


def _nearly_copied(form: Form, context: Context, state: MonthState, lively: list) -> list[tuple[Key, Figure]]:
    """Figures equal to last month's where nearly all of them are: a copy in which a few were changed."""
    limits = context.rules["E13"].limits
    large = [(key, figure) for key, figure in lively if figure.value >= limits["least_value"]]
    same = [(key, figure) for key, figure in large if _is_as_before(key, figure, state)]
    is_copy = len(large) >= limits["fewest_lively"] and len(same) >= limits["near_share"] * len(large)
    return same if is_copy and len(same) >= limits["fewest_lively"] else []


def _says_why_same(figure: Figure, state: MonthState, key: Key) -> bool:
    """Whether its note explains that a figure is last month's; a note that is last month's was copied with it."""
    return explains_sameness(figure.note) and figure.note != state.figures[key].note


def _is_as_before(key: Key, figure: Figure, state: MonthState) -> bool:
    old = state.figures.get(key)
    return old is not None and old.value is not None and old.value == figure.value


def _copied_rows(form: Form, context: Context, state: MonthState) -> Iterator[Finding]:
    """A table of townships in which nearly every lively figure is last month's: held as one."""
    limits = context.rules["E13"].limits
    large = [
        (key, figure)
        for key, figure in form.figures.items()
        if key[0] != form.unit.area_id
        and figure.value is not None
        and figure.value >= limits["least_value"]
        and (key[1] in context.about("E13", "lively_stocks") or context.timing(key[1]) == "during_month")
    ]
    same = [(key, figure) for key, figure in large if _is_as_before(key, figure, state)]
    if len(large) < limits["fewest_rows"] or len(same) < limits["rows_share"] * len(large):
        return
    if any(_says_why_same(figure, state, key) for key, figure in same):
        return
    places = "、".join(f"{figure.cell} {context.label(*key[1:])}" for key, figure in same[:4])
    words = {"count": str(len(same)), "previous": month_zh(state.month), "places": places}
    (key, figure), *_ = same
    # Of a copied table nothing that stands as it stood is believed, be it ever so small, nor the totals made of it.
    columns = {part[1:] for part in form.figures if part[0] != form.unit.area_id}
    others = [
        (part, one)
        for part, one in form.figures.items()
        if part[1:] in columns and part != key and _is_as_before(part, one, state)
    ]
    yield replace(
        form.finding("E13", key, words, reported=figure.value, computed=figure.value),
        also=tuple(key for key, _ in others),
    )


def _restless(
    own: list[tuple[Key, Figure]], form: Form, context: Context, history: History
) -> list[tuple[Key, Figure]]:
    return [(key, figure) for key, figure in own if _never_stood_still(form, context, history, key)]


def _never_stood_still(form: Form, context: Context, history: History, key: Key) -> bool:
    """Whether a figure of this unit has changed in every month that can be told, and these are enough."""
    if context.timing(key[1]) == "year_to_date":
        steps = [] if form.month.month == 1 else increments(history, key, until=form.month)
    else:
        past = past_values(form, history, key)
        steps = [new - old for old, new in zip(past, past[1:], strict=False)]
    return len(steps) >= context.limit("E13", "months") and all(steps)


def _is_lively(key: Key, form: Form, context: Context) -> bool:
    """Figures besides the month's own that hardly ever stand still."""
    if context.timing(key[1]) == "year_to_date":
        # A zone that trains twenty people a year has months without any; a county's hundred do not stand still.
        return form.month.month > 3 and (form.value(context.about("E13", "trained")) or 0) >= 100
    return key[1] in context.about("E13", "lively_stocks")
