"""Sentences of the month's text, of its slides and of what changed since an edition, worked by hand and word for word."""

from datetime import date

import pytest

from warehouse.wording import bulletin, bulletin_order, deck
from warehouse.wording.desk import editions
from warehouse.wording.grammar.cited import cited

OCTOBER = date(2026, 10, 1)
SHARE = {"label_zh": "护理占比", "unit_zh": "%", "decimals": 1, "kind_code": "ratio", "polarity_code": "higher_is_better", "timing_code": "end_of_month", "smallest_difference": 0.01}  # fmt: skip
TRAINED = {**SHARE, "label_zh": "培训人次", "unit_zh": "人次", "decimals": 0, "kind_code": "count", "timing_code": "year_to_date"}  # fmt: skip
KNOWN = {"trained": TRAINED, "share": SHARE}
FORMS = {"beds": "床位"}


def text(said) -> str:
    return said if isinstance(said, str) else said.text


def month(name, code, value, **more):
    return {
        "area_zh": name, "area_id": name, "level_code": "unit", "kind_code": "county", "indicator_code": code, "value": value,
        "breakdown_code": "total", "month": OCTOBER, "status_code": "reported", "expected_count": None, "change_mom": None,
        "change_yoy": None, "change_since_year_start": None, "target_value": None, "completion": None, "city_value": 0.5,
        "against_code": None, "standing_code": None, "gap": None, "task_row_key": name, "is_small_task": False, **more,
    }  # fmt: skip


def task(name, completion, gap, **more):
    """A running task of 200; behind, level with or ahead of the time gone by."""
    standing = "level" if abs(gap) < 0.005 else "behind" if gap < 0 else "ahead"
    usual = {"target_value": 200.0, "completion": completion, "gap": gap, "standing_code": standing, "against_code": "pace", "smallest_gap_pp": 0.005}  # fmt: skip
    return month(name, "trained", 200 * completion, **(usual | more))


def rate(name, gap, against="city", **more):
    standing = "level" if abs(gap) < 0.01 else "behind" if gap < 0 else "ahead"
    return month(name, "share", 0.5 + gap, **({"gap": gap, "standing_code": standing, "against_code": against, "smallest_gap": 0.01} | more))  # fmt: skip


def form(name, state, *, is_late=False, is_correction_refused=False):
    return {"area_id": name, "area_zh": name, "form_code": "beds", "state_code": state, "is_late": is_late, "is_correction_refused": is_correction_refused}  # fmt: skip


def network(code, blank, city_blank, name="甲县"):
    return {"network_code": code, "network_zh": code, "area_zh": name, "blank": blank, "city_blank": city_blank, "row_key": code, "base_label_zh": "行政村"}  # fmt: skip


def ranked(name, rank, count=3, kind="county", part=5.0, whole=10.0):
    return month(name, "share", part / whole, rank=rank, ranked_count=count, kind_code=kind, numerator=part, denominator=whole)  # fmt: skip


def speed(recent, needed, remaining=100.0):
    return {"recent_monthly": recent, "monthly_needed": needed, "remaining": remaining}


CITY = {"level_code": "city"}
BEHIND, FARTHER, AHEAD = task("甲县", 0.7, -0.1), task("乙县", 0.6, -0.2), task("丙县", 0.9, 0.1)
LEVEL = task("丁县", 0.8, 0.0)
ASKED = {"number": 3, "area_zh": "甲县", "indicator_zh": "床位", "text_zh": "为什么少？", "owner_zh": "养老科", "due_on": date(2026, 11, 5), "is_overdue": True}  # fmt: skip

