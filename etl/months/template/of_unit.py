"""The template of one unit for one month, out of a release: its townships and what it reported the month before."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from etl.months.periods import month_named
from etl.months.read.demonstration import MARK_ZH, NAME_MARK_ZH
from etl.months.read.layouts import Layout, load_layouts
from etl.months.template.workbook import template
from warehouse.catalog import load_catalog
from warehouse.errors import FormError
from warehouse.month import add_months
from warehouse.read import Release


@dataclass(frozen=True, kw_only=True)
class UnitTemplate:
    """A workbook to be filled in. `file_name` is what to call it."""

    unit_id: str
    month: date
    file_name: str
    data: bytes


def unit_template(release: Release, *, unit: str, month: str, forms: Collection[str] = ()) -> UnitTemplate:
    """The workbook of `unit` for `month`.

    Args:
        release: for names, townships and last month's figures; without months the latter stay empty.
        unit: area id or one of its declared names, whole: 濮阳 is not 濮阳县.
        month: as people write it: 2026-11, 2026年11月.
        forms: codes or names of the forms wanted; all when empty.

    Raises:
        FormError: unknown or ambiguous unit, month or form; names what there is.
    """
    area_id, name = _unit(release, unit)
    data_month = month_named(month)
    layouts = _layouts(release, data_month, forms)
    townships = release.rows(
        "select area_id, name_zh from core.dim_area where parent_area_id = $unit and level_code = 'township'"
        " and valid_to_on is null order by sort_order, stat_code",
        {"unit": area_id},
    ).frame
    is_demo = release.header["kind_code"] == "demo"
    data = template(
        catalog=load_catalog(),
        layouts=layouts,
        unit_id=area_id,
        month=data_month,
        townships=dict(townships.iter_rows()),
        previous=_previous(release, area_id, data_month, layouts),
        mark=MARK_ZH if is_demo else "",
    )
    which = "" if not forms else "-" + "、".join(_form_names(release)[layout.form_code] for layout in layouts)
    file_name = f"{name}{data_month.year}年{data_month.month}月养老服务月报表样{which}{f'（{NAME_MARK_ZH}）' if is_demo else ''}.xlsx"
    return UnitTemplate(unit_id=area_id, month=data_month, file_name=file_name, data=data)


def _unit(release: Release, unit: str) -> tuple[str, str]:
    """area_id and the name forms are told by: with the city before it where units of two cities share a name."""
    wanted = unit.strip()
    units = release.rows(
        """
        select
            a.area_id, c.name_zh || a.name_zh as full_name_zh,
            if(count(*) over (partition by a.short_name_zh) > 1, c.name_zh, '') || a.short_name_zh as name_zh,
            a.area_id = $unit or exists (
                select 1 from core.dim_area_alias as n where n.area_id = a.area_id and n.alias_zh = $unit
            ) as is_meant
        from core.dim_area as a
        inner join core.dim_area as c on c.area_id = a.city_area_id
        where a.is_reporting
        order by a.sort_order
        """,
        {"unit": wanted},
    ).frame
    found = units.filter("is_meant")
    if found.height == 1:
        return found["area_id"][0], found["name_zh"][0]
    if found.height > 1:
        raise FormError(f"单位“{unit}”可以指{'、'.join(found['full_name_zh'])}，请写其中之一")
    raise FormError(f"单位“{unit}”不在报送单位名单里，请写全称或下列名称之一：{'、'.join(units['name_zh'])}")


def _layouts(release: Release, month: date, forms: Collection[str]) -> list[Layout]:
    names = _form_names(release)
    codes = {name: code for code, name in names.items()} | {code: code for code in names}
    unknown = [form for form in forms if form not in codes]
    if unknown:
        known = "、".join(f"{name}（{code}）" for code, name in names.items())
        raise FormError(f"没有叫“{unknown[0]}”的报表，请写名称或代码：{known}")
    wanted = {codes[form] for form in forms} or set(names)
    order = list(names)
    found = [one for one in load_layouts().values() if one.form_code in wanted and one.valid_in(month)]
    found.sort(key=lambda layout: order.index(layout.form_code))
    if not found:
        raise FormError(f"{month.year}年{month.month}月没有可用的表样，请核对月份，或先登记该时期的表样（etl/layouts）")
    return found


def _form_names(release: Release) -> dict[str, str]:
    rows = release.rows("select code, label_zh from meta.code where code_set = 'form_code' order by sort_order").frame
    return dict(rows.iter_rows())


def _previous(release: Release, unit_id: str, month: date, layouts: list[Layout]) -> dict[tuple[str, str, str], float]:
    """Figures of the month before; those counted from January are not, in January."""
    anew = [
        one.indicator
        for layout in layouts
        if layout.period_kind == "year_to_date" and month.month == 1
        for block in layout.blocks
        for one in block.fields
    ]
    rows = release.rows(
        """
        select o.area_id, o.indicator_code, o.breakdown_code, o.value
        from core.fct_observation as o
        inner join core.dim_area as a on a.area_id = o.area_id
        where o.month = $month
            and o.is_current
            and o.value is not null
            and (o.area_id = $unit or a.parent_area_id = $unit)
        """,
        {"month": add_months(month, -1), "unit": unit_id},
    ).frame
    return {(area, code, part): value for area, code, part, value in rows.iter_rows() if code not in anew}
