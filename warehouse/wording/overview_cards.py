"""The cards and lists of 总览 with months: how a figure moved, how far from its pace, one word for it, what was taken back."""

from collections.abc import Mapping, Sequence
from typing import Any

from warehouse.wording.desk.quality import named, old_and_new
from warehouse.wording.desk.submissions import state_of
from warehouse.wording.grammar.cited import Cited, Figure, cited, listed
from warehouse.wording.grammar.dates import as_of_zh
from warehouse.wording.grammar.numbers import points, show_value
from warehouse.wording.months import (
    CHANGE_COLUMNS,
    MONTH,
    YEAR_TO_DATE,
    Change,
    changes,
    difference_text,
    key_of,
    partial_zh,
)
from warehouse.wording.overview_months import PROGRESS, TARGET, is_small_task, no_steps_zh
from warehouse.wording.targets import outlook_word, tone

Row = Mapping[str, Any]


def change_line(cell: Row, indicator: Row, *, is_new: bool = True) -> Cited:
    """How a card's figure moved since last month, in the verbs its timing allows; why there is nothing to compare.

    Args:
        is_new: False where nothing arrived for the newest month: then no change is told.
    """
    if not is_new:
        return cited("无新数据，不与上月比")
    if cell["value"] is None and cell["reported_count"] is not None:
        return cited("较上月 —：", partial_zh(cell, indicator))
    made = {one.code: one for one in changes(cell, indicator)}
    if indicator["timing_code"] == YEAR_TO_DATE:
        return cited("较上月 —：累计数；", _change(cell, made["yoy"])) if "yoy" in made else cited("较上月 —：累计数，不与上月比")  # fmt: skip
    if "mom" not in made:
        return cited("较上月 —：没有上月数")
    return _change(cell, made["mom"], word_zh="较上月")


def _change(cell: Row, change: Change, *, word_zh: str = "") -> Cited:
    figure = Figure(wording=change.text_zh, relation=MONTH, row_key=key_of(cell), column=CHANGE_COLUMNS[change.code])
    return cited(f"{word_zh or change.word_zh}{change.scope_zh}", figure)


def pace_line(cell: Row, indicator: Row, target: Row | None) -> Cited:
    """How a card's figure lies to its pace, or to its target where no pace runs, or that there is none."""
    if cell["against_code"] == "pace":
        if is_small_task(cell):
            return cited("序时差 —：任务", show_value(cell["target_value"], indicator["unit_zh"]), "，太小不算百分比")
        if cell["standing_code"] == "level":
            return cited("与序时进度相当")
        apart = Figure(wording=points(cell["gap"]), relation=PROGRESS, row_key=cell["task_row_key"])
        return cited(f"{'滞后' if cell['gap'] < 0 else '快于'}序时进度", apart)
    if cell["value"] is None and cell["target_value"] is not None:
        return cited(f"序时差 —：任务{show_value(cell['target_value'], indicator['unit_zh'])}，有缺不算")
    if target is None or indicator["kind_code"] != "ratio":
        return cited("序时差 —：没有任务")
    return _against_target(indicator, target)


def judged_figure(indicator: Row, target: Row) -> Figure:
    """The figure by which a rate's target was judged; never rounded to the other side of the goal."""
    return Figure(
        wording=show_value(
            target["actual"],
            indicator["unit_zh"],
            decimals=indicator["decimals"] or 0,
            thresholds=(1, target["target_value"]),
        ),
        relation=target["evidence_relation"],
        row_key=target["evidence_row_key"],
    )


