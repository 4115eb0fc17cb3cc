"""Which two values are held against each other and what is said of them; and what a cross check makes of its figures."""

from datetime import date

import pytest

from tests.marts_world import figure, indicator, month_row, two_cities
from tests.models import insert, run_model
from tests.unit.test_mart_comparison import checked, compared, item, operand, rule

pytestmark = pytest.mark.dear
DAY = date(2023, 7, 28)
CODES = [
    ("reason_code", "not_published", "未公布"), ("reason_code", "base_missing", "缺底数"), ("reason_code", "no_information", "同为100%"),
    ("reason_code", "as_of_differs", "时点不同"), ("other_code", "not_published", "别的"),
]  # fmt: skip


@pytest.fixture
def release():
    """Two small cities, and what reasons are called."""
    connection = two_cities()
    insert(
        connection, "meta.code", [{"code_set": kind, "code": code, "label_zh": label} for kind, code, label in CODES]
    )
    return connection


def covered(area_id, built, base, rate, **others):
    row = {
        "area_id": area_id, "network_code": "home", "base_code": "village", "origin_code": "document", "status_code": "reported",
        "group_code": "home", "indicator_code": "home_rate", "as_of_on": DAY, "as_of_precision": "day", "base_year": 2021,
        "is_usual_base": True, "built": built, "base": base, "rate": rate, "rate_low": rate, "rate_high": rate,
    }  # fmt: skip
    return row | others


def sides(row, *names):
    return [(row[f"{name}_a"], row[f"{name}_b"]) for name in names]


def test_homes_for_ten_thousand_old_people_keep_the_bounds_of_what_was_built(release):
    insert(release, "mart.coverage", [covered("east", 70, 100, 0.7, rate_low=0.63, rate_high=0.77), covered("west", 0, 50, 0.0)])  # fmt: skip
    insert(release, "mart.area_profile", [{"area_id": place, "aged_60_plus": 1000, "as_of_on": date(2020, 11, 1)} for place in ("east", "west")])  # fmt: skip
    row = compared(release, [], items=[item(input_kind_code="per_10000", input_code="home", base_code="village")])
    # 70 of 1,000 are 700 of ten thousand, a tenth less and a tenth more; of none there is nothing to widen.
    assert (row["value_a"], row["value_a_low"], row["value_a_high"]) == pytest.approx((700, 630, 770))
    assert (row["value_b"], row["value_b_low"], row["value_b_high"]) == (0, 0, 0)
    assert row["note_a_zh"] == "70个÷60岁及以上常住1000人（2020年）×10000"
    assert sides(row, "row_key") == [tuple(f"{place}|home|2023-07-28|village|document" for place in ("east", "west"))]


def test_coverage_opens_the_row_it_is_of(release):
    insert(release, "mart.coverage", [covered("east", 70, 100, 0.7), covered("west", 20, 50, 0.4)])
    row = compared(release, [], items=[item(input_kind_code="coverage", input_code="home", base_code="village")])
    assert sides(row, "row_key") == [tuple(f"{place}|home|2023-07-28|village|document" for place in ("east", "west"))]


def test_a_month_opens_its_row(release):
    insert(release, "mart.indicator_month", [month_row(place, date(2023, 6, 1), 60) for place in ("east", "west")])
    row = compared(release, [])
    assert sides(row, "relation", "row_key") == [
        ("mart.indicator_month", "mart.indicator_month"),
        ("east|home_count|total|2023-06-01", "west|home_count|total|2023-06-01"),
    ]


def test_people_of_a_census_are_held_against_a_base_of_the_same_people(release):
    code = "resident_population"
    insert(release, "mart.area_profile", [{"area_id": "east", "as_of_on": date(2020, 11, 1), code: 900.0}])
    base = {"indicator_code": code, "as_of_on": date(2020, 12, 31), "source_id": "book"}
    insert(release, "core.fct_base", [base | {"area_id": "west", "value": 400.0}])
    row = compared(release, [], items=[item(input_kind_code=kind, input_code=code) for kind in ("profile", "base")])
    assert (*sides(row, "value", "relation", "row_key"), row["comparable"], row["badge_zh"]) == (
        (900, 400), ("mart.area_profile", "core.fct_base"), ("east", f"west|{code}|2020-12-31"), True, "时点不详",
    )  # fmt: skip


