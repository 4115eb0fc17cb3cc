"""A hundred million rows in a release: a group-by through the gate and the worker, beside the engine alone.

Beside a file the engine opens for the question, as a command line does, and beside one it has in memory from before: a
query has a process of its own, and what one of them has read is gone with it.

The rows are invented, so they lie in a release of the demonstration. Named only: it needs 2 GB of disk and minutes.
"""

import os
from collections.abc import Iterator
from shutil import copyfile

import duckdb

from tests.bench.homes import city_home
from tests.bench.rows import Row, seconds
from warehouse.query.ask import run_query
from warehouse.read import Releases
from warehouse.release.publishing.publish import current_pointer, new_release_id, publish, release_path
from warehouse.settings import Settings
from warehouse.worker.client import Worker

ROWS = int(os.environ.get("BENCH_ROWS", "100_000_000"))
QUESTIONS = {
    "count and sum by indicator": "select indicator_code, count(*) as n, sum(value) as total from mart.indicator_month"
    " group by all order by all",
    "mean by area and year": "select area_id, year(month) as year, avg(value) as mean from mart.indicator_month"
    " group by all order by all",
    "distinct areas by month": "select month, count(distinct area_id) as areas from mart.indicator_month"
    " group by all order by all",
}


def rows() -> Iterator[Row]:
    home = city_home().demo()
    release_id, first = new_release_id(home), current_pointer(home).release_id
    building = home.releases / f"large-{release_id}.building"
    copyfile(release_path(home, first), building)
    building.chmod(0o644)
    _add(building, release_id)
    publish(home, building, release_id)
    releases = Releases(home)
    with releases.acquire() as release:
        pass  # its name and kind are all a query needs
    releases.close()
    worker, limits = Worker(), Settings(query_seconds=300)
    path = str(release_path(home, release_id))
    try:
        for name, sql in QUESTIONS.items():

            def opened(sql: str = sql) -> None:
                with duckdb.connect(path, read_only=True) as engine:
                    engine.sql(sql).to_arrow_table()

            def asked(sql: str = sql) -> None:
                run_query(home, sql, release=release, worker=worker, limits=limits)

            floor, took = seconds(opened, runs=3), seconds(asked, runs=3)
            with duckdb.connect(path, read_only=True) as engine:
                warm = seconds(lambda sql=sql, engine=engine: engine.sql(sql).to_arrow_table(), runs=3)
            yield Row(
                name=f"{ROWS:,} rows: {name}",
                measured=took,
                unit="s",
                budget=floor / 0.8,
                floor=floor,
                note=f"(in memory from before: {warm:.3g} s)",
            )
    finally:
        worker.close()


def _add(building, release_id: str) -> None:
    """Invented months of areas nobody has, in the order a release keeps its rows in."""
    with duckdb.connect(str(building)) as connection:
        columns = connection.execute(
            "select column_name from duckdb_columns()"
            " where schema_name = 'mart' and table_name = 'indicator_month' order by column_index"
        ).fetchall()
        given = {
            "area_id": "'area-' || (i // 100) % 3000",
            "indicator_code": "'indicator-' || i // 1000000",
            "breakdown_code": "'total'",
            "month": "cast(date '2016-01-01' + to_months(cast(i % 100 as integer)) as date)",
            "value": "cast(hash(i) % 10000 as double)",
            "status_code": "'reported'",
        }
        select = ", ".join(f"{given.get(name, 'null')} as {name}" for (name,) in columns)
        connection.execute(f"insert into mart.indicator_month select {select} from range({ROWS}) as t(i)")
        connection.execute(f"update meta.release set release_id = '{release_id}'")
        connection.execute("checkpoint")
