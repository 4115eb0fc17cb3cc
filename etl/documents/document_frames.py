"""The documents as frames in the columns of the release's relations."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

import polars as pl

from etl.documents.document import Document
from etl.documents.ledger import wording_span
from etl.documents.records import Event, Figure, Programme, Source
from etl.documents.register import event_days
from etl.documents.text import Finder

_TEXT, _INT, _DAY, _LIST = pl.String, pl.Int32, pl.Date, pl.List(pl.String)
_SOURCES = {
    "source_id": _TEXT,
    "kind_code": _TEXT,
    "title_zh": _TEXT,
    "number_zh": _TEXT,
    "issuer_zh": _TEXT,
    "area_id": _TEXT,
    "issued_on": _DAY,
    "issued_year": _INT,
    "issued_note_zh": _TEXT,
    "period_zh": _TEXT,
    "file": _TEXT,
    "sha256": _TEXT,
    "licence_zh": _TEXT,
    "sort_order": _INT,
}
_FIGURES = {
    "figure_id": _TEXT,
    "source_id": _TEXT,
    "area_id": _TEXT,
    "indicator_code": _TEXT,
    "name_zh": _TEXT,
    "value": pl.Float64,
    "value_low": pl.Float64,
    "value_high": pl.Float64,
    "qualifier_code": _TEXT,
    "value_as_written": _TEXT,
    "unit_zh": _TEXT,
    "kind_code": _TEXT,
    "period_start_on": _DAY,
    "period_end_on": _DAY,
    "quote": _TEXT,
    "paragraph_no": _INT,
    "also_at": _LIST,
    "note_zh": _TEXT,
    "sort_order": _INT,
}
_PARAGRAPHS = {"source_id": _TEXT, "paragraph_no": _INT, "chapter_zh": _TEXT, "text_zh": _TEXT}
_PROGRAMMES = {
    "programme_id": _TEXT,
    "source_id": _TEXT,
    "area_id": _TEXT,
    "name_zh": _TEXT,
    "kind_code": _TEXT,
    "status_code": _TEXT,
    "year": _INT,
    "quote": _TEXT,
    "paragraph_no": _INT,
    "also_at": _LIST,
    "figure_ids": _LIST,
    "note_zh": _TEXT,
    "sort_order": _INT,
}
_TIMELINE = {
    "event_id": _TEXT,
    "source_id": _TEXT,
    "area_id": _TEXT,
    "start_on": _DAY,
    "end_on": _DAY,
    "precision_code": _TEXT,
    "title_zh": _TEXT,
    "quote": _TEXT,
}
_CODES = {"code_set": _TEXT, "code": _TEXT, "label_zh": _TEXT, "mark_zh": _TEXT, "sort_order": _INT}


@dataclass(frozen=True)
class Documents:
    """The proved documents.

    sources: one row a document. figures: one row a printed figure, shares as fractions, null where nothing is
    claimed or printed. programmes: one row a named thing. timeline: one row a dated event. paragraphs: the texts
    without private lines. Quotes are exact stretches of the paragraph whose number stands beside them.
    programme_kinds: code to Chinese name, in the order of the register.
    """

    sources: pl.DataFrame
    figures: pl.DataFrame
    programmes: pl.DataFrame
    timeline: pl.DataFrame
    paragraphs: pl.DataFrame
    programme_kinds: dict[str, str]


def document_frames(documents: Documents) -> dict[str, pl.DataFrame]:
    """The frames under the names of their relations; meta.source and meta.code hold the documents' rows only."""
    codes = [
        ("programme_kind_code", code, label, None, order)
        for order, (code, label) in enumerate(documents.programme_kinds.items(), start=1)
    ]
    return {
        "meta.source": documents.sources,
        "core.fct_document_figure": documents.figures,
        "meta.document_paragraph": documents.paragraphs,
        "meta.programme": documents.programmes,
        "meta.timeline_event": documents.timeline,
        "meta.code": _frame(codes, _CODES),
    }


def to_documents(documents: Iterable[Document], programme_kinds: dict[str, str]) -> Documents:
    """Proved records as frames, documents in their declared order."""
    sources, figures, programmes, timeline, paragraphs = [], [], [], [], []
    for document in documents:
        source_id, finder = document.source.source_id, Finder(list(document.paragraphs))
        sources.append(_source_row(document.source))
        paragraphs += [
            (source_id, paragraph.paragraph_no, paragraph.chapter_zh, paragraph.text_zh)
            for paragraph in document.paragraphs
        ]
        figures += [
            _figure_row(figure, source_id, order, finder)
            for order, (_, figure) in enumerate(document.figures.rows, start=1)
        ]
        programmes += [
            _programme_row(programme, source_id, order, finder)
            for order, (_, programme) in enumerate(document.programmes.rows, start=1)
        ]
        timeline += [_event_row(event, source_id, finder) for _, event in document.events.rows]
    return Documents(
        _frame(sources, _SOURCES),
        _frame(figures, _FIGURES),
        _frame(programmes, _PROGRAMMES),
        _frame(timeline, _TIMELINE),
        _frame(paragraphs, _PARAGRAPHS),
        dict(programme_kinds),
    )


def _frame(rows: list[tuple], schema: dict[str, pl.DataType]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=schema, orient="row")


def _source_row(source: Source) -> tuple:
    return (
        source.source_id,
        source.kind_code,
        source.title_zh,
        source.number_zh or None,
        source.issuer_zh or None,
        source.area_id,
        source.issued_on,
        source.issued_year,
        source.issued_note_zh or None,
        source.period_zh,
        source.file,
        source.sha256,
        source.licence_zh,
        source.order,
    )


def _figure_row(figure: Figure, source_id: str, order: int, finder: Finder) -> tuple:
    span = wording_span(figure, finder)
    return (
        figure.id,
        source_id,
        figure.area_id,
        figure.indicator or None,
        figure.name_zh,
        _double(figure.value),
        _double(figure.low),
        _double(figure.high),
        figure.qualifier,
        figure.as_written,
        figure.unit_zh,
        figure.kind,
        figure.period_start,
        figure.period_end,
        _as_printed(figure.quote, finder),
        span.paragraph_no,
        [_as_printed(quote, finder) for quote in figure.also_at],
        figure.note_zh or None,
        order,
    )


def _programme_row(programme: Programme, source_id: str, order: int, finder: Finder) -> tuple:
    return (
        programme.id,
        source_id,
        programme.area_id,
        programme.name_zh,
        programme.kind,
        programme.status,
        programme.year,
        _as_printed(programme.quote, finder),
        finder.find(programme.quote)[0].paragraph_no,
        [_as_printed(quote, finder) for quote in programme.also_at],
        list(programme.figures),
        programme.note_zh or None,
        order,
    )


def _event_row(event: Event, source_id: str, finder: Finder) -> tuple:
    first, last = event_days(event)
    quote = _as_printed(event.quote, finder)
    return (event.id, source_id, event.area_id, first, last, event.precision, event.title_zh, quote)


def _as_printed(quote: str, finder: Finder) -> str:
    """The quote as its paragraph has it, so that a page can find and mark it."""
    return finder.text(finder.find(quote)[0])


def _double(value: Decimal | None) -> float | None:
    return None if value is None else float(value)
