"""老龄化底数: shares and ranks of the census, peers by the printed rule, search, and the same numbers as a table."""

import math
import re
from datetime import date

import pytest

from tests.models import empty_release, insert
from warehouse.read import Release
from warehouse.read.place import ageing, areas
from warehouse.read.place.peers import PEER_COUNT, RULE_ZH, peers
from warehouse.read.receipt import receipts

PAGE = "briefing/ageing/page.py"


@pytest.fixture
def handmade():
    """Seven places to choose from: 甲 of the city c1, and others that differ from it in one thing each."""
    connection = empty_release()
    insert(
        connection, "core.dim_area", [{"area_id": city, "level_code": "city", "name_zh": city} for city in ("c1", "c2")]
    )
    for area_id, city, kind, aged, urban, ageing_rate in (
        ("own", "c1", "administrative", 100_000, 0.5, 0.2),
        ("twin", "c2", "administrative", 100_000, 0.5, 0.2),
        ("small", "c2", "administrative", 10_000, 0.5, 0.2),
        ("urban", "c2", "administrative", 100_000, 0.9, 0.2),
        ("older", "c2", "administrative", 100_000, 0.5, 0.26),
        ("neighbour", "c1", "administrative", 100_000, 0.5, 0.2),
        ("zone", "c2", "functional_zone", 100_000, 0.5, 0.2),
    ):
        insert(
            connection,
            "core.dim_area",
            [{"area_id": area_id, "level_code": "unit", "kind_code": kind, "city_area_id": city, "parent_area_id": city,
              "name_zh": area_id, "short_name_zh": area_id}],
        )  # fmt: skip
        insert(
            connection,
            "mart.area_profile",
            [{"area_id": area_id, "as_of_on": date(2020, 11, 1), "aged_60_plus": aged, "urban_share": urban, "ageing_rate": ageing_rate}],
        )  # fmt: skip
    return Release(release_id="t", kind_code="real", header={}, _connection=connection)


@pytest.mark.bar("CM2")
def test_peers_are_chosen_by_the_printed_rule(handmade, show):
    # Six administrative units. In each feature one of six differs by d: standard deviation d·√5/6, distance 6/√5.
    # The twin lies at 0; the neighbour is of the same city and the zone of another kind: neither is a candidate.
    found = peers(handmade, area_id="own").frame
    assert found["area_id"][0] == "twin"
    assert found["distance"][0] == 0
    assert set(found["area_id"][1:]) == {"small", "urban", "older"}
    assert found["distance"][1:].to_list() == pytest.approx([6 / math.sqrt(5)] * 3)
    assert found["candidates"].unique().to_list() == [4]
    assert RULE_ZH in show(PAGE).text


def test_the_same_census_gives_the_same_peers(real_release):
    first = peers(real_release, area_id="qingfeng").frame
    again = peers(real_release, area_id="qingfeng").frame
    assert first.equals(again)
    assert first.height == PEER_COUNT
    city = {row["area_id"] for row in areas.units(real_release, city_area_id="puyang").frame.to_dicts()}
    assert not city & set(first["area_id"])


def test_a_place_without_a_census_table_has_no_peers(real_release):
    assert peers(real_release, area_id="puyang_demo_zone").frame.is_empty()
    assert peers(real_release, area_id="nowhere").frame.is_empty()


def test_a_rank_counts_those_above(real_release):
    rows = real_release.rows(
        "select a.area_id, p.ageing_rate from mart.area_profile as p inner join core.dim_area as a using (area_id) "
        "where a.level_code = 'unit' and p.ageing_rate is not null"
    ).frame
    own = rows.filter(rows["area_id"] == "qingfeng")["ageing_rate"][0]
    standing = ageing.standing(real_release, area_ids=("qingfeng",)).frame.row(0, named=True)
    assert standing["measure"] == "ageing_rate"
    assert standing["rank"] == (rows["ageing_rate"] > own).sum() + 1
    assert standing["ranked_count"] == rows.height


@pytest.mark.parametrize("measure", ageing.MEASURES)
def test_the_histogram_counts_every_place_once(real_release, measure):
    spread = {row["measure"]: row for row in ageing.spread(real_release).frame.to_dicts()}[measure]
    steps = ageing.histogram(real_release, measure=measure, width=0.01).frame
    assert steps["area_count"].sum() == spread["area_count"]
    assert steps["low"].min() <= spread["low"]
    assert spread["low"] <= spread["quarter"] <= spread["median"] <= spread["three_quarters"] <= spread["high"]


