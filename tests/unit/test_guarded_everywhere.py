"""Guarded sentences, all of them: every function of the words that claims something is tried, or says why it need not.

A claim is a public function of `warehouse.wording` named finding, claim, sentence(s) or headline, and every one of what
is said of a draft (`replies`). It stands in
`tests/unit/test_guarded.py` or in TRIED here (said from these rows, and otherwise from those), in ELSEWHERE with the
test that does both with more rows than fit here, or in NO_FACT with the reason.
"""

import ast
import importlib
import inspect
import pkgutil
import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

import warehouse.wording
from tests.unit import test_guarded
from warehouse.payouts import declared
from warehouse.payouts.summary import ALL, TOTAL, Summary, Tally
from warehouse.wording import (
    ageing,
    allowance_months,
    deck,
    months,
    overview_cards,
    platform_months,
    programmes,
    targets,
    townships,
    year_end,
)
from warehouse.wording.desk import delivery, payout_audit, payouts, quality, replies, submissions
from warehouse.wording.grammar.cited import cited

TESTS = Path(__file__).resolve().parents[1]
# Modules of which every function states something.
WHOLE = ("replies",)
NAMED = re.compile(r"(^|_)(claim|finding|findings|sentence|sentences|headline|lines)($|_)")
MONTH = date(2026, 10, 1)
RULES = list(declared.rules())


def payments(rule=RULES[0], *, found=3, risk=600.0, unit_risk=(500.0, 100.0), audited=True, month_risk=(600.0, 0.0)):
    """The audit of two units over two months."""
    tally = Tally(finding_count=found, at_risk_yuan=risk, paid_yuan=10_000.0)
    cells = {(ALL, TOTAL): tally}
    cells |= {
        (unit, TOTAL): Tally(finding_count=1, at_risk_yuan=value)
        for unit, value in zip(("a", "b"), unit_risk, strict=True)
    }
    cells |= {
        (ALL, code): Tally(finding_count=found if code == rule else 0, at_risk_yuan=risk if code == rule else 0.0)
        for code in RULES
    }
    return Summary(
        units=("a", "b"), cells=cells, audit_number=1, waiting_count=0,
        months={date(2026, at, 1): Tally(at_risk_yuan=value) for at, value in zip((9, 10), month_risk, strict=True)},
        audited_at=datetime(2026, 11, 1, tzinfo=UTC) if audited else None,
    )  # fmt: skip


UNITS = {"a": "甲县", "b": "乙县"}


class Done:
    """What an audit leaves for the terminal."""

    number, row_count, without_list_zh, dropped_lists, money = 1, 100, (), 0, {}

    def __init__(self, **counts):
        self.counts = dict.fromkeys(RULES, 0) | counts


