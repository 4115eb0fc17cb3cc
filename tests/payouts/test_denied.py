"""Remarks in a line of a payment file that say the opposite of what the line states, and sums of what went out."""

from datetime import date

import pytest

from etl.payouts.denied import DENIED_ZH, denies
from etl.payouts.layouts import layouts
from tests.payouts.files import HEAD, OLD_MAN, detail
from tests.payouts.test_bad_input import read, workbook

LINE = f"李某,{OLD_MAN},马庄桥镇,6217000000000000001,2025-07,50"
TITLE = "清丰县2025年7月高龄津贴发放明细,,,,,,\n"


def remarked(text: str) -> str:
    return f"{TITLE}{HEAD.strip()},备注\n{LINE},{text}\n"


@pytest.mark.parametrize(
    "text",
    [
        "停发", "本月停发，待核实", "已停", "死亡停发", "账户异常未发", "卡号错误退回", "7月未到账", "2025年7月未发", "没有发", "6月起停发",
        "2025.3月停发", "作废", "暂停（未认证）", "上月起停发",
    ],
)  # fmt: skip
def test_money_whose_remark_says_it_did_not_go_out_is_asked_about(tmp_path, text):
    (answer,), _ = read(tmp_path, remarked(text))
    assert answer["problems_zh"] == [f"第3行：{DENIED_ZH['payment']}"]


@pytest.mark.parametrize(
    "text",
    [
        "", "新增", "下月停发", "8月起停发", "6月未发", "上月退回", "停发后恢复", "已补发", "退回后重发", "未停发", "没有停发", "未发现异常",
        "停发原因核实中", "90岁", "2025年12月停发", "2024年7月未到账",
    ],
)  # fmt: skip
def test_a_remark_of_another_month_or_of_something_else_is_no_denial(tmp_path, text):
    (answer,), rows = read(tmp_path, remarked(text))
    assert (answer["problems_zh"], rows["amount_yuan"].to_list()) == ([], [50])


def test_a_line_without_money_may_say_so(tmp_path):
    (answer,), rows = read(tmp_path, remarked("停发").replace(",50,", ",0,"))
    assert (answer["problems_zh"], rows.height) == ([], 0)
    assert answer["remarks_zh"] == ["1行金额为零或空，没有计入"]


def test_money_for_somebody_the_remark_calls_dead_counts_and_is_told(tmp_path):
    (answer,), rows = read(tmp_path, remarked("6月去世"))
    assert (answer["problems_zh"], rows.height) == ([], 1)
    assert "1行的备注写着去世，金额照样计入；没有发的请删去这一行后重来" in answer["remarks_zh"]


def test_remarks_of_a_workbook_and_in_several_columns_are_read(tmp_path):
    head = ["姓名", "身份证号", "发放月份", "金额", "状态", "备注"]
    one = ["李某", OLD_MAN, "2025-07", 50, "正常", None]
    other = ["王某", "410922194001010027", "2025-07", 50, "暂停", None]
    (answer,), _ = read(tmp_path, workbook(head, one, other), "a.xlsx")
    assert [each.partition("第")[2] for each in answer["problems_zh"]] == [f"3行：{DENIED_ZH['payment']}"]


def test_the_word_of_the_bank_stands_over_a_remark_of_the_person(tmp_path):
    text = f"姓名,身份证号,账号,金额,处理结果,发放月份,备注\n李某,{OLD_MAN},6217000000000000001,50,成功,2025-07,{{}}\n"
    (answer,), rows = read(tmp_path, text.format("停发"))
    assert (answer["problems_zh"], rows.height) == ([], 1)
    (answer,), _ = read(tmp_path, text.format("次日退票"))
    assert answer["problems_zh"] == [f"第2行：{DENIED_ZH['payment']}"]


@pytest.mark.parametrize(
    ("head", "said", "makes"),
    [
        ("姓名,身份证号,停发原因,停发时间,备注\n李某,{},去世,2025-07,{}\n", "误停，已恢复", "change"),
        ("姓名,身份证号,起发时间,备注\n李某,{},2025-07,{}\n", "审核未通过", "change"),
        ("死者姓名,死者身份证号,死亡日期,备注\n李某,{},2025-07-03,{}\n", "本人健在，误报", "list"),
        ("姓名,身份证号,迁出日期,备注\n李某,{},2025-07-03,{}\n", "未迁出", "list"),
    ],
)
def test_a_change_or_a_listed_person_denied_by_its_remark_is_asked_about(tmp_path, head, said, makes):
    (answer,), _ = read(tmp_path, head.format(OLD_MAN, said))
    assert answer["problems_zh"] == [f"第2行：{DENIED_ZH[makes]}"]
    (answer,), _ = read(tmp_path, head.format(OLD_MAN, "已核实"))
    assert answer["problems_zh"] == []


