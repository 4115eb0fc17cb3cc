"""Every page from 四级网络覆盖 to 老龄化底数 under what no bureau plans for: each state is designed, none is a fault."""

import re

import pytest

from tests.pages.strange_months import NEW_CITY, build_strange
from warehouse.home import Home

PAGES = tuple(
    f"briefing/{name}/page.py"
    for name in ("coverage", "trends", "targets", "allowance", "platform", "programmes", "ageing")
)  # fmt: skip
COVERAGE, TRENDS, ALLOWANCE, PLATFORM = (
    f"briefing/{name}/page.py" for name in ("coverage", "trends", "allowance", "platform")
)


@pytest.fixture(scope="module")
def strange_home(tmp_path_factory):
    """A data home whose demonstration is that of `tests.pages.strange_months`. Only for reading."""
    home = Home(tmp_path_factory.mktemp("strange"))
    build_strange(home.demo())
    return home


@pytest.fixture
def strange(show, strange_home, monkeypatch):
    """Open a page of it; no page may fail."""
    monkeypatch.setenv("YANGLAO_HOME", str(strange_home.root))

    def opened(script, **parameters):
        page = show(script, data="demo", **parameters)
        assert not page.app.exception
        assert "错误编号" not in page.text, script
        assert "nan" not in page.text.lower().replace("nanle", "")
        return page

    return opened


@pytest.mark.parametrize("script", PAGES)
def test_a_city_of_which_nothing_is_known_has_a_sentence_on_every_page(strange, script):
    page = strange(script, city=NEW_CITY)
    assert "新市" in page.finding
    assert len(page.text) > 200


@pytest.mark.parametrize("script", PAGES)
@pytest.mark.parametrize("month", ["2026-08", "2026-09", "2026-10"])
def test_every_month_of_the_strange_ones_opens(strange, script, month):
    assert len(strange(script, month=month).finding) > 5


def test_one_hundred_percent_everywhere_is_called_even_and_has_no_blank(strange):
    page = strange(COVERAGE, network="regional_centre")
    # In October only 清丰县 reports, and there every one of 17 towns has its centre.
    assert "乡镇区域性养老服务中心：只有清丰县可比，100.0%（17个中17个）" in page.text
    august = strange(TRENDS, indicator="monthly_visit_rate", area="qingfeng")
    assert "100.0%" in august.finding
    assert "点数不足，不判断趋势" in august.finding


def test_over_one_hundred_percent_is_shown_and_never_cut(strange):
    page = strange(TRENDS, indicator="village_home_coverage_rate", area="hualong")
    rows = re.findall(r"<tr><td>2026年9月</td>.*?</tr>", page.html, re.DOTALL)
    # 25 homes on 20 villages
    assert "125.0%" in rows[0]
    occupied = strange(TRENDS, indicator="occupancy_rate", area="qingfeng")
    # 66 residents on 60 beds
    assert "110.0%" in occupied.finding


def test_what_was_taken_back_keeps_its_sign(strange):
    assert "-20人次" in strange(TRENDS, indicator="training_person_times", area="fanxian").text
    assert "-1200元" in strange(ALLOWANCE, month="2026-09").text


def test_a_month_without_an_order_has_no_rate_and_no_division(strange):
    page = strange(PLATFORM, month="2026-09")
    assert "0单" in page.text
    assert "倍" not in page.finding


def test_when_all_but_one_are_silent_nothing_is_summed_and_they_are_named(strange):
    page = strange(TRENDS, indicator="care_bed_count")
    assert "缺" in page.finding
    assert "华龙区" in page.finding


def test_a_city_with_silent_units_is_told_by_its_last_whole_month_and_no_document_speaks_for_who_never_reported(
    strange,
):
    page = strange(COVERAGE, network="regional_centre")
    # In September 75 of 75 towns had their centre; the two zones without a form are in no sum.
    assert page.finding.startswith("濮阳市覆盖最低的是乡镇区域性养老服务中心，100.0%（75个对2021年的75个乡镇）；")
    assert page.finding.endswith("；月报各项按最近收齐的2026年9月底（2026年10月华龙区、南乐县、范县等6个未报）。")
    assert "最近收齐的2026年9月底75个，100.0%" in page.text
    assert "各月都没有报过" in page.text
    assert "文件未公布分县区数" not in page.text


@pytest.mark.parametrize("script", PAGES)
@pytest.mark.parametrize(
    ("parameter", "value"),
    [("city", "atlantis"), ("release", "19990101-01"), ("data", "fiction"), ("base", "moon")],
)
def test_a_stale_link_is_answered_on_every_page(show, script, parameter, value):
    page = show(script, **{parameter: value})
    assert not page.app.exception
    assert f"“{value}”" in page.text
    assert len(page.finding) > 5
