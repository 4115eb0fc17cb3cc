"""Months as people write them: 2025年7月, 2025.7, 1—7月, an Excel serial; three different months stand on one form.

A wording is understood whole or not at all: what is left over of it after the reading is a reason to refuse, since
“2026年1-10” read as January is a wrong figure that nobody notices. The month the data describe, the month in the title
and the month of payment are read one by one; which of them is the data month is declared by the layout, never guessed.
"""

import calendar
import datetime as dt
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from warehouse.errors import FormError

EARLIEST_YEAR = 2010
LATEST_YEAR = 2049
_ZH_DIGIT = {
    "〇": 0,
    "零": 0,
    "○": 0,
    "一": 1,
    "二": 2,
    "两": 2,
    "三": 3,
    "四": 4,
    "五": 5,
    "六": 6,
    "七": 7,
    "八": 8,
    "九": 9,
}
_ZH_RUN = re.compile(
    r"[〇零○一二两三四五六七八九十]+(?=[年月日号、,\-季])|(?<=[年月、,\-第前])[〇零○一二两三四五六七八九十]+"
)
_DASHES = re.compile(r"[-‐‑‒–—―−~～至到]+")
_YEAR = r"(?P<year>\d{4})"
_IN_YEAR = r"(?:年度?|[./-])?"
_MONTH = r"(?P<month>\d{1,2})"
_MONTH_WORD = r"(?:月份?度?)"
_END = r"(?:底|末|全月|当月|份)?"
# What a wording of a period is made of; the first sign of a run is a year.
_RUN = re.compile(r"(?<!\d)(?:(?:\d{2}|\d{3,})年|\d{4}(?=[-./年\d]))[\d年月日号./\-、,和及与()度份底末第季上下前半全]*")
_LOOSE_END = re.compile(r"[-./、,和及与(第上下前全]+$")
_MONTH_BESIDE = re.compile(r"\d{1,2}(?:[-、,]\d{1,2})*月|季度|半年")
_SOME_DAY = re.compile(
    r"(?P<year>\d{4})\s*(?:年|[./-])\s*(?P<month>\d{1,2})\s*(?:月|[./-])\s*(?P<day>\d{1,2})(?:日|号|\b)?"
)
# Words that may stand around a period and change nothing about it.
_AROUND = re.compile(
    r"截|自|从|起|止|数据期|数据|统计|所属期?|期间|累计数?|本年|当年|当月|本月|全县|全区|全市|情况|报表|月报|月|报|的|[()\[\]【】:;,.，。、\"“”']"
)
_OPEN_ENDED = re.compile("目前|[^0-9]今|今天|迄今")
_CUMULATIVE = re.compile("累计")


class PeriodError(ValueError):
    """A wording that names no month, or not one month. The message says what is wrong and what to write.

    `year` is known where the wording names a year and nothing else (2026年度).
    """

    def __init__(self, message: str, year: int | None = None) -> None:
        super().__init__(message)
        self.year = year


@dataclass(frozen=True)
class Period:
    """A month, and whether the wording counts from January (1—7月). `from_date` is so when a whole date was written."""

    month: dt.date
    is_ytd: bool
    text: str


@dataclass(frozen=True)
class _Reading:
    """First and last month a run names."""

    year: int
    first: int
    last: int


@lru_cache(maxsize=8192)
def parse_period(text: str, *, kind: str = "text", date_1904: bool = False, inside: bool = True) -> Period:
    """The month a cell or a title names.

    Args:
        kind: kind of the cell; a number is an Excel serial of a date.
        date_1904: whether serials of this workbook count from 1904.
        inside: whether other words may stand around it, as in a title; an entry of its own holds nothing else.

    Raises:
        PeriodError: no year, no month, several months, 截至目前, a year out of reason, or words left over.
    """
    plain = _tidy(text)
    if kind == "number" or re.fullmatch(r"\d{5}(\.\d+)?", plain):
        if re.fullmatch(r"20\d{2}(0[1-9]|1[0-2])", plain):
            return _one(_Reading(int(plain[:4]), int(plain[4:]), int(plain[4:])), text)
        return _month_of(serial_date(plain, date_1904=date_1904), text)
    _refuse_odd(plain, text)
    if kind == "date":
        _refuse_retyped(plain, text)
    runs = [_LOOSE_END.sub("", found[0]) for found in _RUN.finditer(plain)]
    runs = [run for run in runs if not re.fullmatch(r"\d{4}", run)]
    if not runs:
        raise PeriodError(f"“{text}”{_what_is_missing(plain)}，请写成“2025年7月”这样的月份")
    readings = {_read_run(run, text) for run in runs}
    if len(readings) > 1:
        raise PeriodError(f"“{text}”写了几个月，分不清是哪个月，请只写一个月")
    reading = readings.pop()
    rest = plain
    for run in runs:
        rest = rest.replace(run, " ", 1)
    period = _one(reading, text)
    _refuse_left_over(rest, period, text, inside=inside)
    if not period.is_ytd and _CUMULATIVE.search(rest) and not inside:
        return Period(period.month, period.month.month > 1, text)
    return period


