"""A page of the screen as paper: its first line, its figures with their tables, its sentences, one line at the foot.

What stands here was taken from a page as shown; nothing is computed anew, so that paper and screen cannot differ.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from warehouse.paper.model import Stamp

MOST_ROWS = 400
"""Rows of one table on a page of paper; the whole table is in the Excel file."""


@dataclass(frozen=True, kw_only=True)
class Grid:
    """A table as shown: heads and rows of texts."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One figure of a page: claim, what is drawn, its drawing as plain marks (see `files.picture.lines`), table, foot."""

    claim_zh: str
    what_zh: str = ""
    drawing: dict[str, Any] | None = field(default=None, compare=False)
    grid: Grid | None = None
    foot_zh: str = ""


@dataclass(frozen=True, kw_only=True)
class PagePaper:
    """A whole page. items: sentences (text), headings (`# ` is not used: a Figure has its claim), figures, in order."""

    title_zh: str
    about_zh: str
    finding_zh: str
    items: tuple[str | Figure, ...]
    stamp: Stamp

    def figures(self) -> Iterator[Figure]:
        for item in self.items:
            if isinstance(item, Figure):
                yield item

    def text(self) -> str:
        """The page as plain text, its source line last: for a chat group or a document."""
        lines = [f"{self.title_zh}（{self.about_zh}）", self.finding_zh]
        for item in self.items:
            lines.append(item if isinstance(item, str) else item.claim_zh)
        return "\n".join([*dict.fromkeys(line for line in lines if line), self.stamp.line_zh])

    def data(self) -> dict[str, Any]:
        """As plain data for `page.typ`."""
        return {
            "title": self.title_zh,
            "about": self.about_zh,
            "finding": self.finding_zh,
            "items": [
                {"kind": "text", "text": item} if isinstance(item, str) else figure_data(item) for item in self.items
            ],
            "foot": self.stamp.line_zh,
            "states": list(self.stamp.states_zh),
        }


def figure_data(figure: Figure) -> dict[str, Any]:
    """A figure as plain data; a table longer than paper takes says how many rows are left out."""
    grid = figure.grid
    rows = grid.rows[:MOST_ROWS] if grid else ()
    left = len(grid.rows) - len(rows) if grid else 0
    return {
        "kind": "figure",
        "claim": figure.claim_zh,
        "what": figure.what_zh,
        "drawing": figure.drawing,
        "heads": list(grid.heads) if grid else [],
        "rows": [list(row) for row in rows],
        "left_out": f"共{len(grid.rows)}行，这里列前{len(rows)}行；全部请下载 Excel" if grid and left else "",
        "foot": figure.foot_zh,
    }
