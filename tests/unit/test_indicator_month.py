"""The monthly model on a handful of rows, each expected number worked by hand."""

import random
from datetime import date

import polars as pl
import pytest

from tests.models import empty_release, insert, run_model
from warehouse.wording.grammar.alike import by_value

# Each plans a mart or two, all of them seconds: run with what changes one, and left out of the fast run.
pytestmark = pytest.mark.dear

MODEL = "mart/60_indicator_month"


def _month(text: str) -> date:
    return date.fromisoformat(f"{text}-01")


@pytest.fixture
def release():
    connection = empty_release()
    insert(
        connection,
        "core.dim_area",
        [
            {"area_id": "city", "level_code": "city", "city_area_id": "city", "is_reporting": False, "kind_code": "administrative"},
            *(
                {"area_id": unit, "level_code": "unit", "city_area_id": "city", "parent_area_id": "city",
                 "is_reporting": True, "kind_code": kind}
                for unit, kind in (("a", "administrative"), ("b", "administrative"), ("c", "administrative"), ("zone", "functional_zone"))
            ),
        ],
    )  # fmt: skip
    insert(connection, "meta.parameter", [{"parameter_code": "smallest_percent_base", "value": 30}])
    indicators = [
        ("bed", "count", "end_of_month", "higher_is_better", None, None, 1),
        ("nursing", "count", "end_of_month", "higher_is_better", None, None, 1),
        ("share", "ratio", "end_of_month", "higher_is_better", "nursing", "bed", 1),
        ("visit", "count", "during_month", "neutral", None, None, 1),
        ("persons", "count", "during_month", "higher_is_better", None, None, 1),
        ("ever", "count", "since_start", "neutral", None, None, 1),
        ("vacant", "count", "end_of_month", "lower_is_better", None, None, 1),
        ("vacancy", "ratio", "end_of_month", "lower_is_better", "vacant", "bed", 1),
        ("trained", "count", "year_to_date", "higher_is_better", None, None, 1),
        ("per_1000", "ratio", "end_of_month", "higher_is_better", "bed", "resident_population_aged_60_plus", 1000),
    ]
    insert(
        connection,
        "meta.indicator",
        [
            dict(zip(("indicator_code", "kind_code", "timing_code", "polarity_code", "numerator", "denominator", "scale"), row, strict=True))
            | {"smallest_difference": 0.01, "is_counted_anew": row[0] == "persons"}
            for row in indicators
        ],
    )  # fmt: skip
    return connection


def _observe(connection, area, indicator, month, value, *, status="reported", revision=1, quality="signed"):
    insert(
        connection,
        "core.fct_observation",
        [{
            "area_id": area, "indicator_code": indicator, "breakdown_code": "total", "month": _month(month),
            "revision": revision, "value": value, "status_code": status, "quality_code": quality, "is_current": True,
        }],
    )  # fmt: skip


def _row(frame: pl.DataFrame, area: str, indicator: str, month: str) -> dict:
    rows = frame.filter(
        (pl.col("area_id") == area) & (pl.col("indicator_code") == indicator) & (pl.col("month") == _month(month))
    )
    assert rows.height == 1
    return rows.row(0, named=True)


def test_a_city_rate_is_the_ratio_of_sums_and_not_the_average_of_rates(release):
    for unit, beds, nursing in (("a", 100, 90), ("b", 300, 90)):
        _observe(release, unit, "bed", "2026-01", beds)
        _observe(release, unit, "nursing", "2026-01", nursing)
    city = _row(run_model(release, MODEL), "city", "share", "2026-01")
    # (90 + 90) / (100 + 300) = 0.45; the average of 0.9 and 0.3 would be 0.6.
    assert (city["value"], city["numerator"], city["denominator"]) == (0.45, 180, 400)


