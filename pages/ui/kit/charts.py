"""Figures drawn with plotly, all from one template, each with claim, subtitle, foot, alt text and a table twin.

Colours follow the house: a bar that judges nothing is slate, 向好 blue, 关注 orange, 平稳 grey; signs and words repeat
what a colour says. Numbers on marks are texts made by `warehouse.wording`, never formatted here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

import plotly.graph_objects as go
import streamlit as st

from pages.ui.kit import shown
from pages.ui.kit.block import block, head
from pages.ui.kit.html import esc
from pages.ui.kit.style import FAINT, FILL, FILL_SOFT, FONTS, GOOD, HAIR, INK, LEAST_LARGE, PAPER, SOFT, WATCH

TONES = {"good": GOOD, "watch": WATCH, "flat": FAINT, "": FILL}
SIGNS = {"good": "▲", "watch": "▼", "flat": "●", "": ""}
CONFIG = {"displayModeBar": False, "scrollZoom": False, "doubleClick": False, "locale": "zh-CN"}


@cache
def template(*, is_large: bool) -> go.layout.Template:
    """The look of every plotly figure; larger type for 大字版."""
    size = LEAST_LARGE if is_large else 14
    axis = {
        "showgrid": False,
        "zeroline": False,
        "linecolor": HAIR,
        "tickcolor": HAIR,
        "tickfont": {"color": SOFT, "size": size if is_large else 13},
        "fixedrange": True,
        "automargin": True,
    }
    return go.layout.Template(
        layout={
            "font": {"family": FONTS, "size": size, "color": INK},
            "paper_bgcolor": PAPER,
            "plot_bgcolor": PAPER,
            "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
            "xaxis": axis,
            "yaxis": axis,
            "showlegend": False,
            "hoverlabel": {"bgcolor": PAPER, "bordercolor": INK, "font": {"family": FONTS, "color": INK, "size": size}},
            "hovermode": "closest",
            "dragmode": False,
            "bargap": 0.42,
        }
    )


def figure(
    fig: go.Figure, *, claim_zh: str, what_zh: str, foot_html: str, twin_html: str, key: str, alt_zh: str = ""
) -> None:
    """Show a chart as the house shows charts: sentence, subtitle, drawing or its table, source line.

    Args:
        claim_zh: the finding, a sentence with a number; also the alt text unless `alt_zh` says it better.
        what_zh: what is drawn, unit and as-of.
        foot_html: from `parts.source_line`.
        twin_html: the same numbers as a table, with receipts; one tab away.
    """
    shown.note(shown.Piece(fig=fig, claim_zh=claim_zh, what_zh=what_zh, twin_html=twin_html, foot_html=foot_html))
    st.html(f'<div class="block">{head(claim_zh, what_zh)}</div>')
    chart_tab, table_tab = st.tabs(["图", "表"], key=f"{key}-tabs")
    with chart_tab:
        st.plotly_chart(fig, theme=None, width="stretch", config=CONFIG, alt=alt_zh or claim_zh, key=f"{key}-chart")
    with table_tab:
        block(twin_html, key=f"{key}-twin", is_noted=False)
    st.html(f'<div class="block">{foot_html}</div>')


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One bar: `value` None draws no bar and prints `text` (缺, —, *) where it would start."""

    name_zh: str
    value: float | None
    text: str
    tone: str = ""
    hover_zh: str = ""


def ranked_bars(
    bars: Sequence[Bar], *, goal: float | None = None, goal_zh: str = "", is_large: bool = False
) -> go.Figure:
    """Horizontal bars, longest on top, bars without a value last; the axis starts at 0. A goal is a line across."""
    ordered = sorted(bars, key=lambda item: (item.value is None, -(item.value or 0)))
    names = [item.name_zh for item in ordered]
    top = max([item.value or 0 for item in bars] + [goal or 0, 1e-9])
    fig = go.Figure(
        go.Bar(
            y=names,
            x=[item.value or 0 for item in ordered],
            orientation="h",
            marker={"color": [TONES[item.tone] for item in ordered]},
            hovertext=[item.hover_zh or f"{item.name_zh} {item.text}" for item in ordered],
            hoverinfo="text",
        )
    )
    if goal is not None:
        fig.add_shape(type="line", x0=goal, x1=goal, y0=-0.5, y1=len(names) - 0.5, line={"color": WATCH, "width": 2})
        fig.add_annotation(x=goal, y=-0.55, text=goal_zh, showarrow=False, yanchor="bottom", font={"color": SOFT})
    _print_beside(fig, [(item.text, item.tone) for item in ordered], top)
    head = 30 if goal is not None else 8
    fig.update_layout(
        template=template(is_large=is_large),
        height=_row_height(is_large) * len(names) + head + 8,
        margin={"t": head, "r": _text_room(is_large)},
    )
    fig.update_xaxes(visible=False, range=[0, top * 1.02])
    fig.update_yaxes(autorange="reversed", showline=False, ticks="")
    return fig


