"""The files in which units send their forms besides .xlsx: old .xls, CSV as Excel saves it in China, HTML named .xls."""

import csv
from collections.abc import Sequence
from html import escape
from io import BytesIO, StringIO

from etl.months.template.sheetwriter import Grid, Value, to_rows


def to_xls(grids: Sequence[Grid], *, mark: str) -> bytes:
    """An Excel 97 workbook; WPS writes the same. `mark` is printed at the head of every page."""
    import xlwt

    book = xlwt.Workbook(encoding="utf-8")
    for grid in grids:
        sheet = book.add_sheet(grid.name)
        # The setter of the library refuses every text on Python 3; what writes the record takes one.
        vars(sheet)["_Worksheet__header_str"] = f"&C{mark}"
        for cell in grid.cells:
            value = "" if cell.value is None else cell.value
            if cell.is_merged:
                sheet.write_merge(cell.row, cell.last_row, cell.column, cell.last_column, value)
            elif value != "":
                sheet.write(cell.row, cell.column, value)
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def to_csv(grid: Grid) -> bytes:
    """One sheet in the encoding of Chinese Windows; merges are lost."""
    text = StringIO(newline="")
    csv.writer(text).writerows([_text(value) for value in row] for row in to_rows(grid))
    return text.getvalue().encode("gb18030")


def to_html(grid: Grid, *, title: str) -> bytes:
    """A web page that calls itself .xls, as many a system exports it."""
    starts = {(cell.row, cell.column): cell for cell in grid.cells}
    covered = {
        (row, column)
        for cell in grid.cells
        if cell.is_merged
        for row in range(cell.row, cell.last_row + 1)
        for column in range(cell.column, cell.last_column + 1)
    } - set(starts)
    lines = [
        '<html><head><meta http-equiv="Content-Type" content="text/html; charset=gb2312">',
        f"<title>{escape(title)}</title></head><body>",
    ]
    lines.append('<table border="1">')
    for row, values in enumerate(to_rows(grid)):
        lines.append("<tr>")
        for column, value in enumerate(values):
            if (row, column) in covered:
                continue
            cell, span = starts.get((row, column)), ""
            if cell and cell.is_merged:
                span = f' rowspan="{cell.last_row - row + 1}" colspan="{cell.last_column - column + 1}"'
            lines.append(f"<td{span}>{escape(_text(value))}</td>")
        lines.append("</tr>")
    return "\n".join([*lines, "</table></body></html>"]).encode("gb18030")


def _text(value: Value) -> str:
    return "" if value is None else str(value)
