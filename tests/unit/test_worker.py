"""The worker ends every job, and nothing a job does reaches this process."""

import contextlib
import os
import signal
import threading
import time
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from tests.open_page import PATIENCE_MS
from tests.pace import slowed
from warehouse.errors import FormError
from warehouse.worker.client import JobFailed, JobStopped, Worker
from warehouse.worker.confine import has_seccomp, landlock_version

JOBS = "tests.unit.worker_jobs"


@pytest.fixture(scope="module")
def worker():
    worker = Worker()
    yield worker
    worker.close()


def run(worker, name, *args, deadline=60.0, memory_mb=200, **options):
    return worker.run(f"{JOBS}:{name}", *args, deadline=deadline, memory_mb=memory_mb, **options)


def children_of(worker) -> list[int]:
    """Processes the forking process has at this moment."""
    server = worker._server.process.pid
    return [int(pid) for pid in Path(f"/proc/{server}/task/{server}/children").read_text().split()]


def in_time(wanted):
    """What `wanted` answers, once it is true or the time is over."""
    until = time.monotonic() + PATIENCE_MS / 1_000
    while not (answer := wanted()) and time.monotonic() < until:
        time.sleep(0.01)
    return answer


def waiting_child(worker, *, not_one_of=()) -> int:
    """The child kept waiting for the next job, once it is the only one there."""
    found = in_time(lambda: len(pids := children_of(worker)) == 1 and pids[0] not in not_one_of and pids)
    return found[0]


def test_plain_data_come_back_as_they_were(worker):
    assert run(worker, "plain") == {
        "a": [1, 2.5, None, True, "华龙区", b"\x00"],
        "b": (date(2025, 7, 9), Decimal("2.25")),
        "c": {1, 2},
    }


def test_large_arguments_and_results_pass_whole(worker):
    text = "养老" * 700_000
    assert run(worker, "echo", text, times=3, memory_mb=400) == text * 3


def test_a_class_from_elsewhere_is_not_taken_from_the_far_side(worker):
    with pytest.raises(JobFailed, match="not plain data"):
        run(worker, "foreign")


def test_an_error_of_ours_arrives_as_itself_and_others_as_failures_with_a_trace(worker):
    with pytest.raises(FormError, match="华龙区 2025-07：C7 不是数字"):
        run(worker, "refuse", "ours")
    with pytest.raises(JobFailed, match="KeyError") as caught:
        run(worker, "refuse", "odd")
    assert "worker_jobs.py" in caught.value.trace


@pytest.mark.parametrize(
    ("target", "args"), [("time:sleep", (60,)), (f"{JOBS}:busy", (60,)), ("signal:sigwait", ({signal.SIGUSR1},))]
)
def test_a_job_is_killed_at_its_deadline_whatever_it_is_doing(worker, target, args):
    started = time.monotonic()
    with pytest.raises(JobStopped, match="运行超过0.6秒，已停止") as caught:
        worker.run(target, *args, deadline=0.6, memory_mb=100)
    assert caught.value.reason == "deadline"
    assert time.monotonic() - started < 0.6 + 1 * slowed()


def test_a_job_that_asks_for_too_much_memory_is_stopped(worker):
    with pytest.raises(JobStopped, match="所需内存超过100MB") as caught:
        worker.run("builtins:bytearray", 1 << 30, deadline=60, memory_mb=100)
    assert caught.value.reason == "memory"


def test_a_job_that_crashes_does_not_take_the_next_one_with_it(worker):
    with pytest.raises(JobStopped, match="被系统中止"):
        worker.run("os:abort", deadline=60, memory_mb=100)
    assert run(worker, "echo", 1) == 1


def test_a_result_above_its_limit_is_refused_with_both_sizes(worker):
    with pytest.raises(JobStopped, match="结果有3MB，超过上限1MB") as caught:
        worker.run("builtins:bytes", 3 << 20, deadline=60, memory_mb=100, max_result_mb=1)
    assert caught.value.reason == "too_large"


def test_files_may_be_written_only_as_far_as_allowed(worker, tmp_path):
    with pytest.raises(JobFailed, match=r"PermissionError|OSError"):
        run(worker, "write", str(tmp_path / "a"), 10)
    allowed = {"file_mb": 1, "writable": (str(tmp_path),)}
    assert run(worker, "write", str(tmp_path / "a"), 10, **allowed) == 10
    with pytest.raises(JobFailed, match="OSError"):
        run(worker, "write", str(tmp_path / "b"), 3 << 20, **allowed)


def test_a_job_has_no_network_and_starts_no_program(worker):
    assert has_seccomp()
    tried = run(worker, "reach_out")
    assert tried == dict.fromkeys(("inet", "inet6", "unix", "program", "rights"), "PermissionError")


