"""Documents named in a few characters."""

from collections.abc import Mapping
from typing import Any

from warehouse.wording.grammar.dates import date_zh

Row = Mapping[str, Any]


def short_title(row: Row) -> str:
    """A document in a few characters, for a list: "濮阳 2025年答复408号", "濮阳 十四五规划"."""
    when = f"{row['issued_on'].year}年" if row["issued_on"] else f"{row['issued_year']}年" if row["issued_year"] else ""
    title = row["title_zh"]
    if "规划" in title:
        return f"{row['area_short_name_zh']} “十四五”规划"
    number = title.partition("第")[2].partition("号")[0].rpartition("第")[2]
    return f"{row['area_short_name_zh']} {when}答复（{number}号）" if number else f"{row['area_short_name_zh']} {when}"


def newest_zh(issued: Mapping[str, Any]) -> str:
    """How far the documents of a place reach: "截至2025年7月9日", "为2023年（日期未印）", "没有印发文日期"."""
    if issued["issued_on"] is not None:
        return f"截至{date_zh(issued['issued_on'])}"
    return f"为{issued['issued_year']}年（日期未印）" if issued["issued_year"] is not None else "没有印发文日期"
