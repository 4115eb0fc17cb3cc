"""The sentences of the month's text (通报): how a city or a unit stands, who lags and by how much, what is asked next.

Each sentence is made from rows of one release and says nothing that its rows do not; where rows are missing there is
no sentence.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from warehouse.wording.bulletin_order import apart, named, separately
from warehouse.wording.desk.submissions import LATE, OVERDUE, REFUSED, RETURNED, beside_taken, state_of
from warehouse.wording.grammar.cited import Cited, Figure, cited, listed
from warehouse.wording.grammar.dates import month_zh
from warehouse.wording.grammar.numbers import blank_zh, mark, percent, plain, points, show_value
from warehouse.wording.months import (
    FLOW,
    MONTH,
    YEAR_TO_DATE,
    change_figure,
    changes,
    judged_zh,
    key_of,
    partial_zh,
    signal_zh,
    value_figure,
    when_zh,
)
from warehouse.wording.overview_months import (
    PROGRESS,
    is_small_task,
    judged_count,
    none_behind_zh,
    small_task_zh,
)
from warehouse.wording.profile_months import of_whom_zh

COVERAGE = "mart.coverage"
DATE_TO_FILL_ZH = "〔日期待填〕"
MOST_SIGNALS = 3
ORDINALS = "一二三四五六七八九十"

Row = Mapping[str, Any]


def ordinal_zh(place: int) -> str:
    """1 is 一, 12 is 十二; for headings."""
    tens, ones = divmod(place, 10)
    head = "" if not tens else "十" if tens == 1 else f"{ORDINALS[tens - 1]}十"
    return head + (ORDINALS[ones - 1] if ones else "")


def whole_zh(cell: Row) -> str:
    """How the text calls a place: the city 全市, a unit by name."""
    return "全市" if cell["level_code"] == "city" else cell["area_zh"]


def noun_zh(indicator: Row) -> str:
    """The label without the unit it ends in, since the unit follows the number: 培训人次 1508人次 is 培训 1508人次."""
    label = indicator["label_zh"]
    return label.removesuffix(indicator["unit_zh"]) or label


def reports(rows: Sequence[Row], month: date, forms_zh: Mapping[str, str]) -> Cited:
    """How the forms of the month came in, with everyone who is late or owes one."""
    if not rows:
        return cited(f"{month_zh(month)}没有报送记录。")
    units = len({row["area_id"] for row in rows})
    states = [state_of(row) for row in rows]
    owed = [(row, state) for row, state in zip(rows, states, strict=True) if state.is_owed]
    late = sum(state is LATE for state in states)
    head = f"{units}个报送单位{len(rows)}张{month.month}月月报" if units > 1 else f"{month.month}月{len(rows)}张月报"
    corrections = [
        f"{row['area_zh']}《{forms_zh.get(row['form_code'], row['form_code'])}》"
        for row, state in zip(rows, states, strict=True)
        if state is REFUSED
    ]
    refused = f"；{listed(corrections, most=6)}的更正退回，原报照用" if corrections else ""
    taken, others = beside_taken(states)
    if not owed:
        told = f"收{taken}张，{'，'.join(others)}" if others else "全部收齐"
        return cited(f"{head}{told}{f'，其中{late}张迟报' if late else ''}{refused}。")
    parts = []
    for state, word in ((OVERDUE, "逾期未报"), (RETURNED, "退回待更正")):
        named = [
            f"{row['area_zh']}《{forms_zh.get(row['form_code'], row['form_code'])}》"
            for row, one in owed
            if one is state
        ]
        if named:
            parts.append(f"{listed(named, most=6)}{word}")
    return cited(f"{head}收{taken}张，{'，'.join([*parts, *others])}{refused}。")


def task(cell: Row, indicator: Row, absent: Mapping[str, str] = {}) -> Cited:
    """A running task of a place: what is done, of how much, how far from the time gone by."""
    if cell["value"] is None:
        return unknown(cell, indicator, absent)
    when = when_zh(cell["month"], indicator["timing_code"])
    done = cited(f"{when}，{whole_zh(cell)}{noun_zh(indicator)}", value_figure(cell, indicator))
    if cell["against_code"] != "pace":
        return cited(done, _moves(cell, indicator), "。")
    goal = Figure(
        wording=show_value(cell["target_value"], indicator["unit_zh"]), relation=PROGRESS, row_key=cell["task_row_key"]
    )
    if is_small_task(cell):
        return cited(done, "，年度任务", goal, f"，{small_task_zh(cell)}，不算百分比。")
    rate = Figure(wording=percent(cell["completion"]), relation=PROGRESS, row_key=cell["task_row_key"])
    return cited(done, "，完成年度任务", goal, "的", rate, "，", pace(cell), "。")


def pace(cell: Row) -> Cited:
    """ "滞后序时进度4.0个百分点", "与序时进度相当"."""
    if cell["standing_code"] == "level":
        return cited("与序时进度相当")
    apart = Figure(wording=points(cell["gap"]), relation=PROGRESS, row_key=cell["task_row_key"])
    return cited("滞后" if cell["gap"] < 0 else "快于", "序时进度", apart)


def unknown(cell: Row, indicator: Row, absent: Mapping[str, str] = {}) -> Cited:
    """A figure that is not there, and why."""
    if cell["month"] is None:
        return cited(f"{whole_zh(cell)}{indicator['label_zh']}没有列入月报。")
    head = f"{when_zh(cell['month'], indicator['timing_code'])}，{whole_zh(cell)}{indicator['label_zh']}"
    if cell["level_code"] == "city" and cell["expected_count"]:
        return cited(head, "缺：", partial_zh(cell, indicator, absent), "。")
    return cited(
        head, "为", Figure(wording=f"“{mark(cell['status_code'])}”", relation=MONTH, row_key=key_of(cell)), "。"
    )


def _moves(cell: Row, indicator: Row) -> Cited:
    made = changes(cell, indicator)
    kept = next((one for one in made if one.code == "yoy"), made[0] if made else None)
    return cited("，", kept.said_zh, change_figure(cell, kept)) if kept else cited("")


def levels(cells: Sequence[Row], indicators: Mapping[str, Row]) -> list[Cited]:
    """The other key figures of a place, those since January first, then of the month and of its end; one sentence each stretch."""
    said = []
    known = [cell for cell in cells if cell["value"] is not None]
    timings = [indicators[cell["indicator_code"]]["timing_code"] for cell in known]
    for of in ((YEAR_TO_DATE,), (FLOW,), set(timings) - {YEAR_TO_DATE, FLOW}):
        told = [cell for cell, timing in zip(known, timings, strict=True) if timing in of]
        if not told:
            continue
        first = told[0]
        when = when_zh(first["month"], indicators[first["indicator_code"]]["timing_code"])
        when += "当月" if FLOW in of else ""
        parts: list[Cited | str] = [f"{when}，{whole_zh(first)}"]
        for place, cell in enumerate(told):
            indicator = indicators[cell["indicator_code"]]
            parts += [
                "；" if place else "",
                indicator["label_zh"],
                value_figure(cell, indicator),
                _moves(cell, indicator),
            ]
        said.append(cited(*parts, "。"))
    return said


def behind_task(cells: Sequence[Row], indicators: Mapping[str, Row], speeds: Mapping[str, Row]) -> Cited | None:
    """The units behind the time gone by, furthest first, and whether their speed of late is enough."""
    every = sorted((cell for cell in cells if cell["standing_code"] == "behind"), key=lambda cell: cell["gap"])
    behind = [cell for cell in every if not is_small_task(cell)]
    small = [cell for cell in every if is_small_task(cell)]
    also = cited(f"{named(small)}{small_task_zh(small[0])}，不算百分比，也滞后于序时进度。" if small else "")
    if not behind:
        return also if small else None
    said = cited(named(behind), separately(behind), "滞后序时进度", *apart(behind, indicators), "。", also)
    slow = [cell for cell in behind if (speed := speeds.get(cell["task_row_key"])) and _is_slow(speed)]
    if not slow:
        return said
    unit = indicators[slow[0]["indicator_code"]]["unit_zh"]
    return cited(
        said, "其中", named(slow), "近三个月月均", *_amounts(slow, speeds, "recent_monthly", unit),
        "，", separately(slow), "少于到期前月均所需的", *_amounts(slow, speeds, "monthly_needed", unit), "。",
    )  # fmt: skip


def _is_slow(speed: Row) -> bool:
    """Whether the speed of late is less than what is needed, as both are printed: 10 is not less than 10."""
    recent, needed = speed["recent_monthly"], speed["monthly_needed"]
    if recent is None or needed is None or recent >= needed:
        return False
    return _amount(recent, "recent_monthly") != _amount(needed, "monthly_needed")


def nothing_behind(cells: Sequence[Row]) -> Cited:
    """The sentence where nothing is wrong: that nobody is behind, which is known only of units that could be judged.

    Args:
        cells: of all units of a city, or of one unit.
    """
    units: dict[str, list[Row]] = {}
    for cell in cells:
        units.setdefault(cell["area_zh"], []).append(cell)
    judged = [own[0] for own in units.values() if judged_count(own)]
    if not judged:
        whose = next(iter(units), "") if len(units) == 1 else ""
        return cited(f"本月{whose}没有可以判断快慢的数，没有待处理的数据问题。")
    if len(units) == 1:
        told = f"{judged[0]['area_zh']}可以判断快慢的{judged_count(cells)}项都不落后于序时进度或全市"
    else:
        told = none_behind_zh(judged, [own[0] for own in units.values()], "都不落后于序时进度或全市")
    return cited(f"本月{told}，没有待处理的数据问题。")


def _amounts(cells: Sequence[Row], speeds: Mapping[str, Row], column: str, unit_zh: str) -> list[str | Figure]:
    parts: list[str | Figure] = []
    for place, cell in enumerate(cells):
        text = _amount(speeds[cell["task_row_key"]][column], column)
        wording = f"{text}{unit_zh}" if place == len(cells) - 1 else text
        parts += ["、" if place else "", Figure(wording=wording, relation=PROGRESS, row_key=cell["task_row_key"])]
    return parts


def _amount(value: float, column: str) -> str:
    # As `targets.outlook_zh` prints them: a speed under ten has one decimal.
    return plain(value, 0 if column == "remaining" or abs(value) >= 10 else 1)


def behind_city(code: str, cells: Sequence[Row], indicators: Mapping[str, Row]) -> Cited | None:
    """The units that lie worse than the city (or than those who reported) in one rate, furthest first."""
    indicator = indicators[code]
    behind = [
        cell for cell in cells if cell["standing_code"] == "behind" and cell["against_code"] in ("city", "partial")
    ]
    if not behind:
        return None
    behind.sort(key=lambda cell: -abs(cell["gap"]))
    whole = "全市" if behind[0]["against_code"] == "city" else "已报单位合计"
    way = "低于" if behind[0]["gap"] < 0 else "高于"
    return cited(indicator["label_zh"], named(behind), separately(behind), way, whole, *apart(behind, indicators))


def signals(found: Sequence[Row], indicators: Mapping[str, Row]) -> Cited | None:
    """The new signals of the month, farthest from their limits first: "范县活跃率3.8%，连续8个月低于基线"; None without one.

    Args:
        found: of `overview.steps`; those that are not new are left out.
    """
    new = [row for row in found if row["is_new"]]
    said = [
        cited(
            f"{whole_zh(row)}{indicators[row['indicator_code']]['label_zh']}",
            value_figure(row, indicators[row["indicator_code"]]),
            f"，{judged_zh(row['way_code'], indicators[row['indicator_code']])}{signal_zh(row)}",
        )
        for row in new[:MOST_SIGNALS]
    ]
    more = [cited(f"另有{len(new) - MOST_SIGNALS}处，见“总览”")] if len(new) > MOST_SIGNALS else []
    return clauses([*said, *more])


def clauses(parts: Sequence[Cited | None]) -> Cited | None:
    """Clauses as one sentence; None where there is none."""
    kept = [part for part in parts if part is not None]
    joined = [piece for place, part in enumerate(kept) for piece in (("；" if place else ""), part)]
    return cited(*joined, "。") if kept else None


def blanks(rows: Sequence[Row]) -> Cited:
    """The blanks of one network by unit: "农村幸福院至少17个（各数同为至少）：濮阳县7个，清丰县6个，范县、南乐县各2个"."""
    by_count: dict[float, list[Row]] = {}
    for row in rows:
        by_count.setdefault(row["blank"], []).append(row)
    parts: list[str | Figure | Cited] = []
    for count, group in by_count.items():
        names = "、".join(row["area_zh"] for row in group)
        figure = Figure(wording=f"{plain(count)}个", relation=COVERAGE, row_key=group[0]["row_key"])
        parts += ["，" if parts else "", names, "各" if len(group) > 1 else "", figure]
    # What is at least so many in all is at least so many in each.
    alone = "" if len(rows) == 1 else "（各数同为至少）"
    return cited(f"{of_whom_zh(rows[0], '')}{rows[0]['network_zh']}{blank_zh(rows[0]['city_blank'])}{alone}：", *parts)


def own_blanks(rows: Sequence[Row]) -> Cited:
    """The blanks of one unit, network by network, with the city's: "农村幸福院至少2个（全市至少8个）"."""
    parts: list[str | Figure | Cited] = []
    for row in rows:
        figure = Figure(wording=blank_zh(row["blank"]), relation=COVERAGE, row_key=row["row_key"])
        parts += [
            "，" if parts else "",
            row["network_zh"],
            figure,
            f"（{of_whom_zh(row)}{blank_zh(row['city_blank'])}）",
        ]
    return cited(*parts, "。")


