"""The data homes benchmarks read: the product at city scale, and the whole country's months."""

import atexit
import os
import tempfile
from datetime import date
from functools import cache
from pathlib import Path
from shutil import copyfile, copytree

import duckdb

from etl.demo.build import build_demo
from etl.refresh import refresh
from warehouse.home import Home
from warehouse.release.file import end_writing
from warehouse.release.publishing.publish import current_pointer, new_release_id, publish, release_path

# A data home made earlier (`yanglao refresh`, `yanglao demo`) saves the two minutes of making one; it is copied.
READY = "BENCH_HOME"
UNITS, MONTHS, INDICATORS = 2985, 60, 60
LAST = date(2025, 12, 1)


@cache
def city_home() -> Home:
    """The real release and the whole demonstration: 16 units, 46 months. Made once a run, only for reading."""
    home = Home(_folder() / "city")
    if os.environ.get(READY):
        copytree(os.environ[READY], home.root)
    else:
        refresh(home)
        build_demo(home)
    return home


@cache
def national_home() -> Home:
    """The same, with invented months for every county-level unit of the country in the demonstration."""
    home = Home(_folder() / "national")
    copytree(city_home().root, home.root)
    _add_the_country(home.demo())
    return home


@cache
def _folder() -> Path:
    folder = tempfile.TemporaryDirectory(prefix="yanglao-bench-")
    atexit.register(folder.cleanup)
    return Path(folder.name)


def _add_the_country(home: Home) -> None:
    """A release of the demonstration with 2,985 units × 60 months × 60 indicators beside its own rows."""
    first = current_pointer(home).release_id
    release_id = new_release_id(home)
    building = home.releases / f"national-{release_id}.building"
    copyfile(release_path(home, first), building)
    building.chmod(0o644)
    connection = duckdb.connect(str(building))
    columns = [name for (name,) in connection.execute(
        "select column_name from duckdb_columns() where schema_name = 'mart' and table_name = 'indicator_month' order by column_index"
    ).fetchall()]  # fmt: skip
    given = {
        "area_id": "a.area_id", "indicator_code": "i.indicator_code", "breakdown_code": "'total'", "month": "m.month",
        "value": "cast(hash(a.area_id, i.indicator_code, m.month) % 10000 as double)", "status_code": "'reported'",
        "quality_code": "'signed'", "numerator": "cast(hash(a.area_id, m.month) % 1000 as double)",
        "denominator": "1000.0", "change_mom": "1.0", "change_yoy": "2.0",
    }  # fmt: skip
    select = ", ".join(f"{given.get(name, 'null')} as {name}" for name in columns)
    (order,) = connection.execute(
        "select key_columns from meta.relation where relation = 'mart.indicator_month'"
    ).fetchone()
    # Our own units keep what the demonstration says of them; the order is the one a release keeps its rows in.
    connection.execute(
        f"""
        create temp table own as from mart.indicator_month;
        delete from mart.indicator_month;
        insert into mart.indicator_month
        from own
        union all by name
        select {select}
        from (select area_id from core.dim_area where level_code = 'unit' and area_id like 'cn-%' order by area_id limit {UNITS}) as a
        cross join (select indicator_code from meta.indicator order by sort_order limit {INDICATORS}) as i
        cross join (select month from core.dim_month where month <= date '{LAST}' order by month desc limit {MONTHS}) as m
        order by {order}
        """
    )
    connection.execute(f"update meta.release set release_id = '{release_id}'")
    connection.execute("checkpoint")
    connection.close()
    end_writing(building)
    publish(home, building, release_id)
