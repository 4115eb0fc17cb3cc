"""What calamine leaves out of an .ods: errors, formulas never worked out, hidden rows, looks, comments, words in
shapes, what cells display."""

import io
import re
import zipfile
from dataclasses import dataclass, field, replace

from lxml import etree

from etl.months.read.cells import OUR_COMMENTS_ZH, SUPERSCRIPTS, Cell, Extras
from etl.months.read.printed import printed
from etl.months.read.shown import as_displayed

_LARGEST_PART = 100 << 20
_WHITE, _BLACK = "#ffffff", "#000000"
_NUMBERS = ("float", "currency", "percentage")
_FURTHEST_ROW, _FURTHEST_COLUMN = 1_048_576, 16_384


@dataclass
class _Look:
    """What a style says of its text; None where it leaves that to its parent."""

    parent: str = ""
    is_struck: bool | None = None
    is_raised: bool | None = None
    ink: str = ""
    ground: str = ""


@dataclass
class _Sheet:
    """A sheet while it is gone through."""

    cells: dict = field(default_factory=dict)
    struck: dict = field(default_factory=dict)
    hidden_rows: set = field(default_factory=set)
    hidden_columns: set = field(default_factory=set)
    unseen: set = field(default_factory=set)
    noted: set = field(default_factory=set)
    styles: dict = field(default_factory=dict)
    """Style of a column by its number, where it gives one to its cells."""


def read_extras(data: bytes) -> dict[str, Extras]:
    """Extras of each sheet by its name."""
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        looks: dict[str, _Look] = {}
        on_paper: dict[str, tuple[str, ...]] = {}
        if "styles.xml" in parts.namelist():
            root = etree.fromstring(parts.open("styles.xml").read(_LARGEST_PART), _parser())
            _learn(root, looks)
            on_paper = {_get(page, "name"): _on_paper(page) for page in root.iter("{*}master-page")}
        root = etree.fromstring(parts.open("content.xml").read(_LARGEST_PART), _parser())
    _learn(root, looks)
    pages = {_get(style, "name"): _get(style, "master-page-name") for style in root.iter("{*}style")}
    return {
        _get(table, "name"): replace(
            _sheet(table, looks), printed=on_paper.get(pages.get(_get(table, "style-name"), ""), ())
        )
        for table in root.iter("{*}table")
        if _is_sheet(table)
    }


def _on_paper(page: etree._Element) -> tuple[str, ...]:
    """Words of header and footer of a kind of page, without what the program fills in there."""
    lines = page.iterfind("{*}header//{*}p"), page.iterfind("{*}footer//{*}p")
    return printed(_said(line).replace("&", "&&") for each in lines for line in each)


def _said(part: etree._Element) -> str:
    """The text of a line or a piece of it; numbers of pages, days and names of sheets are pieces of their own."""
    inside = (_said(each) if etree.QName(each).localname == "span" else " " for each in part)
    return (part.text or "") + "".join(text + (each.tail or "") for text, each in zip(inside, part, strict=True))


def _parser() -> etree.XMLParser:
    return etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)


def _get(element: etree._Element, name: str) -> str:
    """An attribute by its local name."""
    return next((value for key, value in element.attrib.items() if key.endswith(f"}}{name}")), "")


def _is_sheet(table: etree._Element) -> bool:
    parent = table.getparent()
    return parent is not None and etree.QName(parent).localname == "spreadsheet"


def _learn(root: etree._Element, looks: dict[str, _Look]) -> None:
    for style in root.iter("{*}style"):
        look = _Look(_get(style, "parent-style-name"))
        for part in style:
            line = _get(part, "text-line-through-style") or _get(part, "text-line-through-type")
            look.is_struck = line != "none" if line else look.is_struck
            if position := _get(part, "text-position"):
                look.is_raised = re.match(r"super|sub|-?[1-9]", position) is not None
            look.ink = _get(part, "color").lower() or look.ink
            look.ground = _get(part, "background-color").lower() or look.ground
            # A column nobody can see is as hidden as one that says so.
            if re.fullmatch(r"0(?:\.0+)?[a-z]+", _get(part, "column-width")):
                look.ground = "hidden"
        looks[_get(style, "name")] = look


def _resolved(name: str, looks: dict[str, _Look]) -> _Look:
    """The look of a style with what its parents say."""
    found, seen = _Look(), set()
    while name in looks and name not in seen:
        seen.add(name)
        look = looks[name]
        found.is_struck = look.is_struck if found.is_struck is None else found.is_struck
        found.is_raised = look.is_raised if found.is_raised is None else found.is_raised
        found.ink, found.ground = found.ink or look.ink, found.ground or look.ground
        name = look.parent
    return found


