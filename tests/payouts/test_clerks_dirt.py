"""Tables as clerks really keep them: what can be read right is read and told, what cannot is refused with its row."""

import io
from collections.abc import Callable
from datetime import date

import openpyxl
import pytest
import xlwt
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.comments import Comment
from openpyxl.styles import Font

from tests.payouts.files import GOOD, OLD_MAN, detail, sent
from tests.payouts.test_bad_input import LINE, OTHER, kept, read

TITLE = "清丰县2025年7月高龄津贴发放明细,,,,,,\n"
HEAD = "序号,姓名,身份证号,乡镇,账号,发放月份,金额\n"
FIRST = f"1,李某,{OLD_MAN},马庄桥镇,6217000000000000001,2025-07,50"
SECOND = f"2,王某,{OTHER},马庄桥镇,6217000000000000003,2025-07,50"
CELLS = ["姓名", "身份证号", "乡镇", "发放月份", "金额"]
OLD = ["李某", OLD_MAN, "马庄桥镇", "2025-07", 50]
YOUNG = ["王某", OTHER, "马庄桥镇", "2025-07", 50]


def numbered(*lines: str, head: str = HEAD) -> str:
    """A table whose first column, the number of the line, is not read."""
    return TITLE + head + "".join(f"{line}\n" for line in lines)


def book(*sheets: tuple[str, list[list]], made: Callable[[openpyxl.Workbook], None] | None = None) -> bytes:
    """Sheets by name and rows as a workbook; `made` changes it before it is saved."""
    found = openpyxl.Workbook()
    found.remove(found.active)
    for name, rows in sheets:
        sheet = found.create_sheet(name)
        for row in rows:
            sheet.append(row)
    if made:
        made(found)
    content = io.BytesIO()
    found.save(content)
    return content.getvalue()


# ── lines that are no persons ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("word", ["小计", "本页小计", "马庄桥镇合计"])
def test_a_sum_whose_word_stands_in_a_column_that_is_not_read_is_paid_to_nobody(tmp_path, word):
    text = numbered(FIRST, f"{word},,,,,,50", SECOND, "合计,,,,,2025-07,100")
    (answer,), rows = read(tmp_path, text)
    assert (answer["problems_zh"], rows["source_row"].to_list()) == ([], [3, 5])
    assert "2行是合计或表脚，没有计入" in answer["remarks_zh"]
    header, *lines = (line.split(",") for line in text.splitlines()[1:])
    cells = [[int(cell) if cell in ("50", "100") else cell or None for cell in line] for line in lines]
    (answer,), rows = read(tmp_path, book(("7月", [["清丰县2025年7月高龄津贴发放明细"], header, *cells])), "a.xlsx")
    assert (answer["problems_zh"], rows["source_row"].to_list()) == ([], [3, 5])


def test_a_sum_that_is_not_what_its_lines_add_up_to_is_told(tmp_path):
    """50 + 50 = 100 in all, 50 each page; sums may stand above their lines too."""
    told = "合计与各行相加的金额不同；请核对有没有漏行、错行"
    pages = (FIRST, "小计,,,,,,50", SECOND, "本页小计,,,,,,50", "合计,,,,,,100")
    above = ("合计,,,,,,100", "小计,,,,,,50", FIRST, "小计,,,,,,50", SECOND)
    for lines in (pages, above, pages[:4]):
        (answer,), _ = read(tmp_path, numbered(*lines))
        assert told not in "".join(answer["remarks_zh"])
    # A line got lost, or was written twice.
    (answer,), _ = read(tmp_path, numbered(FIRST, "小计,,,,,,50", SECOND, "合计,,,,,,150", "审核人：某某,,,,,,"))
    assert f"第6行：{told}" in answer["remarks_zh"]
    rows = [CELLS, OLD, YOUNG, ["合计", None, None, None, 50.01]]
    (answer,), _ = read(tmp_path, book(("7月", rows)), "a.xlsx")
    assert f"工作表“7月”第4行：{told}" in answer["remarks_zh"]


def test_a_remark_that_speaks_of_a_sum_makes_no_sum_of_a_person_without_a_number(tmp_path):
    line = ",王某,,马庄桥镇,6217000000000000003,2025-07,100,累计两个月"
    (answer,), rows = read(tmp_path, numbered(FIRST + ",", line, head=HEAD.strip() + ",备注\n"))
    assert (answer["problems_zh"], rows["source_row"].to_list()) == ([], [3, 4])


