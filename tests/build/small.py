"""A tiny world for tests of building and publishing: one nation, one source, and a population that names its refresh."""

import os
import signal
from collections.abc import Callable
from datetime import date
from pathlib import Path

import polars as pl

from etl.refresh import Outcome, Tell, refresh
from warehouse.catalog import Catalog, catalog_frames
from warehouse.home import Home

ROWS = 400
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
    """A whole refresh of the tiny world."""
    return refresh(Home(root), collect=collector(marker), **more)


def refresh_and_die_at(root: str, marker: int, step: str) -> None:
    """For a child process: refresh until `step` begins, then SIGKILL itself."""

    def die(step_zh: str, done: int, total: int) -> None:
        if step_zh == step:
            os.kill(os.getpid(), signal.SIGKILL)

    small_refresh(Path(root), marker, progress=die)
