"""Pictures: PNG of 1080 pixels and SVG, each with its foot in it and its letters drawn or embedded."""

from collections.abc import Sequence
from typing import Any

from warehouse.paper.files.content import stamp_data
from warehouse.paper.files.typeset import typeset
from warehouse.paper.model import Briefing, Stamp, Table, plain_table

WIDTH = 1080
A4_POINTS = 595.276
MOST_ROWS = 40
FORMS = ("png", "svg")


def of_parts(
    title_zh: str, what_zh: str, parts: Sequence[dict[str, Any]], foot: dict[str, Any], form: str, *, more_zh: str = ""
) -> bytes:
    """A picture of drawings and tables under one claim.

    Args:
        parts: as `bars`, `lines` and `grid` make them.
        foot: of `content.stamp_data`.
        form: `png` or `svg`.
    """
    data = {"title": title_zh, "what": what_zh, "parts": list(parts), "more": more_zh, **foot}
    # One point of this page is one pixel.
    return typeset("picture.typ", data, form=form, ppi=72)[0]


def bars(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Bars: name, part (0 to 1, None draws a dashed frame), text, tone, goal (0 to 1 or None)."""
    return {"kind": "bars", "rows": list(rows)}


def grid(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> dict[str, Any]:
    """A table of at most MOST_ROWS rows; a row of one cell is the name of the group below it."""
    return {"kind": "grid", "heads": list(heads), "rows": [list(row) for row in rows[:MOST_ROWS]]}


def lines(
    series: Sequence[dict[str, Any]],
    ticks: Sequence[tuple[float, str]],
    marks: Sequence[tuple[float, str]] = (),
    *,
    levels: Sequence[float] = (),
) -> dict[str, Any]:
    """Lines: series of points (x, y or None, text, is provisional); ticks and marks at x with a word; level lines at y."""
    return {
        "kind": "lines",
        "series": list(series),
        "ticks": [list(one) for one in ticks],
        "marks": [list(one) for one in marks],
        "levels": list(levels),
    }


def left_out_zh(count: int) -> str:
    """What a picture says of rows it does not show; empty when it shows all."""
    return f"共{count}行，图中列前{MOST_ROWS}行；全部请下载 Excel 或 PDF" if count > MOST_ROWS else ""


def of_table(table: Table, stamp: Stamp, form: str) -> bytes:
    """A table as a picture."""
    heads, rows = as_rows(table)
    return of_parts(table.caption_zh, "", [grid(heads, rows)], stamp_data(stamp), form, more_zh=left_out_zh(len(rows)))


def as_rows(table: Table) -> tuple[list[str], list[list[str]]]:
    """Heads and rows of a table, the name of each group as a row of one cell."""
    rows = []
    for name, group in table.groups:
        rows += [[name]] if name else []
        rows += [[cell.text for cell in row] for row in group]
    return plain_table(table)[0], rows


def of_briefing(briefing: Briefing, form: str) -> bytes:
    """The month at a glance: the first table of a briefing under its title."""
    table = next(briefing.tables(), None)
    heads, rows = as_rows(table) if table else (["内容"], [[one.text] for one in briefing.paragraphs()])
    what = table.caption_zh if table else ""
    return of_parts(
        briefing.title_zh, what, [grid(heads, rows)], stamp_data(briefing.stamp), form, more_zh=left_out_zh(len(rows))
    )


def of_sheet(data: dict[str, Any], form: str) -> list[bytes]:
    """Both sides of a unit's sheet, each 1080 pixels wide."""
    return typeset("sheet.typ", {"title": data["unit_zh"], "sheets": [data]}, form=form, ppi=WIDTH / A4_POINTS * 72)
