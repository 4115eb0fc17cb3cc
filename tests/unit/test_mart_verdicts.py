"""One judge: what became of a target is concluded once, by the value at its deadline, and told with its reason."""

from datetime import date

import pytest

from tests.marts_world import figure, indicator, month_row, two_cities
from tests.models import insert, run_model
from warehouse.wording import targets

# Each plans a mart or two, all of them seconds: run with what changes one, and left out of the fast run.
pytestmark = pytest.mark.dear

DEADLINE = date(2025, 12, 31)


@pytest.fixture
def release():
    """Two small cities, the rules declared."""
    connection = two_cities()
    insert(connection, "meta.indicator", [indicator("share", kind_code="ratio", unit_zh="%")])
    insert(
        connection,
        "meta.parameter",
        [
            {"parameter_code": "outlook_possible_share", "value": 0.8},
            {"parameter_code": "verdict_span_months", "value": 3.0},
            {"parameter_code": "level_with_pace", "value": 0.02},
        ],
    )
    insert(
        connection,
        "meta.code",
        [{"code_set": "target_reason_code", "code": "after_deadline", "label_zh": "期限后第一个数（†）"}],
    )
    return connection


def target(target_id="t", **others):
    row = {
        "target_id": target_id, "indicator_code": "share", "area_id": "east", "name_zh": "覆盖率", "comparator": "at_least",
        "value": 0.6, "text_zh": "60%", "unit_zh": "%", "period_start_on": date(2021, 1, 1), "deadline_on": DEADLINE,
        "binding_code": "not_printed", "pace_code": "none",
    }  # fmt: skip
    return row | others


def evidence(target_id="t", code="share", scope="area", **others):
    row = {"target_id": target_id, "indicator_code": code, "reading_code": "usual", "scope_code": scope, "is_to_confirm": False}  # fmt: skip
    return row | others


def shares(area_id, values, code="share"):
    """Months given as (year, month): value."""
    return [month_row(area_id, date(*when, 1), value, code=code) for when, value in values.items()]


def judged(release, month=None):
    """The verdicts seen from one month, or the newest: (reading, area) to row; a reference by (reading, area, "reference")."""
    run_model(release, "mart/81_target_progress.sql")
    frame = run_model(release, "mart/84_target_verdict.sql")
    rows = [
        row for row in frame.iter_rows(named=True) if (row["is_latest"] if month is None else row["month"] == month)
    ]
    return {(row["reading"], row["area_id"], *(["reference"] if row["scope_code"] == "reference" else [])): row for row in rows}  # fmt: skip


def told(row):
    return row["target_state_code"], row["target_reason_code"], row["value"], row["is_marked"]


def test_the_value_at_the_deadline_judges_and_a_later_one_is_only_listed(release):
    insert(release, "core.dim_target", [target()])
    insert(release, "mart.indicator_month", shares("east", {(2025, 11): 0.55, (2025, 12): 0.587, (2026, 10): 0.653}))
    row = judged(release)["all", "east"]
    assert told(row) == ("missed", "at_deadline", 0.587, False)
    # 58.7 % - 60 % = -1.3 points
    assert row["gap"] == pytest.approx(-0.013)
    assert (row["newest_value"], row["newest_as_of_on"], row["as_of_on"]) == (0.653, date(2026, 10, 31), DEADLINE)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        # Nothing at the deadline: the last of the three months before it.
        ({(2025, 10): 0.61, (2026, 1): 0.5}, ("met", "before_deadline", 0.61, True)),
        # Of two months before it the nearer one; one that does not reach it misses it, marked too.
        ({(2025, 10): 0.7, (2025, 11): 0.5}, ("missed", "before_deadline", 0.5, True)),
        # Nothing before it either: the first of the three months after it, whatever came later.
        ({(2026, 2): 0.5, (2026, 10): 0.9}, ("missed", "after_deadline", 0.5, True)),
        # A month that is there but could not be summed is none.
        ({(2025, 12): None, (2026, 1): 0.61}, ("met", "after_deadline", 0.61, True)),
        # March is the third month after December, September the third before it: both are near enough.
        ({(2026, 3): 0.5}, ("missed", "after_deadline", 0.5, True)),
        ({(2025, 9): 0.61}, ("met", "before_deadline", 0.61, True)),
        # Four months off is too far to say anything: the value stays for orientation.
        ({(2026, 4): 0.9}, ("unknown", "not_at_deadline", 0.9, False)),
        ({(2025, 8): 0.9}, ("unknown", "not_at_deadline", 0.9, False)),
        ({(2026, 10): None}, ("unknown", "no_value", None, False)),
    ],
)
def test_a_deadline_without_a_figure_takes_a_near_one_and_is_marked_or_cannot_be_judged(release, values, expected):
    insert(release, "core.dim_target", [target()])
    insert(release, "mart.indicator_month", shares("east", {(2026, 11): None} | values))
    row = judged(release)["all", "east"]
    assert told(row) == expected
    assert row["reason_zh"] == ("期限后第一个数（†）" if expected[1] == "after_deadline" else None)
    # One target, one part: measured or not.
    assert (row["reading_count"], row["parts_named"], row["parts_measured"]) == (1, 1, int(expected[0] != "unknown"))


