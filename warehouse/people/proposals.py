"""Changes of what is declared – a target, a definition, a correction of a form – as steps: proposed, reviewed, dated.

Nobody passes what he proposed. A change in force is laid over the catalogue by the next refresh, with its reason and date
beside it; releases and editions made before are files, and keep what they were made of. Who did which step stays on the
desk and in the trail.
"""

import dataclasses
import json
import math
import re
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING

from warehouse.desk.journal import opened
from warehouse.errors import FormError
from warehouse.home import Home
from warehouse.people import audit
from warehouse.people.flow import plain_reason

if TYPE_CHECKING:
    # A refresh with nothing new asks what is in force, and reads no catalogue.
    from warehouse.catalog import Catalog

_TABLES = """
create table if not exists declared_step (
    number integer primary key,
    proposal integer not null,
    step_code text not null,
    kind_code text not null,
    subject text not null,
    was text not null,
    becomes text not null,
    from_on text not null,
    reason_zh text not null,
    who text not null,
    name_zh text not null,
    at text not null
);
"""
TABLES = _TABLES + audit.TABLES
TARGET, DEFINITION, CORRECTION = "target", "definition", "correction"
KINDS = {TARGET: "目标", DEFINITION: "指标定义", CORRECTION: "报表更正"}
STATES = {"proposed": "待审核", "passed": "已通过", "returned": "退回", "ended": "停止采用"}
STEPS = {"propose": "提出", "pass": "审核通过", "return": "退回", "end": "停止采用"}
NEXT = {
    ("", "propose"): "proposed",
    ("proposed", "pass"): "passed",
    ("proposed", "return"): "returned",
    ("passed", "end"): "ended",
}
FIELDS = {
    TARGET: {"value": "目标值", "text_zh": "写法"},
    DEFINITION: {"definition_zh": "定义"},
    CORRECTION: {"expected_raw": "表上写的", "corrected_value": "应为", "expires_on": "到期"},
}
"""What may be changed of each kind, and what it is called."""
_AUDITED = {"propose": "change_proposed", "pass": "change_passed", "return": "change_returned", "end": "change_ended"}
LONGEST = 500
_COLUMNS = "number, proposal, step_code, kind_code, subject, was, becomes, from_on, reason_zh, who, name_zh, at"


@dataclass(frozen=True, slots=True)
class Step:
    """One step: number, what was done, by whom (login and name at that time), when, why."""

    number: int
    step_code: str
    who: str
    name_zh: str
    at: datetime
    reason_zh: str


@dataclass(frozen=True)
class Proposal:
    """One change: its number, what of (`subject`: a target's or indicator's code, or form|area|indicator|month), from
    when, what was and becomes (texts by field), and its steps in their order."""

    number: int
    kind_code: str
    subject: str
    was: Mapping[str, str]
    becomes: Mapping[str, str]
    from_on: date
    steps: tuple[Step, ...]

    @property
    def state_code(self) -> str:
        """Where it stands, a code of STATES."""
        state = ""
        for one in self.steps:
            state = NEXT[state, one.step_code]
        return state

    @property
    def reason_zh(self) -> str:
        """Why it was proposed."""
        return self.steps[0].reason_zh


def propose(
    home: Home,
    catalog: "Catalog",
    *,
    kind_code: str,
    subject: str,
    becomes: Mapping[str, str],
    from_on: date,
    reason_zh: str,
    who: str,
    name_zh: str,
    address: str = "",
) -> int:
    """Enter a proposal; its number. It changes nothing until another person passes it.

    Raises:
        FormError: no such target, indicator or form; a field that cannot be changed, an empty or unreadable value, no
            reason, or nothing that differs.
    """
    reason = plain_reason(reason_zh)
    if len(reason) < 2:
        raise FormError("变更须写明依据，如文件名称和文号。请补写后再提出")
    texts = {name: plain_reason(text) for name, text in becomes.items()}
    was = _now(catalog, kind_code, subject)
    _check(kind_code, texts)
    _check_sense(catalog, kind_code, subject, texts, from_on)
    if all(was.get(name, "") == text for name, text in texts.items()):
        raise FormError("提出的与现在的完全一样，没有要改的。请核对后再提出")
    with opened(home, TABLES) as connection:
        connection.execute("begin immediate")
        try:
            ((last,),) = connection.execute("select coalesce(max(number), 0) from declared_step").fetchall()
            kept = {name: was.get(name, "") for name in texts}
            row = (kind_code, subject, _json(kept), _json(texts), from_on.isoformat())
            pinned = _enter(connection, last + 1, "propose", row, reason, who, name_zh, address)
            connection.execute("commit")
        except BaseException:
            connection.execute("rollback")
            raise
    audit.pin(home, *pinned)
    return last + 1


