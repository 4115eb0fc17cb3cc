"""How far off a year foreseen may be, by how many years tell it, and which years tell nothing of it: worked by hand."""

from datetime import date

import pytest

from tests.marts_world import indicator, month_row, two_cities
from tests.models import insert, run_model

pytestmark = pytest.mark.dear


@pytest.fixture
def release():
    """Two small cities without months."""
    return two_cities()


def tenths(area_id, by_march, first, *, month=3, code="trained"):
    """Completed years of 1000 from `first` on: so much of each by March, and all of it by December."""
    for place, value in enumerate(by_march):
        yield month_row(area_id, date(first + place, month, 1), value, code=code)
        yield month_row(area_id, date(first + place, 12, 1), 1000, code=code)


def foreseen(release, rows, month=date(2026, 3, 1), area_id="east"):
    """The one row of that month."""
    insert(release, "mart.indicator_month", rows)
    frame = run_model(release, "mart/75_year_outlook.sql")
    assert set(frame["indicator_code"]) == {"trained"}
    (row,) = [row for row in frame.iter_rows(named=True) if (row["area_id"], row["month"]) == (area_id, month)]
    return row


@pytest.mark.parametrize(("years", "times"), [(4, 2.3), (5, 2.1), (6, 2.1), (7, 2.1)])
def test_the_more_years_tell_it_the_less_the_error_is_widened_down_to_that_of_five(release, years, times):
    # 10 % by March in all years but the last, 12 in that. Each of the others is foreseen a little high, by 2 / (n − 1) of
    # ten, the last by 10/12: a sixth low.
    rows = [*tenths("east", [100] * (years - 1) + [120], 2026 - years), month_row("east", date(2026, 3, 1), 61, code="trained")]  # fmt: skip
    row = foreseen(release, rows)
    error = (((years - 1) * (0.2 / (years - 1)) ** 2 + (1 / 6) ** 2) / years) ** 0.5
    share = (100 * (years - 1) + 120) / years / 1000
    assert (row["year_count"], row["share"]) == (years, pytest.approx(share))
    assert row["projected_high"] == pytest.approx(61 / share * (1 + times * error))
    assert (row["case_count"], row["wrong_count"]) == (years, 0)


@pytest.mark.parametrize(
    ("by_march", "wrong"),
    [
        # The last by the mean of the others, 10: 10/2 = 5. They foresee each other without it at 10/10, 9.95/10.1 and
        # 10.05/9.9, off by 0.012 on average, 2.8 times: 1.03. It came although it would have been called out of reach.
        ([100, 101, 99, 20], 1),
        # 10/7.6 = 1.316. They are off by 0, 9.5/11 − 1 = −0.136 and 10.5/9 − 1 = 0.167, on average 0.124: up to 1.348.
        ([100, 110, 90, 76], 0),
    ],
)
def test_a_year_is_tried_by_what_the_others_miss_of_each_other(release, by_march, wrong):
    rows = [*tenths("east", by_march, 2022), month_row("east", date(2026, 3, 1), 60, code="trained")]
    row = foreseen(release, rows)
    assert (row["case_count"], row["wrong_count"]) == (4, wrong)


def test_what_is_rounded_away_is_no_error_and_no_more_than_foreseen(release):
    # Two thirds of each year by March, which no share is exactly: three years alike are foreseen without an error, to the one.
    rows = [*tenths("east", [2000 / 3] * 3, 2023), month_row("east", date(2026, 3, 1), 1000, code="trained")]
    row = foreseen(release, rows)
    assert (row["projected_low"], row["projected"], row["projected_high"]) == (1500, 1500, 1500)
    assert (row["case_count"], row["wrong_count"]) == (3, 0)


def test_cases_of_all_months_count_together(release):
    # 10, 10 and 2 % by March and by June: the third was called wrongly from both.
    rows = [row for month in (3, 6) for row in tenths("east", [100, 100, 20], 2023, month=month)]
    rows = list({(row["month"]): row for row in rows}.values())
    row = foreseen(release, [*rows, month_row("east", date(2026, 3, 1), 60, code="trained")])
    assert (row["case_count"], row["wrong_count"]) == (6, 2)


def test_a_break_of_another_place_or_of_another_total_is_none_of_this_one(release):
    breaks = [("west", "trained"), ("east", "home_count"), ("east_1", "trained")]
    insert(release, "meta.series_break", [{"area_id": place, "indicator_code": code, "month": date(2024, 6, 1)} for place, code in breaks])  # fmt: skip
    rows = [*tenths("east", [100, 100, 100], 2023), month_row("east", date(2026, 3, 1), 60, code="trained")]
    assert foreseen(release, rows)["year_count"] == 3


def test_from_the_month_of_a_break_on_only_years_after_it_tell_anything(release):
    # From January 2025 on something else is counted: 2025 is foretold by nothing, also in that January; 2026 by 2025.
    insert(release, "meta.series_break", [{"area_id": "east", "indicator_code": "trained", "month": date(2025, 1, 1)}])
    januaries = [month_row("east", date(year, 1, 1), 10, code="trained") for year in (2023, 2024, 2025)]
    rows = [*januaries, *tenths("east", [100, 200, 400], 2023), month_row("east", date(2026, 3, 1), 60, code="trained")]  # fmt: skip
    row = foreseen(release, rows)
    assert (row["year_count"], row["share"]) == (1, 0.4)
    months = {
        month for (month,) in release.sql("select month from mart.year_outlook where area_id = 'east'").fetchall()
    }
    assert months == {date(2024, 1, 1), date(2024, 3, 1), date(2026, 3, 1)}


def test_a_single_one_by_march_is_something_and_a_ratio_is_no_total(release):
    insert(release, "meta.indicator", [indicator("share", kind_code="ratio", timing_code="year_to_date")])
    rows = [*tenths("east", [1, 1], 2024), *tenths("east", [0.5, 0.5], 2024, code="share")]
    rows += [month_row("east", date(2026, 3, 1), value, code=code) for value, code in ((1, "trained"), (0.5, "share"))]
    # One of a thousand by March, twice: one foretells a thousand.
    assert foreseen(release, rows)["projected"] == pytest.approx(1000)
