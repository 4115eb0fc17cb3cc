"""Rules on the rows of a table: each must be a place of the unit, once, and no sum of the others."""

import re

from etl.months.names import AreaBook, Place
from etl.months.read.labels import plain
from etl.months.rules.registry import rule

Words = dict[str, str]
_NO_PLACES = (
    (re.compile("同期|上[年月]|去年|累计|历年|计划|目标|任务"), "（是别的期间的数、任务数的，请删去这一行）"),
    (re.compile("计$|汇总|总数|其中|∑"), "（是全表合计的，请写“合计”；只是其中几行合计的，请删去这一行）"),
)
"""Rows that are no places, and what to do about them."""


@rule("E3")
def strange_row(label: str, unit: Place, book: AreaBook) -> Words | None:
    """A row of the city or of another unit among the rows of this one."""
    others = [place.name_zh for place in book.units_named(label) if place != unit]
    if not others:
        return None
    return {"fact": f"{unit.name_zh}的表里有“{label}”（{'、'.join(others)}）一行"}


@rule("E16")
def foreign_township(label: str, unit: Place, book: AreaBook) -> Words | None:
    """A township that belongs to exactly one other unit: counted twice if both report it."""
    owners = [name for name in book.owners(label) if name != unit.name_zh]
    return {"label": label, "owner": owners[0], "unit": unit.name_zh} if len(owners) == 1 else None


@rule("E12")
def unknown_place(label: str, unit: Place, book: AreaBook) -> Words | None:
    """A name nobody declared; the nearest spelling is never taken for it."""
    if book.is_unit(unit.area_id, label) or book.township(unit.area_id, label):
        return None
    fact = f"“{label}”不是{unit.name_zh}的乡镇（街道），也不是本单位名称"
    for pattern, remedy in _NO_PLACES:
        if pattern.search(plain(label)):
            return {"fact": fact, "near": remedy}
    near = "、".join(f"“{name}”" for name in book.nearest(unit.area_id, label))
    return {"fact": fact, "near": f"，是不是{near}" if near else ""}


@rule("C10")
def second_row(label: str, first_cell: str, where: str = "") -> Words | None:
    """The same place, month and figure reported twice; `first_cell` is empty when this is the first."""
    if not first_cell:
        return None
    return {"fact": f"“{label}”报了两次（另一处在 {where}{first_cell}）"}
