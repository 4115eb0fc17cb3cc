"""What analysts leave on the desk: every run of a query (the audit log and their history), and queries worth keeping.

Kept in the desk file of the real data home, also for queries on the demonstration. Runs are never changed or deleted;
a run that never got an answer stays as begun. Saved queries belong to a named person.
"""

import json
import os
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from warehouse.desk.journal import opened
from warehouse.errors import HomeError, QueryRefused
from warehouse.home import Home

ANSWER_HASH_VERSION = 1
"""How the hash of an answer is reckoned (`warehouse.query.in_worker.table_hash`). It stands before every hash that is
stored, "1:9f3a…", so that one of an older way is known as that; one that stands without was made before it was noted."""

_TABLES = """
create table if not exists query_run (
    run_id integer primary key,
    begun_at text not null,
    who text not null,
    session text not null,
    sql text not null,
    parameters text not null,
    kind_code text not null,
    release_id text not null,
    outcome_code text not null default 'begun',
    seconds real,
    row_count integer,
    is_truncated integer,
    hash text,
    message_zh text
);
create index if not exists query_run_by_who on query_run (who, session, run_id);
create table if not exists saved_query (
    query_id integer primary key,
    owner text not null,
    folder text not null,
    title_zh text not null,
    tags text not null,
    sql text not null,
    parameters text not null,
    is_shared integer not null,
    saved_at text not null,
    unique (owner, folder, title_zh)
);
"""

LONGEST_KEPT_SQL = 200_000
OUTCOMES_ZH = {
    "begun": "未完成",
    "answered": "完成",
    "refused": "未执行",
    "mistaken": "语句有误",
    "stopped": "中止",
    "cancelled": "已取消",
}


@dataclass(frozen=True, kw_only=True)
class Run:
    """One run of one statement. seconds, row_count (None when unknown) and hash only when it was answered.

    hash_version: the way its hash was reckoned, see `ANSWER_HASH_VERSION`; two hashes of different ways say nothing.
    """

    run_id: int
    begun_at: datetime
    who: str
    sql: str
    parameters: Mapping[str, Any]
    kind_code: str
    release_id: str
    outcome_code: str
    seconds: float | None
    row_count: int | None
    is_truncated: bool
    hash: str | None
    hash_version: int
    message_zh: str | None


@dataclass(frozen=True, kw_only=True)
class SavedQuery:
    """A query somebody keeps. `parameters` are the values it was saved with; query_id is 0 before it is saved."""

    title_zh: str
    sql: str
    owner: str
    folder: str = ""
    tags: Sequence[str] = ()
    parameters: Mapping[str, Any] = field(default_factory=dict)
    is_shared: bool = False
    query_id: int = 0
    saved_at: datetime | None = None


