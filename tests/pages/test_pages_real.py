"""The four pages on the real release: finding first, filters turn, links that ask for nothing known are answered."""

import re

import pytest

from pages.briefing.coverage import rows as coverage_rows
from pages.ui.kit import filters
from pages.ui.marks.tiles import tile_map
from tests.declared import CITIES, units_of
from tests.private import private_in
from warehouse.read.document import checks, documents
from warehouse.read.place import areas, coverage

OVERVIEW, COVERAGE = "briefing/overview/page.py", "briefing/coverage/page.py"
COMPARISON, DOCUMENTS = "briefing/comparison/page.py", "briefing/documents/page.py"


def test_the_city_of_the_link_is_the_city_of_the_page(show):
    assert show(OVERVIEW, city="fushun").finding.startswith("抚顺市")
    assert show(OVERVIEW).finding.startswith("濮阳市")


def test_turning_the_city_turns_the_page_and_the_address(show):
    page = show(COVERAGE)
    page.app.segmented_control(key="pick_city").set_value("fushun")
    page.run()
    assert page.finding.startswith("抚顺市")
    assert page.app.query_params["city"] == "fushun"
    page.app.segmented_control(key="pick_city").set_value("puyang")
    page.run()
    assert "city" not in page.app.query_params


def test_a_choice_stands_when_something_else_is_pressed_before_the_address_tells_of_it(show, monkeypatch):
    page = show(COVERAGE)
    before = dict(page.app.query_params)
    page.app.segmented_control(key="pick_city").set_value("fushun")
    page.run()
    assert "抚顺市" in page.finding
    # A press sent with the address the browser had before: the run between was given up, or is not told of yet.
    page.app.query_params.clear()
    page.app.query_params.update(before)
    assert "抚顺市" in page.run().finding
    # The same address later is the browser's way back.
    page.app.query_params.clear()
    page.app.query_params.update(before)
    monkeypatch.setattr(filters, "ON_ITS_WAY_SECONDS", 0.0)
    assert "抚顺市" not in page.run().finding


def test_the_city_goes_along_to_the_next_page(show):
    page = show(OVERVIEW, city="fushun")
    page.app.switch_page(COVERAGE)
    page.run()
    assert page.finding.startswith("抚顺市")


@pytest.mark.parametrize(
    ("parameter", "value", "told"),
    [
        ("city", "atlantis", "城市“atlantis”"),
        ("data", "fiction", "数据种类“fiction”"),
        ("release", "19990101-01", "发布批次“19990101-01”"),
        ("network", "moon_base", "网络“moon_base”"),
    ],
)
def test_a_link_that_asks_for_something_unknown_says_so_and_shows_the_usual(show, parameter, value, told):
    page = show(COVERAGE, **{parameter: value})
    assert not page.app.exception
    assert told in page.text
    assert page.finding.startswith("濮阳市")


def test_the_demonstration_that_is_not_built_says_what_to_do(show):
    page = show(OVERVIEW, data="demo")
    assert not page.app.exception
    assert "演示数据还没有生成" in page.text
    assert "yanglao demo" in page.text


def test_larger_type_changes_no_word(show):
    usual, larger = show(), show(large="true")
    assert larger.text == usual.text
    assert any("font-size: 23px" in node.proto.body for node in larger.app.html)


def test_no_page_shows_english_or_a_persons_name(show):
    for script in (OVERVIEW, COVERAGE, COMPARISON, DOCUMENTS):
        text = show(script).text
        assert private_in(text) == []
        # The digest of the release is hexadecimal and may look like a word.
        words = set(re.findall(r"[A-Za-z]{3,}", re.sub(r"内容摘要 [0-9a-f]{12}", "", text)))
        assert words <= {"MIT", "WTFPL", "GitHub"}


# ── coverage ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_rate_of_the_ladder_shows_numerator_base_and_base_year(show):
    page = show(COVERAGE)
    rungs = re.findall(
        r'<div class="rung(?: sub)?" role="listitem">.*?(?=<div class="rung|</div></div>$)', page.html, re.DOTALL
    )
    told = [re.sub("<[^>]+>", "", rung) for rung in rungs]
    # 2016 / 2871 = 70.22 %, 313 / 312 = 100.32 %, 313 / 330 = 94.85 %, 20 / 19 = 105.26 %, 71 / 75 = 94.67 %
    for rate, built, base in (
        ("70.2%", "2016个", "2871个行政村（2021年）"),
        ("100.3%", "313个", "312个居委会（2021年）"),
        ("94.8%", "313个", "330个居委会（含类似居委会）（2021年）"),
        ("105.3%", "20个", "19个街道加县城区（2021年）"),
        ("94.7%", "71所", "75个乡镇（2021年）"),
    ):
        assert any(rate in rung and built in rung and base in rung for rung in told), rate


