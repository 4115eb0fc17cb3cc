"""What a form says of its figures beside them: units over the table, words in the cell, a name with something in brackets."""

from dataclasses import replace
from decimal import Decimal

import pytest

from etl.months.read.cells import Cell, SheetCells
from etl.months.read.extract import extract
from etl.months.read.recognise import recognise
from etl.months.rules.notes import bracket_fault
from etl.months.understood.understand import understand
from tests.broken_forms import JULY_2025, Case, found_by, place
from tests.clean_forms import LAYOUTS, clean, to_cells
from tests.forms import Paper, draw


def beside(text: str):
    """A line of the clerk's own over the table, right of everything."""

    def change(sheet: SheetCells, paper: Paper) -> None:
        sheet.cells[min(row for row, _ in sheet.cells) + 1, max(column for _, column in sheet.cells)] = Cell(
            text, "text"
        )

    return change


def in_title(text: str):
    def change(sheet: SheetCells, paper: Paper) -> None:
        at = min(sheet.cells)
        sheet.cells[at] = Cell(sheet.cells[at].text + text, "text")

    return change


def units_of(form: str, change, context) -> list[tuple[str, str]]:
    """The unit that was said and the one of the column, for each column refused."""
    judged = found_by(Case(form, JULY_2025, cells=change), context)
    return [(one.words["unit"], one.words["right"]) for one in judged.findings if one.rule == "L11"]


@pytest.mark.parametrize(
    ("form", "change", "said"),
    [
        # Over beds, homes and persons one said unit of each kind, at the first column it speaks of.
        ("facility", beside("单位：百张"), ("百张", "张")),
        ("facility", beside("单位：千人"), ("千人", "人")),
        ("facility", beside("计量单位：百"), ("百", "张")),
        ("platform", beside("本表以百为单位"), ("百", "单")),
        ("platform", in_title("（单位：百人次）"), ("百人次", "人次")),
        # The heads of the allowance form say 万元.
        ("allowance", in_title("单位：元"), ("元", "万元")),
        ("allowance", beside("金额以千元计"), ("千元", "万元")),
    ],
)
def test_a_unit_said_over_the_table_that_no_column_is_in_is_refused(form, change, said, context):
    assert units_of(form, change, context) == [said]


@pytest.mark.parametrize(
    ("form", "change"),
    [
        ("facility", beside("单位：张、个、人")), ("facility", beside("单位：清丰县民政局")),
        ("facility", beside("以月末实有数计")), ("platform", beside("单位：人次")), ("allowance", beside("单位：万元")),
        ("allowance", beside("单位：百分比")),
    ],
)  # fmt: skip
def test_a_unit_that_fits_or_no_unit_at_all_is_asked_nothing(form, change, context):
    assert not units_of(form, change, context)


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("累计40", "写的是累计"), ("本年累计40个", "写的是累计"), ("0（未报）", "又写数又写"), ("0(无此项)", "又写数又写"),
        ("40（无）", "又写数又写"), ("40（部分未报）", "数不全"), ("40（两个月）", "另一个期间"), ("40（倍）", "还有一个数"),
        ("40（三）", "还有一个数"),
    ],
)  # fmt: skip
def test_words_that_make_another_figure_of_a_number_are_refused(text, fact, context):
    def change(data):
        for values in data.rows.values():
            values["meal_site_count"] = text

    judged = found_by(Case("facility", JULY_2025, change=change), context)
    assert judged.state_code == "returned"
    (said,) = (one for one in judged.findings if one.rule == "E9")
    assert fact in said.words["fact"]


def test_a_part_told_in_brackets_is_still_a_note():
    assert bracket_fault("其中三家改建", Decimal(40), None) == ("", "")
    assert bracket_fault("含半失能专区", Decimal(40), None) == ("", "")


@pytest.mark.parametrize("name", ["清丰县（1—6月累计）", "清丰县（上年同期）", "清丰县（不含街道）"])
def test_a_row_of_another_period_or_of_a_part_is_not_the_units_row(name, context):
    layout, data = clean("platform", JULY_2025, context)
    data.rows = {(name if label == "清丰县" else label, tier): values for (label, tier), values in data.rows.items()}
    sheet = to_cells(draw(layout, data))
    form = understand(extract(sheet, recognise(sheet, LAYOUTS)), context).form
    said = [one.words["fact"] for one in form.findings if one.rule == "E12"]
    assert len(said) == 1 and name in said[0]


