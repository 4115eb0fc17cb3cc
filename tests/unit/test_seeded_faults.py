"""Faults put into every figure of clean years, of which none may pass, and clean years, of which none may be stopped."""

import copy
from dataclasses import replace

import pytest

from etl.months.rules.series import jump_limit
from tests.broken_forms import JULY_2025, RULES, judged_as, put
from tests.clean_forms import (
    FORMS,
    UNIT,
    clean,
    judged_months,
    layout_of,
    month_of,
)


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


@pytest.mark.dear
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
    return judged_as(layout, data, context, dict(years[form][1][number]))


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


@pytest.mark.dear
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
    judged = judged_as(layout, data, later, dict(years["facility"][1][20]))
    assert (judged.figures[key].value, judged.figures[key].note) == (120, "并入学校食堂60处")
