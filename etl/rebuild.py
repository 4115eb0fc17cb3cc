"""A release made again as of then: from what had been received up to its number, for the day it was made for.

For two things: to show a release of an older shape by today's pages, and to prove that a restored home gives the same
content. Nothing of the home is changed.
"""

import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl

from etl.declared_frames import declared_frames
from etl.months.month_frames import frames as month_frames
from etl.payouts.released import handed_to
from warehouse.catalog import Catalog, catalog_frames, load_catalog
from warehouse.desk import counted
from warehouse.desk.counted import Reach
from warehouse.desk.disclosed import Disclosed
from warehouse.desk.received import TABLES, enter_again, received_files_of
from warehouse.errors import HomeError, ReleaseMissing, reason_zh
from warehouse.home import Home
from warehouse.people import flow
from warehouse.release.building.build import BuildResult, build
from warehouse.release.file import header_of, is_damaged
from warehouse.release.proof import seal
from warehouse.release.publishing.publish import ZONE, release_path, remade_path
from warehouse.settings import ROOT, load_settings

Progress = Callable[[str, int, int], None]


def build_as_of(
    home: Home,
    path: Path,
    *,
    kind: str,
    release_id: str,
    number: int | None,
    as_of: date,
    progress: Progress | None = None,
) -> BuildResult:
    """Build the release to `path` from the entries up to `number`; None is all there are.

    Raises:
        HomeError: the desk no longer holds the entries, or their files are gone.
        YanglaoError: what stood in the way of the build.
    """
    from etl.collected import joined

    with _home_at(home, number) as (then, reach):
        catalog, parts = _declared(kind)
        reference, documents = declared_frames(home, catalog, lambda step_zh: None)
        review = flow.review(home) if kind == "real" and load_settings().takes_passed_only else None
        months = month_frames(then, catalog, kind=kind, as_of=as_of, reference=reference, review=review)
        reported = {name: frame for name, frame in months.items() if frame.height}
        return build(
            path,
            catalog=load_catalog(),
            frames=joined(
                [catalog_frames(catalog), reference, documents, *parts, reported, handed_to(home, release_id)]
            ),
            kind=kind,
            release_id=release_id,
            received=reach,
            history=Disclosed(then).history(),
            progress=progress,
        )


def _declared(kind: str) -> tuple[Catalog, list[Mapping[str, pl.DataFrame]]]:
    if kind != "demo":
        return load_catalog(), []
    from etl.demo.catalogue import demo_catalog, demo_sources

    catalog = demo_catalog(load_catalog())
    return catalog, [demo_sources(catalog)]


@contextmanager
def _home_at(home: Home, number: int | None) -> Iterator[tuple[Home, Reach]]:
    """A home for reading that ends with entry `number`: its own desk, the archive and the cells of the real one."""
    with tempfile.TemporaryDirectory(prefix="yanglao-then-") as place:
        then = Home(Path(place))
        (then.cache / "cells").parent.mkdir(parents=True)
        cells = home.cache / "cells"
        if cells.is_dir() and os.access(cells, os.W_OK):
            (then.cache / "cells").symlink_to(cells.absolute())
        then.archive.symlink_to(home.archive.absolute())
        entries: list[counted.Entry] = []
        if home.desk.exists():
            try:
                with (
                    closing(sqlite3.connect(home.desk, timeout=20)) as source,
                    closing(sqlite3.connect(then.desk)) as copy,
                ):
                    source.backup(copy)
                    copy.executescript(TABLES)
                    entries = counted.entries_of(copy)
                    received_files = received_files_of(copy)
            except sqlite3.Error as error:
                raise HomeError(f"登记文件 {home.desk}：读不出（{error}）。请用 yanglao restore 恢复") from error
            missing = [
                one.file_name
                for one in received_files
                if not one.is_withdrawn and not (home.archive / one.sha256).exists()
            ]
            if missing:
                raise HomeError(f"存档 {home.archive}：缺少 {'、'.join(missing[:5])}。请用 yanglao restore 恢复")
        if number is not None and number < len(entries):
            entries = entries[:number]
            enter_again(then, entries)
        yield then, counted.reach_of(entries)


def remake(home: Home, release_id: str, progress: Progress | None = None) -> Path:
    """The release in today's shape, made once and kept beside the caches under the name of program and release.

    Raises:
        ReleaseMissing: there is no such release, or it is too old to say what it was made from.
        YanglaoError: what stood in the way of making it.
    """
    source = release_path(home, release_id)
    if not source.exists():
        raise ReleaseMissing(f"批次 {release_id}：没有这个批次。用 yanglao releases 查看现有批次")
    header = header_of(source)
    path = remade_path(home, release_id)
    if path.exists() and not is_damaged(path, release_id):
        return path
    as_of = header["built_at"].astimezone(ZONE).date()
    if header["kind_code"] == "demo":
        from etl.demo.build import full_extent

        as_of = full_extent().as_of
    number = header.get("received_number")
    making = path.with_name(f"{path.name}.{os.getpid()}.building")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        build_as_of(
            home,
            making,
            kind=str(header["kind_code"]),
            release_id=release_id,
            number=int(number) if number is not None else _number_by(home, header["built_at"]),
            as_of=as_of,
            progress=progress,
        )
        making.chmod(0o444)
        seal(making, path)
        making.replace(path)
    except OSError as error:
        raise HomeError(f"重建批次 {release_id}：{path.parent} 写不进（{reason_zh(error)}）。请检查磁盘空间") from error
    finally:
        making.unlink(missing_ok=True)
    return path


def remake_beside(home: Home, release_id: str, *, seconds: float = 180) -> str:
    """`remake` in a process of its own, so that no reader waits for it; why it failed in words, empty when it is there.

    The demonstration's home is told by its place.
    """
    is_demo = home.root.name == "demo"
    command = [sys.executable, str(ROOT / "app.py"), "remake", release_id, *(["--demo"] if is_demo else [])]
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=seconds, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return f"重建超过{seconds:.0f}秒，没有做完"
    return "" if done.returncode == 0 else (done.stderr.strip().splitlines() or ["没有说明原因"])[-1]


def _number_by(home: Home, built_at: datetime) -> int:
    """The last entry before a release that does not say it itself: what had come by its time."""
    if not home.desk.exists():
        return 0
    number = 0
    with closing(sqlite3.connect(home.desk, timeout=20)) as connection:
        connection.executescript(TABLES)
        for entry in counted.entries_of(connection):
            at = entry.facts.get("received_at") or entry.facts.get("at")
            if at is None or str(at) <= built_at.astimezone(UTC).isoformat(timespec="microseconds"):
                number = entry.number
    return number
