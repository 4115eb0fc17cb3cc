"""The marts of the real release: every number worked by hand from the documents, the census and the division codes."""

import re
from datetime import date

import pytest

from etl.collected import collect_frames
from tests.conftest import ROOT
from tests.declared import CITIES, units_of
from warehouse.errors import CheckFailed
from warehouse.read.document import checks, documents
from warehouse.read.place import comparison, coverage
from warehouse.read.receipt.receipts import receipt
from warehouse.read.target import targets
from warehouse.release.building.build import build
from warehouse.wording.grammar.numbers import percent, show_value
from warehouse.wording.grammar.sentences import check_line, target_verdict


def one(answer, **wanted):
    """The single row of an answer with these values."""
    rows = [
        row for row in answer.frame.iter_rows(named=True) if all(row[name] == value for name, value in wanted.items())
    ]
    assert len(rows) == 1, rows
    return rows[0]


def test_years_written_in_sentences_are_those_of_the_tables(real_release):
    """Where a sentence names the year of the census or of the counts of places, it fails here once a newer table comes."""
    census = real_release.rows("select distinct year(as_of_on) as year from mart.area_profile").frame["year"].to_list()
    places = real_release.rows("select max(year) as year from core.fct_division_count group by area_id, division_code")
    written = (
        (r"(20\d\d)年(?:人口)?普查|人口为(20\d\d)年|普查（(20\d\d)年）", set(census)),
        (r"(20\d\d)年基层单位数|基层单位数为(20\d\d)年|区划代码（(20\d\d)年）|行政村数（(20\d\d)年）", set(places.frame["year"])),
    )  # fmt: skip
    files = [path for room in ("warehouse", "pages") for end in ("py", "toml") for path in (ROOT / room).rglob(f"*.{end}")]  # fmt: skip
    texts = [path.read_text(encoding="utf-8") for path in files if "documents" not in path.parts]
    for pattern, years in written:
        told = {int(year) for text in texts for found in re.findall(pattern, text) for year in found if year}
        assert told == years


# --- coverage ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("area_id", "network_code", "base_code", "built", "base", "base_year", "shown"),
    [
        ("puyang", "street_centre", "street_and_county_seat", 20, 19, 2021, "105.3%"),  # 14 streets + 5 county seats
        ("puyang", "community_day_care", "residents_committee", 313, 312, 2021, "100.3%"),
        ("puyang", "community_day_care", "residents_committee_with_like", 313, 330, 2021, "94.8%"),  # 312 + 18
        ("puyang", "village_home", "administrative_village", 2016, 2871, 2021, "70.2%"),
        ("puyang", "township_home", "township", 71, 75, 2021, "94.7%"),  # 44 towns + 31 townships
        ("puyang", "county_destitute", "county", 2, 6, 2021, "33.3%"),  # 5 counties + 1 district
        ("fushun", "village_home", "administrative_village", 82, 611, 2021, "13.4%"),
        ("fushun", "township_home", "township", 39, 47, 2021, "83.0%"),  # 27 + 20
        ("fushun", "township_home", "township_as_printed", 39, 46, 2023, "84.8%"),
        ("fushun", "community_home_care_centre", "street", 26, 25, 2021, "104.0%"),
    ],
)
def test_coverage_of_the_cities(real_release, area_id, network_code, base_code, built, base, base_year, shown):
    row = one(coverage.ladder(real_release, area_id=area_id), network_code=network_code, base_code=base_code)
    assert (row["built"], row["base"], row["base_year"]) == (built, base, base_year)
    assert percent(row["rate"]) == shown
    # What exceeds its base is explained, and its blanks cannot be told; nor can those of homes that serve several townships.
    assert row["blank"] == (base - built if built <= base and network_code != "township_home" else None)
    assert built <= base or "100%" in row["note_zh"] or "不止一个" in row["note_zh"]


