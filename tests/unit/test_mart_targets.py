"""Targets on a handful of rows: pace, what is still needed, outlook, what cannot be judged."""

from datetime import date

import pytest

from tests.marts_world import figure, indicator, month_row, two_cities
from tests.models import insert, run_model

# Each plans a mart or two, all of them seconds: run with what changes one, and left out of the fast run.
pytestmark = pytest.mark.dear


@pytest.fixture
def release():
    """An empty release with two small cities."""
    return two_cities()


def target(target_id, **others):
    row = {
        "target_id": target_id,
        "indicator_code": "trained",
        "area_id": "east",
        "name_zh": "培训",
        "comparator": "at_least",
        "value": 1200.0,
        "text_zh": "1200人",
        "unit_zh": "人",
        "period_start_on": date(2025, 1, 1),
        "deadline_on": date(2025, 12, 31),
        "binding_code": "expected",
        "pace_code": "linear",
    }
    return row | others


def progress(release):
    values = {"outlook_possible_share": 0.8, "outlook_fewest_cases": 10, "outlook_most_wrong_share": 0.1}
    insert(release, "meta.parameter", [{"parameter_code": code, "value": value} for code, value in values.items()])
    run_model(release, "mart/75_year_outlook.sql")
    frame = run_model(release, "mart/81_target_progress.sql")
    return {
        (row["target_id"], row["area_id"], row["month"], row["origin_code"]): row for row in frame.iter_rows(named=True)
    }


def trained(*values, year=2025, area_id="east"):
    return [month_row(area_id, date(year, n, 1), value, code="trained") for n, value in enumerate(values, start=1)]


def test_linear_pace_is_months_passed_and_the_gap_is_a_difference_of_shares(release):
    insert(release, "core.dim_target", [target("t")])
    insert(release, "mart.indicator_month", trained(50, 110, 200, 320, 450, 570, 780))
    july = progress(release)["t", "east", date(2025, 7, 1), "month"]
    # 780 / 1200 = 65 %, 7 / 12 = 58.3 %
    assert july["completion"] == pytest.approx(0.65)
    assert july["pace"] == pytest.approx(7 / 12)
    assert july["gap_pp"] == pytest.approx(0.65 - 7 / 12)
    # 420 left over 5 months = 84 a month; (780 - 320) / 3 = 153.3 a month of late
    assert july["remaining"] == 420
    assert july["monthly_needed"] == 84
    assert july["recent_monthly"] == pytest.approx((780 - 320) / 3)


@pytest.mark.parametrize(
    ("july", "outlook"),
    [
        (1250, "met"),
        (780, "likely"),  # 420 / 5 = 84 needed a month; (780 - 320) / 3 = 153 of late
        (640, "possible"),  # 560 / 5 = 112 needed; 320 / 3 = 107 of late: 95 %
        (350, "unjudged"),  # 850 / 5 = 170 needed; 30 / 3 = 10 of late: a rule nobody has tested on a whole year
    ],
)
def test_the_outlook_holds_the_last_three_months_against_what_is_still_needed(release, july, outlook):
    insert(release, "core.dim_target", [target("t")])
    # November makes July a month of the past: what was to be expected then does not change once the year is over.
    insert(release, "mart.indicator_month", trained(50, 110, 200, 320, 330, 340, july, None, None, None, 1300))
    assert progress(release)["t", "east", date(2025, 7, 1), "month"]["outlook_code"] == outlook


# Every year a hundredth by January, … and half by July: training waits for the end of winter.
SHARES = [0.01, 0.02, 0.08, 0.17, 0.28, 0.41, 0.50, 0.56, 0.68, 0.81, 0.93, 1.0]


def years(*totals):
    """Completed years from 2021 on, each a little off the common rhythm."""
    for place, total in enumerate(totals):
        off = 1 + 0.02 * (place % 2)
        yield from trained(*(round(total * min(share * off, 1)) for share in SHARES), year=2021 + place)


