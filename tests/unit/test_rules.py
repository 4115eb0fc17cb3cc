"""Every declared rule, with a form it catches and a clean one it does not; seeded faults and false alarms."""

import copy
import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest
import xlsxwriter

from etl.months.accepted.accept import FORM_RULES, SERIES_RULES, check_form, judge, mark_duplicates, order
from etl.months.findings import load_rules
from etl.months.model import Figure, MonthState
from etl.months.month_frames import make_context
from etl.months.read.cells import Cell, SheetCells
from etl.months.read.extract import extract
from etl.months.read.files import parse_read, read_one
from etl.months.read.recognise import recognise
from etl.months.rules import FUNCTIONS
from etl.months.rules.cells import ORDER
from etl.months.rules.cross import city_against_its_units, unlike_the_others
from etl.months.rules.money import amount_per_head
from etl.months.rules.series import jump_limit
from etl.months.understood.understand import understand
from tests.clean_forms import (
    FORMS,
    LAYOUTS,
    UNIT,
    clean,
    event_of,
    figures,
    judged_months,
    layout_of,
    month_of,
    to_cells,
)
from tests.forms import FormData, Paper, draw
from tests.unit.test_sheets import REFUSED

RULES = load_rules()
JULY_2025, JULY_2023 = 30, 6
"""Numbers of months: one in each version of the forms."""


@pytest.fixture(scope="module")
def context(catalog):
    return make_context(catalog)


@dataclass
class Case:
    """How to break one rule. `change` soils the figures before, `cells` the sheet after drawing; `before` is how many
    clean months stand accepted; `earlier` soils them too."""

    form: str
    number: int = JULY_2025
    change: Callable[[FormData], None] | None = None
    cells: Callable[[SheetCells, Paper], None] | None = None
    before: int = 0
    earlier: Callable[[FormData], None] | None = None
    layout: str = ""
    city: str = ""
    says: str = ""
    clean: "Case | None" = field(default=None)


def place(paper: Paper, code: str, label: str | None = None) -> tuple[int, int]:
    """Row and column of a figure, of the first row that has it when no label is given."""
    cell = next(cell for (row, _, one), cell in paper.places.items() if one == code and label in (None, row))
    letters = cell.rstrip("0123456789")
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - 64
    return int(cell[len(letters) :]) - 1, column - 1


def put(code: str, value: object) -> Callable[[FormData], None]:
    """Another figure in the unit's own row (and in its total row, as a clerk copies it)."""

    def change(data: FormData) -> None:
        for values in data.rows.values():
            if code in values:
                values[code] = value

    return change


def more(code: str, added: float) -> Callable[[FormData], None]:
    """A figure larger by so much."""

    def change(data: FormData) -> None:
        for values in data.rows.values():
            if code in values:
                values[code] = values[code] + added

    return change


def cell(code: str, text: str, kind: str) -> Callable[[SheetCells, Paper], None]:
    """A cell with another text and kind."""

    def change(sheet: SheetCells, paper: Paper) -> None:
        sheet.cells[place(paper, code)] = Cell(text, kind)

    return change


def relabel(old: str, new: str) -> Callable[[FormData], None]:
    """A row under another name."""

    def change(data: FormData) -> None:
        data.rows = {(new if label == old else label, tier): values for (label, tier), values in data.rows.items()}

    return change


def entry(key: str, text: str) -> Callable[[FormData], None]:
    def change(data: FormData) -> None:
        data.entries[key] = text

    return change


def both(*changes: Callable[[FormData], None]) -> Callable[[FormData], None]:
    def change(data: FormData) -> None:
        for one in changes:
            one(data)

    return change


def more_recipients(count: int, tier: str = "age_80_89", standard: int = 50) -> Callable[[FormData], None]:
    """More people in one township, with everything that follows from it."""

    def change(data: FormData) -> None:
        for (label, row_tier), values in data.rows.items():
            if label not in ("城关镇", "合计") or row_tier not in (tier, "total"):
                continue
            values["allowance_recipient_count"] += count
            values["allowance_paid_yuan"] = round(values["allowance_paid_yuan"] + count * standard / 10_000, 4)

    return change


def drop_row(label: str) -> Callable[[FormData], None]:
    """A township left out of the form, and of the total."""

    def change(data: FormData) -> None:
        lost = {tier: values for (row, tier), values in data.rows.items() if row == label}
        data.rows = {key: values for key, values in data.rows.items() if key[0] != label}
        for tier, values in lost.items():
            for code, value in values.items():
                data.rows["合计", tier][code] = round(data.rows["合计", tier][code] - value, 4)

    return change


