"""Sentences of the old-age allowance and of its audit, worked by hand and word for word."""

from datetime import UTC, date, datetime

import pytest

from warehouse.payouts.summary import Summary, Tally
from warehouse.wording import allowance_months as allowance
from warehouse.wording.desk import payout_audit as audit

OCTOBER = date(2026, 10, 1)
TIERS = {"age_80_89": "80—89岁", "age_90_99": "90—99岁"}


def text(said) -> str:
    return said if isinstance(said, str) else getattr(said, "text", None) or said.wording


def quarter(name, stops, due, basis="season"):
    """A unit's three months: deaths that stopped a payment, and those to be expected."""
    return {"area_zh": name, "death_stops": stops, "expected_deaths": due, "basis_code": basis}


def month(count=1000, yuan=60_000.0, head=60.0, *, apart=0.0, **more):
    return {
        "area_id": "a", "row_key": "a", "age_tier_code": "total", "month": OCTOBER, "recipient_count": count, "paid_yuan": yuan,
        "yuan_per_head": head, "difference_yuan": apart, "status_code": "reported", "area_zh": "甲县", "kind_code": "county", **more,
    }  # fmt: skip


def held(name, apart, measure="recipient_count", reason="unexplained"):
    """Form less payments of a unit."""
    return {"area_zh": name, "measure_code": measure, "difference": apart, "reason_code": reason}


def stopped(name, total, **tiers):
    return {"area_zh": name, "total": total, **tiers}


def tier(code, count, standard):
    return {"age_tier_code": code, "recipient_count": count, "standard_yuan": standard}


def headed(name, yuan, kind="county"):
    return month(head=yuan, area_zh=name, kind_code=kind)


def silent_names(stops):
    return "、".join(row["area_zh"] for row in allowance.silent(stops))


QUIET = [quarter("甲县", 0, 3.0), quarter("乙县", 0, 2.9), quarter("丙县", 1, 9.0), quarter("丁县", 0, None), quarter("戊县", 0, 12.0, "year")]  # fmt: skip
THREE = [tier("total", 170, None), tier("age_80_89", 100, 50.0), tier("age_90_99", 60, 100.0), tier("age_100_plus", 10, 300.0)]  # fmt: skip
# 100 × 50 + 60 × 100 + 10 × 300 = 14,000
DUE = {"expected_yuan": 14_000.0, "arrears_yuan": 500.0, "recovered_yuan": None, "paid_yuan": 14_512.5, "difference_yuan": 12.5}  # fmt: skip


def tally(at_risk=0.0, **more):
    return Tally(finding_count=more.pop("findings", 1), person_count=more.pop("persons", 1), at_risk_yuan=at_risk, paid_yuan=more.pop("paid", 0.0), **more)  # fmt: skip


RULES = [*audit.declared.rules()]
NAMES = {"a": "甲县", "b": "乙县"}


def summary(total, rules=(), units=None, months=None, *, at=datetime(2026, 11, 5, 1, 30, tzinfo=UTC), waiting=0):
    """Audits of 甲县 and 乙县: all together, the first rules in their order, each unit, each month."""
    units = {"a": tally(), "b": tally()} if units is None else units
    cells = {("all", "total"): total, **{(unit, "total"): one for unit, one in units.items()}}
    cells |= {("all", rule): tally(findings=0) for rule in RULES} | {("all", rule): one for rule, one in zip(RULES, rules, strict=False)}  # fmt: skip
    return Summary(
        units=tuple(units), cells=cells, months=months or {OCTOBER: tally()}, audit_number=2, audited_at=at, waiting_count=waiting,
    )  # fmt: skip


def label(place):
    return audit.declared.rules()[RULES[place]].label_zh


SEPTEMBER = date(2026, 9, 1)
# The second rule has most money, and 乙县.
FOUND = summary(tally(3000.0, recovered_yuan=200.0, paid=1_200_000.0), (tally(1000.0), tally(2000.0)), {"a": tally(1200.0), "b": tally(1800.0)})  # fmt: skip

