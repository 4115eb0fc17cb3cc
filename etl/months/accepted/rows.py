"""Judged forms as rows of the relations: observations, submissions, issues, restatements."""

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from typing import Any

from etl.months.accepted.accept import Judged
from etl.months.due import due_date
from etl.months.findings import Finding
from etl.months.model import Context, Key
from etl.months.names import AreaBook, Place
from etl.months.read.layouts import Block, Layout
from warehouse.persons import hide

Row = dict[str, Any]

OBSERVATION = (
    "area_id", "indicator_code", "breakdown_code", "month", "revision", "value", "value_low", "value_high",
    "status_code", "quality_code", "received_at", "note_zh", "submission_id", "sheet", "cell", "raw_value", "is_current",
)  # fmt: skip


def expected_keys(layout: Layout, unit: Place, book: AreaBook) -> list[Key]:
    """Every figure a whole form of this unit would bring."""
    found: dict[Key, None] = {}
    for block in layout.blocks:
        areas = [unit.area_id]
        if block.rows in ("township", "township_tier"):
            areas += book.townships.get(unit.area_id, {})
        for area in areas:
            found |= dict.fromkeys(_keys_of(block, area))
    return list(found)


def _keys_of(block: Block, area: str) -> Iterator[Key]:
    for one in block.fields:
        if one.role != "value":
            continue
        if block.tiers:
            yield from ((area, one.indicator, tier.breakdown) for tier in block.tiers)
        else:
            yield (area, one.indicator, one.breakdown)


class ObservationRows:
    """Columns of core.fct_observation, filled form by form."""

    def __init__(self) -> None:
        self.columns: dict[str, list] = {name: [] for name in OBSERVATION}

    def add_accepted(self, judged: Judged) -> None:
        """The figures of an accepted form; checks are not stored."""
        event = judged.event
        stored = [(key, figure) for key, figure in judged.figures.items() if not figure.is_check]
        figures = [figure for _, figure in stored]
        values = [figure.value for figure in figures]
        self._extend(
            [key for key, _ in stored],
            event.month,
            judged.revision,
            value=values,
            value_low=[v if f.low is None else f.low for v, f in zip(values, figures, strict=True)],
            value_high=[v if f.high is None else f.high for v, f in zip(values, figures, strict=True)],
            status_code=[figure.status for figure in figures],
            quality_code=["doubtful" if key in judged.doubtful else "provisional" for key, _ in stored],
            received_at=event.received_at,
            note_zh=[figure.note or None for figure in figures],
            submission_id=judged.submission_id,
            sheet=event.understood.sheet,
            cell=[figure.cell or None for figure in figures],
            raw_value=[figure.raw or None for figure in figures],
        )

    def add_returned(self, judged: Judged, keys: list[Key]) -> None:
        """The figures that a returned form would have brought."""
        self._extend(
            keys,
            judged.event.month,
            judged.revision,
            status_code="returned",
            received_at=judged.event.received_at,
            submission_id=judged.submission_id,
        )

    def add_missing(self, month: dt.date, keys: list[Key]) -> None:
        """The figures of a form that never came."""
        self._extend(keys, month, 0, status_code="missing")

    def _extend(self, keys: list[Key], month: dt.date, revision: int, **given: object) -> None:
        """Rows for these keys; what is given is one value for all of them or a list with one a row."""
        known = {
            "area_id": [key[0] for key in keys],
            "indicator_code": [key[1] for key in keys],
            "breakdown_code": [key[2] for key in keys],
            "month": month,
            "revision": revision,
            "is_current": False,
            **given,
        }
        for name, column in self.columns.items():
            value = known.get(name)
            column.extend(value if isinstance(value, list) else [value] * len(keys))


