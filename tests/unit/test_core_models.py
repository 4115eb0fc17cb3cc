"""The computed part of core on a handful of rows: the months there are, and populations and units as denominators."""

from datetime import date

from tests.models import empty_release, insert, run_model

CENSUS = date(2020, 11, 1)


def test_months_run_from_2019_to_2030_each_with_the_months_it_is_compared_with():
    connection = empty_release()
    connection.execute("delete from core.dim_month")
    rows = {row["month"]: row for row in run_model(connection, "core/10_dim_month.sql").to_dicts()}
    assert (min(rows), max(rows), len(rows)) == (date(2019, 1, 1), date(2030, 12, 1), 12 * 12)
    # January is compared with the December before it, February of a leap year ends on the 29th, June is half a year.
    assert rows[date(2024, 1, 1)] == {
        "month": date(2024, 1, 1),
        "year": 2024,
        "month_of_year": 1,
        "month_zh": "2024年1月",
        "month_end_on": date(2024, 1, 31),
        "elapsed_share": 1 / 12,
        "previous_month": date(2023, 12, 1),
        "year_ago_month": date(2023, 1, 1),
        "year_start_month": date(2023, 12, 1),
    }
    assert rows[date(2024, 2, 1)]["month_end_on"] == date(2024, 2, 29)
    assert rows[date(2024, 6, 1)]["elapsed_share"] == 0.5


def test_each_population_that_ratios_divide_by_has_its_code_and_the_others_none():
    connection = empty_release()
    given = {
        ("resident", "total"): (1000, "resident_population"),
        ("resident", "60_plus"): (200, "resident_population_aged_60_plus"),
        ("resident", "65_plus"): (150, "resident_population_aged_65_plus"),
        ("resident", "80_plus"): (30, "resident_population_aged_80_plus"),
        ("resident", "0_14"): (180, None),
        ("registered", "total"): (1100, None),
        ("registered", "60_plus"): (220, "registered_population_aged_60_plus"),
        ("registered", "65_plus"): (160, None),
        ("registered", "80_plus"): (33, "registered_population_aged_80_plus"),
        ("resident_projection", "total"): (990, None),
        ("resident_projection", "60_plus"): (240, "projected_population_aged_60_plus"),
        ("resident_projection", "80_plus"): (36, "projected_population_aged_80_plus"),
    }
    insert(
        connection,
        "core.fct_population",
        [
            {"area_id": "a", "as_of_on": CENSUS, "base_code": base, "age_band_code": band, "persons": persons, "source_id": "census"}
            for (base, band), (persons, _) in given.items()
        ],
    )  # fmt: skip
    rows = run_model(connection, "core/20_fct_base.sql").to_dicts()
    assert {row["indicator_code"]: row["value"] for row in rows} == {
        code: persons for persons, code in given.values() if code
    }
    assert {(row["area_id"], row["as_of_on"], row["source_id"]) for row in rows} == {("a", CENSUS, "census")}  # fmt: skip


def test_grass_roots_units_are_counted_by_kind_and_year_and_what_is_not_counted_has_no_row():
    connection = empty_release()
    of_2020 = {
        "county_unit": 1,
        "villagers_committee": 60,
        "residents_committee": 12,
        "residents_committee_like": 3,
        "street": 4,
        "county_seat": 2,
        "town": 7,
        "rural_township": 5,
        "township_level": 18,
    }
    insert(connection, "core.fct_division_count", [
        *({"area_id": "a", "year": 2020, "division_code": code, "division_count": count, "source_id": "codes"} for code, count in of_2020.items()),
        {"area_id": "a", "year": 2021, "division_code": "villagers_committee", "division_count": 59, "source_id": "codes"},
        {"area_id": "b", "year": 2021, "division_code": "street", "division_count": 0, "source_id": "codes"},
    ])  # fmt: skip
    rows = {
        (row["area_id"], row["as_of_on"], row["indicator_code"]): row["value"]
        for row in run_model(connection, "core/20_fct_base.sql").to_dicts()
    }
    end = date(2020, 12, 31)
    assert rows == {
        ("a", end, "county_unit_count"): 1,
        ("a", end, "administrative_village_count"): 60,
        ("a", end, "residents_committee_count"): 12,
        ("a", end, "residents_committee_with_like_count"): 12 + 3,
        ("a", end, "street_count"): 4,
        ("a", end, "street_and_county_seat_count"): 4 + 2,
        ("a", end, "township_count"): 7 + 5,
        ("a", end, "township_and_street_count"): 18,
        ("a", date(2021, 12, 31), "administrative_village_count"): 59,
        # None of a kind is a number, too; what was not counted is not there.
        ("b", date(2021, 12, 31), "street_count"): 0,
        ("b", date(2021, 12, 31), "street_and_county_seat_count"): 0,
    }
