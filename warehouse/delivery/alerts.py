"""What is wrong now, read from the release readers get and from the data home; each with the state it is in.

Nothing here looks at a clock but the ages of the backup and the drill: what is overdue was settled when the release was
made. An alert is told again only when its state is another one, so a state holds what would be news and nothing that
moves by itself.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from warehouse.desk.journal import Desk
from warehouse.home import Home
from warehouse.read import Release
from warehouse.read.month import quality, submissions
from warehouse.read.place import areas
from warehouse.read.target import targets
from warehouse.status import operations
from warehouse.wording.desk import delivery as words
from warehouse.wording.grammar.running import running_lines

Row = Mapping[str, Any]
MACHINE = {"磁盘": "disk", "备份": "backup", "恢复演练": "drill"}
"""Lines of 运行状况 that are told when somebody should act, and the subject of each."""
TOLD_STATES = ("missed", "hard")
KINDS = ("refresh", *MACHINE.values(), "overdue", "findings", "target")
"""What the name of a subject begins with."""


@dataclass(frozen=True, kw_only=True)
class Alert:
    """One thing that is wrong. subject names it from release to release (`overdue:qingfeng`); state is compared, text_zh read.

    city_area_id, area_id: whose it is; both empty for the machine's own.
    """

    subject: str
    state: str
    text_zh: str
    city_area_id: str = ""
    area_id: str = ""


def standing(home: Home, release: Release | None, *, now: datetime) -> list[Alert]:
    """Everything that is wrong, the machine's own first, then city by city.

    Raises:
        HomeError: the desk is damaged.
    """
    found = [*_refreshing(home), *_machine(home, now)]
    if release is not None:
        for city in areas.cities(release).frame.to_dicts():
            scope = {"city_area_id": city["area_id"]}
            found += _overdue(submissions.outstanding(release, **scope).frame.to_dicts(), city["area_id"])
            found += _findings(quality.open_issues(release, **scope).frame.to_dicts(), city["area_id"])
            found += _targets(targets.wholes(release, area_id=city["area_id"]).frame.to_dicts(), city)
    return found


def _refreshing(home: Home) -> Iterator[Alert]:
    last = next((one for one in Desk(home).entries() if one.action_code == "refresh"), None)
    if last is not None and not last.is_done:
        # Times and counts in the words of a refusal differ from run to run, though nothing else does.
        what = "".join(sign for sign in last.sentence_zh if not sign.isdigit())
        yield Alert(subject="refresh", state=_short(what), text_zh=words.failed_refresh(last.sentence_zh, last.at))


def _machine(home: Home, now: datetime) -> Iterator[Alert]:
    for label_zh, text_zh, is_watched in running_lines(operations(home), None, now):
        if is_watched and label_zh in MACHINE:
            yield Alert(subject=MACHINE[label_zh], state="watched", text_zh=f"{label_zh}：{text_zh}")


def _overdue(rows: list[Row], city: str) -> Iterator[Alert]:
    for unit, owed in _by_unit([row for row in rows if row["state_code"] == "not_reported"]).items():
        state = _short(*(f"{row['form_code']}|{row['month']}" for row in owed))
        yield Alert(
            subject=f"overdue:{unit}", state=state, text_zh=words.overdue(owed), city_area_id=city, area_id=unit
        )


def _findings(rows: list[Row], city: str) -> Iterator[Alert]:
    for unit, found in _by_unit([row for row in rows if row["severity_code"] == "blocking"]).items():
        state = _short(*(row["issue_id"] for row in found))
        yield Alert(
            subject=f"findings:{unit}", state=state, text_zh=words.findings(found), city_area_id=city, area_id=unit
        )


def _targets(rows: list[Row], city: Row) -> Iterator[Alert]:
    for row in rows:
        if row["outlook_code"] in TOLD_STATES and not row["is_replaced"]:
            yield Alert(
                subject=f"target:{row['target_id']}",
                state=row["outlook_code"],
                text_zh=words.target(row, city["short_name_zh"]),
                city_area_id=city["area_id"],
            )


def _by_unit(rows: list[Row]) -> dict[str, list[Row]]:
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(row["area_id"], []).append(row)
    return groups


def _short(*parts: str) -> str:
    return sha256("\n".join(sorted(parts)).encode()).hexdigest()[:16]
