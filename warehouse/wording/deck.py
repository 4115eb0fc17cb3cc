"""The claims over slides: one sentence each, short enough for two lines, and nothing in it that its rows do not say."""

from collections.abc import Mapping, Sequence
from typing import Any

from warehouse.wording.bulletin import COVERAGE, noun_zh, whole_zh
from warehouse.wording.grammar.alike import MOST_NAMED, among_zh, by_value, foremost, of_group, places, together
from warehouse.wording.grammar.cited import Cited, Figure, cited, listed
from warehouse.wording.grammar.numbers import blank_zh, mark, percent, plain, points
from warehouse.wording.months import MONTH, difference_text, key_of, value_figure
from warehouse.wording.overview_months import (
    PROGRESS,
    is_level_task,
    is_small_task,
    judged_count,
    none_behind_zh,
    small_pace_zh,
    small_task_zh,
)
from warehouse.wording.profile_months import of_whom_zh

Row = Mapping[str, Any]


def task_claim(city: Row | None, units: Sequence[Row], indicator: Row) -> Cited:
    """How far a task is, and who is furthest behind: "培训完成79.4%，滞后序时进度4.0个百分点；范县、台前县差得最多"."""
    every = [cell for cell in units if cell["standing_code"] == "behind"]
    behind = sorted((cell for cell in every if not is_small_task(cell)), key=lambda cell: cell["gap"])
    group = of_group(behind)
    most = group if len(group) <= 2 else foremost(places(group, is_level_task), 2)
    names = among_zh(behind) + listed((cell["area_zh"] for cell in most), most=2)
    judged = [cell for cell in units if cell["against_code"] == "pace" and cell["standing_code"] is not None]
    if behind:
        tail = f"；{names}滞后{'最多' if len(most) < len(behind) else ''}"
    elif every:
        tail = f"；{listed((cell['area_zh'] for cell in every), most=2)}滞后，{small_task_zh(every[0])}"
    else:
        given = [cell for cell in units if cell in judged or cell.get("target_value") is not None]
        tail = f"；{none_behind_zh(judged, given, '都不落后', noun_zh='有任务的单位')}" if judged else ""
    if city is None or city["value"] is None:
        return cited(f"全市{indicator['label_zh']}缺{tail}")
    if city["against_code"] != "pace" or is_small_task(city):
        return cited(f"{noun_zh(indicator)}", value_figure(city, indicator), tail)
    rate = Figure(wording=percent(city["completion"]), relation=PROGRESS, row_key=city["task_row_key"])
    head = cited(f"{noun_zh(indicator)}完成", rate)
    if city["standing_code"] == "level":
        return cited(head, "，与序时进度相当", tail)
    apart = Figure(wording=points(city["gap"]), relation=PROGRESS, row_key=city["task_row_key"])
    return cited(head, f"，{'滞后' if city['gap'] < 0 else '快于'}序时进度", apart, tail)


def rate_claim(city: Row | None, units: Sequence[Row], indicator: Row) -> Cited:
    """The city's rate and the unit furthest behind it: "护理型床位占比59.4%；示范区低4.7个百分点，差得最多"."""
    if city is None or city["value"] is None:
        head = cited(f"{indicator['label_zh']}全市{mark(city['status_code'] if city else 'missing')}")
    else:
        head = cited(indicator["label_zh"], value_figure(city, indicator))
    judged = [cell for cell in units if cell["against_code"] in ("city", "partial")]
    if not judged:
        return cited(head, "；各单位不与全市比")
    behind = sorted((cell for cell in judged if cell["standing_code"] == "behind"), key=lambda cell: -abs(cell["gap"]))
    whole = "全市" if judged[0]["against_code"] == "city" else "已报单位合计"
    if not behind:
        every = [cell for cell in units if cell["status_code"] != "not_applicable"]
        return cited(head, f"；{none_behind_zh(judged, every, f'都不差于{whole}')}")
    # An edition frozen before the difference that counts was kept with it has none: there only equals share a place.
    least = indicator.get("smallest_difference") or 0.0
    most = by_value(of_group(behind), lambda cell: abs(cell["gap"]), lambda cell: cell.get("smallest_gap") or least)[0]
    worst = most[0]
    apart = Figure(
        wording=difference_text(worst["gap"], indicator), relation=MONTH, row_key=key_of(worst), column="against_city"
    )
    way = "低于" if worst["gap"] < 0 else "高于"
    if len(behind) == 1:
        return cited(head, f"；{worst['area_zh']}{way}{whole}", apart)
    names = among_zh(behind) + together(cell["area_zh"] for cell in most)
    upto = "，最远" if len(most) > 1 else ""
    return cited(head, f"；{len(behind)}个单位{way}{whole}，最多的是{names}{upto}", apart)


