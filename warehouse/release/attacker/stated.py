"""What a release says of the cells that count persons, and of the money that gives persons away."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field

import duckdb
import polars as pl

Cell = tuple[str, str, str, str]
"""area, indicator, breakdown, month"""
Unknown = tuple[Cell, Hashable]
"""A cell with the value it has, or the name of that value: a cell restated is another unknown."""

TIERS = ("age_80_89", "age_90_99", "age_100_plus")
ORIGINS = ("allowance", "payout")
"""What forms say, and what payments say of the same persons."""
PERSONS = tuple(
    f"{origin}_{measure}"
    for origin in ORIGINS
    for measure in ("recipient_count", "arrears_person_count", "recovered_person_count", "stopped_count")
)
AMOUNTS = {
    f"{origin}_paid_yuan": (f"{origin}_recipient_count", f"{origin}_arrears_yuan", f"{origin}_recovered_yuan")
    for origin in ORIGINS
}
"""What is paid, and of what it is made: recipients, each by the standard, and arrears, less what was recovered."""
MONEY = tuple(dict.fromkeys(code for paid, (_, *others) in AMOUNTS.items() for code in (paid, *others)))


@dataclass(frozen=True)
class Places:
    """Levels and parents of areas, and what a tier is paid in a city and month: nothing of it is secret."""

    levels: Mapping[str, str]
    parents: Mapping[str, str]
    standards: Mapping[tuple[str, str, str], float]

    def city(self, area: str) -> str:
        """The city an area lies in, itself when it lies in none."""
        at: str | None = area
        while at is not None and self.levels.get(at) != "city":
            at = self.parents.get(at)
        return at or area


def places_of(connection: duckdb.DuckDBPyConnection) -> Places:
    """Places of a release, or of one that is being built."""
    ask = connection.execute
    return Places(
        dict(ask("select area_id, level_code from core.dim_area").fetchall()),
        dict(ask("select area_id, parent_area_id from core.dim_area").fetchall()),
        {
            (area, tier, month): yuan
            for area, tier, month, yuan in ask(
                "select s.area_id, s.age_tier_code, m.month::varchar, s.yuan_per_month"
                " from core.fct_allowance_standard s join core.dim_month m on m.month >= s.valid_from_on"
                " and (s.valid_to_on is null or m.month <= s.valid_to_on)"
            ).fetchall()
        },
    )


@dataclass
class Stated:
    """Every cell of one release: its number, or that it is masked.

    sums: totals of a city that are printed beside its missing value. apart: cells in no total of their city.
    versions: the value of a cell, or a name for it, by which it is known whether two releases speak of the same. said:
    the true value, where it is given.
    """

    places: Places
    values: dict[Cell, float] = field(default_factory=dict)
    masked: set[Cell] = field(default_factory=set)
    sums: dict[Cell, float] = field(default_factory=dict)
    apart: set[Cell] = field(default_factory=set)
    versions: dict[Cell, Hashable] = field(default_factory=dict)
    said: dict[Cell, float] = field(default_factory=dict)

    def value(self, cell: Cell) -> float | None:
        """The number that is printed, None when none is."""
        return self.values.get(cell, self.sums.get(cell))

    def unknown(self, cell: Cell) -> Unknown:
        """The cell as an unknown. The parts of a township's merged tier are as old as the tier."""
        area, indicator, breakdown, month = cell
        if breakdown in TIERS[1:] and self.places.levels.get(area) == "township":
            return cell, self.versions.get((area, indicator, "age_90_plus", month))
        return cell, self.versions.get(cell)

    def every(self) -> list[Cell]:
        """Cells with a number or masked."""
        return [*self.values, *(cell for cell in self.sums if cell not in self.values), *self.masked]


def stated(states: pl.DataFrame, places: Places) -> Stated:
    """The states of cells (`warehouse.desk.disclosed.STATES`) as a release that says them."""
    found = Stated(places)
    columns = ("area_id", "indicator_code", "breakdown_code", "month", "value", "is_masked", "is_apart")
    for area, indicator, breakdown, month, value, is_masked, is_apart in states.select(columns).iter_rows():
        if value is None:
            continue
        cell = (area, indicator, breakdown, str(month))
        found.versions[cell] = found.said[cell] = value
        if is_masked:
            found.masked.add(cell)
        else:
            found.values[cell] = value
        if is_apart:
            found.apart.add(cell)
    _name_totals(found)
    return found


def in_sequence(releases: Iterable[Stated]) -> list[Stated]:
    """These releases, oldest first, with the names of their cells told apart over time.

    A number that was restated and comes back is another unknown: that it is the old one again nobody outside can know,
    and to print it because it once stood there would give away what it hides today.
    """
    named, last, turns = list(releases), {}, defaultdict(int)
    for release in named:
        for cell, value in release.said.items():
            turns[cell] += last.get(cell, value) != value
            last[cell] = value
            release.versions[cell] = (value, turns[cell])
        _name_totals(release)
    return named


def _name_totals(found: Stated) -> None:
    """A total of a city is the same only when it is of the same units with the same numbers."""
    places = found.places
    members: dict[Cell, list[tuple[str, Hashable]]] = defaultdict(list)
    for cell, value in found.versions.items():
        if places.levels.get(cell[0]) == "unit" and cell not in found.apart:
            members[places.parents[cell[0]], *cell[1:]].append((cell[0], value))
    for cell in found.versions:
        if places.levels.get(cell[0]) == "city":
            found.versions[cell] = tuple(sorted(members.get(cell, [])))


def stated_in(connection: duckdb.DuckDBPyConnection, versions: Mapping[Cell, Hashable] | None = None) -> Stated:
    """What an open release file says.

    Args:
        versions: the names of its cells among those of other releases (`in_sequence`); without them the report a value
            comes from serves as its name.
    """
    found = Stated(places_of(connection))
    ask = connection.execute
    codes = [[*PERSONS, *MONEY]]
    for *cell, value, status, total, has_parts in ask(
        "select area_id, indicator_code, breakdown_code, month::varchar, value, status_code, reported_total,"
        " reported_count > 0 from mart.indicator_month where indicator_code = any($1)",
        codes,
    ).fetchall():
        if status == "suppressed" or (status == "missing" and has_parts and total is None):
            found.masked.add(tuple(cell))
        elif value is not None:
            found.values[tuple(cell)] = value
        elif total is not None:
            found.sums[tuple(cell)] = total
    for *cell, raw, revision, status in ask(
        "select area_id, indicator_code, breakdown_code, month::varchar, try_cast(replace(raw_value, ',', '') as double),"
        " revision, status_code from core.fct_observation where is_current and indicator_code = any($1)",
        codes,
    ).fetchall():
        key = tuple(cell)
        found.versions[key] = revision
        if status == "withheld":
            found.apart.add(key)
            if raw is None:
                found.masked.add(key)
            else:
                found.values[key] = raw
    if versions is not None:
        found.versions = dict(versions)
    return found
