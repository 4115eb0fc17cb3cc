"""Which townships have a facility and which have none, in words."""

from collections.abc import Mapping, Sequence
from typing import Any

from warehouse.wording.cited import listed
from warehouse.wording.numbers import mark, plain

Row = Mapping[str, Any]
STREET_BASES = ("street", "street_and_county_seat")


def kind_zh(base_code: str) -> str:
    """What places the list is of: streets where only those should have the facility, towns, or both."""
    if base_code in STREET_BASES:
        return "街道"
    return "乡镇" if base_code == "township" else "乡镇（街道）"


def is_in_base(row: Row) -> bool:
    """Whether a township should have the facility: it is such a place, or has villages or communities to be covered."""
    return row["base"] is not None


def is_blank(row: Row) -> bool:
    """Whether a township that should have the facility reported none."""
    return is_in_base(row) and row["built"] == 0


def is_unknown(row: Row) -> bool:
    """Whether a township that should have it did not report."""
    return is_in_base(row) and row["built"] is None


def state_zh(row: Row) -> str:
    """已有, 空白, the mark of what was not reported, or — where there is nothing to cover."""
    if not is_in_base(row):
        return mark("not_applicable")
    if row["built"] is None:
        return mark(row["status_code"])
    return "空白" if is_blank(row) else "已有"


def claim(rows: Sequence[Row], network_zh: str) -> str:
    """How many townships have one and how many have none, and where most of those stand."""
    based = [row for row in rows if is_in_base(row)]
    blank, unknown = [row for row in based if is_blank(row)], [row for row in based if is_unknown(row)]
    kind = kind_zh(based[0]["base_code"])
    have = len(based) - len(blank) - len(unknown)
    told = f"{len(based)}个{kind}中，{have}个已有{network_zh}"
    if blank:
        counts: dict[str, int] = {}
        for row in blank:
            counts[row["parent_zh"]] = counts.get(row["parent_zh"], 0) + 1
        highest = max(counts.values())
        most = [unit for unit, count in counts.items() if count == highest]
        told += f"，{len(blank)}个还没有"
        if len(counts) == 1:
            told += f"，都在{most[0]}"
        elif len(most) == 1:
            told += f"；{most[0]}最多，{plain(highest)}个"
        else:
            told += f"；{listed(most)}并列最多，各{plain(highest)}个"
    elif not unknown:
        told += "，没有空白"
    if unknown:
        told += f"；另有{len(unknown)}个未报"
    return told
