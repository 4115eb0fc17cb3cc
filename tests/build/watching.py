"""Readers at work while releases are published, and child processes that die or wait."""

import multiprocessing
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.process import BaseProcess

from tests.build.small import ROWS
from warehouse.home import Home
from warehouse.read import Releases

MARKER = "select min(persons) as low, max(persons) as high, count(*) as areas from core.fct_population"

processes = multiprocessing.get_context("forkserver")
processes.set_forkserver_preload(["tests.build.small"])


def marker_of(releases: Releases) -> int:
    """The marker of the release readers get; fails when the release is not whole."""
    with releases.acquire() as release:
        low, high, areas = release.rows(MARKER).frame.row(0)
    assert (low, areas) == (high, ROWS)
    return low


@contextmanager
def watched(home: Home, *, threads: int = 2) -> Iterator[list[int]]:
    """Readers at work all the while; afterwards no read has failed and no release was torn. Yields what they read."""
    releases, seen, failures, stop = Releases(home), [], [], threading.Event()

    def read() -> None:
        while not stop.is_set():
            try:
                seen.append(marker_of(releases))
            except Exception as error:
                failures.append(error)
            time.sleep(0.05)

    readers = [threading.Thread(target=read) for _ in range(threads)]
    for reader in readers:
        reader.start()
    try:
        yield seen
    finally:
        stop.set()
        for reader in readers:
            reader.join()
        releases.close()
    assert seen
    assert not failures


def run_child(target: Callable, *arguments: object) -> BaseProcess:
    """A finished child process."""
    child = processes.Process(target=target, args=arguments)
    child.start()
    child.join(300)
    return child


def files_of(home: Home) -> set[str]:
    """What lies among the releases, but for the lock and the digests, one beside each release."""
    names = {path.name for path in home.releases.iterdir()} - {"lock"}
    assert {name for name in names if name.endswith(".sha256")} <= {f"{name}.sha256" for name in names}
    return {name for name in names if not name.endswith(".sha256")}