def decide(
    home: Home, number: int, step_code: str, *, who: str, name_zh: str, reason_zh: str = "", address: str = ""
) -> None:
    """Pass or return a proposal, or end a change in force.

    Raises:
        FormError: there is no such proposal, it stands elsewhere by now, a return or an end has no reason, or a person
            passes what he proposed himself.
    """
    reason = plain_reason(reason_zh)
    if step_code in ("return", "end") and len(reason) < 2:
        raise FormError(f"{STEPS[step_code]}须写明原因。请补写后再办")
    with opened(home, TABLES) as connection:
        connection.execute("begin immediate")
        try:
            found = next((one for one in _proposals(connection) if one.number == number), None)
            if found is None:
                raise FormError(f"变更 {number}：没有这一条。请刷新后再看")
            if (found.state_code, step_code) not in NEXT:
                raise FormError(
                    f"变更 {number} 现在是“{STATES[found.state_code]}”（{found.steps[-1].name_zh}），不能“{STEPS[step_code]}”。请刷新后再看"
                )
            if step_code == "pass" and found.steps[0].who == who:
                raise FormError("这项变更是您自己提出的，不能自己审核。请由另一位办理")
            row = (found.kind_code, found.subject, _json(found.was), _json(found.becomes), found.from_on.isoformat())
            pinned = _enter(connection, number, step_code, row, reason, who, name_zh, address)
            connection.execute("commit")
        except BaseException:
            connection.execute("rollback")
            raise
    audit.pin(home, *pinned)


def listed(home: Home) -> list[Proposal]:
    """All proposals, the newest first."""
    if not home.desk.exists():
        return []
    with opened(home, TABLES) as connection:
        return sorted(_proposals(connection), key=lambda one: -one.number)


def in_force(home: Home, day: date) -> list[Proposal]:
    """The changes that count on a day, in the order in which they were proposed; a later one wins."""
    counts = [one for one in listed(home) if one.state_code == "passed" and one.from_on <= day]
    return [one for one in reversed(counts) if not _has_expired(one, day)]


def mark(home: Home, day: date) -> str:
    """A text that changes with what counts on a day."""
    return ",".join(str(one.number) for one in in_force(home, day))


def amended(catalog: "Catalog", changes: Iterable[Proposal]) -> "Catalog":
    """The catalogue with targets and definitions as these changes say; each says so beside itself."""
    targets, indicators = dict(catalog.targets), dict(catalog.indicators)
    for one in changes:
        if one.kind_code == TARGET and one.subject in targets:
            old = targets[one.subject]
            said = f"目标值由{one.was['text_zh']}改为{one.becomes['text_zh']}，自{one.from_on}起，依据：{one.reason_zh}"
            targets[one.subject] = dataclasses.replace(
                old, value=_number(one.becomes["value"]), text_zh=one.becomes["text_zh"],
                # What the document printed stays with its figure; the target is not that figure any more.
                figure_id=None,
                caveat_zh="；".join(part for part in (old.caveat_zh, said) if part),
            )  # fmt: skip
        elif one.kind_code == DEFINITION and one.subject in indicators:
            indicators[one.subject] = dataclasses.replace(indicators[one.subject], **one.becomes)
    return dataclasses.replace(catalog, targets=MappingProxyType(targets), indicators=MappingProxyType(indicators))


def _now(catalog: "Catalog", kind_code: str, subject: str) -> dict[str, str]:
    """What is declared now, in the fields that may be changed."""
    if kind_code == TARGET and subject in catalog.targets:
        target = catalog.targets[subject]
        return {"value": "" if target.value is None else f"{target.value:.15g}", "text_zh": target.text_zh}
    if kind_code == DEFINITION and subject in catalog.indicators:
        return {"definition_zh": catalog.indicators[subject].definition_zh}
    if kind_code == CORRECTION:
        form_code, area_id, indicator_code, month = (*subject.split("|"), "", "", "", "")[:4]
        known = form_code in catalog.codes["form_code"] and area_id in catalog.areas
        indicator = catalog.indicators.get(indicator_code)
        if known and indicator and _day(f"{month}-01"):
            if indicator.form_code != form_code:
                raise FormError(f"“{indicator.label_zh}”不在这张报表里，更正不会生效。请选这张报表的指标")
            return {}
    raise FormError(f"“{subject[:60]}”：没有登记的{KINDS.get(kind_code, '内容')}。请从名单里选")


