"""Declared corrections: each must be able to correct what it says, or the refresh says which and why."""

from datetime import date

import pytest

from etl.months.understood.corrections import load_corrections
from warehouse.errors import CatalogError

GOOD = """[beds]
area_id = "qingfeng"
form_code = "facility"
indicator_code = "care_bed_count"
month = 2025-07-01
expected_raw = "31520"
corrected_value = 3152
reason_zh = "报送单位来函：多写一个0"
declared_on = 2025-08-12
expires_on = 2026-08-12
"""
AS_OF = date(2026, 1, 1)


def load(tmp_path, context, text, kind="real"):
    (tmp_path / "office.toml").write_bytes(text if isinstance(text, bytes) else text.encode())
    return load_corrections(kind=kind, as_of=AS_OF, context=context, folder=tmp_path)


def told(tmp_path, context, text):
    with pytest.raises(CatalogError) as refused:
        load(tmp_path, context, text)
    return refused.value.problems


def test_a_good_one_is_read_and_belongs_to_its_kind_of_release(tmp_path, context):
    (one,) = load(tmp_path, context, GOOD)
    assert (one.key, one.corrected_value, one.file) == (("qingfeng", "care_bed_count", "total"), 3152.0, "office.toml")
    assert load(tmp_path, context, GOOD, kind="demo") == []
    (out,) = load(tmp_path, context, GOOD.replace("corrected_value = 3152\n", ""))
    assert out.corrected_value is None


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("[beds]", "[beds", "不是合格的 TOML"),
        ("2025-07-01", '"2025-07-01"', "数据月份的1日应是日期"),
        ("2025-07-01", "2025-07-15", "请写这个月的1日，如 2025-07-01"),
        ("2025-07-01", "2025-07-01T00:00:00", "应是日期"),
        ("= 3152\n", '= "三千"\n', "改用的数应是数"),
        ("= 3152\n", "= nan\n", "不会是“"),
        ("= 3152\n", "= -5\n", "不会是“"),
        ("= 3152\n", "= 0.5\n", "不会是“"),
        ("= 3152\n", "= true\n", "改用的数应是数"),
        ('"31520"', "31520", "原表中这一格的写法应是非空的文字"),
        ('"31520"', '""', "应是非空的文字"),
        ('"qingfeng"', '"qingfen"', "“qingfen”不是报送单位"),
        ('"facility"', '"beds"', "“beds”不是报表"),
        ('"care_bed_count"', '"training_people"', "不在报表 facility 里"),
        ('"care_bed_count"', '"nothing"', "不在报表 facility 里"),
        ("reason_zh", "reason", "没有这个字段"),
        ('reason_zh = "报送单位来函：多写一个0"\n', "", "缺少字段（依据）"),
        ("expires_on = 2026-08-12", "expires_on = 2025-08-01", "早于登记日期"),
        ("expires_on = 2026-08-12", "expires_on = 2025-12-31", "已于 2025-12-31 到期"),
        ("[beds]\n", '[beds]\nrelease_kind = "rael"\n', "请写 real（实际）或 demo（演示）"),
        ("[beds]\n", '[beds]\nplace_id = "nanle"\n', "不是清丰县的乡镇（街道）"),
        ("[beds]\n", '[beds]\nbreakdown_code = "age_70"\n', "“age_70”没有登记"),
        ("[beds]\n", "beds = 1\n[other]\n", "这里应是一张表"),
    ],
)
def test_one_that_could_correct_nothing_is_refused_with_place_fact_and_remedy(tmp_path, context, old, new, words):
    assert old in GOOD
    problems = told(tmp_path, context, GOOD.replace(old, new, 1))
    assert any(words in one and one.startswith("etl/corrections/office.toml") for one in problems), problems
    assert all("请" in one or "可用的字段" in one for one in problems)


def test_a_file_that_is_no_text_is_refused(tmp_path, context):
    (problem,) = told(tmp_path, context, GOOD.encode("gb18030"))
    assert "office.toml" in problem and "不是合格的 TOML" in problem


def test_two_of_one_cell_are_refused_and_of_one_cell_as_written_otherwise_are_not(tmp_path, context):
    second = GOOD.replace("[beds]", "[again]").replace("= 3152\n", "= 3153\n")
    (problem,) = told(tmp_path, context, GOOD + second)
    assert problem == "etl/corrections/office.toml [again]：与 office.toml [beds] 更正的是同一格；请只留一项"
    assert len(load(tmp_path, context, GOOD + second.replace('"31520"', '"315200"'))) == 2


def test_all_faults_are_told_at_once(tmp_path, context):
    bad = GOOD.replace('"qingfeng"', '"x"').replace('"facility"', '"y"').replace("2025-07-01", "2025-07-02")
    assert len(told(tmp_path, context, bad)) == 3
