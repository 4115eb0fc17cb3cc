"""Which townships have a facility and which have none, in words."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from warehouse.wording.grammar.alike import by_value, counting, level_zh, together
from warehouse.wording.grammar.cited import listed
from warehouse.wording.grammar.numbers import blank_zh, mark, percent, plain, points
from warehouse.wording.months import LEFT_OUT_ZH

Row = Mapping[str, Any]
# Why a number of blanks is told as a lower bound; said once beside a drawing whose marks have no room for it.
LEAST_ZH = "空白数都是至少数，一处可能有两个"
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
        words = Counter(LEFT_OUT_ZH.get(row["status_code"], "未报") for row in unknown)
        told += f"；另有{'，'.join(f'{count}个{word}' for word, count in words.items())}"
    return told


MOST_WORST, LEAST_WORST = 12, 3


def blanks_claim(
    lead_zh: str, shares: Sequence[tuple[str, float]], smallest_difference: float, bases: Mapping[str, float] = {}
) -> str:
    """Which counties have the largest share of a kind of places blank.

    Args:
        lead_zh: the kind `shares` are of.
        shares: county and its share of blanks; those that differ by less than counts tie.
        bases: how many places each county has to cover: of so few one may be more than what counts, and a county without a
            share did not report.
    """
    unknown = [name for name in bases if name not in dict(shares)]
    absent = f"；{listed(unknown)}没有报" if unknown and shares else ""
    blank = [one for one in shares if one[1] > 0]
    groups = by_value(blank, lambda one: one[1], lambda one: counting(smallest_difference, bases.get(one[0])))
    if not groups:
        return f"{lead_zh}：{'报来的县（区）没有空白' if shares else '县（区）没有可用的数'}{absent}"
    if len(shares) == 1:
        return f"{lead_zh}：只有{shares[0][0]}一个县（区）有数，空着{_span(groups[0])}"
    first, *after = groups
    if len(first) == len(shares) > 1:
        level = level_zh(
            first[0][1], first[-1][1], *_least(smallest_difference, [bases.get(name) for name, _ in first])
        )
        return f"{lead_zh}：{len(first)}个县（区）{level}，空着{_span(first)}{absent}"
    claim = f"{lead_zh}：{together(name for name, _ in first)}空得最多，空着{_span(first)}"
    if not after:
        return f"{claim}{absent}"
    return f"{claim}；其次{together(name for name, _ in after[0])}{_span(after[0])}{absent}"


def _least(smallest_difference: float, bases: Sequence[float | None]) -> tuple[float, str]:
    """What counts between the ends of a place, and in words between its neighbours."""
    least = max(counting(smallest_difference, base) for base in bases)
    return least, points(smallest_difference) + ("或一个" if least > smallest_difference else "")


def _span(group: Sequence[tuple[str, float]]) -> str:
    """The shares of those who tie: one, or from the largest to the smallest."""
    high, low = (percent(group[place][1], thresholds=()) for place in (0, -1))
    return high if high == low else f"{high}至{low}"


def worst_limit(blanks: Sequence[float]) -> int | None:
    """From how many blanks on a township is listed: the lowest of tens that leaves at most a dozen; None for under three."""
    for least in range(10, int(max(blanks, default=0)) + 1, 10):
        count = sum(blank >= least for blank in blanks)
        if count <= MOST_WORST:
            return least if count >= LEAST_WORST else None
    return None


def worst_claim(count: int, least: int, blank: int, all_blank: int, base_zh: str, whole_zh: str = "全市") -> str:
    """How many townships have so many blanks each, and how much of all that are known: of the city, or of who reported."""
    share = percent(blank / all_blank, thresholds=()) if all_blank else ""
    return f"{count}个乡镇各空{least}个{base_zh}以上，合计{blank_zh(blank)}，占{whole_zh}已知空白的{share}"
