"""How many statements one person may have running and waiting, counted over every process that serves a data home.

A place is a lock on a small file: whoever ends, in whatever way, gives it back.
"""

import fcntl
import hashlib
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from warehouse.worker.answers import JobStopped

RUNNING, WAITING = 2, 4
WAIT_SECONDS = 60.0
_LOOK_AGAIN_SECONDS = 0.05


class Places:
    """The places of one data home.

    Args:
        folder: where the locks lie. Where it cannot be written nobody is counted: a reader of somebody else's data
            home has processes of his own.
        running, waiting: of one person at once.
    """

    def __init__(self, folder: Path, *, running: int = RUNNING, waiting: int = WAITING) -> None:
        self._folder = folder
        self._running = running
        self._waiting = waiting

    @contextmanager
    def taken(
        self, whose: str, *, cancelled: threading.Event | None = None, wait_seconds: float = WAIT_SECONDS
    ) -> Iterator[None]:
        """A place to run, waited for and held until the end of the `with`.

        Args:
            whose: the person, or the address of somebody unnamed.
            cancelled: ends the waiting when set.

        Raises:
            JobStopped: reason "busy", too many of this person wait already or none became free; "cancelled".
        """
        try:
            held = self._lock(whose, cancelled, time.monotonic() + wait_seconds)
        except OSError:
            yield
            return
        try:
            yield
        finally:
            _give_back(held)

    def _lock(self, whose: str, cancelled: threading.Event | None, until: float) -> tuple[int, Path]:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        name = hashlib.sha256(whose.encode()).hexdigest()[:24]
        running = [self._folder / f"{name}-running-{number}" for number in range(self._running)]
        if held := _first_free(running):
            return held
        waiting = _first_free([self._folder / f"{name}-waiting-{number}" for number in range(self._waiting)])
        if waiting is None:
            raise JobStopped(
                "busy",
                f"您已有{self._running}条查询在运行、{self._waiting}条在等，这一条没有排上。"
                "请等其中一条结束，或在它的页面上取消后再运行",
            )
        try:
            while True:
                if cancelled and cancelled.is_set():
                    raise JobStopped("cancelled", "已按要求停止。")
                if held := _first_free(running):
                    return held
                if time.monotonic() > until:
                    raise JobStopped("busy", f"您的{self._running}条查询还在运行，等了很久仍没有轮到；请稍后再试")
                time.sleep(_LOOK_AGAIN_SECONDS)
        finally:
            _give_back(waiting)


def _first_free(paths: list[Path]) -> tuple[int, Path] | None:
    """The first lock of these nobody holds, now ours; None when all are held."""
    for path in paths:
        while True:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(descriptor)
                break
            if os.fstat(descriptor).st_nlink:
                return descriptor, path
            # Its last holder removed the file between our opening and our lock.
            os.close(descriptor)
    return None


def _give_back(held: tuple[int, Path]) -> None:
    descriptor, path = held
    path.unlink(missing_ok=True)
    os.close(descriptor)
