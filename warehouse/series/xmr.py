"""Signal or noise: XmR limits and signals of a monthly series.

Limits and the first three signals come from statprocon (mean ± 2.66 × average moving range, Wheeler, Making Sense of
Data); a fourth, seven points rising or falling in a row, is the one that board papers of the English health service
add. A change of definition starts a segment with limits of its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from statprocon import XmR

FEWEST_FOR_A_VERDICT = 5
FEWEST_FOR_FIRM_LIMITS = 12
TREND_LENGTH = 7
FINER = Decimal(10**9)


@dataclass(frozen=True, kw_only=True)
class Segment:
    """Limits between two breaks: `start` and `end` (exclusive) are positions in the series."""

    start: int
    end: int
    centre: float
    lower: float
    upper: float
    is_trial: bool


@dataclass(frozen=True, kw_only=True)
class Chart:
    """XmR reading of one series.

    signals: one entry a point, "" | beyond | run | near | trend; the strongest that holds. A missing point has "".
    verdict_code: too_few (under 5 points), trial (under 12, limits may still move), signal_up, signal_down (the last
        point carries a signal above or below the centre line) or steady.
    """

    segments: tuple[Segment, ...]
    signals: tuple[str, ...]
    verdict_code: str
    point_count: int


def read_series(values: Sequence[float | None], *, breaks: Sequence[int] = (), floor: float | None = 0.0) -> Chart:
    """The XmR chart of `values`, oldest first; None is a missing month and takes no part.

    Args:
        breaks: positions at which a new definition starts; limits are never drawn across one.
        floor: lower limits below it are drawn at it (counts and rates cannot be negative); None for no floor.
    """
    edges = sorted({0, len(values), *(position for position in breaks if 0 < position < len(values))})
    segments: list[Segment] = []
    signals = [""] * len(values)
    for start, end in zip(edges, edges[1:], strict=False):
        places = [position for position in range(start, end) if values[position] is not None]
        if len(places) < FEWEST_FOR_A_VERDICT:
            continue
        segment, found = _read_segment([values[position] for position in places], start, end, floor)
        segments.append(segment)
        for position, signal in zip(places, found, strict=True):
            signals[position] = signal
    return Chart(
        segments=tuple(segments),
        signals=tuple(signals),
        verdict_code=_verdict(values, edges, segments, signals),
        point_count=sum(value is not None for value in values),
    )


def _xmr(points: Sequence[float]) -> XmR:
    # The package rounds to three decimals, a tenth of a point of a share: its numbers are a thousand million times ours.
    return XmR([Decimal(repr(float(point))) * FINER for point in points])


def _unscaled(line: Sequence[Decimal]) -> float:
    return float(line[0] / FINER)


def _read_segment(points: list[float], start: int, end: int, floor: float | None) -> tuple[Segment, list[str]]:
    chart = _xmr(points)
    lower = _unscaled(chart.lower_natural_process_limit())
    segment = Segment(
        start=start,
        end=end,
        centre=_unscaled(chart.x_central_line()),
        lower=lower if floor is None else max(floor, lower),
        upper=_unscaled(chart.upper_natural_process_limit()),
        is_trial=len(points) < FEWEST_FOR_FIRM_LIMITS,
    )
    beyond = chart.rule_1_x_indices_beyond_limits()
    run = chart.rule_2_runs_about_central_line()
    near = chart.rule_3_runs_near_limits()
    trend = _trends(points)
    signals = [
        "beyond" if beyond[i] else "run" if run[i] else "near" if near[i] else "trend" if trend[i] else ""
        for i in range(len(points))
    ]
    return segment, signals


def _trends(points: list[float]) -> list[bool]:
    """Whether a point belongs to seven or more rising, or falling, in a row."""
    found = [False] * len(points)
    length, direction = 1, 0
    for place in range(1, len(points)):
        step = (points[place] > points[place - 1]) - (points[place] < points[place - 1])
        length = length + 1 if step and step == direction else 2 if step else 1
        direction = step
        if length >= TREND_LENGTH:
            for earlier in range(place - length + 1, place + 1):
                found[earlier] = True
    return found


def _verdict(values: Sequence[float | None], edges: list[int], segments: list[Segment], signals: list[str]) -> str:
    last = segments[-1] if segments else None
    # A verdict speaks of the newest definition only.
    if last is None or last.start != edges[-2]:
        return "too_few"
    if last.is_trial:
        return "trial"
    newest = max(position for position in range(last.start, last.end) if values[position] is not None)
    if not signals[newest]:
        return "steady"
    if signals[newest] == "trend":
        return "signal_up" if values[newest] > values[newest - 1] else "signal_down"
    return "signal_up" if values[newest] > last.centre else "signal_down"
