"""Guarded sentences: each sentence that states a fact, and the change of data under which it must go or change.

A row of GUARDED is a declared sentence: what is said, from which rows, the words that state the fact, and a change of
the data behind it. Each is asked twice; a sentence that stays the same was written as if the data could not change.
"""

from datetime import date

import pytest

from warehouse.wording import bulletin, profile_months, programmes, targets, year_end
from warehouse.wording.grammar import sentences

DAY = date(2023, 7, 28)
NETWORK = {
    "network_zh": "农村幸福院", "is_usual_base": True, "built": 2016.0, "base": 2871.0, "base_label_zh": "行政村",
    "base_year": 2021, "rate": 2016 / 2871, "rate_low": 2016 / 2871, "blank": 855.0, "figure_id": None,
    "printed_value": None, "built_as_written": None, "status_code": "reported", "row_key": "n", "as_of_on": DAY,
    "as_of_precision": "day", "sort_order": 1, "origin_code": "document",
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
    "indicator_code": "i", "rank": 6, "tied_count": 1, "ranked_count": 6, "value": 0.5, "direction": 1, "one_more": 0.01,
    "excluded": [], "peers": [{"area_zh": name, "value": value} for name, value in zip("甲乙丙丁戊", (0.9, 0.8, 0.7, 0.65, 0.6), strict=True)],
}  # fmt: skip
SIGNAL = {
    "area_id": "fanxian", "area_zh": "范县", "level_code": "unit", "indicator_code": "active_rate", "breakdown_code": "total",
    "month": date(2026, 10, 1), "value": 0.038, "status_code": "reported", "quality_code": "signed", "is_new": True,
    "signal_code": "run", "side": -1, "run_length": 8, "is_bridged": False, "way_code": "level",
}  # fmt: skip
ACTIVE = {"active_rate": {
    "label_zh": "活跃率", "unit_zh": "%", "decimals": 1, "kind_code": "ratio", "timing_code": "end_of_month",
    "polarity_code": "higher_is_better",
}}  # fmt: skip


def _signals(*rows):
    said = bulletin.signals(rows, ACTIVE)
    return said.text if said else ""


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
    "what is built without anything to hold it against": (_coverage, [SILENT | {"built": 9.0, "status_code": "not_applicable"}], "没有可比的底数", [SILENT]),
    "nothing to compute coverage from": (_coverage, [SILENT], "没有公布可以计算覆盖率的建成数", [NETWORK]),
    "nobody published it": (_coverage, [SILENT], "没有公布", [SILENT | {"origin_code": "month"}]),
    "units did not report it": (_coverage, [SILENT | {"origin_code": "month"}], "有单位缺报", [SILENT]),
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
    "last only where nobody is silent": (_last, [UNIT], "居末位", [UNIT | {"excluded": [{"status_code": "missing"}]}]),
    "last only where one more would leave it there": (_last, [UNIT], "居末位", [UNIT | {"one_more": 0.5}]),
    "a new signal": (_signals, [SIGNAL], "范县活跃率3.8%，连续8个月低于基线", []),
    "a signal that is no longer new": (_signals, [SIGNAL], "连续8个月低于基线", [SIGNAL | {"is_new": False}]),
    "a run that grew": (_signals, [SIGNAL], "连续8个月", [SIGNAL | {"run_length": 9}]),
    "a signal on the other side": (_signals, [SIGNAL], "低于基线", [SIGNAL | {"side": 1}]),
    "a signal of what changed and not of the value": (_signals, [SIGNAL | {"way_code": "change"}], "当月变动", [SIGNAL]),
    "more signals than are named": (_signals, [SIGNAL] * 5, "另有2处", [SIGNAL] * 3),
    "an interval of the year end": (year_end.interval_zh, [OUTLOOK, "人次"], "1900—2200人次", [OUTLOOK | {"projected_low": None}, "人次"]),
    "a back-test of the year end": (year_end.backtest_zh, [OUTLOOK], "其中1例", [OUTLOOK | {"case_count": 0}]),
}  # fmt: skip


@pytest.mark.parametrize("sentence", GUARDED)
def test_a_sentence_goes_or_changes_with_the_data_behind_it(sentence):
    said, rows, fact, changed = GUARDED[sentence]
    assert fact in said(*rows)
    assert fact not in said(*changed)
