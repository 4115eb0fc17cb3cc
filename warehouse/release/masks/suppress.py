"""Small counts of persons are masked once, while a release is built, so that no query or file can return them.

Rule (DESIGN 6): a count of persons under 5 of an indicator declared `is_sensitive_persons` is masked; so are as many
partner cells as it takes that no sum printed beside it gives it away. Areas with their parent are the rows, breakdowns
with their total the columns of a table; every row and every column adds up. Rows and columns are the nodes of a graph
and masked cells its edges: a masked cell can be worked out exactly when its edge is a bridge. So every masked small
cell gets the cheapest cycle it lies on.

A unit's row stands in two tables, with the other units and above its townships. What is masked in it is masked in one
of its townships as well, or the townships would add up to it.

Money gives persons away, because standards are public: see `_money`.

Payments count the same persons as the forms, mostly with the same numbers: a cell hidden in one of them is hidden in
the other where it says nearly the same (`PAYMENTS`), and the partners of one serve the other.
"""

import heapq
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import polars as pl

from warehouse.catalog.allowance import MEASURES, PAID_OUT, REPORTED

SMALLEST_SHOWN = 5
TIERS_MERGED_IN_TOWNSHIPS = ("age_90_99", "age_100_plus")
TOTAL = "total"
RECIPIENTS, PAID = REPORTED["recipient_count"], REPORTED["paid_yuan"]
PAYMENTS = {REPORTED[measure]: PAID_OUT[measure] for measure in MEASURES}
"""What the forms say, and what payments say of the same."""
TWINS = PAYMENTS | {payment: form for form, payment in PAYMENTS.items()}
PAID_TO = {RECIPIENTS: PAID, PAYMENTS[RECIPIENTS]: PAYMENTS[PAID]}
# Paid in arrears and recovered: money in and out of the same sum, so they are masked together; forms, then payments.
COUNTER_PAIRS = tuple(
    {f"{origin}_arrears_person_count": f"{origin}_arrears_yuan", f"{origin}_recovered_person_count": f"{origin}_recovered_yuan"}
    for origin in ("allowance", "payout")
)  # fmt: skip
COUNTERS = {counter: amount for pair in COUNTER_PAIRS for counter, amount in pair.items()}
MONEY = (*PAID_TO.values(), *COUNTERS.values())
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
    tables = _tables(known.filter(pl.col("indicator_code").is_in(list(sensitive))), before)
    masks = _masks(tables)
    found = {
        (area, indicator, breakdown, month) for (indicator, month), each in masks.items() for area, breakdown in each
    }
    found |= _money(masks, known)
    small = {
        (area, indicator, breakdown, month)
        for (indicator, month), table in tables.items()
        for area, breakdown in table.small
    }
    # Masking what everybody knows protects nobody, unless another of its revisions is to be hidden with it.
    found = (found - before.known) | small | before.inherited
    schema = {name: cells.schema[name] for name in CELL}
    return pl.DataFrame(list(found), schema=schema, orient="row")


class _Table:
    """One indicator in one month: values by (area, breakdown), those that are small, and who belongs to whom."""

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

    def summed_up(self, city: str, breakdown: str) -> set[str]:
        """The units whose numbers make up the city's."""
        cells = {(unit, breakdown) for unit in self.units.get(city, ()) if unit != city}
        return {unit for unit, _ in cells & self.values.keys() - self.apart}

    def rows(self, areas: Iterable[str]) -> dict[tuple[str, str], float]:
        wanted = set(areas)
        return {cell: value for cell, value in self.values.items() if cell[0] in wanted}


def _tables(cells: pl.DataFrame, before: Before) -> dict[tuple, _Table]:
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
        "is_apart",
    )
    for indicator, month, level, parent, area, breakdown, value, smallest, is_apart in chosen.select(
        columns
    ).iter_rows():
        table = tables[indicator, month]
        table.values[area, breakdown] = value
        cell = (area, indicator, breakdown, month)
        if is_apart:
            table.apart.add((area, breakdown))
        if cell in before.known:
            table.known.add((area, breakdown))
        if cell in before.inherited:
            table.inherited.add((area, breakdown))
        if cell in before.summed:
            table.summed[area, breakdown] = before.summed[cell]
        if 0 < smallest < SMALLEST_SHOWN:
            table.small.add((area, breakdown))
        members = table.townships if level == "township" else table.units
        if area not in members[parent]:
            members[parent].append(area)
    return dict(tables)


