"""Comparisons of two to four areas, pair by pair through the gate, turned into rows side by side."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import Any

import polars as pl
import streamlit as st

from pages.briefing.comparison import chooser
from pages.briefing.comparison.side_by_side import Cell, Head, Item, group, versus
from pages.ui.kit.figures import Drawing
from pages.ui.kit.html import esc, num, source_line, table
from pages.ui.kit.opening import opening
from pages.ui.kit.refs import links_of, ref
from pages.ui.kit.view import View
from pages.ui.marks.spine import Spread, spine
from warehouse.read import ageing, areas, catalog, comparison
from warehouse.wording.ageing import FULL_COUNT_ZH
from warehouse.wording.cited import Cited
from warehouse.wording.dates import as_of_zh, date_zh
from warehouse.wording.numbers import mark, percent, show_value
from warehouse.wording.sentences import comparison_finding

BASES = ("rate", "per_10000", "count", "context")
PROFILE = "mart.area_profile"
# A bar says that its lengths may be compared; counts of unequal places may not, so they get none.
WITH_BARS = ("rate", "per_10000")


@dataclass(kw_only=True)
class Compared:
    """One item over all areas of the page: each area's side, and what the gate said of every pair."""

    item_code: str
    item_zh: str
    basis_code: str
    unit_zh: str
    decimals: int
    sides: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    is_comparable: bool = True
    reasons: list[str] = field(default_factory=list)
    badges: list[str] = field(default_factory=list)
    cautions: list[str] = field(default_factory=list)


def compared(view: View, area_ids: Sequence[str]) -> list[Compared]:
    """Every item of which at least one area has a value, in declared order; comparable only if all pairs are."""
    items: dict[str, Compared] = {}
    declared = view.ask(comparison.pairs).frame
    pairs = set(zip(declared["area_a"], declared["area_b"], strict=True))
    for first, second in combinations(area_ids, 2):
        # The pair as declared is kept in the release; the other way round it would be computed anew.
        pair = (second, first) if (second, first) in pairs else (first, second)
        for row in view.ask(comparison.compare, area_a=pair[0], area_b=pair[1]).frame.iter_rows(named=True):
            _take(items, row)
    return [item for item in items.values() if any(side["value"] is not None for side in item.sides.values())]


def _take(items: dict[str, Compared], row: Mapping[str, Any]) -> None:
    item = items.setdefault(
        row["item_code"],
        Compared(
            item_code=row["item_code"],
            item_zh=row["item_zh"],
            basis_code=row["basis_code"],
            unit_zh=row["unit_zh"],
            decimals=row["decimals"],
        ),
    )
    for side in ("a", "b"):
        item.sides.setdefault(
            row[f"area_{side}"],
            {
                "value": row[f"value_{side}"],
                "as_written": row[f"as_written_{side}"],
                "as_of": row[f"as_of_{side}"],
                "precision": row[f"precision_{side}"],
                "note": row[f"note_{side}_zh"],
                "relation": row[f"relation_{side}"],
                "row_key": row[f"row_key_{side}"],
                "label": row[f"indicator_label_{side}_zh"],
            },
        )
    if not row["comparable"]:
        item.is_comparable = False
        _once(item.reasons, row["reason_zh"])
        _once(item.badges, row["badge_zh"])
    else:
        _once(item.cautions, row["reason_zh"])
        if item.is_comparable:
            _once(item.badges, row["badge_zh"])


def _once(texts: list[str], text: str | None) -> None:
    if text and text not in texts:
        texts.append(text)


def rows_of(items: Sequence[Compared], area_ids: Sequence[str], basis_code: str) -> list[Item]:
    """The comparable items of one basis."""
    return [_item(item, area_ids) for item in items if item.is_comparable and item.basis_code == basis_code]


def refused(items: Sequence[Compared], area_ids: Sequence[str]) -> list[Item]:
    """The items the gate refuses, each with its sentence."""
    return [_item(item, area_ids) for item in items if not item.is_comparable]


