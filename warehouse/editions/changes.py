"""What differs between two releases: values cell by cell, areas, indicators, targets; for the page, the files and programs.

Compared are the values that were handed in or printed, never what follows from them: one cell restated is one entry,
however many rates and totals moved with it. Where one side is masked nothing of either is told.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from warehouse.editions.content import Changed, Since
from warehouse.read import Release
from warehouse.read.receipt.receipts import receipt_id
from warehouse.wording.grammar.dates import date_zh, month_zh, period_zh
from warehouse.wording.grammar.numbers import mark
from warehouse.wording.months import difference_text, value_text

OBSERVATION, DOCUMENT = "core.fct_observation", "core.fct_document_figure"
KEY = ["area_id", "indicator_code", "breakdown_code", "month"]
MASKED, REPORTED = "suppressed", "reported"
HIDDEN_ZH = "人数少，保密：前后的数都不列"
DEFINITION_ZH = {
    "label_zh": "名称", "unit_zh": "单位", "definition_zh": "定义", "formula_zh": "算式", "numerator": "分子",
    "denominator": "分母", "scale": "倍数", "timing_code": "时间性质", "kind_code": "类型", "group_code": "口径组",
}  # fmt: skip
TARGET_ZH = {
    "name_zh": "名称", "value": "目标值", "text_zh": "写法", "comparator": "比较方式", "deadline_on": "期限",
    "binding_code": "约束性质", "valid_to_on": "失效日期", "source_id": "文件",
}  # fmt: skip
_CHANGED = (
    "area_id", "area_zh", "indicator_code", "indicator_zh", "breakdown_code", "when_zh", "old_zh", "new_zh", "difference_zh",
    "reason_zh", "who_zh", "is_rounding",
)  # fmt: skip
AREA_ZH = {"name_zh": "全称", "short_name_zh": "简称", "parent_area_id": "上级", "is_reporting": "是否报送"}


@dataclass(frozen=True, kw_only=True)
class FieldChange:
    """One field of a declaration that differs."""

    code: str
    name_zh: str
    field: str
    field_zh: str
    old: Any
    new: Any


@dataclass(frozen=True, kw_only=True)
class Declared:
    """What of one kind of declaration came, went and changed; codes with their names."""

    added: tuple[tuple[str, str], ...]
    removed: tuple[tuple[str, str], ...]
    changed: tuple[FieldChange, ...]


@dataclass(frozen=True, kw_only=True)
class Difference:
    """All that differs between two releases. added and removed are rows (area_id, indicator_code, breakdown_code, month)."""

    from_release: str
    to_release: str
    added: tuple[Mapping[str, Any], ...]
    removed: tuple[Mapping[str, Any], ...]
    changed: tuple[Changed, ...]
    documents: Declared
    indicators: Declared
    areas: Declared
    targets: Declared

    @property
    def is_empty(self) -> bool:
        """Whether no value came, went or changed."""
        return not (self.added or self.removed or self.changed or self.documents.added or self.documents.removed)

    def told(self, *, most: int) -> dict[str, Any]:
        """As plain data for programs; of values that came and went at most so many each, their counts are whole."""
        changed = [
            {
                **{name: getattr(one, name) for name in _CHANGED},
                "month": one.month,
                "old": one.old_value,
                "new": one.new_value,
                "receipt": one.new_ref,
            }
            for one in self.changed
        ]
        return {
            "from": self.from_release,
            "to": self.to_release,
            "values": {
                "added_count": len(self.added),
                "removed_count": len(self.removed),
                "changed_count": len(changed),
                "truncated": max(len(self.added), len(self.removed)) > most,
                "added": list(self.added[:most]),
                "removed": list(self.removed[:most]),
                "changed": changed,
            },
            **{
                name: {
                    "added": [{"code": code, "name_zh": title} for code, title in one.added],
                    "removed": [{"code": code, "name_zh": title} for code, title in one.removed],
                    "changed": [vars(each) for each in one.changed],
                }
                for name, one in (
                    ("documents", self.documents),
                    ("indicators", self.indicators),
                    ("areas", self.areas),
                    ("targets", self.targets),
                )
            },
        }


def difference(old: Release, new: Release, *, area_ids: Sequence[str] | None = None) -> Difference:
    """What `new` has other than `old`.

    Args:
        area_ids: only values of these areas; all when None. Declarations are always compared whole.
    """
    known = _observed(new, area_ids).join(
        _observed(old, area_ids), on=KEY, how="full", suffix="_old", coalesce=True, nulls_equal=True
    )
    told = pl.col("status_code") == REPORTED
    before = pl.col("status_code_old") == REPORTED
    masked = (pl.col("status_code") == MASKED) | (pl.col("status_code_old") == MASKED)
    changed = known.filter(
        (told & before & (pl.col("value") != pl.col("value_old")))
        | (masked & (pl.col("status_code") != pl.col("status_code_old")))
    )
    order = ["month", "area_id", "indicator_code", "breakdown_code"]
    rows = known.select(*KEY, "status_code", "status_code_old").with_columns(
        is_told=told.fill_null(False), was_told=before.fill_null(False), is_masked=masked.fill_null(False)
    )
    rows = rows.filter(~pl.col("is_masked")).sort(order)
    return Difference(
        from_release=old.release_id,
        to_release=new.release_id,
        added=tuple(rows.filter(pl.col("is_told") & ~pl.col("was_told")).select(KEY).to_dicts()),
        removed=tuple(rows.filter(~pl.col("is_told") & pl.col("was_told")).select(KEY).to_dicts()),
        changed=(
            *_changed_values(new, changed.sort(order, descending=[True, False, False, False])),
            *_changed_figures(old, new, area_ids),
            *_changed_bases(old, new, area_ids),
        ),
        documents=_declared(old, new, DOCUMENT, "figure_id", "name_zh", {}, area_ids),
        indicators=_declared(old, new, "meta.indicator", "indicator_code", "label_zh", DEFINITION_ZH),
        areas=_declared(old, new, "core.dim_area", "area_id", "name_zh", AREA_ZH),
        targets=_declared(old, new, "core.dim_target", "target_id", "name_zh", TARGET_ZH),
    )


def since(
    found: Difference, old: Release, new: Release, *, edition_zh: str, months: tuple[date, date], city_area_id: str
) -> Since:
    """The difference as an edition tells it.

    Args:
        edition_zh: the edition `old` is the release of.
        months: the month of that edition's figures and of this one's.
    """
    then, now = _reporting(old, city_area_id, months[0]), _reporting(new, city_area_id, months[1])
    return Since(
        edition_zh=edition_zh,
        release_id=old.release_id,
        restated=tuple(one for one in found.changed if not one.is_rounding),
        rounding=tuple(one for one in found.changed if one.is_rounding),
        units_new=tuple(name for area, name in now.items() if area not in then) if then else (),
        units_missing=tuple(name for area, name in then.items() if area not in now),
        targets_zh=tuple(_sentences(found.targets, "目标")),
        definitions_zh=tuple(_sentences(found.indicators, "指标")),
        added_count=len(found.added),
        removed_count=len(found.removed),
        is_without_news=found.is_empty and months[0] == months[1],
        is_same_release=old.release_id == new.release_id,
    )


def _observed(release: Release, area_ids: Sequence[str] | None) -> pl.DataFrame:
    return release.rows(
        """
        select area_id, indicator_code, breakdown_code, month, revision, value, status_code, submission_id
        from core.fct_observation
        where is_current and ($areas is null or list_contains($areas, area_id))
        """,
        {"areas": list(area_ids) if area_ids is not None else None},
    ).frame


def _changed_values(new: Release, frame: pl.DataFrame) -> Iterator[Changed]:
    if not frame.height:
        return
    names = _names(new)
    reasons = _reasons(new)
    for row in frame.iter_rows(named=True):
        yield _changed(row, names, reasons)


def _changed(row: Mapping[str, Any], names: "_Names", reasons: Mapping[tuple, list[Mapping[str, Any]]]) -> Changed:
    indicator = names.indicators[row["indicator_code"]]
    part = names.parts.get(row["breakdown_code"], row["breakdown_code"])
    label = indicator["label_zh"] if row["breakdown_code"] == "total" else f"{indicator['label_zh']}（{part}）"
    is_hidden = MASKED in (row["status_code"], row["status_code_old"])
    old, new = (None, None) if is_hidden else (row["value_old"], row["value"])
    texts = [value_text(one, indicator) for one in (old, new)]
    if is_hidden:
        # What was not reported is not called hidden; what the other release printed beside a hidden value is.
        codes = (row["status_code_old"], row["status_code"])
        texts = [mark(MASKED if code in (MASKED, REPORTED) else code or "missing") for code in codes]
    steps = [
        one
        for one in reasons.get(tuple(row[name] for name in KEY), [])
        if (row["revision_old"] or 0) < one["revision"] <= row["revision"]
    ]
    said = list(dict.fromkeys(one["reason_zh"] for one in steps if one["reason_zh"]))
    who = next((one["filled_by_zh"] for one in reversed(steps) if one["filled_by_zh"]), "")
    unit = names.areas.get(names.units.get(row["area_id"], row["area_id"]), "")
    key = "|".join([*(str(row[name]) for name in KEY), str(row["revision"])])
    return Changed(
        area_id=row["area_id"],
        area_zh=names.areas.get(row["area_id"], row["area_id"]),
        indicator_code=row["indicator_code"],
        indicator_zh=label,
        breakdown_code=row["breakdown_code"],
        month=row["month"],
        old_value=old,
        new_value=new,
        old_zh=texts[0],
        new_zh=texts[1],
        difference_zh="" if old is None or new is None else _moved(new - old, indicator),
        reason_zh="；".join(said) or (HIDDEN_ZH if is_hidden else ""),
        who_zh=f"{unit}（填报人{who}）" if who else unit,
        new_ref="" if is_hidden else receipt_id(OBSERVATION, key),
        period_zh=month_zh(row["month"]),
        is_rounding=not is_hidden and texts[0] == texts[1],
    )


def _moved(moved: float, indicator: Mapping[str, Any]) -> str:
    return f"{'增' if moved > 0 else '减'}{difference_text(moved, indicator)}"


@dataclass(frozen=True, kw_only=True)
class _Names:
    areas: Mapping[str, str]
    units: Mapping[str, str]
    indicators: Mapping[str, Mapping[str, Any]]
    parts: Mapping[str, str]


def _names(release: Release) -> _Names:
    areas = release.rows("select area_id, short_name_zh, level_code, parent_area_id from core.dim_area").frame
    indicators = release.rows("select * from meta.indicator").frame.to_dicts()
    parts = release.rows("select code, label_zh from meta.code where code_set = 'breakdown_code'").frame
    return _Names(
        areas=dict(zip(areas["area_id"], areas["short_name_zh"], strict=True)),
        units={row["area_id"]: row["parent_area_id"] for row in areas.to_dicts() if row["level_code"] == "township"},
        indicators={row["indicator_code"]: row for row in indicators},
        parts=dict(zip(parts["code"], parts["label_zh"], strict=True)),
    )


def _reasons(release: Release) -> dict[tuple, list[Mapping[str, Any]]]:
    """Every restatement of a value, oldest first, with the surname of who filled in the new report."""
    frame = release.rows(
        """
        select r.area_id, r.indicator_code, r.breakdown_code, r.month, r.revision, r.reason_zh, s.filled_by_zh
        from meta.restatement as r
        left join meta.submission as s on s.submission_id = r.new_submission_id
        order by r.revision
        """
    ).frame
    found: dict[tuple, list[Mapping[str, Any]]] = {}
    for row in frame.iter_rows(named=True):
        found.setdefault(tuple(row[name] for name in KEY), []).append(row)
    return found


def _changed_bases(old: Release, new: Release, area_ids: Sequence[str] | None) -> Iterator[Changed]:
    """Populations and counts of places that a table gives otherwise now."""
    key = ["area_id", "indicator_code", "as_of_on"]
    was, now = (
        release.rows(
            "select area_id, indicator_code, as_of_on, value from core.fct_base"
            " where $areas is null or list_contains($areas, area_id)",
            {"areas": list(area_ids) if area_ids is not None else None},
        ).frame
        for release in (old, new)
    )
    moved = now.join(was, on=key, suffix="_old").filter(pl.col("value") != pl.col("value_old")).sort(key)
    names = _names(new) if moved.height else None
    for row in moved.iter_rows(named=True):
        indicator = names.indicators[row["indicator_code"]]
        texts = [value_text(one, indicator) for one in (row["value_old"], row["value"])]
        yield Changed(
            area_id=row["area_id"],
            area_zh=names.areas.get(row["area_id"], row["area_id"]),
            indicator_code=row["indicator_code"],
            indicator_zh=indicator["label_zh"],
            breakdown_code="total",
            month=row["as_of_on"].replace(day=1),
            old_value=row["value_old"],
            new_value=row["value"],
            old_zh=texts[0],
            new_zh=texts[1],
            difference_zh=_moved(row["value"] - row["value_old"], indicator),
            reason_zh="基础数据表更新",
            who_zh="",
            new_ref=receipt_id("core.fct_base", "|".join(str(row[name]) for name in key)),
            period_zh=date_zh(row["as_of_on"]),
            is_rounding=texts[0] == texts[1],
        )


def _changed_figures(old: Release, new: Release, area_ids: Sequence[str] | None) -> Iterator[Changed]:
    """Printed figures that are read otherwise now: a document is reissued, or our reading of it was mended."""
    sql = """
        select f.figure_id, f.area_id, a.short_name_zh as area_zh, f.indicator_code, f.name_zh, f.value,
            f.value_as_written, f.period_start_on, f.period_end_on, s.title_zh
        from core.fct_document_figure as f
        left join core.dim_area as a on a.area_id = f.area_id
        left join meta.source as s on s.source_id = f.source_id
    """
    before = {row["figure_id"]: row for row in old.rows(sql).frame.to_dicts()}
    for row in new.rows(sql).frame.to_dicts():
        was = before.get(row["figure_id"])
        if area_ids is not None and row["area_id"] not in area_ids:
            continue
        if was is None or (was["value"], was["value_as_written"]) == (row["value"], row["value_as_written"]):
            continue
        period = row["period_start_on"], row["period_end_on"]
        dated_on = period[1] or period[0]
        yield Changed(
            area_id=row["area_id"],
            area_zh=row["area_zh"] or row["area_id"],
            indicator_code=row["indicator_code"] or row["figure_id"],
            indicator_zh=row["name_zh"],
            breakdown_code="total",
            month=dated_on and dated_on.replace(day=1),
            old_value=was["value"],
            new_value=row["value"],
            old_zh=was["value_as_written"],
            new_zh=row["value_as_written"],
            difference_zh="",
            reason_zh="公开文件数重新核读",
            who_zh=row["title_zh"] or "",
            new_ref=receipt_id(DOCUMENT, row["figure_id"]),
            period_zh=period_zh(*period),
            is_rounding=was["value_as_written"] == row["value_as_written"],
        )


def _declared(
    old: Release,
    new: Release,
    relation: str,
    key: str,
    name: str,
    fields: Mapping[str, str],
    area_ids: Sequence[str] | None = None,
) -> Declared:
    """Rows of a declaration that came, went or changed in one of these fields, where both releases have the field.

    Args:
        area_ids: only rows of these areas, where the declaration is of areas.
    """
    was, now = (
        {
            row[key]: row
            for row in release.rows(f"select * from {relation}").frame.to_dicts()
            if area_ids is None or row["area_id"] in area_ids
        }
        for release in (old, new)
    )
    changed = [
        FieldChange(code=code, name_zh=row[name], field=field, field_zh=told, old=was[code][field], new=row[field])
        for code, row in now.items()
        if code in was
        for field, told in fields.items()
        if field in row and field in was[code] and row[field] != was[code][field]
    ]
    return Declared(
        added=tuple((code, row[name]) for code, row in now.items() if code not in was),
        removed=tuple((code, row[name]) for code, row in was.items() if code not in now),
        changed=tuple(changed),
    )


def _sentences(found: Declared, kind_zh: str) -> Iterator[str]:
    for _, name in found.added:
        yield f"新增{kind_zh}“{name}”"
    for _, name in found.removed:
        yield f"不再有{kind_zh}“{name}”"
    for one in found.changed:
        yield f"{kind_zh}“{one.name_zh}”的{one.field_zh}：{_said(one.old)} → {_said(one.new)}"


def _said(value: Any) -> str:
    if value is None or value == "":
        return "（空）"
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float):
        return f"{value:.10g}"
    return date_zh(value) if isinstance(value, date) else str(value)


def _reporting(release: Release, city_area_id: str, month: date) -> dict[str, str]:
    """Units of which a report of that month was taken, in declared order."""
    frame = release.rows(
        """
        select distinct a.area_id, a.short_name_zh, a.sort_order
        from meta.submission as s
        inner join core.dim_area as a on a.area_id = s.area_id
        where a.city_area_id = $city and s.month = $month and s.state_code in ('accepted', 'corrected')
        order by a.sort_order
        """,
        {"city": city_area_id, "month": month},
    ).frame
    return dict(zip(frame["area_id"], frame["short_name_zh"], strict=True))
