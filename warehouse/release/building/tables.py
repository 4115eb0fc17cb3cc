"""Tables of the scratch database, laid out and filled."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import duckdb
import polars as pl

from warehouse.catalog import Catalog
from warehouse.catalog.rules import LAYERS
from warehouse.release.building.fingerprint import quoted
from warehouse.release.file import WITHOUT_FAULTY_STEP


@contextmanager
def in_memory() -> Iterator[duckdb.DuckDBPyConnection]:
    """A database that leaves nothing on the disk: spilled rows would be unmasked rows."""
    scratch = duckdb.connect(
        ":memory:", config={"autoinstall_known_extensions": False, "autoload_known_extensions": False}
    )
    try:
        # A folder name of '' forbids spilling.
        for setting in (
            "temp_directory=''",
            "enable_progress_bar=false",
            "global TimeZone='Asia/Shanghai'",
            WITHOUT_FAULTY_STEP,
        ):
            scratch.execute(f"set {setting}")
        yield scratch
    finally:
        scratch.close()


def load(
    scratch: duckdb.DuckDBPyConnection, catalog: Catalog, frames: Mapping[str, pl.DataFrame]
) -> dict[str, str | None]:
    """Create every relation in memory and fill the loaded ones; no SQL text belongs to these."""
    for layer in LAYERS:
        scratch.execute(f"create schema if not exists {layer}")
    for name, relation in catalog.relations.items():
        columns = ", ".join(f"{quoted(column.name)} {column.type}" for column in relation.columns)
        scratch.execute(f"create table {name} ({columns})")
        frame = frames.get(name)
        if frame is not None and frame.height:
            insert(scratch, name, frame)
    return dict.fromkeys(catalog.relations)


def fill(scratch: duckdb.DuckDBPyConnection, catalog: Catalog, name: str, rows: list[tuple]) -> None:
    """Add rows, each in the order of the declared columns, to a relation."""
    insert(scratch, name, pl.DataFrame(rows, schema=catalog.relations[name].polars_schema, orient="row"))


def insert(scratch: duckdb.DuckDBPyConnection, name: str, frame: pl.DataFrame) -> None:
    """Add the rows of a frame to a relation, column by name."""
    scratch.register("given", frame)
    scratch.execute(f"insert into {name} by name select * from given")
    scratch.unregister("given")
