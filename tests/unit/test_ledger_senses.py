"""A row of the ledger that is as printed, digit for digit, and yet says another thing than its sentence: refused with why."""

from dataclasses import replace
from datetime import date

import pytest

from etl.documents import read_documents
from etl.documents.ledger import figure_problems
from etl.documents.records import Declared, Figure
from etl.documents.text import Finder, Paragraph
from etl.quantity import parse_quantity

SOURCE = read_documents().documents[0].source


UNITS = {
    "fanxian": ("范县", "范县"),
    "puyangxian": ("濮阳县", "濮阳县"),
    "puyang_etdz": ("濮阳经济技术开发区", "经开区"),
}


def faults(
    sentence: str, wording: str, *, kind: str = "actual", unit: str = "", years: tuple[int, int] = (2024, 2024),
    name: str = "数", area: str = "puyang",
):  # fmt: skip
    """What is said against a row for this wording of a document of one sentence."""
    read = parse_quantity(wording)
    figure = Figure(
        id=f"{SOURCE.source_id}:001", area_id=area, indicator="", name_zh=name, as_written=wording,
        unit_zh=unit or read.unit_zh, value=read.value, low=read.low, high=read.high, qualifier=read.qualifier, kind=kind,
        period_start=date(years[0], 1, 1), period_end=date(years[1], 12, 31), quote=sentence, also_at=(), note_zh="",
    )  # fmt: skip
    source = replace(SOURCE)
    finder = Finder([Paragraph(1, "", sentence)])
    ledger = Declared("figures", (("第1条", figure),))
    problems = figure_problems(ledger, source, finder, areas=None, indicators=None, names=UNITS)
    return [str(problem) for problem in problems]


@pytest.mark.parametrize(
    ("sentence", "wording", "given", "said"),
    [
        ("2024年计划培训护理员500人", "500人", {}, "写的是“计划”"),
        ("2024年全市没有建成农村幸福院20个", "20个", {}, "写的是“没有”"),
        ("2024年未完成改造的敬老院12所", "12所", {}, "写的是“未完成”"),
        ("2024年已建成农村幸福院20个", "20个", {"kind": "target"}, "写的是“已建成”"),
        ("2024年新增床位300至500张", "500张", {}, "区间的一头"),
        ("2024年新增床位300张至500张", "500张", {}, "区间的一头"),
        ("2024年新增床位300—500张", "300", {"unit": "张"}, "区间的一头"),
        ("2024年惠及老年人家庭1.2万户", "1.2万", {"unit": "人"}, "写的是“1.2万户”"),
        ("2024年入住率提高5个百分点", "5", {"unit": "%"}, "写的是“5个百分点”"),
        # The wording is not the whole of what is printed.
        ("2024年新增床位1,300张", "300张", {}, "一个数的后半截"),
        ("2024年建成几十张床位", "十张", {}, "一个数的后半截"),
        ("2024年覆盖率达到百分之三十", "三十", {"unit": "%"}, "一个数的后半截"),
        ("2024年新增床位300.5张", "300", {"unit": "张"}, "“300”只是一个数的前半截"),
        ("2024年投入资金300万元", "300", {"unit": "元"}, "“300”只是一个数的前半截"),
        ("2024年有300人次参加培训", "300人", {}, "写的是“300人次”"),
        ("2024年补贴300元/人·月", "300元", {}, "写的是“300元/”"),
        ("2024年覆盖率30‰", "30", {"unit": "%"}, "写的是“30‰”"),
        ("2024年建成3.3万平方米", "3.3万", {"unit": "个"}, "3.3万平方米"),
        # Of what it is.
        ("2024年每千名老年人拥有床位30张", "30张", {}, "“每千名老年人拥有床位30张”"),
        ("2024年人均补贴300元", "300元", {}, "“人均补贴300元”"),
        ("2024年，全省新增床位300张", "300张", {}, "全省的数"),
        ("2024年建成第300张床位", "300张", {}, "是次序"),
        ("2024年床位由300张增加到500张", "300张", {}, "变动以前的数"),
        # When, and whether yet.
        ("2023年底床位300张，2024年底500张", "500张", {"years": (2023, 2023)}, "最近的是2024年"),
        ("2025年将建成床位300张", "300张", {"years": (2025, 2025)}, "写的是“将建成”"),
        ("到2025年，床位达到300张", "300张", {"years": (2025, 2025)}, "写的是“到2025年”"),
        ("2024年床位缺口300张", "300张", {}, "写的是“缺口”"),
        ("2024年确保建成床位300张", "300张", {}, "写的是“确保建”"),
        # What is counted is not there, or no longer.
        ("2024年建成敬老院28家、在建2家", "2家", {}, "说的是“在建”"),
        ("2024年关停养老机构6家", "6家", {}, "说的是“关停”"),
        ("2024年28家敬老院停业", "28家", {}, "说的是“停业”"),
        ("2024年规划设置床位300张", "300张", {}, "说的是“规划”"),
        ("2024年闲置床位300张", "300张", {}, "说的是“闲置”"),
        ("2024年床位300张", "300张", {"name": "拟建床位"}, "名称写的是“拟建”"),
        ("2024年床位300张", "300张", {"name": "规划床位"}, "名称写的是“规划”"),
        # Whose it is.
        ("2024年范县建成幸福院12家", "12家", {}, "说的是范县"),
        ("2024年，经开区共有床位300张", "300张", {}, "说的是经开区"),
        ("2024年范县建成幸福院12家", "12家", {"area": "puyangxian"}, "请改为“fanxian”"),
    ],
)
def test_a_row_that_says_another_thing_than_its_sentence_is_refused(sentence, wording, given, said):
    (problem,) = faults(sentence, wording, **given)
    assert said in problem and "请" in problem


