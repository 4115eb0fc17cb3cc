"""Months that no bureau plans for, each worked by hand: everything 100 %, over 100 % and taken back, one due and empty.

Units of 濮阳. Institution beds are 100 a unit, so that the number of nursing beds is the share in percent.

August 2026: 100 everywhere.
September: 华龙区 130, 清丰县 and 南乐县 60, 范县 40, 台前县 did not report, 濮阳县 50; the zones 70, 30 and 30. Training since
January: 100 each, 范县 -20, which was taken back.
October: as September. November was due, and nobody reported it.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import polars as pl

from etl.collected import collect_frames
from etl.refresh import refresh
from warehouse.home import Home

COUNTIES = ("hualong", "qingfeng", "nanle", "fanxian", "taiqian", "puyangxian")
ZONES = ("puyang_industrial", "puyang_etdz", "puyang_demo_zone")
UNITS = (*COUNTIES, *ZONES)
FULL, ODD, LAST, DUE = (date(2026, month, 1) for month in (8, 9, 10, 11))
_ODD = dict(zip(UNITS, (130, 60, 60, 40, None, 50, 70, 30, 30), strict=True))
NURSING_BEDS = {FULL: dict.fromkeys(UNITS, 100), ODD: _ODD, LAST: _ODD, DUE: dict.fromkeys(UNITS)}
TRAINED = {**dict.fromkeys(UNITS, 100), "fanxian": -20}
BLANK = {
    "value_low": pl.Float64, "value_high": pl.Float64, "note_zh": pl.String, "submission_id": pl.String,
    "sheet": pl.String, "cell": pl.String,
}  # fmt: skip


def build_odd(home: Home) -> None:
    """Build and publish the release in `home`."""

    def collect(home: Home, catalog: Any, tell: Any) -> dict[str, pl.DataFrame]:
        frames = collect_frames(home, catalog, tell)
        frames["core.fct_observation"] = pl.DataFrame(
            list(_observations()), schema_overrides={"month": pl.Date, "revision": pl.Int32, **BLANK}
        )
        return frames

    refresh(home, kind="demo", collect=collect)


def _observations() -> Iterator[dict[str, Any]]:
    for month, beds in NURSING_BEDS.items():
        for unit, known in beds.items():
            yield _row(unit, "institution_bed_count", month, None if known is None else 100)
            yield _row(unit, "nursing_bed_count", month, known)
            if month in (ODD, LAST):
                yield _row(unit, "training_person_times", month, TRAINED[unit])


def _row(area_id: str, indicator_code: str, month: date, value: float | None) -> dict[str, Any]:
    return {
        "area_id": area_id, "indicator_code": indicator_code, "breakdown_code": "total", "month": month, "revision": 1,
        "value": None if value is None else float(value), "status_code": "missing" if value is None else "reported",
        "quality_code": None if value is None else "signed", "is_current": True,
        "received_at": datetime(month.year, month.month, 28, tzinfo=UTC), "raw_value": str(value),
        **dict.fromkeys(BLANK),
    }  # fmt: skip
