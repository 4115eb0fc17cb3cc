"""What is summed, divided and counted in the monthly model, and what is left out of it: a few rows worked by hand."""

from datetime import date

import pytest

from tests.models import insert, run_model
from tests.unit import test_indicator_month as months

pytestmark = pytest.mark.dear
MODEL, observe, row_of, release = months.MODEL, months._observe, months._row, months.release


def test_a_city_is_the_sum_of_current_counts_of_units_that_report(release):
    insert(release, "core.dim_area", [{"area_id": "quiet", "level_code": "unit", "city_area_id": "city", "is_reporting": False, "kind_code": "administrative"}])  # fmt: skip
    observe(release, "a", "bed", "2026-01", 10)
    observe(release, "quiet", "bed", "2026-01", 500)
    # A ratio that was reported is none of ours, and what was replaced by a later revision is gone.
    observe(release, "a", "share", "2026-01", 0.9)
    observe(release, "b", "bed", "2026-01", 700)
    release.execute("update core.fct_observation set is_current = false where area_id = 'b'")
    frame = run_model(release, MODEL)
    city = row_of(frame, "city", "bed", "2026-01")
    assert (city["value"], city["expected_count"]) == (10, 1)
    assert {(row["area_id"], row["indicator_code"]) for row in frame.to_dicts()} == {
        ("a", "bed"), ("quiet", "bed"), ("city", "bed"), ("a", "per_1000"), ("quiet", "per_1000"), ("city", "per_1000"),
    }  # fmt: skip


def test_a_city_of_units_to_which_nothing_applies_is_not_applicable_and_of_unknown_quality(release):
    observe(release, "zone", "bed", "2026-01", None, status="not_applicable", quality=None)
    city = row_of(run_model(release, MODEL), "city", "bed", "2026-01")
    assert (city["value"], city["status_code"], city["quality_code"]) == (None, "not_applicable", None)


def test_a_city_month_is_not_derived_where_the_total_of_one_unit_was_restated(release):
    for unit, revision in (("a", 1), ("b", 2)):
        observe(release, unit, "trained", "2026-02", 25, revision=revision)
        observe(release, unit, "trained", "2026-03", 70)
    frame = run_model(release, MODEL)
    # 70 − 25 of the one; of both together nobody knows.
    assert row_of(frame, "a", "trained", "2026-03")["monthly_value"] == 45
    assert row_of(frame, "city", "trained", "2026-03")["monthly_value"] is None


def test_a_base_counts_from_its_own_day_on_and_the_newest_one_counts(release):
    bases = [(date(2020, 11, 1), 1000), (date(2026, 6, 30), 2000), (date(2026, 7, 31), 4000)]
    insert(release, "core.fct_base", [{"area_id": "a", "indicator_code": "resident_population_aged_60_plus", "as_of_on": on, "value": value, "source_id": "s"} for on, value in bases])  # fmt: skip
    for month in ("2026-05", "2026-06", "2026-08"):
        observe(release, "a", "bed", month, 50)
    frame = run_model(release, MODEL)
    # 50 per 1000, per 2000 and per 4000, in thousands.
    assert [row_of(frame, "a", "per_1000", month)["value"] for month in ("2026-05", "2026-06", "2026-08")] == [
        50,
        25,
        12.5,
    ]


def test_a_unit_without_the_divisor_is_missing_and_a_doubtful_part_makes_a_doubtful_ratio(release):
    # a, b and zone have both parts, c has no beds; to d beds do not apply.
    insert(release, "core.dim_area", [{"area_id": "d", "level_code": "unit", "city_area_id": "city", "is_reporting": True, "kind_code": "administrative"}])  # fmt: skip
    for unit, quality in (
        ("a", "signed"),
        ("b", "doubtful"),
        ("zone", "provisional"),
        ("c", "signed"),
        ("d", "signed"),
    ):
        observe(release, unit, "nursing", "2026-01", 40, quality=quality)
        if unit == "d":
            observe(release, "d", "bed", "2026-01", None, status="not_applicable")
        elif unit != "c":
            observe(release, unit, "bed", "2026-01", 100)
    frame = run_model(release, MODEL)
    told = {unit: row_of(frame, unit, "share", "2026-01") for unit in ("a", "b", "c", "d", "zone")}
    assert [(row["status_code"], row["quality_code"]) for row in told.values()] == [
        ("reported", "signed"), ("reported", "doubtful"), ("missing", "signed"), ("not_applicable", "signed"), ("reported", "provisional"),
    ]  # fmt: skip
    # Three of the four that may have a share have one.
    city = row_of(frame, "city", "share", "2026-01")
    assert (city["reported_count"], city["expected_count"]) == (3, 4)


def test_a_rate_of_thirty_and_more_has_no_percentage_and_a_flow_no_change_since_december(release):
    insert(release, "core.fct_base", [{"area_id": "a", "indicator_code": "resident_population_aged_60_plus", "as_of_on": date(2020, 11, 1), "value": 1000, "source_id": "s"}])  # fmt: skip
    for month, beds, visits in (("2025-12", 45, 10), ("2026-02", 50, 40), ("2026-03", 60, 50)):
        observe(release, "a", "bed", month, beds)
        observe(release, "a", "visit", month, visits)
    frame = run_model(release, MODEL)
    rate, flow = (row_of(frame, "a", code, "2026-03") for code in ("per_1000", "visit"))
    # 60 − 50 for a thousand; 60 − 45 since December. 50 − 40 visits.
    assert (rate["change_mom"], rate["change_since_year_start"], rate["change_pct_mom"]) == (10, 15, None)
    assert (flow["change_mom"], flow["change_pct_mom"], flow["change_since_year_start"]) == (10, 0.25, None)
