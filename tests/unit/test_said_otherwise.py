"""A form that says of itself two things: whose it is, which month, which figures, which unit. Told or refused, never one
of the two in silence; what only looks like a contradiction is asked nothing."""

import dataclasses

import pytest

from etl.months.accepted.accept import judge
from etl.months.read.cells import Cell, SheetCells
from etl.months.read.extract import extract
from etl.months.read.recognise import recognise
from etl.months.understood.understand import Understood, understand
from tests.broken_forms import JULY_2023, JULY_2025, RULES
from tests.clean_forms import LAYOUTS, clean, event_of, to_cells
from tests.forms import draw


def read(form: str, number: int, context, change) -> Understood:
    """A clean form of 清丰县 with its cells changed, understood."""
    layout, data = clean(form, number, context)
    sheet = to_cells(draw(layout, data))
    change(sheet)
    return understand(extract(sheet, recognise(sheet, LAYOUTS)), context)


def told(found: Understood, *rules: str) -> list[tuple[str, str]]:
    """Cell and sentence of what was found, of those rules or of all."""
    return [(one.cell, RULES[one.rule].say(one)[0]) for one in found.findings if not rules or one.rule in rules]


def under(text: str):
    """A line of the clerk's own under the table."""

    def change(sheet: SheetCells) -> None:
        row, column = max(row for row, _ in sheet.cells) + 1, min(column for _, column in sheet.cells)
        sheet.cells[row, column] = Cell(text, "text")

    return change


def replaced(old: str, new: str):
    """Other words wherever these stand; they must stand somewhere."""

    def change(sheet: SheetCells) -> None:
        found = {place: cell for place, cell in sheet.cells.items() if old in cell.text}
        assert found, old
        sheet.cells |= {place: Cell(cell.text.replace(old, new), "text") for place, cell in found.items()}

    return change


# The facility form of July 2025 stands from C3 to row 32; a line under it is in C33.
@pytest.mark.parametrize(
    ("line", "cell", "words"),
    [
        ("填报单位：南乐县民政局", "C33", "又写“南乐县民政局”，两处不是同一个单位"),
        ("数据期：2025年6月", "C33", "又写“2025年6月”，对不上"),
        ("报告期：6月", "C33", "又写“6月”，对不上"),
    ],
)
def test_whose_a_form_is_and_its_month_may_not_be_said_twice_in_two_ways(line, cell, words, context):
    found = read("facility", JULY_2025, context, under(line))
    assert found.form is None
    ((at, sentence),) = told(found)
    assert at == cell and words in sentence


@pytest.mark.parametrize(
    "line",
    [
        "填报单位：清丰县",
        "数据期：2025年7月1日—7月31日",
        "统计期：7月",
        "截至2025年7月31日",
        "本表为7月份数据",
        "请于截至8月5日前上报",
    ],
)
def test_the_same_said_again_in_other_words_is_asked_nothing(line, context):
    assert told(read("facility", JULY_2025, context, under(line))) == []


@pytest.mark.parametrize(
    ("line", "month"),
    [
        ("注：数据截至2025年6月30日", "2025年6月30日"), ("此表统计时间截止2024年7月31日", "2024年7月31日"),
        ("本表为6月份数据", "6月"), ("说明：以上为六月数", "六月"),
    ],
)  # fmt: skip
def test_a_sentence_that_dates_the_figures_otherwise_is_told(line, month, context):
    found = read("facility", JULY_2025, context, under(line))
    ((cell, sentence),) = told(found, "E11")
    assert cell == "C33" and f"“{month}”" in sentence and "数据期是2025年7月" in sentence
    assert found.month.month == 7


@pytest.mark.parametrize("line", ["本表数据截至7月20日", "截止到2025年7月25日"])
def test_figures_of_a_day_within_the_month_are_told(line, context):
    ((cell, sentence),) = told(read("facility", JULY_2025, context, under(line)), "E11")
    assert cell == "C33" and sentence.endswith("日的数，不是整月")


