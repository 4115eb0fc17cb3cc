"""What-ifs that people keep: the assumption and what it gave on the day; it is worked out again whenever it is opened."""

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from warehouse.desk.journal import opened
from warehouse.errors import QueryRefused
from warehouse.home import Home

_TABLES = """
create table if not exists scenario (
    scenario_id integer primary key,
    owner text not null,
    title_zh text not null,
    kind_code text not null,
    area_id text not null,
    indicator_code text not null,
    assumption text not null,
    saved_at text not null,
    release_id text not null,
    month text not null,
    method integer not null,
    total real not null
);
"""
LONGEST_TITLE = 60


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """One kept what-if. month, release_id, method, total: as it stood when it was saved; scenario_id is 0 before.

    assumption: the fields of a `warehouse.series.what_if.Assumption`.
    """

    owner: str
    title_zh: str
    kind_code: str
    area_id: str
    indicator_code: str
    assumption: Mapping[str, Any] = field(default_factory=dict)
    release_id: str
    month: date
    method: int
    total: float
    scenario_id: int = 0
    saved_at: datetime | None = None


class ScenarioDesk:
    """The what-ifs of one data home. Every method opens and closes its own connection; safe from any thread."""

    def __init__(self, home: Home) -> None:
        self._home = home

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        with opened(self._home, _TABLES) as connection:
            connection.row_factory = sqlite3.Row
            yield connection

    def save(self, scenario: Scenario) -> Scenario:
        """Keep a what-if; nothing kept is ever changed.

        Raises:
            QueryRefused: no owner or no title.
        """
        title = " ".join(scenario.title_zh.split())[:LONGEST_TITLE]
        if not scenario.owner:
            raise QueryRefused("没有登录身份，不能保存测算。请登录后保存；现在的假设都在网址里，复制链接也能回到这里")
        if not title:
            raise QueryRefused("保存测算要有标题。请填写后再保存")
        with self._open() as connection:
            row = connection.execute(
                "insert into main.scenario (owner, title_zh, kind_code, area_id, indicator_code, assumption, saved_at,"
                " release_id, month, method, total) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) returning *",
                (
                    scenario.owner,
                    title,
                    scenario.kind_code,
                    scenario.area_id,
                    scenario.indicator_code,
                    json.dumps(dict(scenario.assumption)),
                    datetime.now(UTC).isoformat(timespec="seconds"),
                    scenario.release_id,
                    scenario.month.isoformat(),
                    scenario.method,
                    scenario.total,
                ),
            ).fetchone()
        return _scenario(row)

    def kept(self, owner: str, *, kind_code: str, area_id: str) -> list[Scenario]:
        """What this person keeps about an area, newest first."""
        with self._open() as connection:
            rows = connection.execute(
                "select * from scenario where owner = ? and kind_code = ? and area_id = ? order by scenario_id desc",
                (owner, kind_code, area_id),
            ).fetchall()
        return [_scenario(row) for row in rows]

    def forget(self, scenario_id: int, *, owner: str) -> bool:
        """Delete one of this person's own; False when there is none of that number."""
        with self._open() as connection:
            done = connection.execute(
                "delete from main.scenario where scenario_id = ? and owner = ?", (scenario_id, owner)
            )
            return done.rowcount > 0


def _scenario(row: sqlite3.Row) -> Scenario:
    return Scenario(
        scenario_id=row["scenario_id"],
        owner=row["owner"],
        title_zh=row["title_zh"],
        kind_code=row["kind_code"],
        area_id=row["area_id"],
        indicator_code=row["indicator_code"],
        assumption=json.loads(row["assumption"]),
        saved_at=datetime.fromisoformat(row["saved_at"]),
        release_id=row["release_id"],
        month=date.fromisoformat(row["month"]),
        method=row["method"],
        total=row["total"],
    )
