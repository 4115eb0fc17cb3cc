"""The reading of a stretch of months as it is drawn: limits and signals only where the judged value is what is drawn."""

import math

from warehouse.series.chart import Segment, chart_of


def row(value, **others):
    """A month judged at `value`, with limits 8 to 12."""
    usual = {"centre": 10.0, "lower": 8.0, "upper": 12.0, "point_count": 12, "way_code": "level", "judged_value": value}
    return usual | others


def test_neighbouring_months_of_one_limit_are_one_segment():
    rows = [row(10.0), row(11.0), row(30.0, centre=30.0), row(31.0, centre=30.0, signal_code="run")]
    chart = chart_of(rows, [10.0, 11.0, 30.0, 31.0])
    limits = {"lower": 8.0, "upper": 12.0, "is_trial": False}
    assert chart.segments == (
        Segment(start=0, end=2, centre=10.0, **limits),
        Segment(start=2, end=4, centre=30.0, **limits),
    )
    assert chart.signals == ("", "", "", "run")


def test_limits_of_fewer_than_twelve_points_are_on_trial():
    assert [one.is_trial for one in chart_of([row(10.0, point_count=11)], [10.0]).segments] == [True]
    assert [one.is_trial for one in chart_of([row(10.0, point_count=12)], [10.0]).segments] == [False]


def test_what_is_drawn_otherwise_than_judged_has_neither_limits_nor_signals():
    # The stock is drawn, its net change was judged.
    chart = chart_of([row(5.0, signal_code="beyond"), row(5.0)], [100.0, 105.0])
    assert (chart.segments, chart.signals) == ((), ("", ""))
    # The same number but for the last digit of a float is the same.
    assert chart_of([row(0.1 + 0.2, signal_code="beyond")], [0.3]).signals == ("beyond",)
    # Of three million the last digit is worth more.
    assert chart_of([row(math.nextafter(3e6, 4e6), signal_code="beyond")], [3e6]).signals == ("beyond",)


def test_limits_go_on_over_a_gap_and_a_gap_alone_has_none():
    rows = [row(10.0), row(None), row(11.0)]
    assert [(one.start, one.end) for one in chart_of(rows, [10.0, None, 11.0]).segments] == [(0, 3)]
    # A season has limits of its own each month: none where nothing was judged.
    season = [row(10.0), row(None, way_code="season"), row(11.0)]
    assert [(one.start, one.end) for one in chart_of(season, [10.0, None, 11.0]).segments] == [(0, 1), (2, 3)]
    assert chart_of([row(None)], [None]).segments == ()
    assert chart_of([row(10.0, centre=None, lower=None, upper=None)], [10.0]).segments == ()


def test_the_newest_month_gives_the_word():
    chart = chart_of([row(10.0), row(20.0, verdict_code="signal_up", is_new=True)], [10.0, 20.0])
    assert (chart.verdict_code, chart.way_code, chart.is_new) == ("signal_up", "level", True)
    nothing = chart_of([], [])
    assert (nothing.verdict_code, nothing.way_code, nothing.is_new) == ("too_few", "none", False)
