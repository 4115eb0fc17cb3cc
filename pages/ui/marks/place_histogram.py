"""A distribution and, under it on the same scale, where single places stand: one row a place, one mark a row."""

from collections.abc import Sequence
from dataclasses import dataclass

from pages.ui.kit.html import esc, num


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step of the histogram, from `low` on, `count` places high."""

    low: float
    count: int


@dataclass(frozen=True, kw_only=True)
class Standing:
    """One place on the scale; `value` None draws no mark and prints `text` (缺, —).

    `act` makes the name a button that reports it; `kind` is place, city or nation and gives the mark its shape.
    """

    name_zh: str
    value: float | None
    text: str
    said_zh: str = ""
    said_receipt: str | None = None
    receipt: str | None = None
    act: str | None = None
    kind: str = "place"
    is_chosen: bool = False


@dataclass(frozen=True, kw_only=True)
class Scale:
    """The common axis: its end (it starts at 0), the step of the histogram, the middle half and the median."""

    end: float
    width: float
    quarter: float
    median: float
    three_quarters: float
    tick: float


def place_histogram(
    steps: Sequence[Step],
    standings: Sequence[Standing],
    scale: Scale,
    *,
    head_zh: str,
    median_zh: str,
    ticks: Sequence[str],
) -> str:
    """The histogram with its axis, then the rows, as HTML.

    Args:
        head_zh: what the histogram counts.
        ticks: the labels of the axis from 0 on, one every `scale.tick`.
    """
    rows = "".join(_row(standing, scale) for standing in standings)
    return f'<div class="place-histogram">{_histogram(steps, scale, head_zh, median_zh, ticks)}{rows}</div>'


def _at(value: float, scale: Scale) -> str:
    return f"{min(max(value / scale.end, 0.0), 1.0) * 100:.2f}%"


def _histogram(steps: Sequence[Step], scale: Scale, head_zh: str, median_zh: str, ticks: Sequence[str]) -> str:
    most = max((step.count for step in steps), default=1)
    bars = "".join(
        f'<i style="left:{_at(step.low, scale)};width:calc({_at(scale.width, scale)} - 1px);height:{step.count / most * 100:.2f}%"></i>'
        for step in steps
    )
    marks = "".join(
        f'<span class="{"tick first" if position == 0 else "tick"}" style="left:{_at(position * scale.tick, scale)}">{esc(label)}</span>'
        for position, label in enumerate(ticks)
    )
    return (
        f'<div class="spot head"><div class="who">{esc(head_zh)}</div>'
        f'<div class="plot hist" aria-hidden="true">{bars}'
        f'<span class="med" style="left:{_at(scale.median, scale)}"></span>'
        f'<span class="med-label" style="left:{_at(scale.median, scale)}">{esc(median_zh)}</span>{marks}</div>'
        '<div class="val"></div><div class="say"></div></div>'
    )


def _row(standing: Standing, scale: Scale) -> str:
    name = esc(standing.name_zh)
    if standing.act:
        name = f'<button type="button" class="num pick" data-act="{esc(standing.act)}" aria-label="{esc(standing.name_zh)}，看同类">{name}</button>'
    mark = ""
    if standing.value is not None:
        mark = f'<b class="dot {standing.kind}" style="left:{_at(standing.value, scale)}"></b>'
    width = f"{(scale.three_quarters - scale.quarter) / scale.end * 100:.2f}%"
    chosen = " chosen" if standing.is_chosen else ""
    blank = " mark" if standing.value is None else ""
    return (
        f'<div class="spot{chosen} is-{standing.kind}"><div class="who">{name}</div>'
        f'<div class="plot" aria-hidden="true"><span class="mid" style="left:{_at(scale.quarter, scale)};width:{width}"></span>'
        f'<span class="med" style="left:{_at(scale.median, scale)}"></span>{mark}</div>'
        f'<div class="val{blank}">{num(standing.text, standing.receipt)}</div>'
        f'<div class="say">{num(standing.said_zh, standing.said_receipt, wrap=True)}</div></div>'
    )
