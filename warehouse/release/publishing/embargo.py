"""Embargo: a draft that a person published for a later time. Until then it is nobody's, and nothing can hasten it.

Whatever runs at the time puts it out: a serving process looks every few seconds, `yanglao refresh` when it begins. A
draft that was replaced, rejected or taken back in the meantime is not put out.
"""

import logging
import threading
from dataclasses import dataclass
from datetime import UTC, datetime

from warehouse.desk.journal import opened
from warehouse.errors import BusyError, PublishError, YanglaoError
from warehouse.home import Home
from warehouse.people import audit
from warehouse.release.publishing import drafts
from warehouse.release.publishing.publish import Pointer

LOG = logging.getLogger("yanglao.embargo")
LOOK_SECONDS = 5.0
_TABLES = """
create table if not exists embargo (
    number integer primary key,
    release_id text not null,
    until text not null,
    retyped text not null,
    who text not null,
    name_zh text not null,
    at text not null,
    ended_at text
);
"""


@dataclass(frozen=True, slots=True)
class Embargo:
    """A draft's time: until when it waits, and who published it for then."""

    number: int
    release_id: str
    until: datetime
    retyped: str
    who: str
    name_zh: str


def put(
    home: Home, release_id: str, *, until: datetime, retyped: str, who: str, name_zh: str, address: str = ""
) -> Embargo:
    """Publish a draft at a time to come.

    Raises:
        PublishError: it is no longer the draft, the month was not retyped as it is, or the time is over.
    """
    if until <= datetime.now(UTC):
        raise PublishError("解禁时间已过。请写今后的时间，或直接发布")
    drafts.assure_retyped(home, release_id, retyped)
    told = {"release": release_id, "until": until.isoformat()}
    audit.record(home, "embargoed", who=who, address=address, subject=release_id, details=told)
    with opened(home, _TABLES) as connection:
        connection.execute("update main.embargo set ended_at = ? where ended_at is null", (_now(),))
        connection.execute(
            "insert into main.embargo (release_id, until, retyped, who, name_zh, at) values (?, ?, ?, ?, ?, ?)",
            (release_id, until.astimezone(UTC).isoformat(), retyped.strip(), who, name_zh, _now()),
        )
    return standing(home)


def standing(home: Home) -> Embargo | None:
    """The embargo of the draft that waits; None where it has none."""
    if not home.desk.exists():
        return None
    draft = drafts.draft_id(home)
    with opened(home, _TABLES, synchronous="normal") as connection:
        found = connection.execute(
            "select number, release_id, until, retyped, who, name_zh from embargo"
            " where ended_at is null and release_id = ? order by number desc limit 1",
            (draft or "",),
        ).fetchall()
    if not found:
        return None
    number, release_id, until, retyped, who, name_zh = found[0]
    return Embargo(number, release_id, datetime.fromisoformat(until), retyped, who, name_zh)


def take_back(home: Home, *, who: str, address: str = "") -> None:
    """Let the draft wait for a decision again."""
    found = standing(home)
    if found is not None:
        audit.record(home, "embargo_ended", who=who, address=address, subject=found.release_id)
        _end(home, found)


def put_out_due(home: Home, *, now: datetime | None = None) -> Pointer | None:
    """Publish the draft whose time has come; the pointer afterwards, None when there is nothing to do now.

    Raises:
        PublishError: it cannot be published any more; it waits for a decision then.
    """
    found = standing(home)
    if found is None or (now or datetime.now(UTC)) < found.until:
        return None
    try:
        pointer = drafts.publish_draft(
            home, found.release_id, retyped=found.retyped, who=found.who, name_zh=found.name_zh,
            reason_zh=f"定时发布，{found.until.astimezone(drafts.CHINA):%Y-%m-%d %H:%M}",
        )  # fmt: skip
    except BusyError:
        # A refresh is at work: the next look finds the draft again, or its successor without an embargo.
        return None
    except PublishError:
        _end(home, found)
        raise
    _end(home, found)
    return pointer


def watched(home: Home, stop: threading.Event, *, every: float = LOOK_SECONDS) -> None:
    """Put out what is due, again and again until `stop` is set; for a thread of a serving process."""
    while not stop.wait(every):
        try:
            put_out_due(home)
        except YanglaoError as refused:
            LOG.error("a release was to be published at its time and was not: %s", refused)


def _end(home: Home, found: Embargo) -> None:
    with opened(home, _TABLES) as connection:
        connection.execute("update main.embargo set ended_at = ? where number = ?", (_now(), found.number))


def _now() -> str:
    return datetime.now(UTC).isoformat()
