"""What both engines answer over invented payments, and at what cost: recall and false alarms by rule, row for row.

    python -m tests.bench.engines FOLDER --rows 10000000                              all rules, the embedded engine
    python -m tests.bench.engines FOLDER --rows 10000000 --master local[2]            the same, and Spark beside it
    python -m tests.bench.engines FOLDER --rows 100000000 --rule paid_after_death …   some rules only

FOLDER keeps the payments, and what each engine found of each rule: run again, it works out only what is missing. Times
are wall and processor seconds; the latter count the engine's own processes, whatever else the machine does.
"""

import argparse
import hashlib
from pathlib import Path

import numpy as np
import polars as pl

from tests.bench import payouts as invented
from tests.bench.machine import Clock, company
from tests.spark.payments import stored, written
from warehouse.engines.payouts import SparkPayouts
from warehouse.payouts import declared, engine
from warehouse.payouts.engine import Inputs

FIGURES = ("payout_month", "stop_month")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--months", type=int, default=36)
    parser.add_argument("--rule", action="append", default=[], choices=(*declared.rules(), *FIGURES))
    parser.add_argument("--master", default="")
    parser.add_argument("--conf", action="append", default=[])
    options = parser.parse_args()
    names = options.rule or [*FIGURES, *declared.rules()]
    made = invented.world(invented.real_places(), rows=options.rows, months=options.months)
    if not (options.folder / "payout").exists():
        written(made, options.folder)
    inputs = stored(options.folder)
    print(f"{inputs.row_count:,} payments, {made.size:,} persons, {options.months} months", flush=True)
    with company() as others:
        here = _embedded(inputs, names, options.folder / "duckdb")
        _tell_truth(made, here, inputs.row_count)
        if options.master:
            settings = dict(each.split("=", 1) for each in options.conf)
            there = _cluster(inputs, names, options, settings)
            for name in names:
                mine, theirs = _ordered(here[name]), _ordered(there[name])
                verdict = "equal" if mine.equals(theirs) and _hashed(mine) == _hashed(theirs) else "DIFFERENT"
                print(f"  {name}: {mine.height:,} rows, {verdict}, {_hashed(mine)[:16]}")
    print(others.text())


def _embedded(inputs: Inputs, names: list[str], folder: Path) -> dict[str, pl.DataFrame]:
    """Answers of DuckDB by name. Rules share the payments that were loaded, so all missing ones are asked at once."""
    rules = [name for name in names if name not in FIGURES and not (folder / f"{name}.parquet").exists()]
    if rules:
        begun = Clock()
        judged = engine.judge(inputs, rule_codes=rules, progress=lambda *told: print("  duckdb", *told, flush=True))
        print(f"duckdb {len(rules)} rules: {begun.text()}; memory at most {_peak_mb():,} MB")
        for rule in rules:
            _write(folder / f"{rule}.parquet", judged.findings.filter(pl.col("rule_code") == rule))
        for rule, spent in judged.seconds.items():
            print(f"  duckdb {rule or 'payments loaded'}: {spent:.1f} s")
    for name in names:
        if not (folder / f"{name}.parquet").exists():
            begun = Clock()
            _write(folder / f"{name}.parquet", engine.count(inputs, name))
            print(f"duckdb {name}: {begun.text()}", flush=True)
    return {name: pl.read_parquet(folder / f"{name}.parquet") for name in names}


def _cluster(inputs: Inputs, names: list[str], options: argparse.Namespace, settings: dict) -> dict[str, pl.DataFrame]:
    """Answers of Spark by name, one after the other in one session."""
    folder = options.folder / "spark"
    missing = [name for name in names if not (folder / f"{name}.parquet").exists()]
    if missing:
        whole = Clock()
        spark = SparkPayouts(master=options.master, place=options.folder / "exchange", settings=settings)
        with spark.opened(inputs) as session:
            for name in missing:
                begun = Clock()
                rule = declared.rules().get(name)
                found = session.answer(
                    "finding" if rule else name, name, rule.sql if rule else declared.figure_sql(name)
                )
                _write(folder / f"{name}.parquet", found)
                print(f"spark {name}: {begun.text()}", flush=True)
            print(f"spark {len(missing)} answers: {whole.text()}")
    return {name: pl.read_parquet(folder / f"{name}.parquet") for name in names}


def _tell_truth(made: invented.World, found: dict[str, pl.DataFrame], payment_count: int) -> None:
    persons = dict(zip(invented.keys(np.arange(made.size)).tolist(), range(made.size), strict=True))
    for name, frame in found.items():
        if name in FIGURES:
            continue
        told = {(persons[key], month) for key, month in frame.select("person_key", "month").iter_rows()}
        planted, recall, false = invented.held_against_truth(made, name, told)
        kind = declared.rules()[name].kind
        allowed = 0 if kind == "deterministic" else payment_count // 10_000
        verdict = "ok" if recall >= 0.99 and false <= allowed else "NOT KEPT"
        print(f"  {name} ({kind}): {planted} planted, {recall:.2%} found, {false} others, {verdict}", flush=True)


def _peak_mb() -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) // 1024


def _write(path: Path, frame: pl.DataFrame) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    frame.write_parquet(path)


def _ordered(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.sort(frame.columns)


def _hashed(frame: pl.DataFrame) -> str:
    return hashlib.sha256(frame.write_csv().encode()).hexdigest()


if __name__ == "__main__":
    main()
