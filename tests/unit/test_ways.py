"""What a series is judged by: when its looks change the declared way, and the limits of a month against its year before."""

import dataclasses
from datetime import date

import numpy as np
import polars as pl
import pytest

from tests import simulate
from tests.unit.test_signals import months_of
from warehouse.catalog import load_catalog
from warehouse.catalog.judgements import SeriesBreak
from warehouse.series import ways
from warehouse.series.signals import series_signals
from warehouse.series.what_if import Assumption, what_if

RULE, LOOKS = simulate.Rules().rule, simulate.Rules().looks


def told(code, values, *, first=date(2022, 1, 1), breaks=(), **others):
    """The rows of `series_signals` from `first` on, under no break but these."""
    skipped = (first.year - 2022) * 12 + first.month - 1
    frame = months_of(code, [*[values[0]] * skipped, *values], **others).filter(pl.col("month") >= first)
    catalog = load_catalog()
    declared = dataclasses.replace(catalog.judgements, series_breaks=tuple(breaks))
    return series_signals(frame, dataclasses.replace(catalog, judgements=declared)).sort("month")


def broken(code, month):
    return SeriesBreak(
        area_id="fushun", indicator_code=code, month=month, break_kind_code="merger", title_zh="口径变了"
    )


@pytest.mark.parametrize(
    ("values", "highest", "way"),
    [
        # Twelve points are enough to see that nothing moves, eleven are not.
        ([46.0] * 12, np.inf, ways.STEPS),
        ([46.0] * 11, np.inf, ways.LEVEL),
        # Of 24 steps twelve are none: half of them is not fewer than half.
        ([1.0, 1.0, 2.0, 2.0] * 6 + [1.0], np.inf, ways.LEVEL),
        # The median of the last twelve months is exactly 0.98, and the month before them does not count.
        ([0.5, 0.6] * 6 + [0.97, 0.99, 0.98] * 4, 1.0, ways.BOUND),
        ([0.9, 0.5, 0.6] * 5 + [0.96, 1.0] * 6, 1.0, ways.BOUND),
    ],
)
def test_the_looks_of_a_series_change_its_way_from_their_threshold_on(values, highest, way):
    assert (RULE.firm, LOOKS.moving_share, LOOKS.at_bound) == (12, 0.5, 0.98)
    found = ways.choose(np.array([values]), ways.LEVEL, rule=RULE, looks=LOOKS, highest=np.array([highest]))
    assert found.tolist() == [way]


def test_a_trend_is_the_same_in_every_unit():
    values = np.array([[1.0, 2.0, 1.5, 2.5, 3.0, 2.0] * 5])
    assert ways._trend(values / 1000, RULE) == pytest.approx(ways._trend(values, RULE))


def test_small_numbers_are_compared_by_their_difference_and_twenty_by_growth():
    years = np.array([[5.0] * 12 + [7.0] * 12, [20.0] * 24, [19.0] * 24])
    compared, by_growth = ways.season_of(years, LOOKS)
    assert LOOKS.smallest_log == 20
    assert by_growth.tolist() == [False, True, False]
    assert set(compared[0, 12:]) == {2.0}


def grown(by, count, first=1000.0):
    """A stock that grows by each of `by` in turn."""
    return first * np.cumprod([1.0, *(1 + by[place % len(by)] for place in range(count - 1))])


def test_changes_that_grow_with_their_stock_are_held_against_their_share_of_it():
    """By 1 % and 3 % in turn: log growth 0.009950 and 0.029559, mean 0.019755, moving ranges 0.019609 each."""
    stock = grown([0.01, 0.03], 48)
    rows = told("enrolled_count", stock)
    assert rows["signal_way_code"].unique().to_list() == ["change"] and rows["signal_code"].null_count() == 48
    row = rows.row(-1, named=True)
    # exp(0.019755 ± 2.66 × 0.019609) − 1 = 7.456 % and −3.189 %; exp(0.019755) − 1 = 1.995 %
    assert row["judged_value"] == pytest.approx(stock[-1] - stock[-2])
    for name, share in (("upper", 0.07456), ("centre", 0.01995), ("lower", -0.03189)):
        assert row[name] == pytest.approx(stock[-2] * share, rel=1e-3)
    # A month of three times the growth is a signal all the same.
    assert told("enrolled_count", [*stock, stock[-1] * 1.09])["signal_code"][-1] == "beyond"


@pytest.mark.parametrize(
    ("values", "highest", "is_growth"),
    [
        (grown([0.01, 0.03], 48), np.inf, True),
        # The newest four of 28 changes are left out: 24 are enough, 23 are not.
        (grown([0.02, 0.03, 0.04, 0.03], 29), np.inf, True),
        (grown([0.02, 0.03, 0.04, 0.03], 28), np.inf, False),
        # Twice as many come each month, to a stock 1.17 times as large: they came for another reason.
        (1000.0 + np.cumsum([0.0, *[2.0, 3.0] * 12, *[4.0, 5.0] * 12]), np.inf, False),
        # The same number each time, a rate with an end, and a stock that was nothing once.
        (1000.0 + np.cumsum([10.0, 30.0] * 24), np.inf, False),
        (grown([0.01, 0.03], 48, first=0.01), 1.0, False),
        (np.array([0.0, *grown([0.01, 0.03], 48)]), np.inf, False),
    ],
)
def test_only_what_keeps_to_a_share_is_judged_by_it(values, highest, is_growth):
    matrix = np.array([values])
    moved = ways.change_of(matrix)
    judged, found, before = ways.shares_of(matrix, moved, rule=RULE, looks=LOOKS, highest=highest)
    assert (found.tolist(), RULE.longest, RULE.held, LOOKS.grown) == ([is_growth], 24, 4, 1.25)
    assert np.isnan(before[0, 0]) and before[0, 1:].tolist() == list(values[:-1])
    if not is_growth:
        assert np.array_equal(judged, moved, equal_nan=True)


