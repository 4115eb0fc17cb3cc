"""Months are reckoned in one place, across the turn of years in both directions."""

import re
from datetime import date

import pytest

from tests.conftest import ROOT
from warehouse.month import add_months, last_day_of, months_apart, months_between

# Index of a month put together or taken apart by hand.
BY_HAND = re.compile(
    r"\.year \* 12|\.month // 12|\.month % 12|number // 12|index // 12|timedelta\(days=1\)\)\.replace\(day=1\)"
)


@pytest.mark.parametrize(
    ("month", "count", "wanted"),
    [
        (date(2025, 12, 1), 1, date(2026, 1, 1)),
        (date(2026, 1, 1), -1, date(2025, 12, 1)),
        (date(2026, 1, 31), 0, date(2026, 1, 1)),
        (date(2026, 3, 1), 24, date(2028, 3, 1)),
        (date(2026, 3, 1), -27, date(2023, 12, 1)),
    ],
)
def test_months_follow_each_other_across_years(month, count, wanted):
    assert add_months(month, count) == wanted
    assert months_apart(month, wanted) == count


def test_a_span_has_both_its_ends_and_one_that_runs_backwards_has_none():
    assert months_between(date(2025, 11, 1), date(2026, 2, 1)) == [date(2025, 11, 1), date(2025, 12, 1), date(2026, 1, 1), date(2026, 2, 1)]  # fmt: skip
    assert months_between(date(2026, 2, 1), date(2026, 2, 1)) == [date(2026, 2, 1)]
    assert months_between(date(2026, 2, 1), date(2026, 1, 1)) == []


def test_the_last_day_of_a_month_knows_leap_years():
    assert [last_day_of(date(year, 2, 1)).day for year in (2024, 2025, 2100)] == [29, 28, 28]
    assert last_day_of(date(2025, 12, 1)) == date(2025, 12, 31)


def test_nobody_else_reckons_months():
    files = [file for folder in ("warehouse", "etl", "pages") for file in (ROOT / folder).rglob("*.py")]
    found = [str(file.relative_to(ROOT)) for file in files if BY_HAND.search(file.read_text(encoding="utf-8"))]
    assert found == ["warehouse/month.py"]
