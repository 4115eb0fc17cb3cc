"""Figures drawn with plotly, all from one template, each with claim, subtitle, foot, alt text and a table twin.

Colours follow the house: a bar that judges nothing is slate, 向好 blue, 关注 orange, 平稳 grey; signs and words repeat
what a colour says. Numbers on marks are texts made by `warehouse.wording`, never formatted here.
"""

from dataclasses import dataclass
from datetime import date
from functools import cache

import plotly.graph_objects as go
import streamlit as st

from pages.ui.kit import shown
from pages.ui.kit.block import block, head
from pages.ui.kit.style import FONTS, HAIR, INK, LEAST_LARGE, PAPER, SOFT

CONFIG = {"displayModeBar": False, "scrollZoom": False, "doubleClick": False, "locale": "zh-CN"}


@cache
def template(*, is_large: bool) -> "go.layout.Template":
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


def figure(fig: "go.Figure", *, claim_zh: str, what_zh: str, foot_html: str, twin_html: str, key: str) -> None:
    """Show a chart as the house shows charts: sentence, subtitle, drawing or its table, source line.

    Args:
        claim_zh: the finding, a sentence with a number; also the alt text.
        what_zh: what is drawn, unit and as-of.
        foot_html: from `parts.source_line`.
        twin_html: the same numbers as a table, with receipts; one tab away.
    """
    shown.note(
        shown.Piece(fig=lambda: fig, claim_zh=claim_zh, what_zh=what_zh, twin_html=twin_html, foot_html=foot_html)
    )
    st.html(f'<div class="block">{head(claim_zh, what_zh)}</div>')
    chart_tab, table_tab = st.tabs(["图", "表"], key=f"{key}-tabs")
    with chart_tab:
        st.plotly_chart(fig, theme=None, width="stretch", config=CONFIG, alt=claim_zh, key=f"{key}-chart")
    with table_tab:
        block(twin_html, key=f"{key}-twin", is_noted=False)
    st.html(f'<div class="block">{foot_html}</div>')


@dataclass(frozen=True, kw_only=True)
class Point:
    """One month of a line; `value` None breaks the line. Provisional points are hollow."""

    month: date
    value: float | None
    text: str
    is_provisional: bool = False
    receipt: str | None = None
