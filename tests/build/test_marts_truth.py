"""The real release against a second reckoning: plain Python over the reference tables and figures read by hand."""

import csv
from collections import defaultdict

import pytest

from tests import declared
from tests.conftest import ROOT

TABLES = ROOT / "etl" / "reference" / "tables"
CITIES = {"puyang": "410900", "fushun": "210400"}
SEATS = 5  # 清丰、南乐、范县、台前、濮阳县: one county seat each; 华龙区 and the zones have none

# Read from the replies and the plan: what is built, where, as of when.
BUILT = {
    ("puyang", "street_centre", "2023-07-28"): 20,
    ("puyang", "community_day_care", "2023-07-28"): 313,
    ("puyang", "village_home", "2023-07-28"): 2016,
    ("puyang", "township_home", "2020-12-31"): 71,
    ("puyang", "county_destitute", "2020-12-31"): 2,
    ("puyang", "smart_platform", "2023-07-28"): 7,
    ("puyang", "smart_platform", "2024-06-04"): 8,
    ("puyang", "smart_platform", "2025-07-09"): 9,
    ("fushun", "township_home", "2023-12-31"): 39,
    ("fushun", "village_home", "2023-12-31"): 82,
    ("fushun", "community_home_care_centre", "2023-12-31"): 26,
}
# What each network is held against: columns of the table of grass-roots units.
BASES = {
    ("street_centre", "street_and_county_seat"): ("streets", "seats"),
    ("community_home_care_centre", "street"): ("streets",),
    ("community_day_care", "residents_committee"): ("residents_committees",),
    ("community_day_care", "residents_committee_with_like"): ("residents_committees", "residents_committee_like"),
    ("village_home", "administrative_village"): ("villagers_committees",),
    ("township_home", "township"): ("towns", "rural_townships"),
    ("regional_centre", "township"): ("towns", "rural_townships"),
    ("county_destitute", "county"): ("counties",),
}


