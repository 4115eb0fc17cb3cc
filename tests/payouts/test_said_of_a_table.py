"""What the title of a payment file, or a word in a line of it, says against what its columns say."""

from datetime import date

import polars as pl
import pytest

from etl.payouts.values import reason_of, span_of, tier_of
from tests.payouts.files import GOOD, OLD_MAN, detail
from tests.payouts.test_bad_input import read


@pytest.mark.parametrize(
    ("title", "said"),
    [
        ("清丰县2025年7月高龄津贴发放明细（作废）", "写着“作废”"), ("清丰县2025年7月高龄津贴发放明细（测试）", "写着“测试”"),
        ("清丰县2025年7月高龄津贴拟发放名册", "“拟发”，不是发出去的钱"),
        ("清丰县2025年7月高龄津贴发放失败名单", "“发放失败”，不是发出去的钱"),
        ("清丰县2025年7月高龄津贴退回明细", "“退回”，不是发出去的钱"),
        ("清丰县2025年7月高龄津贴应发明细", "“应发”"), ("清丰县2025年7月高龄津贴资金申请表", "“申请”"),
        ("清丰县2025年7月高龄津贴审批表", "“审批”"), ("清丰县2025年7月高龄津贴公示名单", "“公示”"),
        ("清丰县2025年7月高龄津贴停发名单", "“停发”"), ("清丰县2025年7月高龄津贴暂停发放明细", "“暂停”"),
        ("清丰县2025年7月高龄津贴核减明细", "“核减”"), ("清丰县2025年7月高龄津贴未领取名单", "“未领”"),
        ("清丰县2025年7月高龄津贴预算表", "“预算”"), ("清丰县2025年7月高龄津贴死亡人员明细", "“死亡人员”"),
        ("清丰县2025年7月高龄津贴发放明细 单位：万元", "金额按元读"),
        ("清丰县2025年7月高龄津贴补发明细", "没有“补发金额”一栏"), ("清丰县2025年7月高龄津贴追缴人员名单", "没有“追缴金额”一栏"),
    ],
)  # fmt: skip
def test_a_title_that_says_the_money_is_no_payment_of_the_month_is_refused(tmp_path, title, said):
    (answer,), rows = read(tmp_path, detail(GOOD, title=f"{title},,,,,\n"))
    (problem,) = answer["problems_zh"]
    assert said in problem and "没有读。" in problem and problem.endswith("后重来")
    assert rows.is_empty()


@pytest.mark.parametrize(
    "title",
    [
        "清丰县2025年7月高龄津贴发放明细（原表作废）",
        "清丰县2025年7月高龄津贴发放明细 单位：元",
        "清丰县2025年7月高龄津贴补发放名册",
        "清丰县2025年7月高龄津贴应发实发明细",
        "清丰县2025年7月高龄津贴审批发放表",
        "清丰县2025年7月高龄津贴公示后发放明细",
        "清丰县2025年7月高龄津贴发放明细（第一批）",
    ],
)
def test_a_title_that_only_sounds_so_is_read(tmp_path, title):
    (answer,), rows = read(tmp_path, detail(GOOD, title=f"{title},,,,,\n"))
    assert (answer["problems_zh"], rows.height) == ([], 1)


def test_arrears_under_their_own_head_are_arrears_whatever_the_title(tmp_path):
    text = f"清丰县2025年7月高龄津贴补发明细,,,,\n姓名,身份证号,金额,补发金额,补发起止月\n李某,{OLD_MAN},,100,2025年5月-6月\n"
    (answer,), rows = read(tmp_path, text)
    assert answer["problems_zh"] == []
    assert rows.select("kind_code", "covers_from", "covers_to").rows() == [
        ("arrears", date(2025, 5, 1), date(2025, 6, 1))
    ]


@pytest.mark.parametrize(
    ("result", "taken"),
    [
        ("交易成功", 1), ("成功", 1), ("失败", 0), ("处理不成功", 0), ("未成功", None), ("没有成功", None), ("部分成功", None),
        ("成功后退回", None), ("成功（冲正）", None),
    ],
)  # fmt: skip
def test_a_payment_went_through_only_where_the_bank_says_just_that(tmp_path, result, taken):
    (answer,), rows = read(tmp_path, f"姓名,身份证号,发放月份,金额,处理结果\n李某,{OLD_MAN},2025-07,50,{result}\n")
    asked = ["第2行：处理结果一栏的写法不认识；请写成功或失败"] if taken is None else []
    assert (answer["problems_zh"], rows.height) == (asked, taken or 0)


def test_an_amount_is_no_tier(tmp_path):
    # 100 yuan is what those of 90 to 99 get; who is 100 gets 300.
    assert [tier_of(text) for text in ("100元", "80元档", "100岁", "90")] == [None, None, "age_100_plus", "age_90_99"]
    (answer,), rows = read(tmp_path, f"姓名,身份证号,发放月份,档次,金额\n李某,{OLD_MAN},2025-07,100元,50\n")
    # Born in January 1940: 85 in July 2025.
    assert rows["tier_code"].to_list() == ["age_80_89"]
    assert "1行的档次写法不认识，按年龄定" in answer["remarks_zh"]


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("2025年1月至3月", (1, 3)), ("2025.1-2025.3", (1, 3)), ("2025年1~3月", (1, 3)), ("2025-01至2025-03", (1, 3)),
        ("2025.1.1-2025.3.31", (1, 3)), ("自2025年1月起至2025年3月止", (1, 3)), ("202501-202503", (1, 3)), ("2025年2月", (2, 2)),
        ("2025年1月、3月", None), ("2025年1、2、3月", None), ("2025年1-3月，5月", None), ("2025年1月和2月", None),
        ("2025年1月起3个月", None), ("2025年1月,2025年2月,2025年4月", None), ("2025.1-3", None),
    ],
)  # fmt: skip
def test_a_span_is_understood_whole_or_asked_about(text, span):
    assert span_of(text) == (span and tuple(date(2025, month, 1) for month in span))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("因病去世", "reason_death"), ("2025.6死亡", "reason_death"), ("死亡停发", "reason_death"), ("户籍迁往外地", "reason_moved"),
        ("逾期未认证", "reason_unverified"), ("满90周岁调整", "reason_tier"), ("重复享受", "reason_other"),
        ("未死亡，失联", None), ("去世前已迁出", None), ("见备注", None),
    ],
)  # fmt: skip
def test_a_reason_for_a_stop_is_found_within_what_people_write(text, code):
    assert reason_of(text) == code


def test_a_reason_nobody_knows_is_told_and_counted_as_another(tmp_path):
    head = "清丰县2025年7月停止明细,,,\n姓名,身份证号,停发原因,停发时间\n"
    (answer,), _ = read(tmp_path, f"{head}李某,{OLD_MAN},见备注,2025-07\n李某,{OLD_MAN},,2025-07\n", "停止.csv")
    assert "1行的停发原因写法不认识，按其他计" in answer["remarks_zh"]
    (part,) = answer["parts"]
    (folder,) = tmp_path.glob("keyed-*")
    written = pl.read_parquet(folder / part["path"], hive_partitioning=False)
    assert written["reason_code"].to_list() == ["reason_other", None]