def test_an_allowance_form_may_be_dated_by_the_month_of_payment(context):
    # Data of July are paid in August.
    assert told(read("allowance", JULY_2025, context, under("截至2025年8月已全部发放"))) == []


@pytest.mark.parametrize(
    ("form", "old", "new", "words"),
    [
        ("facility", "（2025年7月）", "（2025年7月草稿）", "草稿"), ("facility", "（2025年7月）", "（样表）", "样表"),
        ("facility", "（2025年7月）", "（2025年7月预计）", "预计"), ("facility", "（2025年7月）", "（2025年7月计划）", "计划"),
        ("facility", "清丰县养老", "清丰县新增养老", "新增"), ("platform", "月报表", "季报表", "季报"),
        ("facility", "（2025年7月）", "（2025年7月）（农村）", "(农村)"), ("platform", "月报表", "上月报表", "上月"),
        ("training", "情况表", "情况表（规划）", "规划"), ("training", "情况表", "情况表（不含民办）", "不含"),
        ("platform", "月报表", "周报表", "周报"), ("platform", "月报表（2025年7月）", "年报表（2025年7月）", "年报"),
    ],
)  # fmt: skip
def test_a_title_of_other_figures_than_the_months_is_no_report(form, old, new, words, context):
    found = read(form, JULY_2025, context, replaced(old, new))
    assert [one.words["words"] for one in found.findings if one.rule == "L17"] == [words]


@pytest.mark.parametrize(
    "new", ["（2025年7月上报稿）", "（2025年7月任务完成情况）", "2025年报表（7月）", "（2025年7月计划执行情况）"]
)
def test_a_title_that_only_sounds_like_a_plan_is_a_report(new, context):
    assert told(read("facility", JULY_2025, context, replaced("（2025年7月）", new)), "L17") == []


@pytest.mark.parametrize(
    ("name", "part"), [("清丰县城关镇", "城关镇"), ("城关镇", "城关镇"), ("清丰县农村", "农村"), ("清丰县民办", "民办")]
)
def test_a_title_of_a_part_of_the_unit_is_not_the_units(name, part, context):
    found = read("facility", JULY_2025, context, replaced("清丰县养老", f"{name}养老"))
    ((cell, sentence),) = told(found)
    assert found.form is None and cell == "C3" and f"只是其中的一部分（{part}）" in sentence


@pytest.mark.parametrize(
    "name", ["清丰县各乡镇（街道）", "清丰县居家社区", "清丰县城乡社区", "清丰县公办民办", "清丰县全县"]
)
def test_a_title_of_all_kinds_of_places_is_the_units(name, context):
    assert told(read("facility", JULY_2025, context, replaced("清丰县养老", f"{name}养老"))) == []


@pytest.mark.parametrize(
    "office",
    [
        "清丰县民政局养老服务股", "清丰县民政局办公室", "河南省濮阳市清丰县民政局", "清丰县民政和退役军人局（章）",
        "清丰县党群和社会事务局", "清丰县民政事务局养老服务股",
    ],
)  # fmt: skip
def test_the_section_that_fills_in_a_form_and_the_province_are_no_other_unit(office, context):
    found = read("facility", JULY_2025, context, replaced("清丰县民政局", office))
    assert found.unit.name_zh == "清丰县" and told(found) == []


@pytest.mark.parametrize(
    "office", ["清丰县卫生健康委员会", "清丰县养老服务中心", "清丰县民政局幸福院", "清丰县民政局和南乐县民政局"]
)
def test_another_office_an_institution_and_two_offices_are_nobody(office, context):
    assert read("facility", JULY_2025, context, replaced("清丰县民政局", office)).unit is None


def test_a_form_of_a_township_says_who_reports_for_it(context):
    found = read("facility", JULY_2025, context, replaced("清丰县民政局", "城关镇民政所"))
    ((_, sentence),) = told(found)
    assert sentence == "填报单位“城关镇民政所”是乡镇（街道），月报由县（区）汇总后报"


