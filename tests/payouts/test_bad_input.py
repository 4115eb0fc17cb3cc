"""Files that are cut, mixed, spoilt by a spreadsheet or sent twice: refused with place and remedy, and nothing half-stored."""

import ctypes
import io
import re
import resource
import time
import zipfile
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import xlsxwriter
import xlwt

from etl.payouts import in_worker
from etl.payouts.add import add
from etl.payouts.audit import audit
from etl.payouts.in_worker import read_batch
from etl.payouts.keys import PERSON, Keys, key_place, read_keys
from tests.pace import slowed
from tests.payouts.files import GOOD, OLD_MAN, detail, sent
from warehouse.errors import HomeError, PayoutError
from warehouse.home import Home
from warehouse.payouts.findings import current_findings
from warehouse.payouts.store import PayoutStore

UNBELIEVABLE = [
    (["李某,4.10922E+17,马庄桥镇,6217000000000000001,2025-07,50"], "被当作数值存过"),
    ([f"李某,{OLD_MAN},马庄桥镇,6.217E+18,2025-07,50"], "被当作数值存过"),
    ([f"李某,{OLD_MAN},马庄桥镇,6217000000000000001,2025-07,五十"], "金额不是一个数字"),
    ([f"李某,{OLD_MAN},马庄桥镇,6217000000000000001,七月,50"], "月份或日期读不懂"),
    ([GOOD, f"李某,{OLD_MAN},马庄桥镇,621700"], "断了"),
    ([f"李,某,{OLD_MAN},马庄桥镇,6217000000000000001,2025-07,50", GOOD], "栏数与表头不同"),
    ([], "没有一行"),
]


def test_files_that_cannot_be_believed_are_refused_with_their_rows_and_nothing_of_them_is_kept(fresh, tmp_path):
    texts = [(detail(*rows), fact) for rows, fact in UNBELIEVABLE]
    paths = [
        sent(tmp_path, text.rstrip("\n") if "断了" in fact else text, f"{number}.csv")
        for number, (text, fact) in enumerate(texts)
    ]
    done = add(fresh, paths)
    assert len(done.files) == len(UNBELIEVABLE) and not any(file.number for file in done.files)
    for file, (_, fact) in zip(done.files, UNBELIEVABLE, strict=True):
        said = "；".join(file.problems_zh)
        assert fact in said
        for secret in (OLD_MAN, "李某", "6217000000000000001", "4.10922E+17"):
            assert secret not in said
    assert PayoutStore(fresh).parts("payout") == []
    assert list((fresh.root / "payouts").rglob("*.parquet")) == []


def test_one_person_has_one_key_however_the_number_is_written(fresh, tmp_path):
    numbers = (
        "410922194001010019",
        " 4109221940 0101 0019 ",
        "'410922194001010019",
        "４１０９２２１９４００１０１００１９",
        # The same person's old number of fifteen signs: without century and check.
        "410922400101001",
    )
    files = []
    for month, number in enumerate(numbers, start=1):
        text = detail(
            f"李某,{number},马庄桥镇,6217000000000000001,2025-0{month},50",
            title=f"清丰县2025年{month}月高龄津贴发放明细,,,,,\n",
        )
        files.append(sent(tmp_path, text, f"{month}.csv"))
    done = add(fresh, files)
    assert done.is_whole, [file.problems_zh for file in done.files]
    rows = [
        pl.read_parquet(path).row(0, named=True) for path in (fresh.root / "payouts").rglob("month=*/unit=*/*.parquet")
    ]
    assert len(rows) == len(numbers)
    assert {row["person_key"] for row in rows} == {read_keys(fresh).keyed(PERSON, [OLD_MAN])[0]}
    assert {row["birth_month"] for row in rows} == {date(1940, 1, 1)}


@pytest.mark.parametrize("number", [f"\u200b{OLD_MAN}", f'="{OLD_MAN}"', f'"=""{OLD_MAN}"""', f"\u00a0{OLD_MAN}\u00a0"])
def test_signs_nobody_sees_and_the_formula_that_keeps_a_number_a_text_make_no_other_person(tmp_path, number):
    (answer,), rows = read(tmp_path, detail(f"李某,{number},马庄桥镇,6217000000000000001,2025-07,50"))
    assert answer["problems_zh"] == []
    assert (rows["person_key"][0], rows["id_fault_code"][0]) == (Keys((b"k" * 32,)).keyed(PERSON, [OLD_MAN])[0], None)


