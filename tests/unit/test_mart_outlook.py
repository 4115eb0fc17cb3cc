"""The year's end foreseen from the years before, and how often that would have been wrong: worked out by hand."""

from datetime import date

import pytest

from tests.marts_world import indicator, month_row, two_cities
from tests.models import insert, run_model


@pytest.fixture
def release():
    """Two small cities without months."""
    return two_cities()


def outlooks(release):
    frame = run_model(release, "mart/75_year_outlook.sql")
    return {(row["area_id"], row["month"]): row for row in frame.iter_rows(named=True)}


def march_of(area_id, year, value, december=None, **others):
    """The total by March, and by December where the year is completed."""
    return [
        month_row(area_id, date(year, month, 1), total, **({"code": "trained"} | others))
        for month, total in ((3, value), (12, december))
        if total is not None
    ]


def test_a_year_ends_where_the_years_before_foretell_it_with_their_error_widened_for_being_of_few_years(release):
    # By March lay 10, 12 and 11 % of a year behind: 11 % on average, so 66 foretell 600.
    # Each year by the other two: 11.5/10 = 1.15, 10.5/12 = 0.875, 11/11 = 1; errors 0.15, 0.125 and 0.
    done = [march_of("west", year, by_march, 1000) for year, by_march in ((2022, 100), (2023, 120), (2024, 110))]
    insert(release, "mart.indicator_month", [*sum(done, []), *march_of("west", 2025, 66)])
    found = outlooks(release)
    row = found["west", date(2025, 3, 1)]
    error = ((0.15**2 + 0.125**2) / 3) ** 0.5
    assert (row["year_count"], row["share"], row["projected"]) == (3, pytest.approx(0.11), pytest.approx(600))
    # Of three years: Student's t for two at one in twenty is 2.92, times the root of 3² − 1 over 3, which is 0.943.
    assert row["projected_low"] == pytest.approx(600 * (1 - 2.8 * error))
    assert row["projected_high"] == pytest.approx(600 * (1 + 2.8 * error))
    assert (row["case_count"], row["wrong_count"]) == (3, 0)
    # A year knows only those before it: the first has none, the second one, and December is no outlook.
    assert set(found) == {("west", date(year, 3, 1)) for year in (2023, 2024, 2025)}
    assert found["west", date(2023, 3, 1)]["share"] == pytest.approx(0.10)
    assert found["west", date(2023, 3, 1)]["year_count"] == 1
    # One year before it: where, but not how far off. Two tell it, 5.5 times as wide: t for one is 6.31, times 0.866.
    assert found["west", date(2023, 3, 1)]["projected_high"] is None
    two = found["west", date(2024, 3, 1)]
    error = ((0.2**2 + (1 / 6) ** 2) / 2) ** 0.5
    assert two["projected_high"] == pytest.approx(1000 * (1 + 5.5 * error))
    # Two years foresee each other, and neither with an error the other has no share in: no case.
    assert (two["case_count"], two["wrong_count"]) == (0, 0)


def test_the_rule_is_tried_on_a_year_by_errors_that_know_nothing_of_it(release):
    # 10, 10.1 and 9.4 %. The third by the two: 10.05/9.4 = 1.069; they foresee each other with errors of 0.0100 and 0.0099,
    # which reach to 1 + 5.5 × 0.00995 = 1.0547: called wrongly. The others by two of which one is the third: 9.75/10 and
    # 9.7/10.1 end below what was foreseen.
    done = [march_of("east", year, by_march, 1000) for year, by_march in ((2022, 100), (2023, 101), (2024, 94))]
    insert(release, "mart.indicator_month", [*sum(done, []), *march_of("east", 2025, 60)])
    row = outlooks(release)["east", date(2025, 3, 1)]
    assert (row["case_count"], row["wrong_count"]) == (3, 1)


def test_a_year_that_came_although_it_lay_beyond_the_upper_end_was_called_wrongly(release):
    # 10, 10 and 2 %: 6/10 = 0.6 twice, and 10/2 = 5, where the others foresee each other without any error.
    done = [march_of("east", year, by_march, 1000) for year, by_march in ((2022, 100), (2023, 100), (2024, 20))]
    insert(release, "mart.indicator_month", [*sum(done, []), *march_of("east", 2025, 60)])
    row = outlooks(release)["east", date(2025, 3, 1)]
    assert (row["case_count"], row["wrong_count"]) == (3, 1)
    # 22 / 3 = 7.33 % behind: 60 foretell 818. With errors of 0.4, 0.4 and 4 the lower end is what stands already.
    error = ((0.4**2 * 2 + 4**2) / 3) ** 0.5
    assert row["projected_low"] == 60
    assert row["projected_high"] == pytest.approx(60 / 0.22 * 3 * (1 + 2.8 * error))


def test_what_came_a_thousandfold_counts_as_a_thousandfold(release):
    # 10, 10 and 0.001 %: the third came 10,000 times as large as its March; (10 + 0.001) / 2 / 10 = 0.50005 twice.
    done = [march_of("east", year, by_march, 1000) for year, by_march in ((2022, 100), (2023, 100), (2024, 0.01))]
    insert(release, "mart.indicator_month", [*sum(done, []), *march_of("east", 2025, 60)])
    row = outlooks(release)["east", date(2025, 3, 1)]
    error = ((0.49995**2 * 2 + 999**2) / 3) ** 0.5
    assert row["projected_high"] == pytest.approx(60 / 0.20001 * 3 * (1 + 2.8 * error), rel=1e-6)


def test_only_totals_of_completed_years_foretell_anything(release):
    insert(release, "meta.indicator", [indicator("share", kind_code="ratio", timing_code="year_to_date")])
    # 2022 is completed; 2023 has no December, 2024 nothing by March, and neither adds a case.
    rows = [*march_of("east", 2022, 100, 1000), *march_of("east", 2023, 300), *march_of("east", 2024, 0, 500)]
    rows += march_of("east", 2025, 60)
    # A part, a ratio, a stock at the end of a month, another area: none of them is this total.
    for others in ({"breakdown_code": "part"}, {"code": "share"}, {"code": "home_count"}):
        rows += [*march_of("east", 2022, 500, 1000, **others), *march_of("east", 2025, 70, **others)]
    rows += march_of("west", 2022, 500, 1000)
    insert(release, "mart.indicator_month", rows)
    found = outlooks(release)
    row = found["east", date(2025, 3, 1)]
    assert (row["year_count"], row["share"], row["projected"]) == (1, pytest.approx(0.1), pytest.approx(600))
    # No year can be tried by another: nothing is known of the error, and no interval is given.
    assert (row["case_count"], row["wrong_count"], row["projected_low"], row["projected_high"]) == (0, 0, None, None)
    # 2023 by what 2022 was; of 2024, where nothing had come by March, nothing is foreseen.
    assert set(found) == {("east", date(year, 3, 1)) for year in (2023, 2025)}