@pytest.mark.parametrize(
    "line",
    [
        "注：以上均为预计数", "说明：以上数据沿用上月", "注：马庄桥镇未报，数据不全", "备注：部分乡镇未上报", "合计数有误，以明细为准",
        "本月数据与实际不符，下月更正", "注：其中部分为推算数", "数据来源：系统导出（未审核）", "注：床位数含规划床位", "设施数中包含在建2处",
        "注：括号内为上月数", "以上为上年同期数", "数据为1-7月累计", "本表数据为上月底数", "数字待核实",
    ],
)  # fmt: skip
def test_a_sentence_that_says_the_figures_are_not_as_they_stand_is_told(line, context):
    ((cell, sentence),) = told(read("facility", JULY_2025, context, under(line)), "E11")
    assert cell == "C33" and "表外说到数" in sentence


@pytest.mark.parametrize("line",
    [
        "注：床位以民政部门备案为准", "说明：含乡镇敬老院", "注：本月与上月相同", "本表每月5日前报送上月数据", "注：不含在建床位",
        "注：累计完成数自1月1日起计算", "数据已核实，与台账一致", "注：以上数据含城区（2个街道）", "数据为民政、卫健两家汇总",
        "以上数据如有误，请及时联系", "未经审核的报表不得上报",
    ],
)  # fmt: skip
def test_a_sentence_that_explains_is_asked_nothing(line, context):
    assert told(read("facility", JULY_2025, context, under(line))) == []


def test_a_row_of_units_that_contradicts_the_heads_is_refused(context):
    def change(sheet: SheetCells) -> None:
        # The head of the allowance form of 2023 says 元; a row of units, put in under it, says 万元.
        first = min(row for (row, _), cell in sheet.cells.items() if cell.kind == "number")
        moved = {(row + (row >= first), column): cell for (row, column), cell in sheet.cells.items()}
        sheet.cells = moved | {(first, 1): Cell("计量单位", "text"), (first, 2): Cell("人", "text")}
        sheet.cells[first, 7] = Cell("万元", "text")

    ((cell, sentence),) = told(read("allowance", JULY_2023, context, change), "L11")
    assert cell == "H6" and "写作“万元”，应为“元”" in sentence


def test_a_unit_said_twice_is_told_where_the_other_one_stands(context):
    # The heads say 万元 as the line above the table does; the line under it does not.
    (first, *_) = told(read("allowance", JULY_2025, context, under("金额单位：元")), "L11")
    assert first[0] == "A87" and "写作“元”，应为“万元”" in first[1]


@pytest.mark.parametrize(
    ("file_name", "sheet", "told"),
    [
        ("南乐县2025年7月.xlsx", "表一", ["文件名里写的是南乐县"]), ("7月.xlsx", "南乐县", ["工作表名里写的是南乐县"]),
        ("濮阳市清丰县2025年7月.xlsx", "清丰", []), ("清丰县、南乐县7月.xlsx", "表一", []), ("月报.xlsx", "设施", []),
    ],
)  # fmt: skip
def test_a_file_or_sheet_with_the_name_of_another_unit_is_told(file_name, sheet, told, context):
    found = read("facility", JULY_2025, context, lambda cells: setattr(cells, "name", sheet))
    event = dataclasses.replace(event_of(found), file_name=file_name)
    judged = judge([event], context, history={})[0]
    said = [RULES["E11"].say(one)[0] for one in judged.findings if one.rule == "E11"]
    assert judged.state_code == "accepted" and len(said) == len(told)
    assert all(words in sentence and "按清丰县采用" in sentence for words, sentence in zip(told, said, strict=True))


