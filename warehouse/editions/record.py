"""Editions on the desk: their steps, comments and acknowledged warnings, only ever added, each step chained in the trail.

edition           which there are: place, month, letter
edition_step      what was done to each, with the settings of the draft at that time
edition_comment   what people wrote about indicators; the newest row of an author stands, an empty one takes it back
edition_noted     warnings of the checklist somebody took note of, with their words
"""

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

from warehouse.desk.journal import opened
from warehouse.editions import states
from warehouse.editions.identity import Identity
from warehouse.errors import PaperError
from warehouse.home import Home
from warehouse.people import audit
from warehouse.people.flow import plain_reason

_TABLES = """
create table if not exists edition (
    edition_key text primary key,
    area_id text not null,
    area_zh text not null,
    city_area_id text not null,
    month text not null,
    letter text not null
);
create table if not exists edition_step (
    number integer primary key,
    edition_key text not null,
    step_code text not null,
    who text not null,
    name_zh text not null,
    at text not null,
    reason_zh text not null,
    told text not null
);
create index if not exists edition_step_of on edition_step (edition_key);
create table if not exists edition_comment (
    number integer primary key,
    edition_key text not null,
    area_id text not null,
    indicator_code text not null,
    text_zh text not null,
    who text not null,
    name_zh text not null,
    at text not null
);
create table if not exists edition_noted (
    number integer primary key,
    edition_key text not null,
    warning_key text not null,
    text_zh text not null,
    who text not null,
    name_zh text not null,
    at text not null
);
"""
TABLES = _TABLES + audit.TABLES
AUDITED = {
    "begin": "edition_begun",
    "submit": "edition_submitted",
    "return": "edition_returned",
    "sign": "edition_signed",
    "replace": "edition_replaced",
    "withdraw": "edition_withdrawn",
    "discard": "edition_discarded",
}


