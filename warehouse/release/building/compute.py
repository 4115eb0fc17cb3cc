"""Relations that follow from others: the selects of a layer, the signals of series, and what each row was made of."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb

from warehouse.catalog import Catalog, Relation
from warehouse.errors import CatalogError, first_line
from warehouse.release.building import blocks
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
    """Run the selects of one layer in order into their relations, with what is kept of the last build; relation to SQL,
    and what of it could not be used."""
    doubt_zh = ""
    declared = repr([(name, each.columns) for name, each in catalog.relations.items()])
    for model in layer:
        try:
            if (model.sql, declared) not in _fitting:
                found = scratch.sql(model.sql)
                columns = dict(zip(found.columns, found.types, strict=True))
                _check_columns(model.place, catalog.relations[model.relation], columns)
                _fitting.add((model.sql, declared))
            if model.relation == blocks.BLOCKED and kept:
                doubt_zh = blocks.fill(
                    scratch, model, catalog.relations, _as_source(model.sql), folder=kept, secret=secret
                )
            else:
                scratch.execute(f"insert into {model.relation} by name {_as_source(model.sql)}")
        except duckdb.Error as error:
            raise CatalogError(f"{model.place}：DuckDB 不能执行：{first_line(error)}。请更正该文件") from error
    return {model.relation: model.sql for model in layer}, doubt_zh


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
