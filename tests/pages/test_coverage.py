"""四级网络覆盖 on invented months: the ladder, blank townships and their file, beds on two bases, the road of use."""

import io
import re
from datetime import date

import polars as pl
import pytest

from pages.briefing.coverage import parts, squares, waffle
from pages.briefing.coverage import rows as coverage_rows
from pages.ui.kit.view import View
from pages.ui.takeaway import downloads
from tests.pages.conftest import Shown
from warehouse import export
from warehouse.read import Releases
from warehouse.read.month import months
from warehouse.read.place import areas, coverage
from warehouse.read.receipt import receipts
from warehouse.wording import townships as words
from warehouse.wording.grammar.numbers import percent

PAGE = "briefing/coverage/page.py"
CENTRE = "regional_centre"
MONTH = date(2026, 10, 1)
BEDS = "care_beds_per_1000_aged_60_plus"


def looks_at(release, **others) -> View:
    given = {
        "kind": release.kind_code, "root": "", "release_id": release.release_id, "header": release.header,
        "city": "puyang", "city_name_zh": "濮阳市", "is_large": False, "base": "census",
    }  # fmt: skip
    return View(**given | others)


def township(name, unit="甲县", *, built=0.0, base=1.0, status="reported"):
    return {
        "area_id": name, "short_name_zh": name, "name_zh": name, "parent_zh": unit, "built": built, "base": base,
        "status_code": status, "base_code": "township", "base_label_zh": "乡镇", "base_year": 2021, "row_key": name,
    }  # fmt: skip


@pytest.mark.bar("CO4")
def test_the_ladder_has_built_operating_and_blank_with_their_base_from_county_to_village(show_truth):
    page = show_truth(PAGE)
    assert not page.app.exception
    rungs = re.findall(r'<div class="rung(?: sub)?" role="listitem">.*?(?=<div class="rung|$)', page.html, re.DOTALL)
    told = {re.search(r'class="name">(.*?)</div>', rung)[1]: re.sub("<[^>]+>", "", rung) for rung in rungs}
    levels = [re.match(r'<span class="level">(.*?)</span>', name)[1] for name in told if name.startswith("<span")]
    assert levels == ["县", "乡", "乡", "街道", "社区", "村", "市县"]
    village = next(text for name, text in told.items() if "农村幸福院" in name)
    # 2,097 of 2,871 villages by October 2026 in the parameters: 73.04 %, 774 without.
    assert "2097个 / 2871个行政村（2021年）" in village
    assert "73.0%" in village
    assert re.search(r"运营 \d+个 · 空白 至少774个", village)
    # 49 of 75 towns have a regional centre, 26 have none.
    centre = next(text for name, text in told.items() if "区域性养老服务中心" in name)
    assert "49个 / 75个乡镇（2021年）" in centre
    assert "空白 至少26个" in centre


@pytest.mark.bar("CO4")
def test_the_blank_townships_are_listed_by_unit_and_each_opens_its_receipt(show_truth, truth_release):
    page = show_truth(PAGE, network=CENTRE)
    rows = coverage.townships(truth_release, city_area_id="puyang", network_code=CENTRE).frame
    based = rows.filter(rows["base"].is_not_null())
    blank = based.filter(based["built"] == 0)
    # Towns and rural townships only: a street should have a centre of another kind.
    assert (based.height, blank.height, based["built"].sum()) == (75, 26, 49)
    assert "75个乡镇中，49个已有乡镇区域性养老服务中心，26个还没有；濮阳县最多，7个" in page.text
    listed = page.html.partition('<div class="covers">')[2].partition('class="foot"')[0]
    for row in blank.iter_rows(named=True):
        assert row["short_name_zh"] in listed
        assert row["row_key"] in {text.partition(":")[2] for text in page.receipts}
    found = receipts.receipt(truth_release, relation="mart.coverage", row_key=blank["row_key"][0])
    assert found.sources_zh
    assert any(step.relation == "core.fct_observation" for step in found.step.walk())


