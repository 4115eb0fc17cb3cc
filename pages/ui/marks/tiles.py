"""A schematic map: equal tiles in the rough position of their places, each with its name and its number.

No boundaries are drawn, so that no map review is needed, nothing is fetched, and the smallest place is as legible as
the largest. Numbers are buttons like everywhere.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from pages.ui.kit.html import esc, num

# The darkest still lets ink be read on it (5:1); on a darker middle grey neither dark nor light type could be.
LIGHT, DARK = (0xEE, 0xF0, 0xF2), (0x86, 0x93, 0xA0)


@dataclass(frozen=True, kw_only=True)
class Tile:
    """One place; `weight` from 0 to 1 darkens it, None leaves it framed with `text` (缺, —)."""

    name_zh: str
    row: int
    column: int
    weight: float | None
    text: str
    receipt: str | None = None
    is_zone: bool = False


def tile_map(tiles: Sequence[Tile], *, alt_zh: str = "") -> str:
    """The tiles as HTML; functional zones have a dashed edge. Empty without tiles."""
    if not tiles:
        return ""
    top, left = min(tile.row for tile in tiles), min(tile.column for tile in tiles)
    width = max(tile.column for tile in tiles) - left + 1
    drawn = "".join(_tile(tile, tile.row - top + 1, tile.column - left + 1) for tile in tiles)
    return f'<div class="tiles" role="group" aria-label="{esc(alt_zh)}" style="--columns:{width}">{drawn}</div>'


def _tile(tile: Tile, row: int, column: int) -> str:
    kinds = ["tile", "zone" if tile.is_zone else "", "blank" if tile.weight is None else ""]
    shade = "" if tile.weight is None else f"background:{shade_of(tile.weight)};"
    return (
        f'<div class="{" ".join(kind for kind in kinds if kind)}" style="{shade}grid-area:{row}/{column}">'
        f"<span>{esc(tile.name_zh)}</span><b>{num(tile.text, tile.receipt)}</b></div>"
    )


def shade_of(weight: float) -> str:
    """From paper to grey in even steps, so that grey paper shows the same order."""
    red, green, blue = (round(a + (b - a) * weight) for a, b in zip(LIGHT, DARK, strict=True))
    return f"rgb({red},{green},{blue})"
