"""An attacker who keeps every release and has a pencil: every sum, part, change, amount and sentence that is printed
becomes an equation, and whatever the equations of all releases together determine has been recovered.

Unknowns are the masked cells, and the two tiers of townships that are never printed apart; a cell that was restated is
two unknowns. Two ways of attack: linear algebra over a prime field (a cell is determined when no solution of the
printed equations moves it), and bounds (nobody is a negative person). Constants come from the releases alone.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import polars as pl

from warehouse.catalog.allowance import family
from warehouse.desk.disclosed import latest
from warehouse.release.attacker import told_by_columns
from warehouse.release.attacker.solving import Equations, bounded, determined
from warehouse.release.attacker.stated import (
    AMOUNTS,
    PERSONS,
    TIERS,
    Cell,
    Stated,
    Unknown,
    in_sequence,
    places_of,
    stated,
    stated_in,
)


@dataclass(frozen=True)
class Attacked:
    """What came of an attack on some releases.

    solved: masked cells whose number follows although no release ever printed it. pinned: counts of one to four
    persons that can be nothing else because nobody is a negative person.
    """

    equations: Equations
    releases: tuple[Stated, ...]
    unknowns: frozenset[Unknown]
    solved: frozenset[Unknown]

    def pinned(self) -> dict[Unknown, float]:
        """Persons only: an amount may be rounded."""
        rows = [row for row in self.equations.rows if all(cell[1] in PERSONS for cell, _ in row[0])]
        return {unknown: value for unknown, value in bounded(Equations(rows)).items() if 0.5 < value < 4.5}


def attack_files(paths: Sequence[Path], history: pl.DataFrame | None = None) -> Attacked:
    """Attack these releases together.

    Args:
        paths: release files, oldest first.
        history: the record of the home (`Disclosed.history`), by which equal values of two releases are told from
            changed ones; an attacker would guess it from dates and revisions.
    """
    told, releases = Equations(), []
    named = [None] * len(paths) if history is None else in_sequence(_true_states(path, history) for path in paths)
    for path, true in zip(paths, named, strict=True):
        with duckdb.connect(str(path), read_only=True) as connection:
            release = stated_in(connection, true and true.versions)
            structure(told, release)
            told_by_columns.tell(told, release, connection)
            releases.append(release)
    return _attacked(told, releases)


def _true_states(path: Path, history: pl.DataFrame) -> Stated:
    """The true states at a release."""
    with duckdb.connect(str(path), read_only=True) as connection:
        ((release_id,),) = connection.execute("select release_id from meta.release").fetchall()
        return stated(latest(history.filter(pl.col("release_id") <= release_id)), places_of(connection))


def attack_states(releases: Sequence[Stated]) -> Attacked:
    """Attack what these releases, oldest first, say of their cells: sums, merged tiers and amounts, nothing derived."""
    told = Equations()
    releases = in_sequence(releases)
    for release in releases:
        structure(told, release)
    return _attacked(told, releases)


def _attacked(told: Equations, releases: Sequence[Stated]) -> Attacked:
    unknowns = {unknown for terms, _ in told.rows for unknown in terms}
    printed = {
        release.unknown(cell): value
        for release in releases
        for cell, value in (*release.values.items(), *release.sums.items())
    }
    # What one release masks another may have printed.
    for unknown in unknowns & printed.keys():
        told.add({unknown: 1}, printed[unknown])
    masked = {release.unknown(cell) for release in releases for cell in release.masked}
    solved = determined(told) - printed.keys()
    return Attacked(told, tuple(releases), frozenset(unknowns | masked), frozenset(solved))


def structure(told: Equations, release: Stated) -> None:
    """What follows from the shape of the tables: parts and totals, units and cities, merged tiers, amounts."""
    by_row: dict[tuple, list[Cell]] = defaultdict(list)
    by_column: dict[tuple, list[Cell]] = defaultdict(list)
    places = release.places
    for cell in release.every():
        area, indicator, breakdown, month = cell
        by_row[area, indicator, month].append(cell)
        if not (cell in release.apart and places.levels.get(area) == "unit"):
            by_column[places.parents.get(area), places.levels.get(area), indicator, breakdown, month].append(cell)
    for (area, indicator, month), cells in by_row.items():
        # With a figure missing or withheld, totals of a city are of different units and do not add up.
        totals = [cell for cell in cells if cell[2] == "total"]
        for way in {family(cell[2]) for cell in cells} - {"total"}:
            parts = [cell for cell in cells if family(cell[2]) == way]
            units = {
                frozenset(each[0] for each in by_column.get((area, "unit", *cell[1:]), ()))
                for cell in (*parts, *totals)
            }
            if places.levels.get(area) == "city" and len(units) > 1:
                continue
            _sum(told, release, parts, (area, indicator, "total", month))
    for (parent, level, indicator, breakdown, month), cells in by_column.items():
        if level == "unit" or level == "township" and breakdown != "age_90_plus":
            _sum(told, release, cells, (parent, indicator, breakdown, month))
        elif level == "township":
            _sum(told, release, cells, *((parent, indicator, tier, month) for tier in TIERS[1:]))
    _merged_tiers(told, release)
    _amounts(told, release)


def _sum(told: Equations, release: Stated, parts: list[Cell], *wholes: Cell) -> None:
    """parts = wholes, where each whole is printed, masked, or known as the sum of those who reported."""
    terms: dict[Unknown, int] = defaultdict(int)
    constant = 0.0
    if not parts:
        return
    for sign, cells in ((1, parts), (-1, wholes)):
        for cell in cells:
            if cell in release.masked:
                terms[release.unknown(cell)] += sign
            elif (value := release.value(cell)) is not None:
                constant -= sign * value
            else:
                return
    told.add(terms, constant)


def _merged_tiers(told: Equations, release: Stated) -> None:
    """In a township 90 and over is 90–99 and 100+, each an unknown."""
    for cell in release.every():
        area, indicator, breakdown, month = cell
        if breakdown == "age_90_plus" and indicator in PERSONS:
            parts = {release.unknown((area, indicator, tier, month)): 1 for tier in TIERS[1:]}
            if cell in release.masked:
                told.add({**parts, release.unknown(cell): -1}, 0)
            else:
                told.add(parts, release.value(cell))


def _amounts(told: Equations, release: Stated) -> None:
    """What is paid is recipients × standard + arrears − recovered, tier by tier; standards are public."""
    places = release.places
    for cell in release.every():
        area, indicator, breakdown, month = cell
        if indicator not in AMOUNTS or breakdown == "total":
            continue
        recipients, arrears, recovered = AMOUNTS[indicator]
        standards = {tier: places.standards.get((places.city(area), tier, month)) for tier in TIERS}
        tiers = TIERS[1:] if breakdown == "age_90_plus" else (breakdown,)
        terms: dict[Unknown, int] = defaultdict(int)
        constant, complete = 0.0, all(standards.get(tier) for tier in tiers)
        for factor, each in (
            (-1, cell),
            *((int(standards.get(tier) or 0), (area, recipients, tier, month)) for tier in tiers),
            (1, (area, arrears, breakdown, month)),
            (-1, (area, recovered, breakdown, month)),
        ):
            if each in release.masked or (each[2] in TIERS[1:] and breakdown == "age_90_plus"):
                terms[release.unknown(each)] += factor
            elif (value := release.value(each)) is not None:
                constant -= factor * value
            else:
                complete = False
        if complete:
            told.add(terms, constant)


def solved_sentences(solved: Iterable[Unknown]) -> list[str]:
    """The cells as words for an operator; never their numbers."""
    return sorted({"｜".join(cell) for cell, _ in solved})
