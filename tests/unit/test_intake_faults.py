"""Forms that were once read wrongly, each with its right reading; and the kinds they stand for, in other spellings.

The workbooks under tests/data/intake are forms of the demonstration (invented figures, no persons), damaged by hand.
"""

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from etl.months.accepted.accept import Event, Judged, check_form, judge, mark_duplicates, order
from etl.months.findings import Finding
from etl.months.model import History, MonthState
from etl.months.periods import PeriodError, parse_period
from etl.months.read.files import FileRead, parse_read, read_one
from etl.months.rules.notes import bracket_fault, explains, explains_sameness, is_correction
from etl.months.understood.understand import understand

FOLDER = Path(__file__).parent.parent / "data" / "intake"
OCTOBER = dt.date(2026, 10, 1)
RECEIVED = dt.datetime(2026, 11, 4, 9, tzinfo=dt.UTC)


def read(name: str) -> FileRead:
    return parse_read(read_one(str(FOLDER / name)), rows_of=range(60))


def judged(name: str, context, histories: dict[str, History] | None = None) -> tuple[dict[str, Judged], list[Finding]]:
    """Each form of a file as judged, and what there is to say of the file and of forms of nobody."""
    taken, said = {}, []
    found = read(name)
    said += found.findings
    for number, raw in enumerate(found.forms):
        understood = understand(raw, context)
        if understood.form is None:
            said += understood.findings
            continue
        event = Event(number, "b", name, name, RECEIVED, understood, number)
        mark_duplicates([event])
        history = (histories or {}).setdefault(understood.layout.form_code, {}) if histories is not None else {}
        (one,) = judge(order([event]), context, history=history)
        taken[understood.layout.form_code] = one
    return taken, said


def rules_of(found: Judged) -> set[str]:
    return {finding.rule for finding in found.findings}


def words_of(found: Judged | list[Finding], rule: str) -> str:
    findings = found.findings if isinstance(found, Judged) else found
    return " ".join(str(dict(finding.words)) for finding in findings if finding.rule == rule)


@pytest.mark.parametrize(
    ("name", "month"),
    [
        ("ytd-as-january.xlsx", OCTOBER),
        ("period-1-10.xlsx", OCTOBER),
        ("title-2024-1-6.xlsx", dt.date(2024, 6, 1)),
    ],
)
def test_a_span_from_january_is_the_year_so_far_and_not_january(name, month, context):
    forms, said = judged(name, context)
    assert forms["training"].event.month == month
    assert not said


def test_two_months_in_a_title_are_refused_with_its_cell(context):
    forms, said = judged("title-5-6.xlsx", context)
    assert "facility" not in forms
    assert [(finding.rule, finding.cell) for finding in said] == [("E10", "A1")]
    assert "5、6月" in words_of(said, "E10")


def test_totals_of_some_townships_are_incomplete_and_not_the_units(context):
    forms, _ = judged("township-unreported-total-lower.xlsx", context)
    allowance = forms["allowance"]
    unit = allowance.event.understood.unit.area_id
    people = allowance.figures[unit, "allowance_recipient_count", "age_80_89"]
    # 169 + 191 + 265 + 257 + 235 + 176 = 1293 is what six of seven townships reported.
    assert (people.value, people.status) == (None, "missing")
    assert "6/7" in people.note and "1,293" in people.note
    assert "V7" in rules_of(allowance)


def test_a_total_is_never_below_its_reported_parts(context):
    form = next(
        understood.form
        for raw in read("township-unreported-total-lower.xlsx").forms
        if (understood := understand(raw, context)).layout.form_code == "allowance"
    )
    # Six townships report 14 people of 100 and over; a total of 10 cannot be.
    unit = form.unit.area_id
    assert form.totals["allowance_recipient_count", "age_100_plus"].value == 14
    less = replace(form.totals["allowance_recipient_count", "age_100_plus"], value=10.0)
    form.totals["allowance_recipient_count", "age_100_plus"] = less
    form.figures[unit, "allowance_recipient_count", "age_100_plus"] = less
    said = [one for one in check_form(form, context, {}, received_on=RECEIVED.date()) if one.rule == "E4"]
    assert [(one.reported, one.computed) for one in said] == [(10, 14)]


def september(context, change: float = 0.0) -> dict[str, History]:
    """September as accepted: a copy of it was sent as October. With `change`, one figure of each form is another."""
    found = {}
    for raw in read("copied-month-one-number-changed.xlsx").forms:
        understood = understand(raw, context)
        figures = dict(understood.form.figures)
        key = next(key for key, figure in figures.items() if figure.value)
        figures[key] = replace(figures[key], value=figures[key].value + change)
        month = dt.date(2026, 9, 1)
        found[understood.layout.form_code] = {month: MonthState(month, 1, "r1", figures)}
    return found


