"""Which months of many series are signals: fixed baselines, XmR limits, and rules whose false alarms are measured.

A baseline is the first 12 to 24 known months of a series (the newest four are always held out of it), and starts anew
only at a declared break or after a sustained shift: twelve known months on one side with a signal among them. Limits
are those of Wheeler (mean ± 2.66 average moving ranges); where months resemble their neighbours, moving ranges are
too small, and three standard deviations of the baseline take their place. A month is a signal when it lies beyond the
limits, when it and one of the two months before it lie far out on one side, or when it ends a long run on one side.
A month no farther from the baseline than one of what is counted is none: a count cannot move by less. Neither is one
whose distance, or of changes what they add up to since they lie on that side, is less than the difference that counts.

Every rule works on a matrix, one row a series and one column a month, NaN where a month is missing: the release and
`tests/simulate.py`, which measures how often these rules are wrong, run the same lines.
"""

from dataclasses import dataclass

import numpy as np

NONE, RUN, NEAR, BEYOND = 0, 1, 2, 3
# Average moving range over standard deviation for normal noise (d2 for two points; Wheeler's 2.66 is 3 / 1.128).
D2 = 1.128
SIGMAS = 3.0
# How many times what one limit would stand out of the possible range is added to the other.
LEAN = 3.0
# Two equal changes of a rate may differ in their last bits.
_BITS = 1e-9


