"""Targets in sentences: what is done of them, how far ahead or behind, what is left, how it ended."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from warehouse.wording.grammar.alike import MOST_NAMED, among_zh, by_value, each_of, foremost, of_group, places
from warehouse.wording.grammar.cited import Cited, Figure, cited, listed
from warehouse.wording.grammar.dates import as_of_zh, date_zh, month_zh
from warehouse.wording.grammar.numbers import (
    compact,
    decimal_of,
    full_value,
    mark,
    percent,
    plain,
    points,
    rounded,
    show_value,
)

PROGRESS = "mart.target_progress"
TARGET = "core.dim_target"
QUALITATIVE = "increase"

VERDICT = "mart.target_verdict"
# The reading under which a target stands as a whole, the only one that is counted.
WHOLE = "all"
# Colour of each verdict; red only for a missed 约束性 target (see `tone`).
TONES = {
    "met": "good",
    "likely": "good",
    "possible": "flat",
    "hard": "watch",
    "unjudged": "void",
    "missed": "watch",
    "running": "flat",
    "to_confirm": "open",
    "unknown": "void",
    "qualitative": "void",
}
# The order in which verdicts are counted out; anything else would hide the unfavourable ones at the end.
STATES = ("missed", "hard", "possible", "likely", "met", "running", "unjudged", "to_confirm", "unknown", "qualitative")
MARK_ZH = "†"
MARK_RULE_ZH = "†：期限当月没有数，按期限前后三个月内离得最近的数判断"

Row = Mapping[str, Any]


def tone(row: Row) -> str:
    """good, watch, flat, open (口径待确认), void (无数可判) or miss, red and only for a binding target missed at its deadline."""
    if row["outlook_code"] == "missed" and row["binding_code"] == "binding":
        return "miss"
    return TONES[row["outlook_code"]]


def outlook_word(row: Row) -> str:
    """The verdict in a word, with † where no figure stands in the month of the deadline: "未完成†"."""
    return row["outlook_label_zh"] + (MARK_ZH if row["is_marked"] else "")


def verdict_figure(row: Row) -> Figure:
    """The verdict as something that opens what it rests on."""
    return Figure(wording=outlook_word(row), relation=VERDICT, row_key=row["verdict_key"])


def is_rate(row: Row) -> bool:
    """Whether the target is a share: its distance is in 百分点 and a completion rate would be a rate of a rate."""
    return row["unit_zh"] == "%"


def target_figure(row: Row) -> Figure:
    """The target in the document's words; opens its sentence, and that of this reading of it."""
    row_key = row["target_id"] if row["reading"] == WHOLE else row["reading"]
    return Figure(wording=row["target_as_written"], relation=TARGET, row_key=row_key)


def actual_figure(row: Row) -> Figure:
    """The actual value as printed or reported, 缺 where there is none."""
    if row["actual"] is None:
        return Figure(wording=mark("missing"), relation=PROGRESS, row_key="")
    as_printed = row["actual_as_written"] if row["origin_code"] == "document" and "+" not in (row["actual_as_written"] or "") else None  # fmt: skip
    text = show_value(
        row["actual"],
        row["actual_unit_zh"] or row["unit_zh"],
        decimals=row["decimals"] or 0,
        as_written=as_printed if _is_as_counted(row, as_printed) else None,
        thresholds=(1, row["target_value"]) if row["target_value"] else (1,),
    )
    if row["actual"] != row["target_value"] and text == show_value(row["target_value"], row["actual_unit_zh"] or row["unit_zh"]):  # fmt: skip
        # 27,637 on 28,000 would print 2.8万 on 2.8万 and look as if it were met.
        text = full_value(row["actual"], row["actual_unit_zh"] or row["unit_zh"], decimals=row["decimals"] or 0)
    return Figure(wording=text, relation=VERDICT, row_key=row["verdict_key"])


def _is_as_counted(row: Row, as_printed: str | None) -> bool:
    """Whether the wording says the value held against the target (8个 county platforms are 9 with the city's)."""
    digits = "".join(letter for letter in as_printed or "" if letter.isdigit())
    return digits == plain(row["actual"]).replace(",", "") if row["actual"] is not None else False


def completion_figure(row: Row) -> Figure | None:
    """The completion rate; None for shares, for ceilings, for a task too small and where nothing is known."""
    if row["completion"] is None or is_rate(row) or row["is_small_task"]:
        return None
    return Figure(wording=percent(row["completion"]), relation=PROGRESS, row_key=row["row_key"])


