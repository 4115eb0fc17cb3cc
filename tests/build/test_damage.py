"""Full disks, forbidden folders, broken files, two refreshes at once: what readers get and what is said."""

import json
import os
import resource
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from tests.build.small import publish_again, small_refresh
from tests.build.watching import files_of, marker_of, processes, run_child, watched
from tests.pace import slowed
from warehouse.errors import BusyError, HomeError, PublishError, ReleaseMissing, YanglaoError
from warehouse.home import Home
from warehouse.read import Releases
from warehouse.release.file import end_writing, is_whole, open_release
from warehouse.release.publishing import publish
from warehouse.release.publishing.lock import lock
from warehouse.release.publishing.publish import current_pointer, list_releases, release_path, rollback, unpin

PIPE = "a pipe"


@pytest.fixture(scope="module")
def templates(tmp_path_factory) -> dict[int, Path]:
    """Data homes with one release (marker 1) and with two (markers 1 and 2), to be copied."""
    one, two = tmp_path_factory.mktemp("one") / "home", tmp_path_factory.mktemp("two") / "home"
    small_refresh(one, 1)
    shutil.copytree(one, two)
    small_refresh(two, 2)
    return {1: one, 2: two}


@pytest.fixture
def home(templates, tmp_path) -> Home:
    """A data home with one release, whose marker is 1."""
    return Home(shutil.copytree(templates[1], tmp_path / "home"))


@pytest.fixture
def home_of_two(templates, tmp_path) -> Home:
    """A data home with two releases, markers 1 and 2; the second is current."""
    return Home(shutil.copytree(templates[2], tmp_path / "home"))


# ── no room, no right ────────────────────────────────────────────────────────────────────────────────────────────────


