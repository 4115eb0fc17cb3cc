"""What may be held against a target: its own indicator or those declared for it, by which reading, from which rows."""

from datetime import date

import pytest

from tests.marts_world import figure, indicator, month_row, two_cities
from tests.models import insert, run_model
from tests.unit.test_mart_verdicts import evidence, judged, shares, target

pytestmark = pytest.mark.dear
DEADLINE = date(2025, 12, 31)


@pytest.fixture
def release():
    """Two small cities; verdicts look three months around a deadline, unless a test says otherwise."""
    connection = two_cities()
    insert(connection, "meta.indicator", [indicator("share", kind_code="ratio", unit_zh="%")])
    insert(connection, "meta.parameter", [{"parameter_code": "verdict_span_months", "value": 3.0}])
    return connection


def progress(release, **wanted):
    frame = run_model(release, "mart/81_target_progress.sql").sort("target_id", "area_id", "as_of_on")
    return [row for row in frame.iter_rows(named=True) if all(row[name] == value for name, value in wanted.items())]


def test_of_several_targets_each_has_its_own_evidence(release):
    # t is measured by homes as well, u by its parts alone; v by its own indicator, declared once more for it.
    insert(release, "core.dim_target", [target("t"), target("u"), target("v")])
    insert(
        release, "meta.target_evidence",
        [evidence("t", code="home_count"), evidence("u", code="home_count", part_zh="每个村", part_value=1.0), evidence("v")],
    )  # fmt: skip
    insert(
        release, "mart.indicator_month", [*shares("east", {(2025, 12): 0.5}), month_row("east", date(2025, 11, 1), 7)]
    )
    told = {
        (row["target_id"], row["actual_indicator_code"], row["actual"], row["target_value"])
        for row in progress(release)
    }
    assert told == {("t", "share", 0.5, 0.6), ("u", "home_count", 7, 1.0), ("v", "share", 0.5, 0.6)}


def test_a_printed_rate_is_the_one_on_the_usual_base_of_documents_and_opens_its_row(release):
    release.execute("update meta.network set rate_indicator = 'share'")
    insert(release, "core.dim_target", [target("t")])
    row = {
        "area_id": "east", "network_code": "home", "base_code": "village", "origin_code": "document", "as_of_on": DEADLINE,
        "rate": 0.7, "built_source_id": "paper", "is_usual_base": True,
    }  # fmt: skip
    others = [{"origin_code": "month", "rate": 0.9}, {"is_usual_base": False, "as_of_on": date(2025, 6, 30)}]
    insert(release, "mart.coverage", [row, *(row | other for other in others)])
    (found,) = progress(release)
    assert (found["actual"], found["evidence_relation"]) == (0.7, "mart.coverage")
    assert found["evidence_row_key"] == "east|home|2025-12-31|village|document"


def test_a_figure_is_read_as_the_target_reads_it_and_months_that_lack_what_that_adds_say_nothing(release):
    count = {"indicator_code": "home_count", "value": 9.0, "unit_zh": "个"}
    insert(release, "core.dim_target", [target("t", **count), target("u", **count, area_id="west")])
    insert(release, "meta.target_evidence", [evidence("t", code="home_count", reading_code="with_city")])
    readings = [("f", "with_city", 1.0), ("f", "usual", 5.0), ("w", "with_city", 3.0), ("w", "usual", 0.0)]
    insert(release, "meta.figure_reading", [{"figure_id": name, "reading_code": code, "added_value": more} for name, code, more in readings])  # fmt: skip
    figures = [figure("f", "east", 8, DEADLINE), figure("w", "west", 4, DEADLINE), figure("x", "east", 70, DEADLINE, indicator_code="else_count")]  # fmt: skip
    insert(release, "core.fct_document_figure", figures)
    insert(release, "mart.indicator_month", [month_row("east", date(2025, 11, 1), 8), month_row("west", date(2025, 11, 1), 4)])  # fmt: skip
    told = [
        (row["target_id"], row["origin_code"], row["actual"], row["actual_as_written"]) for row in progress(release)
    ]
    # 8 and the city's own are 9, which is not what stands there; the west is read as usual, which adds nothing.
    assert sorted(told) == [("t", "document", 9, None), ("u", "document", 4, "4个"), ("u", "month", 4, None)]


