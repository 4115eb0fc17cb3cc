"""The line of 趋势 as data, and as paper draws it: months with last year's ghost, limits, signals, breaks, events, and printed figures apart."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import plotly.graph_objects as go

from pages.ui.kit.axes import month_ticks
from pages.ui.kit.charts import Point, template
from pages.ui.kit.html import esc
from pages.ui.kit.style import FAINT, FILL, FILL_SOFT, GOOD, INK, LEAST_LARGE, PAPER, SOFT, WATCH
from warehouse.series.chart import Segment

BAND = "#eef0f2"
SIGNAL_COLOURS = {"good": GOOD, "watch": WATCH, "flat": INK}
HEIGHT = 380


@dataclass(frozen=True, kw_only=True)
class Mark:
    """A dated event on the time axis; `sign` repeats it in the list below, `label` is the number of its document.

    name_zh: its short name, for the axis.
    """

    day: date
    sign: str
    label: str
    hover_zh: str
    is_whole_year: bool = False
    name_zh: str = ""


@dataclass(frozen=True, kw_only=True)
class Printed:
    """A figure a document prints, in its wording: at the end of its period, or, where no more than a year or a part of it
    is printed (`since`), in the middle of a line as long as that."""

    day: date
    value: float
    text: str
    hover_zh: str
    receipt: str | None = None
    since: date | None = None

    @property
    def days(self) -> tuple[date, date]:
        """From when to when it may be of: one day twice, where that is printed."""
        return self.since or self.day, self.day

    @property
    def at(self) -> date:
        """Where its sign stands."""
        return self.since + (self.day - self.since) / 2 if self.since else self.day


@dataclass(frozen=True, kw_only=True)
class Latest:
    """The newest month in words, to stand beside its point: value with its receipt, when, changes, last year's value."""

    value: float | None
    value_html: str
    value_zh: str
    when_zh: str
    changes_html: Sequence[str] = ()
    year_ago_html: str = ""


@dataclass(frozen=True, kw_only=True)
class Ahead:
    """Where the year is likely to end: month, value, interval (None without one), and what is said of it."""

    month: date
    value: float
    low: float | None
    high: float | None
    said_html: str


@dataclass(frozen=True, kw_only=True)
class Line:
    """Everything drawn of one series.

    signals: one of "", good, watch, flat for each point. breaks: first month of a new segment with its reason.
    segments: limits, whose positions count the points; limit_names: words of the upper and lower one of each.
    gaps: months without a number and who did not report. told: what is said of a signal beside its point.
    starts_anew: a running total, which begins again each January, so that no line goes from December to it.
    """

    points: Sequence[Point]
    year_ago: Sequence[Point] = ()
    segments: Sequence[Segment] = ()
    signals: Sequence[str] = ()
    breaks: Sequence[tuple[date, str]] = ()
    marks: Sequence[Mark] = ()
    printed: Sequence[Printed] = ()
    axis: Sequence[tuple[float, str]] = field(default=())
    limit_names: Sequence[tuple[str, str]] = ()
    gaps: Sequence[tuple[date, str]] = ()
    told: Mapping[date, str] = field(default_factory=dict)
    latest: Latest | None = None
    ahead: Ahead | None = None
    starts_anew: bool = False


def drawn(line: Line, *, is_large: bool = False) -> "go.Figure":
    """The figure. The axis starts at 0 only where the values do; its labels come from `line.axis`."""
    fig = go.Figure()
    for segment in line.segments:
        _limits(fig, line, segment)
    if line.year_ago:
        _ghost(fig, line.year_ago)
    for points in _pieces(line):
        _months(fig, points)
    _signals(fig, line)
    _printed(fig, line.printed)
    fig.update_layout(
        template=template(is_large=is_large),
        height=HEIGHT + (80 if is_large else 0),
        margin={"t": 26 if line.marks else 12, "r": 16},
    )
    _axes(fig, line)
    days = [point.month for point in line.points] + [one.at for one in line.printed]
    for mark in line.marks:
        # Near the right edge a label turns inwards.
        is_late = (max(days) - mark.day).days < (max(days) - min(days)).days // 6
        _mark(fig, mark, is_late=is_late, is_large=is_large)
    for month, reason in line.breaks:
        _break(fig, month, reason)
    _last_value(fig, line)
    return fig


def _limits(fig: "go.Figure", line: Line, segment: Segment) -> None:
    months = [point.month for point in line.points[segment.start : segment.end]]
    if not months:
        return
    start, end = months[0] - timedelta(days=12), months[-1] + timedelta(days=12)
    fig.add_shape(
        type="rect", x0=start, x1=end, y0=segment.lower, y1=segment.upper, fillcolor=BAND, line_width=0, layer="below"
    )
    for level, dash in ((segment.upper, "dot"), (segment.lower, "dot"), (segment.centre, "solid")):
        fig.add_shape(
            type="line",
            x0=start,
            x1=end,
            y0=level,
            y1=level,
            line={"color": FILL_SOFT, "width": 1, "dash": "dash" if segment.is_trial else dash},
            layer="below",
        )


def _ghost(fig: "go.Figure", points: Sequence[Point]) -> None:
    fig.add_scatter(
        x=[point.month for point in points],
        y=[point.value for point in points],
        mode="lines",
        line={"color": "#9aa3ad", "width": 1.5, "dash": "dot"},
        hovertext=[f"上年同月 {point.text}" for point in points],
        hoverinfo="text",
        connectgaps=False,
    )
    last = next((point for point in reversed(points) if point.value is not None), None)
    if last:
        fig.add_annotation(
            x=last.month, y=last.value, text="上年", showarrow=False, xanchor="left", xshift=6, font={"color": SOFT}
        )


