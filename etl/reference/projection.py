"""Projected elders as facts: declared points a few years apart, the months between them on a straight line.

A projection is no count: it stands under a base of its own (`resident_projection`), ends with its last point, and is
never mixed with the census. A unit without census ages has none.
"""

from collections.abc import Iterable
from datetime import date

import polars as pl

from etl.reference.identity import area_id
from etl.reference.population import BANDS, CENSUS_ON
from etl.reference.tables import Tables
from warehouse.catalog import Catalog
from warehouse.month import add_months, months_apart

PROJECTION = "population-projection-2026"
BASE_CODE = "resident_projection"
CENSUS = "census-2020-county"


def projected_population(tables: Tables, catalog: Catalog) -> pl.DataFrame:
    """core.fct_population under `resident_projection`: a row a month from the census to the last point, by age band.

    Units lie on the line through census and points, rounded to persons; a city is the sum of its units. Rows at a
    declared point carry the line of the table.
    """
    schema = catalog.relations["core.fct_population"].polars_schema
    units = [row for line in _lines(tables, catalog) for row in _months(*line)]
    frame = pl.DataFrame(units, schema={name: schema[name] for name in _COLUMNS}, orient="row")
    parents = {area.area_id: area.parent_area_id for area in catalog.areas.values()}
    cities = (
        frame.with_columns(pl.col("area_id").replace_strict(parents, return_dtype=pl.String))
        .group_by("area_id", "as_of_on", "age_band_code", maintain_order=True)
        .agg(pl.col("persons").sum(), source_row=pl.lit(None, schema["source_row"]))
    )
    whole = pl.concat([cities.select(_COLUMNS), frame])
    whole = whole.with_columns(base_code=pl.lit(BASE_CODE), source_id=pl.lit(PROJECTION))
    return whole.select(pl.col(name).cast(kind) for name, kind in schema.items())


_COLUMNS = ("area_id", "as_of_on", "age_band_code", "persons", "source_row")


def _lines(tables: Tables, catalog: Catalog) -> Iterable[tuple[str, str, list[tuple[date, int, int | None]]]]:
    """Unit, age band, and its points: the census first, then the declared ones with their line in the table."""
    census = {row["adcode"]: row for row in tables.frames[CENSUS].iter_rows(named=True)}
    points = tables.frames[PROJECTION].filter(pl.col("level") == "county")
    points = points.with_columns(area_id=area_id(pl.col("adcode"), catalog), as_of=pl.col("as_of").str.to_date())
    for (adcode, unit, band), rows in points.group_by("adcode", "area_id", "age_band", maintain_order=True):
        known = [(CENSUS_ON, census[adcode][BANDS[band]], None)]
        yield unit, band, known + [*rows.sort("as_of").select("as_of", "persons", "line").iter_rows()]


def _months(unit: str, band: str, points: list[tuple[date, int, int | None]]) -> Iterable[tuple]:
    for (start, low, _), (end, high, line) in zip(points, points[1:], strict=False):
        steps = months_apart(start, end)
        for step in range(1, steps + 1):
            month = add_months(start, step)
            # Half up, in whole numbers: no float stands between the points and what is shown.
            persons = low + (2 * (high - low) * step + steps) // (2 * steps)
            yield unit, month, band, persons, line if step == steps else None
