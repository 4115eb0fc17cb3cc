"""Signals of series: fixed baselines, runs over gaps, ways by looks, and how often the rules are wrong."""

import dataclasses
import tomllib
from datetime import date

import numpy as np
import polars as pl
import pytest
from statprocon import XmR

from tests import simulate
from warehouse.catalog import load_catalog
from warehouse.catalog.judgements import SeriesBreak, SignalWay
from warehouse.series import limits, ways
from warehouse.series.signals import series_signals

STEADY = [10, 12, 11, 13, 10, 12, 11, 10, 13, 12, 11, 12]
RULES = simulate.Rules()
RULE, LOOKS = RULES.rule, RULES.looks


def read(values, **others):
    return limits.read_limits(np.array([values], float), RULE, **others)


def chance(seed, count=46):
    return np.random.default_rng(seed).normal(100, 10, count)


@pytest.mark.bar("TR2")
def test_limits_of_a_known_series_are_those_of_the_reference_package():
    # mean 137/12 = 11.417; moving ranges 2 1 2 3 2 1 1 3 1 1 1 = 18, 18/11 = 1.636; 1.636 / 1.128 × 3 = 4.352
    found, reference = read(STEADY), XmR(STEADY)
    assert found.centre[0, -1] == pytest.approx(137 / 12)
    assert found.upper[0, -1] == pytest.approx(float(reference.upper_natural_process_limit()[0]), abs=0.01)
    assert found.lower[0, -1] == pytest.approx(float(reference.lower_natural_process_limit()[0]), abs=0.01)


def test_months_that_resemble_their_neighbours_have_limits_of_three_deviations():
    # 1…12: every moving range is 1, 3 / 1.128 = 2.66; the deviation is 3.606, three of them 10.82, around 6.5.
    found = read(range(1, 13))
    assert found.upper[0, -1] == pytest.approx(6.5 + 3 * np.std(range(1, 13), ddof=1))


def test_a_baseline_once_complete_stays_whatever_comes_after():
    months = chance(1)
    assert read(months[:30]).centre[0, 0] == read(months).centre[0, 0] == pytest.approx(months[:24].mean())


def test_a_new_definition_starts_limits_of_its_own():
    values = [*chance(2, 20), *(chance(3, 20) + 60)]
    breaks = np.zeros((1, 40), bool)
    breaks[0, 20] = True
    found = read(values, breaks=breaks)
    assert set(found.start[0]) == {0, 20}
    assert (found.centre[0, 0], found.centre[0, -1]) == (np.mean(values[:16]), np.mean(values[20:36]))
    assert not found.sustained.any()


def test_a_sustained_shift_starts_a_new_baseline_and_says_so():
    shifted = [*chance(2, 24), *(chance(3, 20) + 60)]
    found = read(shifted)
    assert set(found.start[0]) == {0, 24}
    assert not found.sustained[0, 23]
    assert found.sustained[0, 24]
    # The months of the new level are its baseline: they are news no longer.
    assert found.centre[0, -1] == pytest.approx(np.mean(shifted[24:40]))


def test_a_run_over_a_gap_goes_on_only_where_those_who_reported_lie_on_the_same_side():
    values = [100.0, 102.0] * 12 + [101.5] * 5 + [np.nan] + [101.5] * 5
    gap = np.full((1, len(values)), np.nan)
    alone = read(values)
    assert (alone.run[0, -1], alone.bridged[0, -1]) == (5, False)
    gap[0, 29] = 101.9
    told = read(values, hints=gap)
    # Ten known months above 101, and one told by some of the units: it is bridged, and not counted.
    assert (told.run[0, -1], told.bridged[0, -1], told.state[0, -1]) == (11, True, limits.RUN)
    gap[0, 29] = 100.2
    assert read(values, hints=gap).run[0, -1] == 5


@pytest.mark.parametrize("hole", range(1, 12))
def test_no_gap_anywhere_breaks_the_reading(hole):
    values = chance(4, 30)
    values[-hole] = np.nan
    found = read(values)
    assert found.state[0, -hole] == limits.NONE
    assert np.isfinite(found.centre).all()


def test_limits_stay_inside_the_possible_range_and_widen_on_the_other_side():
    found = read(0.95 + 0.03 * np.random.default_rng(5).standard_normal(40), ends=(0.0, 1.0))
    assert found.upper[0, 0] == 1.0
    sigma = (found.centre[0, 0] - found.lower[0, 0]) / 3
    # The lower limit lies as much farther out as the upper one would stand out of the range.
    assert sigma > 0.03
    assert found.lower[0, 0] >= 0