def _masks(tables: dict[tuple, _Table]) -> dict[tuple, Cells]:
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
    return masks


def _take_alike(masks: dict[tuple, Cells], tables: dict[tuple, _Table], key: tuple) -> bool:
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


def _masks_of_units(table: _Table, masked: Cells) -> Cells:
    """Cells to mask in the tables of the cities: units and the city itself by breakdown."""
    found: Cells = set()
    for city, areas in table.units.items():
        rows = table.rows(areas)
        small = (table.small | table.alike) & rows.keys()
        chosen = _protect(rows, small, already=(table.inherited | masked) & rows.keys(), table=table)
        while more := _too_little(table, rows, chosen, city):
            small |= more
            chosen = _protect(rows, small, already=chosen, table=table)
        found |= chosen
    return found


def _too_little(table: _Table, rows: dict[tuple[str, str], float], masked: Cells, city: str) -> Cells:
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


def _join_counters(masks: dict[tuple, Cells], tables: dict[tuple, _Table]) -> None:
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


def _joined(masked: Cells, table: _Table, rows: set[str], totals: set[str]) -> Cells:
    """What one of two counters hides as well: tiers of these units, and zeros beside a hidden total, with partners."""
    masked = masked | {cell for cell in table.values if cell[0] in rows and cell[1] != TOTAL}
    zeros = {cell for cell, value in table.values.items() if cell[0] in totals and cell[1] == TOTAL and not value}
    for areas in table.units.values():
        rows_of = table.rows(areas)
        already = masked & rows_of.keys()
        masked |= _protect(rows_of, zeros & rows_of.keys(), already=already, table=table)
    return masked


def _masks_of_townships(table: _Table, masked_units: Cells) -> Cells:
    """Cells to mask in the townships of each unit: small ones with partners, and one row for what its unit hides."""
    masked: Cells = set()
    for unit, areas in table.townships.items():
        rows = table.rows(areas)
        hidden = _in_townships({breakdown for area, breakdown in masked_units if area == unit})
        chosen = _one_row(rows, hidden, table.known) | table.inherited & rows.keys()
        small = (table.small | table.alike) & rows.keys()
        # A unit of one township is that township: its row hides what the unit's hides.
        masked |= chosen | (small if len(areas) == 1 else _protect(rows, small, already=chosen, table=table))
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


def _protect(
    rows: dict[tuple[str, str], float], small: Cells, *, already: Cells = frozenset(), table: _Table | None = None
) -> Cells:
    """Small cells and the partners that put each of them on a cycle of masked cells; what is known is no partner."""
    masked = set(small) | set(already)
    if not small:
        return masked
    table = table or _Table()
    divided = {area for area, breakdown in rows if breakdown != TOTAL}
    # An area without a breakdown adds up to nothing but its column.
    ends = {
        cell: (("row", cell[0]) if cell[0] in divided else _FREE, _column(cell, table))
        for cell in rows
        if cell not in table.known
    }
    neighbours: dict[Node, list] = defaultdict(list)
    for cell, (one, other) in ends.items():
        neighbours[one].append((other, cell))
        neighbours[other].append((one, cell))
    for cell in sorted(small & ends.keys()):
        path = _cheapest_path(rows, neighbours, masked, ends[cell], without=cell)
        if path is None:
            # No partner exists (a table of one row or one column): nothing of it may be printed.
            return set(rows)
        masked |= path
    return masked


def _column(cell: tuple[str, str], table: _Table) -> Node:
    """The sum a cell is in besides its row's: that of the units in the same published totals as this one."""
    area, breakdown = cell
    if cell in table.apart:
        return _FREE
    signature = "".join(
        str(int(area in units))
        for (_, part), totals in sorted(table.summed.items())
        if part == breakdown
        for units in totals
    )
    return ("column", breakdown + signature)


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
            if paid := PAID_TO.get(indicator):
                found |= {(area, paid, breakdown, month), (area, paid, TOTAL, month)}
            for pair in COUNTER_PAIRS:
                if indicator in pair:
                    found |= {(area, amount, breakdown, month) for amount in pair.values()}
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
