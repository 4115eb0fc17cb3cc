"""What each derived row says it was made of, on a handful of rows: every input, and none that did not count."""

from datetime import date

import pytest

from tests.models import WAREHOUSE, empty_release, insert

CENSUS, END = date(2020, 11, 1), date(2025, 6, 30)
JUNE = date(2025, 6, 1)


def inputs(connection, name: str) -> dict[str, list[tuple]]:
    """The rows of one receipt select by the row they belong to: role, relation, row; sorted, each as often as it came."""
    select = (WAREHOUSE / "sql" / "receipt" / f"{name}.sql").read_text(encoding="utf-8")
    found: dict[str, list[tuple]] = {}
    for relation, row_key, *rest in connection.sql(select).fetchall():
        assert relation == f"mart.{name}"
        found.setdefault(row_key, []).append(tuple(rest))
    return {key: sorted(rows) for key, rows in found.items()}


@pytest.fixture
def release():
    return empty_release()


def test_a_profile_is_made_of_the_bands_of_its_own_census(release):
    insert(release, "mart.area_profile", [{"area_id": "a", "as_of_on": CENSUS}])
    bands = ("total", "0_14", "15_59", "60_plus", "65_plus", "80_plus", "85_plus")
    insert(release, "core.fct_population", [
        *({"area_id": "a", "as_of_on": CENSUS, "base_code": "resident", "age_band_code": band} for band in bands),
        {"area_id": "a", "as_of_on": CENSUS, "base_code": "registered", "age_band_code": "total"},
        {"area_id": "a", "as_of_on": date(2010, 11, 1), "base_code": "resident", "age_band_code": "total"},
        {"area_id": "b", "as_of_on": CENSUS, "base_code": "resident", "age_band_code": "total"},
    ])  # fmt: skip
    insert(release, "core.fct_urban_population", [
        {"area_id": "a", "as_of_on": CENSUS}, {"area_id": "b", "as_of_on": CENSUS}, {"area_id": "a", "as_of_on": END},
    ])  # fmt: skip
    assert inputs(release, "area_profile") == {
        "a": [
            ("denominator", "core.fct_population", "a|2020-11-01|resident|total"),
            ("numerator", "core.fct_population", "a|2020-11-01|resident|60_plus"),
            ("numerator", "core.fct_population", "a|2020-11-01|resident|65_plus"),
            ("numerator", "core.fct_population", "a|2020-11-01|resident|80_plus"),
            ("numerator", "core.fct_population", "a|2020-11-01|resident|85_plus"),
            ("value", "core.fct_urban_population", "a|2020-11-01"),
        ]
    }


def test_a_comparison_is_made_of_both_values_and_of_the_people_one_per_ten_thousand_is_divided_by(release):
    def line(item, basis, a, b):
        return {
            "area_a": "east", "area_b": "west", "item_code": item, "basis_code": basis,
            "relation_a": "r.a" if a else None, "row_key_a": f"{item}-a" if a else None, "value_a": 1 if a else None,
            "relation_b": "r.b" if b else None, "row_key_b": f"{item}-b" if b else None, "value_b": 1 if b else None,
        }  # fmt: skip

    insert(release, "mart.city_comparison", [
        line("both", "as_is", True, True), line("one", "per_10000", True, False), line("other", "per_10000", False, True),
    ])  # fmt: skip
    insert(release, "mart.area_profile", [{"area_id": area, "as_of_on": CENSUS} for area in ("east", "west", "north")])
    assert inputs(release, "city_comparison") == {
        "east|west|both": [("value", "r.a", "both-a"), ("value", "r.b", "both-b")],
        "east|west|one": [("denominator", "mart.area_profile", "east"), ("value", "r.a", "one-a")],
        "east|west|other": [("denominator", "mart.area_profile", "west"), ("value", "r.b", "other-b")],
    }