def test_a_running_total_is_never_judged_by_the_year_after_and_early_success_counts(release):
    yearly = {"indicator_code": "trained", "value": 100.0, "unit_zh": "人", "pace_code": "linear", "period_start_on": date(2025, 1, 1)}  # fmt: skip
    insert(release, "core.dim_target", [target("t", **yearly), target("u", **yearly, area_id="west")])
    # East: 110 by October, December unknown; west: 90 by November, and 20 in the January after.
    insert(
        release, "mart.indicator_month", shares("east", {(2025, 10): 110, (2025, 12): None, (2026, 1): 5}, "trained")
    )
    insert(
        release, "mart.indicator_month", shares("west", {(2025, 11): 90, (2025, 12): None, (2026, 1): 20}, "trained")
    )
    rows = judged(release)
    assert told(rows["all", "east"]) == ("met", "reached_early", 110, False)
    assert told(rows["all", "west"]) == ("unknown", "not_at_deadline", 90, False)


def test_early_success_counts_however_early(release):
    """110 of 100 by June, six months before the deadline, and nothing after."""
    yearly = {"indicator_code": "trained", "value": 100.0, "unit_zh": "人", "pace_code": "linear", "period_start_on": date(2025, 1, 1)}  # fmt: skip
    insert(release, "core.dim_target", [target("t", **yearly)])
    insert(release, "mart.indicator_month", shares("east", {(2025, 6): 110, (2025, 12): None}, "trained"))
    assert told(judged(release)["all", "east"]) == ("met", "reached_early", 110, False)


def test_a_target_reached_before_its_deadline_is_met_while_it_runs(release):
    insert(release, "core.dim_target", [target(deadline_on=date(2026, 12, 31))])
    insert(release, "mart.indicator_month", shares("east", {(2026, 10): 0.61}))
    assert told(judged(release)["all", "east"]) == ("met", "reached_early", 0.61, False)


def test_looked_at_from_an_earlier_month_a_target_stands_as_it_stood_then(release):
    insert(release, "core.dim_target", [target()])
    insert(release, "mart.indicator_month", shares("east", {(2025, 6): 0.5, (2025, 12): 0.61, (2026, 1): None}))
    june = judged(release, date(2025, 6, 1))["all", "east"]
    assert (june["target_state_code"], june["is_over"], june["value"]) == ("running", False, 0.5)


def test_a_running_target_whose_month_nobody_could_sum_runs_and_says_so(release):
    insert(release, "core.dim_target", [target(deadline_on=date(2026, 12, 31))])
    insert(release, "mart.indicator_month", shares("east", {(2026, 9): 0.5, (2026, 10): None}))
    row = judged(release)["all", "east"]
    assert (*told(row), row["origin_code"]) == ("unknown", "month_missing", None, False, "month")
    assert (row["is_over"], row["newest_value"]) == (False, 0.5)


def test_every_county_has_to_reach_it_by_itself_at_the_deadline(release):
    """A later success of all does not undo that none had it in the first month after the deadline."""
    insert(release, "core.dim_target", [target(indicator_code="home_count", value=1.0, unit_zh="个", deadline_on=date(2022, 12, 31))])  # fmt: skip
    insert(release, "meta.target_evidence", [evidence(code="home_count", scope="each_unit")])
    for unit, first in (("east_1", 1), ("east_2", 0)):
        insert(release, "mart.indicator_month", shares(unit, {(2023, 1): first, (2026, 10): 2}, "home_count"))
    insert(release, "mart.indicator_month", shares("east", {(2023, 1): 1, (2026, 10): 4}, "home_count"))
    rows = judged(release)
    assert told(rows["t", "east_1"]) == ("met", "after_deadline", 1, True)
    assert told(rows["t", "east_2"]) == ("missed", "after_deadline", 0, True)
    counts = [
        [rows["t", unit][f"parts_{name}"] for name in ("named", "measured", "met")] for unit in ("east_1", "east_2")
    ]
    assert counts == [[1, 1, 1], [1, 1, 0]]
    whole = rows["all", "east"]
    assert whole["as_of_on"] == date(2023, 1, 31)
    assert told(whole) == ("missed", "of_parts", None, True)
    assert (whole["parts_named"], whole["parts_measured"], whole["parts_met"]) == (2, 2, 1)