def measure_caveat(row: Row) -> str:
    """What a figure counts other than the target asks, in short: "推算；人对人次，仅供参照"; empty without."""
    return row["caveat_zh"] or ""


def date_caveat(row: Row) -> str:
    """What is to be said of the figure's date; empty without, and where there is no figure."""
    return (row["timing_zh"] or "") if row["actual"] is not None else ""


def verdict(row: Row) -> Cited:
    """One target held against what is known, as a clause: "完成1670人的157.5%", "70.2%，比100%低29.8个百分点"."""
    if row["comparator"] == QUALITATIVE:
        return cited("定性目标，不折算完成率")
    if row["actual"] is None:
        return cited(_blank(row))
    if is_rate(row) or row["comparator"] == "at_most":
        return _rate_verdict(row)
    caveat = f"（{measure_caveat(row)}）" if is_borrowed(row) and measure_caveat(row) else ""
    goal = goal_zh(row)
    if row["is_small_task"]:
        return cited("有", actual_figure(row), f"，目标{goal}", caveat)
    if row["pace_code"] == "per_year":
        return cited(f"为{plain(row['target_value'])}{row['unit_zh']}/年的", completion_figure(row), caveat)
    return cited(f"完成{goal}的", completion_figure(row), caveat)


def _blank(row: Row) -> str:
    """Why there is no actual value: a month nobody could sum, an end without a figure, or nothing yet."""
    if row["target_reason_code"] == "month_missing":
        return f"{month_zh(row['seen_month'])}缺：有单位没有可用的数，或期内有月份缺报"
    return "没有公布期末数" if row["is_over"] else "还没有数"


def absence_zh(row: Row) -> str:
    """Why a target under way has no value, in a word or two."""
    return "有单位没有可用的数" if row["target_reason_code"] == "month_missing" else "还没有数"


def gap_zh(row: Row) -> str:
    """How far a judged value lies from its target: "差1.3个百分点", "超360张", "正好"; empty where neither is known."""
    if row["gap"] is None or row["actual"] is None or row["target_value"] is None:
        return ""
    apart = row["actual"] - row["target_value"]
    if not apart:
        return "正好"
    above, below = ("高出", "低于上限") if row["comparator"] == "at_most" else ("超", "差")
    word = above if apart > 0 else below
    amount = points(apart) if is_rate(row) else show_value(abs(apart), row["unit_zh"], decimals=row["decimals"] or 0)
    return f"{word}{amount}"


def parts_zh(whole: Row) -> str:
    """How many of the parts that must each be reached are: "7项中6项达到"; those nobody measured are told apart."""
    if not whole["parts_measured"]:
        return f"{whole['parts_named']}项都没有数"
    blank = whole["parts_named"] - whole["parts_measured"]
    return f"{whole['parts_named']}项中{whole['parts_met']}项达到" + (f"，{blank}项没有数" if blank else "")


def is_borrowed(row: Row) -> bool:
    """Whether the figure counts something else than the target asks, so that it is for orientation only."""
    return row["actual_indicator_code"] not in (None, row["indicator_code"])


def goal_zh(row: Row) -> str:
    """The value to reach, in our own form: "1670人", "55%", "0.2平方米/人"."""
    value = row["target_value"]
    if is_rate(row):
        whole = decimal_of(value) * 100
        return percent(value, decimals=0 if whole == whole.to_integral_value() else 1, thresholds=())
    return show_value(value, row["unit_zh"], decimals=0 if float(value).is_integer() else 1)


def yearly_zh(row: Row) -> str:
    """What a target of several years asks of each, beside the whole: "（5000人次/年）"; empty for all others."""
    return f"（{goal_zh(row)}/年）" if row["pace_code"] == "per_year" else ""


def _rate_verdict(row: Row) -> Cited:
    goal = goal_zh(row)
    difference = row["actual"] - row["target_value"]
    if not difference:
        return cited(actual_figure(row), f"，正好{goal}")
    way = "高" if difference > 0 else "低"
    apart = points(difference) if is_rate(row) else _amount(abs(difference), row) + row["unit_zh"]
    return cited(actual_figure(row), f"，比{goal}{way}{apart}")


def is_level(row: Row, pace: float | None) -> bool:
    """Whether a completion lies so near its pace that the difference does not count."""
    if pace is None:
        return False
    return row["completion"] == pace or abs(row["completion"] - pace) < (row["smallest_gap_pp"] or 0)


