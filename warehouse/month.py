"""Arithmetic of months, in one place: a month is its first day."""

from datetime import date


def add_months(month: date, count: int) -> date:
    """The first day of the month `count` months later, earlier when negative."""
    index = month.year * 12 + month.month - 1 + count
    return date(index // 12, index % 12 + 1, 1)


def months_apart(first: date, last: date) -> int:
    """How many months lie between two; negative when `last` is the earlier."""
    return (last.year - first.year) * 12 + last.month - first.month


def months_between(first: date, last: date) -> list[date]:
    """All months from `first` to `last`, both included; none when `last` is the earlier."""
    return [add_months(first, step) for step in range(months_apart(first, last) + 1)]


def last_day_of(month: date) -> date:
    """The last day of a month."""
    return date.fromordinal(add_months(month, 1).toordinal() - 1)
