"""What stands on every slide: rule, claim as title, what is drawn, the part itself, a note, the foot, speaker notes."""

from typing import Any

from pptx.enum.shapes import MSO_CONNECTOR
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.oxml.ns import qn
from pptx.util import Inches, Pt

from warehouse.paper.deck.model import Bars, Cards, Deck, Lines, Slide, Texts
from warehouse.paper.files.slides import charts, fonts, grids
from warehouse.paper.model import DEMO_ZH, receipt_code
from warehouse.read.receipt.receipts import receipt_id

LEFT, WIDTH = 0.58, 12.17
TOP, BOTTOM = 1.86, 6.42
LEAST_POINTS = 14
# Letters of a claim that fit on two lines, by size.
_CLAIM_SIZES = ((62, 26), (70, 24), (80, 22), (10_000, 18))


def put(book: Any, deck: Deck, slide: Slide, number: int) -> None:
    """One slide at the end of the book."""
    page = book.slides.add_slide(book.slide_layouts[0])
    line(page, LEFT, 0.42, LEFT + WIDTH, 0.42, weight=2)
    title = page.shapes.title
    title.left, title.top, title.width, title.height = Inches(LEFT), Inches(0.48), Inches(WIDTH), Inches(0.94)
    claim = slide.claim.text
    size = next(points for most, points in _CLAIM_SIZES if len(claim) <= most)
    _fill(title, claim, size=size, is_bold=True, anchor=MSO_ANCHOR.MIDDLE)
    text(page, slide.what_zh, (LEFT, 1.42, WIDTH, 0.36), size=15, tone=fonts.SOFT)
    _body(page, slide)
    if slide.note_zh:
        text(page, slide.note_zh, (LEFT, 6.45, WIDTH, 0.5), size=LEAST_POINTS, tone=fonts.INK)
    _foot(page, deck, number)
    _notes(page, deck, slide)


def _body(page: Any, slide: Slide) -> None:
    part, area = slide.part, (LEFT, TOP, WIDTH, BOTTOM - TOP)
    if isinstance(part, Bars):
        charts.bars(page, part, area, slide.what_zh)
    elif isinstance(part, Lines):
        charts.lines(page, part, area, slide.what_zh)
    elif isinstance(part, Cards):
        grids.cards(page, part, area)
    elif isinstance(part, Texts):
        grids.texts(page, part, area)
    else:
        grids.table(page, part, area)


def _foot(page: Any, deck: Deck, number: int) -> None:
    """来源 · 截至 · 版本 · 状态, and the id with the number of the slide on the right; 演示数据 in a frame of its own."""
    line(page, LEFT, 6.98, LEFT + WIDTH, 6.98, tone=fonts.HAIR, weight=0.75)
    stamp = deck.stamp
    left, corner = LEFT, f"{deck.edition_id}　{number}/{len(deck.slides)}".strip()
    wide = 2.4 if deck.edition_id else 0.8
    if stamp.is_demo:
        box = text(page, DEMO_ZH, (left, 7.04, 1.1, 0.32), size=LEAST_POINTS, is_bold=True, align=PP_ALIGN.CENTER)
        box.line.color.rgb, box.line.width = fonts.colour(fonts.INK), Pt(1.25)
        left += 1.22
    states = "、".join(one for one in stamp.states_zh if one != DEMO_ZH) or DEMO_ZH
    # Where every figure comes from stands in the notes; the foot names the kinds.
    said = f"来源：月报与公开文件 · 截至：{stamp.as_of_zh} · 版本：{stamp.release_id} · 状态：{states}"
    text(page, said, (left, 7.04, LEFT + WIDTH - left - wide, 0.32), size=12, tone=fonts.SOFT)
    text(
        page, corner, (LEFT + WIDTH - wide, 7.04, wide, 0.32), size=LEAST_POINTS, tone=fonts.SOFT, align=PP_ALIGN.RIGHT
    )


def _notes(page: Any, deck: Deck, slide: Slide) -> None:
    """What a speaker is asked: the sentence, where it comes from, and the receipt of each number."""
    frame = page.notes_slide.notes_text_frame
    lines = [slide.claim.text + "。", deck.stamp.line_zh, "来源：" + "；".join(slide.sources_zh)]
    if slide.note_zh:
        lines.append(slide.note_zh)
    figures = list(slide.figures())
    if figures:
        lines.append("数字凭证（在“简报”页“查凭证”输入八位编号，或 yanglao receipt 编号）：")
        for figure in figures:
            full = receipt_id(figure.relation, figure.row_key, figure.column or None)
            lines.append(f"{figure.wording}　{receipt_code(figure)}　{full}")
    frame.clear()
    for place, said in enumerate(lines):
        paragraph = frame.paragraphs[0] if place == 0 else frame.add_paragraph()
        fonts.write(paragraph, said, size=12)
    for shape in page.notes_slide.placeholders:
        for properties in (*shape._element.iter(qn("a:rPr")), *shape._element.iter(qn("a:defRPr")), *shape._element.iter(qn("a:endParaRPr"))):  # fmt: skip
            fonts.set_run(properties)


def text(
    page: Any,
    said: str,
    area: tuple[float, float, float, float],
    *,
    size: float,
    tone: str = fonts.INK,
    is_bold: bool = False,
    align: Any = PP_ALIGN.LEFT,
    anchor: Any = MSO_ANCHOR.MIDDLE,
) -> Any:
    """A box of one text; area in inches."""
    box = page.shapes.add_textbox(*(Inches(one) for one in area))
    _fill(box, said, size=size, tone=tone, is_bold=is_bold, align=align, anchor=anchor)
    return box


def _fill(
    shape: Any,
    said: str,
    *,
    size: float,
    tone: str = fonts.INK,
    is_bold: bool = False,
    align: Any = PP_ALIGN.LEFT,
    anchor: Any = MSO_ANCHOR.MIDDLE,
) -> None:
    frame = shape.text_frame
    frame.word_wrap = True
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
    frame.vertical_anchor = anchor
    frame.clear()
    paragraph = frame.paragraphs[0]
    paragraph.alignment = align
    fonts.write(paragraph, said, size=size, tone=tone, is_bold=is_bold)


def line(page: Any, x1: float, y1: float, x2: float, y2: float, *, tone: str = fonts.INK, weight: float = 1) -> Any:
    """A straight line, ends in inches."""
    made = page.shapes.add_connector(MSO_CONNECTOR.STRAIGHT, *(Inches(one) for one in (x1, y1, x2, y2)))
    made.line.color.rgb, made.line.width = fonts.colour(tone), Pt(weight)
    flat(made)
    return made


def flat(shape: Any) -> None:
    """Without the shadow a theme lays under shapes."""
    for style in shape._element.findall(qn("p:style")):
        shape._element.remove(style)
