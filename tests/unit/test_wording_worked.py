"""Sentences worked by hand, word for word: a turned sign, a swapped word or another neighbour changes one of them.

`tests/unit/test_guarded_everywhere.py` tries of each claim that it is said and goes; here stands what it says.
"""

from datetime import date, timedelta

import pytest

from warehouse.wording import (
    benchmarks,
    bulletin,
    bulletin_order,
    deck,
    months,
    overview_cards,
    overview_months,
    platform_months,
    programmes,
    targets,
    townships,
)
from warehouse.wording.desk import editions
from warehouse.wording.grammar import dates, numbers, sentences
from warehouse.wording.grammar.alike import level_zh
from warehouse.wording.grammar.cited import cited
from warehouse.wording.receipt import receipts

SHARE = {"label_zh": "占比", "unit_zh": "%", "decimals": 1, "kind_code": "ratio", "polarity_code": "higher_is_better", "timing_code": "end_of_month", "smallest_difference": 0.01}  # fmt: skip
VISITS = {**SHARE, "label_zh": "探访人数", "unit_zh": "人", "decimals": 0, "kind_code": "count", "timing_code": "during_month"}  # fmt: skip
TRAINED = {**VISITS, "label_zh": "培训人次", "unit_zh": "人次", "timing_code": "year_to_date"}
OCTOBER = date(2026, 10, 1)


def text(said) -> str:
    return said if isinstance(said, str) else said.text


def lying(name, gap, *, kind="county"):
    """A unit whose value lies so far above 50 % of the city."""
    return {"area_zh": name, "value": 0.5 + gap, "city_mean": 0.5, "smallest_gap": 0.01, "kind_code": kind, "rank": 1, "status_code": "reported", "left_out": []}  # fmt: skip


def task(name, completion, *, gap, standing, kind="county", against="pace"):
    return {
        "area_zh": name, "area_id": name, "level_code": "unit", "kind_code": kind, "against_code": against,
        "is_small_task": False, "completion": completion, "gap": gap, "standing_code": standing,
        "indicator_code": "trained", "task_row_key": name, "smallest_gap_pp": 0.001, "value": 1.0, "target_value": 10.0,
        "status_code": "reported", "month": OCTOBER, "breakdown_code": "total",
    }  # fmt: skip


AHEAD, BEHIND = task("甲县", 0.9, gap=0.067, standing="ahead"), task("乙县", 0.5, gap=-0.333, standing="behind")
ZONE = task("新区", 0.4, gap=-0.433, standing="behind", kind="functional_zone")
CITY_TASK = {**task("某市", 0.794, gap=-0.04, standing="behind"), "level_code": "city", "value": 1508.0}


def paced(name, completion):
    return {"short_name_zh": name, "completion": completion, "pace": 0.8, "smallest_gap_pp": 0.001, "kind_code": "county"}  # fmt: skip


def goal(**more):
    return {
        "comparator": "eq", "unit_zh": "人次", "decimals": 0, "remaining": 46.0, "is_over": False, "monthly_needed": 9.125,
        "recent_monthly": 7.25, "target_id": "t", "origin_code": "month", "actual_indicator_code": None, "indicator_code": "trained", **more,
    }  # fmt: skip


def network(rate, day, *, order=1, blank=5.0):
    return {"network_zh": f"网{order}", "is_usual_base": True, "rate": rate, "as_of_on": day, "sort_order": order, "blank": blank}  # fmt: skip


def stretch(code, value):
    """A figure of a unit for October, without a change."""
    return {"indicator_code": code, "value": value, "month": OCTOBER, "area_id": "a", "area_zh": "甲县", "level_code": "unit", "breakdown_code": "total", "change_mom": None, "change_yoy": None, "change_since_year_start": None, "status_code": "reported"}  # fmt: skip


def spell(start, end):
    return {"start_on": date(start, 1, 1), "end_on": end and date(end, 12, 31)}


DAY = date(2025, 7, 31)
PLANNED = {"family_zh": "设施", "figures": ["10"], "status_code": "planned", "source_ids": ["a"]}
CHECK = {"kind_code": "ratio", "unit_zh": "%", "result": 1.0004, "result_low": None, "result_high": None}
BLANK = {"area_zh": "甲县", "blank": 2.0, "row_key": "k", "network_zh": "幸福院", "city_blank": 7.0}
ENTRY = {"family_zh": "设施", "figures": ["10"]}