INDICATOR = {
    "indicator_code": "i", "label_zh": "占比", "unit_zh": "%", "decimals": 1, "kind_code": "ratio", "timing_code": "end_of_month",
    "polarity_code": "higher_is_better", "smallest_difference": 0.01,
}  # fmt: skip
COUNT = INDICATOR | {"label_zh": "床位", "unit_zh": "张", "kind_code": "count", "decimals": 0}
CELL = {
    "area_id": "a", "area_zh": "甲县", "level_code": "unit", "kind_code": "administrative", "indicator_code": "i", "breakdown_code": "total",
    "month": MONTH, "value": 0.5, "status_code": "reported", "quality_code": "signed", "against_code": "city", "standing_code": "behind",
    "gap": -0.05, "city_value": 0.55, "is_small_task": False, "smallest_base": 30.0,
}  # fmt: skip
JUDGED = CELL | {"verdict_code": "steady", "change_mom": 0.01}
ISSUE = {"severity_code": "blocking", "area_zh": "甲县"}
OWED = {"area_id": "a", "area_zh": "甲县", "month": MONTH, "state_code": "not_reported", "is_late": True, "form_zh": "培训", "due_on": date(2026, 11, 5), "place_zh": None}  # fmt: skip
TAKEN = OWED | {"state_code": "accepted", "is_late": False}
PAYMENT = {"area_zh": "甲县", "measure_code": "recipient_count", "difference": 3.0}
STOPPED = {"area_zh": "甲县", "total": 9.0, "age_80_89": 6.0}
PRINTED = {"is_share": True}
RESTATED = {"unit_area_zh": "甲县", "area_zh": "甲县", "month": MONTH, "reason_zh": "补报"}
STAGE = {"person_times": 100.0, "people": 80.0, "certificates": 5.0}
FIGURE = {"value_as_written": "82家", "figure_id": "f"}
MOVED = {"area_zh": "甲县", "contribution": 5.0}
UNIT = {"short_name_zh": "甲县", "value": 50.0, "completion": 0.5, "pace": None, "outlook_code": "missed", "outlook_label_zh": "未完成", "smallest_gap_pp": 0.01}  # fmt: skip
AGEING = {"area_id": "a", "name_zh": "某市", "short_name_zh": "甲县", "aged_60_plus": 100.0, "ageing_rate": 0.2}
YEAR_END = {"label_zh": "培训", "projected": 2041.0, "projected_low": 1900.0, "projected_high": 2200.0, "unit_zh": "人次", "row_key": "k", "year_count": 2}  # fmt: skip
ENTRY = {"family_zh": "资金", "figures": [1], "source_ids": ["s"], "status_code": "in_force"}
EVENT = {"start_on": date(2025, 1, 1), "end_on": None}
FINDING = {
    "area_zh": "甲县",
    "month": MONTH,
    "form_zh": "培训",
    "file_name": None,
    "cell": "J5",
    "sentence_zh": "人次多于人数。",
}
STATE = {
    "release": None, "counts": {"figure_count": 117, "submission_count": 4, "observation_count": 9, "failed_rule_count": 1, "blocking_count": 1, "hold_count": 0, "soft_count": 0, "overdue_count": 2, "returned_count": 0},
}  # fmt: skip


def _contributions(rows, indicator):
    return months.contribution_sentence(rows, indicator, city_zh="某市", word_zh="同比")


def _texts(said):
    return said if isinstance(said, str) else said.text if hasattr(said, "text") else "；".join(map(str, said))


