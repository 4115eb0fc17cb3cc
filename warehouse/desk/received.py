"""The received log, kept on the desk: which files came, when, from whom, and which batches must not be built again.

It lives in the data home's desk file beside what else people write; nothing is ever deleted from it. What is entered
here changes figures, so each entry also gets a number in `desk.counted`; those numbers are the order of things, since a
clock may be wrong.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime

from warehouse.desk import counted
from warehouse.desk.journal import opened
from warehouse.errors import FormError
from warehouse.home import Home

_TABLES = """
create table if not exists received_batch (
    batch_id text primary key,
    received_at text not null,
    received_by text not null,
    withdrawn_at text,
    withdrawn_by text,
    withdrawn_reason text
);
create table if not exists received_file (
    receipt_id integer primary key,
    batch_id text not null references received_batch,
    sha256 text not null,
    file_name text not null,
    byte_count integer not null,
    received_at text not null
);
create index if not exists received_file_by_sha256 on received_file (sha256);
create table if not exists received_again (
    receipt_id integer not null references received_file,
    file_name text not null,
    received_at text not null,
    received_by text not null
);
create table if not exists figure_explanation (
    area_id text not null,
    indicator_code text not null,
    breakdown_code text not null,
    month text not null,
    text_zh text not null,
    said_by text not null,
    said_at text not null,
    primary key (area_id, indicator_code, breakdown_code, month)
);
"""
TABLES = _TABLES + counted.TABLES


@dataclass(frozen=True, kw_only=True)
class ReceivedFile:
    """One file that came; its bytes are in the archive under `sha256`.

    receipt_id is the order of coming. moment is the same number for files that came together, and greater for what
    came after: the clock's word for it, received_at, is only for people.
    """

    receipt_id: int
    batch_id: str
    sha256: str
    file_name: str
    byte_count: int
    received_at: datetime
    received_by: str
    is_withdrawn: bool
    moment: int = 0


@dataclass(frozen=True, kw_only=True)
class Batch:
    """Files received together. A withdrawn batch is left out of every later build."""

    batch_id: str
    received_at: datetime
    received_by: str
    file_count: int
    withdrawn_at: datetime | None
    withdrawn_by: str | None
    withdrawn_reason: str | None


class ReceivedLog:
    """The received log of one data home. Every method opens and closes its own connection; safe from any thread."""

    def __init__(self, home: Home) -> None:
        self._home = home

    def add(self, batch_id: str, files: Iterable[tuple[str, str, int, datetime]], *, who: str) -> None:
        """Enter files (sha256, name, bytes, moment) as one batch, or add them to it; all of them or none."""
        rows = list(files)
        if not rows:
            return
        with self._counting() as connection:
            connection.execute(
                "insert into received_batch (batch_id, received_at, received_by) values (?, ?, ?)"
                " on conflict (batch_id) do nothing",
                (batch_id, _text(rows[0][3]), who),
            )
            last = connection.execute("select coalesce(max(receipt_id), 0) from received_file").fetchall()[0][0]
            numbered = [(last + position, batch_id, *row[:3], _text(row[3])) for position, row in enumerate(rows, 1)]
            connection.executemany(
                "insert into received_file (receipt_id, batch_id, sha256, file_name, byte_count, received_at)"
                " values (?, ?, ?, ?, ?, ?)",
                numbered,
            )
            names = ("receipt_id", "batch_id", "sha256", "file_name", "byte_count", "received_at")
            counted.add(
                connection,
                counted.RECEIVED,
                [dict(zip(names, row, strict=True)) | {"received_by": who} for row in numbered],
            )

    def add_again(self, files: Iterable[tuple[int, str, datetime]], *, who: str) -> None:
        """Note files (first file, name, moment) whose bytes were here already."""
        with opened(self._home, TABLES) as connection:
            connection.executemany(
                "insert into main.received_again values (?, ?, ?, ?)",
                [(receipt_id, name, _text(at), who) for receipt_id, name, at in files],
            )

    def files(self) -> list[ReceivedFile]:
        """Every file that came, withdrawn ones too, oldest first."""
        if not self._home.desk.exists():
            return []
        with opened(self._home, TABLES) as connection:
            return received_files_of(connection)

    def standing(self) -> tuple[int, datetime | None]:
        """How many files count, being of no withdrawn batch, and when the last of them came; None when none did."""
        if not self._home.desk.exists():
            return 0, None
        with opened(self._home, TABLES) as connection:
            count, last = connection.execute(
                "select count(*), max(f.received_at) from received_file as f join received_batch as b using (batch_id)"
                " where b.withdrawn_at is null"
            ).fetchone()
        return count, datetime.fromisoformat(last) if last else None

    def file_numbers_after(self, number: int) -> set[int]:
        """The files that were entered after the entry `number` (0: all of them), withdrawn or not."""
        if not self._home.desk.exists():
            return set()
        with opened(self._home, counted.TABLES) as connection:
            entries = counted.entries_of(connection)
        return {one.facts["receipt_id"] for one in entries[number:] if one.kind_code == counted.RECEIVED}

    def batches(self) -> list[Batch]:
        """Every batch, newest first."""
        if not self._home.desk.exists():
            return []
        with opened(self._home, TABLES) as connection:
            rows = connection.execute(
                "select b.batch_id, b.received_at, b.received_by, count(f.receipt_id), b.withdrawn_at, b.withdrawn_by,"
                " b.withdrawn_reason from received_batch as b left join received_file as f using (batch_id)"
                " group by b.batch_id order by b.rowid desc"
            ).fetchall()
            return [
                Batch(
                    batch_id=row[0],
                    received_at=datetime.fromisoformat(row[1]),
                    received_by=row[2],
                    file_count=row[3],
                    withdrawn_at=datetime.fromisoformat(row[4]) if row[4] else None,
                    withdrawn_by=row[5],
                    withdrawn_reason=row[6],
                )
                for row in rows
            ]

    def withdraw(self, batch_id: str, *, who: str, reason: str, at: datetime) -> Batch:
        """Mark a batch as not to be built again. The files stay in the archive, the entry in the log.

        Raises:
            FormError: there is no such batch, it is withdrawn already, or no reason was given.
        """
        if not reason.strip():
            raise FormError(f"撤销批次 {batch_id}：没有写原因，请用 --reason 写明为什么撤销")
        batch = self._batch(batch_id, doing_zh="撤销")
        if batch.withdrawn_at is not None:
            raise FormError(
                f"撤销批次 {batch_id}：已在 {batch.withdrawn_at.astimezone():%Y-%m-%d %H:%M} 撤销过，不必再撤销"
            )
        with self._counting() as connection:
            connection.execute(
                "update received_batch set withdrawn_at = ?, withdrawn_by = ?, withdrawn_reason = ? where batch_id = ?",
                (_text(at), who, reason.strip(), batch_id),
            )
            told = {"batch_id": batch_id, "at": _text(at), "by": who, "reason": reason.strip()}
            counted.add(connection, counted.WITHDRAWN, [told])
        return next(one for one in self.batches() if one.batch_id == batch_id)

    def files_of(self, batch_id: str) -> list[ReceivedFile]:
        """The files of a batch, oldest first.

        Raises:
            FormError: there is no such batch.
        """
        self._batch(batch_id, doing_zh="查看")
        return [received_file for received_file in self.files() if received_file.batch_id == batch_id]

    def _batch(self, batch_id: str, *, doing_zh: str) -> Batch:
        known = {batch.batch_id: batch for batch in self.batches()}
        if batch_id not in known:
            newest = "、".join(list(known)[:5]) or "无"
            raise FormError(
                f"{doing_zh}批次 {batch_id}：没有这个收件批次，最近的有 {newest}。请用 yanglao batches 查看全部"
            )
        return known[batch_id]

    def explain(
        self,
        *,
        area_id: str,
        indicator_code: str,
        breakdown_code: str,
        month: date,
        text_zh: str,
        who: str,
        at: datetime,
    ) -> None:
        """Keep the words a unit gave afterwards for a held figure; the next refresh takes the figure with them.

        Raises:
            FormError: the explanation is empty.
        """
        if len(text_zh.strip()) < 2:
            raise FormError("说明是空的，请写明变动的原因")
        row = (area_id, indicator_code, breakdown_code, month.isoformat(), text_zh.strip(), who, _text(at))
        names = ("area_id", "indicator_code", "breakdown_code", "month", "text_zh", "by", "at")
        with self._counting() as connection:
            connection.execute("insert or replace into figure_explanation values (?, ?, ?, ?, ?, ?, ?)", row)
            counted.add(connection, counted.EXPLAINED, [dict(zip(names, row, strict=True))])

    def explanations(self) -> dict[tuple[tuple[str, str, str], date], str]:
        """Explanations by ((area, indicator, breakdown), month)."""
        if not self._home.desk.exists():
            return {}
        with opened(self._home, TABLES) as connection:
            rows = connection.execute(
                "select area_id, indicator_code, breakdown_code, month, text_zh from figure_explanation"
            ).fetchall()
            return {
                ((area, indicator, part), date.fromisoformat(month)): text
                for area, indicator, part, month, text in rows
            }

    @contextmanager
    def _counting(self) -> Iterator[sqlite3.Connection]:
        """A transaction in which something is entered that counts; all of it or nothing, then the log beside the desk."""
        with opened(self._home, TABLES) as connection:
            connection.execute("begin immediate")
            try:
                count_what_came_before(connection)
                yield connection
            except BaseException:
                connection.execute("rollback")
                raise
            connection.execute("commit")
            entries = counted.entries_of(connection)
        counted.write_out(self._home, entries)


def received_files_of(connection: sqlite3.Connection) -> list[ReceivedFile]:
    """Every file that came, in the order of coming, from an open desk."""
    rows = connection.execute(
        "select f.receipt_id, f.batch_id, f.sha256, f.file_name, f.byte_count, f.received_at, b.received_by,"
        " b.withdrawn_at is not null from received_file as f join received_batch as b using (batch_id)"
        " order by f.receipt_id"
    ).fetchall()
    received_files, before, moment = [], None, 0
    for receipt_id, batch_id, sha256, file_name, byte_count, received_at, received_by, is_withdrawn in rows:
        if before != (batch_id, received_at):
            before, moment = (batch_id, received_at), moment + 1
        received_files.append(
            ReceivedFile(
                receipt_id=receipt_id,
                batch_id=batch_id,
                sha256=sha256,
                file_name=file_name,
                byte_count=byte_count,
                received_at=datetime.fromisoformat(received_at),
                received_by=received_by,
                is_withdrawn=bool(is_withdrawn),
                moment=moment,
            )
        )
    return received_files


def enter_again(home: Home, entries: Sequence[counted.Entry]) -> None:
    """Make the desk say what these entries say: for one that was put back from an older copy.

    Raises:
        HomeError: the desk cannot be written.
    """
    withdrawn, batches, files, words = {}, {}, [], {}
    for entry in entries:
        facts = entry.facts
        if entry.kind_code == counted.RECEIVED:
            batches.setdefault(facts["batch_id"], (facts["batch_id"], facts["received_at"], facts["received_by"]))
            files.append(tuple(facts[name] for name in _FILE))
        elif entry.kind_code == counted.WITHDRAWN:
            withdrawn[facts["batch_id"]] = (facts["at"], facts["by"], facts["reason"])
        elif entry.kind_code == counted.EXPLAINED:
            row = tuple(facts[name] for name in _WORDS)
            words[row[:4]] = row
    with opened(home, TABLES) as connection:
        connection.execute("begin immediate")
        try:
            for table in ("received_file", "received_batch", "figure_explanation"):
                connection.execute(f"delete from {table}")
            rows = [(*row, *withdrawn.get(batch_id, (None, None, None))) for batch_id, row in batches.items()]
            connection.executemany("insert into received_batch values (?, ?, ?, ?, ?, ?)", rows)
            connection.executemany(f"insert into received_file ({', '.join(_FILE)}) values (?, ?, ?, ?, ?, ?)", files)
            connection.executemany("insert into figure_explanation values (?, ?, ?, ?, ?, ?, ?)", words.values())
            counted.put_back(connection, entries)
        except BaseException:
            connection.execute("rollback")
            raise
        connection.execute("commit")


_FILE = ("receipt_id", "batch_id", "sha256", "file_name", "byte_count", "received_at")
_WORDS = ("area_id", "indicator_code", "breakdown_code", "month", "text_zh", "by", "at")


def count_what_came_before(connection: sqlite3.Connection) -> None:
    """Give numbers to what a desk held before entries were counted, inside the caller's transaction."""
    if connection.execute("select exists (select 1 from counted_entry)").fetchall()[0][0]:
        return
    for kind_code, names, query in _BEFORE:
        facts = [dict(zip(names, row, strict=True)) for row in connection.execute(query).fetchall()]
        if facts:
            counted.add(connection, kind_code, facts)


_BEFORE = (
    (
        counted.RECEIVED,
        ("receipt_id", "batch_id", "sha256", "file_name", "byte_count", "received_at", "received_by"),
        "select f.receipt_id, f.batch_id, f.sha256, f.file_name, f.byte_count, f.received_at, b.received_by"
        " from received_file as f join received_batch as b using (batch_id) order by f.receipt_id",
    ),
    (
        counted.WITHDRAWN,
        ("batch_id", "at", "by", "reason"),
        "select batch_id, withdrawn_at, withdrawn_by, withdrawn_reason from received_batch"
        " where withdrawn_at is not null order by rowid",
    ),
    (
        counted.EXPLAINED,
        ("area_id", "indicator_code", "breakdown_code", "month", "text_zh", "by", "at"),
        "select area_id, indicator_code, breakdown_code, month, text_zh, said_by, said_at from figure_explanation"
        " order by rowid",
    ),
)


def _text(moment: datetime) -> str:
    """Moments are kept in UTC, so that they sort as text."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
