"""The package of an .xlsx put right before it is read: entries that are no worksheet, and blanks far away from the data.

The reader stops at a sheet whose part is missing, and asks for memory for every cell up to the last one. Neither is a
fault of the figures: the odd sheets are named and left out, cells of nothing but blanks are taken away.
"""

import io
import posixpath
import re
import zipfile
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

from lxml import etree

from etl.months.read.cells import address
from etl.months.read.containers import refuse, unzipped

FAR_ROW, FAR_COLUMN = 5000, 500
LARGEST_AREA = 5_000_000
_LARGEST_PART, _SMALL_PART = 100 << 20, 1 << 20
_FAR_HINT = re.compile(rb'r="(?:[A-Z]{1,3}\d{5,7}|[B-Z][A-Z]{2}\d+|[S-Z][A-Z]\d+)"')


class Package:
    """The parts of a zipped file; each small one is unpacked once, whoever asks.

    Names of parts are one whatever their case and slashes: so the reader of workbooks takes them, and some programs write
    them. Of several it takes the one that is spelt as it should be, else the first.
    """

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.zip = unzipped(data)
        self._names = {_plain(name): name for name in reversed(self.zip.NameToInfo)}
        self._kept: dict[str, bytes] = {}

    def __contains__(self, name: str) -> bool:
        return _plain(name) in self._names

    def read(self, name: str) -> bytes:
        """The bytes of a part, so many as are looked at."""
        if name in self._kept:
            return self._kept[name]
        spelt = name if name in self.zip.NameToInfo else self._names[_plain(name)]
        content = self.zip.open(spelt).read(_LARGEST_PART)
        if len(content) <= _SMALL_PART:
            self._kept[name] = content
        return content

    def parsed(self, name: str) -> etree._Element:
        """A part of XML."""
        return parse(self.read(name))

    def related(self, name: str) -> Mapping[str, tuple[str, str]]:
        """The relations of a part by their ids: the kind, and the part related; none where it has none."""
        folder, own = posixpath.split(name)
        relations = f"{folder}/_rels/{own}.rels"
        return relations_of(self.read(relations), folder) if relations in self else {}


def _plain(name: str) -> str:
    return name.replace("\\", "/").lower()


# Workbooks of one unit are alike but for their figures: parts of the same bytes are parsed once for many of them.
@lru_cache(maxsize=32)
def relations_of(content: bytes, folder: str) -> Mapping[str, tuple[str, str]]:
    """Kind and place of each relation of a part in `folder`, by its id."""
    found = {}
    for relation in parse(content):
        target = relation.get("Target", "")
        path = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
        found[relation.get("Id", "")] = (relation.get("Type", ""), path)
    return MappingProxyType(found)


@lru_cache(maxsize=32)
def sheets_of(content: bytes) -> tuple[tuple[str, str], ...]:
    """Name and relation of each sheet of a workbook part, in its order."""
    return tuple((sheet.get("name", ""), _relation(sheet)) for sheet in parse(content).iter("{*}sheet"))


def _relation(sheet: etree._Element) -> str:
    return next((value for key, value in sheet.attrib.items() if key.endswith("}id")), "")


def put_right(package: Package) -> tuple[bytes, list[str]]:
    """The package without odd sheets and far blanks, and the names of the sheets left out; the same bytes when sound.

    Raises:
        FileRefused: there is something far away, and so no reader could hold the sheet.
    """
    if "xl/workbook.xml" not in package:
        return package.data, []
    changed: dict[str, bytes] = {}
    relations = package.related("xl/workbook.xml")
    odd: list[int] = []
    sheets: dict[str, str] = {}
    named = sheets_of(package.read("xl/workbook.xml"))
    for number, (name, key) in enumerate(named):
        kind, target = relations.get(key, ("", ""))
        if target not in package or (kind and not kind.endswith("/worksheet")):
            odd.append(number)
        else:
            sheets[target] = name
    if odd and sheets:
        changed["xl/workbook.xml"] = _without_sheets(package.parsed("xl/workbook.xml"), odd)
    for part, name in sheets.items():
        content = package.read(part)
        if _FAR_HINT.search(content) and (without := _without_far_blanks(content, name, package)):
            changed[part] = without
    left_out = [named[number][0] for number in odd] if sheets else []
    return (_rewritten(package.zip, changed) if changed else package.data), left_out


def _without_sheets(book: etree._Element, numbers: list[int]) -> bytes:
    every = list(book.iter("{*}sheet"))
    for number in numbers:
        every[number].getparent().remove(every[number])
    return etree.tostring(book, xml_declaration=True, encoding="UTF-8", standalone=True)


def _without_far_blanks(content: bytes, name: str, package: Package) -> bytes | None:
    """The sheet without cells of nothing but blanks beyond where forms stand; None when there are none."""
    tree = parse(content)
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
            texts = _shared_texts(package) if b't="s"' in content else []
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


def _shared_texts(package: Package) -> list[str]:
    if "xl/sharedStrings.xml" not in package:
        return []
    root = package.parsed("xl/sharedStrings.xml")
    return ["".join(text.text or "" for text in entry.iter("{*}t")) for entry in root.iter("{*}si")]


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def parse(content: bytes) -> etree._Element:
    """A part of XML, nothing fetched or resolved for it."""
    return etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False))


def _rewritten(parts: zipfile.ZipFile, changed: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    changed = {_plain(name): content for name, content in changed.items()}
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        for entry in parts.infolist():
            made.writestr(entry, changed.get(_plain(entry.filename)) or parts.read(entry.filename))
    return buffer.getvalue()
