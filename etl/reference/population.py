"""Census populations as facts: one row per area and age band, resident population on 2020-11-01."""

from datetime import date

import polars as pl

from etl.reference.identity import census_areas
from etl.reference.tables import Tables
from warehouse.catalog import Catalog

CENSUS_ON = date(2020, 11, 1)
SOURCE_ID = "census-2020-county"

# Age band code to column of the census table.
BANDS = {
    "0_14": "pop_0_14",
    "15_59": "pop_15_59",
    "60_plus": "pop_60_plus",
    "65_plus": "pop_65_plus",
    "80_plus": "pop_80_plus",
    "85_plus": "pop_85_plus",
}


def population(tables: Tables, catalog: Catalog) -> pl.DataFrame:
    """core.fct_population: `total` for every census area, age bands for those whose ages are complete."""
    census = census_areas(tables, catalog).rename({column: band for band, column in BANDS.items()})
    complete = pl.all_horizontal(pl.col(band).is_not_null() for band in BANDS)
    census = census.with_columns(pl.when(complete).then(pl.col(band)).alias(band) for band in BANDS)
    facts = (
        census.rename({"population": "total"})
        .unpivot(
            ["total", *BANDS],
            index=["area_id", "source_row"],
            variable_name="age_band_code",
            value_name="persons",
        )
        .filter(pl.col("persons").is_not_null())
        .with_columns(_as_of(), base_code=pl.lit("resident"), source_id=pl.lit(SOURCE_ID))
    )
    return _shaped(facts, catalog, "core.fct_population")


def urban_population(tables: Tables, catalog: Catalog) -> pl.DataFrame:
    """core.fct_urban_population: urban and rural residents; households with elders where the table has them."""
    facts = (
        census_areas(tables, catalog)
        .filter(pl.col("pop_urban").is_not_null())
        .rename(
            {
                "pop_urban": "urban_persons",
                "pop_rural": "rural_persons",
                "households_with_65_plus": "households_with_aged_65_plus",
            }
        )
        .with_columns(_as_of(), source_id=pl.lit(SOURCE_ID))
    )
    return _shaped(facts, catalog, "core.fct_urban_population")


def _as_of() -> pl.Expr:
    return pl.lit(CENSUS_ON).alias("as_of_on")


def _shaped(facts: pl.DataFrame, catalog: Catalog, relation: str) -> pl.DataFrame:
    schema = catalog.relations[relation].polars_schema
    return facts.select(pl.col(name).cast(kind) for name, kind in schema.items())
