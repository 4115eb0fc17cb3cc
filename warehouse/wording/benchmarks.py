"""Units held against a benchmark, in words: what it is, who lies on its wrong side and by how much, who stands where."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from warehouse.wording.grammar.alike import MOST_NAMED, among_zh, by_value, each_of, foremost, of_group
from warehouse.wording.grammar.cited import listed
from warehouse.wording.grammar.numbers import rank_text
from warehouse.wording.months import LEFT_OUT_ZH, SMALL_BASE, difference_text, tone_of, value_text

MEAN, MEDIAN, TARGET, OTHER = "mean", "median", "target", "other"
BENCHMARKS_ZH = {MEAN: "市均值（加权）", MEDIAN: "中位数", TARGET: "计划目标", OTHER: "对标市"}
# Where oneself can be left out of what one is held against.
OF_UNITS = (MEAN, MEDIAN)
COLUMNS = {MEAN: "city_mean", MEDIAN: "median", TARGET: "target_value", OTHER: "other_value"}
HOW_ZH = {
    MEAN: "市均值（加权）＝已报各单位分子之和÷分母之和，不是各单位比率的平均",
    MEDIAN: "中位数取自本单位所在的组，县（区）与功能区各算各的",
    TARGET: "计划目标是全市的目标值，不是分解给单位的任务，仅供参照",
    OTHER: "对标市取同一指标、同一个月的全市数",
}
ALONE_ZH = "；已除去本单位，各单位的对照数因此不同"

Row = Mapping[str, Any]


def value_of(row: Row, benchmark: str) -> float | None:
    """What a unit is held against; None where there is nothing."""
    return row[COLUMNS[benchmark]]


def gap_of(row: Row, benchmark: str) -> float | None:
    """How far a unit lies above what it is held against; None where either is missing."""
    against = value_of(row, benchmark)
    return None if row["value"] is None or against is None else row["value"] - against


def counts(gap: float, row: Row, benchmark: str) -> bool:
    """Whether a distance of a unit is one: as much as counts for it; a target is missed by any."""
    return bool(gap) if benchmark == TARGET else abs(gap) >= row["smallest_gap"]


def gap_zh(row: Row, indicator: Row, benchmark: str) -> tuple[str, str]:
    """The distance in words and its tone: ("高2.2个百分点", "good"), ("相同", "flat"), ("相当", "flat"); ("", "") without one."""
    gap = gap_of(row, benchmark)
    if gap is None:
        return "", ""
    if not counts(gap, row, benchmark):
        return "相当" if gap else "相同", "flat"
    return f"{'高' if gap > 0 else '低'}{difference_text(gap, indicator)}", tone_of(gap, indicator)


def rank_zh(row: Row) -> str:
    """The rank within its group with ties and everyone left out: "并列第2—3位（共5个参排，1个未报）"; why there is none."""
    if row["value"] is None:
        return "没有数，不排名"
    if row["rank"] is None:
        return f"{LEFT_OUT_ZH[SMALL_BASE]}，不排名"
    excluded = Counter(LEFT_OUT_ZH.get(status, status) for status in row["left_out"])
    return rank_text(row["rank"], row["ranked_count"], dict(excluded), tied_count=row["tied_count"])


def direction_zh(indicator: Row) -> str:
    """Which end of a rank is its first: "高者在前"."""
    return "低者在前" if indicator["polarity_code"] == "lower_is_better" else "高者在前"


def name_zh(benchmark: str, *, other_zh: str = "", excludes_self: bool = False) -> str:
    """The benchmark as the column and the sentence name it: "其余单位的市均值（加权）", "抚顺市"."""
    if benchmark == OTHER:
        return other_zh
    return ("其余单位的" if excludes_self and benchmark in OF_UNITS else "") + BENCHMARKS_ZH[benchmark]


def claim(rows: Sequence[Row], indicator: Row, benchmark: str, *, name: str) -> str:
    """Who lies on the wrong side of the benchmark, furthest first, and who has no figure.

    Args:
        name: of the benchmark, as `name_zh` gives it.
    """
    missing = [row["area_zh"] for row in rows if row["value"] is None]
    left_out = f"；{listed(missing)}没有数，不比" if missing else ""
    held = [(gap, row) for row in rows if (gap := gap_of(row, benchmark)) is not None]
    label = indicator["label_zh"]
    if not held:
        return f"{label}：没有{name}可以对照{left_out}"
    sign = -1 if indicator["polarity_code"] == "lower_is_better" else 1
    short = [(gap, row) for gap, row in held if gap * sign < 0 and counts(gap, row, benchmark)]
    own = {row["area_zh"] for row in of_group([row for _, row in short])}
    count, among = len(short), among_zh(row for _, row in short)
    behind = sorted((gap * sign, row["area_zh"]) for gap, row in short if row["area_zh"] in own)
    least = {row["area_zh"]: row["smallest_gap"] for _, row in short}
    if not behind:
        alike = "（相差不到最小差的不计）" if any(gap * sign < 0 for gap, _ in held) else ""
        none = each_of([row["area_zh"] for _, row in held], f"不{'低' if sign > 0 else '高'}于{name}")
        return f"{label}：{none}{alike}{left_out}"
    most = (
        behind
        if len(behind) <= MOST_NAMED
        else foremost(by_value(behind, lambda one: abs(one[0]), lambda one: least[one[1]]), MOST_NAMED)
    )
    way = "低" if sign > 0 else "高"
    if len(most) > MOST_NAMED:
        near, far = (difference_text(most[place][0], indicator) for place in (-1, 0))
        ends = f"{near.removesuffix('个百分点').removesuffix(indicator['unit_zh'])}至{far}"
        named = f"{listed(area for _, area in most)}，在{ends}之间"
    else:
        named = "、".join(f"{area}{difference_text(gap, indicator)}" for gap, area in most)
    lead = "，" if among else "："
    lead = f"，{among}最多的是" if len(most) < len(behind) else f"{lead}{among}"
    return f"{label}：{len(held)}个单位中{count}个{way}于{name}{lead}{named}{left_out}"


def against_zh(rows: Sequence[Row], indicator: Row, benchmark: str, *, name: str) -> str:
    """The value of the benchmark where all units share it: "市均值（加权）59.4%"; its name alone where each has its own."""
    values = {value_of(row, benchmark) for row in rows if value_of(row, benchmark) is not None}
    if benchmark == TARGET and values:
        return f"{name}{rows[0]['target_zh']}"
    return f"{name}{value_text(values.pop(), indicator)}" if len(values) == 1 else name
