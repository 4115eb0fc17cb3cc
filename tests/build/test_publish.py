"""Releases: their ids, which is current, rolling back, what is kept, and how readers follow."""

import json
import shutil
import threading
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from tests.build.small import ROWS, small_refresh
from warehouse.errors import HomeError, PublishError, ReleaseMissing
from warehouse.home import Home
from warehouse.read import IDLE_OLD_RELEASES, Releases
from warehouse.release.proof import seal_of
from warehouse.release.publishing.lock import lock
from warehouse.release.publishing.publish import (
    KEPT_RELEASES,
    ZONE,
    Pointer,
    current_pointer,
    list_releases,
    new_release_id,
    prune,
    release_ids,
    release_path,
    rollback,
    unpin,
)
from warehouse.status import home_status

NOON = datetime(2026, 11, 23, 12, tzinfo=ZONE)
MARKER = "select max(persons) as marker from core.fct_population"


@pytest.fixture(scope="module")
def template(tmp_path_factory) -> Path:
    """A data home with three releases, markers 1, 2 and 3."""
    root = tmp_path_factory.mktemp("three") / "home"
    for marker in (1, 2, 3):
        small_refresh(root, marker)
    return root


@pytest.fixture
def home(template, tmp_path) -> Home:
    return Home(shutil.copytree(template, tmp_path / "home"))


def marker_of(releases: Releases, release_id: str | None = None) -> int:
    with releases.acquire(release_id) as release:
        return release.rows(MARKER).frame.item()


def ids(home: Home) -> list[str]:
    return [each.release_id for each in list_releases(home)]


def lay(home: Home, *names: str) -> None:
    """Empty files of these names in the folder of releases."""
    home.ensure()
    for name in names:
        (home.releases / name).touch()


# ── ids ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_ids_count_within_the_day_and_start_anew_the_next(fresh_home):
    assert new_release_id(fresh_home, now=NOON) == "20261123-01"
    lay(fresh_home, "warehouse-20261122-07.duckdb", "warehouse-20261123-01.duckdb")
    assert new_release_id(fresh_home, now=NOON) == "20261123-02"


def test_an_id_is_not_used_again_while_any_trace_of_it_is_left(fresh_home):
    lay(fresh_home, "warehouse-20261123-04.duckdb.damaged", "warehouse-20261123-02.duckdb")
    assert new_release_id(fresh_home, now=NOON) == "20261123-05"
    lay(fresh_home, "warehouse-20261123-06.duckdb.building.wal")
    assert new_release_id(fresh_home, now=NOON) == "20261123-07"
    (fresh_home.releases / "current").write_text(
        '{"release_id": "20261123-09", "file": "warehouse-20261123-09.duckdb", "pinned": false}', encoding="utf-8"
    )
    assert new_release_id(fresh_home, now=NOON) == "20261123-10"


def test_the_hundredth_release_of_a_day_is_newer_than_the_ninety_ninth(fresh_home):
    lay(fresh_home, *(f"warehouse-20261123-{number}.duckdb" for number in ("98", "100", "99")))
    lay(fresh_home, "warehouse-20261123-101.duckdb.building", "notes.txt")
    assert release_ids(fresh_home) == ["20261123-100", "20261123-99", "20261123-98"]


@pytest.mark.parametrize("release_id", ["../x", "", "20261123", "20261123-1", "x'; drop table y; --"])
def test_an_id_of_another_form_leads_to_no_file(home, release_id):
    with pytest.raises(ReleaseMissing, match="写法不对"):
        release_path(home, release_id)


# ── the same again ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_same_inputs_publish_nothing_new_and_say_so(home):
    before = sorted(path.name for path in home.releases.iterdir())
    outcome = small_refresh(home.root, 3)
    assert not outcome.published
    assert outcome.sentence_zh == f"内容没有变化，沿用批次 {ids(home)[0]}"
    assert sorted(path.name for path in home.releases.iterdir()) == before


def test_content_that_comes_back_is_a_release_of_its_own_with_the_old_hash(home):
    with Releases(home).acquire(ids(home)[1]) as release:
        old = release.header["content_sha256"]
    outcome = small_refresh(home.root, 2)
    assert outcome.published
    assert outcome.content_sha256 == old
    assert marker_of(Releases(home)) == 2


def test_real_and_demonstration_releases_never_share_a_home(home):
    with pytest.raises(PublishError, match="不能与演示数据混放"):
        small_refresh(home.root, 4, kind="demo")
    assert marker_of(Releases(home)) == 3