@pytest.mark.parametrize(
    ("march", "outlook"),
    # 8.08 % of the year lies behind March, with an error of 1.32 %, 2.3-fold of four years: 102 foretell 1,262 and at least
    # 1,224, 95 at most 1,211, 60 about 740, against 1,200.
    [(102, "likely"), (95, "possible"), (60, "hard")],
)
def test_in_spring_the_year_is_foreseen_by_its_own_rhythm(release, march, outlook):
    insert(release, "core.dim_target", [target("t")])
    insert(release, "mart.indicator_month", list(years(1000, 1100, 1050, 1200)) + trained(12, 24, march))
    assert progress(release)["t", "east", date(2025, 3, 1), "month"]["outlook_code"] == outlook


def test_out_of_reach_is_said_only_by_a_rule_that_was_tried_often_enough(release):
    """A tenth of each of three years by March foretells 200 of 1,200; three cases are no ten."""
    insert(release, "core.dim_target", [target("t")])
    done = [month_row("east", date(year, n, 1), value, code="trained") for year in (2022, 2023, 2024) for n, value in ((3, 100), (12, 1000))]  # fmt: skip
    insert(release, "mart.indicator_month", done + trained(5, 10, 20))
    assert progress(release)["t", "east", date(2025, 3, 1), "month"]["outlook_code"] == "unjudged"


@pytest.mark.parametrize(("months", "recent"), [((10, 20, 60), 20), ((10, 20), None), ((10, 20, 60, 100), 30)])
def test_against_a_yearly_mean_the_year_begins_anew(release, months, recent):
    # March: 60 in three months. April: (100 − 10) / 3. December before it is another year's.
    yearly = {"pace_code": "per_year", "deadline_on": date(2027, 12, 31), "period_start_on": date(2023, 1, 1)}
    insert(release, "core.dim_target", [target("t", **yearly)])
    insert(release, "mart.indicator_month", [month_row("east", date(2024, 12, 1), 900, code="trained"), *trained(*months)])  # fmt: skip
    row = progress(release)["t", "east", date(2025, len(months), 1), "month"]
    assert row["recent_monthly"] == recent
    # What is left is left for the months of this year, whenever the plan ends.
    assert row["monthly_needed"] == pytest.approx((row["target_value"] - months[-1]) / (12 - len(months)))


def test_a_missing_month_between_running_totals_does_not_silence_the_outlook(release):
    insert(release, "core.dim_target", [target("t")])
    insert(release, "mart.indicator_month", list(years(1000, 1100, 1050, 1200)) + trained(12, 24, None, None, 200))
    may = progress(release)["t", "east", date(2025, 5, 1), "month"]
    # 200 / 0.28 is about 710 of 1,200.
    assert (may["recent_monthly"], may["outlook_code"]) == (pytest.approx((200 - 24) / 3), "hard")


@pytest.mark.parametrize(
    ("broken", "outlook"),
    # Since July 2024 something else is counted: 2024 is of two kinds, and the years before it of another one. Since
    # February 2025: this year is of two kinds. Since January 2021 all years are of one kind, and since April 2025 nothing
    # of what March knew.
    [
        (date(2024, 7, 1), "unjudged"),
        (date(2025, 2, 1), "unjudged"),
        (date(2021, 1, 1), "hard"),
        (date(2025, 4, 1), "hard"),
    ],
)
def test_years_that_counted_something_else_foretell_nothing(release, broken, outlook):
    insert(release, "core.dim_target", [target("t")])
    insert(release, "mart.indicator_month", list(years(1000, 1100, 1050, 1200)) + trained(12, 24, 60))
    insert(release, "meta.series_break", [{"area_id": "east", "indicator_code": "trained", "month": broken}])
    assert progress(release)["t", "east", date(2025, 3, 1), "month"]["outlook_code"] == outlook


