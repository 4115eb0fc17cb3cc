"""What is masked, as tables: one of an indicator in a month, areas as rows and breakdowns as columns."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import polars as pl

from warehouse.catalog.allowance import family
from warehouse.release.masks.measures import COUNTERS, DIVIDED_TWICE, SMALLEST_SHOWN, TOTAL, TWINS

Cells = set[tuple[str, str]]
"""(area, breakdown) of one indicator and month."""


@dataclass(frozen=True, kw_only=True)
class Before:
    """What earlier releases make of cells, each named by area, indicator, breakdown and month.

    known: once published with the value they have, so nobody can be told less by masking them. inherited: masked
    before, and masked still. summed: the sets of units whose totals were published, by the city's cell: what they have
    in common, and what one has beyond another, are sums of their own.
    """

    known: frozenset[tuple] = frozenset()
    inherited: frozenset[tuple] = frozenset()
    summed: Mapping[tuple, tuple[frozenset[str], ...]] = field(default_factory=dict)


NOTHING_BEFORE = Before()


class Table:
    """One indicator in one month: values by (area, breakdown), those that are small, and who belongs to whom.

    second: the same persons divided another way, their totals as something known; None where there is one way only.
    """

    def __init__(self) -> None:
        self.values: dict[tuple[str, str], float] = {}
        self.small: Cells = set()
        self.apart: Cells = set()
        self.known: Cells = set()
        self.inherited: Cells = set()
        self.alike: Cells = set()
        self.summed: dict[tuple[str, str], tuple[frozenset[str], ...]] = {}
        self.units: dict[str, list[str]] = defaultdict(list)
        self.townships: dict[str, list[str]] = defaultdict(list)
        self.second: Table | None = None

    def summed_up(self, city: str, breakdown: str) -> set[str]:
        """The units whose numbers make up the city's."""
        cells = {(unit, breakdown) for unit in self.units.get(city, ()) if unit != city}
        return {unit for unit, _ in cells & self.values.keys() - self.apart}

    def rows(self, areas: Iterable[str]) -> dict[tuple[str, str], float]:
        wanted = set(areas)
        return {cell: value for cell, value in self.values.items() if cell[0] in wanted}


def tables_of(cells: pl.DataFrame, before: Before) -> dict[tuple, Table]:
    """(indicator, month) to its table, for those with something small in them, or something masked before."""
    hot = cells.filter(pl.col("smallest").is_between(0, SMALLEST_SHOWN, closed="none"))
    joint = [pl.lit(code).alias("indicator_code") for code in COUNTERS]
    pairs = hot.filter(pl.col("indicator_code").is_in(list(COUNTERS))).select("month")
    keys = pl.concat([hot.select("indicator_code", "month"), *(pairs.select(code, "month") for code in joint)])
    if before.inherited:
        again = pl.DataFrame([(cell[1], cell[3]) for cell in before.inherited], schema=keys.schema, orient="row")
        keys = pl.concat([keys, again])
    twins = keys.filter(pl.col("indicator_code").is_in(list(TWINS)))
    keys = pl.concat([keys, twins.with_columns(pl.col("indicator_code").replace(TWINS))]).unique()
    tables: dict[tuple, Table] = defaultdict(Table)
    chosen = cells.join(keys, on=["indicator_code", "month"], how="semi").sort("area_id", "breakdown_code")
    columns = (
        "indicator_code",
        "month",
        "level_code",
        "parent_area_id",
        "area_id",
        "breakdown_code",
        "value",
        "smallest",
        "is_apart",
    )
    for indicator, month, level, parent, area, breakdown, value, smallest, is_apart in chosen.select(
        columns
    ).iter_rows():
        table = tables[indicator, month]
        if indicator in DIVIDED_TWICE:
            table.second = table.second or Table()
        if family(breakdown) == DIVIDED_TWICE.get(indicator):
            table = table.second
        cell = (area, indicator, breakdown, month)
        if cell in before.known:
            table.known.add((area, breakdown))
        if cell in before.inherited:
            table.inherited.add((area, breakdown))
        if cell in before.summed:
            table.summed[area, breakdown] = before.summed[cell]
        if 0 < smallest < SMALLEST_SHOWN:
            table.small.add((area, breakdown))
        tables_of_cell = [table]
        if breakdown == TOTAL and table.second:
            table.second.known.add((area, breakdown))
            tables_of_cell.append(table.second)
        for each in tables_of_cell:
            each.values[area, breakdown] = value
            if is_apart:
                each.apart.add((area, breakdown))
            members = each.townships if level == "township" else each.units
            if area not in members[parent]:
                members[parent].append(area)
    return dict(tables)
