"""The places a network should cover as marks, unit by unit: covered, blank, not reported. Surplus never covers a blank."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pages.ui.kit.html import esc, num
from pages.ui.kit.refs import ref
from pages.ui.marks.coverage_texts import COVERAGE
from warehouse.wording import townships as words

Row = Mapping[str, Any]
# More marks than a row has room for: then a mark is ten places.
MOST_MARKS = 140
FEW_MARKS = 60


@dataclass(frozen=True, kw_only=True)
class Stand:
    """The places of one unit, added up township by township. `over` is what is built beyond the places there are."""

    unit_zh: str
    covered: int
    blank: int
    unknown: int
    over: int

    @property
    def places(self) -> int:
        """All places the network should cover."""
        return self.covered + self.blank + self.unknown

    @property
    def blank_share(self) -> float:
        """Share of blanks among the places that were reported; 0 where none was."""
        reported = self.covered + self.blank
        return self.blank / reported if reported else 0.0


def stands(records: Sequence[Row]) -> list[Stand]:
    """One a unit, most blank first; a township with more than it needs covers nobody else's blank.

    Args:
        records: of `warehouse.read.coverage.townships`, those with a base.
    """
    found = []
    for unit in dict.fromkeys(row["parent_zh"] for row in records):
        own = [row for row in records if row["parent_zh"] == unit]
        known = [row for row in own if row["built"] is not None]
        found.append(
            Stand(
                unit_zh=unit,
                covered=int(sum(min(row["built"], row["base"]) for row in known)),
                blank=int(sum(max(row["base"] - row["built"], 0) for row in known)),
                unknown=int(sum(row["base"] for row in own if row["built"] is None)),
                over=int(sum(max(row["built"] - row["base"], 0) for row in known)),
            )
        )
    return sorted(found, key=lambda one: -one.blank_share)


def netted_zh(found: Sequence[Stand]) -> str:
    """What a total would hide: how much surplus stands beside blanks; empty where nothing nets out."""
    over, blank = sum(one.over for one in found), sum(one.blank for one in found)
    if not over or not blank:
        return ""
    return f"有的乡镇（街道）多建{over}个，不抵别处空着的{blank}个：合计的覆盖率看不出空白"


def waffles(records: Sequence[Row], zones: Sequence[str]) -> str:
    """The picture as HTML: a row a unit, functional zones apart, blank townships named beside."""
    found = stands(records)
    each = 1 if max((one.places for one in found), default=0) <= MOST_MARKS else 10
    few = " few" if max((one.places for one in found), default=0) <= FEW_MARKS else ""
    rows = "".join(_row(one, records, each, few) for one in found if one.unit_zh not in zones)
    apart = "".join(_row(one, records, each, few) for one in found if one.unit_zh in zones)
    if apart:
        apart = f"<h3>功能区（单列，不与县（区）混排）</h3>{apart}"
    unknown = '<span><i class="mark unknown"></i> 未报</span>' if any(one.unknown for one in found) else ""
    key = (
        f'<div class="key"><span><i class="mark"></i> 已有</span><span><i class="mark blank"></i> 空白</span>{unknown}'
        f"<span>一格＝{each}个{esc(records[0]['base_label_zh'])}{'（不足一格的按一格画）' if each > 1 else ''}；"
        "空白占比高的在前</span></div>"
    )
    return f'{key}<div class="waffles">{rows}{apart}</div>'


def _row(one: Stand, records: Sequence[Row], each: int, few: str) -> str:
    marks = "".join(
        f'<i class="{kind}"></i>' * -(-count // each)
        for kind, count in (("built", one.covered), ("blank", one.blank), ("unknown", one.unknown))
    )
    own = [row for row in records if row["parent_zh"] == one.unit_zh]
    blank, silent = [row for row in own if words.is_blank(row)], [row for row in own if words.is_unknown(row)]
    names = "、".join(num(row["short_name_zh"], ref(COVERAGE, row["row_key"])) for row in blank)
    unsaid = (
        f'<span class="soft">未报：{esc("、".join(row["short_name_zh"] for row in silent))}</span>' if silent else ""
    )
    over = f'<span class="soft">多{one.over}个，不抵空白</span>' if one.over and one.blank else ""
    told = "　".join(part for part in (names, unsaid, over) if part)
    if not told:
        told = (
            '<span class="soft">没有空白</span>'
            if not one.blank
            else '<span class="soft">没有全空的乡镇（街道）</span>'
        )
    said = f"{one.unit_zh}应有{one.places}个，空白{one.blank}个，未报{one.unknown}个"
    return (
        f'<div class="row"><div class="who">{esc(one.unit_zh)}</div><div class="waffle{few}" role="img" aria-label="{esc(said)}">{marks}</div>'
        f'<div class="count">空<b>{one.blank}</b><span class="soft">/{one.places}</span></div><div class="names">{told}</div></div>'
    )