def test_a_city_with_a_unit_missing_is_missing_and_its_change_is_over_the_units_in_both_months(release):
    for unit, before, now in (("a", 100, 110), ("b", 200, 205)):
        _observe(release, unit, "bed", "2026-03", before)
        _observe(release, unit, "bed", "2026-04", now)
    _observe(release, "c", "bed", "2026-03", 50)
    _observe(release, "c", "bed", "2026-04", None, status="missing")
    city = _row(run_model(release, MODEL), "city", "bed", "2026-04")
    assert (city["value"], city["status_code"]) == (None, "missing")
    assert (city["reported_total"], city["reported_count"], city["expected_count"]) == (315, 2, 3)
    # a and b only: (110 + 205) - (100 + 200) = 15, 15 / 300 = 5 %; with c it would look like a fall of 35.
    assert (city["change_mom"], city["change_pct_mom"]) == (15, 0.05)


def test_a_unit_to_which_the_indicator_does_not_apply_is_not_expected(release):
    _observe(release, "a", "bed", "2026-01", 10)
    _observe(release, "zone", "bed", "2026-01", None, status="not_applicable")
    city = _row(run_model(release, MODEL), "city", "bed", "2026-01")
    assert (city["value"], city["reported_count"], city["expected_count"]) == (10, 1, 1)


@pytest.mark.bar("TR1")
def test_each_kind_of_timing_has_its_own_comparisons(release):
    series = {
        "bed": {"2025-03": 90, "2025-12": 95, "2026-02": 98, "2026-03": 100},
        "visit": {"2025-03": 40, "2026-01": 30, "2026-02": 35, "2026-03": 50},
        "trained": {"2025-03": 60, "2026-01": 10, "2026-02": 25, "2026-03": 70},
    }
    for indicator, months in series.items():
        for month, value in months.items():
            _observe(release, "a", indicator, month, value)
    frame = run_model(release, MODEL)
    stock, flow, running = (_row(frame, "a", code, "2026-03") for code in series)
    # stock: 100-98, 100-90, 100-95
    assert (stock["change_mom"], stock["change_yoy"], stock["change_since_year_start"], stock["ytd"]) == (
        2,
        10,
        5,
        None,
    )
    # flow: 50-35, 50-40, no year start; 30+35+50 so far
    assert (flow["change_mom"], flow["change_yoy"], flow["change_since_year_start"], flow["ytd"]) == (15, 10, None, 115)
    # running total: no change to last month, 70-60 on last year; March alone is 70-25
    assert (running["change_mom"], running["change_yoy"], running["ytd"], running["monthly_value"]) == (
        None,
        10,
        70,
        45,
    )


@pytest.mark.bar("TR1")
@pytest.mark.parametrize(("status", "revision"), [("missing", 1), ("reported", 2)])
def test_a_month_is_not_derived_from_running_totals_when_one_is_missing_or_restated(release, status, revision):
    _observe(release, "a", "trained", "2026-02", None if status == "missing" else 25, status=status, revision=revision)
    _observe(release, "a", "trained", "2026-03", 70)
    row = _row(run_model(release, MODEL), "a", "trained", "2026-03")
    assert (row["ytd"], row["monthly_value"]) == (70, None)


def test_january_and_february_are_compared_together(release):
    for month, value in (("2025-01", 20), ("2025-02", 40), ("2026-01", 45), ("2026-02", 30)):
        _observe(release, "a", "visit", month, value)
    frame = run_model(release, MODEL)
    january, february = _row(frame, "a", "visit", "2026-01"), _row(frame, "a", "visit", "2026-02")
    assert (january["change_mom"], january["change_yoy"]) == (None, None)
    # (45 + 30) - (20 + 40) = 15
    assert (february["change_mom"], february["change_yoy"], february["change_pct_yoy"]) == (None, 15, 0.25)


