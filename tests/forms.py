"""Writes county forms from their layouts, in every file format: what the readers of etl/months are tested with.

A form is written as people would: title, line of entries, merged header, data, total, stops, signatures, notes.
"""

import csv
import datetime as dt
import io
import struct
import zipfile
from dataclasses import dataclass, field
from html import escape

from etl.months.read.layouts import META_LABELS, Block, Layout
from etl.months.read.sheets import address


@dataclass
class Paper:
    """A sheet to be: values by (row, column) from 0, and merged ranges."""

    name: str = "Sheet1"
    cells: dict[tuple[int, int], object] = field(default_factory=dict)
    merges: list[tuple[int, int, int, int]] = field(default_factory=list)
    places: dict[tuple[str, str, str], str] = field(default_factory=dict)
    """Address of each figure by (label of the row, tier, field code)."""


@dataclass
class FormData:
    """What a form says. rows: {(label, tier): {field code: value}}; label "" for tables without row labels."""

    unit: str
    month: dt.date
    rows: dict[tuple[str, str], dict[str, object]]
    notes: dict[tuple[str, str], str] = field(default_factory=dict)
    entries: dict[str, str] = field(default_factory=dict)
    besides: dict[str, dict[str, object]] = field(default_factory=dict)
    """For items: {field code: {previous, task, share}}."""


