"""Corrections: known errors of a form, declared with their reason. They expire, and a needless one stops the refresh."""

import datetime as dt
import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from etl import FOLDER
from etl.months.model import Context, Figure, Form, Key
from etl.months.periods import month_zh
from warehouse.catalog.fields import told
from warehouse.catalog.problems import Problems
from warehouse.catalog.tables import read_record, read_toml
from warehouse.errors import CatalogError
from warehouse.people.proposals import CORRECTION, Proposal

CORRECTIONS = FOLDER / "corrections"
RELEASE_KINDS = ("real", "demo")


@dataclass(frozen=True, kw_only=True)
class Correction:
    """One declared correction; see etl/corrections/README.md. Without `corrected_value` the figure is taken out."""

    correction_id: str
    area_id: str = told("报送单位")
    form_code: str = told("报表")
    indicator_code: str = told("指标")
    month: dt.date = told("数据月份的1日")
    expected_raw: str = told("原表中这一格的写法")
    reason_zh: str = told("依据")
    declared_on: dt.date = told("登记日期")
    expires_on: dt.date = told("失效日期")
    breakdown_code: str = told("分组", default="total")
    place_id: str = told("乡镇", default="")
    corrected_value: float | None = told("改用的数", default=None)
    release_kind: str = told("实际还是演示", default="real")
    file: str = ""

    @property
    def key(self) -> Key:
        """The figure it is about."""
        return (self.place_id or self.area_id, self.indicator_code, self.breakdown_code)


def load_corrections(*, kind: str, as_of: dt.date, context: Context, folder: Path | None = None) -> list[Correction]:
    """Declared corrections of releases of this kind.

    Raises:
        CatalogError: a declaration cannot be read, names what there is not, contradicts itself or another, or has
            expired; all of them at once.
    """
    folder = folder or CORRECTIONS
    found: list[Correction] = []
    problems, unread = [], Problems()
    for path in sorted(folder.glob("*.toml")):
        for name, table in read_toml(folder, path.name, unread).items():
            given = {"correction_id": name, "file": path.name}
            one = read_record(Correction, table, file=path.name, table_name=name, given=given, problems=unread)
            if one is None:
                continue
            faults = [*_faults(one, context), *(_same_cell(one, other) for other in found)]
            if one.release_kind == kind and one.expires_on < as_of:
                faults.append(f"已于 {one.expires_on.isoformat()} 到期；请删去，或核实仍有必要后改 expires_on")
            problems += [f"etl/corrections/{path.name} [{name}]：{fault}" for fault in faults if fault]
            found.append(one)
    problems += [f"etl/corrections/{problem}" for problem in unread.found]
    if problems:
        raise CatalogError("更正登记有误：", problems=problems)
    return [one for one in found if one.release_kind == kind]


def _faults(one: Correction, context: Context) -> Iterator[str]:
    """What a correction names that there is not, or says against itself, with the remedy: it would never correct anything."""
    if one.release_kind not in RELEASE_KINDS:
        yield f"release_kind 写的是“{one.release_kind}”；请写 real（实际）或 demo（演示）"
    if one.month.day != 1:
        yield f"month 写的是 {one.month.isoformat()}；请写这个月的1日，如 {one.month.replace(day=1).isoformat()}"
    if one.expires_on < one.declared_on:
        yield f"失效日期 {one.expires_on.isoformat()} 早于登记日期 {one.declared_on.isoformat()}；请更正"
    unit = context.book.places.get(one.area_id)
    if unit is None or not (unit.is_reporting or unit.level_code == "city"):
        yield f"area_id“{one.area_id}”不是报送单位；请写登记的单位编号，乡镇写在 place_id"
    elif (
        one.place_id and one.place_id != one.area_id and one.place_id not in context.book.townships.get(one.area_id, {})
    ):
        yield f"place_id“{one.place_id}”不是{unit.name_zh}的乡镇（街道）；请写登记的乡镇编号"
    indicator = context.catalog.indicators.get(one.indicator_code)
    forms = sorted({layout.form_code for layout in context.layouts.values()})
    if one.form_code not in forms:
        yield f"form_code“{one.form_code}”不是报表；请写{'、'.join(forms)}之一"
    elif indicator is None or indicator.form_code != one.form_code:
        yield f"indicator_code“{one.indicator_code}”不在报表 {one.form_code} 里；请写这张表的指标编号"
    elif one.corrected_value is not None and not indicator.may_be(one.corrected_value):
        yield f"corrected_value {one.corrected_value:g} 不会是“{indicator.label_zh}”的数；请写存储单位的数，要剔除的不写这一项"
    if one.breakdown_code not in context.catalog.codes["breakdown_code"]:
        yield f"breakdown_code“{one.breakdown_code}”没有登记；请写登记的分组编号，不分组的不写"


def _same_cell(one: Correction, other: Correction) -> str:
    """That two corrections are of one cell, of which only one would count; empty where they are not."""
    same = ("release_kind", "form_code", "area_id", "month", "key", "expected_raw")
    if all(getattr(one, name) == getattr(other, name) for name in same):
        return f"与 {other.file} [{other.correction_id}] 更正的是同一格；请只留一项"
    return ""


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
