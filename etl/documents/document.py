"""A document as it is handed on: its text, and everything declared about it."""

from dataclasses import dataclass

from etl.documents.records import Declared, Event, Figure, Programme, Source
from etl.documents.text import Paragraph


@dataclass(frozen=True)
class Document:
    """One document with all that is declared about it."""

    source: Source
    paragraphs: tuple[Paragraph, ...]
    figures: Declared[Figure]
    programmes: Declared[Programme]
    events: Declared[Event]
