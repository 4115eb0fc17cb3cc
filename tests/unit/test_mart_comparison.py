"""The comparability gate and the bounds of cross checks on a handful of rows."""

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


def item(**others):
    row = {
        "item_code": "homes",
        "item_zh": "幸福院",
        "basis_code": "count",
        "unit_zh": "个",
        "decimals": 0,
        "input_kind_code": "figure",
        "input_code": "home_count",
        "base_code": "",
        "sort_order": 1,
    }
    return row | others


def compared(release, figures, *, items=None, pair=("east", "west")):
    insert(release, "core.fct_document_figure", figures)
    insert(release, "meta.comparison_item", items or [item()])
    insert(release, "meta.comparison_pair", [{"area_a": pair[0], "area_b": pair[1]}])
    rows = run_model(release, "mart/82_city_comparison.sql").rows(named=True)
    assert len(rows) == 1
    return rows[0]


@pytest.mark.parametrize(
    ("other_day", "comparable"),
    [
        (date(2023, 7, 28), True),
        (date(2023, 10, 28), True),  # three months to the day
        (date(2023, 10, 29), False),
        (date(2023, 4, 28), True),
        (date(2023, 4, 27), False),
    ],
)
def test_two_values_match_within_three_months(release, other_day, comparable):
    row = compared(release, [figure("a", "east", 70, date(2023, 7, 28)), figure("b", "west", 20, other_day)])
    assert row["comparable"] is comparable
    assert row["reason_code"] == (None if comparable else "as_of_differs")
    assert (row["value_a"], row["value_b"]) == (70, 20)


@pytest.mark.parametrize(("year", "comparable"), [(2023, True), (2022, False), (2024, False)])
def test_a_value_dated_by_a_year_matches_within_that_year_under_a_badge(release, year, comparable):
    yearly = figure("b", "west", 20, date(year, 1, 1), date(year, 12, 31))
    row = compared(release, [figure("a", "east", 70, date(2023, 1, 5)), yearly])
    assert row["comparable"] is comparable
    assert row["badge_zh"] == ("时点不详" if comparable else None)


def test_values_of_two_groups_are_refused_with_the_declared_reason(release):
    insert(release, "meta.indicator", [indicator("centre_count", group_code="centre")])
    reason = {"reason_code": "definition_differs", "reason_zh": "不是一类设施。"}
    insert(release, "meta.group_distinction", [{"group_code": "home", "other_group_code": "centre", **reason}])
    day = date(2023, 7, 28)
    row = compared(
        release,
        [figure("a", "east", 313, day), figure("b", "west", 26, day, indicator_code="centre_count")],
        items=[item(), item(input_code="centre_count")],
    )
    assert (row["comparable"], row["reason_code"], row["reason_zh"]) == (False, "definition_differs", "不是一类设施。")


def test_a_group_that_each_city_defines_for_itself_is_refused_between_cities_only(release):
    policy = {"city_reason_code": "policy_differs", "city_reason_zh": "政策不同。"}
    release.execute("update meta.group set city_reason_code = 'policy_differs', city_reason_zh = '政策不同。'")
    day = date(2023, 7, 28)
    figures = [figure(area_id, area_id, 5, day) for area_id in ("east", "west", "east_1", "east_2")]
    row = compared(release, figures)
    assert (row["comparable"], row["reason_zh"]) == (False, policy["city_reason_zh"])

    for relation in ("core.fct_document_figure", "meta.comparison_item", "meta.comparison_pair"):
        release.execute(f"delete from {relation}")
    assert compared(release, figures, pair=("east_1", "east_2"))["comparable"]


@pytest.mark.parametrize(("own", "silent", "values"), [("east", "west", (70, None)), ("west", "east", (None, 70))])
def test_what_one_side_never_published_is_said_and_not_compared(release, own, silent, values):
    row = compared(release, [figure("a", own, 70, date(2023, 7, 28))])
    assert (row["value_a"], row["value_b"]) == values
    assert (row["comparable"], row["reason_code"]) == (False, "not_published")
    assert row["reason_zh"] == f"{silent}未公布此项，不作比较"


@pytest.mark.parametrize("own", ["east", "west"])
def test_what_frames_the_comparison_and_is_not_there_is_a_missing_base(release, own):
    row = compared(release, [figure("a", own, 70, date(2023, 7, 28))], items=[item(basis_code="context")])
    assert (row["comparable"], row["reason_code"]) == (False, "base_missing")