def test_standards_of_the_allowance_are_of_its_group(release):
    insert(release, "meta.indicator", [indicator("allowance_standard_yuan", group_code="allowance")])
    standard = {"age_tier_code": "age_80_89", "valid_from_on": DAY, "source_id": "s"}
    insert(release, "core.fct_allowance_standard", [standard | {"area_id": place, "yuan_per_month": yuan} for place, yuan in (("east", 50), ("west", 60))])  # fmt: skip
    # What holds no more is not compared.
    insert(
        release,
        "core.fct_allowance_standard",
        [standard | {"area_id": "east", "yuan_per_month": 99, "valid_to_on": DAY}],
    )
    row = compared(release, [], items=[item(input_kind_code="allowance", input_code="age_80_89")])
    assert (*sides(row, "value", "row_key"), row["group_a"]) == (
        (50, 60), ("east|age_80_89|2023-07-28", "west|age_80_89|2023-07-28"), "allowance",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("days", "taken"),
    [
        # Nothing lies within three months of it: five months after is nearer than eight before.
        ([date(2022, 11, 28), date(2023, 12, 28)], date(2023, 12, 28)),
        ([date(2023, 2, 28), date(2024, 3, 28)], date(2023, 2, 28)),
        # Both do: the newer one.
        ([date(2023, 5, 28), date(2023, 8, 28)], date(2023, 8, 28)),
    ],
)
def test_of_several_dates_the_newest_that_matches_or_else_the_nearest_stands_beside_it(release, days, taken):
    figures = [figure("a", "east", 70, DAY), *(figure(f"b{n}", "west", n, day) for n, day in enumerate(days))]
    assert compared(release, figures)["as_of_b"] == taken


@pytest.mark.parametrize(
    ("period", "precision"),
    [
        ((date(2023, 7, 28), date(2023, 7, 28)), "day"),
        ((date(2023, 7, 1), date(2023, 7, 31)), "month"),
        # July of one year to July of the next is no month.
        ((date(2022, 7, 1), date(2023, 7, 31)), "year"),
        ((date(2023, 1, 1), date(2023, 12, 31)), "year"),
    ],
)
def test_a_printed_figure_is_dated_as_finely_as_its_period(release, period, precision):
    row = compared(release, [figure("a", "east", 70, DAY), figure("b", "west", 20, *period)])
    assert sides(row, "precision") == [("day", precision)]


@pytest.mark.parametrize("pair", [("east", "west"), ("west", "east")])
@pytest.mark.parametrize("start", [date(2023, 7, 1), date(2023, 8, 1)])
def test_periods_are_as_long_as_their_months_across_the_year(release, start, pair):
    release.execute("update meta.indicator set timing_code = 'during_month' where indicator_code = 'home_count'")
    # July to June is a year, August to June is not.
    figures = [figure("a", "east", 70, start, date(2024, 6, 30)), figure("b", "west", 20, date(2024, 1, 1), date(2024, 12, 31))]  # fmt: skip
    row = compared(release, figures, pair=pair)
    assert row["comparable"] is (start.month == 7)
    assert sides(row, "relation") == [("core.fct_document_figure", "core.fct_document_figure")]


@pytest.mark.parametrize(
    ("figures", "others", "reason", "badge"),
    [
        ([figure("a", "east", 70, DAY)], {}, "west未公布此项，不作比较", "未公布"),
        ([figure("a", "east", 70, DAY)], {"basis_code": "context"}, "west没有此项底数，不作比较", "缺底数"),
        ([figure("a", "east", 1, DAY), figure("b", "west", 1, DAY)], {"unit_zh": "%"}, "双方都是100%，并列说明不了差别", "同为100%"),
        ([figure("a", "east", 1, DAY), figure("b", "west", 0.9, DAY)], {"unit_zh": "%"}, "可并列，不作倍数", None),
        ([figure("a", "east", 70, DAY), figure("b", "west", 20, date(2024, 7, 28))], {}, "双方时点相差超过三个月，不作比值、排名，也不同轴", "时点不同，不作排名"),
        ([figure("a", "east", 70, date(2022, 1, 1), date(2022, 12, 31)), figure("b", "west", 20, DAY)], {},
         "有一方只知年份，而双方不在同一年，不作比值、排名，也不同轴", "时点不同，不作排名"),
        ([figure("a", "east", 70, DAY), figure("b", "west", 20, date(2022, 1, 1), date(2022, 12, 31))], {},
         "有一方只知年份，而双方不在同一年，不作比值、排名，也不同轴", "时点不同，不作排名"),
    ],
)  # fmt: skip
def test_why_two_values_are_not_compared_is_said_with_its_badge(release, figures, others, reason, badge):
    row = compared(release, figures, items=[item(**others)])
    assert (row["reason_zh"], row["badge_zh"]) == (reason, badge)


def test_two_groups_without_a_declared_reason_are_refused_all_the_same(release):
    insert(release, "meta.indicator", [indicator("centre_count", group_code="centre")])
    figures = [figure("a", "east", 313, DAY), figure("b", "west", 26, DAY, indicator_code="centre_count")]
    row = compared(release, figures, items=[item(), item(input_code="centre_count")])
    assert (row["reason_code"], row["reason_zh"]) == ("definition_differs", "两者口径不同，不作比值、排名，也不同轴")


