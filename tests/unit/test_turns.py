"""Two runs of one reader are worked on at once; others never wait for them, and nobody waits for ever."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from pages.ui.kit.turns import PAUSE, Turns

AT_ONCE, LONGEST_WAIT = 2, 20.0


def test_of_one_reader_two_runs_go_on_at_once_and_another_reader_does_not_wait():
    turns = Turns(at_once=AT_ONCE, longest_wait_seconds=LONGEST_WAIT)
    inside, most, leave = 0, 0, threading.Event()
    counting = threading.Lock()

    def run(_):
        nonlocal inside, most
        with turns.taken("10.0.0.7"):
            with counting:
                inside += 1
                most = max(most, inside)
            leave.wait(60)
            with counting:
                inside -= 1

    with ThreadPoolExecutor(6) as pool:
        runs = [pool.submit(run, number) for number in range(6)]
        while inside < AT_ONCE:
            time.sleep(0.01)
        start = time.monotonic()
        with turns.taken("10.0.0.8"):
            assert time.monotonic() - start < LONGEST_WAIT / 2
        assert most == AT_ONCE
        leave.set()
        for each in runs:
            each.result(10)
    assert not turns._readers


def test_a_run_out_of_turn_goes_on_after_a_while():
    turns = Turns(at_once=AT_ONCE, longest_wait_seconds=0.05)
    with turns.taken("office"), turns.taken("office"):
        start = time.monotonic()
        with turns.taken("office"):
            assert time.monotonic() - start >= 0.05
    # The one without a place has not given one back that it never had.
    assert not turns._readers


def test_a_run_that_fails_leaves_its_place():
    turns = Turns(at_once=AT_ONCE, longest_wait_seconds=LONGEST_WAIT)
    for _ in range(AT_ONCE + 1):
        with pytest.raises(ValueError, match="broke"), turns.taken("reader"):
            raise ValueError("broke")
    assert not turns._readers


def test_a_crowd_works_one_at_a_time_with_pauses_while_somebody_else_works():
    turns, begun = Turns(at_once=AT_ONCE, longest_wait_seconds=LONGEST_WAIT), []
    lasting = 0.1

    def run(_):
        with turns.taken("crowd"):
            begun.append(time.monotonic())
            time.sleep(lasting)

    with ThreadPoolExecutor(6) as pool, turns.taken("somebody"):
        for each in [pool.submit(run, number) for number in range(6)]:
            each.result(30)
    # Two begin before there is a crowd. The third and the fourth begin when the last has ended and thrice as long has gone
    # by; the last two are no more than may be worked on.
    apart = [after - before for before, after in zip(begun, begun[1:], strict=False)]
    assert all(pause >= lasting * (1 + PAUSE) for pause in apart[1:3])
    assert not turns._readers


def test_a_crowd_alone_waits_for_nobody():
    turns, most = Turns(at_once=AT_ONCE, longest_wait_seconds=LONGEST_WAIT), threading.Barrier(AT_ONCE)

    def run(_):
        with turns.taken("crowd"):
            most.wait(10)

    with ThreadPoolExecutor(6) as pool:
        for each in [pool.submit(run, number) for number in range(6)]:
            each.result(30)


def test_what_can_wait_goes_on_when_nothing_is_worked_on_or_after_a_while():
    turns = Turns(at_once=AT_ONCE, longest_wait_seconds=LONGEST_WAIT)
    turns.wait_until_idle(60)
    with turns.taken("reader"):
        start = time.monotonic()
        turns.wait_until_idle(0.05)
        assert time.monotonic() - start >= 0.05
