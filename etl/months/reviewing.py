"""A form as it was sent, for whoever has to pass, return or sign it: each figure beside last month's, and every issue."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

from etl.months import filling
from etl.months.accepted.rows import Row as IssueRow
from etl.months.model import Context
from etl.months.read.files import read_files
from etl.months.read.sheets import MOST_SHEETS
from etl.months.reporting import check_own
from etl.months.understood.understand import understand
from warehouse.errors import FormError
from warehouse.home import Home
from warehouse.people import audit, flow
from warehouse.settings import Settings


@dataclass(frozen=True)
class SentFigure:
    """One cell: what it is called, its address, last month's figure in the unit of the form, what was written, its note."""

    label_zh: str
    unit_zh: str
    cell: str
    previous: float | None
    written: str
    note_zh: str


@dataclass(frozen=True)
class SentForm:
    """What stands in a form that was sent, blank cells without a figure before left out, and what the rules say of it."""

    figures: tuple[SentFigure, ...]
    issues: tuple[IssueRow, ...]


def seen(home: Home, track: flow.Track, *, who: str, address: str = "") -> None:
    """Enter that somebody looked at a form that is not released."""
    area_id, form_code, month = track
    told = {"form": form_code, "month": f"{month:%Y-%m}", "kind": "报送的表"}
    audit.record(home, "viewed", who=who, address=address, subject=area_id, details=told)


def sent_form(home: Home, track: flow.Track, sha256: str, *, context: Context, settings: Settings) -> SentForm:
    """The form of a report as it lies in the archive.

    Raises:
        FormError: the file is not there any more, or holds no such form.
    """
    area_id, form_code, month = track
    try:
        data = (home.archive / sha256).read_bytes()
    except FileNotFoundError:
        raise FormError("存档里没有当时报送的文件，看不了。请从备份恢复存档目录") from None
    checked = check_own(home, data, "报送的表", units=(area_id,), context=context, settings=settings)
    with tempfile.TemporaryDirectory(prefix="yanglao-check-") as folder:
        path = Path(folder) / "file"
        path.write_bytes(data)
        ((_, read),) = read_files(Home(Path(folder)), [("file", path)], settings, rows_of={"file": range(MOST_SHEETS)})
    for raw in read.forms:
        found = understand(raw, context)
        if found.form is not None and (found.unit.area_id, found.layout.form_code, found.month) == track:
            break
    else:
        raise FormError("这个文件里读不出这张表。请退回，请填报人重报")
    blank = filling.blank(context, home, unit_id=area_id, form_code=form_code, month=month)
    figures = []
    for part in blank.parts:
        for line in part.lines:
            for entry in line.entries:
                figure = found.form.figures.get(entry.key)
                written = "" if figure is None or figure.raw is None else str(figure.raw)
                if written or entry.previous is not None:
                    label = " ".join((*line.labels, entry.label_zh)) if len(line.entries) > 1 else line.labels[0]
                    cell, note = (figure.cell, figure.note) if figure else (entry.cell, "")
                    figures.append(SentFigure(label, entry.unit_zh, cell, entry.previous, written, note))
    issues = [row for row in checked.issues if row["sheet"] in ("", None, found.sheet)]
    return SentForm(tuple(figures), tuple(issues))
