"""Documents named in a few characters."""

from collections.abc import Mapping
from typing import Any

Row = Mapping[str, Any]


def short_title(row: Row) -> str:
    """A document in a few characters, for a list: "濮阳 2025年答复408号", "濮阳 十四五规划"."""
    when = f"{row['issued_on'].year}年" if row["issued_on"] else f"{row['issued_year']}年" if row["issued_year"] else ""
    title = row["title_zh"]
    if "规划" in title:
        return f"{row['area_short_name_zh']} “十四五”规划"
    number = title.partition("第")[2].partition("号")[0].rpartition("第")[2]
    return f"{row['area_short_name_zh']} {when}答复（{number}号）" if number else f"{row['area_short_name_zh']} {when}"
