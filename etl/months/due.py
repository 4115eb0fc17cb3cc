"""When a month's forms are due: the fifth of the next month, later when that is a holiday."""

import datetime as dt
import tomllib
import warnings
from dataclasses import dataclass
from functools import cache

from etl import FOLDER
from warehouse.errors import CatalogError
from warehouse.month import add_months

CALENDAR = FOLDER / "calendar.toml"


@dataclass(frozen=True)
class Due:
    """The last day on time. `is_known` is False when the holidays of that year are not published yet."""

    on: dt.date
    is_known: bool

    @property
    def note_zh(self) -> str:
        """What to say beside the date; empty when the calendar is known."""
        return "" if self.is_known else "节假日安排未载入，只按周末顺延"


@cache
def due_date(month: dt.date) -> Due:
    """The day by which forms for `month` are due."""
    first = add_months(month, 1)
    day = first.replace(day=_calendar()["due_day"])
    while not is_working_day(day):
        day += dt.timedelta(days=1)
    return Due(day, holidays_known(day.year))


@cache
def is_working_day(day: dt.date) -> bool:
    """Whether offices work: our own calendar first, then the library's, then plain weekdays."""
    ours = _calendar()
    if day in ours["holidays"]:
        return False
    if day in ours["workdays"]:
        return True
    known = _library(day)
    return day.weekday() < 5 if known is None else known


@cache
def holidays_known(year: int) -> bool:
    """Whether the holidays of that year are known to us or to the library."""
    ours = _calendar()
    return any(day.year == year for day in ours["holidays"]) or _library(dt.date(year, 1, 4)) is not None


def _library(day: dt.date) -> bool | None:
    """What the library says; None for years whose holidays it does not know."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import chinese_calendar

        try:
            return chinese_calendar.is_workday(day)
        except NotImplementedError:
            return None


@cache
def _calendar() -> dict:
    table = tomllib.loads(CALENDAR.read_text(encoding="utf-8"))
    found: dict = {"due_day": table["due_day"]}
    if not isinstance(found["due_day"], int) or not 1 <= found["due_day"] <= 28:
        raise CatalogError("etl/calendar.toml：due_day 须是1至28的整数，请更正")
    for name in ("holidays", "workdays"):
        days = set()
        for year, texts in table.get(name, {}).items():
            for text in texts:
                try:
                    day = dt.date.fromisoformat(str(text))
                except ValueError as error:
                    raise CatalogError(f"etl/calendar.toml [{name}]：“{text}”不是日期，请写成 2027-01-01") from error
                if str(day.year) != year:
                    raise CatalogError(f"etl/calendar.toml [{name}]：“{text}”不在 {year} 年，请移到对应年份")
                days.add(day)
        found[name] = frozenset(days)
    return found
