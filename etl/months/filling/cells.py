"""The cells of an empty form that people fill, table by table, and those that are worked out for them."""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby

from etl.months.model import Context, Key
from etl.months.read.cells import address
from etl.months.read.layouts import Block, Field, Layout
from etl.months.template.sheetwriter import Grid, GridCell
from etl.months.template.workbook import BLANK_WORDS
from etl.months.understood.values import on_form, scale_of


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One cell to be filled. `previous` is last month's figure in the unit of the form, None where there is none.

    `name` stays the same while unit, form and layout do, so that a draft finds its cell again.
    """

    name: str
    cell: str
    key: Key
    label_zh: str
    unit_zh: str
    previous: float | None
    limits_zh: str


@dataclass(frozen=True, kw_only=True)
class Line:
    """One row to be filled: what it is called, its cells, and the name of its note (empty where the form has none)."""

    labels: tuple[str, ...]
    entries: tuple[Entry, ...]
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Part:
    """One table of the form. A form of one row is turned: each figure is a line with one cell."""

    caption_zh: str
    label_names: tuple[str, ...]
    figure_names: tuple[str, ...]
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Blank:
    """An empty form of one unit for one month: the sheet as it will be, and its cells to be filled."""

    layout: Layout
    unit_id: str
    unit_zh: str
    month: dt.date
    grid: Grid = field(repr=False)
    names: Mapping[int, str] = field(repr=False)
    parts: tuple[Part, ...] = field(repr=False)
    previous: Mapping[Key, float] = field(repr=False, default_factory=dict)

    @property
    def entries(self) -> Iterator[Entry]:
        """Every cell to be filled, in the order of the sheet."""
        for part in self.parts:
            for line in part.lines:
                yield from line.entries


def names_of(grid: Grid) -> dict[int, str]:
    """Names of the cells people fill, by their place in the grid: figures, tasks of the year, notes."""
    found: dict[int, str] = {}
    seen: dict[tuple, int] = {}
    for place, cell in enumerate(grid.cells):
        what = {"value": "", "task": "task"}.get(cell.key or cell.role, "note" if cell.role == "note" else None)
        if what is None or not cell.area or (cell.role != "note" and not cell.code):
            continue
        stem = (what, cell.block, cell.area, cell.code)
        seen[stem] = seen.get(stem, 0) + 1
        found[place] = "|".join((*stem, str(seen[stem])) if seen[stem] > 1 else stem)
    return found


def field_of(block: Block, code: str) -> Field | None:
    """The field of a cell's code; of a table with tiers in rows the code has the tier's breakdown."""
    found = next((one for one in block.fields if one.code == code), None)
    return found or next((one for one in block.fields if block.tiers and one.indicator == code.partition(":")[0]), None)


def is_worked_out(one: Field | None) -> bool:
    """Whether a figure follows from others of the form."""
    return one is None or one.role == "share" or bool(one.increment_of)


def part_of(
    context, layout: Layout, block: Block, grid: Grid, names: Mapping[int, str], previous, unit_id: str
) -> Part:
    """One table of the form, its cells in the order of the sheet."""
    cells = [(place, cell) for place, cell in enumerate(grid.cells) if cell.block == block.block_code]
    labels = {cell.row: str(cell.value) for _, cell in cells if cell.role == "label" and cell.key in ("area", "label")}
    tiers = {cell.row: str(cell.value) for _, cell in cells if cell.key == "tier"}
    # Of a place with several rows the note stands beside the first.
    notes = {cell.area: names[place] for place, cell in cells if cell.role == "note" and place in names}
    lines = []
    above = ""
    for row, group in groupby(((place, cell) for place, cell in cells if place in names), key=lambda each: each[1].row):
        held = list(group)
        above = labels.get(row, above)
        note = next((names[place] for place, cell in held if cell.role == "note"), notes.get(held[0][1].area, ""))
        entries = [
            _entry(context, block, cell, names[place], previous)
            for place, cell in held
            if cell.role != "note" and not is_worked_out(field_of(block, cell.code)) and not is_subtotal(block, cell)
        ]
        if not entries:
            continue
        if block.orientation == "items" or block.rows in ("unit", "none"):
            lines += [Line(labels=(one.label_zh, one.unit_zh), entries=(one,), note=note) for one in entries]
        else:
            lines.append(
                Line(labels=(above, tiers[row]) if block.tiers else (above,), entries=tuple(entries), note=note)
            )
    is_turned = block.orientation == "items" or block.rows in ("unit", "none")
    figures = (
        ("本月数",)
        if is_turned
        else tuple(f"{one.label_zh}（{one.unit_zh}）" for one in lines[0].entries)
        if lines
        else ()
    )
    label_names = ("指标", "单位") if is_turned else ("乡镇（街道）", "年龄档")[: 2 if block.tiers else 1]
    return Part(
        caption_zh=block.caption_zh or layout.sheet, label_names=label_names, figure_names=figures, lines=tuple(lines)
    )


def _entry(context: Context, block: Block, cell: GridCell, name: str, previous: Mapping[Key, float]) -> Entry:
    one = field_of(block, cell.code)
    breakdown = cell.code.partition(":")[2] or one.breakdown
    is_task = name.startswith("task|")
    key = (cell.area, f"{one.indicator}@task" if is_task else one.indicator, breakdown)
    before = on_form(previous.get(key), one.unit)
    label = "/".join(one.path) if not is_task else f"{'/'.join(one.path)}年度任务"
    return Entry(
        name=name,
        cell=address(cell.row, cell.column),
        key=key,
        label_zh=f"{one.prefix}{label}",
        unit_zh=one.unit,
        previous=before,
        limits_zh=_limits(context, one),
    )


def _limits(context: Context, one: Field) -> str:
    """The range the catalogue declares, as the template's drop-down says it."""
    declared = context.catalog.indicators.get(one.indicator)
    low = declared.valid_min if declared and declared.valid_min is not None else 0
    high = declared.valid_max if declared else None
    scale = scale_of(one.unit)
    bounds = f"不小于{low / scale:g}" if high is None else f"{low / scale:g}至{high / scale:g}"
    return f"{bounds}；{'、'.join(BLANK_WORDS)}"


def is_subtotal(block: Block, cell: GridCell) -> bool:
    """Whether a cell is the sum of the tiers of its place."""
    is_whole = any(tier.breakdown == "total" for tier in block.tiers) and cell.code.endswith(":total")
    return is_whole and cell.role == "value"
