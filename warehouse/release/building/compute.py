"""Relations that follow from others: the selects of a layer, the signals of series, and what each row was made of."""

import re
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import closing
from graphlib import TopologicalSorter
from pathlib import Path

import duckdb

from warehouse.catalog import Catalog, Relation
from warehouse.errors import CatalogError, first_line
from warehouse.release.building import blocks
from warehouse.release.building.fingerprint import THREADS
from warehouse.release.building.models import Model, read_sql
from warehouse.release.building.tables import insert

_fitting: set[tuple[str, str]] = set()
"""Selects this process has held against the declared relations, with those: what they yield depends on nothing else."""


def compute(
    scratch: duckdb.DuckDBPyConnection,
    catalog: Catalog,
    layer: Sequence[Model],
    *,
    kept: Path | None = None,
    secret: str = "",
) -> tuple[dict[str, str], str]:
    """Run the selects of one layer into their relations, with what is kept of the last build; relation to SQL, and what of
    it could not be used. Each runs as soon as those before it that it names have run: planning one takes one core."""
    models, doubts_zh = {model.relation: model for model in layer}, []
    earlier = {name: list(models)[:number] for number, name in enumerate(models)}
    waiting = TopologicalSorter({name: named(model.sql, earlier[name]) for name, model in models.items()})
    waiting.prepare()
    running: dict[Future, str] = {}
    with ThreadPoolExecutor(THREADS) as pool:
        while waiting.is_active():
            for name in waiting.get_ready():
                running[pool.submit(_run, scratch, catalog, models[name], kept, secret)] = name
            for one in wait(running, return_when=FIRST_COMPLETED).done:
                doubts_zh.append(one.result())
                waiting.done(running.pop(one))
    return {model.relation: model.sql for model in layer}, "".join(doubts_zh)


def named(sql: str, relations: Iterable[str]) -> list[str]:
    """Those of these relations that a select names."""
    return [name for name in relations if re.search(rf"\b{re.escape(name)}\b", sql)]


def _run(scratch: duckdb.DuckDBPyConnection, catalog: Catalog, model: Model, kept: Path | None, secret: str) -> str:
    """Fill the relation of one model; what of the last build could not be used for it."""
    declared = repr([(name, each.columns) for name, each in catalog.relations.items()])
    with closing(scratch.cursor()) as cursor:
        try:
            if (model.sql, declared) not in _fitting:
                found = cursor.sql(model.sql)
                columns = dict(zip(found.columns, found.types, strict=True))
                _check_columns(model.place, catalog.relations[model.relation], columns)
                _fitting.add((model.sql, declared))
            source = _as_source(model.sql)
            if model.relation == blocks.BLOCKED and kept:
                return blocks.fill(cursor, model, catalog.relations, source, folder=kept, secret=secret)
            cursor.execute(f"insert into {model.relation} by name {source}")
        except duckdb.Error as error:
            raise CatalogError(f"{model.place}：DuckDB 不能执行：{first_line(error)}。请更正该文件") from error
    return ""


def _as_source(select: str) -> str:
    """The select as a sub-query: `insert … by name` takes no leading `with`."""
    return f"select * from (\n{select}\n)"


def _check_columns(place: str, relation: Relation, found: Mapping[str, object]) -> None:
    """The select yields exactly the declared columns, each cast to its declared type."""
    declared = {column.name: column.type for column in relation.columns}
    problems = [f"缺列 {name}" for name in declared if name not in found]
    problems += [f"多出列 {name}" for name in found if name not in declared]
    problems += [
        f"列 {name} 是 {found[name]}，应为 {kind}"
        for name, kind in declared.items()
        if name in found and _canonical(str(found[name])) != _canonical(kind)
    ]
    if problems:
        raise CatalogError(
            f"{place}：输出列与 relations.toml 不符，请在该文件中改正（每列都要 cast）：", problems=problems
        )


def _canonical(kind: str) -> str:
    return {"timestamp with time zone": "timestamptz"}.get(kind.lower(), kind.lower())


def judge_series(scratch: duckdb.DuckDBPyConnection, catalog: Catalog) -> None:
    """Fill mart.series_signal from the masked months."""
    if "mart.series_signal" not in catalog.relations:
        return
    # Imported here: a refresh that finds nothing new builds nothing, and should not wait for numpy.
    from warehouse.series.signals import MONTHS, series_signals

    insert(scratch, "mart.series_signal", series_signals(scratch.sql(MONTHS).pl(), catalog))


def collect_receipts(scratch: duckdb.DuckDBPyConnection, catalog: Catalog, folder: Path) -> None:
    """Union of all receipt selects into meta.receipt_input; the same input named twice counts once."""
    columns = ", ".join(column.name for column in catalog.relations["meta.receipt_input"].columns)
    for file in sorted(folder.glob("*.sql")):
        try:
            scratch.execute(
                f"insert into meta.receipt_input by name select distinct {columns} from (\n{read_sql(file)}\n)"
            )
        except duckdb.Error as error:
            raise CatalogError(
                f"warehouse/sql/receipt/{file.name}：DuckDB 不能执行：{first_line(error)}。请更正该文件"
            ) from error
