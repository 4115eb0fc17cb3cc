"""One job that runs in a process of its own: its answer, its end, and how it is stopped. `client` starts them."""

import json
import os
import select
import signal
import socket
import threading
import time
from typing import TYPE_CHECKING, Any

from warehouse.worker.answers import JobStopped, as_raised, plain_data
from warehouse.worker.server import HEADER

if TYPE_CHECKING:
    from warehouse.worker.client import Worker, _Server

GRACE_SECONDS = 3.0
"""So long after its deadline the forking process has to end a job."""


class Job:
    """One running job. `result()` waits for it; `cancel()` may be called from any thread."""

    def __init__(self, worker: "Worker", number: int, *, deadline: float, memory_mb: int, max_result: int) -> None:
        self._worker = worker
        self._number = number
        self._deadline = deadline
        self._memory_mb = memory_mb
        self._max_result = max_result
        self._cancelled = threading.Event()
        self._data: socket.socket | None = None
        self._status: int | None = None
        self._server: _Server | None = None
        self._started = 0.0
        self.scratch = ""

    def cancel(self) -> None:
        """Stop the job; its `result()` raises JobStopped within a fraction of a second. Harmless when it has ended."""
        self._cancelled.set()
        self._worker._cancel(self._number, self._server)

    @property
    def memory_mb(self) -> int:
        """Memory granted, in MiB: less than asked for when many jobs run at once."""
        return self._memory_mb

    def result(self) -> Any:
        """Wait for the job and return what the function returned; the errors are those of the module's docstring."""
        try:
            with self._worker.waited_for():
                kind, content = self._receive()
        except BaseException:
            self.cancel()
            self._leave()
            raise
        if kind in (b"r", b"e"):
            self._leave()  # the child has said all it had to; nobody need wait for its end
            if kind == b"r":
                return plain_data(content)
            raise as_raised(json.loads(bytes(content)))
        raise self._stopped(kind, content, self._how_it_ended())

    def __del__(self) -> None:
        # A caller that was itself ended before asking for the result must not keep the place.
        if self._status is not None:
            self.cancel()
            self._leave()

    def _receive(self) -> tuple[bytes, bytearray]:
        """The answer, or kind b'' when the child ended without one."""
        until = self._started + self._deadline + GRACE_SECONDS
        parts: list[bytearray] = []
        try:
            for length in (HEADER.size, None):
                if length is None:
                    kind, length = HEADER.unpack(bytes(parts[0]))
                    if length > self._max_result and kind == b"r":
                        return b"l", bytearray(str(length).encode())
                parts.append(self._exactly(length, until))
        except (EOFError, ConnectionError):
            return b"", bytearray()
        return kind, parts[1]

    def _exactly(self, length: int, until: float) -> bytearray:
        content = bytearray(length)
        view = memoryview(content)
        waiting = select.poll()
        waiting.register(self._data, select.POLLIN)
        waiting.register(self._status, select.POLLIN)
        while view:
            ready = {fd for fd, _ in waiting.poll(1000 * max(0.01, until - time.monotonic()))}
            if not ready:
                # The server has not ended the child in time: it must be ill itself, and is replaced.
                self._worker._discard(self._server)
                raise EOFError
            if self._data.fileno() not in ready:  # the server says it has ended, and nothing is left to read
                raise EOFError
            count = self._data.recv_into(view)
            if count == 0:
                raise EOFError
            view = view[count:]
        return content

    def _how_it_ended(self) -> dict:
        """How the child ended, as the server saw it; {} when the server could not tell. Closes this side."""
        try:
            poll = select.poll()
            poll.register(self._status, select.POLLIN)
            report = os.read(self._status, 4096) if poll.poll(GRACE_SECONDS * 1000) else b""
        finally:
            self._leave()
        return json.loads(report) if report else {}

    def _leave(self) -> None:
        """Close this side and give the place back."""
        self._data.close()
        os.close(self._status)
        self._status = None
        self._worker._release(self)

    def _stopped(self, kind: bytes, content: bytearray, report: dict) -> JobStopped:
        seconds = f"{self._deadline:g}"
        if self._cancelled.is_set():
            return JobStopped("cancelled", "已按要求停止。")
        if kind == b"l":
            return JobStopped(
                "too_large",
                f"结果有{int(bytes(content)) >> 20}MB，超过上限{self._max_result >> 20}MB；请减少行或列。",
            )
        if report.get("why") == "deadline" or report.get("signal") == signal.SIGXCPU:
            return JobStopped("deadline", f"运行超过{seconds}秒，已停止。")
        if kind == b"m":
            return JobStopped("memory", f"所需内存超过{self._memory_mb}MB，已停止。")
        if report.get("signal") == signal.SIGKILL:
            return JobStopped("killed", "处理进程被系统或管理员从外面结束，多半是本机内存不足；数据没有受影响。")
        if report.get("signal"):
            return JobStopped("crashed", f"处理中途被系统中止，多半是所需内存超过{self._memory_mb}MB，或内容套得太深。")
        return JobStopped("crashed", "处理进程意外中止，没有得到结果；请重试。")