def test_a_figure_dated_by_its_year_says_so(real_release):
    by_year = one(coverage.ladder(real_release, area_id="fushun"), network_code="village_home")
    by_day = one(coverage.ladder(real_release, area_id="puyang"), network_code="village_home")
    assert (by_year["as_of_on"], by_year["as_of_precision"]) == (date(2023, 12, 31), "year")
    assert (by_day["as_of_on"], by_day["as_of_precision"]) == (date(2023, 7, 28), "day")


def test_what_no_document_prints_is_missing_with_its_base(real_release):
    unprinted = {
        (area_id, row["network_code"]): row["base"]
        for area_id in ("puyang", "fushun")
        for row in coverage.ladder(real_release, area_id=area_id).frame.iter_rows(named=True)
        if row["status_code"] == "missing" and row["is_usual_base"]
    }
    assert unprinted == {
        ("puyang", "regional_centre"): 75,
        ("fushun", "regional_centre"): 47,
        ("fushun", "county_destitute"): 7,
        ("fushun", "community_day_care"): 317,
        ("fushun", "smart_platform"): None,
    }


def test_units_are_missing_where_nothing_is_printed_and_not_applicable_where_nothing_can_be(real_release):
    answer = coverage.by_unit(real_release, city_area_id="puyang", network_code="village_home")
    states = dict(answer.frame.select("area_id", "status_code").iter_rows())
    # 工业园区 has no village, 示范区 no codes of its own; 0 % would be a lie about both.
    assert {area_id for area_id, state in states.items() if state == "not_applicable"} == {
        "puyang_industrial",
        "puyang_demo_zone",
    }
    assert set(states.values()) == {"missing", "not_applicable"}
    assert sorted(states) == sorted(units_of("puyang"))
    assert sum(answer.frame["base"].drop_nulls()) == 2871
    assert answer.frame["built"].null_count() == len(states)


def test_platforms_are_counted_alike_in_all_three_documents(real_release):
    rows = coverage.history(real_release, area_id="puyang", network_code="smart_platform").frame
    # 1+6; the city's and 7 of counties; the city's and 8 of counties
    assert rows["built"].to_list() == [7, 8, 9]
    assert rows["built_as_written"].to_list() == ["6", "7个", "8个"]
    assert set(rows["status_code"]) == {"not_applicable"}


# --- targets ----------------------------------------------------------------------------------------------------


@pytest.mark.bar("TG2")
def test_one_figure_has_a_verdict_on_each_of_its_targets(real_release):
    answer = targets.lines(real_release, area_id="puyang", evidence_row_key="puyang-reply-2025-408:003")
    province = one(answer, reading="puyang_2024_training")
    plan = one(answer, reading="puyang_plan_training_per_year")
    assert answer.frame.height == 2
    # 2631 / 1670 = 157.54 %; 25000 / 5 = 5000 a year, 2631 / 5000 = 52.62 %
    assert province["completion"] == pytest.approx(2631 / 1670)
    assert (plan["target_value"], plan["completion"]) == (5000, pytest.approx(0.5262))
    assert target_verdict(province).text == "2631人，为2024年省定养老服务人才培训目标1670人的157.5%，已完成"
    assert target_verdict(plan).text == "2631人，为培训养老护理员5000人次/年的52.6%（推算；人对人次，仅供参照）"
    assert province["remaining"] == 0
    assert province["gap_pp"] == pytest.approx(2631 / 1670 - 1)


@pytest.mark.bar("TG1")
def test_every_target_names_its_document_chapter_sentence_and_kind(real_release):
    texts = {
        source_id: "".join(documents.paragraphs(real_release, source_id=source_id).frame["text_zh"])
        for source_id in documents.sources(real_release).frame["source_id"]
    }
    seen = 0
    for area_id in CITIES:
        for row in targets.lines(real_release, area_id=area_id).frame.unique("reading").iter_rows(named=True):
            seen += 1
            assert row["source_title_zh"], row["target_id"]
            assert row["chapter_zh"], row["target_id"]
            assert row["quote"].replace(" ", "") in texts[row["source_id"]].replace(" ", ""), row["target_id"]
            assert (row["binding_label_zh"] in row["quote"]) == (row["chapter_zh"] == "专栏1")
            # The plan prints no number of its own; the replies that set targets do.
            assert (row["source_number_zh"] is None) == (row["source_id"] == "puyang-plan-14th")
    assert seen == real_release.rows("select count(*) as n from core.dim_target").frame["n"][0]