def test_what_is_no_number_makes_one_person_a_line_and_a_column_of_it_is_no_column_of_numbers(tmp_path):
    """Two without a number are two, not one who is paid twice; names in the column of numbers are refused."""
    lines = [f"甲,{text},马庄桥镇,6217000000000000001,2025-07,50" for text in ("无", "无", "待补", "")]
    good = [f"李某,41092219400101{number:04d},马庄桥镇,6217000000000000001,2025-07,50" for number in range(4)]
    (answer,), rows = read(tmp_path, detail(*lines, *good))
    assert answer["problems_zh"] == []
    assert "3行没有身份证号（如“无”“待补”），各算一个不知是谁的人" in answer["remarks_zh"]
    assert rows["person_key"].n_unique() == 8
    assert rows["id_fault_code"].to_list()[:4] == ["missing"] * 4
    swapped = [f"{OLD_MAN},{name},马庄桥镇,6217000000000000001,2025-07,50" for name in ("李某", "王某")]
    (answer,), _ = read(tmp_path, detail(*swapped))
    assert answer["problems_zh"] == [
        "第3、4行：身份证号写在了别的栏里，多半从这行起错了栏；请更正",
        "第3、4行：身份证号一栏写的不是号码，多半是错了栏；请核对，确实没有号码的写“无”",
    ]
    # A file in which nobody has a number is read too.
    (answer,), rows = read(tmp_path, detail(*lines[3:] * 2))
    assert (answer["problems_zh"], rows["person_key"].n_unique()) == ([], 2)


@pytest.mark.parametrize(
    "numbers",
    [[f"{OLD_MAN}.0"], ["４.１Ｅ＋１７０"], [f"4109221940{number:05d}000" for number in range(10101, 10104)]],
    ids=["point", "wide", "rounded"],
)
def test_numbers_that_went_through_a_quantity_are_refused(tmp_path, numbers):
    rows = [f"李某,{number},马庄桥镇,6217000000000000001,2025-07,50" for number in numbers]
    (answer,), _ = read(tmp_path, detail(*rows))
    assert "身份证号被当作数值存过（如科学计数法），后几位已经丢失" in answer["problems_zh"][0]


def test_a_quote_without_its_other_is_named_by_its_row_and_costs_no_more_than_any_line(tmp_path):
    """Looking for the other from every line back again takes minutes for what takes a second."""
    line = "王某,410922194001010027,马庄桥镇,6217000000000000003,2025-07,50"
    began = time.process_time()
    (answer,), _ = read(tmp_path, detail(GOOD, f'"{GOOD}', *[line] * 40_000))
    assert answer["problems_zh"] == [
        "第4行起有引号没有配对，后面的行连成了一片。请在源文件里去掉文字中的引号后重新导出"
    ]
    assert time.process_time() - began < 10 * slowed(time.thread_time)
    # Inside a cell it is a sign like others.
    (answer,), rows = read(tmp_path, detail(GOOD.replace("李某", '李"某'), line))
    assert (answer["problems_zh"], rows.height) == ([], 2)


def test_gbk_behind_the_mark_of_utf8_and_lines_ended_by_returns_are_read(tmp_path):
    for data in (
        b"\xef\xbb\xbf" + detail(GOOD).encode("gb18030"),
        detail(GOOD).replace("\n", "\r").encode("utf-8-sig"),
    ):
        (answer,), rows = read(tmp_path, data)
        assert (answer["problems_zh"], rows["birth_month"].to_list()) == ([], [date(1940, 1, 1)])


def test_what_is_put_together_or_written_is_no_table(tmp_path):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("word/document.xml", "<x/>")
    (answer,), _ = read(tmp_path, content.getvalue(), "a.docx")
    assert answer["problems_zh"] == ["不是表格文件。请给 .xlsx、.xls、.et 或 .csv"]