def test_money_of_nobody_is_asked_about(tmp_path):
    """A sum without its word would be paid once more, to somebody without a number."""
    for month in ("", "2025-07"):
        (answer,), _ = read(tmp_path, numbered(FIRST, SECOND, f",,,,,{month},100"))
        assert answer["problems_zh"] == [
            "第5行：只有金额，没有姓名、号码、账号，不知是谁的；是合计请写“合计”，是一个人请补上"
        ]


def test_the_head_said_again_is_no_line_and_another_head_is_refused(tmp_path):
    (answer,), rows = read(tmp_path, numbered(FIRST, HEAD.strip(), SECOND))
    assert (answer["problems_zh"], rows["source_row"].to_list()) == ([], [3, 5])
    assert "1行是重复的表头，没有计入" in answer["remarks_zh"]
    other = "序号,姓名,身份证号,乡镇,账号,金额,发放月份"
    (answer,), _ = read(tmp_path, numbered(FIRST, other, SECOND))
    assert answer["problems_zh"] == ["第4行：又有一行表头，各栏与开头的不同；请统一各栏，或分成两张表"]


def test_a_title_in_mid_table_of_another_month_or_unit_is_refused(tmp_path):
    """Below it the lines would be of the month and unit above."""
    head = "序号,姓名,身份证号,乡镇,金额\n"
    table = f"清丰县2025年7月高龄津贴发放明细,,,,\n{head}1,李某,{OLD_MAN},马庄桥镇,50\n"
    second = f"{head}1,王某,{OTHER},马庄桥镇,50\n填表日期：2025年8月3日,,,,\n"
    (answer,), rows = read(tmp_path, f"{table}清丰县2025年7月高龄津贴发放明细（续）,,,,\n{second}")
    assert (answer["problems_zh"], rows.height) == ([], 2)
    (answer,), _ = read(tmp_path, f"{table}清丰县2025年8月高龄津贴发放明细,,,,\n{second}")
    assert answer["problems_zh"] == ["第4行：表中间又有标题，月份或单位与开头的不同；请分成几张表，或加月份、单位栏"]


def test_a_sum_with_a_count_of_persons_under_the_number_is_no_person(tmp_path):
    (answer,), _ = read(
        tmp_path, f"死者姓名,死者身份证号,死亡日期\n李某,{OLD_MAN},2025-07-15\n合计,1,\n", "公安死亡名单.csv"
    )
    assert (answer["problems_zh"], answer["parts"][0]["rows"]) == ([], 1)
    (answer,), rows = read(tmp_path, detail(GOOD, LINE, "合计,2,,,,100"))
    assert (answer["problems_zh"], rows["source_row"].to_list()) == ([], [3, 4])


# ── columns that are not what their labels say ───────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("head", "line", "facts"),
    [
        # One cell to the left from here on: the number stands under the name, the amount is blank.
        ("姓名,身份证号,乡镇,账号,金额", f"{OTHER},马庄桥镇,6217000000000000003,50,", ["写在了别的栏", "不是号码"]),
        # One to the right: under a telephone, which is not read, and the township under the amount.
        ("姓名,身份证号,联系电话,乡镇,金额", f",王某,{OTHER},马庄桥镇,50", ["不是号码"]),
        ("姓名,身份证号,联系电话,乡镇,金额", f",,{OTHER},马庄桥镇,50", ["写在了别的栏"]),
    ],
)
def test_lines_shifted_by_a_column_are_refused(tmp_path, head, line, facts):
    right = {"姓名": "李某", "身份证号": OLD_MAN, "乡镇": "马庄桥镇", "账号": "6217000000000000001", "金额": "50"}
    good = ",".join(right.get(label, "") for label in head.split(","))
    text = f"清丰县2025年7月高龄津贴发放明细,,,,\n{head}\n" + f"{good}\n" * 8 + f"{line}\n"
    (answer,), _ = read(tmp_path, text)
    said = "；".join(answer["problems_zh"])
    assert all(fact in said for fact in facts) and "第11行" in said
    assert OTHER not in str(answer)


def test_columns_without_a_label_are_told_when_something_stands_in_them(tmp_path):
    told = "第8栏没有栏名却有内容，没有读取；要读请在表头写上栏名（表头分两行的并成一行）后重来"
    (answer,), _ = read(tmp_path, numbered(f"{FIRST},60", f"{SECOND},", head=f"{HEAD.strip()},\n"))
    assert told in answer["remarks_zh"]
    (answer,), _ = read(tmp_path, numbered(f"{FIRST}, ", f"{SECOND},", head=f"{HEAD.strip()},\n"))
    assert answer["remarks_zh"] == []
    rows = [[*CELLS, None], [None, None, None, None, None, "补发"], [*OLD, 60]]
    (answer,), _ = read(tmp_path, book(("7月", rows)), "a.xlsx")
    assert f"工作表“7月”{told.replace('8', '6')}" in answer["remarks_zh"]


