"""Tables that come as text: CSV in any encoding a county uses, HTML named .xls."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator

from lxml import etree, html

from etl.months.read.cells import SUPERSCRIPTS, Cell, Extras
from etl.months.read.containers import damaged, refuse, utf16_order
from etl.months.read.shown import as_displayed

MOST_ROWS = 20_000
MOST_COLUMNS = 500
_MOJIBAKE = ("\ufffd", "锟斤拷", "烫烫烫")

Grid = list[list[str]]
Merges = list[tuple[int, int, int, int]]


def decode(data: bytes) -> str:
    """The text of a file: UTF-8 with or without mark, UTF-16, GB18030.

    Raises:
        FileRefused: no encoding fits, or it was damaged by a wrong one before it came here.
    """
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        order = ["utf-16"]
    elif data[:3] == b"\xef\xbb\xbf":
        order = ["utf-8-sig"]
    elif guessed := utf16_order(data):
        order = [guessed]
    else:
        order = ["utf-8", "gb18030"]
    for encoding in order:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not any(mark in text for mark in _MOJIBAKE):
            return text
        break
    raise refuse(
        "F7",
        "文字编码无法识别，或在转存时已成乱码",
        "请用表格软件打开原表，另存为 .xlsx，或另存为 UTF-8 编码的 CSV 后重报",
    )


def read_csv(data: bytes) -> Grid:
    """Rows of a CSV file; comma, tab or semicolon, whichever the lines agree on."""
    text = decode(data)
    lines = [line for line in text.splitlines()[:60] if line.strip()]
    counts = {mark: Counter(line.count(mark) for line in lines) for mark in ",\t;"}
    best = max(counts, key=lambda mark: sum(lines for number, lines in counts[mark].items() if number))
    rows: Grid = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=best):
            if len(rows) >= MOST_ROWS or len(row) > MOST_COLUMNS:
                raise refuse("F6", f"CSV 超过{MOST_ROWS}行或{MOST_COLUMNS}列", "请只保留本月报表后重报")
            rows.append([_unquoted(cell.replace("\x00", "")) for cell in row])
    except csv.Error as error:
        raise damaged() from error
    return rows


def _unquoted(cell: str) -> str:
    """="108100" is how exporting programs keep a text from becoming a number."""
    return cell[2:-1] if cell.startswith('="') and cell.endswith('"') else cell


def read_html(data: bytes) -> list[tuple[str, Grid, Merges, Extras]]:
    """The page as one sheet, as Excel opens it: lines of text and tables one under the other, spans kept as merges."""
    text = decode(data)
    try:
        # The text is decoded already: what a <meta> says about its encoding no longer holds.
        parser = html.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False)
        root = html.document_fromstring(text.encode("utf-8"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise refuse("F1", "网页格式的表格已损坏，无法读取", "请用表格软件打开，另存为 .xlsx 后重报") from error
    grid: Grid = []
    merges: Merges = []
    hidden_rows: set[int] = set()
    unseen: set[tuple[int, int]] = set()
    looks = Extras(hidden_rows=hidden_rows, unseen=unseen)
    _spell_out_classes(root)
    frames = {table for table in root.iter("table") if _is_frame(table)}
    for element in root.iter("table", "h1", "h2", "h3", "h4", "p", "caption", "div", "td", "th"):
        outer = list(element.iterancestors("table"))
        if not frames.issuperset(outer):
            continue
        if element.tag == "table":
            if element not in frames:
                _append_table(element, grid, merges, looks)
        elif element.tag in ("div", "td", "th") and len(element):
            continue
        elif words := _words(element):
            grid.append([words])
        if len(grid) > MOST_ROWS:
            raise refuse("F6", f"表格超过{MOST_ROWS}行", "请只保留本月报表后重报")
    if not merges and not any(len(row) > 1 for row in grid):
        raise refuse("F3", "文件是网页，里面没有表格", "请另存为 .xlsx 再报")
    return [("网页表格", grid, merges, looks)]


_CLASS = re.compile(r"\.([\w-]+)\s*\{([^}]*)\}")
_WHITE_INK = re.compile(r"(?:^|;)color:(?:#fff(?:fff)?|white)(?:;|$)")


def _spell_out_classes(root: etree._Element) -> None:
    """What a class says of the looks, as a style of its elements: Excel writes it so."""
    rules = dict(_CLASS.findall("".join(style.text or "" for style in root.iter("style"))))
    for element in root.iter() if rules else ():
        named = element.get("class", "").split() if isinstance(element.tag, str) else []
        if told := ";".join(rules[name] for name in named if name in rules):
            element.set("style", f"{told};{element.get('style') or ''}")


def _style(element: etree._Element) -> str:
    style = element.get("style")
    return "".join(style.split()).lower() if style else ""


def _is_hidden(row: etree._Element) -> bool:
    style = _style(row)
    return (
        "display:none" in style
        or row.get("hidden") is not None
        or re.search(r"(?:^|;)height:0(?:pt|px)?(?:;|$)", style) is not None
    )


def _is_unseen(cell: etree._Element) -> bool:
    """Whether the letters of a cell are white and nothing gives them another ground."""
    inks = [each for each in cell.iter() if isinstance(each.tag, str) and (each is cell or (each.text or "").strip())]
    is_white = any(
        _WHITE_INK.search(_style(each)) or (each.get("color") or "").lower() in ("#ffffff", "white") for each in inks
    )
    grounds = [cell, *cell.iterancestors(), *cell.iterdescendants()] if is_white else []
    return is_white and not any(
        isinstance(each.tag, str) and (each.get("bgcolor") or "background" in _style(each)) for each in grounds
    )


def _is_frame(table: etree._Element) -> bool:
    """Whether a table only places others on the page: one inside it has rows and columns of its own."""
    inside = (inner for inner in table.iter("table") if inner is not table)
    return any(len(inner.xpath(".//tr")) > 1 and inner.xpath(".//tr[count(*) > 1]") for inner in inside)


_BREAKS = frozenset(["br", "p", "div", "li", "tr", "h1", "h2", "h3", "h4"])
_STRUCK = frozenset(["s", "del", "strike"])
_NOT_TEXT = frozenset(["script", "style", "template", "noscript"])


def _words(element: etree._Element) -> str:
    """The text of an element as a person sees it: lines stay apart, what is crossed out is no text, ² stays raised."""
    if not len(element) and not element.get("style") and element.tag in ("td", "th"):
        return " ".join((element.text or "").split())
    lines = "".join(_pieces(element)).split("\n")
    return "\n".join([words for line in lines if (words := " ".join(line.split()))])


def _pieces(element: etree._Element) -> Iterator[str]:
    tag = element.tag if isinstance(element.tag, str) else ""
    style = _style(element) if tag else ""
    hidden = "display:none" in style or "mso-hide:all" in style
    if tag and tag not in _NOT_TEXT and tag not in _STRUCK and "line-through" not in style and not hidden:
        # Of a list to choose from only the choice is seen.
        if tag == "option" and element.get("selected") is None:
            return
        if tag == "input" and element.get("type", "text") in ("text", "number"):
            yield element.get("value", "")
        is_block = tag in _BREAKS
        if is_block:
            yield "\n"
        yield from _inner(
            element, raised=tag in ("sup", "sub") or re.search(r"vertical-align:su[pb]", style) is not None
        )
        if is_block:
            yield "\n"


def _inner(element: etree._Element, *, raised: bool) -> Iterator[str]:
    # In the source a line break is a blank; only tags break lines.
    text = (element.text or "").replace("\n", " ").replace("\r", " ")
    yield text.translate(SUPERSCRIPTS) if raised else text
    for child in element:
        words = "".join(_pieces(child))
        yield words.translate(SUPERSCRIPTS) if raised else words
        yield (child.tail or "").replace("\n", " ").replace("\r", " ")


def struck_text(element: etree._Element) -> str:
    """What is crossed out inside an element."""
    found = []
    for inner in element.iter():
        style = _style(inner) if isinstance(inner.tag, str) else ""
        if inner.tag in _STRUCK or "line-through" in style:
            found.append("".join(inner.itertext()).strip())
    return "、".join(text for text in found if text)


def _append_table(table: etree._Element, grid: Grid, merges: Merges, looks: Extras) -> None:
    caption = table.find("caption")
    if caption is not None and (words := _words(caption)):
        grid.append([words])
    taken: dict[tuple[int, int], str] = {}
    top = len(grid)
    rows = [row for row in table.iter("tr") if next(row.iterancestors("table"), None) is table]
    for number, row in enumerate(rows[:MOST_ROWS]):
        if _is_hidden(row):
            looks.hidden_rows.add(top + number)
        column = 0
        for cell in row:
            if cell.tag not in ("td", "th"):
                continue
            while (number, column) in taken:
                column += 1
            down, across = _span(cell.get("rowspan")), _span(cell.get("colspan"))
            down = min(down, len(rows) - number)
            across = min(across, MOST_COLUMNS)
            for r in range(number, number + down):
                for c in range(column, column + across):
                    taken[r, c] = ""
            taken[number, column] = _words(cell)
            _note_looks(cell, taken[number, column], (top + number, column), looks)
            if down > 1 or across > 1:
                merges.append((top + number, column, top + number + down - 1, column + across - 1))
            column += across
            if column > MOST_COLUMNS:
                raise refuse("F6", f"表格超过{MOST_COLUMNS}列", "请只保留本月报表后重报")
    width = max((column for _, column in taken), default=-1) + 1
    grid.extend([[taken.get((r, c), "") for c in range(width)] for r in range(len(rows[:MOST_ROWS]))])


_PLAIN_LOOKS = frozenset(["rowspan", "colspan", "class", "align", "valign", "nowrap", "width", "height", "bgcolor"])
"""What an element may say of itself without its text being any other than it seems."""


def _note_looks(cell: etree._Element, words: str, place: tuple[int, int], looks: Extras) -> None:
    """What a cell shows besides its words, and the number it stands for where that is another one."""
    if not len(cell) and _PLAIN_LOOKS.issuperset(cell.keys()):
        return
    if gone := struck_text(cell):
        looks.struck[place] = gone
        if words:
            looks.cells[place] = Cell(words, "text")
    elif words and _is_unseen(cell):
        looks.unseen.add(place)
    stored = cell.get("x:num") or cell.get("sdval") or ""
    if words and not gone and re.fullmatch(r"-?\d+(?:\.\d+)?", stored) and (seen := as_displayed(stored, words)[0]):
        looks.cells[place] = seen


def _span(text: str | None) -> int:
    return max(1, min(int(text), MOST_ROWS)) if text and text.strip().isdigit() else 1