PROFILE = {
    "resident_population": "resident_population", "resident_population_aged_60_plus": "aged_60_plus",
    "resident_population_aged_65_plus": "aged_65_plus", "resident_population_aged_80_plus": "aged_80_plus",
    "ageing_rate": "ageing_rate", "aged_65_plus_share": "aged_65_plus_share", "aged_80_plus_share": "aged_80_plus_share",
    "urban_share": "urban_share",
}  # fmt: skip


@pytest.mark.parametrize("code", PROFILE)
def test_each_figure_of_the_census_is_compared_by_its_own_column(release, code):
    values = {column: float(place) for place, column in enumerate(PROFILE.values(), start=1)}
    for area, times in (("east", 1), ("west", 10)):
        row = {"area_id": area, "as_of_on": date(2020, 11, 1)} | {name: value * times for name, value in values.items()}
        insert(release, "mart.area_profile", [row])
    row = compared(release, [], items=[item(input_kind_code="profile", input_code=code)])
    assert (row["value_a"], row["value_b"]) == (values[PROFILE[code]], 10 * values[PROFILE[code]])


@pytest.fixture
def covered(release):
    """70 homes for 100 villages in the east, 20 for 50 in the west; beside them halls, and homes on another base."""
    release.execute("insert into meta.network by name select * replace ('hall' as network_code) from meta.network")
    release.execute(
        "insert into meta.network by name select * replace ('other' as base_code, '村和社区' as base_label_zh,"
        " 'a_division' as division_code) from meta.network"
    )
    usual = {
        "network_code": "home", "base_code": "village", "origin_code": "document", "status_code": "reported", "group_code": "home",
        "indicator_code": "home_rate", "as_of_on": date(2023, 7, 28), "as_of_precision": "day", "base_year": 2021, "is_usual_base": True,
    }  # fmt: skip
    homes = [usual | {"area_id": "east", "built": 70, "base": 100, "rate": 0.7}]
    homes.append(usual | {"area_id": "west", "built": 20, "base": 50, "rate": 0.4})
    halls = [one | {"network_code": "hall", "built": 5, "as_of_on": date(2023, 7, 29)} for one in homes]
    others = [one | {"base_code": "other", "is_usual_base": False, "as_of_on": date(2023, 7, 30)} for one in homes]
    insert(release, "mart.coverage", [*homes, *halls, *others])
    people = [{"area_id": "east", "aged_60_plus": 1000}, {"area_id": "west", "aged_60_plus": 500}]
    insert(release, "mart.area_profile", [one | {"as_of_on": date(2020, 11, 1)} for one in people])
    return release


def test_coverage_is_compared_on_the_base_that_was_asked_for(covered):
    row = compared(covered, [], items=[item(input_kind_code="coverage", input_code="home", base_code="village")])
    assert (row["value_a"], row["value_b"], row["as_of_a"]) == (0.7, 0.4, date(2023, 7, 28))
    assert (row["note_a_zh"], row["note_b_zh"]) == ("70个÷100个行政村（2021年）", "20个÷50个行政村（2021年）")


def test_places_for_ten_thousand_old_people_are_counted_on_the_usual_base_of_that_network_alone(covered):
    # 70 homes for 1,000 people are 700 for ten thousand; 20 for 500 are 400.
    row = compared(covered, [], items=[item(input_kind_code="per_10000", input_code="home", base_code="village")])
    assert (row["value_a"], row["value_b"]) == (pytest.approx(700), pytest.approx(400))
    assert row["as_of_a"] == date(2023, 7, 28)


def test_months_come_before_documents_though_these_are_newer(release):
    months = [month_row(area, date(2023, 6, 1), value) for area, value in (("east", 60), ("west", 15))]
    insert(release, "mart.indicator_month", months)
    day = date(2023, 7, 28)
    row = compared(release, [figure("a", "east", 70, day), figure("b", "west", 20, day)])
    assert (row["value_a"], row["value_b"], row["as_of_a"]) == (60, 15, date(2023, 6, 30))


def test_of_several_dates_the_newest_pair_that_matches_is_taken(release):
    days = [date(2022, 7, 1), date(2023, 7, 1), date(2025, 7, 1)]
    figures = [figure(f"a{n}", "east", n, day) for n, day in enumerate(days)]
    row = compared(release, [*figures, figure("b0", "west", 8, days[0]), figure("b1", "west", 9, days[1])])
    assert (row["value_a"], row["value_b"], row["as_of_a"]) == (1, 9, days[1])


