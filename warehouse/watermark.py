"""Whose copy a file is: a name and a time that every file carries which is made while they are set.

Who hands a file out sets them (`marked_with`), whoever writes one asks for them (`mark_zh`), so that no writer needs to
know of persons and none can forget: the files of typst, Excel, CSV, Parquet and Arrow ask by themselves; Word and slides
are marked when they are whole (`stamped`).
"""

import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_mark: ContextVar[str] = ContextVar("watermark", default="")
COLUMN = "水印"
_GREY = 0x9A9A9A


def mark_zh() -> str:
    """What the file that is being made has to carry; empty where nothing is asked for."""
    return _mark.get()


@contextmanager
def marked_with(text_zh: str) -> Iterator[None]:
    """Let every file made inside carry this text; an empty one asks for nothing."""
    token = _mark.set(text_zh)
    try:
        yield
    finally:
        _mark.reset(token)


def stamped(content: bytes) -> bytes:
    """The file with its mark, for those formats that are marked when they are whole; any other as it is."""
    text = mark_zh()
    kind = _kind(content) if text else ""
    return {"word": _word, "ppt": _slides}[kind](content, text) if kind else content


def _kind(content: bytes) -> str:
    if content[:2] != b"PK":
        return ""
    try:
        names = zipfile.ZipFile(io.BytesIO(content)).namelist()
    except zipfile.BadZipFile:
        return ""
    if "word/document.xml" in names:
        return "word"
    return "ppt" if "ppt/presentation.xml" in names else ""


def _word(content: bytes, text: str) -> bytes:
    """Above every page, in grey, before what the running head says itself."""
    import docx
    from docx.shared import Pt, RGBColor

    from warehouse.paper.files.word import steady

    document = docx.Document(io.BytesIO(content))
    seen = set()
    for section in document.sections:
        for head in (section.header, section.first_page_header, section.even_page_header):
            # A head that goes on from the section before is one and the same.
            if head.is_linked_to_previous and head is not section.header or id(head.part) in seen:
                continue
            seen.add(id(head.part))
            first = head.paragraphs[0]
            run = first.insert_paragraph_before().add_run(text)
            run.font.size, run.font.color.rgb = Pt(9), RGBColor(*_GREY.to_bytes(3, "big"))
    sink = io.BytesIO()
    document.save(sink)
    return steady(sink.getvalue())


def _slides(content: bytes, text: str) -> bytes:
    """Along the lower edge of every slide, in grey."""
    from pptx import Presentation
    from pptx.dml.color import RGBColor
    from pptx.util import Pt

    from warehouse.paper.files.word import steady

    show = Presentation(io.BytesIO(content))
    height = Pt(16)
    for slide in show.slides:
        box = slide.shapes.add_textbox(0, show.slide_height - height, show.slide_width, height)
        box.name = COLUMN
        run = box.text_frame.paragraphs[0].add_run()
        run.text = text
        run.font.size, run.font.color.rgb = Pt(9), RGBColor(*_GREY.to_bytes(3, "big"))
    sink = io.BytesIO()
    show.save(sink)
    return steady(sink.getvalue())
