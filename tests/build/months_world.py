"""A release with a few county months on top of the real documents: revisions, and a small count that must be masked."""

from collections.abc import Callable
from datetime import UTC, date, datetime

import polars as pl
import pytest

from etl.collected import collect_frames, joined
from etl.refresh import refresh
from tests.build.small import frame
from tests.homes import built_once
from warehouse.catalog import Catalog
from warehouse.home import Home

UNITS = (
    *("hualong", "qingfeng", "nanle", "fanxian", "taiqian", "puyangxian"),
    *("puyang_industrial", "puyang_etdz", "puyang_demo_zone"),
)
MAY = date(2024, 5, 1)
HIDDEN = "QZX7"
"""Stands in the raw text of every cell of the small table; only where nothing is masked may it be found."""

SMALL_UNIT = "puyang_industrial"
CENTENARIANS = {unit: 3 if unit == SMALL_UNIT else 20 + number for number, unit in enumerate(UNITS)}
NONAGENARIANS = {unit: 300 + number for number, unit in enumerate(UNITS)}
VILLAGE_HOMES = {unit: 100 + number for number, unit in enumerate(UNITS)}


def observations() -> list[dict]:
    """Village homes in two revisions, recipients of the allowance by tier."""
    rows = [
        _row(unit, "village_home_count", "total", count, received=datetime(2024, 6, 5, 9, 0, tzinfo=UTC))
        for unit, count in VILLAGE_HOMES.items()
    ]
    # 华龙区 reported 100 on 5 June and corrected it to 90 on 10 July.
    rows[0]["is_current"] = False
    rows.append(
        _row("hualong", "village_home_count", "total", 90, revision=2, received=datetime(2024, 7, 10, 9, 0, tzinfo=UTC))
    )
    for tier, people in (("age_90_99", NONAGENARIANS), ("age_100_plus", CENTENARIANS)):
        rows += [_row(unit, "allowance_recipient_count", tier, count) for unit, count in people.items()]
    # The small unit first reported 4 centenarians, then 3: neither may be found.
    corrected = next(row for row in rows if row["area_id"] == SMALL_UNIT and row["breakdown_code"] == "age_100_plus")
    corrected["revision"], corrected["submission_id"] = 2, f"{SMALL_UNIT}-2"
    rows.append({**_row(SMALL_UNIT, "allowance_recipient_count", "age_100_plus", 4), "is_current": False})
    return rows


def _row(unit: str, indicator: str, breakdown: str, value: float, *, revision: int = 1, received=None) -> dict:
    return {
        "area_id": unit,
        "indicator_code": indicator,
        "breakdown_code": breakdown,
        "month": MAY,
        "revision": revision,
        "value": float(value),
        "value_low": float(value),
        "value_high": float(value),
        "status_code": "reported",
        "quality_code": "provisional",
        "received_at": received or datetime(2024, 6, 5, 9, 0, tzinfo=UTC),
        "submission_id": f"{unit}-{revision}",
        "sheet": "表一",
        "cell": "C7",
        "raw_value": f"{value}人{HIDDEN}",
        "is_current": True,
    }


def _submissions() -> list[dict]:
    ids = {row["submission_id"]: row for row in observations()}
    return [
        {
            "submission_id": name,
            "area_id": row["area_id"],
            "form_code": "facility",
            "month": MAY,
            "revision": row["revision"],
            "state_code": "corrected" if row["revision"] > 1 else "accepted",
            "received_at": row["received_at"],
            "is_late": False,
            "blocking_count": 0,
            "soft_count": 0,
        }
        for name, row in ids.items()
    ]


def _restatements() -> list[dict]:
    shared = {"month": MAY, "revision": 2, "reason_zh": "核对后更正", "restated_at": datetime(2024, 7, 10, tzinfo=UTC)}
    return [
        {
            **shared,
            "area_id": area,
            "indicator_code": indicator,
            "breakdown_code": breakdown,
            "old_value": old,
            "new_value": new,
            "old_submission_id": f"{area}-1",
            "new_submission_id": f"{area}-2",
        }
        for area, indicator, breakdown, old, new in (
            ("hualong", "village_home_count", "total", 100.0, 90.0),
            (SMALL_UNIT, "allowance_recipient_count", "age_100_plus", 4.0, 3.0),
        )
    ]


def collect(home: Home, catalog: Catalog, tell: Callable[[str], None]) -> dict[str, pl.DataFrame]:
    """What `refresh` takes as its source of rows."""
    months = {
        "core.fct_observation": frame(catalog, "core.fct_observation", observations()),
        "meta.submission": frame(catalog, "meta.submission", _submissions()),
        "meta.restatement": frame(catalog, "meta.restatement", _restatements()),
    }
    return joined([collect_frames(home, catalog, tell), months])


@pytest.fixture(scope="session")
def months_home(run_folder) -> Home:
    """A data home with one such release, a demonstration because its months are invented; built once a run."""
    return built_once(run_folder / "months-world", lambda home: refresh(home, kind="demo", collect=collect))
