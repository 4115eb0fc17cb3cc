"""What the texts of a column mean: months, spans of months, money, tiers, outcomes."""

import re
import unicodedata
from calendar import monthrange
from collections.abc import Callable, Mapping
from datetime import date

import polars as pl

from etl.months.read.labels import plain
from etl.payouts.layouts import Layout, words
from etl.payouts.notes import Notes
from warehouse.payouts import declared

MOST_AHEAD, MOST_BACK = 2, 30
"""Years; a clock may be wrong by some, and payments invented for a demonstration are of months to come."""
_MONTH = re.compile(r"((?:19|20)\d\d)\s*[-./年]?\s*(1[0-2]|0?[1-9])(?!\d)")
_COMPACT = re.compile(r"^((?:19|20)\d\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])?$")
_MORE_MONTHS = re.compile(r"[至到~、]|\d\s*月|(?<!\d)(?:19|20)\d\d")
_DAY = re.compile(r"^[-./月]\s*(\d{1,2})(?!\d)")
_TITLE_MONTH = re.compile(r"((?:19|20)\d\d)年(1[0-2]|0?[1-9])月")
_AND_MORE = re.compile(r"\s*[至到、~、～—–-]+\s*(?:(?:19|20)\d\d年)?(?:1[0-2]|0?[1-9])月")
_UNTIL = re.compile(r"[至到~-]\s*(1[0-2]|0?[1-9])\s*月?$")

_POINT = r"(?:19|20)\d\d\s*[-./年]?\s*(?:1[0-2]|0?[1-9])(?!\d)(?:\s*月份?\s*(?:\d{1,2}\s*[日号])?|[./]\d{1,2}日?|-\d{2})?(?![\d月])"
_POINT_IN_DIGITS = r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:[0-3]\d)?(?!\d)"
_ONE_POINT = rf"(?:{_POINT_IN_DIGITS}|{_POINT})"
_WHOLE_SPAN = re.compile(
    rf"[自从]?\s*{_ONE_POINT}\s*起?(?:\s*(?:[至到~-]+\s*{_ONE_POINT}|(?:[至到~]|(?<=[月份])-)+\s*(?:1[0-2]|0?[1-9])\s*月?份?"
    r"|-+\s*(?:1[0-2]|0?[1-9])\s*月份?)\s*(?:底|末|止)*)?"
)
"""A month, or a first and a last one: 2025年1月、3月 and 2025年1月起3个月 are none of these."""

_AMOUNT = r"^-?[0-9]{1,9}(\.[0-9]+)?$"
_WRITTEN = r"^-?\s*¥?\s*([0-9]{1,9}|[0-9]{1,3}(,[0-9]{3})+)(\.[0-9]+)?\s*元?$"
"""An amount with what people write around it, in half width."""
_WIDE = {chr(0xFF10 + number): str(number) for number in range(10)} | {
    "．": ".", "，": ",", "￥": "¥", "－": "-", "−": "-", "–": "-",
}  # fmt: skip
LEAST_YUAN = 0.001
"""So little is what a spreadsheet's arithmetic leaves."""


def mapped(values: pl.Series, meaning: Callable[[str], object], kind: pl.DataType) -> pl.Series:
    """What each text means, asked once a text; null where it means nothing."""
    distinct = values.unique().drop_nulls()
    meanings = pl.Series([meaning(text) for text in distinct.to_list()], dtype=kind)
    return values.replace_strict(distinct, meanings, default=None, return_dtype=kind)


def month_of(text: str) -> date | None:
    """The month a text names (2025-07, 2025年7月, 20250703, 2025/7/3); None when it names none, or several, or a day there is not."""
    tidy = unicodedata.normalize("NFKC", text).strip()
    compact = _COMPACT.match(tidy)
    found = compact or _MONTH.match(tidy)
    if not found or _MORE_MONTHS.search(tidy, found.end()):
        return None
    first = date(int(found[1]), int(found[2]), 1)
    told = compact[3] if compact else (day := _DAY.match(tidy[found.end() :])) and day[1]
    # A day that the month does not have: nobody knows which of the two is wrong.
    return first if not told or 1 <= int(told) <= monthrange(first.year, first.month)[1] else None


def month_in(title: str) -> date | None:
    """The month a title names; None when it names none, or begins with several."""
    tidy = unicodedata.normalize("NFKC", title)
    found = _TITLE_MONTH.search(tidy)
    return date(int(found[1]), int(found[2]), 1) if found and not _AND_MORE.match(tidy, found.end()) else None