def test_two_persons_in_one_line_are_two(tmp_path):
    for both in (f"{OLD_MAN}、{OTHER}", f'"{OLD_MAN}\n{OTHER}"', f"{OLD_MAN} {OTHER}", f"410922400101001/{OTHER}"):
        (answer,), _ = read(tmp_path, detail(GOOD.replace(OLD_MAN, both)))
        assert answer["problems_zh"] == ["第3行：身份证号一格里像有两个号码；请分成两行"]
    (answer,), rows = read(tmp_path, detail(GOOD.replace("李某", "李某、王某"), LINE))
    assert (answer["problems_zh"], rows.height) == ([], 2)
    assert "1行的姓名一栏像有不止一个人，号码只有一个，按一个人计" in answer["remarks_zh"]


def test_numbers_of_which_signs_are_hidden_are_refused(tmp_path):
    """Everybody of one place born on one day would be one person."""
    for number in ("410922********0019", "410922×××××××0019", "4109221940＊＊＊＊0019"):
        (answer,), _ = read(tmp_path, detail(GOOD.replace(OLD_MAN, number)))
        assert answer["problems_zh"] == ["第3行：身份证号隐去了几位（星号），不同的人会成为一个人；请用没有隐去的原表"]


def test_months_beside_the_payment_that_cannot_be_read_are_told(tmp_path):
    lines = [f"李某,{OLD_MAN},2025-07,50,去年", f"王某,{OTHER},2025-07,50,未认证", f"王某,{OTHER},2025-08,50,2025-06"]
    (answer,), rows = read(tmp_path, "姓名,身份证号,发放月份,金额,认证时间\n" + "\n".join(lines) + "\n")
    assert answer["problems_zh"] == []
    assert "1行的认证时间读不懂，按没有认证时间计" in answer["remarks_zh"]
    assert sorted(rows["authenticated_month"].to_list(), key=str) == [date(2025, 6, 1), None, None]
    text = f"姓名,身份证号,起领月份,止领月份\n李某,{OLD_MAN},2025-01,长期\n王某,{OTHER},2025-01,明年\n"
    (answer,), _ = read(tmp_path, text, "低保.csv")
    assert answer["remarks_zh"] == ["1行的止领月份读不懂，按还在享受计"]


# ── money ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "yuan"),
    [
        ("50元", 50), ("￥50", 50), ("５０．５０", 50.5), ('"1,050.00"', 1050), ("1，050元", 1050), ('"1,234,567"', 1234567),
        ("－50", -50), ("-￥50.00", -50), (" 50 ", 50),
    ],
)  # fmt: skip
def test_amounts_are_read_with_what_people_write_around_them(tmp_path, text, yuan):
    (answer,), rows = read(tmp_path, detail(GOOD.removesuffix("50") + text))
    assert answer["problems_zh"] == []
    kind = "recovery" if yuan < 0 else "current"
    assert rows.select("kind_code", "amount_yuan").rows() == [(kind, abs(yuan))]


@pytest.mark.parametrize("text", ['"50\n50"', '"50,00"', "50 50", "50元50元", "(50)", "50元/月", "五十", "-", "1.5.0"])
def test_what_is_not_one_amount_is_refused(tmp_path, text):
    """Two amounts in a cell were read as 5050, a comma in the place of a point as thousands."""
    (answer,), _ = read(tmp_path, detail(GOOD.removesuffix("50") + text))
    assert answer["problems_zh"] == ["第3行：金额不是一个数字；请改成数字，没有的留空"]


def test_decimal_commas_of_a_file_with_semicolons_are_refused(tmp_path):
    text = detail(GOOD, LINE).replace(",", ";").replace(";50\n", ";50,00\n")
    (answer,), _ = read(tmp_path, text)
    assert answer["problems_zh"] == ["第3、4行：金额不是一个数字；请改成数字，没有的留空"]


def test_arrears_below_zero_are_taken_back_and_spans_nobody_can_read_are_asked_about(tmp_path):
    head = "姓名,身份证号,发放月份,金额,补发金额,补发起止月\n"
    (answer,), rows = read(tmp_path, f"{head}李某,{OLD_MAN},2025-07,50,-30,2025-06\n")
    assert answer["problems_zh"] == [] and "1笔金额是负数，按追缴计" in answer["remarks_zh"]
    assert rows.select("kind_code", "amount_yuan", "covers_from").rows() == [
        ("current", 50, date(2025, 7, 1)),
        ("recovery", 30, date(2025, 6, 1)),
    ]
    (answer,), _ = read(tmp_path, f"{head}李某,{OLD_MAN},2025-07,50,50,上上月\n王某,{OTHER},2025-07,50,,无\n")
    assert answer["problems_zh"] == ["第2行：补发或追缴的起止月读不懂；请写成 2025-01至2025-03"]


