"""The signals of a stretch of months as a drawing needs them: limits by segment, signals by month, the newest verdict.

Everything is quoted from mart.series_signal, whose limits do not depend on the stretch that is looked at.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Row = Mapping[str, Any]
FEWEST_FOR_A_VERDICT = 5
FEWEST_FOR_FIRM_LIMITS = 12
# Ways in which a month without a number still lies within limits of its own.
_STEADY_LIMITS = ("level", "change")


@dataclass(frozen=True, kw_only=True)
class Segment:
    """Limits of neighbouring months: `start` and `end` (exclusive) are positions in the stretch."""

    start: int
    end: int
    centre: float
    lower: float
    upper: float
    is_trial: bool


@dataclass(frozen=True, kw_only=True)
class Chart:
    """The reading of one stretch of months.

    signals: one entry a month, "" or a code of signal_code. newest: the row of the newest month, None without one.
    """

    segments: tuple[Segment, ...]
    signals: tuple[str, ...]
    newest: Row | None

    @property
    def verdict_code(self) -> str:
        """The verdict on the newest month; too_few where nothing is known of it."""
        return (self.newest or {}).get("verdict_code") or "too_few"

    @property
    def way_code(self) -> str:
        """The way the series is judged in; none where it is not."""
        return (self.newest or {}).get("way_code") or "none"

    @property
    def is_new(self) -> bool:
        """Whether the newest month is a signal to be spoken of."""
        return bool((self.newest or {}).get("is_new"))


def chart_of(rows: Sequence[Row], drawn: Sequence[float | None]) -> Chart:
    """The reading of `rows` of one series, oldest first, over the values that are drawn of them.

    Limits and signals stand only on months whose drawn value is the one that was judged: the net change of a stock has
    limits, the stock itself has not.
    """
    segments: list[Segment] = []
    signals = []
    for place, (row, value) in enumerate(zip(rows, drawn, strict=True)):
        signals.append((row.get("signal_code") or "") if _is_judged(row, value) else "")
        if row.get("centre") is None or not (_is_judged(row, value) or _is_bare(row, value)):
            continue
        last = segments[-1] if segments else None
        limits = {name: row[name] for name in ("centre", "lower", "upper")}
        if last and last.end == place and all(getattr(last, name) == limit for name, limit in limits.items()):
            segments[-1] = Segment(start=last.start, end=place + 1, is_trial=last.is_trial, **limits)
        else:
            is_trial = row["point_count"] < FEWEST_FOR_FIRM_LIMITS
            segments.append(Segment(start=place, end=place + 1, is_trial=is_trial, **limits))
    # A gap alone says nothing of the reading drawn.
    if not any(_is_judged(row, value) for row, value in zip(rows, drawn, strict=True)):
        segments = []
    return Chart(segments=tuple(segments), signals=tuple(signals), newest=rows[-1] if rows else None)


def _is_judged(row: Row, value: float | None) -> bool:
    judged = row.get("judged_value")
    return value is not None and judged is not None and abs(judged - value) <= 1e-9 * max(1.0, abs(value))


def _is_bare(row: Row, value: float | None) -> bool:
    return value is None and row.get("way_code") in _STEADY_LIMITS