@pytest.mark.parametrize(
    ("timing_code", "months", "comparable"),
    [
        ("year_to_date", {"east": [10], "west": [9]}, False),  # ten months of work beside nine
        ("year_to_date", {"east": [9, 10], "west": [9]}, True),  # the newest pair as long as each other: September
        ("during_month", {"east": [10], "west": [9]}, True),  # one month beside one month
        ("end_of_month", {"east": [10], "west": [9]}, True),
    ],
)
def test_what_grows_over_its_period_is_held_against_a_period_as_long(release, timing_code, months, comparable):
    insert(release, "meta.indicator", [indicator("trained", timing_code=timing_code)])
    rows = [month_row(area, date(2026, month, 1), month, code="trained") for area in months for month in months[area]]
    insert(release, "mart.indicator_month", rows)
    row = compared(release, [], items=[item(input_code="trained")])
    assert (row["comparable"], row["reason_code"]) == (comparable, None if comparable else "period_differs")
    if timing_code == "year_to_date" and comparable:
        assert (row["value_a"], row["value_b"]) == (9, 9)
    if not comparable:
        assert row["reason_zh"] == "双方累计的月数不同，不作比值、排名，也不同轴"


def test_a_whole_year_is_not_held_against_half_of_it(release):
    release.execute("update meta.indicator set timing_code = 'year_to_date' where indicator_code = 'home_count'")
    half = figure("b", "west", 20, date(2024, 1, 1), date(2024, 6, 30))
    row = compared(release, [figure("a", "east", 70, date(2024, 1, 1), date(2024, 12, 31)), half])
    assert (row["comparable"], row["reason_code"]) == (False, "period_differs")


def test_a_month_is_never_held_against_a_printed_figure(release):
    insert(release, "mart.indicator_month", [month_row("west", date(2023, 7, 1), 20)])
    row = compared(release, [figure("a", "east", 70, date(2023, 7, 28))])
    assert not row["comparable"]


def test_a_hundred_percent_on_both_sides_tells_nothing(release):
    day = date(2023, 7, 28)
    figures = [figure(name, name, 1, day, value_as_written="100%") for name in ("east", "west")]
    row = compared(release, figures, items=[item(unit_zh="%", basis_code="rate")])
    assert (row["comparable"], row["reason_code"]) == (False, "no_information")


def rule(kind_code, **others):
    row = {
        "check_id": "c",
        "kind_code": kind_code,
        "area_id": "east",
        "title_zh": "核对",
        "unit_zh": "%",
        "inside_code": "pass",
        "outside_code": "doubtful",
        "badge_zh": "存疑",
        "sentence_zh": "说明",
        "sort_order": 1,
    }
    return row | others


def operand(role_code, figure_id, position=1):
    return {
        "check_id": "c",
        "role_code": role_code,
        "position": position,
        "kind_code": "figure",
        "label_zh": "",
        "figure_id": figure_id,
        "divided_by": 1.0,
    }


def checked(release, declared, numerator, denominator):
    day = date(2023, 7, 28)
    insert(
        release,
        "core.fct_document_figure",
        [figure("n", "east", **{"value": 0, "start": day, **numerator}), figure("d", "east", **{"value": 0, "start": day, **denominator})],
    )  # fmt: skip
    insert(release, "meta.cross_check_rule", [declared])
    insert(release, "meta.cross_check_operand", [operand("numerator", "n"), operand("denominator", "d")])
    return run_model(release, "mart/83_cross_check.sql").row(0, named=True)


def test_bounds_use_the_rounding_interval_of_both_figures(release):
    row = checked(
        release,
        rule("share", expected_high=1.0),
        {"value": 667_000, "value_low": 666_500, "value_high": 667_500},
        {"value": 666_600, "value_low": 666_550, "value_high": 666_650},
    )
    # 667000/666600 = 1.0006; 666500/666650 = 0.999775; 667500/666550 = 1.001425
    assert row["result"] == pytest.approx(1.00060006)
    assert (row["result_low"], row["result_high"]) == (pytest.approx(0.999775), pytest.approx(1.001425))
    assert (row["verdict_code"], row["badge_zh"]) == ("doubtful", "存疑")


