"""A spine: where a few areas stand among all areas of their kind, small enough for a table cell."""

from collections.abc import Sequence
from dataclasses import dataclass

from pages.ui.kit.html import esc

SIGNS = "●◆▲■"
OWN, TARGET = "●", "▽"


@dataclass(frozen=True, kw_only=True)
class Spread:
    """The distribution of one measure over `count` areas: ends, quartiles, median."""

    low: float
    quarter: float
    median: float
    three_quarters: float
    high: float
    count: int


def box_plot(
    spread: Spread,
    values: Sequence[float | None],
    *,
    low_text: str,
    middle_text: str,
    high_text: str,
    alt_zh: str,
) -> str:
    """Whisker from lowest to highest, box of the middle half, line at the median; areas marked by shape, not colour.

    `values` are in the order of the areas of the page; None leaves an area's mark out. Made of text and lines, so that
    it grows with the type of the page.
    """
    span = spread.high - spread.low or 1.0

    def at(value: float) -> float:
        return min(max((value - spread.low) / span, 0.0), 1.0) * 100

    box = at(spread.quarter)
    marks = "".join(
        f'<i class="mark" style="left:{at(value):.2f}%">{SIGNS[position % len(SIGNS)]}</i>'
        for position, value in enumerate(values)
        if value is not None
    )
    # Near an end the label of the median gives way to the label there.
    middle = min(max(at(spread.median), 30), 70)
    return (
        f'<div class="box-plot" role="img" aria-label="{esc(alt_zh)}"><div class="line" aria-hidden="true">'
        f'<i class="box" style="left:{box:.2f}%;width:{max(at(spread.three_quarters) - box, 0.5):.2f}%"></i>'
        f'<i class="median" style="left:{at(spread.median):.2f}%"></i>{marks}</div>'
        f'<div class="ends" aria-hidden="true"><span>{esc(low_text)}</span>'
        f'<span class="middle" style="left:{middle:.2f}%">{esc(middle_text)}</span><span>{esc(high_text)}</span></div></div>'
    )


def cell_box_plot(
    peers: Sequence[float], value: float | None, *, median: float | None, target: float | None, alt_zh: str
) -> str:
    """A spine for a table cell: a tick for each of a few peers, a long line at their median, shapes for own and target.

    Its ends are the lowest and highest of all that is drawn, so that nothing is cut off; a value that is not known
    leaves its mark out.
    """
    drawn = [number for number in (*peers, value, median, target) if number is not None]
    if not drawn:
        return ""
    low, high = min(drawn), max(drawn)
    span = high - low or 1.0

    def at(number: float) -> str:
        return f"{(number - low) / span * 100:.2f}%"

    marks = "".join(f'<i class="peer" style="left:{at(number)}"></i>' for number in peers)
    if median is not None:
        marks += f'<i class="median" style="left:{at(median)}"></i>'
    if target is not None:
        marks += f'<i class="mark target" style="left:{at(target)}">{TARGET}</i>'
    if value is not None:
        marks += f'<i class="mark" style="left:{at(value)}">{OWN}</i>'
    return f'<div class="box-plot cell" role="img" aria-label="{esc(alt_zh)}"><div class="line" aria-hidden="true">{marks}</div></div>'