@dataclass(frozen=True, kw_only=True)
class Rule:
    """The thresholds of `meta.parameter` (codes `signal_…`); sigmas are of the baseline.

    Attributes:
        fewest, firm, longest: points for a word at all, for firm limits, and the most points of a baseline.
        held: newest months never in the baseline.
        near: how far out two of three months must lie. near_slope: how much farther out for each unit by which
            neighbouring months resemble each other (lag-1 autocorrelation) above `alike`. near_short: by which share more
            for each share by which the baseline is shorter than the longest, since it knows the resemblance less well.
        run: months on one side that make a run; judged only up to the resemblance `alike`.
        too_alike: resemblance above which nothing is said; too_alike_short that of a series with an upper end
            (a rate) whose baseline is not yet complete: its skew is not yet known.
        sustained: months on one side after which the baseline starts anew.
    """

    fewest: int
    firm: int
    longest: int
    held: int
    near: float
    near_slope: float
    near_short: float
    alike: float
    too_alike: float
    too_alike_short: float
    run: int
    sustained: int


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What the rules say of each month; arrays of series × months.

    centre, lower, upper: NaN where there are no limits. state: NONE, RUN, NEAR or BEYOND. side: -1, 0, 1. run: known
    months on this side in a row, the month included; bridged: whether a gap lies in that run. base: whether the month
    is part of its baseline. start: first month of the segment a month belongs to; sustained: whether that segment began
    after a sustained shift. slight: whether a month would be a signal if so small a difference counted. points: known months of the segment, up to the newest. alike: lag-1 autocorrelation, 1 of a
    baseline that never moved.
    """

    centre: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    state: np.ndarray
    side: np.ndarray
    run: np.ndarray
    bridged: np.ndarray
    base: np.ndarray
    start: np.ndarray
    sustained: np.ndarray
    points: np.ndarray
    alike: np.ndarray
    slight: np.ndarray


def read_limits(
    values: np.ndarray,
    rule: Rule,
    *,
    hints: np.ndarray | None = None,
    breaks: np.ndarray | None = None,
    ends: tuple[np.ndarray | float, np.ndarray | float] = (-np.inf, np.inf),
    least: np.ndarray | None = None,
    counts: np.ndarray | None = None,
    adds_up: bool = False,
) -> Reading:
    """The reading of every row of `values`.

    Args:
        hints: where a month is missing, what those who did report say (the same units), to tell whether a run goes on;
            NaN where nobody did, which ends every run.
        breaks: true at the first month of a new definition.
        ends: the possible range of every row, or of all, which limits do not leave.
        least: for each month what one more of what is counted changes; 0 or NaN where nothing is counted.
        counts: for each month the smallest difference from the baseline that counts; 0 or NaN where every one does.
        adds_up: the values are changes, so that what counts is how far they have led away together.
    """
    shape = values.shape
    least, counts = (np.zeros(shape) if one is None else np.nan_to_num(one) for one in (least, counts))
    hints = np.full(shape, np.nan) if hints is None else hints
    low, high = (np.broadcast_to(np.asarray(end, float), shape[:1]) for end in ends)
    segment = np.zeros(shape, int) if breaks is None else np.cumsum(breaks, axis=1)
    reading = Reading(
        **{name: np.full(shape, np.nan) for name in ("centre", "lower", "upper", "alike")},
        **{name: np.zeros(shape, int) for name in ("state", "side", "run", "start", "points")},
        **{name: np.zeros(shape, bool) for name in ("bridged", "base", "sustained", "slight")},
    )
    for number in range(int(segment.max(initial=0)) + 1):
        inside = segment == number
        rows = np.flatnonzero(inside.any(axis=1))
        is_sustained = False
        while rows.size:
            part = _Part(
                values[rows],
                hints[rows],
                inside[rows],
                rule,
                (low[rows], high[rows]),
                least[rows],
                counts[rows],
                adds_up=adds_up,
            )
            part.write(reading, rows, is_sustained=is_sustained)
            moved = part.shifted_at()
            again = moved >= 0
            rows = rows[again]
            inside[rows] &= np.arange(shape[1]) >= moved[again][:, None]
            is_sustained = True
    return reading


class _Part:
    """One segment of several series, judged."""

    def __init__(
        self,
        values: np.ndarray,
        hints: np.ndarray,
        inside: np.ndarray,
        rule: Rule,
        ends: tuple[np.ndarray, np.ndarray],
        least: np.ndarray,
        counts: np.ndarray,
        *,
        adds_up: bool,
    ) -> None:
        self.rule, self.inside, self.ends = rule, inside, ends
        self.values = np.where(inside, values, np.nan)
        self.known = ~np.isnan(self.values)
        count = self.known.cumsum(axis=1)
        self.points = count[:, -1]
        self.size = size = np.minimum(np.clip(self.points - rule.held, rule.firm, rule.longest), self.points)
        self.base = self.known & (count <= size[:, None])
        self.centre, self.sigma = _baseline(self.values, self.base, size)
        settled = self.known & (count <= np.maximum(self.points - rule.held, rule.firm)[:, None])
        self.alike = _alike(self.values, settled)
        away = self.values - self.centre[:, None]
        told = np.where(inside & ~self.known, hints, np.nan) - self.centre[:, None]
        # A level that moved is found by its side even where single months lie within one of the old one.
        self.side = np.sign(np.nan_to_num(away)).astype(int)
        self.run, self.bridged, self.begins = _runs(self.side, self.known, np.sign(np.nan_to_num(told)).astype(int))
        # Where one limit would stand out of the possible range, the series leans: the other is put farther out.
        width = SIGMAS * self.sigma
        down = width + LEAN * np.maximum(self.centre + width - ends[1], 0)
        up = width + LEAN * np.maximum(ends[0] - (self.centre - width), 0)
        self.down, self.up = np.maximum(down[:, None], least), np.maximum(up[:, None], least)
        # Nothing can be held against a baseline that never moved, unless it is known how little counts.
        self.is_told = (self.sigma > 0) | (least > 0).any(axis=1)
        self.alike = np.where(self.is_told, self.alike, 1.0)
        counted = _from_one_on(away, least)
        with np.errstate(divide="ignore", invalid="ignore"):
            state = self._states(counted / np.where(away < 0, self.down, self.up) * SIGMAS)
        led = self._led(away) if adds_up else np.abs(away)
        self.slight = (state > NONE) & (led < counts * (1 - _BITS))
        self.state = np.where(self.slight, NONE, state)

    def _states(self, z: np.ndarray) -> np.ndarray:
        rule = self.rule
        short = rule.longest / np.maximum(self.size, 1) - 1
        slope = rule.near_slope * (1 + rule.near_short * short)
        excess = np.maximum(self.alike - rule.alike, 0)[:, None]
        outside = np.where(self.base | ~np.isfinite(z), 0, z)
        far = np.where(np.abs(outside) > rule.near + excess * slope[:, None], self.side, 0)
        one, two = _shifted(far, 1), _shifted(far, 2)
        near = (far != 0) & ((one == far) | (two == far))
        run = (self.run >= rule.run) & (outside != 0) & (self.alike <= rule.alike)[:, None]
        beyond = np.abs(outside) > SIGMAS
        state = np.select([beyond, near, run], [BEYOND, NEAR, RUN], NONE)
        most = np.where(np.isfinite(self.ends[1]) & (self.size < rule.longest), rule.too_alike_short, rule.too_alike)
        is_judged = (self.points > rule.firm) & self.is_told & (self.alike <= most)
        return np.where(is_judged[:, None] & self.known, state, NONE)

    def _led(self, away: np.ndarray) -> np.ndarray:
        """How far changes have led away together, since they lie on the side of each month, outside the baseline."""
        total = np.where(self.base, 0, np.nan_to_num(away)).cumsum(axis=1)
        before = np.where(self.begins > 0, np.take_along_axis(total, np.maximum(self.begins - 1, 0), axis=1), 0)
        return np.abs(total - before)

    def shifted_at(self) -> np.ndarray:
        """The month from which the baseline starts anew, -1 where the shift is not sustained."""
        outside = np.where(self.base, 0, self.run)
        begins = np.maximum(self.begins, np.argmax(self.known & ~self.base, axis=1)[:, None])
        long = (outside >= self.rule.sustained) & (_known_between(self.known, begins) >= self.rule.sustained)
        signalled = np.maximum.accumulate(np.where(self.state > NONE, np.arange(long.shape[1]), -1), axis=1) >= begins
        found = long & signalled
        first = np.argmax(found, axis=1)
        at = np.take_along_axis(begins, first[:, None], axis=1)[:, 0]
        return np.where(found.any(axis=1), at, -1)

    def write(self, reading: Reading, rows: np.ndarray, *, is_sustained: bool) -> None:
        """Put this segment's part of the reading into its place."""
        limits = (self.points >= self.rule.fewest)[:, None]
        centre = np.where(limits, self.centre[:, None], np.nan)
        shape = self.values.shape
        start = np.broadcast_to(np.argmax(self.inside, axis=1)[:, None], shape)
        parts: dict[str, np.ndarray | bool] = {
            "centre": centre,
            "lower": np.maximum(centre - self.down, self.ends[0][:, None]),
            "upper": np.minimum(centre + self.up, self.ends[1][:, None]),
            "state": self.state,
            "side": self.side,
            "run": self.run,
            "bridged": self.bridged,
            "base": self.base,
            "start": start,
            "sustained": is_sustained,
            "slight": self.slight,
            "points": self.points[:, None],
            "alike": self.alike[:, None],
        }
        for name, part in parts.items():
            whole = getattr(reading, name)
            whole[rows] = np.where(self.inside, part, whole[rows])


