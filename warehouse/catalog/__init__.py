"""The catalogue: every indicator, group, area, target, standard, network, relation and code, declared once in TOML.

Labels, units, formulas and definitions are typed here and nowhere else. `load_catalog` checks the whole before
anybody may use a part; a release carries it in `meta.*`, so that an old release reads as it did.
"""

from warehouse.catalog.catalog_frames import catalog_frames, frame_of
from warehouse.catalog.cities import DOCUMENTS, city_folders
from warehouse.catalog.load import load_catalog
from warehouse.catalog.model import (
    AllowanceStandard,
    Area,
    Base,
    Catalog,
    Code,
    Column,
    Distinction,
    Group,
    Indicator,
    Network,
    Relation,
    Target,
)

__all__ = [
    "DOCUMENTS",
    "AllowanceStandard",
    "Area",
    "Base",
    "Catalog",
    "Code",
    "Column",
    "Distinction",
    "Group",
    "Indicator",
    "Network",
    "Relation",
    "Target",
    "catalog_frames",
    "city_folders",
    "frame_of",
    "load_catalog",
]
