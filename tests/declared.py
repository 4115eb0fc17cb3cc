"""What the catalogue and the layouts declare today, for tests about any city, form or unit.

A test that counts asks here how many there are; a number stands in a test only where it was worked out or read by hand.
"""

from etl.months.read.layouts import load_layouts
from warehouse.catalog import load_catalog
from warehouse.catalog.cities import city_folders

CITIES = tuple(folder.name for folder in city_folders())


def units_of(*cities: str) -> list[str]:
    """The reporting units of these cities; of all where none is named."""
    catalog = load_catalog()
    return [unit.area_id for city in cities or CITIES for unit in catalog.units(city)]


def forms() -> set[str]:
    """Every form that units report."""
    return {layout.form_code for layout in load_layouts().values()}


def key_indicators() -> list[str]:
    """The indicators that stand on the overview."""
    return [one.indicator_code for one in load_catalog().indicators.values() if one.key_order is not None]
