"""Reference tables: the 2020 census and the division codes, read, checked and given to the warehouse as frames.

Every figure is as of its year and by its own count (resident population, statistical divisions). The one table that is
no count, a projection of elders since the census, stands under a base code of its own. A unit the tables do not know
has no row.
"""

from pathlib import Path

import polars as pl

from etl.reference.areas import area_frames
from etl.reference.checks import check_tables
from etl.reference.divisions import division_counts
from etl.reference.population import population, urban_population
from etl.reference.projection import projected_population
from etl.reference.tables import HERE, Tables, read_tables
from warehouse.catalog import Catalog, frame_of
from warehouse.errors import SourceError

__all__ = ["load_areas", "load_reference"]


def load_reference(catalog: Catalog, folder: Path | None = None) -> dict[str, pl.DataFrame]:
    """Frames of the reference tables, in the columns of relations.toml.

    core.dim_area and core.dim_area_alias (declared areas, provinces, cities, all county-level units, townships of
    the reporting cities), core.fct_population (2020-11-01, resident; a unit without ages has its total only; and by
    month the projection of its elders), core.fct_urban_population, core.fct_division_count (2021), meta.source (one row a table).

    Args:
        folder: holds sources.toml, exceptions.toml and tables/; the shipped ones by default.

    Raises:
        SourceError: a table is not what it was, or does not add up: every offender with file, row and remedy.
    """
    problems: list[str] = []
    tables = read_tables(folder or HERE, problems)
    check_tables(tables, catalog, problems)
    if problems:
        raise SourceError(f"参考表有{len(problems)}处不对，未装载；现行批次没有改动：", problems=problems)
    areas, aliases = area_frames(tables, catalog)
    return {
        "core.dim_area": areas,
        "core.dim_area_alias": aliases,
        "core.fct_population": pl.concat([population(tables, catalog), projected_population(tables, catalog)]),
        "core.fct_urban_population": urban_population(tables, catalog),
        "core.fct_division_count": division_counts(tables, catalog),
        "meta.source": _sources(tables, catalog),
    }


def load_areas(catalog: Catalog, folder: Path | None = None) -> tuple[pl.DataFrame, pl.DataFrame]:
    """core.dim_area and core.dim_area_alias alone, for whoever needs names: the figures beside them are not added up.

    Raises:
        SourceError: a table is not what it was.
    """
    problems: list[str] = []
    tables = read_tables(folder or HERE, problems)
    if problems:
        raise SourceError(f"参考表有{len(problems)}处不对，未装载；现行批次没有改动：", problems=problems)
    return area_frames(tables, catalog)


def _sources(tables: Tables, catalog: Catalog) -> pl.DataFrame:
    rows = [
        {
            **dict.fromkeys(catalog.relations["meta.source"].polars_schema),
            **{name: source[name] for name in ("title_zh", "issuer_zh", "period_zh", "file", "sha256", "licence_zh")},
            "source_id": source_id,
            "kind_code": "reference",
            "area_id": "nation",
            "issued_note_zh": source["notes_zh"],
            "sort_order": source["order"],
        }
        for source_id, source in tables.sources.items()
    ]
    return frame_of(catalog, "meta.source", rows)
