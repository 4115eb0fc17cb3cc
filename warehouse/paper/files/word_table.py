"""Real tables in a Word document: heads that repeat on each page, rows that are never cut, notes below."""

import re
from typing import Any
from xml.sax.saxutils import escape

from warehouse.paper.model import Cell, Table

INK, HAIR, SHADE, WATCH, GOOD = "1C1F24", "D9DCE1", "ECEDED", "C8641B", "1F6FB2"
# A table that fits on one page stands on one.
ROWS_KEPT_TOGETHER = 24
_NAMESPACE = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
TONES = {
    "watch": (WATCH, "▼"),
    "good": (GOOD, "▲"),
    "miss": ("B3261E", "■"),
    "flat": ("5B616B", "●"),
    "open": ("5B616B", "◆"),
    "void": ("5B616B", "○"),
}


def legal(text: str) -> str:
    """The text without letters that XML does not allow."""
    return re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]", "", text)


def put(document: Any, place: str, table: Table) -> None:
    """Replace the mark `place` by the table; a mark that a template does not show puts no table."""
    for paragraph in document.paragraphs:
        if place not in paragraph.text:
            continue
        rest = paragraph.text.replace(place, "")
        names = {style.name for style in document.styles}
        title = _beside(paragraph, table.caption_zh, "文表题" if "文表题" in names else None)
        made = _made(document, table)
        title._p.addnext(made)
        before = made
        for note in table.notes_zh:
            words = _beside(paragraph, f"注：{note}", "文注" if "文注" in names else None)
            before.addnext(words._p)
            before = words._p
        paragraph.text = rest
        # A paragraph with further marks moves behind this table, an empty one goes.
        if rest:
            before.addnext(paragraph._p)
        else:
            paragraph._p.getparent().remove(paragraph._p)
        return


def set_properties(document: Any, *, title: str, subject: str) -> None:
    """What the file says of itself."""
    from datetime import datetime

    properties = document.core_properties
    properties.title, properties.subject, properties.author = title, subject[:255], "养老服务领导简报"
    properties.language, properties.comments = "zh-CN", ""
    properties.created = properties.modified = datetime(2000, 1, 1)


def _beside(paragraph: Any, text: str, style: str | None) -> Any:
    made = paragraph.insert_paragraph_before(text, style=style)
    if style is None:
        made.paragraph_format.first_line_indent = 0
    return made


def _made(document: Any, table: Table) -> Any:
    """The table as an element of the document, written as text and read once: cell by cell it would take minutes."""
    from docx.oxml.parser import parse_xml

    wide = len(table.columns)
    size = 9 if wide <= 8 else 8
    count = 1 + sum(len(rows) + bool(name) for name, rows in table.groups)
    # A table that fits on one page stands on one.
    is_kept = count <= ROWS_KEPT_TOGETHER
    heads = [column.head_zh + (f"\n{column.unit_zh}" if column.unit_zh else "") for column in table.columns]
    lines = [
        _row(
            [_cell(head, size=size, is_left=not place, is_bold=True, is_kept=True) for place, head in enumerate(heads)],
            is_head=True,
        )
    ]
    for name, rows in table.groups:
        if name:
            lines.append(_row([_cell(name, size=size, is_left=True, shade=SHADE, span=wide, is_kept=is_kept)]))
        for row in rows:
            lines.append(
                _row(
                    [
                        _value(cell, size=size, is_left=not place, is_bold=not name, is_kept=is_kept)
                        for place, cell in enumerate(row)
                    ]
                )
            )
    width = _text_width(document) // (wide + 1)
    widths = [2 * width, *([width] * (wide - 1))]
    grid = "".join(f'<w:gridCol w:w="{one}"/>' for one in widths)
    return parse_xml(
        f'<w:tbl xmlns:w="{_NAMESPACE}"><w:tblPr><w:tblW w:w="5000" w:type="pct"/><w:tblBorders>'
        f'<w:top w:val="single" w:sz="12" w:space="0" w:color="{INK}"/><w:bottom w:val="single" w:sz="12" w:space="0" w:color="{INK}"/>'
        f'<w:insideH w:val="single" w:sz="4" w:space="0" w:color="{HAIR}"/></w:tblBorders>'
        f'<w:tblLayout w:type="autofit"/></w:tblPr><w:tblGrid>{grid}</w:tblGrid>{"".join(lines)}</w:tbl>'
    )


def _text_width(document: Any) -> int:
    """The width of the text in twips."""
    section = document.sections[0]
    return (section.page_width - section.left_margin - section.right_margin) // 635


def _row(cells: list[str], *, is_head: bool = False) -> str:
    flags = '<w:cantSplit w:val="true"/>' + ('<w:tblHeader w:val="true"/>' if is_head else "")
    return f"<w:tr><w:trPr>{flags}</w:trPr>{''.join(cells)}</w:tr>"


def _value(cell: Cell, *, size: float, is_left: bool, is_bold: bool, is_kept: bool) -> str:
    colour, sign = TONES.get(cell.tone, (INK, ""))
    strong = is_bold or cell.tone == "watch"
    return _cell(f"{sign}{cell.text}", size=size, is_left=is_left, is_bold=strong, colour=colour, is_kept=is_kept)


def _cell(
    text: str,
    *,
    size: float,
    is_left: bool = False,
    is_bold: bool = False,
    colour: str = INK,
    shade: str = "",
    span: int = 1,
    is_kept: bool = False,
) -> str:
    whole = (f'<w:gridSpan w:val="{span}"/>' if span > 1 else "") + (
        f'<w:shd w:val="clear" w:color="auto" w:fill="{shade}"/>' if shade else ""
    )
    kept = "<w:keepNext/>" if is_kept else ""
    form = (
        f'<w:pPr>{kept}<w:snapToGrid w:val="0"/><w:spacing w:before="20" w:after="20" w:line="{int((size + 4) * 20)}" w:lineRule="exact"/>'
        f'<w:ind w:firstLine="0" w:firstLineChars="0"/><w:jc w:val="{"left" if is_left else "right"}"/></w:pPr>'
    )
    type_ = (
        f'<w:rPr><w:rFonts w:eastAsia="宋体"/>{"<w:b/>" if is_bold else ""}<w:color w:val="{colour}"/>'
        f'<w:sz w:val="{int(size * 2)}"/><w:szCs w:val="{int(size * 2)}"/></w:rPr>'
    )
    runs = "<w:br/>".join(f'<w:t xml:space="preserve">{escape(legal(part))}</w:t>' for part in text.split("\n"))
    return f"<w:tc><w:tcPr>{whole}</w:tcPr><w:p>{form}<w:r>{type_}{runs}</w:r></w:p></w:tc>"
