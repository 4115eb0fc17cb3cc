"""What the census says of a city's age, in sentences."""

from collections.abc import Mapping, Sequence
from typing import Any

from warehouse.wording.grammar.alike import by_value, together
from warehouse.wording.grammar.cited import Cited, Figure, cited
from warehouse.wording.grammar.numbers import mark, percent, plain, points, show_value

PROFILE = "mart.area_profile"
# No interval is printed anywhere: these are counts of everybody.
FULL_COUNT_ZH = "全数统计，无抽样误差"
MEASURE_ZH = {
    "ageing_rate": "60岁及以上占比",
    "aged_65_plus_share": "65岁及以上占比",
    "aged_80_plus_share": "80岁及以上占比",
    "urban_share": "城镇人口占比",
}

Row = Mapping[str, Any]


def share(row: Row, measure: str) -> Figure:
    """One share of an area as printed, 缺 where its source lists no ages."""
    value = row[measure]
    wording = mark("missing") if value is None else percent(value, thresholds=())
    return Figure(wording=wording, relation=PROFILE, row_key=row["area_id"], column=measure)


def persons(row: Row, column: str) -> Figure:
    """One count of persons as printed."""
    return Figure(wording=show_value(row[column], "人"), relation=PROFILE, row_key=row["area_id"], column=column)


def finding(city: Row, units: Sequence[Row], median: float | None) -> Cited:
    """The first line of the page: how many, what share, who is oldest and youngest, who lies above the median county.

    Units without a census table are not counted and not named here.
    """
    counted = [row for row in units if row["ageing_rate"] is not None]
    head = cited(city["name_zh"], "60岁及以上", persons(city, "aged_60_plus"), "，占", share(city, "ageing_rate"))
    if len(counted) < 2:
        return cited(head, "。")
    places = by_value(counted, lambda row: row["ageing_rate"], 0)
    oldest, youngest = places[0][0], places[-1][0]
    highest, lowest = (together(row["short_name_zh"] for row in place) for place in (places[0], places[-1]))
    apart = points(oldest["ageing_rate"] - youngest["ageing_rate"])
    body = cited(
        "；", highest, "最高，", share(oldest, "ageing_rate"), "，", lowest, "最低，", share(youngest, "ageing_rate"), "，相差",
        Figure(wording=apart, relation=PROFILE, row_key=city["area_id"], column="range:ageing_rate"),
    ) if len(places) > 1 else cited("；", highest, "，都是", share(oldest, "ageing_rate"))  # fmt: skip
    if median is None:
        return cited(head, body, "。")
    above = sum(row["ageing_rate"] > median for row in counted)
    whole = f"{len(counted)}个有普查表的单位"
    tail = f"{whole}全部高于全国县级中位数" if above == len(counted) else f"{whole}中{above}个高于全国县级中位数"
    middle = Figure(
        wording=percent(median, thresholds=()), relation=PROFILE, row_key=oldest["area_id"], column="median:ageing_rate"
    )
    return cited(head, body, "。", tail if above else f"{whole}都不高于全国县级中位数", middle, "。")


def among_peers(own: Row, peers: Sequence[Row], measure: str = "ageing_rate") -> Cited:
    """One place against its peers: its share, how many of them lie above it, where all are within."""
    known = sorted(row[measure] for row in peers if row[measure] is not None)
    label = MEASURE_ZH[measure]
    if own[measure] is None or not known:
        return cited(own["short_name_zh"], f"没有可比的{label}。")
    above = sum(value > own[measure] for value in known)
    none_above = f"{len(known)}个同类没有比它高的" if known[-1] == own[measure] else f"比{len(known)}个同类都高"
    place = f"{len(known)}个同类中{above}个比它高" if above else none_above
    between = f"同类在{percent(known[0], thresholds=())}—{percent(known[-1], thresholds=())}之间"
    return cited(own["short_name_zh"], f"{label}", share(own, measure), f"，{place}；{between}。")


def rank_zh(row: Row) -> str:
    """Where a share stands: "第1162位（共2981个）"; from the highest."""
    return f"第{plain(row['rank'])}位（共{plain(row['ranked_count'])}个）"
