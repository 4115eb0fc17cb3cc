"""Guarded sentences: each sentence that states a fact, and the change of data under which it must go or change.

A row of GUARDED is a declared sentence: what is said, from which rows, the words that state the fact, and a change of
the data behind it. Each is asked twice; a sentence that stays the same was written as if the data could not change.
"""

import re
from datetime import date
from pathlib import Path

import pytest

from warehouse.wording import (
    ageing,
    allowance_months,
    bases,
    benchmarks,
    bulletin,
    deck,
    months,
    overview_cards,
    overview_months,
    platform_months,
    profile_months,
    programmes,
    quality,
    sentences,
    submissions,
    targets,
    townships,
    year_end,
)

DAY = date(2023, 7, 28)
NETWORK = {
    "network_zh": "农村幸福院", "is_usual_base": True, "built": 2016.0, "base": 2871.0, "base_label_zh": "行政村",
    "base_year": 2021, "rate": 2016 / 2871, "rate_low": 2016 / 2871, "blank": 855.0, "figure_id": None,
    "printed_value": None, "built_as_written": None, "status_code": "reported", "row_key": "n", "as_of_on": DAY,
    "as_of_precision": "day", "sort_order": 1,
}  # fmt: skip
CENTRE = NETWORK | {"network_zh": "日间照料中心", "built": 313.0, "base": 312.0, "rate": 313 / 312, "rate_low": 313 / 312, "blank": None}  # fmt: skip
SILENT = NETWORK | {"network_zh": "智慧平台", "built": None, "base": None, "rate": None, "rate_low": None, "blank": None, "status_code": "missing"}  # fmt: skip
LINE = {
    "item_code": "i", "item_zh": "甲率", "unit_zh": "%", "decimals": 1, "basis_code": "rate", "comparable": True,
    "badge_zh": None, "reason_code": None, "reason_zh": None, "value_a": 0.7, "value_b": 0.2, "as_written_a": None,
    "as_written_b": None, "relation_a": "mart.coverage", "relation_b": "mart.coverage", "row_key_a": "a",
    "row_key_b": "b", "row_key": "x", "indicator_a": "r", "indicator_b": "r", "smallest_difference": 0.01,
}  # fmt: skip
SOURCE = {"figure_count": 20, "programme_count": 9, "without_figures_count": 4, "thing_count": 9, "bare_count": 4}
CHECK = {"verdict_code": "doubtful", "badge_zh": "疑为登记数"}
ENTRY = {"source_ids": ["s"], "status_code": "in_force", "figures": [1]}
OUTLOOK = {
    "year_count": 2, "projected": 2041.0, "projected_low": 1900.0, "projected_high": 2200.0, "case_count": 22,
    "wrong_count": 1,
}  # fmt: skip
UNIT = {
    "indicator_code": "i", "rank": 6, "tied_count": 1, "ranked_count": 6, "value": 0.5,
}  # fmt: skip


SHARE = {
    "indicator_code": "i", "label_zh": "甲率", "unit_zh": "%", "decimals": 1, "kind_code": "ratio", "timing_code": "end_of_month",
    "polarity_code": "higher_is_better", "smallest_difference": 0.01, "variant_of": None,
}  # fmt: skip
CITY = {
    "name_zh": "甲市", "area_id": "c", "aged_60_plus": 100.0, "ageing_rate": 0.2, "short_name_zh": "甲",
}  # fmt: skip
OLD, YOUNG = (CITY | {"short_name_zh": name, "area_id": name, "ageing_rate": rate} for name, rate in (("乙县", 0.25), ("丙县", 0.15)))  # fmt: skip
TOTAL = {
    "area_id": "c", "age_tier_code": "total", "month": DAY.replace(day=1), "recipient_count": 100.0, "paid_yuan": 6000.0,
    "yuan_per_head": 60.0, "status_code": "reported", "row_key": "k",
}  # fmt: skip
SILENT_UNIT = {"area_zh": "台前县", "death_stops": 0.0, "expected_deaths": 9.0}
HELD = {"area_zh": "乙县", "value": 0.5, "city_mean": 0.6, "median": 0.6}
CELL = {
    "area_zh": "乙县", "area_id": "u", "indicator_code": "i", "breakdown_code": "total", "month": DAY.replace(day=1), "value": 0.5,
    "status_code": "reported", "against_code": "city", "standing_code": "behind", "gap": -0.1, "level_code": "unit",
    "kind_code": "administrative", "is_small_task": False, "city_value": 0.6, "completion": None, "task_row_key": None,
}  # fmt: skip
CITY_CELL = CELL | {"area_zh": "甲市", "value": 0.6, "standing_code": None, "against_code": None, "level_code": "city", "gap": None}  # fmt: skip
STEP = {"area_zh": "乙县"}
FORM = {"state_code": "accepted", "is_late": False, "month": DAY.replace(day=1), "area_zh": "乙县"}
OWED = FORM | {"state_code": "not_reported", "is_late": True}
COHORT = {"month": DAY.replace(day=1), "order_placed_count": 100.0, "order_completed_count": 90.0, "satisfaction_rate": 0.9, "rating_rate": 0.4}  # fmt: skip
TRAINED = {"person_times": 100.0, "people": 80.0, "certificates": None}
TOWN = {"base": 1.0, "built": 0.0, "base_code": "township", "parent_zh": "乙县", "status_code": "reported"}
PACED = {"short_name_zh": "乙县", "value": 10.0, "completion": 0.5, "pace": 0.8, "smallest_gap_pp": 0.02, "outlook_code": "running", "outlook_label_zh": "进行中"}  # fmt: skip
PART = {"area_zh": "乙县", "contribution": 0.02}


