"""Running what must never harm this process: ad-hoc SQL, and files that strangers made.

A job is a function of ours named as text, `"module:function"`, called with plain arguments in a process of its own:

    worker = shared_worker()
    rows = worker.run("etl.months.read.sheets:read_file", path, deadline=30, memory_mb=1500)

Each job gets a fresh process (forked in milliseconds from one that has loaded the libraries, see
`warehouse.worker.server`), with limits on memory, processor time and file writing, killed at its deadline in
whatever call it is. Nothing survives a job. After half a second a job only takes processor time that nobody else
wants, and stands still most of the time while a page is made (`Worker.made_first`), so that long ones do not slow the pages.

Arguments and results are plain data: None, bool, numbers, str, bytes, dates, Decimal, lists, tuples, dicts, sets, and
dataclasses of `warehouse` and `etl` made of these; tables travel as Arrow IPC bytes. Other classes are refused, because
the far side may be under the control of a hostile file.

Errors:
    JobStopped   a limit was reached, or somebody cancelled; `.reason` says which, the text says it in Chinese.
    an exception of `warehouse` or `etl` raised by the function is raised again, with its text.
    JobFailed    any other exception of the function: a mistake of ours; `.trace` is for the log, never for a page.
"""

import atexit
import functools
import itertools
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from warehouse import FOLDER
from warehouse.settings import machine_memory_mb
from warehouse.worker.answers import JobFailed, JobStopped
from warehouse.worker.job import GRACE_SECONDS, Job
from warehouse.worker.server import HEADER, packed

PRELOAD = ("duckdb", "pyarrow.compute", "python_calamine", "warehouse.query.in_worker:prepare")
LEAST_MB = 192
KEPT_MB, KEPT_SLOTS = 1500, 2
"""Memory and places that jobs of `leaves_places` never take: what opening one file may need, twice over."""
ROOT = FOLDER.parent

__all__ = ["Job", "JobFailed", "JobStopped", "Worker", "shared_worker"]


