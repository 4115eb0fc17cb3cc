"""County months as frames of a release: everything received, read, understood, judged; nothing lost on the way."""

import datetime as dt
from collections.abc import Iterable, Mapping

import polars as pl

from etl.months.accepted.assemble import assemble
from etl.months.accepted.form_heads import FormHead, FormHeads
from etl.months.accepted.rows import Row, issue_row
from etl.months.accepted.series import Build, Tell, judge_ahead, judge_series
from etl.months.accepted.series_cache import link
from etl.months.declared import assert_declared
from etl.months.due import assure_calendar
from etl.months.findings import Finding, load_rules, rules_hash
from etl.months.model import Context
from etl.months.names import AreaBook
from etl.months.periods import month_zh
from etl.months.read.demonstration import refusal
from etl.months.read.files import read_files, reader_hash
from etl.months.read.layouts import load_layouts
from etl.months.received import archived
from etl.months.rules.cross import per_thousand
from etl.months.understood.corrections import corrections_hash, corrections_of, load_corrections, refuse_needless
from etl.programs import JUDGING, programs_hash
from etl.reference import load_reference
from etl.unchanged import note_passing
from warehouse.catalog import Catalog, frame_of
from warehouse.desk.received import ReceivedFile, ReceivedLog
from warehouse.home import Home
from warehouse.people import flow
from warehouse.people.flow import Review
from warehouse.people.proposals import Proposal
from warehouse.settings import Settings, load_settings

Frames = dict[str, pl.DataFrame]
AHEAD_FROM_FILES = 200
"""So many files not judged before are judged by two processes; fewer are not worth starting them."""


def frames(
    home: Home,
    catalog: Catalog,
    progress: Tell | None = None,
    *,
    kind: str = "real",
    as_of: dt.date | None = None,
    reference: Mapping[str, pl.DataFrame] | None = None,
    settings: Settings | None = None,
    review: Review | None = None,
    proposed: Iterable[Proposal] = (),
) -> Frames:
    """The frames of county months in `home`: observations, submissions, issues, restatements, corrections, and the rules.

    Args:
        progress: called with a sentence (unit and month where there is one), steps done and steps in all.
        kind: `real` or `demo`, for the corrections that apply.
        as_of: the day by which a form not received counts as missing; today by default.
        reference: frames of the reference tables, read again when not given.
        review: which forms may be taken; all of them when not given. One that came and was never reviewed is entered as
            sent, so that a reviewer finds it.
        proposed: changes that were passed on the desk; the corrections among them apply beside those of the files.

    Returns:
        Frames by relation; all but the rules empty when nothing was ever received. A form that did not come is a row
        `not_reported` with its due date and observations of status missing; months run from the first one any unit of
        the city reported to the last one due, or reported.

    Raises:
        CatalogError: a rule, layout or correction is wrong, expired or no longer needed.
    """
    as_of = as_of or dt.datetime.now(tz=dt.timezone(dt.timedelta(hours=8))).date()
    assure_calendar()
    received_files = ReceivedLog(home).files()
    context = _context(catalog, reference or load_reference(catalog), ReceivedLog(home).explanations(), kind)
    corrections = load_corrections(kind=kind, as_of=as_of, context=context) + corrections_of(proposed)
    build = Build(home, context, corrections, as_of, review=review)
    if received_files:
        _collect(build, received_files, settings or load_settings(), progress)
    received = {(form.unit_id, form.form_code, form.month) for form in build.received}
    used = {one for kept in build.kept.values() for one in kept.corrections_used}
    # One passed on the desk ends there; it does not stop a refresh.
    refuse_needless([one for one in corrections if one.file], used, received)
    found = assemble(build.kept, build.histories, build.file_issues, build.withdrawn, corrections, context, as_of)
    if review is not None and review.signed:
        found = {**found, "core.fct_observation": _with_signatures(found, review)}
    return {**found, "meta.rule": rules_frame(catalog)}


