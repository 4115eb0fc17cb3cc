"""Every rule of etl/rules.toml has one function here; importing this package registers them all."""

from etl.months.rules import (
    cells,
    copied,
    cross,
    doubts,
    identities,
    money,
    moved,
    nothing,
    places,
    series,
    townships,
    whose_month,
)
from etl.months.rules.registry import FUNCTIONS

__all__ = [
    "FUNCTIONS",
    "cells",
    "copied",
    "cross",
    "doubts",
    "identities",
    "money",
    "moved",
    "nothing",
    "places",
    "series",
    "townships",
    "whose_month",
]
