"""Who is ahead and who is behind among the units of a city, as the month's text tells it: places, gaps, ties.

Ranks of rates are the release's; tasks are placed by completion under the same rule of ties.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from warehouse.wording.grammar.alike import ZONE, foremost, places
from warehouse.wording.grammar.cited import Cited, Figure, cited, listed
from warehouse.wording.grammar.numbers import place_span, place_text, plain, points
from warehouse.wording.months import MONTH, difference_text, is_share, key_of, unranked_zh
from warehouse.wording.overview_months import PROGRESS, is_level_task, is_small_task

Row = Mapping[str, Any]


def apart(cells: Sequence[Row], indicators: Mapping[str, Row], between: str = "、") -> list[str | Figure | Cited]:
    """The gaps of several places in one indicator under one unit: "35.2、28.9、14.4个百分点"."""
    parts: list[str | Figure | Cited] = []
    for place, cell in enumerate(cells):
        indicator = indicators[cell["indicator_code"]]
        is_pace = cell["against_code"] == "pace"
        text = points(cell["gap"]) if is_pace else difference_text(cell["gap"], indicator)
        unit = "个百分点" if text.endswith("个百分点") else indicator["unit_zh"]
        wording = text if place == len(cells) - 1 else text.removesuffix(unit)
        figure = Figure(
            wording=wording,
            relation=PROGRESS if is_pace else MONTH,
            row_key=cell["task_row_key"] if is_pace else key_of(cell),
            column="" if is_pace else "against_city",
        )
        parts += [between if place else "", figure]
    return parts


def named(cells: Sequence[Row]) -> str:
    """Places in a row."""
    return "、".join(cell["area_zh"] for cell in cells)


def separately(cells: Sequence[Row]) -> str:
    """分别, where there are several."""
    return "分别" if len(cells) > 1 else ""


def task_order(cells: Sequence[Row], indicators: Mapping[str, Row]) -> Cited:
    """Who is ahead and who is behind with a task, counties by completion, zones and small tasks told apart."""
    counties = [
        cell
        for cell in cells
        if cell["kind_code"] != ZONE and cell["against_code"] == "pace" and not is_small_task(cell)
    ]
    if not counties:
        return cited("没有可以按任务排的县（区）。")
    zones = "功能区单列。" if any(cell["kind_code"] == ZONE for cell in cells) else ""
    groups = alike(counties)
    if len(counties) == 1:
        return cited(
            f"只有{counties[0]['area_zh']}一个县（区）的任务可算完成率，", *_apart(counties, indicators), f"。{zones}"
        )
    if len(groups) == 1:
        return cited(f"{len(counties)}个县（区）完成率依次相差都不到所数的一个，不分先后。{zones}")
    ahead = [group for group in groups if all(cell["standing_code"] != "behind" for cell in group)]
    # Who shares the first place is not told among the last.
    behind = [group for group in reversed(groups[1:]) if all(cell["standing_code"] == "behind" for cell in group)]
    parts: list[str | Figure | Cited] = ["县（区）按完成率，"]
    if not ahead and not behind:
        # The first place lies on both sides of the time gone by, and so does every other.
        return cited(*parts, _placed(foremost(groups, 3), groups), f"（共{len(counties)}个参排）。", zones)
    if ahead:
        parts += [_placed(foremost(ahead, 3), groups), "，", *_apart(foremost(ahead, 3), indicators)]
    if behind:
        # Told from the front as ranks are, although the last are chosen; their gaps in the order of their names.
        chosen = foremost(behind, 3)
        last = [cell for group in groups for cell in group if cell in chosen]
        parts += ["；" if ahead else "", _placed(last, groups), "，", *_apart(last, indicators)]
    return cited(*parts, f"（共{len(counties)}个参排）。", zones)


def _placed(cells: Sequence[Row], groups: Sequence[Sequence[Row]]) -> str:
    """The places of some of a group, whole places together: "甲第1位、乙、丙并列第2—3位"."""
    told, before = [], 0
    for group in groups:
        here = [cell["area_zh"] for cell in group if cell in cells]
        if here:
            told.append(listed(here) + place_text(before + 1, len(group)))
        before += len(group)
    return "、".join(told)


def _apart(cells: Sequence[Row], indicators: Mapping[str, Row]) -> list[str | Figure | Cited]:
    """How far they are ahead of or behind the time gone by: each of three, the ends of more; 相当 where it does not count."""
    codes = {cell["standing_code"] for cell in cells}
    if "level" in codes:
        return ["与序时进度相当" if codes == {"level"} else "不落后于序时进度"]
    way = "快于序时进度" if codes == {"ahead"} else "滞后"
    if len(cells) > 3:
        ends = sorted(cells, key=lambda cell: abs(cell["gap"]))
        return [way, "在", *apart([ends[0], ends[-1]], indicators, "至"), "之间"]
    return [separately(cells), way, *apart(cells, indicators)]


def place_zh(cell: Row, ordered: Sequence[Row]) -> str:
    """The place of a completion among its group, as a column of places says it: "第2", of a shared one "第2—3"."""
    groups = alike(ordered)
    mine = next(index for index, group in enumerate(groups) if cell in group)
    return f"第{place_span(sum(map(len, groups[:mine])) + 1, len(groups[mine]))}"


def alike(cells: Sequence[Row]) -> list[list[Row]]:
    """Cells of a task by completion, best first, those together that are not better than the next by what counts.

    The rule of mart.indicator_month's ranks: a new place begins where one is behind the last by a difference that counts.
    """
    return places(sorted(cells, key=lambda one: -one["completion"]), is_level_task)


def rate_order(rows: Sequence[Row], indicators: Mapping[str, Row]) -> Cited:
    """First and last county of each ranked rate, ranks from the release: "月探访率华龙区第1位，范县第6位"."""
    parts: list[str | Figure | Cited] = []
    for code in dict.fromkeys(row["indicator_code"] for row in rows):
        ranked = [
            row
            for row in rows
            if row["indicator_code"] == code and row["rank"] is not None and row["kind_code"] != ZONE
        ]
        if len(ranked) < 2:
            continue
        top = min(row["rank"] for row in ranked)
        bottom = max(row["rank"] for row in ranked)
        if top == bottom:
            continue
        parts += ["；" if parts else "", indicators[code]["label_zh"]]
        for place, rank in enumerate((top, bottom)):
            there = [row for row in ranked if row["rank"] == rank]
            words = place_text(rank, len(there))
            figure = Figure(wording=words, relation=MONTH, row_key=key_of(there[0]))
            parts += ["，" if place else "", listed(row["area_zh"] for row in there), figure]
            parts.append(_made_of(there[0], indicators[code]) if len(there) == 1 else "")
        group = (row for row in rows if row["indicator_code"] == code and row["kind_code"] != ZONE)
        left_out = "".join(f"，{count}个{why}" for why, count in unranked_zh(group).items())
        parts.append(f"（共{ranked[0]['ranked_count']}个参排{left_out}）")
    return cited("县（区）中，", *parts, "。") if parts else cited("没有可以排名的指标。")


def _made_of(row: Row, indicator: Row) -> str:
    """What a share is made of where one more of it would count: "（1/2）" of two townships; empty elsewhere."""
    if not is_share(indicator) or not row["denominator"] or indicator["smallest_difference"] * row["denominator"] >= 1:
        return ""
    return f"（{plain(row['numerator'])}/{plain(row['denominator'])}）"
