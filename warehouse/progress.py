"""How far long work has come: one small file in its data home, written by who does it, read by the app."""

import contextlib
import json
import os
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta

from warehouse.home import Home

FILE_NAME = "building.json"
AUDITING = "auditing.json"
"""The file of a build, and that of an audit of payments."""
SILENT_AFTER = timedelta(minutes=3)


@dataclass(frozen=True, kw_only=True)
class Progress:
    """One moment of a build: what it is doing, step `done` of `total`, and when it said so (ISO, UTC).

    `failed_zh` holds the refusal of a build that gave up; empty otherwise.
    """

    step_zh: str
    done: int
    total: int
    said_at: str
    failed_zh: str = ""

    @property
    def share(self) -> float:
        """From 0 to 1; 0 when the number of steps is not known."""
        return min(self.done / self.total, 1.0) if self.total else 0.0

    def is_silent(self, now: datetime) -> bool:
        """Whether the builder has said nothing for so long that it must be taken for dead."""
        return now - datetime.fromisoformat(self.said_at) > SILENT_AFTER


def write_progress(
    home: Home, step_zh: str, done: int, total: int, *, failed_zh: str = "", name: str = FILE_NAME
) -> None:
    """Say how far the work in `home` is. Readers see the whole line or the one before, never half of it.

    Raises:
        OSError: the disk refuses it; the line before stands.
    """
    said = Progress(step_zh=step_zh, done=done, total=total, said_at=datetime.now(UTC).isoformat(), failed_zh=failed_zh)
    home.root.mkdir(parents=True, exist_ok=True)
    draft = home.root / f"{name}.{os.getpid()}"
    try:
        draft.write_text(json.dumps(asdict(said), ensure_ascii=False), encoding="utf-8")
        draft.replace(home.root / name)
    finally:
        draft.unlink(missing_ok=True)


def clear_progress(home: Home, name: str = FILE_NAME) -> None:
    """The work in `home` is done: nothing is under way any more."""
    with contextlib.suppress(FileNotFoundError):
        (home.root / name).unlink()


def read_progress(home: Home, name: str = FILE_NAME) -> Progress | None:
    """What the work in `home` said last; None when none is under way or its file cannot be read."""
    try:
        return Progress(**json.loads((home.root / name).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