def unit_in(title: str, units: Mapping[str, str]) -> str:
    """The unit a title begins with, before its year: 濮阳县2025年7月…; empty when it names none we know."""
    before = _TITLE_MONTH.split(unicodedata.normalize("NFKC", title))[0]
    return units.get(plain(before), "")


def span_of(text: str) -> tuple[date, date] | None:
    """First and last month of a span such as 2025.1-2025.3, 2025年1月至3月, 202501-202503 or 2025-01."""
    tidy = re.sub(r"[—–―−－～〜]+", "~", unicodedata.normalize("NFKC", text)).strip()
    compact = re.findall(r"(?<!\d)((?:19|20)\d\d)(0[1-9]|1[0-2])(?!\d)", tidy)
    found = compact or _MONTH.findall(tidy)
    if not found or not _WHOLE_SPAN.fullmatch(tidy):
        return None
    months = [date(int(year), int(number), 1) for year, number in found]
    if len(months) == 1 and (end := _UNTIL.search(tidy.rstrip("日"))) and ("月" in tidy or "至" in tidy or "~" in tidy):
        last = date(months[0].year, int(end[1]), 1)
        return (months[0], last) if last >= months[0] else None
    return (months[0], months[-1]) if months[-1] >= months[0] else None


def years_from(day: date, years: int) -> date:
    """The first of the day's month so many years on."""
    return date(day.year + years, day.month, 1)


def note_far(months: pl.Series, block: pl.DataFrame, today: date, notes: Notes, fact_zh: str) -> None:
    """Months too far from today to be meant are a problem."""
    far = (months > years_from(today, MOST_AHEAD)) | (months < years_from(today, -MOST_BACK))
    notes.add_problem(fact_zh, block.filter(far.fill_null(value=False))["row"])


def month_column(block: pl.DataFrame, name: str, given: date | None, notes: Notes, missing_zh: str) -> pl.Series:
    """The month each line says, or the one given for the file; what cannot be read, or is missing, is a problem."""
    if name not in block.columns:
        if given is None:
            notes.add_problem(missing_zh, block["row"])
        return pl.repeat(given, block.height, dtype=pl.Date, eager=True)
    found = mapped(block[name], month_of, pl.Date)
    wrong = found.is_null() & block[name].is_not_null()
    notes.add_problem("月份或日期读不懂；请写成 2025-07 或 2025-07-03", block.filter(wrong)["row"])
    bare = block[name].is_null()
    if given is None:
        notes.add_problem(missing_zh, block.filter(bare)["row"])
    else:
        found = found.set(bare, given)
    return found


def money_of(block: pl.DataFrame, name: str, notes: Notes) -> pl.Series:
    """Yuan, null where nothing is written or the column is not there; what is no amount, or several, is a problem."""
    if name not in block.columns:
        return pl.repeat(None, block.height, dtype=pl.Decimal(12, 2), eager=True)
    texts = block[name]
    is_plain = texts.str.contains(_AMOUNT)
    if not (is_plain | texts.is_null()).all():
        tidy = texts.str.replace_many(_WIDE).str.replace_all(r"^\s+|\s+$", "")
        # A comma parts thousands and nothing else: where one stands for a point, 50,00 would be five thousand.
        is_written = tidy.str.contains(_WRITTEN).fill_null(value=False)
        texts = tidy.str.replace_all(r"[\s,¥元]", "").zip_with(is_written, tidy)
        is_plain = texts.str.contains(_AMOUNT)
    wrong = texts.is_not_null() & ~is_plain
    notes.add_problem("金额不是一个数字；请改成数字，没有的留空", block.filter(wrong)["row"])
    texts = texts.set(wrong, None)
    yuan = texts.cast(pl.Decimal(12, 2))
    long = texts.str.contains(r"\.\d{3}").fill_null(value=False)
    if long.any():
        beyond = (texts.filter(long).cast(pl.Float64) - yuan.filter(long).cast(pl.Float64)).abs() >= LEAST_YUAN
        notes.remark("行的金额不止到分，按到分的计", int(beyond.sum()))
    return yuan


def tier_column(block: pl.DataFrame, base: pl.DataFrame, months: pl.Series, notes: Notes) -> pl.Series:
    """The tier a line says; where it says none, the one the month of birth gives, as late after it as tiers begin."""
    delay = declared.parameters()["tier_delay_months"].number
    age = (
        (months.dt.year() * 12 + months.dt.month()).cast(pl.Int32)
        - (base["birth_month"].dt.year() * 12 + base["birth_month"].dt.month()).cast(pl.Int32)
        - delay
    )
    due = pl.select(
        pl.when(age >= 1200)
        .then(pl.lit("age_100_plus"))
        .when(age >= 1080)
        .then(pl.lit("age_90_99"))
        .when(age.is_not_null())
        .then(pl.lit("age_80_89"))
    ).to_series()
    if "tier" not in block.columns:
        return due
    return tiers_of(block["tier"], notes).fill_null(due)


