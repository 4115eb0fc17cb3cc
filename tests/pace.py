"""What a limit of time means on the machine of the moment: limits are set for one with nothing beside it.

Tests run several at a time, on machines of any speed, and two busy threads of one core go at half speed each. A limit in
seconds would then judge the machine. So a test that has one holds it times `slowed()`, worked out in the same moment.
"""

import time
from collections.abc import Callable

TURNS = 100_000
PIECE_SECONDS = 0.004
"""What so many turns of a loop take on the machine the limits were set on, alone: two cores, Python 3.11, 2026-11-30."""


def slowed(clock: Callable[[], float] = time.perf_counter, pieces: int = 5) -> float:
    """How many times longer work takes here and now than the limits were set for; 1.0 where it is no slower.

    `clock` is the limit's own: elapsed time counts the wait for a core as well, `time.thread_time` only the work.
    """
    start = clock()
    for _ in range(pieces):
        total = 0
        for number in range(TURNS):
            total += number
    return max(1.0, (clock() - start) / pieces / PIECE_SECONDS)
