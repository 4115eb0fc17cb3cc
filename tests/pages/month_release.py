"""A release with months, small enough to work every number by hand: nine units of 濮阳, January 2024 to July 2026.

Training (person-times, year to date). Every unit reports in 2024 and 2025 what `YEAR` says, so that 49 of each 100 lie
behind in July. In 2026 eight units reach 75 in April and 120 in July, 范县 reaches 10 and 40: the city 610 and 1000.
The target for 2026 was 1670, and is 2000 since July.
Nursing beds: 100 institution beds a unit, 60 of them nursing beds, in 清丰县 20; in July 台前县 does not report.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import polars as pl

from etl.collected import collect_frames
from etl.refresh import refresh
from warehouse.home import Home

UNITS = ("hualong", "qingfeng", "nanle", "fanxian", "taiqian", "puyangxian", "puyang_industrial", "puyang_etdz", "puyang_demo_zone")  # fmt: skip
YEAR = (1, 2, 8, 17, 28, 41, 49, 56, 68, 81, 93, 100)
BLANK = ("value_low", "value_high", "note_zh", "submission_id", "sheet", "cell")
NOW = {"usual": (10, 20, 45, 75, 90, 105, 120), "fanxian": (1, 2, 5, 10, 20, 30, 40)}


def build_month_release(home: Home) -> None:
    """Build and publish the release in `home`."""

    def collect(home: Home, catalog: Any, tell: Any) -> dict[str, pl.DataFrame]:
        frames = collect_frames(home, catalog, tell)
        targets = frames["core.dim_target"]
        frames["core.dim_target"] = pl.concat([targets, pl.DataFrame(_targets(), schema=targets.schema)])
        blank = {name: pl.Float64 if name.startswith("value") else pl.String for name in BLANK}
        frames["core.fct_observation"] = pl.DataFrame(
            list(_observations()), schema_overrides={"month": pl.Date, "revision": pl.Int32, **blank}
        )
        return frames

    refresh(home, kind="demo", collect=collect)


def _targets() -> list[dict[str, Any]]:
    usual = {
        "area_id": "puyang", "comparator": "eq", "binding_code": "expected", "pace_code": "linear", "base_zh": "",
        "unit_zh": "人次", "indicator_code": "training_person_times", "name_zh": "2026年培训任务", "text_zh": "2000人次",
        "period_start_on": date(2026, 1, 1), "deadline_on": date(2026, 12, 31), "valid_from_on": date(2026, 1, 1),
        "valid_to_on": None, "source_id": "puyang-reply-2025-408", "chapter_zh": "三", "figure_id": None,
        "quote": "2024年省定目标全年培训1670人，已完成养老服务人才培训2631人", "reading_zh": None, "caveat_zh": None,
    }  # fmt: skip
    beds = {"indicator_code": "nursing_bed_share", "unit_zh": "%", "pace_code": "none", "binding_code": "binding", "text_zh": "60%", "value": 0.6}  # fmt: skip
    return [
        {**usual, "target_id": "t_old", "value": 1670.0, "text_zh": "1670人次", "valid_to_on": date(2026, 6, 30)},
        {**usual, "target_id": "t_new", "value": 2000.0, "valid_from_on": date(2026, 7, 1)},
        {**usual, **beds, "target_id": "t_beds_missed", "name_zh": "护理型床位（到期）", "deadline_on": date(2026, 6, 30)},
        {**usual, **beds, "target_id": "t_beds_running", "name_zh": "护理型床位（2027年）", "deadline_on": date(2027, 12, 31)},
    ]  # fmt: skip


def _observations() -> Iterator[dict[str, Any]]:
    for year in (2024, 2025, 2026):
        for month in range(1, 13 if year < 2026 else 8):
            for unit in UNITS:
                trained = YEAR if year < 2026 else NOW.get(unit, NOW["usual"])
                yield _row(unit, "training_person_times", date(year, month, 1), trained[month - 1])
                silent = unit == "taiqian" and (year, month) == (2026, 7)
                yield _row(unit, "institution_bed_count", date(year, month, 1), None if silent else 100)
                nursing = 20 if unit == "qingfeng" else 60
                yield _row(unit, "nursing_bed_count", date(year, month, 1), None if silent else nursing)


def _row(area_id: str, indicator_code: str, month: date, value: float | None) -> dict[str, Any]:
    return {
        "area_id": area_id, "indicator_code": indicator_code, "breakdown_code": "total", "month": month, "revision": 1,
        "value": value if value is None else float(value), "status_code": "missing" if value is None else "reported",
         "quality_code": "signed", "is_current": True,
        "received_at": datetime(month.year, month.month, 28, tzinfo=UTC), "raw_value": str(value),
        **dict.fromkeys(BLANK),
    }  # fmt: skip
