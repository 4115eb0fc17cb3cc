"""Rules that only ask: more people than live there, always 100 %, nobody died, everything in the last month."""

from collections.abc import Iterator
from datetime import date, timedelta

from etl.months.due import is_working_day
from etl.months.findings import Finding
from etl.months.model import Context, Form, History, last_reported, text_of
from etl.months.periods import month_zh
from etl.months.rules.past import added_in, is_answered
from etl.months.rules.registry import rule
from warehouse.month import add_months


def _crosses(form: Form, history: History, indicator: str, bound: float) -> float | None:
    """The value when it is above the bound and was not last month; every January it is said again."""
    value = form.value(indicator)
    if value is None or value <= bound:
        return None
    old = last_reported(history, form.month, (form.unit.area_id, indicator, "total"))
    was_above = old is not None and old[1] > bound
    return None if was_above and form.month.month != 1 else value


@rule("S2")
def more_enrolled_than_old(form: Form, context: Context, history: History) -> Iterator[Finding]:
    """Enrolled on the platform against residents of 60 and over; the base may be older than the figure."""
    known = context.populations.get((form.unit.area_id, "resident", "60_plus"))
    if known is None:
        return
    value = _crosses(form, history, context.about("S2", "counted"), known[0] * context.limit("S2", "share"))
    if value is not None:
        words = {"reported": text_of(value), "computed": text_of(known[0]), "year": str(known[1])}
        key = (form.unit.area_id, context.about("S2", "counted"), "total")
        yield form.finding("S2", key, words, reported=value, computed=known[0])


@rule("S3")
def more_centres_than_communities(form: Form, context: Context, history: History) -> Iterator[Finding]:
    """Day-care centres against residents' committees and what the code tables count like them."""
    counts = [
        context.divisions.get((form.unit.area_id, code)) for code in ("residents_committee", "residents_committee_like")
    ]
    if counts[0] is None:
        return
    base = sum(count[0] for count in counts if count)
    value = _crosses(form, history, context.about("S3", "counted"), base * context.limit("S3", "share"))
    if value is not None:
        words = {"reported": text_of(value), "computed": text_of(base), "year": str(counts[0][1])}
        key = (form.unit.area_id, context.about("S3", "counted"), "total")
        yield form.finding("S3", key, words, reported=value, computed=base)


@rule("S5")
def always_all(form: Form, context: Context, history: History) -> Iterator[Finding]:
    """A rate of exactly 100 % in its third month, and every third one after."""
    wanted = int(context.limit("S5", "months"))
    for rate in context.about("S5", "rates"):
        declared = context.catalog.indicators[rate]
        numerator, denominator, label = declared.numerator, declared.denominator, declared.label_zh
        months = 0
        while _is_all(form, history, numerator, denominator, months):
            months += 1
        if months and months % wanted == 0:
            words = {"label": label, "months": str(months)}
            yield form.finding("S5", (form.unit.area_id, numerator, "total"), words)


def _is_all(form: Form, history: History, numerator: str, denominator: str, back: int) -> bool:
    if back == 0:
        part, whole = form.value(numerator), form.value(denominator)
    else:
        state = history.get(add_months(form.month, -back))
        keys = [(form.unit.area_id, name, "total") for name in (numerator, denominator)]
        figures = [state.figures.get(key) if state else None for key in keys]
        part, whole = (figure.value if figure else None for figure in figures)
    return bool(whole) and part == whole


@rule("S6")
def nobody_died(form: Form, context: Context, history: History) -> Iterator[Finding]:
    """Stops for death over a quarter, against 0.8–1.1 % of recipients a month; none at all may mean misused money."""
    limits = context.rules["S6"].limits
    months = int(limits["months"])
    if form.month.month % 3:
        return
    people = form.value(context.about("S6", "people"))
    key = (form.unit.area_id, context.about("S6", "stopped"), "reason_death")
    deaths = [form.value(*key[1:])]
    for back in range(1, months):
        state = history.get(add_months(form.month, -back))
        figure = state.figures.get(key) if state else None
        deaths.append(figure.value if figure else None)
    if people is None or people < limits["least_recipients"] or None in deaths:
        return
    rate = sum(deaths) / months / people
    if not limits["low"] <= rate <= limits["high"]:
        what = "一个也没有" if not sum(deaths) else f"月均占在享的 {rate * 100:.2f}%"
        fact = (
            f"最近{months}个月因去世停发 {text_of(sum(deaths))} 人，{what}"
            f"（常见范围 {limits['low'] * 100:g}%—{limits['high'] * 100:g}%）"
        )
        yield form.finding("S6", key, {"fact": fact}, reported=sum(deaths))


@rule("S7")
def newcomers_out_of_range(form: Form, context: Context, history: History) -> Iterator[Finding]:
    """New recipients = change of recipients + stops; about 1.1–1.3 % turn 80 in a month."""
    limits = context.rules["S7"].limits
    key = (form.unit.area_id, context.about("S7", "people"), "total")
    state = history.get(add_months(form.month, -1))
    old = state.figures.get(key) if state else None
    people, stops = form.value(*key[1:]), form.value(context.about("S7", "stopped"))
    if old is None or not old.value or people is None or stops is None or people < limits["least_recipients"]:
        return
    new = people - old.value + stops
    rate = new / old.value
    if not limits["low"] <= rate <= limits["high"]:
        words = {
            "reported": text_of(new),
            "rate": f"{rate * 100:.2f}%",
            "what": "新增过多" if rate > limits["high"] else "停发人数与在享人数的减少对不上",
        }
        yield form.finding("S7", key, words, reported=new)


@rule("S11")
def rush_at_quarter_end(form: Form, context: Context, history: History) -> Iterator[Finding]:
    """Seen the month after: the last month of a quarter far above both its neighbours."""
    if form.month.month % 3 != 1:
        return
    peak, ahead = history.get(add_months(form.month, -1)), history.get(add_months(form.month, -2))
    limits = context.rules["S11"].limits
    for key, figure in form.own:
        if key[1] not in context.about("S11", "flows") or peak is None or ahead is None:
            continue
        top, first = (state.figures[key].value if key in state.figures else None for state in (peak, ahead))
        if not top or first is None or top < limits["least_value"]:
            continue
        if top > limits["ratio"] * max(first, figure.value):
            words = {
                "label": context.label(*key[1:]),
                "previous": month_zh(peak.month),
                "computed": text_of(top),
                "before": text_of(first),
                "reported": text_of(figure.value),
            }
            yield form.finding("S11", key, words, reported=figure.value, computed=top)


@rule("S12")
def trained_on_holidays(form: Form, context: Context, history: History) -> Iterator[Finding]:
    """More trained in a month than its working days can hold, which the Spring Festival month shows first."""
    key = (form.unit.area_id, context.about("S12", "of_year"), "total")
    figure = form.figures.get(key)
    if figure is None or figure.value is None or is_answered(form, context, key, figure):
        return
    printed = form.value(context.about("S12", "of_month"))
    added = printed if printed is not None else added_in(form.month, figure.value, history, key)
    days = working_days(form.month)
    if added is not None and added > days * context.limit("S12", "per_working_day"):
        words = {
            "month": month_zh(form.month),
            "reported": text_of(added),
            "days": str(days),
            "rate": text_of(round(added / days, 1)),
        }
        yield form.finding("S12", key, words, reported=added)


def working_days(month: date) -> int:
    """Working days of a month by the calendar of holidays as far as it is known."""
    last = add_months(month, 1) - timedelta(days=1)
    return sum(is_working_day(month.replace(day=day)) for day in range(1, last.day + 1))