def _sheet(table: etree._Element, looks: dict[str, _Look]) -> Extras:
    sheet = _Sheet()
    column = row = 0
    for element in table.iter("{*}table-column", "{*}table-row"):
        if etree.QName(element).localname == "table-column":
            last = min(column + _repeated(element, "number-columns-repeated"), _FURTHEST_COLUMN)
            is_hidden = _get(element, "visibility") in ("collapse", "filter")
            if is_hidden or _resolved(_get(element, "style-name"), looks).ground == "hidden":
                sheet.hidden_columns |= set(range(column, min(last, column + 500)))
            if (style := _get(element, "default-cell-style-name")) and style != "Default":
                sheet.styles |= dict.fromkeys(range(column, min(last, column + 500)), style)
            column = last
            continue
        count = _repeated(element, "number-rows-repeated")
        if _get(element, "visibility") in ("collapse", "filter"):
            sheet.hidden_rows |= set(range(row, row + min(count, 500)))
        _row(element, row, sheet, looks)
        row = min(row + count, _FURTHEST_ROW)
    return Extras(
        sheet.cells, frozenset(sheet.hidden_rows), frozenset(sheet.hidden_columns), struck=sheet.struck,
        unseen=frozenset(sheet.unseen), noted=frozenset(sheet.noted), drawn=_drawn(table),
    )  # fmt: skip


def _drawn(table: etree._Element) -> tuple[str, ...]:
    """Words in text boxes and other shapes over the cells."""
    shapes = table.iter("{*}text-box", "{*}custom-shape", "{*}rect", "{*}ellipse")
    texts = ["".join("".join(line.itertext()) for line in shape.iterchildren("{*}p")).strip() for shape in shapes]
    return tuple(text for text in texts if text)


def _repeated(element: etree._Element, name: str) -> int:
    text = _get(element, name)
    return max(1, int(text)) if text.isdigit() and len(text) < 9 else 1


def _row(element: etree._Element, row: int, sheet: _Sheet, looks: dict[str, _Look]) -> None:
    column = 0
    for cell in element.iterchildren("{*}table-cell", "{*}covered-table-cell"):
        count = _repeated(cell, "number-columns-repeated")
        if len(cell) or _get(cell, "value-type") or _get(cell, "formula"):
            style = _resolved(_get(cell, "style-name") or sheet.styles.get(column, ""), looks)
            for place in range(column, min(column + count, column + 500)):
                _cell(cell, (row, place), style, sheet, looks)
        column += count


def _cell(cell: etree._Element, place: tuple[int, int], style: _Look, sheet: _Sheet, looks: dict[str, _Look]) -> None:
    lines = [_runs(line, style, looks) for line in cell.iterchildren("{*}p")]
    displayed = "\n".join("".join(text for text, _ in runs) for runs in lines)
    kind = _get(cell, "value-type")
    if any(_is_theirs(note) for note in cell.iterchildren("{*}annotation")):
        sheet.noted.add(place)
    ink, ground = style.ink or _BLACK, style.ground
    if displayed.strip() and ink == (_WHITE if ground in ("", "transparent") else ground):
        sheet.unseen.add(place)
    if displayed.startswith(("#", "Err:")) and (_get(cell, "formula") or kind == "error"):
        sheet.cells[place] = Cell(displayed, "error")
    elif kind == "time":
        sheet.cells[place] = Cell(displayed, "date")
    elif kind == "boolean":
        sheet.cells[place] = Cell(_get(cell, "boolean-value").upper(), "bool")
    elif _get(cell, "formula") and not kind and cell.find("{*}p") is None:
        sheet.cells[place] = Cell(_get(cell, "formula"), "formula")
    elif any(is_struck for runs in lines for _, is_struck in runs):
        kept = "\n".join("".join(text for text, is_struck in runs if not is_struck) for runs in lines).strip()
        if kept:
            sheet.cells[place] = Cell(kept, "text")
        sheet.struck[place] = "".join(text for runs in lines for text, is_struck in runs if is_struck).strip()
    elif kind in _NUMBERS and re.fullmatch(r"-?\d+(?:\.\d+)?", _get(cell, "value")):
        looks_like, is_seen = as_displayed(_get(cell, "value"), displayed)
        if looks_like:
            sheet.cells[place] = looks_like
        if not is_seen:
            sheet.unseen.add(place)
    elif displayed != "\n".join("".join(line.itertext()) for line in cell.iterchildren("{*}p")):
        sheet.cells[place] = Cell(displayed, "text")


def _is_theirs(note: etree._Element) -> bool:
    return not any((by.text or "") == OUR_COMMENTS_ZH for by in note.iterchildren("{*}creator"))


def _runs(line: etree._Element, style: _Look, looks: dict[str, _Look]) -> list[tuple[str, bool]]:
    """The pieces of a line of a cell, raised digits kept raised, each with whether it is crossed out."""
    found = [(line.text or "", bool(style.is_struck))]
    for part in line:
        own = _resolved(_get(part, "style-name"), looks) if etree.QName(part).localname == "span" else _Look()
        is_struck = style.is_struck if own.is_struck is None else own.is_struck
        text = " " * _repeated(part, "c") if etree.QName(part).localname == "s" else "".join(part.itertext())
        found.append((text.translate(SUPERSCRIPTS) if own.is_raised else text, bool(is_struck)))
        found.append((part.tail or "", bool(style.is_struck)))
    return [(text, is_struck) for text, is_struck in found if text]