def test_a_list_is_used_but_for_lines_whose_date_nobody_knows(tmp_path):
    lines = [f"李某,{OLD_MAN},不详", f"李某,{OLD_MAN},", f"王某,{OLD_MAN},2025-07-03"]
    (answer,), _ = read(tmp_path, "死者姓名,死者身份证号,死亡日期\n" + "\n".join(lines) + "\n", "公安死亡名单.csv")
    assert answer["remarks_zh"] == ["2行没有日期（空或“不详”），没有用来核查"]
    assert [part["rows"] for part in answer["parts"]] == [1]
    for wrong, fact in (("2055-07-03", "日期在将来"), ("2025-13-03", "读不懂")):
        (answer,), _ = read(tmp_path, f"死者姓名,死者身份证号,死亡日期\n李某,{OLD_MAN},{wrong}\n", "公安死亡名单.csv")
        assert fact in answer["problems_zh"][0]
    (answer,), _ = read(tmp_path, detail(GOOD.replace("2025-07", "2035-07")))
    assert answer["problems_zh"] == ["第3行：发放月份离今天太远，多半是年份写错；请更正"]


def test_what_looks_like_an_x_or_cannot_be_seen_is_no_other_person(tmp_path):
    """… 006X, see below, with a cross, a Cyrillic letter and signs nobody sees."""
    numbers = ("41092219400101006X", "41092219400101006×", "41092219400101006х", "410922\u200b19400101\u00ad006\u0000X")
    (answer,), rows = read(tmp_path, detail(*(GOOD.replace(OLD_MAN, number) for number in numbers)))
    assert (answer["problems_zh"], rows["person_key"].n_unique(), rows["id_fault_code"].null_count()) == ([], 1, 4)


def test_accounts_of_any_length_that_lost_their_last_digits_are_refused(tmp_path):
    """A quantity holds fifteen digits: of nineteen the last four become 0, of sixteen the last, which nine are no chance."""
    for account, count, is_lost in (
        (6217000000000010000, 3, True),
        (6217000000000010, 9, True),
        (6217000000000010, 8, False),
    ):
        lines = [GOOD.replace("6217000000000000001", str(account + number * 10**6)) for number in range(count)]
        (answer,), _ = read(tmp_path, detail(*lines))
        assert [problem.partition("：")[2][:2] for problem in answer["problems_zh"]] == ["账号"] * is_lost


def test_one_cell_with_several_months_and_two_columns_of_one_label_are_refused(tmp_path):
    for months in ("2025年7-8月", "202507-202508", "2025.7至8"):
        (answer,), _ = read(tmp_path, detail(GOOD.replace("2025-07", months)))
        assert answer["problems_zh"] == ["第3行：月份或日期读不懂；请写成 2025-07 或 2025-07-03"]
    head = "姓名,身份证号,发放月份,金额,{}\n" + f"李某,{OLD_MAN},2025-07,50,60\n"
    (answer,), _ = read(tmp_path, head.format("金额"))
    assert answer["problems_zh"] == ["有两栏都叫“金额”，不知道以哪一栏为准。请把不用的一栏改名或删去后重来"]
    # Of two labels of one thing the one declared first is read, and the other told.
    (answer,), rows = read(tmp_path, head.format("发放标准"))
    assert (rows["amount_yuan"].to_list(), answer["remarks_zh"]) == ([50], ["没有读取的栏：发放标准"])
    # A label is told by its beginning, and never by half a number of somebody.
    (answer,), _ = read(tmp_path, head.format(f"户主{OLD_MAN}"))
    assert answer["remarks_zh"] == ["没有读取的栏：户主〔身份证号已隐去〕"]


def test_a_small_x_is_a_large_one(fresh, tmp_path):
    # … 002: 157 + 2 = 159, 159 mod 11 = 5, sign 7; … 005: 157 + 8 = 165, 165 mod 11 = 0, sign 1; … 010: place 16 weighs 4:
    # 157 − 2 + 4 = 159 → 7; … 006: 157 + 10 = 167 → 2, sign X.
    lines = [f"张某,41092219400101006{sign},马庄桥镇,6217000000000000002,2025-07,50" for sign in "xX"]
    done = add(fresh, [sent(tmp_path, detail(lines[0]), "a.csv")])
    assert done.is_whole
    again = add(fresh, [sent(tmp_path, detail(lines[1]).replace("7月", "8月").replace("2025-07", "2025-08"), "b.csv")])
    assert again.is_whole
    keys = pl.read_parquet([str(path) for path in (fresh.root / "payouts").rglob("month=*/unit=*/*.parquet")])[
        "person_key"
    ]
    assert keys.n_unique() == 1