@pytest.mark.bar("CO2")
def test_a_rate_above_one_hundred_is_shown_and_explained(show):
    text = show(COVERAGE).text
    assert "高于100%" in text
    assert "大于100%不等于每处都有" in text
    # 66.7万 / 66.66万 = 1.0006; 70万 / 66.66万 = 1.0501, at least, since 70余万 has no upper bound
    assert "100.06%" in text
    assert "不低于105.0%" in text
    assert text.count("疑为登记数") >= 2


def test_what_nobody_published_stands_as_missing_and_what_does_not_apply_as_a_dash(show):
    page = show(COVERAGE)
    assert "乡镇区域性养老服务中心" in page.text
    units = show(COVERAGE, network="village_home").text
    assert "文件未公布分县区数" in units
    # 工业园区 has no villages, 示范区 no code of its own
    assert "辖区内没有此类底数" in units
    assert "没有统计用区划代码，无从计底数" in units


@pytest.mark.parametrize("city", CITIES)
def test_registered_people_never_stand_without_the_active_ones(show, city):
    for script in (OVERVIEW, COVERAGE):
        text = show(script, city=city).text
        assert "入网" not in text or "活跃" in text


@pytest.mark.bar("MP2")
@pytest.mark.parametrize("city", CITIES)
def test_each_unit_of_a_city_has_a_tile_of_its_own_with_a_number_or_a_mark(real_release, city):
    rows = coverage.by_unit(real_release, city_area_id=city, network_code="village_home").frame
    drawn = coverage_rows.tiles(rows, areas.units(real_release, city_area_id=city).frame)
    assert len({(tile.row, tile.column) for tile in drawn}) == len(units_of(city))
    assert all(re.fullmatch(r"\d+个|—|缺", tile.text) for tile in drawn)
    # Drawn from cells and text alone: nothing to fetch; the browser test holds that they are equal.
    html = tile_map(drawn)
    assert html.count('class="tile') - html.count('class="tiles"') == len(units_of(city))
    assert not re.search(r"<img|url\(|https?:", html)
    assert html.count("background:rgb(") == sum(tile.weight is not None for tile in drawn)


def test_choosing_a_network_turns_the_units_and_the_address(show):
    page = show(COVERAGE)
    page.app.selectbox(key="pick_network").set_value("community_day_care")
    page.run()
    assert page.app.query_params["network"] == "community_day_care"
    assert "社区日间照料中心：各单位建成数都没有公布" in page.text


# ── comparison ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_the_gate_refuses_has_no_ratio_and_no_bar_anywhere(show):
    page = show(COMPARISON)
    refused = re.findall(r'<div class="row refused">(.*?)</p></div>', page.html, re.DOTALL)
    facility = next(row for row in refused if "313个" in row and "26个" in row)
    assert "dot" not in facility and "%" not in facility
    assert "口径不同，不作排名" in facility
    # 313 / 26 = 12.04, 26 / 313 = 8.3 %, and the village homes' 2016 / 82 = 24.6, 70.2 / 13.4 = 5.2
    services = page.text.partition("人口 4项")[0] + page.text.partition("不作比较 8项")[2]
    assert not re.search(r"(?<!\d)(12\.0|8\.3%|24\.6|5\.2)|倍(?!数)", services)


def test_comparable_rates_stand_side_by_side_with_both_base_years(show):
    text = show(COMPARISON).text
    # 82 / 611 = 13.42 %
    for told in ("70.2%", "13.4%", "2016个÷2871个行政村（2021年）", "82个÷611个行政村（2021年）", "时点不详"):
        assert told in text


def test_sections_stand_in_the_order_services_population_refused_background(show):
    html = show(COMPARISON).html
    places = [html.index(f"<h3>{name} ") for name in ("养老服务", "人口", "不作比较")]
    assert places == sorted(places)
    assert html.index("<b>背景与个数</b>") > places[-1]


