"""Small counts of persons are masked once, while a release is built, so that no query or file can return them.

Rule (DESIGN 6): a count of persons under 5 of an indicator declared `is_sensitive_persons` is masked; so are as many
partner cells as it takes that no sum printed beside it gives it away. Rows (areas) and columns (breakdowns) of a
table are the nodes of a graph and masked cells its edges; a masked cell can be worked out by subtraction exactly when
its edge is a bridge. So every masked small cell gets the cheapest cycle it lies on. Amounts follow the persons they
pay, because recipients = amount / standard.
"""

import heapq
from collections.abc import Iterable

import duckdb
import polars as pl

SMALLEST_SHOWN = 5
TIERS_MERGED_IN_TOWNSHIPS = ("age_90_99", "age_100_plus")
# Tiers in which a unit's partner cells are sought: the sum of both is printed anyway (townships), 80–89 alone is too.
UNIT_TIERS = ("age_90_99", "age_100_plus")
# Amounts from which a masked number of recipients could be worked out, with the indicator they follow.
FOLLOWERS = {
    "allowance_paid_yuan": "allowance_recipient_count",
    "allowance_per_head_yuan": "allowance_recipient_count",
    "allowance_arrears_yuan": "allowance_arrears_person_count",
    "allowance_recovered_yuan": "allowance_recovered_person_count",
}
CELL = ("area_id", "indicator_code", "breakdown_code", "month")
_GROUND = ("ground", "")
Edges = dict[tuple[str, str], float]
"""The values of one table by (area, breakdown)."""
Node = tuple[str, str]


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
    """The cells that must be masked: small ones, their partners, and the amounts that follow them.

    Args:
        cells: current observed values; area_id, parent_area_id, level_code, indicator_code, breakdown_code, month, value.
        sensitive: indicators that count persons to be protected.

    Returns:
        area_id, indicator_code, breakdown_code, month; one row a cell, no order promised.
    """
    counts = set(sensitive)
    # One table: areas of one level under one parent × breakdowns, whose sums are printed.
    tables: dict[tuple, Edges] = {}
    for area, parent, level, indicator, breakdown, month, value in cells.select(
        "area_id", "parent_area_id", "level_code", "indicator_code", "breakdown_code", "month", "value"
    ).iter_rows():
        if indicator in counts and value is not None:
            tables.setdefault((parent, indicator, month, level), {})[area, breakdown] = value
    masked: set[tuple] = set()
    for (_, indicator, month, level), table in tables.items():
        if any(0 < value < SMALLEST_SHOWN for value in table.values()):
            masked |= {(area, indicator, breakdown, month) for area, breakdown in _masks_of_table(table, level=level)}
    masked |= _followers(masked)
    schema = {name: cells.schema[name] for name in CELL}
    return pl.DataFrame(list(masked), schema=schema, orient="row")


def _followers(masked: set[tuple]) -> set[tuple]:
    """Cells of amounts for masked cells of persons: the same breakdown, and the total of the area."""
    following = set()
    for area, indicator, breakdown, month in masked:
        for amount, persons in FOLLOWERS.items():
            if persons == indicator:
                following |= {(area, amount, breakdown, month), (area, amount, "total", month)}
    return following


def _masks_of_table(table: Edges, *, level: str) -> set[tuple[str, str]]:
    """(area, breakdown) to mask in one table of areas × breakdowns whose sums are printed."""
    split = {cell: value for cell, value in table.items() if cell[1] != "total"}
    if level == "unit" and set(UNIT_TIERS) <= {breakdown for _, breakdown in split}:
        split = {cell: value for cell, value in split.items() if cell[1] in UNIT_TIERS}
    # Totals of areas are a column of their own: a small one needs a partner among the other areas' totals.
    totals = {cell: value for cell, value in table.items() if cell[1] == "total"}
    return _protect(split, rows_sum=True) | _protect(totals, rows_sum=False)


def _protect(edges: Edges, *, rows_sum: bool) -> set[tuple[str, str]]:
    """Small cells and the partners that put each of them on a cycle of masked cells."""
    masked = {cell for cell, value in edges.items() if 0 < value < SMALLEST_SHOWN}
    if not masked:
        return masked
    ends = {cell: (("row", cell[0]) if rows_sum else _GROUND, ("column", cell[1])) for cell in edges}
    neighbours: dict[Node, list] = {}
    for cell, (one, other) in ends.items():
        neighbours.setdefault(one, []).append((other, cell))
        neighbours.setdefault(other, []).append((one, cell))
    for cell in sorted(masked):
        path = _cheapest_path(edges, neighbours, masked, ends[cell], without=cell)
        if path is None:
            # No partner exists (a table of one row or one column): nothing of it may be printed.
            return set(edges)
        masked |= path
    return masked


