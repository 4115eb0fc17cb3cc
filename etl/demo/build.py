"""The demonstration: files of all units written, received as if they had come day by day, and published as a release.

It has a data home and releases of its own; nothing of it ever reaches the real ones, and everything says 演示数据.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from etl.collected import joined, payments
from etl.demo.dynamics import read_parameters
from etl.outcome import Outcome
from etl.refresh import STEPS, refresh
from warehouse.errors import BusyError, YanglaoError
from warehouse.home import Home
from warehouse.progress import clear_progress, write_progress

if TYPE_CHECKING:
    import polars as pl

    from warehouse.catalog import Catalog
    from warehouse.release.building.build import Engine

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, kw_only=True)
class Extent:
    """How much of the demonstration is made. units: None for all. Months are first days, both included."""

    first_month: date
    last_month: date
    as_of: date
    units: tuple[str, ...] | None = None


def full_extent() -> Extent:
    """Sixteen units from 2023-01 on."""
    parameters = read_parameters()
    return Extent(first_month=parameters["first_month"], last_month=parameters["last_month"], as_of=parameters["as_of"])


def build_demo(
    home: Home, progress: Progress | None = None, *, extent: Extent | None = None, engine: "Engine | None" = None
) -> Outcome:
    """Build the demonstration inside `home` and publish it; run again, it changes nothing.

    Files that were written and received before are not written again, unless the program that writes them changed:
    then those are withdrawn, and the new ones take their place. What people dropped into the demonstration stays.

    Args:
        home: the real data home; only its demonstration is touched.
        progress: called as (step, done, total); what it says also stands in the progress file of the demonstration.
        extent: less than the whole, for tests.
        engine: who computes the marts, see `warehouse.release.building.build`.

    Raises:
        YanglaoError: what stood in the way; the current release of the demonstration is as it was.
    """
    demo = home.demo()
    course = _Course(demo, progress)

    def collect(demo: Home, catalog: "Catalog", tell: Callable[[str], None]) -> "dict[str, pl.DataFrame]":
        return collect_demo(demo, catalog, tell, course, extent or full_extent())

    try:
        wanted = f"demonstration {extent or full_extent()}"
        outcome = refresh(demo, kind="demo", progress=course.refreshing, collect=collect, inputs=wanted, engine=engine)
    except BusyError:
        # Somebody else is building and tells how far it is.
        raise
    except YanglaoError as error:
        write_progress(demo, "没有完成", 0, 1, failed_zh=str(error))
        raise
    clear_progress(demo)
    return outcome


def collect_demo(
    demo: Home, catalog: "Catalog", tell: Callable[[str], None], course: "_Course", extent: Extent
) -> "dict[str, pl.DataFrame]":
    """Rows of every loaded relation: those of a real release, and the months of the demonstration."""
    # Imported here: a demonstration with nothing new needs none of it.
    from etl.declared_frames import declared_frames
    from etl.demo.catalogue import demo_catalog, demo_sources
    from etl.demo.generate import generate
    from etl.demo.world import read_world
    from etl.months.month_frames import frames as month_frames
    from warehouse.catalog import catalog_frames

    catalog = demo_catalog(catalog)
    reference, documents = declared_frames(demo, catalog, tell)
    tell("读入月报")
    generate(demo, read_world(catalog, reference), extent, course.writing)
    months = month_frames(demo, catalog, course.reading, kind="demo", as_of=extent.as_of, reference=reference)
    paid = payments(demo, catalog, {**reference, **months})
    return joined([catalog_frames(catalog), reference, documents, demo_sources(catalog), months, paid])


class _Course:
    """One course of steps out of three: files written, files read and judged, the release built.

    Each part has its share of the bar, by the time it takes.
    """

    WHOLE = 1000
    WRITING, READING = (50, 350), (350, 850)
    # Seconds between two lines in the progress file; a reader cannot see more.
    PAUSE = 0.1

    def __init__(self, demo: Home, progress: Progress | None) -> None:
        self._demo, self._progress = demo, progress
        self._floor = 0
        self._write_next_at = 0.0

    def writing(self, step_zh: str, done: int, total: int) -> None:
        self._say(step_zh, self.WRITING, done, total)

    def reading(self, step_zh: str, done: int, total: int) -> None:
        """Files are read first, then judged unit by unit: the second round begins where the first ended."""
        first, last = self.READING
        middle = (first + 2 * last) // 3
        self._say(step_zh, (first, middle) if step_zh.startswith("读取") else (middle, last), done, total)

    def refreshing(self, step_zh: str, done: int, total: int) -> None:
        before = STEPS.index("读入月报")
        if done <= before:
            self._say(step_zh, (0, self.WRITING[0]), done, before)
        else:
            self._say(step_zh, (self.READING[1], self.WHOLE), done - before, total - before)

    def _say(self, step_zh: str, share: tuple[int, int], done: int, total: int) -> None:
        first, last = share
        at = first + (last - first) * done // max(total, 1)
        self._floor = max(self._floor, at)
        if time.monotonic() >= self._write_next_at:
            write_progress(self._demo, step_zh, self._floor, self.WHOLE)
            self._write_next_at = time.monotonic() + self.PAUSE
        if self._progress:
            self._progress(step_zh, self._floor, self.WHOLE)
