"""Two runs of one reader are worked on at once; others never wait for them, and nobody waits for ever."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from pages.ui.kit.turns import Turns

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
    assert not turns._places


def test_a_run_out_of_turn_goes_on_after_a_while():
    turns = Turns(at_once=AT_ONCE, longest_wait_seconds=0.05)
    with turns.taken("office"), turns.taken("office"):
        start = time.monotonic()
        with turns.taken("office"):
            assert time.monotonic() - start >= 0.05
    # The one without a place has not given one back that it never had.
    assert not turns._places


def test_a_run_that_fails_leaves_its_place():
    turns = Turns(at_once=AT_ONCE, longest_wait_seconds=LONGEST_WAIT)
    for _ in range(AT_ONCE + 1):
        with pytest.raises(ValueError, match="broke"), turns.taken("reader"):
            raise ValueError("broke")
    assert not turns._places