def tiers_of(texts: pl.Series, notes: Notes) -> pl.Series:
    """The code of the tier each text names, null where it names none."""
    found = mapped(texts, tier_of, pl.String)
    notes.remark("行的档次写法不认识，按年龄定", int((found.is_null() & texts.is_not_null()).sum()))
    return found


def tier_of(text: str) -> str | None:
    """The code of the tier a text names; None when it names none."""
    tidy = plain(text)
    if tidy in words()["tiers"]:
        return words()["tiers"][tidy]
    # 100元 is what is paid to those of 90 to 99.
    found = re.search(r"(?<!\d)(8\d|9\d|100)(?!\d|元)", tidy)
    if "百岁" in tidy or (found and found[1] == "100"):
        return "age_100_plus"
    return {"8": "age_80_89", "9": "age_90_99"}.get(found[1][0]) if found else None


def month_or_none(texts: pl.Series, notes: Notes, unread_zh: str) -> pl.Series:
    """The month each text names, null where it names none; what is written and cannot be read is told."""
    found = mapped(texts, month_of, pl.Date)
    nothing = mapped(texts, lambda text: plain(text) in words()["unknown"], pl.Boolean).fill_null(value=True)
    notes.remark(unread_zh, int((found.is_null() & ~nothing).sum()))
    return found


def optional(block: pl.DataFrame, name: str, made: Callable[[pl.Series], pl.Series], kind: pl.DataType) -> pl.Series:
    """What is made of a column, nulls where the file has none."""
    return made(block[name]) if name in block.columns else pl.repeat(None, block.height, dtype=kind, eager=True)


def reason_of(text: str) -> str | None:
    """The code of the reason for a stop a text names, as a whole or within it (因病去世); None where it names none, or two."""
    known, tidy = words()["reasons"], plain(text)
    if tidy in known:
        return known[tidy]
    named = {code for word, code in known.items() if re.search(rf"(?<![未没非无]){re.escape(word)}", tidy)}
    return named.pop() if len(named) == 1 else None


def outcome_of(results: pl.Series, layout: Layout) -> pl.Series:
    """Whether each payment went through; null where the text says neither."""
    succeeded, failed = ({plain(text) for text in layout.values.get(name, ())} for name in ("succeeded", "failed"))

    def meaning(text: str) -> bool | None:
        tidy = plain(text)
        if tidy in failed or "失败" in tidy or "不成功" in tidy:
            return False
        # 未成功, 部分成功 and 成功后退回 are no success, and nobody knows what was paid.
        is_doubtful = re.search("[未没非无]|部分|退|冲|撤", tidy) is not None
        return True if tidy in succeeded or ("成功" in tidy and not is_doubtful) else None

    return mapped(results, meaning, pl.Boolean)


def span_column(
    block: pl.DataFrame, name: str, months: pl.Series, count_name: str, is_asked: pl.Series, notes: Notes
) -> tuple[pl.Series, pl.Series]:
    """First and last month money was paid back for; from the number of months where only that is written.

    Null where nothing is; what is written and cannot be read is a problem in the lines asked for.
    """
    empty = pl.repeat(None, block.height, dtype=pl.Date, eager=True)
    first = last = empty
    if name in block.columns:
        first = mapped(block[name], lambda text: (span_of(text) or (None,))[0], pl.Date)
        last = mapped(block[name], lambda text: (span_of(text) or (None,))[-1], pl.Date)
    if count_name in block.columns:
        counts = block[count_name].str.extract(r"^(\d{1,3})").cast(pl.Int32, strict=False)
        first = first.fill_null(months_before(months, counts))
        last = last.fill_null(months_before(months, counts.clip(upper_bound=1)))
    written = [pl.col(column).is_not_null() for column in (name, count_name) if column in block.columns]
    unread = block.select(pl.any_horizontal(written)).to_series() if written else is_asked.is_null()
    unread &= first.is_null() & is_asked
    notes.add_problem(
        "补发或追缴的起止月读不懂；请写成 2025-01至2025-03", block.filter(unread.fill_null(value=False))["row"]
    )
    return first, last


def months_before(months: pl.Series, counts: pl.Series) -> pl.Series:
    """The first days of so many months before each month."""
    numbers = (months.dt.year().cast(pl.Int32) * 12 + months.dt.month().cast(pl.Int32) - 1 - counts).alias("number")
    return pl.select(pl.date(numbers // 12, numbers % 12 + 1, 1)).to_series()
