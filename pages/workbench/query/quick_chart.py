"""A chart from any answer in two presses: columns chosen by what they hold, an axis that counts in 万 and 亿."""

import math
from dataclasses import dataclass
from datetime import date, datetime

import plotly.graph_objects as go
import polars as pl

from pages.ui.kit.charts import template
from pages.ui.kit.style import FILL, GOOD, HAIR, WATCH
from warehouse.wording.grammar.numbers import plain

MOST_POINTS = 5_000
MOST_BARS = 60
MOST_DAYS = 8
COLOURS = (FILL, GOOD, WATCH, "#6b8f3f", "#7a5c99", "#3f8f8a", "#a08a3c", "#8c564b")
KINDS_ZH = {"bar": "柱", "line": "线", "point": "点"}


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What is drawn: one column along, one or more columns up."""

    x: str
    ys: tuple[str, ...]
    kind: str


def numeric_columns(frame: pl.DataFrame) -> list[str]:
    """Columns that can stand up an axis: numbers with at least one value."""
    return [
        name
        for name, kind in frame.schema.items()
        if (kind.is_numeric() or isinstance(kind, pl.Decimal)) and frame[name].null_count() < frame.height
    ]


def first_choice(frame: pl.DataFrame) -> Choice | None:
    """The chart most likely meant: a date a row makes a line, names make bars, two numbers make points.

    None without numbers.
    """
    numbers = numeric_columns(frame)
    if not numbers or not frame.height:
        return None
    dates = [name for name, kind in frame.schema.items() if kind.is_temporal()]
    names = [
        name
        for name, kind in frame.schema.items()
        if kind in (pl.String, pl.Categorical) and frame[name].n_unique() > 1 and name not in dates
    ]
    if dates and frame[dates[0]].n_unique() > max(1, 0.8 * frame.height if names else 1):
        return Choice(x=dates[0], ys=(numbers[0],), kind="line")
    if names:
        return Choice(x=names[0], ys=(numbers[0],), kind="bar")
    if len(numbers) > 1:
        return Choice(x=numbers[0], ys=(numbers[1],), kind="point")
    return Choice(x="", ys=(numbers[0],), kind="bar")


def drawn(frame: pl.DataFrame, choice: Choice, *, is_large: bool) -> "go.Figure":
    """The figure. Values that are missing leave gaps; bars begin at zero."""
    shown = frame.head(MOST_BARS if choice.kind == "bar" else MOST_POINTS)
    along = shown[choice.x].to_list() if choice.x else [str(number) for number in range(1, shown.height + 1)]
    along = [None if value is None else value if _is_scale(shown, choice) else str(value) for value in along]
    figure = go.Figure()
    values: list[float] = []
    for number, name in enumerate(choice.ys):
        up = shown[name].cast(pl.Float64, strict=False).to_list()
        up = [value if value is not None and math.isfinite(value) else None for value in up]
        values += [value for value in up if value is not None]
        colour = COLOURS[number % len(COLOURS)]
        texts = [f"{_said(place)} {name} {_exact(value)}" for place, value in zip(along, up, strict=True)]
        common = {"x": along, "y": up, "name": name, "hovertext": texts, "hoverinfo": "text"}
        if choice.kind == "bar":
            figure.add_bar(**common, marker={"color": colour})
        elif choice.kind == "line":
            figure.add_scatter(**common, mode="lines+markers", line={"color": colour}, connectgaps=False)
        else:
            figure.add_scatter(**common, mode="markers", marker={"color": colour, "size": 7, "opacity": 0.75})
    ticks = nice_ticks(values, from_zero=choice.kind == "bar")
    figure.update_layout(
        template=template(is_large=is_large),
        height=420,
        showlegend=len(choice.ys) > 1,
        legend={"orientation": "h", "y": 1.08, "x": 0},
        bargap=0.25,
    )
    figure.update_yaxes(
        showgrid=True,
        gridcolor=HAIR,
        tickvals=ticks,
        ticktext=tick_texts(ticks),
        range=[min(ticks), max(ticks)] if ticks else None,
    )
    if choice.x and shown.schema[choice.x].is_temporal():
        # Plotly would write months in English.
        days = sorted({value for value in along if value is not None})
        marked = days[:: max(1, len(days) // MOST_DAYS)]
        figure.update_xaxes(tickvals=marked, ticktext=[_said(day) for day in marked])
    if choice.kind == "point" and choice.x in numeric_columns(frame):
        across = nice_ticks([value for value in along if value is not None], from_zero=False)
        figure.update_xaxes(tickvals=across, ticktext=tick_texts(across))
    elif not _is_scale(shown, choice):
        figure.update_xaxes(type="category")
    return figure


def nice_ticks(values: list[float], *, from_zero: bool, wanted: int = 5) -> list[float]:
    """Round numbers that enclose the values: steps of 1, 2 or 5 times a power of ten. Empty for no values."""
    if not values:
        return []
    low, high = min(values), max(values)
    if from_zero or (low > 0 and low < 0.4 * high):
        low, high = min(low, 0.0), max(high, 0.0)
    if low == high:
        low, high = low - abs(low or 1) / 2, high + abs(high or 1) / 2
    rough = (high - low) / wanted
    power = 10 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [number * step for number in range(first, last + 1)]


def tick_texts(ticks: list[float]) -> list[str]:
    """Ticks in one unit for the whole axis: 亿, 万 or plain; as many decimals as tell them apart."""
    if not ticks:
        return []
    largest = max(abs(tick) for tick in ticks)
    divisor, unit = (1e8, "亿") if largest >= 1e8 else (1e4, "万") if largest >= 1e4 else (1, "")
    scaled = [tick / divisor for tick in ticks]
    step = min((b - a for a, b in zip(scaled, scaled[1:], strict=False)), default=1.0)
    decimals = 0 if step >= 1 else min(6, math.ceil(-math.log10(step) - 1e-9))
    return [f"{plain(value, decimals)}{unit}" if value else "0" for value in scaled]


def _is_scale(frame: pl.DataFrame, choice: Choice) -> bool:
    """Whether the column along is a scale (dates, or numbers under points) and not a list of names."""
    if not choice.x:
        return False
    kind = frame.schema[choice.x]
    return kind.is_temporal() or (choice.kind == "point" and kind.is_numeric())


def _said(place: object) -> str:
    if isinstance(place, datetime):
        return f"{place:%Y-%m-%d %H:%M}"
    if isinstance(place, date):
        return f"{place.year}年{place.month}月" + (f"{place.day}日" if place.day != 1 else "")
    return "" if place is None else str(place)


def _exact(value: float | None) -> str:
    if value is None:
        return "空"
    return plain(value, 0) if value == int(value) else f"{value:.6g}"
