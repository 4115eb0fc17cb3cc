"""Twelve months ahead of a monthly amount, by a rule simple enough to print, with what the rule would have missed.

The rule: next year's month = the same month of the last year × (sum of the last twelve months ÷ sum of the twelve
before). The growth is taken over months known in both years; a month without a figure stands in at the mean of the
other months of its year, which is counted and said. Back-test: the rule as it would have been used twelve months ago,
held against the months that came.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

YEAR = 12
# With more than three of twelve months missing the sum would be mostly guesses.
MOST_MISSING = 3
RULE_ZH = "各月预计＝上年同月×（近12个月合计÷再前12个月合计）"


@dataclass(frozen=True, kw_only=True)
class Outlook:
    """What the rule says of the twelve months ahead.

    growth: last twelve months over the twelve before. last_year: the last twelve months together, with `filled`
    months at the mean of the others. backtest_error: forecast over actual less one, of the sum of the last twelve
    months; backtest_month_error: mean of the absolute errors of the single months; both None where fewer than 36
    months are known.
    """

    months: tuple[float, ...]
    growth: float
    last_year: float
    filled: int
    backtest_error: float | None
    backtest_month_error: float | None

    @property
    def total(self) -> float:
        """The twelve months together."""
        return sum(self.months)


def since_break(
    months: Sequence[date], values: Sequence[float | None], breaks: Iterable[date]
) -> tuple[list[float | None], date | None]:
    """The values without those before the last break among their months, which count something else; and that break."""
    last = max((month for month in breaks if months and months[0] < month <= months[-1]), default=None)
    return [value if last is None or month >= last else None for month, value in zip(months, values, strict=True)], last


def outlook(values: Sequence[float | None]) -> Outlook | None:
    """The outlook after `values`, oldest first; None where fewer than 24 months, or more than three of a year's, are known."""
    ahead = _ahead(values)
    if ahead is None:
        return None
    year, growth = ahead
    error, month_error = _backtest(values)
    return Outlook(
        months=tuple(value * growth for value in year),
        growth=growth,
        last_year=sum(year),
        filled=sum(value is None for value in values[-YEAR:]),
        backtest_error=error,
        backtest_month_error=month_error,
    )


def _ahead(values: Sequence[float | None]) -> tuple[list[float], float] | None:
    """The last year without gaps, and its growth over the year before."""
    last, before = list(values[-YEAR:]), list(values[-2 * YEAR : -YEAR])
    if len(before) < YEAR or max(year.count(None) for year in (last, before)) > MOST_MISSING:
        return None
    pairs = [(now, then) for now, then in zip(last, before, strict=True) if now is not None and then is not None]
    base = sum(then for _, then in pairs)
    if base <= 0:
        return None
    return _filled(last), sum(now for now, _ in pairs) / base


def _filled(year: Sequence[float | None]) -> list[float]:
    known = [value for value in year if value is not None]
    mean = sum(known) / len(known)
    return [mean if value is None else value for value in year]


def _backtest(values: Sequence[float | None]) -> tuple[float | None, float | None]:
    then = _ahead(values[:-YEAR])
    if then is None:
        return None, None
    year, growth = then
    pairs = [(old * growth, came) for old, came in zip(year, values[-YEAR:], strict=True) if came]
    if not pairs:
        return None, None
    error = sum(foreseen for foreseen, _ in pairs) / sum(came for _, came in pairs) - 1
    return error, sum(abs(foreseen / came - 1) for foreseen, came in pairs) / len(pairs)