def _refuse_odd(plain: str, text: str) -> None:
    if _OPEN_ENDED.search(plain):
        raise PeriodError(f"“{text}”没有写明截至哪个月，请写成“2025年7月”这样的月份")
    if found := re.search(
        r"(?<=[\d年])[OoΟО](?=[\d年月])|(?<=\d)[OoΟО]|[OoΟО](?=\d)|(?<=[\d年])[Il](?=[\d月])|(?<=年)[OoΟОIl]+(?=月)",
        plain,
    ):
        digit = "1" if found[0] in "Il" else "0"
        raise PeriodError(f"“{text}”里的“{found[0]}”是字母，疑为数字{digit}，请改写为“2025年7月”这样的月份")
    if found := re.search(r"民国(\d{1,3})年", plain):
        year = int(found[1]) + 1911
        raise PeriodError(f"“{text}”是民国纪年（公元{year}年），请写公元年份，如“{year}年7月”")


def _refuse_retyped(plain: str, text: str) -> None:
    """1-10 typed into a cell becomes the tenth of January: a spreadsheet's own date, and nobody's."""
    found = re.fullmatch(r"(\d{4})-(\d{2})-(\d{2})(?:\d\d:\d\d:\d\d)?", plain)
    if not found:
        return
    year, month, day = (int(part) for part in found.groups())
    if month < day <= 12 and day != calendar.monthrange(year, month)[1]:
        raise PeriodError(
            f"“{text}”是日期，也可能是“{month}—{day}月”被表格软件改成的日期，"
            f"请写成“{year}年{month}月”或“{year}年1—{day}月”"
        )


def _what_is_missing(plain: str) -> str:
    has_month = re.search(r"(?<!\d)\d{1,2}月|季度|半年|\d{1,2}-\d{1,2}月?", plain)
    return "没有写年份" if has_month else "认不出是哪年哪月"


def _refuse_left_over(rest: str, period: Period, text: str, *, inside: bool) -> None:
    """A second month, a season or any strange word beside the period says that it was not understood."""
    if not inside:
        rest = _AROUND.sub("", rest).strip()
        if rest:
            raise PeriodError(f"“{text}”里的“{rest[:12]}”没有读懂，请只写“2025年7月”或“2025年1—7月”这样的月份")
        return
    for found in _MONTH_BESIDE.finditer(rest):
        last = re.search(r"(\d{1,2})月$", found[0])
        if last is None or int(last[1]) != period.month.month or "、" in found[0] or "," in found[0]:
            raise PeriodError(f"“{text}”里还有“{found[0]}”，分不清是哪个月，请只写一个月")


def _read_run(run: str, text: str) -> _Reading:
    """What a run of signs that begins with a year says, the whole of it."""
    body = re.sub(r"[()]", "", run)
    body = re.sub(r"^(\d{2})(?=年)", r"20\1", body)
    for pattern, read in _GRAMMAR:
        if found := pattern.fullmatch(body):
            return read(found, text)
    raise PeriodError(f"“{text}”里的“{run}”没有读懂，请写成“2025年7月”或“2025年1—7月”这样的月份")


def _single(found: re.Match, text: str) -> _Reading:
    month = int(found["month"])
    return _Reading(int(found["year"]), month, month)


def _day(found: re.Match, text: str) -> _Reading:
    """A whole date is its month; unless it may also be a span: 2026-1-10."""
    month, day = found["month"], found["day"]
    is_marked = re.search("[月日号]", found[0])
    if not is_marked and not (len(month) == 2 and len(day) == 2) and int(month) < int(day) <= 12 and "-" in found[0]:
        raise PeriodError(
            f"“{text}”可以是{int(month)}月{int(day)}日，也可以是{int(month)}至{int(day)}月，"
            f"请写成“{found['year']}年{int(day)}月”或“{found['year']}年1—{int(day)}月”"
        )
    _existing(int(found["year"]), int(month), int(day), text)
    return _single(found, text)


def _span(found: re.Match, text: str) -> _Reading:
    """January to a month is the year so far; any other span is no month."""
    groups = found.groupdict()
    first_year, last_year = int(found["year"]), int(groups.get("year2") or found["year"])
    first, last = int(found["first"]), int(found["month"])
    if groups.get("day1") or groups.get("day2"):
        return _days(first_year, first, int(groups.get("day1") or 1), last_year, last, int(groups["day2"]), text)
    return _whole_months(first_year, first, last_year, last, text)


