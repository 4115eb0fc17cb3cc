"""What a release contains, as hashes that do not depend on the order of rows or on the hour.

Each relation is hashed by partition, one indicator in one month where it has both, so that what did not change need not
be hashed again. `HASH_VERSION` stands in every release beside its hashes: those made in different ways say nothing of
each other.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import duckdb

from warehouse.catalog import Relation
from warehouse.release.building.known_parts import KnownParts, marks

HASH_VERSION = 3
"""1: one hash over all sorted row digests of a relation. 2: one for each partition, and one over those. 3: the same, of a
row its values alone, since the names of the columns stand in the hash of the relation."""
INSTANT = "timestamptz"
PARTITIONED_BY = ("indicator_code", "month")
THREADS = 2


class Part(NamedTuple):
    """One partition of one relation; partition is `indicator|month`, empty where the relation is one partition."""

    relation: str
    partition: str
    row_count: int
    sha256: str


def partition_digests(
    connection: duckdb.DuckDBPyConnection,
    relations: Mapping[str, Relation],
    *,
    leave_out: Callable[[str], bool],
    known: KnownParts | None = None,
) -> list[Part]:
    """SHA-256 over the sorted row digests of each partition; a row counts as its values in JSON, without instants.

    An empty relation has one partition of no rows. In the order of relations and partitions.

    Args:
        known: partitions an earlier build has hashed; those that are the same are not hashed again.
    """
    names = [name for name in relations if not leave_out(name)]
    sizes = row_counts(connection, names)
    # The largest first, so that both threads end at about the same time.
    by_size = sorted(names, key=lambda name: -sizes[name])
    with ThreadPoolExecutor(THREADS) as pool:
        parts = pool.map(
            lambda name: _parts(connection.cursor(), relations[name], known) if sizes[name] else [_nothing(name)],
            by_size,
        )
        found = dict(zip(by_size, parts, strict=True))
    return [part for name in names for part in found[name]]


def row_counts(connection: duckdb.DuckDBPyConnection, names: Iterable[str]) -> dict[str, int]:
    """The number of rows of each relation, asked in one statement: planning each alone takes longer than counting."""
    counts = " union all ".join(f"select '{name}', count(*) from {name}" for name in names)
    return dict(connection.execute(counts).fetchall()) if counts else {}


def relation_digests(relations: Mapping[str, Relation], parts: Sequence[Part]) -> dict[str, bytes]:
    """One SHA-256 a relation: its name, its columns and its partitions."""
    digests: dict[str, hashlib._Hash] = {}
    for part in parts:
        if part.relation not in digests:
            columns = ",".join(_columns(relations[part.relation]))
            digests[part.relation] = hashlib.sha256(f"{part.relation}({columns})\n".encode())
        digests[part.relation].update(f"{part.partition}\t{part.row_count}\t{part.sha256}\n".encode())
    return {name: digest.digest() for name, digest in digests.items()}


def _nothing(name: str) -> Part:
    return Part(name, "", 0, hashlib.sha256(b"").hexdigest())


def _columns(relation: Relation) -> list[str]:
    return [column.name for column in relation.columns if column.type != INSTANT]


def _parts(connection: duckdb.DuckDBPyConnection, relation: Relation, known: KnownParts | None) -> list[Part]:
    columns, name = _columns(relation), relation.relation
    partition = _partition(columns)
    if known is None:
        return _hashed(connection, name, partition, columns)
    typed = [(quoted(column.name), column.type) for column in relation.columns if column.type != INSTANT]
    shape = hashlib.sha256(f"{HASH_VERSION} {partition} {typed}".encode()).hexdigest()
    marked = marks(connection, name, partition, typed, known.secret)
    found = {
        each: Part(name, each, count, digest)
        for each, count, mark in marked
        if (digest := known.digest_of(name, shape, each, count, mark))
    }
    changed = [each for each, *_ in marked if each not in found]
    # Of a relation that changed throughout a list of its partitions would only be in the way.
    only = changed if found else None
    if changed:
        found |= {part.partition: part for part in _hashed(connection, name, partition, columns, only)}
    for each, count, mark in marked:
        known.marked[name, shape, each] = (count, mark, found[each].sha256)
    return [found[each] for each in sorted(found)]


def partition_of(relation: Relation) -> str:
    """The SQL that names the partition of a row."""
    return _partition(_columns(relation))


def _partition(columns: Sequence[str]) -> str:
    by = [column for column in PARTITIONED_BY if column in columns]
    if len(by) < len(PARTITIONED_BY):
        return "''"
    return "concat_ws('|', " + ", ".join(f"coalesce(cast({quoted(column)} as varchar), '')" for column in by) + ")"


def _hashed(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    partition: str,
    columns: Sequence[str],
    only: Sequence[str] | None = None,
) -> list[Part]:
    """The partitions of a relation with their digests; all of them, or only those named."""
    where = "" if only is None else f" where {partition} in (select unnest($only))"
    return [
        Part(name, *row)
        for row in connection.execute(
            f"select partition, count(*), sha256(string_agg(digest, '' order by digest)) from"
            f" (select {partition} as partition, {_row_digest(columns)} as digest from {name}{where})"
            " group by partition order by partition",
            {} if only is None else {"only": list(only)},
        ).fetchall()
    ]


def _row_digest(columns: Sequence[str]) -> str:
    return f"sha256(json_array({', '.join(map(quoted, columns))}))"


def quoted(name: str) -> str:
    """The name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def combined(digests: Mapping[str, bytes], *, layer: str = "") -> str:
    """One SHA-256 for the relations of a layer, or for all."""
    chosen = sorted(name for name in digests if name.startswith(f"{layer}." if layer else ""))
    return hashlib.sha256(b"".join(digests[name] for name in chosen)).hexdigest()