def in_ten_thousands(data: FormData) -> None:
    """All amounts in 万元 where the form wants 元."""
    for values in data.rows.values():
        for code in values:
            if "_yuan" in code:
                values[code] = round(values[code] / 10_000, 2)


def township_twice(sheet: SheetCells, paper: Paper) -> None:
    row, _ = place(paper, "allowance_recipient_count:age_80_89", "城关镇")
    for (r, column), value in list(sheet.cells.items()):
        if r == row + 1 and column == 1:
            sheet.cells[r, column] = Cell("城关镇", value.kind)


def merged_figure(sheet: SheetCells, paper: Paper) -> None:
    row, column = place(paper, "institution_bed_count")
    del sheet.cells[row, column + 1]
    sheet.merges.append((row, column, row, column + 1))


def unnamed_row(sheet: SheetCells, paper: Paper) -> None:
    row, _ = place(paper, "allowance_recipient_count:age_80_89", "城关镇")
    del sheet.cells[row, 1]


def blank(*codes: str) -> Callable[[SheetCells, Paper], None]:
    def change(sheet: SheetCells, paper: Paper) -> None:
        for code in codes:
            del sheet.cells[place(paper, code)]

    return change


def to_unit(name: str) -> Callable[[FormData], None]:
    def change(data: FormData) -> None:
        data.unit = name
        data.rows = {
            (name if label == "清丰县" else label, tier): values for (label, tier), values in data.rows.items()
        }

    return change


def printed_before(code: str, value: int) -> Callable[[FormData], None]:
    def change(data: FormData) -> None:
        data.besides[code]["previous"] = value

    return change


def wrong_unit(sheet: SheetCells, paper: Paper) -> None:
    row, column = place(paper, "care_bed_count")
    sheet.cells[row, column - 1] = Cell("万元", "text")


def all_visited(data: FormData) -> None:
    values = figures(data)
    values["visited_count"] = values["visit_due_count"]
    if "monthly_visit_rate" in values:
        values["monthly_visit_rate"] = 100


def nobody_died(data: FormData) -> None:
    stops = data.rows["", ""]
    stops["allowance_stopped_count"] -= stops["allowance_stopped_count:reason_death"]
    stops["allowance_stopped_count:reason_death"] = 0


def rush(data: FormData) -> None:
    """Twice the orders in one month, with a word for it: without one they would be held and never compared."""
    more("order_placed_count", 2500)(data)
    data.notes["清丰县", ""] = "已点单：敬老月集中服务"


SEPTEMBER_2025, OCTOBER_2025 = 32, 33

