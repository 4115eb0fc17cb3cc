"""The proof of the record of published cells (`disclosed`): whether each entry is the one that was made.

Apart from the record itself, so that who only asks whether it is whole need not load what reads tables.
"""

import hashlib
import sqlite3
from collections.abc import Iterator

Packed = tuple[int, str, bytes]
"""Number of an entry, the release that made it, and the table of what changed."""

TABLE = """
create table if not exists disclosed_proof (
    entry_id integer primary key,
    chain text not null
);
"""


def is_whole(connection: sqlite3.Connection) -> bool:
    """Whether every entry of a desk file is the one that was recorded; True where none ever was."""
    tables = {name for (name,) in connection.execute("select name from sqlite_master").fetchall()}
    return "disclosed_proof" not in tables or rows_of(connection)[1]


def rows_of(connection: sqlite3.Connection) -> tuple[list[Packed], bool]:
    """Entries in order, and whether they are the recorded ones. Of an older make, before the first proof, all are."""
    rows = _entries(connection)
    proofs = connection.execute("select entry_id, chain from disclosed_proof order by entry_id").fetchall()
    return rows, not proofs or proofs == list(_chained(rows))


def add_missing(connection: sqlite3.Connection) -> None:
    """Write the proof of each entry that has none."""
    connection.executemany("insert or ignore into disclosed_proof values (?, ?)", _chained(_entries(connection)))


def _entries(connection: sqlite3.Connection) -> list[Packed]:
    return connection.execute("select entry_id, release_id, changed_cells from disclosed order by entry_id").fetchall()


def _chained(rows: list[Packed]) -> Iterator[tuple[int, str]]:
    """Entry and the SHA-256 over all up to it."""
    chain = ""
    for entry, release_id, packed in rows:
        chain = hashlib.sha256(f"{chain}\n{entry}\n{release_id}\n".encode() + packed).hexdigest()
        yield entry, chain
