"""What is wrong in the demonstration, declared in `dirt.toml`: every fault with its place and why a clerk makes it.

Each fault is planted in a clean form, and each must be found by the rule it names. Nothing else in the demonstration
is wrong, apart from late and missing forms and small slips that their units correct themselves (`schedule.py`).
"""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from pathlib import Path

from etl.demo.dynamics import TIERS
from etl.months.template.sheetwriter import FormContent, Grid, GridCell, Value
from warehouse.month import add_months

FILE = Path(__file__).parent / "dirt.toml"


@dataclass(frozen=True, kw_only=True)
class Dirt:
    """One planted fault.

    rule: code of the rule that must find it, or late, missing, restated. unit, month, form: where; form is empty when
    the whole file is meant. action: how it is planted (one of `ACTIONS`). again_after_days: when the
    clean form follows, with `reason_zh` when it corrects figures that were taken; 0 when it never does. The other entries are what the action needs: field (code of the figure,
    with breakdown), row ("first", "last", "total", "all"), text, factor, other. months_before: for how many months before it
    the same was done, when only that makes it a fault; found_month: when it is noticed, if not at once.
    """

    dirt_id: str
    rule: str
    unit: str
    month: date
    form: str
    action: str
    why_zh: str
    again_after_days: int = 0
    field: str = ""
    row: str = "first"
    text: str = ""
    reason_zh: str = ""
    factor: float = 1.0
    other: str = ""
    months_before: int = 0
    found_month: date | None = None

    @property
    def months(self) -> list[date]:
        """The months in which it was done, the last one first."""
        months = [self.month]
        for _ in range(self.months_before):
            months.append(add_months(months[-1], -1))
        return months


def read_dirt(path: Path = FILE) -> list[Dirt]:
    """All declared faults, in the order of the file."""
    tables = tomllib.loads(path.read_text(encoding="utf-8"))
    known = {one.name for one in fields(Dirt)}
    for dirt_id, table in tables.items():
        unknown = set(table) - known
        if unknown or table["action"] not in ACTIONS:
            raise ValueError(f"{path.name} [{dirt_id}]: unknown entry or action {sorted(unknown)} {table['action']}")
    return [Dirt(dirt_id=dirt_id, **table) for dirt_id, table in tables.items()]


def soil(dirt: Dirt, content: FormContent, write: Callable[[FormContent], Grid]) -> list[Grid]:
    """The sheets of one form with its fault in it; `write` lays out a content."""
    if dirt.action in CONTENTS:
        return [write(CONTENTS[dirt.action](dirt, content))]
    if dirt.action == "another_form":
        return [write(content), write(_figures(dirt, content))]
    grid = write(content)
    CELLS[dirt.action](grid, dirt)
    return [grid]


# -- faults of figures that agree with each other


def _figures(dirt: Dirt, content: FormContent) -> FormContent:
    """The unit's figures named in `field` (several joined by blanks) times `factor`, without a word why."""
    figures = dict(content.rows[content.unit_id])
    for name in dirt.field.split():
        key = _key(name)
        figures[key] = round(figures[key] * dirt.factor)
    return replace(content, rows={**content.rows, content.unit_id: figures}, notes={})


def _explained_figures(dirt: Dirt, content: FormContent) -> FormContent:
    changed = _figures(dirt, content)
    notes = dict.fromkeys([*(name for name in dirt.field.split()), content.unit_id], dirt.text)
    return replace(changed, notes=notes)


def _same(dirt: Dirt, content: FormContent) -> FormContent:
    """The figure of `field` also as that of `other`."""
    figures = dict(content.rows[content.unit_id])
    figures[_key(dirt.other)] = figures[_key(dirt.field)]
    return replace(content, rows={**content.rows, content.unit_id: figures})


def _last_month(dirt: Dirt, content: FormContent) -> FormContent:
    """The figures of `field` as they were a month ago; what is counted on from them goes on from them."""
    figures = dict(content.rows[content.unit_id])
    for name in dirt.field.split():
        key = _key(name)
        figures[key] = content.previous[key]
    total, month = ("service_person_times_total", "total"), ("service_person_times", "total")
    if total in figures:
        figures[total] = content.previous[total] + figures[month]
    return replace(content, rows={**content.rows, content.unit_id: figures})


def _roster(dirt: Dirt, content: FormContent) -> FormContent:
    """Recipients of every row and tier times `factor`, paid by the same standards; totals follow."""
    rows = {area: dict(figures) for area, figures in content.rows.items()}
    unit = rows[content.unit_id]
    for area in content.names or (content.unit_id,):
        for tier in TIERS:
            people = rows[area]["allowance_recipient_count", tier]
            more = round(people * (dirt.factor - 1))
            regular = (
                rows[area]["allowance_paid_yuan", tier]
                - rows[area]["allowance_arrears_yuan", tier]
                + rows[area]["allowance_recovered_yuan", tier]
            )
            yuan = regular // people * more if people else 0
            for figures in [rows[area]] + ([unit] if area != content.unit_id else []):
                for breakdown in (tier, "total"):
                    figures["allowance_recipient_count", breakdown] += more
                    figures["allowance_paid_yuan", breakdown] += yuan
    return replace(content, rows=rows)


def _stops_none(dirt: Dirt, content: FormContent) -> FormContent:
    figures = {
        key: 0 if key[0] == "allowance_stopped_count" else value for key, value in content.rows[content.unit_id].items()
    }
    return replace(content, rows={**content.rows, content.unit_id: figures})