def own_claim(cell: Row, indicator: Row) -> Cited:
    """One unit's value and how it lies to what it is held against: "护理型床位占比55.9%，低于全市3.5个百分点"."""
    name = whole_zh(cell)
    if cell["value"] is None:
        return cited(f"{name}{indicator['label_zh']}为“{mark(cell['status_code'])}”")
    head = cited(f"{name}{noun_zh(indicator)}", value_figure(cell, indicator))
    if cell["standing_code"] is None:
        return head
    if cell["against_code"] == "pace":
        if is_small_task(cell):
            return cited(
                head,
                f"，年度任务{plain(cell['target_value'])}{indicator['unit_zh']}，{small_task_zh(cell)}，{small_pace_zh(cell)}",
            )
        if cell["standing_code"] == "level":
            return cited(head, "，与序时进度相当")
        apart = Figure(wording=points(cell["gap"]), relation=PROGRESS, row_key=cell["task_row_key"])
        return cited(head, f"，{'滞后' if cell['gap'] < 0 else '快于'}序时进度", apart)
    whole = "全市" if cell["against_code"] == "city" else "已报单位合计"
    if cell["standing_code"] == "level":
        return cited(head, f"，与{whole}相当")
    apart = Figure(
        wording=difference_text(cell["gap"], indicator), relation=MONTH, row_key=key_of(cell), column="against_city"
    )
    return cited(head, f"，{'低于' if cell['gap'] < 0 else '高于'}{whole}", apart)


def blanks_claim(networks: Sequence[Row], blanks: Sequence[Row]) -> Cited:
    """Where places have none: "服务网络空白：农村幸福院至少774个，乡镇区域性养老服务中心至少26个"."""
    by_network: dict[str, Row] = {}
    for row in blanks:
        by_network.setdefault(row["network_code"], row)
    ordered = sorted(by_network.values(), key=lambda row: -row["city_blank"])
    if not ordered:
        known = [row for row in networks if row["blank"] is not None]
        return cited(f"可算空白的{len(known)}级服务网络都没有空白" if known else "服务网络还没有可以算空白的数")
    # The sum of the units' blanks opens the city's row where that says the same number.
    keys = {(row["network_code"], row["blank"]): row["row_key"] for row in networks}
    parts: list[str | Figure | Cited] = ["服务网络空白："]
    for place, row in enumerate(ordered[:MOST_NAMED]):
        wording = blank_zh(row["city_blank"])
        receipt = Figure(
            wording=wording, relation=COVERAGE, row_key=keys.get((row["network_code"], row["city_blank"]), "")
        )
        parts += ["，" if place else "", f"{of_whom_zh(row, '')}{row['network_zh']}", receipt]
    return cited(*parts)


def unit_claim(cells: Sequence[Row], indicators: Mapping[str, Row]) -> Cited:
    """How one unit stands: "范县8项中4项落后：每千名老年人养老床位数34.4张/千人，低于全市7.8张/千人"."""
    name = cells[0]["area_zh"]
    judged = judged_count(cells)
    if not judged:
        return cited(f"{name}这个月没有可以判断快慢的数")
    behind = [cell for cell in cells if cell["standing_code"] == "behind"]
    if not behind:
        return cited(f"{name}{judged}项中没有一项落后")
    # A task first: it has a date by which it must be done; then the widest gap as a part of the city's figure.
    worst = max(
        behind, key=lambda cell: (cell["against_code"] == "pace", abs(cell["gap"]) / abs(cell["city_value"] or 1))
    )
    said = own_claim(worst, indicators[worst["indicator_code"]])
    told = Cited(text=said.text.removeprefix(name), figures=said.figures)
    return cited(f"{name}{judged}项中{len(behind)}项落后：", told)


def problems_claim(whole_name: str, titles: Sequence[str], none: Cited) -> Cited:
    """Over what is wrong: "全市4方面问题：养老服务人才培训滞后、服务网络有空白、低于全市水平、数据待说明".

    Args:
        none: what the text says where nothing is wrong.
    """
    if not titles:
        return none
    return cited(f"{whole_name}{len(titles)}方面问题：{'、'.join(titles)}")


def doings_claim(problems: int, names: Sequence[str]) -> Cited:
    """Over what is asked next: "下一步4件事要办，涉及范县、台前县、清丰县等7个"."""
    who = listed(dict.fromkeys(names), most=MOST_NAMED)
    return cited(f"下一步{problems}件事要办" + (f"，涉及{who}" if who else ""))
