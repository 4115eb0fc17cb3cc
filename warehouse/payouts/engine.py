"""Running the payout SQL on the embedded engine: figures month by month, rules over parts of the persons.

A history larger than memory is judged in parts: all payments of one person lie in one part, so that a rule says the
same of the parts as of the whole. Nothing is ever spilled to disk.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import polars as pl

from warehouse.errors import HomeError
from warehouse.payouts import declared

PART_ROWS = 12_000_000
"""So many payments are judged at once: with the rules' own tables about 4 GB."""
MONTHS_AT_ONCE = 5_000_000
"""Figures are counted for as many months at once as hold about so many payments."""
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """What figures and rules are made of. Files are Parquet of the relations of that name.

    payout_rows: rows in all payout files by month, which decides how they are divided.
    """

    payout_files: Sequence[Path]
    payout_rows: Mapping[object, int]
    frames: Mapping[str, pl.DataFrame] = field(default_factory=dict)
    change_files: Sequence[Path] = ()
    comparison_files: Sequence[Path] = ()

    @property
    def row_count(self) -> int:
        return sum(self.payout_rows.values())


@dataclass(frozen=True, kw_only=True)
class Judged:
    """What the rules found. findings: relation `finding`. seconds: by rule, loading the payments aside under ``."""

    findings: pl.DataFrame
    seconds: Mapping[str, float]


