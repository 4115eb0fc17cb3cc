"""What each channel was told, and what somebody wants to hear nothing of for a while: rows of the desk, only ever added.

delivery_told    channel, subject, the state it was told of; the newest row of both stands
alert_snoozed    no word of a subject up to and with a day; an empty day ends it
"""

import fcntl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime

from warehouse.desk.journal import opened
from warehouse.errors import BusyError, DeliveryError, HomeError, reason_zh
from warehouse.home import Home, plain
from warehouse.people import audit
from warehouse.people.flow import plain_reason

_TABLES = """
create table if not exists delivery_told (
    number integer primary key,
    channel text not null,
    subject text not null,
    state text not null,
    release_id text not null,
    at text not null
);
create table if not exists alert_snoozed (
    number integer primary key,
    subject text not null,
    until_on text not null,
    reason_zh text not null,
    who text not null,
    at text not null
);
"""
TABLES = _TABLES + audit.TABLES


@dataclass(frozen=True, kw_only=True)
class Snooze:
    """Until when nobody wants to hear of a subject, and why."""

    subject: str
    until_on: date
    reason_zh: str
    who: str


@contextmanager
def turn(home: Home) -> Iterator[None]:
    """One delivery at a time in a data home, so that nothing is said twice.

    Raises:
        BusyError: another one is at work.
    """
    try:
        lock = plain(home.root / "delivery.lock").open("a")
    except OSError as error:
        raise HomeError(f"数据目录 {home.root}：不能写入（{reason_zh(error)}）。请检查权限与磁盘空间") from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BusyError("另一个发送正在进行，本次没有发。请等它结束") from None
        yield


def told(home: Home, channel: str) -> dict[str, str]:
    """Subject → the state a channel was last told of."""
    if not home.desk.exists():
        return {}
    with opened(home, TABLES) as connection:
        rows = connection.execute(
            "select subject, state from delivery_told where channel = ? order by number", (channel,)
        ).fetchall()
    return dict(rows)


def tell(home: Home, channel: str, states: Sequence[tuple[str, str]], *, release_id: str) -> None:
    """Record that a channel was told of these (subject, state)."""
    now = _now()
    with opened(home, TABLES) as connection:
        connection.executemany(
            "insert into main.delivery_told (channel, subject, state, release_id, at) values (?, ?, ?, ?, ?)",
            [(channel, subject, state, release_id, now) for subject, state in states],
        )


def snoozed(home: Home, today: date) -> dict[str, Snooze]:
    """What nobody wants to hear of today, by subject."""
    if not home.desk.exists():
        return {}
    with opened(home, TABLES) as connection:
        rows = connection.execute(
            "select subject, until_on, reason_zh, who from alert_snoozed order by number"
        ).fetchall()
    newest = {subject: (until, reason, who) for subject, until, reason, who in rows}
    return {
        subject: Snooze(subject=subject, until_on=date.fromisoformat(until), reason_zh=reason, who=who)
        for subject, (until, reason, who) in newest.items()
        if until and date.fromisoformat(until) >= today
    }


def snooze(home: Home, subject: str, *, until_on: date | None, reason_zh: str, who: str, today: date) -> None:
    """Hear nothing of a subject up to and with a day; None ends it.

    Raises:
        DeliveryError: the day has passed, or no reason is given.
    """
    reason = plain_reason(reason_zh)
    if until_on is not None and until_on < today:
        raise DeliveryError(f"暂停提醒：{until_on:%Y-%m-%d} 已经过去。请改为今天或以后")
    if until_on is not None and len(reason) < 2:
        raise DeliveryError("暂停提醒：须写明原因。请补写")
    until = until_on.isoformat() if until_on else ""
    # First on record, then done.
    audit.record(home, "alert_snoozed", who=who, subject=subject, details={"reason": reason, "until": until or "恢复"})
    with opened(home, TABLES) as connection:
        connection.execute(
            "insert into main.alert_snoozed (subject, until_on, reason_zh, who, at) values (?, ?, ?, ?, ?)",
            (subject, until, reason, who, _now()),
        )


def _now() -> str:
    return datetime.now(UTC).isoformat()
