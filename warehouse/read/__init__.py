"""Reading releases: which file to read, kept open for as long as somebody reads it.

The modules beside this one hold the typed questions, `f(release, …) -> Answer`.
"""

import math
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import polars as pl

from warehouse.errors import ReleaseMissing
from warehouse.home import REFRESH_COMMANDS, Home
from warehouse.release.file import is_corruption, open_release, read_header
from warehouse.release.proof import condemn, is_known_damaged, prove_beside
from warehouse.release.publishing.publish import (
    current_pointer,
    is_of_older_shape,
    newest_whole,
    release_path,
    remade_path,
)

# Old releases stay open a while after their last user: a page that compares two asks for them run after run.
IDLE_OLD_RELEASES = 2
# How long a release is read in place of the one the pointer names before that one is tried again.
SUBSTITUTE_SECONDS = 1.0
KEPT_STATEMENTS = 500

Signature = tuple[int, int, int] | None


@dataclass(frozen=True, kw_only=True)
class Answer:
    """Rows of one question. `truncated` says that there were more than the limit asked for."""

    frame: pl.DataFrame
    release_id: str
    truncated: bool = False


@dataclass(frozen=True, kw_only=True)
class Release:
    """One open release. Valid inside the `with` that acquired it; every thread may ask."""

    release_id: str
    kind_code: str
    header: Mapping[str, object]
    path: Path = Path()
    _connection: duckdb.DuckDBPyConnection = field(repr=False)

    def rows(
        self, sql: str, params: Mapping[str, object] | Sequence[object] | None = None, limit: int | None = None
    ) -> Answer:
        """All rows of one select, or the first `limit` with `truncated` set when there are more.

        Args:
            params: values bound to `$name` (mapping) or `?` (sequence) in the statement.

        Raises:
            ReleaseMissing: the file broke while it was read; acquire again to get a whole one.
            duckdb.Error: the statement is wrong.
        """
        # One cursor a question: results stream, and a second question on the same one would be refused.
        with self._connection.cursor() as cursor:
            try:
                relation = cursor.sql(_parsed(cursor, sql), params=params)
                if limit is None:
                    return Answer(frame=_frame(relation), release_id=self.release_id)
                frame = _frame(relation.limit(limit + 1))
            except duckdb.Error as error:
                if not is_corruption(error):
                    raise
                condemn(self.path)
                raise ReleaseMissing(
                    f"批次 {self.release_id}：文件在读取时损坏。"
                    f"请刷新页面改读完整的批次，并运行 {REFRESH_COMMANDS[self.kind_code]} 修复"
                ) from error
        return Answer(frame=frame.head(limit), release_id=self.release_id, truncated=frame.height > limit)


def _frame(relation: duckdb.DuckDBPyRelation) -> pl.DataFrame:
    """All rows of a relation, handed over in memory: `relation.pl()` would load pyarrow and numpy, 45 MB a process.

    Raises:
        duckdb.Error: the statement is wrong, or the file broke.
    """
    if len(set(relation.columns)) < len(relation.columns):
        # Polars alone stops at two columns of one name; the engine numbers them on its way to it.
        return relation.pl()
    try:
        return pl.DataFrame(relation)
    except pl.exceptions.ComputeError as error:
        # The engine's own words, when it fails after the first rows were handed over.
        raise duckdb.Error(str(error)) from error


_statements: dict[str, duckdb.Statement] = {}


def _parsed(cursor: duckdb.DuckDBPyConnection, sql: str) -> duckdb.Statement:
    """The one statement of a text. The engine takes milliseconds to read a long one, and ours are always the same."""
    statement = _statements.get(sql)
    if statement is None:
        (statement,) = cursor.extract_statements(sql)
        if len(_statements) >= KEPT_STATEMENTS:
            _statements.clear()
        _statements[sql] = statement
    return statement


@dataclass(kw_only=True)
class _Opened:
    release: Release
    file: Signature
    is_old: bool = False
    users: int = 0


