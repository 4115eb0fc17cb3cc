"""The files of the demonstration: parcels of the schedule written as bytes, the same bytes at every run."""

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import cache

from etl.demo.dirt import CONTENTS, FILED, Dirt, lasting, read_dirt, soil
from etl.demo.dynamics import read_parameters
from etl.demo.formats import to_csv, to_html, to_xls
from etl.demo.forms import Forms, World
from etl.demo.schedule import Parcel
from etl.demo.slips import slipped
from etl.garbage import sought_seldom
from etl.months.read.demonstration import MARK_ZH, NOTE_ZH
from etl.months.read.layouts import Layout, load_layouts
from etl.months.template.plain_workbook import to_xlsx
from etl.months.template.sheetwriter import FormContent, Grid, GridCell, add_note, lay_out
from warehouse.month import add_months

PLAIN_NAMES = {"facility": "设施床位", "training": "培训", "platform": "平台", "allowance": "津贴"}


@sought_seldom()
def write_parcels(world: World, parcels: Sequence[Parcel]) -> list[bytes]:
    """The files of these parcels, in their order."""
    writer = _Writer(world)
    return [writer.file(parcel) for parcel in parcels]


def prepare() -> None:
    """Read what is declared, so that jobs forked from this process have it."""
    read_parameters(), _layouts(), _dirt()


@cache
def _layouts() -> dict[str, Layout]:
    return load_layouts()


@cache
def _dirt() -> list[Dirt]:
    return read_dirt()


class _Writer:
    def __init__(self, world: World) -> None:
        self.forms: Forms = world.forms()
        self.layouts = _layouts()
        self.lasting = lasting(_dirt())
        self.habits = self.forms.dynamics.parameters["sending"]["habits"]

    def file(self, parcel: Parcel) -> bytes:
        habit = self.habits[parcel.unit]
        grids = []
        for number, form in enumerate(parcel.forms, start=1):
            for grid in self._sheets(parcel, form):
                grid.name = _sheet_name(habit["sheets"], form, number, grid.name, [one.name for one in grids])
                add_note(grid, NOTE_ZH)
                grids.append(_spread_entries(grid, habit["entries"]))
        data = _as_file(habit["format"], grids)
        for one in parcel.dirt:
            if one.action in FILED:
                data = _damaged(data, one)
        return data

    def _sheets(self, parcel: Parcel, form: str) -> list[Grid]:
        layout = self._layout(form, parcel.month)
        content = self.forms.content(layout, parcel.unit, parcel.month, correction=parcel.correction)
        before = add_months(parcel.month, -1)
        if (fault := self.lasting.get((parcel.unit, form, before))) and content.previous:
            reported = CONTENTS[fault.action](fault, self.forms.content(layout, parcel.unit, before))
            content = replace(content, previous=reported.rows[parcel.unit])
        if form in parcel.slips:
            content = slipped(content, form, random.Random(f"slip:{parcel.unit}:{parcel.month}:{form}"))
        dirt = [one for one in parcel.dirt if one.form == form and one.action not in FILED]
        if not dirt:
            return [lay_out(layout, content)]
        planted: Dirt = dirt[0]

        def write(changed: FormContent) -> Grid:
            return lay_out(layout, changed)

        return soil(planted, content, write)

    def _layout(self, form: str, month: date) -> Layout:
        return next(one for one in self.layouts.values() if one.form_code == form and one.valid_in(month))


def _sheet_name(style: str, form: str, number: int, declared: str, taken: list[str]) -> str:
    name = {"declared": declared, "numbered": f"表{number}", "plain": PLAIN_NAMES[form]}[style]
    return name if name not in taken else f"{name} (2)"


def _spread_entries(grid: Grid, style: str) -> Grid:
    """The line of particulars as the unit writes it: in one merged cell, a cell an entry, or label and value apart."""
    line = next((cell for cell in grid.cells if cell.role == "meta"), None)
    if style == "line" or line is None:
        return grid
    entries = [entry for entry in str(line.value).split("  ") if entry]
    texts = entries if style == "cells" else [part for entry in entries for part in _halves(entry)]
    spread = [
        replace(line, column=line.column + step, value=text, last_row=line.row, last_column=line.column + step)
        for step, text in enumerate(texts)
    ]
    cells: list[GridCell] = [cell for cell in grid.cells if cell is not line]
    return Grid(grid.name, cells[:1] + spread + cells[1:])


def _halves(entry: str) -> tuple[str, str]:
    label, _, value = entry.partition("：")
    return f"{label}：", value


def _as_file(format_code: str, grids: list[Grid]) -> bytes:
    if format_code == "csv":
        return to_csv(_only(grids))
    if format_code == "html":
        return to_html(_only(grids), title=MARK_ZH)
    return to_xls(grids, mark=MARK_ZH) if format_code == "xls" else to_xlsx(grids, mark=MARK_ZH)


def _only(grids: list[Grid]) -> Grid:
    if len(grids) != 1:
        raise ValueError("a CSV or HTML file holds one form")
    return grids[0]


def _damaged(data: bytes, dirt: Dirt) -> bytes:
    """A file that broke on its way, is something else, or was saved in the wrong encoding."""
    if dirt.action == "truncated":
        return data[: len(data) // 2]
    if dirt.action == "empty":
        return b""
    if dirt.action == "picture":
        return b"\x89PNG\r\n\x1a\n" + bytes(random.Random(dirt.dirt_id).randbytes(4000))
    return data.decode("gb18030").encode("gb18030").decode("latin-1").encode("utf-8")
