"""The desk: the one SQLite file of a data home in which everything lies that people write or that must be on record.

Parts of it have modules of their own (`received` the files that came, `desk_queries` what analysts ran and keep); this
one holds what operating the product leaves behind: the journal, and the releases that must not be removed.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

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
"""


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
def opened(home: Home, tables: str) -> Iterator[sqlite3.Connection]:
    """The desk file, with `tables` made where they are missing; each statement commits by itself.

    Raises:
        HomeError: the file cannot be opened, read or written.
    """
    try:
        connection = sqlite3.connect(home.desk, timeout=20, isolation_level=None)
    except sqlite3.Error as error:
        raise HomeError(f"登记文件 {home.desk}：打不开（{error}）。请检查目录权限与磁盘空间") from error
    try:
        # Readers and one writer at a time, side by side; what was entered survives a power cut.
        connection.execute("pragma journal_mode = wal")
        connection.execute("pragma synchronous = full")
        connection.executescript(tables)
        yield connection
    except sqlite3.DatabaseError as error:
        raise HomeError(f"登记文件 {home.desk}：读写失败（{error}）。请检查磁盘空间，或从备份恢复该文件") from error
    finally:
        connection.close()


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
                "insert into journal (at, action_code, is_done, release_id, who, sentence_zh) values (?, ?, ?, ?, ?, ?)",
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
                "insert into held_release values (?, ?, ?) on conflict do nothing", (release_id, holder, _now())
            )

    def let_go(self, release_id: str, *, holder: str) -> None:
        """Undo `hold`; the release may be removed once nobody holds it."""
        with opened(self._home, _TABLES) as connection:
            connection.execute("delete from held_release where release_id = ? and holder = ?", (release_id, holder))

    def held_releases(self) -> frozenset[str]:
        """Releases somebody holds."""
        if not self._home.desk.exists():
            return frozenset()
        with opened(self._home, _TABLES) as connection:
            return frozenset(each for (each,) in connection.execute("select release_id from held_release").fetchall())


def _now() -> str:
    return datetime.now(UTC).isoformat()
