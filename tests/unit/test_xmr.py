"""Limits of a jump in a form, as worked out by hand and as the reference package computes them."""

import pytest
from statprocon import XmR

from warehouse.series.xmr import natural_limits

STEADY = [10, 12, 11, 13, 10, 12, 11, 10, 13, 12, 11, 12]


def test_limits_are_mean_plus_and_minus_266_average_moving_ranges():
    # mean 137/12 = 11.417; moving ranges 2 1 2 3 2 1 1 3 1 1 1 = 18, 18/11 = 1.636; 2.66 × 1.636 = 4.353
    lower, upper = natural_limits(STEADY)
    assert (lower, upper) == (pytest.approx(7.064, abs=0.001), pytest.approx(15.769, abs=0.001))
    # The package rounds the average range to three decimals before it is multiplied.
    reference = XmR(STEADY)
    assert upper == pytest.approx(float(reference.upper_natural_process_limit()[0]), abs=0.002)
    assert lower == pytest.approx(float(reference.lower_natural_process_limit()[0]), abs=0.002)


def test_limits_of_changes_may_lie_below_nothing():
    # mean 0.5, one moving range of 1: 0.5 ∓ 2.66
    assert natural_limits([0, 1]) == (pytest.approx(-2.16), pytest.approx(3.16))
