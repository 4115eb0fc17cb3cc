"""Answers kept for those who look at them: in memory while they are small, on the disk when they are not.

A session may hold so much in memory, and all sessions of a process so much together; what is beyond is written to a
file and read back by mapping it. Whatever is kept goes with the last one who holds it.
"""

import contextlib
import itertools
import os
import shutil
import threading
import weakref
from collections import OrderedDict
from dataclasses import replace
from pathlib import Path

import polars as pl

from warehouse.query.ask import QueryResult

SESSION_MB, PROCESS_MB = 20, 150


class KeptAnswer:
    """One answer. `result()` gives it back whole, wherever its rows lie."""

    def __init__(self, shelf: "AnswerShelf", number: int, session: str, result: QueryResult) -> None:
        self._shelf = shelf
        self.number = number
        self.session = session
        self.bytes = result.frame.estimated_size()
        self._without_rows = replace(result, frame=result.frame.clear())
        self._frame: pl.DataFrame | None = result.frame
        self._path: Path | None = None

    @property
    def is_on_disk(self) -> bool:
        return self._frame is None

    def result(self) -> QueryResult:
        """The answer with all its rows.

        Raises:
            OSError: the file it was put into is gone.
        """
        self._shelf.touch(self)
        frame, path = self._frame, self._path
        if frame is None:
            import pyarrow as pa

            with pa.memory_map(str(path)) as mapped:
                frame = pl.from_arrow(pa.ipc.open_file(mapped).read_all(), rechunk=False)
        return replace(self._without_rows, frame=frame)

    def put_away(self, path: Path) -> None:
        """Write the rows to the disk and let go of them."""
        self._frame.write_ipc(path, compression="uncompressed")
        path.chmod(0o600)
        self._path, self._frame = path, None
        weakref.finalize(self, path.unlink, missing_ok=True)


class AnswerShelf:
    """All answers kept by one process. Safe from any thread.

    Args:
        folder: for what does not fit in memory; a folder of its own is made in it and removed at the end.
    """

    def __init__(self, folder: Path, *, session_bytes: int = SESSION_MB << 20, process_bytes: int = PROCESS_MB << 20):
        self._folder = folder / f"answers-{os.getpid()}"
        self._session_bytes = session_bytes
        self._process_bytes = process_bytes
        self._numbers = itertools.count(1)
        self._kept: OrderedDict[int, weakref.ref[KeptAnswer]] = OrderedDict()
        self._guard = threading.RLock()
        _remove_left_over(folder)

    def keep(self, session: str, result: QueryResult) -> KeptAnswer:
        """Keep an answer for as long as the caller holds what comes back.

        Where the disk cannot take what is too much, it stays in memory: an answer is worth more than a limit.
        """
        with self._guard:
            number = next(self._numbers)
            kept = KeptAnswer(self, number, session, result)
            self._kept[number] = weakref.ref(kept, lambda _, number=number: self._kept.pop(number, None))
            with contextlib.suppress(OSError):
                self._put_away(session)
            return kept

    def touch(self, kept: KeptAnswer) -> None:
        """Note that it was looked at: those longest unseen are put away first."""
        with self._guard:
            if kept.number in self._kept:
                self._kept.move_to_end(kept.number)

    @property
    def bytes_in_memory(self) -> int:
        """What the answers of all sessions take in memory."""
        with self._guard:
            return sum(kept.bytes for kept in self._in_memory())

    def close(self) -> None:
        """Remove the folder with everything in it."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def _in_memory(self, session: str | None = None) -> list[KeptAnswer]:
        """Those with rows in memory, longest unseen first."""
        held = [kept for each in list(self._kept.values()) if (kept := each()) is not None and not kept.is_on_disk]
        return [kept for kept in held if session in (None, kept.session)]

    def _put_away(self, session: str) -> None:
        for whose, most in ((session, self._session_bytes), (None, self._process_bytes)):
            held = self._in_memory(whose)
            excess = sum(kept.bytes for kept in held) - most
            for kept in held:
                if excess <= 0:
                    break
                self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
                kept.put_away(self._folder / f"{kept.number}.arrow")
                excess -= kept.bytes


def _remove_left_over(folder: Path) -> None:
    """Folders of processes that ended without taking leave."""
    for path in folder.glob("answers-*"):
        owner = path.name.removeprefix("answers-")
        if owner.isdigit() and not _is_running(int(owner)):
            shutil.rmtree(path, ignore_errors=True)


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
