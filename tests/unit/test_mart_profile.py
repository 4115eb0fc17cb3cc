"""The profile of an area on a handful of rows: the latest resident census, and no other base or day."""

from datetime import date

import pytest

from tests.models import empty_release, insert, run_model

CENSUS, LATER = date(2020, 11, 1), date(2021, 11, 1)
BANDS = {"total": 1000, "60_plus": 200, "65_plus": 150, "80_plus": 30, "85_plus": 10}


def people(area, base="resident", on=CENSUS, times=1, bands=BANDS):
    return [
        {"area_id": area, "as_of_on": on, "base_code": base, "age_band_code": band, "persons": persons * times, "source_id": f"{base}-{on.year}" if band == "total" else "bands"}
        for band, persons in bands.items()
    ]  # fmt: skip


@pytest.fixture
def release():
    connection = empty_release()
    insert(connection, "core.fct_population", [*people("a"), *people("a", "registered", times=2), *people("a", "resident_projection", LATER, 3)])  # fmt: skip
    insert(
        connection,
        "core.fct_urban_population",
        [
            {"area_id": "a", "as_of_on": CENSUS, "urban_persons": 600, "rural_persons": 400},
            {"area_id": "b", "as_of_on": CENSUS, "urban_persons": 1, "rural_persons": 1},
        ],
    )
    return connection


def test_a_profile_is_of_residents_alone_and_its_shares_are_of_all(release):
    (row,) = run_model(release, "mart/10_area_profile.sql").to_dicts()
    assert (row["area_id"], row["as_of_on"], row["source_id"]) == ("a", CENSUS, "resident-2020")
    assert [row[name] for name in ("resident_population", "aged_60_plus", "aged_65_plus", "aged_80_plus", "aged_85_plus")] == list(BANDS.values())  # fmt: skip
    # 200/1000, 150/1000, 30/1000, 600/(600 + 400)
    assert [row[name] for name in ("ageing_rate", "aged_65_plus_share", "aged_80_plus_share", "urban_share")] == [0.2, 0.15, 0.03, 0.6]  # fmt: skip


def test_the_latest_census_counts_and_one_without_ages_or_people_has_no_share(release):
    insert(
        release,
        "core.fct_population",
        [
            *people("a", on=LATER, times=2),
            *people("empty", bands={"total": 0}),
            *people("one", bands=dict.fromkeys(BANDS, 1)),
        ],
    )
    towns = [("empty", 0, 0), ("one", 1, 0)]
    insert(release, "core.fct_urban_population", [{"area_id": place, "as_of_on": CENSUS, "urban_persons": urban, "rural_persons": rural} for place, urban, rural in towns])  # fmt: skip
    rows = {row["area_id"]: row for row in run_model(release, "mart/10_area_profile.sql").to_dicts()}
    assert (rows["a"]["as_of_on"], rows["a"]["resident_population"], rows["a"]["urban_share"]) == (LATER, 2000, None)
    assert [rows["empty"][name] for name in ("resident_population", "ageing_rate", "urban_share")] == [0, None, None]
    # A place of one person, aged 90 and in a town: every share is the whole.
    assert [rows["one"][name] for name in ("ageing_rate", "aged_65_plus_share", "aged_80_plus_share", "urban_share")] == [1, 1, 1, 1]  # fmt: skip
