"""The demonstration: files of all units written, received as if they had come day by day, and published as a release.

It has a data home and releases of its own; nothing of it ever reaches the real ones, and everything says 演示数据.
"""

import json
import os
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import groupby
from pathlib import Path

import polars as pl

from etl.demo.catalogue import demo_catalog, demo_sources
from etl.demo.dirt import read_dirt
from etl.demo.dynamics import read_parameters
from etl.demo.forms import World
from etl.demo.schedule import Parcel, plan
from etl.demo.world import read_world
from etl.documents import document_frames, load_documents
from etl.months.month_frames import frames as month_frames
from etl.months.received import Incoming, receive
from etl.programs import WRITING, programs_hash
from etl.reference import load_reference
from etl.refresh import STEPS, Outcome, joined, refresh
from warehouse.catalog import Catalog, catalog_frames
from warehouse.desk.received import ReceivedLog
from warehouse.errors import BusyError, YanglaoError
from warehouse.home import Home
from warehouse.month import months_between
from warehouse.progress import clear_progress, write_progress
from warehouse.release.build import Engine
from warehouse.worker.client import Worker

Progress = Callable[[str, int, int], None]
SENDER = "演示数据生成器"
WRITERS = 2
# One job writes so many files: short enough for a lively bar, long enough to be worth a process.
FILES_A_JOB = 40
MANIFEST = "generated.json"


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
    home: Home, progress: Progress | None = None, *, extent: Extent | None = None, engine: Engine | None = None
) -> Outcome:
    """Build the demonstration inside `home` and publish it; run again, it changes nothing.

    Files that were written and received before are not written again, unless the program that writes them changed:
    then those are withdrawn, and the new ones take their place. What people dropped into the demonstration stays.

    Args:
        home: the real data home; only its demonstration is touched.
        progress: called as (step, done, total); what it says also stands in the progress file of the demonstration.
        extent: less than the whole, for tests.
        engine: who computes the marts, see `warehouse.release.build`.

    Raises:
        YanglaoError: what stood in the way; the current release of the demonstration is as it was.
    """
    demo = home.demo()
    course = _Course(demo, progress)

    def collect(demo: Home, catalog: Catalog, tell: Callable[[str], None]) -> dict[str, pl.DataFrame]:
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
    demo: Home, catalog: Catalog, tell: Callable[[str], None], course: "_Course", extent: Extent
) -> dict[str, pl.DataFrame]:
    """Rows of every loaded relation: those of a real release, and the months of the demonstration."""
    catalog = demo_catalog(catalog)
    tell("读入参考表")
    reference = load_reference(catalog)
    tell("读入公开文件")
    documents = document_frames(load_documents(areas=catalog.areas, indicators=catalog.indicators))
    tell("读入月报")
    generate(demo, read_world(catalog, reference), extent, course.writing)
    months = month_frames(demo, catalog, course.reading, kind="demo", as_of=extent.as_of, reference=reference)
    return joined([catalog_frames(catalog), reference, documents, demo_sources(catalog), months])


def generate(demo: Home, world: World, extent: Extent, progress: Progress | None = None) -> int:
    """Write and receive the files of `extent` that are not there yet; how many came."""
    manifest = demo.root / MANIFEST
    made = _read_manifest(manifest)
    fingerprint = generator_hash()
    log = ReceivedLog(demo)
    if made.get("fingerprint") != fingerprint:
        _withdraw_all(log)
        made = {}
    parcels = _planned(world, extent)
    known = set(made.get("files", ()))
    missing = [parcel for parcel in parcels if _key(parcel) not in known]
    if not missing:
        return 0
    written = _write(world, missing, progress)
    # A batch for each month of arrival, so that one of them can be withdrawn.
    for _, files in groupby(written, key=lambda one: f"{one.received_at:%Y%m}"):
        month = list(files)
        receive(demo, month, who=SENDER, received_at=month[0].received_at, is_lasting=False)
    # Once for all of them: waiting for the disk after each file takes as long as writing them.
    os.sync()
    content = {"fingerprint": fingerprint, "files": sorted(known | {_key(parcel) for parcel in missing})}
    draft = manifest.with_suffix(".draft")
    draft.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    draft.replace(manifest)
    return len(missing)


def generator_hash() -> str:
    """Changes with everything the written files depend on."""
    return programs_hash(*WRITING)


def _planned(world: World, extent: Extent) -> list[Parcel]:
    parcels = plan(world, months_between(extent.first_month, extent.last_month), read_dirt(), until=extent.as_of)
    return [parcel for parcel in parcels if extent.units is None or parcel.unit in extent.units]


def _key(parcel: Parcel) -> str:
    return f"{parcel.unit} {parcel.arrived_at.isoformat()} {parcel.file_name}"


def _read_manifest(path: Path) -> Mapping:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def _withdraw_all(log: ReceivedLog) -> None:
    """What an older generator sent counts no more; nothing is deleted."""
    for batch in log.batches():
        if batch.received_by == SENDER and batch.withdrawn_at is None:
            log.withdraw(batch.batch_id, who=SENDER, reason="演示数据的生成程序已更新", at=datetime.now(UTC))


def _write(world: World, parcels: Sequence[Parcel], progress: Progress | None) -> list[Incoming]:
    """The files in the order of arrival, written by two processes."""
    # What writes them is loaded once; each job is forked from there.
    worker = Worker(preload=("etl.demo.workbooks", "xlsxwriter", "xlwt"))
    # A job writes neighbouring months of one unit, whose figures follow from each other.
    by_unit = sorted(parcels, key=lambda parcel: (parcel.unit, parcel.month, parcel.arrived_at))
    jobs = [by_unit[start : start + FILES_A_JOB] for start in range(0, len(by_unit), FILES_A_JOB)]

    def run(job: list[Parcel]) -> list[bytes]:
        return worker.run(
            "etl.demo.workbooks:write_parcels",
            world,
            job,
            deadline=300,
            memory_mb=1024,
            least_mb=256,
            wait_seconds=600,
            is_demoted=False,
        )

    written: list[Incoming] = []
    with closing(worker), ThreadPoolExecutor(WRITERS) as pool:
        for job, files in zip(jobs, pool.map(run, jobs), strict=True):
            written += [
                Incoming(name=parcel.file_name, data=data, received_at=parcel.arrived_at)
                for parcel, data in zip(job, files, strict=True)
            ]
            if progress:
                last = job[-1]
                name = f"{world.short_names[last.unit]} {last.month.year}年{last.month.month}月"
                progress(f"生成 {name}", len(written), len(parcels))
    return sorted(written, key=lambda one: (one.received_at, one.name))


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
