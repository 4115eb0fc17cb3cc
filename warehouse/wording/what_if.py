"""What-ifs in words: where an assumption leads, against the target, and how good its rule was."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Protocol

from warehouse.desk.scenarios import Scenario
from warehouse.month import add_months
from warehouse.wording.grammar.dates import month_zh
from warehouse.wording.grammar.numbers import rounded, show_at_most, show_value

Row = Mapping[str, Any]
RHYTHMS_ZH = {"season": "按往年各月的节奏", "even": "每月一样多"}
RULES_ZH = {
    "season": "其余各月＝当月累计÷往年同月累计占全年的平均比例×往年各月所占比例×速度；跨年的月份按往年同月",
    "even": "其余各月＝当月累计÷已过月数×速度",
}


class Assumption(Protocol):
    """As `warehouse.series.what_if.Assumption`."""

    rhythm_code: str
    pace_percent: int
    extra_months: int


class WhatIf(Protocol):
    """As `warehouse.series.what_if.WhatIf`."""

    total: float
    error: float | None
    case_count: int


def assumption_zh(assumed: Assumption) -> str:
    """ "按往年各月的节奏，速度120%，延长2个月"."""
    extra = f"，延长{assumed.extra_months}个月" if assumed.extra_months else ""
    return f"{RHYTHMS_ZH[assumed.rhythm_code]}，速度{assumed.pace_percent}%{extra}"


def answer_zh(row: Row, month: date, assumed: Assumption, found: WhatIf) -> str:
    """Where the total would stand at the end, and how far from the target of the year."""
    end = add_months(month.replace(month=12), assumed.extra_months)
    total = show_value(found.total, row["unit_zh"])
    gap = found.total - row["goal"]
    goal = row["goal_zh"] or show_value(row["goal"], row["unit_zh"])
    # Less than one of what is counted is neither more nor less.
    apart = f"{'多' if gap > 0 else '少'}{show_value(abs(gap), row['unit_zh'])}"
    against = f"比目标{goal}{apart}" if rounded(gap, 0) else f"与目标{goal}相当"
    return f"假设{assumption_zh(assumed)}：到{month_zh(end)}，{row['label_zh']}累计约{total}，{against}（只是测算，不是判断）"


def unknown_zh(row: Row, month: date, assumed: Assumption) -> str:
    """Why nothing can be worked out: nothing is done yet, or no completed year tells the share of the months asked for."""
    if row["value"] <= 0:
        return f"到{month_zh(month)}还没有完成的数，推不出全年。"
    months = dict.fromkeys((f"{month.month}月", *([f"{assumed.extra_months}月"] if assumed.extra_months else [])))
    return f"没有一个完整年份有{'、'.join(months)}的累计数，不知道往年的节奏；可以改看“每月一样多”。"


def needed_zh(row: Row, needed: float | None) -> str:
    """What each month to come has to bring."""
    if needed is None:
        return "今年没有剩下的月份"
    if needed == 0:
        return "已经达到目标数"
    # A need is a lower bound, so it is rounded up.
    return f"要达到目标，其余各月平均每月要{show_at_most(needed, row['unit_zh'])}"


def backtest_zh(found: WhatIf) -> str:
    """How the rule did on completed years."""
    if found.error is None:
        return "没有可以回测的完整年份"
    return f"用同样的算法回看{found.case_count}个完整年份同月，年末数平均差{found.error * 100:.1f}%"


def kept_zh(kept: Scenario, row: Row | None, month: date, now: WhatIf | None, method: int) -> str:
    """A kept what-if beside what it gives now: by today's `method`, on today's release."""
    unit = "" if row is None else row["unit_zh"]
    then = f"保存时（{month_zh(kept.month)}，批次 {kept.release_id}）约{show_value(kept.total, unit)}"
    if row is None or now is None:
        return f"{then}；现在不能测算：这个月没有可以开始的数"
    changed = f"算法已由第{kept.method}版改为第{method}版，已重算：" if kept.method != method else ""
    return f"{then}；{changed}现在（{month_zh(month)}）约{show_value(now.total, unit)}"
