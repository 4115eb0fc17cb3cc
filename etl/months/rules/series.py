"""Rules over the months of one form of one unit: what fell, jumped, was copied, or was changed without a word.

`history` holds the months accepted so far. A month not reported is no month: changes are taken to the month before,
never to the last one that happens to be there, except for cumulative figures, which may not fall over a gap either.
"""

import datetime as dt
import math
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from etl.months.findings import Finding
from etl.months.model import Context, Figure, Form, History, Key, MonthState, last_reported, text_of
from etl.months.periods import month_zh
from etl.months.rules.notes import explains
from etl.months.rules.past import (
    added_in,
    before,
    differs,
    increments,
    is_answered,
    past_values,
)
from etl.months.rules.registry import rule
from warehouse.month import add_months
from warehouse.series.xmr import natural_limits


def _last_of_year(form: Form, history: History) -> MonthState | None:
    """The last accepted earlier month of the same year."""
    earlier = [month for month in history if month.year == form.month.year and month < form.month]
    return history[max(earlier)] if earlier else None


@rule("C3")
def cumulative_never_falls(form: Form, context: Context, history: History) -> Iterator[Finding]:
    """A figure counted from January, or from the start, is not smaller than before; a stated correction may be."""
    if form.correction:
        return
    last = _last_of_year(form, history)
    following = history.get(add_months(form.month, 1))
    any_before = history.get(max((m for m in history if m < form.month), default=form.month))
    for key, figure in form.own:
        timing = context.timing(key[1])
        if timing not in ("year_to_date", "since_start"):
            continue
        state = last if timing == "year_to_date" else any_before
        old = state.figures.get(key) if state else None
        if old is not None and old.value is not None and figure.value < old.value:
            yield _fell(form, context, key, figure.value, old.value, state.month)
        # A late month must also fit below the month that came before it did.
        later = following.figures.get(key) if following else None
        same_count = timing == "since_start" or (following and following.month.year == form.month.year)
        if later is not None and later.value is not None and same_count and figure.value > later.value:
            yield _fell(form, context, key, later.value, figure.value, form.month)


def _fell(form: Form, context: Context, key: Key, new: float, old: float, month: dt.date) -> Finding:
    words = {
        "label": context.label(*key[1:]),
        "previous": month_zh(month),
        "computed": text_of(old),
        "reported": text_of(new),
    }
    return form.finding("C3", key, words, reported=new, computed=old)


@rule("E2")
def month_and_cumulative(form: Form, context: Context, history: History) -> Iterator[Finding]:
    """Cumulative = before + this month, where the form has both; a cumulative figure in the month's place, or reverse."""
    state = before(form, history)
    of_year, of_all = context.about("E2", "of_year"), context.about("E2", "of_all")
    for cumulative, monthly in {**of_year, **of_all}.items():
        total, part = form.figure(cumulative), form.figure(monthly)
        if total is None or part is None or total.value is None or part.value is None or form.correction:
            continue
        key = (form.unit.area_id, cumulative, "total")
        starts_anew = cumulative in of_year and form.month.month == 1
        old = state.figures.get(key) if state else None
        base = 0.0 if starts_anew else old.value if old else None
        # A past month was corrected since: the sum cannot be expected to close.
        if base is None or (state and state.is_corrected and not starts_anew):
            continue
        if abs(base + part.value - total.value) > context.limit("E2", "tolerance"):
            fact = (
                f"“{context.label(cumulative)}”填 {text_of(total.value)}，上月累计 {text_of(base)} 加本月 "
                f"{text_of(part.value)} 是 {text_of(base + part.value)}"
            )
            yield form.finding("E2", key, {"fact": fact}, reported=total.value, computed=base + part.value)
    yield from _cumulative_flow(form, context, history)


