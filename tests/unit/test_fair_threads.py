"""Slow work over HTTP: one piece at a time for each reader, few at once for all, and no queue without end."""

import threading
from contextlib import suppress

import anyio
import pytest

from pages.server.answer_limits import Crowded
from pages.server.fair_threads import THREADS, FairThreads
from tests.conftest import run_async


@pytest.mark.parametrize("each", [1, 2])
def test_who_asks_for_much_at_once_keeps_nobody_else_waiting(each):
    threads, leave = FairThreads(waiting=6, threads=each + 1, each=each), threading.Event()
    inside, most, counting = 0, 0, threading.Lock()

    def work() -> None:
        nonlocal inside, most
        with counting:
            inside += 1
            most = max(most, inside)
        leave.wait(60)
        with counting:
            inside -= 1

    async def main() -> str:
        async with anyio.create_task_group() as group:
            for _ in range(6):
                group.start_soon(threads.run, "10.0.0.7", work)
            with anyio.fail_after(10):
                while inside < each:
                    await anyio.sleep(0.01)
                # The seventh of that reader is told so; the other reader is answered while all six stand there.
                with pytest.raises(Crowded):
                    await threads.run("10.0.0.7", work)
                answer = await threads.run("10.0.0.8", str, 8)
            leave.set()
        return answer

    assert run_async(main()) == "8"
    assert most == each
    # Nothing is kept of those who have gone.
    assert threads._own == {}


def test_work_that_fails_leaves_its_place():
    async def main() -> None:
        threads = FairThreads(waiting=1)
        for _ in range(THREADS + 1):
            with suppress(ZeroDivisionError):
                await threads.run("reader", divmod, 1, 0)
        assert await threads.run("reader", divmod, 7, 2) == (3, 1)

    run_async(main())
