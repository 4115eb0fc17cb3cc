"""A plain workbook is, byte for byte, what the library makes of the same cells written one by one."""

from io import BytesIO
from zipfile import ZipFile

import openpyxl
import pytest
import xlsxwriter

from etl.months.template.plain_workbook import LOOKS, WRITTEN_AT, to_xlsx
from etl.months.template.sheetwriter import Grid

ODD_TEXTS = [
    "<合计> & “其他”",
    "  前后有空格 ",
    "上下\n两行",
    "竖\x0b制表",
    "_x0041_",
    "=1+1",
    "http://a.example",
    "'12",
    "\ufffe",
]


def by_the_library(grids, mark):
    written = BytesIO()
    book = xlsxwriter.Workbook(written, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"created": WRITTEN_AT, "keywords": mark})
    looks = {name: book.add_format(look) for name, look in LOOKS.items()}
    roles = {"title": "title", "header": "head", "label": "head", "meta": "plain", "foot": "plain", "caption": "plain"}
    for grid in grids:
        sheet = book.add_worksheet(grid.name)
        if mark:
            sheet.set_header(f"&C{mark}")
        for cell in grid.cells:
            look = looks[roles.get(cell.role, "body")]
            if cell.is_merged:
                value = "" if cell.value is None else cell.value
                sheet.merge_range(cell.row, cell.column, cell.last_row, cell.last_column, value, look)
            else:
                sheet.write(cell.row, cell.column, cell.value, look)
    book.close()
    return written.getvalue()


def wide():
    """Forty columns from the third on, and rows in three blocks of sixteen with one block between them empty."""
    grid = Grid("宽表")
    for column in range(2, 42):
        grid.put(3, column, f"栏{column}", "header")
        grid.put(20, column, column * 1234.5678, "value")
    grid.put(70, 1, "合计", "label", to=(72, 1))
    grid.put(70, 2, None, "note", to=(70, 5))
    grid.put(71, 2, 1e21, "total")
    grid.put(71, 3, -0.1, "total")
    grid.put(71, 4, None, "printed")
    grid.put(71, 5, "", "value")
    return grid


def odd():
    grid = Grid("怪字 & <表>")
    for row, text in enumerate([*ODD_TEXTS, "长" * 40_000]):
        grid.put(row, 0, text, "value")
    # Written twice, the later one stands; the text of the first is counted all the same.
    grid.put(0, 0, "后写的", "title")
    return grid


def one_cell():
    grid = Grid("一格")
    grid.put(0, 0, "只有一格", "foot")
    return grid


@pytest.mark.parametrize("mark", ["", "演示数据"])
@pytest.mark.parametrize("grids", [[wide()], [odd()], [one_cell()], [one_cell(), odd(), wide()]], ids=len)
def test_it_is_what_the_library_writes(grids, mark):
    ours, theirs = (ZipFile(BytesIO(data)) for data in (to_xlsx(grids, mark=mark), by_the_library(grids, mark)))
    assert {name: ours.read(name) for name in ours.namelist()} == {
        name: theirs.read(name) for name in theirs.namelist()
    }
    assert to_xlsx(grids, mark=mark) == by_the_library(grids, mark)


def test_what_looks_like_markup_stays_a_text():
    grid = Grid("表")
    grid.put(0, 0, "<r><t>不是格式</t></r>", "value")
    (sheet,) = openpyxl.load_workbook(BytesIO(to_xlsx([grid]))).worksheets
    assert sheet["A1"].value == "<r><t>不是格式</t></r>"
