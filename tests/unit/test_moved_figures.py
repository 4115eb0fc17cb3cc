"""Figures in another one's place, and townships against their own past: small differences show where little moves."""

import copy

import pytest

from etl.months.accepted.accept import Judged
from etl.months.findings import load_rules
from etl.months.model import History
from tests.broken_forms import JULY_2023, JULY_2025, place, to_unit
from tests.clean_forms import UNIT, clean, event_of, figures, judge, judged_months, order, understood
from tests.unit.test_township_facilities import JULY_2026, spread

RULES = load_rules()
PEOPLE = "allowance_recipient_count"


@pytest.fixture(scope="module")
def fourteen_months(context) -> History:
    """The allowance of 清丰县 from May 2024 to June 2025, as accepted."""
    history: History = {}
    judged_months("allowance", range(JULY_2025 - 14, JULY_2025), context, history)
    return history


def judged(layout, data, context, history: History, change=None) -> Judged:
    found = understood(layout, data, context, change)
    (one,) = judge(order([event_of(found)]), context, history=copy.copy(history))
    return one


def said(found: Judged, rule: str) -> list[str]:
    return [RULES[rule].say(one)[0] for one in found.findings if one.rule == rule]


def township(context, number: int) -> tuple[str, str]:
    """Id and name of a township of 清丰县."""
    return list(context.book.townships[UNIT].items())[number]


def exchange(data, one: str, other: str) -> None:
    """The rows of two townships, in every tier."""
    for label, tier in [key for key in data.rows if key[0] == one]:
        first, second = (label, tier), (other, tier)
        data.rows[first], data.rows[second] = data.rows[second], data.rows[first]


def test_the_clean_month_after_is_asked_nothing(context, fourteen_months):
    layout, data = clean("allowance", JULY_2025, context)
    found = judged(layout, data, context, fourteen_months)
    assert (found.state_code, found.findings) == ("accepted", [])


def test_two_rows_that_differ_little_are_seen_to_be_exchanged_where_little_moves(context, fourteen_months):
    layout, data = clean("allowance", JULY_2025, context)
    (one, one_zh), (other, other_zh) = township(context, 2), township(context, 6)
    exchange(data, one_zh, other_zh)
    found = judged(layout, data, context, fourteen_months)
    # 700 + 5·2 + 2·30 = 770 people and 790; from month to month they move by two. Sums, standard and ratio all hold.
    assert f"“{one_zh}”像上月的“{other_zh}”" in said(found, "E19")[0]
    assert {found.figures[area, PEOPLE, "age_80_89"].status for area in (one, other)} == {"withheld"}
    untouched = township(context, 4)[0]
    assert found.figures[untouched, PEOPLE, "age_80_89"].value == 780


def test_a_column_that_slid_by_one_row_is_held_whole(context):
    history: History = {}
    layout, data, names = spread(context)
    counts = [10 + step * 7 % 23 for step in range(17)]
    for name, count in zip(names, counts, strict=True):
        data.rows[name, ""]["village_home_count"] = count
    for row in (figures(data), data.rows["合计", ""]):
        row["village_home_count"] = sum(counts)
    judge([event_of(understood(layout, data, context))], context, history=history)
    layout, data, _ = spread(context, JULY_2026 + 1)
    for name, count in zip(names, counts[-1:] + counts[:-1], strict=True):
        data.rows[name, ""]["village_home_count"] = count
    for row in (figures(data), data.rows["合计", ""]):
        row["village_home_count"] = sum(counts)
    found = judged(layout, data, context, history)
    assert said(found, "E19")
    held = [
        key for key, figure in found.figures.items() if figure.status == "withheld" and key[1] == "village_home_count"
    ]
    # 29 stands where 27 stood, 24 where 29 stood …; the first is the last one's 22 of before beside its own 10.
    assert len(held) >= 16


def test_two_figures_of_the_unit_that_changed_places_are_held_though_neither_leapt(context):
    history: History = {}
    judged_months("facility", range(JULY_2023 + 2, JULY_2023 + 12), context, history)
    layout, data = clean("facility", JULY_2023 + 12, context)
    row = figures(data)
    # July 2024: 380 + 18 + 18 mod 7 = 402 residents, and 370 village homes as every month: a change of 9 per cent each.
    assert (row["institution_resident_count"], row["village_home_count"]) == (402, 370)
    for each in data.rows.values():
        each |= {"institution_resident_count": 370, "village_home_count": 402, "occupancy_rate": None}
    found = judged(layout, data, context, history)
    assert len(said(found, "E19")) == 1
    assert not said(found, "S4")
    keys = [(UNIT, code, "total") for code in ("institution_resident_count", "village_home_count")]
    assert [found.figures[key].status for key in keys] == ["withheld"] * 2


