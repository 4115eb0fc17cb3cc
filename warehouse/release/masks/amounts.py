"""Amounts of money that would give masked persons away."""

import polars as pl

from warehouse.release.masks.measures import CELL, COUNTER_PAIRS, MONEY, PAID_TO, TOTAL
from warehouse.release.masks.tables import Cells
from warehouse.release.masks.tiers import TIERS_MERGED_IN_TOWNSHIPS


def amounts_that_tell(masks: dict[tuple, Cells], known: pl.DataFrame) -> set[tuple]:
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
