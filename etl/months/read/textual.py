"""Tables that come as text: CSV in any encoding a county uses, HTML named .xls, Excel 2003 XML."""

import csv
import io
from collections import Counter
from collections.abc import Iterator

from lxml import etree, html

from etl.months.read.cells import SUPERSCRIPTS
from etl.months.read.containers import damaged, refuse, utf16_order

MOST_ROWS = 20_000
MOST_COLUMNS = 500
_MOJIBAKE = ("\ufffd", "锟斤拷", "烫烫烫")
_SS = "{urn:schemas-microsoft-com:office:spreadsheet}"

Grid = list[list[str]]
Merges = list[tuple[int, int, int, int]]
Struck = dict[tuple[int, int], str]
"""Text that was crossed out, by cell."""


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
            rows.append([cell.replace("\x00", "") for cell in row])
    except csv.Error as error:
        raise damaged() from error
    return rows


def read_html(data: bytes) -> list[tuple[str, Grid, Merges, Struck]]:
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
    struck: Struck = {}
    frames = {table for table in root.iter("table") if _is_frame(table)}
    for element in root.iter("table", "h1", "h2", "h3", "h4", "p", "caption", "div", "td", "th"):
        outer = list(element.iterancestors("table"))
        if not frames.issuperset(outer):
            continue
        if element.tag == "table":
            if element not in frames:
                _append_table(element, grid, merges, struck)
        elif element.tag in ("div", "td", "th") and len(element):
            continue
        elif words := _words(element):
            grid.append([words])
        if len(grid) > MOST_ROWS:
            raise refuse("F6", f"表格超过{MOST_ROWS}行", "请只保留本月报表后重报")
    if not merges and not any(len(row) > 1 for row in grid):
        raise refuse("F3", "文件是网页，里面没有表格", "请另存为 .xlsx 再报")
    return [("网页表格", grid, merges, struck)]


def _is_frame(table: etree._Element) -> bool:
    """Whether a table only places others on the page: one inside it has rows and columns of its own."""
    inside = (inner for inner in table.iter("table") if inner is not table)
    return any(len(inner.xpath(".//tr")) > 1 and inner.xpath(".//tr[count(*) > 1]") for inner in inside)


_BREAKS = frozenset(["br", "p", "div", "li", "tr", "h1", "h2", "h3", "h4"])
_STRUCK = frozenset(["s", "del", "strike"])
_NOT_TEXT = frozenset(["script", "style", "template", "noscript"])


def _words(element: etree._Element) -> str:
    """The text of an element as a person sees it: lines stay apart, what is crossed out is no text, ² stays raised."""
    lines = "".join(_pieces(element)).split("\n")
    return "\n".join(words for line in lines if (words := " ".join(line.split())))


def _pieces(element: etree._Element) -> Iterator[str]:
    tag = element.tag if isinstance(element.tag, str) else ""
    style = (element.get("style") or "").replace(" ", "").lower() if tag else ""
    hidden = "display:none" in style or "mso-hide:all" in style
    if tag and tag not in _NOT_TEXT and tag not in _STRUCK and "line-through" not in style and not hidden:
        is_block = tag in _BREAKS
        if is_block:
            yield "\n"
        yield from _inner(element, raised=tag == "sup" or "vertical-align:super" in style)
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
        style = (inner.get("style") or "").replace(" ", "").lower() if isinstance(inner.tag, str) else ""
        if inner.tag in _STRUCK or "line-through" in style:
            found.append("".join(inner.itertext()).strip())
    return "、".join(text for text in found if text)


def _append_table(table: etree._Element, grid: Grid, merges: Merges, struck: Struck) -> None:
    caption = table.find("caption")
    if caption is not None and (words := _words(caption)):
        grid.append([words])
    taken: dict[tuple[int, int], str] = {}
    top = len(grid)
    rows = [row for row in table.iter("tr") if next(row.iterancestors("table"), None) is table]
    for number, row in enumerate(rows[:MOST_ROWS]):
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
            if gone := struck_text(cell):
                struck[top + number, column] = gone
            if down > 1 or across > 1:
                merges.append((top + number, column, top + number + down - 1, column + across - 1))
            column += across
            if column > MOST_COLUMNS:
                raise refuse("F6", f"表格超过{MOST_COLUMNS}列", "请只保留本月报表后重报")
    width = max((column for _, column in taken), default=-1) + 1
    grid.extend([[taken.get((r, c), "") for c in range(width)] for r in range(len(rows[:MOST_ROWS]))])


def _span(text: str | None) -> int:
    return max(1, min(int(text), MOST_ROWS)) if text and text.strip().isdigit() else 1


def read_xml(data: bytes) -> list[tuple[str, Grid, Merges, Struck]]:
    """Every sheet of an Excel 2003 XML workbook."""
    try:
        parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise damaged() from error
    found = []
    for sheet in root.iter(f"{_SS}Worksheet"):
        grid: Grid = []
        merges: Merges = []
        for row in sheet.iter(f"{_SS}Row"):
            number = int(row.get(f"{_SS}Index") or len(grid) + 1) - 1
            if number > MOST_ROWS:
                raise refuse("F6", f"表格超过{MOST_ROWS}行", "请只保留本月报表后重报")
            grid.extend([] for _ in range(number + 1 - len(grid)))
            _xml_row(row, number, grid, merges)
        found.append((sheet.get(f"{_SS}Name") or "Sheet", grid, merges, {}))
    return found


def _xml_row(row: etree._Element, number: int, grid: Grid, merges: Merges) -> None:
    column = 0
    for cell in row.iter(f"{_SS}Cell"):
        column = int(cell.get(f"{_SS}Index") or column + 1) - 1
        across, down = int(cell.get(f"{_SS}MergeAcross") or 0), int(cell.get(f"{_SS}MergeDown") or 0)
        if column > MOST_COLUMNS:
            raise refuse("F6", f"表格超过{MOST_COLUMNS}列", "请只保留本月报表后重报")
        line = grid[number]
        line.extend("" for _ in range(column + 1 - len(line)))
        content = cell.find(f"{_SS}Data")
        line[column] = "".join(content.itertext()) if content is not None else ""
        if across or down:
            merges.append((number, column, number + min(down, MOST_ROWS), column + min(across, MOST_COLUMNS)))
        column += across + 1
