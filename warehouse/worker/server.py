"""The far side of `warehouse.worker.client`: one small process that forks a fresh, limited child for each job.

It is started once, by `exec`, so that it shares no thread, lock or file with the process that serves pages; a fork of
it costs a few milliseconds because the libraries the jobs need are loaded already. Everything here runs on one thread.

    parent ── control socket ──> server ── fork ──> child (one job, then gone)
       └────────────── data socket (arguments, result) ─────┘

The server is the only one that knows process ids: it kills at the deadline, reaps, and reports how each child ended.

Where an order names something to have ready (a release to open), the server forks the next child ahead, while nobody
waits: forking and the first touch of every page are most of what a small query costs.
"""

import contextlib
import copyreg
import ctypes
import gc
import importlib
import io
import json
import os
import pickle
import resource
import select
import signal
import socket
import struct
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from warehouse.worker.confine import PR_SET_NO_NEW_PRIVS, confine

HEADER = struct.Struct("!cQ")
"""Before every message on a data socket: its kind (one byte) and its length in bytes."""

DEMOTE_AFTER_SECONDS = 0.5
"""A job still busy after this long takes only what processor time nobody else wants, unless its order says otherwise."""

HELD_SECONDS, LET_SECONDS = 0.4, 0.1
"""While pages are made, jobs that give way stand still so long, then go on so long, in turns: no page waits for them, and
none of them waits for ever. Several share the second: a crowd takes no more of a page's time than one."""

QUIET_SECONDS = 0.02
"""So long nothing must have been asked before a spare is made: its making must not delay an order."""

NICENESS = 10
"""Of jobs begun while another is still fresh: one alone runs like a page, a crowd gives way from the start."""

PR_SET_PDEATHSIG = 1

_LIBC = ctypes.CDLL(None, use_errno=True)
_granted_mb = 0


def granted_memory_mb() -> int:
    """Memory this job may use beyond what was loaded before it, in MiB; 0 outside a worker."""
    return _granted_mb


@dataclass
class _Child:
    job: int
    status: int
    deadline: float
    demote_at: float
    gives_way: bool = False

    def tell(self, *, why: str = "", signal: int) -> None:
        """Report how it ended on its status pipe, once."""
        if self.status < 0:
            return
        with contextlib.suppress(BrokenPipeError):
            os.write(self.status, json.dumps({"why": why, "signal": signal}).encode())
        os.close(self.status)
        self.status = -1


@dataclass
class _Spare:
    """A child forked before anybody asked, waiting for its one job with everything open and touched once."""

    pid: int
    orders: socket.socket
    ready: list[str]


def serve(control_fd: int, preload: list[str]) -> None:
    """Fork a child for each order until the parent closes the control socket."""
    sys.meta_path.insert(0, _WithoutPandas())
    for name in preload:
        if ":" in name:
            _named(name)()
        else:
            importlib.import_module(name)
    # What is loaded by now stays: a collection in a child would only copy pages to look at it.
    gc.collect()
    gc.freeze()
    _Forker(control_fd).run()
    os._exit(0)  # the libraries would complain on the terminal about what they had loaded


class _WithoutPandas:
    """Hides pandas: pyarrow would load it with its first array, 1.5 seconds and 60 MB for something no job uses."""

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        if name == "pandas":
            raise ModuleNotFoundError("pandas is not used here", name=name)


