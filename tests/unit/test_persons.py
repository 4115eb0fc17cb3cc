"""Personal data is taken out of every text, in all the ways people write it, and nothing else is."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse.persons import hidden_in, hide, kinds_hidden, looks_like_a_name

# Invented: no such number was ever given out.
ID, MOBILE, CARD = "410928194002301234", "13800001234", "6222020000000001234"


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        (f"身份证{ID}", ["身份证号"]),
        ("410928 19400230 1234", ["身份证号"]),
        (" ".join(ID), ["身份证号"]),
        ("４１０９２８１９４００２３０１２３Ｘ", ["身份证号"]),
        ("410928********1234", ["身份证号"]),
        ("410928400230123", ["身份证号"]),
        (f"序号 12 {MOBILE}", ["手机号"]),
        ("+86 138-0000-1234", ["手机号"]),
        ("138****1234", ["手机号"]),
        ("0393—6600001", ["电话"]),
        ("联系电话：6600001", ["电话"]),
        (f"卡号{CARD}", ["银行卡号"]),
        ("6222 0200 0000 0001 234", ["银行卡号"]),
        (f"{ID} {MOBILE}", ["身份证号", "手机号"]),
        (f"王小明{MOBILE}", ["姓名", "手机号"]),
        (f"{ID}，欧阳小明", ["身份证号", "姓名"]),
        ("姓名：王小明，3人", ["姓名"]),
        ("（0393）6600001", ["电话"]),
        ("0393.6600001", ["电话"]),
        (f"{MOBILE},{MOBILE}", ["手机号"]),
        (f"{ID},{ID}、{MOBILE}", ["身份证号", "手机号"]),
        ("138.0000.1234", ["手机号"]),
        ("138\u200b0000\u200b1234", ["手机号"]),
        ("+86(138)00001234", ["手机号"]),
        (f"{MOBILE}.0", ["手机号"]),
        ("一三八零零零零一二三四", ["手机号"]),
        (f"残疾证{ID}12", ["身份证号"]),
        ("账号 001234567", ["银行卡号"]),
        ("卡号:12345678901234567890", ["银行卡号"]),
        (f"王小明电话{MOBILE}", ["姓名", "手机号"]),
        (f"王 小明（手机号码为{MOBILE}）", ["姓名", "手机号"]),
        (f"{MOBILE}（王小明）", ["手机号", "姓名"]),
        (f"买买提·小明 {MOBILE}", ["姓名", "手机号"]),
        ("经办人王小明", ["姓名"]),
        ("填表人： 王小明 3人", ["姓名"]),
    ],
)
def test_numbers_of_persons_and_names_beside_them_are_hidden_and_said_to_be(text, kinds):
    hidden = hide(text)
    assert kinds_hidden(hidden) == kinds
    assert not any(digits in hidden for digits in ("410928", "1234", "6600001", "小明", "一二三四"))
    assert hide(hidden) == hidden


@pytest.mark.parametrize(
    "text",
    [
        "2023-07-28 2024-06-04",
        "120 130 140 150 160 170",
        "1,234,567.89",
        "38010050",
        "养老服务专线0393-6996169",
        "本月新增1300人，其中护理员20人",
        "濮民文〔2025〕33号",
        "清丰县2025年7月月报.xlsx",
        "高龄津贴 12345678 元",
        "0.12345678901",
        "138.00001234",
        "1,380,000,123.50元，其中13,800,001,234元",
        "2025/07/28 2024/06/04",
        "（1）1200（2）1300（3）1400",
        "负责人已更换，联系人不详",
    ],
)
def test_what_is_nobodys_stays(text):
    assert hide(text) == text


@given(st.sampled_from([ID, MOBILE, CARD]), st.sampled_from(["", " ", "-", "—", "\u3000"]), st.integers(3, 5))
def test_a_number_is_found_however_it_is_spaced(number, gap, size):
    """Groups of any size from the left; a card only in the groups of four that cards are printed in."""
    size = 4 if number == CARD else size
    written = gap.join(number[at : at + size] for at in range(0, len(number), size))
    assert kinds_hidden(hide(f"备注：{written}。")) != []
    assert number[-4:] not in hide(f"备注：{written}。")


def test_every_text_column_of_what_people_wrote_is_gone_through():
    written = pl.DataFrame({"issue_id": ["a"], "file_name": [f"王小明{ID}.xlsx"], "sentence_zh": ["“12O”不是数字"]})
    kept = pl.DataFrame({"text_zh": [f"联系电话：{MOBILE}"]})
    found = hidden_in({"meta.issue": written, "meta.document_paragraph": kept})
    assert found["meta.issue"].row(0) == ("a", "〔姓名已隐去〕〔身份证号已隐去〕.xlsx", "“12O”不是数字")
    assert found["meta.document_paragraph"] is kept


def test_a_label_that_reads_as_a_name_is_told_from_a_place():
    assert looks_like_a_name("王小明") and looks_like_a_name("欧阳小明")
    assert not any(map(looks_like_a_name, ("王助镇", "胡村乡", "马路街道", "合计", "清丰", "高龄津贴")))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("壹叁捌零零壹叁捌零零零", "〔手机号已隐去〕"),
        ("①③⑧⓪⓪①③⑧⓪⓪⓪", "〔手机号已隐去〕"),
        ("卡号 62220212 34567890", "卡号 〔银行卡号已隐去〕"),
        ("王建国先生、张桂花女士", "〔姓名已隐去〕先生、〔姓名已隐去〕女士"),
        ("陈秀英（89岁）", "〔姓名已隐去〕（89岁）"),
        ("陈秀英，女，101岁", "〔姓名已隐去〕，女，101岁"),
        ("百岁老人李素珍", "百岁老人〔姓名已隐去〕"),
        ("李素珍、王桂兰两位老人", "〔姓名已隐去〕、〔姓名已隐去〕两位老人"),
        ("补发刘玉兰1-3月津贴", "补发〔姓名已隐去〕1-3月津贴"),
        ("赵大海去世，停发", "〔姓名已隐去〕去世，停发"),
        ("身份证号为410928194002301234的王小明", "身份证号为〔身份证号已隐去〕的〔姓名已隐去〕"),
        ("Zhang San 13800138000", "〔姓名已隐去〕 〔手机号已隐去〕"),
        ("姓名:John Smith", "姓名:〔姓名已隐去〕"),
        ("护照E12345678", "护照〔证件号已隐去〕"),
        ("邮箱 zhangsan@163.com", "邮箱 〔网络账号已隐去〕"),
    ],
)
def test_other_scripts_titles_ages_and_what_happened_to_somebody(text, told):
    assert hide(text) == told
    assert hide(told) == told


@pytest.mark.parametrize(
    "text",
    [
        "高龄补贴（80岁以上）", "高龄津贴停发3人", "金婚老人90岁以上", "方城县补发600元", "马家沟停发2人", "江苏省补发600元",
        "石家庄停发3人", "任何老人", "万名老人", "百岁老人金额补发", "第一季度补发1-3月津贴", "①②③项", "白银区，89岁以上",
    ],
)  # fmt: skip
def test_words_of_the_forms_and_places_that_begin_like_a_name_stay(text):
    assert hide(text) == text