@pytest.mark.parametrize(
    ("usual", "newest", "limits", "signal"),
    [
        # A hundred each month, so that one more is all that is known of chance: 100 / 1.01 and 100 × 1.01.
        (100.0, 101.0, (100 / 1.01, 100.0, 101.0), None),
        (100.0, 103.0, (100 / 1.01, 100.0, 101.0), "beyond"),
        # Few are held against their year before by the difference, and nothing lies below nothing.
        (5.0, 7.0, (4.0, 5.0, 6.0), "beyond"),
        (1.0, 2.0, (0.0, 1.0, 2.0), None),
    ],
)
def test_limits_of_a_season_stand_in_the_unit_of_the_month(usual, newest, limits, signal):
    row = told("order_placed_count", [usual] * 47 + [newest]).row(-1, named=True)
    assert (row["lower"], row["centre"], row["upper"]) == pytest.approx(limits)
    assert (row["judged_value"], row["signal_code"]) == (newest, signal)


def test_of_money_no_single_piece_says_what_counts():
    # A year of doubled amounts lies far out, whatever one yuan is of them.
    noise = 1 + 0.02 * np.random.default_rng(11).standard_normal(48)
    rows = told("allowance_paid_yuan", [*(1_000_000 * noise[:47]), 2_000_000.0])
    assert rows["signal_code"][-1] == "beyond"


def test_a_series_that_begins_in_february_has_no_january_to_be_judged_with_it():
    # 10 in each month; February 2022 would be 20 with its January, as February 2023 is.
    rows = told("order_placed_count", [10.0] * 30, first=date(2022, 2, 1))
    assert rows["judged_value"].to_list()[:2] == [None, 10.0]
    assert rows.filter(pl.col("month") == date(2023, 2, 1))["judged_value"].to_list() == [20.0]


def test_a_declared_break_begins_a_baseline_of_its_own_in_its_month():
    # From December 2022 on 24 months, then 24 of another definition; the newest four of each are held out. Another
    # indicator's break is none of this one.
    others = [broken("care_bed_count", date(2023, 12, 1)), broken("dispatch_rate", date(2022, 12, 1))]
    rows = told(
        "dispatch_rate", [0.50, 0.52] * 24, first=date(2022, 12, 1),
        breaks=[broken("dispatch_rate", date(2024, 12, 1)), *others],
    )  # fmt: skip
    baselines = rows.select("baseline_first_month", "baseline_last_month", "point_count", "is_rebased").rows()
    assert baselines[:24] == [(date(2022, 12, 1), date(2024, 7, 1), 24, False)] * 24
    assert baselines[24:] == [(date(2024, 12, 1), date(2026, 7, 1), 24, False)] * 24
    assert rows["signal_code"].null_count() == 48


def test_a_break_may_lie_in_the_second_month_and_in_the_newest():
    breaks = [broken("dispatch_rate", date(2022, 2, 1)), broken("dispatch_rate", date(2023, 6, 1))]
    rows = told("dispatch_rate", [0.50, 0.52] * 9, breaks=breaks)
    assert rows["point_count"].to_list() == [1, *[16] * 16, 1]
    # Of sixteen points the first twelve.
    assert rows.select("baseline_first_month", "baseline_last_month").rows() == [
        (date(2022, 1, 1), date(2022, 1, 1)), *[(date(2022, 2, 1), date(2023, 1, 1))] * 16, (date(2023, 6, 1), date(2023, 6, 1)),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("months", "verdict"), [(4, "too_few"), (5, "trial"), (12, "trial"), (13, "baseline"), (17, "steady")]
)
def test_what_is_said_of_a_series_goes_by_its_points(months, verdict):
    # With thirteen points twelve are the baseline and the newest lies in it only while it is not held out.
    rows = told("dispatch_rate", ([0.50, 0.52] * 9)[:months])
    assert rows["series_verdict_code"][0] == ("baseline" if verdict == "steady" else verdict)
    assert rows["series_verdict_code"][-1] == ("steady" if months > 12 else verdict)
    assert not rows["is_new"].any()


def test_signals_that_change_sides_are_each_new():
    # Around 0.51, one deviation is 0.02 / 1.128 = 0.0177: five of them up, down, up …
    out = [0.51 + 5 * 0.0177 * side for side in (1, -1, 1, -1, 1)]
    rows = told("dispatch_rate", [*[0.50, 0.52] * 12, *out])
    assert rows["signal_code"].to_list()[-5:] == ["beyond"] * 5
    assert rows["is_new"].to_list() == [False] * 24 + [True] * 5


def test_what_some_units_say_carries_a_run_of_a_rate_over_a_gap():
    months = 24 + 11
    gap = 24 + 5
    values = [*[0.52, 0.50] * 12, *[0.515] * 11]
    values[gap] = np.nan
    said = [None] * months
    said[gap] = 0.516
    rows = told("dispatch_rate", values, reported_total=said)
    assert (rows["run_length"][-1], rows["is_bridged"][-1]) == (10, True)
    # Nobody said anything: five months after the gap.
    assert told("dispatch_rate", values)["run_length"][-1] == 5


def test_one_year_that_had_nothing_by_june_cannot_foretell_another():
    # 2025 by 2024: nothing to divide by; 2024 by 2025: 0 / 0.5 − 1. Half of (0 + 0.5) by June: 1 ÷ 0.25 = 4.
    found = what_if(1.0, 6, {2024: {6: 0.0, 12: 1.0}, 2025: {6: 0.5, 12: 1.0}}, Assumption())
    assert (found.total, found.error, found.case_count) == (4.0, 1.0, 1)
