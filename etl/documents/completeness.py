"""Proof that no printed figure was overlooked: every numeral of a document is in its ledger or reviewed as none."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from etl.documents.ledger import repeated_spans, wording_span
from etl.documents.problems import Problem
from etl.documents.records import Declared, Exclusion, Figure, Pattern
from etl.documents.text import Finder, Paragraph, Span

ANY_SOURCE = "*"
_NUMERAL = re.compile(r"[0-9０-９]+(?:[.．][0-9０-９]+)?|[〇零一二两三四五六七八九十百千万亿双半]+")
_CONTEXT = 12


@dataclass
class Review:
    """The reviewed wordings that are no figures, and which of them some document still needs."""

    exclusions: Declared[Exclusion]
    patterns: Declared[Pattern]
    used: set[str] = field(default_factory=set)

    def stale(self) -> list[Problem]:
        """Entries that keep no numeral of any document out of the ledger any more."""
        rows = [(place, row.text) for place, row in self.exclusions.rows]
        rows += [(place, row.regex) for place, row in self.patterns.rows]
        return [
            Problem(place, f"“{wording}”已不排除任何数字", "请删去这一条，或照原文改正")
            for place, wording in rows
            if place not in self.used
        ]


def pattern_problems(patterns: Declared[Pattern]) -> list[Problem]:
    """Patterns that are no regular expressions."""
    problems = []
    for place, row in patterns.rows:
        try:
            re.compile(row.regex)
        except re.error as error:
            problems.append(Problem(place, f"“{row.regex}”不是正则表达式（{error}）", "请改正"))
    return problems


def numeral_problems(
    paragraphs: list[Paragraph], figures: Iterable[Figure], finder: Finder, source_id: str, place: str, review: Review
) -> list[Problem]:
    """Numerals of one document that neither the ledger nor the review knows; `review.used` is brought up to date."""
    claimed = _marked(span for figure in figures for span in _figure_spans(figure, finder))
    problems = []
    for paragraph in paragraphs:
        open_runs = [
            found
            for found in _NUMERAL.finditer(paragraph.text_zh)
            if not set(range(*found.span())) <= claimed.get(paragraph.paragraph_no, set())
        ]
        excluded: set[int] = set()
        for entry, start, end in _excluded(paragraph.text_zh, source_id, review) if open_runs else []:
            excluded |= set(range(start, end))
            if any(start <= found.start() and found.end() <= end for found in open_runs):
                review.used.add(entry)
        known = excluded | claimed.get(paragraph.paragraph_no, set())
        for found in open_runs:
            if not set(range(*found.span())) <= known:
                text = paragraph.text_zh[max(0, found.start() - _CONTEXT) : found.end() + _CONTEXT]
                fact = f"第{paragraph.paragraph_no}段“…{text}…”里的“{found[0]}”既不在账上，也没有列为非数量"
                remedy = "是数量请在figures中登记，不是请在exclusions.toml写明理由"
                problems.append(Problem(place, fact, remedy))
    return problems


def _figure_spans(figure: Figure, finder: Finder) -> list[Span]:
    span = wording_span(figure, finder)
    return ([span] if span else []) + repeated_spans(figure, finder)


def _marked(spans: Iterable[Span]) -> dict[int, set[int]]:
    """The characters the spans cover, by paragraph."""
    marked: dict[int, set[int]] = {}
    for span in spans:
        marked.setdefault(span.paragraph_no, set()).update(range(span.start, span.end))
    return marked


def _excluded(text: str, source_id: str, review: Review) -> Iterable[tuple[str, int, int]]:
    """Entry and stretch of everything in the text that was reviewed as no figure."""
    for place, row in review.patterns.rows:
        for found in re.finditer(row.regex, text):
            yield place, found.start(), found.end()
    for place, row in review.exclusions.rows:
        if row.source in (ANY_SOURCE, source_id):
            for found in re.finditer(re.escape(row.text), text):
                yield place, found.start(), found.end()
