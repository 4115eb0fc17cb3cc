"""Real tables in a Word document: heads that repeat on each page, rows that are never cut, notes below."""

from typing import Any

from warehouse.paper.files.word_template import off_grid
from warehouse.paper.model import Cell, Table

INK, HAIR, SHADE, WATCH, GOOD = "1C1F24", "D9DCE1", "ECEDED", "C8641B", "1F6FB2"
# A table that fits on one page stands on one.
ROWS_KEPT_TOGETHER = 24
TONES = {"watch": (WATCH, "▼"), "good": (GOOD, "▲"), "miss": ("B3261E", "■"), "flat": ("5B616B", "●")}


def put(document: Any, place: str, table: Table) -> None:
    """Replace the mark `place` by the table; a mark that a template does not show puts no table."""
    for paragraph in document.paragraphs:
        if place not in paragraph.text:
            continue
        rest = paragraph.text.replace(place, "")
        names = {style.name for style in document.styles}
        title = _beside(paragraph, table.caption_zh, "文表题" if "文表题" in names else None)
        made = _made(document, table)
        title._p.addnext(made._tbl)
        before = made._tbl
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
    from docx.oxml.ns import qn

    wide = len(table.columns)
    made = document.add_table(rows=0, cols=wide)
    made.autofit = True
    size = 9 if wide <= 8 else 8
    head = made.add_row()
    for position, column in enumerate(table.columns):
        text = column.head_zh + (f"\n{column.unit_zh}" if column.unit_zh else "")
        _fill(head.cells[position], text, size=size, is_bold=True, is_left=position == 0)
    _flag(head, "tblHeader")
    for name, rows in table.groups:
        if name:
            line = made.add_row()
            joined = line.cells[0].merge(line.cells[-1])
            _fill(joined, name, size=size, is_left=True, shade=SHADE)
            _flag(line, "cantSplit")
        for row in rows:
            line = made.add_row()
            _flag(line, "cantSplit")
            for position, cell in enumerate(row):
                _fill_cell(line.cells[position], cell, size=size, is_left=position == 0, is_bold=not name)
    _borders(made._tbl, qn)
    if len(made.rows) <= ROWS_KEPT_TOGETHER:
        for row in made.rows[:-1]:
            for cell in row.cells:
                cell.paragraphs[0].paragraph_format.keep_with_next = True
    return made


def _fill_cell(place: Any, cell: Cell, *, size: float, is_left: bool, is_bold: bool) -> None:
    colour, sign = TONES.get(cell.tone, (INK, ""))
    _fill(
        place, f"{sign}{cell.text}", size=size, is_left=is_left, is_bold=is_bold or cell.tone == "watch", colour=colour
    )


def _fill(
    place: Any,
    text: str,
    *,
    size: float,
    is_left: bool = False,
    is_bold: bool = False,
    colour: str = INK,
    shade: str = "",
) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Pt, RGBColor

    paragraph = place.paragraphs[0]
    form = paragraph.paragraph_format
    off_grid(paragraph._p.get_or_add_pPr())
    form.first_line_indent, form.line_spacing, form.space_after, form.space_before = Pt(0), Pt(size + 4), Pt(1), Pt(1)
    paragraph.alignment = WD_ALIGN_PARAGRAPH.LEFT if is_left else WD_ALIGN_PARAGRAPH.RIGHT
    run = paragraph.add_run(text)
    run.font.size, run.font.bold, run.font.color.rgb = Pt(size), is_bold, RGBColor.from_string(colour)
    run._r.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), "宋体")
    if shade:
        colouring = OxmlElement("w:shd")
        colouring.set(qn("w:val"), "clear")
        colouring.set(qn("w:fill"), shade)
        place._tc.get_or_add_tcPr().append(colouring)


def _flag(row: Any, name: str) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    flags = row._tr.get_or_add_trPr()
    if name == "tblHeader":
        whole = OxmlElement("w:cantSplit")
        flags.append(whole)
    flag = OxmlElement(f"w:{name}")
    flag.set(qn("w:val"), "true")
    flags.append(flag)


def _borders(element: Any, qn: Any) -> None:
    from docx.oxml import OxmlElement

    borders = OxmlElement("w:tblBorders")
    for edge, size, colour in (("top", 12, INK), ("bottom", 12, INK), ("insideH", 4, HAIR)):
        line = OxmlElement(f"w:{edge}")
        for name, value in (("val", "single"), ("sz", str(size)), ("space", "0"), ("color", colour)):
            line.set(qn(f"w:{name}"), value)
        borders.append(line)
    element.tblPr.append(borders)