def test_each_row_of_the_dot_plot_has_its_own_axis_from_zero_and_marks_both_areas_where_they_lie(show):
    html = show(COMPARISON).html
    row = next(one for one in html.split('<div class="dot-row')[1:] if "农村幸福院覆盖率" in one)
    # 2016 / 2871 = 70.219 %, 82 / 611 = 13.421 % of an axis that ends at 100 %.
    assert re.findall(r'class="dot area-(\d)" style="left:([\d.]+)%"', row) == [("1", "13.42"), ("0", "70.22")]
    assert row.partition('class="ticks"')[2].count("<span") >= 5
    assert '<span style="left:0.00%">0</span>' in row and '<span style="left:100.00%">100%</span>' in row
    # The day is not known on one side, so no difference is told.
    assert "个百分点" not in row and "时点不详" in row


def test_the_country_stands_behind_the_census_shares_and_says_the_ranks(show):
    text = show(COMPARISON).text
    # 563,224 / 1,861,372 = 30.259 % and 666,648 / 3,772,088 = 17.673 %: 12.586 points; no prefecture lies higher.
    assert "抚顺高12.6个百分点" in text
    assert re.search(r"\d+个市中抚顺第1，濮阳第\d+", text)


@pytest.mark.bar("CM7")
@pytest.mark.parametrize(
    "areas", ["puyang,cn-220104", "puyangxian,fushunxian,cn-220104", "puyang,fushun,puyangxian,cn-220104"]
)
def test_two_to_four_areas_stand_side_by_side_and_the_link_restores_them(show, areas):
    page = show(COMPARISON, areas=areas)
    assert not page.app.exception
    assert page.html.count('class="area-name area-') == areas.count(",") + 1
    assert "朝阳区" in page.text
    assert "吉林省" in page.text or "长春市" in page.text


@pytest.mark.parametrize(
    ("areas", "told", "count"),
    [
        ("puyang,nowhere", "地区“nowhere”", 0),
        ("nowhere", "地区“nowhere”", 2),
        ("puyang,fushun,cn-220100,cn-360800,cn-141000", "一次最多并列4个地区", 4),
        ("puyang,puyang,fushun", "", 2),
    ],
)
def test_areas_that_cannot_be_shown_are_named(show, areas, told, count):
    page = show(COMPARISON, areas=areas)
    assert not page.app.exception
    assert told in page.text
    assert page.html.count('class="area-name area-') == count


def test_one_area_alone_asks_for_another(show):
    assert "再选一个地区就能对比" in show(COMPARISON, areas="puyang").text


def test_an_area_is_found_by_pinyin_and_joins_the_comparison(show):
    page = show(COMPARISON)
    page.app.text_input(key="area-wanted").set_value("changchun")
    page.run()
    page.app.button(key="in-cn-220100").click()
    page.run()
    assert page.app.query_params["areas"] == "puyang,fushun,cn-220100"
    assert page.html.count('class="area-name area-') == 3


def test_an_area_can_be_taken_out(show):
    page = show(COMPARISON, areas="puyang,fushun,cn-220100")
    page.app.button(key="out-fushun").click()
    page.run()
    assert page.app.query_params["areas"] == "puyang,cn-220100"


# ── documents ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_each_document_opens_in_each_aspect(show):
    page = show(DOCUMENTS)
    documents = list(page.app.segmented_control(key="pick_doc").options)
    assert len(documents) == 5
    # The own place comes first: its newest document with a doubt, or where it has none its only one.
    assert page.app.segmented_control(key="pick_doc").value == "puyang-reply-2024-232"
    assert show(DOCUMENTS, city="fushun").app.segmented_control(key="pick_doc").value == "fushun-reply-2023-40"
    for source_id in ("puyang-plan-14th", "fushun-reply-2023-40"):
        for aspect in ("figures", "text", "programmes", "timeline", "traps"):
            opened = show(DOCUMENTS, doc=source_id, aspect=aspect)
            assert not opened.app.exception
            assert "错误编号" not in opened.text


def test_the_sentence_of_a_figure_is_marked_in_its_paragraph(show):
    html = show(DOCUMENTS, doc="puyang-reply-2023-196", aspect="figures").html
    assert re.search(r"<mark>[^<]*已建成街道养老服务中心20个[^<]*</mark>", html)


