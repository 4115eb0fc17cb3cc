"""Every declared rule, with a form it catches and a clean one it does not."""

import copy
import datetime as dt

import pytest
import xlsxwriter

from etl.months.accepted.accept import FORM_RULES, SERIES_RULES, check_form, judge, mark_duplicates, order
from etl.months.model import Figure, MonthState
from etl.months.read.extract import extract
from etl.months.read.files import parse_read, read_one
from etl.months.read.recognise import recognise
from etl.months.rules import FUNCTIONS
from etl.months.rules.cells import ORDER
from etl.months.rules.cross import city_against_its_units, unlike_the_others
from etl.months.rules.money import amount_per_head
from etl.months.understood.understand import understand
from tests.broken_forms import (
    CASES,
    JULY_2023,
    JULY_2025,
    RULES,
    SEPTEMBER_2025,
    everything,
    found_by,
    judged_as,
    more,
    put,
)
from tests.clean_forms import (
    LAYOUTS,
    UNIT,
    clean,
    event_of,
    figures,
    judged_months,
    month_of,
    to_cells,
)
from tests.forms import Paper, draw
from tests.unit.test_sheets import REFUSED


@pytest.mark.parametrize("rule", [rule for rule in CASES if rule not in ("E13", "E18")])
def test_a_rule_speaks_where_it_is_broken_and_is_silent_where_it_is_not(rule, context):
    case = CASES[rule]
    broken = found_by(case, context)
    spoken = [finding for finding in broken.findings if finding.rule == rule]
    assert spoken, [finding.rule for finding in broken.findings]
    sentence, remedy = RULES[rule].say(spoken[0])
    assert case.says in sentence
    assert "{" not in sentence + remedy and remedy
    assert not sentence.endswith("。")
    spotless = found_by(case.clean, context) if case.clean else found_by(case, context, is_clean=True)
    assert rule not in {finding.rule for finding in spotless.findings}
    assert spotless.state_code == "accepted"


@pytest.mark.parametrize("value", [0, "—"])
def test_a_first_report_of_nothing_is_held_until_somebody_says_so_or_a_month_before_says_otherwise(value, context):
    layout, data = clean("platform", JULY_2025, context)
    everything(value)(data)
    history: dict = {}
    judged = judged_as(layout, data, context, history)
    (found,) = (one for one in judged.findings if one.rule == "E23")
    assert judged.state_code == "accepted"
    assert {figure.status for figure in judged.figures.values()} == {"withheld"}
    assert len(found.also) == 10
    # What was held tells nothing of the next month.
    _, data = clean("platform", JULY_2025 + 1, context)
    everything(value)(data)
    assert "E23" in {one.rule for one in judged_as(layout, data, context, copy.copy(history)).findings}
    data.notes["清丰县", ""] = "平台尚未建成，没有入网老年人"
    answered = judged_as(layout, data, context, history)
    assert "E23" not in {one.rule for one in answered.findings}
    # From then on the months are held against one another.
    _, data = clean("platform", JULY_2025 + 2, context)
    everything(value)(data)
    assert "E23" not in {one.rule for one in judged_as(layout, data, context, history).findings}


@pytest.mark.parametrize(
    ("values", "rule"),
    [((None, None), "L16"), ((None, "—"), "L16"), (("—", "—"), "E23"), (("—", 0), "E23"), ((None, "未报"), "")],
)
def test_blanks_beside_what_does_not_apply_are_no_report_and_neither_is_nothing_a_first_one(values, rule, context):
    layout, data = clean("platform", JULY_2025, context)
    for row in data.rows.values():
        for number, code in enumerate(row):
            row[code] = values[number % 2]
    found = {one.rule for one in judged_as(layout, data, context, {}).findings}
    assert found & {"L16", "E23"} == ({rule} if rule else set())


