"""Previews: a draft shown to named people by a link that ends at a time, or when the draft does.

The link alone opens nothing: whoever follows it has to be signed in and named in it. Its secret is kept as a hash.
"""

import hashlib
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from warehouse.desk.journal import opened
from warehouse.errors import AccountError
from warehouse.home import Home
from warehouse.people import audit

TABLES = """
create table if not exists preview (
    key text primary key,
    release_id text not null,
    logins text not null,
    until text not null,
    given_by text not null,
    given_at text not null,
    ended_at text
);
"""
MOST_PEOPLE = 50
LONGEST_SECRET = 200


@dataclass(frozen=True, slots=True)
class Preview:
    """One link: which draft, for whom (logins), until when, by whom. `key` names it without being able to open it."""

    key: str
    release_id: str
    logins: tuple[str, ...]
    until: datetime
    given_by: str


def give(home: Home, release_id: str, *, logins: Sequence[str], until: datetime, by: str, address: str = "") -> str:
    """Make a link for these people; its secret, shown once. On record before it opens anything.

    Raises:
        AccountError: nobody is named, too many are, or the end lies in the past.
    """
    named = tuple(dict.fromkeys(login.strip().lower() for login in logins if login.strip()))
    if not named or len(named) > MOST_PEOPLE:
        raise AccountError(f"预览链接：须写明给谁看，1至{MOST_PEOPLE}人。请填登录名，用顿号或逗号分开")
    if until <= datetime.now(UTC):
        raise AccountError("预览链接：截止时间已过。请写今后的时间")
    secret = secrets.token_urlsafe(24)
    told = {"release": release_id, "for": list(named), "until": until.isoformat()}
    audit.record(home, "preview_given", who=by, address=address, subject=release_id, details=told)
    with opened(home, TABLES) as connection:
        connection.execute(
            "insert into main.preview values (?, ?, ?, ?, ?, ?, null)",
            (
                _key(secret),
                release_id,
                json.dumps(named),
                until.astimezone(UTC).isoformat(),
                by,
                datetime.now(UTC).isoformat(),
            ),
        )
    return secret


def opened_by(home: Home, secret: str | None, *, login: str, now: datetime | None = None) -> Preview | None:
    """The preview this secret opens for this person now; None when it opens none: unknown, ended, or for others."""
    if not secret or len(secret) > LONGEST_SECRET or not home.desk.exists():
        return None
    with opened(home, TABLES, synchronous="normal") as connection:
        found = connection.execute(
            f"select {_FIELDS} from preview where key = ? and ended_at is null", (_key(secret),)
        ).fetchall()
    if not found:
        return None
    preview = _preview(found[0])
    is_open = login in preview.logins and (now or datetime.now(UTC)) < preview.until
    return preview if is_open else None


def given(home: Home, release_id: str) -> list[Preview]:
    """The links of a draft that have not been ended, the newest first; those past their time among them."""
    if not home.desk.exists():
        return []
    with opened(home, TABLES) as connection:
        rows = connection.execute(
            f"select {_FIELDS} from preview where release_id = ? and ended_at is null order by given_at desc",
            (release_id,),
        ).fetchall()
    return [_preview(row) for row in rows]


def end(home: Home, key: str, *, by: str, address: str = "") -> None:
    """End a link; open pages of it end with their next step."""
    with opened(home, TABLES) as connection:
        ended = connection.execute(
            "update main.preview set ended_at = ? where key = ? and ended_at is null returning release_id",
            (datetime.now(UTC).isoformat(), key),
        ).fetchall()
    for (release_id,) in ended:
        audit.record(home, "preview_ended", who=by, address=address, subject=release_id)


_FIELDS = "key, release_id, logins, until, given_by"


def _preview(row: tuple) -> Preview:
    key, release_id, logins, until, given_by = row
    return Preview(key, release_id, tuple(json.loads(logins)), datetime.fromisoformat(until), given_by)


def _key(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
