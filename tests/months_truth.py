"""A release of invented months without workbooks: what the units of the demonstration truly have to report.

The demonstration proper writes workbooks, dirties and reads them again; tests of pages need its months only, in a few
seconds, and some months that the demonstration does not have: one alone, none reported, an amount taken back.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta

import polars as pl

from etl.demo.dynamics import Dynamics
from etl.demo.world import read_world
from etl.refresh import collect_frames, joined, refresh
from tests.build.small import frame
from warehouse.catalog import Catalog
from warehouse.home import Home
from warehouse.suppress import merge_township_tiers

FORMS = ("facility", "training", "platform", "allowance")
Row = dict
Change = Callable[[Row], Row | None]


def build_truth(
    home: Home,
    *,
    first: date | None = None,
    cities: Sequence[str] = ("puyang", "fushun"),
    change: Change = lambda row: row,
    issues: Sequence[Row] = (),
    restated: Sequence[Row] = (),
) -> Home:
    """Publish a demonstration release of the months from `first` on into `home`.

    Args:
        change: what becomes of each observation before it is loaded; None leaves it out.
    """

    def collect(home: Home, catalog: Catalog, tell: Callable[[str], None]) -> dict[str, pl.DataFrame]:
        rows = [row for one in _observations(catalog, cities, first) if (row := change(one))]
        townships = {row["area_id"] for row in rows if row["area_id"].startswith("t-")}
        observed = merge_township_tiers(frame(catalog, "core.fct_observation", rows), townships)
        ids = {row["submission_id"]: row for row in rows}
        return joined(
            [
                collect_frames(home, catalog, tell),
                {
                    "core.fct_observation": observed,
                    "meta.submission": frame(catalog, "meta.submission", [_submission(row) for row in ids.values()]),
                    "meta.issue": frame(catalog, "meta.issue", list(issues)),
                    "meta.restatement": frame(catalog, "meta.restatement", list(restated)),
                },
            ]
        )

    refresh(home, kind="demo", collect=collect)
    return home


def _observations(catalog: Catalog, cities: Sequence[str], first: date | None) -> Iterator[Row]:
    dynamics: Dynamics = read_world(catalog).forms().dynamics
    for unit, place in dynamics.places.items():
        if place.city not in cities:
            continue
        for month in dynamics.months:
            if first and month < first:
                continue
            for form in FORMS:
                for (indicator, breakdown), value in dynamics.values(form, unit, month).items():
                    if indicator in catalog.indicators:
                        yield _row(unit, form, indicator, breakdown, month, value, unit)
            if place.townships:
                for township, values in dynamics.allowance_rows(unit, month).items():
                    for (indicator, breakdown), value in values.items():
                        yield _row(township, "allowance", indicator, breakdown, month, value, unit)


def _row(area: str, form: str, indicator: str, breakdown: str, month: date, value: float, unit: str) -> Row:
    received = datetime(month.year, month.month, 1, 2, 0, tzinfo=UTC) + timedelta(days=34)
    newest = date(2026, 10, 1)
    return {
        "area_id": area,
        "indicator_code": indicator,
        "breakdown_code": breakdown,
        "month": month,
        "revision": 1,
        "value": float(value),
        "value_low": float(value),
        "value_high": float(value),
        "status_code": "reported",
        "quality_code": "provisional" if month == newest else "signed",
        "received_at": received,
        "submission_id": f"{unit}-{form}-{month:%Y-%m}-1",
        "sheet": "表一",
        "cell": "C7",
        "raw_value": f"{value}",
        "is_current": True,
    }


def _submission(row: Row) -> Row:
    unit, form, *_ = row["submission_id"].split("-")
    return {
        "submission_id": row["submission_id"],
        "area_id": unit,
        "form_code": form,
        "month": row["month"],
        "revision": 1,
        "state_code": "accepted",
        "received_at": row["received_at"],
        "is_late": False,
        "file_name": f"{row['month']:%Y年%m月}{unit}{form}.xlsx",
        "blocking_count": 0,
        "soft_count": 0,
    }
