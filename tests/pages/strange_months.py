"""Months and a city that no bureau plans for, each worked by hand, for the pages from 四级网络覆盖 to 老龄化底数.

Units of 濮阳. August 2026: every town has its regional centre and every village its home, 100 % everywhere; every elder
due is visited. September: 华龙区 has 25 village homes on 20 villages (125 %), 范县 has taken back more trainings and more
money than it reported (-20, -1200 yuan), nobody placed an order. October: as September, nobody but 清丰县 reports.
新市 has one unit, which stands in no census, no code table and no form.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import polars as pl

from etl.collected import collect_frames
from etl.refresh import refresh
from tests.build.small import frame
from warehouse.home import Home

# Towns and rural townships, and villages, by unit: the code tables of 2021.
TOWNS = {"hualong": 2, "qingfeng": 17, "nanle": 12, "fanxian": 12, "taiqian": 9, "puyangxian": 20, "puyang_etdz": 3}
VILLAGES = {"hualong": 20, "qingfeng": 503, "nanle": 321, "fanxian": 574, "taiqian": 372, "puyangxian": 984, "puyang_etdz": 97}  # fmt: skip
FULL, ODD, LAST = date(2026, 8, 1), date(2026, 9, 1), date(2026, 10, 1)
NEW_CITY, NEW_UNIT = "newcity", "newcity_1"


def build_strange(home: Home) -> None:
    """Build and publish the demonstration in `home`."""

    def collect(home: Home, catalog: Any, tell: Any) -> dict[str, pl.DataFrame]:
        frames = collect_frames(home, catalog, tell)
        frames["core.fct_observation"] = frame(catalog, "core.fct_observation", list(_observations()))
        areas = frames["core.dim_area"]
        frames["core.dim_area"] = pl.concat([areas, frame(catalog, "core.dim_area", list(_new_city()))])
        return frames

    refresh(home, kind="demo", collect=collect)


def _new_city() -> Iterator[dict[str, Any]]:
    usual = {"kind_code": "administrative", "is_reporting": False, "sort_order": 9000}
    yield usual | {
        "area_id": NEW_CITY, "name_zh": "新市", "short_name_zh": "新市", "level_code": "city", "parent_area_id": "henan",
        "city_area_id": NEW_CITY,
    }  # fmt: skip
    yield usual | {
        "area_id": NEW_UNIT, "name_zh": "新区", "short_name_zh": "新区", "level_code": "unit", "parent_area_id": NEW_CITY,
        "city_area_id": NEW_CITY, "is_reporting": True, "tile_row": 0, "tile_col": 0,
    }  # fmt: skip


def _observations() -> Iterator[dict[str, Any]]:
    for month in (FULL, ODD, LAST):
        for unit, towns in TOWNS.items():
            is_silent = month == LAST and unit != "qingfeng"
            for indicator, value in _figures(unit, towns, month).items():
                code, _, breakdown = indicator.partition(":")
                yield _row(unit, code, breakdown or "total", month, None if is_silent else value)


def _figures(unit: str, towns: int, month: date) -> dict[str, float]:
    homes = 25 if unit == "hualong" and month != FULL else VILLAGES[unit]
    taken_back = unit == "fanxian" and month != FULL
    orders = 40 if month == FULL else 0
    return {
        "regional_centre_count": towns, "village_home_count": homes, "village_home_operating_count": homes,
        "visit_due_count": 50, "visited_count": 50, "care_bed_count": 100, "institution_bed_count": 60,
        "nursing_bed_count": 60, "private_bed_count": 60, "institution_resident_count": 66,
        "training_person_times": -20 if taken_back else 30, "training_people": 20, "certificate_count": 0,
        "enrolled_count": 900, "service_person_times": -5 if taken_back else 40,
        **dict.fromkeys(("order_placed_count", "order_dispatched_count", "order_accepted_count", "order_completed_count",
                         "order_rated_count", "order_satisfied_count"), orders),
        "allowance_recipient_count": 10, "allowance_paid_yuan": -1200 if taken_back else 500,
        "allowance_stopped_count": 0, "allowance_stopped_count:reason_death": 0,
    }  # fmt: skip


def _row(area_id: str, indicator_code: str, breakdown: str, month: date, value: float | None) -> dict[str, Any]:
    return {
        "area_id": area_id, "indicator_code": indicator_code, "breakdown_code": breakdown, "month": month, "revision": 1,
        "value": None if value is None else float(value), "status_code": "missing" if value is None else "reported",
        "quality_code": None if value is None else "signed", "is_current": True,
        "received_at": datetime(month.year, month.month, 28, tzinfo=UTC), "raw_value": str(value),
    }  # fmt: skip
