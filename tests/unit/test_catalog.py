"""The catalogue: what is declared, and what a release carries of it."""

import dataclasses
import re
from datetime import date

import polars as pl
import pytest

from warehouse.catalog import catalog_frames
from warehouse.catalog.model import Area, Group, Indicator, Target

RATE = "village_home_coverage_rate"


@pytest.fixture(scope="module")
def frames(catalog):
    return catalog_frames(catalog)


# ---- what is declared ----


def test_the_catalogue_cannot_be_changed_after_loading(catalog):
    with pytest.raises(dataclasses.FrozenInstanceError):
        catalog.indicators[RATE].unit_zh = "个"
    for records in (catalog.indicators, catalog.codes, catalog.codes["status_code"]):
        with pytest.raises(TypeError):
            records["new"] = None
    for kind in (Indicator, Area, Group, Target):
        with pytest.raises(TypeError):
            kind("given by position")


def test_each_city_has_its_reporting_units_in_order(catalog):
    assert [city.name_zh for city in catalog.cities()] == ["濮阳市", "抚顺市"]
    # 9 units: five counties, 华龙区, and three functional zones of which 示范区 has no code.
    puyang = catalog.units("puyang")
    assert [unit.short_name_zh for unit in puyang] == [
        *("华龙区", "清丰县", "南乐县", "范县", "台前县", "濮阳县", "工业园区", "经开区", "示范区"),
    ]
    assert [unit.area_id for unit in puyang if unit.kind_code == "functional_zone"] == [
        *("puyang_industrial", "puyang_etdz", "puyang_demo_zone"),
    ]
    assert all(unit.adcode is None for unit in puyang if unit.kind_code == "functional_zone")
    assert catalog.areas["puyang_demo_zone"].stat_code is None
    assert len(catalog.units("fushun")) == 7
    assert all(unit.is_reporting and unit.tile_row is not None for unit in (*puyang, *catalog.units("fushun")))


def test_a_city_and_the_county_of_its_name_share_no_alias(catalog):
    for city, county in (("puyang", "puyangxian"), ("fushun", "fushunxian")):
        names = [{area.name_zh, area.short_name_zh, *area.aliases} for area in map(catalog.areas.get, (city, county))]
        assert not names[0] & names[1]


def test_standards_are_those_of_the_plan_and_none_is_made_up_for_fushun(catalog):
    # “从2014年10月起 … 50元 … 100元 … 200元”, “2019年，将100岁及以上 … 提高到每人每月300元”.
    standards = {key: each.yuan_per_month for key, each in catalog.allowance_standards.items()}
    assert standards == {
        "puyang|age_80_89|2014-10-01": 50,
        "puyang|age_90_99|2014-10-01": 100,
        "puyang|age_100_plus|2014-10-01": 200,
        "puyang|age_100_plus|2019-01-01": 300,
    }
    assert catalog.allowance_standards["puyang|age_100_plus|2014-10-01"].valid_to_on == date(2018, 12, 31)


def test_what_is_no_judgement_is_never_ranked(catalog):
    neutral = [
        *("township_home_count", "enrolled_count", "enrolment_rate", "allowance_coverage_rate", "ageing_rate"),
        *("allowance_recipient_count", "care_institution_count"),
    ]
    assert {catalog.indicators[code].polarity_code for code in neutral} == {"neutral"}
    assert catalog.indicators["government_operated_bed_share"].polarity_code == "lower_is_better"


def test_persons_of_the_allowance_form_are_protected_and_money_is_not(catalog):
    sensitive = {code for code, indicator in catalog.indicators.items() if indicator.is_sensitive_persons}
    assert sensitive == {
        *("allowance_recipient_count", "allowance_arrears_person_count"),
        *("allowance_recovered_person_count", "allowance_stopped_count"),
    }


def test_homes_of_two_names_are_one_group_and_two_kinds_of_centres_are_not(catalog):
    indicators, groups = catalog.indicators, catalog.groups
    assert "互助幸福院" in groups[indicators["village_home_count"].group_code].definition_zh
    day_care, home_care = (
        indicators[code].group_code for code in ("community_day_care_count", "community_home_care_centre_count")
    )
    assert day_care != home_care
    (reason,) = [each for each in groups[day_care].not_with if each.group_code == home_care]
    assert reason.reason_code == "definition_differs" and "不是一类设施" in reason.reason_zh
    assert indicators["training_person_times"].group_code != indicators["certificate_count"].group_code
    assert groups[indicators["allowance_coverage_rate"].group_code].city_reason_code == "policy_differs"


