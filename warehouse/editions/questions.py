"""追问: what a leader asks about a card becomes a task with an owner and a day; it stays on the cover until it is closed.

    question         who asked whom about what, until when
    question_step    answered, given back, closed; only ever added, each chained in the trail

An answer carries its figures: every number in its words is one that a release gives, kept with its receipt.
"""

import json
import re
import sqlite3
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from warehouse.desk.journal import opened
from warehouse.editions.content import Question
from warehouse.editions.record import Actor, turn
from warehouse.errors import PaperError
from warehouse.home import Home
from warehouse.paper.numbers import numbers_in
from warehouse.people import audit
from warehouse.people.flow import plain_reason
from warehouse.read import Release
from warehouse.read.place import areas
from warehouse.read.receipt.receipts import receipt_id
from warehouse.wording.grammar.cited import Figure

_TABLES = """
create table if not exists question (
    number integer primary key,
    city_area_id text not null,
    area_id text not null,
    area_zh text not null,
    indicator_code text not null,
    indicator_zh text not null,
    asked_in text not null,
    text_zh text not null,
    owner_area_id text not null,
    owner_zh text not null,
    due_on text not null,
    who text not null,
    name_zh text not null,
    at text not null
);
create table if not exists question_step (
    number integer primary key,
    question integer not null,
    step_code text not null,
    text_zh text not null,
    figures text not null,
    release_id text not null,
    who text not null,
    name_zh text not null,
    at text not null
);
create index if not exists question_step_of on question_step (question);
"""
TABLES = _TABLES + audit.TABLES
OPEN, ANSWERED, CLOSED = "open", "answered", "closed"
STATES = {OPEN: "未答复", ANSWERED: "已答复，待销号", CLOSED: "已销号"}
STEPS = {"answer": "答复", "reopen": "退回重答", "close": "销号"}
NEXT = {
    (OPEN, "answer"): ANSWERED,
    (ANSWERED, "answer"): ANSWERED,
    (ANSWERED, "reopen"): OPEN,
    (ANSWERED, "close"): CLOSED,
}
AUDITED = {"answer": "question_answered", "reopen": "question_reopened", "close": "question_closed"}
# Dates and deadlines in an answer are no measurements.
_DATE = re.compile(r"\d{4}年度?(\d{1,2}月(\d{1,2}[日号]|底)?)?|\d{1,2}月(\d{1,2}[日号]|底)?|\d{1,2}[日号]|第\d+季度")


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step of a question."""

    step_code: str
    text_zh: str
    figures: tuple[Figure, ...]
    release_id: str
    who: str
    name_zh: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A question with its steps. owner_area_id: the unit it is for; empty where the owner is no unit."""

    number: int
    city_area_id: str
    area_id: str
    area_zh: str
    indicator_code: str
    indicator_zh: str
    asked_in: str
    text_zh: str
    owner_area_id: str
    owner_zh: str
    due_on: date
    who: str
    name_zh: str
    at: datetime
    steps: tuple[Step, ...]

    @property
    def state_code(self) -> str:
        """open, answered, closed."""
        state = OPEN
        for one in self.steps:
            state = NEXT[state, one.step_code]
        return state

    @property
    def answer(self) -> Step | None:
        """The answer that stands."""
        return next((one for one in reversed(self.steps) if one.step_code == "answer"), None)

    def is_overdue(self, today: date) -> bool:
        """Whether it has no answer and its day has passed."""
        return self.state_code == OPEN and self.due_on < today

    def told(self, today: date) -> Question:
        """As it stands that day, for an edition."""
        answer = self.answer if self.state_code != OPEN else None
        return Question(
            number=self.number,
            asked_in=self.asked_in,
            area_zh=self.area_zh,
            indicator_zh=self.indicator_zh,
            text_zh=self.text_zh,
            owner_zh=self.owner_zh,
            due_on=self.due_on,
            asked_at=self.at,
            state_code=self.state_code,
            state_zh=STATES[self.state_code],
            is_overdue=self.is_overdue(today),
            answer_zh=answer.text_zh if answer else "",
            answer_figures=answer.figures if answer else (),
            answer_release_id=answer.release_id if answer else "",
            answered_at=answer.at if answer else None,
        )