def test_a_repeat_is_counted_beside_its_figure_and_told_in_its_receipt(show, real_release):
    from warehouse.read.receipt.receipts import receipt

    # The plan says 一刻钟 in four places.
    assert "同文另有3处" in show(DOCUMENTS, doc="puyang-plan-14th", aspect="figures").text
    again = receipt(real_release, relation="core.fct_document_figure", row_key="puyang-plan-14th:027").step.told
    assert "加快构建“一刻钟”居家养老服务圈" in again.note_zh
    # In the text every place is marked, not the first alone.
    html = show(DOCUMENTS, doc="puyang-plan-14th", aspect="text").html
    assert len(re.findall(r"<mark>[^<]*“一刻钟”[^<]*</mark>", html)) == 4


def test_what_a_document_names_stands_with_its_figures_first_and_the_rest_behind_one_line_a_kind(show):
    page = show(DOCUMENTS, doc="fushun-reply-2023-40", aspect="programmes")
    # 54 named, 16 of them with figures, which open; 1.81万平方米 belongs to the offices handed over free.
    assert "无偿提供房产资源并交社会力量运营" in page.text
    assert "core.fct_document_figure:fushun-reply-2023-40:005" in page.receipts
    bare = re.findall(r"<details class=\"unprinted\"><summary>.*?(\d+)项：", page.html)
    assert sum(int(count) for count in bare) == 54 - 16
    assert page.html.index("项有数字") < page.html.index("<details")


def test_only_a_wording_that_contradicts_itself_is_a_warning(show):
    html = show(DOCUMENTS, doc="puyang-plan-14th", aspect="figures").html
    assert re.findall(r'class="badge watch">([^<]+)', html) == ["写法自相矛盾"]
    assert "超过（余、多）" in html


def test_a_document_prints_what_it_does_not_print_about_itself(show):
    text = show(DOCUMENTS, doc="puyang-plan-14th").text
    assert "未印日期" in text
    assert "濮阳市“十四五”养老服务体系和康养产业发展规划" in text


def test_a_document_opens_on_its_doubts_and_one_without_any_on_its_numbers(show, real_release):
    doubted = {
        source_id
        for row in checks.cross_checks(real_release).frame.iter_rows(named=True)
        if row["verdict_code"] == "doubtful"
        for source_id in row["source_ids"]
    }
    assert doubted
    for source_id in documents.sources(real_release).frame["source_id"]:
        assert ('class="trap"' in show(DOCUMENTS, doc=source_id).html) == (source_id in doubted), source_id


def test_the_shipped_text_of_a_document_can_be_taken_along(show):
    page = show(DOCUMENTS, doc="puyang-plan-14th", aspect="text")
    assert "下载这份文本（姓名、电话已隐去）" in [each.label for each in page.app.get("download_button")]


def test_the_traps_of_the_documents_are_told_with_their_arithmetic(show):
    text = show(DOCUMENTS, doc="puyang-plan-14th", aspect="traps").text
    # 2.25亿 / 402万 = 55.97
    assert "55.97" in text
    platforms = show(DOCUMENTS, doc="puyang-reply-2025-408", aspect="traps").text
    assert "口径待确认" in platforms


# ── receipts ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_receipt_shows_formula_base_year_source_and_the_marked_sentence(show):
    page = show(COVERAGE, receipt="mart.coverage:puyang|village_home|2023-07-28|administrative_village|document")
    assert not page.app.exception
    for told in ("2016÷2871＝70.2%", "2021年", "第196号提案的答复", "基层单位数"):
        assert told in page.text
    assert re.search(r"<mark>[^<]*农村幸福院2016个[^<]*</mark>", page.html)


@pytest.mark.parametrize("receipt", ["nonsense", "mart.coverage:no|such|row", "no.table:1", "mart.coverage:"])
def test_a_receipt_that_is_not_there_is_answered_in_words(show, receipt):
    page = show(COVERAGE, receipt=receipt)
    assert not page.app.exception
    assert "没有这个数" in page.text


@pytest.mark.parametrize("script", [OVERVIEW, COVERAGE, COMPARISON])
@pytest.mark.parametrize("city", CITIES)
def test_every_number_of_a_page_has_a_receipt_that_ends_in_a_source(show, real_release, script, city):
    from warehouse.read.receipt.receipts import receipts

    named = set(show(script, city=city).receipts)
    assert len(named) > 5
    found = receipts(real_release, named)
    assert found.keys() == named
    assert [text for text, one in found.items() if not one.sources_zh] == []
