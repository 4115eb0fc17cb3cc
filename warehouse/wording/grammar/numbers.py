"""How a number is printed: unit, decimals, marks, rounding. Rounding happens here, once, half-up on decimals."""

from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal, localcontext
from functools import cache, lru_cache

from babel import Locale
from babel.numbers import format_decimal

Number = float | int | Decimal

LOCALE = "zh_CN"
TEN_THOUSAND = Decimal(10_000)
HUNDRED_MILLION = Decimal(100_000_000)
DECIMALS_OF_WAN = 1
DECIMALS_OF_YI = 2
PERCENT_DECIMALS = 1
MOST_PERCENT_DECIMALS = 4

# Missing, not applicable, suppressed and zero are four things. The same marks stand in `status_code` of meta.code,
# where readers of a release find them; a test holds both together.
MARKS = {
    "missing": "缺",
    "not_applicable": "—",
    "suppressed": "*",
    "returned": "退回",
    "withheld": "待说明",
}
REPORTED = "reported"


def decimal_of(value: Number) -> Decimal:
    """The number as a decimal, by its shortest written form: 0.1 stays 0.1."""
    return value if isinstance(value, Decimal) else Decimal(str(value))


def rounded(value: Number, decimals: int, rounding: str = ROUND_HALF_UP) -> Decimal:
    """`value` at `decimals` places, half-up unless told to round outward."""
    return decimal_of(value).quantize(Decimal(1).scaleb(-decimals), rounding=rounding)


@cache
def _locale() -> Locale:
    # By name, every number would look the locale up among all there are, which takes longer than to print it.
    return Locale.parse(LOCALE)


@lru_cache(maxsize=50_000)
def plain(value: Number, decimals: int = 0, rounding: str = ROUND_HALF_UP) -> str:
    """The digits alone, with thousands separators from 10,000 on: "2016", "666,648", "55.97"."""
    number = rounded(value, decimals, rounding)
    grouping = "#,##0" if abs(number) >= TEN_THOUSAND else "0"
    fraction = f".{'0' * decimals}" if decimals else ""
    with localcontext() as context:
        context.rounding = rounding
        text = format_decimal(number, f"{grouping}{fraction}", locale=_locale())
    return text.removeprefix("-") if number == 0 else text


def blank_zh(blank: Number) -> str:
    """How many places have none: at least so many, since two homes may stand in one place."""
    return f"至少{plain(blank)}个" if blank else "0个"


def compact(value: Number, decimals: int = 0, rounding: str = ROUND_HALF_UP) -> str:
    """The digits with 万 (one decimal) or 亿 (two) where the number is that large: "66.7万", "2.25亿", "2016".

    The step is chosen after rounding, so 99,999,999 is 1.00亿 and not 10000.0万.
    """
    number = decimal_of(value)
    if abs(rounded(number / TEN_THOUSAND, DECIMALS_OF_WAN, rounding)) >= TEN_THOUSAND:
        return f"{plain(number / HUNDRED_MILLION, DECIMALS_OF_YI, rounding)}亿"
    if abs(rounded(number, decimals, rounding)) >= TEN_THOUSAND:
        return f"{plain(number / TEN_THOUSAND, DECIMALS_OF_WAN, rounding)}万"
    return plain(number, decimals, rounding)


def mark(status_code: str) -> str:
    """The sign that stands where a number cannot: 缺, — or *.

    Raises:
        KeyError: a status outside `status_code` of meta.code.
    """
    return MARKS[status_code]


