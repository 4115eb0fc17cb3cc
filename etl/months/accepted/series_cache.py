"""What was judged of one form of one unit, kept so that a new month costs a new month and not all of them.

A kept series holds the chain of what it was made of: every event in its order, and everything the judgement depends
on. It is taken up again only where the chain is the same from the start.
"""

import datetime as dt
import hashlib
import io
import json
from dataclasses import dataclass, field, fields
from pathlib import Path

import polars as pl

from etl.months.accepted.rows import OBSERVATION, ObservationRows, Row
from etl.months.model import Figure, History, MonthState
from warehouse.cached import read_kept, write_kept

SCHEMA = {
    **dict.fromkeys(OBSERVATION, pl.String()),
    "month": pl.Date(),
    "revision": pl.Int32(),
    "value": pl.Float64(),
    "value_low": pl.Float64(),
    "value_high": pl.Float64(),
    "received_at": pl.Datetime("us", "UTC"),
    "is_current": pl.Boolean(),
}


@dataclass
class Kept:
    """The outcome of a series so far, as rows. `chain` has one entry an event, the first is of the judgement itself."""

    chain: list[str] = field(default_factory=list)
    observations: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=SCHEMA))
    submissions: list[Row] = field(default_factory=list)
    issues: list[Row] = field(default_factory=list)
    restatements: list[Row] = field(default_factory=list)
    corrections_used: list[str] = field(default_factory=list)
    corrected_months: list[str] = field(default_factory=list)


_KEPT = {one.name for one in fields(Kept)} - {"observations"}


def frame(rows: ObservationRows) -> pl.DataFrame:
    """The rows as a frame; a moment is converted once, not for every figure that came at it."""
    came = rows.columns["received_at"]
    numbers = {moment: number for number, moment in enumerate(dict.fromkeys(came))}
    moments = pl.Series(list(numbers), dtype=SCHEMA["received_at"])
    places = pl.Series([numbers[moment] for moment in came], dtype=pl.UInt32())
    return pl.DataFrame({**rows.columns, "received_at": moments.gather(places)}, schema=SCHEMA)


def link(*parts: object) -> str:
    """One entry of a chain."""
    return hashlib.sha256("\x1f".join(str(part) for part in parts).encode()).hexdigest()[:24]


def load(folder: Path, name: str) -> Kept:
    """The kept series, an empty one when there is none or it cannot be read."""
    content = read_kept(folder / name)
    if content is None:
        return Kept()
    told, _, rows = content.partition(b"\n")
    try:
        table = json.loads(told, object_hook=_revive)
        observations = pl.read_ipc_stream(io.BytesIO(rows))
    except (ValueError, pl.exceptions.PolarsError):
        return Kept()
    is_ours = set(table) == _KEPT and observations.schema == pl.Schema(SCHEMA)
    return Kept(observations=observations, **table) if is_ours else Kept()


def save(folder: Path, name: str, kept: Kept) -> None:
    """Keep a series, a line of what was judged and its rows; readers see the whole of it or none."""
    folder.mkdir(parents=True, exist_ok=True)
    table = {key: value for key, value in vars(kept).items() if key != "observations"}
    rows = io.BytesIO()
    # A twelfth of the bytes to read, hash and hold, at every build; that weighs more than unpacking them.
    kept.observations.write_ipc_stream(rows, compression="lz4")
    told = json.dumps(table, default=_keep, ensure_ascii=False).encode()
    write_kept(folder / name, told + b"\n" + rows.getvalue())


def history_of(kept: Kept, rows: pl.Expr) -> History:
    """What stands accepted after a kept series: for each month the newest accepted report, figures of `rows` only.

    The rules look at the unit's own figures in every month, at townships only in a month that comes and a year before.
    """
    newest: dict[dt.date, Row] = {}
    for row in kept.submissions:
        is_accepted = row["state_code"] in ("accepted", "corrected")
        if is_accepted and (row["month"] not in newest or newest[row["month"]]["revision"] < row["revision"]):
            newest[row["month"]] = row
    corrected = set(kept.corrected_months)
    history: History = {
        month: MonthState(month, row["revision"], row["submission_id"], {}, row["submission_id"] in corrected)
        for month, row in newest.items()
    }
    wanted = pl.col("submission_id").is_in([row["submission_id"] for row in newest.values()])
    columns = (
        "month", "area_id", "indicator_code", "breakdown_code", "value", "status_code", "cell", "raw_value", "note_zh",
    )  # fmt: skip
    texts = pl.col("cell", "raw_value", "note_zh").fill_null("")
    found = kept.observations.lazy().filter(wanted & rows).select(columns).with_columns(texts).collect()
    # By columns: rows of a frame take half as long again.
    for month, area, indicator, breakdown, value, status, cell, raw, note in zip(
        *(column.to_list() for column in found.get_columns()), strict=True
    ):
        history[month].figures[area, indicator, breakdown] = Figure(value, status, cell, raw, note)
    return history


def revisions_of(kept: Kept) -> dict:
    """How many reports of each month there were."""
    counts: dict = {}
    for row in kept.submissions:
        counts[row["month"]] = max(counts.get(row["month"], 0), row["revision"])
    return counts


def _keep(value: object) -> object:
    if hasattr(value, "isoformat"):
        kind = "at" if hasattr(value, "hour") else "on"
        return {"§": kind, "is": value.isoformat()}
    raise TypeError(type(value).__name__)


def _revive(table: dict) -> object:
    if table.get("§") == "on":
        return dt.date.fromisoformat(table["is"])
    if table.get("§") == "at":
        return dt.datetime.fromisoformat(table["is"])
    return table
