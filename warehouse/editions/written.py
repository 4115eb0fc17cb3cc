"""What people write beside the steps of an edition: comments on indicators, and warnings they took note of."""

from dataclasses import dataclass
from datetime import datetime

from warehouse.desk.journal import opened
from warehouse.editions.record import SINCE_BEGIN, TABLES, Actor, edition, must_be_open, now, turn
from warehouse.errors import PaperError
from warehouse.home import Home
from warehouse.people import audit

LONGEST_COMMENT = 1000


@dataclass(frozen=True, kw_only=True)
class Written:
    """One comment as it stands on the desk."""

    number: int
    edition_key: str
    area_id: str
    indicator_code: str
    text_zh: str
    who: str
    name_zh: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Noted:
    """One warning somebody took note of."""

    warning_key: str
    text_zh: str
    who: str
    name_zh: str
    at: datetime


def comment(home: Home, key: str, *, area_id: str, indicator_code: str, text_zh: str, actor: Actor) -> None:
    """Write, or with an empty text take back, one's own comment on an indicator of a draft.

    Raises:
        PaperError: the edition is no draft any more, or the text is too long.
    """
    text = " ".join("".join(sign if sign.isprintable() else " " for sign in text_zh).split())
    if len(text) > LONGEST_COMMENT:
        raise PaperError(f"评述有{len(text)}字，最长{LONGEST_COMMENT}字。请写短些")
    with turn(home) as connection:
        must_be_open(connection, key)
        connection.execute(
            "insert into main.edition_comment (edition_key, area_id, indicator_code, text_zh, who, name_zh, at)"
            " values (?, ?, ?, ?, ?, ?, ?)",
            (key, area_id, indicator_code, text, actor.who, actor.name_zh, now()),
        )
        told = {"area": area_id, "indicator": indicator_code}
        pinned = audit.add_within(
            connection, "commented", who=actor.who, address=actor.address, subject=key, details=told
        )
    audit.pin(home, *pinned)


def comments(home: Home, key: str) -> list[Written]:
    """The comments of an edition that stand: the newest of each author on each place and indicator, in order of writing.

    A correction begins with the comments of the edition it corrects.
    """
    if not home.desk.exists():
        return []
    found = edition(home, key)
    before = comments(home, found.settings.replaces) if found.settings.replaces else []
    newest: dict[tuple, Written] = {(one.area_id, one.indicator_code, one.who): one for one in before}
    with opened(home, TABLES) as connection:
        rows = connection.execute(
            "select number, edition_key, area_id, indicator_code, text_zh, who, name_zh, at from edition_comment"
            f" where edition_key = ? and {SINCE_BEGIN} order by number",
            (key, key),
        ).fetchall()
    for number, edition_key, area_id, indicator_code, text_zh, who, name_zh, at in rows:
        newest[area_id, indicator_code, who] = Written(
            number=number, edition_key=edition_key, area_id=area_id, indicator_code=indicator_code, text_zh=text_zh,
            who=who, name_zh=name_zh, at=datetime.fromisoformat(at),
        )  # fmt: skip
    return sorted((one for one in newest.values() if one.text_zh), key=lambda one: one.number)


def note(home: Home, key: str, *, warning_key: str, text_zh: str, actor: Actor) -> None:
    """Record that somebody took note of one warning of the checklist; again, it changes nothing."""
    with turn(home) as connection:
        must_be_open(connection, key)
        known = connection.execute(
            "select 1 from edition_noted where edition_key = ? and warning_key = ?", (key, warning_key)
        ).fetchall()
        if known:
            return
        connection.execute(
            "insert into main.edition_noted (edition_key, warning_key, text_zh, who, name_zh, at) values (?, ?, ?, ?, ?, ?)",
            (key, warning_key, text_zh, actor.who, actor.name_zh, now()),
        )
        told = {"reason": text_zh}
        pinned = audit.add_within(
            connection, "warning_noted", who=actor.who, address=actor.address, subject=key, details=told
        )
    audit.pin(home, *pinned)


def noted(home: Home, key: str) -> list[Noted]:
    """The warnings of an edition somebody took note of, in that order."""
    if not home.desk.exists():
        return []
    with opened(home, TABLES) as connection:
        rows = connection.execute(
            f"select warning_key, text_zh, who, name_zh, at from edition_noted where edition_key = ? and {SINCE_BEGIN}"
            " order by number",
            (key, key),
        ).fetchall()
    return [
        Noted(warning_key=warning, text_zh=text, who=who, name_zh=name, at=datetime.fromisoformat(at))
        for warning, text, who, name, at in rows
    ]
