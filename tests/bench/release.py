"""The real release from nothing, against reading the same files and writing the same rows bare."""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from etl.demo.build import build_demo
from tests.bench.rows import Row, seconds
from tests.conftest import ROOT, run_command
from tests.verification import add_workbook, measured, opening
from warehouse.home import Home

BARE = """
import sys, tomllib, duckdb, polars as pl
from pathlib import Path
connection = duckdb.connect(sys.argv[1])
for path in sorted(Path("etl/reference/tables").glob("*.csv")):
    frame = pl.read_csv(path, infer_schema=False)
    connection.execute(f'create table "{path.stem}" as select * from frame')
for path in sorted(Path("warehouse/catalog/cities").rglob("*.toml")):
    tomllib.loads(path.read_text(encoding="utf-8"))
connection.close()
"""


def rows() -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as folder:
        homes = (Path(folder) / f"home-{number}" for number in range(100))
        files = (Path(folder) / f"bare-{number}.duckdb" for number in range(100))
        floor = seconds(
            lambda: subprocess.run([sys.executable, "-c", BARE, str(next(files))], cwd=ROOT, check=True), runs=3
        )
        yield Row(
            name="real release from nothing (whole process)",
            measured=seconds(lambda: _refresh(next(homes)), runs=3, warmup=0),
            unit="s",
            budget=1.2,
            floor=floor,
            note="(floor: same files read, stored as text, whole process)",
        )
        home = Path(folder) / "again"
        _refresh(home)
        yield Row(
            name="refresh without anything new (whole process)",
            measured=seconds(lambda: _refresh(home), runs=3),
            unit="s",
            budget=0.5,
            floor=floor,
        )
        yield from _verification(Home(Path(folder) / "demo"))


def _refresh(home: Path) -> None:
    done = run_command("refresh", home=home)
    assert done.returncode == 0, done.stderr


def _verification(home: Home) -> Iterator[Row]:
    """What verifying adds to a refresh with one more file, and to opening a release; in processor time."""
    build_demo(home)
    demo = home.demo()
    add_workbook(demo)
    with measured() as spent:
        assert build_demo(home).published
    yield Row(
        name="verifying in a refresh with one workbook more; processor",
        measured=100 * spent.share,
        unit="%",
        budget=5,
        note=f"({spent.verifying:.3f} of {spent.whole:.2f} s)",
    )
    yield Row(name="verifying when a release is opened; processor", measured=1000 * opening(demo), unit="ms", budget=50)