def _whole_months(first_year: int, first: int, last_year: int, last: int, text: str) -> _Reading:
    if (first_year, first) == (last_year, last):
        return _Reading(first_year, first, last)
    if first != 1 or first_year != last_year or last < first:
        raise PeriodError(f"“{text}”不是一个月，也不是从1月起的累计，请写成“2025年7月”或“2025年1—7月”")
    return _Reading(first_year, 1, last)


def _days(y1: int, m1: int, d1: int, y2: int, m2: int, d2: int, text: str) -> _Reading:
    """From a day to a day: whole months count, a month from the 26th to the 25th is none."""
    _existing(y1, m1, d1, text)
    _existing(y2, m2, d2, text)
    if d1 != 1 or d2 != calendar.monthrange(y2, m2)[1]:
        raise PeriodError(
            f"“{text}”（{m1}月{d1}日至{m2}月{d2}日）不是完整的自然月，请按自然月统计，写成“{y2}年{m2}月”；"
            "确按这样的周期统计的，请先与市局商定归入哪个月"
        )
    return _whole_months(y1, m1, y2, m2, text)


def _several(found: re.Match, text: str) -> _Reading:
    raise PeriodError(f"“{text}”写了几个月，分不清是哪个月，请只写一个月")


def _quarter(found: re.Match, text: str) -> _Reading:
    number = int(found["quarter"])
    if number != 1 and not found.groupdict().get("ahead"):
        raise PeriodError(
            f"“{text}”是第{number}季度（{3 * number - 2}至{3 * number}月），不是一个月，也不是从1月起的累计，"
            f"请写成“{found['year']}年{3 * number}月”或“{found['year']}年1—{3 * number}月”"
        )
    return _Reading(int(found["year"]), 1, 3 * number)


def _half(found: re.Match, text: str) -> _Reading:
    if found["half"] == "下":
        raise PeriodError(f"“{text}”是下半年（7至12月），不是一个月，也不是从1月起的累计，请写明月份")
    return _Reading(int(found["year"]), 1, 6)


def _whole_year(found: re.Match, text: str) -> _Reading:
    return _Reading(int(found["year"]), 1, 12)


def _year_alone(found: re.Match, text: str) -> _Reading:
    year = int(found["year"])
    raise PeriodError(f"“{text}”只写了年份，没有写月份，请写成“{year}年7月”或“{year}年1—7月”这样的月份", year)


_D1, _D2 = r"(?P<day1>\d{1,2})[日号]", r"(?P<day2>\d{1,2})[日号]"
_GRAMMAR: tuple[tuple[re.Pattern, Callable[[re.Match, str], _Reading]], ...] = tuple(
    (re.compile(pattern), read)
    for pattern, read in (
        (rf"{_YEAR}年?度?", _year_alone),
        (rf"{_YEAR}年?度?全年度?", _whole_year),
        (rf"{_YEAR}年?度?(?P<half>[上下])半年度?", _half),
        (rf"{_YEAR}年?度?(?P<ahead>前|1-)(?P<quarter>[2-4])个?季度?", _quarter),
        (rf"{_YEAR}年?度?第?(?P<quarter>[1-4])季度?", _quarter),
        (rf"{_YEAR}{_IN_YEAR}{_MONTH}{_MONTH_WORD}?{_END}", _single),
        (r"(?P<year>\d{4})(?P<month>0[1-9]|1[0-2])", _single),
        (r"(?P<year>\d{4})(?P<month>0[1-9]|1[0-2])(?P<day>[0-3]\d)", _day),
        (rf"{_YEAR}年{_MONTH}月(?P<day>\d{{1,2}})[日号]?", _day),
        (rf"{_YEAR}(?P<mark>[./-]){_MONTH}(?P=mark)(?P<day>\d{{1,2}})[日号]?", _day),
        (rf"{_YEAR}(?:年度?|\.|/)?(?P<first>\d{{1,2}})月?份?-{_MONTH}{_MONTH_WORD}?{_END}", _span),
        (rf"{_YEAR}(?:年度?|[./-])(?P<first>\d{{1,2}})月?份?-(?P<year2>\d{{4}})(?:年|[./-]){_MONTH}{_MONTH_WORD}?{_END}", _span),
        (rf"{_YEAR}(?P<first>0[1-9]|1[0-2])-(?P<year2>\d{{4}})(?P<month>0[1-9]|1[0-2])", _span),
        (rf"{_YEAR}(?P<first>0[1-9]|1[0-2])-(?P<month>0[1-9]|1[0-2])", _span),
        (rf"{_YEAR}年(?P<first>\d{{1,2}})月{_D1}-(?:(?P<year2>\d{{4}})年)?{_MONTH}月{_D2}", _span),
        (rf"{_YEAR}年(?P<first>(?P<month>\d{{1,2}}))月{_D1}-{_D2}", _span),
        (rf"{_YEAR}[./-](?P<first>\d{{1,2}})[./-](?P<day1>\d{{1,2}})-(?P<year2>\d{{4}})[./-]{_MONTH}[./-](?P<day2>\d{{1,2}})", _span),
        (rf"{_YEAR}[./](?P<first>\d{{1,2}})[./](?P<day1>\d{{1,2}})-{_MONTH}[./](?P<day2>\d{{1,2}})", _span),
        (rf"{_YEAR}年?\d{{1,2}}月?份?(?:[、,和及与](?:\d{{4}}年)?\d{{1,2}}月?份?)+", _several),
    )
)  # fmt: skip


