"""Coverage on a handful of rows: bases, missing units, months beside printed figures."""

from datetime import date

import pytest

from tests.marts_world import figure, month_row, network, two_cities
from tests.models import insert, run_model


@pytest.fixture
def release():
    """An empty release with two small cities."""
    return two_cities()


def coverage(release):
    frame = run_model(release, "mart/80_coverage.sql")
    return {(row["area_id"], row["as_of_on"], row["origin_code"]): row for row in frame.iter_rows(named=True)}


def test_a_city_figure_leaves_its_units_missing_and_those_without_villages_not_applicable(release):
    day = date(2023, 7, 28)
    insert(release, "core.fct_document_figure", [figure("f1", "east", 70, day), figure("f2", "west", 20, day)])
    rows = coverage(release)
    whole = rows["east", day, "document"]
    # 70 / 100 villages = 70 %, 30 without one
    assert (whole["rate"], whole["blank"], whole["base_year"], whole["status_code"]) == (0.7, 30, 2021, "reported")
    assert [rows[unit, day, "document"]["status_code"] for unit in ("east_1", "east_2", "east_zone", "west_2")] == [
        "missing",
        "missing",
        "not_applicable",
        "not_applicable",
    ]
    assert rows["west_2", day, "document"]["note_zh"] == "文件未公布分县区数；辖区内没有此类底数"


@pytest.mark.parametrize(
    ("status_code", "note"),
    [("in_force", "文件写有“西市幸福院网”，没有印建成个数"), ("planned", "公开文件未公布建成数")],
)
def test_what_a_document_names_without_a_number_is_said_while_it_is_named(release, status_code, note):
    release.execute("update meta.network set named_like = '%幸福院%'")
    day = date(2023, 7, 28)
    other = figure("f2", "west", 3, day, indicator_code="something_else")
    insert(release, "core.fct_document_figure", [figure("f1", "east", 70, day), other])
    named = {"programme_id": "p", "area_id": "west", "name_zh": "西市幸福院网", "status_code": status_code}
    # Of several the first by its name, whatever the order they come in.
    insert(release, "meta.programme", [named | {"programme_id": "q", "name_zh": "西市幸福院计划"}, named])
    row = coverage(release)["west", day, "document"]
    assert row["built"] is None
    assert note in row["note_zh"]


def test_what_one_unit_built_beyond_its_places_covers_no_blank_of_another(release):
    # Of 60 and 40 villages: 70 homes in the one and 25 in the other, 3 in a zone without villages. All 98 on 100 would leave
    # 2 blank, and 103 none: the second unit alone has 15 without.
    month = date(2026, 7, 1)
    insert(
        release,
        "mart.indicator_month",
        [
            month_row(area, month, homes)
            for area, homes in (("east_1", 70), ("east_2", 25), ("east_zone", 3), ("east", 98))
        ],
    )
    rows = {area: row for (area, _, origin), row in coverage(release).items() if origin == "month"}
    assert {area: row["blank"] for area, row in rows.items()} == {
        "east_1": None,
        "east_2": 15,
        "east_zone": None,
        "east": 15,
    }
    assert rows["east"]["rate"] == pytest.approx(0.98)
    release.execute("update mart.indicator_month set value = 103 where area_id = 'east'")
    whole = next(row for (area, _, origin), row in coverage(release).items() if (area, origin) == ("east", "month"))
    assert (whole["rate"], whole["blank"]) == (pytest.approx(1.03), 15)
    # With a unit missing the city has no number, of blanks neither.
    release.execute(
        "update mart.indicator_month set value = null, status_code = 'missing' where area_id in ('east', 'east_1')"
    )
    whole = next(row for (area, _, origin), row in coverage(release).items() if (area, origin) == ("east", "month"))
    assert (whole["built"], whole["blank"]) == (None, None)