def test_persons_counted_anew_each_month_are_never_added_up_over_months(release):
    for month, value in (
        ("2025-01", 20),
        ("2025-02", 40),
        ("2025-03", 30),
        ("2026-01", 45),
        ("2026-02", 30),
        ("2026-03", 36),
    ):
        _observe(release, "a", "persons", month, value)
    frame = run_model(release, MODEL)
    january, february, march = (_row(frame, "a", "persons", f"2026-0{number}") for number in (1, 2, 3))
    # 45 and 30 may be the same thirty persons: 75 is nobody's number, neither against 20 + 40 nor as the year so far.
    assert [(row["change_yoy"], row["ytd"]) for row in (january, february)] == [(None, None)] * 2
    # A month alone is held against its own month: 36 - 30 on both, the month before and a year ago.
    assert (march["change_mom"], march["change_yoy"], march["ytd"], march["monthly_value"]) == (6, 6, None, 36)


def test_a_running_sum_with_a_month_missing_is_not_printed(release):
    for month, value in (("2026-01", 10), ("2026-03", 20)):
        _observe(release, "a", "visit", month, value)
    assert _row(run_model(release, MODEL), "a", "visit", "2026-03")["ytd"] is None


@pytest.mark.parametrize(
    ("base", "percent"),
    # 29 is under the declared 30: only the absolute change; 30 on 30 and 29 on 31 are a percentage.
    [(29, None), (30, 1.0), (40, 0.75)],
)
def test_a_small_base_gives_no_percentage(release, base, percent):
    for month, value in (("2025-04", base), ("2026-03", base), ("2026-04", base + 30)):
        _observe(release, "a", "bed", month, value)
    row = _row(run_model(release, MODEL), "a", "bed", "2026-04")
    assert (row["change_mom"], row["change_yoy"]) == (30, 30)
    assert (row["change_pct_mom"], row["change_pct_yoy"]) == (percent, percent)


def test_the_smallest_base_is_the_declared_one_and_nothing_in_the_model(release):
    release.execute("update meta.parameter set value = 5")
    _observe(release, "a", "bed", "2026-03", 5)
    _observe(release, "a", "bed", "2026-04", 6)
    # (6 - 5) / 5
    assert _row(run_model(release, MODEL), "a", "bed", "2026-04")["change_pct_mom"] == 0.2


@pytest.mark.parametrize(
    ("qualities", "city"),
    [
        (("signed", "doubtful", "provisional"), "doubtful"),
        (("signed", "provisional", "signed"), "provisional"),
        (("signed", "signed", "signed"), "signed"),
    ],
)
def test_a_city_is_as_good_as_its_worst_unit(release, qualities, city):
    for unit, quality in zip(("a", "b", "c"), qualities, strict=True):
        _observe(release, unit, "bed", "2026-01", 10, quality=quality)
    assert _row(run_model(release, MODEL), "city", "bed", "2026-01")["quality_code"] == city


def test_the_denominator_is_the_latest_base_known_and_keeps_its_date_and_source(release):
    insert(
        release,
        "core.fct_base",
        [
            {"area_id": "a", "indicator_code": "resident_population_aged_60_plus", "as_of_on": on, "value": value, "source_id": source}
            for on, value, source in ((date(2020, 11, 1), 1000, "census"), (date(2026, 6, 30), 2000, "later"))
        ],
    )  # fmt: skip
    _observe(release, "a", "bed", "2026-03", 50)
    _observe(release, "zone", "bed", "2026-03", 5)
    frame = run_model(release, MODEL)
    row = _row(frame, "a", "per_1000", "2026-03")
    # 50 / 1000 × 1000 = 50 per thousand; the base of June was not known in March.
    assert (row["value"], row["denominator_as_of_on"], row["denominator_source_id"]) == (
        50,
        date(2020, 11, 1),
        "census",
    )
    # The zone has no census figure: its rate is not applicable, and never 0.
    assert (
        _row(frame, "zone", "per_1000", "2026-03")["value"],
        _row(frame, "zone", "per_1000", "2026-03")["status_code"],
    ) == (
        None,
        "not_applicable",
    )


