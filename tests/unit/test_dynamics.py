"""The truth behind the demonstration: published totals at their dates, and figures that agree with each other."""

from datetime import date
from itertools import pairwise

import pytest

from etl.demo.arithmetic import interpolate, shared_out
from etl.demo.dynamics import TIERS, Dynamics, read_parameters, tasks_of
from etl.demo.world import read_world
from tests.declared import units_of

JULY_2023 = date(2023, 7, 1)
FUNNEL = [f"order_{step}_count" for step in ("placed", "dispatched", "accepted", "completed", "rated", "satisfied")]


@pytest.fixture(scope="module")
def world(catalog):
    return read_world(catalog)


@pytest.fixture(scope="module")
def dynamics(world):
    return Dynamics(world.places)


def city_sum(dynamics, city: str, form: str, indicator: str, month: date) -> float:
    units = [unit for unit, place in dynamics.places.items() if place.city == city]
    return sum(dynamics.values(form, unit, month).get((indicator, "total"), 0) for unit in units)


def test_every_declared_unit_reports_forty_six_months(dynamics):
    assert set(dynamics.places) == set(read_parameters()["units"]) <= set(units_of())
    # 2023-01 … 2026-10 = 3 × 12 + 10
    assert len(dynamics.months) == 46


@pytest.mark.parametrize(
    ("indicator", "total"),
    # 濮阳 2023-07-28: 20个街道养老服务中心、313个日间照料中心、2016个幸福院.
    [("street_centre_count", 20), ("community_day_care_count", 313), ("village_home_count", 2016)],
)
def test_facilities_of_puyang_sum_to_the_reply_of_july_2023(dynamics, indicator, total):
    assert city_sum(dynamics, "puyang", "facility", indicator, JULY_2023) == total


@pytest.mark.parametrize(
    ("indicator", "total"),
    # 抚顺 2023: 39所乡镇敬老院、82个互助幸福院、26个居家和社区养老服务中心.
    [("township_home_count", 39), ("village_home_count", 82), ("community_home_care_centre_count", 26)],
)
def test_facilities_of_fushun_sum_to_the_reply_of_2023(dynamics, indicator, total):
    assert city_sum(dynamics, "fushun", "facility", indicator, date(2023, 12, 1)) == total


@pytest.mark.parametrize(
    ("month", "platforms"),
    # “1+6” in July 2023, 7 county platforms in June 2024, 8 in July 2025; the city's own is not a county's.
    [(JULY_2023, 6), (date(2024, 6, 1), 7), (date(2025, 7, 1), 8)],
)
def test_county_platforms_go_live_as_the_replies_say(dynamics, month, platforms):
    assert city_sum(dynamics, "puyang", "platform", "smart_platform_count", month) == platforms


def test_enrolment_is_667_thousand_in_july_2023_and_over_700_thousand_a_year_later(dynamics):
    # 66.7万 is printed to one decimal: 666,500 ≤ n < 667,500; 70余万: at least 700,000
    assert 666_500 <= city_sum(dynamics, "puyang", "platform", "enrolled_count", JULY_2023) < 667_500
    assert city_sum(dynamics, "puyang", "platform", "enrolled_count", date(2024, 6, 1)) >= 700_000


def test_services_so_far_pass_a_hundred_thousand_by_july_2023(dynamics):
    assert city_sum(dynamics, "puyang", "platform", "service_person_times_total", JULY_2023) >= 100_000


def test_puyang_trains_2631_in_2024_against_a_task_of_1670(dynamics):
    # The document counts people; whoever came twice is two person-times.
    assert city_sum(dynamics, "puyang", "training", "training_people", date(2024, 12, 1)) == 2631
    assert city_sum(dynamics, "puyang", "training", "training_person_times", date(2024, 12, 1)) > 2631
    # 260 + 270 + 210 + 190 + 150 + 400 + 20 + 130 + 40 = 1670
    assert sum(tasks_of(dynamics.parameters, "puyang", 2024).values()) == 1670


def test_two_runs_give_the_same_numbers_whatever_was_asked_before(world, dynamics):
    other = Dynamics(world.places)
    for form, unit, month in (
        ("platform", "xinbin", date(2026, 10, 1)),
        ("allowance", "qingfeng", date(2024, 2, 1)),
        ("facility", "puyang_etdz", date(2025, 6, 1)),
    ):
        assert other.values(form, unit, month) == dynamics.values(form, unit, month)


