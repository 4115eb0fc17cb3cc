"""县区画像: rank in the unit's own group, trend, target, peers, open issues, share of the city's gap."""

import re
from datetime import date

import pytest

from tests.months_truth import build_truth
from tests.pages.months_homes import BLANKED
from warehouse.home import Home
from warehouse.read import Releases
from warehouse.read.place import areas, profile

PAGE = "briefing/profile/page.py"
MONTH = date(2026, 10, 1)


def test_the_sheet_tells_rank_trend_target_gap_issues_and_peers(show_truth):
    page = show_truth(PAGE, unit="puyangxian")
    assert not page.app.exception
    assert re.match(r"濮阳县在县（区）组可排名的\d+项中，\d+项居前三", page.finding)
    for word in (
        "县（区）组位次",
        "近13个月",
        "市级目标（参照）",
        "占全市已知空白多少",
        "2个填报问题待处理",
        "最像的县（区）",
    ):
        assert word in page.text
    assert page.html.count('class="spark"') == 10


def test_a_rank_is_within_the_group_and_counts_who_is_ranked(show_truth, truth_release):
    page = show_truth(PAGE, unit="puyangxian")
    # Six counties and districts of 濮阳, three functional zones apart.
    assert re.search(r"第\d位（共6个参排）", page.text)
    rows = profile.standing(
        truth_release, unit_area_id="puyang_etdz", month=MONTH, indicator_codes=("active_rate",)
    ).frame
    assert rows["ranked_count"].to_list() == [3]
    assert rows["rank_group_code"].to_list() == ["functional_zone"]
    assert {one["area_zh"] for one in rows["peers"][0]} == {"工业园区", "经开区", "示范区"}


@pytest.mark.bar("MP3")
def test_functional_zones_have_tiles_and_a_rank_group_of_their_own(show_truth, truth_release):
    units = areas.units(truth_release, city_area_id="puyang").frame.to_dicts()
    zones = [unit for unit in units if unit["kind_code"] == "functional_zone"]
    assert {unit["short_name_zh"] for unit in zones} == {"经开区", "工业园区", "示范区"}
    assert all(unit["tile_row"] is not None for unit in zones)
    for zone in zones:
        page = show_truth(PAGE, unit=zone["area_id"])
        assert "功能区组" in page.finding
        assert "功能区组位次" in page.text
        assert "共6个" not in page.text


def test_who_did_not_report_is_counted_beside_the_rank(show_truth):
    page = show_truth(PAGE, unit="puyang_etdz", month="2026-08")
    # 工业园区 did not report in August: two of three zones are ranked.
    assert "（共2个参排，1个未报）" in page.text


def test_a_month_the_unit_did_not_report_is_a_designed_state(show_truth):
    page = show_truth(PAGE, unit="puyang_industrial", month="2026-08")
    assert not page.app.exception
    assert page.finding.endswith("工业园区这个月没有一项有数，不排名。")
    assert "缺" in page.text


def test_a_zone_without_a_census_says_that_rates_do_not_apply(show_truth):
    page = show_truth(PAGE, unit="puyang_demo_zone")
    assert "没有普查数，人均与覆盖率不适用（—）" in page.text


def test_equal_values_share_a_rank_and_it_says_so(show_of, odd_home):
    # 清丰县 and 南乐县 both have 60 nursing beds of 100, behind 华龙区 with 130; 台前县 did not report.
    page = show_of(odd_home, PAGE, unit="nanle", month="2026-09")
    assert "并列第2—3位（共5个参排，1个未报）" in page.text
    assert "130.0%" in show_of(odd_home, PAGE, unit="hualong", month="2026-09").text


@pytest.mark.bar("DQ10")
def test_the_usual_quality_stands_at_the_head_of_the_numbers_and_another_at_its_number(show_truth):
    assert "数值（初步，演示）" in show_truth(PAGE, unit="puyangxian").text
    assert "数值（已签发，演示）" in show_truth(PAGE, unit="puyangxian", month="2026-07").text
    # The orders of 范县 in October are doubtful, and with them its satisfaction.
    doubtful = show_truth(PAGE, unit="fanxian").html
    assert re.search(r'98\.\d%</span></b> <span class="badge watch">存疑', doubtful)
    assert doubtful.count(">存疑<") == 1


@pytest.mark.bar("CM3")
def test_full_counts_are_said_to_have_no_sampling_error(show_truth):
    for script in (PAGE, "briefing/overview/page.py", "briefing/comparison/page.py"):
        assert "全数统计，无抽样误差" in show_truth(script).text