def test_gb18030_is_read_as_well_and_mixed_bytes_are_refused(fresh, tmp_path):
    assert add(fresh, [sent(tmp_path, detail(GOOD).encode("gb18030"))]).is_whole
    mixed = detail(GOOD).encode("gb18030") + "赵某,".encode() + b"\xff\xfe\xff\n"
    done = add(fresh, [sent(tmp_path, mixed, "混.csv")])
    assert not done.is_whole
    assert all("赵某" not in problem for problem in done.files[0].problems_zh)


def test_the_same_bytes_twice_are_one_and_a_second_file_of_the_same_persons_is_asked_about(fresh, tmp_path):
    first = sent(tmp_path, detail(GOOD), "a.csv")
    assert add(fresh, [first]).is_whole
    again = add(fresh, [first])
    assert again.is_whole
    assert "不重复计入" in again.sentence_zh
    other = sent(tmp_path, detail(GOOD.replace(",50", ",60")), "b.csv")
    asked = add(fresh, [other])
    assert not asked.is_whole
    assert "--corrects" in "".join(asked.files[0].problems_zh) or "更正" in "".join(asked.files[0].problems_zh)
    mended = add(fresh, [other], corrects=[1])
    assert mended.is_whole
    (payment,) = pl.read_parquet(
        [str(fresh.root / "payouts" / part.path) for part in PayoutStore(fresh).parts("payout")]
    ).to_dicts()
    assert float(payment["amount_yuan"]) == 60


def test_a_month_sent_in_parts_is_one_month(fresh, tmp_path):
    other = "410922194001010027"
    # … 002 (see above): 159 mod 11 = 5, sign 7.
    assert add(fresh, [sent(tmp_path, detail(GOOD), "a.csv")]).is_whole
    second = detail(f"王某,{other},马庄桥镇,6217000000000000003,2025-07,50")
    assert add(fresh, [sent(tmp_path, second, "b.csv")], is_part=True).is_whole
    assert PayoutStore(fresh).months() == {date(2025, 7, 1): 2}


@pytest.mark.parametrize("state", ["missing", "other", "open", "junk"])
def test_without_the_right_key_nothing_is_taken_and_the_words_say_what_to_do(fresh, tmp_path, state):
    assert add(fresh, [sent(tmp_path, detail(GOOD), "a.csv")]).is_whole
    path = Path(key_place(fresh))
    if state == "missing":
        path.unlink()
    elif state == "other":
        path.write_text("ab" * 32 + "\n")
    elif state == "open":
        path.chmod(0o644)
    else:
        path.write_text("密钥\n", encoding="utf-8")
    with pytest.raises(PayoutError) as refused:
        add(fresh, [sent(tmp_path, detail(GOOD.replace("07", "08")), "b.csv")])
    assert re.search("请从保管人处取回|从保管人处取回|请放回原来的密钥文件|chmod 600", str(refused.value))
    assert PayoutStore(fresh).months() == {date(2025, 7, 1): 1}


def test_a_full_disk_in_mid_partition_leaves_nothing_half_stored(fresh, tmp_path, monkeypatch):
    """The reading process may write a megabyte where the payments of a month take more; another file was written before."""
    places = np.arange(80_000)
    whole = sent(tmp_path, detail(GOOD.replace("2025-07", "2025-08")), "a.csv")
    lines = [f"某人,4109221940{place:08d},马庄桥镇,62170000{place * 7919 % 10**9:09d},2025-07,50" for place in places]
    large = sent(tmp_path, detail(*lines), "b.csv")
    monkeypatch.setattr("etl.payouts.add.LARGEST_PART_MB", 1)
    with pytest.raises(PayoutError, match="磁盘已满或超过配额.*什么也没有收，请腾出空间"):
        add(fresh, [whole, large])
    assert kept(fresh) == []
    monkeypatch.undo()
    assert add(fresh, [whole, large]).is_whole
    assert PayoutStore(fresh).months() == {date(2025, 7, 1): 80_000, date(2025, 8, 1): 1}


def test_a_full_disk_while_files_are_put_in_their_places_leaves_none_of_them(fresh, tmp_path, monkeypatch):
    """Whatever the disk refuses last: the manifest's line, or what brings it to the disk."""
    before = sent(tmp_path, detail(GOOD), "a.csv")
    assert add(fresh, [before]).is_whole
    held = kept(fresh)
    later = sent(tmp_path, detail(GOOD.replace("2025-07", "2025-08")), "b.csv")

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("warehouse.payouts.store.os.fsync", full)
    with pytest.raises(PayoutError, match="写不进去.*已有的没有变"):
        add(fresh, [later])
    monkeypatch.undo()
    assert kept(fresh) == held
    assert PayoutStore(fresh).months() == {date(2025, 7, 1): 1}
    assert add(fresh, [later]).is_whole


