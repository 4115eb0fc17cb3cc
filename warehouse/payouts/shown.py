"""The findings that figures are made of: those of the newest audit, as far as nobody is told by what was shown before.

Whoever keeps the page of one audit and subtracts it from the next learns what is new. So every number shown stays as it
is until at least `SMALLEST_SHOWN` persons stand in what came or went: those of a rule in a unit, and those of a month in
a unit. What is too little for its month, but not for its rule, is counted in no month. The worklist is always whole.

payouts/findings/shown.parquet    relation `finding`, and `shown_month`: null for what is counted in no month
"""

import polars as pl

from warehouse.errors import PayoutError
from warehouse.payouts.parquet import read_whole
from warehouse.payouts.pinned import RESTORE_ZH
from warehouse.payouts.store import PayoutStore
from warehouse.release.masks.measures import SMALLEST_SHOWN

SHOWN = "findings/shown.parquet"
LINE = ["rule_code", "submission_no", "source_row", "month", "money_yuan"]
"""What makes two findings of two audits the same."""


def held_findings(store: PayoutStore) -> pl.DataFrame | None:
    """What was shown last; None before anything was.

    Raises:
        PayoutError: the file is gone, damaged, or an older copy of itself.
    """
    if SHOWN in store.others():
        raise PayoutError(
            f"津贴明细 {store.root / SHOWN}：不见了，或不是最后写下的那一份，不知道已给人看过哪些疑点。{RESTORE_ZH}"
        )
    if not (store.root / SHOWN).exists():
        return None
    return read_whole(store.root / SHOWN)


def to_be_shown(found: pl.DataFrame, before: pl.DataFrame | None) -> pl.DataFrame:
    """Findings with `shown_month`, of those that stand and those shown before.

    A unit of which nothing was shown yet is taken whole, if it has enough persons.
    """
    fresh = found.with_columns(shown_month=pl.col("month"))
    if before is None:
        return fresh
    before = before.select(fresh.columns)
    came = fresh.join(before, on=LINE, how="anti")
    went = before.join(fresh, on=LINE, how="anti")
    changes = pl.concat([came.with_columns(is_new=pl.lit(True)), went.with_columns(is_new=pl.lit(False))])
    changes = _large_enough(changes, set(before["unit"]))
    stays = before.join(changes.filter(~pl.col("is_new")), on=LINE, how="anti")
    return pl.concat([stays, changes.filter("is_new").drop("is_new")])


def _large_enough(changes: pl.DataFrame, known_units: set[str]) -> pl.DataFrame:
    """The changes of which nothing can be told by subtraction; the others wait."""
    is_unit_new = ~pl.col("unit").is_in(list(known_units))
    persons = pl.col("person_key").n_unique()
    while True:
        count = changes.height
        small_month = persons.over("unit", "shown_month") < SMALLEST_SHOWN
        # Counted in no month before it is not counted at all.
        changes = changes.with_columns(
            pl.when(small_month & pl.col("is_new") & ~is_unit_new)
            .then(None)
            .otherwise("shown_month")
            .alias("shown_month")
        )
        cells = (("unit", "rule_code"), ("unit", "shown_month"))
        whole = pl.when(is_unit_new).then(persons.over("unit") >= SMALLEST_SHOWN)
        changes = changes.filter(
            whole.otherwise(pl.all_horizontal(*(persons.over(*cell) >= SMALLEST_SHOWN for cell in cells)))
        )
        if changes.height == count:
            return changes
