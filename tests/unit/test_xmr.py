"""Limits as the reference package computes them; words only with enough points."""

import pytest
from statprocon import XmR

from warehouse.series.xmr import read_series

STEADY = [10, 12, 11, 13, 10, 12, 11, 10, 13, 12, 11, 12]


def test_limits_are_mean_plus_and_minus_266_average_moving_ranges():
    chart = read_series(STEADY)
    # mean 137/12 = 11.417; moving ranges 2 1 2 3 2 1 1 3 1 1 1 = 18, 18/11 = 1.636; 2.66 × 1.636 = 4.353
    (segment,) = chart.segments
    assert segment.centre == pytest.approx(11.417, abs=0.001)
    assert segment.upper == pytest.approx(15.769, abs=0.002)
    assert segment.lower == pytest.approx(7.064, abs=0.002)
    reference = XmR(STEADY)
    # The package rounds what it computes to three decimals, the average range before it is multiplied.
    assert segment.upper == pytest.approx(float(reference.upper_natural_process_limit()[0]), abs=0.002)
    assert segment.upper == pytest.approx(137 / 12 + 2.66 * 18 / 11)
    assert (chart.verdict_code, set(chart.signals)) == ("steady", {""})


def test_a_point_beyond_the_limits_is_a_signal():
    chart = read_series([*STEADY, 30])
    assert chart.signals[-1] == "beyond"
    assert chart.verdict_code == "signal_up"


@pytest.mark.parametrize(("count", "verdict"), [(4, "too_few"), (5, "trial"), (11, "trial"), (12, "steady")])
def test_words_need_points(count, verdict):
    assert read_series(STEADY[:count]).verdict_code == verdict


def test_seven_rising_points_are_a_trend_although_each_lies_within_the_limits():
    chart = read_series([12, 10, 12, 10, 12, 10, 12, 10, 10.2, 10.4, 10.6, 10.8, 11, 11.2])
    # 10, 10.2, 10.4, 10.6, 10.8, 11, 11.2: seven in a row
    assert chart.signals[-7:] == ("trend",) * 7


def test_a_new_definition_starts_limits_of_its_own():
    chart = read_series([*STEADY, *[value + 100 for value in STEADY]], breaks=[12])
    assert [(segment.start, segment.end) for segment in chart.segments] == [(0, 12), (12, 24)]
    assert set(chart.signals) == {""}
    # Without the break every point would lie beyond limits around 61.4: moving ranges are small but for one jump.
    assert set(read_series([*STEADY, *[value + 100 for value in STEADY]]).signals) == {"beyond"}


def test_a_missing_month_takes_no_part():
    with_gap = read_series([*STEADY[:6], None, *STEADY[6:]])
    assert with_gap.segments[0].centre == read_series(STEADY).segments[0].centre
    assert (with_gap.point_count, with_gap.signals[6]) == (12, "")


def test_shares_have_limits_as_fine_as_counts():
    # The same months as fractions of 10,000: a share of 0.12 % keeps its limits to the last digit.
    (whole,), (share,) = read_series(STEADY).segments, read_series([value / 10_000 for value in STEADY]).segments
    assert (share.lower, share.upper) == (pytest.approx(whole.lower / 10_000), pytest.approx(whole.upper / 10_000))
