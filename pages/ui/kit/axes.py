"""Axes of drawings: where the labels of months stand, and steps a reader counts in."""

from datetime import date
from decimal import Decimal

from warehouse.month import months_between

MOST_TICKS = 7


def month_ticks(first: date, last: date) -> dict[date, str]:
    """At most seven labels; a January, and the first of all, carry the year."""
    months = months_between(first, last)
    every = next((step for step in (1, 2, 3, 6, 12, 24, 60) if len(months) / step <= MOST_TICKS), 120)
    kept = [
        month
        for month in months
        if (month.month - 1) % min(every, 12) == 0 and (every <= 12 or month.year % (every // 12) == 0)
    ]
    return {
        month: f"{month.month}月<br>{month.year}年" if month.month == 1 or month == kept[0] else f"{month.month}月"
        for month in kept
    }


def nice(raw: float) -> Decimal:
    """The smallest of 1, 2, 5 and 10 times a power of ten that is not under `raw`."""
    exponent = Decimal(str(raw)).adjusted()
    for lead in (1, 2, 5, 10):
        step = Decimal(lead).scaleb(exponent)
        if step >= Decimal(str(raw)):
            return step
    return Decimal(10).scaleb(exponent)
