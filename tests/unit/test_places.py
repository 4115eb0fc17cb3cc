"""Nobody runs more than two statements at once, in however many processes; what is kept fits where it should."""

import gc
import os
import subprocess
import sys
import threading
import time
from contextlib import ExitStack
from pathlib import Path

import polars as pl
import pytest

from tests.pace import slowed
from warehouse.query.ask import QueryResult
from warehouse.query.kept import AnswerShelf
from warehouse.query.places import Places
from warehouse.worker.answers import JobStopped
from warehouse.worker.client import Worker

ROOT = Path(__file__).resolve().parents[2]
_HOLD = """
import sys
from pathlib import Path
from warehouse.query.places import Places
with Places(Path(sys.argv[1])).taken("10.0.0.7"):
    print("held", flush=True)
    sys.stdin.read()
"""


def holding(folder: Path) -> subprocess.Popen:
    """Another process that holds a place of 10.0.0.7 until its input ends."""
    process = subprocess.Popen(
        [sys.executable, "-c", _HOLD, str(folder)], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "held\n"
    return process


def test_two_processes_share_the_places_of_one_address_and_a_killed_one_gives_its_own_back(tmp_path):
    first = holding(tmp_path)
    places = Places(tmp_path)
    # Both places are held; the third waits, and is told so when it has waited long enough.
    third = places.taken("10.0.0.7", wait_seconds=0.2)
    with places.taken("10.0.0.7"), pytest.raises(JobStopped) as refused, third:
        raise AssertionError("a third ran")
    assert refused.value.reason == "busy" and "2条" in str(refused.value)
    with places.taken("10.0.0.8", wait_seconds=0), places.taken("10.0.0.8", wait_seconds=0):
        pass
    first.kill()
    first.communicate()
    with places.taken("10.0.0.7", wait_seconds=2), places.taken("10.0.0.7", wait_seconds=2):
        pass
    assert list(tmp_path.iterdir()) == []


def test_four_wait_their_turn_and_the_fifth_is_refused_at_once(tmp_path):
    places, order, release = Places(tmp_path), [], threading.Event()

    def one(number: int) -> None:
        with places.taken("one", wait_seconds=20):
            order.append(number)
            release.wait(60)

    with ExitStack() as running:
        running.enter_context(places.taken("one"))
        running.enter_context(places.taken("one"))
        waiting = [threading.Thread(target=one, args=(number,)) for number in range(4)]
        for thread in waiting:
            thread.start()
        until = time.monotonic() + 60
        while len([path for path in tmp_path.iterdir() if "waiting" in path.name]) < 4 and time.monotonic() < until:
            time.sleep(0.01)
        started = time.monotonic()
        with pytest.raises(JobStopped, match="4条在等"), places.taken("one"):
            raise AssertionError("a seventh was let in")
        assert time.monotonic() - started < 1 * slowed()
        assert order == []
    release.set()
    for thread in waiting:
        thread.join(20)
    assert sorted(order) == [0, 1, 2, 3]


def test_who_waits_may_give_up(tmp_path):
    places, stop = Places(tmp_path, running=1), threading.Event()
    threading.Timer(0.1, stop.set).start()
    with places.taken("one"), pytest.raises(JobStopped) as stopped, places.taken("one", cancelled=stop):
        raise AssertionError("ran")
    assert stopped.value.reason == "cancelled"


def test_where_no_lock_can_be_written_nobody_is_kept_from_reading(tmp_path):
    (tmp_path / "file").write_text("")
    places = Places(tmp_path / "file" / "places", running=1)
    with places.taken("one"), places.taken("one", wait_seconds=0):
        pass


def test_however_many_statements_run_a_file_finds_a_place():
    """A thousand megabytes for all: statements leave a quarter, and two of the five places."""
    worker = Worker(preload=(), budget_mb=1000)
    try:
        bombs = []
        for _ in range(12):
            try:
                bombs.append(
                    worker.start(
                        "time:sleep",
                        20,
                        deadline=20,
                        memory_mb=400,
                        least_mb=100,
                        wait_seconds=0.05,
                        leaves_places=True,
                    )
                )
            except JobStopped as refused:
                assert refused.reason == "busy"
        assert 2 <= len(bombs) <= 3
        started = time.monotonic()
        assert worker.run("builtins:len", "报表", deadline=10, memory_mb=200, wait_seconds=1) == 2
        assert time.monotonic() - started < 5 * slowed()
    finally:
        worker.close()


# ── answers kept ─────────────────────────────────────────────────────────────────────────────────────────────────────


def answer(rows: int) -> QueryResult:
    """Eight bytes a row."""
    return QueryResult(
        frame=pl.DataFrame({"n": range(rows)}), columns=(("n", "BIGINT"),), row_count=rows, truncated=False, seconds=0.1,
        release_id="20261123-01", kind_code="real", hash="h", sql="select", parameters={}, relations=(), is_volatile=False, threads=1,
        statement_kind="select", cautions=(),
    )  # fmt: skip


def test_a_session_keeps_what_fits_in_memory_and_the_rest_on_the_disk(tmp_path):
    # 1000 rows are 8,000 bytes: one fits into 10,000, the second puts the first away.
    shelf = AnswerShelf(tmp_path, session_bytes=10_000, process_bytes=10**6)
    first, second = shelf.keep("a", answer(1000)), shelf.keep("a", answer(1000))
    assert (first.is_on_disk, second.is_on_disk) == (True, False)
    assert first.result().frame.equals(second.result().frame)
    assert first.result().sql == "select"
    large = shelf.keep("a", answer(5000))
    assert large.is_on_disk and large.result().frame["n"].sum() == 12_497_500  # 4999 × 5000 ÷ 2
    assert shelf.bytes_in_memory <= 10_000
    other = shelf.keep("b", answer(1000))
    assert not other.is_on_disk
    files = list(tmp_path.rglob("*.arrow"))
    assert len(files) == 3 and all(path.stat().st_mode & 0o077 == 0 for path in files)


def test_all_sessions_together_keep_no_more_than_the_process_may(tmp_path):
    shelf = AnswerShelf(tmp_path, session_bytes=10_000, process_bytes=20_000)
    kept = [shelf.keep(f"session {number}", answer(1000)) for number in range(3)]
    # Three times 8,000 is more than 20,000: the one nobody has looked at for longest goes.
    assert [each.is_on_disk for each in kept] == [True, False, False]
    kept[1].result()
    fourth = shelf.keep("session 4", answer(1000))
    assert [each.is_on_disk for each in (*kept, fourth)] == [True, False, True, False]
    assert shelf.bytes_in_memory == 16_000


def test_what_nobody_holds_any_more_is_freed_in_memory_and_on_the_disk(tmp_path):
    shelf = AnswerShelf(tmp_path, session_bytes=10_000, process_bytes=20_000)
    large, small = shelf.keep("a", answer(5000)), shelf.keep("a", answer(1000))
    assert shelf.bytes_in_memory == 8_000 and len(list(tmp_path.rglob("*.arrow"))) == 1
    del small, large
    gc.collect()
    assert shelf.bytes_in_memory == 0 and list(tmp_path.rglob("*.arrow")) == []


def test_what_a_killed_process_left_on_the_disk_is_removed_by_the_next(tmp_path):
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    for owner in (gone.pid, os.getpid()):
        (tmp_path / f"answers-{owner}").mkdir()
        (tmp_path / f"answers-{owner}" / "1.arrow").touch()
    AnswerShelf(tmp_path)
    assert [path.parent.name for path in tmp_path.rglob("*.arrow")] == [f"answers-{os.getpid()}"]
