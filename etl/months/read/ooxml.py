"""What calamine leaves out of an .xlsx: error cells, formulas never worked out, hidden rows, the 1904 calendar."""

import io
import posixpath
import re
import zipfile
from dataclasses import dataclass

from lxml import etree

from etl.months.read.cells import Cell

_CELLS_OF_INTEREST = re.compile(rb't="e"|<(?:\w+:)?f[ />]')
_HIDDEN = re.compile(rb'hidden="(?:1|true)"')
_LARGEST_PART = 100 << 20


@dataclass(frozen=True)
class Extras:
    """What one sheet has besides its values. Cells are (text, kind) by (row, column) from 0."""

    cells: dict
    hidden_rows: frozenset[int]
    hidden_columns: frozenset[int]
    date_1904: bool


def read_extras(data: bytes) -> dict[str, Extras]:
    """Extras of each sheet by its name; sheets whose part cannot be found are left out."""
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        names = set(parts.namelist())
        book = _workbook_part(parts, names)
        if book is None:
            return {}
        root = _parse(parts, book)
        date_1904 = any(
            _local(e) == "workbookPr" and e.get("date1904") in ("1", "true") for e in root.iter("{*}workbookPr")
        )
        targets = _targets(parts, names, book)
        found = {}
        for sheet in root.iter("{*}sheet"):
            relation = next((value for key, value in sheet.attrib.items() if key.endswith("}id")), "")
            part = targets.get(relation)
            if part in names:
                content = parts.open(part).read(_LARGEST_PART)
                found[sheet.get("name", "")] = _extras(content, date_1904)
        return found


def _workbook_part(parts: zipfile.ZipFile, names: set[str]) -> str | None:
    if "xl/workbook.xml" in names:
        return "xl/workbook.xml"
    if "_rels/.rels" not in names:
        return None
    for relation in _parse(parts, "_rels/.rels"):
        if relation.get("Type", "").endswith("/officeDocument"):
            target = relation.get("Target", "").lstrip("/")
            return target if target in names else None
    return None


def _targets(parts: zipfile.ZipFile, names: set[str], book: str) -> dict[str, str]:
    folder, name = posixpath.split(book)
    relations = f"{folder}/_rels/{name}.rels"
    if relations not in names:
        return {}
    found = {}
    for relation in _parse(parts, relations):
        target = relation.get("Target", "")
        path = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
        found[relation.get("Id", "")] = path
    return found


def _parse(parts: zipfile.ZipFile, name: str) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    return etree.fromstring(parts.open(name).read(_LARGEST_PART), parser)


def _extras(content: bytes, date_1904: bool) -> Extras:
    cells: dict = {}
    rows: set[int] = set()
    columns: set[int] = set()
    # Most sheets have none of it, and looking at the bytes is a hundred times cheaper than parsing them.
    if _CELLS_OF_INTEREST.search(content) or _HIDDEN.search(content):
        parser = etree.iterparse(
            io.BytesIO(content), tag=("{*}c", "{*}row", "{*}col"), resolve_entities=False, no_network=True
        )
        for _, element in parser:
            name = _local(element)
            if name == "c":
                if found := _special(element):
                    cells[_position(element.get("r", ""))] = found
                element.clear()
            elif element.get("hidden") in ("1", "true"):
                if name == "row" and element.get("r", "").isdigit():
                    rows.add(int(element.get("r")) - 1)
                elif name == "col":
                    first, last = int(element.get("min", 1)), int(element.get("max", 1))
                    columns |= set(range(first - 1, min(last, first + 500)))
    cells.pop(None, None)
    return Extras(cells, frozenset(rows), frozenset(columns), date_1904)


def _special(cell: etree._Element):
    """The text and kind of an error cell or of a formula without a value; None for every other cell."""
    value = cell.find("{*}v")
    if cell.get("t") == "e":
        return Cell((value.text if value is not None else "") or "#错误", "error")
    formula = cell.find("{*}f")
    if formula is not None and (value is None or not value.text) and cell.get("t") != "str":
        return Cell("=" + (formula.text or ""), "formula")
    return None


def _position(reference: str) -> tuple[int, int] | None:
    found = re.fullmatch(r"([A-Z]{1,3})(\d{1,7})", reference)
    if not found:
        return None
    column = 0
    for letter in found[1]:
        column = column * 26 + ord(letter) - 64
    return int(found[2]) - 1, column - 1


def _local(element: etree._Element) -> str:
    return etree.QName(element).localname
