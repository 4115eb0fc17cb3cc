"""The places of the demonstration: reporting units and townships as the catalogue and the reference tables know them."""

from collections.abc import Mapping

import polars as pl

from etl.demo.dynamics import Place, read_parameters
from etl.demo.forms import World
from etl.reference import load_reference
from warehouse.catalog import Catalog


def read_world(catalog: Catalog, reference: Mapping[str, pl.DataFrame] | None = None) -> World:
    """All reporting units, each with its townships weighted by their communities and villages."""
    reference = reference or load_reference(catalog)
    counts = {
        (row["area_id"], row["division_code"]): row["division_count"]
        for row in reference["core.fct_division_count"].iter_rows(named=True)
    }
    townships: dict[str, dict[str, float]] = {}
    township_names = {}
    grassroots: dict[str, dict[str, tuple[bool, int, int]]] = {}
    current = reference["core.dim_area"].filter((pl.col("level_code") == "township") & pl.col("valid_to_on").is_null())
    for area_id, name, parent in current.select("area_id", "name_zh", "parent_area_id").iter_rows():
        communities = counts.get((area_id, "residents_committee"), 0)
        villages = counts.get((area_id, "villagers_committee"), 0)
        townships.setdefault(parent, {})[area_id] = 1 + 1.5 * communities + villages
        is_street = bool(counts.get((area_id, "street")))
        grassroots.setdefault(parent, {})[area_id] = (is_street, communities, villages)
        township_names[area_id] = name
    units = [area for area in catalog.areas.values() if area.is_reporting and area.area_id in _declared()]
    return World(
        places={
            area.area_id: Place(
                unit=area.area_id,
                city=area.parent_area_id,
                is_zone=area.kind_code == "functional_zone",
                township_count=len(townships.get(area.area_id, ())),
                villages=counts.get((area.area_id, "villagers_committee")),
                townships=townships.get(area.area_id, {}),
                grassroots=grassroots.get(area.area_id, {}),
            )
            for area in units
        },
        names={area.area_id: area.name_zh for area in units},
        short_names={area.area_id: area.short_name_zh for area in units},
        township_names=township_names,
    )


def _declared() -> set[str]:
    """Units with sizes in parameters.toml; another city of the catalogue has none and takes no part."""
    return set(read_parameters()["units"])
