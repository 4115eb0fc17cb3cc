"""The whole country's county months: 2,985 units × 60 months × 60 indicators in one release, as the pages ask it."""

import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb

from etl.refresh import refresh
from tests.bench.rows import Row, milliseconds
from warehouse.home import Home
from warehouse.publish import new_release_id, publish, release_path
from warehouse.read import Release, Releases, benchmarks, overview
from warehouse.read import months as ask

UNITS, MONTHS, INDICATORS = 2985, 60, 60
LAST = date(2025, 12, 1)


def rows() -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder) / "home")
        release_id = _national(home)
        with Releases(home).acquire(release_id) as release:
            codes = tuple(
                code
                for (code,) in release.rows(
                    "select distinct indicator_code from mart.indicator_month"
                ).frame.iter_rows()
            )
            areas = ("hualong", "qingfeng", "nanle")
            count = release.rows("select count(*) as n from mart.indicator_month").frame["n"][0]
            floor = milliseconds(lambda: _point(release, codes[0]), runs=9)
            questions = {
                "series of one indicator, three units": lambda: ask.series(
                    release, indicator_code=codes[0], area_ids=areas
                ),
                "one month of a city, eight indicators": lambda: ask.month_of_city(
                    release, city_area_id="puyang", month=LAST, indicator_codes=codes[:8]
                ),
                "why a city figure moved": lambda: ask.contributions(
                    release, city_area_id="puyang", indicator_code=codes[0], month=LAST, other_month=date(2025, 11, 1)
                ),
                "units by eight indicators against task and city": lambda: overview.matrix(
                    release, city_area_id="puyang", month=LAST, indicator_codes=codes[:8]
                ),
                "units of a city against mean, median and target": lambda: benchmarks.standings(
                    release, city_area_id="puyang", indicator_code=codes[0], month=LAST, excludes_self=True
                ),
            }
            for name, question in questions.items():
                yield Row(
                    name=f"national scale ({count:,} rows): {name}",
                    measured=milliseconds(question, runs=9),
                    unit="ms",
                    budget=20,
                    floor=floor,
                    note="(floor: one point)",
                )


def _point(release: Release, code: str) -> None:
    release.rows(
        "select value from mart.indicator_month where indicator_code = $code and area_id = 'hualong' and month = $month",
        {"code": code, "month": LAST},
    )


def _national(home: Home) -> str:
    """A release with invented months for every county-level unit, in the order a release keeps its rows."""
    first = refresh(home).release_id
    release_id = new_release_id(home)
    building = home.releases / f"national-{release_id}.building"
    building.write_bytes(release_path(home, first).read_bytes())
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
    order = connection.execute(
        "select key_columns from meta.relation where relation = 'mart.indicator_month'"
    ).fetchone()[0]
    connection.execute(
        f"""
        insert into mart.indicator_month
        select {select}
        from (select area_id from core.dim_area where level_code = 'unit' order by area_id like 'cn-%', area_id limit {UNITS}) as a
        cross join (select indicator_code from meta.indicator order by sort_order limit {INDICATORS}) as i
        cross join (select month from core.dim_month where month <= date '{LAST}' order by month desc limit {MONTHS}) as m
        order by {order}
        """
    )
    connection.execute(f"update meta.release set release_id = '{release_id}'")
    connection.execute("checkpoint")
    connection.close()
    publish(home, building, release_id)
    return release_id
