"""A release of invented months without workbooks: what the units of the demonstration truly have to report.

The demonstration proper writes workbooks, dirties and reads them again; tests of pages need its months only, in a few
seconds, and some months that the demonstration does not have: one alone, none reported, an amount taken back.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta

import polars as pl

from etl.collected import collect_frames, joined, payments
from etl.demo.dynamics import Dynamics
from etl.demo.forms import FORMS
from etl.demo.townships import NOT_APPLICABLE, township_rows
from etl.demo.world import read_world
from etl.refresh import refresh
from tests.build.small import frame
from tests.declared import CITIES
from warehouse.catalog import Catalog
from warehouse.home import Home
from warehouse.release.masks.tiers import merge_township_tiers

NEWEST = date(2026, 10, 1)
GAP = ("puyang_industrial", date(2026, 8, 1))
"""One unit did not report in this month, so that the city is missing."""
SILENT = "taiqian"
"""From August to October 2026 this unit stopped nobody's allowance because of a death."""
Row = dict
Change = Callable[[Row], Row | None]


def build_truth(
    home: Home,
    *,
    first: date | None = None,
    townships_from: date = date(2026, 8, 1),
    cities: Sequence[str] = CITIES,
    change: Change = lambda row: row,
    issues: Sequence[Row] = (),
    restated: Sequence[Row] = (),
    breaks: Sequence[Row] = (),
) -> Home:
    """Publish a demonstration release of the months from `first` on into `home`.

    Args:
        townships_from: the first month with townships; there are many of them.
        breaks: declared breaks beside those of the catalogue.
        change: what becomes of each observation before it is loaded; None leaves it out.
    """

    def collect(home: Home, catalog: Catalog, tell: Callable[[str], None]) -> dict[str, pl.DataFrame]:
        rows = [row for one in _observations(catalog, cities, first, townships_from) if (row := change(one))]
        townships = {row["area_id"] for row in rows if row["area_id"].startswith("t-")}
        observed = merge_township_tiers(frame(catalog, "core.fct_observation", rows), townships)
        ids = {row["submission_id"]: row for row in rows}
        found = joined(
            [
                collect_frames(home, catalog, tell),
                {
                    "core.fct_observation": observed,
                    "meta.submission": frame(catalog, "meta.submission", [_submission(row) for row in ids.values()]),
                    "meta.issue": frame(catalog, "meta.issue", list(issues)),
                    "meta.restatement": frame(catalog, "meta.restatement", list(restated)),
                    "meta.series_break": frame(catalog, "meta.series_break", list(breaks)),
                },
            ]
        )
        return joined([found, payments(home, catalog, found)])

    refresh(home, kind="demo", collect=collect)
    return home


def _observations(catalog: Catalog, cities: Sequence[str], first: date | None, townships_from: date) -> Iterator[Row]:
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
            if place.townships and month >= townships_from:
                whole = dynamics.facility(unit, month)
                for township, values in township_rows(place, whole, seed=dynamics.parameters["seed"]).items():
                    for (indicator, breakdown), value in values.items():
                        if value != NOT_APPLICABLE:
                            yield _row(township, "facility", indicator, breakdown, month, value, unit)
                for township, values in dynamics.allowance_rows(unit, month).items():
                    for (indicator, breakdown), value in values.items():
                        yield _row(township, "allowance", indicator, breakdown, month, value, unit)


def _row(area: str, form: str, indicator: str, breakdown: str, month: date, value: float, unit: str) -> Row:
    received = datetime(month.year, month.month, 1, 2, 0, tzinfo=UTC) + timedelta(days=34)
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
        "quality_code": "provisional" if month == NEWEST else "signed",
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


def told(row: Row) -> Row:
    """The months as they would be, but for a unit that did not report, one without deaths, a doubt, and an amount taken back."""
    unit, month = row["submission_id"].split("-")[0], row["month"]
    what = (row["indicator_code"], row["breakdown_code"])
    nothing = dict.fromkeys(("value", "value_low", "value_high", "raw_value", "cell", "sheet"))
    if (unit, month) == GAP:
        return row | nothing | {"status_code": "missing"}
    if unit == SILENT and month >= date(2026, 8, 1) and what == ("allowance_stopped_count", "reason_death"):
        return row | {"value": 0.0, "value_low": 0.0, "value_high": 0.0}
    if unit == "fanxian" and month == NEWEST and row["indicator_code"].startswith("order_"):
        return row | {"quality_code": "doubtful", "note_zh": "系统升级，单量偏低"}
    if unit == "fanxian" and month == date(2025, 5, 1) and what[0] == "allowance_paid_yuan" and row["area_id"] == unit:
        return row | {"value": -1200.0, "value_low": -1200.0, "value_high": -1200.0}
    return row


def open_issues() -> list[Row]:
    """Two questions about the forms of 濮阳县 still open, one of another unit."""
    facts = (
        ("puyangxian", "facility", "C4", "soft", "表一!D12：护理型床位1900张，较上月增加33.4%", "请填写变化原因"),
        ("puyangxian", "allowance", "S2", "hold", "表一!F9：补发金额较前三月均值高出4倍", "请核对补发名单后说明"),
        ("fanxian", "platform", "S4", "soft", "表三!B3：点单数为上月的0.7倍", "请说明"),
    )
    return [
        {
            "issue_id": f"issue-{number}",
            "submission_id": f"{unit}-{form}-2026-10-1",
            "area_id": unit,
            "form_code": form,
            "month": NEWEST,
            "file_name": "月报.xlsx",
            "sheet": "表一",
            "cell": "D12",
            "rule_code": rule,
            "severity_code": severity,
            "sentence_zh": sentence,
            "remedy_zh": remedy,
            "is_open": True,
        }
        for number, (unit, form, rule, severity, sentence, remedy) in enumerate(facts)
    ]