def test_fractions_of_a_cent_and_tiers_nobody_knows_are_told(tmp_path):
    (answer,), rows = read(tmp_path, book(("7月", [CELLS, [*OLD[:4], 50 / 3], [*YOUNG[:4], 0.1 + 0.2]])), "a.xlsx")
    # 50 / 3 = 16.666…; 0.1 + 0.2 = 0.30000000000000004 is 0.30.
    assert [float(yuan) for yuan in rows["amount_yuan"]] == [16.67, 0.30]
    assert "1行的金额不止到分，按到分的计" in answer["remarks_zh"]
    (answer,), rows = read(tmp_path, f"姓名,身份证号,发放月份,档次,金额\n李某,{OLD_MAN},2025-07,甲档,50\n")
    assert rows["tier_code"].to_list() == ["age_80_89"]
    assert "1行的档次写法不认识，按年龄定" in answer["remarks_zh"]


# ── workbooks ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_is_crossed_out_is_neither_counted_nor_left_out_in_silence(fresh, tmp_path):
    """A whole row, one cell of it, or a part of its text; a crossed-out remark, which is not read, says nothing."""

    def row(found: openpyxl.Workbook) -> None:
        for cell in found["7月"][3]:
            cell.font = Font(strike=True)

    def cell(found: openpyxl.Workbook) -> None:
        found["7月"]["E3"].font = Font(strike=True)

    def part(found: openpyxl.Workbook) -> None:
        found["7月"]["A3"] = CellRichText(TextBlock(InlineFont(strike=True), "王"), "某")

    def remark(found: openpyxl.Workbook) -> None:
        found["7月"]["F3"].font = Font(strike=True)

    rows = [[*CELLS, "备注"], [*OLD, "x"], [*YOUNG, "y"]]
    for number, made in enumerate((row, cell, part)):
        path = sent(tmp_path, book(("7月", rows), made=made), f"{number}.xlsx")
        assert add_one(fresh, path) == (
            "工作表“7月”第3行：画了删除线，不知道还算不算；不算的请删去整行，要算的请去掉删除线",
        )
    assert kept(fresh) == []
    (answer,), read_rows = read(tmp_path, book(("7月", rows), made=remark), "d.xlsx")
    assert (answer["problems_zh"], read_rows.height) == ([], 2)


def test_a_workbook_of_another_format_says_that_nobody_can_tell_what_is_crossed_out_in_it(tmp_path):
    old = xlwt.Workbook()
    sheet = old.add_sheet("7月")
    for row, values in enumerate([CELLS, OLD]):
        for column, value in enumerate(values):
            sheet.write(row, column, value)
    content = io.BytesIO()
    old.save(content)
    (answer,), rows = read(tmp_path, content.getvalue(), "a.et")
    assert (answer["problems_zh"], rows.height) == ([], 1)
    assert answer["remarks_zh"] == ["工作表“7月”的格式看不出删除线、批注和隐藏的行列；有的请另存为 .xlsx 后重来"]


def test_hidden_rows_and_columns_are_counted_and_told(tmp_path):
    def hide(found: openpyxl.Workbook) -> None:
        found["7月"].row_dimensions[3].hidden = True
        found["7月"].column_dimensions["C"].hidden = True

    (answer,), rows = read(tmp_path, book(("7月", [CELLS, OLD, YOUNG]), made=hide), "a.xlsx")
    assert (answer["problems_zh"], rows["source_row"].to_list()) == ([], [2, 3])
    assert answer["remarks_zh"] == [
        "工作表“7月”第3行是隐藏的（如筛选后），照样计入；不该计入的请删去后重来",
        "工作表“7月”第3栏是隐藏的，照样读取；不该读的请删去后重来",
    ]


def test_comments_beside_lines_are_told_and_not_read(tmp_path):
    def note(found: openpyxl.Workbook) -> None:
        found["7月"]["E3"].comment = Comment("已去世，未发", "张")
        found["7月"]["A1"].comment = Comment("照户口簿填写", "张")

    (answer,), rows = read(tmp_path, book(("7月", [CELLS, OLD, YOUNG]), made=note), "a.xlsx")
    assert (answer["problems_zh"], rows["source_row"].to_list()) == ([], [2, 3])
    assert answer["remarks_zh"] == ["工作表“7月”第3行有批注，没有读；写着没有发、停发、退回的，请写到备注栏后重来"]


