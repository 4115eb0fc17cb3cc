"""Letters: one font for Latin, digits and Chinese, said on every run, since a run without it takes what the machine has."""

from typing import Any

from pptx.dml.color import RGBColor
from pptx.oxml.ns import qn
from pptx.util import Pt

FONT_ZH = "微软雅黑"
INK, SOFT, HAIR, PAPER = "1C1F24", "5B616B", "D9DCE1", "FDFCFA"
BLUE, ORANGE, GREY, PALE, RED = "1F5C85", "C8641B", "7D828B", "CDD7DF", "B3261E"
TONES = {"watch": ORANGE, "good": BLUE, "flat": GREY, "miss": RED}
SIGNS = {"watch": "▼", "good": "▲", "flat": "●", "miss": "■"}


def colour(code: str) -> RGBColor:
    return RGBColor.from_string(code)


def set_theme(book: Any) -> None:
    """Our font as that of the theme, of the master's texts and of the notes, and paper as the ground of every slide."""
    from lxml import etree

    for master in book.slide_masters:
        for relation in master.part.rels.values():
            if relation.reltype.endswith("/theme"):
                part = relation.target_part
                part._blob = _with_fonts(etree.fromstring(part.blob))
        fill = master.background.fill
        fill.solid()
        fill.fore_color.rgb = colour(PAPER)
        for name in (*master.element.iter(qn("a:defRPr")),):
            set_run(name)
        # Layouts nobody uses carry foreign words.
        for layout in list(master.slide_layouts):
            if layout.name != "Title Only":
                master.slide_layouts.remove(layout)
        for layout in master.slide_layouts:
            layout.name = "标题与内容"
        for shape in (*master.shapes, *(one for layout in master.slide_layouts for one in layout.shapes)):
            if shape.has_text_frame:
                _say(shape, "标题" if "Title" in shape.name else "")


def set_notes(book: Any) -> None:
    """Our font on the notes' master too, once there are notes."""
    master = book.part.notes_master
    for properties in master.element.iter(qn("a:rPr"), qn("a:defRPr"), qn("a:endParaRPr")):
        set_run(properties)


def _say(shape: Any, text: str) -> None:
    shape.name = text or "占位"
    shape.text_frame.text = text
    for run in (*shape._element.iter(qn("a:rPr")), *shape._element.iter(qn("a:endParaRPr"))):
        set_run(run)


def _with_fonts(theme: Any) -> bytes:
    from lxml import etree

    theme.set("name", "简报")
    for scheme in theme.iter(qn("a:majorFont"), qn("a:minorFont")):
        for tag in ("a:latin", "a:ea"):
            for face in scheme.findall(qn(tag)):
                face.set("typeface", FONT_ZH)
        for face in scheme.findall(qn("a:font")):
            scheme.remove(face)
    return etree.tostring(theme, xml_declaration=True, encoding="UTF-8", standalone=True)


def set_run(properties: Any) -> None:
    """Our font on one `a:rPr`, `a:defRPr` or `a:endParaRPr`: Latin, Chinese and signs."""
    for tag in ("a:latin", "a:ea", "a:cs"):
        for old in properties.findall(qn(tag)):
            properties.remove(old)
    # After fill and line, before a link: the order the format demands.
    before = [child for child in properties if child.tag in (qn("a:sym"), qn("a:hlinkClick"), qn("a:hlinkMouseOver"), qn("a:extLst"))]  # fmt: skip
    for tag in ("a:latin", "a:ea", "a:cs"):
        face = properties.makeelement(qn(tag), {"typeface": FONT_ZH})
        if before:
            before[0].addprevious(face)
        else:
            properties.append(face)


def write(paragraph: Any, text: str, *, size: float, tone: str = INK, is_bold: bool = False) -> Any:
    """A run of text on a paragraph."""
    run = paragraph.add_run()
    run.text = text
    run.font.size, run.font.bold = Pt(size), is_bold
    run.font.color.rgb = colour(tone)
    properties = run._r.get_or_add_rPr()
    properties.set("lang", "zh-CN")
    set_run(properties)
    return run


def chart_text(element: Any) -> None:
    """Our font on every text of a chart."""
    for properties in element.iter(qn("a:defRPr"), qn("a:rPr"), qn("a:endParaRPr")):
        set_run(properties)
