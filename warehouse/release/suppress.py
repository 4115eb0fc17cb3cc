"""Small counts of persons are masked once, while a release is built, so that no query or file can return them.

Rule (DESIGN 6): a count of persons under 5 of an indicator declared `is_sensitive_persons` is masked; so are as many
partner cells as it takes that no sum printed beside it gives it away. Areas with their parent are the rows, breakdowns
with their total the columns of a table; every row and every column adds up. Rows and columns are the nodes of a graph
and masked cells its edges: a masked cell can be worked out exactly when its edge is a bridge. So every masked small
cell gets the cheapest cycle it lies on.

A unit's row stands in two tables, with the other units and above its townships. What is masked in it is masked in one
of its townships as well, or the townships would add up to it.

Money gives persons away, because standards are public: see `_money`.
"""

import heapq
from collections import defaultdict
from collections.abc import Iterable

import polars as pl

SMALLEST_SHOWN = 5
TIERS_MERGED_IN_TOWNSHIPS = ("age_90_99", "age_100_plus")
TOTAL = "total"
RECIPIENTS, PAID = "allowance_recipient_count", "allowance_paid_yuan"
# Paid in arrears and recovered: money in and out of the same sum, so they are masked together.
COUNTERS = {
    "allowance_arrears_person_count": "allowance_arrears_yuan",
    "allowance_recovered_person_count": "allowance_recovered_yuan",
}
MONEY = (PAID, *COUNTERS.values())
CELL = ("area_id", "indicator_code", "breakdown_code", "month")
Cells = set[tuple[str, str]]
"""(area, breakdown) of one indicator and month."""

Node = tuple[str, str]
_FREE: Node = ("free", "")


def merge_township_tiers(observations: pl.DataFrame, township_ids: Iterable[str]) -> pl.DataFrame:
    """The observations with the tiers 90–99 and 100+ of townships merged into 90+.

    One row per area × indicator × breakdown × month × revision, as given. The merged row is the sum of both; it is
    missing when one of them is. Its cell names both cells; its raw text is left out, since it would give the parts.
    """
    is_merged = pl.col("area_id").is_in(list(township_ids)) & pl.col("breakdown_code").is_in(TIERS_MERGED_IN_TOWNSHIPS)
    parts = observations.filter(is_merged)
    if parts.is_empty():
        return observations
    keys = ["area_id", "indicator_code", "month", "revision"]
    whole = pl.len() == len(TIERS_MERGED_IN_TOWNSHIPS)
    all_reported = (pl.col("status_code") == "reported").all() & whole
    merged = parts.group_by(keys, maintain_order=True).agg(
        pl.when(all_reported).then(pl.col("value").sum()).alias("value"),
        pl.when(all_reported).then(pl.col("value_low").sum()).alias("value_low"),
        pl.when(all_reported).then(pl.col("value_high").sum()).alias("value_high"),
        pl.when(all_reported)
        .then(pl.lit("reported"))
        .otherwise(pl.col("status_code").filter(pl.col("status_code") != "reported").first().fill_null("missing"))
        .alias("status_code"),
        pl.col("cell").str.join("、").alias("cell"),
        pl.all().exclude([*keys, "value", "value_low", "value_high", "status_code", "cell", "raw_value"]).first(),
    )
    merged = merged.with_columns(
        pl.lit("age_90_plus").alias("breakdown_code"), pl.lit(None, pl.String).alias("raw_value")
    )
    return pl.concat([observations.filter(~is_merged), merged.select(observations.columns)])


def find_masks(cells: pl.DataFrame, *, sensitive: Iterable[str]) -> pl.DataFrame:
    """The cells that must be masked: small ones, their partners, and the amounts that would give them away.

    Args:
        cells: values in force; area_id, parent_area_id, level_code, indicator_code, breakdown_code, month, value, and
            where given smallest, the smallest value any revision of the cell had. A city stands among its units, with
            itself as parent.
        sensitive: indicators that count persons to be protected.

    Returns:
        area_id, indicator_code, breakdown_code, month; one row a cell, no order promised.
    """
    smallest = pl.col("smallest") if "smallest" in cells.columns else pl.col("value")
    known = cells.filter(pl.col("value").is_not_null()).with_columns(smallest.alias("smallest"))
    tables = _tables(known.filter(pl.col("indicator_code").is_in(list(sensitive))))
    masks: dict[tuple, Cells] = defaultdict(set)
    for (indicator, month), table in tables.items():
        masks[indicator, month] |= _masks_of_units(table)
    _join_counters(masks, tables)
    for key, table in tables.items():
        masks[key] |= _masks_of_townships(table, masks[key])
    found = {
        (area, indicator, breakdown, month) for (indicator, month), each in masks.items() for area, breakdown in each
    }
    found |= _money(masks, known)
    schema = {name: cells.schema[name] for name in CELL}
    return pl.DataFrame(list(found), schema=schema, orient="row")


