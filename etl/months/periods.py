"""Months as people write them: 2025年7月, 2025.7, 1—7月, an Excel serial; three different months stand on one form.

The month the data describe, the month in the title and the month of payment are read one by one; which of them is the
data month is declared by the layout, never guessed.
"""

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass

from warehouse.errors import FormError

EARLIEST_YEAR = 2010
LATEST_YEAR = 2049
_ZH_DIGITS = str.maketrans("〇零一二三四五六七八九", "00123456789")
_ZH_MONTHS = {"十二": "12", "十一": "11", "十": "10", "正": "1"}
_DASH = r"[-—–~～至到]"
_YEAR = r"(?P<year>\d{4}|\d{2}(?=年))"
_SPAN = re.compile(rf"{_YEAR}[年./-]?(?P<first>\d{{1,2}})月?{_DASH}(?P<month>\d{{1,2}})月")
_MONTH = re.compile(rf"{_YEAR}\s*(?:年|[./-])\s*(?P<month>\d{{1,2}})(?!\d)(?:月|[./-]\d{{1,2}}(?!\d)日?|$|(?=[^\d]))")
_COMPACT = re.compile(r"(?<!\d)(?P<year>20\d{2})(?P<month>0[1-9]|1[0-2])(?:[0-3]\d)?(?!\d)")
_HALF = {"上半年": (1, 6), "一季度": (1, 3), "第一季度": (1, 3), "前三季度": (1, 9), "全年": (1, 12)}
_DAY = re.compile(r"(?P<year>\d{4})\s*(?:年|[./-])\s*(?P<month>\d{1,2})\s*(?:月|[./-])\s*(?P<day>\d{1,2})(?:日|号|\b)?")


class PeriodError(ValueError):
    """A wording that names no month, or not one month. The message says what is wrong and what to write."""


@dataclass(frozen=True)
class Period:
    """A month, and whether the wording counts from January (1—7月). `from_date` is so when a whole date was written."""

    month: dt.date
    is_ytd: bool
    text: str


def parse_period(text: str, *, kind: str = "text", date_1904: bool = False) -> Period:
    """The month a cell or a title names.

    Args:
        kind: kind of the cell; a number is an Excel serial of a date.
        date_1904: whether serials of this workbook count from 1904.

    Raises:
        PeriodError: no year, no month, several months, 截至目前, or a year out of reason.
    """
    plain = _tidy(text)
    if kind == "number" or re.fullmatch(r"\d{5}(\.\d+)?", plain):
        return _month_of(serial_date(plain, date_1904=date_1904), text)
    if re.search("截至目前|截止目前|至今|目前为止", plain):
        raise PeriodError(f"“{text}”没有写明截至哪个月，请写成“2025年7月”这样的月份")
    for word, (_, last) in _HALF.items():
        if (found := re.search(rf"{_YEAR}年?{word}", plain)) is not None:
            return _period(found["year"], str(last), text, is_ytd=True)
    if found := _SPAN.search(plain):
        first, last = int(found["first"]), int(found["month"])
        if first != 1 or last < first:
            raise PeriodError(f"“{text}”不是一个月，也不是从1月起的累计，请写成“2025年7月”或“2025年1—7月”")
        return _period(found["year"], found["month"], text, is_ytd=True)
    months = {(found["year"], found["month"].lstrip("0")) for found in _MONTH.finditer(plain)}
    if not months and (compact := _COMPACT.search(plain)):
        months = {(compact["year"], compact["month"])}
    if len(months) > 1:
        raise PeriodError(f"“{text}”写了几个月，分不清是哪个月，请只写一个月")
    if not months:
        without_year = re.search(r"(?<!\d)\d{1,2}月", plain)
        what = "没有写年份" if without_year else "认不出是哪年哪月"
        raise PeriodError(f"“{text}”{what}，请写成“2025年7月”这样的月份")
    year, month = months.pop()
    return _period(year, month, text, is_ytd=False)


def parse_day(text: str, *, kind: str = "text", date_1904: bool = False) -> dt.date | None:
    """A date such as 2025年8月3日, 2025-08-03 or a serial; None when the wording is no whole date."""
    plain = _tidy(text)
    try:
        if re.fullmatch(r"\d{5}(\.\d+)?", plain):
            return serial_date(plain, date_1904=date_1904)
        if found := _DAY.search(plain):
            return dt.date(int(found["year"]), int(found["month"]), int(found["day"]))
        if found := re.fullmatch(r"(20\d{2})(\d{2})(\d{2})", plain):
            return dt.date(int(found[1]), int(found[2]), int(found[3]))
    except (ValueError, PeriodError):
        return None
    return None


def serial_date(text: str, *, date_1904: bool) -> dt.date:
    """The date of an Excel serial.

    Raises:
        PeriodError: it is no serial of a date of our time.
    """
    number = int(float(text))
    start = dt.date(1904, 1, 1) if date_1904 else dt.date(1899, 12, 30)
    if not 30_000 <= number <= 60_000:
        raise PeriodError(f"“{text}”是一个数，不是日期，请写成“2025年7月”这样的月份")
    return start + dt.timedelta(days=number)


def month_zh(month: dt.date) -> str:
    """The month as people read it: 2025年7月."""
    return f"{month.year}年{month.month}月"


def month_named(text: str) -> dt.date:
    """The first day of the one month that people named: 2026-11, 2026年11月.

    Raises:
        FormError: the text is no month, or counts from January.
    """
    try:
        period = parse_period(text)
    except PeriodError as error:
        raise FormError(f"月份{error}") from error
    if period.is_ytd:
        raise FormError(f"月份“{text}”是累计期间，请只写一个月，如 2026-11")
    return period.month


def _tidy(text: str) -> str:
    plain = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))
    if re.search("[〇零一二三四五六七八九十正]+(?:年|月)", plain):
        for word, digits in _ZH_MONTHS.items():
            plain = re.sub(rf"{word}(?=月)", digits, plain)
        plain = re.sub(r"[〇零一二三四五六七八九]+(?=[年月])", lambda found: found[0].translate(_ZH_DIGITS), plain)
    return plain


def _month_of(date: dt.date, text: str) -> Period:
    return _period(str(date.year), str(date.month), text, is_ytd=False)


def _period(year: str, month: str, text: str, *, is_ytd: bool) -> Period:
    number = int(year) + (2000 if len(year) == 2 else 0)
    if not EARLIEST_YEAR <= number <= LATEST_YEAR:
        raise PeriodError(f"“{text}”的年份{number}不合理，请核对")
    if not 1 <= int(month) <= 12:
        raise PeriodError(f"“{text}”的月份{int(month)}不合理，请核对")
    return Period(dt.date(number, int(month), 1), is_ytd, text)
