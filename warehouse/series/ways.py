"""The way each series is judged in: which of its numbers, against what, and when nothing can be said.

The catalogue declares a way for every indicator (`signals.toml`: by kind and timing, or for one indicator). What a
series looks like may change it, by rules that are printed: a rate that keeps rising is judged by its steps from month
to month, a series that hardly ever moves has its changes listed, and one at the end of its range has no verdict. A stock
that grows by a share of itself has changes that grow with it: they are held against that share.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from warehouse.series.limits import BEYOND, Reading, Rule, read_limits

LEVEL, CHANGE, SEASON, STEPS, BOUND, NOTHING = "level", "change", "season", "steps", "bound", "none"
YEAR = 12


def rule_of(parameters: Mapping[str, float]) -> Rule:
    """The thresholds as declared: the value of each parameter `signal_…` by its code."""
    found = {name: parameters[f"signal_{name}"] for name in Rule.__dataclass_fields__}
    counts = ("fewest", "firm", "longest", "held", "run", "sustained")
    return Rule(**{name: int(value) if name in counts else value for name, value in found.items()})


def looks_of(parameters: Mapping[str, float]) -> "Looks":
    """When a declared way changes, as declared: the parameters `signal_way_…`."""
    return Looks(**{name: parameters[f"signal_way_{name}"] for name in Looks.__dataclass_fields__})


@dataclass(frozen=True, kw_only=True)
class Looks:
    """When the looks of a series change its declared way; thresholds of `meta.parameter` (`signal_way_…`).

    moving_share: a series of which fewer months than this share differ from the month before goes by steps.
    trend: |t| of the slope, corrected for resembling neighbours, above which a level is judged by its changes.
    at_bound: the share of its range at which the median of the last twelve months counts as the end of it.
    smallest_log: the median from which months are compared by growth, below it by difference.
    grown: how many times its smallest the largest level of a stock must be for its changes to grow with it.
    growth: by how much more likely (log-likelihood) changes must be as shares of the level than as they are, to be
        judged as shares.
    """

    moving_share: float
    trend: float
    at_bound: float
    smallest_log: float
    grown: float
    growth: float


def choose(
    values: np.ndarray, declared: np.ndarray | str, *, rule: Rule, looks: Looks, highest: np.ndarray | float = np.inf
) -> np.ndarray:
    """The way of every row of `values` (as reported); under twelve points the declared one.

    Args:
        declared: the way declared for each row, or for all of them.
        highest: the end of the possible range of each row, infinite where there is none.
    """
    declared = np.full(len(values), declared, dtype=object) if isinstance(declared, str) else declared
    chosen = declared.copy()
    enough = (~np.isnan(values)).sum(axis=1) >= rule.firm
    chosen[enough & (declared == LEVEL) & (np.abs(_trend(values, rule)) > looks.trend)] = CHANGE
    chosen[enough & (declared != SEASON) & (_moving(values) < looks.moving_share)] = STEPS
    chosen[enough & np.isfinite(highest) & (_recent_median(values) >= looks.at_bound * highest)] = BOUND
    return np.where(declared == NOTHING, NOTHING, chosen)


def change_of(values: np.ndarray) -> np.ndarray:
    """The change from the month before; NaN beside a gap."""
    moved = np.full_like(values, np.nan)
    moved[:, 1:] = values[:, 1:] - values[:, :-1]
    return moved


def shares_of(
    values: np.ndarray, moved: np.ndarray, *, rule: Rule, looks: Looks, highest: np.ndarray | float = np.inf
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Changes as they are judged: as log growth where the changes of a series keep to a share of its level.

    Which of both fits better is told by the likelihood of normal months, of a full baseline alone, the newest `held`
    changes left out. A stock that hardly grew does not explain that its changes did, and a series with an end to its range
    does not grow by shares.

    Args:
        moved: the changes that may be judged; NaN where there is none.
        highest: as for `choose`.

    Returns:
        What is judged; whether that of a row is growth; the level each change started from.
    """
    before = np.full_like(values, np.nan)
    before[:, 1:] = values[:, :-1]
    after = before + moved
    known = ~np.isnan(after)
    is_positive = (before > 0) & (after > 0)
    grown = np.log(np.divide(after, before, out=np.ones_like(values), where=is_positive))
    level = np.log(np.where(is_positive, before, 1))
    may = (~known | is_positive).all(axis=1) & np.isinf(highest)
    count = known.cumsum(axis=1)
    known &= count <= count[:, -1:] - rule.held
    size = known.sum(axis=1)
    gain = size * (_log_spread(moved, known) - _log_spread(grown, known)) - np.where(known, level, 0).sum(axis=1)
    span = np.where(known, level, -np.inf).max(axis=1) - np.where(known, level, np.inf).min(axis=1)
    is_growth = may & (size >= rule.longest) & (span > np.log(looks.grown)) & (gain > looks.growth)
    return np.where(is_growth[:, None] & ~np.isnan(after), grown, moved), is_growth, before


