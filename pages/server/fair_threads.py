"""Work asked for over HTTP, on few threads of its own and of each reader only so much at once.

On the threads that all requests share, forty hashes of passwords or forty slides would stand before everybody's page.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

from anyio import CapacityLimiter, to_thread

from pages.server.answer_limits import Crowded

_T = TypeVar("_T")
THREADS = 2


class FairThreads:
    """The threads of one kind of work, for one event loop.

    Args:
        waiting: pieces of one reader that may be worked on and wait; a whole office may sit behind one address.
        threads: pieces worked on at once.
        each: pieces of one reader worked on at once.
    """

    def __init__(self, *, waiting: int, threads: int = THREADS, each: int = 1) -> None:
        self._waiting = waiting
        self._threads = threads
        self._each = each
        self._all: CapacityLimiter | None = None
        self._own: dict[str, tuple[CapacityLimiter, int]] = {}

    async def run(self, whose: str, work: Callable[..., _T], *given: Any) -> _T:
        """What `work(*given)` answers, after what the same reader asked for before.

        Args:
            whose: the reader's address.

        Raises:
            Crowded: the reader has too much waiting already.
        """
        self._all = self._all or CapacityLimiter(self._threads)
        own, users = self._own.get(whose) or (CapacityLimiter(self._each), 0)
        if users >= self._waiting:
            raise Crowded
        self._own[whose] = (own, users + 1)
        try:
            async with own:
                return await to_thread.run_sync(partial(work, *given), limiter=self._all)
        finally:
            users = self._own[whose][1] - 1
            if users:
                self._own[whose] = (own, users)
            else:
                del self._own[whose]