def judge(
    inputs: Inputs, *, rule_codes: Sequence[str] = (), progress: Progress | None = None, part_rows: int = PART_ROWS
) -> Judged:
    """Run the rules (all when none are named) over all payments.

    Raises:
        HomeError: not enough memory for it.
    """
    chosen = [rule for code, rule in declared.rules().items() if not rule_codes or code in rule_codes]
    seconds: dict[str, float] = dict.fromkeys(("", *(rule.rule_code for rule in chosen)), 0.0)
    found: list[pl.DataFrame] = []
    with opened(inputs) as connection:
        parts = max(1, -(-inputs.row_count // part_rows))
        buckets = sorted({rule.bucket for rule in chosen}, reverse=True)
        for bucket in buckets:
            mine = [rule for rule in chosen if rule.bucket == bucket]
            for number in range(parts if bucket else 1):
                began = time.monotonic()
                _take_part(connection, bucket, number, parts)
                _write_steps(connection, is_read=any(rule.reads_steps for rule in mine))
                seconds[""] += time.monotonic() - began
                for rule in mine:
                    if progress:
                        progress(f"核查：{rule.label_zh}", list(declared.rules()).index(rule.rule_code), len(chosen))
                    began = time.monotonic()
                    found.append(_asked(connection, rule.sql))
                    seconds[rule.rule_code] += time.monotonic() - began
    schema = declared.relations()["finding"].polars_schema
    return Judged(findings=pl.concat([pl.DataFrame(schema=schema), *found]), seconds=seconds)


def count(inputs: Inputs, name: str) -> pl.DataFrame:
    """One figure over all payments: `payout_month` month by month, the others at once."""
    sql = declared.figure_sql(name)
    with opened(inputs) as connection:
        if name != "payout_month":
            return _asked(connection, sql)
        schema = declared.relations()[name].polars_schema
        found = [pl.DataFrame(schema=schema)]
        for first, last in _spans(inputs.payout_rows):
            connection.execute(
                f"create or replace temp view payout as select * from all_payout"
                f" where month between date '{first}' and date '{last}'"
            )
            found.append(_asked(connection, sql))
        return pl.concat(found)


@contextmanager
def opened(inputs: Inputs) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection with every relation the SQL reads; `payout` is the whole, `all_payout` another name of it."""
    connection = duckdb.connect(":memory:")
    try:
        # What is too large for memory must not be written to disk by the way; the order of rows means nothing here.
        for setting in ("temp_directory=''", "preserve_insertion_order=false", "enable_progress_bar=false"):
            connection.execute(f"set {setting}")
        _view(connection, "all_payout", "payout", inputs.payout_files, is_partitioned=True)
        _view(connection, "roster_change", "roster_change", inputs.change_files, is_partitioned=True)
        _view(connection, "comparison", "comparison", inputs.comparison_files, is_partitioned=False)
        for name in ("standard", "unit_month", "form_figure", "finding", "payout_month", "stop_month"):
            _table(connection, name, inputs.frames.get(name))
        _table(connection, "parameter", declared.parameter_frame())
        _table(connection, "rule", declared.rule_frame())
        connection.execute("create temp view payout as select * from all_payout")
        for name, sql in declared.steps().items():
            if name in declared.WRITTEN_STEPS:
                # Without rows until a part is taken: figures need none.
                _table(connection, name, None)
            else:
                connection.execute(f"create temp view {name} as {sql}")
        yield connection
    except duckdb.OutOfMemoryException as error:
        raise HomeError(
            "津贴稽核：内存不够，没有算完，什么也没有改。请在内存更大的机器上运行，或用 --engine spark"
        ) from error
    finally:
        connection.close()


def _take_part(connection: duckdb.DuckDBPyConnection, bucket: str, number: int, parts: int) -> None:
    """Make `payout` the part `number` of all payments, held in memory; all of them, unread, where there is no bucket."""
    connection.execute("drop view if exists payout")
    connection.execute("drop table if exists part.payout")
    if not bucket:
        connection.execute("create temp view payout as select * from all_payout")
        return
    if not connection.sql("select 1 from duckdb_databases() where database_name = 'part'").fetchall():
        connection.execute("attach ':memory:' as part (compress true)")
    # A remainder of negative keys is negative.
    where = f"{bucket} is not null" + (f" and abs({bucket} % {parts}) = {number}" if parts > 1 else "")
    connection.execute(f"create table part.payout as select * from all_payout where {where}")
    connection.execute("create temp view payout as select * from part.payout")


def _write_steps(connection: duckdb.DuckDBPyConnection, *, is_read: bool) -> None:
    """What is worked out once for all rules of a part; nothing of it where none of them reads it."""
    for name, sql in declared.steps().items():
        if name in declared.WRITTEN_STEPS:
            connection.execute(f"delete from {name}")
            if is_read:
                connection.execute(f"insert into {name} {sql}")


def _spans(rows: Mapping[object, int]) -> Iterator[tuple[object, object]]:
    """First and last month of spans that hold about MONTHS_AT_ONCE payments each."""
    span, held = [], 0
    for month in sorted(rows):
        span.append(month)
        held += rows[month]
        if held >= MONTHS_AT_ONCE:
            yield span[0], span[-1]
            span, held = [], 0
    if span:
        yield span[0], span[-1]


def _view(
    connection: duckdb.DuckDBPyConnection, name: str, relation: str, files: Sequence[Path], *, is_partitioned: bool
) -> None:
    if not files:
        _table(connection, name, None)
        return
    listed = ", ".join("'" + str(path).replace("'", "''") + "'" for path in files)
    partitions = (
        ", hive_partitioning = true, hive_types = {'month': date, 'unit': varchar}"
        if is_partitioned
        else ", hive_partitioning = false"
    )
    columns = ", ".join(declared.relations()[relation].types)
    connection.execute(f"create temp view {name} as select {columns} from read_parquet([{listed}]{partitions})")


def _table(connection: duckdb.DuckDBPyConnection, name: str, frame: pl.DataFrame | None) -> None:
    types = declared.relations()["payout" if name == "all_payout" else name].types
    if frame is None or frame.is_empty():
        # Most are empty for a figure: handing over nothing costs as much as handing over rows.
        connection.execute(
            f"create temp table {name} ({', '.join(f'{column} {kind}' for column, kind in types.items())})"
        )
        return
    connection.register("given", frame)
    columns = ", ".join(f"cast({column} as {kind}) as {column}" for column, kind in types.items())
    connection.execute(f"create temp table {name} as select {columns} from given")
    connection.unregister("given")


def _asked(connection: duckdb.DuckDBPyConnection, sql: str) -> pl.DataFrame:
    return connection.sql(sql).pl()
