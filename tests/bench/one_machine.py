"""A hundred million payments on one machine, line by line with its budget: figures, each rule, all, memory, group-bys.

    python -m tests.bench.one_machine FOLDER [--rows 100000000]

FOLDER keeps the payments, which are made first by a process of their own. All times are on the clock; on a machine that
others use they say little, which the last line tells. The floor of a group-by is the bare engine over the same files:
ours may take 1 / 0.8 of it.
"""

import argparse
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import duckdb

from tests.bench import payouts as invented
from tests.bench.engines import FIGURES, _peak_mb
from tests.bench.machine import Clock, company
from tests.bench.rows import Row, seconds
from tests.spark.payments import stored, written
from warehouse.payouts import declared, engine
from warehouse.payouts.engine import Inputs

FIGURES_SECONDS, RULE_SECONDS, ALL_SECONDS, MEMORY_MB, SHARE = 60, 60, 480, 8192, 0.8
GROUP_BYS = {
    "unit": "select unit, count(*), sum(amount_yuan) from {} group by unit",
    "month and tier": "select month, tier_code, count(*), sum(amount_yuan) from {} group by month, tier_code",
    "part of the persons": "select person_key % 64, count(*), sum(amount_yuan) from {} group by person_key % 64",
}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rows", type=int, default=100_000_000)
    parser.add_argument("--months", type=int, default=36)
    options = parser.parse_args()
    if not (options.folder / "payout").exists():
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            pool.submit(_made, options.folder, options.rows, options.months).result()
    inputs = stored(options.folder)
    print(f"{inputs.row_count:,} payments, {options.months} months", flush=True)
    with company() as others:
        for row in rows(inputs, options.folder):
            print(row.text(), flush=True)
    print(others.text())


def rows(inputs: Inputs, folder: Path) -> Iterator[Row]:
    """Every line of the budget; the dearest last, so that what came before stands also when it is stopped."""
    yield from _group_bys(inputs, folder)
    clock = Clock()
    for name in FIGURES:
        engine.count(inputs, name)
    yield Row(name="figures", measured=clock.wall, unit="s", budget=FIGURES_SECONDS, note=clock.text())
    clock = Clock()
    judged = engine.judge(inputs)
    for code, spent in judged.seconds.items():
        if code:
            yield Row(name=f"rule {code}", measured=spent, unit="s", budget=RULE_SECONDS)
    yield Row(name="payments loaded, for all rules", measured=judged.seconds[""], unit="s")
    yield Row(name=f"all {len(declared.rules())} rules", measured=clock.wall, unit="s", budget=ALL_SECONDS, note=clock.text())  # fmt: skip
    yield Row(name="memory at most", measured=_peak_mb(), unit="MB", budget=MEMORY_MB)


def _group_bys(inputs: Inputs, folder: Path) -> Iterator[Row]:
    bare_files = f"read_parquet('{folder}/payout/*/*/*.parquet', hive_partitioning = true)"
    with engine.opened(inputs) as ours, duckdb.connect(":memory:") as bare:
        for name, sql in GROUP_BYS.items():
            # Planned and run, with all rows fetched, in both.
            floor = seconds(lambda sql=sql: bare.sql(sql.format(bare_files)).fetchall())
            measured = seconds(lambda sql=sql: ours.sql(sql.format("all_payout")).fetchall())
            yield Row(name=f"group by {name}", measured=measured, unit="s", budget=round(floor / SHARE, 3), floor=floor)


def _made(folder: Path, count: int, months: int) -> None:
    written(invented.world(invented.real_places(), rows=count, months=months), folder)


if __name__ == "__main__":
    main()
