"""How days, months and as-of dates are written in Chinese."""

from datetime import date, datetime, timedelta, timezone

YEAR_ONLY = "时点不详"
CHINA = timezone(timedelta(hours=8))


def date_zh(day: date) -> str:
    """ "2023年7月28日"."""
    return f"{day.year}年{day.month}月{day.day}日"


def month_zh(month: date) -> str:
    """ "2025年7月"."""
    return f"{month.year}年{month.month}月"


def instant_zh(instant: datetime) -> str:
    """ "2026年11月23日 16:49", the clock of China."""
    local = instant.astimezone(CHINA)
    return f"{date_zh(local)} {local:%H:%M}"


def as_of_zh(as_of: date | None, precision: str = "day") -> str:
    """When a value held: "截至2023年7月28日", "截至2025年7月底", "2023年（时点不详）", "自2014年10月起";
    "时点未注明" without a date.

    Args:
        precision: `day`, `month`, `year` or `since`, as in `as_of_precision`.
    """
    if as_of is None:
        return "时点未注明"
    if precision == "year":
        return f"{as_of.year}年（{YEAR_ONLY}）"
    if precision == "since":
        return f"自{month_zh(as_of)}起"
    if precision == "month":
        return f"截至{month_zh(as_of)}底"
    return f"截至{date_zh(as_of)}"


def period_zh(start: date | None, end: date | None) -> str:
    """The period a printed figure speaks of: a day, a month, a year, a span; "期间未注明" where none is printed."""
    if start is None and end is None:
        return "期间未注明"
    if end is None:
        return f"{month_zh(start)}起，截止未注明"
    if start is None:
        return f"至{date_zh(end)}"
    if start == end:
        return date_zh(end)
    whole_years = (start.month, start.day, end.month, end.day) == (1, 1, 12, 31)
    if whole_years:
        return f"{start.year}年" if start.year == end.year else f"{start.year}—{end.year}年"
    if (start.year, start.month) == (end.year, end.month):
        return month_zh(end)
    return f"{date_zh(start)}至{date_zh(end)}"


def base_when_zh(as_of: date, *, is_projected: bool = False) -> str:
    """When the population or count behind a rate held: "2020年"; of a projection its month, and that it is one."""
    return f"{month_zh(as_of)}推算" if is_projected else f"{as_of.year}年"


def issued_zh(issued_on: date | None, issued_year: int | None) -> str:
    """When a document was issued, as far as it prints it: "2023年7月28日", "2023年（仅印年份）", "未印日期"."""
    if issued_on is not None:
        return date_zh(issued_on)
    return f"{issued_year}年（仅印年份）" if issued_year else "未印日期"