@pytest.mark.parametrize(
    ("file_name", "sheet", "told"),
    [
        ("清丰县2025年6月.xlsx", "表一", ["文件名里写的是2025年6月"]), ("清丰县25年9月月报.xlsx", "表一", ["文件名里写的是2025年9月"]),
        ("清丰县六月份.xlsx", "表一", ["文件名里写的是6月"]), ("清丰县202409.xlsx", "表一", ["文件名里写的是2024年9月"]),
        ("7月.xlsx", "6月", ["工作表名里写的是6月"]), ("清丰县2024年7月.xlsx", "表一", ["文件名里写的是2024年7月"]),
        # The month itself, that of filling (2025-08-02), days, spans, several months and names without any say nothing.
        ("清丰县2025年7月.xlsx", "七月", []), ("8月.xlsx", "表一", []), ("清丰县20250902.xlsx", "表一", []),
        ("9月3日上报.xlsx", "表一", []), ("2025年1-6月.xlsx", "1、2月", []), ("5月改6月.xlsx", "表3", []), ("上半年.xlsx", "第二季度", []),
    ],
)  # fmt: skip
def test_a_file_or_sheet_with_the_name_of_another_month_is_told(file_name, sheet, told, context):
    found = read("facility", JULY_2025, context, lambda cells: setattr(cells, "name", sheet))
    event = dataclasses.replace(event_of(found), file_name=file_name)
    judged = judge([event], context, history={})[0]
    said = [RULES["E11"].say(one)[0] for one in judged.findings if one.rule == "E11"]
    assert judged.state_code == "accepted"
    assert said == [f"{words}，表上是2025年7月的数，按2025年7月采用" for words in told]


@pytest.mark.parametrize("label", ["合计（17个乡镇）", "全县", "清丰县合计", "县合计"])
def test_the_total_has_many_names(label, context):
    def change(sheet: SheetCells) -> None:
        (place,) = (place for place, cell in sheet.cells.items() if cell.text == "合计")
        sheet.cells[place] = Cell(label, "text")

    found = read("allowance", JULY_2025, context, change)
    # The tiers of each township are summed under 小计.
    assert told(found) == [] and found.form.totals["allowance_recipient_count", "total"].value is not None


@pytest.mark.parametrize(
    ("label", "remedy"),
    [("本页小计", "请写“合计”"), ("乡镇合计", "请写“合计”"), ("上年同期", "请删去这一行"), ("城关", "是不是“城关镇”")],
)
def test_a_row_that_is_no_place_is_told_what_to_do_with_it(label, remedy, context):
    found = read("allowance", JULY_2025, context, replaced("城关镇", label))
    (strange,) = (one for one in found.findings if one.rule == "E12")
    assert remedy in RULES["E12"].say(strange)[1]


@pytest.mark.parametrize(
    ("form", "old", "new"),
    [
        ("platform", "登记人数（人）", "登记人数①（人）"), ("platform", "登记人数（人）", "登记人数（人）*"),
        ("facility", "老年助餐点", "老年助餐点¹"), ("facility", "老年助餐点", "老年助餐点②"),
        ("allowance", "80—89周岁", "80周岁—89周岁"), ("allowance", "80—89周岁", "80-89岁老人"),
        ("allowance", "80—89周岁", "80—89"),
    ],
)  # fmt: skip
def test_a_mark_behind_a_label_and_other_words_for_an_age_change_nothing(form, old, new, context):
    found = read(form, JULY_2025, context, replaced(old, new))
    whole = read(form, JULY_2025, context, lambda sheet: None)
    assert told(found) == []
    assert {k: one.value for k, one in found.form.figures.items()} == {
        k: one.value for k, one in whole.form.figures.items()
    }


@pytest.mark.parametrize("age", ["80岁以上", "80—90周岁", "79-89岁", "80+"])
def test_another_age_is_no_tier(age, context):
    assert told(read("allowance", JULY_2025, context, replaced("80—89周岁", age)), "L9")


def test_a_heading_among_the_townships_is_no_township(context):
    def change(sheet: SheetCells) -> None:
        first = min(row for (row, _), cell in sheet.cells.items() if cell.kind == "number")
        moved = {(row + (row >= first), column): cell for (row, column), cell in sheet.cells.items()}
        sheet.cells = moved | {(first, 1): Cell("一、镇", "text")}

    found = read("allowance", JULY_2023, context, change)
    assert told(found) == [] and judge([event_of(found)], context, history={})[0].state_code == "accepted"


