"""County months as frames of a release: everything received, read, understood, judged; nothing lost on the way."""

import datetime as dt
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import polars as pl

from etl.months import series_cache
from etl.months.accept import Event, judge, mark_duplicates, order
from etl.months.assemble import assemble
from etl.months.corrections import Correction, corrections_hash, load_corrections, refuse_needless
from etl.months.findings import load_rules, rules_hash
from etl.months.heads import FormHead, Heads
from etl.months.layouts import load_layouts
from etl.months.model import Context, History
from etl.months.names import AreaBook
from etl.months.periods import month_zh
from etl.months.reading import read_files, reader_hash
from etl.months.received import archived
from etl.months.rows import (
    ObservationRows,
    Row,
    expected_keys,
    issue_row,
    restatement_rows,
    submission_row,
)
from etl.months.rules.cross import PER_THOUSAND
from etl.months.series_cache import Kept, history_of, link, revisions_of
from etl.months.understand import understand
from etl.reference import load_reference
from warehouse.catalog import Catalog
from warehouse.home import Home
from warehouse.received import Receipt, ReceivedLog
from warehouse.settings import Settings, load_settings

Frames = dict[str, pl.DataFrame]
Tell = Callable[[str, int, int], None]


@dataclass
class _Build:
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


def frames(
    home: Home,
    catalog: Catalog,
    progress: Tell | None = None,
    *,
    kind: str = "real",
    as_of: dt.date | None = None,
    reference: Mapping[str, pl.DataFrame] | None = None,
    settings: Settings | None = None,
) -> Frames:
    """The five frames of county months in `home`: observations, submissions, issues, restatements, corrections.

    Args:
        progress: called with a sentence (unit and month where there is one), steps done and steps in all.
        kind: `real` or `demo`, for the corrections that apply.
        as_of: the day by which a form not received counts as missing; today by default.
        reference: frames of the reference tables, read again when not given.

    Returns:
        Frames by relation; all five empty when nothing was ever received. A form that did not come is a row
        `not_reported` with its due date and observations of status missing; months run from the first one any unit of
        the city reported to the last one due, or reported.

    Raises:
        CatalogError: a rule, layout or correction is wrong, expired or no longer needed.
    """
    as_of = as_of or dt.datetime.now(tz=dt.timezone(dt.timedelta(hours=8))).date()
    corrections = load_corrections(kind=kind, as_of=as_of)
    receipts = ReceivedLog(home).receipts()
    context = _context(catalog, reference or load_reference(catalog), ReceivedLog(home).explanations())
    build = _Build(home, context, corrections, as_of)
    if receipts:
        _collect(build, receipts, settings or load_settings(), progress)
    received = {(form.unit_id, form.form_code, form.month) for form in build.received}
    used = {one for kept in build.kept.values() for one in kept.corrections_used}
    refuse_needless(corrections, used, received)
    return assemble(build.kept, build.histories, build.file_issues, build.withdrawn, corrections, context, as_of)


def make_context(catalog: Catalog, reference: Mapping[str, pl.DataFrame] | None = None) -> Context:
    """What the rules need to know, without explanations: for checking a form that is not stored."""
    return _context(catalog, reference or load_reference(catalog), {})


def _context(catalog: Catalog, reference: Mapping[str, pl.DataFrame], explanations: Mapping) -> Context:
    populations: dict[tuple[str, str, str], tuple[float, int]] = {}
    for row in reference["core.fct_population"].sort("as_of_on").iter_rows(named=True):
        key = (row["area_id"], row["base_code"], row["age_band_code"])
        populations[key] = (float(row["persons"]), row["as_of_on"].year)
    divisions = {
        (row["area_id"], row["division_code"]): (row["division_count"], row["year"])
        for row in reference["core.fct_division_count"].sort("year").iter_rows(named=True)
    }
    book = AreaBook(reference["core.dim_area"], reference["core.dim_area_alias"])
    return Context(catalog, load_rules(), book, load_layouts(), populations, divisions, explanations)


def _collect(build: _Build, receipts: list[Receipt], settings: Settings, progress: Tell | None) -> None:
    """Read and judge everything; a series to which nothing was added comes from the cache."""
    live = {receipt.sha256: receipt for receipt in receipts if not receipt.is_withdrawn}
    every = {receipt.sha256: receipt for receipt in receipts} | live
    judgement = _judgement_hash(build)
    heads = Heads(build.home.cache / "heads" / f"{judgement}.json")
    unread = [(sha, archived(build.home, receipt)) for sha, receipt in every.items() if sha not in heads.known]
    for done, (sha, read) in enumerate(read_files(build.home, unread, settings), 1):
        heads.add(sha, read, build.context)
        if progress:
            progress(f"读取 {_whose(heads, sha, every[sha], build.context)}", done, len(unread))
    heads.save()
    series: dict[tuple[str, str], list[tuple[Receipt, int]]] = {}
    for receipt in receipts:
        head = heads.known[receipt.sha256]
        for number, form in enumerate(head.forms):
            if form.is_whole and receipt.is_withdrawn:
                build.withdrawn.add(form)
            elif form.is_whole:
                build.received.add(form)
                series.setdefault((form.form_code, form.unit_id), []).append((receipt, number))
        if not receipt.is_withdrawn:
            build.file_issues += _file_issues(build, receipt, heads)
    build.compared = _compared(series, build.context)
    for done, (name, entries) in enumerate(sorted(series.items()), 1):
        if progress:
            form_zh = build.context.catalog.codes["form_code"][name[0]].label_zh
            progress(f"核对 {build.context.book.places[name[1]].name_zh} {form_zh}", done, len(series))
        _one_series(build, name, entries, judgement, settings)