WORKED = [
    # Three to be expected are enough to miss one, 2.9 are not; most expected first.
    (silent_names, [QUIET], "戊县、甲县"),
    (allowance.stops_claim, [QUIET], "戊县、甲县一个季度没有一例去世停发，戊县按全市此前12个月的比例应约有12人"),
    (allowance.stops_claim, [[quarter("甲县", 3, 4.0, "year"), quarter("乙县", 0, 2.0)]], "2个单位一个季度去世停发3人，按全市此前12个月的比例预期约6人；乙县一例也没有，预期太少，不作判断"),
    (allowance.stops_claim, [[quarter("甲县", 3, 4.0), quarter("乙县", 2, 3.0), quarter("丙县", None, None)]], "有数的2个单位一个季度去世停发5人，按全市往年同季的比例预期约7人；没有整季一例不报的"),
    (allowance.stops_claim, [[quarter("甲县", 3, None), quarter("乙县", None, None)]], "有数的1个单位一个季度去世停发3人；没有以前的数，算不出预期"),
    (allowance.stops_claim, [[quarter("甲县", None, 2.0)]], "这个季度的去世停发缺数或保密，不能判断"),
    (allowance.due_zh, [[quarter("甲县", 3, 4.0), quarter("乙县", None, 9.0)]], "约4人"),
    (allowance.due_zh, [[quarter("乙县", None, 9.0)]], "—"),
    # Who has not reported is missing; where the persons are known and the money is not, it is hidden.
    (allowance.paid, [month(None, None, status_code="missing")], "缺"),
    (allowance.paid, [month(7, None)], "*"),
    (allowance.paid, [month()], "6.0万元"),
    (allowance.per_head, [month(head=None)], "—"),
    (allowance.finding, ["某市", None, [], {}], "某市这个月没有高龄津贴月报。"),
    (allowance.finding, ["某市", month(None, None, None), [], {"甲": "missing"}], "2026年10月，某市高龄津贴全市数缺（甲未报），不合计、不算人均。"),
    (allowance.finding, ["某市", month(None, None, None), QUIET[:1], {}], "2026年10月，某市高龄津贴全市数缺，不合计、不算人均；甲县（预期约3人）一个季度没有一例去世停发。"),
    (allowance.finding, ["某市", month(), QUIET[1:3], {}], "2026年10月，某市高龄津贴实发与算出额相符：向1000人发放高龄津贴6.0万元，人均60.00元。"),
    (allowance.finding, ["某市", month(head=None, apart=-12.5), [], {}], "2026年10月，某市高龄津贴实发与算出额相差12.50元，须说明：向1000人发放高龄津贴6.0万元。"),
    (allowance.finding, ["某市", month(apart=None), [], {}], "2026年10月，某市向1000人发放高龄津贴6.0万元，人均60.00元。"),
    # Of four three are named.
    (allowance.finding, ["某市", month(), [quarter(name, 0, due) for name, due in (("甲县", 9.0), ("乙县", 8.0), ("丙县", 7.0), ("丁县", 6.0))], {}],
     "2026年10月，某市甲县（预期约9人）、乙县（预期约8人）、丙县（预期约7人）等4个单位一个季度没有一例去世停发；向1000人发放高龄津贴6.0万元，人均60.00元。"),
    (allowance.payments_claim, [[held("甲县", 0), held("乙县", 0), held("甲县", 0.0, "paid_yuan")], []], "2个单位有发放明细；2个单位的人数与月报相符"),
    (allowance.payments_claim, [[held("甲县", 0), held("甲县", 50.0, "paid_yuan"), held("乙县", None)], ["丙县"]], "2个单位有发放明细，1个单位没有；1个单位的人数与月报相符，1个单位的金额不符"),
    (allowance.payments_claim, [[held("甲县", None), held("甲县", None, "paid_yuan")], []], "1个单位有发放明细；人数缺或保密，不能与月报对照"),
    (allowance.payments_claim, [[held("甲县", -3), held("乙县", 2)], []], "2个单位有发放明细；2个单位的人数与月报不符，甲县月报少3人"),
    (allowance.payments_claim, [[held("甲县", 1), held("乙县", 2)], []], "2个单位有发放明细；2个单位的人数与月报不符，乙县月报多2人"),
    (allowance.payments_claim, [[held("甲县", -2), held("乙县", 2), held("丙县", 1)], []], "3个单位有发放明细；3个单位的人数与月报不符，甲县、乙县并列相差最多，各2人"),
    (allowance.payment_stops_claim, [[stopped("甲县", None)], TIERS], "1个单位有停止明细，停发人数都保密"),
    (allowance.payment_stops_claim, [[stopped("甲县", 0), stopped("乙县", None)], TIERS], "2个单位有停止明细，有数的1个单位都没有停发"),
    (allowance.payment_stops_claim, [[stopped("甲县", 9, age_80_89=6, age_90_99=3), stopped("乙县", 8)], TIERS], "2个单位有停止明细；甲县停发最多，9人，其中80—89岁6人"),
    # Six are known and three hidden, as many as of the largest tier: they may be of the other.
    (allowance.payment_stops_claim, [[stopped("甲县", 6, age_80_89=3, age_90_99=None)], TIERS], "1个单位有停止明细；甲县停发最多，6人"),
    (allowance.payment_stops_claim, [[stopped("甲县", 9, age_80_89=6, age_90_99=3), stopped("乙县", 9)], TIERS], "2个单位有停止明细；甲县、乙县并列停发最多，各9人"),
    (allowance.payment_stops_claim, [[stopped("甲县", 9), stopped("乙县", 8)], TIERS], "2个单位有停止明细；甲县停发最多，9人"),
    (allowance.difference_zh, [held("甲县", None)], "—"),
    (allowance.difference_zh, [held("甲县", 3, reason="arrears_counted")], "多3人，月报把补发的人也计入在享"),
    (allowance.difference_zh, [held("甲县", 0)], "相符"),
    (allowance.difference_zh, [held("甲县", -50.0, "paid_yuan")], "少50元，原因不明，请逐人核对"),
    (allowance.difference_zh, [held("甲县", 0.25, "paid_yuan")], "多0.25元，原因不明，请逐人核对"),
    (allowance.difference_zh, [held("甲县", 0.004, "paid_yuan")], "相符"),
    (allowance.arithmetic_zh, [DUE, THREE], "100人×50元＋60人×100元＋10人×300元＝应发14,000元；加补发500元，减追缴0元，与实发14,512.50元相差12.50元，须说明"),
    (allowance.arithmetic_zh, [DUE | {"difference_yuan": 0.004, "recovered_yuan": 40.0, "paid_yuan": 14_460.0}, THREE], "100人×50元＋60人×100元＋10人×300元＝应发14,000元；加补发500元，减追缴40元，与实发14,460元相符"),
    (allowance.arithmetic_zh, [DUE, [*THREE[:3], tier("age_100_plus", None, 300.0)]], "没有登记发放标准，或有一档缺数，不核对应发额"),
    (allowance.arithmetic_zh, [DUE | {"expected_yuan": None}, THREE], "没有登记发放标准，或有一档缺数，不核对应发额"),
    (allowance.per_head_claim, [[headed("甲县", 61.0), headed("乙县", 57.0), headed("丙县", 59.0)], 1.0], "人均额最高的是甲县61.00元，最低的是乙县57.00元"),
    (allowance.per_head_claim, [[headed("甲县", 61.0), headed("乙县", 57.0), headed("新区", 90.0, "functional_zone"), headed("丙县", None)], 1.0], "县（区）中人均额最高的是甲县61.00元，最低的是乙县57.00元；丙县没有数，未列入"),
    (allowance.per_head_claim, [[headed("甲县", 61.0)], 1.0], "甲县人均额61.00元"),
    # 0.5 apart is level where a yuan counts; 0.9 and 0.9 are so for neighbours alone.
    (allowance.per_head_claim, [[headed("甲县", 61.0), headed("乙县", 60.5)], 1.0], "各单位人均额相当，60.50元至61.00元"),
    (allowance.per_head_claim, [[headed("甲县", 61.8), headed("乙县", 60.9), headed("丙县", 60.0)], 1.0], "各单位人均额依次相差都不到1.00元，不分先后，60.00元至61.80元"),
    (allowance.per_head_zh, [month()], "人均＝60,000元÷1000人＝60.00元/人"),
    (allowance.against_last_year, [1038.0, 1000.0], "多3.8%"),
    (allowance.against_last_year, [962.0, 1000.0], "少3.8%"),
    # A twentieth of a percent rounds to none.
    (allowance.against_last_year, [1000.4, 1000.0], "一样多"),
    (allowance.filled_zh, [2], "（2个月缺，按其余月份的平均数计）"),
    (allowance.missed_zh, [0.0522], "多算了5.22%"),
    (allowance.missed_zh, [-0.0522], "少算了5.22%"),
    (allowance.missed_zh, [0.00004], "与实际一样"),
    (audit.finding, ["某市", FOUND, NAMES], f"某市2个单位疑似多发3000元，已追回200元；最多的一类是{label(1)}，2000元，最多的单位是乙县，1800元。"),
    (audit.finding, ["某市", summary(tally(3000.0), (tally(1000.0), tally(1000.0)), {"a": tally(3000.0)}), NAMES], f"某市1个单位疑似多发3000元，还没有登记追回；最多的一类是{label(0)}、{label(1)}并列，1000元。"),
    (audit.finding, ["某市", summary(tally(3000.0, recovered_yuan=None), (tally(None),)), NAMES], "某市2个单位疑似多发3000元，追回的金额涉及人数少、保密。"),
    (audit.finding, ["某市", summary(tally(3000.0), (tally(9.0),)), NAMES], f"某市2个单位疑似多发3000元，还没有登记追回；最多的一类是{label(0)}，9元。"),
    (audit.finding, ["某市", summary(tally(), at=None), NAMES], "某市2个单位有发放明细，还没有稽核。"),
    (audit.finding, ["某市", summary(tally(findings=0)), NAMES], f"某市2个单位的发放明细，按{len(RULES)}条规则没有查出疑点。"),
    (audit.finding, ["某市", summary(tally(None)), NAMES], "某市的发放明细查出疑点，涉及人数少，金额保密。"),
    (audit.deck, [FOUND], f"2026年10月，共发放120.0万元；第2次稽核，2026年11月5日 09:30。{audit.RULE_NOTE_ZH}。"),
    (audit.deck, [summary(tally(paid=50.0), months={SEPTEMBER: tally(), OCTOBER: tally()}, at=None)], f"2026年9月—2026年10月，共发放50元。{audit.RULE_NOTE_ZH}。"),
    (audit.waiting_zh, [FOUND], ""),
    (audit.waiting_zh, [summary(tally(), waiting=3)], "有3份文件上次稽核之后收的，还没有查。请操作员在服务器上运行 yanglao payouts audit。"),
    (audit.waiting_zh, [summary(tally(), waiting=3, at=None)], "有3份文件还没有稽核过。请操作员在服务器上运行 yanglao payouts audit。"),
    (audit.audited_zh, [None], "还没有稽核"),
    (audit.right_zh, [tally(judged_count=None)], "*"),
    (audit.right_zh, [tally(judged_count=0)], "—"),
    (audit.right_zh, [tally(judged_count=8, right_low=6, right_high=6)], "75.0%"),
    (audit.right_zh, [tally(judged_count=8, right_low=4, right_high=6)], "50.0%—75.0%"),
    (audit.shares_zh, [tally(3000.0, paid=1_200_000.0)], "占发放额的0.25%"),
    (audit.shares_zh, [tally(3000.0, paid=0.0)], ""),
    (audit.shares_zh, [tally(None, paid=1.0)], ""),
    (audit.unit_claim, [FOUND, NAMES], "乙县疑似多发1800元，占合计的60.0%"),
    (audit.unit_claim, [summary(tally(None), units={"a": tally(9.0), "b": tally(9.0)}), NAMES], "甲县、乙县并列最多，各疑似多发9元"),
    (audit.unit_claim, [summary(tally(9.0), units={"a": tally(9.0)}), NAMES], "甲县疑似多发9元"),
    (audit.unit_claim, [summary(tally(9.0), units={"a": tally(None), "b": tally(0.0)}), NAMES], "各单位没有可列出的疑似多发"),
    (audit.rule_claim, [summary(tally(findings=0))], f"{len(RULES)}条规则都没有查出"),
    # A hidden rule found something.
    (audit.rule_claim, [summary(tally(), (tally(9.0), tally(None, findings=None)))], f"2条规则查出疑点，{len(RULES) - 2}条没有"),
    (audit.rule_claim, [summary(tally(), [tally()] * len(RULES))], f"{len(RULES)}条规则都查出疑点"),
    (audit.month_claim, [summary(tally(), months={SEPTEMBER: tally(3.0), OCTOBER: tally(9.0)})], "疑似多发以最近的2026年10月最多，9元"),
    (audit.month_claim, [summary(tally(), months={SEPTEMBER: tally(9.0), OCTOBER: tally(3.0)})], "疑似多发以2026年9月最多，9元；2026年10月3元"),
    (audit.month_claim, [summary(tally(), months={SEPTEMBER: tally(9.0), OCTOBER: tally(9.0)})], "疑似多发以2026年9月、2026年10月并列最多，9元"),
    (audit.month_claim, [summary(tally(), months={SEPTEMBER: tally(None), OCTOBER: tally(0.0)})], "各月没有可列出的疑似多发"),
    (audit.count_zh, [tally(findings=12, persons=10)], "12笔、10人"),
    (audit.count_zh, [tally(is_masked=True)], "*"),
    (audit.yuan, [None], "*"),
    (audit.count, [None, "人"], "*"),
    (lambda: allowance.outlook_claim("某市", 1038.0, 1000.0, None, filled=0), [], "某市今后12个月约需1038元，比近12个月多3.8%；近36个月的数不够，没有回测"),
    (lambda: allowance.outlook_claim("某市", 1000.0, 1000.0, -0.01, filled=1), [], "某市今后12个月约需1000元，与近12个月（1个月缺，按其余月份的平均数计）一样多；同一方法一年前预计近12个月，少算了1.00%"),
]  # fmt: skip


@pytest.mark.parametrize(("say", "given", "said"), WORKED, ids=[f"{at}-{one[2]}"[:40] for at, one in enumerate(WORKED)])
def test_the_sentence_is_word_for_word_what_follows_from_its_rows(say, given, said):
    assert text(say(*given)) == said
