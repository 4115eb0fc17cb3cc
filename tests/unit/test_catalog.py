"""The catalogue: what is declared, and what a release carries of it."""

import dataclasses
import re
from datetime import date

import polars as pl
import pytest

from etl.documents import read_documents
from tests.declared import CITIES
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
    assert {city.area_id for city in catalog.cities()} == set(CITIES)
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
    assert all(unit.is_reporting for city in CITIES for unit in catalog.units(city))
    assert all(unit.tile_row is not None for unit in (*puyang, *catalog.units("fushun")))


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


# 专栏1 of the plan, read from the text: name, target as printed, kind; and how it is stored.
TABLE_ONE = [
    ("养老服务床位总量", "2.8万", "expected", "eq", 28000),
    ("特殊困难老年人月探访率", "100%", "expected", "eq", 1.0),
    ("新建居民住宅区配套建设养老服务设施达标率", "100%", "binding", "eq", 1.0),
    ("新建智慧养老服务平台数", "9个", "expected", "eq", 9),
    ("养老机构护理型床位占比", "55%", "binding", "eq", 0.55),
    ("本科高校、职业院校养老服务相关专业招生规模", "显著增长", "expected", "increase", None),
    ("每千名老年人配备社会工作者人数", "1人", "expected", "eq", 1),
    ("每个县（市、区）老年大学数量", "≥1所", "binding", "at_least", 1),
    ("二级以上综合医院设老年病科比例", "≥60%", "expected", "at_least", 0.6),
    ("全域开展敬老月活动的县（市、区）", "100%", "expected", "eq", 1.0),
]


def test_the_ten_of_the_plans_table_are_carried_exactly_and_only_the_platforms_have_two_readings(catalog):
    rows = [target for target in catalog.targets.values() if target.chapter_zh == "专栏1"]
    by_name = {}
    for target in rows:
        by_name.setdefault(target.name_zh, []).append(target)
    assert [
        (name, one.text_zh, one.binding_code, one.comparator, one.value) for name, (one, *_) in by_name.items()
    ] == TABLE_ONE
    assert {target.deadline_on for target in rows} == {date(2025, 12, 31)}
    assert {target.quote.split("　")[0] for target in rows} == {name for name, *_ in TABLE_ONE}
    assert {name: [one.reading_zh for one in several] for name, several in by_name.items() if len(several) > 1} == {
        "新建智慧养老服务平台数": ["含市级平台", "仅计新建县级平台"]
    }


# The other numeric targets, listed from the documents sentence by sentence: wording, last day, chapter.
OTHER_TARGETS = {
    ("60%以上", None, "第二章第三节"),  # 民办床位
    ("95%以上", date(2025, 12, 31), "第三章第三节"),  # 养老保险参保
    ("不少于0.2平方米", None, "第四章第二节"),
    ("至少建有1所", date(2022, 12, 31), "第四章第二节"),
    ("100%", date(2022, 12, 31), "第四章第二节"),  # 乡镇敬老院、农村幸福院
    ("100%", None, "第四章第三节"),  # 无障碍化
    ("100%", date(2022, 12, 31), "第五章第二节"),  # 城市社区服务设施
    ("不超过40%", date(2025, 12, 31), "第五章第三节"),
    ("不低于55%", date(2025, 12, 31), "专栏3"),  # 特困供养设施
    ("不低于50%", date(2022, 12, 31), "专栏3"),
    ("60%", date(2025, 12, 31), "专栏4"),
    ("55%以上", None, "第六章第一节"),
    ("不低于30%", None, "第六章第一节"),
    ("不少于10000人", date(2025, 12, 31), "专栏5"),
    ("不少于25000人次", date(2025, 12, 31), "专栏5"),
    ("一个", date(2025, 12, 31), "第九章第一节"),
    ("2个", date(2025, 12, 31), "第九章第一节"),
    ("80%", date(2025, 12, 31), "第九章第二节"),
    ("1670人", date(2024, 12, 31), "三、注重人才培养"),
    ("500人", date(2023, 12, 31), "8. 打造护理品牌"),
}


def test_every_other_numeric_target_of_the_documents_is_carried_with_chapter_and_deadline(catalog):
    others = [target for target in catalog.targets.values() if target.chapter_zh != "专栏1"]
    printed = {(each.text_zh, each.deadline_on, each.chapter_zh) for each in others if each.text_zh != "全覆盖"}
    assert printed == OTHER_TARGETS
    # 全覆盖 without a number: streets, communities and villages by 2022; for the destitute no last day is printed.
    full = [(each.value, each.deadline_on and each.deadline_on.year) for each in others if each.text_zh == "全覆盖"]
    assert sorted(full, key=str) == [(1.0, 2022), (1.0, 2022), (1.0, 2022), (1.0, None)]
    # Only the plan's table prints an attribute.
    assert {each.binding_code for each in others} == {"not_printed"}
    undated = {each.indicator_code for each in others if each.deadline_on is None}
    assert undated == {
        "destitute_facility_coverage_rate",
        "private_bed_share",
        "care_land_area_per_head",
        "barrier_free_rate",
        "lottery_fund_care_share",
        "lottery_fund_private_share",
    }


def test_every_target_of_the_ledger_is_a_target_of_the_catalogue(catalog):
    linked = {target.figure_id for target in catalog.targets.values()}
    lost = [
        figure.id
        for document in read_documents().documents
        for _, figure in document.figures.rows
        if figure.kind == "target" and figure.id not in linked
    ]
    # 每个县城区、街道办建设1个…, 每个社区建设1个…: a reply of 2023 that names no day; the plan's rows for 2022 mention it.
    assert lost == ["puyang-reply-2023-196:002", "puyang-reply-2023-196:005"]


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
        *("allowance_recovered_person_count", "allowance_stopped_count", "care_voucher_holder_count"),
        *("payout_recipient_count", "payout_arrears_person_count"),
        *("payout_recovered_person_count", "payout_stopped_count"),
    }


@pytest.mark.parametrize(
    "code",
    [
        "care_voucher_yuan_per_card",
        "allowance_on_time_rate",
        "county_destitute_facility_grade_three_rate",
        "township_home_county_managed_rate",
    ],
)
def test_what_leaders_ask_for_and_no_form_carries_says_so(catalog, code):
    assert catalog.indicators[code].caveat_zh.startswith("未报送")
    assert not catalog.indicators[code].form_code


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
