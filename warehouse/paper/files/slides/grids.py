"""Tables, key figures and numbered sentences on a slide."""

from typing import Any

from pptx.enum.shapes import MSO_SHAPE
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls, qn
from pptx.util import Emu, Inches, Pt

from warehouse.paper.deck.model import Cards, Texts
from warehouse.paper.files.slides import fonts, frame
from warehouse.paper.model import Cell, Table

_NO_STYLE = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"
_ROW, _HEAD = 0.40, 0.62
_FULL = ("watch",)


def table(page: Any, part: Table, area: tuple[float, float, float, float]) -> None:
    """A real table: heads, groups under a line of their own, cells that lag on a filled ground with sign and word."""
    left, top, width, height = area
    lines: list[tuple[str, tuple[Cell, ...]]] = []
    for name, rows in part.groups:
        lines += [(name, ())] if name else []
        lines += [("", row) for row in rows]
    step = min(_ROW, (height - _HEAD) / max(1, len(lines)))
    shape = page.shapes.add_table(
        len(lines) + 1, len(part.columns), *(Inches(one) for one in (left, top, width, _HEAD + step * len(lines)))
    )
    shape.name = part.caption_zh
    shape._element.nvGraphicFramePr.cNvPr.set("descr", part.caption_zh)
    made = shape.table
    made.first_row = made.horz_banding = False
    shape._element.graphic.graphicData.tbl.tblPr.find(qn("a:tableStyleId")).text = _NO_STYLE
    _widths(made, part, width)
    for place, column in enumerate(part.columns):
        head = column.head_zh + (f"\n{column.unit_zh}" if column.unit_zh else "")
        _cell(made.cell(0, place), head, is_left=not place, size=14, tone=fonts.SOFT, line=fonts.INK)
    made.rows[0].height = Inches(_HEAD)
    for place, (name, row) in enumerate(lines, start=1):
        made.rows[place].height = Inches(step)
        if name:
            for column in range(len(part.columns)):
                _cell(made.cell(place, column), name if not column else "", is_left=True, size=14, tone=fonts.SOFT)
            made.cell(place, 0).merge(made.cell(place, len(part.columns) - 1))
        for column, cell in enumerate(row):
            _value(made.cell(place, column), cell, is_left=not column)


def _widths(made: Any, part: Table, width: float) -> None:
    """Columns by the longest text in them, at least enough for the widest word of the head."""

    def letters(place: int) -> float:
        texts = [row[place].text for row in part.rows]
        longest = max((_wide(text) for text in texts), default=0)
        return max(longest + 1.5, min(_wide(part.columns[place].head_zh), 6.0), 3.2)

    needed = [letters(place) for place in range(len(part.columns))]
    whole = Inches(width)
    for place, one in enumerate(needed):
        made.columns[place].width = Emu(int(whole * one / sum(needed)))


def _wide(text: str) -> float:
    return sum(1.0 if ord(letter) > 0x2000 else 0.56 for letter in text)


def _value(cell: Any, held: Cell, *, is_left: bool) -> None:
    sign = fonts.SIGNS.get(held.tone, "")
    is_full = held.tone in _FULL
    # What is level has no sign beside its words.
    said = held.text if held.tone == "flat" else f"{sign}{held.text}"
    _cell(
        cell,
        said,
        is_left=is_left,
        size=15,
        tone="FFFFFF" if is_full else fonts.TONES.get(held.tone, fonts.INK) if held.tone != "flat" else fonts.SOFT,
        is_bold=is_left or is_full or held.tone == "miss",
        fill=fonts.ORANGE if is_full else None,
    )