def pace_zh(row: Row, pace: float | None, name_zh: str = "序时进度") -> str:
    """How a completion lies to its pace: "快于序时进度9.0个百分点", "滞后季节序时14.2个百分点"; empty without pace."""
    if pace is None or row["completion"] is None:
        return ""
    if is_level(row, pace):
        return f"与{name_zh}相当"
    gap = row["completion"] - pace
    return f"{'快于' if gap > 0 else '滞后'}{name_zh}{points(gap)}"


def outlook_zh(row: Row) -> str:
    """What is left and at what speed: "还差546人次，月均需109人次，近三月月均94人次"; of what may not be exceeded, what has to go.

    Empty when nothing is left, when the deadline has passed, and for a figure that is for orientation only. Of a rate
    (社会工作者 for a thousand elders) only what is left.
    """
    if not row["remaining"] or row["is_over"] or is_rate(row) or is_borrowed(row):
        return ""
    unit = row["unit_zh"]
    down = "减" if row["comparator"] == "at_most" else ""
    parts = [f"{'须减少' if down else '还差'}{_amount(row['remaining'], row)}{unit}"]
    # What is printed with decimals is no count: it does not come month by month.
    if row["monthly_needed"] is not None and not row["decimals"]:
        parts.append(f"月均需{down}{_amount(row['monthly_needed'], row, more=1)}{unit}")
        recent = row["recent_monthly"]
        moves = "" if not down or not recent else "减" if recent < 0 else "增"
        speed = "" if recent is None else _amount(abs(recent) if moves else recent, row, more=1)
        parts.append("近三月月均不详" if recent is None else f"近三月月均{moves}{speed}{unit}")
    return "，".join(parts)


def _amount(value: float, row: Row, *, more: int = 0) -> str:
    """An amount with the decimals of its indicator, `more` where it is small; never 0 for what is not nothing."""
    decimals = (row["decimals"] or 0) + (more if abs(value) < 10 else 0)
    while value and not rounded(abs(value), decimals) and decimals < 4:
        decimals += 1
    return compact(value, decimals)


def counted(wholes: Iterable[Row]) -> list[Row]:
    """The targets that are counted: each once, without those another version has replaced."""
    return [row for row in wholes if not row["is_replaced"]]


def counts_zh(wholes: Iterable[Row]) -> str:
    """How targets stand, every one in exactly one count: "34个目标：1个已完成，7个口径待确认，25个无数可判，1个定性目标"."""
    rows = counted(wholes)
    labels = {row["outlook_code"]: row["outlook_label_zh"] for row in rows}
    told = [f"{sum(row['outlook_code'] == code for row in rows)}个{labels[code]}" for code in STATES if code in labels]
    return f"{len(rows)}个目标：{'，'.join(told)}"


def is_running(row: Row) -> bool:
    """Whether a target has a printed deadline that still lies ahead."""
    return row["deadline_on"] is not None and not row["is_over"] and not row["is_replaced"]


def finding(
    city_zh: str, wholes: Sequence[Row], lines: Sequence[Row], month: Any = None, pace_zh_of: str = "序时进度"
) -> Cited:
    """The first line of the page: who is behind of the targets that run, by the pace named, and how all of them stand."""
    targets = counted(wholes)
    if not targets:
        return cited(f"本批次没有{city_zh}的目标。")
    when = f"截至{month_zh(month)}底，" if month else ""
    running = [row for row in targets if is_running(row) and row["comparator"] != QUALITATIVE]
    if not running:
        return cited(when, f"{city_zh}{counts_zh(targets)}。")
    return cited(when, city_zh, _running(running, lines, pace_zh_of), f"；{counts_zh(targets)}。")


