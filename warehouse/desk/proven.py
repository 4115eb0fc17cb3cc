"""Rows that prove themselves: beside what people write lies the digest of each row, and none is read without it.

Over a table of the desk lies a view of the same name, of this connection alone: a row whose digest is not on record
stops the statement that would have read it, and nothing else. So what is read needs no care; what is written says
`main.<table>`, and its digest is entered in the same transaction. Rows from before digests were kept are believed once.
"""

import hashlib
import json
import re
import sqlite3
from contextlib import closing
from functools import lru_cache
from pathlib import Path

from warehouse.desk.pinned import STEP

TABLE = """
create table if not exists proven_row (
    table_name text not null,
    digest blob not null,
    primary key (table_name, digest)
) without rowid;
"""
OTHERWISE = frozenset({
    # Chained entry by entry, and held against their entries.
    "counted_entry", "received_batch", "received_file", "figure_explanation",
    "disclosed", "disclosed_proof", "audit_row", "audit_pinned",
    # Of this machine and this hour; wrong ones sign somebody out.
    "session", "sign_in_failure",
    "proven_row", "desk_step",
})  # fmt: skip
"""Tables that need no digests."""
_STEPS_ALONE = frozenset({"disclosed"})
"""Of these, tables whose entries are steps of the desk (`desk.pinned`): of how far they go they tell nothing themselves."""
_NAMES = re.compile(r"create table if not exists (\w+) \(")


class UnprovenError(Exception):
    """A row that is not the one that was entered; says the table."""


def guard(connection: sqlite3.Connection, tables: str) -> list[str]:
    """Let nothing be read from these tables of the desk that does not prove itself, and enter what is written.

    Args:
        tables: the statements that made them.

    Returns:
        An empty list, to which a statement that is stopped adds the name of the table.
    """
    stopped: list[str] = []
    made = _NAMES.findall(tables)
    names = [name for name in made if name not in OTHERWISE]
    stepping = [_step_of(name) for name in made if name in _STEPS_ALONE]
    if not names and not stepping or not _columns(connection, "proven_row"):
        return stopped

    def refuse(table: str) -> None:
        stopped.append(table)
        raise UnprovenError(table)

    connection.create_function("row_digest", -1, _digest, deterministic=True)
    connection.create_function("unproven", 1, refuse)
    guards = [_guard_of(name, columns) for name in names if (columns := _proven_columns(connection, name))]
    # At once: one by one they take half as long again.
    connection.executescript(f"begin;\n{''.join([*guards, *stepping])}\ncommit;")
    return stopped


def fault_zh(connection: sqlite3.Connection) -> str:
    """Which table of a desk file has rows that are not as they were entered, in words; empty when none has."""
    tables = {name for (name,) in connection.execute("select name from sqlite_master where type = 'table'").fetchall()}
    if "proven_row" not in tables:
        return ""
    connection.create_function("row_digest", -1, _digest, deterministic=True)
    counts = connection.execute("select table_name, count(*) from proven_row group by table_name").fetchall()
    for name, count in counts:
        if name not in tables:
            return f"{name} 表不见了"
        columns = _columns(connection, name)
        ((rows, wrong),) = connection.execute(
            f"select count(*), count(*) filter (where not {_is_proven(name, columns)}) from main.{name}"
        ).fetchall()
        if wrong:
            return f"{name} 表有 {wrong} 行与登记时不同"
        if rows < count:
            return f"{name} 表少了 {count - rows} 行"
    return ""


def mend(desk: Path, other: Path) -> bool:
    """Take rows that are gone or not as they were entered from another copy of the desk; whether all could be had there.

    What was entered since that copy was made stays. Nothing is changed where a row is not in it.
    """
    with closing(sqlite3.connect(desk, timeout=20, isolation_level=None)) as connection:
        connection.create_function("row_digest", -1, _digest, deterministic=True)
        connection.execute("attach ? as other", (str(other),))
        connection.execute("begin immediate")
        tables = connection.execute("select distinct table_name from main.proven_row").fetchall()
        try:
            for (name,) in tables:
                columns = _columns(connection, name)
                listed, digest = ", ".join(columns), _digest_of(name, columns)
                connection.execute(f"delete from main.{name} where not {_is_proven(name, columns)}")
                connection.execute(
                    f"insert into main.{name} ({listed}) select {listed} from other.{name}"
                    f" where {_is_proven(name, columns)} and {digest} not in (select {digest} from main.{name})"
                )
            is_whole = fault_zh(connection) == ""
        except sqlite3.Error:
            is_whole = False
        connection.execute("commit" if is_whole else "rollback")
    return is_whole


def _proven_columns(connection: sqlite3.Connection, name: str) -> tuple[str, ...]:
    """The columns of a table whose rows have digests; rows from before get theirs. None where they cannot be written."""
    columns = _columns(connection, name)
    if not columns or not _is_of_before(connection, name):
        return columns
    try:
        connection.execute("begin immediate")
        # Somebody else may have done it, and entered more since.
        if _is_of_before(connection, name):
            connection.execute(
                f"insert into main.proven_row select '{name}', row_digest('{name}', {', '.join(columns)}) from main.{name}"
            )
        connection.execute("commit")
    except sqlite3.OperationalError:
        if connection.in_transaction:
            connection.execute("rollback")
        return ()
    return columns


def _is_of_before(connection: sqlite3.Connection, name: str) -> bool:
    statement = (
        f"select exists (select 1 from main.{name})"
        " and not exists (select 1 from main.proven_row where table_name = ?)"
    )  # fmt: skip
    return bool(connection.execute(statement, (name,)).fetchone()[0])


def _columns(connection: sqlite3.Connection, name: str) -> tuple[str, ...]:
    return tuple(row[1] for row in connection.execute(f"pragma main.table_info({name})").fetchall())


@lru_cache(maxsize=128)
def _guard_of(name: str, columns: tuple[str, ...]) -> str:
    """The view and the triggers of one table, as statements."""
    old, new = (tuple(f"{side}.{column}" for column in columns) for side in ("old", "new"))
    forget = f"delete from proven_row where table_name = '{name}' and digest = {_digest_of(name, old)};"
    enter = f"insert into proven_row values ('{name}', {_digest_of(name, new)});"
    # A wrong row that is changed in part would be right from then on.
    stop = f"select unproven('{name}') where not {_is_proven(name, old)};"
    return (
        f"create temp view {name} as select {', '.join(columns)} from main.{name}"
        f" where case when {_is_proven(name, columns)} then 1 else unproven('{name}') end;\n"
        f"create temp trigger {name}_entered after insert on main.{name} begin {enter} {STEP} end;\n"
        f"create temp trigger {name}_changed after update on main.{name} begin {stop} {forget} {enter} {STEP} end;\n"
        f"create temp trigger {name}_removed after delete on main.{name} begin {forget} {STEP} end;\n"
    )


def _step_of(name: str) -> str:
    return f"create temp trigger {name}_stepped after insert on main.{name} begin {STEP} end;\n"


def _is_proven(name: str, columns: tuple[str, ...]) -> str:
    return (
        f"exists (select 1 from main.proven_row where table_name = '{name}' and digest = {_digest_of(name, columns)})"
    )


def _digest_of(name: str, columns: tuple[str, ...]) -> str:
    return f"row_digest('{name}', {', '.join(columns)})"


def _digest(*values: object) -> bytes:
    return hashlib.sha256(json.dumps(values, default=bytes.hex).encode()).digest()
