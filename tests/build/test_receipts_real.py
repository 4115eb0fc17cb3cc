"""The walk from shown numbers back to sentences and tables, and the sentences that show them, on the real release."""

import re

import pytest

from tests.declared import CITIES, units_of
from warehouse.read.document import checks, documents
from warehouse.read.place import areas, comparison, coverage
from warehouse.read.receipt.receipts import receipt, receipt_id, receipts, split_receipt_id
from warehouse.read.target import targets
from warehouse.wording.grammar import sentences

READ_BY_KEY = {
    "mart.coverage": "concat_ws('|', area_id, network_code, as_of_on, base_code, origin_code)",
    "mart.target_progress": "concat_ws('|', target_id, area_id, month, origin_code)",
    "mart.city_comparison": "concat_ws('|', area_a, area_b, item_code)",
    "mart.cross_check": "check_id",
}


@pytest.fixture(scope="module")
def paragraphs(real_release):
    """(source, paragraph) to its text without blanks."""
    frame = real_release.rows("select source_id, paragraph_no, text_zh from meta.document_paragraph").frame
    return {(source, number): re.sub(r"\s", "", text) for source, number, text in frame.iter_rows()}


def test_every_row_of_the_marts_leads_to_its_sources(real_release, paragraphs, some, full):
    walked = 0
    for relation, key in READ_BY_KEY.items():
        keys = real_release.rows(f"select cast({key} as varchar) as row_key from {relation}").frame["row_key"]
        asked = {receipt_id(relation, row_key): row_key for row_key in some(keys, one_in=3)}
        walks = receipts(real_release, asked)
        assert walks.keys() == asked.keys()
        for asked_id, walk in walks.items():
            row_key = asked[asked_id]
            assert walk.release_id == real_release.release_id
            for step in walk.step.walk():
                if step.inputs or step.relation == "meta.figure_reading" or step.relation.startswith("mart."):
                    continue
                assert step.source_zh, (row_key, step.row_key)
                if step.relation == "core.fct_document_figure":
                    printed = paragraphs[step.told.source_id, step.told.paragraph_no]
                    assert re.sub(r"\s", "", step.told.quote_zh) in printed, step.row_key
            walked += 1
    assert walked > (150 if full else 50)


def test_a_coverage_rate_walks_back_to_its_sentence_and_its_code_table(real_release):
    walk = receipt(
        real_release,
        relation="mart.coverage",
        row_key="puyang|village_home|2023-07-28|administrative_village|document",
    )
    built, base = walk.step.inputs
    assert walk.step.told.formula_zh == "覆盖率＝建成数÷行政村数（2021年）＝2016÷2871＝70.2%"
    assert (built.role_zh, built.told.value_text, built.told.when_zh) == ("分子", "2016个", "2023年7月28日")
    assert "农村幸福院2016个" in built.told.quote_zh
    assert built.source_zh == "《关于对市政协九届一次会议第196号提案的答复》（未印文号），2023年7月28日"
    assert (base.role_zh, base.told.value_text, base.told.when_zh) == ("底数", "2871个", "2021年")
    assert "2021年" in base.source_zh


def test_a_base_of_two_kinds_shows_its_sum(real_release):
    walk = receipt(
        real_release,
        relation="mart.coverage",
        row_key="puyang|street_centre|2023-07-28|street_and_county_seat|document",
    )
    assert "底数＝县城区5＋街道14＝19个" in walk.step.told.formula_zh


def test_a_target_shows_its_sentence_and_the_figure_it_is_held_against(real_release):
    walk = receipt(
        real_release,
        relation="mart.target_progress",
        row_key="puyang_plan_training_per_year|puyang|2024-12-01|document",
    )
    assert walk.step.told.formula_zh.startswith(
        "完成率＝实际值÷目标值＝2631人÷5000人次＝52.6%；目标值＝不少于25000人次"
    )
    by_role = {step.role_code: step for step in walk.step.inputs}
    assert by_role["target"].told.chapter_zh == "专栏5"
    assert "25000人次" in by_role["target"].told.quote_zh
    assert by_role["numerator"].told.value_text == "2631人"


def test_a_comparison_opens_both_sides_and_refuses_arithmetic(real_release):
    walk = receipt(real_release, relation="mart.city_comparison", row_key="puyang|fushun|community_centre")
    first, second = walk.step.inputs
    assert (first.told.value_text, second.told.value_text) == ("313个", "26个")
    assert "÷" not in walk.step.told.formula_zh
    assert walk.step.told.value_text == "不可比，不作比值、排名"


def test_a_profile_opens_the_column_that_was_pressed(real_release):
    ageing = receipt(real_release, **split_receipt_id("mart.area_profile:puyang#ageing_rate")).step
    assert ageing.told.formula_zh == "60岁及以上人口占比＝666,648÷3,772,088＝17.67%"
    assert [step.told.value_text for step in ageing.inputs] == ["666,648人", "3,772,088人"]
    urban = receipt(real_release, **split_receipt_id("mart.area_profile:fushun#urban_share")).step
    assert urban.told.value_text == "78.29%"
    assert [step.relation for step in urban.inputs] == ["core.fct_urban_population"]


