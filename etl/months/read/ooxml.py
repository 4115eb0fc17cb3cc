"""What calamine leaves out of an .xlsx: error cells, formulas never worked out, hidden rows, looks, comments, words
in shapes, the 1904 calendar."""

import html
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache

from lxml import etree

from etl.months.read.cells import OUR_COMMENTS_ZH, SUPERSCRIPTS, Cell, Extras
from etl.months.read.package import Package, parse, sheets_of
from etl.months.read.printed import printed
from etl.months.read.shown import may_change

_CELLS_OF_INTEREST = re.compile(rb't="e"|<(?:\w+:)?f[ />]')
_RICH = re.compile(rb"<(?:\w+:)?(?:strike|dstrike|vertAlign)[ />]")
_ON_PAPER = re.compile(rb"<(?:\w+:)?(?:odd|even|first)(?:Header|Footer)(?: [^>]*)?>([^<]*)</")
_HIDDEN = re.compile(rb'hidden="(?:1|true)"|<(?:\w+:)?(?:col [^>]*width|row [^>]*ht)="0(?:\.0+)?"')


def read_extras(package: Package) -> dict[str, Extras]:
    """Extras of each sheet by its name; sheets whose part cannot be found are left out."""
    book = _workbook_part(package)
    if book is None:
        return {}
    content = package.read(book)
    date_1904 = _is_date_1904(content)
    targets = package.related(book)
    marked, styles = _marked_texts(package), _styles(package)
    found = {}
    for name, relation in sheets_of(content):
        _, part = targets.get(relation, ("", ""))
        if part in package:
            content, noted = package.read(part), _noted(package, part)
            extras = _extras(content, date_1904, marked, styles, noted)
            found[name] = replace(extras, drawn=_drawn(package, part), printed=_printed(content))
    return found


@lru_cache(maxsize=32)
def _is_date_1904(book: bytes) -> bool:
    return any(one.get("date1904") in ("1", "true") for one in parse(book).iter("{*}workbookPr"))


def _workbook_part(package: Package) -> str | None:
    if "xl/workbook.xml" in package:
        return "xl/workbook.xml"
    if "_rels/.rels" not in package:
        return None
    for relation in package.parsed("_rels/.rels"):
        if relation.get("Type", "").endswith("/officeDocument"):
            target = relation.get("Target", "").lstrip("/")
            return target if target in package else None
    return None


def _marked_texts(package: Package) -> dict[str, tuple[str, str]]:
    """Shared texts in which something is crossed out or raised, by number: what is left to read, and what is gone."""
    part = "xl/sharedStrings.xml"
    if part not in package or not _is_rich(package.read(part)):
        return {}
    entries = package.parsed(part).iter("{*}si")
    return {str(number): found for number, entry in enumerate(entries) if (found := _marked(entry))}


def _marked(entry: etree._Element) -> tuple[str, str] | None:
    """The text of an entry without what is crossed out, raised digits kept raised, and what was crossed out."""
    kept, gone, is_marked = [], [], False
    for run in entry.findall("{*}r"):
        text = "".join(part.text or "" for part in run.findall("{*}t"))
        looks = run.find("{*}rPr")
        raised = looks.find("{*}vertAlign") if looks is not None else None
        if looks is not None and any(_is_on(looks.find(tag)) for tag in ("{*}strike", "{*}dstrike")):
            gone.append(text)
            is_marked = True
        elif raised is not None and raised.get("val") in ("superscript", "subscript"):
            kept.append(text.translate(SUPERSCRIPTS))
            is_marked = True
        else:
            kept.append(text)
    return ("".join(kept), "".join(gone)) if is_marked else None


def _is_on(element: etree._Element | None) -> bool:
    return element is not None and element.get("val", "1") not in ("0", "false")