def _cumulative_flow(form: Form, context: Context, history: History) -> Iterator[Finding]:
    """A flow that equals the sum of the year so far plus a usual month was most likely filled in cumulatively."""
    year = [
        history[month]
        for month in sorted(history)
        if month.year == form.month.year and month < form.month and not history[month].is_corrected
    ]
    if len(year) != form.month.month - 1 or len(year) < 2:
        return
    for key, figure in form.own:
        if context.timing(key[1]) != "during_month" or key[2] != "total" or figure.value < 30:
            continue
        months = [state.figures[key].value if key in state.figures else None for state in year]
        # A lumpy flow (recoveries of a few persons) hits any sum now and then: only steady ones can be judged so.
        if None in months or not all(months) or max(months) > 2 * min(months):
            continue
        rest = figure.value - sum(months)
        if min(months) * 0.6 <= rest <= max(months) * 1.6:
            fact = (
                f"“{context.label(*key[1:])}”本月填 {text_of(figure.value)}，恰为今年各月之和加一个平常月份，"
                "疑把累计数填成当月数"
            )
            yield form.finding("E2", key, {"fact": fact}, reported=figure.value, computed=sum(months))


@rule("E14")
def fewer_facilities(form: Form, context: Context, history: History) -> Iterator[Finding]:
    """Closing and merging are ordinary; without a word they read as a failure."""
    state = before(form, history)
    for name in context.about("E14", "facilities"):
        key = (form.unit.area_id, name, "total")
        figure, old = form.figures.get(key), state.figures.get(key) if state else None
        if figure is None or old is None or figure.value is None or old.value is None:
            continue
        if figure.value < old.value and not is_answered(form, context, key, figure):
            words = {
                "label": context.label(name),
                "previous": text_of(old.value),
                "value": text_of(figure.value),
            }
            yield form.finding("E14", key, words, reported=figure.value, computed=old.value)


@rule("S4")
def jump(form: Form, context: Context, history: History) -> Iterator[Finding]:
    """A change outside the XmR limits of this series' own changes (12 points and more), else over 30 %.

    Only totals are asked about: breakdowns move with them. Changes are compared as ratios, since series that grow would
    otherwise leave their limits by growing. A word in the note column that names the figure, or one given afterwards,
    answers; without it the cell is held.
    """
    asked = []
    for key, figure in form.own:
        if not _is_asked_about(key, context) or is_answered(form, context, key, figure):
            continue
        old = last_reported(history, form.month, key)
        # Hardly any step is large enough to be held against its past.
        if old is None or is_small_step(context, old[1], figure.value):
            continue
        if limit := jump_limit(context, past_values(form, history, key), figure.value):
            asked.append(_jumped(form, context, key, figure.value, old[1], limit, month=old[0]))
    yield from _asked_together(form, [*asked, *_year_to_date_jumps(form, context, history)])


def _asked_together(form: Form, asked: list[Finding]) -> Iterator[Finding]:
    """Figures beside one note that names none of them are one question: which of them does it speak of."""
    by_note: dict[str, list[Finding]] = {}
    for finding in asked:
        figure = form.figures[finding.area, finding.indicator, finding.breakdown]
        if explains(figure.note):
            by_note.setdefault(figure.note, []).append(finding)
        else:
            yield finding
    for note, (first, *others) in by_note.items():
        limit = f"{first.words['limit']}；说明栏的“{note[:20]}”没有写明说的是哪一项"
        if others:
            limit += f"（同一行还有{'、'.join(one.words['label'] for one in others[:3])}等{len(others)}项变动也大）"
        keys = tuple((one.area, one.indicator, one.breakdown) for one in others)
        yield replace(first, words={**first.words, "limit": limit}, also=keys)


def _is_asked_about(key: Key, context: Context) -> bool:
    """Totals of stocks and flows; arrears, recoveries and stops come in rounds and jump by nature."""
    is_rare = key[1] in context.about("S4", "jump_by_nature")
    return key[2] == "total" and context.timing(key[1]) in ("end_of_month", "during_month") and not is_rare


