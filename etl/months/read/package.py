"""The package of an .xlsx put right before it is read: entries that are no worksheet, and blanks far away from the data.

The reader stops at a sheet whose part is missing, and asks for memory for every cell up to the last one. Neither is a
fault of the figures: the odd sheets are named and left out, cells of nothing but blanks are taken away.
"""

import io
import posixpath
import re
import zipfile

from lxml import etree

from etl.months.read.cells import address
from etl.months.read.containers import refuse

FAR_ROW, FAR_COLUMN = 5000, 500
LARGEST_AREA = 5_000_000
_LARGEST_PART = 100 << 20
_FAR_HINT = re.compile(rb'r="(?:[A-Z]{1,3}\d{5,7}|[B-Z][A-Z]{2}\d+|[S-Z][A-Z]\d+)"')


def put_right(data: bytes) -> tuple[bytes, list[str]]:
    """The package without odd sheets and far blanks, and the names of the sheets left out; the same bytes when sound.

    Raises:
        FileRefused: there is something far away, and so no reader could hold the sheet.
    """
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        names = set(parts.namelist())
        if "xl/workbook.xml" not in names:
            return data, []
        changed: dict[str, bytes] = {}
        book = _parse(parts.open("xl/workbook.xml").read(_LARGEST_PART))
        relations = _relations(parts, names)
        odd = []
        sheets: dict[str, str] = {}
        for sheet in list(book.iter("{*}sheet")):
            key = next((value for name, value in sheet.attrib.items() if name.endswith("}id")), "")
            kind, target = relations.get(key, ("", ""))
            if target not in names or (kind and not kind.endswith("/worksheet")):
                odd.append(sheet.get("name", ""))
                sheet.getparent().remove(sheet)
            else:
                sheets[target] = sheet.get("name", "")
        if odd and sheets:
            changed["xl/workbook.xml"] = etree.tostring(book, xml_declaration=True, encoding="UTF-8", standalone=True)
        for part, name in sheets.items():
            content = parts.open(part).read(_LARGEST_PART)
            if _FAR_HINT.search(content) and (without := _without_far_blanks(content, name, parts, names)):
                changed[part] = without
        return (_rewritten(parts, changed) if changed else data), (odd if sheets else [])


def _relations(parts: zipfile.ZipFile, names: set[str]) -> dict[str, tuple[str, str]]:
    if "xl/_rels/workbook.xml.rels" not in names:
        return {}
    found = {}
    for relation in _parse(parts.open("xl/_rels/workbook.xml.rels").read(_LARGEST_PART)):
        target = relation.get("Target", "")
        path = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join("xl", target))
        found[relation.get("Id", "")] = (relation.get("Type", ""), path)
    return found


def _without_far_blanks(content: bytes, name: str, parts: zipfile.ZipFile, names: set[str]) -> bytes | None:
    """The sheet without cells of nothing but blanks beyond where forms stand; None when there are none."""
    tree = _parse(content)
    texts: list[str] | None = None
    last_row = last_column = 0
    dropped = False
    for cell in list(tree.iter("{*}c")):
        place = re.fullmatch(r"([A-Z]{1,3})(\d{1,7})", cell.get("r", ""))
        if not place:
            continue
        row, column = int(place[2]) - 1, _column(place[1])
        is_far = row >= FAR_ROW or column >= FAR_COLUMN
        if is_far and texts is None:
            texts = _shared_texts(parts, names) if b't="s"' in content else []
        if is_far and _is_blank(cell, texts or []):
            cell.getparent().remove(cell)
            dropped = True
        elif cell.find("{*}v") is not None or cell.find("{*}is") is not None:
            last_row, last_column = max(last_row, row), max(last_column, column)
    if (last_row + 1) * (last_column + 1) > LARGEST_AREA:
        at = address(last_row, last_column)
        raise refuse("F6", f"工作表“{name}”一直用到 {at}，范围过大", "请删除报表以外的行列（连同格式）后另存重报")
    if not dropped:
        return None
    for dimension in list(tree.iter("{*}dimension")):
        dimension.set("ref", f"A1:{address(last_row, last_column)}")
    return etree.tostring(tree, xml_declaration=True, encoding="UTF-8", standalone=True)


def _is_blank(cell: etree._Element, texts: list[str]) -> bool:
    inline = cell.find("{*}is")
    if inline is not None:
        return not "".join(inline.itertext()).strip()
    value = cell.find("{*}v")
    text = (value.text or "") if value is not None else ""
    if cell.get("t") == "s" and text.isdigit() and int(text) < len(texts):
        return not texts[int(text)].strip()
    return not text.strip()


def _shared_texts(parts: zipfile.ZipFile, names: set[str]) -> list[str]:
    if "xl/sharedStrings.xml" not in names:
        return []
    root = _parse(parts.open("xl/sharedStrings.xml").read(_LARGEST_PART))
    return ["".join(text.text or "" for text in entry.iter("{*}t")) for entry in root.iter("{*}si")]


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def _parse(content: bytes) -> etree._Element:
    return etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False))


def _rewritten(parts: zipfile.ZipFile, changed: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        for entry in parts.infolist():
            made.writestr(entry, changed.get(entry.filename) or parts.read(entry.filename))
    return buffer.getvalue()