def test_the_platform_target_has_two_readings_and_no_verdict(real_release):
    answer = targets.lines(real_release, area_id="puyang", indicator_code="smart_platform_count")
    with_city = one(answer, reading="puyang_plan_2025_platform_with_city")
    county_only = one(answer, reading="puyang_plan_2025_platform_county_only")
    assert (with_city["actual"], with_city["completion"]) == (9, 1.0)
    assert (county_only["actual"], county_only["completion"]) == (8, pytest.approx(8 / 9))
    assert {with_city["outlook_code"], county_only["outlook_code"]} == {"to_confirm"}
    assert (with_city["actual_as_written"], county_only["actual_as_written"]) == (None, "8个")


def test_expired_targets_end_with_what_was_published_and_nothing_is_invented(real_release):
    rows = targets.lines(real_release, area_id="puyang", today=date(2026, 11, 28)).frame.rows(named=True)
    expired = [row for row in rows if row["deadline_on"] == date(2025, 12, 31)]
    assert all(row["is_over"] for row in expired)
    # Documents end in July 2025: nothing about beds, nursing beds, visits … was ever printed.
    unknown = {row["target_id"] for row in expired if row["outlook_code"] == "unknown"}
    assert {
        "puyang_plan_2025_care_beds",
        "puyang_plan_2025_nursing_bed_share",
        "puyang_plan_2025_monthly_visit",
    } <= unknown
    assert all((row["actual"] is None) == (row["evidence_row_key"] is None) for row in rows)
    assert all(
        row["actual"] is None and row["completion"] is None for row in expired if row["outlook_code"] == "unknown"
    )
    assert not [row for row in rows if row["outlook_code"] == "missed"]


def test_a_share_computed_by_us_is_not_a_verdict_on_a_target_of_unclear_meaning(real_release):
    row = one(targets.lines(real_release, area_id="puyang"), reading="puyang_plan_2022_village_home")
    assert (percent(row["actual"]), row["outlook_code"]) == ("70.2%", "to_confirm")
    assert row["timing_zh"] == "数据时点晚于期限"
    assert row["evidence_relation"] == "mart.coverage"


# --- comparison -------------------------------------------------------------------------------------------------


def test_village_homes_stand_side_by_side_without_a_multiple(real_release):
    row = one(comparison.compare(real_release, area_a="puyang", area_b="fushun"), item_code="village_home_rate")
    assert (percent(row["value_a"]), percent(row["value_b"])) == ("70.2%", "13.4%")
    assert (row["comparable"], row["badge_zh"]) == (True, "时点不详")
    assert (row["note_a_zh"], row["note_b_zh"]) == ("2016个÷2871个行政村（2021年）", "82个÷611个行政村（2021年）")
    assert "不作倍数" in row["reason_zh"]
    columns = set(comparison.compare(real_release, area_a="puyang", area_b="fushun").frame.columns)
    assert not columns & {"ratio", "multiple", "difference"}


def test_day_care_and_home_care_centres_are_refused_with_one_sentence(real_release):
    row = one(comparison.compare(real_release, area_a="puyang", area_b="fushun"), item_code="community_centre")
    assert (row["as_written_a"], row["as_written_b"]) == ("313个", "26个")
    assert (row["comparable"], row["reason_code"], row["badge_zh"]) == (
        False,
        "definition_differs",
        "口径不同，不作排名",
    )
    assert row["reason_zh"].count("。") == 1


