"""Refreshes killed while a release is built or published: readers keep a whole release, the next refresh heals."""

import os
import random
import shutil
import signal
import sys
import time
from pathlib import Path

import pytest

from etl.refresh import READING_STEPS, STEPS, refresh
from tests.build.small import refresh_and_die_at, small_refresh
from tests.build.watching import files_of, marker_of, processes, run_child, watched
from warehouse.home import Home
from warehouse.read import Releases
from warehouse.release import shape
from warehouse.release.proof import is_sound, seal_of
from warehouse.release.publishing.lock import lock
from warehouse.release.publishing.publish import (
    building_path,
    current_pointer,
    list_releases,
    publish,
    release_path,
    repair,
)

# Up to here a refresh has written nothing but the name of its holder.
STEPS_IN_MEMORY = (*READING_STEPS, *shape.STEPS[: shape.STEPS.index("写入批次文件")])
STEPS_ON_DISK = tuple(step for step in STEPS if step not in STEPS_IN_MEMORY)


@pytest.fixture(scope="module")
def template(tmp_path_factory) -> Path:
    """A data home with one release, whose marker is 1."""
    root = tmp_path_factory.mktemp("one") / "home"
    small_refresh(root, 1)
    return root


@pytest.fixture
def home(template, tmp_path) -> Home:
    return Home(shutil.copytree(template, tmp_path / "home"))


@pytest.mark.whole
def test_killed_while_still_in_memory_a_refresh_leaves_nothing_behind(home):
    before = files_of(home)
    with watched(home) as seen:
        for step in STEPS_IN_MEMORY:
            child = run_child(refresh_and_die_at, str(home.root), 2, step)
            assert child.exitcode == -signal.SIGKILL, step
            assert files_of(home) == before, step
        outcome = small_refresh(home.root, 2)
    assert outcome.published
    assert outcome.notes_zh == ()
    assert set(seen) <= {1, 2}
    assert marker_of(Releases(home)) == 2


# While its file is written, before a release has its name, and after; the others with `--full`.
@pytest.mark.parametrize(
    "step",
    [
        pytest.param(step, marks=[] if step in ("写入批次文件", "批次文件改名", "写指针") else [pytest.mark.whole])
        for step in STEPS_ON_DISK
    ],
)
def test_killed_at_a_step_that_writes_the_next_refresh_puts_it_right_and_says_so(home, step):
    with watched(home) as seen:
        child = run_child(refresh_and_die_at, str(home.root), 2, step)
        assert child.exitcode == -signal.SIGKILL
        outcome = small_refresh(home.root, 2)
    assert set(seen) <= {1, 2}
    assert marker_of(Releases(home)) == 2
    assert current_pointer(home).release_id == outcome.release_id
    # The first release and the second, no draft, no leftover.
    assert len(files_of(home)) == 3
    if step in shape.STEPS or step == "批次文件改名":
        assert outcome.published
        assert "上次更新没有做完" in outcome.notes_zh[0]
        assert outcome.notes_zh[0].endswith("已清除它留下的文件")
    elif step in ("写指针", "启用新批次"):
        # It had its name, so it had passed every check: it is used, not built again.
        assert not outcome.published
        assert outcome.notes_zh == (f"上次更新在启用新批次前中断；批次 {outcome.release_id} 完整，现已启用",)
    else:
        assert not outcome.published
        assert outcome.notes_zh == ()


def test_killed_at_random_moments_readers_never_notice(home, full):
    started = time.monotonic()
    small_refresh(home.root, 2)
    usual = time.monotonic() - started
    seed = random.SystemRandom().randrange(10**6)
    moments = random.Random(seed)
    with watched(home) as seen:
        for number in range(10 if full else 4):
            child = processes.Process(target=small_refresh, args=(home.root, 100 + number))
            child.start()
            time.sleep(moments.uniform(0, usual))
            child.kill()
            child.join()
        outcome = small_refresh(home.root, 200)
    assert outcome.published, f"seed {seed}"
    assert marker_of(Releases(home)) == 200, f"seed {seed}"
    assert set(seen) <= {1, 2, *range(100, 110), 200}
    assert not [name for name in files_of(home) if "building" in name or name == "current.tmp"]


def test_killed_in_the_very_first_refresh_before_the_pointer_the_release_is_read_all_the_same(fresh_home):
    run_child(refresh_and_die_at, str(fresh_home.root), 7, "写指针")
    assert current_pointer(fresh_home) is None
    assert marker_of(Releases(fresh_home)) == 7
    outcome = small_refresh(fresh_home.root, 7)
    assert not outcome.published
    assert outcome.notes_zh == (f"批次指针缺失，已改指最新的完整批次 {outcome.release_id}",)


# The same of a small release: killed at the step that writes the file, above.
@pytest.mark.whole
def test_killed_while_writing_the_full_real_release_the_old_one_stands(real_home, tmp_path):
    home = Home(tmp_path / "home")
    shutil.copytree(real_home.root, home.root)
    # Nothing is new, so it would build nothing; without the cache nobody knows that.
    shutil.rmtree(home.cache)
    standing = current_pointer(home)
    child = run_child(die_in_a_real_refresh, str(home.root))
    assert child.exitcode == -signal.SIGKILL
    with Releases(home).acquire() as release:
        assert release.release_id == standing.release_id
        assert release.rows("select count(*) from core.fct_population").frame.item() > 20_000
    outcome = refresh(home)
    assert (outcome.published, outcome.release_id) == (False, standing.release_id)
    assert "上次更新没有做完" in outcome.notes_zh[0]


def die_in_a_real_refresh(root: str) -> None:
    def die(step_zh: str, done: int, total: int) -> None:
        if step_zh == "写入批次文件":
            os.kill(os.getpid(), signal.SIGKILL)

    refresh(Home(Path(root)), progress=die)


def die_at_move(root: str, release_id: str, number: int) -> None:
    """For a child process: publish what lies there built, and die before the numbered deed done to a file of the releases."""
    home, deeds = Home(Path(root)), iter(range(number))

    def die(event: str, given: tuple) -> None:
        is_deed = event in ("open", "os.chmod", "os.rename", "os.remove") and str(home.releases) in str(given[0])
        if is_deed and next(deeds, None) is None:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(die)
    publish(home, building_path(home, release_id), release_id)


def test_killed_before_any_single_deed_of_publishing_nothing_is_half_published(template, tmp_path, full):
    """Rights, digest, name, pointer: each is a deed, and a process may die between any two of them."""
    second = Home(shutil.copytree(template, tmp_path / "second"))
    made = small_refresh(second.root, 2).release_id
    killed = 0
    while True:
        home = Home(shutil.copytree(template, tmp_path / f"killed-{killed}"))
        building = building_path(home, made)
        shutil.copy(release_path(second, made), building)
        building.chmod(0o600)
        ended = run_child(die_at_move, str(home.root), made, killed).exitcode
        readers = Releases(home)
        assert marker_of(readers) in (1, 2), killed
        with lock(home):
            notes = repair(home)
        named = release_path(home, made).exists()
        # The file with its name passed every check and is used; without it, it never was.
        assert marker_of(readers) == marker_of(Releases(home)) == (2 if named else 1), killed
        assert current_pointer(home).release_id == list_releases(home)[0].release_id
        assert all(is_sound(each.path) and seal_of(each.path).exists() for each in list_releases(home))
        assert files_of(home) == {"current", *(each.path.name for each in list_releases(home))}
        readers.close()
        if ended == 0:
            break
        assert ended == -signal.SIGKILL
        killed += 1 if full else 2
    assert killed >= 6 and notes == []