class _Table:
    """One indicator in one month: values by (area, breakdown), those that are small, and who belongs to whom."""

    def __init__(self) -> None:
        self.values: dict[tuple[str, str], float] = {}
        self.small: Cells = set()
        self.units: dict[str, list[str]] = defaultdict(list)
        self.townships: dict[str, list[str]] = defaultdict(list)

    def rows(self, areas: Iterable[str]) -> dict[tuple[str, str], float]:
        wanted = set(areas)
        return {cell: value for cell, value in self.values.items() if cell[0] in wanted}


def _tables(cells: pl.DataFrame) -> dict[tuple, _Table]:
    """(indicator, month) to its table, for those with something small in them."""
    hot = cells.filter(pl.col("smallest").is_between(0, SMALLEST_SHOWN, closed="none"))
    joint = [pl.lit(code).alias("indicator_code") for code in COUNTERS]
    pairs = hot.filter(pl.col("indicator_code").is_in(list(COUNTERS))).select("month")
    keys = pl.concat([hot.select("indicator_code", "month"), *(pairs.select(code, "month") for code in joint)]).unique()
    tables: dict[tuple, _Table] = defaultdict(_Table)
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
    )
    for indicator, month, level, parent, area, breakdown, value, smallest in chosen.select(columns).iter_rows():
        table = tables[indicator, month]
        table.values[area, breakdown] = value
        if 0 < smallest < SMALLEST_SHOWN:
            table.small.add((area, breakdown))
        members = table.townships if level == "township" else table.units
        if area not in members[parent]:
            members[parent].append(area)
    return dict(tables)


def _masks_of_units(table: _Table) -> Cells:
    """Cells to mask in the tables of the cities: units and the city itself by breakdown."""
    masked: Cells = set()
    for areas in table.units.values():
        rows = table.rows(areas)
        masked |= _protect(rows, table.small & rows.keys())
    return masked


def _join_counters(masks: dict[tuple, Cells], tables: dict[tuple, _Table]) -> None:
    """Where a unit's arrears or recoveries are masked by tier, all its tiers of both are.

    Paid less recipients × standard is arrears less recoveries, tier by tier: were nobody seen to be recovered from, the
    arrears would be known. The totals of both stay printed, unless one of them is itself masked and the other is zero.
    """
    one, other = COUNTERS
    for month in {month for indicator, month in tables if indicator in COUNTERS}:
        both = [(code, month) for code in (one, other) if (code, month) in tables]
        rows = {area for key in both for area, breakdown in masks[key] if breakdown != TOTAL}
        totals = {area for key in both for area, breakdown in masks[key] if breakdown == TOTAL}
        for key in both:
            values = tables[key].values
            masks[key] |= {cell for cell in values if cell[0] in rows and cell[1] != TOTAL}
            zeros = {cell for cell, value in values.items() if cell[0] in totals and cell[1] == TOTAL and not value}
            for areas in tables[key].units.values():
                table = tables[key].rows(areas)
                masks[key] |= _protect(table, zeros & table.keys(), already=masks[key] & table.keys())


def _masks_of_townships(table: _Table, masked_units: Cells) -> Cells:
    """Cells to mask in the townships of each unit: small ones with partners, and one row for what its unit hides."""
    masked: Cells = set()
    for unit, areas in table.townships.items():
        rows = table.rows(areas)
        hidden = _in_townships({breakdown for area, breakdown in masked_units if area == unit})
        chosen = _one_row(rows, hidden)
        small = table.small & rows.keys()
        # A unit of one township is that township: its row hides what the unit's hides.
        masked |= chosen | (small if len(areas) == 1 else _protect(rows, small, already=chosen))
    return masked


def _in_townships(breakdowns: set[str]) -> set[str]:
    """What a unit's masked breakdowns are called in its townships; nothing when only their merged tiers trade places."""
    if breakdowns == set(TIERS_MERGED_IN_TOWNSHIPS):
        return set()
    return {"age_90_plus" if each in TIERS_MERGED_IN_TOWNSHIPS else each for each in breakdowns}