def context_rows(
    items: Sequence[Compared], area_ids: Sequence[str], spreads: Mapping[str, Mapping[str, Any]], level_zh: str
) -> list[Item]:
    """The context items; a share known for the whole country carries a spine. `spreads` is by item code."""
    rows = []
    for item in items:
        if item.is_comparable and item.basis_code == "context":
            spread = spreads.get(item.item_code)
            rows.append(_item(item, area_ids, _spine(item, area_ids, spread, level_zh) if spread else ""))
    # One remark on several rows in a row is said once, under the last of them.
    return [
        replace(row, caveat_zh="", badge_zh="") if after and row.caveat_zh == after.caveat_zh else row
        for row, after in zip(rows, [*rows[1:], None], strict=True)
    ]


def claim(items: Sequence[Compared]) -> str:
    """How much may be compared: "4项服务数可以并列，7项不作比较"."""
    services = [item for item in items if item.basis_code != "context"]
    fit = sum(item.is_comparable for item in services)
    rest = len(services) - fit
    if not services:
        return "没有公布服务数，只能看人口与区划背景"
    return f"{fit}项服务数可以并列，{rest}项不作比较" if rest else f"{fit}项服务数都可以并列"


def plain_table(items: Sequence[Compared], area_ids: Sequence[str], names: Sequence[str]) -> str:
    """The same values as a table, with what the gate says of each row."""
    body = [
        [
            esc(item.item_zh),
            *(num(value_text(item, item.sides[area_id]), value_ref(item, item.sides[area_id])) for area_id in area_ids),
            esc("可以并列" if item.is_comparable else (item.badges[0] if item.badges else "不作比较")),
        ]
        for item in items
    ]
    return table(["项目", *names, "可比"], body, text_columns=(len(names) + 1,), caption="并列的数")


def as_of(items: Sequence[Compared]) -> str:
    """From the oldest to the newest as-of of the values shown."""
    days = [side["as_of"] for item in items for side in item.sides.values() if side["as_of"] is not None]
    return f"{date_zh(min(days))}至{date_zh(max(days))}，见各行" if days else "未公布"


def _item(item: Compared, area_ids: Sequence[str], spine_html: str = "") -> Item:
    known = [side["value"] for side in item.sides.values() if side["value"] is not None]
    top = max([*known, 1.0]) if item.basis_code == "rate" else max(known, default=0)
    with_bars = item.is_comparable and item.basis_code in WITH_BARS and top > 0
    labels = {side["label"] for side in item.sides.values() if side["label"] and side["value"] is not None}
    differ = len(labels) > 1
    return Item(
        name_zh=item.item_zh,
        note_zh="",
        cells=[_cell(item, item.sides[area_id], top if with_bars else None, differ=differ) for area_id in area_ids],
        badge_zh=item.badges[0] if item.badges else "",
        caveat_zh="；".join(item.cautions) if item.is_comparable else "",
        refused_zh="" if item.is_comparable else "；".join(item.reasons),
        spine_html=spine_html,
    )


def value_text(item: Compared, side: Mapping[str, Any]) -> str:
    """A side's value as printed; 缺 where the area publishes none."""
    if side["value"] is None:
        return mark("missing")
    return show_value(side["value"], item.unit_zh, decimals=item.decimals, as_written=side["as_written"])


def value_ref(item: Compared, side: Mapping[str, Any]) -> str | None:
    """The receipt of a side's value."""
    column = item.item_code if side["relation"] == PROFILE and item.basis_code == "context" else None
    return ref(side["relation"], side["row_key"], column)


def _cell(item: Compared, side: Mapping[str, Any], top: float | None, *, differ: bool) -> Cell:
    if side["value"] is None:
        return Cell(text=mark("missing"), from_zh="未公布", is_mark=True)
    when = as_of_zh(side["as_of"], side["precision"] or "day")
    label = side["label"] if differ else None
    made_of = " · ".join(part for part in (label, side["note"], when) if part)
    share = None if top is None else max(side["value"], 0) / top
    return Cell(text=value_text(item, side), from_zh=made_of, receipt=value_ref(item, side), share=share)


