"""How soon a new release is seen, and what looking costs when there is none."""

import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from etl.refresh import refresh
from tests.bench.rows import Row, milliseconds
from warehouse.home import Home
from warehouse.read import Releases
from warehouse.release.file import open_release
from warehouse.release.publishing.publish import release_path, rollback

SWITCHES = 20


def rows() -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder) / "home")
        first = refresh(home).release_id
        second = _copy(home, first)
        releases = Releases(home)
        path = release_path(home, first)
        yield Row(
            name="acquire the current release",
            measured=milliseconds(lambda: _touch(releases)),
            unit="ms",
            floor=milliseconds(lambda: path.stat()),
            note="(floor: stat)",
        )
        lags, failures = _switches(home, releases, [second, first] * (SWITCHES // 2))
        yield Row(
            name=f"new release noticed (median of {SWITCHES} switches)",
            measured=1000 * statistics.median(lags),
            unit="ms",
            budget=100,
            floor=milliseconds(lambda: open_release(path).close(), runs=7),
            note=f"(worst {1000 * max(lags):.0f} ms; floor: open the file)",
        )
        yield Row(name="failed reads during the switches", measured=failures, unit="", budget=0)


def _touch(releases: Releases) -> None:
    with releases.acquire() as release:
        assert release.release_id


def _copy(home: Home, release_id: str) -> str:
    """A second release with other content, so that there is something to switch to."""
    from etl.collected import collect_frames

    def without_timeline(home, catalog, tell):
        frames = collect_frames(home, catalog, tell)
        frames["core.dim_area_alias"] = frames["core.dim_area_alias"].head(4000)
        return frames

    return refresh(home, collect=without_timeline).release_id


def _switches(home: Home, releases: Releases, wanted: list[str]) -> tuple[list[float], int]:
    stop, failures = threading.Event(), []

    def read_all_the_time():
        while not stop.is_set():
            try:
                with releases.acquire() as release:
                    release.rows("select count(*) from core.dim_area")
            except Exception as error:  # any failure at all is what is counted
                failures.append(error)

    threads = [threading.Thread(target=read_all_the_time) for _ in range(2)]
    for thread in threads:
        thread.start()
    lags = []
    for release_id in wanted:
        start = time.perf_counter()
        rollback(home, release_id)
        while True:
            with releases.acquire() as release:
                if release.release_id == release_id:
                    break
        lags.append(time.perf_counter() - start)
    stop.set()
    for thread in threads:
        thread.join()
    return lags, len(failures)
