"""The marts of a build on a cluster: its relations handed out as Parquet, the marts computed there and taken back.

Everything after that is the build's own and the same: masks, receipts, checks, digests.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from warehouse.catalog import Relation
from warehouse.engines import cluster, exchange
from warehouse.errors import EngineError
from warehouse.home import Home
from warehouse.release.building.models import Model


@dataclass(frozen=True, kw_only=True)
class SparkMarts:
    """How to have the marts of a build computed by Spark.

    master: `local[2]`, `spark://host:port`, `yarn`. place: the exchange folder, seen by all machines of the cluster
    under the same path. settings: Spark settings of the operator.
    """

    master: str
    place: Path
    settings: Mapping[str, str] = field(default_factory=dict)

    def compute(
        self, scratch: duckdb.DuckDBPyConnection, relations: Mapping[str, Relation], marts: Sequence[Model]
    ) -> None:
        """Fill the relations of `marts` in `scratch`, in order, from the others that lie there.

        Raises:
            EngineError: the cluster cannot be used, cannot compute one, or what it wrote is damaged.
        """
        cluster.needs()
        made = {model.relation for model in marts}
        with exchange.exchange_folder(self.place) as folder:
            inputs, results = folder / "inputs", folder / "results"
            inputs.mkdir()
            results.mkdir()
            # First the cluster: one that is not there should not cost the writing of all rows.
            with cluster.opened(self.master, folder, settings=self.settings) as spark:
                for name in read_by(marts):
                    if name not in made:
                        files = exchange.hand_out(scratch, name, inputs)
                        spark.show(name, types_of(relations[name]), files)
                for model in marts:
                    columns = types_of(relations[model.relation])
                    into = results / model.relation
                    count = spark.write(model.relation, model.sql, into)
                    exchange.take_back(scratch, model.relation, columns, into, row_count=count)


def engine_named(
    name: str, *, home: Home, master: str = "", place: Path | None = None, settings: Sequence[str] = ()
) -> SparkMarts | None:
    """The engine a command names; None for the embedded one. place: the exchange folder, by default in the caches.

    Raises:
        EngineError: there is no such engine, what it needs is not named or not there, or its master does not answer.
    """
    if name == "duckdb":
        if master or settings or place:
            raise EngineError(
                "--engine duckdb：在本机计算，不用 --master、--exchange、--conf。请去掉它们，或写 --engine spark"
            )
        return None
    if name != "spark":
        raise EngineError(f"--engine “{name}”：没有这种引擎，可写 duckdb 或 spark")
    if not master:
        raise EngineError("--engine spark：没有写 --master。请写集群主节点如 spark://10.1.2.3:7077，或本机 local[2]")
    given = cluster.read_settings(settings)
    # Before anything is read or written for it.
    cluster.needs()
    cluster.reached(master)
    chosen = place.absolute() if place else home.cache / "exchange"
    return SparkMarts(master=master, place=chosen, settings=given)


def read_by(marts: Sequence[Model]) -> list[str]:
    """The relations that models read, by name; each once, in the order of first reading."""
    import sqlglot
    from sqlglot import exp

    found: dict[str, None] = {}
    for model in marts:
        for table in sqlglot.parse_one(model.sql, read="duckdb").find_all(exp.Table):
            if table.db:
                found[f"{table.db}.{table.name}"] = None
    return list(found)


def types_of(relation: Relation) -> dict[str, str]:
    """Column to DuckDB type, in order."""
    return {column.name: column.type for column in relation.columns}
