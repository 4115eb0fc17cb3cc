"""Monthly figures from the payments, kept beside them: only months that changed are counted again.

payouts/figures/payout_month.parquet, stop_month.parquet: aggregates without any person; they outlast the payments
payouts/figures/finding_month.parquet, finding_total.parquet: what was found and may be shown (`warehouse.payouts.shown`),
added up; nothing of it is in a release
payouts/figures/counted.json: which files each month was counted from
"""

import hashlib
import json
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from warehouse.catalog import Catalog
from warehouse.errors import PayoutError, reason_zh
from warehouse.home import Home
from warehouse.payouts import declared
from warehouse.payouts.engine import Inputs, count
from warehouse.payouts.findings import current_findings
from warehouse.payouts.knowledge import form_figures, inputs
from warehouse.payouts.parquet import read_whole
from warehouse.payouts.shown import SHOWN, held_findings, to_be_shown
from warehouse.payouts.store import PayoutStore

NAMES = ("payout_month", "stop_month", "finding_month", "finding_total")


@dataclass(frozen=True)
class Figures:
    """Aggregates of the payments of one home; see payouts.toml for their columns."""

    payout_month: pl.DataFrame
    stop_month: pl.DataFrame
    finding_month: pl.DataFrame
    finding_total: pl.DataFrame


def held_figures(home: Home) -> Figures | None:
    """The figures as last counted; None where nothing ever was.

    Raises:
        PayoutError: one of them is gone, damaged, an older copy of itself, or of a version that counted otherwise.
    """
    store = PayoutStore(home)
    if store.others("figures"):
        raise PayoutError(store.fault_zh())
    folder = store.root / "figures"
    if not (folder / "payout_month.parquet").exists():
        return None
    return Figures(*(_read(folder / f"{name}.parquet", name) for name in NAMES))


def count_figures(home: Home, catalog: Catalog) -> Figures:
    """Count the months that changed since the last time, and what was found; the figures of all months.

    Raises:
        PayoutError: there are no payments, or the disk refuses the figures.
    """
    store = PayoutStore(home)
    parts = store.parts("payout")
    if not parts:
        raise PayoutError("津贴明细：还没有。请先用 yanglao payouts add 收文件")
    folder = store.root / "figures"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    marks = _marks(store)
    try:
        held = held_figures(home)
    except PayoutError:
        if store.kept_from:
            raise
        # All payments are there: what was counted from them is counted again.
        held = None
    known = _known(folder) if held else {}
    before = held if known else None
    changed = [month for month, mark in marks.items() if known.get(month) != mark]
    stands = [month for month in marks if month not in changed]
    counted = before.payout_month.filter(pl.col("month").cast(pl.String).is_in(stands)) if before else None
    if changed or counted is None:
        mine = [part for part in parts if part.month.isoformat() in changed or counted is None]
        rows = {
            month: number for month, number in store.months().items() if counted is None or month.isoformat() in changed
        }
        fresh = count(Inputs(payout_files=store.paths_of(mine), payout_rows=rows), "payout_month")
        counted = pl.concat([counted, fresh]) if counted is not None else fresh
    stops = count(inputs(store, catalog), "stop_month")
    if held and store.kept_from:
        # What was counted of months whose payments are kept no longer names nobody and stays.
        gone = pl.col("month").cast(pl.String) < store.kept_from
        counted = pl.concat([held.payout_month.filter(gone), counted])
        stops = pl.concat([held.stop_month.filter(gone), stops])
    counted = counted.sort("month", "unit", "township_id", "tier_code")
    stops = stops.sort("month", "unit", "township_id", "reason_code", "tier_code")
    found = current_findings(home).drop("token", "audit_no")
    shown = to_be_shown(found, held_findings(store))
    in_months = shown.filter(pl.col("shown_month").is_not_null()).with_columns(month=pl.col("shown_month"))
    by_month = _found(in_months, found, "finding_month", ["month", "unit", "rule_code"])
    in_all = _found(shown, found, "finding_total", ["unit", "rule_code"])
    figures = Figures(counted, stops, by_month, in_all)
    try:
        store.rewrite({SHOWN: shown} | {f"figures/{name}.parquet": getattr(figures, name) for name in NAMES})
        (folder / "counted.json").write_text(json.dumps(marks), encoding="utf-8")
    except OSError as error:
        raise PayoutError(
            f"津贴月度数 {folder}：写不进去（{reason_zh(error)}）。明细和疑点没有变；请腾出空间后运行 yanglao payouts figures"
        ) from None
    return figures


def reconcile(home: Home, catalog: Catalog) -> pl.DataFrame:
    """The table of differences between forms and payments: relation `reconciliation`."""
    figures = count_figures(home, catalog)
    frames = {
        "payout_month": figures.payout_month,
        "stop_month": figures.stop_month,
        "form_figure": form_figures(home),
    }
    made = count(Inputs(payout_files=(), payout_rows={}, frames=frames), "reconciliation")
    return made.sort("month", "unit", "indicator_code", "breakdown_code")


def _found(shown: pl.DataFrame, found: pl.DataFrame, name: str, keys: list[str]) -> pl.DataFrame:
    """The figure `name` of what is shown; zeros where something was found and nothing of it may be shown yet."""
    columns = list(declared.relations()["finding"].types)
    counted = count(Inputs(payout_files=(), payout_rows={}, frames={"finding": shown.select(columns)}), name)
    of_all_rules = found.with_columns(rule_code=pl.lit("total"))
    waiting = pl.concat([found, of_all_rules]).select(keys).unique().join(counted, on=keys, how="anti")
    nothing = [pl.lit(0).alias(column) for column in counted.columns if column not in keys]
    waiting = waiting.with_columns(nothing).select(counted.columns)
    return pl.concat([counted, waiting.cast(dict(counted.schema))]).sort(keys)


def _marks(store: PayoutStore) -> dict[str, str]:
    """For each month what its payments were counted from."""
    names: dict[str, list[str]] = {}
    for part in store.parts("payout"):
        names.setdefault(part.month.isoformat(), []).append(part.path)
    sql = declared.figure_sql("payout_month")
    return {
        month: hashlib.sha256("\n".join([sql, *sorted(paths)]).encode()).hexdigest()[:16]
        for month, paths in sorted(names.items())
    }


def _known(folder: Path) -> dict[str, str]:
    with suppress(OSError, ValueError):
        return json.loads((folder / "counted.json").read_text(encoding="utf-8"))
    return {}


def _read(path: Path, name: str) -> pl.DataFrame:
    schema = declared.relations()[name].polars_schema
    if not path.exists():
        # Of an older make, which did not count it; what is pinned was looked for already.
        return pl.DataFrame(schema=schema)
    frame = read_whole(path)
    if name == "stop_month":
        # Counted of whole units, or by reason only, by a version before this one; the lists of those months may be gone.
        missing = [column for column in ("township_id", "tier_code") if column not in frame.columns]
        frame = frame.with_columns(pl.lit("total").alias(column) for column in missing)
    try:
        return frame.select(list(schema))
    except pl.exceptions.PolarsError:
        raise PayoutError(
            f"津贴月度数 {path}：是另一版程序算出的，读不懂。请运行 yanglao payouts figures 重新计算"
            "（不再保留明细的月份算不回来，请用算出它的程序版本）"
        ) from None