@dataclass(frozen=True, kw_only=True)
class Actor:
    """Who does a step: login and name; is_operator for whoever runs the machine and has no account here."""

    who: str
    name_zh: str
    address: str = ""
    is_operator: bool = False


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step of an edition. told: the draft's settings (begin, change) or the folder it was frozen in (sign)."""

    number: int
    step_code: str
    who: str
    name_zh: str
    at: datetime
    reason_zh: str
    told: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What a draft is made with. edits: paragraphs rewritten, by key. template_sha256: of the bureau's Word template.

    replaces: key of the edition this one corrects, with note_zh saying what was wrong.
    """

    release_id: str
    sections: tuple[str, ...] = ()
    edits: Mapping[str, str] = None  # type: ignore[assignment]
    template_name: str = ""
    template_sha256: str = ""
    replaces: str = ""
    note_zh: str = ""

    def plain(self) -> dict[str, Any]:
        return {**vars(self), "sections": list(self.sections), "edits": dict(self.edits or {})}


@dataclass(frozen=True, kw_only=True)
class Edition:
    """Where an edition stands, with its steps in their order."""

    identity: Identity
    state_code: str
    steps: tuple[Step, ...]

    @property
    def key(self) -> str:
        return self.identity.key

    @property
    def last(self) -> Step:
        """The newest step: what a decision is made against."""
        return self.steps[-1]

    @property
    def settings(self) -> Settings:
        """What the draft is or was made with."""
        told = next(one.told for one in reversed(self.steps) if one.step_code in ("begin", "change"))
        return Settings(**{**told, "sections": tuple(told["sections"])})

    def by(self, step_code: str) -> Step | None:
        """The newest step of that kind."""
        return next((one for one in reversed(self.steps) if one.step_code == step_code), None)

    @property
    def sha256(self) -> str:
        """The folder its bytes are frozen in; empty until it is signed."""
        signed = self.by("sign")
        return str(signed.told["sha256"]) if signed else ""

    @property
    def replaced_by(self) -> str:
        """Key of the edition that corrected it; empty where none did."""
        step = self.by("replace")
        return str(step.told["by"]) if step and self.state_code == states.REPLACED else ""


def editions(home: Home, *, area_id: str | None = None) -> list[Edition]:
    """Every edition there is, newest month first, the newest letter of a month first; drafts thrown away left out."""
    if not home.desk.exists():
        return []
    with opened(home, TABLES) as connection:
        known = connection.execute("select area_id, area_zh, city_area_id, month, letter from edition").fetchall()
        steps: dict[str, list[Step]] = {}
        for key, *row in connection.execute(f"select edition_key, {_STEP} from edition_step order by number"):
            steps.setdefault(key, []).append(_step(row))
    found = [
        _edition(_identity(row), steps[_identity(row).key])
        for row in known
        if (area_id is None or row[0] == area_id) and _identity(row).key in steps
    ]
    kept = [one for one in found if one.state_code != states.DISCARDED]
    return sorted(
        kept, key=lambda one: (one.identity.month, len(one.identity.letter), one.identity.letter), reverse=True
    )


def edition(home: Home, name: str) -> Edition:
    """One edition by key (puyang-2026-10-A) or name (濮阳 2026-10-A).

    Raises:
        PaperError: there is none of that name; says which there are.
    """
    wanted = " ".join(name.split())
    known = editions(home)
    found = next((one for one in known if wanted in (one.key, one.identity.name_zh)), None)
    if found is None:
        listed = "、".join(one.identity.name_zh for one in known[:8]) or "还没有"
        raise PaperError(f"汇报版“{wanted[:60]}”：没有这一版。现有：{listed}")
    return found


def last_signed(home: Home, area_id: str, *, before: date, besides: str = "") -> Edition | None:
    """The signed edition of a place that stands for the newest month before `before`; None when there is none."""
    found = [
        one
        for one in editions(home, area_id=area_id)
        if one.state_code == states.SIGNED and one.identity.month < before and one.key != besides
    ]
    return found[0] if found else None


def begin(home: Home, identity: Identity, settings: Settings, actor: Actor) -> Edition:
    """Begin a draft; its letter is the next of the place and month, whatever `identity` says.

    Raises:
        PaperError: one is being written already, or a signed one stands and this corrects none.
    """
    with turn(home) as connection:
        own = [
            one
            for one in _within(connection, identity.area_id, identity.month)
            if one.state_code not in (states.NOTHING, states.DISCARDED)
        ]
        writing = next((one for one in own if one.state_code in states.OPEN), None)
        if writing is not None:
            raise PaperError(
                f"汇报版 {writing.identity.name_zh}：{writing.steps[0].name_zh}已经起草（{states.STATES[writing.state_code]}），"
                "一次只写一份。请打开它，或先作废"
            )
        standing = next((one for one in own if one.state_code == states.SIGNED), None)
        if standing is not None and settings.replaces != standing.key:
            raise PaperError(
                f"汇报版 {standing.identity.name_zh}：已经签发。要改请起草更正版并写明更正说明"
                f"（yanglao edition amend {standing.key} --note …）"
            )
        if settings.replaces and (standing is None or len(plain_reason(settings.note_zh)) < 4):
            why = "要更正的那一版不是现行的" if standing is None else "更正版须写明更正说明（改了什么、为什么）"
            raise PaperError(f"更正版：{why}。请核对后再起草")
        letter = states.next_letter(one.identity.letter for one in own)
        identity = replace(identity, letter=letter)
        connection.execute(
            "insert into main.edition values (?, ?, ?, ?, ?, ?) on conflict do nothing",
            (
                identity.key,
                identity.area_id,
                identity.area_zh,
                identity.city_area_id,
                identity.month.isoformat(),
                letter,
            ),
        )
        pinned = enter(connection, identity.key, "begin", actor, told=settings.plain(), reason_zh=settings.note_zh)
    audit.pin(home, *pinned)
    return edition(home, identity.key)


def take(
    home: Home,
    key: str,
    step_code: str,
    actor: Actor,
    *,
    seen: int,
    reason_zh: str = "",
    told: Mapping[str, Any] | None = None,
) -> Edition:
    """Take one step of an edition.

    Args:
        seen: number of the last step the person saw; when there is a newer one, nothing is done.

    Raises:
        PaperError: somebody else was first, the step may not be taken from here, or a reason is missing.
    """
    reason = plain_reason(reason_zh)
    if step_code in ("return", "withdraw") and len(reason) < 2:
        raise PaperError(f"{states.STEPS[step_code]}须写明原因。请补写后再办")
    with turn(home) as connection:
        pinned = take_within(connection, key, step_code, actor, seen=seen, reason_zh=reason, told=told)
    if pinned[0]:
        audit.pin(home, *pinned)
    return edition(home, key) if step_code != "discard" else _one(home, key)


def take_within(
    connection: sqlite3.Connection,
    key: str,
    step_code: str,
    actor: Actor,
    *,
    seen: int,
    reason_zh: str = "",
    told: Mapping[str, Any] | None = None,
) -> tuple[int, str]:
    """`take` inside the caller's transaction; number and chain of its row of the trail, for `pin`."""
    steps = _steps_of(connection, key)
    if not steps:
        raise PaperError(f"汇报版 {key}：没有这一版")
    if steps[-1].number != seen:
        other = steps[-1]
        raise PaperError(
            f"没有办成：{other.name_zh}已先一步“{states.STEPS[other.step_code]}”（{other.at:%Y-%m-%d %H:%M} UTC）。请刷新后再看"
        )
    return enter(connection, key, step_code, actor, told=told or {}, reason_zh=reason_zh)


