"""What one request to the HTTP interface may take: a page of so many rows and bytes, and a place among the heavy ones."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import polars as pl

PAGE_SIZE = 1000
"""Rows of a page when none is asked for; a page of more is a heavy answer."""

LARGEST_PAGE = 10_000
LARGEST_BYTES = 5 << 20
HEAVY_AT_ONCE = 2
ANSWERS_AT_ONCE = 4
RETRY_SECONDS = 2
_PIECE = 100


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


def json_pieces(frame: pl.DataFrame) -> tuple[list[bytes], int]:
    """The rows as pieces of a JSON array without its brackets, and how many rows fitted into LARGEST_BYTES.

    A number that is not finite is null; dates are in ISO form. At least one row is told, however long it is.
    """
    pieces: list[bytes] = []
    size = told = 0
    for part in frame.iter_slices(_PIECE):
        piece = part.write_json()[1:-1].encode()
        if told and size + len(piece) > LARGEST_BYTES:
            break
        size += len(piece)
        told += part.height
        pieces.append(piece)
    return pieces, told


def fitting(frame: pl.DataFrame, write: Callable[[pl.DataFrame], bytes]) -> tuple[bytes, int]:
    """The file of as many rows from the first on as fit into LARGEST_BYTES, and their number; of one row at least."""
    rows = frame.height
    while True:
        content = write(frame.head(rows))
        if len(content) <= LARGEST_BYTES or rows <= 1:
            return content, rows
        rows = max(1, min(rows - 1, int(rows * 0.95 * LARGEST_BYTES / len(content))))