def show_value(
    value: Number | None,
    unit_zh: str,
    *,
    decimals: int = 0,
    status_code: str = REPORTED,
    as_written: str | None = None,
    thresholds: tuple[Number, ...] = (1,),
    rounding: str = ROUND_HALF_UP,
) -> str:
    """One value as a page prints it, unit included: "66.7万人", "2016个", "70.2%", "缺".

    Args:
        value: in the unit stored; a share is a fraction. None prints the mark of its status.
        unit_zh: 人, 个, 张, 元, % …
        as_written: the wording of a document; printed untouched, hedge and all, in place of our own.
        thresholds: of a share: the marks it must not be rounded across (100 %, a target).
        rounding: half-up; of a bound outward, which no threshold holds back.
    """
    if as_written:
        return as_written
    if status_code != REPORTED:
        return mark(status_code)
    if value is None:
        return mark("missing")
    if unit_zh == "%" and rounding != ROUND_HALF_UP:
        return f"{plain(decimal_of(value) * 100, max(decimals, PERCENT_DECIMALS), rounding)}%"
    if unit_zh == "%":
        return percent(value, decimals=max(decimals, PERCENT_DECIMALS), thresholds=thresholds)
    return f"{compact(value, decimals, rounding)}{unit_zh}"


def show_at_least(low: Number, unit_zh: str, *, decimals: int = 0) -> str:
    """A lower bound as a page prints it, rounded outward (down): 104.9 is "104人"."""
    return show_value(low, unit_zh, decimals=decimals, rounding=ROUND_FLOOR)


def show_at_most(high: Number, unit_zh: str, *, decimals: int = 0) -> str:
    """An upper bound as a page prints it, rounded outward (up): 105.1 is "106人"."""
    return show_value(high, unit_zh, decimals=decimals, rounding=ROUND_CEILING)


def show_between(low: Number, high: Number, unit_zh: str, *, decimals: int = 0) -> str:
    """Two bounds, each rounded outward: "104—106人"; a scale (万, %) stands at both."""
    ends = show_at_least(low, unit_zh, decimals=decimals), show_at_most(high, unit_zh, decimals=decimals)
    return f"{ends[0].removesuffix('' if unit_zh == '%' else unit_zh)}—{ends[1]}"


def full_value(value: Number | None, unit_zh: str, *, decimals: int = 0, status_code: str = REPORTED) -> str:
    """One value without 万 and 亿, for a hover text or a table of record: "666,648人"."""
    if status_code != REPORTED:
        return mark(status_code)
    if value is None:
        return mark("missing")
    if unit_zh == "%":
        return percent(value, decimals=2)
    return f"{plain(value, decimals)}{unit_zh}"


def percent(rate: Number, decimals: int = PERCENT_DECIMALS, thresholds: tuple[Number, ...] = (1,)) -> str:
    """A fraction as a percentage: "70.2%".

    One decimal, and more where the rate lies closer to a threshold than the last printed digit can tell:
    1.0006 is "100.06%", because "100.1%" overstates and "100%" would hide that it lies above. Whatever the thresholds, what
    is not nothing is not printed as nothing, nor a part as the whole.
    """
    hundredfold = decimal_of(rate) * 100
    places = telling_decimals(hundredfold, decimals)
    if decimal_of(rate) < 1 and 1 not in thresholds:
        places = max(places, telling_decimals(100 - hundredfold, decimals))
    for threshold in thresholds:
        distance = abs(hundredfold - decimal_of(threshold) * 100)
        while distance and distance < Decimal(1).scaleb(-places) and places < MOST_PERCENT_DECIMALS:
            places += 1
    rounding = ROUND_HALF_UP
    whole = (1,) if decimal_of(rate) < 1 else ()
    for goal in (decimal_of(threshold) * 100 for threshold in (*thresholds, *whole)):
        if hundredfold != goal and plain(hundredfold, places) == plain(goal, places):
            # Nearer than these decimals tell: away from it, since one fen short is not 100 %.
            rounding = ROUND_FLOOR if hundredfold < goal else ROUND_CEILING
    return f"{plain(hundredfold, places, rounding)}%"


def points(difference: Number, decimals: int = PERCENT_DECIMALS) -> str:
    """The difference of two rates in percentage points, without sign: "3.2个百分点".

    The direction is a word of the sentence (高于, 滞后); a difference too small for one decimal gets more.
    """
    hundredfold = abs(decimal_of(difference) * 100)
    return f"{plain(hundredfold, telling_decimals(hundredfold, decimals))}个百分点"