@pytest.mark.parametrize(
    ("sentence", "wording", "given"),
    [
        ("2024年计划培训护理员500人，实际培训612人", "612人", {}),
        ("2024年超额完成目标任务，已完成培训612人", "612人", {}),
        ("2024年力争培训护理员500人", "500人", {"kind": "target"}),
        ("2024年新增床位300张", "300", {"unit": "张"}),
        ("2024年新增床位300至500张", "300至500张", {}),
        ("2024年投入资金300万元", "300万元", {}),
        ("2024年覆盖率达到百分之三十", "百分之三十", {}),
        ("2024年每人每月补贴300元", "每人每月补贴300元", {}),
        ("2024年将300张床位改造为护理型", "300张", {}),
        ("2024年床位由300张增加到500张", "500张", {}),
        ("2024年，由市财政投入300万元", "300万元", {}),
        ("2024年，目标人群300人", "300人", {}),
        ("截至2024年底前两周，床位300张", "300张", {}),
        ("到2024年底已建成床位300张", "300张", {}),
        ("2023年底床位300张，2024年底500张", "500张", {}),
        ("2024年建成敬老院28家、在建2家", "28家", {}),
        ("2024年在建敬老院2家", "2家", {"name": "在建敬老院"}),
        ("2024年规划期内建成敬老院2家", "2家", {}),
        ("2024年投入300万元筹建了养老中心", "300万元", {"name": "养老中心筹建投入"}),
        ("2024年范县建成幸福院12家", "12家", {"area": "fanxian"}),
        ("2024年范县建成幸福院12家", "12家", {"name": "范县幸福院"}),
        ("2024年濮阳县代表队等4个团队获奖", "4个", {}),
        ("2024年，濮阳县光明医院等10个基地", "10个", {}),
        # Two years with one 年 behind both are a period of both.
        ("2024—2025年共培训护理员500人", "500人", {"years": (2024, 2025)}),
    ],
)
def test_a_row_that_says_what_its_sentence_says_is_kept(sentence, wording, given):
    assert faults(sentence, wording, **given) == []