def table(name: str) -> list[dict]:
    with (TABLES / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def grassroots() -> dict[str, dict[str, int]]:
    """Numbers of streets, villages … by code of unit and of city."""
    counts: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for row in table("grassroots_2021.csv"):
        code, city = row["adcode"], row["adcode"][:4] + "00"
        is_zone, is_county = code[4] == "7", row["name"].endswith("县")
        more = {"counties": int(not is_zone), "seats": int(is_county and city == CITIES["puyang"])}
        for column, value in {**row, **more}.items():
            if str(value).isdigit() and column not in ("adcode", "as_of"):
                counts[code][column] += int(value)
                counts[city][column] += int(value)
    assert counts[CITIES["puyang"]]["seats"] == SEATS
    return counts


@pytest.fixture(scope="module")
def census() -> dict[str, dict[str, str]]:
    return {row["adcode"]: row for row in table("china_county_2020.csv") if row["level"] != "aggregate"}


def rows(release, sql: str) -> list[dict]:
    return list(release.rows(sql).frame.iter_rows(named=True))


def test_every_row_of_the_coverage_is_what_a_second_reckoning_finds(real_release, grassroots):
    found = rows(
        real_release,
        "select c.*, a.stat_code from mart.coverage as c inner join core.dim_area as a on a.area_id = c.area_id",
    )
    built_seen = {}
    for row in found:
        place = (row["area_id"], row["network_code"], row["base_code"])
        base = None
        if row["base_code"] == "township_as_printed":
            base = 46  # “全市46个乡镇的敬老院已整合为39家”
        elif columns := BASES.get((row["network_code"], row["base_code"])):
            base = sum(grassroots[row["stat_code"]][column] for column in columns) if row["stat_code"] else None
        assert row["base"] == (base or None), place
        built = BUILT.get((row["area_id"], row["network_code"], str(row["as_of_on"])))
        assert row["built"] == built, place
        if built is not None:
            built_seen[row["area_id"], row["network_code"], str(row["as_of_on"])] = built
        assert row["rate"] == (pytest.approx(built / base) if built and base else None), place
        # One home of a township may serve several: fewer homes than townships are no blanks.
        is_told = built and base and built <= base and row["network_code"] != "township_home"
        assert row["blank"] == (base - built if is_told else None), place
        wanted = "not_applicable" if (not base and row["base_code"] != "none") else "reported" if built else "missing"
        if row["base_code"] == "none":
            wanted = "not_applicable" if built else "missing"
        assert row["status_code"] == wanted, place
        assert row["operating"] is None, place  # no document prints how many are in operation
    assert built_seen == BUILT
    assert {row["area_id"] for row in found} == {*declared.CITIES, *declared.units_of()}


def test_every_value_of_the_comparison_is_what_a_second_reckoning_finds(real_release, grassroots, census):
    def share(city: str, column: str) -> float:
        return int(census[CITIES[city]][column]) / int(census[CITIES[city]]["population"])

    def base(city: str, *columns: str) -> int:
        return sum(grassroots[CITIES[city]][column] for column in columns)

    both = {
        "ageing_rate": lambda city: share(city, "pop_60_plus"),
        "aged_65_plus_share": lambda city: share(city, "pop_65_plus"),
        "aged_80_plus_share": lambda city: share(city, "pop_80_plus"),
        "urban_share": lambda city: share(city, "pop_urban"),
        "aged_60_plus": lambda city: int(census[CITIES[city]]["pop_60_plus"]),
        "resident_population": lambda city: int(census[CITIES[city]]["population"]),
        "administrative_villages": lambda city: base(city, "villagers_committees"),
        "residents_committees": lambda city: base(city, "residents_committees"),
        "townships": lambda city: base(city, "towns", "rural_townships"),
        "streets": lambda city: base(city, "streets"),
    }
    printed = {
        "village_home_rate": (2016 / 2871, 82 / 611),
        "township_home_rate": (71 / 75, 39 / 47),
        # 666,648 and 563,224 aged 60+
        "village_home_per_10000": (2016 / 66.6648, 82 / 56.3224),
        "medical_care_agreement_rate": (1.0, 1.0),
        "community_centre": (313, 26),
        "street_centre": (20, 26),
        "village_home_count": (2016, 82),
        "township_home_count": (71, 39),
        "training": (2631, 1000),
        "enrolled": (700_000, None),
        "allowance_standard": (50, None),
    }
    expected = printed | {item: (value("puyang"), value("fushun")) for item, value in both.items()}
    found = rows(real_release, "select * from mart.city_comparison")
    assert {row["item_code"] for row in found} == set(expected)
    for row in found:
        values = (row["value_a"], row["value_b"])
        assert values == pytest.approx(expected[row["item_code"]]), row["item_code"]
    # Side by side: what is counted alike and dated alike. 2023-07-28 and the year 2023 are.
    assert {row["item_code"] for row in found if row["comparable"]} == {
        *both,
        *("village_home_rate", "village_home_per_10000", "village_home_count"),
    }


def test_every_actual_of_the_targets_is_what_a_second_reckoning_finds(real_release):
    day_care, villages, streets = 313 / 312, 2016 / 2871, 20 / 19
    expected = {
        # target: actual over target, by day of the actual
        ("puyang_2024_training", "2024-12-31"): (2631, 1670),
        ("puyang_plan_training_per_year", "2024-12-31"): (2631, 25000 / 5),
        ("puyang_plan_2022_community_day_care", "2023-07-28"): (day_care, 1),
        ("puyang_plan_2022_community_facility", "2023-07-28"): (day_care, 1),
        ("puyang_plan_2022_rural_facility", "2023-07-28"): (villages, 1),
        ("puyang_plan_2022_village_home", "2023-07-28"): (villages, 1),
        ("puyang_plan_2022_street_centre", "2023-07-28"): (streets, 1),
        # 1+6; the city's and 7 of counties; the city's and 8 of counties
        **{("puyang_plan_2025_platform_with_city", on): (n, 9) for on, n in _platforms(7, 8, 9)},
        **{("puyang_plan_2025_platform_county_only", on): (n, 9) for on, n in _platforms(6, 7, 8)},
    }
    found = rows(real_release, "select * from mart.target_progress where origin_code <> 'none'")
    assert {(row["target_id"], str(row["as_of_on"])) for row in found} == set(expected)
    for row in found:
        actual, target = expected[row["target_id"], str(row["as_of_on"])]
        assert (row["actual"], row["target_value"]) == pytest.approx((actual, target)), row["target_id"]
        assert row["completion"] == pytest.approx(actual / target), row["target_id"]
        assert row["remaining"] == pytest.approx(max(target - actual, 0)), row["target_id"]
    # Every other target has one row, without a value and without a verdict.
    empty = rows(real_release, "select * from mart.target_progress where origin_code = 'none'")
    assert {(row["actual"], row["completion"], row["outlook_code"], row["status_code"]) for row in empty} == {
        (None, None, "unknown", "missing")
    }
    every = {row["target_id"] for row in rows(real_release, "select target_id from core.dim_target")}
    assert {row["target_id"] for row in empty} == every - {target for target, _ in expected}


def _platforms(*counts: int) -> list[tuple[str, int]]:
    return list(zip(("2023-07-28", "2024-06-04", "2025-07-09"), counts, strict=True))


def test_every_cross_check_is_what_a_second_reckoning_finds(real_release):
    # The projection of 2023-07 is a point of its table; 2024-06 lies 11 of 24 months on the way to the next one.
    points = [row for row in table("population_projection.csv") if row["age_band"] == "60_plus"]
    units = [row for row in points if row["level"] == "county" and row["adcode"].startswith("4109")]
    by_day = {
        day: {r["adcode"]: int(r["persons"]) for r in units if r["as_of"] == day}
        for day in ("2023-07-01", "2025-07-01")
    }
    first, second = by_day.values()
    june_2024 = sum(round(first[code] + (second[code] - first[code]) * 11 / 24) for code in first)
    july_2023 = sum(first.values())
    # Six counties and the two zones the census counts apart.
    assert (len(first), july_2023) == (8, 717_607)
    # result, least and most it can be, from the rounding of both figures: 66.7万 is 66.65 to 66.75, 66.66万 66.655 to 66.665
    expected = {
        "enrolled_2023_on_plan": (66.7 / 66.66, 66.65 / 66.665, 66.75 / 66.655),
        "enrolled_2023_on_census": (667_000 / 666_648, 666_500 / 666_648, 667_500 / 666_648),
        "enrolled_2024_on_plan": (70 / 66.66, 70 / 66.665, None),
        "enrolled_2023_on_projection": (667_000 / july_2023, 666_500 / july_2023, 667_500 / july_2023),
        "enrolled_2024_on_projection": (700_000 / june_2024, 700_000 / june_2024, None),
        "enrolled_growth": (70 / 66.7 - 1, 70 / 66.75 - 1, None),
        "service_per_enrolled": (10 / 66.7, 10 / 66.75, None),
        "allowance_per_time_on_standards": (225_000_000 / 4_020_000, None, None),
        "allowance_per_time_in_band": (225_000_000 / 4_020_000, None, None),
        # October 2014 to December 2020: 3 + 6 × 12 = 75 months
        "allowance_months_on_80_plus": (4_020_000 / 75 / 76_754, 4_020_000 / 75 / 76_754, None),
        "training_13th_wording": (None, None, None),
        "platform_series": (9, None, None),
        "population_60_plus_on_census": (666_600 / 666_648, 666_550 / 666_648, 666_650 / 666_648),
    }
    found = rows(real_release, "select * from mart.cross_check")
    assert {row["check_id"] for row in found} == set(expected)
    for row in found:
        values = (row["result"], row["result_low"], row["result_high"])
        assert values == pytest.approx(expected[row["check_id"]]), row["check_id"]


def test_every_population_and_number_of_divisions_is_that_of_the_tables(real_release, census, grassroots):
    bands = {"total": "population", "0_14": "pop_0_14", "15_59": "pop_15_59"}
    bands |= {f"{age}_plus": f"pop_{age}_plus" for age in (60, 65, 80, 85)}
    stored = {
        (row["stat_code"], row["age_band_code"]): row["persons"]
        for row in rows(
            real_release,
            "select a.stat_code, f.age_band_code, f.persons from core.fct_population as f "
            "inner join core.dim_area as a on a.area_id = f.area_id "
            "where a.stat_code is not null and f.base_code = 'resident'",
        )
    }
    # 42 county-level units have no code; 4 units without ages are kept with their total only.
    coded = {code: row for code, row in census.items() if code}
    assert len({code for code, _ in stored}) == len(coded)
    for code, row in coded.items():
        ageless = any(not row[column] for column in bands.values())
        for band, column in bands.items():
            wanted = None if ageless and band != "total" else int(row[column])
            assert stored.get((code, band)) == wanted, (code, row["name"], band)
    counted = {
        (row["stat_code"], row["division_code"]): row["division_count"]
        for row in rows(
            real_release,
            "select a.stat_code, f.division_code, f.division_count from core.fct_division_count as f "
            "inner join core.dim_area as a on a.area_id = f.area_id where f.year = 2021",
        )
    }
    columns = {
        "streets": "street",
        "towns": "town",
        "rural_townships": "rural_township",
        "townships_total": "township_level",
        "residents_committees": "residents_committee",
        "residents_committee_like": "residents_committee_like",
        "villagers_committees": "villagers_committee",
    }
    for code, numbers in grassroots.items():
        for column, division in columns.items():
            assert counted[code, division] == numbers[column], (code, column)
    for row in table("township_grassroots_2021.csv"):
        for column in ("residents_committees", "villagers_committees", "residents_committee_like"):
            assert counted[row["code"], columns[column]] == int(row[column]), (row["name"], column)