@dataclass(frozen=True, kw_only=True)
class Bullet:
    """Completion against pace: both as fractions of the target; `pace` None draws no tick."""

    name_zh: str
    completion: float | None
    text: str
    pace: float | None = None
    tone: str = ""


def bullet_bars(bullets: Sequence[Bullet], *, is_large: bool = False) -> go.Figure:
    """One row a target: the bar is what is done, the dark tick the pace of time, the thin line 100 %."""
    names = [item.name_zh for item in bullets]
    top = max([item.completion or 0 for item in bullets] + [1.0])
    fig = go.Figure(
        go.Bar(
            y=names,
            x=[item.completion or 0 for item in bullets],
            orientation="h",
            marker={"color": [TONES[item.tone] for item in bullets]},
            hoverinfo="skip",
        )
    )
    for row, item in enumerate(bullets):
        if item.pace is not None:
            fig.add_shape(
                type="line", x0=item.pace, x1=item.pace, y0=row - 0.42, y1=row + 0.42, line={"color": INK, "width": 3}
            )
    fig.add_shape(type="line", x0=1, x1=1, y0=-0.5, y1=len(names) - 0.5, line={"color": FAINT, "width": 1})
    _print_beside(fig, [(item.text, item.tone) for item in bullets], top)
    fig.update_layout(
        template=template(is_large=is_large),
        height=_row_height(is_large) * len(names) + 16,
        margin={"r": _text_room(is_large)},
    )
    fig.update_xaxes(visible=False, range=[0, top * 1.02])
    fig.update_yaxes(autorange="reversed", showline=False, ticks="")
    return fig


@dataclass(frozen=True, kw_only=True)
class Point:
    """One month of a line; `value` None breaks the line. Provisional points are hollow."""

    month: date
    value: float | None
    text: str
    is_provisional: bool = False


def month_lines(
    points: Sequence[Point], *, year_ago: Sequence[Point] = (), ticks: dict[date, str], is_large: bool = False
) -> go.Figure:
    """A line by month with last year's as a thin grey ghost; months without a figure leave a gap."""
    fig = go.Figure()
    if year_ago:
        fig.add_scatter(
            x=[point.month for point in year_ago],
            y=[point.value for point in year_ago],
            mode="lines",
            line={"color": FILL_SOFT, "width": 2, "dash": "dot"},
            hovertext=[f"上年同月 {point.text}" for point in year_ago],
            hoverinfo="text",
        )
    fig.add_scatter(
        x=[point.month for point in points],
        y=[point.value for point in points],
        mode="lines+markers",
        line={"color": FILL, "width": 2.5},
        marker={
            "size": 8,
            "color": [PAPER if point.is_provisional else FILL for point in points],
            "line": {"color": FILL, "width": 2},
        },
        hovertext=[point.text for point in points],
        hoverinfo="text",
        connectgaps=False,
    )
    last = next((point for point in reversed(points) if point.value is not None), None)
    if last:
        fig.add_annotation(
            x=last.month, y=last.value, text=f"<b>{esc(last.text)}</b>", showarrow=False, yshift=16, xanchor="right"
        )
    fig.update_layout(template=template(is_large=is_large), height=300)
    fig.update_xaxes(tickvals=list(ticks), ticktext=list(ticks.values()))
    fig.update_yaxes(showgrid=True, gridcolor=HAIR, showticklabels=False, rangemode="tozero")
    return fig


def _print_beside(fig: go.Figure, texts: Sequence[tuple[str, str]], top: float) -> None:
    """The values in one column right of the bars, where no tick crosses them; sign and word before colour."""
    for row, (text, tone) in enumerate(texts):
        fig.add_annotation(
            x=top * 1.02,
            y=row,
            text=f"{SIGNS[tone]} {esc(text)}".strip(),
            showarrow=False,
            xanchor="left",
            xshift=6,
        )


def _text_room(is_large: bool) -> int:
    return 130 if is_large else 92


def _row_height(is_large: bool) -> int:
    return 50 if is_large else 36
