"""The old-age allowance in words: to how many, how much, per head, and what does not fit."""

from collections.abc import Mapping, Sequence
from typing import Any

from warehouse.wording.desk.payouts import REASONS_ZH
from warehouse.wording.grammar.alike import absent_of, among_zh, by_value, level_zh, of_group, together
from warehouse.wording.grammar.cited import Cited, Figure, cited, listed
from warehouse.wording.grammar.dates import month_zh
from warehouse.wording.grammar.numbers import full_value, mark, percent, plain, rounded, show_value
from warehouse.wording.months import absent_zh

ALLOWANCE, MONTH = "mart.allowance_month", "mart.indicator_month"
# Of the deaths to be expected so many must be due before their absence is remarkable: e^-3 is one in twenty.
FEWEST_EXPECTED = 3.0
SAME_ZH = "一样多"
UNTRIED_ZH = "近36个月的数不够，没有回测"
BASES_ZH = {"season": "全市往年同季", "year": "全市此前12个月"}
EXPECTED_RULE_ZH = (
    "预期去世停发＝该单位三个月在享人月×全市往年同季“去世停发÷在享人月”（冬季本来就多；没有往年数的用此前12个月，冬夏按所登记的倍数折算）；一个季度一例也没有而预期不少于3例者点名，"
    "这样的季度凭偶然出现的机会不到5%。人数受保密处理的单位不判断"
)

Row = Mapping[str, Any]


def cell(value: float | None, unit_zh: str, status_code: str = "reported", *, decimals: int = 0) -> str:
    """A value or the mark of its status: *, 缺, —."""
    if value is None and status_code == "reported":
        return mark("not_applicable")
    return show_value(value, unit_zh, decimals=decimals, status_code=status_code)


def yuan(value: float | None, status_code: str = "reported") -> str:
    """An amount of money in 元 or 万元."""
    return cell(value, "元", status_code, decimals=0)


def month_figure(row: Row, indicator_code: str, wording: str) -> Figure:
    """A part of an allowance row; opens the month of the indicator it is."""
    key = f"{row['area_id']}|{indicator_code}|{row['age_tier_code']}|{row['month'].isoformat()}"
    return Figure(wording=wording, relation=MONTH, row_key=key)


def recipients(row: Row) -> Figure:
    """How many are paid."""
    text = cell(row["recipient_count"], "人", row["status_code"])
    return month_figure(row, "allowance_recipient_count", text)


def paid(row: Row) -> Figure:
    """What is paid."""
    status = (
        row["status_code"]
        if row["recipient_count"] is None
        else "suppressed"
        if row["paid_yuan"] is None
        else "reported"
    )
    return month_figure(row, "allowance_paid_yuan", yuan(row["paid_yuan"], status))


def per_head(row: Row) -> Figure:
    """What one recipient gets on average; opens the division."""
    text = cell(row["yuan_per_head"], "元", decimals=2)
    return Figure(wording=text, relation=ALLOWANCE, row_key=row["row_key"])


def silent(stops: Sequence[Row]) -> list[Row]:
    """Units without a single death stop in the quarter although deaths were to be expected, most expected first."""
    found = [row for row in stops if row["death_stops"] == 0 and (row["expected_deaths"] or 0) >= FEWEST_EXPECTED]
    return sorted(found, key=lambda row: -row["expected_deaths"])


def with_both(stops: Sequence[Row]) -> list[Row]:
    """Units of which both the death stops of the quarter and those to be expected are known."""
    return [row for row in stops if row["death_stops"] is not None and row["expected_deaths"] is not None]


def summed(stops: Sequence[Row]) -> list[Row]:
    """The units whose stops are added up: those of which both are known; where none has both, those with stops."""
    return with_both(stops) or [row for row in stops if row["death_stops"] is not None]


def due_zh(units: Sequence[Row]) -> str:
    """The deaths to be expected of them together: "约21人"; "—" where none are known."""
    known = with_both(units)
    return f"约{plain(sum(row['expected_deaths'] for row in known))}人" if known else mark("not_applicable")


def of_whom_zh(known: Sequence[Row], stops: Sequence[Row]) -> str:
    """ "9个单位", and "有数的7个单位" where others have none."""
    return f"{'' if len(known) == len(stops) else '有数的'}{len(known)}个单位"


def stops_claim(stops: Sequence[Row]) -> str:
    """The sentence over the stops: who reports no death although some were to be expected, else both sums of the same units."""
    found = silent(stops)
    rule = {code: f"按{basis}的比例" for code, basis in BASES_ZH.items()}
    if found:
        first = found[0]
        return f"{listed(row['area_zh'] for row in found)}一个季度没有一例去世停发，{first['area_zh']}{rule[first['basis_code']]}应约有{plain(first['expected_deaths'])}人"
    known = with_both(stops)
    if not known:
        counted = summed(stops)
        if not counted:
            return "这个季度的去世停发缺数或保密，不能判断"
        total = sum(row["death_stops"] for row in counted)
        return f"{of_whom_zh(counted, stops)}一个季度去世停发{plain(total)}人；没有以前的数，算不出预期"
    total, due = (sum(row[name] for row in known) for name in ("death_stops", "expected_deaths"))
    none = [row["area_zh"] for row in known if not row["death_stops"]]
    tail = f"{listed(none)}一例也没有，预期太少，不作判断" if none else "没有整季一例不报的"
    return f"{of_whom_zh(known, stops)}一个季度去世停发{plain(total)}人，{rule[known[0]['basis_code']]}预期约{plain(due)}人；{tail}"


