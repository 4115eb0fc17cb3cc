"""When a month's forms are due: the fifth of the next month, later when that is a holiday."""

import datetime as dt
import warnings
from dataclasses import dataclass
from functools import cache

from etl import FOLDER
from warehouse.catalog.problems import Problems
from warehouse.catalog.tables import read_toml
from warehouse.errors import CatalogError
from warehouse.month import add_months

CALENDAR = FOLDER / "calendar.toml"
_DAYS = ("holidays", "workdays")


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


def assure_calendar() -> None:
    """Read our own calendar, whether anything is due or not.

    Raises:
        CatalogError: it is not what a calendar is; every fault.
    """
    _calendar()


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
    problems = Problems()
    table = read_toml(CALENDAR.parent, CALENDAR.name, problems)
    faults = [f"etl/{problem}" for problem in problems.found]
    due_day = table.get("due_day")
    if not faults and (not isinstance(due_day, int) or isinstance(due_day, bool) or not 1 <= due_day <= 28):
        faults.append("etl/calendar.toml：due_day 须是1至28的整数，请更正")
    known = {"due_day", *_DAYS}
    if unknown := [name for name in table if name not in known]:
        faults.append(
            f"etl/calendar.toml：{'、'.join(unknown)} 不认识，写在里面的日子不会算；可用的有 {'、'.join(sorted(known))}，请改名"
        )
    found: dict = {"due_day": due_day}
    for name in _DAYS:
        found[name] = _days(name, table.get(name, {}), faults)
    if not faults and (both := sorted(found["holidays"] & found["workdays"])):
        faults.append(f"etl/calendar.toml：{both[0].isoformat()} 既写作休息日又写作上班日，请删去一处")
    if faults:
        raise CatalogError("报送日历有误：", problems=faults)
    return found


def _days(name: str, years: object, faults: list[str]) -> frozenset[dt.date]:
    """The days of one table, written year by year; what is none of that is a fault."""
    place, days = f"etl/calendar.toml [{name}]", set()
    if not isinstance(years, dict) or not all(isinstance(texts, list) for texts in years.values()):
        faults.append(f'{place}：请逐年写日期的列表，如 "2027" = ["2027-01-01"]')
        return frozenset()
    for year, text in ((year, text) for year, texts in years.items() for text in texts):
        try:
            day = dt.date.fromisoformat(str(text))
        except ValueError:
            faults.append(f"{place}：“{text}”不是日期，请写成 2027-01-01")
            continue
        if str(day.year) != year:
            faults.append(f"{place}：“{text}”不在 {year} 年，请移到对应年份")
        days.add(day)
    return frozenset(days)