class Releases:
    """The releases of one data home, for all threads of this process.

    Each acquire looks at the pointer (two microseconds) and follows it: a new release is seen at once, and those who
    still read the old one finish in peace. A missing or damaged pointer or file leads to the newest whole release; what
    is opened is hashed beside its readers, and one found damaged is left as well.
    """

    def __init__(self, home: Home) -> None:
        self._home = home
        self._guard = threading.Lock()
        self._opened: dict[str, _Opened] = {}
        self._retired: list[_Opened] = []
        self._current: str | None = None
        self._instead_of = ""
        self._pointer: Signature = None
        self._look_again_at = 0.0

    @contextmanager
    def acquire(self, release_id: str | None = None) -> Iterator[Release]:
        """The current release, or the named one, open until the end of the `with`.

        Raises:
            ReleaseMissing: there is no whole release, or not the named one; says what to do.
        """
        with self._guard:
            opened = self._open(release_id) if release_id else self._open_current()
            opened.users += 1
        try:
            yield opened.release
        finally:
            with self._guard:
                opened.users -= 1
                self._close_idle()

    @property
    def substitute_zh(self) -> str:
        """A line for readers when they get another release than the one that was published last; empty otherwise."""
        if not self._instead_of:
            return ""
        mend = f"请运行 {self._home.refresh_command} 修复"
        if self._instead_of == self._current:
            return f"批次 {self._current} 的文件有损坏，又没有别的完整批次；读得出的数仍是原样，读不出的会说明。{mend}"
        return f"批次 {self._instead_of} 的文件不完整或损坏，现显示上一个完整的批次 {self._current}。{mend}"

    def close(self) -> None:
        """Close everything; releases still in use close with their last user."""
        with self._guard:
            self._current = None
            for release_id in list(self._opened):
                self._retire(release_id)
            self._close_idle()

    def _open_current(self) -> _Opened:
        pointer_now = _signature(self._home.releases / "current")
        if self._current and pointer_now == self._pointer and time.monotonic() < self._look_again_at:
            known = self._opened.get(self._current)
            path = release_path(self._home, self._current)
            is_good = not is_known_damaged(path) or self._instead_of == self._current
            if known and is_good and _signature(path) == known.file:
                return known
        pointer = current_pointer(self._home)
        opened = self._try_open(pointer.release_id) if pointer else None
        self._instead_of = ""
        # A substitute is not kept for long: what stood in the way may have been of the moment.
        self._look_again_at = math.inf if opened else time.monotonic() + SUBSTITUTE_SECONDS
        if opened is None:
            newest = newest_whole(self._home, proven=True)
            self._instead_of = pointer.release_id if pointer else ""
            if newest is None:
                # Better the one that is left: the engine holds a checksum against every block it reads.
                opened = self._try_open(pointer.release_id, even_damaged=True) if pointer else None
            if newest is None and opened is None:
                raise ReleaseMissing(
                    f"数据目录 {self._home.root}：还没有完整的批次。请运行 {self._home.refresh_command}，或检查 YANGLAO_HOME"
                )
            opened = opened or self._open(newest)
        self._current, self._pointer = opened.release.release_id, pointer_now
        return opened

    def _open(self, release_id: str) -> _Opened:
        opened = self._try_open(release_id, even_damaged=release_id == self._current == self._instead_of)
        if opened is None:
            raise ReleaseMissing(f"批次 {release_id}：没有这个批次，或文件不完整。用 yanglao releases 查看现有批次")
        return opened

    def _try_open(self, release_id: str, *, even_damaged: bool = False) -> _Opened | None:
        """The release, open; None when its file is missing, broken or another release's."""
        path = release_path(self._home, release_id)
        if is_known_damaged(path) and not even_damaged:
            return None
        file = _signature(path)
        known = self._opened.get(release_id)
        if known and known.is_old and remade_path(self._home, release_id).exists():
            self._retire(release_id)
            known = None
        if known and known.file == file:
            # Moved to the end: the order of the dictionary is the order of last use.
            self._opened[release_id] = self._opened.pop(release_id)
            return known
        if known and known.users:
            # The engine opens no second file under a name it has open: the new one waits for the last reader of the old.
            return known
        if known:
            self._retire(release_id)
            self._close_idle()
        try:
            connection = open_release(path)
        except (duckdb.Error, OSError):
            return None
        try:
            header = read_header(connection)
        except (duckdb.Error, LookupError):
            header = {}
        if header.get("release_id") != release_id:
            connection.close()
            return None
        is_old = is_of_older_shape(header)
        if is_old and (remade := self._remade(release_id, header)):
            connection.close()
            connection, path, header, is_old = *remade, False
        release = Release(
            release_id=release_id, kind_code=str(header["kind_code"]), header=header, path=path, _connection=connection
        )
        prove_beside(path)
        self._opened[release_id] = _Opened(release=release, file=file, is_old=is_old)
        return self._opened[release_id]

    def _remade(self, release_id: str, header: Mapping[str, object]) -> tuple | None:
        """A release of an older shape as it was made again in this program's; None where that was not done.

        Its header says of which shape the release itself is, and keeps that one's hashes: the link is to it.
        """
        path = remade_path(self._home, release_id)
        if is_known_damaged(path):
            return None
        try:
            connection = open_release(path)
        except (duckdb.Error, OSError):
            return None
        try:
            found = read_header(connection)
        except (duckdb.Error, LookupError):
            connection.close()
            return None
        kept = {name: header.get(name) for name in ("built_at", "content_sha256", "release_sha256")}
        return connection, path, {**found, **kept, "remade_from": header.get("schema_version")}

    def _retire(self, release_id: str) -> None:
        self._retired.append(self._opened.pop(release_id))

    def _close_idle(self) -> None:
        idle = [name for name, each in self._opened.items() if not each.users and name != self._current]
        for name in idle[: max(0, len(idle) - IDLE_OLD_RELEASES)]:
            self._retire(name)
        for each in [each for each in self._retired if not each.users]:
            self._retired.remove(each)
            each.release._connection.close()


def _signature(path: Path) -> Signature:
    """What changes when a file is replaced, cut or touched; None when there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns
