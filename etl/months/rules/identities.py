"""Rules inside one form: sums, parts, funnels, percentages, dates. All hard ones; a figure not reported breaks none."""

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from etl.months.findings import Finding
from etl.months.model import Context, Figure, Form, Key, text_of
from etl.months.periods import month_zh
from etl.months.read.labels import plain
from etl.months.rules.registry import rule


@rule("C1")
def parts_make_the_total(form: Form, context: Context) -> Iterator[Finding]:
    """Institutions by nature, beds by kind, tiers and reasons add up to their printed total."""
    for relation in form.layout.related("C1"):
        total, parts = relation.of, relation.by
        known = {part: value for part in parts if (value := form.value(part)) is not None}
        whole, computed = form.value(total), sum(known.values())
        is_wrong = computed != whole if len(known) == len(parts) else whole is not None and computed > whole
        if whole is not None and known and is_wrong:
            named = "、".join(f"{context.label(part)}{text_of(value)}" for part, value in known.items())
            yield _unequal(form, context, (form.unit.area_id, total, "total"), whole, computed, named)
    yield from _breakdowns(form, context)


def _breakdowns(form: Form, context: Context) -> Iterator[Finding]:
    groups: dict[tuple[str, str], list[Key]] = {}
    for key, figure in form.figures.items():
        if not figure.is_check:
            parts = groups.get(key[:2])
            if parts is None:
                parts = groups[key[:2]] = []
            if key[2] != "total":
                parts.append(key)
    for (area, indicator), parts in groups.items():
        total = form.figures.get((area, indicator, "total")) if parts else None
        if total is None or total.value is None or total.is_check:
            continue
        figures = [form.figures[key] for key in parts]
        computed = sum(figure.value or 0 for figure in figures)
        slack = sum(figure.slack for figure in figures) + total.slack
        is_part = any(figure.status in ("missing", "suppressed") for figure in figures)
        if is_part and computed <= total.value + slack + 1e-6:
            continue
        if abs(computed - total.value) > slack + 1e-6:
            named = "、".join(context.label(indicator, key[2]).rpartition("（")[2].rstrip("）") for key in parts)
            yield _unequal(form, context, (area, indicator, "total"), total.value, computed, named)


def _unequal(form: Form, context: Context, key: Key, reported: float, computed: float, parts: str) -> Finding:
    words = {
        "where": _where(form, context, key[0]),
        "label": context.label(*key[1:]),
        "reported": text_of(reported),
        "parts": parts,
        "computed": text_of(computed),
    }
    return form.finding("C1", key, words, reported=reported, computed=computed)


def _where(form: Form, context: Context, area: str) -> str:
    return context.book.townships.get(form.unit.area_id, {}).get(area, "")


@rule("E4")
def printed_total(form: Form, context: Context) -> Iterator[Finding]:
    """The row 合计, and the unit's own figure in a table of its own, are the sum of the rows; twice the sum is E3."""
    below = form.below
    for indicator, breakdown in dict.fromkeys([*form.totals, *below]):
        printed, own = form.totals.get((indicator, breakdown)), form.figure(indicator, breakdown)
        parts = [*below.get((indicator, breakdown), {}).values()] or _own_row(form, indicator, breakdown)
        computed = sum(part.value or 0 for part in parts)
        # With parts missing the total may be more than what is reported of it, and never less.
        is_part = any(part.status in ("missing", "suppressed") for part in parts)
        for total in (printed, own if own is not printed else None):
            if total is None or not total.raw or not parts or not _is_wrong(total, parts, computed, is_part=is_part):
                continue
            yield Finding(
                rule="E4",
                sheet=form.sheet,
                cell=total.cell,
                area=form.unit.area_id,
                indicator=indicator,
                breakdown=breakdown,
                reported=total.value,
                computed=computed,
                words={
                    "label": context.label(indicator, breakdown),
                    "reported": text_of(total.value) if total.value is not None else total.raw,
                    "computed": text_of(computed),
                    "difference": text_of(abs((total.value or 0) - computed)),
                },
            )
            break


def _is_wrong(total: Figure, parts: list[Figure], computed: float, *, is_part: bool) -> bool:
    """Whether a total cannot be that of its parts; 不适用 over parts that are there cannot either."""
    if total.value is None:
        return total.status == "not_applicable" and computed > 0
    slack = sum(part.slack for part in parts) + total.slack + 1e-6
    return computed > total.value + slack if is_part else abs(computed - total.value) > slack


def _own_row(form: Form, indicator: str, breakdown: str) -> list[Figure]:
    """The unit's one row, where the total stands beside it."""
    own = form.figure(indicator, breakdown)
    return [own] if own is not None and own is not form.totals.get((indicator, breakdown)) else []


