"""Entries that count: whatever changes figures gets the next number and is kept twice, each line chained to the last.

A file received, a batch withdrawn, words given for a held figure: one row on the desk, in the transaction that enters
it, and one line of `counted.log` beside the desk. So a desk that was lost, emptied, altered or put back from an older
copy is told from one that never held anything, and what it lost can be entered again from the lines.
"""

import fcntl
import hashlib
import json
import os
import secrets
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from warehouse.errors import HomeError, reason_zh
from warehouse.home import Home, plain

TABLES = """
create table if not exists counted_entry (
    number integer primary key,
    kind_code text not null,
    told text not null,
    chain text not null
);
"""
BEGUN, RECEIVED, WITHDRAWN, EXPLAINED = "begun", "received", "withdrawn", "explained"
_START = "0" * 64


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: its number from 1 on, kind_code begun received withdrawn explained, what it says as JSON, its chain."""

    number: int
    kind_code: str
    told: str
    chain: str

    @property
    def facts(self) -> Mapping[str, Any]:
        """What the entry says, by name."""
        return json.loads(self.told)


@dataclass(frozen=True, slots=True)
class Reach:
    """How far a release, a desk or a log goes: the number of its last entry (0 for none) and the chain up to there."""

    number: int = 0
    chain: str = ""


def add(connection: sqlite3.Connection, kind_code: str, facts: Iterable[Mapping[str, Any]]) -> None:
    """Enter what counts, inside the caller's transaction; `write_out` it after the commit."""
    rows = connection.execute("select number, chain from counted_entry order by number desc limit 1").fetchall()
    number, chain = rows[0] if rows else (0, _START)
    entries = []
    if not rows:
        # Two homes never have the same chain, so neither's desk passes for the other's.
        entries.append((1, BEGUN, _text({"home": secrets.token_hex(16)})))
    entries += [(0, kind_code, _text(fact)) for fact in facts]
    made = []
    for offset, (_, kind, told) in enumerate(entries, start=1):
        chain = linked(chain, number + offset, kind, told)
        made.append((number + offset, kind, told, chain))
    connection.executemany("insert into counted_entry values (?, ?, ?, ?)", made)


def linked(chain: str, number: int, kind_code: str, told: str) -> str:
    """The chain after one more entry."""
    return hashlib.sha256(f"{chain}\n{number}\n{kind_code}\n{told}".encode()).hexdigest()


def entries_of(connection: sqlite3.Connection) -> list[Entry]:
    """The entries on the desk, in their order; whether they hold is for `first_break` to say."""
    rows = connection.execute("select number, kind_code, told, chain from counted_entry order by number").fetchall()
    return [Entry(*row) for row in rows]


def last_of(connection: sqlite3.Connection) -> Reach:
    """How far the entries on the desk go."""
    rows = connection.execute("select number, chain from counted_entry order by number desc limit 1").fetchall()
    return Reach(*rows[0]) if rows else Reach()


def first_break(entries: Sequence[Entry]) -> int | None:
    """Number of the first entry that is not what was entered, or that stands where another is missing; None when all hold."""
    chain = _START
    for position, entry in enumerate(entries, start=1):
        chain = linked(chain, position, entry.kind_code, entry.told)
        if entry.number != position or entry.chain != chain:
            return position
    return None


def reach_of(entries: Sequence[Entry]) -> Reach:
    """How far these entries go."""
    return Reach(entries[-1].number, entries[-1].chain) if entries else Reach()


def read_log(home: Home) -> list[Entry]:
    """The lines of the log, in their order; none when there is no log. A line that is none is an entry that breaks.

    Raises:
        HomeError: the file cannot be read.
    """
    try:
        content = plain(home.counted).read_bytes()
    except FileNotFoundError:
        return []
    except OSError as error:
        raise HomeError(f"登记簿 {home.counted}：读不出（{reason_zh(error)}）。请检查它的权限") from error
    # A line without its end was cut off by a power failure while it was written; the desk has it.
    return [_entry(line) for line in content.split(b"\n")[:-1]]


def write_out(home: Home, entries: Sequence[Entry]) -> None:
    """Append to the log what it lacks of the desk's entries; a log that says otherwise is left for the next check.

    Raises:
        HomeError: the log cannot be written.
    """
    try:
        with plain(home.counted).open("a+b", buffering=0) as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            lines = _whole_lines(file)
            last = _entry(lines[-1]) if lines else None
            number = last.number if last else 0
            if last and (number > len(entries) or number < 1 or entries[number - 1].chain != last.chain):
                return
            added = b"".join(_line(entry) for entry in entries[number:])
            if added:
                file.write(added)
                os.fsync(file.fileno())
    except OSError as error:
        raise HomeError(f"登记簿 {home.counted}：写不进（{reason_zh(error)}）。请检查磁盘空间与权限") from error


def rewrite(home: Home, entries: Sequence[Entry]) -> None:
    """Write the log anew from entries that hold."""
    draft = home.counted.with_suffix(".draft")
    with draft.open("wb") as file:
        file.write(b"".join(_line(entry) for entry in entries))
        file.flush()
        os.fsync(file.fileno())
    draft.replace(home.counted)


def put_back(connection: sqlite3.Connection, entries: Sequence[Entry]) -> None:
    """Replace the entries on the desk, inside the caller's transaction."""
    connection.execute("delete from counted_entry")
    connection.executemany(
        "insert into counted_entry values (?, ?, ?, ?)",
        [(entry.number, entry.kind_code, entry.told, entry.chain) for entry in entries],
    )


def _whole_lines(file: Any) -> list[bytes]:
    """The last whole line of the log is all that is needed; what stands behind it is cut off."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - (1 << 16)))
    tail = file.read()
    end = tail.rfind(b"\n") + 1
    if end < len(tail):
        file.truncate(size - (len(tail) - end))
    return tail[:end].split(b"\n")[:-1]


def _line(entry: Entry) -> bytes:
    return f"{entry.number}\t{entry.chain}\t{entry.kind_code}\t{entry.told}\n".encode()


def _entry(line: bytes) -> Entry:
    try:
        number, chain, kind_code, told = line.decode().split("\t")
        return Entry(int(number), kind_code, told, chain)
    except ValueError:
        return Entry(-1, "", "", "")


def _text(facts: Mapping[str, Any]) -> str:
    """One line whatever it says: JSON has no bare line break and no bare tab."""
    return json.dumps(facts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
