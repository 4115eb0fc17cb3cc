"""Files say what they are, keep numbers numbers, and run no formula."""

import io
from datetime import UTC, date, datetime

import openpyxl
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from warehouse import export
from warehouse.export import FORMATS, Notes, file_name, safe_text, write

RISKY = ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "＝1+1"]


@pytest.fixture
def frame() -> pl.DataFrame:
    return pl.DataFrame(
        {
            "文字": RISKY,
            "整数": [1, 2, None, 4, 5, 2**60],
            "小数": [0.5, float("nan"), float("inf"), None, -1.25, 1e300],
            "日期": [date(2025, 7, 1), date(1850, 1, 1), None, date(2024, 2, 29), date(2025, 1, 1), date(2025, 1, 2)],
            "时刻": [datetime(2025, 7, 1, 2, tzinfo=UTC)] * 6,
            "列表": [["甲", "乙"], [], None, ["丙"], ["丁"], ["戊"]],
            "=列名": [True, False, None, True, True, True],
        }
    )


def notes(kind: str = "real", **more) -> Notes:
    return Notes(
        title_zh="查询结果",
        release_id="20261123-01",
        kind_code=kind,
        size_zh="共6行",
        sql="select 1",
        parameters={"unit": "hualong"},
        sources=("甲文件", "乙文件"),
        columns={"整数": ("INTEGER", "个数（个）")},
        hash="ab" * 32,
        **more,
    )


def test_csv_opens_in_excel_without_running_a_formula(frame):
    content = write(frame, "csv", notes())
    assert content.startswith(b"\xef\xbb\xbf")
    lines = content[3:].decode().split("\r\n")
    assert lines[0].endswith("'=列名")
    assert [line.split(",")[0].strip('"') for line in lines[1:7]] == ["'" + text for text in RISKY]
    assert lines[1].split(",")[4] == "2025-07-01 10:00:00"  # 02:00 UTC is 10:00 in Beijing


@pytest.mark.parametrize("text", ["-12.5", "+3", "-1,234", "-5%", "abc", "华龙区", ""])
def test_numbers_and_words_are_left_as_they_are(text):
    assert safe_text(text) == text


def test_xlsx_keeps_numbers_and_dates_and_writes_texts_as_texts(frame):
    book = openpyxl.load_workbook(io.BytesIO(write(frame, "xlsx", notes())))
    sheet = book["数据"]
    assert [cell.value for cell in sheet[1]] == frame.columns
    assert [sheet.cell(row, 1).value for row in range(2, 8)] == RISKY
    assert {sheet.cell(row, 1).data_type for row in range(2, 8)} == {"s"}
    assert [sheet.cell(row, 2).value for row in range(2, 7)] == [1, 2, None, 4, 5]
    assert sheet.cell(7, 2).value == str(2**60)  # Excel would round it
    assert (sheet.cell(2, 3).value, sheet.cell(3, 3).value, sheet.cell(4, 3).value) == (0.5, "nan", "inf")
    assert sheet.cell(2, 4).value == datetime(2025, 7, 1)
    assert sheet.cell(3, 4).value == "1850-01-01"  # before Excel's calendar
    assert sheet.cell(2, 6).value == "甲；乙"


def test_xlsx_has_a_sheet_of_notes(frame):
    book = openpyxl.load_workbook(io.BytesIO(write(frame, "xlsx", notes(built_at=datetime(2026, 11, 23, 9, 30)))))
    told = {row[0].value: row[1].value for row in book["说明"].iter_rows() if row[0].value}
    assert told["查询语句"] == "select 1"
    assert told["参数 :unit"] == "hualong"
    assert told["批次"] == "20261123-01"
    assert told["数据性质"] == "实际数据"
    assert told["整数"] == "INTEGER　个数（个）"
    assert [row[1].value for row in book["说明"].iter_rows() if row[0].value == "来源"] == ["甲文件", "乙文件"]


def test_a_cell_too_long_for_excel_is_cut_and_the_notes_say_so():
    book = openpyxl.load_workbook(io.BytesIO(write(pl.DataFrame({"a": ["x" * 40_000]}), "xlsx", notes())))
    assert len(book["数据"]["A2"].value) == export.LONGEST_CELL
    assert any("1个单元格" in str(row[1].value) for row in book["说明"].iter_rows())


def test_parquet_and_arrow_come_back_with_their_types_and_notes(frame):
    parquet = write(frame, "parquet", notes())
    assert pl.read_parquet(io.BytesIO(parquet)).equals(frame, null_equal=True)
    assert pq.read_metadata(io.BytesIO(parquet)).metadata["来源 2".encode()].decode() == "乙文件"
    with pa.ipc.open_file(io.BytesIO(write(frame, "arrow", notes()))) as file:
        assert pl.from_arrow(file.read_all()).equals(frame, null_equal=True)
        assert file.schema.metadata["批次".encode()].decode() == "20261123-01"


@pytest.mark.parametrize("form", FORMATS)
def test_a_demonstration_says_so_in_every_row_and_in_its_name(frame, form):
    content = write(frame, form, notes("demo"))
    if form == "xlsx":
        sheet = openpyxl.load_workbook(io.BytesIO(content))["数据"]
        said = [sheet.cell(row, frame.width + 1).value for row in range(2, 8)]
    elif form == "csv":
        said = [line.rsplit(",", 1)[1] for line in content.decode().split("\r\n")[1:7]]
    elif form == "parquet":
        said = pl.read_parquet(io.BytesIO(content))["数据性质"].to_list()
    else:
        said = pa.ipc.open_file(io.BytesIO(content)).read_all()["数据性质"].to_pylist()
    assert said == ["演示数据"] * 6
    assert file_name(form, notes("demo")).startswith("演示数据_")


def test_a_name_has_no_signs_a_file_system_refuses():
    named = Notes(title_zh='../a\\b:c*?"<>|\n d', release_id="1", kind_code="real", size_zh="")
    assert file_name("csv", named) == "a_b_c_d_1.csv"


@pytest.mark.parametrize("form", FORMATS)
def test_no_rows_and_no_columns_make_a_file_too(form):
    assert write(pl.DataFrame({"a": []}, schema={"a": pl.Int64}), form, notes())
