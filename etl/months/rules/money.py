"""Rules on amounts and magnitudes: what a person gets, what the standard makes of it, where a 万 went missing."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from statistics import median

from etl.months.findings import Finding
from etl.months.model import Context, Form, History, Key, last_reported, text_of
from etl.months.periods import month_zh
from etl.months.rules.registry import rule

MOST_ROWS_SAID = 5
LEAST_MIXED_UP, MIXED_UP_SHARE = 12, 0.8
TIERS = ("age_80_89", "age_90_99", "age_100_plus")


@rule("E1")
def lost_ten_thousand(form: Form, context: Context, history: History) -> Iterator[Finding]:
    """An amount a head outside 40–400 元, or a figure ten thousand times last month's: a 万 too many or too few."""
    limits = context.rules["E1"].limits
    if wrong_unit := _unit_mixed_up(form, context):
        yield wrong_unit
    else:
        yield from per_head(form, context)
    for key, figure in form.figures.items():
        if key[0] != form.unit.area_id or not figure.value:
            continue
        old = last_reported(history, form.month, key)
        if old is None or not old[1]:
            continue
        month, value = old
        ratio = max(figure.value / value, value / figure.value)
        if limits["scale_low"] <= ratio <= limits["scale_high"] and max(figure.value, value) >= limits["least_value"]:
            fact = (
                f"“{context.label(*key[1:])}”{month_zh(month)} {text_of(value)}，本月 {text_of(figure.value)}，"
                "相差约一万倍，疑丢或多一个“万”"
            )
            yield form.finding("E1", key, {"fact": fact}, reported=figure.value, computed=value)


def _unit_mixed_up(form: Form, context: Context) -> Finding | None:
    """Yuan under a header of 万元, or the reverse: nearly every amount a head is off by ten thousand. One finding."""
    low, high = context.limit("E1", "per_head_low"), context.limit("E1", "per_head_high")
    off: dict[float, list[Key]] = {10_000.0: [], 0.0001: []}
    money = context.rules["E1"].about
    judged = 0
    for key, figure in form.figures.items():
        people = form.value(money["people"], key[2], key[0]) if key[1] == money["paid"] else None
        if not people or not figure.value:
            continue
        judged += 1
        for factor, keys in off.items():
            if low <= amount_per_head(figure.value, people) / factor <= high:
                keys.append(key)
    factor, keys = max(off.items(), key=lambda one: len(one[1]))
    if judged < LEAST_MIXED_UP or len(keys) < MIXED_UP_SHARE * judged:
        return None
    written, meant = ("万元", "元") if factor > 1 else ("元", "万元")
    fact = (
        f"金额栏按{written}计，{len(keys)}格实发金额却像是以{meant}填的（人均相差一万倍，疑丢或多一个“万”），整表的金额都要核对；"
        "由此引起的金额勾稽不再逐格列出"
    )
    return replace(form.finding("E1", keys[0], {"fact": fact}), also=tuple(keys[1:]))


def per_head(form: Form, context: Context) -> Iterator[Finding]:
    """The amount a head of each row and tier, arrears and recoveries taken out; the first few rows that fail."""
    low, high = context.limit("E1", "per_head_low"), context.limit("E1", "per_head_high")
    money, said = context.rules["E1"].about, 0
    for key, figure in form.figures.items():
        area, indicator, breakdown = key
        if indicator != money["paid"] or figure.value is None or said >= MOST_ROWS_SAID:
            continue
        people = form.value(money["people"], breakdown, area)
        # Of a handful of people, one payment of arrears more or less moves the amount a head out of any range.
        if not people or (area != form.unit.area_id and people < 10):
            continue
        added = form.value(money["arrears"], breakdown, area) or 0
        taken = form.value(money["recovered"], breakdown, area) or 0
        each = amount_per_head(figure.value - added + taken, people)
        if low <= each <= high:
            continue
        said += 1
        name = context.book.townships.get(form.unit.area_id, {}).get(area, "")
        part = "" if breakdown == "total" else context.label(indicator, breakdown).rpartition("（")[2].rstrip("）")
        fact = (
            f"{name}{part}高龄津贴 {text_of(figure.value)} 元、在享 {text_of(people)} 人，"
            f"人均 {text_of(round(each, 2))} 元，不在 {low:g}—{high:g} 元之内，疑丢或多一个“万”，或元与万元混用"
        )
        yield form.finding("E1", key, {"fact": fact}, reported=each)


def amount_per_head(amount: float, people: float) -> float:
    """Yuan a person, or a person-time: 2.25亿元 over 402万人次 is 55.97."""
    return amount / people


@rule("C8")
def amount_from_standard(form: Form, context: Context) -> Iterator[Finding]:
    """Paid = people × standard + arrears − recovered, for each township and tier, where the city has a standard."""
    paid = context.about("C8", "paid")
    areas = {area for area, indicator, _ in form.figures if indicator == paid}
    for area in sorted(areas):
        for tier in TIERS:
            if finding := _tier_amount(form, context, area, tier):
                yield finding