def _one_row(rows: dict[tuple[str, str], float], breakdowns: set[str]) -> Cells:
    """These breakdowns of the township that loses least; one without a zero, if there is one."""
    by_area: dict[str, list[float]] = defaultdict(list)
    for (area, breakdown), value in rows.items():
        if breakdown in breakdowns:
            by_area[area].append(value)
    whole = [area for area, values in by_area.items() if len(values) == len(breakdowns)]
    if not whole:
        return {cell for cell in rows if cell[1] in breakdowns}
    least = min(whole, key=lambda area: (0 in by_area[area], sum(by_area[area]), area))
    return {(least, breakdown) for breakdown in breakdowns}


def _protect(rows: dict[tuple[str, str], float], small: Cells, *, already: Cells = frozenset()) -> Cells:
    """Small cells and the partners that put each of them on a cycle of masked cells."""
    masked = set(small) | set(already)
    if not small:
        return masked
    divided = {area for area, breakdown in rows if breakdown != TOTAL}
    # An area without a breakdown adds up to nothing but its column.
    ends = {cell: (("row", cell[0]) if cell[0] in divided else _FREE, ("column", cell[1])) for cell in rows}
    neighbours: dict[Node, list] = defaultdict(list)
    for cell, (one, other) in ends.items():
        neighbours[one].append((other, cell))
        neighbours[other].append((one, cell))
    for cell in sorted(small):
        path = _cheapest_path(rows, neighbours, masked, ends[cell], without=cell)
        if path is None:
            # No partner exists (a table of one row or one column): nothing of it may be printed.
            return set(rows)
        masked |= path
    return masked


def _cheapest_path(rows, neighbours, masked, ends, *, without) -> frozenset | None:
    """Cells of the cheapest way between both `ends` of `without` that does not use it; None when there is none."""
    start, goal = ends
    best, queue = {start: 0.0}, [(0.0, 0, start, frozenset())]
    counter = 0
    while queue:
        spent, _, node, path = heapq.heappop(queue)
        if node == goal:
            return path
        for following, cell in neighbours[node]:
            if cell == without:
                continue
            # A zero tells an attacker that the partner cannot be smaller, so it is the partner of last resort.
            total = spent + (0 if cell in masked else 1 + rows[cell] if rows[cell] else 1e9)
            if total < best.get(following, float("inf")):
                best[following] = total
                counter += 1
                heapq.heappush(queue, (total, counter, following, path | {cell}))
    return None


def _money(masks: dict[tuple, Cells], known: pl.DataFrame) -> set[tuple]:
    """Amounts that would give masked persons away.

    Of townships none is printed: 100·x + 300·y beside x + y is the number y of centenarians. In units an amount follows
    the tier it pays; where recipients are masked so does the total, for the same reason. Arrears and recoveries take
    months we do not know, so only their own tiers follow, both together; totals follow a masked total.
    """
    money = known.filter(pl.col("indicator_code").is_in(MONEY))
    levels = dict(money.select("area_id", "level_code").unique().iter_rows())
    found: set[tuple] = set()
    for (indicator, month), cells in masks.items():
        for area, breakdown in cells:
            if levels.get(area) == "township":
                continue
            if indicator == RECIPIENTS:
                found |= {(area, PAID, breakdown, month), (area, PAID, TOTAL, month)}
            elif indicator in COUNTERS:
                found |= {(area, amount, breakdown, month) for amount in COUNTERS.values()}
    return found | _money_of_townships(money.filter(pl.col("level_code") == "township"), found)


def _money_of_townships(money: pl.DataFrame, of_units: set[tuple]) -> set[tuple]:
    """All of it, but for a unit of one township: that township hides what its unit hides, since they are the same."""
    found = set()
    alone = set(
        money.group_by("parent_area_id")
        .agg(pl.col("area_id").n_unique())
        .filter(pl.col("area_id") == 1)["parent_area_id"]
    )
    for parent, *cell in money.select("parent_area_id", *CELL).iter_rows():
        _, indicator, breakdown, month = cell
        tiers = TIERS_MERGED_IN_TOWNSHIPS if breakdown == "age_90_plus" else (breakdown,)
        if parent not in alone or any((parent, indicator, tier, month) in of_units for tier in tiers):
            found.add(tuple(cell))
    return found