def test_a_rate_above_one_is_shown_explained_and_has_no_blank(release):
    insert(release, "core.fct_document_figure", [figure("f1", "east", 105, date(2023, 7, 28))])
    insert(release, "meta.base_note", [{"network_code": "home", "base_code": "village", "over_100_zh": "一村多处"}])
    row = coverage(release)["east", date(2023, 7, 28), "document"]
    assert row["rate"] == pytest.approx(1.05)
    assert row["blank"] is None
    assert "一村多处" in row["note_zh"]


@pytest.mark.parametrize(
    ("value", "low", "high", "rates", "blank"),
    [
        (70, 70, None, (0.7, 0.7, None), None),  # 70余: how many are blank has no bound
        (100, 99.5, 100.5, (1.0, 0.995, 1.005), None),  # rounded: neither above nor below 100 % can be told
        (70, 69.5, 70.5, (0.7, 0.695, 0.705), 29.5),  # at least 100 - 70.5
        (105, 104.5, 105.5, (1.05, 1.045, 1.055), None),
    ],
)
def test_bounds_of_what_was_built_stay_bounds_of_the_rate(release, value, low, high, rates, blank):
    day = date(2023, 7, 28)
    insert(release, "core.fct_document_figure", [figure("f1", "east", value, day, value_low=low, value_high=high)])
    insert(release, "meta.base_note", [{"network_code": "home", "base_code": "village", "over_100_zh": "一村多处"}])
    row = coverage(release)["east", day, "document"]
    assert (row["rate"], row["rate_low"], row["rate_high"]) == pytest.approx(rates)
    assert row["blank"] == (None if blank is None else pytest.approx(blank))
    # Over 100 % is claimed only where the whole interval is.
    assert ("一村多处" in (row["note_zh"] or "")) == (low > 100)


def test_months_stand_beside_printed_figures_and_never_replace_them(release):
    insert(
        release,
        "core.fct_document_figure",
        [figure("f1", "east", 70, date(2023, 1, 1), date(2023, 12, 31))],
    )
    december = date(2023, 12, 1)
    insert(
        release,
        "mart.indicator_month",
        [
            month_row("east", december, None),
            month_row("east_1", december, 45),
            month_row("east_1", december, 30, code="home_operating_count"),
            month_row("east_2", december, None),
        ],
    )
    rows = coverage(release)
    end = date(2023, 12, 31)
    # The year-only figure and the month share the day; both stand.
    assert rows["east", end, "document"]["rate"] == 0.7
    assert rows["east", end, "document"]["as_of_precision"] == "year"
    assert rows["east", end, "month"]["status_code"] == "missing"
    # 45 of 60 villages built, 30 at work
    unit = rows["east_1", end, "month"]
    assert (unit["rate"], unit["operating"], unit["blank"]) == (0.75, 30, 15)


def test_the_newest_month_is_one_that_somebody_reported_and_who_never_did_is_said_so(release):
    insert(release, "core.fct_document_figure", [figure("f1", "east", 70, date(2023, 7, 28))])
    november, december = date(2023, 11, 1), date(2023, 12, 1)
    # east_zone stands in no form; December was due, and nobody reported it.
    insert(
        release,
        "mart.indicator_month",
        [
            *(month_row(area, november, value) for area, value in (("east", 75), ("east_1", 45), ("east_2", 30))),
            *(month_row(area, december, None) for area in ("east", "east_1", "east_2")),
        ],
    )
    rows = coverage(release)
    newest = {key[:2] for key, row in rows.items() if row["is_latest"] and key[2] == "month"}
    assert newest == {(area, date(2023, 11, 30)) for area in ("east", "east_1", "east_2", "east_zone")}
    assert rows["east_zone", date(2023, 11, 30), "month"]["note_zh"].startswith("各月都没有报过")
    # Of a city that never had a month documents speak, as of the units they print nothing for.
    assert {key[2] for key in rows if key[0].startswith("west")} <= {"document"}


