"""Invented payments as the store keeps them, for both engines: files by month and unit, lists, standards."""

from datetime import date
from pathlib import Path

import polars as pl

from tests.bench import payouts as invented
from warehouse.payouts import declared
from warehouse.payouts.engine import Inputs


def payments(folder: Path, rows: int, months: int = 36, units: int | None = None) -> Inputs:
    """About so many payments of all real units, or the first so many of them, with every planted fault."""
    written(invented.world(invented.real_places()[:units], rows=rows, months=months), folder)
    return stored(folder)


def written(made: invented.World, folder: Path) -> None:
    """Write an invented world for `stored`; the payments last of all, so that they are there only whole."""
    _partitioned(folder / "changes", invented.keyed_changes(made))
    _list(folder / "lists.parquet", invented.keyed_lists(made))
    making = folder / "payout.making"
    list(invented.keyed_files(made, making))
    making.rename(folder / "payout")


def stored(folder: Path) -> Inputs:
    """What `written` wrote, with the standards of every unit."""
    counts = pl.scan_parquet(folder / "payout", hive_partitioning=True).group_by("month", "unit").len().collect()
    months = counts.select("unit", pl.col("month").cast(pl.Date)).sort("unit", "month")
    units = months["unit"].unique().sort()
    tiers = zip(invented.TIERS.tolist(), invented.YUAN.tolist(), strict=True)
    standards = [(unit, tier, yuan, date(2014, 10, 1), None) for tier, yuan in tiers for unit in units]
    totals = counts.group_by(pl.col("month").cast(pl.Date)).agg(pl.col("len").sum())
    return Inputs(
        payout_files=sorted((folder / "payout").rglob("*.parquet")),
        payout_rows=dict(totals.iter_rows()),
        change_files=sorted((folder / "changes").rglob("*.parquet")),
        comparison_files=[folder / "lists.parquet"],
        frames={
            "standard": pl.DataFrame(standards, schema=_schema("standard"), orient="row"),
            "unit_month": months.cast(_schema("unit_month")),
        },
    )


def _schema(name: str) -> dict:
    return dict(declared.relations()[name].polars_schema)


def _partitioned(folder: Path, changes: pl.DataFrame) -> None:
    changes = changes.select(list(_schema("roster_change"))).cast(_schema("roster_change"))
    for (month, unit), part in changes.partition_by("month", "unit", as_dict=True).items():
        path = folder / f"month={month}" / f"unit={unit}" / "1.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        part.drop("month", "unit").write_parquet(path)


def _list(path: Path, compared: pl.DataFrame) -> None:
    compared.select(list(_schema("comparison"))).cast(_schema("comparison")).write_parquet(path)