def _key(name: str) -> tuple[str, str]:
    indicator, _, breakdown = name.partition(":")
    return indicator, breakdown or "total"


# -- faults of single cells


def find(grid: Grid, dirt: Dirt, *, code: str = "", role: str = "") -> int:
    """Position of the cell of a figure in the grid: in the first or last row of an area, or in the total row."""
    wanted = code or dirt.field
    role = role or ("total" if dirt.row == "total" else "value")
    found = [place for place, cell in enumerate(grid.cells) if cell.code == wanted and cell.role == role]
    if not found:
        raise ValueError(f"{dirt.dirt_id}: no cell of {wanted} in a {role} row")
    return found[-1 if dirt.row == "last" else 0]


def _write(grid: Grid, dirt: Dirt) -> None:
    """`text` in the cell; {} stands for what was there."""
    _put(grid, find(grid, dirt), lambda value: dirt.text.format(_shown(value)))


def _number(grid: Grid, dirt: Dirt) -> None:
    """`factor` times the figure, as a number; in all rows when `row` says so."""
    if dirt.row != "all":
        _put(grid, find(grid, dirt), lambda value: _scaled(value, dirt.factor))
        return
    codes = set(dirt.field.split())
    for place, cell in enumerate(grid.cells):
        if cell.code in codes and cell.role in ("value", "total"):
            _put(grid, place, lambda value: _scaled(value, dirt.factor))


def _shift(grid: Grid, dirt: Dirt) -> None:
    """The figure plus `factor`."""
    _put(grid, find(grid, dirt), lambda value: round(value + dirt.factor, 4))


def _swap(grid: Grid, dirt: Dirt) -> None:
    """The figures of `field` and `other`, each in the place of the other."""
    first, second = find(grid, dirt), find(grid, dirt, code=dirt.other)
    one, two = grid.cells[first].value, grid.cells[second].value
    _put(grid, first, lambda _: two)
    _put(grid, second, lambda _: one)


def _copy(grid: Grid, dirt: Dirt) -> None:
    """The figure of `field` also in the cell of `other`."""
    value = grid.cells[find(grid, dirt)].value
    _put(grid, find(grid, dirt, code=dirt.other), lambda _: value)


def _entry(grid: Grid, dirt: Dirt) -> None:
    """`field` is the wording to be replaced by `text` in the title or the line of particulars."""
    places = [place for place, cell in enumerate(grid.cells) if cell.role == "meta" or cell.role == dirt.other]
    hits = [place for place in places if dirt.field in str(grid.cells[place].value)]
    if not hits:
        raise ValueError(f"{dirt.dirt_id}: {dirt.field} is not on the form")
    for place in hits:
        _put(grid, place, lambda value: str(value).replace(dirt.field, dirt.text))


def _relabel(grid: Grid, dirt: Dirt) -> None:
    """The label `field` in a header or before a row becomes `text`."""
    for place, cell in enumerate(grid.cells):
        if cell.role in ("header", "label") and str(cell.value).startswith(dirt.field):
            _put(grid, place, lambda value: str(value).replace(dirt.field, dirt.text))
            return
    raise ValueError(f"{dirt.dirt_id}: no label {dirt.field}")


def _total_as_area(grid: Grid, dirt: Dirt) -> None:
    """The total row is given the name of a place."""
    for place, cell in enumerate(grid.cells):
        if cell.role == "label" and cell.value == "合计":
            _put(grid, place, lambda _: dirt.text)
            return


def _blank(grid: Grid, dirt: Dirt) -> None:
    for name in dirt.field.split():
        _put(grid, find(grid, dirt, code=name), lambda _: None)


def _put(grid: Grid, place: int, change: Callable[[Value], Value]) -> None:
    cell: GridCell = grid.cells[place]
    grid.cells[place] = replace(cell, value=change(cell.value))


def _scaled(value: Value, factor: float) -> Value:
    result = value * factor
    return int(result) if result == int(result) else round(result, 4)


def _shown(value: Value) -> str:
    return str(int(value)) if isinstance(value, float) and value == int(value) else str(value)


CONTENTS: Mapping[str, Callable[[Dirt, FormContent], FormContent]] = {
    "as_is": lambda dirt, content: content,
    "figures": _figures,
    "explained_figures": _explained_figures,
    "unexplained": lambda dirt, content: replace(content, notes={}),
    "same": _same,
    "last_month": _last_month,
    "particular": lambda dirt, content: replace(content, meta={**content.meta, dirt.field: dirt.text}),
    "roster": _roster,
    "stops_none": _stops_none,
}
CELLS: Mapping[str, Callable[[Grid, Dirt], None]] = {
    "write": _write,
    "number": _number,
    "shift": _shift,
    "swap": _swap,
    "copy": _copy,
    "entry": _entry,
    "relabel": _relabel,
    "total_as_area": _total_as_area,
    "blank": _blank,
}


# Faults of sending and of the file itself; the others are planted in the form.
SCHEDULED = ("late", "missing", "restated", "restated_without_reason")
FILED = ("truncated", "picture", "empty", "mojibake")
ACTIONS = frozenset([*CONTENTS, *CELLS, *SCHEDULED, *FILED, "another_form"])


def lasting(dirt: list[Dirt]) -> dict[tuple[str, str, date], Dirt]:
    """Faults of figures that were never put right, by unit, form and month: printed as last month's a month later."""
    return {
        (one.unit, one.form, month): one
        for one in dirt
        if one.action in CONTENTS and not one.again_after_days
        for month in one.months
    }
