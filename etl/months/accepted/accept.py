"""Acceptance: every form of one unit in the order it came, judged by what stood accepted at that moment.

The unit of acceptance is form × unit × month. A blocking finding returns the form and nothing else; what was accepted
before it stays. A hold keeps one figure back. Nothing is ever carried forward from an earlier month.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property

from etl.months.findings import Finding
from etl.months.model import Context, Figure, Form, History, Key, MonthState, text_of
from etl.months.periods import month_in_name, month_zh
from etl.months.rules import identities
from etl.months.rules.past import differs
from etl.months.rules.registry import FUNCTIONS
from etl.months.understood.corrections import Correction, apply
from etl.months.understood.understand import Understood
from warehouse.wording.grammar.dates import CHINA

FORM_RULES = ("C1", "E4", "C2", "C4", "C5", "C6", "E5", "E6", "C8", "C11", "S1", "S8", "V4", "V7")
SERIES_RULES = (
    "E1",
    "C3",
    "E2",
    "E13",
    "E14",
    "E19",
    "S13",
    "S14",
    "E21",
    "S4",
    "E18",
    "E22",
    "E23",
    "V5",
    "V8",
    "S2",
    "S3",
    "S5",
    "S6",
    "S7",
    "S11",
    "S12",
)
DOUBTS = frozenset(["S1", "S2", "S3", "S5", "S6", "S7", "S8", "S9", "S10", "S11", "S12", "E13", "E14", "E21"])
"""Rules whose figure is taken but shown as doubtful."""


@dataclass
class Event:
    """One form that came: which file, when, in which batch.

    moment is the order of coming; received_at is what the clock said then, which may have been wrong.
    """

    receipt_id: int
    batch_id: str
    sha256: str
    file_name: str
    received_at: dt.datetime
    understood: Understood
    sheet_number: int = 0
    moment: int = 0
    duplicate_of: str = ""

    @property
    def month(self) -> dt.date:
        """Data month of the form; only events whose month is known are made."""
        assert self.understood.month is not None
        return self.understood.month


@dataclass
class Judged:
    """An event with its judgement. `figures` are those of an accepted form, with held ones withheld.

    changed are (key, old, new) against what stood before.
    """

    event: Event
    revision: int
    state_code: str
    findings: list[Finding]
    figures: dict[Key, Figure] = field(default_factory=dict)
    changed: list[tuple[Key, Figure, Figure]] = field(default_factory=list)
    old_submission_id: str = ""
    doubtful: set[Key] = field(default_factory=set)
    corrections_used: list[str] = field(default_factory=list)

    @cached_property
    def submission_id(self) -> str:
        """Unit, form, month and which report of it: the same in every build of the same files."""
        unit, layout = self.event.understood.unit, self.event.understood.layout
        return f"{unit.area_id}-{layout.form_code}-{self.event.month:%Y%m}-r{self.revision}"


def order(events: Iterable[Event]) -> list[Event]:
    """Events as they are judged: by moment, in one moment by month, a correction after what it corrects."""

    def place(event: Event) -> tuple:
        return (event.moment, event.month, _corrects(event), event.receipt_id, event.sheet_number)

    return sorted(events, key=place)


def judge(
    events: list[Event],
    context: Context,
    corrections: Iterable[Correction] = (),
    *,
    history: History | None = None,
    revisions: dict[dt.date, int] | None = None,
) -> list[Judged]:
    """Judge the events of one form of one unit, in their order.

    Args:
        history: what stood accepted before the first event; changed in place.
        revisions: how many reports of each month there were before; changed in place.
    """
    history = {} if history is None else history
    revisions = {} if revisions is None else revisions
    known = list(corrections)
    judged = []
    for event in events:
        revisions[event.month] = revisions.get(event.month, 0) + 1
        judged.append(_judge_one(event, revisions[event.month], context, known, history))
    return judged


def _judge_one(event: Event, revision: int, context: Context, corrections: list, history: History) -> Judged:
    understood = event.understood
    findings = list(understood.findings)
    form = understood.form
    judged = Judged(event, revision, "returned", findings)
    if form is None:
        return judged
    # Judging must not change what was understood: the same form may be judged again in another order.
    form = replace(form, figures=dict(form.figures))
    judged.corrections_used = apply(form, corrections)
    if event.duplicate_of:
        words = FUNCTIONS["C10"](f"{form.unit.name_zh}{form.layout.label_zh}", event.duplicate_of, "同批收到的")
        findings.append(Finding(rule="C10", sheet=form.sheet, words=words))
    findings += _named_otherwise(event, form, context)
    findings += check_form(form, context, history, received_on=event.received_at.astimezone(CHINA).date())
    findings[:] = _without_large_amounts(findings, form)
    if any(context.rules[finding.rule].severity == "blocking" for finding in findings):
        return judged
    held = {
        key
        for finding in findings
        if context.rules[finding.rule].severity == "hold"
        for key in ((finding.area, finding.indicator, finding.breakdown), *finding.also)
    }
    judged.figures = {key: _kept(key, figure, held, form, context) for key, figure in form.figures.items()}
    for key, (count, expected) in identities.incomplete_totals(form).items():
        judged.figures[key] = _incomplete(judged.figures[key], count, expected)
    judged.doubtful = {
        (finding.area, finding.indicator, finding.breakdown) for finding in findings if finding.rule in DOUBTS
    }
    before = history.get(form.month)
    if before is not None:
        judged.old_submission_id = before.submission_id
        judged.changed = [
            (key, before.figures[key], figure)
            for key, figure in judged.figures.items()
            if not figure.is_check and key in before.figures and differs(figure, before.figures[key])
        ]
    judged.state_code = "corrected" if judged.changed else "accepted"
    history[form.month] = MonthState(
        form.month, revision, judged.submission_id, judged.figures, bool(judged.changed) or bool(form.correction)
    )
    return judged


def _named_otherwise(event: Event, form: Form, context: Context) -> list[Finding]:
    """That file or sheet bear the name of another unit or month: one may have filled in the other's form, or an old one."""
    found = []
    for what, name in (("文件名", event.file_name), ("工作表名", form.sheet)):
        if others := context.book.others_in(form.unit.area_id, name):
            own = form.unit.name_zh
            fact = f"{what}里写的是{'、'.join(others)}，表上写的是{own}，按{own}采用"
            words = {"fact": fact, "ask": "请核对是谁的表：是别的单位的，请改表题和填报单位后重报"}
            found.append(Finding(rule="E11", sheet=form.sheet, words=words))
        if (named := month_in_name(name)) and not _is_one_of(named, form):
            year, month = named
            written = f"{year}年{month}月" if year else f"{month}月"
            fact = f"{what}里写的是{written}，表上是{month_zh(form.month)}的数，按{month_zh(form.month)}采用"
            words = {"fact": fact, "ask": "请核对是哪个月的数：表上的月份没有改的，请改过来重报"}
            found.append(Finding(rule="E11", sheet=form.sheet, words=words))
    return found