def test_a_series_that_leans_on_one_end_has_its_other_limit_farther_out():
    # 1, 3, 1, 3 …: mean 2, every moving range 2, 2 / 1.128 × 3 = 5.319: down to −3.319, so three times that is added above.
    found = read([1, 3] * 6, ends=(0.0, np.inf))
    width = 2 / 1.128 * 3
    assert (found.lower[0, -1], found.upper[0, -1]) == (0.0, pytest.approx(2 + width + 3 * (width - 2)))
    found = read([1, 3] * 6, ends=(-np.inf, 4.0))
    assert (found.lower[0, -1], found.upper[0, -1]) == (pytest.approx(2 - width - 3 * (width - 2)), 4.0)


def test_how_alike_neighbouring_months_are_is_corrected_for_a_short_series():
    # Mean 0, squares 12; of eleven products six are 1 and five −1: 1/12. (1/12 + 1/12) / (1 − 3/12) = 2/9.
    assert read([1, 1, -1, -1] * 3).alike[0, -1] == pytest.approx(2 / 9)
    # Of 1…12 it would come to 1.1: nothing is more alike than the same.
    assert read(range(1, 13)).alike[0, -1] == 0.99


@pytest.mark.parametrize(("sigmas", "state"), [(2.1, limits.NONE), (2.2, limits.NEAR)])
def test_two_of_three_months_must_lie_farther_out_where_neighbours_are_alike_and_the_baseline_is_short(sigmas, state):
    # Twelve of 24 points: half is missing, 24/12 − 1 = 1; 1.9 + (2/9 − 0.2) × 2 × (1 + 5 × 1) = 2.167 deviations.
    base = [1.0, 1.0, -1.0, -1.0] * 3
    out = sigmas * np.std(base, ddof=1)
    assert read([*base, 0, 0, out, out]).state[0, -1] == state


@pytest.mark.parametrize(("calm", "state"), [(0, limits.NEAR), (1, limits.NEAR), (2, limits.NONE)])
def test_of_three_months_two_must_lie_far_out(calm, state):
    # Around 101, one deviation is 2 / 1.128 = 1.77; two and a half of them up.
    out = 101 + 2.5 * 2 / 1.128
    assert read([*[100.0, 102.0] * 13, out, *[101.0] * calm, out]).state[0, -1] == state


def test_a_gap_in_the_baseline_joins_the_months_beside_it():
    # 10 → gap → 12 is one moving range of 2.
    whole, gap = read(STEADY), read([STEADY[0], np.nan, *STEADY[1:]])
    assert (gap.centre[0, 0], gap.upper[0, 0]) == (pytest.approx(whole.centre[0, 0]), pytest.approx(whole.upper[0, 0]))


def test_a_month_whose_year_before_was_itself_out_of_line_is_not_judged():
    values = 100 * np.exp(0.3 * np.sin(np.arange(60) / 12 * 2 * np.pi) + np.random.default_rng(6).normal(0, 0.02, 60))
    values[45] *= 3
    found = ways.read_season(ways.season_of(values[None], LOOKS)[0], RULE)
    assert found.state[0, 45] == limits.BEYOND
    assert found.state[0, 57] == limits.NONE


def test_season_says_nothing_before_24_months():
    values = 100 + 10 * np.random.default_rng(7).standard_normal((1, 24))
    values[0, -1] = 900
    assert not ways.read_season(ways.season_of(values, LOOKS)[0], RULE).state.any()


def test_a_month_is_compared_with_the_same_month_of_the_year_before():
    year = np.arange(1.0, 13.0) * 100
    compared, _ = ways.season_of(np.array([[*year, *year * 2]]), LOOKS)
    assert np.isnan(compared[0, :12]).all()
    assert compared[0, 12:] == pytest.approx(np.log(2))


def test_months_are_compared_by_growth_only_where_every_one_is_above_nothing():
    values = np.full((3, 24), 100.0)
    values[1, 3], values[2, 3] = 0.0, 1.0
    assert ways.season_of(values, LOOKS)[1].tolist() == [True, False, True]


def test_the_newest_four_months_take_no_part_in_the_trend_and_the_fifth_does():
    values = np.array([[1.0, 2.0, 1.5, 2.5] * 6] * 3)
    values[1, -4:], values[2, -5] = 50.0, 50.0
    found = ways._trend(values, RULE)
    assert found[0] == found[1] != found[2]