class _Server:
    """The forking process and the socket by which it takes orders."""

    def __init__(self, preload: tuple[str, ...]) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        code = (
            "import sys; sys.path.insert(0, sys.argv[1]); from warehouse.worker.server import serve; "
            "serve(int(sys.argv[2]), sys.argv[3:])"
        )
        with theirs:
            self.process = subprocess.Popen(
                [sys.executable, "-P", "-s", "-c", code, str(ROOT), str(theirs.fileno()), *preload],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                cwd="/",
                env=_environment(),
                process_group=0,
            )
        self.control = ours

    def order(self, message: dict, fds: list[int]) -> None:
        socket.send_fds(self.control, [json.dumps(message).encode()], fds)

    def close(self) -> None:
        """End it and whatever it runs; nothing is left behind."""
        self.control.close()
        try:
            self.process.wait(timeout=1)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def _environment() -> dict[str, str]:
    """Little of ours reaches a job. One thread each, because a process with threads must not fork."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL", "TZ") if name in os.environ}
    return kept | {
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "JE_ARROW_MALLOC_CONF": "background_thread:false",
        "POLARS_MAX_THREADS": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
    }


class Worker:
    """A small pool: so many jobs at once as memory allows, the others wait their turn. Safe from any thread.

    Args:
        preload: modules loaded once, before the first job, and `module:function` called once; only those that leave
            no thread behind.
        budget_mb: memory all jobs together may use; default half of this machine's.
    """

    def __init__(self, *, preload: tuple[str, ...] = PRELOAD, budget_mb: int | None = None) -> None:
        self._preload = preload
        self._budget_mb = budget_mb or machine_memory_mb() // 2
        self._slots = max(2, min(24, self._budget_mb // LEAST_MB))
        self._granted: dict[int, int] = {}
        self._numbers = itertools.count(1)
        self._server: _Server | None = None
        self._lock = threading.RLock()  # an abandoned job may be collected while this thread holds it
        self._room = threading.Condition(self._lock)
        self._pages_made = 0
        self._are_jobs_told = False
        self._here = threading.local()

    def warm(self) -> None:
        """Start the forking process now, so that the first job need not wait for it. Returns at once."""
        with self._lock:
            self._ensure_server()

    def run(self, target: str, *args: Any, **options: Any) -> Any:
        """What `target` returns when called with `args` in a process of its own; options as for `start`."""
        return self.start(target, *args, **options).result()

    def start(
        self,
        target: str,
        *args: Any,
        deadline: float,
        memory_mb: int,
        least_mb: int | None = None,
        file_mb: int = 0,
        writable: tuple[str, ...] = (),
        max_result_mb: int = 256,
        wait_seconds: float | None = None,
        ready: tuple[str, ...] = (),
        rehearsal: tuple[str, ...] = (),
        is_demoted: bool = True,
        gives_way: bool = False,
        leaves_places: bool = False,
        scratch: Path | None = None,
        **kwargs: Any,
    ) -> Job:
        """Begin a job and return without waiting for its result.

        Args:
            target: "module:function"; imported on the far side.
            deadline: seconds until it is killed, counted from its start.
            memory_mb: memory beyond the loaded libraries. When others run and `least_mb` is given, it may get less,
                never less than that; `warehouse.worker.server.granted_memory_mb()` tells the function how much.
            file_mb: size of the largest file it may write, in the folders `writable` and below; 0 forbids writing.
            max_result_mb: largest result.
            wait_seconds: how long to wait for a free place; default as long as the deadline.
            ready: "module:function" and text arguments, called once in the forking process before the job is forked
                from it, for what costs time and is safe to share, such as opening a release; it must leave no thread.
            rehearsal: the same, called in the child that is kept waiting for the next job with this `ready`.
            is_demoted: whether it only takes processor time that nobody else wants after half a second; a refresh,
                which somebody waits for, must not stand still on a busy machine.
            gives_way: whether it does so from its first moment on: bulk for machines, which ask again and again.
            leaves_places: whether it keeps away from the last places and the last memory, which stay for other jobs:
                however many statements run, a file somebody dropped is looked at.
            scratch: a folder in which the job gets one of its own to write in, handed to the function as `scratch` and
                removed with the job; an empty text is handed where none can be made.
            kwargs: handed to the function.

        Raises:
            JobStopped: reason "busy", no place became free in time.
        """
        number = next(self._numbers)
        granted = self._take_place(
            number, memory_mb, least_mb or memory_mb, wait_seconds or deadline, leaves_places=leaves_places
        )
        job = Job(self, number, deadline=deadline, memory_mb=granted, max_result=max_result_mb << 20)
        if scratch is not None:
            job.scratch = own_folder(scratch)
            kwargs["scratch"] = job.scratch
            writable = (*writable, job.scratch) if job.scratch else writable
        payload = packed((target, args, kwargs))
        order = {
            "order": "run",
            "job": number,
            "deadline": deadline,
            "memory_mb": granted,
            "file_mb": file_mb,
            "writable": writable,
            "max_result": max_result_mb << 20,
            "ready": ready,
            "rehearsal": rehearsal,
            "is_demoted": is_demoted,
            "gives_way": gives_way,
        }
        try:
            self._submit(job, order, payload)
        except BaseException:
            self._release(job)
            raise
        return job

    @contextmanager
    def made_first(self) -> Iterator[None]:
        """While a page is made on this thread, jobs that give way stand still most of the time.

        `waited_for` says on the same thread that the page itself waits.
        """
        self._here.makes_page = True
        self._count_page(1)
        try:
            yield
        finally:
            self._here.makes_page = False
            self._count_page(-1)

    @contextmanager
    def waited_for(self) -> Iterator[None]:
        """Around what waits for a job: a page that waits is not being made. Nothing on a thread that makes none."""
        makes_page = getattr(self._here, "makes_page", False)
        self._count_page(-1 if makes_page else 0)
        try:
            yield
        finally:
            self._count_page(1 if makes_page else 0)

    def _count_page(self, more: int) -> None:
        if not more:
            return
        with self._lock:
            self._pages_made += more
            self._tell_jobs()

    def _tell_jobs(self) -> None:
        """Tell the forking process whether pages are made, where it does not know and has a job that it concerns."""
        are_made = self._pages_made > 0 and bool(self._granted)
        if are_made == self._are_jobs_told or self._server is None:
            return
        self._are_jobs_told = are_made
        with suppress(OSError):
            self._server.order({"order": "pages", "are_made": are_made}, [])

    @property
    def is_running(self) -> bool:
        """Whether the forking process is there, so that a job need not wait for what it has loaded."""
        with self._lock:
            return self._server is not None and self._server.process.poll() is None

    def close(self) -> None:
        """End the forking process and every job; a later job starts it again."""
        with self._lock:
            server, self._server = self._server, None
        if server:
            server.close()

    def _take_place(
        self, number: int, memory_mb: int, least_mb: int, wait_seconds: float, *, leaves_places: bool
    ) -> int:
        """Wait for room; returns the memory granted: at most half of what is left, so that one job leaves some."""
        until = time.monotonic() + wait_seconds
        kept_mb = min(KEPT_MB, self._budget_mb // 4) if leaves_places else 0
        slots = self._slots - min(KEPT_SLOTS, self._slots // 2) if leaves_places else self._slots
        with self._room:
            while True:
                left = self._budget_mb - kept_mb - sum(tuple(self._granted.values()))
                granted = max(min(memory_mb, left // 2), least_mb)
                if len(self._granted) < slots and (granted <= left or not self._granted):
                    self._granted[number] = granted
                    return granted
                if not self._room.wait(max(0.0, until - time.monotonic())):
                    raise JobStopped(
                        "busy",
                        f"同时运行的任务太多（{len(self._granted)}个），等了{wait_seconds:g}秒仍无空位；请稍后再试。",
                    )

    def _submit(self, job: Job, order: dict, payload: bytes) -> None:
        for attempt in (1, 2):
            ours, theirs = socket.socketpair()
            status_read, status_write = os.pipe()
            with self._lock:
                server = self._ensure_server()
                try:
                    server.order(order, [theirs.fileno(), status_write])
                    self._tell_jobs()
                    sent = True
                except OSError:
                    sent = False
                finally:
                    theirs.close()
                    os.close(status_write)
            if sent:
                break
            # The server died between two jobs: a new one takes the order, once.
            ours.close()
            os.close(status_read)
            self._discard(server)
            if attempt == 2:
                raise JobStopped("crashed", "处理进程无法启动；请稍后再试，仍不行请联系运维。")
        job._data, job._status, job._server, job._started = ours, status_read, server, time.monotonic()
        ours.settimeout(job._deadline + GRACE_SECONDS)
        try:
            ours.sendall(HEADER.pack(b"j", len(payload)))
            ours.sendall(payload)
        except OSError:
            # The child ended before it had read its order; result() will say how.
            return

    def _ensure_server(self) -> _Server:
        if self._server is not None and self._server.process.poll() is not None:
            self._server.control.close()
            self._server = None
        if self._server is None:
            self._server = _Server(self._preload)
            self._are_jobs_told = False
        return self._server

    def _discard(self, server: _Server) -> None:
        with self._lock:
            if self._server is server:
                self._server = None
        server.close()

    def _cancel(self, number: int, server: _Server | None) -> None:
        if server is None:
            return
        with self._lock:
            try:
                server.order({"order": "kill", "job": number}, [])
            except OSError:
                return

    def _release(self, job: Job) -> None:
        if job.scratch:
            shutil.rmtree(job.scratch, ignore_errors=True)
        with self._room:
            self._granted.pop(job._number, None)
            self._tell_jobs()
            self._room.notify_all()


def own_folder(parent: Path) -> str:
    """A new folder for one job in `parent`, closed to others; empty where none can be made.

    What processes left that ended without taking leave is removed on the way.
    """
    try:
        parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        for old in parent.iterdir():
            owner = old.name.partition("-")[0]
            if owner.isdigit() and not Path(f"/proc/{owner}").exists() and sys.platform == "linux":
                shutil.rmtree(old, ignore_errors=True)
        return tempfile.mkdtemp(prefix=f"{os.getpid()}-", dir=parent)
    except OSError:
        return ""


@functools.cache
def shared_worker() -> Worker:
    """The one pool of this process; it ends with the process."""
    worker = Worker()
    atexit.register(worker.close)
    return worker
