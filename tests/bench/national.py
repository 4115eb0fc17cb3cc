"""The whole country's county months: 2,985 units × 60 months × 60 indicators in one release, as the pages ask it."""

from collections.abc import Iterator
from datetime import date

from tests.bench.homes import LAST, national_home
from tests.bench.rows import Row, milliseconds
from warehouse.read import Release, Releases
from warehouse.read.month import months as ask
from warehouse.read.month import overview
from warehouse.read.place import benchmarks


def rows() -> Iterator[Row]:
    with Releases(national_home().demo()).acquire() as release:
        codes = tuple(
            code
            for (code,) in release.rows("select distinct indicator_code from mart.indicator_month").frame.iter_rows()
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