@dataclass(frozen=True)
class _Styles:
    """Numbers of the cell styles that change what is seen: crossed out, in the colour of their ground, other formats."""

    struck: frozenset[str] = frozenset()
    unseen: frozenset[str] = frozenset()
    formats: Mapping[str, str] = field(default_factory=dict)

    def used_in(self, content: bytes) -> bool:
        """Whether a sheet has a cell in one of them; looking at the bytes is much cheaper than parsing them."""
        return any(b's="%s"' % number.encode() in content for number in self.numbers) and bool(
            re.search(rb'\bs="(?:%s)"' % "|".join(self.numbers).encode(), content)
        )

    @cached_property
    def numbers(self) -> list[str]:
        """All of them."""
        return sorted({*self.struck, *self.unseen, *self.formats})


_PERCENT_FORMATS = {"9": "0%", "10": "0.00%"}
"""The formats that have numbers of their own and show other than the number."""
_WHITE, _BLACK = "FFFFFF", "000000"


def _styles(package: Package) -> _Styles:
    return _styles_of(package.read("xl/styles.xml")) if "xl/styles.xml" in package else _Styles()


@lru_cache(maxsize=32)
def _styles_of(content: bytes) -> _Styles:
    root = parse(content)
    codes = _PERCENT_FORMATS | {
        one.get("numFmtId", ""): one.get("formatCode", "") for one in root.iterfind("{*}numFmts/{*}numFmt")
    }
    fonts = [
        (_is_on(font.find("{*}strike")), _colour(font.find("{*}color"), _BLACK))
        for font in root.iterfind("{*}fonts/{*}font")
    ]
    grounds = [_ground(fill.find("{*}patternFill")) for fill in root.iterfind("{*}fills/{*}fill")]
    struck, unseen, formats = set(), set(), {}
    for number, look in enumerate(root.iterfind("{*}cellXfs/{*}xf")):
        is_struck, ink = _at(fonts, look.get("fontId"), (False, _BLACK))
        if is_struck:
            struck.add(str(number))
        if ink and ink == _at(grounds, look.get("fillId"), _WHITE):
            unseen.add(str(number))
        code = codes.get(look.get("numFmtId", ""), "")
        # Dates have formats of their own, which the reader knows.
        if code and may_change(code):
            formats[str(number)] = code
    return _Styles(frozenset(struck), frozenset(unseen), formats)


def _at(known: list, number: str | None, default):
    return known[int(number)] if number and number.isdigit() and int(number) < len(known) else default


def _colour(element: etree._Element | None, default: str) -> str:
    """A colour as six digits; empty where it cannot be told without more (tinted, of a theme)."""
    if element is None or element.get("auto") in ("1", "true"):
        return default
    if rgb := element.get("rgb"):
        return rgb[-6:].upper()
    if element.get("tint", "0") not in ("0", "0.0"):
        return ""
    plain = {("theme", "0"): _WHITE, ("theme", "1"): _BLACK, ("indexed", "9"): _WHITE, ("indexed", "1"): _WHITE,
             ("indexed", "65"): _WHITE, ("indexed", "0"): _BLACK, ("indexed", "8"): _BLACK, ("indexed", "64"): default}  # fmt: skip
    return next(
        (plain[name, value] for name in ("theme", "indexed") if (name, value := element.get(name)) in plain), ""
    )


def _ground(pattern: etree._Element | None) -> str:
    kind = pattern.get("patternType", "none") if pattern is not None else "none"
    if kind == "none":
        return _WHITE
    return _colour(pattern.find("{*}fgColor"), "") if kind == "solid" else ""


def _noted(package: Package, sheet: str) -> frozenset[tuple[int, int]]:
    """Cells with a comment that people wrote; those of a checked copy are ours."""
    found = set()
    for kind, target in package.related(sheet).values():
        # By their kind: each program calls the part by a name of its own.
        if target not in package or not kind.endswith("/comments"):
            continue
        root = package.parsed(target)
        authors = [author.text or "" for author in root.iterfind("{*}authors/{*}author")]
        found |= {
            _position(one.get("ref", ""))
            for one in root.iter("{*}comment")
            if _at(authors, one.get("authorId"), "") != OUR_COMMENTS_ZH and any("".join(one.itertext()).split())
        }
    return frozenset(found - {None})