@pytest.mark.parametrize(
    ("april", "july", "state"),
    # 120 by December. From 60 to 100: 13 a month where 4 are needed. From 46 to 70: 8 a month of 10, four in five.
    # From 60 to 70: 3 of 10.
    [(60, 100, "likely"), (46, 70, "possible"), (60, 70, "unjudged")],
)
def test_parts_that_run_are_told_by_the_worst_of_them(release, april, july, state):
    yearly = {"indicator_code": "trained", "value": 120.0, "unit_zh": "人", "pace_code": "linear", "period_start_on": date(2025, 1, 1)}  # fmt: skip
    insert(release, "core.dim_target", [target(**yearly)])
    insert(release, "meta.target_evidence", [evidence(code="trained", scope="each_unit", part_zh="每个县（区）", part_value=120.0)])  # fmt: skip
    for unit, values in (("east_1", (60, 100)), ("east_2", (april, july))):
        months = {(2025, 4): values[0], (2025, 5): values[0], (2025, 6): values[0], (2025, 7): values[1]}
        insert(release, "mart.indicator_month", shares(unit, months, "trained"))
    insert(release, "mart.indicator_month", shares("east", {(2025, 7): 200}, "trained"))
    rows = judged(release, date(2025, 7, 1))
    assert (rows["t", "east_2"]["target_state_code"], rows["t", "east_2"]["target_reason_code"]) == (state, "pace")
    assert rows["all", "east"]["target_state_code"] == state


@pytest.mark.parametrize(("wrong", "state"), [(2, "hard"), (3, "unjudged")])
def test_out_of_reach_is_said_of_a_target_whose_rule_was_wrong_in_one_of_ten_and_no_more(release, wrong, state):
    yearly = {"indicator_code": "trained", "value": 1200.0, "unit_zh": "人", "pace_code": "linear", "period_start_on": date(2025, 1, 1)}  # fmt: skip
    insert(release, "core.dim_target", [target(**yearly)])
    limits = {"outlook_fewest_cases": 10, "outlook_most_wrong_share": 0.1}
    insert(release, "meta.parameter", [{"parameter_code": code, "value": value} for code, value in limits.items()])
    insert(release, "mart.indicator_month", shares("east", {(2025, 7): 100}, "trained"))
    # Twenty cases; at most 350 of 1,200 are foreseen.
    foreseen = {"projected": 300.0, "projected_low": 250.0, "projected_high": 350.0, "case_count": 20, "wrong_count": wrong}  # fmt: skip
    insert(release, "mart.year_outlook", [{"area_id": "east", "indicator_code": "trained", "month": date(2025, 7, 1)} | foreseen])  # fmt: skip
    assert told(judged(release)["all", "east"])[:2] == (state, "pace")


def test_a_part_that_runs_without_a_deadline_keeps_the_whole_running(release):
    insert(release, "core.dim_target", [target(indicator_code="home_count", value=2.0, unit_zh="个", deadline_on=None)])
    insert(release, "meta.target_evidence", [evidence(code="home_count", scope="each_unit")])
    for unit, count in (("east_1", 2), ("east_2", 1)):
        insert(release, "mart.indicator_month", shares(unit, {(2025, 7): count}, "home_count"))
    insert(release, "mart.indicator_month", shares("east", {(2025, 7): 3}, "home_count"))
    rows = judged(release)
    assert [rows["t", unit]["target_state_code"] for unit in ("east_1", "east_2")] == ["met", "running"]
    assert (rows["all", "east"]["target_state_code"], rows["all", "east"]["parts_met"]) == ("running", 1)