def finding(city_zh: str, total: Row | None, stops: Sequence[Row], absent: Mapping[str, str]) -> Cited:
    """The first line of 高龄津贴: who reports no deaths, else whether the amount follows from persons and standards; then
    recipients, money and money per head of the month."""
    if total is None:
        return cited(f"{city_zh}这个月没有高龄津贴月报。")
    when = month_zh(total["month"])
    if total["recipient_count"] is None:
        names = f"（{absent_zh(absent)}）" if absent else ""
        quiet = _silent(stops)
        return cited(
            f"{when}，{city_zh}高龄津贴全市数缺{names}，不合计、不算人均", *(("；", quiet) if quiet.text else ()), "。"
        )
    head: list[str | Figure | Cited] = ["向", recipients(total), "发放高龄津贴", paid(total)]
    if total["yuan_per_head"] is not None:
        head += ["，人均", per_head(total)]
    return cited(f"{when}，{city_zh}", *((_silent(stops), "；") if silent(stops) else (_follows(total),)), *head, "。")


def _follows(total: Row) -> Cited:
    """Whether what was paid is what persons, standards, arrears and recoveries make; nothing where that cannot be worked out."""
    apart = total["difference_yuan"]
    if apart is None:
        return cited("")
    if not rounded(apart, 2):
        return cited("高龄津贴实发与算出额相符：")
    amount = Figure(wording=f"{plain(abs(apart), 2)}元", relation=ALLOWANCE, row_key=total["row_key"])
    return cited("高龄津贴实发与算出额相差", amount, "，须说明：")


def payments_claim(rows: Sequence[Row], absent: Sequence[str]) -> str:
    """The sentence over forms and payments: whether they agree, and where they differ most."""
    units = list(dict.fromkeys(row["area_zh"] for row in rows))
    people = [row for row in rows if row["measure_code"] == "recipient_count" and row["difference"] is not None]
    differing = [row for row in people if row["difference"]]
    lacking = f"，{len(absent)}个单位没有" if absent else ""
    head = f"{len(units)}个单位有发放明细{lacking}"
    money = [row for row in rows if row["measure_code"] == "paid_yuan" and row["difference"] is not None]
    apart_zh = f"，{n}个单位的金额不符" if (n := sum(bool(row["difference"]) for row in money)) else ""
    if not people:
        return f"{head}；人数缺或保密，不能与月报对照{apart_zh}"
    if not differing:
        return f"{head}；{len(people)}个单位的人数与月报相符{apart_zh}"
    most = by_value(differing, lambda row: abs(row["difference"]), 0)[0]
    apart = f"{plain(abs(most[0]['difference']))}人"
    told = f"{most[0]['area_zh']}月报{'多' if most[0]['difference'] > 0 else '少'}{apart}"
    if len(most) > 1:
        told = f"{together(row['area_zh'] for row in most)}相差最多，各{apart}"
    return f"{head}；{len(differing)}个单位的人数与月报不符，{told}{apart_zh}"


def payment_stops_claim(rows: Sequence[Row], tiers: Mapping[str, str]) -> str:
    """The sentence over stops that lists tell: who has most, and of which tier there most are; `tiers` are code to name."""
    known = [row for row in rows if row["total"] is not None]
    head = f"{len(rows)}个单位有停止明细"
    if not known:
        return f"{head}，停发人数都保密"
    most = by_value(known, lambda row: row["total"], 1)[0]
    if not most[0]["total"]:
        return f"{head}，{of_whom_zh(known, rows)}都没有停发"
    who = f"{head}；{together(row['area_zh'] for row in most)}停发最多，{'各' if len(most) > 1 else ''}{plain(most[0]['total'])}人"
    told = {tier: most[0][tier] for tier in tiers if most[0].get(tier) is not None}
    if len(most) > 1 or not told:
        return who
    largest = max(told, key=lambda tier: told[tier])
    # What is hidden may be of one tier.
    if told[largest] <= most[0]["total"] - sum(told.values()):
        return who
    return f"{who}，其中{tiers[largest]}{plain(told[largest])}人"


def difference_zh(row: Row) -> str:
    """Form less payments with its likely reason: "多3人，月报把补发的人也计入在享"."""
    value = row["difference"]
    if value is None:
        return mark("not_applicable")
    unit = "人" if row["measure_code"] == "recipient_count" else "元"
    if not rounded(value, 0 if unit == "人" else 2):
        return "相符"
    amount = full_value(abs(value), "人") if unit == "人" else _to_the_fen(abs(value))
    return f"{'多' if value > 0 else '少'}{amount}，{REASONS_ZH[row['reason_code']]}"