def total_among_rows(form: Form, context: Context) -> Iterator[Finding]:
    """E3 by its figures: a row under another name that equals the sum of all others in everything it reports."""
    townships = context.book.townships.get(form.unit.area_id, {})
    table = [
        {area: figure.value for area, figure in rows.items() if area in townships and figure.value}
        for rows in form.below.values()
    ]
    columns = [column for column in table if len(column) > 2]
    if len(columns) < 3:
        return
    # Most columns rule out every row at once: the largest value is seldom half of the sum.
    suspects = {area for area, value in columns[0].items() if 2 * value == sum(columns[0].values())}
    for area in suspects:
        if all(2 * column.get(area, 0) == sum(column.values()) for column in columns):
            cell = next(figure.cell for key, figure in form.figures.items() if key[0] == area)
            fact = f"“{townships[area]}”一行的每个数都等于其他各行之和，疑为合计行"
            yield Finding(rule="E3", sheet=form.sheet, cell=cell, area=area, words={"fact": fact})


def incomplete_totals(form: Form) -> dict[Key, tuple[int, int]]:
    """The unit's totals that hold only what some townships reported: how many, of how many."""
    found = {}
    for (indicator, breakdown), rows in form.below.items():
        key, parts = (form.unit.area_id, indicator, breakdown), rows.values()
        total = form.figures.get(key)
        known = [part for part in parts if part.status not in ("missing", "suppressed")]
        if total is None or total.value is None or len(known) == len(parts):
            continue
        computed = sum(part.value or 0 for part in known)
        slack = sum(part.slack for part in known) + total.slack
        if abs(computed - total.value) <= slack + 1e-6:
            found[key] = (len(known), len(parts))
    return found


@rule("V7")
def total_of_some(form: Form, context: Context) -> Iterator[Finding]:
    """Columns in which townships did not report: totals of the others are stored as missing, gaps may be a slipped row."""
    incomplete, names = incomplete_totals(form), context.book.townships.get(form.unit.area_id, {})
    gaps = {
        column
        for column, rows in form.below.items()
        if any(part.status == "missing" and not part.raw for part in rows.values())
        and (any(part.value for part in rows.values()) or form.value(*column))
    }
    columns = [key[1:] for key in incomplete] + sorted(gaps - {key[1:] for key in incomplete})
    absent = dict.fromkeys(
        names[area]
        for (area, *column), figure in form.figures.items()
        if area in names and figure.status == "missing" and tuple(column) in columns
    )
    if not absent:
        return
    facts = [f"{len(incomplete)}项合计只是已报各行之和，按“缺”保存"] if incomplete else []
    if gaps:
        named = "、".join(context.label(*column) for column in sorted(gaps)[:3])
        facts.append(f"“{named}”等{len(gaps)}栏中间有空格，是漏填还是错了行")
    shown = "、".join(list(absent)[:4]) + ("等" if len(absent) > 4 else "")
    words = {"fact": "；".join(facts), "absent": shown, "number": str(len(absent))}
    key = next(iter(incomplete), (form.unit.area_id, *columns[0]))
    others = [one for one in form.figures if one[1:] in gaps and one != key]
    yield replace(form.finding("V7", key, words), also=tuple(others))


@rule("V4")
def blank_cells(form: Form, context: Context) -> Iterator[Finding]:
    """One finding for all cells left empty: an empty cell is a figure not reported, never a zero."""
    blank = [
        (key, figure)
        for key, figure in form.figures.items()
        if figure.status == "missing" and not figure.raw and not figure.is_check
    ]
    if blank:
        places = "、".join(f"{figure.cell} {context.label(*key[1:])}" for key, figure in blank[:5])
        words = {"count": str(len(blank)), "places": places + ("等" if len(blank) > 5 else "")}
        yield Finding(rule="V4", sheet=form.sheet, cell=blank[0][1].cell, words=words)


@rule("C2")
def beds_within_beds(form: Form, context: Context) -> Iterator[Finding]:
    """Nursing beds are institution beds, and these are part of all beds."""
    yield from _greater(form, context, "C2")


@rule("C4")
def person_times_not_under_persons(form: Form, context: Context) -> Iterator[Finding]:
    """Who was trained or served was so at least once."""
    for times, persons in _pairs(form, "C4"):
        first, second = form.value(times), form.value(persons)
        if first is not None and second is not None and first < second:
            yield _pair(form, context, "C4", times, persons, first, second)


@rule("C5")
def funnel_only_narrows(form: Form, context: Context) -> Iterator[Finding]:
    """Orders are booked under the month they were placed in, so that no stage exceeds the one before."""
    for relation in form.layout.related("C5"):
        reported = [(name, value) for name in relation.by if (value := form.value(name)) is not None]
        for (earlier, first), (later, second) in zip(reported, reported[1:], strict=False):
            if second > first:
                yield _pair(form, context, "C5", later, earlier, second, first)