class QueryDesk:
    """The queries of one data home. Every method opens and closes its own connection; safe from any thread."""

    def __init__(self, home: Home) -> None:
        self._home = home

    @contextmanager
    def _open(self, *, synchronous: str = "normal") -> Iterator[sqlite3.Connection]:
        # A power cut may lose the last runs, never the file nor what somebody saved.
        with opened(self._home, _TABLES, synchronous=synchronous) as connection:
            connection.row_factory = sqlite3.Row
            yield connection

    def can_be_written(self) -> bool:
        """Whether runs can be entered; False for a reader of somebody else's data home."""
        if self._home.desk.exists() and not os.access(self._home.desk, os.W_OK):
            return False
        try:
            with self._open() as connection:
                connection.execute("begin immediate")
                connection.execute("rollback")
        except HomeError:
            return False
        return True

    def begin(
        self,
        sql: str,
        *,
        parameters: Mapping[str, Any],
        kind_code: str,
        release_id: str,
        who: str = "",
        session: str = "",
    ) -> int:
        """Enter a run before it starts, so that also one that never ends is on record; returns its run_id.

        Args:
            who: the person, empty when nobody is signed in; session tells unnamed people's runs apart.
        """
        with self._open() as connection:
            return connection.execute(
                "insert into main.query_run (begun_at, who, session, sql, parameters, kind_code, release_id)"
                " values (?, ?, ?, ?, ?, ?, ?)",
                (_now(), who, session, _storable(sql), _json(parameters), kind_code, release_id),
            ).lastrowid

    def finish(
        self,
        run_id: int,
        outcome_code: str,
        *,
        seconds: float | None = None,
        row_count: int | None = None,
        is_truncated: bool = False,
        hash: str | None = None,
        message_zh: str | None = None,
    ) -> None:
        """Enter how a run ended: one of OUTCOMES_ZH."""
        with self._open() as connection:
            connection.execute(
                "update main.query_run set outcome_code = ?, seconds = ?, row_count = ?, is_truncated = ?, hash = ?,"
                " message_zh = ? where run_id = ? and outcome_code = 'begun'",
                (
                    outcome_code,
                    seconds,
                    row_count,
                    is_truncated,
                    hash and f"{ANSWER_HASH_VERSION}:{hash}",
                    message_zh,
                    run_id,
                ),
            )

    def history(self, *, who: str = "", session: str = "", limit: int = 50) -> list[Run]:
        """The newest runs of one person, or of one session when nobody is signed in."""
        with self._open() as connection:
            rows = connection.execute(
                "select * from query_run where who = ? and (who <> '' or session = ?) order by run_id desc limit ?",
                (who, session, limit),
            ).fetchall()
            return [_run(row) for row in rows]

    def audit(self, *, limit: int = 1000) -> list[Run]:
        """The newest runs of everybody."""
        with self._open() as connection:
            rows = connection.execute("select * from query_run order by run_id desc limit ?", (limit,)).fetchall()
            return [_run(row) for row in rows]

    def save(self, query: SavedQuery) -> SavedQuery:
        """Keep a query; one of the same owner, folder and title is replaced.

        Raises:
            QueryRefused: no owner, no title, or nothing to save.
        """
        if not query.owner:
            raise QueryRefused("没有登录身份，不能保存查询。请登录后保存，或复制语句自行留存")
        if not query.title_zh.strip() or not query.sql.strip():
            raise QueryRefused("保存查询要有标题和语句。请填写后再保存")
        if len(query.sql) > LONGEST_KEPT_SQL:
            raise QueryRefused(f"语句有{len(query.sql):,}字，超过上限{LONGEST_KEPT_SQL:,}字。请缩短后再保存")
        with self._open(synchronous="full") as connection:
            found = connection.execute(
                "insert into main.saved_query (owner, folder, title_zh, tags, sql, parameters, is_shared, saved_at)"
                " values (?, ?, ?, ?, ?, ?, ?, ?) on conflict (owner, folder, title_zh) do update set"
                " tags = excluded.tags, sql = excluded.sql, parameters = excluded.parameters,"
                " is_shared = excluded.is_shared, saved_at = excluded.saved_at returning *",
                (
                    query.owner,
                    _storable(query.folder.strip()),
                    _storable(query.title_zh.strip()),
                    json.dumps(
                        sorted({_storable(tag.strip()) for tag in query.tags if tag.strip()}), ensure_ascii=False
                    ),
                    _storable(query.sql),
                    _json(query.parameters),
                    query.is_shared,
                    _now(),
                ),
            ).fetchone()
        return _saved(found)

    def saved(self, owner: str) -> list[SavedQuery]:
        """This person's queries and those others share, by folder and title."""
        with self._open() as connection:
            rows = connection.execute(
                "select * from saved_query where owner = ? or is_shared order by folder, title_zh, query_id", (owner,)
            ).fetchall()
            return [_saved(row) for row in rows]

    def of_name(self, owner: str, folder: str, title_zh: str) -> SavedQuery | None:
        """This person's query of that folder and title, the one `save` would replace; None where there is none."""
        named = (owner, _storable(folder.strip()), _storable(title_zh.strip()))
        with self._open() as connection:
            found = connection.execute(
                "select * from saved_query where owner = ? and folder = ? and title_zh = ?", named
            ).fetchone()
        return None if found is None else _saved(found)

    def forget(self, query_id: int, *, owner: str) -> bool:
        """Delete one of this person's own queries; False when there is none of that number."""
        with self._open(synchronous="full") as connection:
            done = connection.execute(
                "delete from main.saved_query where query_id = ? and owner = ?", (query_id, owner)
            )
            return done.rowcount > 0


def _run(row: sqlite3.Row) -> Run:
    version, _, digest = (row["hash"] or "").rpartition(":")
    return Run(
        run_id=row["run_id"],
        begun_at=datetime.fromisoformat(row["begun_at"]),
        who=row["who"],
        sql=row["sql"],
        parameters=_values(row["parameters"]),
        kind_code=row["kind_code"],
        release_id=row["release_id"],
        outcome_code=row["outcome_code"],
        seconds=row["seconds"],
        row_count=row["row_count"],
        is_truncated=bool(row["is_truncated"]),
        hash=digest or None,
        hash_version=int(version or 1),
        message_zh=row["message_zh"],
    )


def _saved(row: sqlite3.Row) -> SavedQuery:
    return SavedQuery(
        query_id=row["query_id"],
        owner=row["owner"],
        folder=row["folder"],
        title_zh=row["title_zh"],
        tags=tuple(json.loads(row["tags"])),
        sql=row["sql"],
        parameters=_values(row["parameters"]),
        is_shared=bool(row["is_shared"]),
        saved_at=datetime.fromisoformat(row["saved_at"]),
    )


def _json(parameters: Mapping[str, Any]) -> str:
    """Parameter values as text; a date as {"date": …}, so that it comes back as one."""
    told = {
        name: {"date": value.isoformat()} if isinstance(value, date) else value for name, value in parameters.items()
    }
    return json.dumps(told, ensure_ascii=True, default=str)


def _values(text: str) -> dict[str, Any]:
    return {
        name: date.fromisoformat(value["date"][:10]) if isinstance(value, dict) else value
        for name, value in json.loads(text).items()
    }


def _storable(text: str) -> str:
    """The text as SQLite can keep it: no half characters, not longer than a statement may be."""
    return text[:LONGEST_KEPT_SQL].encode("utf-8", "replace").decode()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
