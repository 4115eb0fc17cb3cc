"""Rules over the months of a table of townships: each township and tier is compared with itself."""

from collections.abc import Iterator
from dataclasses import replace

from etl.months.findings import Finding
from etl.months.model import Context, Form, History, Key, text_of
from etl.months.periods import month_zh
from etl.months.rules.past import before, is_answered, past_values
from etl.months.rules.registry import rule
from etl.months.rules.series import jump_limit


def _apart(new: float, old: float) -> float:
    """How far two counts are apart, in units of what chance does to counts: 497 and 495 are near, 1019 and 495 far."""
    return (new - old) ** 2 / (new + old + 1)


@rule("S13")
def leap_of_a_township(form: Form, context: Context, history: History) -> Iterator[Finding]:
    """Single townships and tiers outside the limits of their own past; with too short a past, beyond ratio and chance."""
    state = before(form, history)
    if state is None or form.unit.level_code == "city":
        return
    names = context.book.townships.get(form.unit.area_id, {})
    found: dict[str, list[tuple[Key, float, float]]] = {}
    for key, figure in form.figures.items():
        old = state.figures.get(key)
        if key[0] not in names or figure.value is None or old is None or old.value is None or figure.is_check:
            continue
        if figure.value == old.value or context.timing(key[1]) != "end_of_month":
            continue
        if _leaps(form, context, history, key, figure.value, old.value) and not is_answered(form, context, key, figure):
            found.setdefault(key[1], []).append((key, figure.value, old.value))
    for leapt in found.values():
        shown = "、".join(
            f"{form.figures[key].cell} {names[key[0]]}{context.label(*key[1:])} {text_of(old)}→{text_of(new)}"
            for key, new, old in leapt[:3]
        )
        (key, new, old), *others = leapt
        words = {
            "count": str(len(leapt)),
            "places": shown + ("等" if len(leapt) > 3 else ""),
            "previous": month_zh(state.month),
        }
        found_here = form.finding("S13", key, words, reported=new, computed=old)
        yield replace(found_here, also=tuple(one for one, *_ in others))


def _leaps(form: Form, context: Context, history: History, key: Key, new: float, old: float) -> bool:
    limits = context.rules["S13"].limits
    new /= _common_change(form, context, history, key)
    apart, larger, smaller = _apart(new, old), max(new, old), min(new, old)
    if apart >= limits["apart"] and larger - smaller > limits["share"] * max(smaller, 1):
        return True
    if apart < limits["apart_by_limits"]:
        return False
    past = past_values(form, history, key)
    is_known = len(past) >= context.limit("S4", "points")
    return is_known and bool(jump_limit(context, past, new, least_share=limits["least_share"]))


def _common_change(form: Form, context: Context, history: History, key: Key) -> float:
    """By what the whole unit changed: a township that went along with all others did not leap.

    A change of the unit so large that it is asked about itself is no excuse.
    """
    state, whole = before(form, history), (form.unit.area_id, *key[1:])
    new, old = form.figures.get(whole), state.figures.get(whole) if state else None
    if new is None or old is None or not new.value or not old.value:
        return 1.0
    change = new.value / old.value
    return change if abs(change - 1) < context.limit("S4", "least_share") else 1.0


@rule("E21")
def facilities_gone_elsewhere(form: Form, context: Context, history: History) -> Iterator[Finding]:
    """Facilities fewer in one township and more in another in the same month: closed and opened, or in the wrong rows."""
    state = before(form, history)
    if state is None:
        return
    names = context.book.townships.get(form.unit.area_id, {})
    facilities = context.about("E14", "facilities")
    counted = [(key, figure) for key, figure in form.figures.items() if key[1] in facilities and key[0] in names]
    for name in facilities if counted else ():
        changed = {
            key: (figure.value or 0) - old.value
            for key, figure in counted
            if key[1] == name
            and (figure.value is not None or not figure.raw)
            and (old := state.figures.get(key)) is not None
            and old.value is not None
            and (figure.value or 0) != old.value
            and not is_answered(form, context, key, figure)
        }
        if changed and min(changed.values()) < 0:
            told = "、".join(f"{names[key[0]]}{step:+g}" for key, step in list(changed.items())[:4])
            words = {"label": context.label(name), "places": told, "previous": month_zh(state.month)}
            yield replace(form.finding("E21", next(iter(changed)), words), also=tuple(list(changed)[1:]))