def submission_row(judged: Judged, context: Context) -> Row:
    """A row of meta.submission for a form that came."""
    event = judged.event
    unit, layout, form = event.understood.unit, event.understood.layout, event.understood.form
    due = due_date(event.month)
    severities = [context.rules[finding.rule].severity for finding in judged.findings]
    return {
        "submission_id": judged.submission_id,
        "area_id": unit.area_id,
        "form_code": layout.form_code,
        "month": event.month,
        "revision": judged.revision,
        "state_code": judged.state_code,
        "received_at": event.received_at,
        "due_on": due.on,
        "is_late": event.received_at.astimezone(CHINA).date() > due.on,
        "file_name": event.file_name,
        "sha256": event.sha256,
        "layout_code": layout.layout_code,
        "filled_by_zh": form.filled_by or None if form else None,
        "reviewed_by_zh": form.reviewed_by or None if form else None,
        "blocking_count": severities.count("blocking"),
        "soft_count": severities.count("soft") + severities.count("hold"),
        "batch_id": event.batch_id,
    }


CHINA = dt.timezone(dt.timedelta(hours=8))
"""Dates of receipt are those of the bureau's clock."""


def absent_row(unit: Place, form_code: str, month: dt.date, state_code: str, as_of: dt.date) -> Row:
    """A row of meta.submission for a form that never came, or came only in a batch withdrawn since."""
    due = due_date(month)
    return {
        "submission_id": f"{unit.area_id}-{form_code}-{month:%Y%m}-r0",
        "area_id": unit.area_id,
        "form_code": form_code,
        "month": month,
        "revision": 0,
        "state_code": state_code,
        "due_on": due.on,
        "is_late": as_of > due.on,
        "blocking_count": 0,
        "soft_count": 0,
    }


def issue_row(
    finding: Finding, number: int, context: Context, *, judged: Judged | None = None, file_name: str = ""
) -> Row:
    """A row of meta.issue. Without a judgement it is about a file whose unit or month is not known."""
    rule = context.rules[finding.rule]
    sentence, remedy = rule.say(finding)
    row: Row = {
        "file_name": hide(judged.event.file_name if judged else file_name),
        "sheet": hide(finding.sheet) or None,
        "cell": finding.cell or None,
        "rule_code": finding.rule,
        "severity_code": rule.severity,
        "sentence_zh": hide(sentence),
        "remedy_zh": hide(remedy),
        "indicator_code": finding.indicator if finding.indicator in context.catalog.indicators else None,
        "reported_value": finding.reported,
        "computed_value": finding.computed,
        "is_open": True,
    }
    if judged is not None:
        understood = judged.event.understood
        row |= {
            "issue_id": f"{judged.submission_id}-{number:03d}",
            "submission_id": judged.submission_id,
            "area_id": understood.unit.area_id,
            "form_code": understood.layout.form_code,
            "month": judged.event.month,
        }
    return row


MOST_ALIKE = 3
"""So many findings of one rule on one form are read one by one; of more, the first stands for all."""


def told_rows(judged: Judged, context: Context) -> list[Row]:
    """The findings on a form as a clerk is told them: rows of meta.issue, one a cause, with what is folded under each.

    `folded` holds a cell and what is said of it for every further figure of the same cause, in the order of the sheet;
    the sentence is empty where there is no more to say than in the first.
    """
    form, rows, first_of = judged.event.understood.form, [], {}
    alike = Counter(finding.rule for finding in judged.findings)
    for number, finding in enumerate(judged.findings, 1):
        row = issue_row(finding, number, context, judged=judged)
        figures = [form.figures.get(key) for key in finding.also] if form else []
        under = [
            {"cell": figure.cell, "sentence_zh": ""} for figure in figures if figure and figure.cell != row["cell"]
        ]
        if alike[finding.rule] > MOST_ALIKE and finding.rule in first_of:
            first = first_of[finding.rule]
            first["folded"] += [{"cell": row["cell"] or "", "sentence_zh": row["sentence_zh"]}, *under]
            continue
        rows.append(row | {"folded": under})
        first_of[finding.rule] = rows[-1]
    return rows


def restatement_rows(judged: Judged) -> list[Row]:
    """Rows of meta.restatement: every figure an accepted form changed."""
    event = judged.event
    form = event.understood.form
    return [
        {
            "area_id": key[0],
            "indicator_code": key[1],
            "breakdown_code": key[2],
            "month": event.month,
            "revision": judged.revision,
            "old_value": old.value,
            "new_value": new.value,
            "old_submission_id": judged.old_submission_id,
            "new_submission_id": judged.submission_id,
            "reason_zh": (form.correction if form else "") or None,
            "restated_at": event.received_at,
        }
        for key, old, new in judged.changed
    ]