CASES: dict[str, Case] = {
    "V1": Case("facility", cells=cell("meal_site_count", "#DIV/0!", "error"), says="错误值 #DIV/0!"),
    "V2": Case("facility", cells=cell("meal_site_count", "=C5+1", "formula"), says="没有计算结果"),
    "V3": Case("facility", JULY_2023, cells=merged_figure, says="不能同时属于两项"),
    "V4": Case("facility", cells=blank("meal_site_count", "family_bed_count"), says="有2格空着"),
    "V5": Case("facility", before=1, change=printed_before("meal_site_count", 60), says="已收 69"),
    "E1": Case("allowance", JULY_2023, change=in_ten_thousands, says="疑丢或多一个“万”"),
    "E2": Case("training", before=1, change=more("training_person_times_month", 5), says="加本月"),
    "E3": Case("allowance", JULY_2023, change=relabel("城关镇", "濮阳市"), says="“濮阳市”（濮阳市）一行"),
    "E4": Case(
        "allowance", JULY_2023, says="相差 1",
        change=lambda data: data.rows["合计", ""].update(
            {"allowance_recipient_count:age_100_plus": data.rows["合计", ""]["allowance_recipient_count:age_100_plus"] + 1}
        ),
    ),
    "E5": Case("facility", change=more("nursing_bed_share", 0.36), says="应为"),
    "E6": Case("training", change=more("training_task_rate", -20), says="相差超过0.5个百分点"),
    "E7": Case("platform", change=put("enrolled_count", "10万余"), says="是约数"),
    "E8": Case("platform", change=put("smart_platform_count", "1+6"), says="按 7 采用"),
    "E9": Case("facility", change=put("meal_site_count", "2O"), says="疑为0"),
    "E10": Case("facility", cells=cell("meal_site_count", "1900-02-14", "date"), says="是日期"),
    "E11": Case("facility", change=put("community_day_care_count", "12（含在建2）"), says="按 12 采用"),
    "E12": Case("allowance", JULY_2023, change=relabel("城关镇", "城关"), says="“城关”不是清丰县的乡镇"),
    "E13": Case("platform", before=1, says="与2025年6月逐项相同"),
    "E14": Case("facility", before=1, change=put("township_home_count", 15), says="由 16 减为 15"),
    "E15": Case("facility", change=put("meal_site_count", "202205191."), says="粘连"),
    "E16": Case("allowance", JULY_2023, change=relabel("城关镇", "昆吾街道"), says="属于濮阳经济技术开发区"),
    "E17": Case("facility", cells=cell("meal_site_count", "4.10922E+17", "text"), says="科学计数"),
    "E18": Case("facility", before=1, says="没有更正说明"),
    "C1": Case("facility", change=more("care_bed_count", 1), says="相加是"),
    "C2": Case("facility", change=more("nursing_bed_count", 900), says="大于“"),
    "C3": Case("training", SEPTEMBER_2025, before=1, change=put("training_person_times", 200), says="变为 200"),
    "C4": Case("training", change=more("training_people", 100), says="少于"),
    "C5": Case("platform", change=more("order_rated_count", 2000), says="前一环节"),
    "C6": Case("facility", change=more("visited_count", 100), says="大于“"),
    "C7": Case("facility", change=put("meal_site_count", -3), says="是负数"),
    "C8": Case(
        "allowance", JULY_2023, says="应为",
        change=lambda data: [
            data.rows[label, ""].update({code: data.rows[label, ""][code] + 50})
            for label in ("城关镇", "合计")
            for code in ("allowance_paid_yuan:age_80_89", "allowance_paid_yuan")
        ],
    ),
    "C9": Case("facility", change=entry("filled_on", "2025年6月3日"), says="早于数据期2025年7月"),
    "C10": Case("allowance", JULY_2023, cells=township_twice, says="“城关镇”报了两次"),
    "S1": Case("allowance", change=more_recipients(10_000), says="80岁及以上2020年常住"),
    "S2": Case("platform", before=1, change=put("enrolled_count", 121_558), says="121,557"),
    "S3": Case("facility", before=1, change=put("community_day_care_count", 15), says="多于社区 14 个（2021年）"),
    "S4": Case("facility", before=1, change=put("meal_site_count", 100), says="+44.9%"),
    "S5": Case("facility", before=2, change=all_visited, earlier=all_visited, says="连续3个月恰为100%"),
    "S6": Case("allowance", SEPTEMBER_2025, before=2, change=nobody_died, earlier=nobody_died, says="一个也没有"),
    "S7": Case("allowance", before=1, change=more_recipients(900), says="新增过多"),
    "S8": Case("facility", change=both(to_unit("河南濮阳工业园区"), put("village_home_count", 3)), says="没有行政村",
               clean=Case("facility", change=both(to_unit("河南濮阳工业园区"), put("village_home_count", "—"),
                                                  put("village_home_operating_count", "—")))),
    "S11": Case("platform", OCTOBER_2025, before=2, says="疑为季末突击",
                earlier=lambda data: data.month.month == 9 and rush(data)),
    "S12": Case("training", before=1, change=both(more("training_person_times", 900),
                                                  more("training_person_times_month", 900)), says="日均"),
    "L8": Case("training", layout="training_2023", says="已不用于这个月"),
    "L9": Case("allowance", cells=lambda sheet, paper: sheet.cells.update({(8, 1): Cell("85岁以上", "text")}),
               says="85岁以上"),
    "L10": Case("allowance", JULY_2023, cells=unnamed_row, says="没有写名称"),
    "L11": Case("facility", cells=wrong_unit, says="应为“张”"),
    "L12": Case("allowance", change=drop_row("马庄桥镇"), says="缺1个乡镇（街道）的行：马庄桥镇"),
}  # fmt: skip
"""One way to break each rule that looks at a form; the others have tests of their own below."""


def found_by(case: Case, context, *, is_clean: bool = False):
    """Findings on the last form of a case; `is_clean` leaves everything unchanged."""
    history: dict = {}
    judged = []
    for number in range(case.number - case.before, case.number + 1):
        is_last = number == case.number
        layout, data = clean(case.form, number, context)
        if case.layout and not is_clean:
            layout = LAYOUTS[case.layout]
            data = replace(clean(case.form, JULY_2023, context)[1], month=month_of(number))
        change = case.change if is_last else case.earlier
        if change and not is_clean:
            change(data)
        paper = draw(layout, data)
        sheet = to_cells(paper)
        if is_last and case.cells and not is_clean:
            case.cells(sheet, paper)
        raw = extract(sheet, recognise(sheet, LAYOUTS))
        judged += judge([event_of(understand(raw, context))], context, history=history)
    return judged[-1]


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
    judged = _judge(layout, data, context, copy.copy(history))
    assert {finding.rule for finding in judged.findings} == {"E13"}
    assert judged.figures[UNIT, "service_person_times", "total"].status == "withheld"
    data.notes["清丰县", ""] = "平台停机检修，工单与上月相同"
    explained = _judge(layout, data, context, copy.copy(history))
    assert explained.findings == []
    assert explained.figures[UNIT, "service_person_times", "total"].note == "平台停机检修，工单与上月相同"