def test_what_is_done_is_said_to_be_done_where_only_the_desk_cannot_be_written(fresh, tmp_path):
    """A folder stands where the desk should."""
    fresh.desk.mkdir()
    with pytest.raises(HomeError, match="收 1 份文件、1 行。已经办完，不必重做，只是没有记入登记。登记文件.*请"):
        add(fresh, [sent(tmp_path, detail(GOOD), "a.csv")])
    assert PayoutStore(fresh).months() == {date(2025, 7, 1): 1}


def test_a_full_disk_in_an_audit_enters_nothing_of_it_and_the_lists_are_still_there(fresh, tmp_path):
    """No file may grow beyond a byte: the findings are refused; with room they are made, and only then the list is gone."""
    died = f"死者姓名,死者身份证号,死亡日期\n李某,{OLD_MAN},2025-03-01\n"
    files = [sent(tmp_path, detail(GOOD), "a.csv"), sent(tmp_path, died, "公安死亡名单.csv")]
    assert add(fresh, files).is_whole
    whole = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1, whole[1]))
    try:
        with pytest.raises(PayoutError, match="写不进去.*已有的没有变"):
            audit(fresh)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, whole)
    assert current_findings(fresh).is_empty()
    assert not list((fresh.root / "payouts" / "findings").iterdir())
    audit(fresh)
    assert current_findings(fresh)["rule_code"].to_list() == ["paid_after_death"]
    assert PayoutStore(fresh).parts("comparison") == []


# ── files ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_file_cut_inside_a_sign_is_refused(fresh, tmp_path):
    """Cut after one byte of the last line's 李."""
    files = []
    for encoding in ("utf-8", "gb18030", "utf-16"):
        data = detail(GOOD, GOOD).encode(encoding)
        place = data.rindex("李".encode(encoding.replace("16", "16-le"))) + 1
        files.append(sent(tmp_path, data[:place], f"{encoding}.csv"))
    done = add(fresh, files)
    told = ("文件在最后一个字中间断了，没有传完或已损坏。请重新导出或拷贝",)
    assert [file.problems_zh for file in done.files] == [told] * 3
    assert kept(fresh) == []


def test_a_workbook_cut_short_is_refused(fresh, tmp_path):
    data = workbook(HEAD_CELLS, *([["李某", OLD_MAN, "2025-07", "50"]] * 50))
    files = [sent(tmp_path, data[: int(len(data) * share)], f"{share}.xlsx") for share in (0.3, 0.9)]
    done = add(fresh, files, unit="清丰县")
    assert ["文件不完整或已损坏" in "".join(file.problems_zh) for file in done.files] == [True, True]
    assert kept(fresh) == []


def test_a_last_line_without_an_end_is_taken_and_spoken_of(fresh, tmp_path):
    """Cut inside the last cell, 50 is 5: nothing tells that from a file some programs write, so it is said."""
    done = add(fresh, [sent(tmp_path, detail(GOOD)[:-2])])
    assert done.is_whole
    assert "最后一行没有换行" in "".join(done.files[0].remarks_zh)
    (payment,) = payments_of(fresh)
    assert payment["amount_yuan"] == 5
    # With a sum below it, or an end, nothing is said.
    other = detail(GOOD.replace("2025-07", "2025-08"))
    assert "最后一行" not in "".join(add(fresh, [sent(tmp_path, other, "b.csv")]).files[0].remarks_zh)
    third = detail(GOOD.replace("2025-07", "2025-09")) + "合计,,,,,50"
    assert "最后一行没有换行" not in "".join(add(fresh, [sent(tmp_path, third, "c.csv")]).files[0].remarks_zh)


def test_two_encodings_in_one_file_are_named(fresh, tmp_path):
    """Two exports put one behind the other: each alone is sound."""
    files = []
    for first, second in (("gb18030", "utf-8"), ("utf-8", "gb18030")):
        data = detail(GOOD).encode(first) + f"{GOOD}\n".replace("2025-07", "2025-08").encode(second)
        files.append(sent(tmp_path, data, f"{first}.csv"))
    for file in add(fresh, files).files:
        assert "混有两种编码" in "".join(file.problems_zh)
        assert "统一另存为一种编码" in "".join(file.problems_zh)
    assert kept(fresh) == []


