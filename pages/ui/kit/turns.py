"""Whose work is done: of one reader so many pieces at once, so that who asks for fifty makes nobody else wait.

All runs of a process share one interpreter, and a hundred at once share it evenly: without turns the one page of
somebody else would take as long as the fifty.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Turns:
    """The turns of one kind of work. Safe from any thread.

    Args:
        at_once: pieces of one reader that are worked on at once.
        longest_wait_seconds: a piece goes on after that even out of turn: an office may sit behind one address, and one
            of its pieces may be slow. A quarter more for each piece before it, or fifty would go on at one moment.
    """

    def __init__(self, *, at_once: int, longest_wait_seconds: float) -> None:
        self._at_once = at_once
        self._longest_wait_seconds = longest_wait_seconds
        self._guard = threading.Lock()
        # The places of each reader who has work now, and how many pieces use or await them.
        self._places: dict[str, tuple[threading.Semaphore, int]] = {}

    @contextmanager
    def taken(self, whose: str) -> Iterator[None]:
        """Wait until fewer pieces of this reader than that are worked on, but not for ever.

        Args:
            whose: the person, or the address of somebody unnamed.
        """
        with self._guard:
            places, users = self._places.get(whose) or (threading.Semaphore(self._at_once), 0)
            self._places[whose] = (places, users + 1)
        has_place = places.acquire(timeout=self._longest_wait_seconds * (1 + users / 4))
        try:
            yield
        finally:
            if has_place:
                places.release()
            with self._guard:
                users = self._places[whose][1] - 1
                if users:
                    self._places[whose] = (places, users)
                else:
                    del self._places[whose]
