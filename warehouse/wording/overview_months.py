"""A city's month in words: who lags and by how much, what moved out of the ordinary, what is new or was not sent.

A place with a task of its own is held against the time gone by, any other figure against the city's; a task under
thirty is told in persons and times, since a percentage of it means nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from warehouse.wording.desk.submissions import OVERDUE, REFUSED, RETURNED, beside_taken, state_of
from warehouse.wording.grammar.alike import MOST_NAMED, ZONE, among_zh, foremost, of_group, places
from warehouse.wording.grammar.cited import Cited, Figure, cited, listed
from warehouse.wording.grammar.dates import month_zh
from warehouse.wording.grammar.numbers import mark, percent, plain, points
from warehouse.wording.months import (
    CHANGE_COLUMNS,
    FLOW,
    JUDGED,
    MONTH,
    YEAR_TO_DATE,
    difference_text,
    is_share,
    judged_zh,
    key_of,
    moved,
    short_when_zh,
    signal_zh,
    value_figure,
)

PROGRESS, TARGET = "mart.target_progress", "core.dim_target"
BEYOND = "beyond"
SIGN_TONES = {"behind": "watch", "ahead": "good", "level": "flat"}

Row = Mapping[str, Any]


def is_small_task(cell: Row) -> bool:
    """Whether a task is too small for a percentage."""
    return cell["against_code"] == "pace" and cell["is_small_task"]


def small_task_zh(cell: Row) -> str:
    """Why there is no percentage of a task: "任务不足30", the number as the release declares it; 任务很小 where it is not kept."""
    return f"任务不足{plain(cell['smallest_base'])}" if cell.get("smallest_base") else "任务很小"


def small_pace_zh(cell: Row) -> str:
    """How a task too small for a percentage lies to the time gone by, the same word everywhere: 滞后, 快, 合序时."""
    return "合序时" if cell["standing_code"] == "level" else _pace_word(cell)


def main_figure(cell: Row, indicator: Row) -> Figure:
    """What a cell of the matrix shows: the completion of a task, else the value or its mark.

    A mark opens its receipt as well, which says what was not sent; a figure nobody ever expected has none.
    """
    if cell["value"] is None:
        row_key = key_of(cell) if cell["month"] is not None else ""
        return Figure(wording=mark(cell["status_code"]), relation=MONTH, row_key=row_key)
    if is_small_task(cell):
        wording = f"{plain(cell['value'])}/{plain(cell['target_value'])}"
        return Figure(wording=wording, relation=PROGRESS, row_key=cell["task_row_key"])
    if cell["against_code"] == "pace":
        return Figure(wording=percent(cell["completion"]), relation=PROGRESS, row_key=cell["task_row_key"])
    figure = value_figure(cell, indicator)
    return replace(figure, wording=_bare(figure.wording, indicator))


def gap_zh(cell: Row, indicator: Row) -> str:
    """How a cell lies to what it is held against: "滞后14.2", "快9.0", "低5.7", "相当"; empty without.

    The unit stands at the head of the column: 百分点 of shares and completions, else that of the indicator.
    """
    code = cell["standing_code"]
    if code is None:
        return ""
    if is_small_task(cell):
        return small_pace_zh(cell)
    if code == "level":
        return "合序时" if cell["against_code"] == "pace" else "相当"
    if cell["against_code"] == "pace":
        return f"{_pace_word(cell)}{_bare(points(cell['gap']))}"
    return f"{'低' if cell['gap'] < 0 else '高'}{_bare(difference_text(cell['gap'], indicator), indicator)}"


def _pace_word(cell: Row) -> str:
    return "滞后" if cell["gap"] < 0 else "快"


def _bare(text: str, indicator: Row | None = None) -> str:
    """A printed number without its unit, which stands at the head of the column; % stays."""
    text = text.removesuffix("个百分点")
    return text.removesuffix(indicator["unit_zh"]) if indicator and not is_share(indicator) else text


def column_zh(cells: Sequence[Row], indicator: Row, month: date) -> str:
    """The second line at the head of a column: which stretch of time, and the unit where it is no percentage."""
    timing = indicator["timing_code"]
    when = short_when_zh(month, timing) + {FLOW: "当月", YEAR_TO_DATE: "累计"}.get(timing, "")
    if any(cell["against_code"] == "pace" for cell in cells):
        return f"{when}完成任务"
    return when if is_share(indicator) else f"{when}，{indicator['unit_zh']}"


def against_zh(cells: Sequence[Row], indicators: Sequence[Row]) -> str:
    """What the second line of the cells is: held against what, in which unit."""
    codes = {cell["against_code"] for cell in cells if cell["level_code"] == "unit"}
    units = {row["unit_zh"] for row in indicators if not is_share(row) and row["kind_code"] == "ratio"}
    parts = ["有任务的是与序时进度之差"] if "pace" in codes else []
    if "city" in codes:
        parts.append("其余是与全市之差" if parts else "与全市之差")
    if "partial" in codes:
        parts.append("全市有缺的是与已报单位合计之差")
    in_unit = f"（{'、'.join(sorted(units))}的按其单位）" if units else ""
    return f"第二行{'，'.join(parts)}，单位为百分点{in_unit}" if parts else ""


def behind_count(cells: Sequence[Row]) -> int:
    """In how many indicators a unit lags."""
    return sum(cell["standing_code"] == "behind" for cell in cells)


def judged_count(cells: Sequence[Row]) -> int:
    """In how many indicators a unit can be judged."""
    return sum(cell["standing_code"] is not None for cell in cells)


def by_lag(units: Sequence[Sequence[Row]]) -> list[Sequence[Row]]:
    """The units that lag in most indicators first; of equals the one furthest behind its own task, then as declared.

    Those that cannot be judged stand last.
    """

    def place(cells: Sequence[Row]) -> tuple[bool, int, float]:
        pace = min((cell["gap"] for cell in cells if cell["against_code"] == "pace"), default=0.0)
        return not judged_count(cells), -behind_count(cells), pace

    return sorted(units, key=place)


def none_behind_zh(judged: Sequence[Row], every: Sequence[Row], none_zh: str, *, noun_zh: str = "单位") -> str:
    """That nobody is behind, said of those who could be judged alone: "9个单位都不落后", "有数可判的7个单位都不落后".

    Args:
        judged, every: one row a place; judged those of `every` that could be.
        none_zh: what is said of them: 都不落后, 没有一项落后.
    """
    if len(judged) == 1:
        only = judged[0]["area_zh"] if len(every) == 1 else f"只有{judged[0]['area_zh']}有数可判，"
        return f"{only}{none_zh.removeprefix('都')}"
    return f"{'' if len(judged) == len(every) else '有数可判的'}{len(judged)}个{noun_zh}{none_zh}"


def _unjudged_zh(units: Sequence[Sequence[Row]]) -> str:
    """That nobody can be judged; that it is because nobody else has a figure where only one has."""
    known = [cells[0]["area_zh"] for cells in units if any(cell["value"] is not None for cell in cells)]
    if len(known) == 1 < len(units):
        return f"只有{known[0]}有数，没有可比的"
    return "各单位没有可以判断快慢的数"


def matrix_claim(units: Sequence[Sequence[Row]]) -> str:
    """The claim over the matrix: who lags in most indicators, zones apart from counties, and who has no figure at all.

    Args:
        units: the cells of each unit.
    """
    counties = [cells for cells in units if cells[0]["kind_code"] != ZONE]
    zones = [cells for cells in units if cells[0]["kind_code"] == ZONE]
    told = _worst(counties, MOST_NAMED)
    parts = [f"落后项最多的是{told}"] if told else []
    if zone := _worst(zones, 1):
        parts.append(f"功能区中是{zone}" if told else f"落后项最多的是{zone}")
    if not parts:
        judged = [cells[0] for cells in units if judged_count(cells)]
        every = [cells[0] for cells in units]
        parts.append(none_behind_zh(judged, every, "没有一项落后") if judged else _unjudged_zh(units))
    silent = [cells[0]["area_zh"] for cells in units if all(cell["value"] is None for cell in cells)]
    return "；".join(parts) + (f"；{listed(silent)}没有数，不判断" if silent else "")


def _worst(units: Sequence[Sequence[Row]], most: int) -> str:
    """Who lags in most indicators; nobody is named before others who lag in as many."""
    lagging = [cells for cells in by_lag(units) if behind_count(cells)]
    if not lagging:
        return ""
    worst = foremost(places(lagging, lambda one, other: behind_count(one) == behind_count(other)), most)
    if len(worst) > MOST_NAMED:
        return f"{listed(cells[0]['area_zh'] for cells in worst)}，各{behind_count(worst[0])}项"
    return "、".join(f"{cells[0]['area_zh']}{judged_count(cells)}项中{behind_count(cells)}项" for cells in worst)


def is_level_task(one: Row, other: Row) -> bool:
    """Whether two completions of a task are alike: apart by less than one of what is counted in either.

    Rows of an edition frozen before that was kept there have none: only equal completions are alike.
    """
    counts = max(one.get("smallest_gap_pp") or 0, other.get("smallest_gap_pp") or 0)
    return abs(one["completion"] - other["completion"]) < max(counts, 1e-9)


def finding(
    city_zh: str,
    month: date,
    cells: Sequence[Row],
    indicators: Mapping[str, Row],
    steps: Sequence[Row],
    reports: Sequence[Row],
    restated_count: int,
    *,
    awaited: date | None = None,
) -> Cited:
    """The first line of 总览 with months: who lags, what moved, what is new.

    Args:
        cells: of `read.overview.matrix`; steps of `read.overview.steps`; reports of `read.months.reporting`.
        awaited: the newest month due when nothing of it arrived; then nothing is said of changes.
    """
    lag = _lag(city_zh, cells, indicators)
    if awaited is not None:
        return cited(f"本月无新数据，沿用{month.month}月：截至{month.month}月底，", lag, "。")
    moved_zh, new_zh = _moved(steps, indicators, cells), _new(reports, restated_count)
    return cited(f"截至{month.month}月底，", lag, "；", moved_zh, "；", new_zh, "。")


def nothing_yet(city_zh: str, awaited: date) -> Cited:
    """The first line where months are due and no unit ever gave a key figure that can be used; others may have come."""
    return cited(f"{city_zh}的月报应报到{month_zh(awaited)}，重点指标还没有收到一个可采用的数。")


def _lag(city_zh: str, cells: Sequence[Row], indicators: Mapping[str, Row]) -> Cited:
    """The task of the city and the units furthest behind theirs; who lags behind the city where no unit has a task."""
    units = [cell for cell in cells if cell["level_code"] == "unit"]
    paced = [cell for cell in cells if cell["against_code"] == "pace"]
    if not paced:
        return cited(city_zh, _behind_city(units, indicators))
    code = paced[0]["indicator_code"]
    head = cited(f"{city_zh}{indicators[code]['label_zh']}", _city_pace(cells, code))
    own = [cell for cell in paced if cell["indicator_code"] == code and cell["level_code"] == "unit"]
    if not own:
        return cited(head, "；", _behind_city(units, indicators))
    behind = sorted((cell for cell in own if cell["standing_code"] == "behind"), key=lambda cell: cell["gap"])
    if not behind:
        every = [cell for cell in units if cell["indicator_code"] == code and cell["status_code"] != "not_applicable"]
        return cited(head, "，", none_behind_zh(own, every, "都不落后"))
    # Zones are a group of their own, and not first or last of the counties.
    large = of_group([cell for cell in behind if not is_small_task(cell)])
    if not large:
        return cited(head, f"，{listed(cell['area_zh'] for cell in behind)}滞后")
    told = large if len(large) <= MOST_NAMED else foremost(places(large, is_level_task), MOST_NAMED)
    names = among_zh(behind) + listed(cell["area_zh"] for cell in told)
    if len(told) > MOST_NAMED:
        # As many alike that no three of them are the last ones: told by how far apart the furthest are.
        most = "" if len(told) == len(large) else "最多"
        return cited(head, f"，{names}滞后{most}，在", *_numbers([told[-1], told[0]], "至"), "之间")
    how = "滞后最多，为" if len(large) > len(told) else "分别滞后" if len(told) > 1 else "滞后"
    return cited(head, f"，{names}{how}", *_numbers(told))


def _numbers(cells: Sequence[Row], between: str = "、") -> list[str | Figure]:
    """The gaps of several places under one unit: "35.2、28.9、14.4个百分点"."""
    parts: list[str | Figure] = []
    for place, cell in enumerate(cells):
        text = points(cell["gap"])
        wording = text if place == len(cells) - 1 else _bare(text)
        parts += [between if place else "", Figure(wording=wording, relation=PROGRESS, row_key=cell["task_row_key"])]
    return parts


def _city_pace(cells: Sequence[Row], code: str) -> Cited:
    city = next((cell for cell in cells if cell["level_code"] == "city" and cell["indicator_code"] == code), None)
    if city is None or city["against_code"] != "pace":
        return cited("全市数缺" if city is not None and city["status_code"] == "missing" else "")
    if city["standing_code"] == "level":
        return cited("与序时进度相当")
    apart = Figure(wording=points(city["gap"]), relation=PROGRESS, row_key=city["task_row_key"])
    return cited(f"{'滞后' if city['gap'] < 0 else '快于'}序时进度", apart)


def _behind_city(units: Sequence[Row], indicators: Mapping[str, Row]) -> Cited:
    """The unit with most indicators behind the city, and the widest of its gaps."""
    by_unit: dict[str, list[Row]] = {}
    for cell in units:
        by_unit.setdefault(cell["area_id"], []).append(cell)
    judged = [rows for rows in by_unit.values() if judged_count(rows)]
    if not judged:
        return cited(_unjudged_zh(list(by_unit.values())))
    lagging = [cells for cells in by_lag(judged) if behind_count(cells)]
    if not lagging:
        every = [rows[0] for rows in by_unit.values()]
        return cited(none_behind_zh([rows[0] for rows in judged], every, "没有一项落后"))
    # Where no county lags, a zone that does is told all the same, as what it is.
    counties = [cells for cells in lagging if cells[0]["kind_code"] != ZONE]
    worst, *others = counties or lagging
    among = among_zh(cells[0] for cells in lagging)
    if not counties and any(cells[0]["kind_code"] != ZONE for cells in judged):
        among = "县（区）没有一项落后，功能区中"
    alike = sum(behind_count(cells) == behind_count(worst) for cells in others)
    widest = max((cell for cell in worst if cell["standing_code"] == "behind"), key=_relative_gap)
    indicator = indicators[widest["indicator_code"]]
    whole = "全市" if widest["against_code"] == "city" else "已报单位合计"
    apart = (
        f"滞后序时进度{points(widest['gap'])}"
        if widest["against_code"] == "pace"
        else f"{'低于' if widest['gap'] < 0 else '高于'}{whole}{difference_text(widest['gap'], indicator)}"
    )
    tied = f"（另有{alike}个单位同为{behind_count(worst)}项）" if alike else ""
    # Of those of whom nothing is known any may lag in more.
    known = f"有数可判的{len(judged)}个单位中，" if len(judged) < len(by_unit) else ""
    head = f"{known}{among}落后项最多的是{worst[0]['area_zh']}，{judged_count(worst)}项中{behind_count(worst)}项{tied}"
    return cited(f"{head}，{indicator['label_zh']}", value_figure(widest, indicator), f"，{apart}")


def _relative_gap(cell: Row) -> float:
    return abs(cell["gap"]) / abs(cell["city_value"] or 1.0)


def _moved(steps: Sequence[Row], indicators: Mapping[str, Row], cells: Sequence[Row]) -> Cited:
    if not steps:
        return cited(no_steps_zh(cells, indicators))
    first = steps[0]
    more = f"，另有{len(steps) - 1}处异动" if len(steps) > 1 else "，是异动"
    label = indicators[first["indicator_code"]]["label_zh"]
    if not is_told_by_change(first):
        subject_zh = judged_zh(first["way_code"], indicators[first["indicator_code"]])
        return cited(f"{place_zh(first)}{label}{subject_zh}{signal_zh(first)}{more}")
    return cited(f"{place_zh(first)}{label}较上月", step_figure(first, indicators), more)


def is_told_by_change(step: Row) -> bool:
    """Whether a signal is what the month's change shows: a month beyond its limits, on the side to which it moved.

    A run is many months, and one below its limits may have risen: of those what makes them a signal is said.
    """
    return step["signal_code"] == BEYOND and step["change_mom"] * step["side"] > 0


def no_steps_zh(cells: Sequence[Row], indicators: Mapping[str, Row]) -> str:
    """That nothing moved out of the ordinary, of as many indicators as are judged; why that is not said where none is.

    Running totals are no part of it: of them no step is told (`overview.steps`).
    """
    own = [cell for cell in cells if indicators[cell["indicator_code"]]["timing_code"] != YEAR_TO_DATE]
    judged = {cell["indicator_code"] for cell in own if cell["verdict_code"] in JUDGED}
    if judged:
        return f"{len(judged)}项指标没有新的异动"
    return "还没有可以判断异动的指标" if any(cell["change_mom"] is not None for cell in own) else "没有上月可比"


def place_zh(row: Row) -> str:
    """The place of a step: the city as 全市, whose short name is that of a county or a river as well."""
    return "全市" if row["level_code"] == "city" else row["area_zh"]


def step_figure(step: Row, indicators: Mapping[str, Row]) -> Figure:
    """How far a step went, as verb and amount; opens the two months."""
    indicator = indicators[step["indicator_code"]]
    return Figure(
        wording=moved(step["change_mom"], indicator),
        relation=MONTH,
        row_key=key_of(step),
        column=CHANGE_COLUMNS["mom"],
    )


def _new(reports: Sequence[Row], restated_count: int) -> str:
    changed = f"，更正{restated_count}个数" if restated_count else ""
    if not reports:
        return f"没有报送记录{changed}"
    owed = [row for row in reports if state_of(row).is_owed]
    corrections = list(dict.fromkeys(row["area_zh"] for row in reports if state_of(row) is REFUSED))
    changed = f"，{listed(corrections)}有更正退回、原报照用{changed}" if corrections else changed
    if not owed:
        taken, others = beside_taken([state_of(row) for row in reports])
        return f"收{taken}张报表，{'，'.join(others)}{changed}" if others else f"{taken}张报表收齐{changed}"
    parts = []
    for state, word in ((OVERDUE, "未报"), (RETURNED, "退回")):
        units = list(dict.fromkeys(row["area_zh"] for row in owed if state_of(row) is state))
        if units:
            parts.append(f"{listed(units)}有报表{word}")
    return "，".join(parts) + changed
