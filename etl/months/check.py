"""Checking a file on the spot: every issue it would have, and nothing is stored."""

import datetime as dt
import hashlib
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from etl.months.accept import Event, judge, mark_duplicates, order
from etl.months.findings import Finding
from etl.months.model import Context, History
from etl.months.periods import month_zh
from etl.months.reading import FileRead, read_files
from etl.months.received import plain_name
from etl.months.rows import CHINA, Row, issue_row
from etl.months.series_cache import Kept, history_of, load, revisions_of
from etl.months.sheets import MOST_SHEETS
from etl.months.understand import Understood, understand
from warehouse.home import Home
from warehouse.received import ReceivedLog
from warehouse.settings import Settings, load_settings


@dataclass(frozen=True, kw_only=True)
class CheckedForm:
    """One form found in a file. `state_code` is what it would become: accepted, corrected or returned."""

    form_code: str
    label_zh: str
    unit_zh: str
    month_zh: str
    sheet: str
    figure_count: int
    state_code: str


@dataclass
class Checked:
    """What a file holds and every issue it would have, in the columns of meta.issue (without ids)."""

    file_name: str
    already_zh: str = ""
    forms: list[CheckedForm] = field(default_factory=list)
    issues: list[Row] = field(default_factory=list)

    @property
    def is_acceptable(self) -> bool:
        """Whether there is a form in it and none would be returned."""
        return bool(self.forms) and all(form.state_code != "returned" for form in self.forms)

    @property
    def sentence_zh(self) -> str:
        """One line: what would happen to the file."""
        if self.already_zh:
            return f"“{self.file_name}”{self.already_zh}"
        if not self.forms:
            return f"“{self.file_name}”收不了：{self.issues[0]['sentence_zh']}"
        counts = {
            code: sum(row["severity_code"] == code for row in self.issues) for code in ("blocking", "hold", "soft")
        }
        said = [f"{form.unit_zh}{form.month_zh}{form.label_zh}" for form in self.forms]
        parts = [
            f"{counts['blocking']} 处必须更正" if counts["blocking"] else "",
            f"{counts['hold']} 处待说明" if counts["hold"] else "",
            f"{counts['soft']} 处请说明" if counts["soft"] else "",
        ]
        found = "，".join(part for part in parts if part) or "没有发现问题"
        return f"“{self.file_name}”（{'、'.join(said)}）：{found}"


def check_file(
    source: bytes | Path,
    name: str = "",
    *,
    context: Context,
    home: Home | None = None,
    settings: Settings | None = None,
) -> Checked:
    """Every issue of a file, judged against what stands accepted in `home`; nothing is stored anywhere.

    Args:
        source: its bytes, or where it lies.
        name: as the sender calls it; for messages only.
        context: from `frames.make_context`.
        home: for comparisons with earlier months, and to know whether the same bytes are here already.

    Returns:
        Forms and issues. A file nobody can read has no forms and one issue; one whose bytes were received before has
        neither, and says when it came.
    """
    settings = settings or load_settings()
    shown = plain_name(name or (source.name if isinstance(source, Path) else ""))
    if home and (already := received_before(source, home)):
        return Checked(shown, already_zh=already)
    with tempfile.TemporaryDirectory(prefix="yanglao-check-") as folder:
        path = source if isinstance(source, Path) else Path(folder) / "file"
        if isinstance(source, bytes):
            path.write_bytes(source)
        # A home of its own, so that not even the cache keeps what was only shown.
        every = {"file": range(MOST_SHEETS)}
        ((_, read),) = read_files(Home(Path(folder)), [("file", path)], settings, rows_of=every)
    checked = Checked(shown)
    checked.issues += [_row(finding, number, context, shown) for number, finding in enumerate(read.findings, 1)]
    _judge_forms(checked, read, context, home)
    return checked


def received_before(source: bytes | Path, home: Home) -> str:
    """A sentence when exactly these bytes were received before; empty otherwise."""
    data = source if isinstance(source, bytes) else source.read_bytes()
    digest = hashlib.sha256(data).hexdigest()
    for receipt in ReceivedLog(home).receipts():
        if receipt.sha256 == digest and not receipt.is_withdrawn:
            return f"与 {receipt.received_at.astimezone(CHINA):%Y-%m-%d %H:%M} 收到的“{receipt.file_name}”逐字节相同，再收也不重复计入"
    return ""


def _judge_forms(checked: Checked, read: FileRead, context: Context, home: Home | None) -> None:
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
        event = Event(0, "check", "", checked.file_name, now, understood, number)
        series.setdefault((understood.layout.form_code, understood.unit.area_id), []).append(event)
    for (form_code, unit_id), events in series.items():
        kept = load(home.cache / "series", f"{form_code}-{unit_id}") if home else Kept()
        mark_duplicates(events)
        for judged in judge(
            order(events), context, history=_history(kept, unit_id, events), revisions=revisions_of(kept)
        ):
            checked.issues += [
                issue_row(finding, index, context, judged=judged) for index, finding in enumerate(judged.findings, 1)
            ]
            checked.forms.append(_form(judged.event.understood, judged.state_code))


def _history(kept: Kept, unit_id: str, events: list[Event]) -> History:
    months = {event.month for event in events}
    return history_of(kept, (pl.col("area_id") == unit_id) | pl.col("month").is_in(months))


def _form(understood: Understood, state_code: str) -> CheckedForm:
    form = understood.form
    return CheckedForm(
        form_code=understood.layout.form_code,
        label_zh=understood.layout.label_zh,
        unit_zh=understood.unit.name_zh if understood.unit else "单位不明",
        month_zh=month_zh(understood.month) if understood.month else "月份不明",
        sheet=understood.sheet,
        figure_count=sum(figure.value is not None for figure in form.figures.values()) if form else 0,
        state_code=state_code,
    )


def _row(finding: Finding, number: int, context: Context, file_name: str) -> Row:
    return issue_row(finding, number, context, file_name=file_name)