def _existing(year: int, month: int, day: int, text: str) -> None:
    try:
        dt.date(year, month, day)
    except ValueError as error:
        raise PeriodError(f"“{text}”里的{year}年{month}月{day}日没有这一天，请核对") from error


def _one(reading: _Reading, text: str) -> Period:
    return _period(str(reading.year), str(reading.last), text, is_ytd=reading.first != reading.last)


def parse_day(text: str, *, kind: str = "text", date_1904: bool = False) -> dt.date | None:
    """A date such as 2025年8月3日, 2025-08-03 or a serial; None when the wording is no whole date."""
    plain = _tidy(text)
    try:
        if re.fullmatch(r"\d{5}(\.\d+)?", plain):
            return serial_date(plain, date_1904=date_1904)
        if found := _SOME_DAY.search(plain):
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


def month_in_name(name: str) -> tuple[int | None, int] | None:
    """Year, where it is said, and month that the name of a file or a sheet bears; None where it bears none, a day or several."""
    plain = _NAMED_DAY.sub(" ", _tidy(name))
    if _NAMED_SPAN.search(plain):
        return None
    found = {
        (int(each["year"] or each["whole"] or 0) % 100, int(each["month"] or each["number"]))
        for each in _NAMED_MONTH.finditer(plain)
    }
    if len(found) != 1:
        return None
    year, month = found.pop()
    return (2000 + year if year else None, month)


_NAMED_DAY = re.compile(
    r"(?:20\d\d年)?\d{1,2}月\d{1,2}[日号]|20\d\d([-._/])\d{1,2}\1\d{1,2}(?!\d)|20\d\d(?:0[1-9]|1[0-2])[0-3]\d(?!\d)"
)
_NAMED_SPAN = re.compile(r"\d月?份?[-、,和及与]\d{1,2}月|累计|季度|半年|全年")
_NAMED_MONTH = re.compile(
    r"(?<!\d)(?:(?P<year>\d{4}|\d{2})(?:年度?|[-._/]))?(?P<month>1[0-2]|0?[1-9])月"
    r"|(?<!\d)(?P<whole>20\d\d)[-._/]?(?P<number>0[1-9]|1[0-2])(?!\d)"
)


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
    """Half width, without blanks, every dash as "-", Chinese numerals of years and months as digits."""
    plain = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))
    plain = _DASHES.sub("-", re.sub("截止?至?", "截", plain).replace("至今", "今").replace("到目前", "目前"))
    plain = _ZH_RUN.sub(lambda found: _zh_number(found[0]), plain)
    # 2025年7月月报表 and 2025年7月报表 name the same month; the second 月 belongs to the report.
    return plain.replace("月月报", "月报").replace("月报", "月 报") if "月" in plain else plain


def _zh_number(words: str) -> str:
    """二〇二六 digit by digit, 十二 as a number."""
    if "十" not in words:
        return "".join(str(_ZH_DIGIT[sign]) for sign in words)
    tens, _, ones = words.partition("十")
    if len(tens) > 1 or len(ones) > 1:
        return words
    return str((_ZH_DIGIT[tens] if tens else 1) * 10 + (_ZH_DIGIT[ones] if ones else 0))


def _month_of(date: dt.date, text: str) -> Period:
    return _period(str(date.year), str(date.month), text, is_ytd=False)


def _period(year: str, month: str, text: str, *, is_ytd: bool) -> Period:
    number = int(year) + (2000 if len(year) == 2 else 0)
    if not EARLIEST_YEAR <= number <= LATEST_YEAR:
        raise PeriodError(f"“{text}”的年份{number}不合理，请核对")
    if not 1 <= int(month) <= 12:
        raise PeriodError(f"“{text}”的月份{int(month)}不合理，请核对")
    return Period(dt.date(number, int(month), 1), is_ytd, text)