def test_from_nothing_no_year_is_foretold(release):
    insert(release, "core.dim_target", [target("t")])
    insert(release, "mart.indicator_month", list(years(1000, 1100, 1050, 1200)) + trained(0, 0, 0))
    # 0 of a year's 8 % would be 0 at its end, surely: no completed year was tried from there.
    assert progress(release)["t", "east", date(2025, 3, 1), "month"]["outlook_code"] == "unjudged"


def test_with_one_completed_year_nothing_is_called_out_of_reach_and_the_cases_are_told(release):
    insert(release, "core.dim_target", [target("t")])
    insert(release, "mart.indicator_month", list(years(1000))[:12] + trained(1, 2, 3, year=2025))
    row = progress(release)["t", "east", date(2025, 3, 1), "month"]
    assert row["outlook_code"] == "unjudged"
    assert "暂不判断：这条规则的回测有0例，太少" in row["caveat_zh"]


@pytest.mark.parametrize(
    ("cases", "wrong", "outlook", "told"),
    # Declared: at least ten cases, at most one of ten wrong. Ten are enough, one of ten wrong is not too many; at most 900
    # of 1,200 are foreseen.
    [
        (10, 1, "hard", None),
        (10, 2, "unjudged", "10例，错得太多"),
        (9, 0, "unjudged", "9例，太少"),
    ],
)
def test_ten_cases_are_enough_and_one_of_ten_wrong_is_not_too_many(release, cases, wrong, outlook, told):
    insert(release, "core.dim_target", [target("t")])
    insert(release, "mart.indicator_month", trained(100, 200, 300))
    values = {"outlook_possible_share": 0.8, "outlook_fewest_cases": 10, "outlook_most_wrong_share": 0.1}
    insert(release, "meta.parameter", [{"parameter_code": code, "value": value} for code, value in values.items()])
    foreseen = {"projected": 800.0, "projected_low": 700.0, "projected_high": 900.0, "case_count": cases, "wrong_count": wrong}  # fmt: skip
    insert(release, "mart.year_outlook", [{"area_id": "east", "indicator_code": "trained", "month": date(2025, 3, 1)} | foreseen])  # fmt: skip
    frame = run_model(release, "mart/81_target_progress.sql")
    (row,) = [one for one in frame.iter_rows(named=True) if one["month"] == date(2025, 3, 1)]
    assert row["outlook_code"] == outlook
    assert row["caveat_zh"] == (told and f"暂不判断：这条规则的回测有{told}")


@pytest.mark.parametrize(
    # Two points of a hundred as declared; of a target of twenty one is five points.
    ("others", "least"),
    [({"value": 1200.0}, 0.02), ({"value": 20.0}, 0.05), ({"pace_code": "none"}, None)],
)
def test_a_gap_counts_from_the_declared_share_on_and_from_one_of_what_is_counted(release, others, least):
    insert(release, "core.dim_target", [target("t", **others)])
    insert(release, "meta.parameter", [{"parameter_code": "level_with_pace", "value": 0.02}])
    insert(release, "mart.indicator_month", trained(1, 2, 3))
    assert progress(release)["t", "east", date(2025, 3, 1), "month"]["smallest_gap_pp"] == least


def test_without_three_months_nothing_is_said_of_the_outlook(release):
    insert(release, "core.dim_target", [target("t")])
    insert(release, "mart.indicator_month", trained(50, 110, None, None, None, None, None, None, 900))
    february = progress(release)["t", "east", date(2025, 2, 1), "month"]
    assert (february["recent_monthly"], february["outlook_code"]) == (None, "unknown")


def test_a_missing_month_has_no_actual_and_no_verdict(release):
    insert(release, "core.dim_target", [target("t")])
    insert(release, "mart.indicator_month", trained(50, None))
    row = progress(release)["t", "east", date(2025, 2, 1), "month"]
    assert (row["actual"], row["status_code"], row["outlook_code"]) == (None, "missing", "unknown")
    assert (row["completion"], row["remaining"], row["monthly_needed"]) == (None, None, None)