def test_coverage_is_made_of_what_was_built_and_of_the_newest_count_of_its_own_base(release):
    def row(network, origin, **others):
        return {
            "area_id": "a",
            "network_code": network,
            "as_of_on": END,
            "base_code": "village",
            "origin_code": origin,
            "base": 50.0,
        } | others

    insert(release, "mart.coverage", [
        row("home", "document", figure_id="f1", built=10.0, indicator_code="home_count"),
        row("home", "month", built=11.0, indicator_code="home_count"),
        # Nothing was built yet as far as anybody said: the base alone.
        row("care", "month", indicator_code="care_count", base_code="community"),
        # Without a base, without a count of it, without a printed one: nothing stands in for it.
        row("platform", "document", figure_id="f3", built=9.0, base_code="none"),
        row("home", "document", figure_id="f3", built=9.0, base_code="other"),
        row("care", "document", figure_id="f3", built=9.0, base_code="community", area_id="d"),
    ])  # fmt: skip
    insert(release, "meta.figure_reading", [
        {"figure_id": "f1", "reading_code": "usual"}, {"figure_id": "f1", "reading_code": "other"}, {"figure_id": "f2", "reading_code": "usual"},
    ])  # fmt: skip
    insert(release, "meta.network", [
        {"network_code": network, "area_id": city, "base_code": base, "division_code": division}
        for city in ("a", "b")
        for network, base, division in (("home", "village", "villagers_committee"), ("home", "other", "street"), ("care", "community", "residents_committee"))
    ])  # fmt: skip
    insert(release, "core.fct_division_count", [
        {"area_id": area, "year": year, "division_code": code}
        for area, year, code in (("a", 2020, "villagers_committee"), ("a", 2021, "villagers_committee"), ("a", 2020, "residents_committee"), ("b", 2022, "villagers_committee"))
    ])  # fmt: skip
    insert(release, "meta.base_note", [
        {"network_code": "care", "base_code": "community", "printed_indicator_code": "residents_committee_count"},
        {"network_code": "care", "base_code": "village", "printed_indicator_code": "home_count"},
    ])  # fmt: skip
    insert(release, "core.fct_document_figure", [
        {"figure_id": "printed", "area_id": "a", "indicator_code": "residents_committee_count", "kind_code": "actual"},
        {"figure_id": "planned", "area_id": "a", "indicator_code": "residents_committee_count", "kind_code": "plan"},
        {"figure_id": "elsewhere", "area_id": "b", "indicator_code": "residents_committee_count", "kind_code": "actual"},
        {"figure_id": "f1", "area_id": "a", "indicator_code": "home_count", "kind_code": "actual"},
    ])  # fmt: skip
    villages = ("base", "core.fct_division_count", "a|2021|villagers_committee")
    assert inputs(release, "coverage") == {
        "a|home|2025-06-30|village|document": [
            villages, ("numerator", "core.fct_document_figure", "f1"), ("value", "meta.figure_reading", "f1|usual"),
        ],
        "a|home|2025-06-30|village|month": [villages, ("numerator", "mart.indicator_month", "a|home_count|total|2025-06-01")],
        "a|care|2025-06-30|community|month": [
            ("base", "core.fct_division_count", "a|2020|residents_committee"), ("base", "core.fct_document_figure", "printed"),
        ],
        **{key: [("numerator", "core.fct_document_figure", "f3")] for key in ("a|platform|2025-06-30|none|document", "a|home|2025-06-30|other|document", "d|care|2025-06-30|community|document")},
    }  # fmt: skip


