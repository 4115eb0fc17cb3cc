"""Checking a file on the spot: every issue it would have, and nothing is stored.

Whoever asks learns by the answers what his figures were compared with: an issue that says “3→9”, or merely that there
is one, tells a number to anybody who drops a guess. So a check uses only what the one who asks may know.
"""

import datetime as dt
import hashlib
import tempfile
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from enum import Flag, auto
from pathlib import Path

import polars as pl

from etl.months.accepted.accept import Event, judge, mark_duplicates, order
from etl.months.accepted.rows import CHINA, Row, issue_row, told_rows
from etl.months.accepted.series import months_beside
from etl.months.accepted.series_cache import Kept, history_of, load, revisions_of
from etl.months.findings import Finding
from etl.months.model import Context, History
from etl.months.names import Place
from etl.months.periods import month_named, month_zh
from etl.months.read.demonstration import refusal
from etl.months.read.files import FileRead, read_files
from etl.months.read.sheets import MOST_SHEETS
from etl.months.received import plain_name
from etl.months.released import released_history
from etl.months.understood.understand import Understood, understand
from warehouse.desk.received import ReceivedLog
from warehouse.errors import FormError
from warehouse.home import Home
from warehouse.persons import hide
from warehouse.read import Release
from warehouse.settings import Settings, load_settings


class Known(Flag):
    """What a check may compare a file with.

    RELEASED: what a release shows everybody, masked figures left out. RECEIVED: everything received and accepted, for
    the operator's command line and, once they can sign in, the unit's own people.
    """

    NOTHING = 0
    RELEASED = auto()
    RECEIVED = auto()


@dataclass(frozen=True, kw_only=True)
class CheckedForm:
    """One form found in a file. `state_code` is what it would become: accepted, corrected or returned.

    unit_id and unit_zh are empty and month is None where they could not be told.
    """

    form_code: str
    unit_id: str
    unit_zh: str
    month: dt.date | None
    sheet: str
    figure_count: int
    state_code: str


