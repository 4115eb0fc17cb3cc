"""Excel 2003 XML: values, and what is shown of them."""

import re
from dataclasses import dataclass

from lxml import etree

from etl.months.read.cells import SUPERSCRIPTS, Cell, Extras
from etl.months.read.containers import damaged, refuse
from etl.months.read.printed import printed
from etl.months.read.shown import may_change
from etl.months.read.textual import MOST_COLUMNS, MOST_ROWS, Grid, Merges

_SS = "{urn:schemas-microsoft-com:office:spreadsheet}"
_NAMED_FORMATS = {"Percent": "0.00%"}
_STRUCK, _RAISED = frozenset(["S", "Strike", "Del"]), frozenset(["Sup", "Sub"])
_WHITE, _BLACK = "#FFFFFF", "#000000"


@dataclass(frozen=True)
class _Look:
    is_struck: bool = False
    is_unseen: bool = False
    number_format: str = ""


def read_xml(data: bytes) -> list[tuple[str, Grid, Merges, Extras]]:
    """Every sheet of an Excel 2003 XML workbook."""
    try:
        parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise damaged() from error
    looks = {style.get(f"{_SS}ID", ""): _look(style) for style in root.iter(f"{_SS}Style")}
    return [_sheet(sheet, looks) for sheet in root.iter(f"{_SS}Worksheet")]


def _look(style: etree._Element) -> _Look:
    font, ground = style.find(f"{_SS}Font"), style.find(f"{_SS}Interior")
    shown = style.find(f"{_SS}NumberFormat")
    ink = font.get(f"{_SS}Color", _BLACK).upper() if font is not None else _BLACK
    has_ground = ground is not None and ground.get(f"{_SS}Pattern", "None") != "None"
    colour = ground.get(f"{_SS}Color", "").upper() if has_ground else _WHITE
    code = shown.get(f"{_SS}Format", "") if shown is not None else ""
    code = _NAMED_FORMATS.get(code, "" if re.fullmatch("[A-Z][A-Za-z ]+", code) else code)
    is_struck = font is not None and font.get(f"{_SS}StrikeThrough") == "1"
    return _Look(is_struck, ink == colour, code if code and may_change(code) else "")


def _sheet(sheet: etree._Element, looks: dict[str, _Look]) -> tuple[str, Grid, Merges, Extras]:
    grid: Grid = []
    merges: Merges = []
    seen = Extras(
        hidden_rows=set(), hidden_columns=_hidden_columns(sheet), unseen=set(), noted=set(), printed=_printed(sheet)
    )
    for row in sheet.iter(f"{_SS}Row"):
        number = int(row.get(f"{_SS}Index") or len(grid) + 1) - 1
        if number > MOST_ROWS:
            raise refuse("F6", f"表格超过{MOST_ROWS}行", "请只保留本月报表后重报")
        grid.extend([] for _ in range(number + 1 - len(grid)))
        if row.get(f"{_SS}Hidden") == "1" or row.get(f"{_SS}Height") == "0":
            seen.hidden_rows.add(number)
        _row(row, number, grid, merges, looks, seen)
    return sheet.get(f"{_SS}Name") or "Sheet", grid, merges, seen


def _printed(sheet: etree._Element) -> tuple[str, ...]:
    told = sheet.iterfind("{*}WorksheetOptions/{*}PageSetup/*")
    return printed(text for part in told for name, text in part.attrib.items() if name.endswith("}Data"))


def _hidden_columns(sheet: etree._Element) -> set[int]:
    hidden: set[int] = set()
    at = 0
    for column in sheet.iter(f"{_SS}Column"):
        first = int(column.get(f"{_SS}Index") or at + 1) - 1
        at = min(first + int(column.get(f"{_SS}Span") or 0) + 1, MOST_COLUMNS)
        if column.get(f"{_SS}Hidden") == "1" or column.get(f"{_SS}Width") == "0":
            hidden |= set(range(first, at))
    return hidden


def _row(row: etree._Element, number: int, grid: Grid, merges: Merges, looks: dict[str, _Look], seen: Extras) -> None:
    column = 0
    for cell in row.iter(f"{_SS}Cell"):
        column = int(cell.get(f"{_SS}Index") or column + 1) - 1
        across, down = int(cell.get(f"{_SS}MergeAcross") or 0), int(cell.get(f"{_SS}MergeDown") or 0)
        if column > MOST_COLUMNS:
            raise refuse("F6", f"表格超过{MOST_COLUMNS}列", "请只保留本月报表后重报")
        line = grid[number]
        line.extend("" for _ in range(column + 1 - len(line)))
        look = looks.get(cell.get(f"{_SS}StyleID") or row.get(f"{_SS}StyleID") or "Default", _Look())
        line[column] = _text(cell, (number, column), look, seen)
        if across or down:
            merges.append((number, column, number + min(down, MOST_ROWS), column + min(across, MOST_COLUMNS)))
        column += across + 1


def _text(cell: etree._Element, place: tuple[int, int], look: _Look, seen: Extras) -> str:
    """The text of a cell; what is to be read instead, and how it looks, goes into `seen`."""
    content = cell.find(f"{_SS}Data")
    if cell.find(f"{_SS}Comment") is not None:
        seen.noted.add(place)
    if content is None:
        if formula := cell.get(f"{_SS}Formula"):
            seen.cells[place] = Cell(formula, "formula")
        return ""
    kept, gone = _runs(content, is_struck=look.is_struck)
    kind = content.get(f"{_SS}Type")
    if gone:
        seen.struck[place] = gone.strip()
        if kept.strip():
            seen.cells[place] = Cell(kept, "text")
        return kept
    if look.is_unseen and kept.strip():
        seen.unseen.add(place)
    if kind == "Boolean":
        seen.cells[place] = Cell("TRUE" if kept == "1" else "FALSE", "bool")
    elif kind == "DateTime":
        seen.cells[place] = Cell(kept.partition("T")[0], "date")
    elif kind == "Number" and look.number_format and re.fullmatch(r"-?\d+(?:\.\d+)?", kept):
        seen.cells[place] = Cell(kept, "number")
        seen.formats[place] = look.number_format
    return kept


def _runs(element: etree._Element, *, is_struck: bool, is_raised: bool = False) -> tuple[str, str]:
    """What is left of a text and what is crossed out, raised digits kept raised."""

    def put(text: str | None, kept: str, gone: str) -> tuple[str, str]:
        shown = (text or "").translate(SUPERSCRIPTS) if is_raised else text or ""
        return (kept, gone + shown) if is_struck else (kept + shown, gone)

    kept, gone = put(element.text, "", "")
    for child in element:
        name = etree.QName(child).localname
        more = _runs(child, is_struck=is_struck or name in _STRUCK, is_raised=is_raised or name in _RAISED)
        kept, gone = put(child.tail, kept + more[0], gone + more[1])
    return kept, gone