def telling_decimals(value: Number, decimals: int = PERCENT_DECIMALS) -> int:
    """So many decimals that what is not nothing does not print as 0."""
    places = decimals
    while value and not rounded(value, places) and places < max(decimals + 1, MOST_PERCENT_DECIMALS):
        places += 1
    return places


def percent_at_least(low: Number, decimals: int = PERCENT_DECIMALS) -> str:
    """A lower bound, rounded outward (down): 0.04869 is "4.8%"."""
    return f"{plain(decimal_of(low) * 100, decimals, ROUND_FLOOR)}%"


def percent_at_most(high: Number, decimals: int = PERCENT_DECIMALS) -> str:
    """An upper bound, rounded outward (up): 0.1024 is "10.3%"."""
    return f"{plain(decimal_of(high) * 100, decimals, ROUND_CEILING)}%"


def percent_range(low: Number | None, high: Number | None, decimals: int = PERCENT_DECIMALS) -> str:
    """Computed bounds in words, rounded outward: "不低于4.8%", "不高于10.3%", "99.9%—100.2%".

    Raises:
        ValueError: neither bound is known.
    """
    if low is not None and high is not None:
        return f"{percent_at_least(low, decimals)}—{percent_at_most(high, decimals)}"
    if low is not None:
        return f"不低于{percent_at_least(low, decimals)}"
    if high is not None:
        return f"不高于{percent_at_most(high, decimals)}"
    raise ValueError("没有上界也没有下界，不能写成区间；请改写为“无从推算”。")


def growth(rate: Number) -> str:
    """A relative change in words: 0.366 is "增长36.6%", 1.5 "增长1.5倍", 1 "翻一番", -0.042 "下降4.2%", 0 "持平".

    倍 is used from one fold of increase on; a fall is never told in 倍; what is too small for one decimal gets more. Whether a base is large enough for a rate is
    the mart's to say (`smallest_percent_base`): where it is not, there is no rate.
    """
    rate = decimal_of(rate)
    if not rate:
        return "持平"
    if rate < 0:
        return f"下降{percent(-rate, telling_decimals(rate * 100), thresholds=())}"
    if rounded(rate * 100, PERCENT_DECIMALS) == 100:
        return "翻一番"
    if rate > 1:
        return f"增长{plain(rate, 1)}倍"
    return f"增长{percent(rate, telling_decimals(rate * 100))}"


def rank_text(
    rank: int | None, ranked_count: int, excluded: dict[str, int] | None = None, *, tied_count: int = 1
) -> str:
    """A rank with everyone it leaves out: "第3位（共8个参排，1个未报）", "并列第2—3位（共5个参排）"; "不排名" where there is none.

    Whoever stands alone is neither first nor last, and neither is one of a single place: "不分先后（共6个参排）".

    Args:
        excluded: how many stand outside the rank, by the word for why ({"未报": 1}).
        tied_count: how many share the rank, the one itself among them.
    """
    if rank is None:
        return "不排名"
    left_out = "".join(f"，{count}个{why}" for why, count in (excluded or {}).items() if count)
    if ranked_count == 1:
        return f"不分先后（只有1个参排{left_out}）"
    if tied_count == ranked_count:
        return f"不分先后（共{ranked_count}个参排{left_out}）"
    return f"{place_text(rank, tied_count)}（共{ranked_count}个参排{left_out}）"


def place_text(rank: int, tied_count: int = 1) -> str:
    """ "第3位"; of a shared place all it takes, because its last may lie well behind its first: "并列第2—3位"."""
    return f"{'并列' if tied_count > 1 else ''}第{place_span(rank, tied_count)}位"


def place_span(rank: int, tied_count: int = 1) -> str:
    """The places alone, as a column of them says it: "3", "2—3"."""
    return f"{rank}" if tied_count == 1 else f"{rank}—{rank + tied_count - 1}"
