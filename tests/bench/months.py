"""County months: the demonstration from nothing, again, and one month more; a dropped file; ten thousand workbooks.

The floor of each is the bare cost of the same data: the same workbooks opened with python-calamine, nothing understood,
and the same rows written to a DuckDB file.
"""

import io
import shutil
import tempfile
import time
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb
from python_calamine import CalamineError, CalamineWorkbook

from etl.checking import judging_context
from etl.demo.build import build_demo, full_extent
from etl.demo.catalogue import demo_catalog
from etl.demo.generate import generate
from etl.demo.world import read_world
from etl.months.accepted.form_heads import FormHeads
from etl.months.check import Known, check_file
from etl.months.month_frames import frames
from etl.months.read.files import read_files
from etl.months.received import Incoming, receive
from etl.reference import load_reference
from tests.bench.rows import Row, seconds
from tests.conftest import run_command
from warehouse.catalog import load_catalog
from warehouse.home import Home
from warehouse.release.publishing.publish import current_pointer, release_path
from warehouse.settings import load_settings

MANY = 10_000


def rows() -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder) / "home")
        made = _timed(lambda: _command("demo", home))
        floor = _timed(lambda: _bare(home.demo(), Path(folder) / "bare.duckdb"))
        count = len(list(home.demo().archive.iterdir()))
        yield Row(
            name=f"demonstration from nothing, {count} files (whole process)",
            measured=made,
            unit="s",
            budget=12,
            floor=floor,
            note="(floor: the same workbooks opened bare, the same rows written)",
        )
        shutil.rmtree(home.demo().cache)
        again = _timed(lambda: _command("demo", home))
        yield Row(name="read, checked and built again, cache deleted", measured=again, unit="s", budget=5, floor=floor)
        yield Row(
            name="nothing new", measured=_timed(lambda: _command("demo", home)), unit="s", budget=0.5, floor=floor
        )
        yield from _one_more(home)
        yield from _one_month(Path(folder) / "month")
        yield from _dropped(home)
        yield from _many(home, Path(folder) / "many")


def _timed(work) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _command(name: str, home: Home) -> None:
    done = run_command(name, home=home.root, timeout=1800)
    assert done.returncode == 0, done.stderr


def _bare(home: Home, path: Path) -> None:
    for file in home.archive.iterdir():
        _open_bare(file.read_bytes())
    path.unlink(missing_ok=True)
    release = release_path(home, current_pointer(home).release_id)
    with duckdb.connect(path) as connection:
        connection.execute(f"attach '{release}' as release (read_only)")
        for name in ("core.fct_observation", "meta.submission", "meta.issue", "meta.restatement"):
            connection.execute(f'create table "{name}" as from release.{name}')


def _open_bare(data: bytes) -> int:
    """Cells of a workbook as calamine gives them; of any other file its characters."""
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        return sum(len(row) for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python())
    except CalamineError:
        return len(data.decode("gb18030", "replace"))


def _one_more(home: Home) -> Iterator[Row]:
    """One more workbook: in the inbox, then in the release readers get."""
    demo = home.demo()
    typical = sorted(demo.archive.iterdir(), key=lambda path: path.stat().st_size)
    workbook = next(path.read_bytes() for path in typical[len(typical) // 2 :] if path.read_bytes()[:2] == b"PK")
    changed = _retold(workbook, 1)
    (demo.inbox / "再报.xlsx").write_bytes(changed)
    yield Row(
        name="one workbook more, from inbox to readers (whole process)",
        measured=_timed(lambda: _command("demo", home)),
        unit="s",
        budget=1.0,
        floor=_timed(lambda: _open_bare(changed)),
        note="(floor: the file opened bare)",
    )


def _one_month(folder: Path) -> Iterator[Row]:
    """The newest month of a demonstration that has all before it."""
    home, whole = Home(folder), full_extent()
    before = replace(whole, last_month=date(2026, 9, 1), as_of=date(2026, 10, 25))
    build_demo(home, extent=before)
    demo = home.demo()
    catalog = demo_catalog(load_catalog())
    reference = load_reference(catalog)
    had = {path.name for path in demo.archive.iterdir()}
    generate(demo, read_world(catalog, reference), whole)
    new = [path for path in demo.archive.iterdir() if path.name not in had]
    taken = _timed(lambda: frames(demo, catalog, kind="demo", as_of=whole.as_of, reference=reference))
    yield Row(
        name=f"one new month, {len(new)} files: read and checked",
        measured=taken,
        unit="s",
        budget=3,
        floor=_timed(lambda: [_open_bare(path.read_bytes()) for path in new]),
        note="(floor: these files opened bare)",
    )
    yield Row(
        name="and built and published with all others", measured=_timed(lambda: build_demo(home)), unit="s",
        note="(every mart is worked out anew)",
    )  # fmt: skip


def _dropped(home: Home) -> Iterator[Row]:
    """The largest file of the demonstration, as the page checks it."""
    largest = max(home.demo().archive.iterdir(), key=lambda path: path.stat().st_size).read_bytes()
    context = judging_context(is_demo=True)
    changed = _retold(largest, 0)

    def check() -> None:
        assert check_file(changed, "月报.xlsx", context=context, known=Known.RECEIVED, home=home.demo()).forms

    yield Row(
        name=f"one dropped file checked ({len(largest) // 1024} kB, {_open_bare(largest)} cells)",
        measured=seconds(check, runs=7),
        unit="s",
        budget=1,
        floor=seconds(lambda: _open_bare(largest), runs=7),
        note="(floor: the file opened bare)",
    )


def _retold(data: bytes, number: int) -> bytes:
    """The same workbook as other bytes: a comment at the end of the archive."""
    content = io.BytesIO(data)
    with zipfile.ZipFile(content, "a") as archive:
        archive.comment = str(number).encode()
    return content.getvalue()


def _many(home: Home, folder: Path) -> Iterator[Row]:
    """Ten thousand workbooks received and read; memory of this process on the way."""
    many = Home(folder)
    many.ensure()
    books = [data for path in home.demo().archive.iterdir() if (data := path.read_bytes())[:2] == b"PK"]
    books = [data for data in books if zipfile.is_zipfile(io.BytesIO(data))]
    context = judging_context(is_demo=True)
    wanted = []
    for first in range(0, MANY, 1000):
        incoming = [
            Incoming(name=f"{number}.xlsx", data=_retold(books[number % len(books)], number))
            for number in range(first, first + 1000)
        ]
        receive(many, incoming, who="bench")
    wanted = [(path.name, path) for path in many.archive.iterdir() if len(path.name) == 64]
    heads = FormHeads(many.cache / "heads.json")
    memory = [_memory_mb()]
    start = time.perf_counter()
    for done, (sha256, read) in enumerate(read_files(many, wanted, load_settings()), 1):
        heads.add(sha256, read, context)
        if done in (MANY // 10, MANY // 2, MANY):
            memory.append(_memory_mb())
    taken = time.perf_counter() - start
    floor = _timed(lambda: [_open_bare(path.read_bytes()) for _, path in wanted])
    yield Row(name=f"{len(wanted)} workbooks read", measured=taken, unit="s", floor=floor, note="(floor: opened bare)")
    yield Row(
        name="memory gained from the first tenth to the last file",
        measured=memory[3] - memory[1],
        unit="MB",
        budget=50,
        note=f"(before {memory[0]:.0f}, after a tenth {memory[1]:.0f}, half {memory[2]:.0f}, all {memory[3]:.0f} MB)",
    )


def _memory_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * 4096 / 1e6
