"""The default Word template in the manner of GB/T 9704-2012, made by code and offered for bureaus to change.

A4, margins so that 156 × 225 mm remain for text, 22 lines of 28 characters, title in 小标宋 2号, body in 仿宋 3号, first
heads in 黑体, second in 楷体, page number — 1 — below. Word keeps only names of fonts: where one is missing, Word and WPS take
the next best.
"""

import io
from functools import cache
from typing import Any

BODY, TITLE, HEAD, LEAD, SMALL = "仿宋_GB2312", "方正小标宋简体", "黑体", "楷体_GB2312", "宋体"
LINE_PITCH_TWIPS = 580  # 225 mm in 22 lines is 28.99 points


@cache
def default_template() -> bytes:
    """The bytes of the template."""
    import docx
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Mm, Pt

    document = docx.Document()
    _page(document.sections[0], Mm)
    _styles(document, Pt)
    _running(document.sections[0], WD_ALIGN_PARAGRAPH, Pt)
    put = document.add_paragraph
    put("{{ 标题 }}", style="Title")
    put("{{ 主送 }}", style="文主送")
    put("{%p for 节 in 各节 %}")
    put("{{ 节.标题 }}", style="Heading 1")
    put("{%p for 段 in 节.段落 %}")
    put("{{r 段 }}", style="Normal")
    put("{%p endfor %}")
    put("{{ 节.表 }}", style="文主送")
    put("{%p endfor %}")
    for tag in ("{{ 落款 }}", "{{ 日期 }}"):
        put(tag, style="文落款")
    put("来源：{{ 来源 }}", style="文注")
    put("{{ 脚注 }}", style="文注")
    put("口径", style="Heading 2")
    put("{%p for 条 in 口径 %}")
    put("{{ 条.指标 }}（{{ 条.单位 }}）　{{ 条.定义 }}", style="文注")
    put("{%p endfor %}")
    put("数字凭证", style="Heading 2")
    put(
        "正文各数的凭证编号见当页脚注，表中的数见下；用“yanglao receipt 编号”或网页“简报”页的“查凭证”可走回句子或报表单元格。",
        style="文注",
    )
    put("{%p for 条 in 表凭证 %}")
    put("{{ 条.编号 }}　{{ 条.说明 }}　{{ 条.数 }}", style="文注")
    put("{%p endfor %}")
    sink = io.BytesIO()
    document.save(sink)
    return sink.getvalue()


def _page(section: Any, mm: Any) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    section.page_width, section.page_height = mm(210), mm(297)
    section.top_margin, section.bottom_margin = mm(37), mm(35)
    section.left_margin, section.right_margin = mm(28), mm(26)
    section.header_distance, section.footer_distance = mm(20), mm(22)
    grid = section._sectPr.find(qn("w:docGrid"))
    if grid is None:
        grid = OxmlElement("w:docGrid")
        section._sectPr.append(grid)
    grid.set(qn("w:type"), "lines")
    grid.set(qn("w:linePitch"), str(LINE_PITCH_TWIPS))


def _styles(document: Any, pt: Any) -> None:
    from docx.enum.style import WD_STYLE_TYPE
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    styles = document.styles
    _font(styles["Normal"], BODY, 16)
    body = styles["Normal"].paragraph_format
    body.first_line_indent, body.line_spacing, body.space_after = pt(32), pt(29), pt(0)
    body.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
    for name, font, size, center in (
        ("Title", TITLE, 22, True),
        ("Heading 1", HEAD, 16, False),
        ("Heading 2", HEAD, 12, False),
    ):
        _font(styles[name], font, size)
        form = styles[name].paragraph_format
        form.space_before, form.space_after, form.line_spacing = pt(0), pt(0), pt(33 if center else 29)
        form.first_line_indent = pt(0 if center or name == "Heading 2" else 32)
        form.keep_with_next = True
        if center:
            form.alignment = WD_ALIGN_PARAGRAPH.CENTER
            _no_border(styles[name])
    for name, font, size, indent, right in (
        ("文主送", BODY, 16, 0, False),
        ("文落款", BODY, 16, 0, True),
        ("文注", SMALL, 9, 0, False),
        ("文表题", HEAD, 12, 0, False),
    ):
        style = styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = styles["Normal"]
        _font(style, font, size)
        style.paragraph_format.first_line_indent = pt(indent)
        style.paragraph_format.line_spacing = pt(29 if size == 16 else 16 if size == 12 else 12)
        if size < 16:
            off_grid(style.element.get_or_add_pPr())
        if name == "文注":
            style.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.LEFT
        if name == "文表题":
            style.paragraph_format.keep_with_next = True
            style.paragraph_format.space_before = pt(8)
        if right:
            style.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.RIGHT
            style.paragraph_format.right_indent = pt(64)


