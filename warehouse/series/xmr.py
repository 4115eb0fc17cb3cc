"""Natural limits of a few months, for the rules that ask about jumps in a form; those of a release are `limits`."""

from collections.abc import Sequence
from itertools import pairwise
from statistics import fmean

# Three standard deviations of single values in average moving ranges (Wheeler, Making Sense of Data).
REACH = 2.66


def natural_limits(points: Sequence[float]) -> tuple[float, float]:
    """Lower and upper limit of two or more `points`, oldest first: mean ∓ 2.66 × average moving range."""
    centre = fmean(points)
    reach = REACH * fmean(abs(after - before) for before, after in pairwise(points))
    return centre - reach, centre + reach