def _check(kind_code: str, texts: Mapping[str, str]) -> None:
    names = FIELDS[kind_code]
    if set(texts) != set(names):
        raise FormError(f"变更须写明{'、'.join(names.values())}。请补全后再提出")
    for name, text in texts.items():
        if not text and name != "corrected_value":
            raise FormError(f"{names[name]}不能为空。请补写后再提出")
        if len(text) > LONGEST:
            raise FormError(f"{names[name]}最长{LONGEST}字。请写短些")
        if name in ("value", "corrected_value") and text and _number(text) is None:
            raise FormError(f"{names[name]}“{text[:40]}”不是数字。比例写小数，如 0.85")
        if name == "expires_on" and _day(text) is None:
            raise FormError(f"到期日期“{text[:40]}”看不懂。请写如 2027-12-31")


def _check_sense(catalog: "Catalog", kind_code: str, subject: str, texts: Mapping[str, str], from_on: date) -> None:
    """Refuse what could never be meant: a value its own wording contradicts, one the indicator cannot have, an end before the
    beginning."""
    if kind_code == TARGET:
        value, text = _number(texts["value"]), texts["text_zh"]
        said = [float(number.replace(",", "")) * _TIMES[unit] for number, unit in _PRINTED.findall(text)]
        if said and not any(math.isclose(value, one, rel_tol=1e-9) for one in said):
            raise FormError(
                f"目标值{texts['value']}与写法“{text[:40]}”不是同一个数（比例写小数，如 0.85 与 85%）。请核对后再提出"
            )
    if kind_code == CORRECTION:
        indicator, value = catalog.indicators[subject.split("|")[2]], _number(texts["corrected_value"])
        if value is not None and not indicator.may_be(value):
            raise FormError(f"“{indicator.label_zh}”不会是{texts['corrected_value']}。请写整数，要剔除的不写")
        if (until := _day(texts["expires_on"])) and until < from_on:
            raise FormError(f"到期日期{until}早于生效日期{from_on}，更正不会生效。请核对后再提出")


_PRINTED = re.compile(r"(\d[\d,]*(?:\.\d+)?)\s*(%|‰|万|亿|)")
_TIMES = {"%": 0.01, "‰": 0.001, "万": 1e4, "亿": 1e8, "": 1.0}


def _number(text: str) -> float | None:
    try:
        value = float(text.replace(",", ""))
    except ValueError:
        return None
    return value if value == value and abs(value) < 1e15 else None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _has_expired(one: Proposal, day: date) -> bool:
    return one.kind_code == CORRECTION and date.fromisoformat(one.becomes["expires_on"]) < day


def _json(texts: Mapping[str, str]) -> str:
    return json.dumps(dict(texts), ensure_ascii=False, sort_keys=True)


def _enter(
    connection: sqlite3.Connection, proposal: int, step_code: str, row: tuple, reason: str, who: str, name_zh: str,
    address: str,
) -> tuple[int, str]:  # fmt: skip
    kind_code, subject, was, becomes, from_on = row
    connection.execute(
        "insert into main.declared_step (proposal, step_code, kind_code, subject, was, becomes, from_on, reason_zh, who,"
        " name_zh, at) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            proposal,
            step_code,
            kind_code,
            subject,
            was,
            becomes,
            from_on,
            reason,
            who,
            name_zh,
            datetime.now(UTC).isoformat(),
        ),
    )
    told = {
        "kind": KINDS[kind_code],
        "was": was,
        "becomes": becomes,
        "from": from_on,
        "reason": reason,
        "step": proposal,
    }
    return audit.add_within(connection, _AUDITED[step_code], who=who, address=address, subject=subject, details=told)


def _proposals(connection: sqlite3.Connection) -> list[Proposal]:
    found: dict[int, list[tuple]] = {}
    for row in connection.execute(f"select {_COLUMNS} from declared_step order by number").fetchall():
        found.setdefault(row[1], []).append(row)
    return [
        Proposal(
            number=number, kind_code=rows[0][3], subject=rows[0][4], was=json.loads(rows[0][5]),
            becomes=json.loads(rows[0][6]), from_on=date.fromisoformat(rows[0][7]),
            steps=tuple(Step(row[0], row[2], row[9], row[10], datetime.fromisoformat(row[11]), row[8]) for row in rows),
        )
        for number, rows in found.items()
    ]  # fmt: skip