def enter(
    connection: sqlite3.Connection, key: str, step_code: str, actor: Actor, *, told: Mapping[str, Any], reason_zh: str
) -> tuple[int, str]:
    """Add a step and its row of the trail; 0 and "" for a step that is not in the trail."""
    state = states.state_after(one.step_code for one in _steps_of(connection, key))
    if (state, step_code) not in states.NEXT:
        raise PaperError(f"汇报版 {key} 现在是“{states.STATES[state]}”，不能“{states.STEPS[step_code]}”。请刷新后再看")
    connection.execute(
        "insert into main.edition_step (edition_key, step_code, who, name_zh, at, reason_zh, told) values (?, ?, ?, ?, ?, ?, ?)",
        (key, step_code, actor.who, actor.name_zh, now(), reason_zh, json.dumps(dict(told), ensure_ascii=False)),
    )
    if step_code not in AUDITED:
        return 0, ""
    said = {"reason": reason_zh} | {name: told[name] for name in ("release_id", "sha256", "by") if name in told}
    return audit.add_within(
        connection, AUDITED[step_code], who=actor.who, address=actor.address, subject=key, details=said
    )


# ── inside ───────────────────────────────────────────────────────────────────────────────────────────────────────────

_STEP = "number, step_code, who, name_zh, at, reason_zh, told"
# What was written for a draft that was thrown away does not come back with the next one of its name.
SINCE_BEGIN = "at >= (select max(s.at) from edition_step as s where s.edition_key = ? and s.step_code = 'begin')"


@contextmanager
def turn(home: Home, tables: str = TABLES) -> Iterator[sqlite3.Connection]:
    """The desk in one transaction that only this writer has; undone when anything goes wrong."""
    with opened(home, tables) as connection:
        connection.execute("begin immediate")
        try:
            yield connection
            connection.execute("commit")
        except BaseException:
            connection.execute("rollback")
            raise


def must_be_open(connection: sqlite3.Connection, key: str) -> None:
    state = states.state_after(one.step_code for one in _steps_of(connection, key))
    if state not in states.OPEN:
        raise PaperError(f"汇报版 {key} 现在是“{states.STATES[state]}”，不能再写。已签发的请起草更正版")


def _within(connection: sqlite3.Connection, area_id: str, month: date) -> list[Edition]:
    rows = connection.execute(
        "select area_id, area_zh, city_area_id, month, letter from edition where area_id = ? and month = ?",
        (area_id, month.isoformat()),
    ).fetchall()
    return [_edition(_identity(row), _steps_of(connection, _identity(row).key)) for row in rows]


def _one(home: Home, key: str) -> Edition:
    with opened(home, TABLES) as connection:
        (row,) = connection.execute(
            "select area_id, area_zh, city_area_id, month, letter from edition where edition_key = ?", (key,)
        ).fetchall()
        return _edition(_identity(row), _steps_of(connection, key))


def _steps_of(connection: sqlite3.Connection, key: str) -> list[Step]:
    rows = connection.execute(
        f"select {_STEP} from edition_step where edition_key = ? order by number", (key,)
    ).fetchall()
    return [_step(row) for row in rows]


def _edition(identity: Identity, steps: Sequence[Step]) -> Edition:
    return Edition(identity=identity, state_code=states.state_after(one.step_code for one in steps), steps=tuple(steps))


def _identity(row: Sequence[str]) -> Identity:
    area_id, area_zh, city_area_id, month, letter = row
    return Identity(
        area_id=area_id, area_zh=area_zh, city_area_id=city_area_id, month=date.fromisoformat(month), letter=letter
    )


def _step(row: Sequence[Any]) -> Step:
    number, step_code, who, name_zh, at, reason_zh, told = row
    return Step(
        number=number, step_code=step_code, who=who, name_zh=name_zh, at=datetime.fromisoformat(at),
        reason_zh=reason_zh, told=json.loads(told),
    )  # fmt: skip


def now() -> str:
    """This moment, as the desk keeps it."""
    return datetime.now(UTC).isoformat()