@pytest.mark.parametrize(
    ("item_code", "reason_code"),
    [
        ("street_centre", "definition_to_confirm"),
        ("training", "definition_differs"),
        ("township_home_rate", "as_of_differs"),  # 2020 and 2023
        ("enrolled", "not_published"),
        ("allowance_standard", "not_published"),
    ],
)
def test_what_must_not_be_compared_is_refused(real_release, item_code, reason_code):
    row = one(comparison.compare(real_release, area_a="puyang", area_b="fushun"), item_code=item_code)
    assert (row["comparable"], row["reason_code"]) == (False, reason_code)
    assert row["reason_zh"]


def test_the_age_of_both_cities_stands_above_every_comparison(real_release):
    row = one(comparison.compare(real_release, area_a="puyang", area_b="fushun"), item_code="ageing_rate")
    # 666,648 / 3,772,088; 563,224 / 1,861,372
    assert show_value(row["value_a"], "%", decimals=row["decimals"]) == "17.67%"
    assert show_value(row["value_b"], "%", decimals=row["decimals"]) == "30.26%"
    assert row["comparable"]


def test_any_other_pair_is_computed_by_the_statement_of_the_declared_one(real_release):
    declared = comparison.compare(real_release, area_a="puyang", area_b="fushun").frame
    swapped = comparison.compare(real_release, area_a="fushun", area_b="puyang").frame
    both = ["item_code", "comparable", "reason_code", "badge_zh"]
    assert swapped.select(both).equals(declared.select(both))
    assert swapped["value_a"].to_list() == declared["value_b"].to_list()
    assert swapped["row_key_b"].to_list() == declared["row_key_a"].to_list()


def test_counties_of_the_census_compare_by_the_same_rule(real_release):
    answer = comparison.compare(real_release, area_a="puyangxian", area_b="cn-110105")
    row = one(answer, item_code="ageing_rate")
    # 178,337 / 968,721 and 708,869 / 3,452,460
    assert (percent(row["value_a"], 2), percent(row["value_b"], 2)) == ("18.41%", "20.53%")
    assert one(answer, item_code="administrative_villages")["reason_code"] == "base_missing"
    assert comparison.compare(real_release, area_a="nowhere", area_b="nobody").frame.is_empty()


# --- what figures say about each other --------------------------------------------------------------------------


@pytest.mark.bar("CO2")
def test_enrolment_above_a_hundred_percent_is_badged_and_not_clipped(real_release):
    answer = checks.cross_checks(real_release, area_id="puyang")
    plan = one(answer, check_id="enrolled_2023_on_plan")
    # 66.7 / 66.66 = 100.06 %
    assert plan["result"] == pytest.approx(66.7 / 66.66)
    assert (plan["badge_zh"], plan["verdict_code"]) == ("疑为登记数", "doubtful")
    # 66.65 / 66.665 = 99.977 % and 66.75 / 66.655 = 100.143 %: rounded outward, and 100 % lies between.
    assert check_line(plan).text.startswith(
        "入网老年人66.7万人÷60岁以上老年人口66.66万人＝100.06%（因取整，在99.97%—100.15%之间，不能断定超过100%），疑为登记数。"
    )
    # 700,000 / 666,650 = 105.0026 %: the least it can be, rounded down
    later = one(answer, check_id="enrolled_2024_on_plan")
    assert later["result_low"] == pytest.approx(700_000 / 666_650)
    assert (later["result_high"], later["badge_zh"]) == (None, "疑为登记数")
    assert check_line(later).text.startswith("入网老年人70余万人÷60岁以上老年人口66.66万人＝不低于105.0%，疑为登记数。")


def test_growth_of_hedged_figures_is_a_lower_bound(real_release):
    row = one(checks.cross_checks(real_release), check_id="enrolled_growth")
    # 66.7万 is at most 667,500: (700,000 - 667,500) / 667,500 = 4.8689 %
    assert row["result_low"] == pytest.approx(32_500 / 667_500)
    assert "增长不低于4.8%" in check_line(row).text