def _font(style: Any, name: str, size: float) -> None:
    """Name and size for Latin and Chinese alike; a style of Word's own keeps no colour and no theme font."""
    from docx.oxml.ns import qn
    from docx.shared import Pt, RGBColor

    style.font.size, style.font.name, style.font.bold, style.font.italic = Pt(size), "Times New Roman", False, False
    style.font.color.rgb = RGBColor(0x1C, 0x1F, 0x24)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for theme in ("asciiTheme", "eastAsiaTheme", "hAnsiTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{theme}"), None)
    fonts.set(qn("w:eastAsia"), name)
    language = style.element.rPr.find(qn("w:lang"))
    if language is None:
        from docx.oxml import OxmlElement

        language = OxmlElement("w:lang")
        style.element.rPr.append(language)
    language.set(qn("w:val"), "en-US")
    language.set(qn("w:eastAsia"), "zh-CN")


def off_grid(properties: Any) -> None:
    """Small type keeps its own line height: on the grid of the page it would stand on every line of the body."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    snap = OxmlElement("w:snapToGrid")
    snap.set(qn("w:val"), "0")
    # Word wants the parts of paragraph properties in the order of its schema.
    properties.insert_element_before(
        snap, "w:spacing", "w:ind", "w:contextualSpacing", "w:mirrorIndents", "w:suppressOverlap", "w:jc",
        "w:textDirection", "w:textAlignment", "w:textboxTightWrap", "w:outlineLvl", "w:divId", "w:cnfStyle", "w:rPr",
        "w:sectPr", "w:pPrChange",
    )  # fmt: skip


def _no_border(style: Any) -> None:
    from docx.oxml.ns import qn

    border = style.element.pPr.find(qn("w:pBdr"))
    if border is not None:
        style.element.pPr.remove(border)


def _running(section: Any, align: Any, pt: Any) -> None:
    """The head with the states, the foot with the stamp and the page number."""
    head = section.header.paragraphs[0]
    head.paragraph_format.first_line_indent = pt(0)
    off_grid(head._p.get_or_add_pPr())
    run = head.add_run("{{ 状态 }}　本稿由系统套印，不是正式公文")
    run.font.size, run.font.bold = pt(9), True
    foot = section.footer.paragraphs[0]
    foot.paragraph_format.first_line_indent, foot.paragraph_format.line_spacing = pt(0), pt(11)
    off_grid(foot._p.get_or_add_pPr())
    foot.add_run("{{ 脚注 }}").font.size = pt(7.5)
    number = section.footer.add_paragraph()
    number.paragraph_format.first_line_indent, number.alignment = pt(0), align.CENTER
    number.add_run("— ").font.size = pt(14)
    _page_field(number.add_run())
    number.add_run(" —").font.size = pt(14)


def _page_field(run: Any) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Pt

    run.font.size = Pt(14)
    for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
        if kind:
            part = OxmlElement("w:fldChar")
            part.set(qn("w:fldCharType"), kind)
        else:
            part = OxmlElement("w:instrText")
            part.text = text
        run._r.append(part)
