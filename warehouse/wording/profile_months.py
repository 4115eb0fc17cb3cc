"""One unit in words: how many ranks it holds high and low, what lags most, how much of the city's gap is its own."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from warehouse.wording.desk.submissions import LATE, REFUSED, state_of
from warehouse.wording.grammar.alike import together
from warehouse.wording.grammar.cited import Cited, Figure, cited, listed
from warehouse.wording.grammar.dates import month_zh
from warehouse.wording.grammar.numbers import blank_zh, percent, rank_text
from warehouse.wording.months import LEFT_OUT_ZH, SMALL_BASE, difference_text, value_figure

Row = Mapping[str, Any]
GROUPS_ZH = {"administrative": "县（区）组", "functional_zone": "功能区组"}
COVERAGE = "mart.coverage"
# With three or fewer in a group, first and last say nothing about front and rear.
SMALLEST_FIELD = 4
TOP = 3


def ranked(rows: Sequence[Row]) -> list[Row]:
    """The rows that have a rank."""
    return [row for row in rows if row["rank"] is not None]


def is_last(row: Row) -> bool:
    """Whether the unit alone stands behind all others of a group of four or more, and still would with one more counted.

    One of two townships is 50 % and may be the lowest; with the other one it would be 100 %. Behind whom nothing is known
    of, nobody stands.
    """
    is_rear = row["rank"] is not None and row["rank"] == row["ranked_count"] >= SMALLEST_FIELD and not _unknown(row)
    return is_rear and _would_stand(row, 1) == row["ranked_count"]


def is_in_front(row: Row) -> bool:
    """Whether the unit stands among the first three with everyone who shares its place, and still would with one less and
    with all of whom nothing is known before it.

    Seven alike have no front, and neither have three.
    """
    top = TOP - _unknown(row)
    is_front = row["rank"] is not None and row["rank"] + row["tied_count"] - 1 <= top
    return is_front and row["ranked_count"] >= SMALLEST_FIELD and _would_stand(row, -1) <= top


def _unknown(row: Row) -> int:
    """How many of the group are expected to have a figure and have none that may be told or used."""
    return sum(one["status_code"] in ("missing", "returned", "withheld", "suppressed") for one in row["excluded"])


def _would_stand(row: Row, more: int) -> int:
    """The place among the others with so many more of what is counted; who is as good shares it."""
    value = row["value"] + more * row["direction"] * row["one_more"]
    return 1 + sum(
        row["direction"] * (one["value"] - value) > 1e-9 for one in row["peers"] if one["value"] != row["value"]
    )


def rank_zh(row: Row, indicator: Row, excluded: Mapping[str, int]) -> str:
    """ "第3位（共5个参排，1个未报）", "并列第2—3位（…）"; why there is no rank where there is none."""
    if row["rank"] is None and row["value"] is None:
        return "没有数，不排名"
    if row["rank"] is None and indicator["kind_code"] != "ratio":
        return "数量，不排名"
    if row["rank"] is None:
        return "不判断好坏，不排名" if indicator["polarity_code"] == "neutral" else f"{LEFT_OUT_ZH[SMALL_BASE]}，不排名"
    return rank_text(row["rank"], row["ranked_count"], dict(excluded), tied_count=row["tied_count"])


def movement_zh(row: Row, indicator: Row) -> str:
    """How a rank moved since the month before, and how far the next unit above is: "较上月进1位，距前一位清丰县2.3个百分点".

    Ranks of fields of different size are not held against each other; the unit above is of the place before, from which
    the distance counts, and not one that shares this place.
    """
    if row["rank"] is None:
        return ""
    parts = []
    if row["rank_before"] is not None and row["ranked_before"] == row["ranked_count"]:
        up = row["rank_before"] - row["rank"]
        parts.append(f"较上月{'进' if up > 0 else '退'}{abs(up)}位" if up else "与上月同位")
    above = _next_above(row)
    if above:
        apart = abs(above[-1]["value"] - row["value"])
        names = together(one["area_zh"] for one in above)
        # A neighbour of its place may be apart from those before by what counts, and itself by less than one of what it counts.
        if apart >= row["one_more"]:
            parts.append(f"距前一位{names}{difference_text(apart, indicator)}")
    return "，".join(parts)


def _next_above(row: Row) -> list[Row]:
    """Everyone who shares the place before this one's, the nearest last; none for the first place."""
    before = max((one["rank"] for one in row["peers"] if one["rank"] < row["rank"]), default=0)
    above = [one for one in row["peers"] if one["rank"] == before]
    return sorted(above, key=lambda one: -abs(one["value"] - row["value"]))


