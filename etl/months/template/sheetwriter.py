"""Lay out a county form: a layout and its figures become a grid of cells, which `plain_workbook` and others write.

The grid is the form as a clerk sees it (title, line of particulars, merged headers, rows, totals, foot, notes). It is
used by the templates and by the demonstration, so that both look like the declared layout and nothing else.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from etl.months.read.layouts import META_LABELS, Block, Field, Layout
from etl.months.understood.values import on_form
from warehouse.month import add_months

Value = int | float | str | None
ORIGIN = re.compile(r"([A-Z]+)(\d+)")
TOTAL_ZH = "合计"


@dataclass(frozen=True, kw_only=True)
class FormContent:
    """The figures of one form of one unit for one month, before they are laid out.

    rows: area id → (code of a field without breakdown, breakdown) → number in stored units (persons, yuan); a missing
        pair is an empty cell. The unit's own row stands under `unit_id`, and holds the totals of a form by township.
    names: area id → name as written, in the order of the rows; without the unit itself.
    previous, tasks, notes: figure of last month, task of the year, explanation; by (code, breakdown).
    """

    unit_id: str
    unit_name: str
    month: date
    rows: Mapping[str, Mapping[tuple[str, str], Value]]
    names: Mapping[str, str] = field(default_factory=dict)
    previous: Mapping[tuple[str, str], Value] = field(default_factory=dict)
    tasks: Mapping[str, Value] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)
    meta: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class GridCell:
    """One cell: `row` and `column` from 0; `role` tells what it is (title, meta, header, label, value, total, foot).

    `code` and `area` tell which figure it holds; the area of a total row is empty. `block` is the table it belongs to,
    `key` the key column it stands in (empty for the figures of a table with a figure a column).
    """

    row: int
    column: int
    value: Value
    role: str
    code: str = ""
    area: str = ""
    last_row: int | None = None
    last_column: int | None = None
    block: str = ""
    key: str = ""

    @property
    def is_merged(self) -> bool:
        return (self.last_row or self.row, self.last_column or self.column) != (self.row, self.column)


@dataclass
class Grid:
    """A sheet before it is written: its name and cells in reading order; `block` is the table that is being laid out."""

    name: str
    cells: list[GridCell] = field(default_factory=list)
    block: str = ""

    def put(
        self, row: int, column: int, value: Value, role: str, *,
        code: str = "", area: str = "", key: str = "", to: tuple[int, int] | None = None,
    ) -> None:  # fmt: skip
        """Add a cell, merged to `to` (last row, last column) when given."""
        last_row, last_column = to or (row, column)
        self.cells.append(
            GridCell(
                row=row,
                column=column,
                value=value,
                role=role,
                code=code,
                area=area,
                last_row=last_row,
                last_column=last_column,
                block=self.block,
                key=key,
            )  # fmt: skip
        )


def origin_of(layout: Layout) -> tuple[int, int]:
    """Row and column (from 0) where the layout begins."""
    letters, digits = ORIGIN.fullmatch(layout.origin).groups()
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - ord("A") + 1
    return int(digits) - 1, column - 1


def lay_out(layout: Layout, content: FormContent) -> Grid:
    """The form as it stands on a sheet."""
    grid = Grid(layout.sheet)
    top, left = origin_of(layout)
    width = max(_width(block) for block in layout.blocks)
    right = left + width - 1
    grid.put(top, left, title_of(layout, content), "title", to=(top, right))
    line = "  ".join(f"{META_LABELS[name]}：{content.meta.get(name, '')}" for name in _meta_names(layout, content))
    grid.put(top + 1, left, line, "meta", to=(top + 1, right))
    row = top + 2
    for number, block in enumerate(layout.blocks):
        if number:
            row += 1
        grid.block = block.block_code
        if block.caption_zh:
            grid.put(row, left, block.caption_zh, "caption", to=(row, left + _width(block) - 1))
            row += 1
        writer = _items if block.orientation == "items" else _columns
        row = writer(grid, block, content, row, left)
    grid.block = ""
    grid.put(row + 1, left, layout.foot_zh, "foot", to=(row + 1, right))
    for step, note in enumerate(layout.notes_zh, start=2):
        grid.put(row + step, left, note, "foot", to=(row + step, right))
    return grid


def title_of(layout: Layout, content: FormContent) -> str:
    """The title as printed; its month may be another than that of the data (`title_month_offset`)."""
    titled = add_months(content.month, layout.title_month_offset)
    year, month = titled.year, titled.month
    span = "1月" if month == 1 else f"1—{month}月"
    return layout.title.format(unit=content.unit_name, year=year, month=month, months=span)


def _meta_names(layout: Layout, content: FormContent) -> list[str]:
    names = [name for name in layout.meta if name != "correction" or content.meta.get("correction")]
    if content.meta.get("correction") and "correction" not in names:
        names.append("correction")
    return names


def _width(block: Block) -> int:
    return len(block.keys) + (len(block.fields) if block.orientation == "columns" else 0)


def _columns(grid: Grid, block: Block, content: FormContent, row: int, left: int) -> int:
    front = [key for key in block.keys if key.key != "note"]
    back = [key for key in block.keys if key.key == "note"]
    columns = [(key.path, "", key.key) for key in front]
    columns += [(one.path, one.unit, one.code) for one in block.fields]
    columns += [(key.path, "", key.key) for key in back]
    _headers(grid, block, columns, row, left)
    row += block.header_rows
    if block.unit_row:
        for step, (_, unit, code) in enumerate(columns):
            grid.put(row, left + step, unit or ("计量单位" if code == "area" else ""), "header")
        row += 1
    groups = _row_groups(block, content)
    number = 0
    for area, label, tiers in groups:
        is_total = area is None
        number += not is_total
        for step, tier in enumerate(tiers):
            _data_row(
                grid, block, content, row + step, left,
                area=area or content.unit_id, label=label, tier=tier, number=number,
                is_total=is_total, span=len(tiers) if step == 0 else 0,
            )  # fmt: skip
        row += len(tiers)
    return row


def _row_groups(block: Block, content: FormContent) -> list[tuple[str | None, str, Sequence]]:
    """(area or None for the total, label, tiers) of each group of rows, in the order of the sheet."""
    tiers = block.tiers or (None,)
    if block.rows == "none":
        return [(content.unit_id, block.row_label_zh, tiers)]
    if block.rows == "unit":
        data = [(content.unit_id, content.unit_name, tiers)]
    else:
        data = [(area, name, tiers) for area, name in content.names.items()] or [
            (content.unit_id, content.unit_name, tiers)
        ]
    total = [(None, TOTAL_ZH, tiers)]
    return {"above": total + data, "below": data + total}.get(block.total_row, data)


def _data_row(grid, block, content, row, left, *, area, label, tier, number, is_total, span) -> None:
    column = left
    role = "total" if is_total else "value"
    for key in block.keys:
        if key.key == "note":
            continue
        if key.key == "tier":
            grid.put(row, column, tier.label, "label", key="tier")
        elif span:
            text = {"number": "" if is_total else number, "area": label, "label": label}[key.key]
            grid.put(row, column, text, "label", key=key.key, to=(row + span - 1, column))
        column += 1
    for one in block.fields:
        breakdown = tier.breakdown if tier else one.breakdown
        value = figure_of(block, one, content, area=area, breakdown=breakdown)
        code = one.code if not tier else f"{one.indicator}:{breakdown}"
        grid.put(row, column, value, role, code=code, area="" if is_total else area)
        column += 1
    if block.key("note") and span:
        note = "" if is_total else content.notes.get(area, "")
        grid.put(row, column, note, "note", area="" if is_total else area, to=(row + span - 1, column))


def figure_of(block: Block, one: Field, content: FormContent, *, area: str, breakdown: str) -> Value:
    """What stands in the cell of a field: in the unit of the form; a share is worked out as a clerk would."""
    figures = content.rows.get(area, {})
    if one.role == "share":
        top, bottom = (_stored(figures, content, by_code(block, code)) for code in one.of)
        return _percent(top, bottom)
    if one.increment_of:
        return on_form(_increment(figures, content, by_code(block, one.increment_of)), one.unit)
    return on_form(_stored(figures, content, one, breakdown), one.unit)


def by_code(block: Block, code: str) -> Field:
    """The field of that code."""
    return next(one for one in block.fields if one.code == code)


def _stored(figures, content, one: Field, breakdown: str | None = None) -> Value:
    if one.role == "check" and one.indicator in content.tasks:
        return content.tasks[one.indicator]
    return figures.get((one.indicator, breakdown or one.breakdown))


def _percent(top: Value, bottom: Value) -> Value:
    if not isinstance(top, (int, float)) or not isinstance(bottom, (int, float)) or not bottom:
        return None
    return float((Decimal(str(top)) * 100 / Decimal(str(bottom))).quantize(Decimal("0.01"), ROUND_HALF_UP))


def _increment(figures, content, whole: Field) -> Value:
    now = figures.get((whole.indicator, whole.breakdown))
    before = 0 if content.month.month == 1 else content.previous.get((whole.indicator, whole.breakdown))
    if not isinstance(now, (int, float)) or not isinstance(before, (int, float)):
        return None
    return now - before


def _headers(grid: Grid, block: Block, columns, row: int, left: int) -> None:
    """Merged headers: equal neighbours under equal parents join, a short path reaches down to the last level."""
    bottom = row + block.header_rows - 1
    for level in range(block.header_rows):
        start = 0
        while start < len(columns):
            path, unit, _ = columns[start]
            if level >= len(path):
                start += 1
                continue
            end = start
            is_leaf = level == len(path) - 1
            while not is_leaf and end + 1 < len(columns) and columns[end + 1][0][: level + 1] == path[: level + 1]:
                end += 1
            text = path[level]
            if is_leaf and unit and block.unit_in_header:
                text += f"（{unit}）"
            grid.put(row + level, left + start, text, "header", to=(bottom if is_leaf else row + level, left + end))
            start = end + 1


def _items(grid: Grid, block: Block, content: FormContent, row: int, left: int) -> int:
    columns = [(key.path, "", key.key) for key in block.keys]
    _headers(grid, block, columns, row, left)
    row += block.header_rows
    figures = content.rows[content.unit_id]
    for number, one in enumerate(block.fields, start=1):
        value = figure_of(block, one, content, area=content.unit_id, breakdown=one.breakdown)
        task = content.tasks.get(one.indicator)
        texts = {
            "number": number,
            "item": one.prefix + one.path[-1],
            "unit": one.unit,
            "task": on_form(task, one.unit),
            "value": value,
            "previous": on_form(content.previous.get((one.indicator, one.breakdown)), one.unit)
            if one.role == "value"
            else None,
            "share": _percent(figures.get((one.indicator, one.breakdown)), task),
            "note": content.notes.get(one.code, ""),
        }
        for step, key in enumerate(block.keys):
            role = {"value": "value", "item": "label", "note": "note"}.get(key.key, "printed")
            # Beside the figure stand its note and printed companions; they are found by its code too.
            grid.put(row, left + step, texts[key.key], role, code=one.code, area=content.unit_id, key=key.key)
        row += 1
    return row


def add_note(grid: Grid, text: str) -> None:
    """A line below everything, where notes stand."""
    below = max(cell.last_row or cell.row for cell in grid.cells) + 1
    grid.put(below, min(cell.column for cell in grid.cells), text, "foot")


def to_rows(grid: Grid) -> list[list[Value]]:
    """The sheet as rows of values without merges, for formats that have none."""
    height = max(cell.last_row for cell in grid.cells) + 1
    width = max(cell.last_column for cell in grid.cells) + 1
    rows: list[list[Value]] = [[None] * width for _ in range(height)]
    for cell in grid.cells:
        rows[cell.row][cell.column] = cell.value
    return rows
