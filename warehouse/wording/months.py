"""County months in words: the value with its date, how it moved, and whether that is more than noise.

The verb follows the timing of an indicator: a stock is told 截至某月底 with 较上月, 同比 and 较年初, a flow of the month
with 环比 and 同比, a running total with 累计同比. Differences of rates are 百分点 or their unit, never 增长.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from warehouse.wording.grammar.alike import MOST_NAMED, by_value, foremost, together
from warehouse.wording.grammar.cited import Cited, Figure, cited, listed
from warehouse.wording.grammar.dates import month_zh
from warehouse.wording.grammar.numbers import (
    PERCENT_DECIMALS,
    compact,
    growth,
    mark,
    plain,
    points,
    rounded,
    show_value,
    telling_decimals,
)

MONTH = "mart.indicator_month"
STOCK, FLOW, YEAR_TO_DATE, SINCE_START = "end_of_month", "during_month", "year_to_date", "since_start"
TOO_FEW_ZH = "点数不足，不判断趋势"
VERDICTS_ZH = {
    "too_few": TOO_FEW_ZH,
    "trial": "不满12个点，控制限为试算，不下结论",
    "missing": "这个月没有可比的数，不判断",
    "unjudged": "逐月累计，不判断",
    "alike": "前后月太相似，不判断",
    "bound": "已在可能范围的上端，不判断，请抽查",
    "steps": "只在少数月份变动，只列变动，不判断",
    "baseline": "在基线期内",
    "steady": "在正常波动范围内",
    "slight": "与往常相差不到登记的最小差，不算信号",
    "signal_up": "出现向上信号，不像随机波动",
    "signal_down": "出现向下信号，不像随机波动",
}
# Verdicts that speak of the series, not of the part of it that would be judged.
_OF_SERIES = ("too_few", "bound", "steps", "unjudged", "missing")
# Verdicts after which it can be said that nothing new was seen.
JUDGED = ("steady", "slight", "signal_up", "signal_down")
OLD_SIGNAL_ZH = "延续三个月前就有的变化，没有新的信号"
# Beside a change of a city in which a unit has no figure in either month.
SAME_UNITS_ZH = "（只比两个月都报的单位）"
QUALITY_TONES = {"signed": "good", "provisional": "", "doubtful": "watch"}
# A rate of so few things that its rank would say nothing (`smallest_rank_base`).
SMALL_BASE = "small_base"
# What stands outside a sum or a rank, by the status that put it there.
LEFT_OUT_ZH = {
    "missing": "未报",
    "not_applicable": "不适用",
    "suppressed": "保密",
    "returned": "退回",
    "withheld": "待说明",
    SMALL_BASE: "基数太小",
}

Row = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Change:
    """One comparison of a month with another: "同比" "增加667张" "增长2.4%"; `tone` is good, watch or flat.

    scope_zh: of whom, where not of all units of the city.
    """

    code: str
    word_zh: str
    difference: float
    text_zh: str
    rate_zh: str
    tone: str
    scope_zh: str = ""

    @property
    def whole_zh(self) -> str:
        """ "同比增加667张（增长2.4%）"."""
        return f"{self.said_zh}{self.text_zh}" + (f"（{self.rate_zh}）" if self.rate_zh else "")

    @property
    def said_zh(self) -> str:
        """Against which month, and of whom: "较上月", "同比（只比两个月都报的单位）"."""
        return f"{self.word_zh}{self.scope_zh}"


def key_of(row: Row) -> str:
    """The row key of a month in receipts."""
    return f"{row['area_id']}|{row['indicator_code']}|{row['breakdown_code']}|{row['month'].isoformat()}"


def when_zh(month: date, timing_code: str) -> str:
    """The month as an indicator of that timing says it: 截至…底, 当月, 1—N月."""
    if timing_code == FLOW:
        return month_zh(month)
    if timing_code == YEAR_TO_DATE:
        return f"{month.year}年1月" if month.month == 1 else f"{month.year}年1—{month.month}月"
    return f"截至{month_zh(month)}底"


def short_when_zh(month: date, timing_code: str) -> str:
    """The stretch within a year that stands elsewhere: "10月底", "10月", "1—10月"."""
    if timing_code == YEAR_TO_DATE and month.month > 1:
        return f"1—{month.month}月"
    return f"{month.month}月" if timing_code in (FLOW, YEAR_TO_DATE) else f"{month.month}月底"


def value_text(value: float | None, indicator: Row, status_code: str = "reported") -> str:
    """A value of an indicator as printed, its mark where there is none."""
    return show_value(value, indicator["unit_zh"], decimals=indicator["decimals"] or 0, status_code=status_code)


def paired_text(value: float | None, indicator: Row) -> str:
    """A value of one of two months that are compared; — of a unit with nothing to divide by, which counts all the same."""
    return value_text(value, indicator, "not_applicable" if value is None else "reported")


def value_figure(row: Row, indicator: Row) -> Figure:
    """The value of one month; opens its receipt."""
    wording = value_text(row["value"], indicator, row["status_code"])
    return Figure(wording=wording, relation=MONTH, row_key=key_of(row))


def is_share(indicator: Row) -> bool:
    """Whether differences are percentage points."""
    return indicator["unit_zh"] == "%"


def difference_text(difference: float, indicator: Row, *, more: int = 0) -> str:
    """How much, with its unit and without direction: "667张", "3.2个百分点", "1.00张/千人".

    Args:
        more: further decimals of a rate, where parts of a difference stand under each other.
    """
    if is_share(indicator):
        return points(difference, PERCENT_DECIMALS + more)
    decimals = indicator["decimals"] or 0
    if indicator["kind_code"] == "ratio":
        decimals = max(decimals, 1) + more
        # A difference too small for the usual decimals gets more.
        decimals = telling_decimals(difference, decimals)
        return f"{plain(abs(difference), decimals)}{indicator['unit_zh']}"
    return f"{compact(abs(difference), decimals)}{indicator['unit_zh']}"


def signed_zh(difference: float, indicator: Row) -> str:
    """A part of a difference with its sign and one decimal more: "＋0.39个百分点", "0"."""
    sign = "＋" if difference > 0 else "－" if difference < 0 else ""
    return f"{sign}{difference_text(difference, indicator, more=1) if difference else '0'}"


def moved(difference: float, indicator: Row) -> str:
    """A difference with its verb: 增加 and 减少 for amounts, 提高 and 降低 for rates, 持平 for nothing."""
    if not difference:
        return "持平"
    up, down = ("提高", "降低") if indicator["kind_code"] == "ratio" else ("增加", "减少")
    return f"{up if difference > 0 else down}{difference_text(difference, indicator)}"


def tone_of(difference: float, indicator: Row) -> str:
    """good, watch or flat, by the declared direction; nothing is judged where none is declared."""
    if not difference or indicator["polarity_code"] == "neutral":
        return "flat"
    is_up = difference > 0
    return "good" if is_up == (indicator["polarity_code"] == "higher_is_better") else "watch"


def _word(code: str, timing_code: str, month: date, kind_code: str) -> str:
    if code == "year_start":
        return "较年初"
    if code == "mom":
        return "环比" if timing_code == FLOW else "较上月"
    if timing_code == YEAR_TO_DATE:
        return "累计同比"
    if timing_code == FLOW and month.month == 2 and kind_code != "ratio":
        return "1—2月合并同比"
    return "同比"


_COLUMNS = (
    ("mom", "change_mom", "change_pct_mom"),
    ("yoy", "change_yoy", "change_pct_yoy"),
    ("year_start", "change_since_year_start", None),
)
CHANGE_COLUMNS = {code: column for code, column, _ in _COLUMNS}


def changes(row: Row, indicator: Row) -> list[Change]:
    """The comparisons that can be made of one month, with the verbs its timing asks for; none where nothing is known."""
    found = []
    partly = (row.get("over_same_units") or "").split()
    for code, column, rate_column in _COLUMNS:
        difference = row[column]
        if difference is None:
            continue
        rate = row[rate_column] if rate_column else None
        found.append(
            Change(
                code=code,
                word_zh=_word(code, indicator["timing_code"], row["month"], indicator["kind_code"]),
                difference=difference,
                text_zh=moved(difference, indicator),
                rate_zh="" if not rate else growth(rate),
                tone=_tone_of_change(difference, indicator),
                scope_zh=SAME_UNITS_ZH if code in partly else "",
            )
        )
    return found


def _tone_of_change(difference: float, indicator: Row) -> str:
    """A change is neither good nor to be watched where it is less than the indicator declares to count."""
    # A hair is left for doubles.
    return tone_of(difference, indicator) if abs(difference) > indicator["smallest_difference"] - 1e-9 else "flat"


def change_figure(row: Row, change: Change) -> Figure:
    """A change as a number that opens the two months it was taken between."""
    wording = change.text_zh + (f"（{change.rate_zh}）" if change.rate_zh else "")
    return Figure(wording=wording, relation=MONTH, row_key=key_of(row), column=CHANGE_COLUMNS[change.code])


def verdict_tone(verdict_code: str, indicator: Row) -> str:
    """The tone of a verdict on a series: a signal is good or to be watched only where a direction is declared."""
    if verdict_code == "signal_up":
        return tone_of(1.0, indicator)
    if verdict_code == "signal_down":
        return tone_of(-1.0, indicator)
    return "flat"


def is_spoken(verdict_code: str, signal: Row | None) -> bool:
    """Whether a verdict is news: a signal of the last three months."""
    return verdict_code in ("signal_up", "signal_down") and (signal is None or bool(signal.get("is_new")))


def verdict_zh(verdict_code: str, *, subject_zh: str = "", signal: Row | None = None) -> str:
    """A verdict on a series in words, with what it speaks of ("当月净增").

    Args:
        signal: its row of mart.series_signal, from which a new signal is named and an old one told as such.
    """
    if verdict_code in _OF_SERIES:
        return VERDICTS_ZH[verdict_code]
    if verdict_code in ("signal_up", "signal_down") and signal is not None:
        return f"{subject_zh}{signal_zh(signal)}" if signal.get("is_new") else f"{subject_zh}{OLD_SIGNAL_ZH}"
    return f"{subject_zh}{VERDICTS_ZH[verdict_code]}"


def accumulates(indicator: Row) -> bool:
    """Stocks and running totals of counts and money."""
    return indicator["kind_code"] != "ratio" and indicator["timing_code"] != FLOW


def part_zh(indicator: Row) -> str:
    """The name of a month's own part of an accumulating indicator."""
    return "当月净增" if indicator["timing_code"] == STOCK else "当月数"