def test_a_merged_cell_says_the_same_of_all_its_lines_but_for_a_number_or_an_amount(tmp_path):
    rows = [CELLS, OLD, [*YOUNG[:2], None, *YOUNG[3:]], ["合计", None, None, None, 100]]

    def merged(place: str) -> Callable[[openpyxl.Workbook], None]:
        return lambda found: found["7月"].merge_cells(place)

    (answer,), found = read(tmp_path, book(("7月", rows), made=merged("C2:C3")), "a.xlsx")
    assert (answer["problems_zh"], found["township_id"].to_list()) == ([], ["t1", "t1"])
    # Left blank it is nobody's township, which is told.
    (answer,), found = read(tmp_path, book(("7月", rows)), "b.xlsx")
    assert found["township_id"].to_list() == ["t1", None]
    assert "1行没有写乡镇，计入单位但不分到乡镇" in answer["remarks_zh"]
    for place in ("B2:B3", "E2:E3"):
        (answer,), _ = read(tmp_path, book(("7月", rows), made=merged(place)), f"{place[0]}.xlsx")
        assert (
            "工作表“7月”第3行：身份证号或金额的格与上一行合并，不知道各是多少；请拆开逐行填写" in answer["problems_zh"]
        )


def test_a_sheet_that_goes_on_without_a_head_is_refused_and_one_of_words_is_told(tmp_path):
    sheets = [("一", [CELLS, OLD]), ("二", [YOUNG])]
    (answer,), _ = read(tmp_path, book(*sheets), "a.xlsx")
    assert answer["problems_zh"] == [
        "工作表“二”里有身份证号，前15行却没有成套的栏名，不知道是什么。是接着上一张的，请并成一张或补上表头；不是的请删去后重来"
    ]
    (answer,), rows = read(tmp_path, book(sheets[0], ("Sheet2", []), ("说明", [["填表说明"]])), "b.xlsx")
    assert (answer["problems_zh"], rows.height) == ([], 1)
    assert answer["remarks_zh"] == ["工作表“说明”不是明细，没有读"]


def test_a_sheet_that_is_there_twice_and_lines_pasted_twice_are_asked_about(fresh, tmp_path):
    """Ten persons, each of them paid once more by the copy; as parts they are taken."""
    rows = [["某", f"41092219400101{order:03d}X", "马庄桥镇", "2025-07", 50] for order in range(10)]
    twice = sent(tmp_path, book(("7月", [CELLS, *rows]), ("7月 (2)", [CELLS, *rows])), "a.xlsx")
    told = "清丰县 2025年7月：100% 的人在这份文件里写了不止一次，像是同一张表有两份。多余的请删去；确是分笔发放，请加 --part"
    assert add_one(fresh, twice) == (told,)
    lines = [",".join(map(str, row)) for row in rows]
    pasted = sent(tmp_path, ",".join(CELLS) + "\n" + "\n".join([*lines, *lines[:5]]) + "\n", "b.csv")
    assert add_one(fresh, pasted) == (told.replace("100%", "50%"),)
    assert kept(fresh) == []
    once = sent(tmp_path, ",".join(CELLS) + "\n" + "\n".join([*lines, *lines[:4]]) + "\n", "c.csv")
    assert add_one(fresh, once) == ()


# ── texts ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
@pytest.mark.parametrize("separator", [",", "\t", ";", "|"])
def test_whatever_writes_and_parts_the_cells_the_lines_are_the_same(tmp_path, encoding, separator):
    """With signs of the private area and beyond the first plane in a name, and a name broken in two inside its quotes."""
    # A file without its mark may hold no sign that GB18030 alone has room for.
    first = GOOD.replace("李某", '"李\ue863\U00020000\n某"')
    text = detail(first, LINE).replace(",", separator)
    (answer,), rows = read(tmp_path, text.encode(encoding), "a.xls")
    assert answer["problems_zh"] == []
    assert rows.select("source_row", "amount_yuan", "township_id").rows() == [(3, 50, "t1"), (4, 50, "t1")]
    assert rows["id_fault_code"].null_count() == 2


def add_one(home, path) -> tuple[str, ...]:
    """What keeps a file of 清丰县 from being taken."""
    from etl.payouts.add import add

    (file,) = add(home, [path], unit="清丰县").files
    return file.problems_zh
