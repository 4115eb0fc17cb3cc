"""The real release from nothing, against reading the same files and writing the same rows bare."""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.bench.rows import Row, seconds
from tests.conftest import ROOT, run_command

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


def _refresh(home: Path) -> None:
    done = run_command("refresh", home=home)
    assert done.returncode == 0, done.stderr
