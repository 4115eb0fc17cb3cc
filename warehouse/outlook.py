"""Twelve months ahead of a monthly amount, by a rule simple enough to print, with what the rule would have missed.

The rule: next year's month = the same month of the last year × (sum of the last twelve months ÷ sum of the twelve
before). Back-test: the rule as it would have been used twelve months ago, held against what came.
"""

from collections.abc import Sequence
from dataclasses import dataclass

YEAR = 12
RULE_ZH = "各月预计＝上年同月×（近12个月合计÷再前12个月合计）"


@dataclass(frozen=True, kw_only=True)
class Outlook:
    """What the rule says of the twelve months ahead.

    growth: last twelve months over the twelve before. backtest_error: forecast over actual less one, of the sum of the
    last twelve months; backtest_month_error: mean of the absolute errors of the single months; both None where fewer
    than 36 months are known.
    """

    months: tuple[float, ...]
    growth: float
    last_year: float
    backtest_error: float | None
    backtest_month_error: float | None

    @property
    def total(self) -> float:
        """The twelve months together."""
        return sum(self.months)


def outlook(values: Sequence[float | None]) -> Outlook | None:
    """The outlook after `values`, oldest first; None where one of the last 24 months is missing or their base is not positive."""
    ahead = _ahead(values)
    if ahead is None:
        return None
    months, growth = ahead
    then = _ahead(values[:-YEAR])
    came = list(values[-YEAR:])
    error = month_error = None
    if then is not None and all(came):
        foreseen = then[0]
        error = sum(foreseen) / sum(came) - 1
        month_error = sum(abs(one / actual - 1) for one, actual in zip(foreseen, came, strict=True)) / YEAR
    return Outlook(
        months=months, growth=growth, last_year=sum(came), backtest_error=error, backtest_month_error=month_error
    )


def _ahead(values: Sequence[float | None]) -> tuple[tuple[float, ...], float] | None:
    last, before = list(values[-YEAR:]), list(values[-2 * YEAR : -YEAR])
    if len(before) < YEAR or any(value is None for value in (*last, *before)) or sum(before) <= 0:
        return None
    growth = sum(last) / sum(before)
    return tuple(value * growth for value in last), growth
