"""Personal data is taken out of every text, in all the ways people write it, and nothing else is."""

import csv
from importlib.resources import files

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


# Invented, of the signs old people of these counties are called by.
BARE_NAMES = (
    "老人王小明", "独居老人李素珍已入住", "百岁老人张桂花等3人", "特困老人赵大海，已入住敬老院", "老人李明", "老人欧阳小明", "老党员王德胜",
    "其母王桂兰", "父亲李德福去年去世", "配偶张秀英", "儿子王小明代领", "由其子李建军代领", "村民陈大山等5人", "户主王小芳", "1号床王小明",
    "护理员王小红离职", "村支书张建军", "监护人为王小明", "冒领人张桂花", "王小明的母亲", "王小明之子", "本月新增王小明一人", "漏报王小明",
    "重复上报的李建国已删除", "王小明重复", "更正：王小明应为90岁", "王小明已去世", "补发王小明3个月", "追回张桂花冒领津贴", "张桂花户籍迁往濮阳",
    "李建国、王桂兰、刘玉兰各补发", "王小明",
)  # fmt: skip
NOBODY = (
    "高龄老人居住地", "老人安置情况", "老人金额", "老人方可享受", "老人何时领取", "老人从未领取", "老人白内障手术", "老人任意一方", "老人向社区提出",
    "老人毛巾发放", "老人温馨提示", "老人常住人口", "老人左右", "老人成为", "老人严重", "老人许可", "父亲节活动", "女儿城社区", "儿子沟村", "院长任职",
    "会计科目", "会计史料", "社工韩城镇", "护理员白班", "护理员武术班", "志愿者方阵", "村民和谐", "家属向", "老人金色阳光养老院", "老人康乐院",
    "老人江南春天养老院", "老人幸福院", "老人祥和家园", "老人王庄村12人", "老人马家沟村5户", "老人孔雀社区", "老人万达社区", "老人叶落归根",
)  # fmt: skip


@pytest.mark.parametrize("text", BARE_NAMES)
def test_a_bare_name_is_known_by_what_its_bearer_is_or_by_what_happened(text):
    told = hide(text)
    assert kinds_hidden(told) == ["姓名"] and hide(told) == told
    assert not any(given in told for given in ("小明", "素珍", "桂花", "大海", "李明", "德胜", "桂兰", "德福", "秀英"))
    assert not any(given in told for given in ("建军", "大山", "小芳", "小红", "建国", "玉兰"))


@pytest.mark.parametrize("text", NOBODY)
def test_words_that_begin_like_a_name_behind_a_role_are_nobody(text):
    assert hide(text) == text


def test_of_all_places_of_the_country_only_those_are_hidden_that_are_called_like_persons():
    """Counties of all provinces and townships of both cities, with and without the word for what they are; beside
    figures none is taken for a person. Behind “老人” eleven are: 吴忠 of 宁夏 is a name as good as any.
    """
    tables, names = files("etl.reference") / "tables", set()
    for table in ("townships_stats_2023.csv", "county_divisions_stats_2023.csv", "china_county_2020.csv"):
        rows = csv.DictReader((tables / table).read_text(encoding="utf-8").splitlines())
        names |= {row["name"] for row in rows}
    names |= {name[:-1] for name in names if name[-1] in "县市区乡镇" and len(name) > 2}
    assert len(names) > 6_000
    for sentence in ("{}停发3人", "{}已报，其余未报", "{}"):
        assert [name for name in names if hide(sentence.format(name)) != sentence.format(name)] == []
    taken = {name for name in names if hide(f"老人{name}") != f"老人{name}"}
    assert taken == {"吴忠", "余庆", "苏仙", "林芝", "陆良", "高明", "武胜", "金凤", "龙凤", "万秀", "龙海"}
