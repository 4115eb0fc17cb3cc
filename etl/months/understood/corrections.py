"""Corrections: known errors of a form, declared with their reason. They expire, and a needless one stops the refresh."""

import datetime as dt
import hashlib
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from pathlib import Path

from etl import FOLDER
from etl.months.model import Figure, Form, Key
from etl.months.periods import month_zh
from warehouse.errors import CatalogError
from warehouse.people.proposals import CORRECTION, Proposal

CORRECTIONS = FOLDER / "corrections"


@dataclass(frozen=True, kw_only=True)
class Correction:
    """One declared correction; see etl/corrections/README.md. Without `corrected_value` the figure is taken out."""

    correction_id: str
    area_id: str
    form_code: str
    indicator_code: str
    month: dt.date
    expected_raw: str
    reason_zh: str
    declared_on: dt.date
    expires_on: dt.date
    breakdown_code: str = "total"
    place_id: str = ""
    corrected_value: float | None = None
    release_kind: str = "real"
    file: str = ""

    @property
    def key(self) -> Key:
        """The figure it is about."""
        return (self.place_id or self.area_id, self.indicator_code, self.breakdown_code)


def load_corrections(*, kind: str, as_of: dt.date, folder: Path | None = None) -> list[Correction]:
    """Declared corrections of releases of this kind.

    Raises:
        CatalogError: a declaration is wrong or has expired; all of them at once.
    """
    found, problems = [], []
    known = {one.name for one in fields(Correction)} - {"correction_id", "file"}
    needed = known - {"breakdown_code", "place_id", "corrected_value", "release_kind"}
    for path in sorted((folder or CORRECTIONS).glob("*.toml")):
        for name, table in tomllib.loads(path.read_text(encoding="utf-8")).items():
            where = f"etl/corrections/{path.name} [{name}]"
            if set(table) - known or needed - set(table):
                wrong = "、".join(sorted((set(table) - known) | (needed - set(table))))
                problems.append(f"{where}：{wrong} 不认识或缺少，请按 README 更正")
                continue
            one = Correction(correction_id=name, file=path.name, **table)
            if one.release_kind != kind:
                continue
            if one.expires_on < as_of:
                problems.append(
                    f"{where}：已于 {one.expires_on.isoformat()} 到期；请删去，或核实仍有必要后改 expires_on"
                )
            found.append(one)
    if problems:
        raise CatalogError("更正登记有误：", problems=problems)
    return found


def corrections_of(changes: Iterable[Proposal]) -> list[Correction]:
    """The corrections among changes that were proposed and passed on the desk."""
    found = []
    for one in changes:
        if one.kind_code != CORRECTION:
            continue
        form_code, area_id, indicator_code, month = one.subject.split("|")
        value = one.becomes["corrected_value"].replace(",", "")
        found.append(
            Correction(
                correction_id=f"desk-{one.number}", area_id=area_id, form_code=form_code,
                indicator_code=indicator_code, month=dt.date.fromisoformat(f"{month}-01"),
                expected_raw=one.becomes["expected_raw"], corrected_value=float(value) if value else None,
                reason_zh=one.reason_zh, declared_on=one.from_on,
                expires_on=dt.date.fromisoformat(one.becomes["expires_on"]),
            )
        )  # fmt: skip
    return found


def corrections_hash(corrections: Iterable[Correction]) -> str:
    """Changes whenever one of them does."""
    return hashlib.sha256(repr([vars(one) for one in corrections]).encode()).hexdigest()[:16]


def apply(form: Form, corrections: Iterable[Correction]) -> list[str]:
    """Correct the figures of a form; returns the ids of the corrections that found what they expect."""
    used = []
    for one in corrections:
        figure = form.figures.get(one.key)
        if (one.area_id, one.form_code, one.month) != (form.unit.area_id, form.layout.form_code, form.month):
            continue
        if figure is None or figure.raw != one.expected_raw:
            continue
        used.append(one.correction_id)
        form.figures[one.key] = _corrected(figure, one)
        total = (one.indicator_code, one.breakdown_code)
        if one.key[0] == form.unit.area_id and total in form.totals and form.totals[total] is figure:
            form.totals[total] = form.figures[one.key]
    return used


def _corrected(figure: Figure, one: Correction) -> Figure:
    note = "；".join(part for part in (figure.note, f"已按更正登记改正：{one.reason_zh}") if part)
    status = "missing" if one.corrected_value is None else "reported"
    value = None if one.corrected_value is None else float(one.corrected_value)
    return replace(figure, value=value, status=status, note=note, low=None, high=None)


def refuse_needless(corrections: Iterable[Correction], used: set[str], received: set[tuple[str, str, dt.date]]) -> None:
    """Stop when a correction no longer finds its error in a form that is there.

    Args:
        received: (unit, form, month) of every form that came.

    Raises:
        CatalogError: names each needless correction and the cell it expected.
    """
    needless = [
        f"etl/corrections/{one.file} [{one.correction_id}]：{one.area_id} {month_zh(one.month)} 的原表里"
        f"已不是“{one.expected_raw}”，这项更正多余了；请删去"
        for one in corrections
        if one.correction_id not in used and (one.area_id, one.form_code, one.month) in received
    ]
    if needless:
        raise CatalogError("更正登记已不需要：", problems=needless)
