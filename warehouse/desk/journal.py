"""The desk: the one SQLite file of a data home in which everything lies that people write or that must be on record.

Parts of it have modules of their own (`received` the files that came, `desk_queries` what analysts ran and keep); this
one holds what operating the product leaves behind: the journal, and the releases that must not be removed.
"""

import os
import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote

from warehouse.desk import pinned, proven
from warehouse.errors import HomeError
from warehouse.home import Home

_TABLES = """
create table if not exists journal (
    entry_id integer primary key,
    at text not null,
    action_code text not null,
    is_done integer not null,
    release_id text not null,
    who text not null,
    sentence_zh text not null
);
create table if not exists held_release (
    release_id text not null,
    holder text not null,
    held_at text not null,
    primary key (release_id, holder)
);
create table if not exists kept_link (
    key text primary key,
    kept_at text not null
);
"""
# What is of a connection alone needs no disk.
_IN_MEMORY = "pragma temp_store = memory"
# How long a writer waits for another one.
LONGEST_WAIT_SECONDS = 20
_TABLE = re.compile(r"create table if not exists (\w+) \((.*?)\n\)", re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One line of the journal, never changed. action_code: refresh rollback unpin withdraw; is_done is False for a refusal.

    release_id is the release it ended with, empty when none. who is the account or signed-in identity, empty for a timer.
    """

    at: datetime
    action_code: str
    is_done: bool
    release_id: str
    who: str
    sentence_zh: str


@contextmanager
def opened(home: Home, tables: str, *, synchronous: str = "full") -> Iterator[sqlite3.Connection]:
    """The desk file, with `tables` made where they are missing; each statement commits by itself.

    No row is read that is not the one that was entered (`desk.proven`); statements that write name `main.<table>`.
    Where this process may not write, it can still be read: tables that are missing are then empty ones of its own.

    Args:
        tables: only `create … if not exists` statements.
        synchronous: `full` survives a power cut; `normal` may lose the last entries to one, never the file.

    Raises:
        HomeError: the file cannot be opened, read or written, or says what nobody entered.
    """
    connection, stopped = None, []
    try:
        connection = _connected(home, tables + proven.TABLE + pinned.TABLE, synchronous)
        stopped = proven.guard(connection, tables)
        before = connection.total_changes
        yield connection
        # What a power cut may take back is pinned with what is written next.
        if synchronous == "full" and connection.total_changes > before and not connection.in_transaction:
            pinned.write_out(home.desk, connection)
    except sqlite3.DatabaseError as error:
        if stopped:
            raise HomeError(
                f"登记文件 {home.desk}：{stopped[0]} 表有一行与登记时不同（已损坏或被改动），不予采用。"
                "请从备份恢复该文件（yanglao restore）"
            ) from error
        raise HomeError(
            f"登记文件 {home.desk}：读写失败（{_why(error)}）。请检查磁盘空间，或从备份恢复该文件"
        ) from error
    except (ValueError, TypeError, OverflowError) as error:
        raise HomeError(
            f"登记文件 {home.desk}：其中有一处内容损坏，读不懂。请从备份恢复该文件（yanglao restore）"
        ) from error
    finally:
        if connection:
            connection.close()


def _connected(home: Home, tables: str, synchronous: str) -> sqlite3.Connection:
    connection = sqlite3.connect(home.desk, timeout=LONGEST_WAIT_SECONDS, isolation_level=None)
    try:
        connection.execute(_IN_MEMORY)
        _keep_a_log(connection)
        connection.execute(f"pragma synchronous = {synchronous}")
        connection.executescript(tables)
        return connection
    except sqlite3.OperationalError:
        connection.close()
        if not home.desk.is_file() or os.access(home.desk, os.W_OK) and os.access(home.root, os.W_OK):
            raise
    return _connected_for_reading(home, tables)


def _keep_a_log(connection: sqlite3.Connection) -> None:
    """Let readers and one writer at a time work side by side.

    SQLite does not wait while another connection makes the same change to a new file, it refuses at once.
    """
    until = time.monotonic() + LONGEST_WAIT_SECONDS
    while True:
        try:
            connection.execute("pragma journal_mode = wal")
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > until:
                raise
        time.sleep(0.01)


def _connected_for_reading(home: Home, tables: str) -> sqlite3.Connection:
    """Without a lock where none can be made, since then nobody here writes either."""
    place = quote(str(home.desk.absolute()))
    for options in ("mode=ro", "mode=ro&immutable=1"):
        connection = sqlite3.connect(
            f"file:{place}?{options}", uri=True, timeout=LONGEST_WAIT_SECONDS, isolation_level=None
        )
        connection.execute(_IN_MEMORY)
        try:
            known = {name for (name,) in connection.execute("select name from sqlite_master").fetchall()}
        except sqlite3.OperationalError:
            connection.close()
            continue
        for name, body in _TABLE.findall(tables):
            if name not in known:
                connection.execute(f"create temp table {name} ({body})")
        return connection
    raise sqlite3.OperationalError("attempt to read a desk that cannot be opened")


def _why(error: sqlite3.Error) -> str:
    known = {
        "readonly": "没有写入权限",
        "unable to open": "打不开",
        "disk is full": "磁盘已满",
        "malformed": "文件损坏",
        "not a database": "文件损坏",
        "locked": "被别的程序占用",
        "disk I/O": "磁盘读写出错",
        "decode to UTF-8": "文件损坏",
        "user-defined function": "文件损坏",
    }
    return next((reason for words, reason in known.items() if words in str(error)), str(error))


class Desk:
    """Journal and held releases of one data home. Every method opens and closes the file; safe from any thread."""

    def __init__(self, home: Home) -> None:
        self._home = home

    def enter(
        self, action_code: str, sentence_zh: str, *, is_done: bool = True, release_id: str = "", who: str = ""
    ) -> None:
        """Add a line to the journal.

        Raises:
            HomeError: it cannot be written.
        """
        with opened(self._home, _TABLES) as connection:
            connection.execute(
                "insert into main.journal (at, action_code, is_done, release_id, who, sentence_zh) values (?, ?, ?, ?, ?, ?)",
                (_now(), action_code, is_done, release_id, who, sentence_zh),
            )

    def entries(self, *, limit: int = 100) -> list[Entry]:
        """The last lines of the journal, newest first; none when nothing was ever entered."""
        if not self._home.desk.exists():
            return []
        with opened(self._home, _TABLES) as connection:
            rows = connection.execute(
                "select at, action_code, is_done, release_id, who, sentence_zh from journal"
                " order by entry_id desc limit ?",
                (limit,),
            ).fetchall()
            return [
                Entry(
                    at=datetime.fromisoformat(at),
                    action_code=action_code,
                    is_done=bool(is_done),
                    release_id=release_id,
                    who=who,
                    sentence_zh=sentence_zh,
                )
                for at, action_code, is_done, release_id, who, sentence_zh in rows
            ]

    def hold(self, release_id: str, *, holder: str) -> None:
        """Keep a release from being removed for as long as `holder` (an edition, say) needs it; twice is once."""
        with opened(self._home, _TABLES) as connection:
            connection.execute(
                "insert into main.held_release values (?, ?, ?) on conflict do nothing", (release_id, holder, _now())
            )

    def let_go(self, release_id: str, *, holder: str) -> None:
        """Undo `hold`; the release may be removed once nobody holds it."""
        with opened(self._home, _TABLES) as connection:
            connection.execute(
                "delete from main.held_release where release_id = ? and holder = ?", (release_id, holder)
            )

    def enter_link(self, key: str) -> None:
        """Enter the key of a permanent link; twice is once."""
        with opened(self._home, _TABLES) as connection:
            connection.execute("insert into main.kept_link values (?, ?) on conflict do nothing", (key, _now()))

    def kept_links(self) -> frozenset[str]:
        """Keys of all permanent links that were ever given."""
        if not self._home.desk.exists():
            return frozenset()
        with opened(self._home, _TABLES) as connection:
            return frozenset(each for (each,) in connection.execute("select key from kept_link").fetchall())

    def held_releases(self) -> frozenset[str]:
        """Releases somebody holds."""
        if not self._home.desk.exists():
            return frozenset()
        with opened(self._home, _TABLES) as connection:
            return frozenset(each for (each,) in connection.execute("select release_id from held_release").fetchall())


def _now() -> str:
    return datetime.now(UTC).isoformat()