def test_growth_is_what_came_over_what_was_less_one_within_its_bounds(release):
    row = checked(
        release, rule("growth", expected_high=0.05), {"value": 110, "value_low": 109, "value_high": 111}, {"value": 100, "value_low": 99, "value_high": 101},
    )  # fmt: skip
    # 110/100 − 1; 109/101 − 1 and 111/99 − 1. More than five hundredths.
    assert (row["result"], row["result_low"], row["result_high"]) == pytest.approx((0.1, 8 / 101, 12 / 99))
    assert (row["verdict_code"], row["badge_zh"]) == ("doubtful", "存疑")


@pytest.mark.parametrize("kind", ["growth", "share"])
@pytest.mark.parametrize(("base", "result"), [(0, None), (1, 5)])
def test_nothing_is_divided_by_nothing_and_what_cannot_be_worked_out_lies_outside(release, kind, base, result):
    row = checked(release, rule(kind), {"value": 5, "value_low": 5, "value_high": 5}, {"value": base, "value_low": base, "value_high": base})  # fmt: skip
    result = None if result is None else result - 1 if kind == "growth" else result
    assert (row["result"], row["result_low"], row["result_high"]) == (result, result, result)
    assert row["verdict_code"] == ("doubtful" if result is None else "pass")


def test_a_check_takes_figures_as_they_are_usually_read_and_shares_people_out_too(release):
    readings = [("n", "usual", 10.0), ("n", "strict", 900.0), ("d", "strict", 900.0), ("else", "usual", 500.0)]
    insert(release, "meta.figure_reading", [{"figure_id": name, "reading_code": code, "added_value": more} for name, code, more in readings])  # fmt: skip
    people = {"area_id": "east", "as_of_on": date(2020, 11, 1), "base_code": "resident", "age_band_code": "60_plus"}
    insert(release, "core.fct_population", [people | {"persons": 4000}])
    insert(release, "core.fct_document_figure", [figure("n", "east", 90, DAY, value_low=85, value_high=95)])
    insert(release, "meta.cross_check_rule", [rule("share", unit_zh="元")])
    shared = {
        "check_id": "c",
        "role_code": "denominator",
        "position": 1,
        "kind_code": "population",
        "divided_by": 100.0,
    }
    insert(release, "meta.cross_check_operand", [operand("numerator", "n") | {"label_zh": None}, shared | people])
    row = run_model(release, "mart/83_cross_check.sql").row(0, named=True)
    # (90 + 10) / (4000 / 100), (85 + 10) / 40, (95 + 10) / 40
    assert (row["result"], row["result_low"], row["result_high"]) == (2.5, 2.375, 2.625)
    assert (row["numerator_zh"], row["denominator_zh"]) == ("90个", "4000人（2020年）")


def test_an_amount_a_head_is_held_against_the_lowest_and_the_highest_standard_of_the_place(release):
    standards = [("east", 50), ("east", 300), ("west", 10), ("west", 900)]
    insert(
        release,
        "core.fct_allowance_standard",
        [{"area_id": place, "yuan_per_month": yuan} for place, yuan in standards],
    )
    others = [{"check_id": check, "role_code": "standard", "kind_code": "allowance", "area_id": place} for check, place in (("c", "east"), ("d", "west"))]  # fmt: skip
    insert(release, "meta.cross_check_operand", others)
    row = checked(release, rule("unit_price", unit_zh="元"), {"value": 310}, {"value": 1})
    assert (row["expected_low"], row["expected_high"], row["verdict_code"]) == (50, 300, "doubtful")
    release.execute("delete from meta.cross_check_operand where kind_code = 'allowance'")
    (row,) = run_model_again(release)
    assert (row["expected_low"], row["expected_high"], row["verdict_code"]) == (None, None, "pass")


def run_model_again(release):
    """The checks on what is there now."""
    release.execute("delete from mart.cross_check")
    return run_model(release, "mart/83_cross_check.sql").rows(named=True)


def test_a_series_needs_nothing_to_be_divided_by(release):
    insert(release, "core.fct_document_figure", [figure("n", "east", 8, DAY)])
    insert(release, "meta.cross_check_rule", [rule("series", unit_zh="个", expected_low=9)])
    insert(release, "meta.cross_check_operand", [operand("numerator", "n")])
    row = run_model(release, "mart/83_cross_check.sql").row(0, named=True)
    assert (row["result"], row["denominator"], row["verdict_code"]) == (8, None, "doubtful")
