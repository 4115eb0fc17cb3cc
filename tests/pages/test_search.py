"""Finding an area by Chinese, pinyin or initials."""

import pytest

from pages.ui.search import Place, PlaceIndex

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