def test_a_job_changes_no_file_but_in_the_folders_it_was_given(worker, tmp_path):
    assert landlock_version()
    (mine := tmp_path / "mine").mkdir()
    (other := tmp_path / "other").mkdir()
    (other / "there").write_text("x")
    tried = run(worker, "change_files", str(mine), str(other), file_mb=1, writable=(str(mine),))
    assert tried == {
        "mine": "done",
        **dict.fromkeys(("write", "append", "remove", "rename_out", "folder", "link", "pipe", "truncate"), "refused"),
        "read": "x",
    }
    assert (other / "there").read_text() == "x"
    assert [path.name for path in other.iterdir()] == ["there"]


def test_a_job_sees_neither_our_environment_nor_our_files(worker, monkeypatch, tmp_path):
    monkeypatch.setenv("YANGLAO_HOME", str(tmp_path))
    with (tmp_path / "open").open("w"):
        # 0, 1, 2, the data socket, and the listing itself, which is closed again by then
        assert len(run(worker, "open_files")) <= 4
    assert not [name for name in run(worker, "environment") if name.startswith("YANGLAO")]


@pytest.mark.alone
def test_cancelling_from_another_thread_ends_a_job_within_a_second(worker):
    job = worker.start(f"{JOBS}:busy", 60, deadline=30, memory_mb=100)
    threading.Timer(0.3, job.cancel).start()
    started = time.monotonic()
    with pytest.raises(JobStopped, match="已按要求停止") as caught:
        job.result()
    assert caught.value.reason == "cancelled"
    assert time.monotonic() - started < 0.3 + 1 * slowed()
    assert in_time(lambda: not children_of(worker))


def test_cancelling_a_finished_job_is_harmless(worker):
    job = worker.start(f"{JOBS}:echo", 1, deadline=60, memory_mb=100)
    assert job.result() == 1
    job.cancel()
    assert run(worker, "echo", 2) == 2


def test_jobs_wait_for_a_place_and_are_told_when_there_is_none():
    small = Worker(budget_mb=400, preload=())
    try:
        jobs = [small.start("time:sleep", 1, deadline=60, memory_mb=150) for _ in range(2)]
        with pytest.raises(JobStopped, match="2个") as caught:
            small.run("os:getpid", deadline=60, memory_mb=150, wait_seconds=0.2)
        assert caught.value.reason == "busy"
        threading.Timer(0.1, jobs[0].result).start()
        assert small.run("os:getpid", deadline=60, memory_mb=150) > 0
        jobs[1].result()
    finally:
        small.close()


def test_a_job_nobody_waits_for_any_more_gives_its_place_back():
    small = Worker(budget_mb=200, preload=())
    try:
        job = small.start("time:sleep", 60, deadline=60, memory_mb=200)
        del job
        assert small.run("os:getpid", deadline=60, memory_mb=200, wait_seconds=1) > 0
    finally:
        small.close()


def test_a_job_that_agrees_gets_less_memory_when_others_run():
    small = Worker(budget_mb=1000, preload=())
    try:
        # half of 1000; then half of the 500 that are left
        first = small.start("time:sleep", 1, deadline=60, memory_mb=800, least_mb=100)
        assert small.run(f"{JOBS}:granted", deadline=60, memory_mb=800, least_mb=100) == 250
        assert first.memory_mb == 500
        first.result()
    finally:
        small.close()


def test_a_killed_server_is_replaced_and_its_jobs_end(worker):
    run(worker, "echo", 1)
    job = worker.start("time:sleep", 30, deadline=30, memory_mb=100)
    assert worker.is_running
    os.kill(worker._server.process.pid, signal.SIGKILL)
    with pytest.raises(JobStopped, match="意外中止"):
        job.result()
    assert in_time(lambda: not worker.is_running)
    assert run(worker, "echo", 2) == 2


def test_many_threads_share_one_worker_without_mixing_answers(worker):
    answers: dict[int, list] = {}

    def ask(number: int) -> None:
        answers[number] = [run(worker, "echo", number, deadline=20) for _ in range(5)]

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == {number: [number] * 5 for number in range(8)}


@pytest.mark.dear
def test_nothing_is_left_behind(worker):
    """No open file, no zombie: neither after good jobs nor after killed ones."""
    run(worker, "echo", 1)

    def count(folder: str) -> int:
        return len(list(Path(folder).iterdir()))

    before = count("/proc/self/fd")
    for number in range(30):
        with contextlib.suppress(JobStopped, JobFailed):
            run(worker, "echo" if number % 3 else "busy", number or 9, deadline=0.3)
    assert count("/proc/self/fd") == before
    server = worker._server.process.pid
    assert in_time(lambda: not children_of(worker))
    assert count(f"/proc/{server}/fd") < 12
    assert count(f"/proc/{server}/task") == 1  # a process with threads must not fork