def _is_one_of(named: tuple[int | None, int], form: Form) -> bool:
    """Whether a month, perhaps without its year, is one the form bears: of its data, its title, its payment, its filling."""
    year, month = named
    borne = [form.month, form.title_month, form.pay_month, form.filled_on]
    return any(day and day.month == month and year in (None, day.year) for day in borne)


def _kept(key: Key, figure: Figure, held: set[Key], form: Form, context: Context) -> Figure:
    """The figure as it is taken: with the words given afterwards, or withheld."""
    said = context.explanations.get((key, form.month), "")
    if said and said not in figure.note:
        figure = replace(figure, note="；".join(part for part in (figure.note, said) if part))
    if key in held:
        return replace(figure, value=None, status="withheld", low=None, high=None)
    return figure


def _incomplete(figure: Figure, count: int, expected: int) -> Figure:
    """A total of only some townships is not the unit's: missing, as a city's is when a unit did not report."""
    said = (
        f"合计不完整：只含已报的{count}/{expected}个乡镇（街道），为 {text_of(figure.value)}"
        if figure.value is not None
        else ""
    )
    note = "；".join(part for part in (figure.note, said) if part)
    return replace(figure, value=None, status="missing", low=None, high=None, note=note)


def check_form(form: Form, context: Context, history: History, *, received_on: dt.date | None) -> list[Finding]:
    """Every finding of the rules on an understood form, given what was accepted before."""
    found: list[Finding] = []
    for code in FORM_RULES:
        found += FUNCTIONS[code](form, context)
    found += identities.total_among_rows(form, context)
    found += FUNCTIONS["C9"](form, context, received_on)
    found += FUNCTIONS["E20"](form, context, history, received_on)
    if form.unit.level_code != "city":
        for code in SERIES_RULES:
            found += FUNCTIONS[code](form, context, history)
    return _settled(found, form)