def test_a_year_that_ended_below_its_target_is_missed_and_one_without_its_last_month_cannot_be_judged(release):
    insert(release, "core.dim_target", [target("t"), target("u", area_id="west")])
    insert(release, "mart.indicator_month", trained(*range(100, 1300, 100)))
    insert(release, "mart.indicator_month", trained(*range(90, 1170, 90), area_id="west")[:11])
    lines = progress(release)
    # 12 x 100 = 1200 reached; west stops in November at 990
    assert lines["t", "east", date(2025, 12, 1), "month"]["outlook_code"] == "met"
    # What became of west is told by the verdict, not by its last line.
    assert not lines["u", "west", date(2025, 11, 1), "month"]["is_final"]


def test_a_year_that_ended_below_its_target_is_missed(release):
    insert(release, "core.dim_target", [target("t")])
    insert(release, "mart.indicator_month", trained(*range(90, 1170, 90)))
    row = progress(release)["t", "east", date(2025, 12, 1), "month"]
    assert (row["actual"], row["remaining"], row["outlook_code"]) == (1080, 120, "missed")


@pytest.mark.parametrize(
    ("april", "outlook"),
    # 148 in July, 48 to go in five months, 9.6 a month: ten a month of late, eight (over four fifths of it), four.
    [(178, "likely"), (172, "possible"), (160, "unjudged")],
)
def test_a_ceiling_is_held_against_the_pace_of_three_months_too(release, april, outlook):
    ceiling = {"indicator_code": "home_count", "comparator": "at_most", "value": 100.0, "pace_code": "none"}
    insert(release, "core.dim_target", [target("t", **ceiling)])
    months = {4: april, 5: 170, 6: 150, 7: 148}
    insert(release, "mart.indicator_month", [month_row("east", date(2025, n, 1), value) for n, value in months.items()])
    assert progress(release)["t", "east", date(2025, 7, 1), "month"]["outlook_code"] == outlook


@pytest.mark.parametrize("comparator", ["at_least", "at_most"])
def test_a_target_without_a_number_is_never_met(release, comparator):
    insert(release, "core.dim_target", [target("t", value=None, text_zh="逐步提高", comparator=comparator)])
    insert(release, "mart.indicator_month", trained(50, 110))
    row = progress(release)["t", "east", date(2025, 2, 1), "month"]
    assert (row["actual"], row["remaining"], row["monthly_needed"], row["outlook_code"]) == (110, None, None, "unknown")


def test_a_five_year_sum_needs_every_december_before(release):
    insert(release, "core.dim_target", [target("t", period_start_on=date(2024, 1, 1))])
    insert(release, "mart.indicator_month", [*trained(*range(50, 650, 50), year=2024), *trained(60, 120)])
    lines = progress(release)
    # 600 in 2024 and 120 so far in 2025; 14 of 24 months
    row = lines["t", "east", date(2025, 2, 1), "month"]
    assert row["actual"] == 720
    assert row["pace"] == pytest.approx(14 / 24)

    release.execute("delete from mart.indicator_month where month = date '2024-12-01'")
    release.execute("delete from mart.target_progress")
    release.execute("delete from meta.parameter")
    assert progress(release)["t", "east", date(2025, 2, 1), "month"]["actual"] is None


def test_a_sum_over_three_years_adds_both_decembers(release):
    """600 in 2023, 900 in 2024, 120 so far in 2025; 26 of 36 months."""
    insert(release, "core.dim_target", [target("t", period_start_on=date(2023, 1, 1), value=3000.0)])
    years_before = [*trained(*range(50, 650, 50), year=2023), *trained(*range(75, 975, 75), year=2024)]
    insert(release, "mart.indicator_month", [*years_before, *trained(60, 120)])
    row = progress(release)["t", "east", date(2025, 2, 1), "month"]
    assert (row["actual"], row["remaining"], row["pace"]) == (1620, 1380, pytest.approx(26 / 36))