def test_a_cross_check_is_made_of_the_operands_of_its_own_kind(release):
    insert(release, "mart.cross_check", [{"check_id": check} for check in ("sum", "people", "money", "unknown")])
    nothing = {"figure_id": None, "area_id": None, "as_of_on": None, "base_code": None, "age_band_code": None}
    of_people = {"area_id": "a", "as_of_on": CENSUS, "base_code": "resident", "age_band_code": "80_plus"}
    insert(release, "meta.cross_check_operand", [
        nothing | {"check_id": "sum", "role_code": "numerator", "kind_code": "figure", "figure_id": "f1"},
        nothing | {"check_id": "sum", "role_code": "denominator", "kind_code": "figure", "figure_id": "f2"},
        nothing | {"check_id": "people", "role_code": "base", "kind_code": "population"} | of_people,
        nothing | {"check_id": "money", "role_code": "base", "kind_code": "allowance", "area_id": "a"},
        # No standard is on file there.
        nothing | {"check_id": "unknown", "role_code": "base", "kind_code": "allowance", "area_id": "z"},
        nothing | {"check_id": "unasked", "role_code": "base", "kind_code": "figure", "figure_id": "f3"},
    ])  # fmt: skip
    insert(release, "meta.figure_reading", [
        {"figure_id": figure, "reading_code": code} for figure, code in (("f1", "usual"), ("f2", "other"), ("f3", "usual"))
    ])  # fmt: skip
    insert(release, "core.fct_allowance_standard", [
        {"area_id": area, "age_tier_code": "age_80_89", "valid_from_on": date(2014, 10, 1)} for area in ("a", "b")
    ])  # fmt: skip
    assert inputs(release, "cross_check") == {
        "sum": [("denominator", "core.fct_document_figure", "f2"), ("numerator", "core.fct_document_figure", "f1"), ("value", "meta.figure_reading", "f1|usual")],
        "people": [("base", "core.fct_population", "a|2020-11-01|resident|80_plus")],
        "money": [("base", "core.fct_allowance_standard", "a|age_80_89|2014-10-01")],
    }  # fmt: skip


def test_progress_is_made_of_its_target_its_evidence_and_the_reading_that_evidence_is_declared_to_take(release):
    def row(target, origin, relation=None, key=None):
        return {
            "target_id": target,
            "area_id": "a",
            "month": JUNE,
            "origin_code": origin,
            "evidence_relation": relation,
            "evidence_row_key": key,
        }

    figure, month = "core.fct_document_figure", "mart.indicator_month"
    insert(release, "mart.target_progress", [
        row("t1", "document", figure, "f1"), row("t1", "month", month, "f1"), row("t2", "document", figure, "f1"), row("t3", "none"),
        row("t4", "document", figure, "f9"),
    ])  # fmt: skip
    insert(
        release,
        "core.dim_target",
        [{"target_id": f"t{number}", "indicator_code": "home_count"} for number in (1, 2, 3, 4)],
    )
    insert(release, "meta.target_evidence", [
        {"target_id": "t2", "indicator_code": "home_count", "reading_code": "wide"},
        {"target_id": "t2", "indicator_code": "other_count", "reading_code": "usual"},
    ])  # fmt: skip
    insert(release, "meta.figure_reading", [{"figure_id": "f1", "reading_code": code} for code in ("usual", "wide")])

    def of(target):
        return ("target", "core.dim_target", target)

    assert inputs(release, "target_progress") == {
        "t1|a|2025-06-01|document": [
            ("numerator", figure, "f1"),
            of("t1"),
            ("value", "meta.figure_reading", "f1|usual"),
        ],
        "t1|a|2025-06-01|month": [("numerator", month, "f1"), of("t1")],
        "t2|a|2025-06-01|document": [
            ("numerator", figure, "f1"),
            of("t2"),
            ("value", "meta.figure_reading", "f1|wide"),
        ],
        "t3|a|2025-06-01|none": [of("t3")],
        # Taken as it is printed: nobody reads that figure otherwise.
        "t4|a|2025-06-01|document": [("numerator", figure, "f9"), of("t4")],
    }