def refresh_with_little_room(root: str, allowed_bytes: int, answer) -> None:
    """A refresh in which no file may grow beyond `allowed_bytes`; sends what it raised."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (allowed_bytes, allowed_bytes))
    send_refusal(root, answer)


def refresh_as_nobody(root: str, answer) -> None:
    os.setgid(65534)
    os.setuid(65534)
    send_refusal(root, answer)


def send_refusal(root: str, answer) -> None:
    try:
        answer.send((None, small_refresh(Path(root), 2).sentence_zh))
    except YanglaoError as error:
        answer.send((type(error), str(error)))


def refused_in_child(target: Callable, *arguments: object) -> tuple[type | None, str]:
    receiver, sender = processes.Pipe(duplex=False)
    child = run_child(target, *arguments, sender)
    assert child.exitcode == 0
    return receiver.recv()


# Nothing at all; half a header, which ends as nothing does; a part of the release.
@pytest.mark.parametrize(
    ("allowed_bytes", "kind"),
    [(0, HomeError), pytest.param(20_000, HomeError, marks=pytest.mark.whole), (1_000_000, PublishError)],
)
def test_a_full_disk_is_told_and_the_current_release_stands(home, allowed_bytes, kind):
    before = files_of(home)
    with watched(home) as seen:
        found, message = refused_in_child(refresh_with_little_room, str(home.root), allowed_bytes)
    assert found is kind, message
    assert str(home.root) in message
    assert "磁盘空间" in message
    assert set(seen) == {1}
    assert files_of(home) == before
    assert small_refresh(home.root, 2).published


def test_a_home_that_may_not_be_written_is_told_and_still_read(tmp_path):
    # Not under pytest's own folder, which another user may not even enter.
    with tempfile.TemporaryDirectory(prefix="yanglao-home-") as folder:
        home = Home(Path(folder) / "home")
        small_refresh(home.root, 1)
        if os.geteuid() == 0:
            Path(folder).chmod(0o755)
            # The home is closed to other accounts: it is nobody's own here, and nothing in it may be written.
            for path in (home.root, *home.root.rglob("*")):
                os.chown(path, 65534, 65534)
                path.chmod(0o500 if path.is_dir() else 0o400)
            kind, message = refused_in_child(refresh_as_nobody, str(home.root))
            assert refused_in_child(read_as_nobody, str(home.root)) == (None, "1")
            assert "nobody" in message
        else:
            home.releases.chmod(0o555)
            kind, message = refused_in_child(send_refusal, str(home.root))
            assert marker_of(Releases(home)) == 1
            home.releases.chmod(0o755)
        assert kind is HomeError
        assert str(home.root) in message
        assert "没有写入权限" in message
        assert "YANGLAO_HOME" in message
        assert marker_of(Releases(home)) == 1
        assert small_refresh(home.root, 2).published


def read_as_nobody(root: str, answer) -> None:
    os.setgid(65534)
    os.setuid(65534)
    answer.send((None, str(marker_of(Releases(Home(Path(root)))))))


def test_a_file_in_the_place_of_the_home_is_told(tmp_path):
    (tmp_path / "taken").write_text("x", encoding="utf-8")
    with pytest.raises(HomeError, match="同名文件"):
        small_refresh(tmp_path / "taken", 1)


# ── damaged files ────────────────────────────────────────────────────────────────────────────────────────────────────


# Nothing of it, and all but its end; what lies between is told by the same proof.
@pytest.mark.parametrize("share", [0, pytest.param(0.3, marks=pytest.mark.whole), 0.999])
def test_a_truncated_release_is_left_aside_while_open_and_rebuilt_by_the_next_refresh(home_of_two, share):
    home, releases = home_of_two, Releases(home_of_two)
    assert marker_of(releases) == 2
    damaged = current_pointer(home).release_id
    path = release_path(home, damaged)
    os.truncate(path, int(path.stat().st_size * share))
    # The reader that has it open, and one that comes now, both answer from the release before.
    assert marker_of(releases) == 1
    assert marker_of(Releases(home)) == 1
    outcome = small_refresh(home.root, 2)
    assert outcome.published
    assert outcome.release_id not in (damaged, list_releases(home)[1].release_id)
    assert f"批次 {damaged} 的文件损坏或不完整" in outcome.notes_zh[0]
    assert marker_of(releases) == 2


def test_when_the_only_release_is_truncated_readers_are_told_what_to_do(home):
    only = current_pointer(home).release_id
    os.truncate(release_path(home, only), 5000)
    with pytest.raises(ReleaseMissing, match="yanglao refresh"), Releases(home).acquire():
        pass
    outcome = small_refresh(home.root, 1)
    assert outcome.published
    assert outcome.release_id != only
    assert marker_of(Releases(home)) == 1


@pytest.mark.parametrize(
    ("text", "word"),
    [
        (None, "缺失"),
        ("", "损坏"),
        ('{"release_id": "2026', "损坏"),
        ("[1, 2]", "损坏"),
        (PIPE, "损坏"),
        ('{"release_id": "../../etc/passwd", "file": "x", "pinned": false}', "损坏"),
        ('{"release_id": "20200101-01", "file": "warehouse-20200101-02.duckdb", "pinned": false}', "损坏"),
        ('{"release_id": "20200101-01", "file": "warehouse-20200101-01.duckdb", "pinned": true}', "不可用"),
    ],
)
def test_a_missing_or_damaged_pointer_leads_to_the_newest_release_and_is_put_right(home_of_two, text, word):
    home, pointer = home_of_two, home_of_two.releases / "current"
    newest = current_pointer(home).release_id
    with watched(home) as seen:
        if text is None:
            pointer.unlink()
        elif text is PIPE:
            # Who waits for what comes out of a pipe that nobody writes to waits for ever.
            pointer.unlink()
            os.mkfifo(pointer)
        else:
            pointer.write_text(text, encoding="utf-8")
        time.sleep(0.2)
        # The first thing every refresh does.
        with lock(home):
            notes = publish.repair(home)
    assert set(seen) == {2}
    assert len(notes) == 1
    assert word in notes[0]
    assert newest in notes[0]
    assert json.loads(pointer.read_text(encoding="utf-8")) == {
        "release_id": newest,
        "file": f"warehouse-{newest}.duckdb",
        "pinned": False,
    }


def test_a_release_held_by_another_program_is_not_taken_for_damaged(home):
    held = current_pointer(home).release_id
    path = release_path(home, held)
    path.chmod(0o644)
    ready, done = processes.Event(), processes.Event()
    child = processes.Process(target=hold_for_writing, args=(str(path), ready, done))
    child.start()
    assert ready.wait(60)
    assert not is_whole(path, held)
    with lock(home):
        publish.repair(home)
    done.set()
    child.join(300)
    assert is_whole(path, held)


def hold_for_writing(path: str, ready, done) -> None:
    connection = duckdb.connect(path)
    ready.set()
    done.wait(300)
    connection.close()


# ── two at once ──────────────────────────────────────────────────────────────────────────────────────────────────────


def refresh_slowly(root: str, reached, go_on) -> None:
    def wait(step_zh: str, done: int, total: int) -> None:
        if step_zh == "写入批次文件":
            reached.set()
            go_on.wait(300)

    small_refresh(Path(root), 2, progress=wait)


def test_of_two_refreshes_at_once_the_second_is_told_who_is_at_work(home):
    reached, go_on = processes.Event(), processes.Event()
    child = processes.Process(target=refresh_slowly, args=(str(home.root), reached, go_on))
    child.start()
    assert reached.wait(60)
    with watched(home) as seen:
        for attempt in (lambda: small_refresh(home.root, 3), lambda: rollback(home), lambda: unpin(home)):
            with pytest.raises(
                BusyError, match=rf"进程 {child.pid} 自 \d{{4}}-\d\d-\d\d \d\d:\d\d:\d\d.* 起正在更新数据"
            ):
                attempt()
        go_on.set()
        child.join(300)
    assert child.exitcode == 0
    assert set(seen) <= {1, 2}
    assert marker_of(Releases(home)) == 2
    assert small_refresh(home.root, 3).published


# ── readers and refreshes do not meet ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.alone
def test_during_twenty_publishes_no_read_fails_and_each_release_is_seen_within_a_tenth_of_a_second(home):
    lags, releases, template = [], Releases(home), release_path(home, current_pointer(home).release_id)
    with watched(home) as seen:
        for marker in range(2, 22):
            publish_again(home, template, f"update core.fct_population set persons = {marker}")
            started = time.monotonic()
            assert marker_of(releases) == marker
            lags.append(time.monotonic() - started)
            # Time for the readers at work to come by.
            time.sleep(0.05)
    assert set(seen) <= set(range(1, 22))
    assert len(set(seen)) > 10
    # Opening the new file and asking it; the best of twenty, since other readers and other tests run beside it.
    assert min(lags) < 0.1 * slowed()
    assert len(list_releases(home)) == 21


def test_a_file_the_engine_cut_is_as_long_as_it_says_and_one_without_its_end_is_refused(tmp_path):
    path = tmp_path / "warehouse.duckdb"
    with duckdb.connect() as connection:
        connection.execute(f"attach '{path}' as made (block_size 65536)")
        connection.execute("create table made.rows as select i, hash(i) as word from range(20000) as t (i)")
        connection.execute("checkpoint made")
        # Rows written again lie elsewhere; the engine cuts what is free at the end off, once it has said how much there is.
        whole = path.stat().st_size
        for number in range(30):
            connection.execute(f"update made.rows set word = hash(i + {number}) where i % 7 = 0")
            connection.execute("checkpoint made")
            if path.stat().st_size < whole:
                break
            whole = path.stat().st_size
        rows = connection.execute("select count(*), bit_xor(word) from made.rows").fetchall()
    before = path.stat().st_size
    with pytest.raises(duckdb.IOException, match="shorter than its header says"):
        open_release(path)
    end_writing(path)
    assert path.stat().st_size > before
    with open_release(path) as connection:
        assert connection.execute("select count(*), bit_xor(word) from rows").fetchall() == rows
    with path.open("r+b") as file:
        file.truncate(before - 65536)
    with pytest.raises(duckdb.IOException):
        open_release(path)
