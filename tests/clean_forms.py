"""Clean forms of one county, month by month: every identity holds, so that each test can break exactly one of them."""

import datetime as dt
from collections.abc import Callable

from etl.months.accepted.accept import Event, Judged, judge, order
from etl.months.model import Context, History
from etl.months.read.cells import Cell, SheetCells
from etl.months.read.extract import RawForm, extract
from etl.months.read.layouts import Layout, load_layouts
from etl.months.read.recognise import recognise
from etl.months.understood.understand import Understood, understand
from tests.forms import FormData, Paper, draw, next_month

UNIT, UNIT_ZH = "qingfeng", "清丰县"
FIRST = dt.date(2023, 1, 1)
LAYOUTS = load_layouts()
STANDARDS = {"age_80_89": 50, "age_90_99": 100, "age_100_plus": 300}
"""濮阳's standards since 2019, from the plan: 50, 100 and 300 yuan a month."""

FORMS = ("facility", "training", "platform", "allowance")


def month_of(number: int) -> dt.date:
    """The month of that number; 0 is 2023-01."""
    return next_month(FIRST, number)


def layout_of(form: str, month: dt.date) -> Layout:
    """The version of a form to use in a month."""
    return next(one for one in LAYOUTS.values() if one.form_code == form and one.valid_in(month))


def clean(form: str, number: int, context: Context) -> tuple[Layout, FormData]:
    """A form of 清丰县 that breaks no rule, and its layout."""
    month = month_of(number)
    layout = layout_of(form, month)
    makers = {"facility": _facility, "training": _training, "platform": _platform, "allowance": _allowance}
    return layout, makers[form](layout, number, month, context)


def _data(layout: Layout, month: dt.date, values: dict) -> FormData:
    block = layout.blocks[0]
    label = "" if block.orientation == "items" else UNIT_ZH
    rows = {(label, ""): values}
    if block.total_row == "above":
        rows = {("合计", ""): dict(values), **rows}
    elif block.total_row == "below":
        rows[("合计", "")] = dict(values)
    return FormData(UNIT_ZH, month, rows)


def figures(data: FormData) -> dict:
    """The row of the unit itself in a form with one row, to be changed in place."""
    return next(values for (label, _), values in data.rows.items() if label != "合计")


def _percent(part: float, whole: float) -> float:
    return round(part / whole * 100, 2)


def _facility_values(number: int) -> dict:
    public, private, community = 400 + 2 * number, 500 + 3 * number, 800 + 4 * number
    institution = public + private
    nursing, residents = 420 + 3 * number, 380 + number + number % 7
    due = 1500 + number * 7 % 13
    visited = due - 10 - number * 5 % 7
    return {
        "county_destitute_facility_count": 1, "township_home_count": 16, "regional_centre_count": 6,
        "street_centre_count": 1, "community_day_care_count": 12, "community_day_care_operating_count": 10,
        "village_home_count": 370, "village_home_operating_count": 250 + number % 5,
        "community_home_care_centre_count": "—", "meal_site_count": 40 + number,
        "care_institution_count": 12, "public_institution_count": 5, "private_institution_count": 7,
        "care_bed_count": institution + community, "institution_bed_count": institution,
        "public_bed_count": public, "private_bed_count": private, "nursing_bed_count": nursing,
        "nursing_bed_share": _percent(nursing, institution), "community_bed_count": community,
        "family_bed_count": 20 + number, "institution_resident_count": residents,
        "occupancy_rate": _percent(residents, institution), "visit_due_count": due, "visited_count": visited,
        "monthly_visit_rate": _percent(visited, due),
    }  # fmt: skip


def _facility(layout: Layout, number: int, month: dt.date, context: Context) -> FormData:
    known = {one.code for one in layout.blocks[0].fields}
    data = _data(layout, month, {code: v for code, v in _facility_values(number).items() if code in known})
    if layout.blocks[0].orientation == "items":
        before = _facility_values(number - 1)
        data.besides = {code: {"previous": before[code]} for code in known}
    return data


def _year_to_date(number: int, monthly: int) -> int:
    month = number % 12 + 1
    return sum(monthly + (number - back) % 3 for back in range(month))


def _training(layout: Layout, number: int, month: dt.date, context: Context) -> FormData:
    times, people, certificates = (_year_to_date(number, monthly) for monthly in (40, 36, 12))
    january = number % 12 == 0
    before = [0 if january else _year_to_date(number - 1, monthly) for monthly in (40, 36, 12)]
    values = {
        "training_person_times": times, "training_people": people, "certificate_count": certificates,
        "social_worker_count": 60 + number // 6, "training_task": 480,
        "training_person_times_month": times - before[0], "training_people_month": people - before[1],
        "certificate_count_month": certificates - before[2], "training_task_rate": _percent(times, 480),
    }  # fmt: skip
    known = {one.code for one in layout.blocks[0].fields}
    data = _data(layout, month, {code: value for code, value in values.items() if code in known})
    if layout.blocks[0].orientation == "items":
        data.besides = {"training_person_times": {"task": 480, "share": _percent(times, 480)}}
    else:
        data.entries["data_period"] = f"{month.year}年1—{month.month}月" if month.month > 1 else f"{month.year}年1月"
    return data


def _served(number: int) -> int:
    return 2000 + number * 53 % 150