def _pieces(line: Line) -> list[list[Point]]:
    """The points between breaks: a line is never drawn across one."""
    edges = [month for month, _ in line.breaks]
    pieces: list[list[Point]] = [[]]
    for point in line.points:
        if edges and point.month >= edges[0]:
            pieces.append([])
            edges = [month for month in edges if month > point.month]
        pieces[-1].append(point)
    return [piece for piece in pieces if piece]


def _months(fig: "go.Figure", points: Sequence[Point]) -> None:
    is_long = len(points) > 24
    fig.add_scatter(
        x=[point.month for point in points],
        y=[point.value for point in points],
        mode="lines+markers",
        line={"color": FILL, "width": 2.25},
        marker={
            "size": [8 if point.is_provisional else 4 if is_long else 6 for point in points],
            "color": [PAPER if point.is_provisional else FILL for point in points],
            "line": {"color": FILL, "width": 2},
        },
        hovertext=[point.text for point in points],
        hoverinfo="text",
        connectgaps=False,
    )


def _signals(fig: "go.Figure", line: Line) -> None:
    found = [(point, tone) for point, tone in zip(line.points, line.signals, strict=False) if tone]
    if not found:
        return
    fig.add_scatter(
        x=[point.month for point, _ in found],
        y=[point.value for point, _ in found],
        mode="markers",
        marker={
            "symbol": "diamond",
            "size": 10,
            "color": [PAPER if point.is_provisional else SIGNAL_COLOURS[tone] for point, tone in found],
            "line": {"color": [SIGNAL_COLOURS[tone] for _, tone in found], "width": 2},
        },
        hovertext=[f"{point.text}　信号" for point, _ in found],
        hoverinfo="text",
    )


def _printed(fig: "go.Figure", printed: Sequence[Printed]) -> None:
    if not printed:
        return
    fig.add_scatter(
        x=[one.at for one in printed],
        y=[one.value for one in printed],
        mode="markers",
        marker={"symbol": "square-open", "size": 11, "color": INK, "line": {"width": 2}},
        hovertext=[one.hover_zh for one in printed],
        hoverinfo="text",
    )
    for one in printed:
        if one.since:
            fig.add_shape(
                type="line", x0=one.since, x1=one.day, y0=one.value, y1=one.value, line={"color": INK, "width": 1}
            )
        fig.add_annotation(x=one.at, y=one.value, text=esc(one.text), showarrow=False, yshift=-18, font={"color": INK})


def _axes(fig: "go.Figure", line: Line) -> None:
    days = [point.month for point in line.points] + [day for one in line.printed for day in one.days]
    if not days:
        return
    first, last = min(days), max(days)
    pad = timedelta(days=max(20, (last - first).days // 24))
    ticks = month_ticks(first, last)
    fig.update_xaxes(
        range=[first - pad, last + pad * 2],
        tickvals=list(ticks),
        ticktext=list(ticks.values()),
        ticks="outside",
        showline=True,
    )
    levels = [level for level, _ in line.axis]
    fig.update_yaxes(
        tickvals=levels,
        ticktext=[text for _, text in line.axis],
        range=[levels[0], levels[-1] + (levels[-1] - levels[0]) * 0.06] if levels else None,
        showgrid=True,
        gridcolor="#e9ebed",
        showline=False,
        ticks="",
    )


def _mark(fig: "go.Figure", mark: Mark, *, is_late: bool, is_large: bool) -> None:
    if not mark.is_whole_year:
        fig.add_shape(
            type="line",
            x0=mark.day,
            x1=mark.day,
            yref="paper",
            y0=0,
            y1=1,
            line={"color": FAINT, "width": 1},
            layer="below",
        )
    fig.add_annotation(
        x=mark.day,
        yref="paper",
        y=1,
        text=f"<b>{esc(mark.sign)}</b>" + ("" if mark.is_whole_year else f" {esc(mark.label)}"),
        hovertext=esc(mark.hover_zh),
        showarrow=False,
        xanchor="right" if is_late else "left",
        yanchor="bottom",
        font={"color": SOFT, "size": LEAST_LARGE if is_large else 11.5},
        bgcolor=PAPER,
    )


def _break(fig: "go.Figure", month: date, reason: str) -> None:
    day = month - timedelta(days=15)
    fig.add_shape(
        type="line", x0=day, x1=day, yref="paper", y0=0, y1=1, line={"color": INK, "width": 2, "dash": "dash"}
    )
    fig.add_annotation(
        x=day,
        yref="paper",
        y=0.02,
        text=f"断点：{esc(reason)}",
        showarrow=False,
        xanchor="right",
        yanchor="bottom",
        bgcolor=PAPER,
    )


def _last_value(fig: "go.Figure", line: Line) -> None:
    last = next((point for point in reversed(line.points) if point.value is not None), None)
    if last:
        fig.add_annotation(
            x=last.month,
            y=last.value,
            text=f"<b>{esc(last.text.rpartition(' ')[2])}</b>",
            showarrow=False,
            yshift=18,
            xanchor="right" if len(line.points) > 1 else "center",
            bgcolor="rgba(253,252,250,0.8)",
        )
