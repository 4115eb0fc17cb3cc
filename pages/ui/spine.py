"""A spine: where a few areas stand among all areas of their kind, small enough for a table cell."""

from collections.abc import Sequence
from dataclasses import dataclass

from pages.ui.parts import esc

SIGNS = "●◆▲■"
WIDTH, HEIGHT, LEFT, RIGHT, MIDDLE = 480, 40, 8, 472, 14


@dataclass(frozen=True, kw_only=True)
class Spread:
    """The distribution of one measure over `count` areas: ends, quartiles, median."""

    low: float
    quarter: float
    median: float
    three_quarters: float
    high: float
    count: int


def spine(
    spread: Spread,
    values: Sequence[float | None],
    *,
    low_text: str,
    middle_text: str,
    high_text: str,
    alt_zh: str,
) -> str:
    """Whisker from lowest to highest, box of the middle half, line at the median; areas marked by shape, not colour.

    `values` are in the order of the areas of the page; None leaves an area's mark out.
    """
    span = spread.high - spread.low or 1.0

    def at(value: float) -> float:
        return LEFT + (value - spread.low) / span * (RIGHT - LEFT)

    box, edge = at(spread.quarter), at(spread.three_quarters)
    marks = "".join(_mark(position, at(value)) for position, value in enumerate(values) if value is not None)
    return (
        f'<svg class="spine" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{esc(alt_zh)}">'
        f'<line x1="{LEFT}" x2="{RIGHT}" y1="{MIDDLE}" y2="{MIDDLE}" stroke="#b9c1ca"/>'
        f'<rect x="{box:.1f}" y="{MIDDLE - 6}" width="{max(edge - box, 1):.1f}" height="12" fill="#e4e8ec"/>'
        f'<line x1="{at(spread.median):.1f}" x2="{at(spread.median):.1f}" y1="{MIDDLE - 8}" y2="{MIDDLE + 8}" stroke="#7d838c" stroke-width="1.5"/>'
        f'{marks}<text x="{LEFT}" y="{HEIGHT - 4}">{esc(low_text)}</text>'
        f'<text x="{at(spread.median):.1f}" y="{HEIGHT - 4}" text-anchor="middle">{esc(middle_text)}</text>'
        f'<text x="{RIGHT}" y="{HEIGHT - 4}" text-anchor="end">{esc(high_text)}</text></svg>'
    )


def _mark(position: int, x: float) -> str:
    """Circle, diamond, triangle, square: the sign of the area in the head of the table."""
    y, ink = MIDDLE, "#1c1f24"
    edge = f'fill="{ink}" stroke="#fdfcfa" stroke-width="1"'
    shapes = (
        f'<circle cx="{x:.1f}" cy="{y}" r="5.5" {edge}/>',
        f'<path d="M{x:.1f} {y - 7}l6.5 7-6.5 7-6.5-7z" {edge}/>',
        f'<path d="M{x:.1f} {y - 6.5}l6.5 12h-13z" {edge}/>',
        f'<rect x="{x - 5:.1f}" y="{y - 5}" width="10" height="10" {edge}/>',
    )
    return shapes[position % len(shapes)]
