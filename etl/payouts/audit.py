"""Auditing a home with its key, and its worklist as a file; the steps behind the commands."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from etl.payouts.add import check_keys, done_already, unit_id_of
from etl.payouts.keys import read_keys
from warehouse.catalog import load_catalog
from warehouse.desk.journal import Desk
from warehouse.errors import PayoutError, reason_zh
from warehouse.home import Home, account_name
from warehouse.month import add_months
from warehouse.payouts import figures, findings
from warehouse.payouts.engine import judge
from warehouse.payouts.findings import Audited
from warehouse.payouts.store import PayoutStore
from warehouse.people import audit as trail
from warehouse.progress import AUDITING, clear_progress, write_progress
from warehouse.settings import load_settings
from warehouse.wording.desk.payouts import worklist_table

if TYPE_CHECKING:
    from warehouse.engines.payouts import SparkPayouts

Progress = Callable[[str, int, int], None]


def audit(home: Home, *, progress: Progress | None = None, engine: "SparkPayouts | None" = None) -> Audited:
    """Judge all payments, count the figures anew, and let go what must not be kept longer.

    Args:
        engine: a cluster to run the rules; the embedded engine without.

    Raises:
        PayoutError: no payments, no key, or another key.
        EngineError: the cluster cannot be used; nothing was entered.
        HomeError: not enough memory; or all was done, but the desk could not be told.
    """
    settings, store = load_settings(), PayoutStore(home)
    keys = read_keys(home)
    check_keys(store, keys)
    catalog = load_catalog()
    with _told_to_readers(home, progress) as tell:
        done = findings.run_audit(
            home,
            catalog,
            keys.token,
            keeps_lists=settings.payout_lists == "keep",
            progress=tell,
            judge=engine.judge if engine else judge,
        )
    if settings.payout_months and (months := store.months()):
        with store.changing():
            store.forget_before(add_months(max(months), 1 - settings.payout_months))
    figures.count_figures(home, catalog)
    told_zh = f"津贴稽核第{done.number}次：{sum(done.counts.values())} 个疑点"
    with done_already(told_zh):
        trail.record(
            home, "payouts_audited", who=account_name(), subject=str(done.number), details={"rows": done.row_count}
        )
        Desk(home).enter("payouts", told_zh, who=account_name())
    return done


@contextmanager
def _told_to_readers(home: Home, progress: Progress | None) -> Iterator[Progress]:
    """Says how far an audit is, to whoever runs it and to the page; what the disk refuses of that harms nothing."""

    def tell(step_zh: str, done: int, total: int) -> None:
        with suppress(OSError):
            write_progress(home, step_zh, done, total, name=AUDITING)
        if progress:
            progress(step_zh, done, total)

    try:
        yield tell
    finally:
        clear_progress(home, AUDITING)


def worklist_of(home: Home, *, unit: str, with_closed: bool, out: Path | None) -> pl.DataFrame:
    """The worklist in Chinese columns, also written to `out` where given; an existing file is never overwritten."""
    chosen, names = unit_id_of(unit)
    rows = worklist_table(findings.worklist(home, unit=chosen, with_closed=with_closed), names)
    if out:
        try:
            if out.suffix == ".xlsx":
                with out.open("xb") as file:
                    rows.write_excel(file, worksheet="疑点清单")
            elif out.suffix == ".csv":
                with out.open("xb") as file:
                    rows.write_csv(file, include_bom=True)
            else:
                raise PayoutError(f"{out}：请写成 .xlsx 或 .csv")
        except FileExistsError:
            raise PayoutError(f"{out}：已有同名文件，没有覆盖。请改名或移走") from None
        except OSError as error:
            raise PayoutError(f"{out}：写不进去（{reason_zh(error)}）") from None
    return rows
