"""What a form works out of what is typed: totals, subtotals, shares, the month's part of a year's figure."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal

from etl.months.filling.cells import Blank, field_of, is_subtotal, is_worked_out
from etl.months.read.layouts import Block, Field
from etl.months.template.sheetwriter import Grid, GridCell, Value
from etl.months.understood.values import scale_of


def worked_out(form: Blank, grid: Grid) -> Grid:
    """Subtotals of tiers first, then totals of rows, then what is worked out beside them."""
    for block in form.layout.blocks:
        by_code: dict[str, list[int]] = {}
        by_row: dict[int, list[int]] = {}
        for place, cell in enumerate(grid.cells):
            if cell.block == block.block_code and cell.role in ("value", "total", "printed"):
                by_code.setdefault(cell.code, []).append(place)
                by_row.setdefault(cell.row, []).append(place)
        cells = grid.cells
        for places in by_code.values():
            for place in places:
                if is_subtotal(block, cells[place]):
                    cells[place] = replace(cells[place], value=_subtotal(grid, block, by_code, cells[place]))
        for places in by_code.values():
            for place in places:
                cell = cells[place]
                if cell.role == "total" and not is_worked_out(field_of(block, cell.code)):
                    cells[place] = replace(
                        cell, value=_sum(cells[each].value for each in places if cells[each].role == "value")
                    )
        whole = [place for places in by_row.values() for place in places]
        for places in by_row.values():
            beside = places if block.orientation == "columns" else whole
            for place in places:
                cell = cells[place]
                one = field_of(block, cell.code) if cell.code else None
                if cell.key == "share":
                    cells[place] = replace(cell, value=_share_of_task(grid, places))
                elif cell.key not in ("", "value") or one is None:
                    continue
                elif one.role == "share":
                    top, bottom = (_figure_near(grid, beside, code) for code in one.of)
                    cells[place] = replace(cell, value=_percent(top, bottom))
                elif one.increment_of:
                    now = _figure_near(grid, beside, one.increment_of)
                    cells[place] = replace(cell, value=_increment(form, block, one, cell, now))
    return grid


def _subtotal(grid: Grid, block: Block, by_code: Mapping[str, list[int]], cell: GridCell) -> float | int | None:
    indicator = cell.code.partition(":")[0]
    wanted = [f"{indicator}:{tier.breakdown}" for tier in block.tiers if tier.breakdown != "total"]
    # A table has as many rows of a place as it has tiers: the parts are near.
    return _sum(
        grid.cells[place].value
        for code in wanted
        for place in by_code.get(code, ())
        if grid.cells[place].area == cell.area and grid.cells[place].role == cell.role
    )


def _sum(parts: Iterable[Value]) -> float | int | None:
    """The sum; nothing while one of them is blank, since a part of them is no total."""
    found = list(parts)
    if not found or not all(isinstance(value, (int, float)) for value in found):
        return None
    whole = sum(Decimal(str(value)) for value in found)
    return int(whole) if whole == whole.to_integral_value() else float(whole)


def _figure_near(grid: Grid, places: Iterable[int], code: str) -> Value:
    """The figure of that code among these cells."""
    cells = (grid.cells[place] for place in places)
    return next((one.value for one in cells if one.code == code and one.key in ("", "value")), None)


def _share_of_task(grid: Grid, places: Iterable[int]) -> float | None:
    found = {grid.cells[place].key: grid.cells[place].value for place in places}
    return _percent(found.get("value"), found.get("task"))


def _percent(top, bottom) -> float | None:
    if not isinstance(top, (int, float)) or not isinstance(bottom, (int, float)) or not bottom:
        return None
    return float((Decimal(str(top)) * 100 / Decimal(str(bottom))).quantize(Decimal("0.01"), ROUND_HALF_UP))


def _increment(form: Blank, block: Block, one: Field, cell: GridCell, now) -> float | int | None:
    whole = field_of(block, one.increment_of)
    area = cell.area or form.unit_id
    before = 0 if form.month.month == 1 else form.previous.get((area, whole.indicator, whole.breakdown))
    if not isinstance(now, (int, float)) or before is None:
        return None
    # Last month is kept in the unit it is stored in, the form may be in 万元.
    made = (Decimal(str(now)) * scale_of(whole.unit) - Decimal(str(before))) / scale_of(one.unit)
    return int(made) if made == made.to_integral_value() else float(made)


def computed(form: Blank, grid: Grid) -> tuple[tuple[str, str], ...]:
    """Label and text of what was worked out, for the page; blank ones left out."""
    found: dict[str, str] = {}
    for block in form.layout.blocks:
        tiers = {one.breakdown: one.label for one in block.tiers}
        for cell in grid.cells:
            one = field_of(block, cell.code) if cell.block == block.block_code and cell.code else None
            is_made = one is not None and (cell.role == "total" or (cell.role == "value" and is_worked_out(one)))
            if is_made and isinstance(cell.value, (int, float)):
                tier = tiers.get(cell.code.partition(":")[2], "")
                whose = "合计" if cell.role == "total" else ""
                label = " ".join(part for part in (whose, tier, "/".join(one.path)) if part)
                found[f"{label}（{one.unit}）"] = f"{cell.value:,.15g}"
    return tuple(found.items())
