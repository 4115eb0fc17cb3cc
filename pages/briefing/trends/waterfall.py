"""From the last value of a city to this one, step by step: what each unit added or took away, summing exactly."""

from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Any

from pages.ui.kit.html import esc
from pages.ui.marks.contributions import part
from warehouse.wording import months as words

Row = Mapping[str, Any]
# Room left of the lowest and right of the highest level, as a share of what lies between.
MARGIN = 0.06


def waterfall(rows: Sequence[Row], indicator: Row, before: tuple[str, str], now: tuple[str, str], start: float) -> str:
    """The steps as HTML; each begins where the one before ended.

    Args:
        rows: of `warehouse.read.month.months.contributions`, largest first.
        before: month and value, as HTML, that the comparison goes back to; now: the same of the month looked at.
        start: the value before, from which the steps go on.
    """
    ends = list(accumulate((row["contribution"] for row in rows), initial=start))
    low, high = min(ends), max(ends)
    room = (high - low) * MARGIN or 1.0
    low, span = low - room, high - low + 2 * room

    def at(value: float) -> float:
        return (value - low) / span * 100

    steps = "".join(
        _step(row, indicator, at(begun), at(ended)) for row, begun, ended in zip(rows, ends, ends[1:], strict=False)
    )
    return f'<div class="fall">{_end(*before, at(start))}{steps}{_end(*now, at(ends[-1]))}</div>'


def _end(name_zh: str, value_html: str, at: float) -> str:
    return (
        f'<div class="step end"><div>{esc(name_zh)}</div><div class="track" aria-hidden="true"><i style="left:{at:.2f}%"></i></div>'
        f'<div class="val">{value_html}</div></div>'
    )


def _step(row: Row, indicator: Row, begun: float, ended: float) -> str:
    value = row["contribution"]
    kind = f"{words.tone_of(value, indicator)}{' down' if value < 0 else ''}"
    return (
        f'<div class="step"><div>{esc(row["area_zh"])}</div><div class="track" aria-hidden="true">'
        f'<u style="left:{begun:.2f}%"></u><i class="{kind}" style="left:{min(begun, ended):.2f}%;width:{abs(ended - begun):.2f}%"></i></div>'
        f'<div class="val nowrap">{part(row, indicator)}</div></div>'
    )