@rule("C6")
def part_within_whole(form: Form, context: Context) -> Iterator[Finding]:
    """Numerators are not larger than their denominators of the same count."""
    yield from _greater(form, context, "C6")


def _pairs(form: Form, code: str) -> list[tuple[str, str]]:
    """(of, one of by) of every relation that the rule holds."""
    return [(relation.of, part) for relation in form.layout.related(code) for part in relation.by]


def _greater(form: Form, context: Context, code: str) -> Iterator[Finding]:
    for whole, part in _pairs(form, code):
        first, second = form.value(part), form.value(whole)
        if first is not None and second is not None and first > second:
            yield _pair(form, context, code, part, whole, first, second)


def _pair(form: Form, context: Context, code: str, one: str, other: str, first: float, second: float) -> Finding:
    words = {
        "label": context.label(one),
        "other": context.label(other),
        "reported": text_of(first),
        "computed": text_of(second),
    }
    return form.finding(code, (form.unit.area_id, one, "total"), words, reported=first, computed=second)


@rule("E5")
def wrong_percentage(form: Form, context: Context) -> Iterator[Finding]:
    """18.04 % printed for 736 of 4,000: worked out again, both kept."""
    yield from _percentages(form, context, "E5", 0.0, context.limit("E5", "points"))


@rule("E6")
def percentage_of_something_else(form: Form, context: Context) -> Iterator[Finding]:
    """137 % printed for 284 of 180: too far off for a slip, another definition must be behind it."""
    yield from _percentages(form, context, "E6", context.limit("E6", "points"), float("inf"))


def _percentages(form: Form, context: Context, code: str, above: float, up_to: float) -> Iterator[Finding]:
    for share in form.shares:
        numerator, denominator = (form.figures.get(key) for key in (share.numerator, share.denominator))
        printed = _printed_percent(share.raw)
        if numerator is None or denominator is None or not denominator.value or numerator.value is None or not printed:
            continue
        computed = numerator.value / denominator.value * 100
        # A percent cell holds 0.184, a plain one 18.4: the nearer reading is the one that was meant.
        value, places = min(printed, key=lambda reading: abs(reading[0] - computed))
        off = abs(value - computed)
        if off <= 0.5 * 10**-places + 1e-9 or not above < off <= up_to:
            continue
        known = context.catalog.indicators.get(share.indicator)
        ratio = share.indicator if known and known.kind_code == "ratio" else share.numerator[1]
        yield Finding(
            rule=code,
            sheet=form.sheet,
            cell=share.cell,
            area=form.unit.area_id,
            indicator=ratio,
            breakdown="total",
            reported=value / 100,
            computed=computed / 100,
            words={
                "label": share.label,
                "reported": f"{value:.{max(places, 0)}f}%",
                "numerator": text_of(numerator.value),
                "denominator": text_of(denominator.value),
                "computed": f"{computed:.2f}%",
                "points": f"{above:g}",
            },
        )


def _printed_percent(raw: str) -> list[tuple[float, int]]:
    """Readings of a printed percentage, each with its decimals; none when it is no number."""
    words = plain(raw)
    found = re.fullmatch(r"(-?\d+(?:\.(\d+))?)(%?)", words)
    if not found:
        return []
    value, places = float(Decimal(found[1])), len(found[2] or "")
    readings = [(value, places)]
    if not found[3]:
        readings.append((value * 100, max(places - 2, 0)))
    return readings


@rule("C9")
def dates_within_the_period(form: Form, context: Context, received_on: dt.date | None = None) -> Iterator[Finding]:
    """A form is filled in during or after its month, and not for a month that has not begun."""

    def say(fact: str) -> Finding:
        return Finding(rule="C9", sheet=form.sheet, words={"fact": fact})

    if form.filled_on and form.filled_on < form.month:
        yield say(f"填报日期 {form.filled_on.isoformat()} 早于数据期{month_zh(form.month)}")
    if received_on and form.month > received_on.replace(day=1):
        yield say(f"数据期{month_zh(form.month)}还没有到（收到日期 {received_on.isoformat()}）")
    if form.pay_month and form.pay_month < form.month:
        yield say(f"发放月份{month_zh(form.pay_month)}早于数据期{month_zh(form.month)}")


@rule("S8")
def village_homes_need_villages(form: Form, context: Context) -> Iterator[Finding]:
    """工业园区 has no village: a village home there is a slip or another name for something else."""
    counted = context.about("S8", "counted")
    value = form.value(counted)
    if form.unit.has_villages is False and value:
        key = (form.unit.area_id, counted, "total")
        yield form.finding("S8", key, {"unit": form.unit.name_zh, "reported": text_of(value)}, reported=value)