class _Forker:
    """The loop of the server: orders in, children out, each watched until it has ended."""

    def __init__(self, control_fd: int) -> None:
        self._control = socket.socket(fileno=control_fd)
        self._wake_read, self._wake_write = os.pipe()
        for each in (self._wake_read, self._wake_write):
            os.set_blocking(each, False)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.set_wakeup_fd(self._wake_write, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        self._children: dict[int, _Child] = {}
        self._spare: _Spare | None = None
        self._wanted: dict | None = None
        """The last order that named something to have ready: the next one will most likely name the same."""
        self._are_pages_made = False
        self._is_held = False
        self._turn_at = 0.0
        """When those that give way stop or go on next, while pages are made."""

    def run(self) -> None:
        while True:
            ready, _, _ = select.select([self._control, self._wake_read], [], [], self._pause())
            if self._wake_read in ready:
                with contextlib.suppress(BlockingIOError):
                    os.read(self._wake_read, 4096)
            self._reap()
            self._enforce()
            if self._control in ready:
                if not self._obey():
                    break
            elif not ready and self._wanted and not self._spare:
                self._make_spare()
        self._drop_spare()
        for pid in self._children:
            os.kill(pid, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            while True:
                os.wait()

    def _pause(self) -> float | None:
        """Seconds until something has to be done without being asked; None when there is nothing."""
        now = time.monotonic()
        moments = [moment for child in self._children.values() for moment in (child.deadline, child.demote_at)]
        later = [moment - now for moment in moments if moment != float("inf")]
        if self._are_pages_made and self._giving_way():
            later.append(self._turn_at - now)
        if self._wanted and not self._spare:
            later.append(QUIET_SECONDS)
        return max(0.0, min(later)) if later else None

    def _obey(self) -> bool:
        """Carry out one order. False when the parent is gone."""
        message, fds, _, _ = socket.recv_fds(self._control, 65536, 2)
        if not message:
            return False
        order = json.loads(message)
        if order["order"] == "kill":
            for pid, child in self._children.items():
                if child.job == order["job"]:
                    _kill(pid, child, "cancelled")
            return True
        if order["order"] == "pages":
            self._are_pages_made = order["are_made"]
            self._hold(self._are_pages_made)
            return True
        data_fd, status_fd = fds
        order["alone"] = all(child.demote_at == float("inf") for child in self._children.values())
        pid = self._hand_over(order, data_fd) or self._fork(order, data_fd, status_fd)
        os.close(data_fd)
        now = time.monotonic()
        self._children[pid] = _Child(
            job=order["job"],
            status=status_fd,
            deadline=now + order["deadline"],
            demote_at=now + DEMOTE_AFTER_SECONDS if order["is_demoted"] else float("inf"),
            gives_way=order["gives_way"],
        )
        return True

    def _hand_over(self, order: dict, data_fd: int) -> int:
        """Give the job to the spare; its process id, or 0 when there is none that has the right things ready."""
        spare, self._spare = self._spare, None
        self._wanted = order if order["ready"] else self._wanted
        if spare is None:
            return 0
        if spare.ready == order["ready"]:
            with spare.orders, contextlib.suppress(OSError):
                socket.send_fds(spare.orders, [json.dumps(order).encode()], [data_fd])
                return spare.pid
        self._spare = spare
        if order["ready"]:
            self._drop_spare()
        return 0

    def _fork(self, order: dict, data_fd: int, status_fd: int) -> int:
        _call(order["ready"])
        pid = os.fork()
        if pid == 0:
            self._become(lambda: _do_job(data_fd, order), close=(status_fd,))
        return pid

    def _make_spare(self) -> None:
        """Fork a child for the next job. It opens and touches what the last one needed, then waits."""
        ready, rehearsal = self._wanted["ready"], self._wanted["rehearsal"]
        _call(ready)
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        pid = os.fork()
        if pid == 0:
            self._become(lambda: _wait_for_job(theirs, rehearsal), close=(ours.fileno(),))
        theirs.close()
        self._spare = _Spare(pid=pid, orders=ours, ready=ready)

    def _drop_spare(self) -> None:
        if self._spare:
            os.kill(self._spare.pid, signal.SIGKILL)
            self._spare.orders.close()
            self._spare = None

    def _become(self, life: Callable[[], None], *, close: tuple[int, ...]) -> None:
        """Be a child from here on, with none of the server's files, and end with `life`. Never returns."""
        code = 1
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            spare = (self._spare.orders.fileno(),) if self._spare else ()
            statuses = (child.status for child in self._children.values() if child.status >= 0)
            for each in (self._control.fileno(), self._wake_read, self._wake_write, *spare, *statuses, *close):
                os.close(each)
            nothing = os.open(os.devnull, os.O_RDWR | os.O_CLOEXEC)
            os.dup2(nothing, 0)
            os.dup2(nothing, 1)
            os.close(nothing)
            _die_with_parent()
            life()
            code = 0
        finally:
            os._exit(code)

    def _enforce(self) -> None:
        now = time.monotonic()
        for pid, child in self._children.items():
            if now >= child.deadline:
                _kill(pid, child, "deadline")
            elif now >= child.demote_at:
                child.demote_at = float("inf")
                child.gives_way = True
                _demote(pid)
        if self._are_pages_made and now >= self._turn_at:
            self._hold(not self._is_held)

    def _giving_way(self) -> list[int]:
        """The processes of jobs that only take what nobody else wants."""
        return [pid for pid, child in self._children.items() if child.gives_way]

    def _hold(self, is_held: bool) -> None:
        """Let the jobs that give way stand still, or go on.

        The lowest priority is not enough: the second thread of a core halves the speed of the first, whatever it is worth.
        """
        self._is_held = is_held
        giving_way = self._giving_way()
        let_seconds = LET_SECONDS / max(1, len(giving_way))
        self._turn_at = time.monotonic() + (HELD_SECONDS if is_held else let_seconds)
        for pid in giving_way:
            os.kill(pid, signal.SIGSTOP if is_held else signal.SIGCONT)

    def _reap(self) -> None:
        """Report on its status pipe how each ended child ended."""
        while self._children or self._spare:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            if pid not in self._children:  # a spare nobody used
                if self._spare and self._spare.pid == pid:
                    self._spare.orders.close()
                    self._spare = None
                    self._wanted = None  # what ends a spare would end the next one too; a job will tell
                continue
            child = self._children.pop(pid)
            child.tell(signal=os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0)


def _kill(pid: int, child: _Child, why: str) -> None:
    """End a child and say so at once: on a busy machine one with much memory takes its time to be gone."""
    child.deadline = child.demote_at = float("inf")
    os.kill(pid, signal.SIGKILL)
    child.tell(why=why, signal=signal.SIGKILL)


def _demote(pid: int) -> None:
    """Give way to everybody else, all threads of the child."""
    if sys.platform != "linux":
        return
    with contextlib.suppress(OSError):
        for thread in Path(f"/proc/{pid}/task").iterdir():
            os.sched_setscheduler(int(thread.name), os.SCHED_IDLE, os.sched_param(0))


def _call(named: list[str]) -> None:
    """Call `module:function` with the texts after it. What fails here, the job will meet itself and report."""
    if named:
        target, *args = named
        with contextlib.suppress(Exception):
            _named(target)(*args)


def _wait_for_job(orders: socket.socket, rehearsal: list[str]) -> None:
    """The life of a spare: touch everything once, wait, do the one job."""
    _call(rehearsal)
    message, fds, _, _ = socket.recv_fds(orders, 65536, 1)
    orders.close()
    if message:
        _do_job(fds[0], json.loads(message))


def _do_job(data_fd: int, order: dict) -> None:
    _limit(order)
    confine(order["writable"])
    _work(socket.socket(fileno=data_fd), order["max_result"])


def _die_with_parent() -> None:
    if sys.platform == "linux":
        _LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        _LIBC.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)


def _limit(order: dict) -> None:
    """Everything the kernel will hold this process to; the deadline is among them."""
    global _granted_mb
    if not order["alone"]:
        os.nice(NICENESS)
    if order["gives_way"]:
        _demote(os.getpid())
    # A second guard for the case that the server itself is stopped: the alarm also ends a call that never returns.
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, order["deadline"] + 2)
    _granted_mb = order["memory_mb"]
    if sys.platform == "linux":
        loaded = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
        space = loaded + (order["memory_mb"] << 20)
        resource.setrlimit(resource.RLIMIT_AS, (space, space))
    processor = int(order["deadline"] * max(2, os.cpu_count() or 1)) + 2
    for what, limit in (
        (resource.RLIMIT_CPU, processor),
        (resource.RLIMIT_FSIZE, order["file_mb"] << 20),
        (resource.RLIMIT_NOFILE, 256),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (limit, limit))


