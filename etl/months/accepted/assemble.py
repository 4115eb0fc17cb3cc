"""The judged series of all units as the five frames of a release, with what never came made visible."""

import datetime as dt
from collections.abc import Iterable, Mapping

import polars as pl

from etl.months.accepted.form_heads import FormHead
from etl.months.accepted.rows import ObservationRows, Row, absent_row, expected_keys, issue_row
from etl.months.accepted.series_cache import Kept
from etl.months.accepted.series_cache import frame as frame_of_rows
from etl.months.due import due_date
from etl.months.model import Context, History
from etl.months.read.layouts import Layout
from etl.months.rules.registry import FUNCTIONS
from etl.months.understood.corrections import Correction
from warehouse.catalog import frame_of
from warehouse.month import add_months

CROSS_RULES = ("S9", "S10")
Series = tuple[str, str]
"""Form and unit."""


def assemble(
    kept: Mapping[Series, Kept],
    histories: Mapping[Series, History],
    file_issues: list[Row],
    withdrawn: set[FormHead],
    corrections: Iterable[Correction],
    context: Context,
    as_of: dt.date,
) -> dict[str, pl.DataFrame]:
    """core.fct_observation, meta.submission, meta.issue, meta.restatement, meta.correction in their columns."""
    submissions = [row for name in sorted(kept) for row in kept[name].submissions]
    issues = _with_openness([row for name in sorted(kept) for row in kept[name].issues], submissions)
    cross, doubtful = _cross_issues(histories, submissions, context)
    absent, missing = _absent(kept, withdrawn, context, as_of)
    observations = _observations(kept, missing, doubtful)
    catalog = context.catalog
    return {
        "core.fct_observation": _shaped(observations, catalog, "core.fct_observation"),
        "meta.submission": frame_of(
            catalog, "meta.submission", _filled(catalog, "meta.submission", submissions + absent)
        ),
        "meta.issue": frame_of(catalog, "meta.issue", _filled(catalog, "meta.issue", issues + cross + file_issues)),
        "meta.restatement": frame_of(
            catalog,
            "meta.restatement",
            _filled(catalog, "meta.restatement", [row for name in sorted(kept) for row in kept[name].restatements]),
        ),
        "meta.correction": frame_of(
            catalog, "meta.correction", _filled(catalog, "meta.correction", [_correction(one) for one in corrections])
        ),
    }


def _filled(catalog, relation: str, rows: list[Row]) -> list[Row]:
    names = list(catalog.relations[relation].polars_schema)
    return [{name: row.get(name) for name in names} for row in rows]


def _shaped(frame: pl.DataFrame, catalog, relation: str) -> pl.DataFrame:
    schema = catalog.relations[relation].polars_schema
    return frame.select([pl.col(name).cast(kind) for name, kind in schema.items()])


def _correction(one: Correction) -> Row:
    return {
        "correction_id": one.correction_id,
        "area_id": one.key[0],
        "indicator_code": one.indicator_code,
        "month": one.month,
        "expected_raw": one.expected_raw,
        "corrected_value": one.corrected_value,
        "reason_zh": one.reason_zh,
        "declared_on": one.declared_on,
        "expires_on": one.expires_on,
    }


def _observations(kept: Mapping[Series, Kept], missing: ObservationRows, doubtful: pl.DataFrame) -> pl.DataFrame:
    """All rows, the newest report of each figure marked as the current one.

    A returned report stands beside an accepted one only when it came before it, so the highest revision is current.
    """
    parts = [kept[name].observations for name in sorted(kept)]
    frame = pl.concat([*parts, frame_of_rows(missing)])
    figure = ["area_id", "indicator_code", "breakdown_code", "month"]
    newest = pl.col("revision") == pl.col("revision").max().over(figure)
    return (
        frame.with_columns(is_current=newest)
        .join(doubtful, on=["submission_id", "area_id", "indicator_code"], how="left", maintain_order="left")
        .with_columns(
            quality_code=pl.when(pl.col("is_doubtful") & pl.col("quality_code").is_not_null())
            .then(pl.lit("doubtful"))
            .otherwise("quality_code")
        )
        .drop("is_doubtful")
    )


