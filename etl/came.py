"""What became of the files that came since the newest release: for whoever runs a refresh."""

from collections.abc import Mapping

import polars as pl

from warehouse.catalog import Catalog
from warehouse.desk.received import ReceivedFile, ReceivedLog
from warehouse.home import Home
from warehouse.persons import hide
from warehouse.wording.desk.receiving import Came, CameForm, NotRead

_TAKEN = ("accepted", "corrected")
_JUDGED = (*_TAKEN, "returned")


def what_came(home: Home, catalog: Catalog, frames: Mapping[str, pl.DataFrame], *, after: int) -> Came | None:
    """What the forms and files became that were entered after the entry `after`; None when none were.

    Args:
        frames: the relations about to be released; of them meta.submission and meta.issue are read.
        after: number of the last entry the newest release was made from, 0 when there is none.
    """
    fresh = ReceivedLog(home).file_numbers_after(after)
    received_files = [one for one in ReceivedLog(home).files() if one.receipt_id in fresh and not one.is_withdrawn]
    if not received_files:
        return None
    issues = _rows(frames, "meta.issue")
    forms = _forms(received_files, _rows(frames, "meta.submission"), issues, catalog)
    return Came(
        file_count=len(received_files), forms=tuple(forms), not_read=tuple(_not_read(received_files, issues, catalog))
    )


def _rows(frames: Mapping[str, pl.DataFrame], relation: str) -> list[dict]:
    return frames[relation].to_dicts() if relation in frames else []


def _forms(
    received_files: list[ReceivedFile], submissions: list[dict], issues: list[dict], catalog: Catalog
) -> list[CameForm]:
    files = {(one.sha256, one.batch_id) for one in received_files}
    counts: dict[tuple[str, str], int] = {}
    for row in issues:
        place = (row["submission_id"], row["severity_code"])
        counts[place] = counts.get(place, 0) + 1
    return [
        CameForm(
            unit_id=row["area_id"],
            unit_zh=catalog.areas[row["area_id"]].name_zh,
            form_zh=catalog.codes["form_code"][row["form_code"]].label_zh,
            month=row["month"],
            file_name=hide(row["file_name"]),
            filled_by_zh=row["filled_by_zh"] or "",
            is_taken=row["state_code"] in _TAKEN,
            blocking_count=counts.get((row["submission_id"], "blocking"), 0),
            held_count=counts.get((row["submission_id"], "hold"), 0),
        )
        for row in submissions
        if (row["sha256"], row["batch_id"]) in files and row["state_code"] in _JUDGED
    ]


def _not_read(received_files: list[ReceivedFile], issues: list[dict], catalog: Catalog) -> list[NotRead]:
    """Files, or sheets of them, of which no form came: nobody can tell what they are, whose or of which month."""
    by_file: dict[int, dict] = {}
    for row in issues:
        # Issues of a file carry the number of the file as received (`month_frames._file_issues`).
        if row["submission_id"] is None and row["severity_code"] == "blocking":
            by_file.setdefault(int(row["issue_id"].split("-")[1]), row)
    found = []
    for received_file in received_files:
        row = by_file.get(received_file.receipt_id)
        if row is not None:
            unit = (
                catalog.areas[row["area_id"]].name_zh if row["area_id"] else _named_in(received_file.file_name, catalog)
            )
            found.append(NotRead(file_name=hide(received_file.file_name), why_zh=row["sentence_zh"], unit_zh=unit))
    return found


def _named_in(file_name: str, catalog: Catalog) -> str:
    """The unit whose full name stands in the name of a file, to know whom to ring; empty when none or several do."""
    named = [one.name_zh for one in catalog.areas.values() if one.is_reporting and one.name_zh in file_name]
    longest = [name for name in named if not any(name != other and name in other for other in named)]
    return longest[0] if len(longest) == 1 else ""