def ask(
    home: Home,
    *,
    city_area_id: str,
    area: tuple[str, str],
    indicator: tuple[str, str],
    asked_in: str,
    text_zh: str,
    owner: tuple[str, str],
    due_on: date,
    today: date,
    actor: Actor,
) -> int:
    """Ask; the number of the question.

    Args:
        area, indicator, owner: code and name; the code of an owner that is no unit is empty.
        asked_in: key of the edition, or the release whose card it was.

    Raises:
        PaperError: no words, no owner, or a day that has passed.
    """
    text, name = plain_reason(text_zh), plain_reason(owner[1])
    if len(text) < 2 or not name:
        raise PaperError("追问：要写明问什么、由谁落实。请补写后再提")
    if due_on < today:
        raise PaperError(f"追问：期限 {due_on:%Y-%m-%d} 已经过去。请改为今天或以后")
    with turn(home, TABLES) as connection:
        number = connection.execute(
            "insert into main.question (city_area_id, area_id, area_zh, indicator_code, indicator_zh, asked_in, text_zh,"
            " owner_area_id, owner_zh, due_on, who, name_zh, at) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
            " returning number",
            (city_area_id, *area, *indicator, asked_in, text, owner[0], name, due_on.isoformat(), actor.who,
             actor.name_zh, _now()),
        ).fetchall()[0][0]  # fmt: skip
        told = {"reason": text, "until": due_on, "area": area[0]}
        pinned = audit.add_within(
            connection, "question_asked", who=actor.who, address=actor.address, subject=f"追问{number}", details=told
        )
    audit.pin(home, *pinned)
    return number


def take(
    home: Home,
    number: int,
    step_code: str,
    actor: Actor,
    *,
    text_zh: str = "",
    figures: Sequence[Figure] = (),
    release_id: str = "",
) -> Asked:
    """Answer, give back or close a question.

    Args:
        figures: the numbers of an answer, with the rows of `release_id` they are from.

    Raises:
        PaperError: the step may not be taken from here, an answer is empty, or one of its numbers is of no figure.
    """
    text = plain_reason(text_zh)
    if step_code in ("answer", "reopen") and len(text) < 2:
        raise PaperError(f"{STEPS[step_code]}：请写明内容再办")
    if step_code == "answer" and (unknown := loose_numbers(text, figures)):
        raise PaperError(f"答复里的{'、'.join(unknown)}没有凭证。请从批次里选这个数（写上凭证编号），或改成汉字、删去")
    with turn(home, TABLES) as connection:
        found = next((one for one in _read(connection) if one.number == number), None)
        if found is None:
            raise PaperError(f"追问{number}：没有这一条")
        if (found.state_code, step_code) not in NEXT:
            raise PaperError(f"追问{number}现在是“{STATES[found.state_code]}”，不能“{STEPS[step_code]}”。请刷新后再看")
        told = json.dumps([vars(one) for one in figures], ensure_ascii=False)
        connection.execute(
            "insert into main.question_step (question, step_code, text_zh, figures, release_id, who, name_zh, at)"
            " values (?, ?, ?, ?, ?, ?, ?, ?)",
            (number, step_code, text, told, release_id, actor.who, actor.name_zh, _now()),
        )
        pinned = audit.add_within(
            connection, AUDITED[step_code], who=actor.who, address=actor.address, subject=f"追问{number}",
            details={"reason": text, "release": release_id},
        )  # fmt: skip
    audit.pin(home, *pinned)
    return next(one for one in questions(home) if one.number == number)


def questions(home: Home, *, city_area_id: str | None = None, area_ids: Collection[str] | None = None) -> list[Asked]:
    """Every question, in order of asking; those of a city, or only those about or for these units."""
    if not home.desk.exists():
        return []
    with opened(home, TABLES) as connection:
        found = _read(connection)
    return [
        one
        for one in found
        if (city_area_id is None or one.city_area_id == city_area_id)
        and (area_ids is None or not {one.area_id, one.owner_area_id}.isdisjoint(area_ids))
    ]