def _running(running: Sequence[Row], lines: Sequence[Row], pace_zh_of: str) -> Cited:
    own = {row["target_id"]: [one for one in lines if one["target_id"] == row["target_id"]] for row in running}
    # A target in several readings is told by none of them: it is listed as 口径待确认, and counted as such.
    clear = [row for row in running if row["outlook_code"] != "to_confirm"]
    judged = [one for row in clear for one in own[row["target_id"]] if row["reading_count"] == 1]
    paced = [one for one in judged if one["pace"] is not None and one["completion"] is not None]
    apart = (one for one in paced if one["gap_pp"] < 0 and not is_level(one, one["pace"]))
    behind = sorted(apart, key=lambda row: row["gap_pp"])
    count = len({one["target_id"] for one in behind})
    hard = [row for row in clear if row["outlook_code"] == "hard"]
    unsure = len(running) - len(clear)
    head = f"{len(running)}个目标在进行中" + (f"（其中{unsure}个口径待确认）" if unsure else "")
    every = [one for each in own.values() for one in each]
    if all(row["completion"] is None and row["actual"] is None for row in every):
        missing = any(row["target_reason_code"] == "month_missing" for row in every)
        return cited(f"{head}，本月有单位没有可用的数，全市数缺" if missing else f"{head}，还没有数")
    if not behind:
        body = "，有序时可比的都不落后" if paced else ""
    else:
        # Of each target the line that is furthest behind; those level with one another in their order.
        furthest = reversed({row["target_id"]: row for row in reversed(behind)}.values())
        worst = furthest_behind(furthest, lambda row: row["gap_pp"])
        most = f"{count}个滞后，{'最多的是' if len(worst) < count else ''}" if count > 1 else ""
        told = [
            cited("、" if place else "", row["name_zh"], Figure(wording=pace_zh(row, row["pace"], pace_zh_of), relation=PROGRESS, row_key=row["row_key"]))
            for place, row in enumerate(worst[:MOST_NAMED])
        ]  # fmt: skip
        body = cited(f"，{most}", *told, f"等{len(worst)}个" if len(worst) > MOST_NAMED else "")
    return cited(head, body, f"；按往年各月的节奏，{listed(row['name_zh'] for row in hard)}难完成" if hard else "")


def furthest_behind(behind: Iterable[Row], gap: Callable[[Row], float]) -> list[Row]:
    """Of targets behind their pace those in the last place: none is named before one that lies as far by what counts."""
    return by_value(behind, lambda row: -gap(row), lambda row: row["smallest_gap_pp"] or 0.0)[0]


def when_zh(row: Row) -> str:
    """When the actual value held, as exactly as its document or month says; empty without one."""
    return as_of_zh(row["as_of_on"], row["as_of_precision"]) if row["as_of_on"] else ""


def when_of_parts_zh(parts: Iterable[Row]) -> str:
    """When the values of several parts held: one day, or from the oldest to the newest: "截至2026年6月30日至7月31日"."""
    known = sorted((row for row in parts if row["as_of_on"]), key=lambda row: row["as_of_on"])
    told = list(dict.fromkeys((when_zh(known[0]), when_zh(known[-1])))) if known else []
    return "至".join([*told[:1], *(one.removeprefix("截至") for one in told[1:])])


def deadline_zh(row: Row) -> str:
    """By when, in what the document prints: "2025年底" only where it says 底, "2025年", a day, or that none is printed."""
    day = row["deadline_on"]
    if day is None:
        return "未印期限"
    if (day.month, day.day) != (12, 31):
        return date_zh(day)
    printed = f"{row['quote'] or ''}{row['deadline_quote'] or ''}"
    return f"{day.year}年底" if f"{day.year}年底" in printed else f"{day.year}年"


BASIS_ZH = {
    "unit": "各单位对照本单位目标",
    "city": "各单位对照全市目标值，仅供参照，不是分解任务",
    "none": "没有分解到单位的任务，只列完成数",
}
COLOUR_RULE_ZH = "红色只用于到期未完成的约束性目标；其余目标未完成为橙色；没有数、口径待确认为灰色，不作判断"


def _units_pace(judged: Sequence[Row]) -> str:
    behind = sorted(
        (row for row in judged if row["completion"] < row["pace"] and not is_level(row, row["pace"])),
        key=lambda row: row["completion"] - row["pace"],
    )
    if not behind:
        return each_of([row["short_name_zh"] for row in judged], "不落后于序时")
    group = of_group(behind)
    most = group if len(group) <= MOST_NAMED else foremost(places(group, _is_alike), MOST_NAMED)
    head = f"{len(judged)}个单位中{len(behind)}个滞后于序时，{among_zh(behind)}"
    if len(most) > MOST_NAMED:
        near, far = (points(most[place]["completion"] - most[place]["pace"]) for place in (-1, 0))
        ends = f"{near.removesuffix('个百分点')}至{far}"
        return f"{head}{'最多的是' if len(most) < len(behind) else ''}{listed(row['short_name_zh'] for row in most)}，在{ends}之间"
    named = "、".join(f"{row['short_name_zh']}{points(row['completion'] - row['pace'])}" for row in most)
    return f"{head}{'最多的是' if len(most) < len(behind) else '为'}{named}"