def test_the_allowance_per_payment_lies_within_its_tiers(real_release):
    answer = checks.cross_checks(real_release)
    tiers = one(answer, check_id="allowance_per_time_on_standards")
    # 225,000,000 / 4,020,000 = 55.97; tiers from 50 to 300 yuan
    assert tiers["result"] == pytest.approx(225_000_000 / 4_020_000)
    # 约2.25亿 has no bounds, so the quotient is 约 as well; 10万余 has a lower one: 100,000 / 667,500 = 0.1498.
    assert "＝约55.97元/人次" in check_line(tiers).text
    assert "＝不低于0.14人次/人" in check_line(one(answer, check_id="service_per_enrolled")).text
    assert (tiers["expected_low"], tiers["expected_high"], tiers["verdict_code"]) == (50, 300, "pass")
    assert one(answer, check_id="allowance_per_time_in_band")["verdict_code"] == "pass"
    # 4,020,000 / 75 months = 53,600 a month for 76,754 aged 80+: 69.8 %
    months = one(answer, check_id="allowance_months_on_80_plus")
    assert (months["numerator"], months["denominator"]) == (53_600, 76_754)
    assert (months["verdict_code"], months["badge_zh"]) == ("explain", "截止时间未注明")


def test_platforms_are_told_as_one_series(real_release):
    row = one(checks.cross_checks(real_release), check_id="platform_series")
    assert row["sentence_zh"].startswith("7→8→9个：")


@pytest.mark.bar("DQ4")
def test_hedged_figures_keep_their_bounds_and_their_wording(real_release):
    enrolled = one(documents.figures(real_release, figure_id="puyang-reply-2024-232:003"))
    assert (enrolled["value_low"], enrolled["value_high"], enrolled["qualifier_code"]) == (700_000, None, "over")
    shown = show_value(enrolled["value"], enrolled["unit_zh"], as_written=enrolled["value_as_written"])
    assert shown == "70余万人"

    trained = one(documents.figures(real_release, figure_id="puyang-plan-14th:015"))
    assert (trained["value_as_written"], trained["qualifier_code"]) == ("近2000余人次", "contradictory")
    assert (trained["value_low"], trained["value_high"]) == (None, None)
    wording = one(checks.cross_checks(real_release), check_id="training_13th_wording")
    assert (wording["badge_zh"], wording["result"]) == ("写法自相矛盾", None)

    said = [check_line(row).text for row in checks.cross_checks(real_release).frame.iter_rows(named=True)]
    for relation, row_key in (
        ("core.fct_document_figure", "puyang-reply-2024-232:003"),
        ("mart.cross_check", "enrolled_2024_on_plan"),
        ("mart.cross_check", "enrolled_growth"),
    ):
        for step in receipt(real_release, relation=relation, row_key=row_key).step.walk():
            said += [step.told.value_text, step.told.full_text, step.told.formula_zh]
    assert not [text for text in said if "700,000" in text or "700000" in text or "2,000" in text]


@pytest.mark.bar("DQ9")
def test_a_lost_wan_stops_the_release(catalog, fresh_home, tmp_path):
    frames = collect_frames(fresh_home, catalog, lambda step_zh: None)
    figures = frames["core.fct_document_figure"]
    is_count = figures["figure_id"] == "puyang-plan-14th:014"
    assert figures.filter(is_count)["value"].to_list() == [4_020_000]
    frames["core.fct_document_figure"] = figures.with_columns(
        value=figures["value"].zip_with(~is_count, figures["value"] / 10_000),
        value_low=figures["value_low"].zip_with(~is_count, figures["value_low"] / 10_000),
    )
    with pytest.raises(CheckFailed, match="每单位 559701.49元/人次，应在 40.00—400.00 之间"):
        build(tmp_path / "lost.building", catalog=catalog, frames=frames, kind="real", release_id="20260101-01")