@pytest.mark.parametrize(
    ("around", "alike"),
    # Months that resemble their neighbours are fewer than they seem; never fewer than where they resemble them by 0.9.
    [(np.array([1.0, 1.0, -1.0, -1.0] * 6), None), ((np.arange(60) - 29.5) ** 2 / 100, 0.9)],
)
def test_a_trend_is_weighed_by_its_error_and_by_how_alike_neighbours_are(around, alike):
    count = len(around)
    values = 0.3 * np.arange(count) + around
    slope, start = np.polyfit(np.arange(count), values, 1)
    rest = values - start - slope * np.arange(count)
    found = (rest[1:] * rest[:-1]).sum() / (rest**2).sum() + 1 / count
    assert found > 0.9 if alike else found < 0.9
    alike = alike or found
    error = np.sqrt((rest**2).sum() / (count - 2) / (count * (count**2 - 1) / 12)) * np.sqrt((1 + alike) / (1 - alike))
    assert ways._trend(np.array([[*values, 9.0, 9.0, 9.0, 9.0]]), RULE)[0] == pytest.approx(slope / error)


@pytest.mark.parametrize(
    ("values", "declared", "highest", "way"),
    [
        # Of every second month only no step is known: nothing says that the series stands still.
        ([100.0, np.nan, 103.0, np.nan] * 12, ways.LEVEL, np.inf, ways.LEVEL),
        ([0.494, 0.496] * 20, ways.LEVEL, 0.5, ways.BOUND),
        (chance(8), ways.LEVEL, np.inf, ways.LEVEL),
        (chance(8) + np.arange(46) * 3, ways.LEVEL, np.inf, ways.CHANGE),
        ([46.0] * 20 + [39.0] * 26, ways.CHANGE, np.inf, ways.STEPS),
        (0.99 + 0.004 * np.random.default_rng(9).standard_normal(46), ways.LEVEL, 1.0, ways.BOUND),
        (chance(8), ways.NOTHING, np.inf, ways.NOTHING),
    ],
)
def test_looks_decide_within_the_declared_way(values, declared, highest, way):
    found = ways.choose(np.array([values], float), declared, rule=RULE, looks=LOOKS, highest=np.array([highest]))
    assert found.tolist() == [way]


