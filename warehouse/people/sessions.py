"""Sessions: a random id in a cookie, its hash on the desk, looked at whenever something is asked.

Nothing about a person stands in the cookie. A session ends when it was idle too long, when it is too old, when the
person signs out anywhere, or when the account is closed: an open page then asks for a new sign-in with its next step.
"""

import hashlib
import secrets
import sqlite3
import time
from contextlib import suppress
from dataclasses import dataclass

from warehouse.desk.journal import opened
from warehouse.home import Home
from warehouse.people import accounts, audit
from warehouse.people.roles import ROLES, Grant, areas_of, grants, is_unit, rights_of, scope_of, today

TABLES = """
create table if not exists session (
    key text primary key,
    login text not null,
    name_zh text not null,
    source_code text not null,
    address text not null,
    began_at real not null,
    seen_at real not null
);
"""
COOKIE = "yanglao_session"
IDLE_SECONDS = 30 * 60
LONGEST_SECONDS = 12 * 3600
# How long a sign of life may be late on the desk: not every click writes.
SEEN_EVERY_SECONDS = 30
SEEN_WAIT_MILLISECONDS = 200
LONGEST_SECRET = 200
MOST_KNOWN = 5_000
_known: dict[tuple[str, str], tuple[tuple, "Person | None", float]] = {}
LOCAL, PROVIDER, GATEWAY = "local", "provider", "gateway"
SOURCES_ZH = {LOCAL: "本系统账户", PROVIDER: "统一身份认证", GATEWAY: "单位网关", "external": "单位的身份认证"}
"""Where somebody is signed in from, and where an account without a password of ours comes from."""


@dataclass(frozen=True)
class Person:
    """Who sits in front: login, name, where the identity comes from, and the grants in force today."""

    login: str
    name_zh: str
    source_code: str
    held: tuple[Grant, ...]
    must_change: bool = False

    def may(self, right: str, *area_path: str) -> bool:
        """Whether the person holds a right, for an area of `area_path` (the area and all above it) where that is given."""
        return right in rights_of(self.held, today(), area_path=area_path)

    def areas(self, right: str) -> frozenset[str]:
        """For which areas the person holds a right today; "" among them stands for all."""
        return areas_of(self.held, today(), right)

    def sees(self) -> str | None:
        """What the person reads: "" everything, the units whose scope it is (joined by +), or None for nothing at all."""
        day = today()
        held = [one for one in self.held if one.holds_on(day) and "read" in ROLES[one.role_code].rights]
        if not held:
            return None
        units = [one.area_id for one in held if one.area_id and is_unit(one)]
        return "" if len(units) < len(held) else scope_of(units)

    @property
    def roles(self) -> tuple[str, ...]:
        """Codes of the roles in force today."""
        day = today()
        return tuple(dict.fromkeys(one.role_code for one in self.held if one.holds_on(day)))


def begin(home: Home, *, login: str, name_zh: str, source_code: str, address: str) -> str:
    """Open a session; the secret for the cookie, known to nobody else."""
    secret = secrets.token_urlsafe(32)
    now = time.time()
    with opened(home, TABLES) as connection:
        connection.execute(
            "delete from session where seen_at < ? or began_at < ?", (now - IDLE_SECONDS, now - LONGEST_SECONDS)
        )
        connection.execute(
            "insert into session values (?, ?, ?, ?, ?, ?, ?)",
            (_key(secret), login, name_zh, source_code, address, now, now),
        )
    audit.record(home, "signed_in", who=login, address=address, subject=login, details={"source": source_code})
    return secret


def person(home: Home, secret: str | None) -> Person | None:
    """Who the cookie's secret stands for now; None for nobody: unknown, ended, or of a closed account.

    The desk is read again whenever anything was written to it since, so a closed account is out at once.
    """
    if not secret or len(secret) > LONGEST_SECRET or not home.desk.exists():
        return None
    key, now = (str(home.root), _key(secret)), time.time()
    signature = _signature(home)
    known = _known.get(key)
    if known and known[0] == signature and now - known[2] < SEEN_EVERY_SECONDS:
        return known[1]
    found = _looked_up(home, secret, now)
    if len(_known) > MOST_KNOWN:
        _known.clear()
    _known[key] = (signature, found, now)
    return found


def _signature(home: Home) -> tuple[tuple[int, int], ...]:
    """What changes with every write to the desk."""
    found = []
    for path in (home.desk, home.desk.with_name(home.desk.name + "-wal")):
        try:
            state = path.stat()
        except FileNotFoundError:
            continue
        found.append((state.st_mtime_ns, state.st_size))
    return tuple(found)


def _looked_up(home: Home, secret: str, now: float) -> Person | None:
    with opened(home, TABLES, synchronous="normal") as connection:
        found = connection.execute(
            "select login, name_zh, source_code, began_at, seen_at from session where key = ?", (_key(secret),)
        ).fetchall()
        if not found:
            return None
        login, name_zh, source_code, began_at, seen_at = found[0]
        # A desk that is busy or full must keep nobody from reading: the idle time then goes on running.
        connection.execute(f"pragma busy_timeout = {SEEN_WAIT_MILLISECONDS}")
        if now - seen_at > IDLE_SECONDS or now - began_at > LONGEST_SECONDS:
            with suppress(sqlite3.OperationalError):
                connection.execute("delete from session where key = ?", (_key(secret),))
            return None
        if now - seen_at > SEEN_EVERY_SECONDS:
            with suppress(sqlite3.OperationalError):
                connection.execute("update session set seen_at = ? where key = ?", (now, _key(secret)))
    must_change = False
    account = accounts.find(home, login)
    if account is not None and account.is_closed or source_code == LOCAL and account is None:
        return None
    if account is not None:
        name_zh, must_change = account.name_zh, source_code == LOCAL and account.must_change
    return Person(login, name_zh, source_code, tuple(grants(home, login)), must_change)


def end(home: Home, secret: str, *, address: str = "") -> None:
    """Sign out here."""
    with opened(home, TABLES) as connection:
        ended = connection.execute("delete from session where key = ? returning login", (_key(secret),)).fetchall()
    for (login,) in ended:
        audit.record(home, "signed_out", who=login, address=address, subject=login)


def end_all(home: Home, login: str, *, by: str) -> int:
    """Sign a person out everywhere; how many sessions ended."""
    with opened(home, TABLES) as connection:
        ended = connection.execute("delete from session where login = ?", (login,)).rowcount
    audit.record(home, "signed_out", who=by, subject=login, details={"sessions": ended})
    return ended


def _key(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
