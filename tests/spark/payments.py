"""Invented payments as the store keeps them, for both engines: files by month and unit, lists, standards."""

from datetime import date
from pathlib import Path

import polars as pl

from tests.bench import payouts as invented
from warehouse.payouts import declared
from warehouse.payouts.engine import Inputs


def payments(folder: Path, rows: int, months: int = 36) -> Inputs:
    """About so many payments of all real units with every planted fault."""
    made = invented.world(invented.real_places(), rows=rows, months=months)
    files = list(invented.keyed_files(made, folder / "payout"))
    counts = pl.scan_parquet(folder / "payout", hive_partitioning=True).group_by("month", "unit").len().collect()
    months = counts.select("unit", pl.col("month").cast(pl.Date)).sort("unit", "month")
    units = months["unit"].unique().sort()
    tiers = zip(invented.TIERS.tolist(), invented.YUAN.tolist(), strict=True)
    standards = [(unit, tier, yuan, date(2014, 10, 1), None) for tier, yuan in tiers for unit in units]
    totals = counts.group_by(pl.col("month").cast(pl.Date)).agg(pl.col("len").sum())
    return Inputs(
        payout_files=files,
        payout_rows=dict(totals.iter_rows()),
        change_files=_partitioned(folder / "changes", invented.keyed_changes(made)),
        comparison_files=[_list(folder / "lists.parquet", invented.keyed_lists(made))],
        frames={
            "standard": pl.DataFrame(standards, schema=_schema("standard"), orient="row"),
            "unit_month": months.cast(_schema("unit_month")),
        },
    )


def _schema(name: str) -> dict:
    return dict(declared.relations()[name].polars_schema)


def _partitioned(folder: Path, changes: pl.DataFrame) -> list[Path]:
    changes = changes.select(list(_schema("roster_change"))).cast(_schema("roster_change"))
    paths = []
    for (month, unit), part in changes.partition_by("month", "unit", as_dict=True).items():
        paths.append(folder / f"month={month}" / f"unit={unit}" / "1.parquet")
        paths[-1].parent.mkdir(parents=True, exist_ok=True)
        part.drop("month", "unit").write_parquet(paths[-1])
    return paths


def _list(path: Path, compared: pl.DataFrame) -> Path:
    compared.select(list(_schema("comparison"))).cast(_schema("comparison")).write_parquet(path)
    return path
