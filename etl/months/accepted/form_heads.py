"""Of each file, whose and which month its forms are: enough to tell what a new file changes."""

import datetime as dt
import json
from dataclasses import dataclass, field
from pathlib import Path

from etl.months.findings import Finding
from etl.months.model import Context
from etl.months.read.files import FileRead
from etl.months.understood.unit_and_month import months_of, unit_of
from warehouse.cached import read_kept, write_kept


@dataclass(frozen=True)
class FormHead:
    """One form of a file. `unit_id` is empty and `month` None where they could not be told."""

    form_code: str
    unit_id: str
    month: dt.date | None

    @property
    def is_whole(self) -> bool:
        """Whether the form can be judged as somebody's report of some month."""
        return bool(self.unit_id) and self.month is not None


@dataclass
class FileHead:
    """One file: its forms in their order, and what there is to say about the file and about forms of nobody.

    is_demonstration: it says of itself that the demonstration made it.
    """

    forms: list[FormHead] = field(default_factory=list)
    findings: list[tuple[FormHead | None, Finding]] = field(default_factory=list)
    is_demonstration: bool = False


class FormHeads:
    """FormHeads of files by SHA-256, kept in one file; `known` holds those already told."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._passing: set[str] = set()
        self._size = 0
        self.known: dict[str, FileHead] = {}
        content = read_kept(path)
        if content is not None:
            self.known = {sha: _from_plain(head) for sha, head in json.loads(content).items()}
        self._size = len(self.known)

    def add(self, sha: str, read: FileRead, context: Context) -> None:
        """Tell whose the forms of a file are."""
        head = FileHead(findings=[(None, finding) for finding in read.findings], is_demonstration=read.is_demonstration)
        for raw in read.forms:
            layout, findings = context.layouts[raw.layout_code], list(raw.findings)
            unit = unit_of(raw, layout, context, findings)
            month, _, _ = months_of(raw, layout, findings)
            form = FormHead(layout.form_code, unit.area_id if unit else "", month)
            head.forms.append(form)
            if not form.is_whole:
                head.findings += [(form, finding) for finding in findings]
        self.known[sha] = head
        if read.is_passing:
            self._passing.add(sha)

    @property
    def has_passing(self) -> bool:
        """Whether some file was not read for a reason that may be gone the next time."""
        return bool(self._passing)

    def save(self) -> None:
        """Keep what is known, without what failed only this time."""
        kept = {sha: _plain(head) for sha, head in self.known.items() if sha not in self._passing}
        if len(kept) == self._size:
            return
        self._path.parent.mkdir(parents=True, exist_ok=True)
        write_kept(self._path, json.dumps(kept, ensure_ascii=False).encode())


def _plain(head: FileHead) -> dict:
    return {
        "forms": [_form_plain(form) for form in head.forms],
        "findings": [
            [_form_plain(form) if form else None, {**vars(finding), "words": dict(finding.words)}]
            for form, finding in head.findings
        ],
        "is_demonstration": head.is_demonstration,
    }


def _form_plain(form: FormHead) -> list[str]:
    return [form.form_code, form.unit_id, form.month.isoformat() if form.month else ""]


def _from_plain(table: dict) -> FileHead:
    forms = [_form(form) for form in table["forms"]]
    findings = [(_form(form) if form else None, Finding(**finding)) for form, finding in table["findings"]]
    return FileHead(forms, findings, table["is_demonstration"])


def _form(parts: list[str]) -> FormHead:
    form_code, unit_id, month = parts
    return FormHead(form_code, unit_id, dt.date.fromisoformat(month) if month else None)