def test_a_year_is_divided_by_its_months_before_it_is_shared_out(release):
    figures = [figure("n", "east", 2400, date(2024, 12, 31), value_low=2388, value_high=2412), figure("d", "east", 50, date(2024, 12, 31))]  # fmt: skip
    insert(release, "core.fct_document_figure", figures)
    insert(release, "meta.cross_check_rule", [rule("unit_price", unit_zh="元", expected_low=4.0, expected_high=4.0)])
    insert(release, "meta.cross_check_operand", [operand("numerator", "n") | {"divided_by": 12.0}, operand("denominator", "d")])  # fmt: skip
    row = run_model(release, "mart/83_cross_check.sql").row(0, named=True)
    # 2400 / 12 = 200 a month for 50: 4 each; 199 / 50 = 3.98, 201 / 50 = 4.02
    assert (row["result"], row["result_low"], row["result_high"]) == pytest.approx((4, 3.98, 4.02))
    assert (row["numerator_zh"], row["verdict_code"]) == ("2400个÷12个月", "pass")


@pytest.mark.parametrize(
    ("base", "day", "said"),
    [
        ("resident", date(2020, 11, 1), "40人（2020年）"),
        ("resident_projection", date(2025, 7, 1), "40人（2025年7月推算）"),
    ],
)
def test_people_are_held_against_a_figure_by_their_year_and_a_projection_says_that_it_is_one(release, base, day, said):
    people = {"area_id": "east", "as_of_on": day, "base_code": base, "age_band_code": "60_plus"}
    # The other base, day, band and place are other people.
    others = [
        {"base_code": "registered"},
        {"as_of_on": date(2019, 1, 1)},
        {"age_band_code": "total"},
        {"area_id": "west"},
    ]
    insert(release, "core.fct_population", [people | {"persons": 40}, *(people | other | {"persons": 90} for other in others)])  # fmt: skip
    insert(release, "core.fct_document_figure", [figure("n", "east", 10, date(2023, 7, 28))])
    insert(release, "meta.cross_check_rule", [rule("share", expected_high=1.0)])
    asked = {"check_id": "c", "role_code": "denominator", "position": 1, "kind_code": "population", "divided_by": 1.0}
    insert(release, "meta.cross_check_operand", [operand("numerator", "n"), asked | people])
    row = run_model(release, "mart/83_cross_check.sql").row(0, named=True)
    assert (row["denominator_zh"], row["result"]) == (said, 0.25)


def test_a_figure_without_upper_bound_leaves_the_growth_without_one(release):
    row = checked(
        release,
        rule("growth"),
        {"value": 700_000, "value_low": 700_000, "value_high": None},
        {"value": 667_000, "value_low": 666_500, "value_high": 667_500},
    )
    # (700000 - 667500) / 667500 = 4.8689 %
    assert row["result_low"] == pytest.approx(32_500 / 667_500)
    assert row["result_high"] is None
    assert (row["verdict_code"], row["badge_zh"]) == ("pass", None)


@pytest.mark.parametrize(
    ("of", "numerator", "said"),
    [
        # 900 of 1000 are below 100 %, 1100 above it: what was written of the one is not said of the other.
        ("inside", 900, True),
        ("inside", 1100, False),
        ("outside", 1100, True),
        ("outside", 900, False),
        (None, 1100, True),
    ],
)
def test_a_sentence_on_a_result_goes_when_the_result_is_another(release, of, numerator, said):
    row = checked(
        release,
        rule("share", expected_high=1.0, sentence_of=of),
        {"value": numerator, "value_low": numerator, "value_high": numerator},
        {"value": 1000, "value_low": 1000, "value_high": 1000},
    )
    assert (row["sentence_zh"] == "说明") == said
    assert said or "不再适用" in row["sentence_zh"]


@pytest.mark.parametrize(("counts", "sentence"), [((8,), "7→8个：说明"), ((8, 9), "7→8→9个：说明")])
def test_a_series_is_told_with_what_lies_between(release, counts, sentence):
    figures = [figure("d", "east", 7, date(2023, 7, 28))]
    figures += [figure(f"n{n}", "east", count, date(2024, n, 4)) for n, count in enumerate(counts, start=1)]
    insert(release, "core.fct_document_figure", figures)
    insert(release, "meta.cross_check_rule", [rule("series", unit_zh="个", expected_low=counts[-1])])
    numerators = [operand("numerator", f"n{n}", n) for n, _ in enumerate(counts, start=1)]
    insert(release, "meta.cross_check_operand", [operand("denominator", "d"), *numerators])
    row = run_model(release, "mart/83_cross_check.sql").row(0, named=True)
    assert (row["sentence_zh"], row["result"], row["verdict_code"]) == (sentence, counts[-1], "pass")
    # As of the last of them.
    assert row["as_of_on"] == date(2024, len(counts), 4)
