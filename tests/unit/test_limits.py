"""Limits and baselines at their edges: the fewest points, the month a level has moved, the side a month lies on."""

import tomllib

import numpy as np
import pytest

from tests import simulate
from warehouse.series import limits
from warehouse.series.measured import TABLE, Measured, measured

RULE = simulate.Rules().rule
# Mean 0; of 23 products of neighbours 16 are 1 and 7 are −1, 9/24: (9/24 + 1/24) / (1 − 3/24) = 0.476 alike.
ALIKE = [1.0, 1.0, 1.0, -1.0, -1.0, -1.0] * 4
# Around 101, every moving range 2: one deviation is 2 / 1.128 = 1.773.
CALM = [102.0, 100.0]


def read(values, **others):
    return limits.read_limits(np.array([values], float), RULE, **others)


def test_limits_begin_with_the_fewest_points_there_must_be():
    assert RULE.fewest == 5
    assert np.isnan(read(CALM * 2).centre).all()
    # (3 × 102 + 2 × 100) / 5
    assert read([*CALM * 2, 102.0]).centre[0, -1] == pytest.approx(101.2)


def test_what_never_moved_resembles_itself():
    assert read([5.0] * 12).alike[0, -1] == 1


def test_a_month_is_held_against_the_limit_on_its_own_side():
    # Around 0.2, every moving range 0.2: 0.2 / 1.128 × 3 = 0.532 down, which is 0.332 below nothing; so 0.532 + 3 × 0.332 =
    # 1.528 up. 0.9 above the middle is 0.9 / 1.528 × 3 = 1.77 deviations, below 1.9; it would be 5 of those downwards.
    assert read([0.1, 0.3] * 12 + [0.2] * 4 + [1.1, 1.1], ends=(0.0, np.inf)).state[0, -1] == limits.NONE


def test_a_run_is_a_signal_in_the_month_it_is_long_enough():
    assert RULE.run == 10
    state = read(CALM * 12 + [101.5] * 11).state[0, -3:]
    assert state.tolist() == [limits.NONE, limits.RUN, limits.RUN]


def test_a_level_has_moved_with_the_twelfth_month_on_its_side_not_with_the_eleventh():
    assert RULE.sustained == 12
    assert set(read(CALM * 12 + [108.0] * 11).start[0]) == {0}
    moved = read(CALM * 12 + [108.0] * 12)
    assert (set(moved.start[0]), moved.centre[0, -1]) == ({0, 24}, 108)


def test_a_level_has_moved_only_where_one_of_its_months_was_a_signal():
    # Where neighbours are alike a run says nothing: twelve months a tenth above the middle are no other level …
    quiet = read(ALIKE + [0.1] * 12)
    assert (set(quiet.start[0]), quiet.state.any()) == ({0}, False)
    # … and with the first of them far out they are: that month itself belongs to the new level.
    slow = ([1.0] * 6 + [-1.0] * 6) * 2
    loud = read([*slow, 4.5, *[0.1] * 11])
    assert set(loud.start[0]) == {0, 24}


def test_of_a_run_that_began_in_the_baseline_only_months_after_it_move_the_level():
    # The mean is (20 × 101 + 4 × 102) / 24 = 101.2: the last five months of the baseline lie above it already.
    base = [*CALM[::-1] * 10, *[102.0] * 4]
    assert set(read([*base, *[108.0] * 11]).start[0]) == {0}
    assert set(read([*base, *[108.0] * 12]).start[0]) == {0, 24}


def test_a_gap_begins_no_level():
    # The month after the gap does, whatever those few say who reported.
    gap = np.full((1, 37), np.nan)
    gap[0, 24] = 108.0
    values = [*CALM * 12, np.nan, *[108.0] * 12]
    assert set(read(values).start[0]) == set(read(values, hints=gap).start[0]) == {0, 25}
    assert set(read([*CALM * 12, 100.5, 100.5, np.nan, *[108.0] * 12]).start[0]) == {0, 27}
    assert read([*CALM * 12, 108.0, np.nan, 108.0], hints=np.full((1, 27), 108.0)).run[0, -3:].tolist() == [1, 0, 2]


@pytest.mark.parametrize(("months", "state"), [(24, limits.BEYOND), (23, limits.NONE)])
def test_a_rate_whose_neighbours_are_alike_is_judged_once_its_baseline_is_complete(months, state):
    # Of the newest four months, which are in no baseline, the last lies far out.
    found = read([*(0.5 + 0.01 * step for step in ALIKE[:months]), 0.5, 0.5, 0.5, 0.9], ends=(0.0, 1.0))
    # While the skew of a rate is not known, resemblance is allowed up to 0.4, and then up to 0.9.
    assert (RULE.too_alike_short, RULE.too_alike) == (0.4, 0.9)
    assert found.alike[0, 0] == pytest.approx(0.476, abs=0.03)
    assert found.state[0, -1] == state


def test_two_distances_of_one_thing_are_the_same_but_for_the_last_digit_of_a_float():
    # 0.1 + 0.2 = 0.30000000000000004
    assert limits._from_one_on(np.array([0.1 + 0.2, 0.31]), np.array([0.3, 0.3])).tolist() == [0, 0.31]


def test_what_was_measured_is_the_worst_cell_of_each_table_up_to_a_resemblance_of_three_tenths():
    table = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    cells = table["found_shift"].items()
    near = min(share for name, share in cells if name.endswith(("0.0", "0.3")))
    # Of neighbours more alike fewer are found, and they are counted apart.
    assert near > min(share for name, share in cells if name.endswith("0.5"))
    assert measured() == Measured(
        series_per_cell=10_000,
        most_false=max(table["false_signal"].values()),
        most_false_growing=max(table["false_while_growing"].values()),
        least_found=near,
    )