def test_four_kinds_of_nothing_have_four_marks(catalog):
    marks = {code: each.mark_zh for code, each in catalog.codes["status_code"].items()}
    assert marks == {
        "reported": None,
        "missing": "缺",
        "not_applicable": "—",
        "suppressed": "*",
        "returned": "退回",
        "withheld": "待说明",
    }


# ---- what a release carries of it ----


def test_every_frame_has_exactly_the_columns_and_a_whole_key_of_its_relation(catalog, frames):
    for name, frame in frames.items():
        relation = catalog.relations[name]
        assert frame.schema == pl.Schema(relation.polars_schema), name
        keys = frame.select(relation.key)
        assert not keys.is_duplicated().any() and not any(keys.null_count().row(0)), name


def test_every_indicator_group_target_standard_and_code_is_carried(catalog, frames):
    assert frames["meta.indicator"]["indicator_code"].to_list() == list(catalog.indicators)
    assert frames["meta.group"]["group_code"].to_list() == list(catalog.groups)
    assert frames["core.dim_target"]["target_id"].to_list() == list(catalog.targets)
    assert frames["core.fct_allowance_standard"].height == len(catalog.allowance_standards)
    assert frames["meta.code"].height == sum(len(codes) for codes in catalog.codes.values())


def test_an_indicator_is_carried_field_by_field(frames):
    row = frames["meta.indicator"].row(by_predicate=pl.col("indicator_code") == RATE, named=True)
    assert (row["numerator"], row["denominator"], row["scale"], row["unit_zh"]) == (
        *("village_home_count", "administrative_village_count", 1.0, "%"),
    )
    assert row["formula_zh"] == "农村幸福院数 ÷ 行政村数"
    assert row["form_code"] is None and row["next_review_on"] == date(2027, 3, 31)


def test_a_distinction_can_be_looked_up_from_either_side(frames):
    pairs = set(frames["meta.group_distinction"].select("group_code", "other_group_code").iter_rows())
    assert pairs == {(other, group) for group, other in pairs}
    assert ("community_home_care_centre", "community_day_care") in pairs


def test_a_network_names_its_bases_and_what_they_are_made_of(frames):
    rows = frames["meta.network"].filter(pl.col("area_id") == "puyang")
    made_of = {
        (network, base): codes
        for network, base, codes in rows.group_by("network_code", "base_code", maintain_order=True)
        .agg("division_code")
        .iter_rows()
    }
    assert made_of["street_centre", "street_and_county_seat"] == ["street", "county_seat"]
    assert made_of["community_day_care", "residents_committee"] == ["residents_committee"]
    assert made_of["community_day_care", "residents_committee_with_like"] == [
        *("residents_committee", "residents_committee_like"),
    ]
    assert made_of["township_home", "township"] == ["town", "rural_township"]
    usual = rows.filter("is_usual_base").select("network_code", "base_code").unique()
    assert dict(usual.iter_rows())["community_day_care"] == "residents_committee"
    assert set(frames["meta.network"].filter(pl.col("network_code") == "community_home_care_centre")["area_id"]) == {
        "fushun"
    }


def test_every_code_named_in_a_column_comment_is_in_the_code_table(catalog):
    """Comments list the codes of a column in ASCII; a code without a Chinese meaning would be printed bare."""
    lost = []
    for relation in catalog.relations.values():
        for column in relation.columns:
            listed = set(re.findall(r"(?<![\w.])[a-z0-9]+(?:_[a-z0-9]+)*(?![\w.])", column.comment_zh)) - {"sql"}
            # Bases of networks are declared in networks.toml and explained in meta.network.
            if not column.name.endswith("_code") or not listed or "meta.network" in column.comment_zh:
                continue
            sets = [codes for name, codes in catalog.codes.items() if f"_{name}".endswith(f"_{column.name}")]
            if not any(listed <= set(codes) for codes in sets):
                lost.append(f"{relation.relation}.{column.name}: {sorted(listed)}")
    assert lost == []
