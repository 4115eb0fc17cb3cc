"""Small counts of persons are masked once, while a release is built, so that no query or file can return them.

Rule (DESIGN 6): a count of persons under 5 of an indicator declared `is_sensitive_persons` is masked; so are as many
partner cells as it takes that no sum printed beside it gives it away: see `partners.py`.

A unit's row stands in two tables, with the other units and above its townships. What is masked in it is masked in one
of its townships as well, or the townships would add up to it.

Money gives persons away, because standards are public: see `amounts.py`.

Payments count the same persons as the forms, mostly with the same numbers: a cell hidden in one of them is hidden in
the other where it says nearly the same (`PAYMENTS`), and the partners of one serve the other.

What is divided in two ways (stops by reason and by tier) is hidden in the second as if every total were known that the
first prints, and wholly of whoever's total the first hides: so whatever the first leaves open the second does too.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator

import polars as pl

from warehouse.release.masks.amounts import amounts_that_tell
from warehouse.release.masks.measures import CELL, COUNTER_PAIRS, PAYMENTS, SMALLEST_SHOWN, TOTAL, TWINS
from warehouse.release.masks.partners import protect
from warehouse.release.masks.tables import NOTHING_BEFORE, Before, Cells, Table, tables_of
from warehouse.release.masks.tiers import TIERS_MERGED_IN_TOWNSHIPS


def find_masks(cells: pl.DataFrame, *, sensitive: Iterable[str], before: Before = NOTHING_BEFORE) -> pl.DataFrame:
    """The cells that must be masked: small ones, their partners, and the amounts that would give them away.

    Args:
        cells: values in force; area_id, parent_area_id, level_code, indicator_code, breakdown_code, month, value, and
            where given smallest, the smallest value any revision of the cell had, and is_apart, whether the cell is in
            no total of its city. A city stands among its units, with itself as parent.
        sensitive: indicators that count persons to be protected.
        before: what earlier releases published of these cells.

    Returns:
        area_id, indicator_code, breakdown_code, month; one row a cell, no order promised.
    """
    smallest = pl.col("smallest") if "smallest" in cells.columns else pl.col("value")
    apart = pl.col("is_apart") if "is_apart" in cells.columns else pl.lit(False)
    known = cells.filter(pl.col("value").is_not_null()).with_columns(
        smallest.alias("smallest"), apart.alias("is_apart")
    )
    tables = tables_of(known.filter(pl.col("indicator_code").is_in(list(sensitive))), before)
    masks = _masks(tables)
    found = {
        (area, indicator, breakdown, month) for (indicator, month), each in masks.items() for area, breakdown in each
    }
    found |= amounts_that_tell(masks, known)
    small = {
        (area, indicator, breakdown, month)
        for (indicator, month), table in tables.items()
        for area, breakdown in table.small | (table.second.small if table.second else set())
    }
    # Masking what everybody knows protects nobody, unless another of its revisions is to be hidden with it.
    found = (found - before.known) | small | before.inherited
    schema = {name: cells.schema[name] for name in CELL}
    return pl.DataFrame(list(found), schema=schema, orient="row")


def _masks(tables: dict[tuple, Table]) -> dict[tuple, Cells]:
    """What each table hides: its own small cells with their partners, and what its twin hides with theirs."""
    masks: dict[tuple, Cells] = defaultdict(set)
    # Forms first: what they hide are the cheapest partners of what payments hide.
    ordered = sorted(tables, key=lambda key: key[0] in PAYMENTS.values())
    for step in (_masks_of_units, _masks_of_townships):
        todo = ordered
        while todo:
            for key in todo:
                _take_alike(masks, tables, key)
                masks[key] |= step(tables[key], masks[key])
            if step is _masks_of_units:
                _join_counters(masks, tables)
            todo = [key for key in ordered if _take_alike(masks, tables, key)]
    for key, table in tables.items():
        if table.second:
            masks[key] |= _masks_of_second(table.second, masks[key])
    return masks


def _masks_of_second(table: Table, masked: Cells) -> Cells:
    """Cells to mask where the same persons are divided another way, given what is masked in the first.

    Whatever masked totals may be, all parts of those areas can follow them in one column; whatever the other parts may
    be, no total moves. So neither way helps to solve the other.
    """
    hidden = {area for area, breakdown in masked if breakdown == TOTAL}
    table.inherited |= {cell for cell in table.values if cell[0] in hidden}
    parts = {cell for cell in _masks_of_units(table, set()) if cell[1] != TOTAL}
    return parts | {cell for cell in _masks_of_townships(table, parts) if cell[1] != TOTAL}


def _take_alike(masks: dict[tuple, Cells], tables: dict[tuple, Table], key: tuple) -> bool:
    """Let a table hide what its twin hides of the same persons; whether that is more than it knew.

    Numbers further apart than a small count tell nothing of each other: three stops that were listed hide no 300.
    The city's sum is the same only where it is of the same units. Payments of some units only have a sum of their own,
    which beside the form's would tell of the others: where one of them is hidden, so is the sum.
    """
    table, twin = tables[key], (TWINS.get(key[0]), key[1])
    if twin not in tables:
        return False
    other = tables[twin]
    apart = {
        (city, breakdown)
        for city in table.units
        for breakdown in {cell[1] for cell in table.values if cell[0] == city}
        if table.summed_up(city, breakdown) != other.summed_up(city, breakdown)
    }
    new = {
        cell
        for cell in masks[twin] & table.values.keys() & other.values.keys()
        if abs(table.values[cell] - other.values[cell]) < SMALLEST_SHOWN
    } - apart
    if key[0] in PAYMENTS.values():
        new |= {
            (city, breakdown)
            for city, breakdown in apart
            if masks[key] & {(unit, breakdown) for unit in table.units[city] if unit != city}
        }
    new -= table.alike
    table.alike |= new
    return bool(new)


def _masks_of_units(table: Table, masked: Cells) -> Cells:
    """Cells to mask in the tables of the cities: units and the city itself by breakdown."""
    found: Cells = set()
    for city, areas in table.units.items():
        rows = table.rows(areas)
        small = (table.small | table.alike) & rows.keys()
        chosen = protect(rows, small, already=(table.inherited | masked) & rows.keys(), table=table)
        while more := _too_little(table, rows, chosen, city):
            small |= more
            chosen = protect(rows, small, already=chosen, table=table)
        found |= chosen
    return found


def _too_little(table: Table, rows: dict[tuple[str, str], float], masked: Cells, city: str) -> Cells:
    """One more cell for each printed total that leaves one to four persons beside what is printed with it.

    Totals are those of the city and, over its breakdowns, of each unit. The cell is the smallest that brings the rest
    to five; the total itself where there is none.
    """
    more: Cells = set()
    for total, parts in _sums_printed(rows, masked, city):
        rest = sum(rows[cell] for cell in parts if cell in masked and cell not in table.apart)
        if 0 < rest < SMALLEST_SHOWN:
            others = [
                (rows[cell], cell)
                for cell in parts
                if cell not in masked | table.known | table.apart and rest + rows[cell] >= SMALLEST_SHOWN
            ]
            more.add(min(others)[1] if others else total)
    return more


def _sums_printed(
    rows: dict[tuple[str, str], float], masked: Cells, city: str
) -> Iterator[tuple[tuple[str, str], list[tuple[str, str]]]]:
    """Totals that are printed, with their parts: a city and its units, an area and its breakdowns."""
    for total in sorted(rows):
        area, breakdown = total
        if total in masked:
            continue
        if area == city:
            yield total, [cell for cell in rows if cell[1] == breakdown and cell[0] != city]
        if breakdown == TOTAL:
            yield total, [cell for cell in rows if cell[0] == area and cell[1] != TOTAL]


def _join_counters(masks: dict[tuple, Cells], tables: dict[tuple, Table]) -> None:
    """Where a unit's arrears or recoveries are masked by tier, all its tiers of both are.

    Paid less recipients × standard is arrears less recoveries, tier by tier: were nobody seen to be recovered from, the
    arrears would be known. The totals of both stay printed, unless one of them is itself masked and the other is zero.
    """
    for pair in COUNTER_PAIRS:
        for month in {month for indicator, month in tables if indicator in pair}:
            both = [(code, month) for code in pair if (code, month) in tables]
            rows = {area for key in both for area, breakdown in masks[key] if breakdown != TOTAL}
            totals = {area for key in both for area, breakdown in masks[key] if breakdown == TOTAL}
            for key in both:
                masks[key] |= _joined(masks[key], tables[key], rows, totals)


def _joined(masked: Cells, table: Table, rows: set[str], totals: set[str]) -> Cells:
    """What one of two counters hides as well: tiers of these units, and zeros beside a hidden total, with partners."""
    masked = masked | {cell for cell in table.values if cell[0] in rows and cell[1] != TOTAL}
    zeros = {cell for cell, value in table.values.items() if cell[0] in totals and cell[1] == TOTAL and not value}
    for areas in table.units.values():
        rows_of = table.rows(areas)
        already = masked & rows_of.keys()
        masked |= protect(rows_of, zeros & rows_of.keys(), already=already, table=table)
    return masked


def _masks_of_townships(table: Table, masked_units: Cells) -> Cells:
    """Cells to mask in the townships of each unit: small ones with partners, and one row for what its unit hides."""
    masked: Cells = set()
    for unit, areas in table.townships.items():
        rows = table.rows(areas)
        hidden = _in_townships({breakdown for area, breakdown in masked_units if area == unit})
        chosen = _one_row(rows, hidden, table.known) | table.inherited & rows.keys()
        small = (table.small | table.alike) & rows.keys()
        # A unit of one township is that township: its row hides what the unit's hides.
        masked |= chosen | (small if len(areas) == 1 else protect(rows, small, already=chosen, table=table))
    return masked


def _in_townships(breakdowns: set[str]) -> set[str]:
    """What a unit's masked breakdowns are called in its townships; nothing when only their merged tiers trade places."""
    if breakdowns == set(TIERS_MERGED_IN_TOWNSHIPS):
        return set()
    return {"age_90_plus" if each in TIERS_MERGED_IN_TOWNSHIPS else each for each in breakdowns}


def _one_row(rows: dict[tuple[str, str], float], breakdowns: set[str], known: Cells) -> Cells:
    """These breakdowns of the township that loses least; one without a zero, if there is one, and none that is known."""
    by_area: dict[str, list[float]] = defaultdict(list)
    for (area, breakdown), value in rows.items():
        if breakdown in breakdowns and (area, breakdown) not in known:
            by_area[area].append(value)
    whole = [area for area, values in by_area.items() if len(values) == len(breakdowns)]
    if not whole:
        return {cell for cell in rows if cell[1] in breakdowns}
    least = min(whole, key=lambda area: (0 in by_area[area], sum(by_area[area]), area))
    return {(least, breakdown) for breakdown in breakdowns}