def _tier_amount(form: Form, context: Context, area: str, tier: str) -> Finding | None:
    money = context.rules["C8"].about
    standard = standard_of(context, form.unit.city_id, tier, form.month)
    paid = form.figure(money["paid"], tier, area)
    people = form.value(money["people"], tier, area)
    if standard is None or paid is None or paid.value is None or people is None:
        return None
    arrears, recovered = (form.figure(money[part], tier, area) for part in ("arrears", "recovered"))
    if any(part is not None and part.status in ("missing", "suppressed") for part in (arrears, recovered)):
        return None
    added = (arrears.value or 0) if arrears else 0.0
    taken = (recovered.value or 0) if recovered else 0.0
    expected = people * standard + added - taken
    slack = paid.slack + sum(part.slack for part in (arrears, recovered) if part)
    if abs(expected - paid.value) <= slack + 1e-6:
        return None
    key: Key = (area, money["paid"], tier)
    name = context.book.townships.get(form.unit.area_id, {}).get(area, form.unit.name_zh)
    words = {
        "where": f"{name}{context.label(money['people'], tier).rpartition('（')[2].rstrip('）')}",
        "people": text_of(people),
        "standard": f"{standard:g}",
        "arrears": text_of(added),
        "recovered": text_of(taken),
        "reported": text_of(paid.value),
        "computed": text_of(expected),
    }
    return form.finding("C8", key, words, reported=paid.value, computed=expected)


@rule("C11")
def persons_and_their_amount(form: Form, context: Context) -> Iterator[Finding]:
    """Arrears and recoveries: nobody, and no amount; somebody, and some. One finding for all rows where it is not so."""
    for persons, yuan in context.about("C11", "amounts").items():
        odd = []
        for key, figure in form.figures.items():
            amount = form.value(yuan, key[2], key[0]) if key[1] == persons else None
            if figure.value is not None and amount is not None and (figure.value == 0) != (amount == 0):
                odd.append((key, figure.value, amount))
        if odd:
            key, count, amount = odd[0]
            words = {
                "where": f"{_row_zh(form, context, key)}等{len(odd)}处"
                if len(odd) > 1
                else _row_zh(form, context, key),
                "label": context.label(persons),
                "other": context.label(yuan),
                "reported": text_of(count),
                "computed": text_of(amount),
            }
            others = [(one[0], code, one[2]) for one, *_ in odd for code in (persons, yuan)]
            found = form.finding("C11", key, words, reported=count, computed=amount)
            yield replace(found, also=tuple(other for other in others if other != key))


def _row_zh(form: Form, context: Context, key: Key) -> str:
    """Township and tier of a figure."""
    name = context.book.townships.get(form.unit.area_id, {}).get(key[0], form.unit.name_zh)
    return f"{name}{context.label(*key[1:]).rpartition('（')[2].rstrip('）')}" if key[2] != "total" else name


@rule("S14")
def unlike_its_neighbours(form: Form, context: Context, history: History) -> Iterator[Finding]:
    """Where no standard is on file, what a person of a tier gets is the same in nearly every township; the others are held."""
    money, limits = context.rules["S14"].about, context.rules["S14"].limits
    for tier in TIERS:
        if standard_of(context, form.unit.city_id, tier, form.month) is not None:
            continue
        rates: dict[Key, float] = {}
        slack: dict[Key, float] = {}
        for key, figure in form.figures.items():
            if key[1] != money["paid"] or key[2] != tier or figure.value is None:
                continue
            people = form.value(money["people"], tier, key[0])
            extra = [form.figure(money[part], tier, key[0]) for part in ("arrears", "recovered")]
            added, taken = ((one.value or 0) if one else 0.0 for one in extra)
            if people:
                rates[key] = amount_per_head(figure.value - added + taken, people)
                slack[key] = (figure.slack + sum(one.slack for one in extra if one)) / people
        if len(rates) < limits["fewest_rows"]:
            continue
        middle = median(rates.values())
        odd = [key for key, rate in rates.items() if abs(rate - middle) > limits["share"] * middle + slack[key]]
        if not odd or len(odd) > (1 - limits["agreeing"]) * len(rates):
            continue
        shown = "、".join(f"{_row_zh(form, context, key)}{text_of(round(rates[key], 2))}元" for key in odd[:3])
        words = {
            "count": str(len(odd)),
            "places": shown + ("等" if len(odd) > 3 else ""),
            "computed": text_of(round(middle, 2)),
        }
        found = form.finding("S14", odd[0], words, reported=rates[odd[0]], computed=middle)
        yield replace(found, also=tuple(odd[1:]))


def standard_of(context: Context, city_id: str, tier: str, month: dt.date) -> float | None:
    """Yuan a month of a tier in that month by the city's own document; None when no standard is known."""
    for standard in context.catalog.allowance_standards.values():
        starts, ends = standard.valid_from_on, standard.valid_to_on
        if (
            standard.area_id == city_id
            and standard.age_tier_code == tier
            and starts <= month
            and (ends is None or month <= ends)
        ):
            return standard.yuan_per_month
    return None


@rule("S1")
def more_recipients_than_old(form: Form, context: Context) -> Iterator[Finding]:
    """Recipients are registered residents of 80 and over; where only residents are counted, some excess is honest."""
    counted = context.about("S1", "counted")
    people = form.value(counted)
    for base, word in (("registered", "户籍"), ("resident", "常住")):
        known = context.populations.get((form.unit.area_id, base, "80_plus"))
        if known is None or people is None:
            continue
        if people > known[0] * context.limit("S1", base):
            key = (form.unit.area_id, counted, "total")
            words = {
                "reported": text_of(people),
                "computed": text_of(known[0]),
                "base": f"{known[1]}年{word}",
                "rate": f"{people / known[0] * 100:.1f}%",
            }
            yield form.finding("S1", key, words, reported=people, computed=known[0])
        return
