"""Two runs of one reader are worked on at once; others never wait for them, and nobody waits for ever."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from pages.ui.frame import turns
from pages.ui.frame.turns import AT_ONCE, in_turn


def test_of_one_reader_two_runs_go_on_at_once_and_another_reader_does_not_wait():
    inside, most, leave = 0, 0, threading.Event()
    counting = threading.Lock()

    def run(_):
        nonlocal inside, most
        with in_turn("10.0.0.7"):
            with counting:
                inside += 1
                most = max(most, inside)
            leave.wait(10)
            with counting:
                inside -= 1

    with ThreadPoolExecutor(6) as pool:
        runs = [pool.submit(run, number) for number in range(6)]
        while inside < AT_ONCE:
            time.sleep(0.01)
        start = time.monotonic()
        with in_turn("10.0.0.8"):
            assert time.monotonic() - start < turns.LONGEST_WAIT_SECONDS / 2
        assert most == AT_ONCE == 2
        leave.set()
        for each in runs:
            each.result(10)
    assert not turns._turns


def test_a_run_out_of_turn_goes_on_after_a_while(monkeypatch):
    monkeypatch.setattr(turns, "LONGEST_WAIT_SECONDS", 0.05)
    with in_turn("office"), in_turn("office"):
        start = time.monotonic()
        with in_turn("office"):
            assert time.monotonic() - start >= 0.05
    # The one without a place has not given one back that it never had.
    assert not turns._turns


def test_a_run_that_fails_leaves_its_place():
    for _ in range(AT_ONCE + 1):
        with pytest.raises(ValueError, match="broke"), in_turn("reader"):
            raise ValueError("broke")
    assert not turns._turns