def _platform(layout: Layout, number: int, month: dt.date, context: Context) -> FormData:
    placed = 2500 + number * 41 % 120
    dispatched, accepted = placed - 60, placed - 200 - number % 5
    completed, rated = accepted - 90, accepted // 2
    satisfied = rated - 15 - number % 3
    values = {
        "smart_platform_count": 1, "enrolled_count": 100_000 + 300 * number + number % 9,
        "active_person_count": 1500 + number * 37 % 90, "service_person_times": _served(number),
        "service_person_times_total": 80_000 + sum(_served(each) for each in range(number + 1)),
        "order_placed_count": placed, "order_dispatched_count": dispatched, "order_accepted_count": accepted,
        "order_completed_count": completed, "order_rated_count": rated, "order_satisfied_count": satisfied,
        "dispatch_rate": _percent(dispatched, placed), "acceptance_rate": _percent(accepted, dispatched),
        "completion_rate": _percent(completed, accepted), "rating_rate": _percent(rated, completed),
        "satisfaction_rate": _percent(satisfied, rated),
    }  # fmt: skip
    known = {one.code for one in layout.blocks[0].fields}
    return _data(layout, month, {code: value for code, value in values.items() if code in known})


def allowance_tiers(number: int, place: int) -> dict[str, dict[str, int]]:
    """One township's persons and yuan by tier."""
    people = {
        "age_80_89": 700 + 5 * place + 2 * number,
        "age_90_99": 60 + place + number // 3,
        "age_100_plus": 6 + place % 3,
    }
    tiers = {}
    for tier, count in people.items():
        owed = 2 if tier == "age_80_89" and (number + place) % 3 == 0 else 0
        back = 1 if tier == "age_80_89" and (number + place) % 4 == 0 else 0
        tiers[tier] = {
            "allowance_recipient_count": count,
            "allowance_arrears_person_count": owed,
            "allowance_arrears_yuan": owed * 50,
            "allowance_recovered_person_count": back,
            "allowance_recovered_yuan": back * 50,
            "allowance_paid_yuan": count * STANDARDS[tier] + owed * 50 - back * 50,
        }
    tiers["total"] = {name: sum(tier[name] for tier in tiers.values()) for name in tiers["age_80_89"]}
    return tiers


def _allowance(layout: Layout, number: int, month: dt.date, context: Context) -> FormData:
    names = list(context.book.townships[UNIT].values())
    tables = {name: allowance_tiers(number, place) for place, name in enumerate(names)}
    tables["合计"] = {
        tier: {code: sum(table[tier][code] for table in tables.values()) for code in tables[names[0]][tier]}
        for tier in tables[names[0]]
    }
    if layout.blocks[0].total_row == "above":
        tables = {"合计": tables.pop("合计"), **tables}
    rows: dict[tuple[str, str], dict] = {}
    for name, table in tables.items():
        if layout.blocks[0].tiers:
            for tier, values in table.items():
                rows[name, tier] = {code: _written(code, value) for code, value in values.items()}
        else:
            rows[name, ""] = {
                code if tier == "total" else f"{code}:{tier}": value
                for tier, values in table.items()
                for code, value in values.items()
            }
    total = tables["合计"]["total"]["allowance_recipient_count"]
    deaths = round(total * 0.009)
    stops = {"reason_death": deaths, "reason_moved": 2, "reason_unverified": 0, "reason_other": 1}
    rows["", ""] = {f"allowance_stopped_count:{reason}": count for reason, count in stops.items()}
    rows["", ""]["allowance_stopped_count"] = sum(stops.values())
    return FormData(UNIT_ZH, month, rows)


def _written(code: str, value: int) -> float | int:
    """Yuan as the 2025 version writes them, in 万元 with four decimals."""
    return round(value / 10_000, 4) if code.endswith("_yuan") else value


def to_cells(paper: Paper) -> SheetCells:
    """The sheet as it would be read from a workbook, without writing one."""
    kinds = {int: "number", float: "number", dt.date: "date"}
    cells = {}
    for place, value in paper.cells.items():
        if value is None or value == "":
            continue
        text = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
        cells[place] = Cell(text, kinds.get(type(value), "text"))
    return SheetCells(paper.name, cells=cells, merges=list(paper.merges))


def read_paper(paper: Paper) -> RawForm:
    """The form on a paper, as extracted."""
    sheet = to_cells(paper)
    found = recognise(sheet, LAYOUTS)
    assert found is not None, "no form was recognised"
    return extract(sheet, found)


def understood(
    layout: Layout, data: FormData, context: Context, change: Callable[[Paper], None] | None = None
) -> Understood:
    """A form written, read and understood; `change` may soil the paper."""
    paper = draw(layout, data)
    if change:
        change(paper)
    return understand(read_paper(paper), context)


def event_of(found: Understood, *, received: dt.datetime | None = None, batch: str = "b", receipt: int = 1) -> Event:
    """The form as it came in, on the third of the next month when not said otherwise."""
    at = received or dt.datetime.combine(next_month(found.month), dt.time(9), dt.UTC) + dt.timedelta(days=2)
    return Event(receipt, batch, f"sha-{receipt}", "月报.xlsx", at, found, moment=int(at.timestamp()))


def judged_months(form: str, numbers: range, context: Context, history: History) -> list[Judged]:
    """Clean months of a form, judged one after the other; `history` is filled on the way."""
    events = [event_of(understood(*clean(form, number, context), context)) for number in numbers]
    return judge(order(events), context, history=history)