def test_rates_are_ranked_within_counties_and_within_zones_apart(release):
    for unit, beds, nursing in (("a", 100, 50), ("b", 100, 70), ("zone", 10, 9)):
        _observe(release, unit, "bed", "2026-01", beds)
        _observe(release, unit, "nursing", "2026-01", nursing)
    _observe(release, "c", "bed", "2026-01", 100)
    _observe(release, "c", "nursing", "2026-01", None, status="missing")
    frame = run_model(release, MODEL)
    ranks = {unit: _row(frame, unit, "share", "2026-01") for unit in ("a", "b", "c", "zone")}
    assert [(ranks[unit]["rank"], ranks[unit]["ranked_count"]) for unit in ranks] == [
        (2, 2),
        (1, 2),
        (None, None),
        (1, 1),
    ]
    # Counts of units of different size are never ranked, nor those of more than one kind together.
    assert _row(frame, "b", "bed", "2026-01")["rank"] is None


def test_where_less_is_better_the_lowest_rate_comes_first(release):
    # 10/100, 30/100, 20/100: a is first, c second, b third.
    for unit, vacant in (("a", 10), ("b", 30), ("c", 20)):
        _observe(release, unit, "bed", "2026-01", 100)
        _observe(release, unit, "vacant", "2026-01", vacant)
    frame = run_model(release, MODEL)
    assert [_row(frame, unit, "vacancy", "2026-01")["rank"] for unit in ("a", "b", "c")] == [1, 3, 2]


@pytest.mark.parametrize(
    ("nursing", "places", "alike"),
    [
        # Of 1000 beds each: 62.0, 61.5 and 58.0 %; 0.5 points do not count, 3.5 do.
        ((620, 615, 580), [1, 1, 3], [2, 2, 1]),
        # 62.0, 61.0 and 60.0 %: a point counts.
        ((620, 610, 600), [1, 2, 3], [1, 1, 1]),
        # 62.0, 61.4 and 60.8 %: each is near the next, so nobody's rank may differ from another's by less than counts.
        ((620, 614, 608), [1, 1, 1], [3, 3, 3]),
        # 60.0, 60.0 and 59.1 %: equal values and one nearer than a point.
        ((600, 600, 591), [1, 1, 1], [3, 3, 3]),
    ],
)
def test_who_is_no_better_by_what_counts_shares_the_place(release, nursing, places, alike):
    for unit, count in zip(("a", "b", "c"), nursing, strict=True):
        _observe(release, unit, "bed", "2026-01", 1000)
        _observe(release, unit, "nursing", "2026-01", count)
    frame = run_model(release, MODEL)
    rows = [_row(frame, unit, "share", "2026-01") for unit in ("a", "b", "c")]
    assert [row["rank"] for row in rows] == places
    assert [row["tied_count"] for row in rows] == alike


@pytest.mark.parametrize(
    ("shares", "places", "alike", "ranked"),
    [
        # One of two, one of one: listed and not ranked; the third is alone.
        (((1, 2), (1, 1), (60, 100)), [None, None, 1], [None, None, 1], 1),
        # Four of five is the smallest that is ranked. 80, 62 and 40 %: 18 points are less than one of five, 22 are not
        # less than one of fifty.
        (((4, 5), (31, 50), (20, 50)), [1, 1, 3], [2, 2, 1], 3),
        # 8/12 and 13/20: 1.7 points, less than one township of either; 11/20 is two of twenty behind.
        (((8, 12), (13, 20), (11, 20)), [1, 1, 3], [2, 2, 1], 3),
        # Equal rates of another base: by 6 of 12 nothing counts below 8.3 points, so 44 of 100 is level with both of them,
        # whichever of the two stands first.
        (((6, 12), (50, 100), (44, 100)), [1, 1, 1], [3, 3, 3], 3),
        (((50, 100), (6, 12), (44, 100)), [1, 1, 1], [3, 3, 3], 3),
    ],
)
def test_a_rank_says_nothing_of_so_few_that_one_of_them_would_change_it(release, shares, places, alike, ranked):
    insert(release, "meta.parameter", [{"parameter_code": "smallest_rank_base", "value": 5}])
    for unit, (part, whole) in zip(("a", "b", "c"), shares, strict=True):
        _observe(release, unit, "bed", "2026-01", whole)
        _observe(release, unit, "nursing", "2026-01", part)
    frame = run_model(release, MODEL)
    rows = [_row(frame, unit, "share", "2026-01") for unit in ("a", "b", "c")]
    assert [row["rank"] for row in rows] == places
    assert [row["tied_count"] for row in rows] == alike
    assert {row["ranked_count"] for row in rows if row["rank"]} == {ranked}
    # The rate itself stands, ranked or not.
    assert [row["value"] for row in rows] == [part / whole for part, whole in shares]
    told = by_value(
        [pair for pair in shares if pair[1] >= 5], lambda pair: pair[0] / pair[1], lambda pair: max(0.01, 1 / pair[1])
    )
    assert [len(place) for place in told] == [alike[shares.index(place[0])] for place in told]


