"""Figures made once for a release and kept, shown with head, tabs 图 and 表, and foot: of our own HTML, or plotly's."""

from collections.abc import Callable
from dataclasses import dataclass

import plotly.graph_objects as go

from pages.ui.kit.block import figure_block
from pages.ui.kit.charts import figure


@dataclass(frozen=True, kw_only=True)
class Drawing:
    """The pieces of a figure, ready to show; see `block.figure_block`.

    fig: draws the same with plotly, where paper draws the figure from its points.
    """

    claim_zh: str
    what_zh: str
    drawn_html: str
    twin_html: str
    foot_html: str
    fig: "Callable[[], go.Figure] | None" = None

    def show(self, key: str) -> str | None:
        """The figure on the page, `key` unique on it. Returns what was pressed in it just now, as `sheet.block` does."""
        return figure_block(
            self.drawn_html,
            claim_zh=self.claim_zh,
            what_zh=self.what_zh,
            foot_html=self.foot_html,
            twin_html=self.twin_html,
            key=key,
            fig=self.fig,
        )


@dataclass(frozen=True, kw_only=True)
class Plot:
    """A plotly figure with its words, ready to show; see `charts.figure`. Nobody changes `fig` any more."""

    fig: "go.Figure"
    claim_zh: str
    what_zh: str
    twin_html: str
    foot_html: str

    def show(self, key: str) -> None:
        """The figure on the page; `key` is unique on it."""
        figure(
            self.fig,
            claim_zh=self.claim_zh,
            what_zh=self.what_zh,
            foot_html=self.foot_html,
            twin_html=self.twin_html,
            key=key,
        )
