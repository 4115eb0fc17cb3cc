"""Figures and audit rules of payments on a cluster, over the same Parquet the embedded engine reads.

What comes back is what `warehouse.payouts.engine` answers: the same columns, the same rows; their order means nothing.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import polars as pl

from warehouse.engines import cluster, exchange
from warehouse.payouts import declared
from warehouse.payouts.engine import Inputs, Judged, Progress

STORED = ("payout", "roster_change")
"""Relations whose files lie in folders `month=…/unit=…`, which say those two columns."""


@dataclass(frozen=True, kw_only=True)
class SparkPayouts:
    """How to have payments counted and judged by Spark; the fields are those of `SparkMarts`."""

    master: str
    place: Path
    settings: Mapping[str, str] = field(default_factory=dict)

    def judge(self, inputs: Inputs, *, rule_codes: Sequence[str] = (), progress: Progress | None = None) -> Judged:
        """Run the rules (all when none are named) over all payments.

        Raises:
            EngineError: the cluster cannot be used, a file is damaged, or what the cluster wrote is.
        """
        chosen = [rule for code, rule in declared.rules().items() if not rule_codes or code in rule_codes]
        seconds: dict[str, float] = {}
        found = [pl.DataFrame(schema=declared.relations()["finding"].polars_schema)]
        with self.opened(inputs) as session:
            for number, rule in enumerate(chosen):
                if progress:
                    progress(f"核查：{rule.label_zh}", number, len(chosen))
                began = time.monotonic()
                found.append(session.answer("finding", rule.rule_code, rule.sql))
                seconds[rule.rule_code] = time.monotonic() - began
        return Judged(findings=pl.concat(found), seconds=seconds)

    def count(self, inputs: Inputs, name: str) -> pl.DataFrame:
        """One figure over all payments, as `warehouse.payouts.engine.count` answers it; raises as `judge`."""
        with self.opened(inputs) as session:
            return session.answer(name, name, declared.figure_sql(name))

    @contextmanager
    def opened(self, inputs: Inputs) -> Iterator["Session"]:
        """A session with every relation the SQL reads."""
        cluster.needs()
        with (
            exchange.exchange_folder(self.place) as folder,
            cluster.opened(self.master, folder, settings=self.settings) as spark,
        ):
            _show(spark, inputs, folder)
            yield Session(spark, folder)


class Session:
    """An open session that answers selects over payments."""

    def __init__(self, spark: cluster.Cluster, folder: Path) -> None:
        self._spark, self._folder = spark, folder

    def answer(self, relation: str, name: str, sql: str) -> pl.DataFrame:
        """The rows of a select that makes the declared `relation`; raises as `SparkPayouts.judge`."""
        into = self._folder / f"result-{name}"
        columns = declared.relations()[relation].types
        count = self._spark.write(f"result.{name}", sql, into)
        with duckdb.connect(":memory:") as connection:
            connection.execute(f"create table {relation} ({', '.join(f'{c} {kind}' for c, kind in columns.items())})")
            exchange.take_back(connection, relation, columns, into, row_count=count)
            return connection.sql(f"select * from {relation}").pl()


def _show(spark: cluster.Cluster, inputs: Inputs, folder: Path) -> None:
    files = {"payout": inputs.payout_files, "roster_change": inputs.change_files, "comparison": inputs.comparison_files}
    for name, paths in files.items():
        spark.show(name, declared.relations()[name].types, paths, partitioned=name in STORED)
    frames = {"parameter": declared.parameter_frame(), "rule": declared.rule_frame(), **inputs.frames}
    for name in ("parameter", "rule", "standard", "unit_month", "form_figure", "finding", "payout_month", "stop_month"):
        frame = frames.get(name)
        path = folder / f"given-{name}.parquet"
        if frame is not None:
            relation = declared.relations()[name]
            frame.select(list(relation.types)).cast(dict(relation.polars_schema)).write_parquet(path)
        spark.show(name, declared.relations()[name].types, [path] if frame is not None else [])
    for name, sql in declared.steps().items():
        if name in declared.WRITTEN_STEPS:
            spark.write(name, sql, folder / f"step-{name}")
        else:
            spark.view(name, sql)
