"""A document's text as paragraphs, without private lines, and the place of a quote in it."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate

from etl.documents.problems import Problem
from etl.documents.records import Source

# Joins the cells of a table row, which the texts print one below the other.
CELL_GAP = "\u3000"
# White space, so it stands in no squeezed text.
_BETWEEN = "\n"

_HEADINGS = (
    (1, re.compile(r"第[一二三四五六七八九十]+章.{0,40}")),
    (1, re.compile(r"[一二三四五六七八九十]+、[^。]{1,40}")),
    (2, re.compile(r"第[一二三四五六七八九十]+节.{0,40}")),
    (3, re.compile(r"专栏\d+[：:].{0,40}")),
    (3, re.compile(r"\d{1,2}\.\s*[^。；：]{1,40}")),
    (4, re.compile(r"（\d{1,2}）[^。；：]{1,40}")),
)
_RUN_IN = re.compile(r"(\d{1,2}\.\s*[^。]{2,30})。")
# The sign-off of a letter belongs to no chapter.
_SIGN_OFF = re.compile(r"\d{4}年\d{1,2}月\d{1,2}日$|抄送[：:]")
_PRIVATE = re.compile(
    r"签发人[：:]\s*\S|联系人[：:]|(?<!\d)1[3-9]\d{9}(?!\d)|电话[：:]\s*\d|^\s*\S{2,4}(?:委员|代表)[：:]\s*$"
)


@dataclass(frozen=True)
class Paragraph:
    """paragraph_no from 1; chapter_zh the headings above it, outermost first; text_zh as printed, one line."""

    paragraph_no: int
    chapter_zh: str
    text_zh: str


@dataclass(frozen=True)
class Span:
    """A stretch of one paragraph's text_zh."""

    paragraph_no: int
    start: int
    end: int


def split_paragraphs(raw: str, source: Source, place: str, problems: list[Problem]) -> list[Paragraph]:
    """The document's paragraphs in order: private lines blanked, lines broken by the layout joined, table rows as one.

    A private or broken line that is not in the text, and a line that looks private and is not declared so, are
    reported: they would let a name into a release.
    """
    lines = _without_private(raw, source, place, problems).splitlines()
    for number, line in enumerate(lines, start=1):
        if _PRIVATE.search(line):
            fact = f"第{number}行像是姓名或联系电话"
            problems.append(Problem(place, fact, "请把这一行列入sources.toml的private_lines，姓名写作…"))
    paragraphs, headings = [], {}
    for text in _joined(lines, source, place, problems):
        chapter = _chapter(text, headings)
        paragraphs.append(Paragraph(len(paragraphs) + 1, chapter, text))
    return paragraphs


def _without_private(raw: str, source: Source, place: str, problems: list[Problem]) -> str:
    for line in source.private_lines:
        # A name is never repeated in our own files: … stands for it.
        pattern = re.compile(re.escape(line).replace("…", "[^\n]+"), re.MULTILINE)
        raw, count = pattern.subn("", raw)
        if count != 1:
            fact = f"private_lines里的“{line}”在原文中出现{count}次"
            problems.append(Problem(place, fact, "请改成原文里正好一处，否则姓名电话会漏出，或多删正文"))
    return raw


def _joined(lines: list[str], source: Source, place: str, problems: list[Problem]) -> list[str]:
    """Lines as paragraphs."""
    texts: list[str] = []
    unused = set(source.broken_lines)
    is_broken, was_cell = False, False
    for line in lines:
        is_cell = line.startswith("\t") and bool(line.strip())
        text = line.strip()
        if text and is_broken:
            texts[-1] += text
        elif text and is_cell and was_cell:
            texts[-1] += CELL_GAP + text
        elif text:
            texts.append(text)
        if text:
            ends = {end for end in unused if text.endswith(end)}
            is_broken = bool(ends)
            unused -= ends
        was_cell = is_cell
    for end in sorted(unused):
        problems.append(Problem(place, f"broken_lines里的“{end}”不是原文任何一行的行尾", "请照原文逐字改正或删去"))
    return texts


def _chapter(text: str, headings: dict[int, str]) -> str:
    """The path of headings that hold for this paragraph; `headings` is brought up to date."""
    if _SIGN_OFF.match(text):
        headings.clear()
    for level, pattern in _HEADINGS:
        if pattern.fullmatch(text):
            for deeper in [known for known in headings if known >= level]:
                del headings[deeper]
            headings[level] = re.sub(r"\s+", " ", text)
            break
    path = [headings[level] for level in sorted(headings)]
    if run_in := _RUN_IN.match(text):
        path.append(re.sub(r"\s+", " ", run_in[1]))
    return " › ".join(path)


class Finder:
    """Finds wordings in a document whatever white space stands between their characters."""

    def __init__(self, paragraphs: list[Paragraph]) -> None:
        self._texts = {paragraph.paragraph_no: paragraph.text_zh for paragraph in paragraphs}
        self._squeezed = {number: _squeeze(text) for number, text in self._texts.items()}
        # All paragraphs in one text, between signs no wording has: searched at once instead of one by one.
        self._whole = _BETWEEN.join(squeezed for squeezed, _ in self._squeezed.values())
        ends = accumulate(len(squeezed) + 1 for squeezed, _ in self._squeezed.values())
        self._starts = [0, *ends][: len(self._squeezed)]
        self._numbers = list(self._squeezed)

    def find(self, wording: str, *, within: Span | None = None) -> list[Span]:
        """Every place of the wording, in order; inside one paragraph each, and inside `within` when given."""
        wanted = "".join(wording.split())
        if not wanted:
            return []
        if within is None:
            return [self._span(wanted, at) for at in _places_of(wanted, self._whole)]
        squeezed, places = self._squeezed[within.paragraph_no]
        spans = [
            Span(within.paragraph_no, places[at], places[at + len(wanted) - 1] + 1)
            for at in _places_of(wanted, squeezed)
        ]
        return [span for span in spans if within.start <= span.start and span.end <= within.end]

    def _span(self, wanted: str, at: int) -> Span:
        """Where the wording stands that begins `at` that place of the whole."""
        position = bisect_right(self._starts, at) - 1
        number, at = self._numbers[position], at - self._starts[position]
        places = self._squeezed[number][1]
        return Span(number, places[at], places[at + len(wanted) - 1] + 1)

    def text(self, span: Span) -> str:
        """The stretch exactly as the paragraph has it."""
        return self._texts[span.paragraph_no][span.start : span.end]

    def around(self, span: Span, width: int) -> tuple[str, str]:
        """Up to `width` characters before and behind the stretch."""
        text = self._texts[span.paragraph_no]
        return text[max(0, span.start - width) : span.start], text[span.end : span.end + width]


def _places_of(wanted: str, text: str) -> Iterator[int]:
    at = text.find(wanted)
    while at >= 0:
        yield at
        at = text.find(wanted, at + 1)


def _squeeze(text: str) -> tuple[str, list[int]]:
    """The text without white space, and where each of its characters stood."""
    kept = [(sign, place) for place, sign in enumerate(text) if not sign.isspace()]
    return "".join(sign for sign, _ in kept), [place for _, place in kept]