def _log_spread(values: np.ndarray, known: np.ndarray) -> np.ndarray:
    """The logarithm of the standard deviation of the known numbers of each row."""
    size = np.maximum(known.sum(axis=1), 1)
    known_values = np.where(known, values, 0)
    centre = known_values.sum(axis=1) / size
    squares = (known * (known_values - centre[:, None]) ** 2).sum(axis=1) / size
    return 0.5 * np.log(np.maximum(squares, np.finfo(float).tiny))


def season_of(values: np.ndarray, looks: Looks) -> tuple[np.ndarray, np.ndarray]:
    """Each month against the same month of the year before, and whether as growth (log ratio) or as difference."""
    before = np.full_like(values, np.nan)
    before[:, YEAR:] = values[:, :-YEAR]
    with np.errstate(all="ignore"):
        is_growth = (np.nan_to_num(values, nan=1.0) > 0).all(axis=1) & (_median(values) >= looks.smallest_log)
        grown = np.log(np.where(is_growth[:, None], values / before, np.nan))
    return np.where(is_growth[:, None], grown, values - before), is_growth


def grown_by(by: np.ndarray, before: np.ndarray, is_growth: np.ndarray) -> np.ndarray:
    """What so much more changes in a month's change as `shares_of` makes it."""
    with np.errstate(all="ignore"):
        return np.where(is_growth[:, None], np.log1p(by / before), by)


def more(values: np.ndarray, is_growth: np.ndarray, by: np.ndarray | float = 1.0) -> np.ndarray:
    """What so much more changes in a month's comparison with the year before, as `season_of` makes it; without `by`
    one more of what is counted."""
    before = np.full_like(values, np.nan)
    before[:, YEAR:] = values[:, :-YEAR]
    with np.errstate(all="ignore"):
        return np.where(is_growth[:, None], np.log1p(by / before), np.broadcast_to(by, values.shape))


def read_season(
    compared: np.ndarray,
    rule: Rule,
    *,
    breaks: np.ndarray | None = None,
    least: np.ndarray | None = None,
    counts: np.ndarray | None = None,
) -> Reading:
    """The reading of months compared with a year before; a month whose year before was itself beyond is not judged."""
    reading = read_limits(compared, rule, breaks=breaks, least=least, counts=counts)
    for _ in range(compared.shape[1] // YEAR):
        odd = np.zeros(compared.shape, bool)
        odd[:, YEAR:] = (reading.state == BEYOND)[:, :-YEAR]
        if not (odd & ~np.isnan(compared)).any():
            break
        compared = np.where(odd, np.nan, compared)
        reading = read_limits(compared, rule, breaks=breaks, least=least, counts=counts)
    return reading


def _moving(values: np.ndarray) -> np.ndarray:
    """The share of steps between neighbouring months that are not 0; 1 where there are none."""
    steps = change_of(values)
    known = (~np.isnan(steps)).sum(axis=1)
    moved = (np.nan_to_num(steps) != 0).sum(axis=1)
    return np.divide(moved, known, out=np.ones(len(values)), where=known > 0)


def _recent_median(values: np.ndarray) -> np.ndarray:
    count = (~np.isnan(values)).cumsum(axis=1)
    recent = np.where(count > count[:, -1:] - YEAR, values, np.nan)
    return _median(recent)


def _median(values: np.ndarray) -> np.ndarray:
    """The median of each row; NaN of an empty one."""
    found = np.full(len(values), np.nan)
    some = (~np.isnan(values)).any(axis=1)
    found[some] = np.nanmedian(values[some], axis=1)
    return found


def _trend(values: np.ndarray, rule: Rule) -> np.ndarray:
    """t of the slope over all but the newest months, as large as resembling neighbours leave it."""
    known = ~np.isnan(values)
    count = known.cumsum(axis=1)
    known &= count <= count[:, -1:] - rule.held
    size = np.maximum(known.sum(axis=1), 3)
    x = np.where(known, np.arange(values.shape[1]), 0.0)
    x = np.where(known, x - (x.sum(axis=1) / size)[:, None], 0)
    y = np.where(known, values - (np.where(known, values, 0).sum(axis=1) / size)[:, None], 0)
    spread = np.maximum((x**2).sum(axis=1), 1e-12)
    slope = (x * y).sum(axis=1) / spread
    rest = np.where(known, y - slope[:, None] * x, 0)
    squares = (rest**2).sum(axis=1)
    raw = np.divide((rest[:, 1:] * rest[:, :-1]).sum(axis=1), squares, out=np.zeros(len(values)), where=squares > 0)
    alike = np.clip(raw + 1 / size, 0, 0.9)
    error = np.sqrt(squares / (size - 2) / spread) * np.sqrt((1 + alike) / (1 - alike))
    return np.divide(slope, error, out=np.zeros(len(values)), where=error > 0)
