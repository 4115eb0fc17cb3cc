"""PowerPoint: native charts and tables that are edited in PowerPoint or WPS, an East-Asian font on every run, fixed bytes."""

import io
from datetime import datetime

from warehouse.paper.deck.model import Deck

AUTHOR_ZH = "养老服务领导简报"


def write(deck: Deck) -> bytes:
    """The .pptx of a deck: its slides, each with notes; the same deck gives the same bytes."""
    from pptx import Presentation
    from pptx.util import Inches

    from warehouse.paper.files.slides import fonts, frame, steady

    book = Presentation()
    book.slide_width, book.slide_height = Inches(13.333), Inches(7.5)
    fonts.set_theme(book)
    for number, slide in enumerate(deck.slides, start=1):
        frame.put(book, deck, slide, number)
    fonts.set_notes(book)
    told = book.core_properties
    told.title, told.subject, told.author = deck.title_zh, deck.stamp.line_zh[:255], AUTHOR_ZH
    told.last_modified_by, told.language, told.keywords, told.comments = AUTHOR_ZH, "zh-CN", "", ""
    told.created = told.modified = datetime(2000, 1, 1)
    told.revision = 1
    sink = io.BytesIO()
    book.save(sink)
    return steady.steady(sink.getvalue())