# The function, what it is asked with, the words that state the fact, and what makes them go.
TRIED = [
    (allowance_months.payments_claim, ([PAYMENT], []), "1个单位的人数与月报不符", ([PAYMENT | {"difference": 0.0}], [])),
    (allowance_months.payments_claim, ([PAYMENT | {"difference": 0.0}], []), "与月报相符", ([PAYMENT | {"difference": None}], [])),
    (allowance_months.payments_claim, ([PAYMENT, PAYMENT | {"measure_code": "paid_yuan"}], []), "1个单位的金额不符", ([PAYMENT, PAYMENT | {"measure_code": "paid_yuan", "difference": 0.0}], [])),
    (allowance_months.payment_stops_claim, ([STOPPED], {"age_80_89": "80—89岁"}), "甲县停发最多，9人，其中80—89岁6人", ([STOPPED | {"age_80_89": 4.0}], {"age_80_89": "80—89岁"})),
    (allowance_months.payment_stops_claim, ([STOPPED | {"total": 0.0}], {}), "都没有停发", ([STOPPED], {})),
    (deck.own_claim, (CELL, INDICATOR), "低于全市5.0个百分点", (CELL | {"standing_code": "level"}, INDICATOR)),
    (deck.own_claim, (CELL | {"against_code": "pace", "is_small_task": True, "target_value": 23.0}, COUNT), "任务不足30", (CELL | {"against_code": "pace", "is_small_task": True, "target_value": 23.0, "smallest_base": 25.0}, COUNT)),
    (deck.unit_claim, ([CELL], {"i": INDICATOR}), "1项中1项落后", ([CELL | {"standing_code": "level"}], {"i": INDICATOR})),
    (deck.blanks_claim, ([], [{"network_code": "n", "network_zh": "幸福院", "city_blank": 7.0, "blank": 7.0}]), "至少7个", ([], [])),
    (deck.blanks_claim, ([], [{"network_code": "n", "network_zh": "幸福院", "city_blank": 7.0, "blank": 7.0, "is_partial": True}]), "已报单位幸福院", ([], [{"network_code": "n", "network_zh": "幸福院", "city_blank": 7.0, "blank": 7.0}])),
    (deck.problems_claim, ("全市", ["培训滞后"], cited("没有")), "1方面问题", ("全市", [], cited("没有"))),
    (deck.doings_claim, (4, ["甲县"]), "涉及甲县", (4, [])),
    (delivery.findings, ([FINDING],), "必须更正1处", ([FINDING, FINDING],)),
    (delivery.three_sentences, ("收齐。滞后。", "问题", "甲县滞后。"), "问题：甲县滞后。", ("收齐。滞后。", "", "")),
    (overview_cards.steps_claim, ([{}], [JUDGED], {"i": INDICATOR}), "1处异动", ([], [JUDGED], {"i": INDICATOR})),
    (overview_cards.steps_claim, ([], [JUDGED], {"i": INDICATOR}), "1项指标没有新的异动", ([{}], [JUDGED], {"i": INDICATOR})),
    (overview_cards.steps_claim, ([], [JUDGED], {"i": INDICATOR}), "没有新的异动", ([], [JUDGED | {"verdict_code": "trial"}], {"i": INDICATOR})),
    (overview_cards.restated_claim, ([RESTATED],), "甲县更正1个数", ([],)),
    (overview_cards.reports_claim, ([TAKEN], []), "没有欠报", ([OWED], [])),
    (payout_audit.finding, ("某市", payments(), UNITS), "最多的单位是甲县", ("某市", payments(unit_risk=(100.0, 500.0)), UNITS)),
    (payout_audit.finding, ("某市", payments(found=0), UNITS), "没有查出疑点", ("某市", payments(), UNITS)),
    (payout_audit.finding, ("某市", payments(audited=False), UNITS), "还没有稽核", ("某市", payments(), UNITS)),
    (payout_audit.unit_claim, (payments(), UNITS), "甲县疑似多发", (payments(unit_risk=(0.0, 500.0)), UNITS)),
    (payout_audit.rule_claim, (payments(),), "1条规则查出疑点", (payments(found=0),)),
    (payout_audit.month_claim, (payments(),), "以2026年9月最多", (payments(month_risk=(0.0, 600.0)),)),
    (payouts.audit_lines, (Done(**{RULES[0]: 2}),), f"{declared.rules()[RULES[0]].label_zh}：2 个", (Done(),)),
    (platform_months.training_claim, ("某市", STAGE, MONTH), "去重80人", ("某市", STAGE | {"people": None}, MONTH)),
    (platform_months.use_claim, (100.0, 3.0, 0.03), "活跃率3.0%", (100.0, None, None)),
    (programmes.shown_claim, (5, 9, 2), "选出5项，2项", (5, 9, 3)),
    (programmes.timeline_claim, ([EVENT, EVENT],), "2025年最多，2件", ([EVENT, EVENT | {"start_on": date(2024, 1, 1)}],)),
    (quality.finding, ("某市", [ISSUE], [], []), "其中1个必须更正", ("某市", [ISSUE | {"severity_code": "soft"}], [], [])),
    (quality.finding, ("某市", [], [], []), "没有未解决的问题", ("某市", [ISSUE], [], [])),
    (quality.held_claim, ([ISSUE],), "1个数待说明", ([],)),
    (quality.printed_claim, ([PRINTED],), "1个百分比", ([],)),
    (quality.restated_claim, ([RESTATED],), "都写明了原因", ([RESTATED | {"reason_zh": ""}],)),
    (replies.no_date, ("截至目前",), "“截至目前”不是时点", ("",)),
    (replies.other_deadline, (2022,), "期限是2022年", (2025,)),
    (replies.hidden_zh, (2,), "有2段写有姓名或电话", (0,)),
    (replies.left_zh, ([(1, "两家")], []), "没有对照的：第1段“两家”", ([], [])),
    (replies.left_zh, ([], [(1, "1.2.3")]), "读不成一个数", ([], [])),
    (replies.repeated_zh, (5, "答复", 9, 0.83), "有83%与答复第9段逐字相同", (5, "答复", 9, 0.5)),
    # What is not all of it is not said to be.
    (replies.repeated_zh, (5, "答复", 9, 0.996), "99.6%", (5, "答复", 9, 1.0)),
    (submissions.finding, ("某市", [TAKEN]), "已全部收齐", ("某市", [OWED])),
    (submissions.unit_month_claim, ("甲县", [OWED], []), "1张逾期未报", ("甲县", [TAKEN], [])),
    (submissions.owed_claim, ([OWED],), "还欠1张", ([],)),
    (targets.units_claim, ("目标", [UNIT | {"outlook_code": "met"}]), "：甲县达到", ("目标", [UNIT, UNIT])),
    (targets.units_claim, ("目标", [UNIT | {"completion": None}]), "没有分解任务", ("目标", [UNIT | {"completion": None, "value": None}])),
    (targets.units_claim, ("目标", [UNIT]), "1个未达到：甲县", ("目标", [UNIT | {"outlook_code": "met"}])),
    (targets.qualitative_claim, ({"name_zh": "招生", "target_as_written": "显著增长"}, 3), "有3条", ({"name_zh": "招生", "target_as_written": "显著增长"}, 0)),
    (targets.change_claim, ([{"text_zh": "1670人"}, {"name_zh": "目标", "text_zh": "1500人", "valid_from_on": MONTH}],), "由1670人调整为1500人", ([{"text_zh": "1700人"}, {"name_zh": "目标", "text_zh": "1500人", "valid_from_on": MONTH}],)),
    (townships.worst_claim, (3, 10, 36, 72, "村"), "占全市已知空白的50.0%", (3, 10, 36, 90, "村")),
    (months.figures_finding, ("某市", COUNT, [FIGURE], ["2023年"]), "82家", ("某市", COUNT, [FIGURE | {"value_as_written": "83家"}], ["2023年"])),
    (_contributions, ([MOVED, MOVED | {"area_zh": "乙县", "contribution": 1.0}], COUNT), "主要是甲县", ([MOVED], COUNT)),
    (year_end.claim, ([YEAR_END],), "1900—2200人次", ([YEAR_END | {"projected_low": None}],)),
    (ageing.finding, (AGEING, [AGEING, AGEING | {"short_name_zh": "乙县", "ageing_rate": 0.1}], None), "甲县最高", (AGEING, [AGEING, AGEING | {"short_name_zh": "乙县", "ageing_rate": 0.3}], None)),
]  # fmt: skip
# Tried with the rows of whole releases or of their own fixtures, where they change as well.
ELSEWHERE = {
    "allowance_months.finding": "pages/test_allowance.py::test_a_month_with_a_unit_missing_has_no_city_total",
    "allowance_months.outlook_claim": "unit/test_wording_months.py::test_the_outlook_prints_method_error_or_that_there_was_no_back_test",
    "allowance_months.per_head_claim": "unit/test_alike.py::test_first_and_last_are_told_within_the_counties",
    "allowance_months.stops_claim": "unit/test_wording_months.py::test_deaths_are_held_against_those_of_the_same_units_by_the_rule_that_gave_them",
    "benchmarks.claim": "unit/test_alike.py::test_a_benchmark_names_whole_places_and_what_counts_for_each_unit",
    "deck.rate_claim": "unit/test_alike.py::test_a_slide_names_who_is_furthest_behind_with_all_who_share_it",
    "deck.task_claim": "unit/test_alike.py::test_a_slide_names_who_is_furthest_behind_with_all_who_share_it",
    "months.finding": "pages/test_trends.py::test_a_stock_is_told_against_last_month_and_last_year_with_its_own_verbs",
    "overview_months.finding": "unit/test_wording_overview.py::test_what_moved_and_what_is_new_are_told_with_their_counts",
    "overview_months.matrix_claim": "unit/test_alike.py::test_nobody_is_named_before_others_who_share_his_place",
    "platform_months.finding": "pages/test_platform.py",
    "platform_months.satisfaction_claim": "unit/test_alike.py::test_first_and_last_are_told_within_the_counties",
    "profile_months.finding": "unit/test_wording_months.py::test_a_unit_is_told_by_its_ranks_within_its_own_group_and_what_it_is_last_in",
    "programmes.share_claim": "unit/test_alike.py::test_blanks_years_and_families_that_tie_are_told_together",
    "replies.hedge_added": "build/test_replies.py::test_what_is_said_of_a_draft_goes_with_the_document_it_rests_on",
    "replies.hedge_changed": "build/test_replies.py::test_what_is_said_of_a_draft_goes_with_the_document_it_rests_on",
    "replies.hedge_lost": "build/test_replies.py::test_what_is_said_of_a_draft_goes_with_the_document_it_rests_on",
    "replies.other_words": "build/test_replies.py::test_what_is_said_of_a_draft_goes_with_the_document_it_rests_on",
    "replies.summary_zh": "build/test_replies.py::test_the_command_tells_the_worst_first_with_a_code_that_walks_back_and_keeps_nothing",
    "replies.right_zh": "build/test_replies.py::test_what_is_said_of_a_draft_goes_with_the_document_it_rests_on",
    "replies.second_zh": "editions/test_replies.py::test_a_figure_of_the_signed_edition_is_known_and_a_later_load_is_named_beside_it",
    "running.running_lines": "pages/test_quality.py",
    "sentences.overview_finding": "unit/test_wording_rows.py",
    "targets.finding": "pages/test_conclusions.py::test_of_targets_under_way_each_is_counted_once_and_none_told_by_one_of_its_readings",
    "townships.blanks_claim": "unit/test_alike.py::test_blanks_years_and_families_that_tie_are_told_together",
    "townships.claim": "pages/test_coverage.py::test_counties_with_as_many_blanks_are_said_to_tie",
}
NO_FACT = {
    "editions.headline_without_news": "names the month whose figures stand for this one; whether they do is decided before it is asked",
    "receiving.batch_lines": "lists what just came in, as the command that received it hands it over; nothing of a release",
    "receiving.came_lines": "lists what just came in, as the refresh hands it over; nothing of a release",
    "receiving.file_lines": "lists what just came in, as the command that received it hands it over; nothing of a release",
    "submissions.checked_lines": "lists what a check of one file found, which is not in any release",
}


