"""The way of a report: 草稿 → 已报 → 退回 / 已审 → 已签 → 已发布 → 更正, kept as steps that are only ever added.

A report is one form of one unit for one month. Each step is written together with its row of the audit trail in one
transaction, against the number of the step the person saw: of two who decide at once one wins and the other is told.
What a refresh may take is a file that was passed and not returned since; a correction on its way changes nothing yet.
"""

import sqlite3
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from warehouse.desk.journal import opened
from warehouse.errors import FormError
from warehouse.home import Home
from warehouse.people import audit

CHINA = ZoneInfo("Asia/Shanghai")
_TABLES = """
create table if not exists report_step (
    number integer primary key,
    area_id text not null,
    form_code text not null,
    month text not null,
    step_code text not null,
    sha256 text not null,
    who text not null,
    name_zh text not null,
    at text not null,
    reason_zh text not null
);
create index if not exists report_step_of on report_step (area_id, form_code, month);
create table if not exists review_begin (
    only_row integer primary key check (only_row = 1),
    receipt_id integer not null
);
"""
TABLES = _TABLES + audit.TABLES
STATES = {
    "": "未报",
    "draft": "草稿",
    "sent": "已报",
    "returned": "退回",
    "passed": "已审",
    "signed": "已签",
    "published": "已发布",
    "correcting": "更正",
}
STEPS = {"save": "存草稿", "send": "报送", "return": "退回", "pass": "审核通过", "sign": "签发", "publish": "发布"}
# Where a step leads from each state; a step that is not here is refused.
NEXT = {
    ("", "save"): "draft",
    ("draft", "save"): "draft",
    ("returned", "save"): "draft",
    ("", "send"): "sent",
    ("draft", "send"): "sent",
    ("sent", "send"): "sent",
    ("returned", "send"): "sent",
    ("passed", "send"): "correcting",
    ("signed", "send"): "correcting",
    ("published", "send"): "correcting",
    ("correcting", "send"): "correcting",
    ("sent", "return"): "returned",
    ("correcting", "return"): "returned",
    ("passed", "return"): "returned",
    ("sent", "pass"): "passed",
    ("correcting", "pass"): "passed",
    ("passed", "sign"): "signed",
    ("signed", "publish"): "published",
}
SIGN_OFFS = {"填报人": "send", "审核人": "pass", "签发人": "sign"}
_AUDITED = {"send": "sent", "return": "returned", "pass": "passed", "sign": "signed"}
LONGEST_REASON = 500
INBOX = "收件箱"
_COLUMNS = "number, area_id, form_code, month, step_code, sha256, who, name_zh, at, reason_zh"

Track = tuple[str, str, date]
"""A report: area, form, month."""
Taken = tuple[str, str, str, date]
"""A form of a file: SHA-256, area, form, month."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of one report. who is a login, name_zh the name at that time; sha256 the file the step is about."""

    number: int
    track: Track
    step_code: str
    sha256: str
    who: str
    name_zh: str
    at: datetime
    reason_zh: str


@dataclass(frozen=True, slots=True)
class Report:
    """Where a report stands, with its steps in their order."""

    track: Track
    state_code: str
    steps: tuple[Step, ...]

    @property
    def last(self) -> Step:
        """The newest step: what a decision is made against."""
        return self.steps[-1]

    def by(self, step_code: str) -> Step | None:
        """Who last did this step to the file that stands; None when nobody has."""
        return next(
            (one for one in reversed(self.steps) if one.step_code == step_code and one.sha256 == self.last.sha256), None
        )


def state_after(steps: Iterable[str]) -> str:
    """The state these steps lead to, from nothing.

    Raises:
        KeyError: one of them may not follow the others.
    """
    state = ""
    for step_code in steps:
        state = NEXT[state, step_code]
    return state


def reports(home: Home, areas: Collection[str] | None = None) -> list[Report]:
    """Every report that took a step, in the order of the last one, newest first; those of `areas` where given."""
    if not home.desk.exists():
        return []
    with opened(home, TABLES) as connection:
        found: dict[Track, list[Step]] = {}
        for row in connection.execute(f"select {_COLUMNS} from report_step order by number").fetchall():
            step = _step(row)
            if areas is None or step.track[0] in areas:
                found.setdefault(step.track, []).append(step)
    made = [Report(track, state_after(one.step_code for one in steps), tuple(steps)) for track, steps in found.items()]
    return sorted(made, key=lambda one: -one.last.number)