@pytest.mark.parametrize(("townships", "state"), [(0.89, "missed"), (1.0, "met"), (None, "unknown")])
def test_half_a_target_met_is_not_met(release, townships, state):
    """Every county and every township: the counties alone are not the target."""
    insert(release, "core.dim_target", [target(value=1.0)])
    insert(
        release,
        "meta.target_evidence",
        [
            evidence(code="home_count", scope="each_unit", part_zh="每个县（区）", part_value=1.0),
            evidence(code="share", part_zh="每个乡镇"),
        ],
    )
    for unit in ("east_1", "east_2"):
        insert(release, "mart.indicator_month", shares(unit, {(2025, 12): 1}, "home_count"))
    insert(release, "mart.indicator_month", shares("east", {(2025, 12): townships}))
    whole = judged(release)["all", "east"]
    assert whole["target_state_code"] == state
    assert (whole["parts_named"], whole["parts_met"]) == (3, 3 if state == "met" else 2)
    # As of what was measured; a part without a value has no date to give.
    assert whole["as_of_on"] == DEADLINE


def test_several_parts_are_told_as_of_the_oldest_of_them(release):
    # No deadline: east_2 did not report July and is known as of June, so that not both stood there in July.
    insert(release, "core.dim_target", [target(indicator_code="home_count", value=1.0, unit_zh="个", deadline_on=None, period_start_on=None, pace_code="none")])  # fmt: skip
    insert(release, "meta.target_evidence", [evidence(code="home_count", scope="each_unit")])
    insert(release, "mart.indicator_month", shares("east_1", {(2026, 6): 1, (2026, 7): 1}, "home_count"))
    insert(release, "mart.indicator_month", shares("east_2", {(2026, 6): 1, (2026, 7): None}, "home_count"))
    insert(release, "mart.indicator_month", shares("east", {(2026, 6): 2, (2026, 7): None}, "home_count"))
    rows = judged(release)
    assert [rows["t", unit]["as_of_on"] for unit in ("east_1", "east_2")] == [date(2026, 7, 31), date(2026, 6, 30)]
    assert rows["all", "east"]["as_of_on"] == date(2026, 6, 30)
    parts = [{"as_of_on": rows["t", unit]["as_of_on"], "as_of_precision": "day"} for unit in ("east_1", "east_2")]
    assert targets.when_of_parts_zh(parts) == "截至2026年6月30日至2026年7月31日"
    assert targets.when_of_parts_zh([parts[0], {"as_of_on": None}]) == "截至2026年7月31日"
    assert targets.when_of_parts_zh([]) == ""


def test_of_parts_of_which_none_is_measured_nothing_is_said_and_no_date_given(release):
    insert(release, "core.dim_target", [target(value=1.0)])
    insert(release, "meta.target_evidence", [evidence(code="home_count", scope="each_unit", part_zh="每个县（区）", part_value=1.0)])  # fmt: skip
    for unit in ("east_1", "east_2"):
        insert(release, "mart.indicator_month", shares(unit, {(2025, 12): None}, "home_count"))
    insert(release, "mart.indicator_month", shares("east", {(2025, 12): None}))
    rows = judged(release)
    whole = rows["all", "east"]
    assert told(whole) == ("unknown", "of_parts", None, False)
    assert (whole["parts_measured"], whole["as_of_on"]) == (0, None)
    assert (rows["t", "east_1"]["reading_count"], rows["t", "east_1"]["parts_measured"]) == (1, 0)
    assert (rows["t", "east_1"]["parts_met"], rows["t", "east_1"]["status_code"]) == (0, "missing")


def test_two_readings_are_one_target_and_judged_only_where_they_agree(release):
    trained = {"indicator_code": "trained", "value": 500.0, "unit_zh": "人", "pace_code": "linear", "period_start_on": date(2025, 1, 1)}  # fmt: skip
    insert(release, "meta.indicator", [indicator("certified", timing_code="year_to_date")])
    insert(
        release,
        "core.dim_target",
        [target("t", **trained), target("t2", **(trained | {"indicator_code": "certified"}), reading_of_id="t")],
    )
    insert(release, "mart.indicator_month", shares("east", {(2025, 12): 520}, "trained"))
    insert(release, "mart.indicator_month", shares("east", {(2025, 12): 300}, "certified"))
    rows = judged(release)
    assert (rows["t", "east"]["target_state_code"], rows["t2", "east"]["target_state_code"]) == ("met", "missed")
    whole = rows["all", "east"]
    assert (whole["target_state_code"], whole["target_reason_code"], whole["reading_count"]) == (
        "to_confirm",
        "readings_differ",
        2,
    )
    assert sum(key[0] == "all" for key in rows) == 1
    # Of the two both are measured, one is met.
    assert (whole["parts_named"], whole["parts_measured"], whole["parts_met"]) == (2, 2, 1)