def _jumped(
    form: Form, context: Context, key: Key, new: float, old: float, limit: str, *, month: dt.date | None = None
) -> Finding:
    words = {
        "label": context.label(*key[1:]) + ("（当月新增）" if context.timing(key[1]) == "year_to_date" else ""),
        "previous": month_zh(month or add_months(form.month, -1)),
        "computed": text_of(old),
        "reported": text_of(new),
        "change": f"{(new / old - 1) * 100:+.1f}%" if old else "上月为0",
        "limit": limit,
    }
    return form.finding("S4", key, words, reported=new, computed=old)


def is_small_step(context: Context, old: float, new: float, *, least_share: float | None = None) -> bool:
    """Whether a step is none that is asked about, whatever the past: in number, or in share (that of S4 by default)."""
    limits, step = context.rules["S4"].limits, abs(new - old)
    return step < limits["least_change"] or step < (least_share or limits["least_share"]) * max(old, new)


def jump_limit(context: Context, past: list[float], new: float, *, least_share: float | None = None) -> str:
    """What limit the step from the last of `past` to `new` breaks, in words; empty when it breaks none.

    Args:
        past: the series before, oldest first.
        least_share: a step of a smaller share than this is none; that of S4 when not given.
    """
    limits, old = context.rules["S4"].limits, past[-1]
    if is_small_step(context, old, new, least_share=least_share):
        return ""
    points = [value for value in past if value > 0][-int(limits["history"]) :]
    if len(points) >= limits["points"] and old > 0 and new > 0:
        changes = [math.log(b / a) for a, b in pairwise(points)]
        lower, upper = natural_limits(changes)
        if lower <= math.log(new / old) <= upper:
            return ""
        low, high = (math.expm1(edge) * 100 for edge in (lower, upper))
        return f"超出近{len(points)}个月的波动范围（{low:+.1f}%～{high:+.1f}%）"
    if old > 0 and abs(new / old - 1) <= limits["share"]:
        return ""
    return f"超过±{limits['share'] * 100:.0f}%"


def _year_to_date_jumps(form: Form, context: Context, history: History) -> Iterator[Finding]:
    """What one month added to a figure counted from January, against what earlier months added."""
    limits = context.rules["S4"].limits
    for key, figure in form.own:
        if context.timing(key[1]) != "year_to_date" or is_answered(form, context, key, figure):
            continue
        past = increments(history, key, until=form.month)
        added = added_in(form.month, figure.value, history, key)
        if added is None or added < limits["least_change"] or not past:
            continue
        if len(past) >= limits["points"]:
            _, upper = natural_limits(past[-int(limits["history"]) :])
            if added > upper:
                limit = f"超出近{len(past)}个月的波动范围（至多 {text_of(round(upper))}）"
                yield _jumped(form, context, key, added, past[-1], limit)
        elif form.month.month > 1:
            # Spring brings several times what January and February did; more than eight times is no season.
            usual = (figure.value - added) / (form.month.month - 1)
            if added > limits["season"] * max(usual, limits["least_change"]):
                limit = f"超过今年各月平均数的{limits['season']:g}倍"
                yield _jumped(form, context, key, added, past[-1], limit)


@rule("E18")
def changed_without_a_word(form: Form, context: Context, history: History) -> Iterator[Finding]:
    """A second report of an accepted month that changes figures needs a stated reason.

    Where a figure of the first was held, the office asked for the second: nothing was published that it changes.
    """
    state = history.get(form.month)
    if state is None or form.correction or any(figure.status == "withheld" for figure in state.figures.values()):
        return
    changed = [
        (key, figure, state.figures[key])
        for key, figure in form.figures.items()
        if key in state.figures and not figure.is_check and differs(figure, state.figures[key])
    ]
    if not changed:
        return
    named = "、".join(
        f"{figure.cell} {context.label(*key[1:])} {_shown(old)}→{_shown(figure)}" for key, figure, old in changed[:4]
    )
    fact = f"{month_zh(form.month)}已收过一次，这次改了{len(changed)}个数（{named}{'等' if len(changed) > 4 else ''}），没有更正说明"
    key, figure, old = changed[0]
    yield form.finding("E18", key, {"fact": fact}, reported=figure.value, computed=old.value)