def test_an_office_that_reports_for_another_is_not_taken_for_itself(context):
    layout, data = clean("platform", JULY_2025, context)
    told = {}
    for office in ("清丰县民政局（章）", "清丰县民政局（代南乐县报）"):
        entries = data.entries | {"unit": office}
        sheet = to_cells(draw(layout, replace(data, entries=entries)))
        told[office] = understand(extract(sheet, recognise(sheet, LAYOUTS)), context).unit
    assert told["清丰县民政局（章）"].name_zh == "清丰县"
    assert told["清丰县民政局（代南乐县报）"] is None


@pytest.mark.parametrize(
    "text", ["注：老年助餐点应为90个，表内有误", "说明：本月实为1200人", "备注：以上不含高新区3个"]
)
def test_a_sentence_under_the_table_that_corrects_a_figure_is_told_as_not_read(text, context):
    def under(sheet: SheetCells, paper: Paper) -> None:
        sheet.cells[max(row for row, _ in sheet.cells) + 1, min(column for _, column in sheet.cells)] = Cell(
            text, "text"
        )

    (said,) = (one for one in found_by(Case("facility", JULY_2025, cells=under), context).findings if one.rule == "E11")
    assert "表外说到数" in said.words["fact"] and "没有读取" in said.words["fact"]


@pytest.mark.parametrize("text", ["注：本表一式3份", "更正说明：上月漏报2家，应为14家"])
def test_what_corrects_no_figure_of_this_table_is_not_told(text, context):
    def under(sheet: SheetCells, paper: Paper) -> None:
        sheet.cells[max(row for row, _ in sheet.cells) + 1, min(column for _, column in sheet.cells)] = Cell(
            text, "text"
        )

    assert not [
        one for one in found_by(Case("facility", JULY_2025, cells=under), context).findings if one.rule == "E11"
    ]


def next_page(sheet: SheetCells, title: str) -> SheetCells:
    """Title, line of entries and header once more above the fourth row of the table, as printed on a second page."""
    first = min(row for (row, _), cell in sheet.cells.items() if cell.kind == "number")
    heads = sorted({row for row, _ in sheet.cells if row < first})
    at = first + 3
    cells = {(row + (len(heads) if row >= at else 0), column): cell for (row, column), cell in sheet.cells.items()}
    for number, head in enumerate(heads):
        for (row, column), cell in sheet.cells.items():
            if row == head:
                again = Cell(cell.text + title, "text") if number == 0 else cell
                cells[at + number, column] = again
    return replace(sheet, cells=cells)


@pytest.mark.parametrize("title", ["", "（续）", "（续表）", "（第2页）"])
def test_a_form_that_goes_on_under_its_own_title_is_one_form(title, context):
    layout, data = clean("facility", JULY_2025, context)
    sheet = to_cells(draw(layout, data))
    whole, paged = (
        understand(extract(each, recognise(each, LAYOUTS)), context).form for each in (sheet, next_page(sheet, title))
    )
    assert [one.value for one in paged.figures.values()] == [one.value for one in whole.figures.values()]
    assert not [one for one in paged.findings if one.rule in ("L5", "L1", "L13")]


def test_a_second_version_of_the_form_under_the_first_is_refused(context):
    layout, data = clean("facility", JULY_2025, context)
    sheet = to_cells(draw(layout, data))
    below = max(row for row, _ in sheet.cells) + 2
    cells = sheet.cells | {(row + below, column): cell for (row, column), cell in sheet.cells.items()}
    twice = replace(sheet, cells=cells)
    found = understand(extract(twice, recognise(twice, LAYOUTS)), context)
    assert "L5" in [one.rule for one in found.findings]


@pytest.mark.parametrize(("words", "said"), [("累计", ["E2"]), ("", [])])
def test_a_title_that_says_the_figures_are_the_years_so_far_is_asked_about(words, said, context):
    # The facility form reports months; its title says 2025年7月, and the clerk put 累计 behind it.
    judged = found_by(Case("facility", JULY_2025, cells=in_title(words)), context)
    assert [one.rule for one in judged.findings if one.rule == "E2"] == said


