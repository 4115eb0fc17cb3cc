"""What a release contains, as one hash that does not depend on the order of rows or on the hour."""

import hashlib
from collections.abc import Iterable, Mapping

import duckdb

INSTANT = "timestamptz"


def content_sha256(
    connection: duckdb.DuckDBPyConnection, relations: Mapping, *, layers: Iterable[str], besides: Iterable[str] = ()
) -> str:
    """SHA-256 over the sorted rows of all relations of `layers` except those in `besides`, without instants.

    Each row counts as its JSON text, each relation with its name and columns, in the order of names.
    """
    whole = hashlib.sha256()
    chosen = tuple(f"{layer}." for layer in layers)
    for name in sorted(relations):
        if not name.startswith(chosen) or name in set(besides):
            continue
        columns = [column.name for column in relations[name].columns if column.type.lower() != INSTANT]
        whole.update(f"\n{name}({','.join(columns)})\n".encode())
        packed = ", ".join(f'"{column}" := "{column}"' for column in columns)
        rows = connection.sql(
            f"select sha256(to_json(struct_pack({packed}))) as digest from {name} order by digest"
        ).to_arrow_table()
        for chunk in rows.column("digest").chunks:
            # Every digest is 64 characters, so the joined text is unambiguous.
            whole.update("".join(chunk.to_pylist()).encode())
    return whole.hexdigest()
