"""Whose work is done: of one reader so many pieces at once, so that who asks for fifty makes nobody else wait.

All runs of a process share one interpreter, and a hundred at once share it evenly: without turns the one page of
somebody else would take as long as the fifty.
"""

import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

PAUSE = 3.0
"""A reader with more pieces than may be worked on lets others work so many times as long as his last one took."""

PRESENT_SECONDS = 1.0
"""So long after his last piece a reader still counts as somebody who is there: he will click again."""


@dataclass
class _Reader:
    """One reader's pieces: how many are worked on, those that wait in order, and when the next may begin beside others."""

    working: int = 0
    waiting: deque[object] = field(default_factory=deque)
    free_at: float = 0.0


class Turns:
    """The turns of one kind of work. Safe from any thread.

    Args:
        at_once: pieces of one reader that are worked on at once. Where more of them wait and somebody else is there, it
            is one at a time with pauses.
        longest_wait_seconds: a piece goes on after that even out of turn: an office may sit behind one address, and one
            of its pieces may be slow. A quarter more for each piece before it, or fifty would go on at one moment.
    """

    def __init__(self, *, at_once: int, longest_wait_seconds: float) -> None:
        self._at_once = at_once
        self._longest_wait_seconds = longest_wait_seconds
        self._changed = threading.Condition()
        self._working = 0
        self._readers: dict[str, _Reader] = {}
        # When the two readers who were worked for last ended a piece: one of them is somebody else.
        self._ended: dict[str, float] = {}

    @contextmanager
    def taken(self, whose: str) -> Iterator[None]:
        """Wait for the turn of a piece of this reader, but not for ever.

        Args:
            whose: the person, or the address of somebody unnamed.
        """
        with self._changed:
            reader = self._readers.setdefault(whose, _Reader())
            self._wait(whose, reader)
            reader.working += 1
            self._working += 1
            self._changed.notify_all()
        began = time.monotonic()
        try:
            yield
        finally:
            now = time.monotonic()
            with self._changed:
                reader.working -= 1
                self._working -= 1
                reader.free_at = now + PAUSE * (now - began)
                self._ended.pop(whose, None)
                self._ended = dict([*self._ended.items(), (whose, now)][-2:])
                if not reader.working and not reader.waiting:
                    del self._readers[whose]
                self._changed.notify_all()

    def wait_until_idle(self, seconds: float) -> bool:
        """Return when nothing is worked on, or after so many seconds: for what may as well be done a little later.

        Whether nothing is.
        """
        with self._changed:
            return self._changed.wait_for(lambda: not self._working, seconds)

    def _wait(self, whose: str, reader: _Reader) -> None:
        piece, now = object(), time.monotonic()
        before = reader.working + len(reader.waiting)
        until = now + self._longest_wait_seconds * (1 + before / 4)
        reader.waiting.append(piece)
        while now < until and not (reader.waiting[0] is piece and self._may_begin(whose, reader, now)):
            again_at = min(until, reader.free_at) if reader.free_at > now else until
            self._changed.wait(again_at - now)
            now = time.monotonic()
        reader.waiting.remove(piece)

    def _may_begin(self, whose: str, reader: _Reader, now: float) -> bool:
        """Whether the first waiting piece of a reader may be worked on now."""
        if reader.working >= self._at_once:
            return False
        is_crowd = reader.working + len(reader.waiting) > self._at_once
        if is_crowd and self._is_anybody_else_there(whose, reader, now):
            return not reader.working and now >= reader.free_at
        return True

    def _is_anybody_else_there(self, whose: str, reader: _Reader, now: float) -> bool:
        if self._working > reader.working:
            return True
        return any(now - ended < PRESENT_SECONDS for other, ended in self._ended.items() if other != whose)
