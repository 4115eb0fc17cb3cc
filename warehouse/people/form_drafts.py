"""Forms being filled on the page: what was typed so far, kept with each change, so that nothing is lost with the browser.

A draft is the unit's, not the person's: two clerks of a unit see one, and of two who type at once the later is told. It
stays after it was sent, so that a returned form is mended and not typed again.
"""

import hashlib
import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from warehouse.desk.journal import opened
from warehouse.errors import FormError
from warehouse.home import Home
from warehouse.people import flow

_TABLES = """
create table if not exists form_draft (
    area_id text not null,
    form_code text not null,
    month text not null,
    number integer not null,
    content text not null,
    who text not null,
    name_zh text not null,
    at text not null,
    primary key (area_id, form_code, month)
);
"""
TABLES = flow.TABLES + _TABLES
MOST_BYTES = 500_000


@dataclass(frozen=True, slots=True)
class FormDraft:
    """What was typed of one form: texts by name, as `etl.months.filling` names them. number grows with each change."""

    number: int
    given: Mapping[str, str]
    who: str
    name_zh: str
    at: datetime


def kept(home: Home, track: flow.Track) -> FormDraft | None:
    """The draft of a form; None when nobody typed anything."""
    if not home.desk.exists():
        return None
    with opened(home, TABLES, synchronous="normal") as connection:
        row = _row(connection, track)
    return (
        None if row is None else FormDraft(row[0], json.loads(row[1]), row[2], row[3], datetime.fromisoformat(row[4]))
    )


def keep(home: Home, track: flow.Track, given: Mapping[str, str], *, seen: int, who: str, name_zh: str) -> int:
    """Keep what was typed; its number. A form nobody reported yet, or that was returned, becomes 草稿 by it.

    Args:
        seen: number of the draft the person went on from, 0 for none.

    Raises:
        FormError: somebody else of the unit typed in the meantime, or it is too long for a form.
        HomeError: it cannot be written.
    """
    content = json.dumps(dict(given), ensure_ascii=False, sort_keys=True)
    if len(content) > MOST_BYTES:
        raise FormError("填写的内容太长，没有存下。请删减说明文字")
    area_id, form_code, month = track
    with opened(home, TABLES) as connection:
        connection.execute("begin immediate")
        try:
            row = _row(connection, track)
            if row is not None and row[0] != seen:
                raise FormError(
                    f"没有存下：{row[3]}在 {datetime.fromisoformat(row[4]).astimezone(flow.CHINA):%H:%M} 改过这张草稿。请刷新页面，在其基础上再填"
                )
            if row is not None and row[1] == content:
                connection.execute("rollback")
                return seen
            connection.execute(
                "insert into main.form_draft values (?, ?, ?, ?, ?, ?, ?, ?) on conflict do update set number = excluded.number,"
                " content = excluded.content, who = excluded.who, name_zh = excluded.name_zh, at = excluded.at",
                (area_id, form_code, month.isoformat(), seen + 1, content, who, name_zh, datetime.now(UTC).isoformat()),
            )
            flow.save_within(connection, track, hashlib.sha256(content.encode()).hexdigest(), who=who, name_zh=name_zh)
            connection.execute("commit")
        except BaseException:
            if connection.in_transaction:
                connection.execute("rollback")
            raise
    return seen + 1


def _row(connection: sqlite3.Connection, track: flow.Track) -> tuple | None:
    area_id, form_code, month = track
    found = connection.execute(
        "select number, content, who, name_zh, at from form_draft where area_id = ? and form_code = ? and month = ?",
        (area_id, form_code, month.isoformat()),
    ).fetchall()
    return found[0] if found else None
