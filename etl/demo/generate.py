"""The files of the demonstration: planned, written by several processes, and received as if they had come day by day."""

import json
import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path

from etl.demo.build import Extent, Progress
from etl.demo.dirt import read_dirt
from etl.demo.forms import World
from etl.demo.schedule import Parcel, plan
from etl.months.received import Incoming, receive
from etl.programs import WRITING, programs_hash
from warehouse.desk.received import ReceivedLog
from warehouse.home import Home
from warehouse.month import months_between
from warehouse.worker.client import Worker

SENDER = "演示数据生成器"
WRITERS = 2
MANIFEST = "generated.json"


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
    worker = Worker(preload=("etl.demo.workbooks:prepare", "xlsxwriter", "xlwt"))
    # A job writes the months of one unit, whose figures follow from each other.
    by_unit = sorted(parcels, key=lambda parcel: (parcel.unit, parcel.month, parcel.arrived_at))
    jobs = [list(files) for _, files in groupby(by_unit, key=lambda parcel: parcel.unit)]

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
