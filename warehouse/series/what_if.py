"""What a running total would come to if: a pace, a rhythm of the year, months beyond December.

Nothing is judged here: the answer says where the assumption leads, and how far the rule behind it was off in the years
that are complete. A changed rule gets a new METHOD, so that what was saved by an older one can say so.
"""

from collections.abc import Mapping
from dataclasses import dataclass

METHOD = 1
SEASON, EVEN = "season", "even"
YEAR = 12
SLOWEST, FASTEST, MOST_EXTRA = 10, 300, 12
# Of a year: the share of its total that lay behind each month, from January on.
Shares = Mapping[int, Mapping[int, float]]


@dataclass(frozen=True, kw_only=True)
class Assumption:
    """pace_percent: of the rest of the year against what the rhythm gives, 100 as until now. extra_months: after December."""

    rhythm_code: str = SEASON
    pace_percent: int = 100
    extra_months: int = 0


@dataclass(frozen=True, kw_only=True)
class WhatIf:
    """Where an assumption leads.

    total: at the end, from what stands now. monthly: mean of the months still to come. error and case_count: mean
    absolute error of the year-end as the rule, at full pace, would have foreseen it in each completed year from the same
    month; None where no year can be tried (the season is tried on each year by the profile of the others).
    """

    total: float
    monthly: float
    month_count: int
    error: float | None
    case_count: int


def what_if(total_so_far: float, month: int, shares: Shares, assumed: Assumption) -> WhatIf | None:
    """The total if the rest of the year goes as assumed; None where nothing is done yet or the rhythm is not known.

    Args:
        month: 1 to 12, the month of `total_so_far`.
        shares: of completed years; a year that lacks this month is left out.
    """
    ahead = _ahead(total_so_far, month, shares, assumed)
    if ahead is None:
        return None
    error, cases = _tried(month, shares, assumed.rhythm_code)
    rest = ahead * assumed.pace_percent / 100
    count = YEAR - month + assumed.extra_months
    return WhatIf(
        total=total_so_far + rest,
        monthly=rest / count if count else 0.0,
        month_count=count,
        error=error,
        case_count=cases,
    )


def needed_monthly(total_so_far: float, month: int, goal: float, extra_months: int) -> float | None:
    """What each month to come must bring for the goal; None when no month is left. 0 where the goal is reached."""
    count = YEAR - month + extra_months
    return max(0.0, goal - total_so_far) / count if count else None


def _ahead(total: float, month: int, shares: Shares, assumed: Assumption) -> float | None:
    """What is still to come at the pace until now: the rest of the year, and of the next as much as lies before its month.

    Shares are of running totals, so that no month between need be known.
    """
    if total <= 0:
        return None
    if assumed.rhythm_code == EVEN:
        return total / month * (YEAR - month + assumed.extra_months)
    profile = _profile(shares)
    if assumed.extra_months and assumed.extra_months not in profile:
        return None
    if month not in profile or profile[month] <= 0:
        return None
    beyond = profile[assumed.extra_months] if assumed.extra_months else 0.0
    return total / profile[month] * (1 - profile[month] + beyond)


def _profile(shares: Shares) -> dict[int, float]:
    """Mean share of the year behind each month, over the years that have it."""
    months: dict[int, list[float]] = {}
    for year in shares.values():
        for month, share in year.items():
            months.setdefault(month, []).append(share)
    return {month: sum(found) / len(found) for month, found in months.items()}


def _tried(month: int, shares: Shares, rhythm_code: str) -> tuple[float | None, int]:
    """Mean absolute error of the year-end over completed years seen from the same month, and their number."""
    errors = []
    for year, own in shares.items():
        if month not in own or month == YEAR:
            continue
        others = {other: found for other, found in shares.items() if other != year}
        if rhythm_code == EVEN:
            errors.append(abs(own[month] * YEAR / month - 1))
        elif (share := _profile(others).get(month)) is not None and share > 0:
            errors.append(abs(own[month] / share - 1))
    return (sum(errors) / len(errors), len(errors)) if errors else (None, 0)