def months_of(code, values, **others):
    return pl.DataFrame(
        {
            "area_id": "fushun",
            "city_area_id": "fushun",
            "indicator_code": code,
            "month": [date(2022 + place // 12, place % 12 + 1, 1) for place in range(len(values))],
            "value": values,
            "change_mom": [None, *np.diff(values)],
            "monthly_value": None,
            "reported_total": None,
            "denominator": None,
            **others,
        },
        schema_overrides={
            "monthly_value": pl.Float64, "reported_total": pl.Float64, "change_mom": pl.Float64, "denominator": pl.Float64,
        },
    )  # fmt: skip


def test_a_merger_is_no_signal_of_the_count_nor_of_the_rate_made_of_it():
    homes = [46.0 + (place * place) % 3 for place in range(30)] + [39.0 + (place * place) % 3 for place in range(18)]
    rate = [count / 46 for count in homes]
    catalog = load_catalog()
    merger = SeriesBreak(
        area_id="fushun",
        indicator_code="township_home_count",
        month=date(2024, 7, 1),
        break_kind_code="merger",
        title_zh="整合",
    )
    declared = dataclasses.replace(catalog.judgements, series_breaks=(merger,))
    frame = pl.concat([months_of("township_home_count", homes), months_of("township_home_coverage_rate", rate)])
    told = series_signals(frame, dataclasses.replace(catalog, judgements=declared))
    assert told["signal_code"].null_count() == told.height
    # Without the declaration both speak, and both of the same fall.
    bare = dataclasses.replace(catalog, judgements=dataclasses.replace(catalog.judgements, series_breaks=()))
    spoken = series_signals(frame, bare).filter(pl.col("month") == date(2024, 7, 1))
    assert spoken.select("indicator_code", "side", "signal_code").rows() == [
        ("township_home_count", -1, "beyond"),
        ("township_home_coverage_rate", -1, "beyond"),
    ]


def test_a_month_without_one_of_the_units_is_no_signal_of_the_city():
    # Nine units add 10 beds each every month, and one more in turn. In the last month but one a unit does not report: the
    # others added 80, and 80 again up to the last month, when it is back.
    added = [90.0 + place % 2 for place in range(30)]
    values = [1000.0 + sum(added[: place + 1]) for place in range(30)]
    values[-2], moved = np.nan, [None, *added[1:-2], 80.0, 80.0]
    told = series_signals(months_of("care_bed_count", values, change_mom=moved).fill_nan(None), load_catalog())
    assert told["signal_way_code"].unique().to_list() == ["change"]
    # Held against the limits of all nine, both months would lie below them: 90.5 ± 2.66.
    assert told["signal_code"].null_count() == told.height
    assert told["series_verdict_code"].to_list()[-2:] == ["missing", "missing"]
    assert told["judged_value"].to_list()[-2:] == [None, None]


def test_a_month_no_farther_from_its_baseline_than_one_thing_is_no_signal():
    # 5 beds more each month and once 4: the mean is 4.92, three deviations 0.87, so that 4 lies below them by 0.05 bed.
    added = [5.0] * 11 + [4.0] + [5.0, 4.0] * 6
    beds = np.cumsum([100.0, *added])
    catalog = load_catalog()
    assert series_signals(months_of("care_bed_count", beds), catalog)["signal_code"].null_count() == len(beds)
    # 3 each month against a mean of 2.92 is no run either, however long; nor for a thousand elders, where it is 0.02 bed.
    slow = np.cumsum([100.0, *[3.0] * 11, 2.0, *[3.0] * 14])
    rate = months_of("care_beds_per_1000_aged_60_plus", slow / 139_604 * 1000, denominator=139_604.0)
    for told in (series_signals(months_of("care_bed_count", slow), catalog), series_signals(rate, catalog)):
        assert told["signal_code"].null_count() == told.height
    # Two beds fewer than usual are more than one.
    fallen = np.cumsum([100.0, *[5.0] * 23, 3.0])
    told = series_signals(months_of("care_bed_count", fallen), catalog).sort("month")
    assert (told["signal_code"][-1], told["side"][-1], told["centre"][-1], told["lower"][-1]) == (
        "beyond",
        -1,
        5.0,
        4.0,
    )


def test_what_never_moved_is_not_said_to_be_steady():
    # Two years of one share, and nobody knows of how many: whether a month after them is usual cannot be told.
    shares = months_of("dispatch_rate", [0.5] * 24 + [0.49, 0.51] * 16)
    assert set(series_signals(shares, load_catalog())["series_verdict_code"]) == {"alike"}
    # Of a thousand it can: ten of them are more than one.
    told = series_signals(shares.with_columns(denominator=pl.lit(1000.0)), load_catalog()).sort("month")
    assert (told["series_verdict_code"][23], told["signal_code"][-1]) == ("baseline", "beyond")


def test_only_what_is_new_in_three_months_is_spoken():
    values = [*(100 + 2 * np.random.default_rng(10).standard_normal(30)), 150.0, 150.0, 150.0, 150.0]
    told = series_signals(months_of("dispatch_rate", [value / 200 for value in values]), load_catalog())
    newest = told.sort("month").tail(4)
    assert newest["series_verdict_code"].to_list() == ["signal_up"] * 4
    assert newest["is_new"].to_list() == [True, True, True, False]


def test_a_calm_series_is_its_own_baseline_and_then_steady():
    # The first 24 months are the baseline.
    told = series_signals(months_of("dispatch_rate", [0.50, 0.52] * 15), load_catalog()).sort("month")
    assert told["series_verdict_code"].to_list() == ["baseline"] * 24 + ["steady"] * 6


def test_each_kind_of_signal_is_told_by_its_own_code():
    # Around 0.51, every moving range 0.02: one deviation is 0.02 / 1.128 = 0.0177. A share counts from a point on.
    calm, catalog = [0.50, 0.52] * 12, load_catalog()
    for newest, code in (([0.51 + 4 * 0.0177], "beyond"), ([0.51 + 2.5 * 0.0177] * 2, "near"), ([0.52] * 10, "run")):
        told = series_signals(months_of("dispatch_rate", [*calm, *newest]), catalog)
        assert told.sort("month")["signal_code"][-1] == code


def test_a_month_is_no_signal_where_its_difference_does_not_count():
    # Around 0.504, every moving range 0.002: one deviation is 0.00177, limits 0.0053 to each side. 0.495 lies 0.9 points
    # below, far outside, but a share counts from one point on; 0.493 lies 1.1 below.
    calm, catalog = [0.503, 0.505] * 12, load_catalog()
    told = {
        newest: series_signals(months_of("dispatch_rate", [*calm, newest]), catalog).sort("month")
        for newest in (0.495, 0.493)
    }
    assert (told[0.495]["signal_code"][-1], told[0.495]["series_verdict_code"][-1]) == (None, "slight")
    assert (told[0.493]["signal_code"][-1], told[0.493]["series_verdict_code"][-1]) == ("beyond", "signal_down")
    # The limits are those of chance all the same.
    assert told[0.495]["lower"][-1] == pytest.approx(told[0.495]["centre"][-1] - 3 * 0.002 / 1.128)


def test_changes_count_by_what_they_add_up_to():
    # Half a point more every month, give or take a twentieth; then nothing more. After one month the share is half a point
    # behind where it would be, which does not count; after two it is a whole one (0.5 + 0.5), which does.
    grown = np.cumsum([0.0045, 0.0055] * 12)
    told = series_signals(months_of("nursing_bed_share", [*(0.2 + grown), *[0.2 + grown[-1]] * 3]), load_catalog())
    newest = told.sort("month").tail(3)
    assert set(newest["signal_way_code"]) == {"change"}
    assert newest["series_verdict_code"].to_list() == ["slight", "signal_down", "signal_down"]
    assert newest["is_new"].to_list() == [False, True, True]


def test_a_season_counts_in_the_unit_of_the_indicator():
    # A fifth, in summer two, for three years, give or take half a tenth of a point. Half a point more than a year before
    # is far out and does not count; two points do.
    years = np.tile([0.2] * 5 + [0.4] * 3 + [0.2] * 4, 3) + np.resize([0.0005, -0.0005, 0.0003, -0.0004, 0.0006], 36)
    catalog = load_catalog()
    way = SignalWay(indicator_code="dispatch_rate", signal_way_code="season", reason_zh="随季节起伏")
    declared = dataclasses.replace(catalog.judgements, signal_ways=(way, *catalog.judgements.signal_ways))
    catalog = dataclasses.replace(catalog, judgements=declared)
    for more, verdict in ((0.005, "slight"), (0.02, "signal_up")):
        values = [*years, years[24] + more]
        told = series_signals(months_of("dispatch_rate", values), catalog).sort("month")
        assert told["series_verdict_code"][-1] == verdict


def test_each_way_is_read_in_its_own_manner():
    # A rate is judged itself and cannot lie below nothing: 0.02 − 3 × 0.04 / 1.128 would.
    told = series_signals(months_of("dispatch_rate", [0.0, 0.04] * 15), load_catalog())
    assert told["lower"].to_list() == [0.0] * 30
    # Orders are held against the year before; where that was itself out of line, nothing is said.
    luck = np.random.default_rng(6).normal(0, 0.02, 60)
    values = 1000 * np.exp(0.3 * np.sin(np.arange(60) / 12 * 2 * np.pi) + luck)
    values[45] *= 3
    told = series_signals(months_of("order_placed_count", values.tolist()), load_catalog()).sort("month")
    assert (told["signal_code"][45], told["signal_code"][57]) == ("beyond", None)


def test_january_and_february_are_judged_together_from_the_first_year_on():
    # 10 in January, 20 in February, 30 in every other month.
    year = [10.0, 20.0, *[30.0] * 10]
    told = series_signals(months_of("order_placed_count", year * 3), load_catalog()).sort("month")
    assert told["judged_value"].to_list() == [None, *[30.0] * 11] * 3


@pytest.mark.dear
@pytest.mark.bar("TR9")
def test_rules_are_wrong_as_seldom_as_the_page_says(full, record_property):
    table = tomllib.loads(simulate.MEASURED.read_text(encoding="utf-8"))
    assert table["series_per_cell"] >= 10_000
    assert max(table["false_signal"].values()) <= 0.03
    near = [share for name, share in table["found_shift"].items() if not name.endswith("0.5")]
    assert min(near) >= 0.60
    count = simulate.FULL if full else 120
    wrong = {cell.name: share for cell, share in simulate.false_signals(count)}
    found = {cell.name: share for cell, share in simulate.found_shifts(count)}
    growing = {cell.name: share for cell, share in simulate.false_while_growing(count)}
    record_property("false_signal", max(wrong.values()))
    # Lengths and resemblances of the bar, each in every way, and nothing left out of the table.
    assert (wrong.keys(), found.keys()) == (table["false_signal"].keys(), table["found_shift"].keys())
    assert growing.keys() == table["false_while_growing"].keys()
    assert np.mean(list(wrong.values())) == pytest.approx(np.mean(list(table["false_signal"].values())), abs=0.005)
    for name, share in (*wrong.items(), *found.items(), *growing.items()):
        expected = {**table["false_signal"], **table["found_shift"], **table["false_while_growing"]}[name]
        # Four and a half standard errors, of sample and table, and the step of one series.
        doubt = 4.5 * np.sqrt(max(expected * (1 - expected), 0.003) / count) + 1 / count
        assert abs(share - expected) <= doubt, (name, share, expected)