def _drawn(package: Package, sheet: str) -> tuple[str, ...]:
    """Words in text boxes and other shapes over the cells."""
    drawings = [target for kind, target in package.related(sheet).values() if kind.endswith("/drawing")]
    shapes = [shape for part in drawings if part in package for shape in package.parsed(part).iter("{*}sp")]
    texts = ["".join(piece.text or "" for piece in shape.iter("{*}t")).strip() for shape in shapes]
    return tuple(text for text in texts if text)


def _printed(content: bytes) -> tuple[str, ...]:
    if b"eader" not in content and b"ooter" not in content:
        return ()
    return printed(html.unescape(found[1].decode("utf-8", "replace")) for found in _ON_PAPER.finditer(content))


def _text_of(cell: etree._Element, marked: dict, struck_styles: frozenset[str]) -> tuple[str, str] | None:
    """What is left of a cell with crossed-out or raised text, and what is gone; None for every other cell."""
    value, inline = cell.find("{*}v"), cell.find("{*}is")
    found = _marked(inline) if inline is not None else None
    if cell.get("t") == "s" and value is not None:
        found = marked.get(value.text or "")
    if cell.get("s") in struck_styles and (inline is not None or (value is not None and value.text)):
        shown = "".join(inline.itertext()) if inline is not None else value.text if cell.get("t") != "s" else ""
        return "", shown or "这一格的内容"
    return found


def _extras(content: bytes, date_1904: bool, marked: dict, styles: _Styles, noted: frozenset) -> Extras:
    cells: dict = {}
    struck: dict = {}
    formats: dict = {}
    unseen: set = set()
    has_styles = styles.used_in(content)
    has_marks = bool(marked or has_styles or _is_rich(content))
    rows: set[int] = set()
    columns: set[int] = set()
    # Most sheets have none of it, and looking at the bytes is a hundred times cheaper than parsing them.
    if has_marks or _has_cells_of_interest(content) or _hides(content):
        parser = etree.iterparse(
            io.BytesIO(content), tag=("{*}c", "{*}row", "{*}col"), resolve_entities=False, no_network=True
        )
        for _, element in parser:
            name = _local(element)
            if name == "c":
                place, style = _position(element.get("r", "")), element.get("s", "")
                if style in styles.formats:
                    formats[place] = styles.formats[style]
                if style in styles.unseen:
                    unseen.add(place)
                if found := _special(element):
                    cells[place] = found
                elif has_marks and (text := _text_of(element, marked, styles.struck)):
                    if text[0].strip():
                        cells[place] = Cell(text[0], "text")
                    if text[1].strip() or not text[0].strip():
                        struck[place] = text[1].strip()
                element.clear()
            elif element.get("hidden") in ("1", "true") or _is_flat(element):
                if name == "row" and element.get("r", "").isdigit():
                    rows.add(int(element.get("r")) - 1)
                elif name == "col":
                    first, last = int(element.get("min", 1)), int(element.get("max", 1))
                    columns |= set(range(first - 1, min(last, first + 500)))
    for places in (cells, struck, formats):
        places.pop(None, None)
    return Extras(
        cells, frozenset(rows), frozenset(columns), date_1904, struck, formats, frozenset(unseen - {None}), noted
    )


def _is_flat(element: etree._Element) -> bool:
    """Whether a row or a column has no height or width left to be seen in."""
    return float(element.get("width") or 1) == 0 or float(element.get("ht") or 1) == 0


def _is_rich(content: bytes) -> bool:
    # Plain words are found ten times faster than a pattern, and are mostly not there.
    return (b"strike" in content or b"vertAlign" in content) and _RICH.search(content) is not None


def _hides(content: bytes) -> bool:
    return (b'hidden="' in content or b'width="0' in content or b' ht="0' in content) and _HIDDEN.search(
        content
    ) is not None


def _has_cells_of_interest(content: bytes) -> bool:
    is_likely = b't="e"' in content or b"<f" in content or b":f" in content
    return is_likely and _CELLS_OF_INTEREST.search(content) is not None


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