def _coverage(*rows):
    return sentences.coverage_finding(rows, name_zh="濮阳市").text


def _compared(*rows):
    return sentences.comparison_finding(rows, name_a_zh="濮阳", name_b_zh="抚顺").text


def _checked(source, *checks):
    return sentences.documents_finding([source], checks).text


def _programmes(*rows):
    return programmes.finding("濮阳市", rows)


def _stood(code, label):
    return targets.counts_zh([{"outlook_code": code, "outlook_label_zh": label, "is_replaced": False}])


def _last(row):
    return "居末位" if profile_months.is_last(row) else ""


# What is said, from these rows; the words that state the fact; the rows after the change, under which they must be gone.
GUARDED = {
    "a blank is said only where there is one": (_coverage, [NETWORK], "空着", [NETWORK | {"blank": None}]),
    "the lowest network is the one with the lowest rate": (
        _coverage, [NETWORK, CENTRE], "覆盖最低的是农村幸福院", [NETWORK | {"rate": 1.2, "rate_low": 1.2, "blank": None}, CENTRE],
    ),
    "more than its base is said only where the whole interval is": (
        _coverage, [NETWORK, CENTRE], "建成数多于底数", [NETWORK, CENTRE | {"rate_low": 0.999}],
    ),
    "what nobody published is said until somebody does": (
        _coverage, [NETWORK, SILENT], "智慧平台没有印建成个数", [NETWORK, SILENT | {"built": 8.0, "status_code": "reported"}],
    ),
    "nothing to compute coverage from": (_coverage, [SILENT], "没有公布可以计算覆盖率的建成数", [NETWORK]),
    "side by side": (_compared, [LINE], "可以并列", [LINE | {"comparable": False, "reason_code": "period_differs"}]),
    "one side only": (_compared, [LINE | {"comparable": False, "reason_code": "not_published"}], "只有一方公布", [LINE]),
    "refused": (_compared, [LINE | {"comparable": False, "reason_code": "definition_differs"}], "不作比较", [LINE]),
    "a check in doubt": (_checked, [SOURCE, CHECK], "存疑：疑为登记数", [SOURCE, CHECK | {"verdict_code": "pass"}]),
    "no check in doubt": (_checked, [SOURCE, CHECK | {"verdict_code": "pass"}], "没有存疑", [SOURCE, CHECK]),
    "how many have no figures": (_checked, [SOURCE], "其中4项没有公布数字", [SOURCE | {"bare_count": 3}]),
    "what has figures of what is done": (
        _programmes, [ENTRY, ENTRY | {"status_code": "planned"}], "说已做的1项中1项有数字", [ENTRY | {"figures": []}, ENTRY | {"status_code": "planned"}],
    ),
    "a target met": (_stood, ["met", "已完成"], "1个已完成", ["missed", "未完成"]),
    "last of its group": (_last, [UNIT], "居末位", [UNIT | {"rank": 5, "tied_count": 2}]),
    "an interval of the year end": (year_end.interval_zh, [OUTLOOK, "人次"], "1900—2200人次", [OUTLOOK | {"projected_low": None}, "人次"]),
    "above the median of the country": (lambda row: ageing.finding(CITY, [row, YOUNG], 0.2).text, [OLD], "1个高于全国县级中位数", [OLD | {"ageing_rate": 0.19}]),
    "oldest and youngest of a city": (lambda row: ageing.finding(CITY, [row, YOUNG], None).text, [OLD], "乙县最高", [OLD | {"ageing_rate": 0.1}]),
    "a quarter without a death": (lambda row: allowance_months.finding("甲市", TOTAL, [row], {}).text, [SILENT_UNIT], "没有一例去世停发", [SILENT_UNIT | {"death_stops": 1.0}]),
    "too few deaths expected to speak of": (lambda row: allowance_months.finding("甲市", TOTAL, [row], {}).text, [SILENT_UNIT], "没有一例去世停发", [SILENT_UNIT | {"expected_deaths": 2.9}]),
    "more than all of a population": (lambda row: bases.against_all_zh(row, SHARE, "疑为登记数"), [{"value": 1.01}], "疑为登记数", [{"value": 0.99}]),
    "below its benchmark": (lambda row: benchmarks.claim([row], SHARE, benchmarks.MEAN, name="市均值"), [HELD], "中1个低于市均值", [HELD | {"value": 0.595}]),
    "behind the task in the bulletin": (
        lambda row: getattr(bulletin.behind_task([row], {"i": SHARE}, {}), "text", ""), [CELL | {"against_code": "pace", "completion": 0.5}], "乙县滞后序时进度", [CELL | {"standing_code": "level"}],
    ),
    "behind its city on a slide": (lambda row: deck.rate_claim(CITY_CELL, [row], SHARE).text, [CELL], "低于全市", [CELL | {"standing_code": "level"}]),
    "no unit behind on a slide": (lambda row: deck.rate_claim(CITY_CELL, [row], SHARE).text, [CELL | {"standing_code": "ahead"}], "没有一个差于全市", [CELL]),
    "nothing to do on a slide": (lambda titles: deck.problems_claim("全市", titles).text, [[]], "没有落后项", [["甲率"]]),
    "who moved a city": (lambda row: months.contribution_sentence([row], SHARE, city_zh="甲市", word_zh="同比").text, [PART], "乙县提高2.0个百分点", [PART | {"contribution": 0.0}]),
    "nothing out of the ordinary": (lambda rows: overview_cards.steps_claim(rows, 8), [[]], "没有新的异动", [[STEP]]),
    "nothing taken back": (lambda rows: overview_cards.restated_claim(rows), [[]], "没有更正以前报过的数", [[STEP]]),
    "no report owed": (lambda row: overview_cards.reports_claim([row], []), [FORM], "没有欠报", [OWED]),
    "furthest behind in the matrix": (lambda row: overview_months.matrix_claim([[row]]), [CELL], "落后项最多的是乙县", [CELL | {"standing_code": "level"}]),
    "more than half without an answer": (lambda row: platform_months.finding("甲市", "c", row, {}).text, [COHORT], "超过一半没有评价", [COHORT | {"rating_rate": 0.5}]),
    "nobody gave the active ones": (lambda active: platform_months.use_claim(100.0, active, active and 0.1), [None], "未提供活跃数", [10.0]),
    "no count of persons": (lambda row: platform_months.training_claim("甲市", row, DAY), [TRAINED | {"people": None}], "没有去重人数", [TRAINED]),
    "no question open": (lambda rows: quality.finding("甲市", rows, [], []), [[]], "没有未解决的问题", [[{"severity_code": "soft"}]]),
    "nothing that must be corrected": (lambda row: quality.finding("甲市", [row], [], []), [{"severity_code": "soft"}], "没有必须更正的", [{"severity_code": "blocking"}]),
    "all reports in": (lambda row: submissions.finding("甲市", [row]), [FORM], "已全部收齐", [OWED]),
    "nobody to remind": (lambda rows: submissions.owed_claim(rows), [[]], "不用催", [[OWED]]),
    "behind the time gone by": (lambda row: targets.units_claim("任务", [row]), [PACED], "1个滞后于序时", [PACED | {"completion": 0.79}]),
    "a unit without a figure is left out": (lambda row: targets.units_claim("任务", [PACED, row]), [PACED | {"value": None, "completion": None}], "没有数，未列入", [PACED]),
    "a township without": (lambda row: townships.claim([row], "中心"), [TOWN], "1个还没有，都在乙县", [TOWN | {"built": 1.0}]),
    "no township without": (lambda row: townships.claim([row], "中心"), [TOWN | {"built": 1.0}], "没有空白", [TOWN]),
    "the county with most blanks": (lambda share: townships.blanks_claim("行政村", [("乙县", share), ("丙县", 0.1)]), [0.3], "乙县空得最多，空着30.0%", [0.1]),
    "a back-test of the year end": (year_end.backtest_zh, [OUTLOOK], "其中1例", [OUTLOOK | {"case_count": 0}]),
}  # fmt: skip


@pytest.mark.parametrize("sentence", GUARDED)
def test_a_sentence_goes_or_changes_with_the_data_behind_it(sentence):
    said, rows, fact, changed = GUARDED[sentence]
    assert fact in said(*rows)
    assert fact not in said(*changed)


# Modules of sentences whose claims stand on counts that other tests hold number by number (editions, payments, replies,
# what-ifs, the delivery of findings), or that word what they are given without stating anything of it.
NOT_JUDGING = {
    "cited", "dates", "delivery", "documents", "editions", "numbers", "payout_audit", "payouts", "receipt_sources", "receipts",
    "receiving", "replies", "running", "what_if",
}  # fmt: skip


def test_every_module_that_states_facts_has_a_guarded_sentence():
    from warehouse import FOLDER

    source = Path(__file__).read_text(encoding="utf-8").partition("NOT_JUDGING")[0]
    known = {file.stem for file in (FOLDER / "wording").glob("*.py")} - {"__init__"}
    guarded = {name for name in known if re.search(rf"\b{name}\.\w+", source)}
    assert known - NOT_JUDGING - guarded == set()
    assert known >= NOT_JUDGING