def test_a_number_a_spreadsheet_made_a_float_is_refused_and_one_it_could_hold_is_not(fresh, tmp_path):
    """A cell holds 15 digits: the 18 of today are lost beyond the 15th, an old number of 15 is whole."""
    lost = workbook(HEAD_CELLS, ["李某", float(OLD_MAN), "2025-07", 50])
    (file,) = add(fresh, [sent(tmp_path, lost, "清丰县.xlsx")], unit="清丰县").files
    assert file.problems_zh == (
        "工作表“Sheet1”第2行：身份证号被当作数值存过（如科学计数法），后几位已经丢失；请在源表把这一栏设为文本后重新导出",
    )
    assert kept(fresh) == []
    # 410922 400101 001 is the old number of 410922194001010019.
    whole = workbook(HEAD_CELLS, ["李某", 410922400101001, "2025-07", 50])
    assert add(fresh, [sent(tmp_path, whole, "清丰县.xlsx")], unit="清丰县").is_whole
    (payment,) = payments_of(fresh)
    assert payment["person_key"] == read_keys(fresh).keyed(PERSON, [OLD_MAN])[0]
    assert (payment["birth_month"], payment["id_fault_code"]) == (date(1940, 1, 1), None)


def test_layouts_in_one_folder_are_each_read_as_what_they_are_and_what_is_none_of_ours_is_named(fresh, tmp_path):
    """Payments, a roster of stops, a list of deaths; a monthly form and a picture among them."""
    folder = tmp_path / "7月"
    folder.mkdir()
    sent(folder, detail(GOOD))
    sent(folder, f"姓名,身份证号,停发时间,停发原因,县区\n李某,{OLD_MAN},2025-08,去世,清丰县\n", "停止.csv")
    sent(folder, f"死者姓名,死者身份证号,死亡日期\n李某,{OLD_MAN},2025-07-15\n", "公安死亡名单.csv")
    sent(folder, "清丰县2025年7月养老服务月报\n指标,数量\n床位数,100\n", "月报.csv")
    (folder / "图.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    done = add(fresh, [folder])
    told = {each.path.name: ("、".join(each.labels_zh), "".join(each.problems_zh)) for each in done.files}
    assert {name: label for name, (label, problem) in told.items() if not problem} == {
        "清丰县2025年7月高龄津贴发放明细.csv": "高龄津贴发放明细",
        "停止.csv": "停止明细",
        "公安死亡名单.csv": "死亡比对名单",
    }
    assert "月报请放收件箱" in told["月报.csv"][1]
    assert "不是表格文件" in told["图.png"][1]
    assert done.sentence_zh == "收 3 份文件、3 行；2 份没有收"
    store = PayoutStore(fresh)
    assert [len(store.parts(relation)) for relation in ("payout", "roster_change", "comparison")] == [1, 1, 1]


def test_one_file_under_two_names_in_a_folder_and_one_in_it_counts_once(fresh, tmp_path):
    folder = tmp_path / "sent"
    (folder / "二批").mkdir(parents=True)
    sent(folder, detail(GOOD), "a.csv")
    sent(folder / "二批", detail(GOOD), "a (1).csv")
    done = add(fresh, [folder])
    assert done.is_whole
    assert done.sentence_zh == "收 1 份文件、1 行；1 份以前收过，不重复计入"
    assert PayoutStore(fresh).months() == {date(2025, 7, 1): 1}


# ── helpers ──────────────────────────────────────────────────────────────────────────────────────────────────────────


OTHER = "410922194001010027"
LINE = f"王某,{OTHER},马庄桥镇,6217000000000000003,2025-07,50"


@pytest.mark.parametrize(
    ("rows", "taken"),
    [
        ([",,马庄桥镇小计,,,100", GOOD, ",,,,本页小计,50", "总计：2人,,,,,100"], [3 + 1]),
        (["马庄桥镇小计,,,,2025-07,100", LINE, "2人,,,,,100"], [3 + 1]),
    ],
)
def test_sums_of_a_township_or_a_page_are_paid_to_nobody(tmp_path, rows, taken):
    (answer,), kept = read(tmp_path, detail(*rows))
    assert (answer["problems_zh"], kept["source_row"].to_list()) == ([], taken)
    assert f"{len(rows) - 1}行是合计或表脚，没有计入" in answer["remarks_zh"]


def test_a_payroll_of_another_allowance_is_not_taken_for_one_of_ours(tmp_path):
    for title in ("清丰县2025年7月困难残疾人生活补贴发放明细,,,,,\n", "清丰县2025年7月城市低保金发放表,,,,,\n"):
        (answer,), kept = read(tmp_path, detail(GOOD, title=title))
        assert "不是高龄津贴，没有读" in answer["problems_zh"][0] and kept.is_empty()
    (answer,), kept = read(tmp_path, detail(GOOD, title="清丰县2025年7月高龄津贴（含低保）,,,,,\n"))
    assert (answer["problems_zh"], kept.height) == ([], 1)
    # Several in one file of a bank: only the lines of ours.
    lines = f"{OLD_MAN},2025-07,50,高龄津贴\n{OTHER},2025-07,300,残疾人护理补贴\n{OTHER},2025-07,50,\n"
    (answer,), kept = read(tmp_path, f"身份证号,发放月份,金额,补贴名称\n{lines}")
    assert kept["source_row"].to_list() == [2, 4]
    assert answer["remarks_zh"] == ["1行写明是别的补贴，没有计入"]


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        # June has thirty days: nobody knows whether the month or the day is wrong.
        (detail(GOOD.replace("2025-07", "2025-06-31")), "月份或日期读不懂"),
        (detail(GOOD.replace("2025-07", "20250631")), "月份或日期读不懂"),
        (detail(GOOD.replace("2025-07", "45839")), "月份或日期读不懂"),
        (f"身份证号,停发时间,停发原因,乡镇\n{OLD_MAN},1905-08,去世,马庄桥镇\n", "变动的月份离今天太远"),
        (detail(GOOD.replace("2025-07", ""), title="清丰县2025年7月至9月高龄津贴,,,,,\n"), "没有写明发放月份"),
        (detail(GOOD.replace(OLD_MAN, "#N/A"), LINE), "有公式出错或没有算出结果"),
        (f"<html><table><tr><td>身份证号</td><td>{OLD_MAN}</td></tr></table></html>", "是网页或 XML 格式"),
        ("姓名,身份证号,发放情况,\n,,金额,月份\n" + f"李某,{OLD_MAN},50,2025-07\n", "分成两行的表头请并成一行"),
    ],
)
def test_what_tells_no_month_no_number_or_no_table_is_refused_in_clear_words(tmp_path, text, fact):
    (answer,), _ = read(tmp_path, text)
    assert fact in "；".join(answer["problems_zh"])
    assert OLD_MAN not in str(answer)