def test_a_target_without_evidence_is_unknown_and_one_without_a_deadline_only_ever_met(release):
    insert(
        release,
        "core.dim_target",
        [target("t"), target("u", deadline_on=None), target("v", deadline_on=None, value=0.4)],
    )
    insert(release, "mart.indicator_month", shares("east", {(2025, 12): 0.5}))
    assert {row["target_id"]: row["outlook_code"] for row in progress(release)} == {
        "t": "missed",
        "u": "unknown",
        "v": "met",
    }
    release.execute("delete from mart.indicator_month")
    release.execute("delete from mart.target_progress")
    assert {row["outlook_code"] for row in progress(release)} == {"unknown"}


@pytest.mark.parametrize(
    ("span", "reason"), [(3.0, "not_at_deadline"), (4.0, "after_deadline"), (None, "not_at_deadline")]
)
def test_how_near_a_value_must_lie_is_declared_and_three_months_where_it_is_not(release, span, reason):
    release.execute("delete from meta.parameter")
    named = [("verdict_span_months", span)] if span else []
    insert(release, "meta.parameter", [{"parameter_code": code, "value": value} for code, value in [*named, ("another", 9.0)]])  # fmt: skip
    insert(release, "core.dim_target", [target()])
    # April is the fourth month after December.
    insert(release, "mart.indicator_month", shares("east", {(2026, 4): 0.9}))
    assert judged(release)["all", "east"]["target_reason_code"] == reason


def test_units_are_held_against_the_rate_of_their_city_where_nobody_divided_it(release):
    insert(
        release, "core.dim_target",
        [
            target("t"), target("divided"), target("parts"), target("counted", indicator_code="home_count"),
            target("paced", pace_code="linear"), target("words", value=None), target("late", period_start_on=date(2026, 6, 1), deadline_on=date(2026, 12, 31)),
            target("open", period_start_on=None), target("whole"),
        ],
    )  # fmt: skip
    declared = [evidence("divided", scope="each_unit"), evidence("parts", part_zh="每个乡镇"), evidence("whole")]
    insert(release, "meta.target_evidence", declared)
    rows = [*shares("east", {(2025, 12): 0.5}), *shares("east_1", {(2025, 12): 0.7}), month_row("east_1", date(2025, 12, 1), 3)]  # fmt: skip
    insert(release, "mart.indicator_month", rows)
    found = {key[0]: row for key, row in judged(release).items() if key[-1] == "reference"}
    # Not of a number, of what runs over the year, of what has no number, nor of a period that has not begun.
    assert set(found) == {"t", "whole", "open"}
    row = found["t"]
    assert (row["value"], row["evidence_relation"]) == (0.7, "mart.indicator_month")
    assert row["evidence_row_key"] == "east_1|share|total|2025-12-01"


def test_why_a_target_stands_as_it_does_is_told_of_each_reading(release):
    yearly = {
        "indicator_code": "trained",
        "value": 900.0,
        "unit_zh": "人",
        "pace_code": "per_year",
        "period_start_on": date(2023, 1, 1),
    }
    insert(
        release,
        "core.dim_target",
        [target("y", **yearly), target("r", deadline_on=date(2026, 12, 31), area_id="west"), target("b")],
    )
    insert(release, "mart.indicator_month", shares("east", {(2025, 12): 500, (2026, 1): 20}, "trained"))
    insert(release, "mart.indicator_month", shares("east", {(2025, 10): 0.61, (2026, 1): 0.5}))
    insert(release, "mart.indicator_month", shares("west", {(2026, 1): 0.5}))
    rows = judged(release)
    own = {name: rows[name, place] for name, place in (("y", "east"), ("r", "west"), ("b", "east"))}
    told = {name: (row["target_state_code"], row["target_reason_code"], row["is_marked"]) for name, row in own.items()}
    # One year of three tells nothing of their mean; of 2026 nothing is foreseen from January; October stands for December.
    assert told == {
        "y": ("unknown", "one_year", False), "r": ("running", "no_forecast", False), "b": ("met", "before_deadline", True),
    }  # fmt: skip
    assert rows["all", "east"]["scope_code"] == "whole"