def _against_target(indicator: Row, target: Row) -> Cited:
    """The figure that judged a rate's target, with its date, beside the goal; the verdict itself stands as the card's word."""
    goal = Figure(wording=target["text_zh"], relation=TARGET, row_key=target["target_id"])
    year = f"（{target['deadline_on'].year}年）" if target["deadline_on"] else "（未印期限）"
    if target["actual"] is None:
        return cited("序时差 —：比率没有逐月任务；目标", goal, year, "还没有数可判")
    held = judged_figure(indicator, target)
    when = as_of_zh(target["as_of_on"], "month")
    difference = target["actual"] - target["target_value"]
    if not difference:
        return cited(f"序时差 —：比率没有逐月任务；{when}为", held, "，正好目标", goal, year)
    apart = difference_text(difference, indicator)
    return cited(
        f"序时差 —：比率没有逐月任务；{when}为",
        held,
        "，比目标",
        goal,
        f"{'高' if difference > 0 else '低'}{apart}",
        year,
    )


def standing_word(cell: Row, indicator: Row, target: Row | None, step: Row | None) -> tuple[str, str]:
    """The status word of a card and its tone: pace first, then the verdict on the target, then whether the month was unusual."""
    if cell["against_code"] == "pace" and cell["value"] is not None:
        return {"behind": ("滞后", "watch"), "ahead": ("快于序时", "good")}.get(
            cell["standing_code"], ("合序时", "flat")
        )
    if target is not None and indicator["kind_code"] == "ratio" and target["outlook_code"] != "unknown":
        return outlook_word(target), tone(target)
    if cell["value"] is None:
        return "有缺，不评价", "flat"
    if step is not None and indicator["polarity_code"] != "neutral":
        # By the side of the signal: a month below its limits may lie above the month before.
        is_good = (step["side"] > 0) == (indicator["polarity_code"] == "higher_is_better")
        return ("向好", "good") if is_good else ("关注", "watch")
    # 平稳 is a verdict on a series as well: nobody gives it on its first months or where there is nothing to compare.
    return _SERIES_ZH.get(cell.get("verdict_code"), "数少，不评价"), "flat"


_SERIES_ZH = {
    "steady": "平稳",
    "slight": "平稳",
    "signal_up": "没有新变化",
    "signal_down": "没有新变化",
    **dict.fromkeys(("unjudged", "bound", "steps", "alike", "baseline"), "不评价"),
}


def steps_claim(steps: Sequence[Row], cells: Sequence[Row], indicators: Mapping[str, Row]) -> str:
    """The head over what moved out of the ordinary."""
    if not steps:
        return no_steps_zh(cells, indicators)
    return f"{len(steps)}处异动：超出往常的起伏"


def restated_claim(rows: Sequence[Row]) -> str:
    """The head over figures taken back since the month closed."""
    if not rows:
        return "没有更正以前报过的数"
    units = dict.fromkeys(row["area_zh"] for row in rows)
    return f"{listed(units)}更正{len(rows)}个数"


def restated_line(row: Row) -> Cited:
    """One figure taken back: whose, which, of which month, old and new, why."""
    why = f"：{row['reason_zh']}" if row["reason_zh"] else "：没有写原因"
    return cited(
        f"{row['area_zh']}{named(row)}（{row['month'].year}年{row['month'].month}月）", *restated_figures(row), why
    )


def restated_figures(row: Row) -> tuple[Figure, str, Figure]:
    """Old and new value of a figure taken back, each opening the cell it stood in."""
    before, now = (
        Figure(
            wording=wording,
            relation="core.fct_observation",
            row_key=f"{row['area_id']}|{row['indicator_code']}|{row['breakdown_code']}|{row['month']}|{revision}",
        )
        for wording, revision in zip(old_and_new(row), (row["revision"] - 1, row["revision"]), strict=True)
    )
    return before, "改为", now


def reports_claim(reports: Sequence[Row], older: Sequence[Row]) -> str:
    """The head over who has not reported this month, and what is owed of months before."""
    owed = [row for row in reports if state_of(row).is_owed]
    head = (
        f"{len(reports)}张报表欠{len(owed)}张"
        if owed
        else f"{len(reports)}张报表没有欠报"
        if reports
        else "没有报送记录"
    )
    return f"{head}；此前各月还欠{len(older)}张" if older else head
