"""Where facilities stand, township by township: the form of 2026 reads it, holds it against the unit's own figure."""

import pytest

from etl.demo.forms import NOT_APPLICABLE
from etl.demo.townships import township_rows
from etl.demo.world import read_world
from tests.clean_forms import UNIT, clean, event_of, figures, understood
from tests.clean_forms import judge as judged
from tests.clean_forms import order as ordered

JULY_2026 = 42
"""The month of that number in tests.clean_forms: 0 is 2023-01."""

CENTRES, VILLAGES = "regional_centre_count", "village_home_count"


@pytest.fixture(scope="module")
def world(catalog):
    return read_world(catalog)


def spread(context, number=JULY_2026):
    """A form whose township rows sum to what 清丰县 reports: six centres in the first six of 17 townships."""
    layout, data = clean("facility", number, context)
    own = figures(data)
    names = list(context.book.townships[UNIT].values())
    assert len(names) == 17
    codes = [one.code for one in layout.blocks[1].fields]
    rows = {name: dict.fromkeys(codes, 0) for name in names}
    for step, name in enumerate(names):
        rows[name][CENTRES] = int(step < own[CENTRES])
        rows[name]["township_home_count"] = int(step < own["township_home_count"])
    rows[names[0]]["street_centre_count"] = own["street_centre_count"]
    rows[names[0]]["community_day_care_count"] = own["community_day_care_count"]
    rows[names[1]][VILLAGES] = own[VILLAGES]
    rows[names[2]]["community_home_care_centre_count"] = NOT_APPLICABLE
    data.rows["合计", ""] = {code: own[code] for code in codes}
    data.rows |= {(name, ""): row for name, row in rows.items()}
    return layout, data, names


def blocking(found, context):
    return [one.rule for one in found.findings if context.rules[one.rule].severity == "blocking"]


def test_each_township_has_a_figure_of_its_own_and_the_units_stay_those_of_the_table_above(context):
    layout, data, names = spread(context)
    (one,) = judged(ordered([event_of(understood(layout, data, context))]), context, history={})
    assert not blocking(one, context)
    townships = context.book.townships[UNIT]
    built = {townships[area]: f.value for (area, code, _), f in one.figures.items() if code == CENTRES and area != UNIT}
    # 6 of 17 have a centre, so 11 are blank: zeros, not gaps.
    assert [built[name] for name in names] == [1.0] * 6 + [0.0] * 11
    own = one.figures[UNIT, CENTRES, "total"]
    assert (own.value, own.cell[0]) == (6.0, "F")
    assert own.cell not in {f.cell for (area, code, _), f in one.figures.items() if area != UNIT and code == CENTRES}


def test_a_township_left_out_of_the_units_figure_is_told_with_both_numbers(context):
    layout, data, names = spread(context)
    data.rows[names[9], ""][CENTRES] = 1
    data.rows["合计", ""][CENTRES] = 7
    (one,) = judged(ordered([event_of(understood(layout, data, context))]), context, history={})
    assert "E4" in blocking(one, context)
    sentence, _ = next(context.rules["E4"].say(found) for found in one.findings if found.rule == "E4")
    # The rows sum to 7, as printed below; the table above says 6.
    assert "合计填 6，各行相加是 7，相差 1" in sentence


def test_a_township_without_a_row_stops_the_form(context):
    layout, data, names = spread(context)
    del data.rows[names[16], ""]
    found = understood(layout, data, context)
    assert any(one.rule == "L12" and names[16] in one.words["label"] for one in found.findings)


def test_the_demonstration_spreads_what_a_unit_reports_and_nothing_else(world):
    dynamics = world.forms().dynamics
    for unit, place in world.places.items():
        for month in (dynamics.months[0], dynamics.months[-1]):
            whole = dynamics.facility(unit, month)
            rows = township_rows(place, whole, seed=dynamics.parameters["seed"])
            assert set(rows) == set(place.townships)
            for code in (CENTRES, VILLAGES, "township_home_count", "community_day_care_count"):
                placed = [row[code, "total"] for row in rows.values() if row[code, "total"] != NOT_APPLICABLE]
                if rows and (code, "total") in whole:
                    assert sum(placed) == whole[code, "total"], (unit, code)
            for area, row in rows.items():
                is_street, _, villages = place.grassroots[area]
                if row[VILLAGES, "total"] != NOT_APPLICABLE:
                    assert row[VILLAGES, "total"] <= villages
                # A regional centre is one of a town; a street has a centre of its own kind.
                assert not (is_street and row[CENTRES, "total"] not in (0, NOT_APPLICABLE))


def test_a_town_that_has_a_centre_keeps_it(world):
    dynamics = world.forms().dynamics
    place = world.places["puyangxian"]

    def served(month):
        rows = township_rows(place, dynamics.facility("puyangxian", month), seed=dynamics.parameters["seed"])
        return {area for area, row in rows.items() if row[CENTRES, "total"]}

    assert served(dynamics.months[0]) < served(dynamics.months[-1])