@pytest.mark.bar("CO4")
def test_the_list_is_a_file_that_says_its_release_source_and_that_it_is_invented(truth_release):
    rows = coverage.townships(truth_release, city_area_id="puyang", network_code=CENTRE).frame
    listed = parts.blank_list(rows.filter(pl.col("base").is_not_null()), "乡镇区域性养老服务中心")
    assert listed.height == 26
    view = looks_at(truth_release)
    stamped = downloads.stamped(listed, view, as_of_zh="2026年10月底", sources=["各单位月报"])
    notes = export.Notes(
        title_zh="名单", release_id=view.release_id, kind_code=view.kind, size_zh="26行", sources=["各单位月报"]
    )
    written = export.write(stamped, "csv", notes)
    assert written.startswith(b"\xef\xbb\xbf")
    back = pl.read_csv(io.BytesIO(written))
    assert back.columns == [
        "单位", "乡镇（街道）", "网络", "状态", "建成数", "底数", "底数是", "底数年份", "截至", "来源", "批次", "数据性质",
    ]  # fmt: skip
    assert set(back["状态"]) == {"空白"}
    assert set(back["批次"]) == {view.release_id}
    assert set(back["数据性质"]) == {"演示数据"}
    assert set(back["底数年份"]) == {2021}
    assert back.filter(back["单位"] == "濮阳县").height == 7


@pytest.mark.bar("CO4")
def test_the_page_offers_the_list_as_csv_and_excel(show_truth):
    page = show_truth(PAGE, network=CENTRE)
    assert [button.label for button in page.app.get("download_button")] == ["下载CSV", "下载Excel"]


def test_a_township_that_did_not_report_is_named_apart_and_never_blank():
    rows = [
        township("甲乡"), township("乙乡", built=1.0), township("丙乡", built=None, status="missing"),
        township("丁乡", "乙县", built=None, base=None, status="not_applicable"),
    ]  # fmt: skip
    assert [words.state_zh(row) for row in rows] == ["空白", "已有", "缺", "—"]
    assert words.claim(rows, "敬老院") == "3个乡镇中，1个已有敬老院，1个还没有，都在甲县；另有1个未报"
    assert words.claim(rows[1:2], "敬老院") == "1个乡镇中，1个已有敬老院，没有空白"
    # What was sent back came: it is not said to be unreported.
    back = [*rows[1:2], township("丙乡", built=None, status="returned")]
    assert words.claim(back, "敬老院") == "2个乡镇中，1个已有敬老院；另有1个退回"
    listed = parts.blank_list(pl.DataFrame(rows), "敬老院")
    assert listed["状态"].to_list() == ["空白", "缺"]
    assert listed["建成数"].to_list() == [0, None]


def test_a_network_of_counties_has_no_list_of_townships(show_truth):
    page = show_truth(PAGE, network="county_destitute")
    assert not page.app.exception
    assert page.app.get("download_button") == []
    assert "没有公布哪些乡镇" not in page.text


def test_where_nobody_tells_townships_apart_the_page_says_so_and_when_it_will_be_known(show):
    text = show(PAGE).text
    assert "农村幸福院：没有公布哪些乡镇是空白" in text
    # 2,871 − 2,016 = 855 at least
    assert "行政村中至少有855个没有，是哪几个没有名单，这里不推测" in text
    assert "2026年7月起" in text
    assert "看演示数据里的名单" in text
    assert "公开文件没有印建成数" in show(PAGE, network=CENTRE).text
    assert show(PAGE).app.get("download_button") == []


# ── two populations ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.bar("CO6")
def test_changing_the_population_changes_every_rate_on_it_and_says_which_one_is_used(show_truth, truth_release):
    counted, projected = show_truth(PAGE), show_truth(PAGE, base="projection")
    assert "底数为2020年普查60岁、80岁及以上常住人口" in counted.text
    assert "由2020年普查推出，非官方，误差约±5%，2026年约±7%" in projected.text
    # 28,150 beds and 748,113 enrolled on 666,648 counted (2020) and on 784,835 projected (2026-10).
    assert "濮阳市每千名老年人有养老床位42.2张" in counted.text
    assert "濮阳市每千名老年人有养老床位35.9张" in projected.text
    assert "60岁及以上常住人口66.7万人（2020年）" in counted.text
    assert "60岁及以上常住人口78.5万人（2026年10月推算）" in projected.text
    enrolled = months.series(truth_release, indicator_code="enrolled_count", area_ids=("puyang",)).frame["value"][-1]
    assert f"为老年人口的{percent(enrolled / 666_648)}" in counted.text
    assert f"为老年人口的{percent(enrolled / 784_835)}" in projected.text
    assert "疑为登记数" in counted.text


