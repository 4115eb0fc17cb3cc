"""Areas side by side: one row an item, one column an area; what must not be compared is grey and says why."""

from collections.abc import Sequence
from dataclasses import dataclass

from pages.ui.kit.html import badge, esc, num
from pages.ui.marks.spine import SIGNS


@dataclass(frozen=True, kw_only=True)
class Head:
    """An area at the top of its column."""

    name_zh: str
    where_zh: str


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One area's value: the text printed, what it was made of, and its length on the row's common scale.

    `share` is from 0 to 1; None draws no bar (nothing known, or not to be compared).
    """

    text: str
    from_zh: str = ""
    receipt: str | None = None
    share: float | None = None
    is_mark: bool = False


@dataclass(frozen=True, kw_only=True)
class Item:
    """One row. `refused_zh` makes it a refusal: values stay readable, but no bar, no axis, no rank."""

    name_zh: str
    note_zh: str
    cells: Sequence[Cell]
    badge_zh: str = ""
    caveat_zh: str = ""
    refused_zh: str = ""
    spine_html: str = ""


def columns_style(count: int) -> str:
    """The widths of the columns for `count` areas, wide and narrow screens."""
    wide = f"minmax(9rem, 15rem) repeat({count}, minmax(0, 1fr))"
    return f"--columns: {wide}; --narrow: repeat({min(count, 2)}, minmax(0, 1fr))"


def heads(areas: Sequence[Head]) -> str:
    """The row of names; each has the sign that marks it on the spines."""
    cells = "".join(
        f'<div class="cell area"><span class="sign" aria-hidden="true">{SIGNS[position]}</span>{esc(area.name_zh)}'
        f'<div class="where">{esc(area.where_zh)}</div></div>'
        for position, area in enumerate(areas)
    )
    return f'<div class="row head"><div class="item"></div>{cells}</div>'


def group(title_zh: str, text_zh: str, items: Sequence[Item]) -> str:
    """A section of rows under a heading; nothing for no items."""
    if not items:
        return ""
    explained = f"<p>{esc(text_zh)}</p>" if text_zh else ""
    return f'<div class="group"><h3>{esc(title_zh)}</h3>{explained}</div>{"".join(_row(item) for item in items)}'


def versus(areas: Sequence[Head], groups_html: str) -> str:
    """The whole comparison."""
    return f'<div class="versus" style="{columns_style(len(areas))}">{heads(areas)}{groups_html}</div>'


def _row(item: Item) -> str:
    note = f'<span class="note">{esc(item.note_zh)}</span>' if item.note_zh else ""
    cells = "".join(_cell(cell, is_refused=bool(item.refused_zh)) for cell in item.cells)
    why = ""
    if item.refused_zh:
        why = f'<div class="why">{badge(item.badge_zh or "口径不同，不作排名", "watch")} {esc(item.refused_zh)}</div>'
    elif item.caveat_zh or item.badge_zh:
        why = f'<div class="why soft">{badge(item.badge_zh)} {esc(item.caveat_zh)}</div>'
    stand = f'<div class="stand">{item.spine_html}</div>' if item.spine_html else ""
    kind = "row refused" if item.refused_zh else "row"
    return f'<div class="{kind}"><div class="item">{esc(item.name_zh)}{note}</div>{cells}{stand}{why}</div>'


def _cell(cell: Cell, *, is_refused: bool) -> str:
    mark = " mark" if cell.is_mark else ""
    rail = ""
    if cell.share is not None and not is_refused:
        rail = f'<div class="rail" aria-hidden="true"><i style="width:{cell.share * 100:.2f}%"></i></div>'
    return (
        f'<div class="cell"><div class="v{mark}">{num(cell.text, cell.receipt)}</div>{rail}'
        f'<div class="from">{esc(cell.from_zh)}</div></div>'
    )