def _with_openness(issues: list[Row], submissions: list[Row]) -> list[Row]:
    """An issue is open as long as no later report of the same form and month was accepted, or is the newest itself."""
    newest: dict[tuple, int] = {}
    settled: dict[tuple, int] = {}
    revision = {}
    for row in submissions:
        place = (row["area_id"], row["form_code"], row["month"])
        revision[row["submission_id"]] = (place, row["revision"])
        newest[place] = max(newest.get(place, 0), row["revision"])
        if row["state_code"] != "returned":
            settled[place] = max(settled.get(place, 0), row["revision"])
    found = []
    for row in issues:
        place, number = revision[row["submission_id"]]
        is_open = number == newest[place] or number > settled.get(place, 0) or number == settled.get(place)
        found.append({**row, "is_open": is_open and row["severity_code"] != "info"})
    return found


def _cross_issues(
    histories: Mapping[Series, History], submissions: list[Row], context: Context
) -> tuple[list[Row], pl.DataFrame]:
    """Issues between units, and the figures they make doubtful."""
    by_id = {row["submission_id"]: row for row in submissions}
    rows: list[Row] = []
    doubtful: dict[str, list] = {"submission_id": [], "area_id": [], "indicator_code": [], "is_doubtful": []}
    for code in CROSS_RULES:
        for finding in FUNCTIONS[code](histories, context):
            month, form_code = dt.date.fromisoformat(finding.words["on"]), finding.words["form"]
            submission = by_id[histories[form_code, finding.area][month].submission_id]
            row = issue_row(finding, 1, context, file_name=submission["file_name"])
            rows.append(
                row
                | {
                    "issue_id": f"{submission['submission_id']}-{code}-{finding.indicator}",
                    "submission_id": submission["submission_id"],
                    "area_id": finding.area,
                    "form_code": form_code,
                    "month": month,
                }
            )
            values = (submission["submission_id"], finding.area, finding.indicator, True)
            for column, value in zip(doubtful.values(), values, strict=True):
                column.append(value)
    schema = {"submission_id": pl.String, "area_id": pl.String, "indicator_code": pl.String, "is_doubtful": pl.Boolean}
    return rows, pl.DataFrame(doubtful, schema=schema).unique(maintain_order=True)


def _absent(
    kept: Mapping[Series, Kept], withdrawn: set[FormHead], context: Context, as_of: dt.date
) -> tuple[list[Row], ObservationRows]:
    """Rows for every form that was expected and did not come."""
    reported = {(name, month) for name, one in kept.items() for month in {row["month"] for row in one.submissions}}
    taken_back = {((form.form_code, form.unit_id), form.month) for form in withdrawn}
    rows: list[Row] = []
    missing = ObservationRows()
    for city_id in dict.fromkeys(place.city_id for place in context.book.reporting()):
        units = [place for place in context.book.reporting() if place.city_id == city_id]
        ids = {unit.area_id for unit in units}
        months = sorted({month for (_, unit_id), month in reported if unit_id in ids})
        if not months:
            continue
        for month in _span(months[0], max(months[-1], _last_due(as_of))):
            for layout in _layouts_of(month, context):
                for unit in units:
                    name = (layout.form_code, unit.area_id)
                    if (name, month) in reported:
                        continue
                    state = "withdrawn" if (name, month) in taken_back else "not_reported"
                    rows.append(absent_row(unit, layout.form_code, month, state, as_of))
                    missing.add_missing(month, expected_keys(layout, unit, context.book))
    return rows, missing


def _layouts_of(month: dt.date, context: Context) -> list[Layout]:
    """The version of each form to use in a month; a form that did not exist yet is not expected."""
    return [layout for layout in context.layouts.values() if layout.valid_in(month)]


def _span(first: dt.date, last: dt.date) -> list[dt.date]:
    months = [first]
    while months[-1] < last:
        months.append(add_months(months[-1], 1))
    return months


def _last_due(as_of: dt.date) -> dt.date:
    """The newest month whose forms are overdue by that day."""
    month = add_months(as_of.replace(day=1), -1)
    while due_date(month).on >= as_of:
        month = add_months(month, -1)
    return month