def test_a_target_of_two_readings_counts_the_parts_of_both_and_is_as_old_as_the_older(release):
    """Two counties and one number of the city: three parts. One county reported in November only, all three are met."""
    insert(release, "meta.indicator", [indicator("other_share", kind_code="ratio", unit_zh="%")])
    insert(release, "core.dim_target", [target("t", value=1.0), target("t2", indicator_code="other_share", reading_of_id="t")])  # fmt: skip
    insert(release, "meta.target_evidence", [evidence(code="home_count", scope="each_unit", part_zh="每个县（区）", part_value=1.0)])  # fmt: skip
    insert(release, "mart.indicator_month", shares("east_1", {(2025, 12): 2}, "home_count"))
    insert(release, "mart.indicator_month", shares("east_2", {(2025, 11): 1}, "home_count"))
    insert(release, "mart.indicator_month", shares("east", {(2025, 12): 0.7}, "other_share"))
    whole = judged(release)["all", "east"]
    assert (whole["target_state_code"], whole["target_reason_code"]) == ("met", "readings_agree")
    assert (whole["parts_named"], whole["parts_measured"], whole["parts_met"]) == (3, 3, 3)
    assert whole["as_of_on"] == date(2025, 11, 30)


@pytest.mark.parametrize(("value", "state"), [(0.4, "met"), (0.41, "missed")])
def test_a_ceiling_is_kept_by_what_just_touches_it(release, value, state):
    insert(release, "core.dim_target", [target(comparator="at_most", value=0.4)])
    insert(release, "mart.indicator_month", shares("east", {(2025, 12): value}))
    assert told(judged(release)["all", "east"]) == (state, "at_deadline", value, False)


def test_one_part_out_of_reach_is_the_whole_whatever_the_others_say(release):
    """East_1 has what is asked by July, east_2 can have 350 of 1,200 at most."""
    yearly = {"indicator_code": "trained", "value": 1200.0, "unit_zh": "人", "pace_code": "linear", "period_start_on": date(2025, 1, 1)}  # fmt: skip
    insert(release, "core.dim_target", [target(**yearly)])
    insert(release, "meta.target_evidence", [evidence(code="trained", scope="each_unit", part_zh="每个县（区）", part_value=1200.0)])  # fmt: skip
    limits = {"outlook_fewest_cases": 10, "outlook_most_wrong_share": 0.1}
    insert(release, "meta.parameter", [{"parameter_code": code, "value": value} for code, value in limits.items()])
    for unit, count in (("east_1", 1200), ("east_2", 100)):
        insert(release, "mart.indicator_month", shares(unit, {(2025, 7): count}, "trained"))
    insert(release, "mart.indicator_month", shares("east", {(2025, 7): 1300}, "trained"))
    foreseen = {"projected": 300.0, "projected_low": 250.0, "projected_high": 350.0, "case_count": 20, "wrong_count": 0}
    insert(release, "mart.year_outlook", [{"area_id": "east_2", "indicator_code": "trained", "month": date(2025, 7, 1)} | foreseen])  # fmt: skip
    rows = judged(release)
    assert [rows["t", unit]["target_state_code"] for unit in ("east_1", "east_2")] == ["met", "hard"]
    assert (rows["all", "east"]["target_state_code"], rows["all", "east"]["parts_met"]) == ("hard", 1)


def test_one_part_to_be_confirmed_leaves_the_whole_to_be_confirmed(release):
    """Both counties have their home; whether the city's rate counts what is meant is not known."""
    insert(release, "core.dim_target", [target(value=0.6)])
    parts = [
        evidence(code="home_count", scope="each_unit", part_zh="每个县（区）", part_value=1.0),
        evidence(part_zh="每个乡镇", is_to_confirm=True),
    ]
    insert(release, "meta.target_evidence", parts)
    for unit in ("east_1", "east_2"):
        insert(release, "mart.indicator_month", shares(unit, {(2025, 12): 1}, "home_count"))
    insert(release, "mart.indicator_month", shares("east", {(2025, 12): 0.7}))
    whole = judged(release)["all", "east"]
    assert (whole["target_state_code"], whole["parts_named"], whole["parts_measured"], whole["parts_met"]) == (
        "to_confirm",
        3,
        3,
        2,
    )