# ── rolling back ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_rolling_back_goes_to_the_release_before_and_stays_there(home):
    newest, before, oldest = ids(home)
    releases = Releases(home)
    assert marker_of(releases) == 3
    assert rollback(home) == Pointer(release_id=before, pinned=True)
    assert marker_of(releases) == 2
    assert rollback(home).release_id == oldest
    with pytest.raises(ReleaseMissing, match="没有更早的批次"):
        rollback(home)
    outcome = small_refresh(home.root, 4)
    assert outcome.published
    assert f"固定在 {oldest}，没有启用" in outcome.sentence_zh
    assert "rollback --unpin" in outcome.sentence_zh
    assert marker_of(releases) == 1
    assert unpin(home) == Pointer(release_id=outcome.release_id, pinned=False)
    assert marker_of(releases) == 4


def test_the_same_inputs_while_pinned_leave_everything_as_it_is(home):
    newest, before, _ = ids(home)
    rollback(home)
    outcome = small_refresh(home.root, 3)
    assert (outcome.published, outcome.release_id) == (False, newest)
    assert current_pointer(home) == Pointer(release_id=before, pinned=True)


def test_rolling_back_to_a_named_release(home):
    *_, oldest = ids(home)
    rollback(home, oldest)
    assert [(each.is_current, each.is_pinned) for each in list_releases(home)] == [
        (False, False),
        (False, False),
        (True, True),
    ]
    with pytest.raises(ReleaseMissing, match="没有完整的批次 20200101-01"):
        rollback(home, "20200101-01")


# ── what is kept ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_twenty_four_releases_are_kept_and_the_current_and_held_ones_besides(fresh_home):
    everything = [f"202601{day:02d}-01" for day in range(1, 31)]
    lay(fresh_home, *(f"warehouse-{each}.duckdb" for each in everything))
    lay(fresh_home, "warehouse-20260102-02.duckdb.damaged", "warehouse-20260120-02.duckdb.damaged")
    (fresh_home.releases / "current").write_text(
        '{"release_id": "20260103-01", "file": "warehouse-20260103-01.duckdb", "pinned": true}', encoding="utf-8"
    )
    removed = prune(fresh_home, held={"20260105-01"})
    # 30 - 24 = 6 are too many: 1 to 6 January, of which the 3rd is current and the 5th is held.
    assert removed == ["20260106-01", "20260104-01", "20260102-01", "20260101-01"]
    assert len(release_ids(fresh_home)) == KEPT_RELEASES + 2
    damaged = [path.name for path in fresh_home.releases.glob("*.damaged")]
    assert damaged == ["warehouse-20260120-02.duckdb.damaged"]


def test_a_release_removed_while_it_is_read_is_read_to_the_end(home):
    *_, oldest = ids(home)
    with Releases(home).acquire(oldest) as release:
        release.rows(MARKER)
        assert oldest in prune(home, keep=1)
        assert not release_path(home, oldest).exists()
        assert release.rows("select sum(persons) as people from core.fct_population").frame.item() == ROWS


# ── readers ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_reader_keeps_its_release_while_the_next_one_reads_the_new(home):
    releases = Releases(home)
    with releases.acquire() as old:
        small_refresh(home.root, 4)
        with releases.acquire() as new:
            assert new.rows(MARKER).frame.item() == 4
        assert old.rows(MARKER).frame.item() == 3
    assert new.release_id != old.release_id


def test_connections_close_with_their_last_user(home):
    releases = Releases(home)
    newest, before, oldest = ids(home)
    with releases.acquire(oldest) as first, releases.acquire(oldest) as second:
        assert first is second
    for _ in range(3):
        for release_id in (newest, before, oldest):
            marker_of(releases, release_id)
    marker_of(releases)
    assert len(releases._opened) <= 1 + IDLE_OLD_RELEASES
    with releases.acquire() as release:
        releases.close()
        assert release.rows(MARKER).frame.item() == 3
    with pytest.raises(duckdb.Error):
        release.rows(MARKER)
    # Closed is not broken: the next one opens it again.
    assert marker_of(releases) == 3


def test_many_threads_ask_one_release_at_once(home):
    releases, found = Releases(home), []

    def ask() -> None:
        for _ in range(20):
            found.append(marker_of(releases))

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [3] * 120


