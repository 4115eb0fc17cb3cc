"""Whose pages are worked on: two of one reader at once, so that who opens fifty of them makes nobody else wait.

All runs of a process share one interpreter, and a hundred at once share it evenly: without turns the one page of
somebody else would take as long as the fifty.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

AT_ONCE = 2
LONGEST_WAIT_SECONDS = 1.0
"""A run goes on after that even out of turn: an office may sit behind one address, and one of its pages may be slow."""

_guard = threading.Lock()
_turns: dict[str, tuple[threading.Semaphore, int]] = {}
"""The places of each reader who has runs now, and how many runs use or await them."""


@contextmanager
def in_turn(whose: str) -> Iterator[None]:
    """Wait until fewer than AT_ONCE runs of this reader are worked on, but not for ever.

    Args:
        whose: the person, or the address of somebody unnamed.
    """
    with _guard:
        places, users = _turns.get(whose) or (threading.Semaphore(AT_ONCE), 0)
        _turns[whose] = (places, users + 1)
    has_place = places.acquire(timeout=LONGEST_WAIT_SECONDS)
    try:
        yield
    finally:
        if has_place:
            places.release()
        with _guard:
            users = _turns[whose][1] - 1
            if users:
                _turns[whose] = (places, users)
            else:
                del _turns[whose]