def _from_one_on(away: np.ndarray, least: np.ndarray) -> np.ndarray:
    """Distances from the baseline, 0 where they are no more than one of what is counted."""
    return np.where(np.abs(away) <= least * (1 + _BITS), 0, away)


def _baseline(values: np.ndarray, base: np.ndarray, size: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and sigma of the baselines."""
    size = np.maximum(size, 1).astype(float)
    centre = np.where(base, values, 0).sum(axis=1) / size
    before = _shifted(_last_known(np.where(base, values, np.nan)), 1, empty=np.nan)
    ranges = np.where(base & ~np.isnan(before), np.abs(values - before), 0).sum(axis=1) / np.maximum(size - 1, 1)
    squares = np.where(base, (values - centre[:, None]) ** 2, 0).sum(axis=1)
    return centre, np.maximum(ranges / D2, np.sqrt(squares / np.maximum(size - 1, 1)))


def _alike(values: np.ndarray, settled: np.ndarray) -> np.ndarray:
    """How much a month resembles the month before: lag-1 autocorrelation, corrected for its bias, never below 0."""
    size = np.maximum(settled.sum(axis=1), 1).astype(float)
    away = np.where(settled, values - (np.where(settled, values, 0).sum(axis=1) / size)[:, None], 0)
    squares = (away**2).sum(axis=1)
    raw = np.divide((away[:, 1:] * away[:, :-1]).sum(axis=1), squares, out=np.zeros(len(values)), where=squares > 0)
    return np.clip((raw + 1 / size) / np.maximum(1 - 3 / size, 0.1), 0, 0.99)


def _runs(side: np.ndarray, known: np.ndarray, told: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Length of the run each month ends, whether a gap lies in it, and the month it began."""
    run, begins = np.zeros_like(side), np.zeros_like(side)
    bridged = np.zeros(side.shape, bool)
    length, start = np.zeros(len(side), int), np.zeros(len(side), int)
    current, gap = np.zeros(len(side), int), np.zeros(len(side), bool)
    for month in range(side.shape[1]):
        here = np.where(known[:, month], side[:, month], told[:, month])
        goes_on = (here != 0) & (here == current)
        start = np.where(goes_on, start, month)
        length = np.where(goes_on, length, 0) + (known[:, month] & (here != 0))
        gap = goes_on & (gap | ~known[:, month])
        # A month told by some of the units carries a run on; it never begins one.
        current = np.where(goes_on | known[:, month], here, 0)
        run[:, month], bridged[:, month], begins[:, month] = length, gap, start
    return np.where(known, run, 0), bridged & known, begins


def _known_between(known: np.ndarray, begins: np.ndarray) -> np.ndarray:
    """Known months from `begins` up to each month."""
    count = known.cumsum(axis=1)
    before = np.where(begins > 0, np.take_along_axis(count, np.maximum(begins - 1, 0), axis=1), 0)
    return count - before


def _last_known(values: np.ndarray) -> np.ndarray:
    places = np.where(np.isnan(values), 0, np.arange(values.shape[1]))
    return np.take_along_axis(values, np.maximum.accumulate(places, axis=1), axis=1)


def _shifted(values: np.ndarray, by: int, *, empty: float = 0) -> np.ndarray:
    """The value `by` months earlier."""
    moved = np.full_like(values, empty)
    moved[:, by:] = values[:, :-by]
    return moved
