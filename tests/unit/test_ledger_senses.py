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


def faults(sentence: str, wording: str, *, kind: str = "actual", unit: str = "", years: tuple[int, int] = (2024, 2024)):
    """What is said against a row for this wording of a document of one sentence."""
    read = parse_quantity(wording)
    figure = Figure(
        id=f"{SOURCE.source_id}:001", area_id="", indicator="", name_zh="数", as_written=wording,
        unit_zh=unit or read.unit_zh, value=read.value, low=read.low, high=read.high, qualifier=read.qualifier, kind=kind,
        period_start=date(years[0], 1, 1), period_end=date(years[1], 12, 31), quote=sentence, also_at=(), note_zh="",
    )  # fmt: skip
    source = replace(SOURCE)
    finder = Finder([Paragraph(1, "", sentence)])
    problems = figure_problems(Declared("figures", (("第1条", figure),)), source, finder, areas=None, indicators=None)
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
        # Two years with one 年 behind both are a period of both.
        ("2024—2025年共培训护理员500人", "500人", {"years": (2024, 2025)}),
    ],
)
def test_a_row_that_says_what_its_sentence_says_is_kept(sentence, wording, given):
    assert faults(sentence, wording, **given) == []