def test_shares_of_the_citys_gap_add_up_to_one(truth_release):
    units = ("hualong", "qingfeng", "nanle", "fanxian", "taiqian", "puyangxian", "puyang_etdz")
    shares = []
    for unit in units:
        rows = profile.gap_shares(truth_release, unit_area_id=unit, month=MONTH).frame
        found = rows.filter(rows["network_code"] == "village_home")
        shares += found["share"].to_list()
        assert found["city_blank"].n_unique() <= 1
    assert sum(shares) == pytest.approx(1.0)


def test_previous_and_next_are_buttons_with_a_key_each(show_truth):
    page = show_truth(PAGE, unit="puyangxian")
    assert re.search(r'<button type="button" class="stop" accesskey="j"[^>]*data-act="taiqian"', page.html)
    assert re.search(r'<button type="button" class="stop" accesskey="k"[^>]*data-act="puyang_industrial"', page.html)
    assert 'aria-current="page"' in page.html


def test_the_real_release_shows_what_is_known_and_points_to_the_demonstration(show):
    page = show(PAGE, unit="puyangxian")
    # 2020 census: 178,337 residents aged 60+ of 967,000 or so.
    assert page.finding.startswith("濮阳县还没有月报；2020年普查60岁及以上17.8万人")
    assert "要覆盖的单位" in page.text
    assert "看演示数据里的这一页" in page.text


@pytest.mark.parametrize("parameters", [{"unit": "atlantis"}, {"month": "1999-01"}, {"unit": "xinfu"}])
def test_a_stale_link_says_so_and_shows_a_unit(show_truth, parameters):
    page = show_truth(PAGE, **parameters)
    assert not page.app.exception
    assert "在本批次里没有" in page.text
    assert page.finding


@pytest.mark.parametrize(("parameter", "value"), [("release", "19990101-01"), ("city", "cn-220100")])
def test_a_release_that_is_gone_and_a_city_without_units_lead_to_the_usual_sheet(show_truth, parameter, value):
    page = show_truth(PAGE, **{parameter: value})
    assert not page.app.exception
    assert f"“{value}”在本批次里没有" in page.text
    assert page.finding.startswith("华龙区在县（区）组")


def test_a_unit_of_which_nothing_ever_came_is_a_designed_state(show_of, nothing_home):
    page = show_of(nothing_home, PAGE, unit="puyangxian")
    assert not page.app.exception
    assert page.finding == "濮阳县这个月没有一项有数，不排名。"
    assert "没有数，不排名" in page.text


def test_one_hundred_percent_everywhere_ties_and_more_taken_back_than_done_keeps_its_sign(show_of, odd_home):
    full = show_of(odd_home, PAGE, unit="qingfeng", month="2026-08")
    assert "不分先后（共6个参排）" in full.text
    assert re.search(r"100\.0%.*相当", full.text)
    # 20 person-times more taken back than done since January.
    assert "-20人次" in show_of(odd_home, PAGE, unit="fanxian", month="2026-09").text


def test_one_month_alone_has_ranks_and_no_changes(show, one_month_home, monkeypatch):
    monkeypatch.setenv("YANGLAO_HOME", str(one_month_home.root))
    page = show(PAGE, data="demo", unit="puyangxian")
    assert not page.app.exception
    assert "参排" in page.text
    # The one month stands last of thirteen: 5 + 12 of 12 steps over 350, not first.
    assert 'cx="355.0"' in page.html and 'cx="5.0"' not in page.html


def test_a_rank_among_other_units_is_no_movement(tmp_path):
    # Five counties are ranked in September and five in October: 台前县 is missing then, 范县 now.
    gone = {date(2026, 9, 1): "taiqian", MONTH: "fanxian"}

    def change(row):
        is_gone = row["area_id"] == gone[row["month"]]
        return row | dict.fromkeys(BLANKED) | {"status_code": "missing"} if is_gone else row

    home = build_truth(Home(tmp_path / "root").demo(), cities=("puyang",), first=date(2026, 9, 1), townships_from=date(2026, 11, 1), change=change)  # fmt: skip
    with Releases(home).acquire() as release:
        asked = {"unit_area_id": "qingfeng", "month": MONTH, "indicator_codes": ("nursing_bed_share",)}
        row = profile.standing(release, **asked).frame.row(0, named=True)
    assert (row["ranked_count"], row["rank_before"], row["ranked_before"]) == (5, None, None)
