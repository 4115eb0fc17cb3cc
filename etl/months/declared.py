"""Layouts and rules held against the catalogue, before anything is read with them: every problem at once, where it stands."""

from collections.abc import Iterator, Mapping

from etl.months.findings import codes_about, load_rules
from etl.months.read.layouts import Field, Layout
from etl.months.understood.values import factor_between, scale_of, smallest_of
from warehouse.catalog import Catalog
from warehouse.errors import CatalogError


def assert_declared(layouts: Mapping[str, Layout], catalog: Catalog) -> None:
    """Stop where a layout or a rule names what the catalogue does not have, or has otherwise.

    Raises:
        CatalogError: names layout, figure and remedy of every problem.
    """
    problems = [
        f"etl/layouts/{one.layout_code}.toml：{said}" for one in layouts.values() for said in _problems(one, catalog)
    ]
    problems += _of_rules(layouts, catalog)
    if problems:
        raise CatalogError(f"表样与指标目录有{len(problems)}处对不上，没有读入，也不会发布：", problems=problems)


def _of_rules(layouts: Mapping[str, Layout], catalog: Catalog) -> Iterator[str]:
    """Rules judge figures of the catalogue, or those a form has for checking only."""
    known = {*catalog.indicators, *(one.indicator for form in layouts.values() for block in form.blocks for one in block.fields)}  # fmt: skip
    for rule in load_rules().values():
        for name in codes_about(rule):
            if name not in known:
                yield f"etl/rules.toml [{rule.code}]：about 的 {name} 既不在指标目录里，也不是表样上的数；请改正代码"


def _problems(layout: Layout, catalog: Catalog) -> Iterator[str]:
    forms = catalog.codes["form_code"]
    if layout.form_code not in forms:
        yield f"报表代码 {layout.form_code} 没有登记；请在 warehouse/catalog/codes.toml 的 [form_code] 登记名称"
    breakdowns = catalog.codes["breakdown_code"]
    for block in layout.blocks:
        for name in dict.fromkeys(
            [*(one.breakdown for one in block.fields), *(tier.breakdown for tier in block.tiers)]
        ):
            if name != "total" and name not in breakdowns:
                yield f"分项 {name} 没有登记；请在 warehouse/catalog/codes.toml 的 [breakdown_code] 登记名称"
        for one in block.fields:
            if one.role == "value":
                yield from _of_value(one, layout, catalog)
    for relation in layout.related("S9"):
        for name in relation.by:
            if name not in catalog.indicators:
                yield f"relations 的 {name} 不是指标目录里的指标，不能在各单位之间比较；请改用已登记的指标"


def _of_value(one: Field, layout: Layout, catalog: Catalog) -> Iterator[str]:
    known = catalog.indicators.get(one.indicator)
    path = "/".join(one.path)
    if known is None:
        yield f"“{path}”的指标 {one.indicator} 没有登记；请在 warehouse/catalog/indicators.toml 登记，或改写为 check"
        return
    if known.form_code != layout.form_code:
        said = known.form_code or "不出自报表"
        yield f"“{path}”的指标 {one.indicator} 在指标目录里属于 {said}，不属于 {layout.form_code}；请把两处改成一样"
    if scale_of(known.unit_zh) != 1:
        yield f"“{path}”的指标 {one.indicator} 按“{known.unit_zh}”登记；月报的数按“{smallest_of(known.unit_zh)}”存，请改 unit_zh"
    elif factor_between(one.unit, known.unit_zh) is None:
        yield f"“{path}”的单位“{one.unit}”不能换算成指标目录里的“{known.unit_zh}”；请把其中之一改正"
