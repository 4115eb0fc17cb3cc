"""PDF by typst: tagged, with bookmarks, page numbers, repeated heads of tables and no row cut across pages."""

from collections.abc import Sequence
from typing import Any

from warehouse.paper.files.content import briefing_data
from warehouse.paper.files.typeset import typeset
from warehouse.paper.model import Briefing


def write(briefings: Sequence[Briefing]) -> bytes:
    """One PDF of one briefing, or of several with a cover and a table of contents before them."""
    parts = [briefing_data(briefing) for briefing in briefings]
    first = briefings[0]
    title = (
        first.title_zh if len(briefings) == 1 else f"{first.month.year}年{first.month.month}月养老服务工作简报（全套）"
    )
    return typeset("bulletin.typ", {"title": title, "parts": parts}, form="pdf")[0]


def sheets(data: Sequence[dict[str, Any]]) -> bytes:
    """One PDF of the sheets of units, two sides each; data of `UnitSheet.data`."""
    title = (
        f"{data[0]['unit_zh']}养老服务一张纸（{data[0]['month']}）"
        if len(data) == 1
        else f"养老服务一张纸（{data[0]['month']}）"
    )
    return typeset("sheet.typ", {"title": title, "sheets": list(data)}, form="pdf")[0]