def judged_zh(way_code: str, indicator: Row) -> str:
    """What a verdict on a series speaks of, where it is not the value itself; empty where it is."""
    if accumulates(indicator):
        return part_zh(indicator)
    return "当月变动" if way_code == "change" else ""


def signal_zh(signal: Row) -> str:
    """What makes a month a signal: "连续10个月高于基线", "高于正常波动的上限"."""
    is_high = signal["side"] > 0
    against = "按上年同月推出的" if signal["way_code"] == "season" else ""
    if signal["signal_code"] == "run":
        bridged = "（其间缺数的月，已报单位在同一侧）" if signal["is_bridged"] else ""
        return f"连续{signal['run_length']}个月{'高于' if is_high else '低于'}{against}基线{bridged}"
    if signal["signal_code"] == "near":
        return f"近三个月里有两个月明显{'高于' if is_high else '低于'}{against}基线"
    return f"{'高于' if is_high else '低于'}{against}正常波动的{'上' if is_high else '下'}限"


def unranked_zh(rows: Iterable[Row]) -> dict[str, int]:
    """How many of a group stand outside its rank, by the word for why: no figure and its status, or too small a base."""
    codes = (row["status_code"] if row["value"] is None else SMALL_BASE for row in rows if row["rank"] is None)
    return dict(Counter(LEFT_OUT_ZH.get(code, code) for code in codes))