def test_a_copied_month_is_held_until_somebody_says_a_word(context):
    history: dict = {}
    judged_months("platform", range(JULY_2025 - 1, JULY_2025), context, history)
    layout, data = clean("platform", JULY_2025, context)
    _, before = clean("platform", JULY_2025 - 1, context)
    total = figures(data)["service_person_times_total"]
    for key, values in before.rows.items():
        data.rows[key] = dict(values)
    # The total is carried on by hand, so that only the copying itself is to be found.
    put("service_person_times_total", total + figures(before)["service_person_times"] - 2000 - 30 * 53 % 150)(data)
    judged = judged_as(layout, data, context, copy.copy(history))
    assert {finding.rule for finding in judged.findings} == {"E13"}
    assert judged.figures[UNIT, "service_person_times", "total"].status == "withheld"
    data.notes["清丰县", ""] = "平台停机检修，工单与上月相同"
    explained = judged_as(layout, data, context, copy.copy(history))
    assert explained.findings == []
    assert explained.figures[UNIT, "service_person_times", "total"].note == "平台停机检修，工单与上月相同"


def test_a_changed_figure_without_a_reason_is_returned_and_the_first_report_stands(context):
    history: dict = {}
    judged_months("facility", range(JULY_2025, JULY_2025 + 1), context, history)
    layout, data = clean("facility", JULY_2025, context)
    more("meal_site_count", 1)(data)
    silent = judged_as(layout, data, context, history)
    assert [finding.rule for finding in silent.findings] == ["E18"]
    assert "这次改了1个数（F28 老年助餐点数 70→71）" in RULES["E18"].say(silent.findings[0])[0]
    assert silent.state_code == "returned"
    assert history[month_of(JULY_2025)].figures[UNIT, "meal_site_count", "total"].value == 70
    data.entries["correction"] = "漏报一处"
    reasoned = judged_as(layout, data, context, history)
    assert (reasoned.state_code, reasoned.findings) == ("corrected", [])
    assert [(key[1], old.value, new.value) for key, old, new in reasoned.changed] == [("meal_site_count", 70, 71)]


def test_a_correction_with_only_what_it_corrects_takes_nothing_else_back(context):
    history: dict = {}
    layout, data = clean("facility", JULY_2025, context)
    judged_as(layout, data, context, history)
    values = next(iter(data.rows.values()))
    for code in [code for code in values if code != "meal_site_count"]:
        values[code] = None
    values["meal_site_count"] = 71
    data.entries["correction"] = "漏报一处助餐点"
    partial = judged_as(layout, data, context, history)
    assert partial.state_code == "returned"
    (found,) = (one for one in partial.findings if one.rule == "E22")
    # Of 24 rows one is filled, one a percentage, two only checked, and one was 不适用 before.
    assert "2025年7月已收过的19个数，这张表里空着：F7 养老服务床位总量" in RULES["E22"].say(found)[0]
    assert history[month_of(JULY_2025)].figures[UNIT, "care_bed_count", "total"].value is not None
    # Who writes that a figure is not known has said so.
    values |= {code: "未报" for code in values if values[code] is None}
    assert "E22" not in {one.rule for one in judged_as(layout, data, context, history).findings}


def test_a_stated_correction_may_lower_a_cumulative_figure(context):
    case = CASES["C3"]
    layout, data = clean("training", SEPTEMBER_2025, context)
    case.change(data)
    put("training_people", 180)(data)
    put("certificate_count", 50)(data)
    data.entries["correction"] = "核减重复登记"
    history: dict = {}
    judged_months("training", range(SEPTEMBER_2025 - 1, SEPTEMBER_2025), context, history)
    judged = judged_as(layout, data, context, history)
    assert "C3" not in {finding.rule for finding in judged.findings}
    assert judged.state_code == "accepted"


def test_two_different_reports_of_a_month_in_one_batch_are_both_returned(context):
    layout, data = clean("facility", JULY_2025, context)
    events = []
    for receipt, added in enumerate((0, 3), 1):
        more("meal_site_count", added)(data)
        sheet = to_cells(draw(layout, data))
        events.append(event_of(understand(extract(sheet, recognise(sheet, LAYOUTS)), context), receipt=receipt))
    mark_duplicates(events)
    judged = judge(order(events), context)
    assert [[finding.rule for finding in one.findings] for one in judged] == [["C10"], ["C10"]]


