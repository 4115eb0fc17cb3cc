"""Comparisons of two to four areas, pair by pair through the gate, joined to one item over all areas."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

from pages.ui.kit.html import esc, num, table
from pages.ui.kit.refs import ref
from pages.ui.kit.view import View
from warehouse.read.place import comparison
from warehouse.wording.grammar.dates import as_of_zh
from warehouse.wording.grammar.numbers import mark, show_value

PROFILE = "mart.area_profile"
DRAWN = ("rate", "per_10000")
"""On these bases areas of any size share an axis, whose lengths say that values may be compared; counts are only listed."""


@dataclass(kw_only=True)
class Compared:
    """One item over all areas of the page: each area's side, and what the gate said of every pair."""

    item_code: str
    item_zh: str
    basis_code: str
    unit_zh: str
    decimals: int
    smallest_difference: float
    # The row of mart.city_comparison, where the pair is one the release keeps; empty for a pair worked out when asked.
    pair_key: str = ""
    sides: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    is_comparable: bool = True
    reasons: list[str] = field(default_factory=list)
    badges: list[str] = field(default_factory=list)
    cautions: list[str] = field(default_factory=list)

    @property
    def is_drawn(self) -> bool:
        """Whether the areas may stand on one axis."""
        return self.is_comparable and self.basis_code in DRAWN


def compared(view: View, area_ids: Sequence[str]) -> list[Compared]:
    """Every item of which at least one area has a value, in declared order; comparable only if all pairs are."""
    items: dict[str, Compared] = {}
    declared = view.ask(comparison.pairs).frame
    pairs = set(zip(declared["area_a"], declared["area_b"], strict=True))
    for first, second in combinations(area_ids, 2):
        # The pair as declared is kept in the release; the other way round it would be computed anew.
        pair = (second, first) if (second, first) in pairs else (first, second)
        for row in view.ask(comparison.compare, area_a=pair[0], area_b=pair[1]).frame.iter_rows(named=True):
            _take(items, row, is_kept=pair in pairs)
    return [item for item in items.values() if any(side["value"] is not None for side in item.sides.values())]


def _take(items: dict[str, Compared], row: Mapping[str, Any], *, is_kept: bool) -> None:
    item = items.setdefault(
        row["item_code"],
        Compared(
            item_code=row["item_code"],
            item_zh=row["item_zh"],
            basis_code=row["basis_code"],
            unit_zh=row["unit_zh"],
            decimals=row["decimals"],
            smallest_difference=row["smallest_difference"],
            pair_key=row["row_key"] if is_kept else "",
        ),
    )
    is_per_head = row["basis_code"] == "per_10000" and bool(row["row_key"])
    for side in ("a", "b"):
        item.sides.setdefault(
            row[f"area_{side}"],
            {
                "value": row[f"value_{side}"],
                "low": row[f"value_{side}_low"],
                "high": row[f"value_{side}_high"],
                "as_written": row[f"as_written_{side}"],
                "as_of": row[f"as_of_{side}"],
                "precision": row[f"precision_{side}"],
                "note": row[f"note_{side}_zh"],
                # What was divided by persons here is the number of this line, not that of its count.
                "relation": "mart.city_comparison" if is_per_head else row[f"relation_{side}"],
                "row_key": row["row_key"] if is_per_head else row[f"row_key_{side}"],
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


def value_text(item: Compared, side: Mapping[str, Any]) -> str:
    """A side's value as printed; 缺 where the area publishes none."""
    if side["value"] is None:
        return mark("missing")
    return show_value(side["value"], item.unit_zh, decimals=item.decimals, as_written=side["as_written"])


def value_ref(item: Compared, side: Mapping[str, Any]) -> str | None:
    """The receipt of a side's value."""
    column = item.item_code if side["relation"] == PROFILE and item.basis_code == "context" else None
    return ref(side["relation"], side["row_key"], column)


def claim(items: Sequence[Compared]) -> str:
    """How much may be compared: "4项服务数可以并列，7项不作比较，1项个数只列不比"."""
    services = [item for item in items if item.basis_code != "context"]
    if not services:
        return "没有公布服务数，只能看人口与区划背景"
    fit = sum(item.is_drawn for item in services)
    rest = sum(not item.is_comparable for item in services)
    listed = len(services) - fit - rest
    if not rest and not listed:
        return f"{fit}项服务数都可以并列"
    parts = [f"{fit}项服务数可以并列"]
    parts += [f"{rest}项不作比较"] if rest else []
    parts += [f"{listed}项个数只列不比"] if listed else []
    return "，".join(parts)


def _standing(item: Compared) -> str:
    """What may be done with the values of a row: "可以并列", "只列不比", or why nothing may."""
    if item.is_comparable:
        return "可以并列" if item.is_drawn or item.basis_code == "context" else "只列不比"
    return item.badges[0] if item.badges else "不作比较"


def plain_table(
    items: Sequence[Compared], area_ids: Sequence[str], names: Sequence[str], *, told: Mapping[str, str]
) -> str:
    """The same values as a table, with what the gate says of each row.

    Args:
        told: name of an item to what is said beside its drawing, as HTML.
    """
    body = [
        [
            esc(item.item_zh),
            *(num(value_text(item, item.sides[area_id]), value_ref(item, item.sides[area_id])) for area_id in area_ids),
            esc(_standing(item)),
            f'<div class="long">{told.get(item.item_zh, "")}</div>',
        ]
        for item in items
    ]
    count = len(names)
    return table(["项目", *names, "可比", "相差与位次"], body, text_columns=(count + 1, count + 2), caption="并列的数")


def as_of(items: Sequence[Compared]) -> str:
    """From the oldest to the newest as-of of the values shown."""
    held = sorted(
        {(side["as_of"], side["precision"] or "day") for item in items for side in item.sides.values() if side["as_of"]}
    )
    if not held:
        return "未公布"
    first, last = (as_of_zh(*one).removeprefix("截至") for one in (held[0], held[-1]))
    return f"{first}至{last}，见各行" if first != last else f"{first}，见各行"