def _judge(layout, data, context, history, **event):
    sheet = to_cells(draw(layout, data))
    raw = extract(sheet, recognise(sheet, LAYOUTS))
    (judged,) = judge([event_of(understand(raw, context), **event)], context, history=history)
    return judged


def test_a_changed_figure_without_a_reason_is_returned_and_the_first_report_stands(context):
    history: dict = {}
    judged_months("facility", range(JULY_2025, JULY_2025 + 1), context, history)
    layout, data = clean("facility", JULY_2025, context)
    more("meal_site_count", 1)(data)
    silent = _judge(layout, data, context, history)
    assert [finding.rule for finding in silent.findings] == ["E18"]
    assert "这次改了1个数（F28 老年助餐点数 70→71）" in RULES["E18"].say(silent.findings[0])[0]
    assert silent.state_code == "returned"
    assert history[month_of(JULY_2025)].figures[UNIT, "meal_site_count", "total"].value == 70
    data.entries["correction"] = "漏报一处"
    reasoned = _judge(layout, data, context, history)
    assert (reasoned.state_code, reasoned.findings) == ("corrected", [])
    assert [(key[1], old.value, new.value) for key, old, new in reasoned.changed] == [("meal_site_count", 70, 71)]


def test_a_stated_correction_may_lower_a_cumulative_figure(context):
    case = CASES["C3"]
    layout, data = clean("training", SEPTEMBER_2025, context)
    case.change(data)
    put("training_people", 180)(data)
    put("certificate_count", 50)(data)
    data.entries["correction"] = "核减重复登记"
    history: dict = {}
    judged_months("training", range(SEPTEMBER_2025 - 1, SEPTEMBER_2025), context, history)
    judged = _judge(layout, data, context, history)
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
    "V6": "test_intake_faults",
    "V7": "test_intake_faults",
    "E19": "test_moved_figures",
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


@pytest.fixture(scope="module")
def years(context):
    """36 clean months of each form, judged, with the history before each month."""
    found = {}
    for form in FORMS:
        history: dict = {}
        judged = []
        before = []
        for number in range(36):
            before.append(dict(history))
            judged += judged_months(form, range(number, number + 1), context, history)
        found[form] = (judged, before)
    return found


@pytest.mark.bar("DQ8")
def test_three_clean_years_raise_no_alarm_and_the_rate_is_printed(years, capsys):
    judged = [one for form in FORMS for one in years[form][0]]
    blocking = [f for one in judged for f in one.findings if RULES[f.rule].severity == "blocking"]
    others = [finding for one in judged for finding in one.findings]
    count = sum(not figure.is_check for one in judged for figure in one.figures.values())
    with capsys.disabled():
        print(f"\nfalse alarms: {len(others)} in {len(judged)} clean forms, {count} figures")
    assert blocking == []
    assert len(others) == 0
    assert {one.state_code for one in judged} == {"accepted"}


def seeded(form: str, number: int, change, context, years):
    """The judgement of a soiled form after its clean history."""
    layout, data = clean(form, number, context)
    change(data)
    return _judge(layout, data, context, dict(years[form][1][number]))


def stopped(judged) -> bool:
    """Whether a fault kept something out: the form returned, or a figure held."""
    return judged.state_code == "returned" or any(RULES[f.rule].severity == "hold" for f in judged.findings)


def value_codes(form: str, number: int) -> list[str]:
    layout = layout_of(form, month_of(number))
    return [one.code for block in layout.blocks for one in block.fields if one.role == "value"]


FAULTS = {
    "ten times too much": lambda value: value * 10,
    "ten thousand times too much": lambda value: value * 10_000,
    "a lost 万": lambda value: value / 10_000,
    "a lost 万, rounded": lambda value: round(value / 10_000) if abs(value) >= 30_000 else value / 10_000,
    "the sign": lambda value: -value,
}


