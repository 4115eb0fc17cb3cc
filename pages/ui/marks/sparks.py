"""Small multiples: one row a place with its own short line, all on one scale or each on its own; drawn as SVG."""

from collections.abc import Sequence
from dataclasses import dataclass

from pages.ui.kit.html import esc

WIDTH, HEIGHT, INSET = 360, 44, 5
FILL, SOFT, PAPER, WATCH, GOOD = "#3d4c5c", "#b9c1ca", "#fdfcfa", "#c8641b", "#1f6fb2"
TONES = {"good": GOOD, "watch": WATCH, "flat": "#1c1f24"}


@dataclass(frozen=True, kw_only=True)
class Spark:
    """The values of one place, oldest first; None is a month that was not reported and leaves a gap.

    hollow: whether the newest point is provisional. signals: tone of each point that stands out, else "". band: the
    limits of the place itself, drawn grey behind as far as the scale goes.
    """

    values: Sequence[float | None]
    alt_zh: str
    hollow: bool = False
    signals: Sequence[str] = ()
    goal: float | None = None
    band: tuple[float, float] | None = None


def scale_of(sparks: Sequence[Spark], *, from_zero: bool) -> tuple[float, float]:
    """Lowest and highest value over all sparks, for one common scale; (0, 1) where nothing is known."""
    known = [value for one in sparks for value in one.values if value is not None]
    known += [one.goal for one in sparks if one.goal is not None]
    if not known:
        return 0.0, 1.0
    low = 0.0 if from_zero else min(known)
    return (low, max(known)) if max(known) > low else (low - 0.5, low + 0.5)


def spark(one: Spark, scale: tuple[float, float], *, width: int = WIDTH, height: int = HEIGHT) -> str:
    """The line as an inline picture with its finding as alternative text.

    Args:
        width, height: of the drawing, near those of the place it stands in: a drawing scaled up would be all thick.
    """
    low, high = scale
    count = max(len(one.values) - 1, 1)

    def at(position: int, value: float) -> tuple[float, float]:
        x = INSET + position / count * (width - 2 * INSET)
        return x, height - INSET - (value - low) / (high - low) * (height - 2 * INSET)

    lines = "".join(_line([at(p, v) for p, v in piece]) for piece in _runs(one.values))
    marks = "".join(
        _diamond(*at(place, value), TONES[tone])
        for place, (value, tone) in enumerate(zip(one.values, one.signals, strict=False))
        if value is not None and tone
    )
    band = ""
    if one.band is not None:
        under, over = (min(max(at(0, limit)[1], 0), height) for limit in one.band)
        band = f'<rect x="0" width="{width}" y="{over:.1f}" height="{under - over:.1f}" fill="#e9ecef"/>'
    goal = ""
    if one.goal is not None:
        y = at(0, one.goal)[1]
        goal = f'<line x1="0" x2="{width}" y1="{y:.1f}" y2="{y:.1f}" stroke="{WATCH}" stroke-dasharray="4 3"/>'
    return (
        f'<svg class="spark" viewBox="0 0 {width} {height}" role="img" aria-label="{esc(one.alt_zh)}">'
        f'<line x1="0" x2="{width}" y1="{height - 1}" y2="{height - 1}" stroke="#e4e7ea"/>{band}{goal}{lines}{marks}'
        f"{_end(one, at)}</svg>"
    )


def _runs(values: Sequence[float | None]) -> list[list[tuple[int, float]]]:
    runs: list[list[tuple[int, float]]] = [[]]
    for place, value in enumerate(values):
        if value is None:
            runs.append([])
        else:
            runs[-1].append((place, value))
    return [run for run in runs if run]


def _line(points: Sequence[tuple[float, float]]) -> str:
    if len(points) == 1:
        return f'<circle cx="{points[0][0]:.1f}" cy="{points[0][1]:.1f}" r="2" fill="{FILL}"/>'
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return f'<polyline points="{path}" fill="none" stroke="{FILL}" stroke-width="1.75"/>'


def _diamond(x: float, y: float, colour: str) -> str:
    return f'<path d="M{x:.1f} {y - 4:.1f}l4 4-4 4-4-4z" fill="{colour}"/>'


def _end(one: Spark, at) -> str:
    if not one.values or one.values[-1] is None:
        return ""
    x, y = at(len(one.values) - 1, one.values[-1])
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.2" fill="{PAPER if one.hollow else FILL}" stroke="{FILL}" stroke-width="1.6"/>'