def absent_zh(absent: Mapping[str, str], *, most: int = 3) -> str:
    """Who has no figure and why: "甲、乙未报，丙退回"; by the status of each name."""
    words: dict[str, list[str]] = {}
    for name, status in absent.items():
        words.setdefault(LEFT_OUT_ZH.get(status, "未报"), []).append(name)
    return "，".join(f"{listed(names, most=most)}{word}" for word, names in words.items())


def partial_zh(row: Row, indicator: Row, absent: Mapping[str, str] = {}) -> Cited:
    """What stands beside a missing city figure: who is missing, as far as it is asked, and the sum of those who reported."""
    # Of a rate a unit may have sent one part and not the other: it is counted among those without a figure.
    known = max(row["expected_count"] - len(absent), 0) if absent else row["reported_count"]
    counted = f"已报{known}/{row['expected_count']}个单位" if known < row["expected_count"] else "有单位的数不全"
    names = f"（{absent_zh(absent)}）" if absent else ""
    if row["reported_total"] is None and not row["reported_count"]:
        nobody = "都没有报" if absent and set(absent.values()) <= {"missing"} else "都没有可用的数"
        return cited(f"{row['expected_count']}个单位{nobody}{names}")
    if row["reported_total"] is None:
        return cited(f"{counted}{names}")
    noun = "合计" if indicator["kind_code"] != "ratio" else "合计口径"
    total = Figure(wording=value_text(row["reported_total"], indicator), relation=MONTH, row_key=key_of(row))
    return cited(f"{counted}{names}，{noun}", total)