@pytest.mark.parametrize(
    ("sent", "returned"),
    [
        ([(0, ""), (3, "核减重复登记")], []),
        ([(0, ""), (3, "核减重复登记"), (4, "核减重复登记")], [1, 2]),
        ([(3, "核减重复登记"), (4, "系统导出早于月末，补录")], [0, 1]),
        ([(3, "核减重复登记"), (0, "核减重复登记")], []),
        ([(0, ""), (0, ""), (3, "核减重复登记")], []),
    ],
    ids=["corrected", "corrected twice", "two corrections", "one correction twice", "one report twice and corrected"],
)
def test_corrections_of_one_batch_have_no_order_either(context, sent, returned):
    """Added to the meal sites, and the reason given; (3, …) and (0, …) after it say the same figure: each adds to what was."""
    layout, data = clean("facility", JULY_2025, context)
    events = []
    for receipt, (added, reason) in enumerate(sent, 1):
        more("meal_site_count", added)(data)
        if reason:
            data.entries["correction"] = reason
        sheet = to_cells(draw(layout, data))
        events.append(event_of(understand(extract(sheet, recognise(sheet, LAYOUTS)), context), receipt=receipt))
    mark_duplicates(events)
    assert [number for number, event in enumerate(events) if event.duplicate_of] == returned


@pytest.mark.bar("DQ9")
def test_the_published_allowance_passes_and_a_dropped_ten_thousand_blocks(context):
    # 规划 2.25亿元 and 402万人次: 225,000,000 / 4,020,000 = 55.97 元, inside 40—400; without 万 it is 559,701 元.
    low, high = RULES["E1"].limits["per_head_low"], RULES["E1"].limits["per_head_high"]
    assert (low, high) == (40, 400)
    assert round(amount_per_head(225_000_000, 4_020_000), 2) == 55.97
    assert low <= amount_per_head(225_000_000, 4_020_000) <= high < amount_per_head(225_000_000, 402)
    # The same on a form: 80–89 alone, everybody in one row, as the plan counts them.
    sound = _one_row_allowance(4_020_000, 225_000_000, context)
    assert "E1" not in {finding.rule for finding in sound}
    dropped = [finding for finding in _one_row_allowance(402, 225_000_000, context) if finding.rule == "E1"]
    assert RULES["E1"].severity == "blocking" and "559,701.49 元" in RULES["E1"].say(dropped[0])[0]


def _one_row_allowance(people: int, yuan: int, context):
    layout, data = clean("allowance", JULY_2023, context)
    data.rows = {
        (label, ""): {
            code: {"allowance_recipient_count": people, "allowance_paid_yuan": yuan}.get(code.split(":")[0], 0)
            for code in values
            if ":" not in code or "80_89" in code
        }
        for (label, _), values in data.rows.items()
        if label in ("城关镇", "合计")
    }
    sheet = to_cells(draw(layout, data))
    form = understand(extract(sheet, recognise(sheet, LAYOUTS)), context).form
    return check_form(form, context, {}, received_on=None)


def state(month: dt.date, unit: str, **values: float) -> dict:
    return {
        month: MonthState(
            month, 1, f"{unit}-1", {(unit, n, "total"): Figure(v, "reported", "C5", "") for n, v in values.items()}
        )
    }


def test_a_unit_far_from_the_others_by_population_is_asked_and_the_others_are_not(context):
    month = month_of(JULY_2025)
    units = ["hualong", "qingfeng", "nanle", "fanxian", "taiqian", "puyangxian", "puyang_etdz"]
    beds = {unit: context.populations[unit, "resident", "60_plus"][0] * 0.03 for unit in units}
    series = {("facility", unit): state(month, unit, care_bed_count=beds[unit]) for unit in units}
    assert list(unlike_the_others(series, context)) == []
    series["facility", "nanle"] = state(month, "nanle", care_bed_count=beds["nanle"] * 8)
    (finding,) = unlike_the_others(series, context)
    # 3 per cent is 30 beds per thousand; eight times that is 240.
    assert (finding.area, round(finding.reported), round(finding.computed)) == ("nanle", 240, 30)
    assert "每千名老年人 240" in RULES["S9"].say(finding)[0]