@pytest.mark.bar("CO6")
def test_every_rate_per_elders_of_the_catalogue_has_a_value_on_both_populations(truth_release):
    twins = truth_release.rows(
        """
        select o.indicator_code, o.variant_of from meta.indicator as o
        inner join meta.indicator as d on d.indicator_code = o.denominator
        where o.variant_of is not null and o.kind_code = 'ratio'
        """
    ).frame
    rates = truth_release.rows(
        """
        select indicator_code from meta.indicator
        where denominator in ('resident_population_aged_60_plus', 'resident_population_aged_80_plus')
        """
    ).frame
    assert set(twins["variant_of"]) == set(rates["indicator_code"])
    for twin, origin in twins.iter_rows():
        pair = [
            months.series(truth_release, indicator_code=code, area_ids=("hualong", "puyang", "puyang_demo_zone")).frame
            for code in (twin, origin)
        ]
        for frame in pair:
            # The zone has neither census nor projection: not applicable, never zero.
            assert set(frame.filter(pl.col("area_id") == "puyang_demo_zone")["status_code"]) == {"not_applicable"}
        both = pair[0].join(pair[1], on=["area_id", "month"], suffix="_counted").filter(pl.col("value").is_not_null())
        assert both.height > 40, twin
        assert (both["value"] != both["value_counted"]).all(), twin
        assert (both["numerator"] == both["numerator_counted"]).all()
        assert set(both["denominator_as_of_on_counted"]) == {date(2020, 11, 1)}
        # A projection is as of the very month, so that no step of it looks like a change of the rate.
        assert (both["denominator_as_of_on"] == both["month"]).all()


@pytest.mark.bar("CO6")
@pytest.mark.parametrize(
    ("code", "told"),
    [
        (BEDS, "（2020年）"),
        (f"{BEDS}_projected", "（2026年10月推算）"),
    ],
)
def test_the_receipt_of_a_rate_shows_the_population_it_stands_on(truth_release, code, told):
    key = f"puyang|{code}|total|2026-10-01"
    found = receipts.receipt(truth_release, relation="mart.indicator_month", row_key=key)
    assert told in found.step.told.formula_zh
    base = next(step for step in found.step.inputs if step.role_code == "denominator")
    assert base.told.when_zh in told
    if "推算" in told:
        # 28,150 ÷ 784,835 × 1000 = 35.87
        assert "28,150÷784,835（2026年10月推算）＝35.9张/千人" in found.step.told.formula_zh
        assert "推算，非官方" in base.told.note_zh
        assert any("老年人口推算" in source for source in found.sources_zh)


@pytest.mark.bar("CO6")
@pytest.mark.parametrize(
    "script", [f"briefing/{name}/page.py" for name in ("platform", "profile", "trends", "overview")]
)
def test_the_choice_goes_along_to_every_page_with_such_a_rate(show_truth, script):
    page = show_truth(PAGE, base="projection")
    page.app.switch_page(script)
    page.app.query_params["data"] = "demo"
    page.app.query_params["indicator"] = BEDS
    page.run()
    assert not page.app.exception
    assert page.app.query_params["base"] == "projection"
    assert "推算" in page.text
    if script != "briefing/overview/page.py":
        assert "误差约±5%" in page.text
    else:
        assert "每千名老年人养老床位数（按推算人口）" in page.text