def issue(row: Row) -> Cited:
    """One open question about a form: whose, which, what is done with it meanwhile."""
    what = {"blocking": "退回待更正", "hold": "待说明，暂不采用"}.get(row["severity_code"], "待说明")
    return cited(f"{row['area_zh']}：{row['sentence_zh']}，{what}。")


def ask_for_task(cells: Sequence[Row], indicators: Mapping[str, Row], speeds: Mapping[str, Row]) -> Cited | None:
    """What is asked of those behind: what is left of their task, by a date somebody fills in."""
    behind = [
        cell
        for cell in sorted(cells, key=lambda cell: cell["gap"] or 0)
        if cell["standing_code"] == "behind" and (speeds.get(cell["task_row_key"]) or {}).get("remaining")
    ]
    if not behind:
        return None
    unit = indicators[behind[0]["indicator_code"]]["unit_zh"]
    left = _amounts(behind, speeds, "remaining", unit)
    return cited(named(behind), separately(behind), "还差", *left, f"，请逐班排定，于{DATE_TO_FILL_ZH}前报送安排。")


def ask_for_blanks(rows: Sequence[Row]) -> Cited:
    """What is asked of those with blanks in one network."""
    units = list(dict.fromkeys(row["area_zh"] for row in rows))
    return cited(
        f"{listed(units, most=9)}逐个列出{rows[0]['network_zh']}空白的{rows[0]['base_label_zh']}和建设安排，于{DATE_TO_FILL_ZH}前报送。"
    )


def ask_for_words(rows: Sequence[Row]) -> Cited:
    """What is asked of those whose forms are returned or held."""
    units = list(dict.fromkeys(row["area_zh"] for row in rows))
    return cited(f"{listed(units, most=9)}于{DATE_TO_FILL_ZH}前更正重报或补写说明。")
