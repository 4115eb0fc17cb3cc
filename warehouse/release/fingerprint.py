"""What a release contains, as hashes that do not depend on the order of rows or on the hour."""

import hashlib
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor

import duckdb

from warehouse.catalog import Relation

INSTANT = "timestamptz"
# Fetched at a time, so that millions of rows need no more memory than this.
BATCH_ROWS = 100_000
THREADS = 2


def relation_digests(
    connection: duckdb.DuckDBPyConnection, relations: Mapping[str, Relation], *, leave_out: Callable[[str], bool]
) -> dict[str, bytes]:
    """SHA-256 of each relation but those left out: its name, its columns and its sorted rows, without instants.

    Each row counts as its JSON text.
    """
    wanted = {name: relation for name, relation in relations.items() if not leave_out(name)}
    # The largest first, so that both threads end at about the same time.
    sizes = {name: connection.execute(f"select count(*) from {name}").fetchall()[0][0] for name in wanted}
    names = sorted(wanted, key=lambda name: -sizes[name])
    with ThreadPoolExecutor(THREADS) as pool:
        digests = pool.map(
            lambda name: _digest(connection.cursor(), name, wanted[name], is_empty=not sizes[name]), names
        )
        found = dict(zip(names, digests, strict=True))
    return {name: found[name] for name in wanted}


def _digest(connection: duckdb.DuckDBPyConnection, name: str, relation: Relation, *, is_empty: bool) -> bytes:
    columns = [column.name for column in relation.columns if column.type != INSTANT]
    digest = hashlib.sha256(f"{name}({','.join(columns)})\n".encode())
    if is_empty:
        return digest.digest()
    packed = ", ".join(f"{quoted(column)} := {quoted(column)}" for column in columns)
    rows = connection.sql(f"select sha256(to_json(struct_pack({packed}))) as digest from {name} order by digest")
    for batch in rows.to_arrow_reader(BATCH_ROWS):
        # Every digest is 64 characters, so the joined text is unambiguous.
        digest.update("".join(batch.column(0).to_pylist()).encode())
    return digest.digest()


def quoted(name: str) -> str:
    """The name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def combined(digests: Mapping[str, bytes], *, layer: str = "") -> str:
    """One SHA-256 for the relations of a layer, or for all."""
    chosen = sorted(name for name in digests if name.startswith(f"{layer}." if layer else ""))
    return hashlib.sha256(b"".join(digests[name] for name in chosen)).hexdigest()