def test_at_the_deadline_a_month_goes_before_a_document_of_the_same_day(release):
    insert(release, "core.dim_target", [target(indicator_code="home_count", value=30.0, unit_zh="个")])
    insert(release, "core.fct_document_figure", [figure("f", "east", 31, date(2025, 12, 31))])
    insert(release, "mart.indicator_month", shares("east", {(2025, 12): 29}, "home_count"))
    row = judged(release)["all", "east"]
    assert told(row) == ("missed", "at_deadline", 29, False)
    assert (row["origin_code"], row["newest_value"]) == ("month", 29)


@pytest.mark.parametrize(("month", "is_replaced"), [(7, False), (8, False), (9, True)])
def test_a_target_replaced_before_its_deadline_is_replaced_from_then_on(release, month, is_replaced):
    """Its document held until August 2025, the deadline was December: not replaced yet when looked at from August."""
    until_august = target(valid_to_on=date(2025, 8, 31))
    # One that held until its deadline was not replaced, only due.
    until_the_deadline = target("u", area_id="west", valid_to_on=DEADLINE)
    insert(release, "core.dim_target", [until_august, until_the_deadline])
    for area in ("east", "west"):
        insert(
            release, "mart.indicator_month", shares(area, {(2025, seen): 0.5 for seen in (7, 8, 9)} | {(2026, 1): 0.5})
        )
    rows = judged(release, date(2025, month, 1))
    assert rows["all", "east"]["is_replaced"] is is_replaced
    assert rows["all", "west"]["is_replaced"] is False


@pytest.mark.parametrize(
    ("is_open", "expected"), [(True, ("to_confirm", "to_confirm")), (False, ("met", "readings_agree"))]
)
def test_readings_that_say_the_same_are_told_by_what_they_say(release, is_open, expected):
    insert(release, "meta.indicator", [indicator("other_share", kind_code="ratio", unit_zh="%")])
    insert(release, "core.dim_target", [target("t"), target("t2", indicator_code="other_share", reading_of_id="t")])
    insert(
        release,
        "meta.target_evidence",
        [evidence("t", is_to_confirm=is_open), evidence("t2", "other_share", is_to_confirm=is_open)],
    )
    insert(release, "mart.indicator_month", shares("east", {(2025, 12): 0.7}))
    insert(release, "mart.indicator_month", shares("east", {(2025, 12): 0.8}, "other_share"))
    whole = judged(release)["all", "east"]
    assert (whole["target_state_code"], whole["target_reason_code"]) == expected


def test_readings_of_which_none_is_measured_have_no_value(release):
    insert(release, "meta.indicator", [indicator("other_share", kind_code="ratio", unit_zh="%")])
    insert(release, "core.dim_target", [target("t"), target("t2", indicator_code="other_share", reading_of_id="t")])
    insert(release, "mart.indicator_month", shares("east", {(2026, 1): None}))
    insert(release, "mart.indicator_month", shares("east", {(2026, 1): None}, "other_share"))
    whole = judged(release)["all", "east"]
    assert (whole["target_state_code"], whole["target_reason_code"]) == ("unknown", "no_value")


def test_a_target_without_a_printed_deadline_is_met_or_runs(release):
    insert(release, "core.dim_target", [target("t", deadline_on=None), target("u", deadline_on=None, area_id="west")])
    insert(release, "mart.indicator_month", [*shares("east", {(2026, 9): 0.7}), *shares("west", {(2026, 9): 0.5})])
    rows = judged(release)
    assert told(rows["all", "east"]) == ("met", "no_deadline", 0.7, False)
    assert told(rows["all", "west"]) == ("running", "no_deadline", 0.5, False)


def test_a_target_of_which_neither_dates_nor_months_are_known_stands_all_the_same(release):
    insert(release, "core.dim_target", [target(deadline_on=None, period_start_on=None)])
    row = judged(release)["all", "east"]
    assert told(row) == ("unknown", "no_value", None, False)
    assert (row["month"], row["origin_code"]) == (date(1900, 1, 1), "none")