def held(found: Judged, rule: str) -> int:
    """How many figures a rule keeps back."""
    return sum(1 + len(finding.also) for finding in found.findings if finding.rule == rule)


def test_rows_of_townships_that_moved_are_held(context):
    forms, _ = judged("township-rows-shifted.xlsx", context, september(context))
    assert held(forms["allowance"], "E19") >= 200
    assert held(forms["facility"], "E19") >= 30
    assert sum(figure.status == "withheld" for figure in forms["allowance"].figures.values()) >= 200


def test_a_copy_of_last_month_with_one_number_changed_is_held(context):
    forms, _ = judged("copied-month-one-number-changed.xlsx", context, september(context, change=7))
    assert {code for code, found in forms.items() if "E13" in rules_of(found)} >= {"platform", "allowance", "facility"}


def test_an_ordinary_month_after_september_holds_no_township(context):
    histories = september(context)
    for form_code in ("allowance", "facility"):
        state = histories[form_code][dt.date(2026, 9, 1)]
        for number, (key, figure) in enumerate(state.figures.items()):
            if figure.value and context.timing(key[1]) in ("end_of_month", "during_month") and figure.value >= 20:
                state.figures[key] = replace(figure, value=figure.value + 1 + number % 3)
    forms, _ = judged("struck-out-digits-joined.xlsx", context, histories)
    # The other two forms are September's, note and all.
    said = rules_of(forms["allowance"]) | rules_of(forms["facility"])
    assert not {"E19", "S13", "E13"} & said


def test_a_township_far_from_its_own_last_month_is_held(context):
    histories = september(context)
    state = histories["allowance"][dt.date(2026, 9, 1)]
    key = next(
        key
        for key in state.figures
        if key[0].startswith("t-") and key[1:] == ("allowance_recipient_count", "age_80_89")
    )
    # A digit was lost: about 1,000 people last month would be 100.
    state.figures[key] = replace(state.figures[key], value=state.figures[key].value * 10)
    forms, _ = judged("struck-out-digits-joined.xlsx", context, histories)
    assert held(forms["allowance"], "S13") == 1


def test_what_was_missing_and_is_now_reported_is_no_correction(context):
    histories: dict[str, History] = {}
    first, _ = judged("one-cell-blank.xlsx", context, histories)
    assert first["facility"].state_code == "accepted"
    second, _ = judged("the-blank-filled.xlsx", context, histories)
    assert second["facility"].state_code == "accepted"
    assert "E18" not in rules_of(second["facility"])
    assert not second["facility"].changed


def test_struck_out_text_is_not_read_and_said_so(context):
    forms, _ = judged("struck-out-digits-joined.xlsx", context)
    (finding,) = (one for one in forms["facility"].findings if one.rule == "V6")
    assert (finding.cell, finding.words["text"]) == ("F28", "79")
    unit = forms["facility"].event.understood.unit.area_id
    assert forms["facility"].figures[unit, "meal_site_count", "total"].value == 81


def test_two_lines_in_a_number_cell_are_refused(context):
    forms, _ = judged("html-br-digits-joined.xls", context)
    assert forms["facility"].state_code == "returned"
    assert "79 81" in words_of(forms["facility"], "E9")


def test_an_entry_that_is_no_worksheet_is_named_and_the_good_sheets_are_read(context):
    forms, said = judged("form-with-module-sheet.xlsx", context)
    assert {one.state_code for one in forms.values()} == {"accepted"}
    assert len(forms) == 4
    assert [(finding.rule, finding.sheet) for finding in said] == [("L15", "Module1")]


def test_blanks_far_away_are_no_data(context):
    forms, said = judged("far-blank-called-hostile.xlsx", context)
    assert len(forms) == 4
    assert {one.state_code for one in forms.values()} == {"accepted"}
    assert not said


def test_a_unit_in_brackets_that_changes_the_number_is_refused(context):
    forms, _ = judged("bracket-unit-wanren.xlsx", context)
    assert forms["facility"].state_code == "returned"
    assert "万人" in words_of(forms["facility"], "E9")


def test_a_sheet_with_figures_that_nobody_read_blocks_its_file(context):
    _, said = judged("sheet-with-figures-not-read.xlsx", context)
    (finding,) = said
    assert (finding.rule, finding.sheet, context.rules[finding.rule].severity) == ("L14", "表3", "blocking")


