"""Runs are kept for good, saved queries belong to somebody, and nobody sees another's history."""

import sqlite3
import threading
from datetime import date

import pytest

from warehouse.desk import queries
from warehouse.desk.journal import Desk, opened
from warehouse.desk.queries import QueryDesk, SavedQuery
from warehouse.errors import HomeError, QueryRefused
from warehouse.home import Home


@pytest.fixture
def desk(fresh_home):
    fresh_home.ensure()
    return QueryDesk(fresh_home)


def begin(desk, sql="select 1", **more) -> int:
    return desk.begin(sql, parameters=more.pop("parameters", {}), kind_code="real", release_id="20261123-01", **more)


def test_a_run_is_on_record_from_its_beginning_and_ends_once(desk):
    run_id = begin(desk, who="li")
    assert desk.history(who="li")[0].outcome_code == "begun"
    desk.finish(run_id, "answered", seconds=0.25, row_count=7, is_truncated=True, hash="ab")
    desk.finish(run_id, "stopped")
    run = desk.history(who="li")[0]
    assert (run.outcome_code, run.seconds, run.row_count, run.is_truncated, run.hash) == (
        "answered",
        0.25,
        7,
        True,
        "ab",
    )


def test_a_hash_is_stored_with_the_way_it_was_reckoned_and_older_ones_are_known(desk, fresh_home):
    desk.finish(begin(desk, who="li"), "answered", hash="ab")
    (run,) = desk.history(who="li")
    assert (run.hash, run.hash_version) == ("ab", 1)
    with opened(fresh_home, queries._TABLES) as connection:
        assert connection.execute("select hash from query_run").fetchall() == [("1:ab",)]
        # Written before versions were, and by a program after this one.
        connection.execute("update main.query_run set hash = 'cd'")
    assert (desk.history(who="li")[0].hash, desk.history(who="li")[0].hash_version) == ("cd", 1)
    with opened(fresh_home, queries._TABLES) as connection:
        connection.execute("update main.query_run set hash = '2:ef'")
    assert (desk.history(who="li")[0].hash, desk.history(who="li")[0].hash_version) == ("ef", 2)


def test_parameters_come_back_with_their_types(desk):
    begin(desk, parameters={"month": date(2025, 7, 1), "unit": "hualong", "n": 3, "none": None}, who="li")
    assert desk.history(who="li")[0].parameters == {"month": date(2025, 7, 1), "unit": "hualong", "n": 3, "none": None}


def test_history_is_each_persons_own_and_unnamed_people_are_told_apart_by_session(desk):
    for who, session in (("li", "a"), ("wang", "b"), ("", "c"), ("", "d")):
        begin(desk, f"select '{who}{session}'", who=who, session=session)
    assert [run.sql for run in desk.history(who="li", session="x")] == ["select 'lia'"]
    assert [run.sql for run in desk.history(session="c")] == ["select 'c'"]
    assert len(desk.audit()) == 4


def test_a_saved_query_is_replaced_under_the_same_title_and_shared_when_wanted(desk):
    saved = desk.save(SavedQuery(title_zh=" 覆盖 ", sql="select 1", owner="li", folder="月报", tags=["b", "a", " "]))
    assert (saved.title_zh, saved.tags, saved.folder) == ("覆盖", ("a", "b"), "月报")
    desk.save(SavedQuery(title_zh="覆盖", sql="select 2", owner="li", folder="月报", is_shared=True))
    assert [query.sql for query in desk.saved("li")] == ["select 2"]
    assert [query.sql for query in desk.saved("wang")] == ["select 2"]
    desk.save(SavedQuery(title_zh="自用", sql="select 3", owner="li"))
    assert [query.title_zh for query in desk.saved("wang")] == ["覆盖"]


def test_only_the_owner_deletes(desk):
    saved = desk.save(SavedQuery(title_zh="覆盖", sql="select 1", owner="li", is_shared=True))
    assert not desk.forget(saved.query_id, owner="wang")
    assert desk.forget(saved.query_id, owner="li")
    assert desk.saved("li") == []


@pytest.mark.parametrize(
    ("query", "said"),
    [
        (SavedQuery(title_zh="a", sql="select 1", owner=""), "没有登录身份"),
        (SavedQuery(title_zh=" ", sql="select 1", owner="li"), "要有标题和语句"),
        (SavedQuery(title_zh="a", sql=" ", owner="li"), "要有标题和语句"),
    ],
)
def test_what_cannot_be_saved_is_said(desk, query, said):
    with pytest.raises(QueryRefused, match=said):
        desk.save(query)


def test_many_threads_enter_runs_without_losing_one(desk):
    threads = [threading.Thread(target=lambda: [begin(desk, who="li") for _ in range(20)]) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(desk.history(who="li", limit=1000)) == 120


def test_those_who_open_a_new_desk_at_one_moment_all_get_in(tmp_path):
    """SQLite refuses at once, without waiting, whom another one keeps from making the file what it is to be."""
    refused = []
    for number in range(20):
        home, at_once = Home(tmp_path / str(number)), threading.Barrier(8)
        home.ensure()

        def enter(home=home, at_once=at_once):
            at_once.wait()
            try:
                Desk(home).enter("refresh", "内容没有变化")
            except HomeError as error:
                refused.append(str(error))

        threads = [threading.Thread(target=enter) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert (refused, len(Desk(home).entries())) == ([], 8)


def test_a_half_character_is_kept_as_far_as_it_goes(desk):
    begin(desk, "select '\ud800'", who="li")
    assert desk.history(who="li")[0].sql == "select '?'"


def test_a_broken_desk_is_named_with_its_remedy(fresh_home):
    fresh_home.ensure()
    fresh_home.desk.write_bytes(b"not a database at all" * 100)
    with pytest.raises(HomeError, match=r"desk.sqlite.*从备份恢复"):
        begin(QueryDesk(fresh_home))


def test_others_tables_in_the_desk_are_left_alone(desk, fresh_home):
    with sqlite3.connect(fresh_home.desk) as connection:
        connection.execute("create table note (a)")
        connection.execute("insert into note values (1)")
    begin(desk)
    with sqlite3.connect(fresh_home.desk) as connection:
        assert connection.execute("select a from note").fetchall() == [(1,)]
    connection.close()