@pytest.mark.bar("DQ8")
@pytest.mark.parametrize("number", [16, JULY_2025])
@pytest.mark.parametrize("form", FORMS)
def test_every_seeded_fault_in_every_figure_is_caught(form, number, context, years):
    missed = []
    for fault, spoil in FAULTS.items():
        for code in value_codes(form, number):
            touched = []

            def change(data, code=code, spoil=spoil, touched=touched):
                # One row of the table and its total, as a clerk who works the total out again would leave them.
                for (label, tier), values in data.rows.items():
                    value = values.get(code)
                    if isinstance(value, int | float) and value and label in ("", "清丰县", "合计"):
                        values[code] = spoil(value)
                        touched.append((label, tier))

            judged = seeded(form, number, change, context, years)
            if touched and not stopped(judged):
                missed.append((fault, code))
    assert missed == []


@pytest.mark.bar("DQ8")
@pytest.mark.parametrize("number", [16, JULY_2025])
@pytest.mark.parametrize("form", FORMS)
def test_last_month_sent_again_is_caught(form, number, context, years):
    def change(data):
        before = clean(form, number - 1, context)[1]
        data.rows = copy.deepcopy(before.rows)

    assert stopped(seeded(form, number, change, context, years))


SWAPS = {
    "facility": [("nursing_bed_count", "institution_bed_count"), ("visited_count", "visit_due_count")],
    "training": [("training_person_times", "training_people"), ("training_people", "certificate_count")],
    "platform": [("order_placed_count", "order_rated_count"), ("enrolled_count", "active_person_count")],
    "allowance": [("allowance_recipient_count", "allowance_paid_yuan")],
}


@pytest.mark.parametrize("number", [16, JULY_2025])
@pytest.mark.parametrize("form", FORMS)
def test_exchanged_columns_are_caught(form, number, context, years):
    for first, second in SWAPS[form]:

        def change(data, first=first, second=second):
            for values in data.rows.values():
                if first in values and second in values:
                    values[first], values[second] = values[second], values[first]

        assert stopped(seeded(form, number, change, context, years)), (first, second)


def test_the_row_of_totals_sent_as_a_place_is_caught(context, years):
    def change(data):
        data.rows = {("全县情况" if label == "合计" else label, tier): v for (label, tier), v in data.rows.items()}

    for number in (16, JULY_2025):
        assert stopped(seeded("allowance", number, change, context, years))


def test_the_month_in_place_of_the_year_so_far_is_caught(context, years):
    def change(data):
        for code in ("training_person_times", "training_people", "certificate_count"):
            put(code, {"training_person_times": 41, "training_people": 37, "certificate_count": 13}[code])(data)

    for number in (16, JULY_2025):
        assert stopped(seeded("training", number, change, context, years))


@pytest.mark.bar("ET6")
def test_a_jump_needs_a_word_by_xmr_from_twelve_points_and_by_thirty_per_cent_before(context, years):
    # Eleven points, all 100: a step to 131 is more than 30 per cent, one to 129 is not.
    assert jump_limit(context, [100.0] * 11, 131) == "超过±30%"
    assert jump_limit(context, [100.0] * 11, 129) == ""
    # Thirteen points growing by one per cent with a little noise: the twelve changes lie within a few per cent, so
    # that a step of 12 per cent leaves the limits although it is under 30.
    past = [100 * 1.01**n * (1 + 0.005 * (n % 2)) for n in range(13)]
    assert jump_limit(context, past, past[-1] * 1.12).startswith("超出近13个月的波动范围")
    # A series that swings by 40 per cent every month may swing again.
    swinging = [100.0, 140.0] * 7
    assert jump_limit(context, swinging, 100.0) == ""
    # Without a word the figure is withheld; with one it is taken, and the words travel with it.
    silent = seeded("facility", 20, put("meal_site_count", 120), context, years)
    key = (UNIT, "meal_site_count", "total")
    assert (silent.state_code, silent.figures[key].status, silent.figures[key].value) == ("accepted", "withheld", None)
    assert silent.figures[key].raw == "120"

    def explained(data):
        put("meal_site_count", 120)(data)
        data.notes["清丰县", ""] = "助餐点并入学校食堂60处"

    told = seeded("facility", 20, explained, context, years)
    assert (told.figures[key].value, told.figures[key].note, told.findings) == (120, "助餐点并入学校食堂60处", [])
    # Words given afterwards, on the desk, do the same.
    later = replace(context, explanations={(key, month_of(20)): "并入学校食堂60处"})
    layout, data = clean("facility", 20, context)
    put("meal_site_count", 120)(data)
    judged = _judge(layout, data, later, dict(years["facility"][1][20]))
    assert (judged.figures[key].value, judged.figures[key].note) == (120, "并入学校食堂60处")
