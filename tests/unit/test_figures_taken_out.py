"""What is said beside a masked cell keeps its words and loses its figures, in whatever signs they were written."""

import re

import pytest

from warehouse.release.masks.sentences import _OF_NAMES, without_figures


@pytest.mark.parametrize(
    "written",
    [
        "百岁老人3人", "百岁老人３名", "500元×3人", "百岁老人③位", "共Ⅲ人", "停发A3人", "百岁老人三，一男两女", "叁人",
        "百岁老人仨", "老两口", "廿三人", "壹名", "合计:三", "九十以上二十八", "由 3 变 2", "减三增二", "½户", "3/2", "三百零四",
    ],
)  # fmt: skip
def test_no_figure_is_left(written):
    told = without_figures(written).replace("百岁", "")
    assert "＊" in told
    assert not set(told) & set("0123456789３③Ⅲ½〇零一二两三四五六七八九十百廿仨壹叁")
    assert without_figures(without_figures(written)) == without_figures(written)


@pytest.mark.parametrize(
    "written",
    [
        "统一核对，进一步核实",
        "第三季度已补报",
        "百岁老人",
        "80岁以上",
        "2025年7月",
        "二〇二五年七月",
        "见 D7",
        "表四",
        "五保、三无对象",
    ],
)
def test_words_dates_ages_and_addresses_stay(written):
    assert without_figures(written) == written


def test_a_figure_goes_with_its_unit_and_the_rest_of_the_sentence_stays():
    assert (
        without_figures("新挂牌助餐点36个，补贴3.5万元，其中百岁老人2名")
        == "新挂牌助餐点＊个，补贴＊元，其中百岁老人＊名"
    )


@pytest.mark.parametrize(
    "name",
    [
        "华龙区2025-07.xlsx",
        "202507月报",
        "20250705报送.xls",
        "2025.7 表4 (2)",
        "附件3.xlsx",
        "第2次报送",
        "Sheet1",
        "月报v2.xlsx",
    ],
)
def test_a_name_keeps_its_day_its_form_and_its_version(name):
    assert without_figures(name, _OF_NAMES) == name


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("百岁3人2025-07.xlsx", "百岁＊人2025-07.xlsx"), ("百岁(3).xlsx", "百岁(＊).xlsx"), ("2025年7月3.xlsx", "2025年7月＊.xlsx"),
        ("百岁三名.xlsx", "百岁＊名.xlsx"), ("表4 百岁③", "表4 百岁＊"), ("19993.xlsx", "＊.xlsx"),
    ],
)  # fmt: skip
def test_a_name_loses_every_other_figure(name, told):
    assert without_figures(name, _OF_NAMES) == told


def test_the_numeral_in_the_name_of_a_place_is_no_figure():
    places = re.compile("二七区|三门峡市")
    assert without_figures("三门峡市二七区百岁二人", places) == "三门峡市二七区百岁＊人"
    assert without_figures("二七区百岁二人") != without_figures("二七区百岁二人", places)
