"""The pin of the desk: how far what people wrote goes, so that a desk put back from an older copy is told from the newest.

Each change of a row that proves itself (`desk.proven`), and each entry of the record of published cells, is a step of the
desk, with a mark that no other desk has. `desk.pin` beside the desk names the last one, written after the desk: so the
desk may be ahead of its pin, after a kill, and never behind it. What counts and the trail have witnesses of their own
(`desk.counted`, `people.audit`). A pin that is gone or damaged is made anew: the desk is all there.
"""

import hashlib
import os
import sqlite3
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from warehouse.home import plain

TABLE = """
create table if not exists desk_step (
    number integer primary key,
    mark text not null
);
"""
NAME = "desk.pin"
STEP = "insert into desk_step (mark) values (lower(hex(randomblob(8))));"
"""What a trigger adds for one change of a row, in the transaction that makes it."""


@dataclass(frozen=True, slots=True)
class Step:
    """The last change of a desk: its number from 1 on, 0 before the first, and its mark."""

    number: int = 0
    mark: str = ""


def read_pin(desk: Path) -> Step | None:
    """What the pin beside a desk says; None where there is none, or it is not what was written."""
    try:
        digest, number, mark = plain(_place(desk)).read_text(encoding="utf-8").split()
        return Step(int(number), mark) if digest == _digest(number, mark) else None
    except (OSError, ValueError):
        return None


def last_of(connection: sqlite3.Connection) -> Step:
    """The last step of an open desk."""
    if not connection.execute("select 1 from sqlite_master where name = 'desk_step'").fetchall():
        return Step()
    rows = connection.execute("select number, mark from desk_step order by number desc limit 1").fetchall()
    return Step(*rows[0]) if rows else Step()


def fault_zh(connection: sqlite3.Connection, pin: Step | None) -> str:
    """What an open desk lacks of what its pin says, in words that follow 登记文件; empty when it goes as far.

    Args:
        pin: read before the desk was, since people write meanwhile.
    """
    if pin is None or _goes_as_far(connection, pin):
        return ""
    last = last_of(connection)
    there = f"只到第 {last.number} 次改动" if last.number < pin.number else f"第 {pin.number} 次改动不是那一次"
    return f"{there}，而旁边的 {NAME} 记到第 {pin.number} 次，像是换回了较早的登记文件，之后写下的不在其中"


def older_zh(desk: Path, pin: Step | None = None) -> str:
    """As `fault_zh`, of a desk file and the pin beside it, or one that was read before the file was copied.

    Of a file that cannot be read it says nothing.
    """
    pin = pin or read_pin(desk)
    with suppress(sqlite3.Error), closing(_for_reading(desk)) as connection:
        return fault_zh(connection, pin)
    return ""


def write_out(desk: Path, connection: sqlite3.Connection) -> None:
    """Write down how far the desk goes, after a change. A pin that knows more than the desk is left as a witness.

    A disk that refuses it leaves the desk ahead of its pin, until the next change.
    """
    pin, last = read_pin(desk), last_of(connection)
    if last.number and (pin is None or pin.number < last.number and _goes_as_far(connection, pin)):
        with suppress(OSError):
            _write(desk, last)


def put_right(desk: Path, connection: sqlite3.Connection) -> list[str]:
    """Make a pin anew that is gone or damaged, or behind after a kill; a sentence where it was damaged."""
    is_damaged = read_pin(desk) is None and _place(desk).exists()
    write_out(desk, connection)
    return [f"登记文件的标记 {_place(desk)} 已损坏，已按登记文件重写"] if is_damaged else []


def accept(desk: Path) -> int:
    """After a restore: from now on the desk is what there is; how many changes it lacks of what the pin said.

    Raises:
        OSError: the pin cannot be written.
    """
    pin = read_pin(desk)
    with closing(_for_reading(desk)) as connection:
        last = last_of(connection)
        lacks = 0 if pin is None or _goes_as_far(connection, pin) else max(pin.number - last.number, 1)
    if last.number:
        _write(desk, last)
    else:
        _place(desk).unlink(missing_ok=True)
    return lacks


def is_before(desk: Path, other: Path) -> bool:
    """Whether another copy of a desk goes on from where this one ends."""
    try:
        with closing(_for_reading(desk)) as mine, closing(_for_reading(other)) as theirs:
            last = last_of(mine)
            return last.number < last_of(theirs).number and _goes_as_far(theirs, last)
    except sqlite3.Error:
        return False


def _goes_as_far(connection: sqlite3.Connection, step: Step) -> bool:
    if not step.number:
        return True
    if not last_of(connection).number:
        return False
    found = connection.execute("select mark from desk_step where number = ?", (step.number,)).fetchall()
    return [mark for (mark,) in found] == [step.mark]


def _write(desk: Path, step: Step) -> None:
    place = _place(desk)
    draft = place.with_name(f".{NAME}.{os.getpid()}.{step.number}")
    try:
        draft.write_text(f"{_digest(step.number, step.mark)} {step.number} {step.mark}\n", encoding="utf-8")
        draft.replace(place)
    finally:
        draft.unlink(missing_ok=True)


def _place(desk: Path) -> Path:
    return desk.with_name(NAME)


def _for_reading(desk: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{quote(str(desk.absolute()))}?mode=ro", uri=True, timeout=20)


def _digest(number: int | str, mark: str) -> str:
    return hashlib.sha256(f"{number} {mark}".encode()).hexdigest()