def change_people(data, name: str, step: int) -> None:
    """So many people of 80–89 more in a township, with their money and in every total."""
    for label in (name, "合计"):
        for tier in ("age_80_89", "total"):
            row = data.rows[label, tier]
            row[PEOPLE] += step
            row["allowance_paid_yuan"] = round(row["allowance_paid_yuan"] + step * 50 / 10_000, 4)


def test_a_township_is_held_against_its_own_past(context, fourteen_months):
    layout, data = clean("allowance", JULY_2025, context)
    area, name = township(context, 4)
    # 780 people, two more than in June: 708 is what comes of two digits exchanged, less than a tenth away.
    change_people(data, name, 708 - 780)
    found = judged(layout, data, context, fourteen_months)
    (sentence,) = said(found, "S13")
    assert f"{name}高龄津贴在享人数（80—89岁） 778→708" in sentence
    assert found.figures[area, PEOPLE, "age_80_89"].status == "withheld"
    assert found.figures[UNIT, PEOPLE, "total"].value is not None
    short = {month: state for month, state in fourteen_months.items() if month.year == 2025}
    assert not said(judged(layout, data, context, short), "S13")


def test_townships_that_leap_with_their_unit_are_one_question(context, fourteen_months):
    layout, data = clean("allowance", JULY_2025, context)
    for number in range(17):
        change_people(data, township(context, number)[1], 300)
    found = judged(layout, data, context, fourteen_months)
    asked = [one for one in found.findings if one.rule == "S4" and one.indicator == PEOPLE]
    # Each of 17 townships in its tier and its sum, and nothing said of them twice.
    assert len(asked) == 1 and len(asked[0].also) == 34
    assert not said(found, "S13")


def test_amounts_without_anybody_and_persons_without_amount_are_sent_back_as_one(context):
    layout, data = clean("allowance", JULY_2025, context)
    for values in data.rows.values():
        if "allowance_arrears_person_count" in values:
            first, second = "allowance_arrears_person_count", "allowance_recovered_person_count"
            values[first], values[second] = values[second], values[first]
    found = judged(layout, data, context, {})
    assert found.state_code == "returned"
    # Arrears stand in every third township, recoveries in every fourth: in most rows only one of them.
    assert [one.indicator for one in found.findings if one.rule == "C11"] == [
        "allowance_arrears_person_count",
        "allowance_recovered_person_count",
    ]
    assert "没有人就没有金额" in said(found, "C11")[0]


def test_where_no_standard_is_on_file_a_township_paid_unlike_its_neighbours_is_held(context):
    layout, data = clean("allowance", JULY_2025, context)
    names = list(context.book.townships["xinbin"].values())
    data.rows = {
        (names[number] if number < len(names) else label, tier): values
        for number, label in enumerate(dict.fromkeys(label for label, _ in data.rows if label not in ("合计", "")))
        if number < len(names)
        for (of, tier), values in data.rows.items()
        if of == label
    } | {("", ""): data.rows["", ""]}
    to_unit("新宾满族自治县")(data)
    assert not said(judged(layout, data, context, {}), "S14")
    first, second = (data.rows[name, "age_80_89"] for name in names[:2])
    first["allowance_paid_yuan"], second["allowance_paid_yuan"] = (
        second["allowance_paid_yuan"],
        first["allowance_paid_yuan"],
    )
    found = judged(layout, data, context, {})
    # 760 and 765 people: what 765 get among 760 is 50 × 765 ÷ 760 = 50.33 yuan each, arrears apart.
    assert [one.breakdown for one in found.findings if one.rule == "S14"] == ["age_80_89"]
    assert names[0] in said(found, "S14")[0]


def test_a_facility_gone_from_one_township_and_new_in_another_is_asked_about(context):
    history: History = {}
    layout, data, names = spread(context)
    judge([event_of(understood(layout, data, context))], context, history=history)
    layout, data, _ = spread(context, JULY_2026 + 1)
    data.rows[names[5], ""]["regional_centre_count"] = 0
    data.rows[names[9], ""]["regional_centre_count"] = 1
    found = judged(layout, data, context, history)
    assert f"{names[5]}-1、{names[9]}+1" in said(found, "E21")[0]


def test_no_such_thing_and_then_some_is_asked_about(context):
    history: History = {}
    judged_months("facility", range(JULY_2025 - 1, JULY_2025), context, history)
    layout, data = clean("facility", JULY_2025, context)
    figures(data)["community_home_care_centre_count"] = 12
    found = judged(layout, data, context, history)
    assert "居家和社区养老服务中心数 不适用→12" in said(found, "V8")[0]
    data.notes["", "community_home_care_centre_count"] = "街道新建居家养老服务中心投用"
    assert not said(judged(layout, data, context, history), "V8")