def signed_off(home: Home, track: Track, sha256: str) -> list[tuple[str, Step]]:
    """填报人, 审核人 and 签发人 of the file that stands in a release, as far as there are any, each with the step."""
    known = report(home, track)
    return signed_off_by(known.steps, sha256) if known else []


def signed_off_by(steps: Iterable[Step], sha256: str) -> list[tuple[str, Step]]:
    """The same of steps at hand; those about another file are passed over, and what was before a return counts no more."""
    steps = [one for one in steps if one.sha256 == sha256]
    last_return = max((one.number for one in steps if one.step_code == "return"), default=0)
    steps = [one for one in steps if one.number > last_return]
    found = []
    for label, step_code in SIGN_OFFS.items():
        last = next((one for one in reversed(steps) if one.step_code == step_code), None)
        if last is not None:
            found.append((label, last))
    return found


def report(home: Home, track: Track) -> Report | None:
    """One report; None when nothing was ever done to it."""
    return next((one for one in reports(home, [track[0]]) if one.track == track), None)


def send(
    home: Home, tracks: Sequence[Track], *, sha256: str, who: str, name_zh: str, reason_zh: str = "", address: str = ""
) -> None:
    """Enter that these reports were sent in one file; all of them or none."""
    with opened(home, TABLES) as connection:
        connection.execute("begin immediate")
        try:
            pinned = [
                _enter(connection, track, "send", sha256, who, name_zh, plain_reason(reason_zh), address)
                for track in tracks
            ]
            connection.execute("commit")
        except BaseException:
            connection.execute("rollback")
            raise
    if pinned:
        audit.pin(home, *pinned[-1])


def save_within(connection: sqlite3.Connection, track: Track, sha256: str, *, who: str, name_zh: str) -> None:
    """Enter inside the caller's transaction that a draft was begun, where the report's state lets it become one.

    A draft that is one already, and a correction that is being prepared beside what stands, take no step.
    """
    state = state_after(one.step_code for one in _steps_of(connection, track))
    if state != "draft" and (state, "save") in NEXT:
        _enter(connection, track, "save", sha256, who, name_zh, "", "")


def step(home: Home, number: int) -> Step | None:
    """One step by its number; None where there is none."""
    if not home.desk.exists():
        return None
    with opened(home, TABLES) as connection:
        found = connection.execute(f"select {_COLUMNS} from report_step where number = ?", (number,)).fetchall()
    return _step(found[0]) if found else None


def decide(
    home: Home,
    track: Track,
    step_code: str,
    *,
    seen: int,
    who: str,
    name_zh: str,
    reason_zh: str = "",
    address: str = "",
) -> None:
    """Return, pass or sign a report.

    Args:
        seen: number of the last step the person saw; when there is a newer one, nothing is done.

    Raises:
        FormError: somebody else was first, the step may not be taken from here, a return has no reason, or a person
            passes what he sent himself.
    """
    reason = plain_reason(reason_zh)
    if step_code == "return" and len(reason) < 2:
        raise FormError("退回须写明原因，让填报人知道改哪里。请补写后再退回")
    with opened(home, TABLES) as connection:
        connection.execute("begin immediate")
        try:
            steps = _steps_of(connection, track)
            if not steps:
                raise FormError("这张报表还没有报送，不能办理")
            if steps[-1].number != seen:
                other = steps[-1]
                raise FormError(
                    f"没有办成：{other.name_zh}已先一步“{STEPS[other.step_code]}”（{other.at:%Y-%m-%d %H:%M}）。请刷新后再看"
                )
            sent = next((one for one in reversed(steps) if one.step_code == "send"), None)
            if sent is None:
                raise FormError("这张报表还是草稿，没有报送，不能办理")
            if step_code == "pass" and sent.who == who:
                raise FormError("这张报表是您自己报送的，不能自己审核。请由另一位审核人办理")
            pinned = _enter(connection, track, step_code, sent.sha256, who, name_zh, reason, address)
            connection.execute("commit")
        except BaseException:
            connection.execute("rollback")
            raise
    audit.pin(home, *pinned)


def begin(home: Home) -> None:
    """From now on only what is passed is taken; what lies in the log by now stands as it was. Later calls do nothing."""
    from warehouse.desk import received

    with opened(home, TABLES + received.TABLES) as connection:
        connection.execute(
            "insert into main.review_begin select 1, coalesce(max(receipt_id), 0) from received_file where true"
            " on conflict do nothing"
        )


@dataclass(frozen=True)
class Review:
    """What a refresh may take of what came: forms passed, and those of files from before reviewing began."""

    before: int
    passed: frozenset[Taken]
    known: frozenset[Taken]
    signed: frozenset[Taken] = frozenset()

    def takes(self, receipt_id: int, form: Taken) -> bool:
        """Whether this form of this file may be in a release."""
        return form in self.passed or (receipt_id <= self.before and form not in self.known)