def test_yuan_under_a_header_of_ten_thousands_is_one_finding(context):
    forms, _ = judged("yuan-under-wan-70-findings.xlsx", context)
    blocking = [one for one in forms["allowance"].findings if context.rules[one.rule].severity == "blocking"]
    assert [one.rule for one in blocking if one.rule in ("E1", "C8")] == ["E1"]
    assert len(blocking) <= 3
    # 17 townships and the unit, in three tiers and their sum: nearly all of them hang on the one finding.
    assert len(next(one for one in blocking if one.rule == "E1").also) >= 50


def test_a_wrong_name_is_said_once_with_the_right_names_of_that_unit(context):
    forms, _ = judged("township-remedy.xlsx", context)
    said = [finding for finding in forms["allowance"].findings if finding.rule == "E12"]
    # Three townships are named short, each on four rows of tiers: three findings and not twelve.
    assert [finding.words["near"] for finding in said] == ["，是不是“城关镇”", "，是不是“马庄桥镇”", "，是不是“六塔乡”"]
    assert "濮阳市" not in context.rules["E12"].say(said[0])[1]


@pytest.mark.parametrize(
    ("text", "month", "is_ytd"),
    [
        ("2026年1—6月", 6, True), ("2026年1至10", 10, True), ("2026年1-10", 10, True), ("2026.1-10", 10, True),
        ("202601-202610", 10, True), ("2026.01—2026.10", 10, True), ("2026年1月1日至10月31日", 10, True),
        ("2026年度1—10月", 10, True), ("2026年度（1—10月）", 10, True), ("二〇二六年一至十月", 10, True),
        ("2026年上半年", 6, True), ("2026年前三季度", 9, True), ("2026年第一季度", 3, True),
        ("2026年10月1日至31日", 10, False), ("2026年10月31日", 10, False), ("截至2026年10月底", 10, False),
        ("2026/10", 10, False), ("202610", 10, False), ("二零二六年十月", 10, False),
    ],
)  # fmt: skip
def test_a_wording_of_a_period_is_understood_whole(text, month, is_ytd):
    period = parse_period(text, inside=False)
    assert (period.month, period.is_ytd) == (dt.date(2026, month, 1), is_ytd)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("2026年5、6月", "几个月"), ("2026年5和6月", "几个月"), ("2026年三季度", "第3季度"), ("2026年下半年", "下半年"),
        ("2026年9月26日至10月25日", "自然月"), ("2026年度", "没有写月份"), ("民国115年10月", "公元"),
        ("2O26年10月", "字母"), ("2026年1O月", "字母"), ("2026-1-10", "1至10月"), ("2026年9-10月", "累计"),
        ("2026年10月暂估", "没有读懂"), ("2026年10月（含9月）", "没有读懂"), ("2026年至今", "没有写明"),
    ],
)  # fmt: skip
def test_a_wording_of_a_period_that_is_not_understood_whole_is_refused(text, said):
    with pytest.raises(PeriodError, match=said):
        parse_period(text, inside=False)


@pytest.mark.parametrize("text", ["2026-01-10", "2026-03-05"])
def test_a_date_that_a_spreadsheet_made_of_two_months_is_asked_about(text):
    with pytest.raises(PeriodError, match="改成的日期"):
        parse_period(text, kind="date", inside=False)


@pytest.mark.parametrize(
    ("note", "kind"),
    [
        ("约", "hedge"), ("左右", "hedge"), ("以上", "hedge"), ("估", "hedge"), ("更正为4450", "refused"),
        ("应为169", "refused"), ("计划", "refused"), ("9月数", "refused"), ("在建", "refused"), ("168", "refused"),
        ("累计", "refused"), ("截至9月", "refused"), ("含在建500", "refused"), ("含在建5", ""), ("其中新增2", ""),
        ("含县级", ""), ("已盖章", ""),
    ],
)  # fmt: skip
def test_words_in_brackets_obey_the_rules_of_words_without(note, kind):
    assert bracket_fault(note, Decimal(313), None)[0] == kind


@pytest.mark.parametrize(
    "text", ["无变化", "同上", "正常", "。", "无", "—", "0", "N/A", "核对无误", "数据属实", "较上月增加", "略"]
)
def test_an_empty_phrase_explains_nothing(text):
    assert not explains(text)


@pytest.mark.parametrize("text", ["春季集中开班", "新建城关镇养老院投用", "关停两家民办机构", "集中补录历史档案"])
def test_a_reason_explains(text):
    assert explains(text)


def test_sameness_is_explained_by_somebody_who_looked():
    assert explains_sameness("经核实本月与上月相同")
    assert not explains_sameness("无变化")


@pytest.mark.parametrize("text", ["暂无", "无更正", "否", "0", "N/A", "无", "/", "不更正", "。"])
def test_no_correction_is_no_correction(text):
    assert not is_correction(text)
    assert is_correction("上月漏报两家机构，现更正")