@pytest.mark.parametrize(
    ("period", "said"),
    [
        ("2025年7月15日", "只到7月15日"),
        ("截至2025年7月20日", "只到7月20日"),
        ("2025年7月31日", ""),
        ("2025年7月1日", ""),
    ],
)
def test_a_period_that_ends_within_its_month_is_no_month(period, said, context):
    layout, data = clean("facility", JULY_2025, context)
    sheet = to_cells(draw(layout, replace(data, entries={"data_period": period})))
    found = understand(extract(sheet, recognise(sheet, LAYOUTS)), context)
    facts = [one.words["fact"] for one in found.findings if one.rule == "E10"]
    assert (found.form is None) == bool(said)
    assert bool(facts) == bool(said) and all(said in fact for fact in facts)


def drawn(text: str):
    """Words of the clerk's own in a text box over the table."""

    def change(sheet: SheetCells, paper: Paper) -> None:
        sheet.drawn = (text,)

    return change


def on_paper(text: str):
    """Words in the header of the printed page."""

    def change(sheet: SheetCells, paper: Paper) -> None:
        sheet.printed = (text,)

    return change


def named(name: str):
    def change(sheet: SheetCells, paper: Paper) -> None:
        sheet.name = name

    return change


def test_words_in_a_text_box_are_told_and_a_unit_in_one_counts(context):
    judged = found_by(Case("allowance", JULY_2025, cells=drawn("单位：元")), context)
    (told,) = (one.words["fact"] for one in judged.findings if one.rule == "E11")
    assert "“单位：元”" in told
    # The heads say 万元: under 元 every amount would be another.
    assert units_of("allowance", drawn("单位：元"), context) == [("元", "万元")]
    assert units_of("allowance", drawn("经办人：张，电话见封面"), context) == []


@pytest.mark.parametrize("text", ["数据截至7月20日", "床位数有误，应为85", "以上为上年同期数"])
def test_a_sentence_about_figures_in_the_header_of_the_page_is_told(text, context):
    judged = found_by(Case("facility", JULY_2025, cells=on_paper(text)), context)
    (told,) = (one.words["fact"] for one in judged.findings if one.rule == "E11")
    assert told == f"页眉页脚写着“{text}”，没有读取"


def struck(text: str):
    def change(sheet: SheetCells, paper: Paper) -> None:
        sheet.struck = {place(paper, "meal_site_count"): text}

    return change


@pytest.mark.parametrize("put_there", [drawn, on_paper, struck])
def test_of_a_text_that_is_cut_no_half_of_a_number_of_a_person_is_left(put_there, context):
    # The twentieth sign falls into the number, of which thirteen digits would tell birthplace and birthday.
    said = "床位有误应为85，410922195001011237"
    judged = found_by(Case("facility", JULY_2025, cells=put_there(said)), context)
    words = " ".join(word for one in judged.findings for word in one.words.values())
    assert "床位有误应为85" in words and "身份证号已隐去" in words
    assert "410922" not in words


def test_a_unit_in_the_header_of_the_page_counts_and_a_title_there_is_asked_nothing(context):
    assert units_of("allowance", on_paper("单位：元"), context) == [("元", "万元")]
    judged = found_by(Case("facility", JULY_2025, cells=on_paper("清丰县民政局 2025年7月报表")), context)
    assert not [one for one in judged.findings if one.rule in ("E11", "L17")]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (in_title("（作废）"), "作废"), (beside("此表作废，以更正表为准"), "作废"), (drawn("本表作废"), "作废"),
        (named("作废"), "作废"), (on_paper("草稿"), "草稿"), (in_title("（测试）"), "测试"), (beside("系统演练"), "演练"), (named("示例"), "示例"),
    ],
)  # fmt: skip
def test_a_form_that_says_it_is_void_or_a_trial_is_not_taken(change, words, context):
    judged = found_by(Case("facility", JULY_2025, cells=change), context)
    assert judged.state_code == "returned"
    assert [one.words["words"] for one in judged.findings if one.rule == "L17"] == [words]


@pytest.mark.parametrize(
    "text", ["原表作废，以本表为准", "前次所报作废", "注：智慧养老平台测试期间受理的工单不计入本表"]
)
def test_another_form_that_is_void_or_a_trial_of_something_else_is_no_reason(text, context):
    judged = found_by(Case("facility", JULY_2025, cells=beside(text)), context)
    assert not [one for one in judged.findings if one.rule == "L17"]