@dataclass
class Checked:
    """What a file holds and every issue it would have, in the columns of meta.issue (without ids); one a cause.

    `folded` of an issue holds the further cells of the same cause.

    already_zh: said when exactly these bytes were received before. others_zh: forms that are not the ones looked for.
    left_out_zh: checks that were not made, because what they compare with is not for everybody.
    """

    file_name: str
    already_zh: str = ""
    others_zh: list[str] = field(default_factory=list)
    forms: list[CheckedForm] = field(default_factory=list)
    issues: list[Row] = field(default_factory=list)
    left_out_zh: list[str] = field(default_factory=list)

    @property
    def is_acceptable(self) -> bool:
        """Whether there is a form in it, the one looked for, none would be returned and no sheet of figures is unread."""
        is_sound = all(issue["severity_code"] != "blocking" for issue in self.issues)
        taken = all(form.state_code != "returned" for form in self.forms)
        return bool(self.forms) and not self.others_zh and taken and is_sound


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Whose form of which month a file should hold; None where it does not matter."""

    unit: Place | None = None
    month: dt.date | None = None


def wanted_form(unit: str, month: str, context: Context) -> Wanted:
    """The unit and month that people named; an empty text is none.

    Raises:
        FormError: the name is not that of one reporting unit, or the text is no month.
    """
    return Wanted(
        unit=_unit_named(unit, context) if unit.strip() else None, month=month_named(month) if month.strip() else None
    )


def _unit_named(text: str, context: Context) -> Place:
    book = context.book
    found = [place for place in book.units_named(text) if place.is_reporting]
    by_id = book.places.get(text.strip())
    if by_id is not None and by_id.is_reporting:
        return by_id
    if len(found) == 1:
        return found[0]
    if found:
        both = "、".join(book.full_name(place) for place in found)
        raise FormError(f"单位“{text}”可以指{both}，请写其中之一")
    known = "、".join(place.name_zh for place in book.reporting())
    raise FormError(f"单位“{text}”不在报送单位名单里，请写全称或登记的简称：{known}")


def check_file(
    source: bytes | Path,
    name: str = "",
    *,
    context: Context,
    known: Known = Known.NOTHING,
    home: Home | None = None,
    release: Release | None = None,
    settings: Settings | None = None,
    wanted: Wanted | None = None,
    own: Collection[str] | None = None,
    is_here: bool = False,
) -> Checked:
    """Every issue of a file, judged against what the one who asks may know; nothing is stored anywhere.

    Args:
        source: its bytes, or where it lies.
        name: as the sender calls it; for messages only.
        context: from `month_frames.make_context`.
        known: what may be compared with. The answer depends on nothing else: neither on masked figures nor, without
            RECEIVED, on what was received and is not released.
        home: for RECEIVED: earlier months as accepted, and whether the same bytes are here already.
        release: for RELEASED: earlier months as this release shows them.
        wanted: whose form it should be; any when not given.
        own: area ids of the units whose forms may be judged; of other units' forms is said only that they are not theirs.
        is_here: judge the file even where the same bytes were received.

    Returns:
        Forms and issues. A file nobody can read has no forms and one issue; one whose bytes were received before has
        neither, and says when it came.
    """
    settings = settings or load_settings()
    shown = hide(plain_name(name or (source.name if isinstance(source, Path) else "")))
    if Known.RECEIVED in known and home and not is_here and (already := received_before(source, home)):
        return Checked(shown, already_zh=already)
    with tempfile.TemporaryDirectory(prefix="yanglao-check-") as folder:
        path = source if isinstance(source, Path) else Path(folder) / "file"
        if isinstance(source, bytes):
            path.write_bytes(source)
        # A home of its own, so that not even the cache keeps what was only shown.
        every = {"file": range(MOST_SHEETS)}
        ((_, read),) = read_files(Home(Path(folder)), [("file", path)], settings, rows_of=every)
    checked = Checked(shown)
    if context.kind == "real" and (strange := refusal(read.is_demonstration, shown)):
        checked.issues.append(_row(strange, 1, context, shown))
        return checked
    checked.issues += [_row(finding, number, context, shown) for number, finding in enumerate(read.findings, 1)]
    if Known.RECEIVED in known:
        _judge_forms(checked, read, context, lambda *asked: _accepted(home, *asked), own)
    elif Known.RELEASED in known and release:
        checked.left_out_zh.append(NOT_ASKED_ZH)
        _judge_forms(checked, read, context, lambda *asked: _released(checked, release, *asked), own)
    else:
        checked.left_out_zh += [NOT_ASKED_ZH, NOT_COMPARED_ZH]
        _judge_forms(checked, read, context, lambda *asked: ({}, {}), own)
    if wanted:
        checked.others_zh += [said for form in checked.forms if (said := _other(form, wanted))]
    return checked


def _other(form: CheckedForm, wanted: Wanted) -> str:
    """What is to be said of a form that is not the one looked for; empty when it is, or when nobody can tell."""
    unit, month = wanted.unit, wanted.month
    is_other = (unit and form.unit_id and form.unit_id != unit.area_id) or (
        month and form.month and form.month != month
    )
    if not is_other:
        return ""
    right = f"{unit.name_zh if unit else ''}{month_zh(month) if month else ''}"
    return f"工作表“{form.sheet}”是{form.unit_zh}{month_zh(form.month) if form.month else ''}的，不是{right}的"


def received_before(source: bytes | Path, home: Home) -> str:
    """A sentence when exactly these bytes were received before; empty otherwise."""
    data = source if isinstance(source, bytes) else source.read_bytes()
    digest = hashlib.sha256(data).hexdigest()
    for received_file in ReceivedLog(home).files():
        if received_file.sha256 == digest and not received_file.is_withdrawn:
            return f"与 {received_file.received_at.astimezone(CHINA):%Y-%m-%d %H:%M} 收到的“{hide(received_file.file_name)}”逐字节相同，再收也不重复计入"
    return ""


NOT_ASKED_ZH = "是否与收到过的文件相同"
NOT_COMPARED_ZH = "与以前各月的比较"

Past = tuple[History, dict[dt.date, int]]
"""Earlier months of a form of a unit, and how many reports of each there were."""


def _judge_forms(
    checked: Checked,
    read: FileRead,
    context: Context,
    past: Callable[[str, str, list[Event]], Past],
    own: Collection[str] | None,
) -> None:
    now = dt.datetime.now(dt.UTC)
    series: dict[tuple[str, str], list[Event]] = {}
    for number, raw in enumerate(read.forms):
        understood = understand(raw, context)
        if understood.unit is None or understood.month is None:
            checked.issues += [
                _row(finding, index, context, checked.file_name) for index, finding in enumerate(understood.findings, 1)
            ]
            checked.forms.append(_form(understood, "returned"))
            continue
        if own is not None and understood.unit.area_id not in own:
            # Nothing is compared, so that the answer tells nothing of another unit.
            checked.others_zh.append(
                f"工作表“{understood.sheet}”是{understood.unit.name_zh}{month_zh(understood.month)}的，不是本单位的；"
                "只能检查和报送本单位的报表，请核对表头的单位名称"
            )
            continue
        event = Event(0, "check", "", checked.file_name, now, understood, number)
        series.setdefault((understood.layout.form_code, understood.unit.area_id), []).append(event)
    for (form_code, unit_id), events in series.items():
        history, revisions = past(form_code, unit_id, events)
        mark_duplicates(events)
        for judged in judge(order(events), context, history=history, revisions=revisions):
            checked.issues += told_rows(judged, context)
            checked.forms.append(_form(judged.event.understood, judged.state_code))


def _accepted(home: Home | None, form_code: str, unit_id: str, events: list[Event]) -> Past:
    kept = load(home.cache / "series", f"{form_code}-{unit_id}") if home else Kept()
    months = months_beside(events)
    return history_of(kept, (pl.col("area_id") == unit_id) | pl.col("month").is_in(months)), revisions_of(kept)


def _released(checked: Checked, release: Release, form_code: str, unit_id: str, events: list[Event]) -> Past:
    history, revisions, masked = released_history(
        release, form_code=form_code, unit_id=unit_id, months=months_beside(events)
    )
    if masked:
        said = f"与以前各月{masked}个保密数（*）的比较"
        if said not in checked.left_out_zh:
            checked.left_out_zh.append(said)
    return history, revisions


def _form(understood: Understood, state_code: str) -> CheckedForm:
    form = understood.form
    return CheckedForm(
        form_code=understood.layout.form_code,
        unit_id=understood.unit.area_id if understood.unit else "",
        unit_zh=understood.unit.name_zh if understood.unit else "",
        month=understood.month,
        sheet=understood.sheet,
        figure_count=sum(figure.value is not None for figure in form.figures.values()) if form else 0,
        state_code=state_code,
    )


def _row(finding: Finding, number: int, context: Context, file_name: str) -> Row:
    return issue_row(finding, number, context, file_name=file_name) | {"folded": []}
