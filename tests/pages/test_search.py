"""Finding anything by Chinese, pinyin, initials, code or English, and the page it opens."""

from urllib.parse import parse_qsl, urlsplit

import pytest

from pages.registry import PAGES
from pages.ui.frame import search_items
from pages.ui.frame.search import Place, PlaceIndex

PLACES = [
    ("puyang", "濮阳市", "濮阳", "河南省", 0),
    ("puyangxian", "濮阳县", "濮阳县", "河南省濮阳市", 0),
    ("xinbin", "新宾满族自治县", "新宾", "辽宁省抚顺市", 0),
    ("cn-140728", "平遥县", "平遥", "山西省晋中市", 2),
    ("cn-220104", "朝阳区", "朝阳", "吉林省长春市", 2),
    ("cn-110105", "朝阳区", "朝阳", "北京市", 2),
    ("cn-211300", "朝阳市", "朝阳", "辽宁省", 1),
]


@pytest.fixture(scope="module")
def index():
    return PlaceIndex(
        Place(area_id=area_id, name_zh=name, short_name_zh=short, where_zh=where, order=order)
        for area_id, name, short, where, order in PLACES
    )


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("pyx", "puyangxian"),
        ("濮阳", "puyang"),
        ("濮阳县", "puyangxian"),
        ("puyang", "puyang"),
        ("PuYang Xian", "puyangxian"),
        ("xinbin", "xinbin"),
        ("puyx", "puyangxian"),
        ("xbmz", "xinbin"),
        ("xinbn", "xinbin"),
        ("新宾", "xinbin"),
        ("长春朝阳", "cn-220104"),
        ("朝阳", "cn-211300"),
    ],
)
def test_the_place_meant_comes_first(index, text, first):
    assert index.find(text)[0].area_id == first


@pytest.mark.parametrize("text", ["", "  ", "不存在的地方", "zzzzzz"])
def test_what_is_nowhere_is_not_guessed(index, text):
    assert index.find(text) == []


def test_no_more_are_listed_than_asked_for(index):
    assert len(index.find("朝", limit=2)) == 2


# ── everything a release names ───────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def found_in(real_release):
    return search_items.findable(real_release)


def by_kind(found_in, text, city=""):
    groups = search_items.answer(found_in, text, city=city)
    return {group["kind_zh"]: [(item["name_zh"], item["href"]) for item in group["items"]] for group in groups}


@pytest.mark.parametrize(
    ("text", "kind", "name", "href"),
    [
        ("pyx", "地区", "濮阳县", "profile?city=puyang&unit=puyangxian"),
        ("410928", "地区", "濮阳县", "profile?city=puyang&unit=puyangxian"),
        ("示范区", "地区", "濮阳市城乡一体化示范区", "profile?city=puyang&unit=puyang_demo_zone"),
        ("抚顺", "地区", "抚顺市", "?city=fushun"),
        ("叙永县", "地区", "叙永县", "ageing?city=puyang&area=cn-510524"),
        ("changchun", "地区", "长春市", "comparison?city=puyang&areas=puyang%2Ccn-220100"),
        ("village_home_count", "指标", "农村幸福院数", "trends?city=puyang&indicator=village_home_count"),
        ("nursing beds", "指标", "护理型床位数", "indicator?city=puyang&indicator=nursing_bed_count"),
        ("gljt", "页面", "高龄津贴", "allowance?city=puyang"),
        ("催报", "页面", "报送工作台", "submissions?city=puyang"),
        ("普惠型高龄", "政策与任务", "普惠型高龄津贴制度", "programmes?city=puyang&q="),
        ("濮民文〔2025〕33号", "公开文件", "濮阳 2025年答复（408号）", "documents?city=puyang&doc=puyang-reply-2025-408"),
    ],
)  # fmt: skip
def test_what_is_meant_comes_first_of_its_kind_and_opens_its_page(found_in, text, kind, name, href):
    first_name, first_href = by_kind(found_in, text)[kind][0]
    assert first_name == name
    assert first_href.startswith(href)


def test_one_word_finds_the_indicator_the_pages_the_programme_and_the_documents_that_write_it(found_in):
    found = by_kind(found_in, "幸福院")
    assert ("农村幸福院", "coverage?city=puyang&network=village_home") in found["页面"]
    assert {href.partition("?")[0] for _, href in found["页面"]} == {"coverage", "targets", "comparison"}
    assert "农村幸福院数" in [name for name, _ in found["指标"]]
    assert "农村幸福院" in [name for name, _ in found["政策与任务"]]
    # Written in the plan, in two replies of 濮阳 and in the reply of 抚顺; not in the reply of 2025.
    assert len(found["公开文件"]) == 4
    assert all("aspect=text" in href for _, href in found["公开文件"])


def test_what_both_cities_have_opens_for_the_city_looked_at_and_what_one_has_for_that_one(found_in):
    assert by_kind(found_in, "农村幸福院数", "fushun")["指标"][0][1].startswith("trends?city=fushun")
    # 街道养老服务中心 is a network of 濮阳 alone.
    assert by_kind(found_in, "街道养老服务中心", "fushun")["页面"][0][1].startswith("coverage?city=puyang")


def test_equally_close_an_indicator_and_a_place_of_ours_come_before_pages_and_places_elsewhere(found_in):
    def kinds(text: str) -> list[str]:
        return [group["kind_zh"] for group in search_items.answer(found_in, text, city="puyang")]

    # 农村幸福院数, the level 农村幸福院 of a page and the programme of that name all have 幸福院 inside.
    assert kinds("幸福院")[:2] == ["指标", "页面"]
    # 清丰县 is ours; 清 begins counties all over the country.
    assert kinds("清丰")[0] == "地区"
    assert by_kind(found_in, "清", "puyang")["地区"][0][0] == "清丰县"
    # 清原满族自治县 and 清丰县 are as close; each reader's own comes first.
    assert by_kind(found_in, "清", "fushun")["地区"][0][0].startswith("清原")
    # The very name of a page is closer than the beginning of an indicator's.
    assert kinds("高龄津贴")[0] == "页面"


@pytest.mark.parametrize("text", ["", " ", "不存在的东西", "qqqqqq", "《》", "%", "<b>"])
def test_what_is_nowhere_finds_nothing(found_in, text):
    assert search_items.answer(found_in, text) == []


def test_everything_leads_to_a_page_of_the_menu(found_in):
    pages = {"" if position == 0 else entry.url_path for position, entry in enumerate(PAGES)}
    for _, item in [pair for word in "a一市数" for pair in found_in.named.ranked(word)]:
        for way in (item.way, *(way for _, way in item.also)):
            assert urlsplit(way.href("puyang")).path in pages, item


@pytest.mark.parametrize(
    "text",
    ["濮阳县", "南乐", "叙永县", "长春市", "农村幸福院数", "护理型床位数", "幸福院", "普惠型高龄津贴制度", "232号"],
)
def test_the_page_opened_knows_what_it_is_asked_for(show, found_in, text):
    group = search_items.answer(found_in, text)[0]
    href = urlsplit(group["items"][0]["href"])
    entry = next(entry for entry in PAGES if entry.url_path == (href.path or PAGES[0].url_path))
    page = show(entry.script, **dict(parse_qsl(href.query)))
    assert not page.app.exception
    assert "在本批次里没有" not in page.text
    assert "错误编号" not in page.text
