"""A spine: where a few areas stand among all areas of their kind, small enough for a table cell."""

from collections.abc import Sequence
from dataclasses import dataclass

from pages.ui.parts import esc

SIGNS = "●◆▲■"


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
        f'<div class="spine" role="img" aria-label="{esc(alt_zh)}"><div class="line" aria-hidden="true">'
        f'<i class="box" style="left:{box:.2f}%;width:{max(at(spread.three_quarters) - box, 0.5):.2f}%"></i>'
        f'<i class="median" style="left:{at(spread.median):.2f}%"></i>{marks}</div>'
        f'<div class="ends" aria-hidden="true"><span>{esc(low_text)}</span>'
        f'<span class="middle" style="left:{middle:.2f}%">{esc(middle_text)}</span><span>{esc(high_text)}</span></div></div>'
    )