def test_a_rank_of_the_mart_and_a_place_in_a_sentence_follow_one_rule(release):
    """Twenty months of three counties within four points of one another, of which one counts."""
    chance = random.Random(20261129)
    months = [_month(f"{2025 + at // 12}-{at % 12 + 1:02}") for at in range(20)]
    shares = {(unit, month): chance.randint(600, 640) / 1000 for unit in ("a", "b", "c") for month in months}
    for (unit, month), share in shares.items():
        _observe(release, unit, "bed", f"{month:%Y-%m}", 1000)
        _observe(release, unit, "nursing", f"{month:%Y-%m}", share * 1000)
    frame = run_model(release, MODEL).filter(indicator_code="share").filter(pl.col("area_id").is_in(["a", "b", "c"]))
    ranks = {(row["area_id"], row["month"]): (row["rank"], row["tied_count"]) for row in frame.to_dicts()}
    seen = set()
    for month in months:
        before = 0
        for place in by_value(("a", "b", "c"), lambda unit, month=month: shares[unit, month], 0.01):
            assert {ranks[unit, month] for unit in place} == {(before + 1, len(place))}
            before += len(place)
            seen.add(len(place))
    # Alone, by two and all three: each came about.
    assert seen == {1, 2, 3}


def test_a_base_below_nothing_has_no_percentage(release):
    # A month corrected downwards by 40, then 20 more: the change is 60, and 60 / -40 would read as a fall of 150 %.
    _observe(release, "a", "visit", "2026-03", -40)
    _observe(release, "a", "visit", "2026-04", 20)
    row = _row(run_model(release, MODEL), "a", "visit", "2026-04")
    assert (row["change_mom"], row["change_pct_mom"]) == (60, None)


def test_a_ratio_moves_by_the_difference_of_ratios_and_has_no_percentage(release):
    for month, parts in (("2025-04", (40, 100)), ("2026-03", (50, 100)), ("2026-04", (60, 80))):
        for code, value in zip(("nursing", "bed"), parts, strict=True):
            _observe(release, "a", code, month, value)
    # Another ratio of the same unit in the same months, which must not mix with it: 10/100, 10/100, 40/80.
    for month, value in (("2025-04", 10), ("2026-03", 10), ("2026-04", 40)):
        _observe(release, "a", "vacant", month, value)
    frame = run_model(release, MODEL)
    row = _row(frame, "a", "share", "2026-04")
    # 60/80 = 0.75; less 50/100 a month ago and 40/100 a year ago.
    assert (row["value"], row["change_mom"], row["change_yoy"]) == (0.75, 0.25, pytest.approx(0.35))
    assert (row["change_pct_mom"], row["change_pct_yoy"]) == (None, None)
    assert _row(frame, "a", "vacancy", "2026-04")["change_mom"] == 0.4
    assert _row(frame, "a", "bed", "2026-04")["change_mom"] == -20