@pytest.mark.bar("CO6")
def test_what_documents_print_is_held_against_the_projection_of_its_own_month(show):
    counted, projected = show(PAGE).text, show(PAGE, base="projection").text
    assert "普查60岁及以上常住人口666648人（2020年）＝100.05%" in counted
    assert "推算" not in counted.partition("入网是登记")[2]
    # 66.7万 ÷ 717,607 = 92.9 %; 70余万 on 733,178 is at least 95.4 %, rounded down.
    assert "60岁及以上常住人口717607人（2023年7月推算）＝92.9%" in projected
    assert "60岁及以上常住人口733178人（2024年6月推算）＝不低于95.4%" in projected
    assert "73.3万人2024年6月推算" in projected


def test_an_unknown_population_in_a_link_is_told(show):
    page = show(PAGE, base="moon")
    assert not page.app.exception
    assert "老年人口底数“moon”" in page.text
    assert "底数为2020年普查" in page.text


# ── marks, ranks, the road of use ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.bar("CO7")
def test_missing_not_applicable_and_zero_are_three_marks_and_who_is_left_out_is_named(show, show_truth, real_home, monkeypatch):  # fmt: skip
    months_page = show_truth(PAGE, network=CENTRE)
    # Beds: the zone without a census is out of the rank of zones, and said so beside it.
    assert re.search(r"第1位（共2个参排，1个不适用）", months_page.text)
    monkeypatch.setenv("YANGLAO_HOME", str(real_home.root))
    printed = show(PAGE, network="village_home")
    html = printed.html
    left_out = re.search(r'<ul class="plain left-out">.*?</ul>', html, re.DOTALL)[0]
    assert "示范区：文件未公布分县区数；没有统计用区划代码，无从计底数" in re.sub("<[^>]+>", "", left_out)
    tiles = re.findall(r'<div class="tile.*?</b></div>', html, re.DOTALL)
    shown = {re.sub("<[^>]+>", "", tile) for tile in tiles}
    assert {"工业园区—", "示范区—", "濮阳县984个"} <= shown
    rows = re.findall(r"<tr>.*?</tr>", html, re.DOTALL)
    qingfeng = next(re.sub("<[^>]+>", " ", row) for row in rows if "<td>清丰县" in row)
    assert "缺" in qingfeng
    marks = {
        coverage_rows.built_text({"built": None, "status_code": "missing"}),
        coverage_rows.rate_text({"rate": None, "status_code": "not_applicable"}),
        coverage_rows.built_text(
            {"built": 0.0, "status_code": "reported", "built_as_written": None, "printed_value": None, "unit_zh": "个"}
        ),
    }
    assert marks == {"缺", "—", "0个"}


@pytest.mark.bar("CO5")
def test_registered_stands_with_active_in_every_row_of_the_page(show_truth):
    page = show_truth(PAGE)
    assert re.search(r"登记74\.8万人，为老年人口的\d+\.\d%；当月活跃的只有2\.5万人：登记不是使用", page.text)
    head = re.search(r"<thead><tr>(?:(?!</tr>).)*登记（入网）.*?</tr>", page.html, re.DOTALL)[0]
    assert "当月活跃" in head


@pytest.mark.bar("CO5")
def test_registered_without_active_says_that_nobody_gave_it(show, nothing_home, monkeypatch):
    monkeypatch.setenv("YANGLAO_HOME", str(nothing_home.root))
    page = show(PAGE, data="demo")
    assert not page.app.exception
    assert "错误编号" not in page.text
    assert "未提供活跃数" in page.text


def test_beds_are_held_against_every_target_set_for_them(show_truth):
    text = show_truth(PAGE).text
    assert "濮阳市的文件为床位定了5个目标" in text
    for told in ("不低于50%", "55%", "2.8万", "60%以上", "不超过40%"):
        assert told in text
    # Among them the binding 55 %, with the 50 % due three years before it.
    assert "约束性" in text.partition("文件为床位定了")[2]


def test_on_the_real_release_the_targets_for_beds_stand_without_a_figure(show):
    text = show(PAGE).text
    assert "濮阳市的文件为床位定了5个目标，实际床位数一个也没有公布" in text