def _compared(series: Mapping[tuple[str, str], list], context: Context) -> dict[str, list[str]]:
    """For each form, the indicators compared between units: a few, and all of them where the city reports too."""
    found = {form_code: list(PER_THOUSAND.get(form_code, ())) for form_code, _ in series}
    for form_code, area in series:
        if context.book.places[area].level_code == "city":
            found[form_code] = [
                one.indicator_code for one in context.catalog.indicators.values() if one.form_code == form_code
            ]
    return found


def _whose(heads: Heads, sha: str, receipt: Receipt, context: Context) -> str:
    """What a progress bar says of a file: unit and month, its name when they are not known."""
    whole = [form for form in heads.known[sha].forms if form.is_whole]
    if not whole:
        return receipt.file_name
    return f"{context.book.places[whole[0].unit_id].name_zh} {month_zh(whole[0].month)}"


def _file_issues(build: _Build, receipt: Receipt, heads: Heads) -> list[Row]:
    """Issues of the file itself, and of forms whose unit or month nobody could tell."""
    rows = []
    for number, (form, finding) in enumerate(heads.known[receipt.sha256].findings, 1):
        row = issue_row(finding, number, build.context, file_name=receipt.file_name)
        row["issue_id"] = f"file-{receipt.receipt_id}-{receipt.sha256[:8]}-{number:03d}"
        if form is not None:
            row |= {"form_code": form.form_code, "area_id": form.unit_id or None, "month": form.month}
        rows.append(row)
    return rows


@cache
def _code_hash() -> str:
    """Changes with every change of the programs that understand and judge."""
    folder = Path(__file__).parent
    digest = hashlib.sha256()
    for path in [*sorted(folder.glob("*.py")), *sorted((folder / "rules").glob("*.py")), folder.parent / "quantity.py"]:
        digest.update(path.read_bytes())
    digest.update((folder.parent / "calendar.toml").read_bytes())
    return digest.hexdigest()[:16]


def _judgement_hash(build: _Build) -> str:
    """Everything a judgement depends on besides the forms themselves and the explanations given to them."""
    context = build.context
    facts = (
        sorted(context.populations.items()),
        sorted(context.divisions.items()),
        sorted((unit, tuple(names.items())) for unit, names in context.book.townships.items()),
        [vars(place) if hasattr(place, "__dict__") else repr(place) for place in context.book.places.values()],
        [vars(one) for one in context.catalog.allowance_standards.values()],
        [vars(one) for one in context.catalog.indicators.values()],
    )
    parts = (_code_hash(), reader_hash(), rules_hash(), corrections_hash(build.corrections), repr(facts))
    return link(*parts)


def _one_series(build: _Build, name: tuple[str, str], entries: list, judgement: str, settings: Settings) -> None:
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
        link(receipt.receipt_id, receipt.sha256, receipt.batch_id, receipt.received_at.isoformat(), number)
        for receipt, number in entries
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
        history = history_of(kept, own | pl.col("month").is_in({event.month for event in events}))
        mark_duplicates(events)
        _extend(build, kept, order(events), history)
        kept.chain = chain
        series_cache.save(folder, file, kept)
    build.kept[name] = kept
    build.histories[name] = history


def _ends_between_moments(entries: list, count: int) -> bool:
    """Whether no moment is half inside the kept part: what came in one moment is judged together."""
    return count == len(entries) or count == 0 or entries[count - 1][0].received_at < entries[count][0].received_at


def _events(build: _Build, entries: list, settings: Settings) -> list[Event]:
    """The forms of a series, read again from the cache and understood."""
    wanted = {receipt.sha256: archived(build.home, receipt) for receipt, _ in entries}
    numbers: dict[str, list[tuple[Receipt, int]]] = {}
    for receipt, number in entries:
        numbers.setdefault(receipt.sha256, []).append((receipt, number))
    events = []
    rows_of = {sha: {number for _, number in found} for sha, found in numbers.items()}
    for sha, read in read_files(build.home, wanted.items(), settings, rows_of=rows_of):
        for receipt, number in numbers[sha]:
            if number < len(read.forms):
                understood = understand(read.forms[number], build.context)
                events.append(
                    Event(
                        receipt.receipt_id,
                        receipt.batch_id,
                        sha,
                        receipt.file_name,
                        receipt.received_at,
                        understood,
                        number,
                    )
                )
    return events


def _extend(build: _Build, kept: Kept, events: list[Event], history: History) -> None:
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
    added = pl.DataFrame(rows.columns, schema=series_cache.SCHEMA)
    kept.observations = pl.concat([kept.observations, added])