def test_last_months_figure_in_this_months_place_is_asked_about(context):
    history: History = {}
    judged_months("facility", range(JULY_2025 - 1, JULY_2025), context, history)
    layout, data = clean("facility", JULY_2025, context)
    figures(data)["meal_site_count"] = data.besides["meal_site_count"].pop("previous")
    found = judged(layout, data, context, history)
    # 40 + 29 in June; 70 in July.
    assert "老年助餐点数上月数空着，本月数恰是上月的 69" in said(found, "V5")[0]


def test_townships_are_held_against_the_unit_even_where_their_own_total_is_blank_or_says_there_are_none(context):
    layout, data, names = spread(context)
    data.rows["合计", ""]["regional_centre_count"] = None
    data.rows[names[9], ""]["regional_centre_count"] = 1
    # Seven of them below, six above.
    assert "合计填 6，各行相加是 7" in said(judged(layout, data, context, {}), "E4")[0]
    layout, data, names = spread(context)
    data.rows[names[2], ""]["community_home_care_centre_count"] = 2
    assert "合计填 —，各行相加是 2" in said(judged(layout, data, context, {}), "E4")[0]


def test_a_gap_in_a_column_of_townships_asks_whether_a_row_slipped(context):
    layout, data, names = spread(context)
    data.rows[names[3], ""]["regional_centre_count"] = None
    data.rows[names[6], ""]["regional_centre_count"] = 1
    found = judged(layout, data, context, {})
    assert "中间有空格，是漏填还是错了行" in said(found, "V7")[0]
    assert (township(context, 6)[0], "regional_centre_count", "total") in next(
        one.also for one in found.findings if one.rule == "V7"
    )


def test_a_first_table_without_a_figure_is_no_report(context):
    layout, data, _ = spread(context)

    def emptied(paper):
        for code in figures(data):
            paper.cells.pop(place(paper, code, ""), None)

    found = judged(layout, data, context, {}, emptied)
    assert found.state_code == "returned"
    assert "的第一张表一个数也没有填" in said(found, "L16")[0]


def test_a_note_beside_several_figures_answers_only_for_those_it_names(context):
    history: History = {}
    judged_months("training", range(JULY_2025 - 14, JULY_2025), context, history)
    layout, data = clean("training", JULY_2025, context)
    # 65 social workers; 41 is what stands in the next cell.
    figures(data)["social_worker_count"] = 41
    for note, answered in (
        ("春季集中开班", False),
        ("培训人次、培训人数：春季集中开班", False),
        ("社会工作者：调离二十四人", True),
        ("各项均按清理后的台账填报", True),
    ):
        data.notes["清丰县", ""] = note
        found = judged(layout, data, context, history)
        assert bool(said(found, "S4")) is not answered, note
    data.notes["清丰县", ""] = "春季集中开班"
    asked = said(judged(layout, data, context, history), "S4")
    assert len(asked) == 1 and "说明栏的“春季集中开班”没有写明说的是哪一项" in asked[0]


def test_several_leaps_beside_a_note_that_names_none_of_them_are_one_question(context):
    history: History = {}
    judged_months("platform", range(JULY_2025 - 14, JULY_2025), context, history)
    layout, data = clean("platform", JULY_2025, context)
    for code, value in figures(data).items():
        if code.startswith("order_"):
            for row in data.rows.values():
                row[code] = 2 * value
    data.notes["清丰县", ""] = "集中开展敬老活动"
    asked = [one for one in judged(layout, data, context, history).findings if one.rule == "S4"]
    # Six stages of an order, twice as many each.
    assert [len(one.also) for one in asked] == [5]


def test_a_copied_form_is_held_where_its_figures_never_stood_still_however_few_they_are(context):
    history: History = {}
    # August 2024 to January 2025, and February with a note; in March 120 are trained, and a copy says 80 as in February.
    judged_months("training", range(JULY_2025 - 11, JULY_2025 - 5), context, history)
    layout, before = clean("training", JULY_2025 - 5, context)
    before.notes["清丰县", ""] = "各项均为春节前集中开班"
    judge([event_of(understood(layout, before, context))], context, history=history)
    layout, data = clean("training", JULY_2025 - 4, context)
    assert not said(judged(layout, data, context, history), "E13")
    for code, value in figures(before).items():
        figures(data)[code] = 0 if code.endswith("_month") else value
    # A note that came along with the copy explains nothing.
    for note, held in (("", True), ("各项均为春节前集中开班", True), ("场地维修，三月停训", False)):
        data.notes["清丰县", ""] = note
        found = judged(layout, data, context, history)
        assert bool(said(found, "E13")) is held, note
        assert (found.figures[UNIT, "training_person_times", "total"].status == "withheld") is held
