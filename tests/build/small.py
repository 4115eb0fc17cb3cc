"""A tiny world for tests of building and publishing: one nation, one source, and a population that names its refresh."""

import os
import shutil
import signal
from collections.abc import Callable
from datetime import date
from pathlib import Path

import duckdb
import polars as pl

from etl.collected import Tell
from etl.outcome import Outcome
from etl.refresh import refresh
from warehouse.catalog import Catalog, catalog_frames
from warehouse.home import Home
from warehouse.release.file import end_writing
from warehouse.release.publishing.lock import lock
from warehouse.release.publishing.publish import building_path, new_release_id, publish

ROWS = 400
# A folder without SQL: nothing is computed from 400 equal areas, which takes two thirds of the time of a refresh.
NO_RULES = Path(__file__).parent / "no-rules"
AS_OF = date(2020, 11, 1)


def frame(catalog: Catalog, relation: str, rows: list[dict]) -> pl.DataFrame:
    """Rows in the declared shape; what a row leaves out is empty."""
    schema = catalog.relations[relation].polars_schema
    return pl.DataFrame([{name: row.get(name) for name in schema} for row in rows], schema=schema)


def small_frames(catalog: Catalog, marker: int) -> dict[str, pl.DataFrame]:
    """Frames of a release in which every one of 400 areas has `marker` inhabitants, so that a torn read shows."""
    areas = [
        {
            "area_id": f"area-{number}",
            "name_zh": f"区域{number}",
            "short_name_zh": f"区域{number}",
            "level_code": "unit",
            "kind_code": "administrative",
            "is_reporting": False,
        }
        for number in range(ROWS)
    ]
    people = [
        {
            "area_id": area["area_id"],
            "as_of_on": AS_OF,
            "base_code": "resident",
            "age_band_code": "total",
            "persons": marker,
            "source_id": "table",
        }
        for area in areas
    ]
    source = [{"source_id": "table", "kind_code": "reference", "title_zh": "测试表", "sort_order": 1}]
    declared = catalog_frames(catalog)
    return {
        **{name: declared[name] for name in ("meta.code", "meta.indicator", "meta.group")},
        "core.dim_area": frame(catalog, "core.dim_area", areas),
        "core.fct_population": frame(catalog, "core.fct_population", people),
        "meta.source": frame(catalog, "meta.source", source),
    }


def collector(marker: int) -> Callable:
    """What `refresh` takes as its source of rows."""

    def collect(home: Home, catalog: Catalog, tell: Tell) -> dict[str, pl.DataFrame]:
        for step_zh in ("读入参考表", "读入公开文件", "读入月报"):
            tell(step_zh)
        return small_frames(catalog, marker)

    return collect


def small_refresh(root: Path, marker: int, **more) -> Outcome:
    """A whole refresh of the tiny world, every step in its turn, with nothing to compute and no check of its own."""
    return refresh(Home(root), collect=collector(marker), rules=NO_RULES, **more)


def publish_again(home: Home, source: Path, change: str = "") -> str:
    """Publish a copy of a release file as the next release, as a refresh does once the file is built; its id.

    Building takes seconds and readers see nothing of it: what they could notice is the publishing.
    """
    with lock(home):
        release_id = new_release_id(home)
        path = building_path(home, release_id)
        shutil.copyfile(source, path)
        with duckdb.connect(path) as connection:
            connection.execute(f"update meta.release set release_id = '{release_id}'; {change}")
            connection.execute("checkpoint")
        end_writing(path)
        publish(home, path, release_id)
    return release_id


def refresh_and_die_at(root: str, marker: int, step: str) -> None:
    """For a child process: refresh until `step` begins, then SIGKILL itself."""

    def die(step_zh: str, done: int, total: int) -> None:
        if step_zh == step:
            os.kill(os.getpid(), signal.SIGKILL)

    small_refresh(Path(root), marker, progress=die)