def test_an_unconfirmed_reading_is_listed_and_never_judged(release):
    insert(release, "core.dim_target", [target()])
    insert(release, "meta.target_evidence", [evidence(is_to_confirm=True)])
    insert(release, "mart.indicator_month", shares("east", {(2025, 12): 0.2}))
    insert(release, "mart.indicator_month", shares("east_1", {(2025, 12): 0.9}))
    rows = judged(release)
    assert told(rows["all", "east"]) == ("to_confirm", "to_confirm", 0.2, False)
    # No unit is judged by what the city is not judged by.
    assert rows["t", "east_1", "reference"]["target_state_code"] == "to_confirm"


def test_units_are_held_against_the_citys_rate_at_its_deadline_for_orientation_only(release):
    insert(release, "core.dim_target", [target()])
    insert(release, "mart.indicator_month", shares("east", {(2025, 12): 0.61}))
    insert(release, "mart.indicator_month", shares("east_1", {(2025, 12): 0.5, (2026, 10): 0.9}))
    # Another rate of the unit, a part of this one, the same of another city: none is held against this target.
    insert(release, "mart.indicator_month", shares("east_1", {(2025, 12): 0.8}, "other_share"))
    insert(release, "mart.indicator_month", [month_row("east_2", DEADLINE.replace(day=1), 0.8, code="share", breakdown_code="part")])  # fmt: skip
    insert(release, "mart.indicator_month", shares("west_1", {(2025, 12): 0.8}))
    rows = judged(release)
    assert [key for key in rows if key[-1] == "reference"] == [("t", "east_1", "reference")]
    row = rows["t", "east_1", "reference"]
    assert told(row) == ("missed", "at_deadline", 0.5, False)
    assert (row["scope_code"], row["origin_code"]) == ("reference", "month")
    assert rows["t", "east"]["scope_code"] == "area"


def test_what_does_not_apply_to_a_unit_is_not_said_to_be_missing_there(release):
    """A zone without villages has no share of them, and none is missing in a month it was silent; a silent unit's is."""
    insert(release, "core.dim_target", [target()])
    insert(release, "mart.indicator_month", shares("east", {(2025, 12): 0.61, (2026, 10): 0.7}))
    none = {"code": "share", "status_code": "not_applicable"}
    insert(release, "mart.indicator_month", [month_row("east_zone", date(2025, 12, 1), None, code="share")])
    insert(release, "mart.indicator_month", [month_row("east_zone", date(2026, 10, 1), None, **none)])
    for year, month in ((2025, 12), (2026, 10)):
        insert(release, "mart.indicator_month", [month_row("east_1", date(year, month, 1), None, code="share")])
    rows = judged(release)
    assert rows["t", "east_zone", "reference"]["status_code"] == "not_applicable"
    assert rows["t", "east_1", "reference"]["status_code"] == "missing"


def test_a_number_of_the_whole_city_is_not_asked_of_each_unit(release):
    insert(release, "core.dim_target", [target(indicator_code="home_count", value=30.0, unit_zh="个")])
    for area in ("east", "east_1"):
        insert(release, "mart.indicator_month", shares(area, {(2025, 12): 31}, "home_count"))
    assert set(judged(release)) == {("t", "east"), ("all", "east")}


def test_a_target_that_begins_in_a_month_counts_that_month_for_its_units_too(release):
    insert(release, "core.dim_target", [target(period_start_on=date(2025, 12, 1))])
    insert(release, "mart.indicator_month", shares("east", {(2025, 12): 0.61}))
    insert(release, "mart.indicator_month", shares("east_1", {(2025, 11): 0.9, (2025, 12): 0.5}))
    assert told(judged(release)["t", "east_1", "reference"]) == ("missed", "at_deadline", 0.5, False)


def test_a_qualitative_target_is_none_of_the_judged(release):
    insert(release, "core.dim_target", [target(comparator="increase", value=None, text_zh="显著增长")])
    insert(release, "mart.indicator_month", shares("west", {(2025, 12): 0.6}))
    assert judged(release)["all", "east"]["target_state_code"] == "qualitative"


def test_documents_alone_are_judged_at_the_deadline_whatever_the_day(release):
    """A city without months is looked at once: nothing here asks a clock."""
    insert(release, "core.dim_target", [target(indicator_code="home_count", value=30.0, unit_zh="个")])
    insert(release, "core.fct_document_figure", [figure("f", "east", 31, date(2025, 6, 1)), figure("g", "east", 29, date(2025, 12, 5))])  # fmt: skip
    row = judged(release)["all", "east"]
    assert told(row) == ("missed", "at_deadline", 29, False)
    assert row["is_over"] is None