def _silent(stops: Sequence[Row]) -> Cited:
    found = silent(stops)
    if not found:
        return cited("")
    named = [
        cited("、" if place else "", row["area_zh"], f"（预期约{plain(row['expected_deaths'])}人）")
        for place, row in enumerate(found[:3])
    ]
    more = f"等{len(found)}个单位" if len(found) > 3 else ""
    return cited(*named, f"{more}一个季度没有一例去世停发")


def arithmetic_zh(total: Row, tiers: Sequence[Row]) -> str:
    """How the amount follows: persons × standard of each tier, plus arrears, less recoveries, held against what was paid."""
    parts = [
        f"{plain(row['recipient_count'])}人×{_to_the_fen(row['standard_yuan'])}"
        for row in tiers
        if row["age_tier_code"] != "total" and row["recipient_count"] is not None and row["standard_yuan"] is not None
    ]
    if total["expected_yuan"] is None or len(parts) != 3:
        return "没有登记发放标准，或有一档缺数，不核对应发额"
    due = (
        f"{'＋'.join(parts)}＝应发{_to_the_fen(total['expected_yuan'])}；"
        f"加补发{_to_the_fen(total['arrears_yuan'] or 0)}，减追缴{_to_the_fen(total['recovered_yuan'] or 0)}，"
        f"与实发{_to_the_fen(total['paid_yuan'])}"
    )
    difference = total["difference_yuan"]
    if difference is None:
        return due
    return f"{due}相符" if not rounded(difference, 2) else f"{due}相差{plain(abs(difference), 2)}元，须说明"


def _to_the_fen(yuan: float) -> str:
    """An amount in whole yuan, or with its fen where it has any, so that a sum on paper comes out."""
    return full_value(yuan, "元", decimals=0 if yuan == int(yuan) else 2)


def per_head_claim(units: Sequence[Row], smallest_difference: float) -> str:
    """Where the amount a head is highest and lowest among the counties; zones are a group of their own.

    Args:
        units: all units, one with a figure among them; a county without is named.
    """
    absent = absent_of(units, "yuan_per_head")
    units = [row for row in units if row["yuan_per_head"] is not None]
    groups = by_value(of_group(units), lambda row: row["yuan_per_head"], smallest_difference)
    high, low = groups[0], groups[-1]
    among = among_zh(units)
    if len(groups) == 1:
        ends = "至".join(dict.fromkeys((per_head(low[-1]).wording, per_head(high[0]).wording)))
        level = level_zh(
            high[0]["yuan_per_head"],
            low[-1]["yuan_per_head"],
            smallest_difference,
            cell(smallest_difference, "元", decimals=2),
        )
        alone = high[0]["area_zh"] if len(high) == 1 else among or "各单位"
        return f"{alone}人均额{ends}{absent}" if len(high) == 1 else f"{alone}人均额{level}，{ends}{absent}"
    first, last = (together(row["area_zh"] for row in group) for group in (high, low))
    return f"{among}人均额最高的是{first}{per_head(high[0]).wording}，最低的是{last}{per_head(low[-1]).wording}{absent}"


def per_head_zh(total: Row) -> str:
    """The division in digits: "5941400元÷103818人＝57.23元/人"."""
    if total["yuan_per_head"] is None:
        return ""
    return (
        f"人均＝{_to_the_fen(total['paid_yuan'])}÷{full_value(total['recipient_count'], '人')}"
        f"＝{plain(total['yuan_per_head'], 2)}元/人"
    )


def against_last_year(total: float, last_year: float) -> str:
    """The twelve months ahead against the twelve behind: "多3.8%", "一样多"."""
    if not rounded((total / last_year - 1) * 100, 1):
        return SAME_ZH
    return f"{'多' if total >= last_year else '少'}{percent(abs(total / last_year - 1), thresholds=())}"


def filled_zh(filled: int) -> str:
    """How many of the twelve months behind had no figure and stand in at the mean; empty for none."""
    return f"（{filled}个月缺，按其余月份的平均数计）" if filled else ""


def missed_zh(error: float) -> str:
    """By how much a method missed what came: "多算了5.22%", "与实际一样"."""
    if not rounded(error * 100, 2):
        return "与实际一样"
    return f"{'多' if error > 0 else '少'}算了{percent(abs(error), decimals=2, thresholds=())}"


def outlook_claim(city_zh: str, total: float, last_year: float, error: float | None, *, filled: int) -> str:
    """The twelve months ahead with what the rule missed a year ago.

    Args:
        filled: how many of the twelve months behind are no figures but means.
    """
    apart = against_last_year(total, last_year)
    change = f"{'与' if apart == SAME_ZH else '比'}近12个月{filled_zh(filled)}{apart}"
    tested = f"同一方法一年前预计近12个月，{missed_zh(error)}" if error is not None else UNTRIED_ZH
    return f"{city_zh}今后12个月约需{yuan(total)}，{change}；{tested}"