def test_several_parts_in_brackets_are_a_note_as_one_is(context):
    def change(sheet: SheetCells) -> None:
        place = next(place for place, cell in sheet.cells.items() if cell.text == "老年助餐点")
        sheet.cells[place[0], place[1] + 2] = Cell("70（其中：特困3人，低保2人）", "text")

    found = read("facility", JULY_2025, context, change)
    (figure,) = (one for key, one in found.form.figures.items() if key[1] == "meal_site_count")
    # 40 + 30 months: the clean form says 70.
    assert (figure.value, figure.note) == (70, "其中:特困3人,低保2人")


@pytest.mark.parametrize("words", ["其中：特困30人，低保72人", "其中：特困3人，另约5人"])
def test_parts_in_brackets_that_cannot_be_parts_are_refused(words, context):
    def change(sheet: SheetCells) -> None:
        place = next(place for place, cell in sheet.cells.items() if cell.text == "老年助餐点")
        sheet.cells[place[0], place[1] + 2] = Cell(f"70（{words}）", "text")

    assert [rule for rule in ("E9", "E7") if told(read("facility", JULY_2025, context, change), rule)]


def test_a_unit_said_in_a_sentence_of_its_own_is_held_against_the_heads(context):
    # The heads of 2023 say 元.
    first, *_ = told(read("allowance", JULY_2023, context, under("注：金额单位为千元")), "L11")
    assert "写作“千元”，应为“元”" in first[1]


def relabelled(old: str, new: str):
    """One label of the tables instead of another; it must stand somewhere."""

    def change(sheet: SheetCells) -> None:
        (place, *_) = [place for place, cell in sorted(sheet.cells.items()) if cell.text == old]
        sheet.cells[place] = Cell(new, "text")

    return change


@pytest.mark.parametrize(
    ("form", "number", "old", "new"),
    [
        ("facility", JULY_2025, "数量", "上月数量"), ("facility", JULY_2025, "数量", "数量（规划）"),
        ("platform", JULY_2025, "服务工单", "服务工单（累计）"), ("platform", JULY_2025, "服务量", "去年服务量"),
        ("platform", JULY_2025, "各环节", "各环节同比"), ("allowance", JULY_2023, "停发情况", "停发情况（1—7月）"),
        ("allowance", JULY_2023, "停发人数", "累计停发人数"), ("allowance", JULY_2025, "停发情况", "上月停发情况"),
    ],
)  # fmt: skip
def test_a_label_over_a_group_that_makes_other_figures_of_them_is_refused(form, number, old, new, context):
    found = read(form, number, context, relabelled(old, new))
    assert [one.words["words"] for one in found.findings if one.rule == "L17"] == [new]


@pytest.mark.parametrize(
    ("form", "number", "old", "new"),
    [
        ("facility", JULY_2025, "数量", "数量合计"), ("platform", JULY_2025, "服务工单", "工单情况"),
        ("platform", JULY_2025, "各环节", "各环节实际数"), ("allowance", JULY_2023, "停发情况", "二、停发情况"),
    ],
)  # fmt: skip
def test_a_group_called_otherwise_is_read_by_the_labels_under_it(form, number, old, new, context):
    assert told(read(form, number, context, relabelled(old, new))) == []


@pytest.mark.parametrize(
    ("form", "number", "old", "new", "said"),
    [
        ("facility", JULY_2025, "敬老院", "敬老院（元）", "写作“元”，应为“"),
        ("facility", JULY_2025, "本月数", "本月数（千元）", "写作“千元”，应为“计量单位一栏所写的”"),
        # The heads under it say 人 and 元.
        ("allowance", JULY_2023, "补发", "补发（千元）", "写作“千元”，应为“"),
    ],
)
def test_a_unit_in_a_label_that_contradicts_another_is_told(form, number, old, new, said, context):
    first, *_ = told(read(form, number, context, relabelled(old, new)), "L11")
    assert said in first[1]