def _claims() -> dict[str, object]:
    found = {}
    for module in pkgutil.walk_packages(warehouse.wording.__path__, "warehouse.wording."):
        loaded, short = importlib.import_module(module.name), module.name.rpartition(".")[2]
        for name, function in inspect.getmembers(loaded, inspect.isfunction):
            if function.__module__ != loaded.__name__ or name.startswith("_"):
                continue
            if NAMED.search(name) or short in WHOLE:
                found[f"{short}.{name}"] = function
    return found


@pytest.mark.parametrize(("claim", "rows", "fact", "others"), TRIED, ids=lambda one: getattr(one, "__name__", None))
def test_a_claim_goes_or_changes_with_the_data_behind_it(claim, rows, fact, others):
    assert fact in _texts(claim(*rows))
    assert fact not in _texts(claim(*others))


def test_every_function_that_claims_something_is_tried_or_says_why_not():
    guarded = Path(test_guarded.__file__).read_text(encoding="utf-8")
    tried = {
        f"{claim.__module__.rpartition('.')[2]}.{claim.__name__}" for claim, *_ in TRIED if claim is not _contributions
    }
    tried.add("months.contribution_sentence")
    for name in _claims():
        known = name in tried or name in ELSEWHERE or name in NO_FACT or f"{name}(" in guarded
        assert known, f"{name} claims something and is not tried"
    assert tried | ELSEWHERE.keys() | NO_FACT.keys() <= _claims().keys()


@pytest.mark.parametrize("name", ELSEWHERE)
def test_what_is_tried_elsewhere_is_tried_by_a_test_that_exists(name):
    file, _, test = ELSEWHERE[name].partition("::")
    tree = ast.parse((TESTS / file).read_text(encoding="utf-8"))
    assert not test or test in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