def _cell(
    cell: Any,
    said: str,
    *,
    is_left: bool,
    size: float,
    tone: str = fonts.INK,
    is_bold: bool = False,
    fill: str | None = None,
    line: str = fonts.HAIR,
) -> None:
    cell.vertical_anchor = MSO_ANCHOR.MIDDLE
    cell.margin_left = cell.margin_right = Inches(0.06)
    cell.margin_top = cell.margin_bottom = Inches(0.01)
    if fill:
        cell.fill.solid()
        cell.fill.fore_color.rgb = fonts.colour(fill)
    else:
        cell.fill.background()
    paragraph = cell.text_frame.paragraphs[0]
    paragraph.alignment = PP_ALIGN.LEFT if is_left else PP_ALIGN.CENTER
    fonts.write(paragraph, said, size=size, tone=tone, is_bold=is_bold)
    properties = cell._tc.get_or_add_tcPr()
    border = parse_xml(f'<a:lnB {nsdecls("a")} w="9525"><a:solidFill><a:srgbClr val="{line}"/></a:solidFill></a:lnB>')
    properties.insert(0, border)


def cards(page: Any, part: Cards, area: tuple[float, float, float, float]) -> None:
    """Key figures, four in a row: name, value large, one line below."""
    left, top, width, height = area
    count = len(part.cards)
    columns = min(4, count) or 1
    rows = -(-count // columns)
    gap = 0.25
    wide, high = (width - gap * (columns - 1)) / columns, min(2.15, (height - gap * (rows - 1)) / max(rows, 1))
    for place, card in enumerate(part.cards):
        x, y = left + (place % columns) * (wide + gap), top + (place // columns) * (high + gap)
        tone = fonts.TONES.get(card.tone, fonts.GREY) if card.tone in ("watch", "good") else fonts.INK
        bar = page.shapes.add_shape(MSO_SHAPE.RECTANGLE, *(Inches(one) for one in (x, y, wide, 0.05)))
        bar.fill.solid()
        bar.fill.fore_color.rgb = fonts.colour(tone)
        bar.line.fill.background()
        frame.flat(bar)
        frame.text(page, card.name, (x, y + 0.12, wide, 0.62), size=16, tone=fonts.SOFT, anchor=MSO_ANCHOR.TOP)
        frame.text(
            page, card.value.text, (x, y + 0.72, wide, 0.68), size=_card_size(card.value.text, wide), is_bold=True
        )
        sign = fonts.SIGNS.get(card.tone, "") if card.tone in ("watch", "good") else ""
        frame.text(page, f"{sign}{card.note_zh}", (x, y + 1.5, wide, 0.55), size=15, tone=tone if sign else fonts.SOFT, anchor=MSO_ANCHOR.TOP)  # fmt: skip


def _card_size(said: str, width: float) -> float:
    """As large as one line takes."""
    return next((size for size in (34, 30, 26, 22) if _wide(said) * size * 1.1 <= width * 72), 18)


def texts(page: Any, part: Texts, area: tuple[float, float, float, float]) -> None:
    """Numbered sentences, as large as all of them fit."""
    box = page.shapes.add_textbox(*(Inches(one) for one in area))
    words = box.text_frame
    words.word_wrap = True
    words.margin_left = words.margin_right = words.margin_top = words.margin_bottom = 0
    _, _, width, height = area
    size = next((one for one in (22, 20, 18, 17, 16, 15, 14) if _height(part, one, width) <= height), 14)
    for place, paragraph in enumerate(part.paragraphs):
        line = words.paragraphs[0] if place == 0 else words.add_paragraph()
        line.space_after, line.line_spacing = Pt(size * 0.55), 1.22
        lead = paragraph.lead_zh if paragraph.text.startswith(paragraph.lead_zh) else ""
        if lead:
            fonts.write(line, lead, size=size, is_bold=True)
        fonts.write(line, paragraph.text.removeprefix(lead), size=size)


def _height(part: Texts, size: float, width: float) -> float:
    """Inches that the sentences take at a size."""
    per_line = width * 72 / size
    lines = sum(-(-_wide(one.text) // per_line) for one in part.paragraphs)
    return (lines * size * 1.22 * 1.25 + len(part.paragraphs) * size * 0.55) / 72
