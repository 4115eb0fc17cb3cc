"""What one request to the HTTP interface may take: a page of so many rows and bytes, and a place among the heavy ones."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

PAGE_SIZE = 1000
"""Rows of a page when none is asked for; a page of more is a heavy answer."""

LARGEST_PAGE = 10_000
HEAVY_AT_ONCE = 2
ANSWERS_AT_ONCE, OF_ONE_READER = 4, 2
"""Answers made at once, in all and for one reader: whoever asks again and again leaves half of the places to others."""

MOST_WAITING = 100
"""Questions of one reader that may stand and wait; a whole office may sit behind one address."""

RETRY_SECONDS = 2
HELD_SECONDS = 1.0
"""So long whoever finds no place waits for being told so: who asks again at once costs little that way."""


class Crowded(Exception):  # noqa: N818
    """Too many heavy answers are being made already; the next may ask again in RETRY_SECONDS."""


class HeavyPlaces:
    """The places of heavy answers in this process: one for each reader, HEAVY_AT_ONCE in all, so that whoever asks for
    everything again and again leaves one to the others. Nobody waits: who finds none is told when to come again.
    """

    def __init__(self) -> None:
        self._changing = threading.Lock()
        self._held: list[str] = []

    @contextmanager
    def taken(self, is_heavy: bool, whose: str) -> Iterator[None]:
        """A place until the end of the `with`, when the answer is heavy.

        Args:
            whose: the reader's address.

        Raises:
            Crowded: there is none, or this reader has one.
        """
        if not is_heavy:
            yield
            return
        with self._changing:
            if whose in self._held or len(self._held) >= HEAVY_AT_ONCE:
                raise Crowded
            self._held.append(whose)
        try:
            yield
        finally:
            with self._changing:
                self._held.remove(whose)