def test_an_answer_says_whether_it_was_cut_and_from_which_release(home):
    with Releases(home).acquire() as release:
        whole = release.rows("select area_id from core.dim_area order by area_id")
        exact = release.rows("select area_id from core.dim_area order by area_id", limit=ROWS)
        cut = release.rows("select area_id from core.dim_area order by area_id", limit=3)
        one = release.rows("select area_id from core.dim_area where area_id = $area", {"area": "area-7"}, limit=5)
    assert (whole.frame.height, whole.truncated) == (ROWS, False)
    assert (exact.frame.height, exact.truncated) == (ROWS, False)
    assert (cut.frame["area_id"].to_list(), cut.truncated) == (["area-0", "area-1", "area-10"], True)
    assert one.frame["area_id"].to_list() == ["area-7"]
    assert cut.release_id == release.release_id == ids(home)[0]


@pytest.mark.parametrize(
    "statement",
    [
        "create table core.x (a integer)",
        "update core.dim_area set name_zh = 'x'",
        "select * from read_csv('/etc/passwd')",
        "copy core.dim_area to '/tmp/areas.csv'",
        "set threads = 1",
        "attach '/tmp/other.duckdb'",
    ],
)
def test_an_open_release_can_only_be_read(home, statement):
    with Releases(home).acquire() as release, pytest.raises(duckdb.Error):
        release.rows(statement)


def test_a_release_file_is_nobodys_to_write(home):
    assert release_path(home, ids(home)[0]).stat().st_mode & 0o222 == 0


def test_a_release_that_is_not_there_is_told(home):
    with pytest.raises(ReleaseMissing, match="yanglao releases"), Releases(home).acquire("20200101-01"):
        pass


def test_an_empty_home_says_what_to_run(fresh_home):
    with pytest.raises(ReleaseMissing, match="请运行 yanglao refresh"), Releases(fresh_home).acquire():
        pass
    with pytest.raises(ReleaseMissing, match="请运行 yanglao demo"), Releases(fresh_home.demo()).acquire():
        pass
    assert not fresh_home.root.exists()


# ── the lock and the status ──────────────────────────────────────────────────────────────────────────────────────────


def test_the_status_tells_who_is_at_work_and_what_is_broken(home):
    assert home_status(home)["busy_zh"] is None
    with lock(home, doing_zh="更新数据"):
        assert home_status(home)["busy_zh"].endswith("起正在更新数据")
    found = home_status(home)
    assert (found["release"]["release_id"], found["release_count"], found["problems_zh"]) == (ids(home)[0], 3, [])
    (home.releases / "current").write_text("{", encoding="utf-8")
    lay(home, "warehouse-20990101-01.duckdb", "warehouse-20990101-02.duckdb.building")
    assert home_status(home)["problems_zh"] == [
        "批次 20990101-01 的文件损坏或不完整；请运行 yanglao refresh 修复",
        "批次指针缺失或损坏，暂用最新的完整批次；请运行 yanglao refresh 修复",
        "上次更新没有做完；请运行 yanglao refresh 修复",
    ]


def test_what_a_dead_holder_wrote_does_not_count(home):
    (home.releases / "lock").write_text(json.dumps({"pid": 2**22 + 1, "started_at": "x", "doing_zh": "y"}))
    assert home_status(home)["busy_zh"] is None
    assert not small_refresh(home.root, 3).published


def test_a_folder_where_a_file_should_be_is_told(fresh_home):
    (fresh_home.releases / "lock").mkdir(parents=True)
    with pytest.raises(HomeError, match="lock"), lock(fresh_home):
        pass


def test_a_folder_in_place_of_the_pointer_is_named_by_whoever_would_write_it(home):
    pointer = home.releases / "current"
    pointer.unlink()
    pointer.mkdir()
    for work in (lambda: rollback(home), lambda: unpin(home), lambda: small_refresh(home.root, 3)):
        with pytest.raises(PublishError) as refused:
            work()
        assert "current" in str(refused.value) and ".tmp" not in str(refused.value) and "文件夹" in str(refused.value)


def test_a_release_replaced_under_its_name_is_read_anew_once_nobody_reads_the_old_one(home, tmp_path):
    """As when a unit's file is made again: the engine answers from what it has open under a name."""
    releases, path = Releases(home), release_path(home, ids(home)[0])
    with releases.acquire() as release:
        assert marker_of(releases) == 3
        other = tmp_path / "other.duckdb"
        shutil.copy(path, other)
        other.chmod(0o600)
        with duckdb.connect(str(other)) as connection:
            connection.execute("update core.fct_population set persons = 9")
        seal_of(path).unlink()
        other.replace(path)
        assert marker_of(releases) == release.rows(MARKER).frame.item() == 3
    assert marker_of(releases) == 9
    releases.close()