def test_beds_and_institutions_are_the_sum_of_their_parts_everywhere(dynamics):
    for unit in dynamics.places:
        for month in dynamics.months[::5]:
            value = {indicator: number for (indicator, _), number in dynamics.facility(unit, month).items()}
            assert value["care_bed_count"] == value["institution_bed_count"] + value["community_bed_count"]
            assert value["institution_bed_count"] == value["public_bed_count"] + value["private_bed_count"]
            assert value["nursing_bed_count"] <= value["institution_bed_count"]
            assert value["institution_resident_count"] <= value["institution_bed_count"]
            assert value["visited_count"] <= value["visit_due_count"]
            assert all(number >= 0 for number in value.values())


def test_training_only_grows_within_a_year_and_starts_anew_in_january(dynamics):
    for unit in dynamics.places:
        for earlier, later in pairwise(dynamics.months):
            one, other = dynamics.training(unit, earlier), dynamics.training(unit, later)
            for indicator in ("training_person_times", "training_people", "certificate_count"):
                if later.month > 1:
                    assert other[indicator, "total"] >= one[indicator, "total"]
            assert other["training_people", "total"] <= other["training_person_times", "total"]
        assert dynamics.training(unit, date(2025, 1, 1))["certificate_count", "total"] == 0


def test_the_funnel_narrows_and_services_add_up(dynamics):
    for unit in dynamics.places:
        for earlier, later in pairwise(dynamics.months):
            before, now = dynamics.platform(unit, earlier), dynamics.platform(unit, later)
            steps = [now[step, "total"] for step in FUNNEL]
            assert steps == sorted(steps, reverse=True)
            total = "service_person_times_total", "total"
            assert now[total] == before[total] + now["service_person_times", "total"]
            assert now["active_person_count", "total"] <= now["service_person_times", "total"]
            assert now["active_person_count", "total"] <= now["enrolled_count", "total"]


def test_allowance_is_paid_by_the_standards_to_the_yuan_in_every_township(dynamics):
    # 濮阳 since 2019: 50, 100 and 300 yuan a month; arrears are added, recoveries taken off
    standards = dict(zip(TIERS, (50, 100, 300), strict=True))
    for unit in dynamics.places:
        for month in dynamics.months[::6]:
            rows = dynamics.allowance_rows(unit, month)
            for row in rows.values():
                for tier, yuan in standards.items():
                    paid = row["allowance_paid_yuan", tier]
                    assert paid == (
                        row["allowance_recipient_count", tier] * yuan
                        + row["allowance_arrears_yuan", tier]
                        - row["allowance_recovered_yuan", tier]
                    )
                    assert paid >= 0
            whole = dynamics.allowance(unit, month)
            assert whole["allowance_recipient_count", "total"] == sum(
                row["allowance_recipient_count", "total"] for row in rows.values()
            )
            assert whole["allowance_stopped_count", "total"] == sum(
                whole["allowance_stopped_count", reason]
                for reason in ("reason_death", "reason_moved", "reason_unverified", "reason_other")
            )


def test_a_zone_without_villages_has_no_figure_for_village_homes(dynamics):
    for unit in ("puyang_industrial", "puyang_demo_zone"):
        assert ("village_home_count", "total") not in dynamics.facility(unit, JULY_2023)


def test_whole_numbers_are_shared_out_without_loss():
    # 10 × 0.5 / 0.3 / 0.2 = 5, 3, 2; 7 × the same = 3.5, 2.1, 1.4: floors 3 + 2 + 1, the one left to the largest rest
    weights = {"a": 0.5, "b": 0.3, "c": 0.2}
    assert shared_out(10, weights) == {"a": 5, "b": 3, "c": 2}
    assert shared_out(7, weights) == {"a": 4, "b": 2, "c": 1}


def test_a_line_through_dated_points_is_straight_between_and_flat_outside():
    points = {date(2023, 1, 1): 100.0, date(2023, 1, 11): 200.0}
    # three of ten days on: 100 + 0.3 × 100
    assert interpolate(points, date(2023, 1, 4)) == pytest.approx(130)
    assert interpolate(points, date(2022, 1, 1)) == 100
    assert interpolate(points, date(2024, 1, 1)) == 200
