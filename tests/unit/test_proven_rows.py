"""What people write on the desk proves itself row by row: what was turned, changed by hand or lost is not believed."""

import re
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from datetime import date

import pytest

from tests.conftest import ROOT
from warehouse.desk import proven
from warehouse.desk.journal import Desk, opened
from warehouse.desk.queries import QueryDesk, SavedQuery
from warehouse.desk.whole import desk_fault_zh
from warehouse.editions import record
from warehouse.errors import HomeError
from warehouse.home import Home
from warehouse.people import form_drafts
from warehouse.release.publishing import drafts
from warehouse.status import home_status

TRACK = ("nanle", "training", date(2026, 10, 1))
KEPT = SavedQuery(title_zh="自留", sql="select 1 as 甲乙丙", owner="li", parameters={"a": 1})


@pytest.fixture
def home(fresh_home) -> Home:
    """A desk with one line of each kind of what people write that no chain holds."""
    fresh_home.ensure()
    Desk(fresh_home).enter("refresh", "已发布", release_id="20261101-01")
    QueryDesk(fresh_home).save(KEPT)
    form_drafts.keep(fresh_home, TRACK, {"培训人次": "12"}, seen=0, who="clerk", name_zh="某")
    drafts._enter(fresh_home, "20261101-01", "published", "li", "李某", "")
    with opened(fresh_home, record.TABLES) as connection:
        connection.execute(
            "insert into main.edition_comment (edition_key, area_id, indicator_code, text_zh, who, name_zh, at)"
            " values ('甲-A', 'nanle', 'paid', '比上月多', 'li', '李某', '2026-11-01T00:00:00+00:00')"
        )
    return fresh_home


def comments(home: Home) -> list[tuple]:
    with opened(home, record.TABLES) as connection:
        return connection.execute("select * from edition_comment").fetchall()


READERS: dict[str, Callable[[Home], object]] = {
    "journal": lambda home: Desk(home).entries(),
    "saved_query": lambda home: QueryDesk(home).saved("li"),
    "form_draft": lambda home: form_drafts.kept(home, TRACK),
    "release_step": lambda home: drafts.published_by(home, "20261101-01"),
    "edition_comment": comments,
}


def harm(home: Home, statement: str, *values) -> None:
    """What a damaged disk or a stranger's program does."""
    with closing(sqlite3.connect(home.desk, isolation_level=None)) as connection:
        connection.execute(statement, values)


@pytest.mark.parametrize("table", READERS)
def test_no_text_that_was_turned_is_shown_or_changed_into_a_right_one_and_the_rest_goes_on(home, table):
    before = {name: read(home) for name, read in READERS.items()}
    with closing(sqlite3.connect(home.desk)) as connection:
        columns = [row[1] for row in connection.execute(f"pragma table_info({table})").fetchall()]
        values = connection.execute(f"select * from {table}").fetchone()
    for column, value in zip(columns, values, strict=True):
        # One more, or the last letter turned: 0 to 1, a to `.
        turned = value + 1 if isinstance(value, int) else value[:-1] + chr(ord(value[-1:] or "0") ^ 1)
        harm(home, f"update {table} set {column} = ?", turned)
        with suppress(HomeError):
            # Not found under a turned key, or refused; never the turned text.
            assert READERS[table](home) in ([], None)
        with (
            pytest.raises(HomeError, match=f"{table} 表有一行与登记时不同.*restore"),
            opened(home, _made(table)) as desk,
        ):
            desk.execute(f"update main.{table} set {columns[-1]} = {columns[-1]}")
        assert desk_fault_zh(home.desk) == f"{table} 表有 1 行与登记时不同"
        assert any(f"{table} 表" in told and "restore" in told for told in home_status(home)["problems_zh"])
        for other in READERS.keys() - {table}:
            assert READERS[other](home) == before[other]
        harm(home, f"update {table} set {column} = ?", value)
    assert desk_fault_zh(home.desk) == "" and READERS[table](home) == before[table]


def _made(table: str) -> str:
    return next(
        found.group()
        for path in (ROOT / "warehouse").rglob("*.py")
        if (found := re.search(rf"create table if not exists {table} \(.*?\n\);", path.read_text("utf-8"), re.DOTALL))
    )


def test_lost_lines_are_missed_and_removed_ones_are_not(home):
    Desk(home).enter("rollback", "x")
    Desk(home).hold("20261101-01", holder="甲")
    Desk(home).let_go("20261101-01", holder="甲")
    query = QueryDesk(home).save(SavedQuery(title_zh="另", sql="select 2", owner="li"))
    QueryDesk(home).save(SavedQuery(title_zh="另", sql="select 3", owner="li"))
    assert [one.sql for one in QueryDesk(home).saved("li") if one.title_zh == "另"] == ["select 3"]
    QueryDesk(home).forget(query.query_id, owner="li")
    assert desk_fault_zh(home.desk) == ""
    harm(home, "delete from journal where entry_id = 1")
    assert desk_fault_zh(home.desk) == "journal 表少了 1 行"
    harm(home, "drop table journal")
    assert desk_fault_zh(home.desk) == "journal 表不见了"


def test_a_desk_from_before_rows_had_digests_is_believed_once(home):
    harm(home, "drop table proven_row")
    assert desk_fault_zh(home.desk) == ""
    assert [one.sentence_zh for one in Desk(home).entries()] == ["已发布"]
    Desk(home).enter("rollback", "x")
    harm(home, "update journal set who = 'y' where entry_id = 1")
    with pytest.raises(HomeError, match="journal 表有一行"):
        Desk(home).entries()


def test_every_table_people_write_is_proven_by_row_or_named_as_held_otherwise():
    """So that the next table is not forgotten: its statements would not find what they write."""
    made, written = set(), {}
    for path in (ROOT / "warehouse").rglob("*.py"):
        text = path.read_text("utf-8")
        made |= set(re.findall(r"create table if not exists (\w+)", text))
        for where, name in re.findall(r"(?:insert(?: or \w+)? into|update|delete from) (main\.)?(\w+)\b", text):
            written.setdefault(name, set()).add(where)
    assert {"journal", "saved_query", "account"} <= made
    for name in made & written.keys() - {"proven_row"}:
        assert written[name] == ({""} if name in proven.OTHERWISE else {"main."}), name