def question(home: Home, number: int) -> Asked:
    """One question. Raises PaperError when there is none of that number."""
    found = next((one for one in questions(home) if one.number == number), None)
    if found is None:
        raise PaperError(f"追问{number}：没有这一条。请用 yanglao edition ask 查看")
    return found


def label_of(release: Release, indicator_code: str) -> str:
    """What an indicator is called; empty for none. Raises PaperError for a code the release does not have."""
    if not indicator_code:
        return ""
    frame = release.rows("select label_zh from meta.indicator where indicator_code = $c", {"c": indicator_code}).frame
    if not frame.height:
        raise PaperError(f"指标代码“{indicator_code[:60]}”：批次 {release.release_id} 没有这个指标")
    return frame["label_zh"][0]


def unit_named(release: Release, city_area_id: str, name: str) -> str:
    """area_id of the reporting unit of that name; empty where the owner is no unit (a 科室, say)."""
    rows = areas.units(release, city_area_id=city_area_id).frame.to_dicts()
    return next((row["area_id"] for row in rows if name in (row["area_id"], row["name_zh"], row["short_name_zh"])), "")


def of_place(home: Home, *, city_area_id: str, area_id: str) -> list[Asked]:
    """The questions that concern an edition: all of the city, or those about or for the unit."""
    return questions(home, city_area_id=city_area_id, area_ids=None if area_id == city_area_id else (area_id,))


def loose_numbers(text: str, figures: Sequence[Figure]) -> list[str]:
    """The numbers of a text that are of none of the figures; dates left out."""
    known = {number for figure in figures for number in numbers_in(figure.wording)}
    bare = {number.rstrip("个人张元位次") for number in known}
    return [
        one for one in numbers_in(_DATE.sub("", text)) if one not in known and one.rstrip("个人张元位次") not in bare
    ]


def figure_of_code(release: Release, code: str) -> Figure:
    """The number a printed receipt code names, with its wording in this release.

    Raises:
        PaperError: no number of the release has that code, or it is blank.
    """
    from warehouse.read.receipt.receipt_codes import numbers_of
    from warehouse.read.receipt.receipts import receipt, split_receipt_id

    asked = split_receipt_id(numbers_of(release, code=code)[0])
    found = receipt(release, relation=asked["relation"] or "", row_key=asked["row_key"] or "", column=asked["column"])
    wording = found.step.told.value_text if found else ""
    if not any(sign.isdigit() for sign in wording):
        raise PaperError(f"凭证编号 {code}：这个数在批次 {release.release_id} 里是空的，不能用来答复")
    return Figure(
        wording=wording,
        relation=asked["relation"] or "",
        row_key=asked["row_key"] or "",
        column=asked["column"] or "",
    )


def ref(figure: Figure) -> str:
    """The receipt of a figure."""
    return receipt_id(figure.relation, figure.row_key, figure.column or None)


def _read(connection: sqlite3.Connection) -> list[Asked]:
    steps: dict[int, list[Step]] = {}
    for question, step_code, text, figures, release_id, who, name, at in connection.execute(
        "select question, step_code, text_zh, figures, release_id, who, name_zh, at from question_step order by number"
    ).fetchall():
        steps.setdefault(question, []).append(
            Step(
                step_code=step_code, text_zh=text, figures=tuple(Figure(**one) for one in json.loads(figures)),
                release_id=release_id, who=who, name_zh=name, at=datetime.fromisoformat(at),
            )
        )  # fmt: skip
    names = (
        "number", "city_area_id", "area_id", "area_zh", "indicator_code", "indicator_zh", "asked_in", "text_zh",
        "owner_area_id", "owner_zh", "due_on", "who", "name_zh", "at",
    )  # fmt: skip
    found = []
    for row in connection.execute(f"select {', '.join(names)} from question order by number").fetchall():
        held = dict(zip(names, row, strict=True))
        held["due_on"], held["at"] = date.fromisoformat(held["due_on"]), datetime.fromisoformat(held["at"])
        found.append(Asked(**held, steps=tuple(steps.get(held["number"], ()))))
    return found


def _now() -> str:
    return datetime.now(UTC).isoformat()
