"""Payment files read, keyed and stored: a new month of a city, and its figures; ten million payments with `INTAKE=10000000`.

The floor is the bare cost of the same data: the same CSV parsed by pyarrow as text, written as Parquet.
"""

import os
import tempfile
from collections.abc import Iterator, Sequence
from io import BytesIO
from pathlib import Path

import polars as pl
from pyarrow import csv

from etl.payouts.keys import add_key
from tests.bench import payouts as invented
from tests.bench.machine import Clock
from tests.bench.rows import Row
from tests.conftest import run_command
from warehouse.home import Home

CITY = "puyang"
MONTH_ROWS, MONTHS = 120_000, 18


def rows() -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as folder:
        yield from _new_month(Path(folder))
    if count := int(os.environ.get("INTAKE", "0")):
        with tempfile.TemporaryDirectory() as folder:
            yield _many(Path(folder), count)


def _new_month(folder: Path) -> Iterator[Row]:
    """The month after one that is in the store already."""
    places = [place for place in invented.real_places() if place.unit_id in _units_of(CITY)]
    made = invented.world(places, rows=MONTH_ROWS * MONTHS, months=MONTHS)
    home = Home(folder / "home")
    add_key(home)
    before, after = (
        [*invented.payment_files(made, folder / f"{month}", [month])] for month in (MONTHS - 2, MONTHS - 1)
    )
    _command(home, "add", str(before[0].parent))
    _command(home, "figures")
    floor = Clock()
    _bare(after, folder / "bare.parquet")
    least = floor.busy
    whole, took = Clock(), Clock()
    _command(home, "add", str(after[0].parent))
    count = made.rows(MONTHS - 1).height
    name = f"a new month of a city, {count:,} payments in {len(after)} files"
    note = "(floor: the same files parsed bare, written as Parquet)"
    yield Row(name=f"{name}, taken; processor", measured=took.busy, unit="s", floor=least, note=note)
    _command(home, "figures")
    yield Row(name=f"{name}, and its figures; processor", measured=whole.busy, unit="s", floor=least)
    yield Row(name=f"{name}, and its figures; wall", measured=whole.wall, unit="s", budget=3)


def _many(folder: Path, count: int) -> Row:
    made = invented.world(invented.real_places(), rows=count)
    home, sent = Home(folder / "home"), folder / "sent"
    add_key(home)
    files = list(invented.csv_files(made, sent))
    clock = Clock()
    _command(home, "add", str(sent))
    note = f"({clock.busy:.1f} s processor)"
    return Row(
        name=f"{count:,} payments in {len(files)} files taken; wall",
        measured=clock.wall,
        unit="s",
        budget=60,
        note=note,
    )


def _units_of(city: str) -> set[str]:
    from warehouse.catalog import load_catalog

    return {area.area_id for area in load_catalog().areas.values() if area.parent_area_id == city}


def _command(home: Home, *arguments: str) -> None:
    done = run_command("payouts", *arguments, home=home.root, timeout=3600)
    assert done.returncode == 0, done.stderr


def _bare(files: Sequence[Path], into: Path) -> None:
    frames = []
    for path in files:
        data = path.read_bytes()
        encoding = "utf-8" if data.startswith(b"\xef\xbb\xbf") else "gb18030"
        body = data.decode(encoding).removeprefix("\ufeff").partition("\n")[2].encode()
        frames.append(
            pl.from_arrow(
                csv.read_csv(BytesIO(body), parse_options=csv.ParseOptions(invalid_row_handler=lambda _: "skip"))
            )
        )
    pl.concat([frame.cast(pl.String) for frame in frames]).write_parquet(into)