def _cheapest_path(edges: Edges, neighbours, masked, ends, *, without) -> frozenset | None:
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
            total = spent + (0 if cell in masked else 1 + edges[cell] if edges[cell] else 1e9)
            if total < best.get(following, float("inf")):
                best[following] = total
                counter += 1
                heapq.heappush(queue, (total, counter, following, path | {cell}))
    return None


def suppress(connection: duckdb.DuckDBPyConnection) -> int:
    """Mask small counts in the finished tables of a scratch database; how many observed cells were masked.

    Works on core.fct_observation, mart.indicator_month, mart.allowance_month, meta.restatement and meta.issue of
    `connection`, before they are copied into the release file (a changed page of a database file may keep its old
    bytes). Changes against a masked month are masked too.
    """
    sensitive = [
        code
        for (code,) in connection.execute(
            "select indicator_code from meta.indicator where is_sensitive_persons"
        ).fetchall()
    ]
    cells = connection.sql(
        """
        select o.area_id, a.parent_area_id, a.level_code, o.indicator_code, o.breakdown_code, o.month, o.value
        from core.fct_observation as o
        inner join core.dim_area as a on a.area_id = o.area_id
        where o.is_current and o.status_code = 'reported'
        """
    ).pl()
    masks = find_masks(cells, sensitive=sensitive)
    if masks.is_empty():
        return 0
    connection.register("mask", masks)
    for statement in _MASKING:
        connection.execute(statement)
    connection.unregister("mask")
    return masks.height


_SAME_CELL = (
    "t.area_id = mask.area_id and t.indicator_code = mask.indicator_code"
    " and t.breakdown_code = mask.breakdown_code and t.month = mask.month"
)
_SAME_AREA = "t.area_id = mask.area_id and t.indicator_code = mask.indicator_code"
_SAME_SERIES = f"{_SAME_AREA} and t.breakdown_code = mask.breakdown_code"
_SAME_TIER = (
    "t.area_id = mask.area_id and t.age_tier_code = mask.breakdown_code and t.month = mask.month"
    " and mask.indicator_code in ('allowance_recipient_count', 'allowance_paid_yuan')"
)
# The order does not matter: each statement only takes values away.
_MASKING = (
    # Written anew: updating sixty thousand rows strewn over the table takes ten times as long.
    f"""create or replace table core.fct_observation as
        select t.* replace (
            if(mask.month is null, t.value, null) as value,
            if(mask.month is null, t.value_low, null) as value_low,
            if(mask.month is null, t.value_high, null) as value_high,
            if(mask.month is null, t.raw_value, null) as raw_value,
            if(mask.month is null, t.status_code, 'suppressed') as status_code
        )
        from core.fct_observation as t
        left join mask on {_SAME_CELL} and t.status_code = 'reported'""",
    f"""update mart.indicator_month as t
        set value = null, numerator = null, denominator = null, change_mom = null, change_yoy = null,
            change_since_year_start = null, change_pct_mom = null, change_pct_yoy = null, monthly_value = null,
            rank = null, status_code = 'suppressed'
        from mask where {_SAME_CELL}""",
    f"""update mart.indicator_month as t set change_mom = null, change_pct_mom = null, monthly_value = null
        from mask where {_SAME_SERIES} and t.month = mask.month + interval 1 month""",
    f"""update mart.indicator_month as t set change_yoy = null, change_pct_yoy = null
        from mask where {_SAME_SERIES} and t.month = mask.month + interval 12 month""",
    f"""update mart.indicator_month as t set change_since_year_start = null
        from mask where {_SAME_SERIES} and month(mask.month) = 12 and year(t.month) = year(mask.month) + 1""",
    # A running total that contains a masked month, beside the other months, gives it away.
    f"""update mart.indicator_month as t set ytd = null
        from mask where {_SAME_SERIES} and year(t.month) = year(mask.month) and t.month >= mask.month""",
    f"""update mart.allowance_month as t
        set recipient_count = null, expected_yuan = null, paid_yuan = null, yuan_per_head = null,
            difference_yuan = null, status_code = 'suppressed'
        from mask where {_SAME_TIER} and t.age_tier_code <> 'total'""",
    f"""update mart.allowance_month as t
        set expected_yuan = null, paid_yuan = null, yuan_per_head = null, difference_yuan = null
        from mask where {_SAME_TIER} and t.age_tier_code = 'total'""",
    f"delete from meta.restatement as t using mask where {_SAME_CELL}",
    f"""update meta.issue as t
        set sentence_zh = '涉及人数少于5人的保密单元格，数值不予显示', reported_value = null, computed_value = null
        from mask where {_SAME_AREA} and t.month = mask.month""",
)