def prepared(name: str) -> dict:
    return {"ready": (f"{JOBS}:get_ready", name), "rehearsal": (f"{JOBS}:rehearse", name)}


def test_a_child_is_kept_waiting_for_the_next_job_of_its_kind():
    own = Worker(preload=())
    try:
        first, before, _ = run(own, "rehearsed", **prepared("a"))
        assert before == []  # forked when it was asked for
        used = [first]
        for _ in range(2):
            waiting = waiting_child(own, not_one_of=used)
            pid, before, granted = run(own, "rehearsed", memory_mb=150, **prepared("a"))
            assert (pid, before, granted) == (waiting, ["a"], 150)  # nothing of an earlier job in it
            used.append(pid)
        waiting = waiting_child(own, not_one_of=used)
        assert run(own, "echo", 1) == 1  # another kind of job leaves it waiting
        assert waiting in children_of(own)
        pid, before, _ = run(own, "rehearsed", **prepared("b"))
        assert (pid != waiting, before) == (True, [])
        waiting = waiting_child(own, not_one_of=[*used, waiting, pid])
        server = own._server.process.pid
        assert len(list(Path(f"/proc/{server}/fd").iterdir())) < 12
    finally:
        own.close()
    with pytest.raises(ProcessLookupError):
        os.kill(waiting, 0)


def test_a_waiting_child_that_was_killed_is_not_missed():
    own = Worker(preload=())
    try:
        first = run(own, "rehearsed", **prepared("a"))[0]
        waiting = waiting_child(own, not_one_of=[first])
        os.kill(waiting, signal.SIGKILL)
        assert in_time(lambda: waiting not in children_of(own))
        pid, before, _ = run(own, "rehearsed", **prepared("a"))
        assert before == []
        assert waiting_child(own, not_one_of=[first, waiting, pid])
    finally:
        own.close()


def test_a_waiting_child_is_held_to_the_limits_of_its_job():
    own = Worker(preload=())
    try:
        first = run(own, "rehearsed", **prepared("a"))[0]
        waiting = waiting_child(own, not_one_of=[first])
        with pytest.raises(JobStopped, match="所需内存超过100MB"):
            own.run("builtins:bytearray", 1 << 30, deadline=60, memory_mb=100, **prepared("a"))
        waiting = waiting_child(own, not_one_of=[first, waiting])
        with pytest.raises(JobStopped, match="运行超过0.4秒"):
            run(own, "busy", 60, deadline=0.4, **prepared("a"))
    finally:
        own.close()


def test_closing_ends_the_running_jobs():
    own = Worker(preload=())
    job = own.start("time:sleep", 30, deadline=30, memory_mb=100)
    own.close()
    with pytest.raises(JobStopped):
        job.result()


def test_a_job_ended_from_outside_is_said_to_be_that(worker):
    with pytest.raises(JobStopped, match="从外面结束") as stopped:
        run(worker, "ended_from_outside")
    assert stopped.value.reason == "killed"


def test_jobs_that_give_way_stand_still_by_turns_while_a_page_is_made(worker):
    before = children_of(worker)
    job = worker.start(f"{JOBS}:busy", 30.0, deadline=60.0, memory_mb=200, gives_way=True)
    pid = in_time(lambda: [pid for pid in children_of(worker) if pid not in before])[0]

    def stands_still() -> bool:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"

    def seen_for(seconds: float) -> set[bool]:
        until, seen = time.monotonic() + seconds, set()
        while time.monotonic() < until:
            seen.add(stands_still())
            time.sleep(0.01)
        return seen

    with worker.made_first():
        assert in_time(stands_still)
        assert in_time(lambda: not stands_still())  # it is not starved
        assert in_time(stands_still)
        with worker.waited_for():
            assert in_time(lambda: not stands_still())
            assert seen_for(0.6) == {False}
        assert in_time(stands_still)
    assert in_time(lambda: not stands_still())
    assert seen_for(0.6) == {False}
    job.cancel()
    with pytest.raises(JobStopped):
        job.result()


def test_a_job_that_stands_still_is_ended_and_one_that_gives_no_way_goes_on(worker):
    before = children_of(worker)
    with worker.made_first():
        job = worker.start(f"{JOBS}:busy", 30.0, deadline=60.0, memory_mb=200, gives_way=True)
        pid = in_time(lambda: [pid for pid in children_of(worker) if pid not in before])[0]
        assert in_time(lambda: Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "T")
        assert run(worker, "echo", "长", times=2) == "长长"
        job.cancel()
        assert in_time(lambda: not Path(f"/proc/{pid}").exists())
    with pytest.raises(JobStopped) as stopped:
        job.result()
    assert stopped.value.reason == "cancelled"
