"""A workbook of laid-out sheets as plain as an office program saves it; the same sheets are the same bytes.

Whatever does not depend on the cells (looks, properties, the order of the package) xlsxwriter writes once for all
workbooks whose sheets have these names: of a form that is most of the work.
"""

import re
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from html import escape
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from etl.months.template.sheetwriter import Grid

WRITTEN_AT = datetime(2020, 1, 1)
LOOKS = {
    "title": {"align": "center", "bold": True, "font_size": 16},
    "head": {"align": "center", "valign": "vcenter", "border": 1, "text_wrap": True},
    "body": {"border": 1},
    "plain": {},
}
_LOOK_OF = {"title": "title", "header": "head", "label": "head", "meta": "plain", "foot": "plain", "caption": "plain"}
"""The look of a cell by its role; figures and what is printed beside them look like the body."""
_MOST_SIGNS = 32_767
_ROWS_A_SPAN = 16
# Where a frame is empty; no text of ours can hold such a sign.
_EXTENT, _ROWS, _STRINGS = "\0extent", "\0rows", "\0strings"
_LIKE_AN_ESCAPE = re.compile(r"_(?=x[0-9a-fA-F]{4}_)")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\ufffe\uffff]")


class _Numbers(dict[str, int]):
    """Each word under the number it got when it was first asked for."""

    def __missing__(self, word: str) -> int:
        self[word] = len(self)
        return self[word]


_Table = dict[int, dict[int, tuple[str, str]]]
"""Row, column, and of the cell there its look and the end of its XML."""
_EMPTY = "/>"


def to_xlsx(grids: Sequence[Grid], *, mark: str = "") -> bytes:
    """The workbook.

    mark: kept among its properties and printed at the head of every page; nothing when empty.
    """
    texts, looks = _Numbers(), _Numbers()
    tables = [_table(grid, texts) for grid in grids]
    bodies = [_body(grid, table, looks) for grid, table in zip(grids, tables, strict=True)]
    text_count = sum(isinstance(cell.value, str) and cell.value != "" for grid in grids for cell in grid.cells)
    strings = f'count="{text_count}" uniqueCount="{len(texts)}">{"".join(map(_string, texts))}</sst>'
    written = BytesIO()
    with ZipFile(written, "w", compression=ZIP_DEFLATED) as package:
        for name, content in _frame(tuple(grid.name for grid in grids), tuple(looks), mark):
            if name.startswith("xl/worksheets/"):
                extent, rows = bodies.pop(0)
                content = content.replace(_EXTENT, extent).replace(_ROWS, rows)
            elif name == "xl/sharedStrings.xml":
                content = content.replace(_STRINGS, strings)
            part = ZipInfo(name)
            part.compress_type, part.external_attr = ZIP_DEFLATED, 0o600 << 16
            package.writestr(part, content)
    return written.getvalue()


@lru_cache(maxsize=256)
def _frame(names: tuple[str, ...], looks: tuple[str, ...], mark: str) -> list[tuple[str, str]]:
    """The parts of a workbook with sheets of these names and cells of these looks, empty where the cells belong."""
    import xlsxwriter

    written = BytesIO()
    book = xlsxwriter.Workbook(written, {"in_memory": True})
    # No moment of writing inside.
    book.set_properties({"created": WRITTEN_AT, "keywords": mark})
    sheets = [book.add_worksheet(name) for name in names]
    for column, look in enumerate(looks):
        sheets[0].write_string(0, column, look, book.add_format(LOOKS[look]))
    if mark:
        for sheet in sheets:
            sheet.set_header(f"&C{mark}")
    book.close()
    with ZipFile(written) as package:
        parts = [(part.filename, package.read(part).decode()) for part in package.infolist()]
    return [(name, _emptied(content)) for name, content in parts]


def _emptied(part: str) -> str:
    """A part of the package without the cells it was made with."""
    part = re.sub(r'<dimension ref="[^"]*"/>', f'<dimension ref="{_EXTENT}"/>', part)
    part = re.sub(r"<sheetData(?:/>|>.*</sheetData>)", _ROWS, part, flags=re.DOTALL)
    return re.sub(r'count="\d+" uniqueCount="\d+">.*</sst>', _STRINGS, part, flags=re.DOTALL)


def _table(grid: Grid, texts: _Numbers) -> _Table:
    """The cells of a sheet; of a merged range the first holds the value, the others the look."""
    table: _Table = {}
    for cell in grid.cells:
        look, value = _LOOK_OF.get(cell.role, "body"), cell.value
        if cell.is_merged:
            for row in range(cell.row, cell.last_row + 1):
                row_cells = table.setdefault(row, {})
                row_cells.update(dict.fromkeys(range(cell.column, cell.last_column + 1), (look, _EMPTY)))
        if value is None or value == "":
            end = _EMPTY
        elif isinstance(value, str):
            end = f' t="s"><v>{texts[value[:_MOST_SIGNS]]}</v></c>'
        else:
            end = f"><v>{value:.16G}</v></c>"
        table.setdefault(cell.row, {})[cell.column] = look, end
    return table


def _body(grid: Grid, table: _Table, looks: _Numbers) -> tuple[str, str]:
    """The extent of a sheet, and its rows and merged ranges as XML."""
    columns = [column for row in table.values() for column in row]
    letters = [_letters(column) for column in range(max(columns) + 1)]
    first, last = f"{letters[min(columns)]}{min(table) + 1}", f"{letters[-1]}{max(table) + 1}"
    spans: dict[int, set[int]] = {}
    for row, cells in table.items():
        spans.setdefault(row // _ROWS_A_SPAN, set()).update(cells)
    rows = []
    for row in sorted(table):
        span = spans[row // _ROWS_A_SPAN]
        cells = "".join(
            f'<c r="{letters[column]}{row + 1}" s="{looks[look] + 1}"{end}'
            for column, (look, end) in sorted(table[row].items())
        )
        rows.append(f'<row r="{row + 1}" spans="{min(span) + 1}:{max(span) + 1}">{cells}</row>')
    merged = [
        f'<mergeCell ref="{letters[cell.column]}{cell.row + 1}:{letters[cell.last_column]}{cell.last_row + 1}"/>'
        for cell in grid.cells
        if cell.is_merged
    ]
    ranges = f'<mergeCells count="{len(merged)}">{"".join(merged)}</mergeCells>' if merged else ""
    extent = first if first == last else f"{first}:{last}"
    return extent, f"<sheetData>{''.join(rows)}</sheetData>{ranges}"


def _string(text: str) -> str:
    """A text as the package keeps it: signs that XML cannot hold are written as _x000B_."""
    text = _UNPRINTABLE.sub(lambda found: f"_x{ord(found[0]):04X}_", _LIKE_AN_ESCAPE.sub("_x005F_", text))
    kept = ' xml:space="preserve"' if text[:1].isspace() or text[-1:].isspace() else ""
    return f"<si><t{kept}>{escape(text, quote=False)}</t></si>"


def _letters(column: int) -> str:
    """The name of a column: A, …, Z, AA."""
    return (_letters(column // 26 - 1) if column >= 26 else "") + chr(ord("A") + column % 26)
