"""Run one SQL model on a handful of rows: the tables of a release, empty, in memory."""

import tomllib
from datetime import date
from functools import cache
from itertools import groupby
from pathlib import Path

import duckdb
import polars as pl

from warehouse.release.building.models import models

WAREHOUSE = Path(__file__).resolve().parent.parent / "warehouse"


def empty_release() -> duckdb.DuckDBPyConnection:
    """An in-memory database with every relation of a release, without rows, and the months 2022 to 2027."""
    connection = duckdb.connect(":memory:")
    connection.execute(_tables())
    months = [_month_row(year, month) for year in range(2022, 2028) for month in range(1, 13)]
    marks = ", ".join(["(?, ?, ?, ?, ?, ?, ?, ?, ?)"] * len(months))
    connection.execute(f"insert into core.dim_month values {marks}", [value for row in months for value in row])
    return connection


@cache
def _declared() -> dict:
    """Schema and name to what is declared of a relation."""
    return tomllib.loads((WAREHOUSE / "catalog" / "relations.toml").read_text(encoding="utf-8"))


@cache
def _tables() -> str:
    """The statements that make every relation as declared."""
    made = []
    for schema, relations in _declared().items():
        made.append(f"create schema {schema};")
        for name, relation in relations.items():
            columns = ", ".join(f'"{column}" {kind}' for column, kind, _ in relation["columns"])
            made.append(f'create table {schema}."{name}" ({columns});')
    return "\n".join(made)


def _month_row(year: int, month: int) -> tuple:
    first = date(year, month, 1)
    following = date(year + month // 12, month % 12 + 1, 1)
    previous = date(year - (month == 1), (month - 2) % 12 + 1, 1)
    last = date.fromordinal(following.toordinal() - 1)
    return (
        first, year, month, f"{year}年{month}月", last, month / 12, previous, date(year - 1, month, 1), date(year - 1, 12, 1),
    )  # fmt: skip


def insert(connection: duckdb.DuckDBPyConnection, relation: str, rows: list[dict]) -> None:
    """Add rows given as dictionaries; columns left out are null. One statement for neighbours with the same columns: each is
    planned anew."""
    for columns, alike in groupby(rows, key=tuple):
        given = [list(row.values()) for row in alike]
        names = ", ".join(f'"{name}"' for name in columns)
        marks = ", ".join([f"({', '.join('?' for _ in columns)})"] * len(given))
        values = [value for row in given for value in row]
        connection.execute(f"insert into {relation} ({names}) values {marks}", values)


def run_model(connection: duckdb.DuckDBPyConnection, file: str) -> pl.DataFrame:
    """The rows of one model, a file or a folder of steps, e.g. `mart/60_indicator_month`, also put into its table.

    No two of them share the key the relation declares: a join that doubles rows is found wherever a model is run.
    """
    layer = file.split("/")[0]
    model = next(one for one in models(WAREHOUSE / "sql" / layer) if one.place.endswith(f"/{file}"))
    # As a relation of Python's it would be planned twice, and planning is most of what so few rows cost.
    connection.execute(f"create or replace temp table answer as {model.sql}")
    frame = connection.sql("from temp.answer").pl()
    key = _declared()[layer][model.relation.removeprefix(f"{layer}.")]["key"]
    assert frame.select(key).is_unique().all(), f"{model.relation}：{'、'.join(key)}"
    connection.execute(f"insert into {model.relation} by name select * from temp.answer")
    return frame
