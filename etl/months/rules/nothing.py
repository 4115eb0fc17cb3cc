"""A first report in which there is nothing at all."""

from collections.abc import Iterator
from dataclasses import replace

from etl.months.findings import Finding
from etl.months.model import Context, Figure, Form, History
from etl.months.rules.past import is_answered
from etl.months.rules.registry import rule


@rule("E23")
def nothing_at_all(form: Form, context: Context, history: History) -> Iterator[Finding]:
    """Every figure is 0 or does not apply, and no earlier report says that the unit has nothing: a sheet filled down with
    zeros looks the same. Later months are held against the ones before."""
    if form.is_empty() or any(_is_told(figure) for state in history.values() for figure in state.figures.values()):
        return
    told = [(key, figure) for key, figure in form.figures.items() if not figure.is_check and _is_told(figure)]
    if len(told) < context.limit("E23", "fewest") or any(figure.value for _, figure in told):
        return
    # One answer answers for all of them.
    if any(is_answered(form, context, key, figure) for key, figure in told):
        return
    (key, _), *others = told
    found = form.finding("E23", key, {"count": str(len(told))})
    yield replace(found, also=tuple(key for key, _ in others))


def _is_told(figure: Figure) -> bool:
    return figure.value is not None or figure.status == "not_applicable"
