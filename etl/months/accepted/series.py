"""Series judged: every form of one unit in the order it came, from where the kept series ends.

A series depends on no other one, so many of them are judged ahead by two processes and taken from the cache here.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field

import polars as pl

from etl.garbage import sought_seldom
from etl.months.accepted import series_cache
from etl.months.accepted.accept import Event, judge, mark_duplicates, order
from etl.months.accepted.form_heads import FormHead
from etl.months.accepted.rows import ObservationRows, Row, expected_keys, issue_row, restatement_rows, submission_row
from etl.months.accepted.series_cache import Kept, history_of, link, revisions_of
from etl.months.model import Context, History
from etl.months.read.files import read_files, reader
from etl.months.received import archived
from etl.months.understood.corrections import Correction
from etl.months.understood.understand import understand
from warehouse.desk.received import ReceivedFile
from warehouse.errors import HomeError
from warehouse.home import Home
from warehouse.month import add_months
from warehouse.people.flow import Review
from warehouse.settings import Settings
from warehouse.worker.client import JobFailed, JobStopped

Name = tuple[str, str]
"""Form and unit of a series."""
Entries = list[tuple[ReceivedFile, int]]
"""The forms of a series: the file it came in, and its number there."""
Tell = Callable[[str, int, int], None]

PROCESSES = 2
# Each loads Polars anew, which must not be divided, and takes as long for it as for the judging of three units.
PARTS = 2


@dataclass
class Build:
    """One run over everything received."""

    home: Home
    context: Context
    corrections: list[Correction]
    as_of: dt.date
    kept: dict[tuple[str, str], Kept] = field(default_factory=dict)
    histories: dict[tuple[str, str], History] = field(default_factory=dict)
    file_issues: list[Row] = field(default_factory=list)
    received: set[FormHead] = field(default_factory=set)
    withdrawn: set[FormHead] = field(default_factory=set)
    compared: dict[str, list[str]] = field(default_factory=dict)
    review: Review | None = None
    left_out: list[tuple[ReceivedFile, FormHead]] = field(default_factory=list)


def judge_ahead(
    build: Build, series: Mapping[Name, Entries], judgement: str, settings: Settings, progress: Tell | None
) -> None:
    """Judge many series at once into the cache. A part that fails is judged afterwards like any other."""
    # What a unit takes goes by its townships; dealt out by turns, the parts end at about the same time.
    townships = build.context.book.townships
    units = sorted({unit for _, unit in series}, key=lambda unit: (-len(townships.get(unit, ())), unit))
    parts = [set(units[start::PARTS]) for start in range(PARTS)]
    facts = (build.home, build.context, build.corrections, build.as_of, build.compared)

    def run(part: set[str]) -> None:
        mine = [(name, entries) for name, entries in sorted(series.items()) if name[1] in part]
        with suppress(JobFailed, JobStopped):
            worker.run(
                "etl.months.accepted.series:judge_part", facts, mine, judgement, settings,
                deadline=600, memory_mb=1500, least_mb=512, file_mb=64, writable=(str(build.home.cache),), wait_seconds=600,
                is_demoted=False,
            )  # fmt: skip

    places = build.context.book.places
    worker = reader()
    with ThreadPoolExecutor(PROCESSES) as pool:
        for done, (part, _) in enumerate(zip(parts, pool.map(run, parts), strict=True), 1):
            if progress:
                names = "、".join(places[unit].name_zh for unit in units if unit in part)
                progress(f"核对 {names}", done, PARTS)


@sought_seldom()
def judge_part(facts: tuple, series: list[tuple[Name, Entries]], judgement: str, settings: Settings) -> None:
    """Judge some series; what comes of it lies in the cache. Runs in the worker."""
    home, context, corrections, as_of, compared = facts
    build = Build(home, context, corrections, as_of, compared=compared)
    for name, entries in series:
        judge_series(build, name, entries, judgement, settings)


def judge_series(build: Build, name: Name, entries: Entries, judgement: str, settings: Settings) -> None:
    """Judge one form of one unit, from where the kept series ends."""
    form_code, unit_id = name
    folder, file = build.home.cache / "series", f"{form_code}-{unit_id}"
    said = sorted(
        (key, month.isoformat(), text)
        for (key, month), text in build.context.explanations.items()
        if key[0] == unit_id and build.context.catalog.indicators[key[1]].form_code == form_code
    )
    chain = [link(judgement, said)]
    chain += [
        link(
            received_file.receipt_id,
            received_file.sha256,
            received_file.batch_id,
            received_file.received_at.isoformat(),
            number,
        )
        for received_file, number in entries
    ]
    kept = series_cache.load(folder, file)
    common = kept.chain == chain[: len(kept.chain)] and bool(kept.chain)
    if common and _ends_between_moments(entries, len(kept.chain) - 1):
        entries = entries[len(kept.chain) - 1 :]
    else:
        kept = Kept()
    own = pl.col("area_id") == unit_id
    if not entries:
        history = history_of(kept, own & pl.col("indicator_code").is_in(build.compared[form_code]))
    else:
        events = _events(build, entries, settings)
        history = history_of(kept, own | pl.col("month").is_in(months_beside(events)))
        mark_duplicates(events)
        _extend(build, kept, order(events), history)
        kept.chain = chain
        series_cache.save(folder, file, kept)
    build.kept[name] = kept
    build.histories[name] = history


MONTHS_BESIDE = 13
"""Months before its own that a township is compared with: as many as limits of its own past need."""


def months_beside(events: list[Event]) -> set[dt.date]:
    """Months of which townships are compared: those that came, and those before each."""
    return {add_months(event.month, -back) for event in events for back in range(MONTHS_BESIDE + 1)}


def _ends_between_moments(entries: Entries, count: int) -> bool:
    """Whether no moment is half inside the kept part: what came in one moment is judged together."""
    return count == len(entries) or count == 0 or entries[count - 1][0].moment < entries[count][0].moment


def _events(build: Build, entries: Entries, settings: Settings) -> list[Event]:
    """The forms of a series, read again from the cache and understood."""
    wanted = {received_file.sha256: archived(build.home, received_file) for received_file, _ in entries}
    numbers: dict[str, list[tuple[ReceivedFile, int]]] = {}
    for received_file, number in entries:
        numbers.setdefault(received_file.sha256, []).append((received_file, number))
    events = []
    rows_of = {sha: {number for _, number in found} for sha, found in numbers.items()}
    for sha, read in read_files(build.home, wanted.items(), settings, rows_of=rows_of):
        for received_file, number in numbers[sha]:
            if number >= len(read.forms):
                # It was read before; leaving it out would lose its figures without a word.
                raise HomeError(
                    f"“{received_file.file_name}”（收件批次 {received_file.batch_id}）：这次没有读出来，多半是本机太忙或内存不足。"
                    "没有更新，现行批次没有改动；请再运行一次 yanglao refresh"
                )
            understood = understand(read.forms[number], build.context)
            events.append(
                Event(
                    received_file.receipt_id,
                    received_file.batch_id,
                    sha,
                    received_file.file_name,
                    received_file.received_at,
                    understood,
                    number,
                    moment=received_file.moment,
                )
            )
    return events


def _extend(build: Build, kept: Kept, events: list[Event], history: History) -> None:
    """Judge further events of a series and add their rows to what is kept."""
    rows = ObservationRows()
    context = build.context
    for judged in judge(events, context, build.corrections, history=history, revisions=revisions_of(kept)):
        event = judged.event
        unit, layout = event.understood.unit, event.understood.layout
        kept.submissions.append(submission_row(judged, context))
        kept.issues += [
            issue_row(finding, number, context, judged=judged) for number, finding in enumerate(judged.findings, 1)
        ]
        kept.restatements += restatement_rows(judged)
        kept.corrections_used += judged.corrections_used
        if judged.state_code in ("accepted", "corrected"):
            if judged.changed or (event.understood.form and event.understood.form.correction):
                kept.corrected_months.append(judged.submission_id)
            if unit.is_reporting:
                rows.add_accepted(judged)
        elif judged.event.month not in history and unit.is_reporting:
            rows.add_returned(judged, expected_keys(layout, unit, context.book))
    kept.observations = pl.concat([kept.observations, series_cache.frame(rows)])
