"""What one request to the HTTP interface may take: a page of so many rows and bytes, and a place among the heavy ones."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

PAGE_SIZE = 1000
"""Rows of a page when none is asked for; a page of more is a heavy answer."""

LARGEST_PAGE = 10_000
HEAVY_AT_ONCE = 2
ANSWERS_AT_ONCE = 4
RETRY_SECONDS = 2
HELD_SECONDS = 1.0
"""So long whoever finds no place waits for being told so: who asks again at once costs little that way."""


class Crowded(Exception):  # noqa: N818
    """Two heavy answers are being made already; the next may ask again in RETRY_SECONDS."""


class HeavyPlaces:
    """The places of heavy answers in this process. Nobody waits for one: who finds none is told when to come again."""

    def __init__(self) -> None:
        self._free = threading.BoundedSemaphore(HEAVY_AT_ONCE)

    @contextmanager
    def taken(self, is_heavy: bool) -> Iterator[None]:
        """A place until the end of the `with`, when the answer is heavy. Raises Crowded when there is none."""
        if not is_heavy:
            yield
            return
        if not self._free.acquire(blocking=False):
            raise Crowded
        try:
            yield
        finally:
            self._free.release()