def _is_alike(one: Row, other: Row) -> bool:
    """Whether two units lie apart by less than one of what is counted in either."""
    return abs(one["completion"] - other["completion"]) < max(
        one["smallest_gap_pp"] or 0, other["smallest_gap_pp"] or 0, 1e-9
    )


def units_claim(name_zh: str, rows: Sequence[Row]) -> str:
    """Which units fall short of a target, and who did not report: the claim over the units' bars."""
    missing = [row["short_name_zh"] for row in rows if row["value"] is None]
    left_out = f"；{listed(missing)}没有数，未列入" if missing else ""
    judged = [row for row in rows if row["completion"] is not None]
    if not judged:
        known = [row for row in rows if row["value"] is not None]
        why = f"{len(known)}个单位有数，没有分解任务" if known else "没有一个单位有数"
        return f"{name_zh}：{why}，不判断快慢{left_out}"
    if any(row["pace"] is not None for row in judged):
        return f"{name_zh}：{_units_pace(judged)}{left_out}"
    decided = [row for row in judged if row["outlook_code"] not in ("to_confirm", "unknown")]
    if not decided:
        words = listed(dict.fromkeys(row["outlook_label_zh"] for row in judged))
        return f"{name_zh}：{len(judged)}个单位有数，{words}，不下结论{left_out}"
    short = [row for row in decided if row["outlook_code"] != "met"]
    if not short:
        return f"{name_zh}：{each_of([row['short_name_zh'] for row in decided], '达到')}{left_out}"
    names = listed(row["short_name_zh"] for row in short)
    return f"{name_zh}：{len(decided)}个单位中{len(short)}个未达到：{names}{left_out}"


def qualitative_claim(row: Row, count: int) -> str:
    """The claim over the evidence of a target without a number."""
    found = f"文件中有{count}条相关措施，都只能作证据" if count else "文件中没有相关措施"
    return f"{row['name_zh']}“{row['target_as_written']}”是定性目标，不折算百分比；{found}"


def span_zh(first: Any, last: Any) -> str:
    """The dates between which figures lie: one day, or both ends."""
    return date_zh(last) if first == last else f"{date_zh(first)}至{date_zh(last)}"


def amount_zh(value: float, unit_zh: str) -> str:
    """An amount with its unit."""
    return show_value(value, unit_zh)


def change_claim(versions: Sequence[Row]) -> str:
    """What a target was and what it is: "2024年培训目标由1670人调整为1500人，自2024年7月1日起；原目标保留"."""
    first, last = versions[0], versions[-1]
    since = date_zh(last["valid_from_on"])
    return f"{last['name_zh']}由{first['text_zh']}调整为{last['text_zh']}，自{since}起；原目标保留，判断分别列出"


def deck(rows: Sequence[Row], *, has_months: bool) -> str:
    """Under the finding: which figure meets targets that judge it differently, and what the verdicts rest on."""
    split: dict[str, list[Row]] = {}
    for row in rows:
        if row["actual"] is not None and row["evidence_row_key"]:
            split.setdefault(row["evidence_row_key"], []).append(row)
    told = [
        _told(sorted(each, key=lambda row: STATES.index(row["outlook_code"])))
        for each in split.values()
        if {"met", "to_confirm"} <= {row["outlook_code"] for row in each}
    ]
    basis = (
        ""
        if has_months
        else "各单位还没有报送月报，判断只凭公开文件所印的数；季节序时、近三月速度和各单位快慢要等月报。"
    )
    return "；".join(told) + ("。" if told else "") + basis


def _told(rows: Sequence[Row]) -> str:
    """One figure against its targets, in one breath."""
    first, *others = rows
    again = "".join(f"；同一个{actual_figure(row).wording}，{verdict(row).text}" for row in others)
    return f"{first['name_zh']}：{actual_figure(first).wording}，{verdict(first).text}{again}"


def outcomes(rows: Sequence[Row]) -> str:
    """How the targets on one figure came out: "1个完成，1个口径待确认，1个无数可判"; every outcome is counted."""
    labels = {row["outlook_code"]: row["outlook_label_zh"] for row in rows}
    counts = {code: sum(row["outlook_code"] == code for row in rows) for code in ("met", *STATES) if code in labels}
    return "，".join(f"{count}个{labels[code]}" for code, count in counts.items())
