"""The page 津贴稽核 in words: money at risk, by whom and by which rule, what came of it. Small counts print as *."""

from collections.abc import Mapping
from datetime import date, datetime

from warehouse.payouts import declared
from warehouse.payouts.summary import Summary, Tally
from warehouse.progress import Progress
from warehouse.wording.grammar.alike import by_value, together
from warehouse.wording.grammar.dates import instant_zh, month_zh
from warehouse.wording.grammar.numbers import full_value, mark, percent, percent_range, plain, show_value

SOURCE_ZH = "发放明细（去标识化）"
RULE_NOTE_ZH = (
    "疑点是线索，不是结论，以核查为准；一笔发放被几条规则查出，金额只计一次；人数少于5的和推得出它的格保密（*）；"
    "比上次稽核增减不到5人的，等满5人再计入，清单上已有"
)
BARS_ZH = "横条为疑似多发，长短按最大的一行"
# Amounts that differ by less are the same amount.
_CENT = 0.01


def yuan(value: float | None) -> str:
    """An amount, or * where it is hidden."""
    return mark("suppressed") if value is None else show_value(value, "元")


def count(value: float | None, unit_zh: str) -> str:
    """A count, or * where it is hidden."""
    return mark("suppressed") if value is None else full_value(value, unit_zh)


def span_zh(months: Mapping[date, Tally]) -> str:
    """The months looked at: "2025年7月" or "2025年7月—2025年12月"."""
    first, last = min(months), max(months)
    return month_zh(first) if first == last else f"{month_zh(first)}—{month_zh(last)}"


def finding(place_zh: str, found: Summary, names: Mapping[str, str]) -> str:
    """The first line: how much is at risk, what was recovered, which rule and which unit hold most of it."""
    total = found.total
    if found.audited_at is None:
        return f"{place_zh}{len(found.units)}个单位有发放明细，还没有稽核。"
    if total.finding_count == 0:
        return f"{place_zh}{len(found.units)}个单位的发放明细，按{len(declared.rules())}条规则没有查出疑点。"
    if total.at_risk_yuan is None:
        return f"{place_zh}的发放明细查出疑点，涉及人数少，金额保密。"
    back = f"，已追回{yuan(total.recovered_yuan)}" if total.recovered_yuan else "，还没有登记追回"
    if total.recovered_yuan is None:
        back = "，追回的金额涉及人数少、保密"
    return f"{place_zh}{len(found.units)}个单位疑似多发{yuan(total.at_risk_yuan)}{back}{_most(found, names)}。"


def _most(found: Summary, names: Mapping[str, str]) -> str:
    """The rule and the unit with most money at risk; nothing where there is none to name."""
    rules = {code: found.of_rule(code).at_risk_yuan or 0.0 for code in declared.rules()}
    units = {unit: found.of_unit(unit).at_risk_yuan or 0.0 for unit in found.units}
    kinds, places = (by_value(found, found.__getitem__, _CENT)[0] for found in (rules, units))
    if not rules[kinds[0]]:
        return ""
    named = together(declared.rules()[rule].label_zh for rule in kinds)
    told = f"；最多的一类是{named}，{yuan(rules[kinds[0]])}"
    if len(units) < 2 or not units[places[0]]:
        return told
    return f"{told}，最多的单位是{together(names[unit] for unit in places)}，{yuan(units[places[0]])}"


def deck(found: Summary) -> str:
    """Which payments were judged, when, and what stands still to be judged."""
    told = f"{span_zh(found.months)}，共发放{yuan(found.total.paid_yuan)}"
    if found.audited_at is not None:
        told += f"；第{found.audit_number}次稽核，{instant_zh(found.audited_at)}"
    return f"{told}。{RULE_NOTE_ZH}。"


def waiting_zh(found: Summary) -> str:
    """That files came since the last audit; empty where none did."""
    if not found.waiting_count:
        return ""
    since = "还没有稽核过" if found.audited_at is None else "上次稽核之后收的，还没有查"
    return f"有{found.waiting_count}份文件{since}。请操作员在服务器上运行 yanglao payouts audit。"


def under_way_zh(progress: Progress) -> str:
    """How far the audit running now is; what stands on the page is of the one before."""
    return f"正在稽核：{progress.step_zh}（{progress.done}/{progress.total}）。完成之前，这里是上一次的结果"


def audited_zh(at: datetime | None) -> str:
    """As of when findings stand."""
    return instant_zh(at) if at else "还没有稽核"


def right_zh(tally: Tally) -> str:
    """How often findings were right, of those looked into: exact, or between two shares where few were wrong or right."""
    if tally.judged_count is None:
        return mark("suppressed")
    if not tally.judged_count:
        return mark("not_applicable")
    if tally.right_low == tally.right_high:
        return percent(tally.right_low / tally.judged_count)
    return percent_range(tally.right_low / tally.judged_count, tally.right_high / tally.judged_count)


def shares_zh(tally: Tally) -> str:
    """What part of all that was paid is at risk: "占发放额的0.12%"."""
    if tally.at_risk_yuan is None or tally.paid_yuan <= 0:
        return ""
    return f"占发放额的{percent(tally.at_risk_yuan / tally.paid_yuan, decimals=2)}"


def unit_claim(found: Summary, names: Mapping[str, str]) -> str:
    """The sentence over the units."""
    known = {unit: found.of_unit(unit).at_risk_yuan for unit in found.units}
    shown = {unit: value for unit, value in known.items() if value}
    if not shown:
        return "各单位没有可列出的疑似多发"
    most = by_value(shown, shown.__getitem__, _CENT)[0]
    total = found.total.at_risk_yuan
    part = f"，占合计的{percent(shown[most[0]] / total)}" if total and len(known) > 1 else ""
    if len(most) > 1:
        return f"{together(names[unit] for unit in most)}最多，各疑似多发{yuan(shown[most[0]])}{part}"
    return f"{names[most[0]]}疑似多发{yuan(shown[most[0]])}{part}"


def rule_claim(found: Summary) -> str:
    """The sentence over the rules."""
    hit = [code for code in declared.rules() if found.of_rule(code).finding_count != 0]
    silent = len(declared.rules()) - len(hit)
    if not hit:
        return f"{silent}条规则都没有查出"
    return f"{len(hit)}条规则查出疑点，{silent}条没有" if silent else f"{len(hit)}条规则都查出疑点"


def month_claim(found: Summary) -> str:
    """The sentence over the months."""
    shown = {month: tally.at_risk_yuan for month, tally in found.months.items() if tally.at_risk_yuan is not None}
    if not any(shown.values()):
        return "各月没有可列出的疑似多发"
    most = by_value(shown, shown.__getitem__, _CENT)[0]
    last, worst = max(shown), yuan(shown[most[0]])
    if most == [last]:
        return f"疑似多发以最近的{month_zh(last)}最多，{worst}"
    named = together(month_zh(month) for month in sorted(most))
    now = "" if last in most else f"；{month_zh(last)}{yuan(shown[last])}"
    return f"疑似多发以{named}最多，{worst}{now}"


def count_zh(tally: Tally) -> str:
    """How many findings of how many persons: "12笔、10人"; * where hidden."""
    if tally.is_masked:
        return mark("suppressed")
    return f"{plain(tally.finding_count)}笔、{plain(tally.person_count)}人"