def next_month(month: dt.date, count: int = 1) -> dt.date:
    index = month.year * 12 + month.month - 1 + count
    return dt.date(index // 12, index % 12 + 1, 1)


def draw(layout: Layout, data: FormData, *, header: dict[str, str] | None = None, one_line: bool = True) -> Paper:
    """The form on paper. `header` renames labels; `one_line` puts all entries in one cell."""
    renamed = header or {}
    paper = Paper(layout.sheet)
    left = ord(layout.origin[0]) - 65
    row = int(layout.origin[1:]) - 1
    width = max(_width(block) for block in layout.blocks)
    titled = next_month(data.month, layout.title_month_offset)
    months = f"1—{data.month.month}月" if data.month.month > 1 else "1月"
    title = layout.title.format(unit=data.unit, year=titled.year, month=titled.month, months=months)
    _merge(paper, row, left, row, left + width - 1, title)
    row = _meta(paper, layout, data, row + 1, left, width, one_line)
    for block in layout.blocks:
        if block.caption_zh:
            row += 1
            paper.cells[row, left] = block.caption_zh
            row += 1
        draw_block = _items if block.orientation == "items" else _columns
        row = draw_block(paper, block, data, row, left, renamed)
    paper.cells[row, left] = layout.foot_zh
    for note in layout.notes_zh:
        row += 1
        paper.cells[row, left] = note
    return paper


def _width(block: Block) -> int:
    return len(block.keys) + (len(block.fields) if block.orientation == "columns" else 0)


def _merge(paper: Paper, top: int, left: int, bottom: int, right: int, value: object) -> None:
    paper.cells[top, left] = value
    if (top, left) != (bottom, right):
        paper.merges.append((top, left, bottom, right))


def _meta(paper: Paper, layout: Layout, data: FormData, row: int, left: int, width: int, one_line: bool) -> int:
    office = "社会事业局" if data.unit.endswith("区") and "示范" in data.unit else "民政局"
    written = next_month(data.month)
    values = {
        "unit": f"{data.unit}{office}",
        "data_period": f"{data.month.year}年{data.month.month}月",
        "pay_period": f"{written.year}年{written.month}月",
        "filled_by": "张甲乙",
        "reviewed_by": "欧阳丙",
        "filled_on": f"{written.year}年{written.month}月3日",
        "units": layout.units_zh,
        "correction": "",
    } | data.entries
    entries = [(META_LABELS[key], values[key]) for key in layout.meta]
    if "correction" in data.entries and "correction" not in layout.meta:
        entries.append((META_LABELS["correction"], values["correction"]))
    if one_line:
        _merge(paper, row, left, row, left + width - 1, "  ".join(f"{label}：{value}" for label, value in entries))
        return row + 1
    for number, (label, value) in enumerate(entries):
        paper.cells[row, left + 2 * number] = f"{label}："
        if value:
            paper.cells[row, left + 2 * number + 1] = value
    return row + 1


def _columns(paper: Paper, block: Block, data: FormData, row: int, left: int, renamed: dict[str, str]) -> int:
    columns = [key for key in block.keys if key.key != "note"] + list(block.fields)
    columns += [key for key in block.keys if key.key == "note"]
    depth = block.header_rows
    _header(paper, block, columns, row, left, renamed)
    row += depth
    if block.unit_row:
        for number, one in enumerate(columns):
            paper.cells[row, left + number] = getattr(one, "unit", "") or "计量单位"
        row += 1
    previous = None
    for (label, tier), values in data.rows.items():
        # A row without a label is that of a table without labels, though both hold the same figures.
        if not set(values) & {one.code for one in block.fields} or (block.rows != "none" and not label):
            continue
        for number, one in enumerate(columns):
            at = (row, left + number)
            if code := getattr(one, "code", ""):
                paper.places[label, tier, code] = address(*at)
                if values.get(code) is not None:
                    paper.cells[at] = values[code]
            elif one.key in ("area", "label"):
                if label != previous:
                    paper.cells[at] = block.row_label_zh if one.key == "label" else label
            elif one.key == "tier":
                paper.cells[at] = next(t.label for t in block.tiers if t.breakdown == tier)
            elif one.key == "note" and (label, tier) in data.notes:
                paper.cells[at] = data.notes[label, tier]
        previous = label if block.rows == "township_tier" else None
        row += 1
    return row


def _header(paper: Paper, block: Block, columns: list, top: int, left: int, renamed: dict[str, str]) -> None:
    depth = block.header_rows
    for level in range(depth):
        number = 0
        while number < len(columns):
            path = columns[number].path
            if level >= len(path):
                number += 1
                continue
            last = number
            is_last = level == len(path) - 1
            while not is_last and last + 1 < len(columns) and columns[last + 1].path[: level + 1] == path[: level + 1]:
                last += 1
            text = renamed.get(path[level], path[level])
            if is_last and block.unit_in_header and getattr(columns[number], "unit", ""):
                text += f"（{columns[number].unit}）"
            bottom = top + (depth - 1 if is_last else level)
            _merge(paper, top + level, left + number, bottom, left + last, text)
            number = last + 1


def _items(paper: Paper, block: Block, data: FormData, row: int, left: int, renamed: dict[str, str]) -> int:
    _header(paper, block, list(block.keys), row, left, renamed)
    row += block.header_rows
    values = next(v for (_, _), v in data.rows.items() if set(v) & {one.code for one in block.fields})
    for count, one in enumerate(block.fields, 1):
        if one.code not in values:
            continue
        beside = data.besides.get(one.code, {})
        written = {
            "number": count,
            "item": one.prefix + renamed.get(one.path[0], one.path[0]),
            "unit": one.unit,
            "value": values[one.code],
            "note": data.notes.get(("", one.code)),
            **{name: beside.get(name) for name in ("previous", "task", "share")},
        }
        for number, key in enumerate(block.keys):
            if key.key == "value":
                paper.places["", "", one.code] = address(row, left + number)
            if written.get(key.key) is not None:
                paper.cells[row, left + number] = written[key.key]
        row += 1
    return row


def to_xlsx(*papers: Paper) -> bytes:
    """An Excel workbook."""
    import xlsxwriter

    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"strings_to_formulas": False}) as book:
        # A workbook carries its moment of making; the same form must be the same bytes.
        book.set_properties({"created": dt.datetime(2025, 1, 1)})
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for paper in papers:
            sheet = book.add_worksheet(paper.name)
            for top, left, bottom, right in paper.merges:
                sheet.merge_range(top, left, bottom, right, "")
            for (row, column), value in paper.cells.items():
                if isinstance(value, dt.date):
                    sheet.write_datetime(row, column, dt.datetime.combine(value, dt.time()), day)
                elif isinstance(value, str):
                    sheet.write_string(row, column, value)
                else:
                    sheet.write(row, column, value)
    return content.getvalue()


def to_xls(*papers: Paper) -> bytes:
    """An Excel 97 workbook; a WPS .et file is the same."""
    import xlwt

    book = xlwt.Workbook(encoding="utf-8")
    for paper in papers:
        sheet = book.add_sheet(paper.name)
        merged = {(top, left): (bottom, right) for top, left, bottom, right in paper.merges}
        for (row, column), value in paper.cells.items():
            if (row, column) in merged:
                bottom, right = merged[row, column]
                sheet.write_merge(row, bottom, column, right, value)
            else:
                sheet.write(row, column, value)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def to_ods(*papers: Paper) -> bytes:
    """An OpenDocument spreadsheet, spans written as LibreOffice does."""
    from odf.opendocument import OpenDocumentSpreadsheet
    from odf.table import CoveredTableCell, Table, TableCell, TableRow
    from odf.text import P

    book = OpenDocumentSpreadsheet()
    for paper in papers:
        table = Table(name=paper.name)
        spans = {(m[0], m[1]): m for m in paper.merges}
        covered = {
            (row, column)
            for top, left, bottom, right in paper.merges
            for row in range(top, bottom + 1)
            for column in range(left, right + 1)
        } - set(spans)
        rows, columns = _size(paper)
        for row in range(rows):
            line = TableRow()
            for column in range(columns):
                if (row, column) in covered:
                    line.addElement(CoveredTableCell())
                    continue
                value, attributes = paper.cells.get((row, column)), {}
                if (row, column) in spans:
                    top, left, bottom, right = spans[row, column]
                    attributes = {"numberrowsspanned": bottom - top + 1, "numbercolumnsspanned": right - left + 1}
                if isinstance(value, int | float):
                    cell = TableCell(valuetype="float", value=value, **attributes)
                    cell.addElement(P(text=str(value)))
                elif value is None:
                    cell = TableCell(**attributes)
                else:
                    cell = TableCell(valuetype="string", **attributes)
                    cell.addElement(P(text=str(value)))
                line.addElement(cell)
            table.addElement(line)
        book.spreadsheet.addElement(table)
    content = io.BytesIO()
    book.write(content)
    return content.getvalue()