def test_the_verdict_on_a_whole_target_is_made_of_its_parts_and_of_no_reading_for_reference(release):
    def row(target, reading, scope, month=JUNE, named=1, key=None):
        return {
            "target_id": target,
            "reading": reading,
            "area_id": "a",
            "month": month,
            "scope_code": scope,
            "parts_named": named,
            "evidence_relation": key and "mart.x",
            "evidence_row_key": key,
        }

    insert(release, "mart.target_verdict", [
        row("t", "all", "whole", named=2),
        row("t", "t1", "part", key="k1"),
        row("t", "t2", "part"),
        row("t", "t3", "reference"),
        row("t", "t1", "part", month=date(2025, 5, 1)),
        row("u", "all", "whole", named=1, key="k2"),
        row("u", "u1", "part"),
    ])  # fmt: skip

    def of(target):
        return ("target", "core.dim_target", target)

    def part(key):
        return ("value", "mart.target_verdict", key)

    assert inputs(release, "target_verdict") == {
        "t|all|a|2025-06-01": [of("t"), part("t|t1|a|2025-06-01"), part("t|t2|a|2025-06-01")],
        "t|t1|a|2025-06-01": [of("t1"), ("value", "mart.x", "k1")],
        "t|t2|a|2025-06-01": [of("t2")],
        "t|t3|a|2025-06-01": [of("t3")],
        "t|t1|a|2025-05-01": [of("t1")],
        # One reading only: the whole is that one, and says what it rests on itself.
        "u|all|a|2025-06-01": [of("u"), ("value", "mart.x", "k2")],
        "u|u1|a|2025-06-01": [of("u1")],
    }


def test_an_outlook_is_made_of_the_running_total_and_both_ends_of_each_year_completed_before(release):
    insert(release, "mart.year_outlook", [{"area_id": "a", "indicator_code": "trained", "month": JUNE}])

    def total(area, month, value=1.0, code="trained", breakdown="total"):
        return {"area_id": area, "indicator_code": code, "breakdown_code": breakdown, "month": month, "value": value}

    insert(release, "mart.indicator_month", [
        *(total("a", date(year, number, 1)) for year in (2023, 2024, 2025) for number in (5, 6, 12)),
        # 2022 has no December, 2021 a June of nothing: neither is a year to go by.
        total("a", date(2022, 6, 1)), total("a", date(2021, 6, 1), 0.0), total("a", date(2021, 12, 1)),
        total("b", date(2022, 12, 1)), total("a", date(2022, 12, 1), code="other"), total("a", date(2022, 12, 1), breakdown="part"),
    ])  # fmt: skip
    month = "mart.indicator_month"
    assert inputs(release, "year_outlook") == {
        "a|trained|2025-06-01": [
            *(
                ("denominator", month, f"a|trained|total|{year}-{number}-01")
                for year in (2023, 2024)
                for number in ("06", "12")
            ),
            ("numerator", month, "a|trained|total|2025-06-01"),
        ]
    }


def test_an_outlook_leaves_out_the_years_before_a_break_of_its_own_indicator_in_its_place_or_city(release):
    codes = ("jan", "now", "later", "elsewhere")
    insert(release, "core.dim_area", [
        {"area_id": "a", "city_area_id": "c"}, {"area_id": "b", "city_area_id": "c"}, {"area_id": "c", "city_area_id": "c"},
    ])  # fmt: skip
    insert(release, "mart.year_outlook", [{"area_id": "a", "indicator_code": code, "month": JUNE} for code in codes])
    insert(release, "mart.indicator_month", [
        {"area_id": "a", "indicator_code": code, "breakdown_code": "total", "month": date(year, number, 1), "value": 1.0}
        for code in codes for year in (2023, 2024, 2025) for number in (6, 12)
    ])  # fmt: skip
    insert(release, "meta.series_break", [
        # Counted anew from January 2024: that whole year is counted the new way, 2023 is not.
        {"area_id": "c", "indicator_code": "jan", "month": date(2024, 1, 1)},
        {"area_id": "a", "indicator_code": "now", "month": JUNE},
        {"area_id": "a", "indicator_code": "later", "month": date(2025, 7, 1)},
        {"area_id": "b", "indicator_code": "elsewhere", "month": date(2025, 1, 1)},
    ])  # fmt: skip
    used = {
        key.split("|")[1]: sorted({row[2].split("|")[3][:4] for row in rows if row[0] == "denominator"})
        for key, rows in inputs(release, "year_outlook").items()
    }
    assert used == {"jan": ["2024"], "now": [], "later": ["2023", "2024"], "elsewhere": ["2023", "2024"]}