@pytest.mark.parametrize("home", ["one_month_home", "nothing_home"])
def test_one_month_and_no_month_at_all_have_their_states(show, home, request, monkeypatch):
    monkeypatch.setenv("YANGLAO_HOME", str(request.getfixturevalue(home).root))
    page = show(PAGE, data="demo", network=CENTRE)
    assert not page.app.exception
    assert "错误编号" not in page.text
    assert len(page.finding) > 10


@pytest.mark.bar("MP3")
def test_functional_zones_have_tiles_and_a_rank_group_of_their_own(show_truth, truth_release):
    places = areas.units(truth_release, city_area_id="puyang").frame
    zones = places.filter(pl.col("kind_code") == "functional_zone")
    assert set(zones["short_name_zh"]) == {"经开区", "工业园区", "示范区"}
    assert zones["tile_row"].null_count() == 0
    html = show_truth(PAGE, network=CENTRE).html
    dashed = re.findall(r'<div class="tile zone[^>]*><span>(.*?)</span>', html)
    assert set(dashed) == set(zones["short_name_zh"])
    found = months.month_of_city(truth_release, city_area_id="puyang", month=MONTH, indicator_codes=(BEDS,)).frame
    groups = dict(found.filter(pl.col("value").is_not_null()).select("area_zh", "rank_group_code").iter_rows())
    assert {name for name, code in groups.items() if code == "functional_zone"} == {"经开区", "工业园区"}


def test_a_release_whose_file_vanished_is_answered_in_words(show, truth_home, monkeypatch, tmp_path):
    monkeypatch.setenv("YANGLAO_HOME", str(truth_home.root))
    page: Shown = show(PAGE, data="demo", release="20200101-01")
    assert not page.app.exception
    assert "发布批次“20200101-01”" in page.text
    with Releases(truth_home.demo()).acquire() as release:
        assert f"版本 {release.release_id}" in page.text


def place(unit, name, built, base):
    return {
        "parent_zh": unit, "short_name_zh": name, "built": built, "base": base, "row_key": name,
        "base_label_zh": "行政村", "status_code": "missing" if built is None else "reported",
    }  # fmt: skip


def test_surplus_covers_nobodys_blank_and_who_did_not_report_is_neither():
    # 甲县: 一镇 has 7 for 5 villages, 二镇 2 of 4: 5 + 2 covered, 2 blank, 2 too many. The total, 9 for 9, shows none.
    # 乙县: 三镇 did not report its 6 villages; 四镇 has none of its 3.
    records = [place("甲县", "一镇", 7, 5), place("甲县", "二镇", 2, 4), place("乙县", "三镇", None, 6), place("乙县", "四镇", 0, 3)]  # fmt: skip
    found = waffle.stands(records)
    told = {one.unit_zh: (one.covered, one.blank, one.unknown, one.over) for one in found}
    assert told == {"甲县": (7, 2, 0, 2), "乙县": (0, 3, 6, 0)}
    # 乙县: all that was reported is blank; 甲县: 2 of 9.
    assert [one.unit_zh for one in found] == ["乙县", "甲县"]
    assert "多建2个，不抵别处空着的5个" in waffle.netted_zh(found)
    drawn = squares.squares(found[1].counts, rows=2, each=1, alt_zh=found[1].said_zh, size=1)
    # 7 middle squares and 2 empty ones, told to those who do not see them, too.
    assert drawn.partition('class="built"')[2].partition('"/>')[0].count("M") == 7
    assert drawn.partition('class="blank"')[2].partition('"/>')[0].count("M") == 2
    assert "甲县应有9个，有7个，空白2个，未报0个，另多建2个" in drawn
    assert not waffle.netted_zh(waffle.stands(records[2:]))


def test_counties_with_as_many_blanks_are_said_to_tie():
    row = {"base_code": "township"}
    rows = [place(unit, unit, built, 1) | row for unit, built in (("甲县", 0), ("乙县", 0), ("丙县", 1))]
    assert words.claim(rows, "中心") == "3个乡镇中，1个已有中心，2个还没有；甲县、乙县并列最多，各1个"