@rule("E22")
def erased_by_a_correction(form: Form, context: Context, history: History) -> Iterator[Finding]:
    """A correction that holds only what it corrects would take back every other figure of the month."""
    state = history.get(form.month)
    if state is None or not (form.correction or any(one.status == "withheld" for one in state.figures.values())):
        return
    erased = [
        (key, figure)
        for key, figure in form.figures.items()
        if not (figure.is_check or figure.raw) and figure.value is None and key in state.figures
        and state.figures[key].value is not None
    ]  # fmt: skip
    if not erased:
        return
    places = "、".join(f"{figure.cell} {context.label(*key[1:])}" for key, figure in erased[:4])
    words = {
        "month": month_zh(form.month),
        "count": str(len(erased)),
        "places": places + ("等" if len(erased) > 4 else ""),
    }
    (key, figure), *others = erased
    found = form.finding("E22", key, words)
    yield replace(found, also=tuple(one for one, _ in others))


def _shown(figure: Figure) -> str:
    return (
        text_of(figure.value) if figure.value is not None else {"not_applicable": "不适用"}.get(figure.status, "未报")
    )


@rule("V5")
def last_month_as_printed(form: Form, context: Context, history: History) -> Iterator[Finding]:
    """The column 上月数 is what was accepted last month; otherwise somebody changed the past in passing.

    Where it is empty and this month's figure is last month's to the digit, the one may stand in the other's place.
    """
    state = before(form, history)
    if state is None:
        return
    known = {key: old.value for key, old in state.figures.items() if old.value is not None}
    other = [
        (key, printed, known[key])
        for key, printed in form.previous.items()
        if key in known and printed.value is not None and printed.value != known[key]
    ]
    slid = [
        (key, figure, known[key])
        for key, figure in form.own
        if form.previous and key not in form.previous and known.get(key) == figure.value and figure.value
    ]
    # Whoever leaves the whole column empty says nothing by it.
    slid = slid if len(slid) < len(form.previous) else []
    told = [
        f"{figure.cell} {context.label(*key[1:])}写 {text_of(figure.value)}、已收 {text_of(value)}"
        for key, figure, value in other
    ] + [
        f"{figure.cell} {context.label(*key[1:])}上月数空着，本月数恰是上月的 {text_of(value)}"
        for key, figure, value in slid
    ]
    if not told:
        return
    (key, figure, value), *others = other + slid
    words = {
        "count": str(len(told)),
        "places": "、".join(told[:4]) + ("等" if len(told) > 4 else ""),
        "previous": month_zh(state.month),
    }
    yield Finding(
        rule="V5", sheet=form.sheet, cell=figure.cell, area=key[0], indicator=key[1], breakdown=key[2],
        reported=figure.value, computed=value, words=words, also=tuple(one for one, *_ in others),
    )  # fmt: skip


@rule("V8")
def no_such_thing_and_yet_some(form: Form, context: Context, history: History) -> Iterator[Finding]:
    """What was 不适用 last month is a number now, or the reverse: a unit seldom gains or loses a kind of thing."""
    state = before(form, history)
    flipped = [
        key
        for key, figure in form.figures.items()
        if state is not None
        and (old := state.figures.get(key)) is not None
        and not figure.is_check
        and {figure.status, old.status} == {"reported", "not_applicable"}
        and (figure.value or old.value)
        and not is_answered(form, context, key, figure)
    ]
    if flipped:
        places = context.book.townships.get(form.unit.area_id, {})
        told = "、".join(
            f"{form.figures[key].cell} {places.get(key[0], '')}{context.label(*key[1:])}"
            f" {_shown(state.figures[key])}→{_shown(form.figures[key])}"
            for key in flipped[:4]
        )
        words = {"places": told + ("等" if len(flipped) > 4 else ""), "previous": month_zh(state.month)}
        yield replace(form.finding("V8", flipped[0], words), also=tuple(flipped[1:]))