def _size(paper: Paper) -> tuple[int, int]:
    return max(row for row, _ in paper.cells) + 1, max(column for _, column in paper.cells) + 1


def _grid(paper: Paper) -> list[list[str]]:
    rows, columns = _size(paper)
    return [["" if (v := paper.cells.get((r, c))) is None else str(v) for c in range(columns)] for r in range(rows)]


def to_csv(paper: Paper, encoding: str = "utf-8") -> bytes:
    """A CSV file; merged cells are left out, as Excel does."""
    content = io.StringIO(newline="")
    csv.writer(content).writerows(_grid(paper))
    return content.getvalue().encode(encoding)


def to_html(paper: Paper, encoding: str = "gb18030") -> bytes:
    """A web page that calls itself .xls, as many old systems export it."""
    spans = {(m[0], m[1]): m for m in paper.merges}
    covered = {
        (row, column)
        for top, left, bottom, right in paper.merges
        for row in range(top, bottom + 1)
        for column in range(left, right + 1)
    } - set(spans)
    lines = [f'<html><head><meta charset="{encoding}"></head><body><table border=1>']
    for row, line in enumerate(_grid(paper)):
        lines.append("<tr>")
        for column, text in enumerate(line):
            if (row, column) in covered:
                continue
            span = ""
            if (row, column) in spans:
                top, left, bottom, right = spans[row, column]
                span = f' rowspan="{bottom - top + 1}" colspan="{right - left + 1}"'
            lines.append(f"<td{span}>{escape(text)}</td>")
        lines.append("</tr>")
    return "\n".join([*lines, "</table></body></html>"]).encode(encoding)


def to_xlsb(paper: Paper) -> bytes:
    """A binary workbook of one sheet: the few records a reader needs (MS-XLSB), merges left out."""

    def record(number: int, body: bytes = b"") -> bytes:
        code = bytes([number]) if number < 0x80 else bytes([number & 0x7F | 0x80, number >> 7])
        length, size = b"", len(body)
        while True:
            length += bytes([size & 0x7F | (0x80 if size > 0x7F else 0)])
            size >>= 7
            if not size:
                return code + length + body

    def text(value: str) -> bytes:
        encoded = value.encode("utf-16-le")
        return struct.pack("<I", len(encoded) // 2) + encoded

    rows, columns = _size(paper)
    sheet = record(0x81) + record(0x94, struct.pack("<IIII", 0, rows - 1, 0, columns - 1)) + record(0x91)
    for row in range(rows):
        line = {column: value for (r, column), value in paper.cells.items() if r == row}
        if not line:
            continue
        sheet += record(0, struct.pack("<IIHBBBI", row, 0, 300, 0, 0, 0, 0))
        for column, value in sorted(line.items()):
            head = struct.pack("<II", column, 0)
            if isinstance(value, int | float):
                sheet += record(5, head + struct.pack("<d", value))
            else:
                sheet += record(6, head + text(str(value)))
    sheet += record(0x92) + record(0x82)
    book = record(0x83) + record(0x8F) + record(0x9C, struct.pack("<II", 0, 1) + text("rId1") + text(paper.name))
    book += record(0x90) + record(0x84)
    types = (
        '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="bin" ContentType="application/vnd.ms-excel.sheet.binary.macroEnabled.main"/>'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/></Types>'
    )
    relations = (
        '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{}" '
        'Target="{}"/></Relationships>'
    )
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as parts:
        parts.writestr("[Content_Types].xml", types)
        parts.writestr("_rels/.rels", relations.format("officeDocument", "xl/workbook.bin"))
        parts.writestr("xl/_rels/workbook.bin.rels", relations.format("worksheet", "worksheets/sheet1.bin"))
        parts.writestr("xl/workbook.bin", book)
        parts.writestr("xl/worksheets/sheet1.bin", sheet)
    return content.getvalue()