def review(home: Home) -> Review:
    """Where reviewing stands now; `begin` was called before."""
    known: set[Taken] = set()
    passed: set[Taken] = set()
    signed: set[Taken] = set()
    for one in reports(home):
        for step in one.steps:
            area_id, form_code, month = one.track
            form = (step.sha256, area_id, form_code, month)
            known.add(form)
            if step.step_code == "pass":
                passed.add(form)
            elif step.step_code == "sign":
                signed.add(form)
            elif step.step_code == "return":
                passed.discard(form)
                signed.discard(form)
    with opened(home, TABLES) as connection:
        begun = connection.execute("select receipt_id from review_begin").fetchall()
    return Review(begun[0][0] if begun else 0, frozenset(passed), frozenset(known), frozenset(signed))


def mark(home: Home) -> int:
    """A number that changes with every step that changes what a refresh takes."""
    if not home.desk.exists():
        return 0
    with opened(home, TABLES) as connection:
        return connection.execute(
            "select coalesce(max(number), 0) from report_step where step_code in ('send', 'return', 'pass', 'sign')"
        ).fetchall()[0][0]


def published(home: Home, *, up_to: int, who: str, name_zh: str) -> int:
    """Enter that signed reports are published, those passed by a step with a number up to `up_to`; how many."""
    count = 0
    with opened(home, TABLES) as connection:
        connection.execute("begin immediate")
        try:
            tracks = connection.execute("select distinct area_id, form_code, month from report_step").fetchall()
            for area_id, form_code, month in tracks:
                track = (area_id, form_code, date.fromisoformat(month))
                steps = _steps_of(connection, track)
                passed = max((one.number for one in steps if one.step_code == "pass"), default=up_to + 1)
                if steps[-1].step_code == "sign" and passed <= up_to:
                    _enter(connection, track, "publish", steps[-1].sha256, who, name_zh, "", "")
                    count += 1
            connection.execute("commit")
        except BaseException:
            connection.execute("rollback")
            raise
    return count


def _enter(
    connection: sqlite3.Connection,
    track: Track,
    step_code: str,
    sha256: str,
    who: str,
    name_zh: str,
    reason_zh: str,
    address: str,
) -> tuple[int, str]:
    """Add one step and its row of the trail inside the caller's transaction; number and chain of that row."""
    area_id, form_code, month = track
    state = state_after(one.step_code for one in _steps_of(connection, track))
    if (state, step_code) not in NEXT:
        raise FormError(f"这张报表现在是“{STATES[state]}”，不能“{STEPS[step_code]}”。请刷新后再看")
    at = datetime.now(UTC).isoformat()
    number = connection.execute(
        "insert into main.report_step (area_id, form_code, month, step_code, sha256, who, name_zh, at, reason_zh)"
        " values (?, ?, ?, ?, ?, ?, ?, ?, ?) returning number",
        (area_id, form_code, month.isoformat(), step_code, sha256, who, name_zh, at, reason_zh),
    ).fetchall()[0][0]
    if step_code not in _AUDITED:
        return 0, ""
    told = {"form": form_code, "month": f"{month:%Y-%m}", "sha256": sha256, "reason": reason_zh, "step": number}
    return audit.add_within(connection, _AUDITED[step_code], who=who, address=address, subject=area_id, details=told)


def _steps_of(connection: sqlite3.Connection, track: Track) -> list[Step]:
    area_id, form_code, month = track
    return [
        _step(row)
        for row in connection.execute(
            f"select {_COLUMNS} from report_step where area_id = ? and form_code = ? and month = ? order by number",
            (area_id, form_code, month.isoformat()),
        ).fetchall()
    ]


def _step(row: tuple) -> Step:
    number, area_id, form_code, month, step_code, sha256, who, name_zh, at, reason_zh = row
    track = (area_id, form_code, date.fromisoformat(month))
    return Step(number, track, step_code, sha256, who, name_zh, datetime.fromisoformat(at), reason_zh)


def plain_reason(text: str) -> str:
    """People's words as they are kept: in one line, without control signs, not longer than a reason is."""
    plain = "".join(sign if sign.isprintable() else " " for sign in unicodedata.normalize("NFC", text))
    plain = " ".join(plain.split())
    if len(plain) > LONGEST_REASON:
        raise FormError(f"原因有{len(plain)}字，最长{LONGEST_REASON}字。请写短些")
    return plain
