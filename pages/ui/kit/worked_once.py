"""Answers kept for all sessions of a process, each worked out once, also when many ask for it at the same moment."""

import threading
from collections.abc import Callable
from functools import lru_cache, update_wrapper
from typing import Generic, ParamSpec, TypeVar

_P = ParamSpec("_P")
_T = TypeVar("_T")


class WorkedOnce(Generic[_P, _T]):
    """A function whose last answers are kept. Nobody changes what it answers."""

    def __init__(self, make: Callable[_P, _T], most: int) -> None:
        update_wrapper(self, make)
        self._kept = lru_cache(maxsize=most)(make)
        self._turns: dict[tuple, threading.Lock] = {}
        self._guard = threading.Lock()

    def __call__(self, *asked: _P.args, **named: _P.kwargs) -> _T:
        key = (asked, tuple(sorted(named.items())))
        with self._guard:
            turn = self._turns.setdefault(key, threading.Lock())
        try:
            with turn:
                return self._kept(*asked, **named)
        finally:
            # Who comes now finds the answer kept; those who wait hold the lock they wait for.
            self._turns.pop(key, None)

    def clear(self) -> None:
        """Forget every answer."""
        self._kept.cache_clear()


def worked_once(*, most: int) -> Callable[[Callable[_P, _T]], WorkedOnce[_P, _T]]:
    """Keep the last `most` answers of a function under its arguments, which are plain and can be hashed.

    Whoever asks what somebody else is being answered waits for that answer: as after a publication, when all open the
    same page. A failure is kept for nobody; the next who asks tries again.
    """
    return lambda make: WorkedOnce(make, most)