def _with_signatures(found: Mapping[str, pl.DataFrame], review: Review) -> pl.DataFrame:
    """Observations, those of signed forms no longer 初步; what is doubtful stays so, whoever signed it."""
    whose = found["meta.submission"].select("submission_id", "sha256", "area_id", "form_code", "month")
    signed = [number for number, *form in whose.iter_rows() if tuple(form) in review.signed]
    is_signed = pl.col("submission_id").is_in(signed) & (pl.col("quality_code") == "provisional")
    return found["core.fct_observation"].with_columns(
        quality_code=pl.when(is_signed).then(pl.lit("signed")).otherwise("quality_code")
    )


def rules_frame(catalog: Catalog) -> pl.DataFrame:
    """meta.rule: every declared rule of checking."""
    rows = [
        {
            "rule_code": rule.code,
            "title_zh": rule.title_zh,
            "severity_code": rule.severity,
            "stage_code": rule.stage,
            "reach_code": rule.reach,
        }
        for rule in load_rules().values()
    ]
    return frame_of(catalog, "meta.rule", rows)


def make_context(
    catalog: Catalog, reference: Mapping[str, pl.DataFrame] | None = None, *, kind: str = "real"
) -> Context:
    """What the rules need to know, without explanations: for checking a form that is not stored.

    kind: `real`, or `demo` to take files of the demonstration.
    """
    return _context(catalog, reference or load_reference(catalog), {}, kind)


def _context(catalog: Catalog, reference: Mapping[str, pl.DataFrame], explanations: Mapping, kind: str) -> Context:
    book = AreaBook(reference["core.dim_area"], reference["core.dim_area_alias"])
    # Forms come from these places; the rest of the country would only be hashed and handed from process to process.
    is_ours = pl.col("area_id").is_in(list(book.places))
    people = reference["core.fct_population"].filter(is_ours).sort("as_of_on")
    year = people["as_of_on"].dt.year()
    populations = dict(
        zip(
            people.select("area_id", "base_code", "age_band_code").iter_rows(),
            zip(people["persons"].cast(pl.Float64).to_list(), year.to_list(), strict=True),
            strict=True,
        )
    )
    counts = reference["core.fct_division_count"].filter(is_ours).sort("year")
    divisions = dict(
        zip(
            counts.select("area_id", "division_code").iter_rows(),
            counts.select("division_count", "year").iter_rows(),
            strict=True,
        )
    )
    layouts = load_layouts()
    assert_declared(layouts, catalog)
    return Context(catalog, load_rules(), book, layouts, populations, divisions, explanations, kind)


def _collect(build: Build, received_files: list[ReceivedFile], settings: Settings, progress: Tell | None) -> None:
    """Read and judge everything; a series to which nothing was added comes from the cache."""
    live = {received_file.sha256: received_file for received_file in received_files if not received_file.is_withdrawn}
    every = {received_file.sha256: received_file for received_file in received_files} | live
    judgement = _judgement_hash(build)
    heads = FormHeads(build.home.cache / "heads" / f"{judgement}.json")
    unread = [
        (sha, archived(build.home, received_file)) for sha, received_file in every.items() if sha not in heads.known
    ]
    for done, (sha, read) in enumerate(read_files(build.home, unread, settings), 1):
        heads.add(sha, read, build.context)
        if progress:
            progress(f"读取 {_whose(heads, sha, every[sha], build.context)}", done, len(unread))
    heads.save()
    note_passing(build.home, heads.has_passing)
    series: dict[tuple[str, str], list[tuple[ReceivedFile, int]]] = {}
    for received_file in received_files:
        head = heads.known[received_file.sha256]
        if build.context.kind == "real" and (strange := refusal(head.is_demonstration, received_file.file_name)):
            if not received_file.is_withdrawn:
                build.file_issues.append(_file_issue(build, received_file, strange, 1))
            continue
        for number, form in enumerate(head.forms):
            if form.is_whole and not _may_take(build, received_file, form):
                build.left_out.append((received_file, form))
            elif form.is_whole and received_file.is_withdrawn:
                build.withdrawn.add(form)
            elif form.is_whole:
                build.received.add(form)
                series.setdefault((form.form_code, form.unit_id), []).append((received_file, number))
        if not received_file.is_withdrawn:
            build.file_issues += _file_issues(build, received_file, heads)
    _enter_unreviewed(build)
    build.compared = _compared(series, build.context)
    if len(unread) >= AHEAD_FROM_FILES:
        judge_ahead(build, series, judgement, settings, progress)
    for done, (name, entries) in enumerate(sorted(series.items()), 1):
        if progress:
            form_zh = build.context.catalog.codes["form_code"][name[0]].label_zh
            progress(f"核对 {build.context.book.places[name[1]].name_zh} {form_zh}", done, len(series))
        judge_series(build, name, entries, judgement, settings)