def test_gb18030_with_a_mark_of_its_own_and_a_month_beside_the_title_are_read_and_said(tmp_path):
    bare = f"身份证号,发放月份,金额\n{OLD_MAN},2025-07,50\n"
    (answer,), kept = read(tmp_path, b"\x84\x31\x95\x33" + bare.encode("gb18030"))
    assert (answer["problems_zh"], answer["remarks_zh"], kept.height) == ([], [], 1)
    (answer,), _ = read(tmp_path, detail(GOOD, LINE.replace("2025-07", "2025-06")))
    assert answer["remarks_zh"] == ["1行写的月份不是标题或 --month 的2025年7月，按行里写的计"]


def test_hidden_sheets_are_not_read_and_formulas_that_failed_are_no_blanks(tmp_path):
    content = io.BytesIO()
    with xlsxwriter.Workbook(content) as book:
        for name, month in (("7月", "2025-07"), ("底稿", "2025-06")):
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, HEAD_CELLS)
            sheet.write_row(1, 0, ["李某", OLD_MAN, month, 50])
        sheet.hide()
    (answer,), kept = read(tmp_path, content.getvalue(), "a.xlsx")
    assert (answer["problems_zh"], kept["source_row"].to_list()) == ([], [2])
    assert answer["remarks_zh"] == ["隐藏的工作表“底稿”没有读；要计入请取消隐藏后重来"]
    broken = io.BytesIO()
    with xlsxwriter.Workbook(broken) as book:
        sheet = book.add_worksheet("7月")
        sheet.write_row(0, 0, HEAD_CELLS)
        for row, (column, shown) in enumerate([(1, "#N/A"), (3, "#DIV/0!"), (3, "")], start=1):
            sheet.write_row(row, 0, ["李某", OLD_MAN, "2025-07", 50])
            sheet.write_formula(row, column, "=A1", None, shown)
    (answer,), _ = read(tmp_path, broken.getvalue(), "b.xlsx")
    assert answer["problems_zh"][0].startswith("工作表“7月”第2、3、4行：有公式出错或没有算出结果")
    old = xlwt.Workbook()
    sheet = old.add_sheet("7月")
    for column, text in enumerate(HEAD_CELLS):
        sheet.write(2, column + 1, text)
    for column, text in ((1, "李某"), (3, "2025-07"), (4, 50)):
        sheet.write(3, column, text)
    sheet.row(3).set_cell_error(2, "#REF!")
    spoilt = io.BytesIO()
    old.save(spoilt)
    (answer,), _ = read(tmp_path, spoilt.getvalue(), "c.xls")
    assert answer["problems_zh"][0].startswith("工作表“7月”第4行：有公式出错")