@pytest.mark.parametrize(
    ("start", "end", "precision"),
    [
        (date(2023, 7, 28), date(2023, 7, 28), "day"),
        # An older figure with a day (below) gives the year none.
        (date(2023, 1, 1), date(2023, 12, 31), "year"),
    ],
)
def test_a_network_nobody_printed_is_missing_at_the_newest_day_of_the_documents(release, start, end, precision):
    insert(release, "meta.network", [network("east") | {"network_code": "hall", "built_indicator": "hall_count"}])
    older = figure("f0", "east", 60, date(2022, 5, 5))
    insert(release, "core.fct_document_figure", [figure("f1", "east", 70, start, end), older])
    frame = run_model(release, "mart/80_coverage.sql")
    hall = {row["area_id"]: row for row in frame.iter_rows(named=True) if row["network_code"] == "hall"}
    # The city and its units, none of another city.
    assert set(hall) == {"east", "east_1", "east_2", "east_zone"}
    row = hall["east"]
    assert (row["as_of_on"], row["as_of_precision"], row["status_code"], row["base"]) == (
        end,
        precision,
        "missing",
        100,
    )


def test_places_are_counted_in_the_newest_year_alone(release):
    old = {"area_id": "east", "division_code": "villagers_committee", "division_count": 90, "source_id": "codes"}
    insert(release, "core.fct_division_count", [old | {"year": 2019}])
    insert(release, "core.fct_document_figure", [figure("f1", "east", 70, date(2023, 7, 28))])
    row = coverage(release)["east", date(2023, 7, 28), "document"]
    assert (row["base"], row["base_year"], row["rate"]) == (100, 2021, 0.7)


def test_a_base_is_what_a_document_counted_and_not_what_it_planned(release):
    # 70 of 80 villages as printed; 95 are planned.
    printed = {"network_code": "home", "base_code": "printed", "printed_indicator_code": "village_count"}
    insert(release, "meta.base_note", [printed | {"label_zh": "文件所说的村"}])
    day = date(2023, 7, 28)
    figures = [figure("f1", "east", 70, day), figure("f2", "east", 80, day, indicator_code="village_count")]
    figures.append(figure("f3", "east", 95, day, indicator_code="village_count", kind_code="plan"))
    insert(release, "core.fct_document_figure", figures)
    frame = run_model(release, "mart/80_coverage.sql")
    (row,) = [one for one in frame.iter_rows(named=True) if (one["area_id"], one["base_code"]) == ("east", "printed")]
    assert (row["base"], row["rate"]) == (80, 0.875)


def test_the_newest_of_documents_and_of_months_is_the_latest_each_for_itself(release):
    figures = [figure(f"f{year}", "east", 70, date(year, 7, 28)) for year in (2023, 2024)]
    insert(release, "core.fct_document_figure", figures)
    insert(release, "mart.indicator_month", [month_row("east", date(2023, month, 1), 60) for month in (11, 12)])
    latest = {key for key, row in coverage(release).items() if row["is_latest"] and key[0] == "east"}
    assert latest == {("east", date(2024, 7, 28), "document"), ("east", date(2023, 12, 31), "month")}


def test_units_of_a_printed_network_carry_its_day_and_not_another_networks(release):
    insert(release, "meta.network", [network("east") | {"network_code": "hall", "built_indicator": "hall_count"}])
    end = date(2023, 12, 31)
    figures = [
        figure("f1", "east", 70, end),
        figure("f2", "east", 9, date(2023, 1, 1), end, indicator_code="hall_count"),
    ]
    insert(release, "core.fct_document_figure", figures)
    frame = run_model(release, "mart/80_coverage.sql")
    of_unit = {row["network_code"]: row["as_of_precision"] for row in frame.iter_rows(named=True) if row["area_id"] == "east_1"}  # fmt: skip
    assert of_unit == {"home": "day", "hall": "year"}