def test_a_city_ratio_with_a_unit_missing_is_that_of_the_others_and_moves_over_those_of_both_months(release):
    # a and b are alike: 10 of 100; c has 40 of 100; the next month a has 20, b 10, c is silent, and zone is new with 5 of 10.
    for unit, before, now in (("a", 10, 20), ("b", 10, 10), ("c", 40, None)):
        _observe(release, unit, "nursing", "2026-03", before)
        _observe(release, unit, "bed", "2026-03", 100)
        _observe(release, unit, "nursing", "2026-04", now, status="missing" if now is None else "reported")
        _observe(release, unit, "bed", "2026-04", 100)
    # Another ratio of the same units beside it: (20 + 20) of 200, then (40 + 40).
    for unit in ("a", "b", "c"):
        for month, value in (("2026-03", 20), ("2026-04", 40)):
            _observe(
                release,
                unit,
                "vacant",
                month,
                None if unit == "c" else value,
                status="missing" if unit == "c" else "reported",
            )
    _observe(release, "zone", "nursing", "2026-04", 5)
    _observe(release, "zone", "bed", "2026-04", 10)
    # Another city's 90 of 100 are no part of it.
    insert(release, "core.dim_area", [{"area_id": "far", "level_code": "city", "city_area_id": "far"}, {"area_id": "d", "level_code": "unit", "city_area_id": "far", "is_reporting": True}])  # fmt: skip
    for month in ("2026-03", "2026-04"):
        _observe(release, "d", "nursing", month, 90)
        _observe(release, "d", "bed", month, 100)
    frame = run_model(release, MODEL)
    march, april = _row(frame, "city", "share", "2026-03"), _row(frame, "city", "share", "2026-04")
    # (10 + 10 + 40) / 300
    assert (march["value"], march["reported_total"]) == (0.2, 0.2)
    # (20 + 10 + 5) / 210 of those that reported; a and b were there in both months: 30/200 - 20/200.
    assert (april["value"], april["status_code"]) == (None, "missing")
    assert april["reported_total"] == pytest.approx(35 / 210)
    assert april["change_mom"] == pytest.approx(0.05)
    assert _row(frame, "city", "vacancy", "2026-04")["change_mom"] == pytest.approx(0.2)


def test_a_unit_counts_for_a_city_ratio_with_both_parts_and_the_ratio_is_as_good_as_the_worse(release):
    # a has both parts, b no beds, c nursing beds alone, zone both and nothing to divide; the beds of a are not signed for.
    for unit, nursing, beds in (("a", 60, 100), ("b", 30, None), ("zone", 0, 0)):
        _observe(release, unit, "nursing", "2026-04", nursing)
        status = "missing" if beds is None else "reported"
        _observe(release, unit, "bed", "2026-04", beds, status=status, quality="provisional")
    _observe(release, "c", "nursing", "2026-04", 5)
    frame = run_model(release, MODEL)
    city = _row(frame, "city", "share", "2026-04")
    # The counts of nursing beds are four of four; with both parts came a and zone.
    assert (city["value"], city["reported_count"], city["expected_count"]) == (None, 2, 4)
    assert city["reported_total"] == 0.6
    assert _row(frame, "city", "nursing", "2026-04")["reported_count"] == 4
    assert _row(frame, "zone", "share", "2026-04")["status_code"] == "not_applicable"
    assert (_row(frame, "a", "share", "2026-04")["quality_code"], city["quality_code"]) == (
        "provisional",
        "provisional",
    )


@pytest.mark.parametrize("area", ["a", "city"])
def test_nothing_is_compared_across_a_break_of_the_area_or_of_its_city(release, area):
    insert(release, "meta.series_break", [{"area_id": area, "indicator_code": "bed", "month": _month("2026-03")}])
    for month, value in (("2025-04", 90), ("2025-12", 95), ("2026-02", 98), ("2026-03", 50), ("2026-04", 55)):
        _observe(release, "a", "bed", month, value)
        _observe(release, "a", "nursing", month, value)
    frame = run_model(release, MODEL)
    march, april = _row(frame, "a", "bed", "2026-03"), _row(frame, "a", "bed", "2026-04")
    assert (march["change_mom"], march["change_since_year_start"]) == (None, None)
    # April stands on the same side as March: 55 - 50. Last year and December do not.
    assert (april["change_mom"], april["change_yoy"], april["change_since_year_start"]) == (5, None, None)
    # Another indicator, and another area, go on: 55 - 90, 50 - 98.
    assert _row(frame, "a", "nursing", "2026-04")["change_yoy"] == -35
    assert _row(frame, "a", "nursing", "2026-03")["change_mom"] == -48