def finding(
    row: Row,
    indicator: Row,
    *,
    area_zh: str,
    verdict_code: str,
    subject_zh: str = "",
    absent: Mapping[str, str] = {},
    signal: Row | None = None,
) -> Cited:
    """The first line of 趋势: what is new in one series, or how it moved and whether that is more than noise, then its value."""
    when = when_zh(row["month"], indicator["timing_code"])
    head = f"{when}，{area_zh}{indicator['label_zh']}"
    if row["value"] is None:
        reason = LEFT_OUT_ZH.get(row["status_code"], "")
        if row["expected_count"]:
            return cited(f"{head}缺：", partial_zh(row, indicator, absent), "。")
        sign = mark(row["status_code"])
        return cited(f"{head}为“{sign}”{'' if reason == sign else f'（{reason}）'}。")
    moves = [[change.said_zh, change_figure(row, change)] for change in changes(row, indicator)[:2]]
    verdict = [verdict_zh(verdict_code, subject_zh=subject_zh, signal=signal)]
    claim = [verdict, *moves[:1]] if is_spoken(verdict_code, signal) else [*moves[:1], verdict]
    value = ["为", value_figure(row, indicator)]
    return cited(head, *_parted(claim), "；", *_parted([value, *moves[1:]]), "。")


def _parted(clauses: Sequence[Sequence[str | Figure]]) -> list[str | Figure]:
    return [part for at, clause in enumerate(clauses) for part in (*("，" * bool(at)), *clause)]


def figures_finding(area_zh: str, indicator: Row, figures: Sequence[Row], dated: Sequence[str]) -> Cited:
    """The first line where only documents speak: every printed figure with its date, and no trend from them.

    Args:
        figures: rows of core.fct_document_figure, oldest first; `dated` their dates in words.
    """
    if not figures:
        return cited(f"{area_zh}{indicator['label_zh']}没有月报，公开文件也没有印过。")
    parts: list[str | Figure] = [f"{area_zh}{indicator['label_zh']}只有{len(figures)}个公开文件数："]
    for position, (row, when) in enumerate(zip(figures, dated, strict=True)):
        wording = Figure(wording=row["value_as_written"], relation="core.fct_document_figure", row_key=row["figure_id"])
        parts += ["、" if position else "", wording, f"（{when}）"]
    return cited(*parts, f"；{TOO_FEW_ZH}。")


def contribution_sentence(
    rows: Sequence[Row], indicator: Row, *, city_zh: str, word_zh: str, absent: Sequence[str] = ()
) -> Cited:
    """Why a city figure moved: the change and the two units that made most of it, or moved most where they went against it.

    Args:
        rows: of `warehouse.read.month.months.contributions`, largest first.
    """
    scope = f"（按两个月都报的{len(rows)}个单位计，未计{listed(absent)}）" if absent else ""
    total = sum(row["contribution"] for row in rows)
    head = f"{city_zh}{indicator['label_zh']}{word_zh}{moved(total, indicator)}{scope}"
    every = [row for row in rows if row["contribution"]]
    if not every:
        return cited(f"{head}：各单位都没有变化。")
    # Who added as much as the second is named with it, or neither is.
    places = by_value(every, lambda row: abs(row["contribution"]), 0)
    movers = foremost(places, 2)
    if len(movers) > MOST_NAMED:
        return cited(f"{head}：{together(row['area_zh'] for row in movers)}，变动最大。")
    named = [f"{row['area_zh']}{moved(row['contribution'], indicator)}" for row in movers]
    # Who took away made no growth.
    goes_along = all(row["contribution"] * total > 0 for row in places[0])
    lead = "只有" if len(every) == 1 else "主要是" if goes_along else "变动最大的是"
    return cited(f"{head}：{lead}{'、'.join(named)}。")


def rounded_apart(parts: Sequence[float], total: float, decimals: int) -> bool:
    """Whether parts as printed do not add up to the printed total: then, and only then, a note says so."""
    return sum(rounded(part, decimals) for part in parts) != rounded(total, decimals)


def adds_up_zh(absent: Sequence[str] = ()) -> str:
    """What the contributions of the units add up to: the city, or those who can be compared."""
    return f"各单位相加等于{'这些单位合计' if absent else '全市'}的变化"


ROUNDING_ZH = "分项之和与总数略有差异系四舍五入"