WORKED = [
    # 1,508 ÷ 1,927 = 0.78256.
    (platform_months.pace_zh, [{"person_times": 1508, "last_year_total": 1927, "last_year_share": 0.8082}], "为上年全年的78.3%；上年同期为80.8%"),
    # 347 ÷ 519 = 0.668593: rounded down, as who did not answer may be content or not.
    (platform_months.known_satisfied_zh, [{"satisfied": 347, "completed": 519}], "完成单中明确满意的至少66.8%"),
    # 1,508 person-times of 1,380 persons, 212 of them with a certificate: three numbers that are not one another.
    (platform_months.training_claim, ["某市", {"person_times": 1508, "people": 1380, "certificates": 212}, OCTOBER], "2026年1—10月，某市培训1508人次，去重1380人，取证212人"),
    (platform_months.training_claim, ["某市", {"person_times": 1508, "people": None, "certificates": None}, OCTOBER], "2026年1—10月，某市培训1508人次，没有去重人数"),
    (platform_months.satisfaction_claim, [[], 0.01], platform_months._satisfied_zh([])),
    (townships.blanks_claim, ["乡镇中心", [("甲县", 0.5)], 0.01], "乡镇中心：只有甲县一个县（区）有数，空着50.0%"),
    # The second largest share is told, not the third.
    (townships.blanks_claim, ["乡镇中心", [("甲县", 0.5), ("乙县", 0.3), ("丙县", 0.1)], 0.01], "乡镇中心：甲县空得最多，空着50.0%；其次乙县30.0%"),
    # Of two that tie second, both ends.
    (townships.blanks_claim, ["乡镇中心", [("甲县", 0.5), ("乙县", 0.3), ("丙县", 0.295)], 0.01], "乡镇中心：甲县空得最多，空着50.0%；其次乙县、丙县并列30.0%至29.5%"),
    (benchmarks.gap_zh, [lying("甲县", 0.022), SHARE, benchmarks.MEAN], ("高2.2个百分点", "good")),
    (benchmarks.gap_zh, [lying("甲县", -0.022), SHARE, benchmarks.MEAN], ("低2.2个百分点", "watch")),
    (benchmarks.gap_zh, [lying("甲县", 0.005), SHARE, benchmarks.MEAN], ("相当", "flat")),
    (benchmarks.gap_zh, [lying("甲县", 0.0), SHARE, benchmarks.MEAN], ("相同", "flat")),
    (bulletin_order.task_order, [[AHEAD, BEHIND], {"trained": TRAINED}], "县（区）按完成率，甲县第1位，快于序时进度6.7个百分点；乙县第2位，滞后33.3个百分点（共2个参排）。"),
    (bulletin_order.task_order, [[AHEAD, BEHIND, ZONE], {"trained": TRAINED}], "县（区）按完成率，甲县第1位，快于序时进度6.7个百分点；乙县第2位，滞后33.3个百分点（共2个参排）。功能区单列。"),
    (bulletin_order.task_order, [[ZONE], {"trained": TRAINED}], "没有可以按任务排的县（区）。"),
    (deck.task_claim, [CITY_TASK, [AHEAD, BEHIND], TRAINED], "培训完成79.4%，滞后序时进度4.0个百分点；乙县滞后"),
    # Who has no task to be held against its pace is not among those who are not behind.
    (deck.task_claim, [CITY_TASK | {"gap": 0.04, "standing_code": "ahead"}, [AHEAD, task("丙县", 0.9, gap=0.1, standing="ahead"), task("丁县", None, gap=None, standing=None) | {"target_value": None}], TRAINED], "培训完成79.4%，快于序时进度4.0个百分点；2个有任务的单位都不落后"),
    (numbers.show_at_least, [104.96, "人"], "104人"),
    (numbers.show_at_most, [104.04, "人"], "105人"),
    (numbers.percent, [0.99999], "99.999%"),
    # One fen of 1,000,000 yuan short or over, nearer to 100 % than four decimals tell, is still on its own side.
    (numbers.percent, [0.99999999], "99.9999%"),
    (numbers.percent, [1.00000001], "100.0001%"),
    (numbers.percent, [1.0], "100.0%"),
    (targets.outlook_zh, [goal()], "还差46人次，月均需9.1人次，近三月月均7.3人次"),
    # Four that lie apart by less than one of what is counted share a place, and are told by its ends.
    (targets._units_pace, [[paced("甲", 0.7), paced("乙", 0.7005), paced("丙", 0.701), paced("丁", 0.7015)]], "4个单位中4个滞后于序时，甲、乙、丙等4个，在9.9至10.0个百分点之间"),
    (lambda *given: benchmarks.claim(*given[:3], name=given[3]), [[lying(name, -0.05 - step / 200) for step, name in enumerate("甲乙丙丁")], SHARE, benchmarks.MEAN, "市均值"], "占比：4个单位中4个低于市均值：丁、丙、乙等4个，在5.0至6.5个百分点之间"),
    (targets._units_pace, [[paced("甲", 0.7), paced("乙", 0.6), paced("丙", 0.9)]], "3个单位中2个滞后于序时，为乙20.0个百分点、甲10.0个百分点"),
    # 1 of 2 is more than 1 of 3, however many there are.
    (programmes.share_claim, [[ENTRY, ENTRY | {"figures": []}, *[{"family_zh": "服务", "figures": each} for each in (["1"], [], [])], {"family_zh": "战略", "figures": []}]], "设施印出数字的比例最高：2项中1项有数字；战略一个数字也没有"),
    (programmes.finding, ["某市", [PLANNED, PLANNED | {"figures": []}, PLANNED | {"figures": []}]], "某市1份公开文件点名3项制度、工程和政策（几份都提到的只计一次），印有数字的1项，其余2项文件未公布数字。"),
    (programmes.finding, ["某市", [PLANNED, PLANNED | {"status_code": "done", "source_ids": ["b"]}, PLANNED | {"status_code": "done", "figures": []}]], "某市2份公开文件点名3项制度、工程和政策（几份都提到的只计一次），印有数字的2项；说已做的2项中1项有数字，说要做或鼓励的1项中只有1项。"),
    # Two end in 2025, one begins in 2022 and ends nowhere.
    (programmes.timeline_claim, [[spell(2021, 2025), spell(2024, 2025), spell(2022, None)]], "文件写明日期的3件事，从2021年到2025年；2025年最多，2件"),
    (overview_months.column_zh, [[], SHARE, OCTOBER], "10月底"),
    (overview_months.column_zh, [[], VISITS, OCTOBER], "10月当月，人"),
    (overview_months.column_zh, [[], TRAINED, OCTOBER], "1—10月累计，人次"),
    (overview_months.column_zh, [[AHEAD], TRAINED, OCTOBER], "1—10月累计完成任务"),
    (bulletin.blanks, [[BLANK | {"blank": 3.0, "area_zh": "丙县"}, BLANK, BLANK | {"area_zh": "乙县"}]], "幸福院至少7个（各数同为至少）：丙县3个，甲县、乙县各2个"),
    (bulletin.clauses, [[cited("甲"), None, cited("乙")]], "甲；乙。"),
    (lambda *given: "".join(map(text, bulletin.levels(*given))), [[stretch("visits", 12.0), stretch("beds", 0.5), stretch("trained", 30.0)], {"visits": VISITS, "beds": SHARE, "trained": TRAINED}], "2026年1—10月，甲县培训人次30人次。2026年10月当月，甲县探访人数12人。截至2026年10月底，甲县占比50.0%。"),
    (bulletin.ordinal_zh, [1], "一"),
    (bulletin.ordinal_zh, [10], "十"),
    (bulletin.ordinal_zh, [12], "十二"),
    (bulletin.ordinal_zh, [21], "二十一"),
    (overview_cards.reports_claim, [[{"state_code": "accepted", "is_late": False}], []], "1张报表没有欠报"),
    (overview_cards.reports_claim, [[{"state_code": "not_reported", "is_late": True}], [1, 2]], "1张报表欠1张；此前各月还欠2张"),
    (overview_cards.reports_claim, [[], []], "没有报送记录"),
    (dates.base_when_zh, [date(2020, 11, 1)], "2020年"),
    (lambda: dates.base_when_zh(date(2024, 6, 1), is_projected=True), [], "2024年6月推算"),
    (editions.listing, ["某市", {"signed": 0, "draft": 0}, 0], "某市还没有签发过汇报版，也没有草稿，没有未销号的追问。"),
    (editions.listing, ["某市", {"signed": 2, "draft": 1, "waiting": 1}, 3], "某市现行汇报版2份，草稿和待审2份；追问3件没有销号。"),
    (months.absent_zh, [{"甲": "missing", "乙": "missing", "丙": "missing", "丁": "missing"}], "甲、乙、丙等4个未报"),
    (months.absent_zh, [{"甲": "missing", "乙": "returned"}], "甲未报，乙退回"),
    # 0.52 − 0.50 = 0.02 is less than 0.03; 0.60 − 0.50 is not.
    (level_zh, [0.52, 0.50, 0.03, "3.0个百分点"], "相当"),
    (level_zh, [0.60, 0.50, 0.03, "3.0个百分点"], "依次相差都不到3.0个百分点，不分先后"),
    # Exactly a year older still leads, a day more does not.
    (lambda *rows: sentences.lowest_coverage(rows)["network_zh"], [network(0.2, DAY - sentences.ONE_YEAR), network(0.9, DAY, order=2)], "网1"),
    (lambda *rows: sentences.lowest_coverage(rows)["network_zh"], [network(0.2, DAY - sentences.ONE_YEAR - timedelta(days=1)), network(0.9, DAY, order=2)], "网2"),
    (lambda *parts: "".join(map(text, sentences._joined(parts))), ["甲", "乙", "丙"], "甲、乙、丙"),
    (receipts.check_result, [CHECK], "100.04%"),
    # Between 99.50 and 100.60 %: on which side it lies is not told.
    (receipts.check_result, [CHECK | {"result_low": 0.995, "result_high": 1.006}], "100.04%（因取整，在99.50%—100.60%之间，不能断定超过100%）"),
    (receipts.check_result, [CHECK | {"result": 0.999, "result_low": 0.995, "result_high": 1.006}], "99.9%（因取整，在99.50%—100.60%之间，不能断定不足100%）"),
    (receipts.check_result, [CHECK | {"result": 1.06, "result_low": 1.05}], "不低于105.0%"),
]  # fmt: skip


@pytest.mark.parametrize(("say", "given", "said"), WORKED, ids=[f"{at}-{one[2]}"[:40] for at, one in enumerate(WORKED)])
def test_the_sentence_is_word_for_word_what_follows_from_its_rows(say, given, said):
    found = say(*given)
    assert (found if isinstance(said, tuple) else text(found)) == said