def test_a_month_that_became_a_number_is_asked_about_and_money_beside_a_stop_is_spoken_of(tmp_path):
    """2025.10 as a number is 2025.1: January or October."""
    (answer,), _ = read(tmp_path, workbook(["身份证号", "发放月份", "金额"], [OLD_MAN, 2025.10, 50]), "a.xlsx")
    assert answer["problems_zh"][0].startswith("工作表“Sheet1”第2行：月份或日期读不懂")
    both = f"身份证号,发放月份,金额,停发时间,停发原因\n{OLD_MAN},2025-07,50,2025-08,去世\n"
    (answer,), _ = read(tmp_path, both)
    assert answer["labels_zh"] == ["停止明细"]
    assert "有金额一栏，但按停止明细读，没有当作发放" in answer["remarks_zh"][0]


def test_a_file_that_changes_while_it_is_read_is_refused(tmp_path, monkeypatch):
    def growing(path: Path):
        with path.open("a", encoding="utf-8") as file:
            file.write(f"{LINE}\n")
        return tables(path)

    tables = in_worker.tables
    monkeypatch.setattr(in_worker, "tables", growing)
    (answer,), _ = read(tmp_path, detail(GOOD))
    assert answer["problems_zh"] == ["读的时候文件还在变，多半没有拷完。请等写完后重来"]


def read(tmp_path: Path, content: str | bytes, name: str = "a.csv") -> tuple[list[dict], pl.DataFrame]:
    """What the reading process answers of one file of 清丰县, and the payments it wrote."""
    place = tmp_path / f"keyed-{len(list(tmp_path.iterdir()))}"
    path = sent(tmp_path, content, name)
    file = {"path": str(path), "number": 1, "unit": "qingfeng", "month": None}
    townships = {"qingfeng": {"马庄桥镇": "t1"}}
    # The process of the tests stays one that others may look into.
    dumpable = prctl(PR_GET_DUMPABLE, 0, 0, 0, 0)
    answers = read_batch([file], folder=str(place), chain=[b"k" * 32], units={}, townships=townships, today=date(2025, 12, 31))  # fmt: skip
    prctl(PR_SET_DUMPABLE, dumpable, 0, 0, 0)
    parts = [part for part in answers[0]["parts"] if part["relation"] == "payout"]
    frames = [pl.read_parquet(place / part["path"], hive_partitioning=False) for part in parts]
    return answers, pl.concat(frames) if frames else pl.DataFrame()


PR_GET_DUMPABLE, PR_SET_DUMPABLE = 3, 4
prctl = ctypes.CDLL(None).prctl
HEAD_CELLS = ["姓名", "身份证号", "发放月份", "金额"]


def workbook(*rows: list) -> bytes:
    content = io.BytesIO()
    with xlsxwriter.Workbook(content) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    return content.getvalue()


def kept(home: Home) -> list[str]:
    """Every Parquet file below the store, also those in the making."""
    return sorted(str(path.relative_to(home.root)) for path in (home.root / "payouts").rglob("*.parquet"))


def payments_of(home: Home) -> list[dict]:
    store = PayoutStore(home)
    return pl.concat([pl.read_parquet(path) for path in store.files("payout")]).to_dicts()