def _spine(item: Compared, area_ids: Sequence[str], spread: Mapping[str, Any], level_zh: str) -> str:
    values = [item.sides[area_id]["value"] for area_id in area_ids]
    return spine(
        Spread(
            low=spread["low"],
            quarter=spread["quarter"],
            median=spread["median"],
            three_quarters=spread["three_quarters"],
            high=spread["high"],
            count=spread["area_count"],
        ),
        values,
        low_text=f"全国最低 {percent(spread['low'])}",
        middle_text=f"中位数 {percent(spread['median'])}",
        high_text=f"最高 {percent(spread['high'])}",
        alt_zh=f"{item.item_zh}在全国{spread['area_count']}个{level_zh}中的位置，中位数{percent(spread['median'])}",
    )


def spreads(view: View, level_code: str) -> dict[str, Mapping[str, Any]]:
    """The distribution of each census share over all areas of a level, by measure."""
    frame: pl.DataFrame = view.ask(ageing.spread, level_code=level_code).frame
    return {row["measure"]: row for row in frame.iter_rows(named=True)}


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """A comparison made once: the finding, and its figure."""

    names: tuple[str, ...]
    said: Cited
    drawing: Drawing


def page(view: View, area_ids: Sequence[str]) -> None:
    """The areas side by side: finding, the way to other areas, rows by what may be compared first."""
    with st.spinner("正在逐项核对口径与时点……"):
        sheet = view.made(_sheet, tuple(area_ids))
    deck = view.ask(catalog.rule_text, parameter_code="comparison_gate")
    opening("城市对比", " 与 ".join(sheet.names), sheet.said.text, links_of(sheet.said), deck_zh=f"{deck}。")
    chooser.choose(view, area_ids)
    sheet.drawing.show("versus")


def _sheet(view: View, area_ids: tuple[str, ...]) -> Sheet:
    places = [view.ask(areas.area, area_id=area_id).frame.row(0, named=True) for area_id in area_ids]
    names = [place["name_zh"] for place in places]
    items = compared(view, area_ids)
    heads = [
        Head(name_zh=place["name_zh"], where_zh=place["path_zh"].removesuffix(place["name_zh"])) for place in places
    ]
    drawing = Drawing(
        claim_zh=claim(items),
        what_zh="先比覆盖率，再比每万名老年人，最后看个数；每个数下面是算法、底数年份和时点",
        drawn_html=versus(heads, _groups(view, items, area_ids, places[0]["level_code"])),
        foot_html=source_line(
            "各地公开文件、2020年普查、2021年基层单位数", as_of(items), view.release_id, more=FULL_COUNT_ZH
        ),
        twin_html=plain_table(items, area_ids, names),
    )
    return Sheet(names=tuple(names), said=finding(view, area_ids, names), drawing=drawing)


def _groups(view: View, items: Sequence[Compared], area_ids: Sequence[str], level_code: str) -> str:
    """The rows under their headings, in the order in which they may be compared."""
    level_zh = view.ask(catalog.code_labels, code_set="level_code")[level_code]
    context = context_rows(items, area_ids, spreads(view, level_code), level_zh)
    return (
        group("覆盖率", "建成数占应覆盖单位数的比例；条形同一比例尺，全长为100%", rows_of(items, area_ids, "rate"))
        + group("每万名老年人", "按60岁及以上常住人口计", rows_of(items, area_ids, "per_10000"))
        + group("数量", "各地大小不同，个数只列不比，不画条形", rows_of(items, area_ids, "count"))
        + group("不作比较的", "只列各自公布的数，不算比值，不排名", refused(items, area_ids))
        + group("背景", "普查与区划底数；灰盒是全国中间一半的地方，竖线是中位数", context)
    )


def finding(view: View, area_ids: Sequence[str], names: Sequence[str]) -> Cited:
    """The first line: of the first two areas; further ones are told by the rows."""
    first, second = area_ids[0], area_ids[1]
    rows = view.ask(comparison.compare, area_a=first, area_b=second).frame.to_dicts()
    return comparison_finding(rows, name_a_zh=names[0], name_b_zh=names[1])