@pytest.mark.parametrize(
    ("relation", "row_key"),
    [
        ("mart.coverage", "puyang|village_home"),
        ("mart.coverage", "puyang|village_home|no-date|administrative_village|document"),
        ("mart.coverage", "'; drop table x|a|2023-07-28|b|c"),
        ("mart.nothing", "1"),
        ("core.fct_document_figure", "puyang-plan-14th:999"),
    ],
)
def test_a_stale_link_opens_nothing(real_release, relation, row_key):
    assert receipt(real_release, relation=relation, row_key=row_key) is None


def test_receipt_ids_go_there_and_back():
    text = receipt_id("core.fct_document_figure", "puyang-plan-14th:005")
    assert split_receipt_id(text) == {
        "relation": "core.fct_document_figure",
        "row_key": "puyang-plan-14th:005",
        "column": None,
    }
    with pytest.raises(ValueError, match="不是数字凭证编号"):
        split_receipt_id("puyang")


# --- sentences --------------------------------------------------------------------------------------------------


def rows_of(answer):
    return answer.frame.rows(named=True)


def all_findings(release):
    """Every first line and one-line verdict of the real release."""
    said = []
    for area_id, name in areas.cities(release).frame.select("area_id", "short_name_zh").iter_rows():
        ladder = rows_of(coverage.ladder(release, area_id=area_id))
        verdicts = rows_of(targets.lines(release, area_id=area_id))
        said.append(sentences.coverage_finding(ladder, name_zh=name))
        said.append(sentences.overview_finding(ladder, verdicts, name_zh=name))
        said += [sentences.target_verdict(row) for row in verdicts]
    compared = rows_of(comparison.compare(release, area_a="puyang", area_b="fushun"))
    checked = rows_of(checks.cross_checks(release))
    said.append(sentences.comparison_finding(compared, name_a_zh="濮阳", name_b_zh="抚顺"))
    said += [sentences.check_line(row) for row in checked]
    said.append(sentences.documents_finding(rows_of(documents.sources(release)), checked))
    return said


def test_first_lines_of_the_pages(real_release):
    ladder = rows_of(coverage.ladder(real_release, area_id="puyang"))
    assert sentences.coverage_finding(ladder, name_zh="濮阳").text == (
        "濮阳至少空着855个行政村；覆盖最低的是农村幸福院，70.2%（2016个对2021年的2871个行政村）；"
        "街道养老服务中心（105.3%）、社区日间照料中心（100.3%）建成数多于底数，原因见各行；"
        "乡镇区域性养老服务中心没有印建成个数。"
    )
    compared = rows_of(comparison.compare(real_release, area_a="puyang", area_b="fushun"))
    assert sentences.comparison_finding(compared, name_a_zh="濮阳", name_b_zh="抚顺").text.startswith(
        "农村幸福院覆盖率濮阳70.2%、抚顺13.4%（时点不详），可以并列；"
    )
    # 30.26 % - 17.67 % = 12.6 percentage points, both from the census of one day
    assert "抚顺30.26%，比濮阳的17.67%高12.6个百分点" in (
        sentences.comparison_finding(compared, name_a_zh="濮阳", name_b_zh="抚顺").text
    )


def test_a_refused_comparison_shows_no_arithmetic(real_release):
    compared = rows_of(comparison.compare(real_release, area_a="puyang", area_b="fushun"))
    for row in compared:
        if not row["comparable"]:
            text = row["reason_zh"]
            assert not re.search(r"倍(?!数)|高于|低于|相差\d|第\d+位", text.replace("时点相差超过三个月", "")), text


def test_every_number_of_a_sentence_opens_and_says_the_same(real_release):
    opened = 0
    findings = list(all_findings(real_release))
    ids = {
        figure: receipt_id(figure.relation, figure.row_key, figure.column)
        for said in findings
        for figure in said.figures
    }
    walks = receipts(real_release, set(ids.values()))
    for said in findings:
        position = 0
        for figure in said.figures:
            found = said.text.find(figure.wording, position)
            assert found >= 0, (said.text, figure.wording)
            position = found + len(figure.wording)
            walk = walks.get(ids[figure])
            assert walk is not None, (said.text, figure)
            opened += 1
            if figure.relation == "core.fct_document_figure" and walk.step.told.value_text != figure.wording:
                # A reading adds to what is printed: then the sentence prints the sum, in our words.
                assert not any(mark in figure.wording for mark in "余近约+"), said.text
    assert opened > 60


def test_the_same_rows_make_the_same_sentences(real_release):
    assert all_findings(real_release) == all_findings(real_release)


def test_nothing_to_say_is_said():
    assert sentences.coverage_finding([], name_zh="某市").text == "某市没有公布可以计算覆盖率的建成数。"
    assert sentences.comparison_finding([], name_a_zh="甲", name_b_zh="乙").text == "甲与乙都没有可以对比的数。"
    assert sentences.overview_finding([], [], name_zh="某市").text == "某市没有公布可以计算覆盖率的建成数。"


def test_areas_are_found_by_their_place_in_the_tree(real_release):
    assert sorted(areas.cities(real_release).frame["area_id"]) == sorted(CITIES)
    for city in CITIES:
        assert areas.units(real_release, city_area_id=city).frame["area_id"].to_list() == units_of(city)
    county = areas.area(real_release, area_id="puyangxian").frame.row(0, named=True)
    assert (county["name_zh"], county["path_zh"]) == ("濮阳县", "濮阳市濮阳县")
    assert areas.area(real_release, area_id="nowhere").frame.is_empty()