@pytest.mark.parametrize(
    ("text", "month", "answer"),
    [
        ("1月停发", date(2025, 7, 1), True), ("12月停发", date(2025, 7, 1), False), ("1月未发", date(2025, 7, 1), False),
        ("2024年12月停发", date(2025, 1, 1), True), ("停发", None, True),
    ],
)  # fmt: skip
def test_the_month_a_remark_names_decides(text, month, answer):
    assert denies(text, month, layouts()["payment_detail"]) is answer


def test_what_went_out_in_all_is_held_against_its_parts(tmp_path):
    """50 + 100 − 0 = 150."""
    head = "姓名,身份证号,发放月份,发放标准,补发金额,补发起止月,实际发放\n"
    line = f"李某,{OLD_MAN},2025-07,50,100,2025年5月-6月,{{}}\n"
    (answer,), rows = read(tmp_path, head + line.format(150))
    assert (answer["problems_zh"], rows["amount_yuan"].sum()) == ([], 150)
    (answer,), _ = read(tmp_path, head + line.format(50))
    assert answer["problems_zh"] == [
        "第2行：“实际发放”与金额、补发、追缴合起来的不同，不知道以哪个为准；请改正，只用实际发放的请删去另一栏"
    ]


def test_a_standard_is_not_what_was_paid(tmp_path):
    """100 a month by the standard, nothing paid: no payment of 100."""
    head = "姓名,身份证号,发放月份,发放标准,实际发放\n"
    (answer,), _ = read(tmp_path, head + f"李某,{OLD_MAN},2025-07,100,0\n")
    assert answer["problems_zh"] and "实际发放" in answer["problems_zh"][0]
    (answer,), _ = read(tmp_path, head + f"李某,{OLD_MAN},2025-07,100,\n")
    assert answer["problems_zh"] and "实际发放" in answer["problems_zh"][0]
    (answer,), rows = read(tmp_path, f"姓名,身份证号,发放月份,实际发放\n李某,{OLD_MAN},2025-07,80\n")
    assert (answer["problems_zh"], rows["amount_yuan"].to_list()) == ([], [80])


def test_whether_it_was_paid_is_read_as_an_outcome(tmp_path):
    head = "姓名,身份证号,发放月份,金额,是否发放\n"
    (answer,), rows = read(tmp_path, f"{head}李某,{OLD_MAN},2025-07,50,是\n王某,410922194001010027,2025-07,50,否\n")
    assert (answer["problems_zh"], rows["source_row"].to_list()) == ([], [2])
    assert "1行处理不成功，钱没有发出去，没有计入" in answer["remarks_zh"]


def test_a_sum_named_in_a_remark_is_no_sum(tmp_path):
    (answer,), rows = read(tmp_path, detail().replace("金额\n", "金额,备注\n") + f"{LINE},累计两月合计100\n")
    assert (answer["problems_zh"], rows.height) == ([], 1)


@pytest.mark.parametrize(
    ("label", "text", "is_asked"),
    [
        ("停发时间", "2025-06", True), ("停发时间", "2025年7月", True), ("停发时间", "2025-08", False), ("停发时间", "", False),
        ("停发日期", "无", False), ("停发原因", "去世", True), ("停发原因", "户籍迁出", True), ("停发原因", "", False),
        ("原因", "新增", False), ("停发月份", "上个月", True),
    ],
)  # fmt: skip
def test_a_line_that_names_the_end_of_its_payments_and_money_after_it_is_asked_about(tmp_path, label, text, is_asked):
    (answer,), rows = read(tmp_path, f"姓名,身份证号,发放月份,金额,{label}\n李某,{OLD_MAN},2025-07,50,{text}\n")
    assert [one.partition("：")[0] for one in answer["problems_zh"]] == ["第2行"] * is_asked
    assert all("停发" in one for one in answer["problems_zh"]) and rows.height == 1


@pytest.mark.parametrize(
    ("result", "failure", "is_asked", "paid"),
    [("成功", "账号不存在", True, 1), ("成功", "", False, 1), ("成功", "无", False, 1), ("失败", "账号不存在", False, 0), ("成功", "交易成功", False, 1)],
)  # fmt: skip
def test_money_with_a_reason_why_it_failed_is_asked_about(tmp_path, result, failure, is_asked, paid):
    text = f"姓名,身份证号,金额,处理结果,失败原因,发放月份\n李某,{OLD_MAN},50,{result},{failure},2025-07\n"
    (answer,), rows = read(tmp_path, text)
    assert [one.partition("；")[0] for one in answer["problems_zh"]] == [
        "第2行：写着失败（退票、未发）原因，却列着发出去的钱"
    ] * is_asked
    assert is_asked or rows.height == paid
