"""The desk: what is entered stays, what is held is not removed, and a broken file stops no release."""

import errno
import os
import re
import threading
from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from etl.refresh import refresh
from tests.build.small import small_refresh
from warehouse.desk.journal import Desk
from warehouse.errors import CatalogError, HomeError, reason_zh
from warehouse.release.publishing.publish import current_pointer, list_releases, prune


@pytest.fixture
def desk(fresh_home) -> Desk:
    fresh_home.ensure()
    return Desk(fresh_home)


def test_a_desk_nobody_wrote_on_is_empty_and_makes_no_file(fresh_home):
    assert Desk(fresh_home).entries() == []
    assert Desk(fresh_home).held_releases() == frozenset()
    assert not fresh_home.root.exists()


def test_entries_come_back_newest_first_with_their_moment(desk):
    desk.enter("refresh", "批次甲已发布", release_id="20261123-01")
    desk.enter("rollback", "已回退", is_done=False, who="root")
    last, first = desk.entries()
    assert (last.action_code, last.is_done, last.release_id, last.who) == ("rollback", False, "", "root")
    assert (first.sentence_zh, first.is_done, first.release_id) == ("批次甲已发布", True, "20261123-01")
    assert abs(datetime.now(UTC) - last.at) < timedelta(minutes=1)
    assert [each.sentence_zh for each in desk.entries(limit=1)] == ["已回退"]


def test_twenty_threads_write_at_once_and_nothing_is_lost(desk):
    threads = [threading.Thread(target=desk.enter, args=("refresh", f"第{number}次")) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({each.sentence_zh for each in desk.entries()}) == 20


def test_a_release_is_held_until_the_last_holder_lets_go(desk):
    for holder in ("汇报版1", "汇报版2", "汇报版2"):
        desk.hold("20260101-01", holder=holder)
    desk.let_go("20260101-01", holder="汇报版1")
    assert desk.held_releases() == {"20260101-01"}
    desk.let_go("20260101-01", holder="汇报版2")
    assert desk.held_releases() == frozenset()


@pytest.mark.dear
def test_refreshes_are_entered_done_or_not_and_held_releases_survive_them(fresh_home):
    first = small_refresh(fresh_home.root, 1)
    small_refresh(fresh_home.root, 2)
    Desk(fresh_home).hold(first.release_id, holder="汇报版")
    assert prune(fresh_home, keep=1, held=Desk(fresh_home).held_releases()) == []
    with pytest.raises(CatalogError):
        refresh(fresh_home, collect=lambda *_: {"core.nothing": pl.DataFrame()})
    failed, second, _ = Desk(fresh_home).entries()
    assert (failed.action_code, failed.is_done) == ("refresh", False)
    assert "core.nothing" in failed.sentence_zh
    assert (second.is_done, second.release_id) == (True, list_releases(fresh_home)[0].release_id)


def test_a_broken_desk_is_told_and_the_current_release_stands(fresh_home):
    current = small_refresh(fresh_home.root, 1).release_id
    fresh_home.desk.write_bytes(b"this is not a database, it is a very long line of text" * 40)
    for leftover in fresh_home.root.glob("desk.sqlite-*"):
        leftover.unlink()
    with pytest.raises(HomeError, match=r"desk.sqlite.*从备份恢复"):
        Desk(fresh_home).entries()
    # Without the received log nobody knows which months there are: a release without them would lose them silently.
    with pytest.raises(HomeError, match=r"desk.sqlite.*从备份恢复"):
        small_refresh(fresh_home.root, 2)
    assert current_pointer(fresh_home).release_id == current


REFUSED = (
    "ENOSPC",
    "EACCES",
    "EROFS",
    "ENOENT",
    "EISDIR",
    "ENOTDIR",
    "EEXIST",
    "ENOTEMPTY",
    "ELOOP",
    "EBUSY",
    "EMFILE",
    "EIO",
)


@pytest.mark.parametrize("name", REFUSED)
def test_what_the_system_refuses_a_file_is_said_in_chinese(name):
    number = getattr(errno, name)
    assert not re.search("[A-Za-z]", reason_zh(OSError(number, os.strerror(number))))