def test_the_newest_line_is_the_latest_and_one_at_the_deadline_is_final(release):
    insert(release, "core.dim_target", [target("t")])
    insert(release, "mart.indicator_month", trained(*range(100, 1300, 100)))
    lines = progress(release)
    november, december = (lines["t", "east", date(2025, n, 1), "month"] for n in (11, 12))
    assert (november["is_latest"], november["is_final"]) == (False, False)
    assert (december["is_latest"], december["is_final"]) == (True, True)


def test_what_is_to_be_confirmed_foretells_nothing(release):
    insert(release, "core.dim_target", [target("t")])
    row = {"target_id": "t", "indicator_code": "trained", "reading_code": "usual", "scope_code": "area", "is_to_confirm": True}  # fmt: skip
    insert(release, "meta.target_evidence", [row])
    # Far ahead of its pace, and still.
    insert(release, "mart.indicator_month", trained(500, 800, 1100))
    assert progress(release)["t", "east", date(2025, 3, 1), "month"]["outlook_code"] == "to_confirm"


def test_a_target_spread_over_years_is_held_against_its_yearly_mean(release):
    insert(
        release,
        "core.dim_target",
        [target("t", pace_code="per_year", value=25000.0, period_start_on=date(2021, 1, 1))],
    )
    insert(
        release,
        "core.fct_document_figure",
        [figure("f", "east", 2631, date(2024, 1, 1), date(2024, 12, 31), indicator_code="trained")],
    )
    row = progress(release)["t", "east", date(2024, 12, 1), "document"]
    # 25000 / 5 = 5000 a year; 2631 / 5000 = 52.62 %
    assert (row["target_value"], row["completion"], row["pace"]) == (5000, pytest.approx(0.5262), 1.0)
    # One year does not tell whether the five-year sum was reached.
    assert row["outlook_code"] == "unknown"


def test_a_part_of_a_period_is_not_held_against_the_whole(release):
    insert(release, "core.dim_target", [target("t", period_start_on=date(2021, 1, 1))])
    insert(
        release,
        "core.fct_document_figure",
        [figure("f", "east", 500, date(2024, 1, 1), date(2024, 12, 31), indicator_code="trained")],
    )
    assert [key[3] for key in progress(release)] == ["none"]


def test_a_target_of_each_county_is_held_against_each_county_and_a_line_after_the_deadline_judges_nothing(release):
    insert(
        release,
        "core.dim_target",
        [target("t", indicator_code="home_count", value=1.0, pace_code="none", deadline_on=date(2022, 12, 31))],
    )
    insert(
        release,
        "meta.target_evidence",
        [
            {
                "target_id": "t",
                "indicator_code": "home_count",
                "reading_code": "usual",
                "scope_code": "each_unit",
                "is_to_confirm": False,
            }
        ],
    )
    may = date(2025, 5, 1)
    insert(
        release,
        "mart.indicator_month",
        [month_row("east", may, 6), month_row("east_1", may, 6), month_row("east_2", may, 0)],
    )
    lines = progress(release)
    assert {key[1]: (row["actual"], row["outlook_code"]) for key, row in lines.items()} == {
        "east_1": (6, "unknown"),
        "east_2": (0, "unknown"),
    }


def test_a_ceiling_is_met_from_below_and_has_no_completion(release):
    insert(
        release,
        "core.dim_target",
        [
            target(name, indicator_code=name, comparator="at_most", value=0.4, pace_code="none")
            for name in ("low", "high")
        ],
    )
    insert(release, "meta.indicator", [indicator("low", kind_code="ratio"), indicator("high", kind_code="ratio")])
    december = date(2025, 12, 1)
    insert(
        release,
        "mart.indicator_month",
        [month_row("east", december, 0.38, code="low"), month_row("east", december, 0.45, code="high")],
    )
    lines = progress(release)
    low, high = (lines[name, "east", december, "month"] for name in ("low", "high"))
    assert (low["completion"], low["remaining"], low["outlook_code"]) == (None, 0, "met")
    assert (high["remaining"], high["outlook_code"]) == (pytest.approx(0.05), "missed")