MONEY_AND_PERSONS = frozenset(["allowance_recipient_count", "allowance_paid_yuan"])
LOST_ROWS = frozenset(["L9", "L10", "L12", "E12", "E16"])
"""Rules that leave a row out; no total can agree with what is left."""


def _settled(findings: list[Finding], form: Form) -> list[Finding]:
    """Without what follows from a graver finding: a lost 万 is not also a large jump, a lost row no wrong total."""
    if any(finding.rule in LOST_ROWS for finding in form.findings):
        findings = [finding for finding in findings if finding.rule != "E4"]
    if any(finding.rule == "E1" and finding.also for finding in findings):
        # One cause, one finding: a unit mixed up makes every amount of the form disagree with its standard.
        findings = [finding for finding in findings if finding.rule != "C8"]
    findings = _at_the_crossing(_folded(findings), form)
    graver = {
        (finding.area, finding.indicator, finding.breakdown)
        for finding in findings
        if finding.rule in ("E1", "E2", "C3") and finding.indicator
    }
    return [
        finding
        for finding in findings
        if finding.rule not in ("S4", "E13", "E14")
        or (finding.area, finding.indicator, finding.breakdown) not in graver
    ]


def _folded(findings: list[Finding]) -> list[Finding]:
    """Townships that leapt with their unit stand under the finding on the unit."""
    of_unit = {finding.indicator: finding for finding in findings if finding.rule == "S4"}
    found = []
    for finding in findings:
        if finding.rule == "S13" and finding.indicator in of_unit:
            continue
        leapt = [one for one in findings if one.rule == "S13" and finding is of_unit.get(one.indicator)]
        keys = [key for one in leapt for key in ((one.area, one.indicator, one.breakdown), *one.also)]
        found.append(replace(finding, also=(*finding.also, *keys)) if keys else finding)
    return found


def _without_large_amounts(findings: list[Finding], form: Form) -> list[Finding]:
    """Where yuan stand under 万元, an amount too large to be true is no second fault."""
    mixed_up = [finding for finding in findings if finding.rule == "E1" and finding.also]
    if not mixed_up:
        return findings
    amounts = {figure.cell for key, figure in form.figures.items() if key[1] == mixed_up[0].indicator}
    return [finding for finding in findings if finding.rule != "E15" or finding.cell not in amounts]


def _at_the_crossing(findings: list[Finding], form: Form) -> list[Finding]:
    """One wrong cell breaks the sum of its row, that of its column and the standard: said of the cell, not thrice."""
    wrong = [finding for finding in findings if finding.rule == "C8"]
    # Where the totals themselves are wrong, their sums say so best.
    if len(wrong) != 1 or wrong[0].area == form.unit.area_id:
        return findings
    (cell,) = wrong

    def follows(finding: Finding) -> bool:
        is_row = finding.rule == "C1" and finding.area == cell.area
        is_column = finding.rule == "E4" and finding.breakdown in (cell.breakdown, "total")
        return finding is not cell and (is_row or is_column) and finding.indicator in MONEY_AND_PERSONS

    others = [finding for finding in findings if follows(finding)]
    if not others:
        return findings
    keys = tuple((one.area, one.indicator, one.breakdown) for one in others)
    return [replace(one, also=(*one.also, *keys)) if one is cell else one for one in findings if one not in others]


def mark_duplicates(events: list[Event]) -> None:
    """Mark reports of the same month that came in one moment with different contents and no reason to prefer one.

    Files of one batch have no order; two different reports of one month in it are both returned (C10), unless just
    one of them says that it corrects the other. So are two different corrections.
    """
    groups: dict[tuple, list[Event]] = {}
    for event in events:
        groups.setdefault((event.batch_id, event.moment, event.month), []).append(event)
    for group in groups.values():
        for corrects in (False, True):
            rivals = [event for event in group if _corrects(event) is corrects]
            if len(rivals) < 2 or _all_same(rivals):
                continue
            for event in rivals:
                other = next(one for one in rivals if one is not event)
                event.duplicate_of = f"{other.file_name}的工作表“{other.understood.sheet}”"


def _corrects(event: Event) -> bool:
    form = event.understood.form
    return bool(form and form.correction)


def _all_same(events: list[Event]) -> bool:
    contents = []
    for event in events:
        form = event.understood.form
        if form is None:
            return False
        contents.append({key: (figure.value, figure.status) for key, figure in form.figures.items()})
    return all(content == contents[0] for content in contents)
