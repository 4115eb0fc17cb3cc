"""New signals of the month stand in its text: what is worse among the problems, the rest in the overview, and no other."""

from dataclasses import replace

import pytest

from tests.paper.conftest import CITY, UNIT
from warehouse.paper.text import city_briefing, unit_briefing
from warehouse.read.month import overview

WORSE = "连续8个月低于基线"


def signal_of(facts, area_id, *, side):
    """A new run of eight months of a rate that should be high, on a month of the release."""
    row = next(
        row for row in facts.rows.values() if row["area_id"] == area_id and row["indicator_code"] == "active_rate"
    )
    places = {facts.city["area_id"]: "city"} | {unit["area_id"]: "unit" for unit in facts.units}
    names = {unit["area_id"]: unit["short_name_zh"] for unit in facts.units}
    return {
        **row, "area_zh": names.get(area_id, facts.city["short_name_zh"]), "level_code": places[area_id], "side": side,
        "signal_code": "run", "run_length": 8, "is_bridged": False, "is_new": True, "way_code": "level",
    }  # fmt: skip


def texts(briefing):
    return {section.code: "".join(paragraph.text for paragraph in section.paragraphs) for section in briefing.sections}


def test_the_signals_of_a_text_are_those_of_the_release(facts, months_release):
    scope = {"city_area_id": CITY, "month": facts.month, "indicator_codes": facts.codes}
    assert list(facts.signals) == overview.steps(months_release, **scope)
    told = months_release.rows(
        "select s.area_id, s.indicator_code from mart.series_signal as s inner join core.dim_area as a using (area_id) "
        "where s.is_new and s.month = $month and (s.area_id = $city or a.city_area_id = $city)",
        {"month": facts.month, "city": CITY},
    ).frame
    assert {(row["area_id"], row["indicator_code"]) for row in facts.signals} <= set(told.rows())


@pytest.mark.parametrize("whose", ["city", "unit"])
def test_what_turned_for_the_worse_is_a_problem_with_a_receipt_and_goes_with_its_signal(facts, whose):
    def made(given):
        return city_briefing(given) if whose == "city" else unit_briefing(given, UNIT)

    with_it = made(replace(facts, signals=(signal_of(facts, UNIT, side=-1),)))
    said = texts(with_it)
    assert "走势变差。新抚区活跃率" in said["problems"] and WORSE in said["problems"]
    assert "基线" not in said["overall"]
    (paragraph,) = [one for one in with_it.paragraphs() if WORSE in one.text]
    assert all(figure in with_it.receipts() for figure in paragraph.figures) and paragraph.figures
    assert "基线" not in "".join(texts(made(replace(facts, signals=()))).values())


def test_what_turned_for_the_better_stands_in_the_overview_of_its_place_alone(facts):
    better = replace(facts, signals=(signal_of(facts, UNIT, side=1),))
    assert "走势新变化：新抚区活跃率" in texts(unit_briefing(better, UNIT))["overall"]
    assert "走势变差" not in texts(unit_briefing(better, UNIT))["problems"]
    assert "基线" not in "".join(texts(city_briefing(better)).values())
    assert "基线" not in "".join(texts(unit_briefing(better, "qingyuan")).values())
