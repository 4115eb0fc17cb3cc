"""Functions that tests run inside the worker."""

import os
import signal
import time
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from warehouse.errors import FormError
from warehouse.worker.server import granted_memory_mb


@dataclass(frozen=True)
class Foreign:
    """A class the worker has no reason to trust."""

    value: int


def plain() -> dict:
    return {"a": [1, 2.5, None, True, "华龙区", b"\x00"], "b": (date(2025, 7, 9), Decimal("2.25")), "c": {1, 2}}


def foreign() -> Foreign:
    return Foreign(1)


def echo(value, *, times: int = 1):
    return value * times


def busy(seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        pass


def write(path: str, size: int) -> int:
    Path(path).write_bytes(b"x" * size)
    return size


def granted() -> int:
    return granted_memory_mb()


_rehearsed: list[str] = []


def get_ready(name: str) -> None:
    """Stands for opening a release in the forking process."""


def rehearse(name: str) -> None:
    """Stands for touching it in a child that waits."""
    _rehearsed.append(name)


def rehearsed() -> tuple[int, list[str], int]:
    """This process, what it rehearsed before its job came, and the memory it was granted."""
    _rehearsed.append("job")
    return os.getpid(), _rehearsed[:-1], granted_memory_mb()


def open_files() -> list[str]:
    return [entry.name for entry in Path("/proc/self/fd").iterdir() if entry.exists()]


def environment() -> list[str]:
    return sorted(os.environ)


def refuse(name: str) -> None:
    """Raise an error of ours, or one nobody expects."""
    if name == "ours":
        raise FormError("华龙区 2025-07：C7 不是数字")
    raise KeyError(name)


def reach_out() -> dict[str, str]:
    """What happens to a job that talks to others; "done" where it succeeded."""
    import socket

    attempts = {
        "inet": lambda: socket.socket(socket.AF_INET, socket.SOCK_STREAM),
        "inet6": lambda: socket.create_connection(("::1", 53), timeout=1),
        "unix": lambda: socket.socketpair(),
        "program": lambda: os.execv("/bin/true", ["true"]),
        "rights": lambda: Path(__file__).chmod(0o777),
    }
    return {name: _outcome(attempt) for name, attempt in attempts.items()}


def change_files(mine: str, other: str) -> dict[str, str]:
    """What happens to a job that changes files in a folder of its own and in another."""
    there = Path(other) / "there"
    attempts = {
        "write": lambda: (Path(other) / "new").write_text("y"),
        "append": lambda: there.open("a"),
        "remove": there.unlink,
        "rename_out": lambda: (Path(mine) / "a").rename(Path(other) / "a"),
        "folder": lambda: (Path(other) / "folder").mkdir(),
        "link": lambda: (Path(other) / "link").symlink_to(there),
        "pipe": lambda: os.mkfifo(Path(other) / "pipe"),
        "truncate": lambda: os.truncate(there, 0),
    }
    (Path(mine) / "a").write_text("z")
    told = {name: "done" if _outcome(attempt) == "done" else "refused" for name, attempt in attempts.items()}
    return {"mine": "done", **told, "read": there.read_text()}


def _outcome(attempt) -> str:
    try:
        attempt()
    except OSError as error:
        return type(error).__name__
    return "done"


def ended_from_outside() -> None:
    """As the system ends a process when memory runs out, or an administrator by hand."""
    os.kill(os.getpid(), signal.SIGKILL)