WORKED = [
    # ── the month's text
    (bulletin.reports, [[], OCTOBER, FORMS], "2026年10月没有报送记录。"),
    (bulletin.reports, [[form("甲县", "accepted"), form("乙县", "accepted", is_late=True)], OCTOBER, FORMS], "2个报送单位2张10月月报全部收齐，其中1张迟报。"),
    (bulletin.reports, [[form("甲县", "accepted")], OCTOBER, FORMS], "10月1张月报全部收齐。"),
    (bulletin.task, [task("全市", 0.79, -0.04, **CITY), TRAINED], "2026年1—10月，全市培训158人次，完成年度任务200人次的79.0%，滞后序时进度4.0个百分点。"),
    (bulletin.task, [AHEAD, TRAINED], "2026年1—10月，丙县培训180人次，完成年度任务200人次的90.0%，快于序时进度10.0个百分点。"),
    (bulletin.task, [LEVEL, TRAINED], "2026年1—10月，丁县培训160人次，完成年度任务200人次的80.0%，与序时进度相当。"),
    (bulletin.task, [month("甲县", "trained", 30.0), TRAINED], "2026年1—10月，甲县培训30人次。"),
    (bulletin.task, [month("甲县", "trained", None, status_code="suppressed"), TRAINED], "2026年1—10月，甲县培训人次为“*”。"),
    (bulletin.unknown, [month("甲县", "trained", None, month=None), TRAINED], "甲县培训人次没有列入月报。"),
    (bulletin.behind_task, [[AHEAD, LEVEL], KNOWN, {}], None),
    (bulletin.behind_task, [[BEHIND, AHEAD, FARTHER], KNOWN, {}], "乙县、甲县分别滞后序时进度20.0、10.0个百分点。"),
    # 12 a month are fewer than 15; 10.1 and 10.4 are both printed as ten, and 30 are enough where 20 are needed.
    (bulletin.behind_task, [[BEHIND], KNOWN, {"甲县": speed(12.0, 15.0)}], "甲县滞后序时进度10.0个百分点。其中甲县近三个月月均12人次，少于到期前月均所需的15人次。"),
    (bulletin.behind_task, [[BEHIND, FARTHER], KNOWN, {"甲县": speed(8.24, 9.5), "乙县": speed(12.0, 15.0)}], "乙县、甲县分别滞后序时进度20.0、10.0个百分点。其中乙县、甲县近三个月月均12、8.2人次，分别少于到期前月均所需的15、9.5人次。"),
    (bulletin.behind_task, [[BEHIND], KNOWN, {"甲县": speed(10.1, 10.4)}], "甲县滞后序时进度10.0个百分点。"),
    (bulletin.behind_task, [[BEHIND], KNOWN, {"甲县": speed(30.0, 20.0)}], "甲县滞后序时进度10.0个百分点。"),
    (bulletin.behind_task, [[BEHIND], KNOWN, {"甲县": speed(None, 20.0)}], "甲县滞后序时进度10.0个百分点。"),
    (bulletin.nothing_behind, [[month("甲县", "share", 0.5)]], "本月甲县没有可以判断快慢的数，没有待处理的数据问题。"),
    (bulletin.nothing_behind, [[month("甲县", "share", 0.5), month("乙县", "share", 0.5)]], "本月没有可以判断快慢的数，没有待处理的数据问题。"),
    (bulletin.nothing_behind, [[task("甲县", 0.9, 0.1), rate("甲县", 0.1)]], "本月甲县可以判断快慢的2项都不落后于序时进度或全市，没有待处理的数据问题。"),
    (bulletin.behind_city, ["share", [rate("甲县", -0.05), rate("乙县", -0.12), rate("丙县", 0.2)], KNOWN], "护理占比乙县、甲县分别低于全市12.0、5.0个百分点"),
    (bulletin.behind_city, ["share", [rate("甲县", 0.05, "partial", standing_code="behind")], KNOWN], "护理占比甲县高于已报单位合计5.0个百分点"),
    (bulletin.behind_city, ["share", [rate("甲县", 0.05), BEHIND], KNOWN], None),
    (bulletin.own_blanks, [[network("幸福院", 2.0, 8.0), network("托老站", 1.0, 3.0)]], "幸福院至少2个（全市至少8个），托老站至少1个（全市至少3个）。"),
    (bulletin.issue, [{"area_zh": "甲县", "sentence_zh": "表一C7空着", "severity_code": "hold"}], "甲县：表一C7空着，待说明，暂不采用。"),
    (bulletin.issue, [{"area_zh": "甲县", "sentence_zh": "表一C7空着", "severity_code": "soft"}], "甲县：表一C7空着，待说明。"),
    (bulletin.ask_for_task, [[BEHIND, AHEAD, FARTHER], KNOWN, {"甲县": speed(1, 2, 60.4), "乙县": speed(1, 2, 80.0), "丙县": speed(1, 2, 20.0)}], "乙县、甲县分别还差80、60人次，请逐班排定，于〔日期待填〕前报送安排。"),
    (bulletin.ask_for_task, [[BEHIND], KNOWN, {"甲县": speed(1, 2, 0.0)}], None),
    (bulletin.ask_for_blanks, [[network("幸福院", 2.0, 8.0), network("幸福院", 1.0, 8.0), network("幸福院", 1.0, 8.0, "乙县")]], "甲县、乙县逐个列出幸福院空白的行政村和建设安排，于〔日期待填〕前报送。"),
    (bulletin.ask_for_words, [[form("甲县", "returned"), form("甲县", "returned")]], "甲县于〔日期待填〕前更正重报或补写说明。"),
    # ── who is ahead and who is behind
    (bulletin_order.task_order, [[BEHIND], KNOWN], "只有甲县一个县（区）的任务可算完成率，滞后10.0个百分点。"),
    (bulletin_order.task_order, [[LEVEL, task("戊县", 0.801, 0.001)], KNOWN], "2个县（区）完成率依次相差都不到所数的一个，不分先后。"),
    (bulletin_order.task_order, [[LEVEL, BEHIND], KNOWN], "县（区）按完成率，丁县第1位，与序时进度相当；甲县第2位，滞后10.0个百分点（共2个参排）。"),
    (bulletin_order.task_order, [[LEVEL, AHEAD, FARTHER, BEHIND], KNOWN], "县（区）按完成率，丙县第1位、丁县第2位，不落后于序时进度；甲县第3位、乙县第4位，分别滞后10.0、20.0个百分点（共4个参排）。"),
    (bulletin_order.place_zh, [BEHIND, [FARTHER, BEHIND, AHEAD]], "第2"),
    (bulletin_order.place_zh, [task("戊县", 0.701, -0.099), [FARTHER, BEHIND, task("戊县", 0.701, -0.099), AHEAD]], "第2—3"),
    # One more of ten is ten points, of a thousand it is a tenth of one, which does not count.
    (bulletin_order.rate_order, [[ranked("甲县", 1, part=9.0), ranked("乙县", 2), ranked("丙县", 3, part=4.0, whole=1000.0)], KNOWN], "县（区）中，护理占比甲县第1位（9/10），丙县第3位（共3个参排）。"),
    (bulletin_order.rate_order, [[ranked("甲县", 1), ranked("乙县", 1), ranked("丙县", 3, part=4.0), ranked("新区", 1, kind="functional_zone")], KNOWN], "县（区）中，护理占比甲县、乙县并列第1—2位，丙县第3位（4/10）（共3个参排）。"),
    (bulletin_order.rate_order, [[ranked("甲县", 1, 1), ranked("新区", 2, kind="functional_zone")], KNOWN], "没有可以排名的指标。"),
    (bulletin_order.rate_order, [[ranked("甲县", 1, 2), ranked("乙县", 1, 2)], KNOWN], "没有可以排名的指标。"),
    # ── slides
    (deck.task_claim, [task("全市", 0.79, -0.04, **CITY), [BEHIND, FARTHER, AHEAD], TRAINED], "培训完成79.0%，滞后序时进度4.0个百分点；乙县、甲县滞后"),
    (deck.task_claim, [task("全市", 0.8, 0.0, **CITY), [BEHIND, FARTHER, task("戊县", 0.5, -0.3)], TRAINED], "培训完成80.0%，与序时进度相当；戊县、乙县滞后最多"),
    (deck.task_claim, [None, [], TRAINED], "全市培训人次缺"),
    (deck.task_claim, [month("全市", "trained", None, **CITY), [BEHIND], TRAINED], "全市培训人次缺；甲县滞后"),
    (deck.task_claim, [month("全市", "trained", 30.0, **CITY), [], TRAINED], "培训30人次"),
    (deck.rate_claim, [None, [], SHARE], "护理占比全市缺；各单位不与全市比"),
    (deck.rate_claim, [month("全市", "share", None, status_code="suppressed", **CITY), [rate("甲县", -0.05)], SHARE], "护理占比全市*；甲县低于全市5.0个百分点"),
    (deck.rate_claim, [month("全市", "share", 0.5, **CITY), [rate("甲县", -0.05), rate("乙县", -0.12), rate("丙县", 0.1)], SHARE], "护理占比50.0%；2个单位低于全市，最多的是乙县12.0个百分点"),
    (deck.rate_claim, [month("全市", "share", 0.5, **CITY), [rate("甲县", -0.115), rate("乙县", -0.12), rate("丙县", -0.03)], SHARE], "护理占比50.0%；3个单位低于全市，最多的是乙县、甲县并列，最远12.0个百分点"),
    (deck.rate_claim, [month("全市", "share", 0.5, **CITY), [rate("甲县", 0.05, "partial", standing_code="behind")], SHARE], "护理占比50.0%；甲县高于已报单位合计5.0个百分点"),
    (deck.own_claim, [month("甲县", "share", None, status_code="missing"), SHARE], "甲县护理占比为“缺”"),
    (deck.own_claim, [month("甲县", "share", 0.5), SHARE], "甲县护理占比50.0%"),
    (deck.own_claim, [BEHIND, TRAINED], "甲县培训140人次，滞后序时进度10.0个百分点"),
    (deck.own_claim, [AHEAD, TRAINED], "丙县培训180人次，快于序时进度10.0个百分点"),
    (deck.own_claim, [LEVEL, TRAINED], "丁县培训160人次，与序时进度相当"),
    (deck.own_claim, [rate("甲县", -0.05), SHARE], "甲县护理占比45.0%，低于全市5.0个百分点"),
    (deck.own_claim, [rate("甲县", 0.05, "partial"), SHARE], "甲县护理占比55.0%，高于已报单位合计5.0个百分点"),
    (deck.own_claim, [rate("甲县", 0.005), SHARE], "甲县护理占比50.5%，与全市相当"),
    (deck.blanks_claim, [[network("幸福院", 8.0, 8.0)], [network("托老站", 1.0, 3.0), network("幸福院", 2.0, 8.0), network("幸福院", 1.0, 8.0)]], "服务网络空白：幸福院至少8个，托老站至少3个"),
    (deck.blanks_claim, [[network("幸福院", 0.0, 0.0), network("托老站", None, None)], []], "可算空白的1级服务网络都没有空白"),
    (deck.blanks_claim, [[network("托老站", None, None)], []], "服务网络还没有可以算空白的数"),
    (deck.unit_claim, [[month("甲县", "share", 0.5)], KNOWN], "甲县这个月没有可以判断快慢的数"),
    (deck.unit_claim, [[rate("甲县", 0.1), task("甲县", 0.9, 0.1)], KNOWN], "甲县2项中没有一项落后"),
    # A task comes first, however far behind another thing lies; of rates the one farther off as a part of the city's.
    (deck.unit_claim, [[rate("甲县", -0.4), BEHIND], KNOWN], "甲县2项中2项落后：培训140人次，滞后序时进度10.0个百分点"),
    (deck.unit_claim, [[rate("甲县", -0.1, city_value=1.0), rate("甲县", -0.08, city_value=0.5), task("甲县", 0.9, 0.1)], KNOWN], "甲县3项中2项落后：护理占比42.0%，低于全市8.0个百分点"),
    (deck.problems_claim, ["全市", ["培训滞后", "网络有空白"], cited("没有")], "全市2方面问题：培训滞后、网络有空白"),
    (deck.problems_claim, ["全市", [], cited("没有问题")], "没有问题"),
    (deck.doings_claim, [4, ["甲县", "乙县", "甲县"]], "下一步4件事要办，涉及甲县、乙县"),
    (deck.doings_claim, [4, []], "下一步4件事要办"),
    # ── since an edition
    (lambda *given: editions.since(*given, is_without_news=False), ["上期 A", 2, 3, 4, 5], "与上期 A 相比：新增4个数；不再采用5个数；修订2个数，见下表；另有3个数只动了末位，印出来不变。"),
    (lambda *given: editions.since(*given, is_without_news=False), ["上期 A", 0, 0, 0, 0], f"与上期 A 相比：没有新增的数；{editions.NOTHING_CHANGED_ZH}。"),
    (editions.units_moved, [editions.LAST_ZH, ["甲县"], ["乙县"]], "上期未报、本期报送的：甲县；上期报送、本期未报的：乙县。"),
    (editions.units_moved, ["被更正的", [], ["乙县"]], "原版报送、本版未报的：乙县。"),
    (editions.units_moved, [editions.LAST_ZH, [], []], None),
    (editions.declared, [[], []], "目标和口径没有变化。"),
    (editions.declared, [["目标改了"], []], "目标改了。"),
    (editions.declared, [[], ["口径改了"]], "口径改了。"),
    (editions.question_head, [3, 2, 1, 1], "上期追问未销号3件：2件未答复，1件已答复待销号，其中1件逾期。"),
    (editions.question_head, [2, 2, 0, 0], "上期追问未销号2件：2件未答复。"),
    (editions.question, [ASKED, None], "追问3（甲县 床位）：为什么少？责任单位：养老科，期限2026年11月5日。逾期未答复。"),
    (editions.question, [ASKED | {"is_overdue": False, "indicator_zh": ""}, None], "追问3（甲县）：为什么少？责任单位：养老科，期限2026年11月5日。尚未答复。"),
    (editions.question, [ASKED, cited("撤并了一所")], "追问3（甲县 床位）：为什么少？责任单位：养老科，期限2026年11月5日。答复：撤并了一所。"),
    (editions.question, [ASKED, cited("撤并了！")], "追问3（甲县 床位）：为什么少？责任单位：养老科，期限2026年11月5日。答复：撤并了！"),
    (editions.comment_lead, ["甲县", "", "张", date(2026, 11, 5)], "甲县（张，2026年11月5日）："),
    (editions.comment_lead, ["甲县", "床位", "张", date(2026, 11, 5)], "甲县床位（张，2026年11月5日）："),
]  # fmt: skip


@pytest.mark.parametrize(("say", "given", "said"), WORKED, ids=[f"{at}-{one[2]}"[:40] for at, one in enumerate(WORKED)])
def test_the_sentence_is_word_for_word_what_follows_from_its_rows(say, given, said):
    found = say(*given)
    assert (found if said is None else text(found)) == said
