"""How many streets, towns, communities and villages there are, by township, unit and city, in 2021."""

import polars as pl

from etl.reference.identity import area_id
from etl.reference.tables import Tables
from warehouse.catalog import Catalog

COUNTIES_2021 = "divisions-2021-county"
TOWNSHIPS_2021 = "divisions-2021-township"

_OF_TOWNSHIPS = {
    "residents_committee": "residents_committees",
    "residents_committee_like": "residents_committee_like",
    "villagers_committee": "villagers_committees",
    "villagers_committee_like": "villagers_committee_like",
}
# What a township itself is: one of these is 1, so that it is a base of its own like a unit.
_KINDS = ("street", "town", "rural_township")
_OF_UNITS = {
    "township_level": "townships_total",
    "street": "streets",
    "town": "towns",
    "rural_township": "rural_townships",
    "residents_committee": "residents_committees",
    "residents_committee_like": "residents_committee_like",
    "villagers_committee": "villagers_committees",
}


def division_counts(tables: Tables, catalog: Catalog) -> pl.DataFrame:
    """core.fct_division_count: townships and units as in the tables, cities as the sum of their units.

    A zero is a figure and has a row. A unit without a code (示范区) has none, and its city is not made larger for it.
    """
    kinds = {kind: (pl.col("kind") == kind).cast(pl.Int64) for kind in _KINDS}
    townships = _long(
        tables.frames[TOWNSHIPS_2021]
        .with_columns(area_id=pl.lit("t-") + pl.col("code"), kind=township_kind())
        .with_columns(**kinds, township_level=pl.lit(1)),
        _OF_TOWNSHIPS | {kind: kind for kind in ("township_level", *_KINDS)},
    ).with_columns(source_id=pl.lit(TOWNSHIPS_2021))
    units = pl.concat([_of_table(tables, catalog), _of_townships(tables, catalog), _declared(tables, catalog)])
    parents = {area.area_id: area.parent_area_id for area in catalog.areas.values()}
    cities = (
        units.with_columns(pl.col("area_id").replace_strict(parents, return_dtype=pl.String))
        .group_by("area_id", "year", "division_code", maintain_order=True)
        .agg(pl.col("division_count").sum())
    )
    counted = pl.concat([cities, units]).with_columns(source_id=pl.lit(COUNTIES_2021))
    schema = catalog.relations["core.fct_division_count"].polars_schema
    return pl.concat(
        [frame.select(pl.col(name).cast(kind) for name, kind in schema.items()) for frame in (counted, townships)]
    )


def township_kind() -> pl.Expr:
    """street, town or rural_township, by the last characters of the name."""
    name = pl.col("name")
    return (
        pl.when(name.str.ends_with("街道"))
        .then(pl.lit("street"))
        .when(name.str.ends_with("镇"))
        .then(pl.lit("town"))
        .when(name.str.ends_with("乡"))
        .then(pl.lit("rural_township"))
    )


def _of_table(tables: Tables, catalog: Catalog) -> pl.DataFrame:
    units = tables.frames[COUNTIES_2021].with_columns(area_id=area_id(pl.col("adcode"), catalog))
    return _long(units, _OF_UNITS)


def _of_townships(tables: Tables, catalog: Catalog) -> pl.DataFrame:
    """The one kind the unit table leaves out, summed from its townships."""
    townships = tables.frames[TOWNSHIPS_2021].with_columns(area_id=area_id(pl.col("county_adcode"), catalog))
    return (
        townships.group_by("area_id", pl.col("as_of").alias("year"), maintain_order=True)
        .agg(division_count=pl.col("villagers_committee_like").sum())
        .select("area_id", "year", division_code=pl.lit("villagers_committee_like"), division_count="division_count")
    )


def _declared(tables: Tables, catalog: Catalog) -> pl.DataFrame:
    """Statutory counties and county seats: no table counts them, the catalogue says what each unit is."""
    units = tables.frames[COUNTIES_2021].select(area_id(pl.col("adcode"), catalog), year=pl.col("as_of"))
    rows = []
    for unit_id, year in units.iter_rows():
        area = catalog.areas[unit_id]
        rows.append((unit_id, year, "county_unit", int(area.kind_code == "administrative")))
        if area.county_seat_count is not None:
            rows.append((unit_id, year, "county_seat", area.county_seat_count))
    schema = {"area_id": pl.String, "year": pl.Int64, "division_code": pl.String, "division_count": pl.Int64}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _long(frame: pl.DataFrame, columns: dict[str, str]) -> pl.DataFrame:
    counts = [pl.col(column).alias(code) for code, column in columns.items()]
    return frame.select("area_id", pl.col("as_of").alias("year"), *counts).unpivot(
        list(columns), index=["area_id", "year"], variable_name="division_code", value_name="division_count"
    )
