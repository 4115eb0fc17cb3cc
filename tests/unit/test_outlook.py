"""The budget outlook, worked by hand."""

from datetime import date

import pytest

from warehouse.month import add_months
from warehouse.series.outlook import YEAR, outlook, since_break


def test_the_coming_month_is_last_years_times_the_growth_of_the_year():
    # 100 a month, then 110: growth 1.1, so 121 a month, 1452 in all against 1320.
    found = outlook([100.0] * 12 + [110.0] * 12)
    assert found.growth == pytest.approx(1.1)
    assert found.months == pytest.approx([121.0] * 12)
    assert found.total == pytest.approx(1452.0)
    assert found.last_year == pytest.approx(1320.0)
    assert found.backtest_error is None


def test_the_back_test_is_the_same_rule_a_year_earlier_against_what_came():
    # 100, 110, then 115: a year ago the rule said 110 × 1.1 = 121 a month; 121/115 − 1 = 5.217 %.
    found = outlook([100.0] * 12 + [110.0] * 12 + [115.0] * 12)
    assert found.backtest_error == pytest.approx(121 / 115 - 1)
    assert found.backtest_month_error == pytest.approx(121 / 115 - 1)


def test_the_rhythm_of_the_year_is_kept():
    year = [float(month) for month in range(1, YEAR + 1)]
    assert outlook(year + year).months == pytest.approx(year)


def test_a_month_without_a_figure_stands_in_at_the_mean_and_is_counted():
    # Eleven months of 110 known: the twelfth is 110 as well; growth over the eleven pairs is 1.1.
    found = outlook([100.0] * 12 + [110.0] * 11 + [None])
    assert found.filled == 1
    assert found.total == pytest.approx(1452.0)


def test_three_months_of_a_year_may_be_missing():
    # Nine months of 110 against nine of 100.
    found = outlook([100.0] * 12 + [110.0] * 9 + [None] * 3)
    assert (found.filled, found.growth) == (3, pytest.approx(1.1))


def test_a_year_of_less_than_one_is_a_year():
    assert outlook([0.05] * 24).months == pytest.approx([0.05] * 12)


@pytest.mark.parametrize(
    "values", [[], [1.0] * 23, [1.0] * 12 + [None] * 4 + [1.0] * 8, [0.0] * 24, [1.0] * 8 + [None] * 4 + [1.0] * 12]
)
def test_too_little_gives_no_outlook(values):
    assert outlook(values) is None


@pytest.mark.parametrize(
    ("broken", "known", "last"),
    [
        # 36 months from January 2023. What lies before the break counts something else.
        ([date(2025, 1, 1)], 12, date(2025, 1, 1)),
        ([date(2023, 6, 1), date(2025, 1, 1)], 12, date(2025, 1, 1)),
        ([date(2023, 6, 1)], 31, date(2023, 6, 1)),
        # One at or before the first month, or yet to come, parts nothing.
        ([date(2023, 1, 1), date(2026, 1, 1)], 36, None), ([], 36, None),
    ],
)  # fmt: skip
def test_the_last_break_takes_what_lies_before_it(broken, known, last):
    months = [add_months(date(2023, 1, 1), number) for number in range(36)]
    values, found = since_break(months, [1.0] * 36, broken)
    assert (sum(value is not None for value in values), found) == (known, last)
    assert outlook(values) is None if known < 24 else outlook(values) is not None
