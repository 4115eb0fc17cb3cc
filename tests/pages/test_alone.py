"""The first month in which one unit of nine has reported: it is held against nobody, least of all against itself."""

from tests.months_truth import NEWEST
from warehouse.read import Releases
from warehouse.read.month import overview
from warehouse.read.place import benchmarks

RATES = ("monthly_visit_rate", "nursing_bed_share", "care_beds_per_1000_aged_60_plus")
AT = {"city": "puyang", "unit": "qingfeng", "month": f"{NEWEST:%Y-%m}"}


def test_nobody_is_ahead_or_behind_of_himself(alone_home):
    with Releases(alone_home.demo()).acquire() as release:
        cells = overview.matrix(release, city_area_id="puyang", month=NEWEST, indicator_codes=RATES).frame
        own = cells.filter((cells["area_id"] == "qingfeng") & cells["value"].is_not_null())
        units = benchmarks.standings(
            release, city_area_id="puyang", indicator_code="nursing_bed_share", month=NEWEST
        ).frame
    assert own["indicator_code"].to_list() == list(RATES)
    # What those who reported come to is the same figure once more: a distance of nothing says nothing.
    assert own["against_code"].null_count() == own["standing_code"].null_count() == len(RATES)
    assert units.height == 9 and units["value"].count() == 1
    assert units["city_mean"].null_count() == units["median"].null_count() == 9


def test_every_page_says_that_there_is_nobody_to_compare_with(show_of, alone_home):
    page = show_of(alone_home, "briefing/overview/page.py", **AT)
    assert "濮阳市只有清丰县有数，没有可比的" in page.text
    assert "没有一项落后" not in page.text and "；。" not in page.text
    page = show_of(alone_home, "briefing/comparison/page.py", **AT)
    assert "没有市均值（加权）可以对照；华龙区、南乐县、范县等8个没有数，不比" in page.text
    page = show_of(alone_home, "briefing/profile/page.py", **AT)
    assert "都只有它一个有数，不分先后" in page.text
    page = show_of(alone_home, "briefing/bulletin/page.py", city="puyang", month=AT["month"])
    assert "没有可以排名的指标" in page.text and "第1" not in page.text.replace("第1页", "")