def test_a_break_of_one_unit_leaves_the_others_alone(release):
    insert(release, "meta.series_break", [{"area_id": "b", "indicator_code": "bed", "month": _month("2026-03")}])
    for month, value in (("2026-02", 98), ("2026-03", 50)):
        _observe(release, "a", "bed", month, value)
        _observe(release, "b", "bed", month, value)
    frame = run_model(release, MODEL)
    assert [_row(frame, unit, "bed", "2026-03")["change_mom"] for unit in ("a", "b")] == [-48, None]


def test_a_month_alone_is_what_a_flow_brought_and_what_a_running_total_grew_by(release):
    for month, visits, trained in (("2026-01", 7, 10), ("2026-02", 8, 25)):
        _observe(release, "a", "visit", month, visits)
        _observe(release, "a", "trained", month, trained)
        _observe(release, "a", "bed", month, 5)
    frame = run_model(release, MODEL)
    assert [_row(frame, "a", "visit", month)["monthly_value"] for month in ("2026-01", "2026-02")] == [7, 8]
    assert [_row(frame, "a", "visit", month)["ytd"] for month in ("2026-01", "2026-02")] == [7, 15]
    # January of a running total is its own month; then 25 - 10.
    assert [_row(frame, "a", "trained", month)["monthly_value"] for month in ("2026-01", "2026-02")] == [10, 15]
    assert _row(frame, "a", "bed", "2026-02")["monthly_value"] is None


def test_townships_and_breakdowns_stand_beside_the_units_and_are_in_no_sum(release):
    insert(
        release,
        "core.dim_area",
        [{"area_id": "t", "level_code": "township", "city_area_id": "city", "parent_area_id": "a", "is_reporting": False, "kind_code": "administrative"}],
    )  # fmt: skip
    for month, unit, township in (("2026-03", 100, 30), ("2026-04", 110, 33)):
        _observe(release, "a", "bed", month, unit)
        _observe(release, "t", "bed", month, township)
        insert(
            release,
            "core.fct_observation",
            [{"area_id": "a", "indicator_code": "bed", "breakdown_code": "public", "month": _month(month), "revision": 1,
              "value": unit / 2, "status_code": "reported", "quality_code": "signed", "is_current": True}],
        )  # fmt: skip
    frame = run_model(release, MODEL).filter(pl.col("indicator_code") == "bed", pl.col("month") == _month("2026-04"))
    told = {row["area_id"] + "|" + row["breakdown_code"]: (row["value"], row["change_mom"]) for row in frame.to_dicts()}
    # 110 - 100, 33 - 30, 55 - 50; the city is the sum of its units, by breakdown.
    assert told == {
        "a|total": (110, 10), "t|total": (33, 3), "a|public": (55, 5), "city|total": (110, 10), "city|public": (55, 5),
    }  # fmt: skip
    assert set(frame.select("area_id", "rank_group_code").rows()) == {
        ("a", "administrative"),
        ("t", None),
        ("city", None),
    }


def test_a_total_since_the_start_grows_by_its_month_and_has_no_year_to_date(release):
    for month, value in (("2025-12", 100), ("2026-01", 130)):
        _observe(release, "a", "ever", month, value)
    row = _row(run_model(release, MODEL), "a", "ever", "2026-01")
    # 130 - 100, across the year as within it
    assert (row["monthly_value"], row["change_mom"], row["ytd"]) == (30, 30, None)
