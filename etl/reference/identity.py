"""Our ids for the places of the tables: declared areas keep their own, the rest are named by code or by row."""

import polars as pl

from etl.reference.tables import Tables
from warehouse.catalog import Catalog

COUNTIES_2023 = "divisions-2023-county"
CENSUS = "census-2020-county"


def own_ids(catalog: Catalog) -> dict[str, str]:
    """Statistical code to area id, for the areas the catalogue declares."""
    return {area.stat_code: area.area_id for area in catalog.areas.values() if area.stat_code}


def area_id(code: pl.Expr, catalog: Catalog) -> pl.Expr:
    """The area id of a six-digit code: ours where declared, else `cn-` and the code."""
    return code.replace_strict(own_ids(catalog), default=pl.lit("cn-") + code, return_dtype=pl.String)


def census_areas(tables: Tables, catalog: Catalog) -> pl.DataFrame:
    """The census rows that are places, with `area_id` and `parent_id`.

    The three rows that only add up counties standing directly under a province are left out: they are no place.
    """
    census = tables.frames[CENSUS].filter(pl.col("level") != "aggregate")
    by_row = pl.lit("cn-row") + pl.col("source_row").cast(pl.String)
    return census.with_columns(
        area_id=pl.when(pl.col("adcode").is_null()).then(by_row).otherwise(area_id(pl.col("adcode"), catalog)),
        parent_id=area_id(pl.col("parent_adcode"), catalog),
    )


def later_counties(tables: Tables) -> pl.DataFrame:
    """County-level codes of 2023 the census does not know; the census had them under another code or none.

    A city without counties stands in the county table under its own code: that is not another place.
    """
    census = tables.frames[CENSUS]
    known = census.filter(pl.col("adcode").is_not_null()).select("adcode")
    return tables.frames[COUNTIES_2023].join(known, on="adcode", how="anti")
