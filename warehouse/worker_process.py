"""The far side of `warehouse.worker`: one small process that forks a fresh, limited child for each job.

It is started once, by `exec`, so that it shares no thread, lock or file with the process that serves pages; a fork of
it costs a few milliseconds because the libraries the jobs need are loaded already. Everything here runs on one thread.

    parent ── control socket ──> server ── fork ──> child (one job, then gone)
       └────────────── data socket (arguments, result) ─────┘

The server is the only one that knows process ids: it kills at the deadline, reaps, and reports how each child ended.
"""

import contextlib
import ctypes
import importlib
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

HEADER = struct.Struct("!cQ")
"""Before every message on a data socket: its kind (one byte) and its length in bytes."""

DEMOTE_AFTER_SECONDS = 0.5
"""A job still busy after this long takes only what processor time nobody else wants."""

NICENESS = 10
PR_SET_PDEATHSIG = 1
PR_SET_NO_NEW_PRIVS = 38

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
    why: str = ""


def serve(control_fd: int, preload: list[str]) -> None:
    """Fork a child for each order until the parent closes the control socket."""
    sys.meta_path.insert(0, _WithoutPandas())
    for name in preload:
        if ":" in name:
            _named(name)()
        else:
            importlib.import_module(name)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    control = socket.socket(fileno=control_fd)
    wake_read, wake_write = os.pipe()
    ours = (control_fd, wake_read, wake_write)
    os.set_blocking(wake_read, False)
    os.set_blocking(wake_write, False)
    signal.set_wakeup_fd(wake_write, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    children: dict[int, _Child] = {}
    while True:
        ready, _, _ = select.select([control, wake_read], [], [], _pause(children))
        if wake_read in ready:
            with contextlib.suppress(BlockingIOError):
                os.read(wake_read, 4096)
        _reap(children)
        _enforce(children)
        if control in ready and not _obey(control, children, ours):
            break
    for pid in children:
        os.kill(pid, signal.SIGKILL)


class _WithoutPandas:
    """Hides pandas: pyarrow would load it with its first array, 1.5 seconds and 60 MB for something no job uses."""

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        if name == "pandas":
            raise ModuleNotFoundError("pandas is not used here", name=name)


def _pause(children: dict[int, _Child]) -> float | None:
    """Seconds until something has to be done without being asked; None when there is nothing."""
    now = time.monotonic()
    moments = [moment for child in children.values() for moment in (child.deadline, child.demote_at)]
    later = [moment - now for moment in moments if moment != float("inf")]
    return max(0.0, min(later)) if later else None


def _obey(control: socket.socket, children: dict[int, _Child], ours: tuple[int, ...]) -> bool:
    """Carry out one order. False when the parent is gone. `ours`: files no child may have."""
    message, fds, _, _ = socket.recv_fds(control, 65536, 2)
    if not message:
        return False
    order = json.loads(message)
    if order["order"] == "kill":
        for pid, child in children.items():
            if child.job == order["job"]:
                _kill(pid, child, "cancelled")
        return True
    data_fd, status_fd = fds
    if order["ready"]:
        target, *args = order["ready"]
        # What cannot be made ready here, the job will meet itself and report.
        with contextlib.suppress(Exception):
            _named(target)(*args)
    pid = os.fork()
    if pid == 0:
        _become_child(data_fd, order, close=(*ours, status_fd, *(child.status for child in children.values())))
    os.close(data_fd)
    now = time.monotonic()
    children[pid] = _Child(
        job=order["job"],
        status=status_fd,
        deadline=now + order["deadline"],
        demote_at=now + DEMOTE_AFTER_SECONDS,
    )
    return True


def _kill(pid: int, child: _Child, why: str) -> None:
    child.why = child.why or why
    child.deadline = child.demote_at = float("inf")
    os.kill(pid, signal.SIGKILL)


def _enforce(children: dict[int, _Child]) -> None:
    now = time.monotonic()
    for pid, child in children.items():
        if now >= child.deadline:
            _kill(pid, child, "deadline")
        elif now >= child.demote_at:
            child.demote_at = float("inf")
            _demote(pid)


def _demote(pid: int) -> None:
    """Give way to everybody else, all threads of the child."""
    if sys.platform != "linux":
        return
    with contextlib.suppress(OSError):
        for thread in Path(f"/proc/{pid}/task").iterdir():
            os.sched_setscheduler(int(thread.name), os.SCHED_IDLE, os.sched_param(0))


def _reap(children: dict[int, _Child]) -> None:
    """Report each ended child on its status pipe: how it ended, processor seconds, peak memory."""
    while children:
        pid, status, usage = os.wait4(-1, os.WNOHANG)
        if pid == 0:
            return
        child = children.pop(pid)
        report = {
            "why": child.why,
            "signal": os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0,
            "cpu_seconds": usage.ru_utime + usage.ru_stime,
            "peak_mb": usage.ru_maxrss // 1024,
        }
        with contextlib.suppress(BrokenPipeError):
            os.write(child.status, json.dumps(report).encode())
        os.close(child.status)


def _become_child(data_fd: int, order: dict, *, close: tuple[int, ...]) -> None:
    """Run one job in this process and end it. Never returns."""
    code = 1
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for each in close:
            os.close(each)
        nothing = os.open(os.devnull, os.O_RDWR | os.O_CLOEXEC)
        os.dup2(nothing, 0)
        os.dup2(nothing, 1)
        os.close(nothing)
        _limit(order)
        _work(socket.socket(fileno=data_fd), order["max_result"])
        code = 0
    finally:
        os._exit(code)


def _limit(order: dict) -> None:
    """Everything the kernel will hold this process to; the parent's death and the deadline are among them."""
    global _granted_mb
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    os.nice(NICENESS)
    # A second guard for the case that the server itself is stopped: the alarm also ends a call that never returns.
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, order["deadline"] + 2)
    _granted_mb = order["memory_mb"]
    if sys.platform == "linux":
        loaded = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
        space = loaded + (order["memory_mb"] << 20)
        resource.setrlimit(resource.RLIMIT_AS, (space, space))
    processor = int(order["deadline"] * 2) + 2
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