def test_the_finding_is_the_census(show):
    # 666,648 of 3,772,088 are 17.67 %; 清丰县 121,557 of 592,425 are 20.52 %, 经开区 46,454 of 329,185 are 14.11 %.
    finding = show(PAGE).finding
    assert finding.startswith(
        "濮阳市60岁及以上66.7万人，占17.7%；清丰县最高，20.5%，经开区最低，14.1%，相差6.4个百分点。"
    )


def test_fushun_lies_above_the_median_county_altogether(show):
    # 27.8 % in 望花区 is the lowest of seven; half of all counties lie under 19.0 %.
    finding = show(PAGE, city="fushun").finding
    assert "7个有普查表的单位全部高于全国县级中位数19.0%" in finding


@pytest.mark.bar("CM3")
def test_counts_of_everybody_are_said_to_have_no_sampling_error(show):
    page = show(PAGE)
    assert page.text.count("全数统计，无抽样误差") >= 2
    assert "±" not in page.text


def test_a_zone_without_a_table_is_not_applicable_and_says_where_its_people_are_counted(show):
    line = re.search(r'<div class="spot[^"]*"><div class="who">示范区.*?</div></div>', show(PAGE).html).group(0)
    text = re.sub(r"<[^>]+>", "", line)
    assert "—" in text
    assert "人口计在相邻单位内" in text


def test_another_measure_stands_in_the_address_and_on_the_board(show):
    page = show(PAGE)
    page.app.segmented_control(key="pick_measure").set_value("aged_80_plus_share")
    page.run()
    assert page.app.query_params["measure"] == "aged_80_plus_share"
    assert "80岁及以上占比：8个单位中" in page.text


def test_a_link_opens_any_county_of_the_country_with_its_peers(show):
    page = show(PAGE, area="cn-510524")
    assert "叙永县60岁及以上占比" in page.text
    assert "四川省泸州市，叙永县" in page.text


def test_a_place_that_is_not_in_the_census_is_told_and_the_usual_is_shown(show):
    page = show(PAGE, area="atlantis")
    assert "地方“atlantis”" in page.text
    assert "清丰县60岁及以上占比" in page.text
    zone = show(PAGE, area="puyang_demo_zone")
    assert not zone.app.exception
    assert "错误编号" not in zone.text


def test_a_district_of_a_municipality_is_placed_once(real_release):
    where = dict(ageing.places(real_release).frame.select("area_id", "where_zh").iter_rows())
    assert where["cn-120106"] == "天津市（市辖区）"
    assert where["puyangxian"] == "河南省濮阳市"


@pytest.mark.parametrize("text", ["pyx", "濮阳县", "puyangxian"])
def test_a_place_is_found_by_chinese_pinyin_or_initials(show, text):
    page = show(PAGE)
    page.app.text_input(key="ageing-search").set_value(text)
    page.run()
    found = re.search(r'<ul class="found">.*?</ul>', page.html, re.DOTALL).group(0)
    assert 'data-act="area:puyangxian"' in found


def test_a_word_that_is_no_place_is_answered(show):
    page = show(PAGE)
    page.app.text_input(key="ageing-search").set_value("<b>没有这里</b>")
    page.run()
    assert "没有找到“<b>没有这里</b>”" in page.text
    assert "<b>没有这里</b>" not in page.html


def test_the_table_holds_the_numbers_of_the_drawing(show):
    page = show(PAGE)
    drawn = re.findall(r'<div class="val"><[^>]+>([\d.]+%)', page.html)
    table = re.search(r'<table class="grid ages">.*?</table>', page.html, re.DOTALL).group(0)
    ranks = re.findall(r"<div class=\"say\"><[^>]+>全国县级(第\d+位（共\d+个）)", page.html)
    assert len(drawn) == 10
    assert len(ranks) == 8  # the zone without a census table has none
    for text in (*drawn, *ranks):
        assert text in table
    # Head, city, nine units, the median of all county-level units, the nation.
    assert table.count("<tr") == 1 + 1 + 9 + 1 + 1


def test_every_number_of_the_page_opens_a_receipt_that_exists(show, real_release):
    found = set(show(PAGE).receipts)
    assert len(found) > 60
    assert receipts.receipts(real_release, found).keys() == found


@pytest.mark.parametrize(("city", "count"), [("puyang", 9), ("fushun", 7)])
def test_the_units_stand_in_their_rough_position_with_their_shares(show, city, count):
    page = show(PAGE, city=city)
    tiles = re.findall(r'<div class="tile.*?</b></div>', page.html, re.DOTALL)
    assert len(tiles) == count
    shown = {re.sub("<[^>]+>", "", tile) for tile in tiles}
    # 清丰县 121,557 / 592,425 = 20.52 %; 东洲区 84,532 / 236,731 = 35.71 %; the zone without a census is framed.
    assert ({"清丰县20.5%", "示范区—"} if city == "puyang" else {"东洲区35.7%"}) <= shown