def against_city_zh(row: Row, indicator: Row) -> str:
    """How a rate lies to the city's: "高1.2个百分点", "相当"; empty for amounts and where either is missing."""
    if indicator["kind_code"] != "ratio" or row["value"] is None or row["city_value"] is None:
        return ""
    difference = row["value"] - row["city_value"]
    if abs(difference) < row["smallest_gap"]:
        return "相当"
    return f"{'高' if difference > 0 else '低'}{difference_text(difference, indicator)}"


def finding(
    name_zh: str, kind_code: str, rows: Sequence[Row], indicators: Mapping[str, Row], gaps: Sequence[Row]
) -> Cited:
    """The first line of 县区画像: where the unit stands among its group, what it is last in, its share of the blanks.

    Ranks are told within the unit's own group; a group of fewer than four has no front and no rear.
    """
    placed = ranked(rows)
    group = GROUPS_ZH[kind_code]
    known = [row for row in rows if row["value"] is not None]
    if not known:
        return cited(f"{name_zh}这个月没有一项有数，不排名。")
    if not placed:
        return cited(f"{name_zh}这个月没有可排名的指标。")
    largest = max(row["ranked_count"] for row in placed)
    if largest == 1:
        # Whoever stands alone is neither first nor last.
        return cited(f"{name_zh}在{group}可排名的{len(placed)}项都只有它一个有数，不分先后", _tail(name_zh, gaps), "。")
    if largest < SMALLEST_FIELD:
        first = sum(row["rank"] == 1 == row["tied_count"] < row["ranked_count"] and not _unknown(row) for row in placed)
        return cited(f"{name_zh}在{group}可排名的{len(placed)}项中{first}项居首", _tail(name_zh, gaps), "。")
    top = [row for row in placed if is_in_front(row)]
    last = [row for row in placed if is_last(row)]
    parts: list[str | Figure | Cited] = [f"{name_zh}在{group}可排名的{len(placed)}项中，{len(top)}项居前三"]
    if last:
        parts.append(f"，{len(last)}项居末位：")
        for position, row in enumerate(last[:2]):
            indicator = indicators[row["indicator_code"]]
            parts += ["、" if position else "", f"{indicator['label_zh']}", value_figure(row, indicator)]
        if len(last) > 2:
            parts.append(f"等{len(last)}项")
    elif any(row["rank"] > 1 and row["rank"] + row["tied_count"] > row["ranked_count"] for row in placed):
        # The table below shows the last place: shared, or with one more of what is counted it would be another's.
        parts.append("，没有稳居末位的")
    else:
        parts.append("，没有居末位的")
    return cited(*parts, _tail(name_zh, gaps), "。")


def of_whom_zh(gap: Row, whole_zh: str = "全市") -> str:
    """Whose blanks a unit's are a share of: the city's, or those of the units that reported."""
    return "已报单位" if gap.get("is_partial") else whole_zh


def _tail(name_zh: str, gaps: Sequence[Row]) -> Cited:
    widest = next((row for row in gaps if row["share"]), None)
    if widest is None:
        return cited("")
    blank = Figure(wording=blank_zh(widest["blank"]), relation=COVERAGE, row_key=widest["row_key"])
    # The city's blanks and the share of them open both and every other network's.
    whole, share = (
        Figure(wording=wording, relation=COVERAGE, row_key=widest["row_key"], column="share_of_blanks")
        for wording in (blank_zh(widest["city_blank"]), percent(widest["share"]))
    )
    return cited(f"；{of_whom_zh(widest)}{widest['network_zh']}空白", whole, "，本地", blank, "，占已知空白的", share)


def issues_zh(issues: Sequence[Row], *, shown: int = 0) -> str:
    """How many questions about its forms are open: "6个填报问题待处理，先列2个"."""
    if not issues:
        return "没有待处理的填报问题"
    rest = f"，先列{shown}个" if 0 < shown < len(issues) else ""
    return f"{len(issues)}个填报问题待处理{rest}"


def reported_zh(month: date, forms: Sequence[Row]) -> str:
    """How the forms of a month came in: all of them alike in one breath, else one by one."""
    # A correction sent after the due day is no late report: the word is that of the report board.
    states = [
        REFUSED.label_zh
        if (state := state_of(row)) is REFUSED
        else f"{row['state_zh']}{'（迟报）' if state is LATE else ''}"
        for row in forms
    ]
    if len(set(states)) == 1:
        return f"{month_zh(month)}{len(forms)}张报表{states[0]}"
    told = "、".join(f"{row['form_zh']}{state}" for row, state in zip(forms, states, strict=True))
    return f"{month_zh(month)}：{told}"


def peers_zh(peers: Sequence[Row]) -> str:
    """The places most alike by census, in one line."""
    return listed([row["path_zh"] for row in peers], most=3)