def test_the_sum_of_the_units_is_held_against_what_the_city_reports(context):
    month = month_of(JULY_2025)
    units = [place.area_id for place in context.book.reporting() if place.city_id == "puyang"]
    series = {("platform", unit): state(month, unit, enrolled_count=1000) for unit in units}
    series["platform", "puyang"] = state(month, "puyang", enrolled_count=9000)
    assert list(city_against_its_units(series, context)) == []
    series["platform", "puyang"] = state(month, "puyang", enrolled_count=9500)
    (finding,) = city_against_its_units(series, context)
    assert (finding.reported, finding.computed) == (9500, 9000)
    assert "9个单位合计 9,000" in RULES["S10"].say(finding)[0]
    del series["platform", units[0]]
    assert list(city_against_its_units(series, context)) == []


def workbook(tmp_path, fill) -> str:
    path = tmp_path / "月报.xlsx"
    with xlsxwriter.Workbook(path) as book:
        fill(book)
    return str(path)


def add_sheet(book, name: str, paper: Paper, *, hidden: bool = False) -> None:
    sheet = book.add_worksheet(name)
    for (row, column), value in paper.cells.items():
        sheet.write(row, column, value)
    if hidden:
        sheet.hide()


def test_sheets_that_are_not_read_are_told(tmp_path, context):
    paper = draw(*clean("training", JULY_2025, context))

    def fill(book):
        add_sheet(book, "培训", paper)
        add_sheet(book, "底稿", paper, hidden=True)
        add_sheet(book, "名册", Paper(cells={(0, 0): "序号", (0, 1): "姓名"}))
        add_sheet(book, "填报说明", Paper(cells={(0, 0): "一、按月填报"}))

    read = parse_read(read_one(workbook(tmp_path, fill)))
    assert [(finding.rule, finding.sheet) for finding in read.findings] == [("L7", "底稿"), ("L6", "名册")]
    assert len(read.forms) == 1


def test_a_workbook_without_a_form_says_what_was_looked_at(tmp_path):
    read = parse_read(
        read_one(workbook(tmp_path, lambda book: add_sheet(book, "通讯录", Paper(cells={(0, 0): "处室"}))))
    )
    assert [finding.rule for finding in read.findings] == ["F8"]
    assert "看过的工作表：“通讯录”" in RULES["F8"].say(read.findings[0])[0]


ELSEWHERE = {
    "L14": "test_intake_faults",
    "L15": "test_intake_faults",
    "L16": "test_template",
    "L17": "test_said_beside_figures",
    "V6": "test_intake_faults",
    "V7": "test_intake_faults",
    "E19": "test_moved_figures",
    "E22": "test_rules",
    "E21": "test_moved_figures",
    "S13": "test_moved_figures",
    "S14": "test_moved_figures",
    "C11": "test_moved_figures",
    "V8": "test_moved_figures",
    "E20": "test_whose_month",
    "F9": "test_demonstration_marks",
    "S9": "unlike_the_others", "S10": "city_against", "L6": "sheets_that_are_not_read", "L7": "sheets_that_are_not_read",
    "F8": "workbook_without_a_form", "P1": "test_layouts", "L1": "test_layouts", "L2": "test_layouts",
    "L3": "test_layouts", "L4": "test_layouts", "L5": "test_layouts",
    "L13": "test_strangers",
}  # fmt: skip
"""Rules with a test of their own."""


def test_every_declared_rule_has_a_function_a_place_in_the_judgement_and_a_test():
    refused = {rule for _, rule in REFUSED.values()}
    assert set(CASES) | set(ELSEWHERE) | refused == set(RULES)
    with_function = {code for code, rule in RULES.items() if rule.stage not in ("file", "layout")}
    assert set(FUNCTIONS) == with_function
    placed = {*FORM_RULES, *SERIES_RULES, *ORDER, "C9", "C10", "E20", "E3", "E12", "E16", "S9", "S10"}
    assert placed == with_function


def test_every_case_of_the_catalogue_of_errors_and_checks_is_declared():
    wanted = {f"E{n}" for n in range(1, 19)} | {f"C{n}" for n in range(1, 11)} | {f"S{n}" for n in range(1, 13)}
    assert wanted <= set(RULES)
    hard = {code for code in RULES if code[0] == "C"}
    assert {RULES[code].severity for code in hard} == {"blocking"}
