"""What figures and rules go by besides the payments: standards of the day, and what the forms say."""

import polars as pl

from warehouse.catalog import Catalog
from warehouse.catalog.allowance import REPORTED
from warehouse.errors import ReleaseMissing
from warehouse.home import Home
from warehouse.payouts import declared
from warehouse.payouts.engine import Inputs
from warehouse.payouts.store import PayoutStore
from warehouse.read import Releases

FORM_COLUMNS = {
    REPORTED[column]: column for column in ("recipient_count", "paid_yuan", "arrears_yuan", "recovered_yuan")
}
"""Measures that are compared: indicator, and its column in mart.allowance_month."""


def inputs(store: PayoutStore, catalog: Catalog, **frames: pl.DataFrame) -> Inputs:
    """All payments of a store with what the rules know; `frames` are further relations."""
    return Inputs(
        payout_files=store.files("payout"),
        payout_rows=store.months(),
        change_files=store.files("roster_change"),
        comparison_files=store.files("comparison"),
        frames={"standard": standards(catalog), "unit_month": store.unit_months(), **frames},
    )


def standards(catalog: Catalog) -> pl.DataFrame:
    """Relation `standard`: those of a city for each of its units; none for a city whose standards nobody published."""
    rows = [
        (area.area_id, each.age_tier_code, each.yuan_per_month, each.valid_from_on, each.valid_to_on)
        for each in catalog.allowance_standards.values()
        for area in catalog.areas.values()
        if area.parent_area_id == each.area_id and area.is_reporting
    ]
    return pl.DataFrame(rows, schema=declared.relations()["standard"].polars_schema, orient="row")


def form_figures(home: Home) -> pl.DataFrame:
    """Relation `form_figure`: what the current release says of each unit, month and tier, of stops by reason; empty without a release."""
    schema = declared.relations()["form_figure"].polars_schema
    selects = " union all ".join(
        f"select m.month, m.area_id as unit, m.age_tier_code as breakdown_code, '{code}' as indicator_code,"
        f" m.{column} as value, m.status_code from mart.allowance_month as m"
        " inner join core.dim_area as a on a.area_id = m.area_id and a.level_code = 'unit'"
        for code, column in FORM_COLUMNS.items()
    )
    stops = (
        "select m.month, m.area_id as unit, m.breakdown_code, m.indicator_code, m.value, m.status_code"
        " from mart.indicator_month as m inner join core.dim_area as a on a.area_id = m.area_id and a.level_code = 'unit'"
        f" where m.indicator_code = '{REPORTED['stopped_count']}'"
    )
    try:
        with Releases(home).acquire() as release:
            frame = release.rows(f"{selects} union all {stops}").frame
    except ReleaseMissing:
        return pl.DataFrame(schema=schema)
    return frame.select(pl.col(name).cast(kind) for name, kind in schema.items())
