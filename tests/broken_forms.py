"""Ways to break a clean form, one for each rule that looks at forms; forms soiled so are judged as received ones are."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from etl.months.accepted.accept import judge
from etl.months.findings import load_rules
from etl.months.read.cells import Cell, SheetCells
from etl.months.read.extract import extract
from etl.months.read.recognise import recognise
from etl.months.understood.understand import understand
from tests.clean_forms import (
    LAYOUTS,
    clean,
    event_of,
    figures,
    month_of,
    to_cells,
)
from tests.forms import FormData, Paper, draw

RULES = load_rules()


JULY_2025, JULY_2023 = 30, 6
"""Numbers of months: one in each version of the forms."""


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


def everything(value: object) -> Callable[[FormData], None]:
    """The same in every cell of every row."""

    def change(data: FormData) -> None:
        for values in data.rows.values():
            values.update(dict.fromkeys(values, value))

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
    "E23": Case("platform", change=everything(0), says="11个数都是0或“不适用”"),
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


def judged_as(layout, data, context, history, **event):
    sheet = to_cells(draw(layout, data))
    raw = extract(sheet, recognise(sheet, LAYOUTS))
    (judged,) = judge([event_of(understand(raw, context), **event)], context, history=history)
    return judged