def _may_take(build: Build, received_file: ReceivedFile, form: FormHead) -> bool:
    """Whether a form may be in the release; withdrawn ones are told as such, whoever passed them."""
    if build.review is None or received_file.is_withdrawn:
        return True
    return build.review.takes(
        received_file.receipt_id, (received_file.sha256, form.unit_id, form.form_code, form.month)
    )


def _enter_unreviewed(build: Build) -> None:
    """Let reviewers find what came without a step: by the inbox, or from a sending that was cut short."""
    by_file: dict[tuple[str, str], list[flow.Track]] = {}
    for received_file, form in build.left_out:
        if (received_file.sha256, form.unit_id, form.form_code, form.month) not in build.review.known:
            tracks = by_file.setdefault((received_file.sha256, received_file.received_by), [])
            if (track := (form.unit_id, form.form_code, form.month)) not in tracks:
                tracks.append(track)
    for (sha256, who), tracks in by_file.items():
        flow.send(build.home, tracks, sha256=sha256, who=who, name_zh=who)


def _compared(series: Mapping[tuple[str, str], list], context: Context) -> dict[str, list[str]]:
    """For each form, the indicators compared between units: a few, and all of them where the city reports too."""
    by_people = per_thousand(context.layouts)
    found = {form_code: list(by_people.get(form_code, ())) for form_code, _ in series}
    for form_code, area in series:
        if context.book.places[area].level_code == "city":
            found[form_code] = [
                one.indicator_code for one in context.catalog.indicators.values() if one.form_code == form_code
            ]
    return found


def _whose(heads: FormHeads, sha: str, received_file: ReceivedFile, context: Context) -> str:
    """What a progress bar says of a file: unit and month, its name when they are not known."""
    whole = [form for form in heads.known[sha].forms if form.is_whole]
    if not whole:
        return received_file.file_name
    return f"{context.book.places[whole[0].unit_id].name_zh} {month_zh(whole[0].month)}"


def _file_issues(build: Build, received_file: ReceivedFile, heads: FormHeads) -> list[Row]:
    """Issues of the file itself, and of forms whose unit or month nobody could tell."""
    rows = []
    for number, (form, finding) in enumerate(heads.known[received_file.sha256].findings, 1):
        row = _file_issue(build, received_file, finding, number)
        if form is not None:
            row |= {"form_code": form.form_code, "area_id": form.unit_id or None, "month": form.month}
        rows.append(row)
    return rows


def _file_issue(build: Build, received_file: ReceivedFile, finding: Finding, number: int) -> Row:
    row = issue_row(finding, number, build.context, file_name=received_file.file_name)
    row["issue_id"] = f"file-{received_file.receipt_id}-{received_file.sha256[:8]}-{number:03d}"
    return row


def _judgement_hash(build: Build) -> str:
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
    parts = (programs_hash(*JUDGING), reader_hash(), rules_hash(), corrections_hash(build.corrections), repr(facts))
    return link(*parts)