def _work(data: socket.socket, max_result: int) -> None:
    try:
        _, payload = receive(data)
        target, args, kwargs = pickle.loads(payload)
        result = _named(target)(*args, **kwargs)
        answer = pickle.dumps(result, protocol=5)
        kind = b"r"
        if len(answer) > max_result:
            kind, answer = b"l", str(len(answer)).encode()
        del result
    except MemoryError:
        kind, answer = b"m", b""
    except BaseException as error:
        kind, answer = b"e", _describe(error)
    data.sendall(HEADER.pack(kind, len(answer)))
    data.sendall(answer)


def _named(target: str) -> Callable:
    """The function called `module:function`."""
    module, _, name = target.partition(":")
    return getattr(importlib.import_module(module), name)


def _describe(error: BaseException) -> bytes:
    """An exception as text: its class, what it says, and where it was raised."""
    import traceback

    return json.dumps(
        {
            "module": type(error).__module__,
            "name": type(error).__qualname__,
            "text": str(error),
            "trace": "".join(traceback.format_exception(error))[-20_000:],
        }
    ).encode()


def packed(job: tuple) -> bytes:
    """A job as bytes; its arguments may hold read-only mappings, which pickle does not know."""
    buffer = io.BytesIO()
    pickler = pickle.Pickler(buffer, protocol=5)
    pickler.dispatch_table = copyreg.dispatch_table | {MappingProxyType: lambda mapping: (read_only, (dict(mapping),))}
    pickler.dump(job)
    return buffer.getvalue()


def read_only(mapping: dict) -> MappingProxyType:
    """The mapping as a job's arguments held it."""
    return MappingProxyType(mapping)


def receive(data: socket.socket) -> tuple[bytes, bytearray]:
    """One message from a data socket: kind and content. Raises EOFError when the other side is gone."""
    kind, length = HEADER.unpack(_exactly(data, HEADER.size))
    return kind, _exactly(data, length)


def _exactly(data: socket.socket, length: int) -> bytearray:
    content = bytearray(length)
    view = memoryview(content)
    while view:
        count = data.recv_into(view)
        if count == 0:
            raise EOFError
        view = view[count:]
    return content
