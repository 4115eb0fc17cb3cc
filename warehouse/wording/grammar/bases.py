"""The population a rate stands on, in words: which people, how many, when, counted or projected."""

from collections.abc import Mapping
from typing import Any

from warehouse.wording.grammar.dates import base_when_zh
from warehouse.wording.grammar.numbers import show_value

Row = Mapping[str, Any]
PROJECTED_ZH = "（推算）"
# Half the width of what a projected population may be, of itself: the wider of the two its source states.
PROJECTION_ERROR = 0.07
SWITCH_NOTES_ZH = {
    "census": "底数为2020年普查60岁、80岁及以上常住人口；普查以后老年人增加，比率会偏高。",
    "projection": "底数为推算的60岁、80岁及以上常住人口：由2020年普查推出，非官方，误差约±5%，2026年约±7%。",
}


def base_source_zh(base: str) -> str:
    """The source of the population a page stands on: `census` or `projection`."""
    return "老年人口推算（非官方）" if base == "projection" else "2020年普查"


def base_zh(row: Row, indicator: Row) -> str:
    """What a rate was divided by: "60岁及以上常住人口78.5万人（2026年10月推算）"; empty where nothing was divided.

    Args:
        row: a month of a ratio, with denominator and denominator_as_of_on.
        indicator: its row of the catalogue, with denominator_label_zh and variant_of.
    """
    if not row["denominator"] or not row["denominator_as_of_on"]:
        return ""
    people = (indicator["denominator_label_zh"] or "").removesuffix(PROJECTED_ZH)
    when = base_when_zh(row["denominator_as_of_on"], is_projected=bool(indicator["variant_of"]))
    return f"{people}{show_value(row['denominator'], '人')}（{when}）"


def is_more_than_all(row: Row | None, indicator: Row) -> bool:
    """Whether a rate exceeds 100 % whatever its base may be: a projected one may be larger than it is."""
    if row is None or row["value"] is None:
        return False
    return row["value"] > (1 + PROJECTION_ERROR if indicator["variant_of"] else 1)


def against_all_zh(row: Row, indicator: Row, over_zh: str) -> str:
    """What is said of a rate beside 100 %: `over_zh` where it exceeds it, that nobody can tell where the base leaves it open."""
    if is_more_than_all(row, indicator):
        return over_zh
    if indicator["variant_of"] and abs(row["value"] - 1) <= PROJECTION_ERROR:
        return "推算有误差，不能断定是否超过100%"
    return ""
