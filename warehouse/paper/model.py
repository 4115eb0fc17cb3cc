"""What a briefing is made of before it becomes a file: sections of sentences and tables, receipts, the line at its foot.

Nothing here knows of a file format, and nothing of how a figure is reached: wordings come from `warehouse.wording`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from typing import Any

from warehouse.read.receipt.receipts import receipt_id
from warehouse.wording.grammar.cited import Cited, Figure

RECEIPT_LETTERS = 8
DEMO_ZH, PROVISIONAL_ZH, DRAFT_ZH = "演示数据", "初步", "草稿·未签发"
TO_FILL_ZH = "〔待填〕"


@dataclass(frozen=True, kw_only=True)
class Stamp:
    """The line at the foot of everything that leaves: 来源 · 截至 · 版本 · 状态."""

    source_zh: str
    as_of_zh: str
    release_id: str
    content_sha256: str
    states_zh: tuple[str, ...]

    @property
    def is_demo(self) -> bool:
        return DEMO_ZH in self.states_zh

    @property
    def line_zh(self) -> str:
        """All of it on one line."""
        return f"来源：{self.source_zh} · 截至：{self.as_of_zh} · 版本：{self.release_id} · 状态：{'、'.join(self.states_zh)}"


@dataclass(frozen=True, kw_only=True)
class Paragraph:
    """Sentences that stand together. `key` names the paragraph in this briefing for somebody who edits it.

    Once edited, `edited_zh` is printed in place of the sentences; its numbers are looked up among theirs.
    """

    key: str
    sentences: tuple[Cited, ...]
    lead_zh: str = ""
    edited_zh: str | None = None

    @property
    def text(self) -> str:
        """The paragraph as printed, its lead included."""
        if self.edited_zh is not None:
            return self.edited_zh
        return self.lead_zh + "".join(each.text for each in self.sentences)

    @property
    def figures(self) -> tuple[Figure, ...]:
        """Its numbers in order."""
        return tuple(figure for each in self.sentences for figure in each.figures)


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One cell of a table: as printed, the number behind it (None where there is none), and its receipt."""

    text: str
    value: float | None = None
    figure: Figure | None = None
    tone: str = ""


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column: its head, the unit under it, how a spreadsheet shows its numbers.

    form: `text`, `count` (with 万 and 亿), `share` (a fraction as percent) or `number` (with `decimals`).
    """

    head_zh: str
    unit_zh: str = ""
    form: str = "text"
    decimals: int = 0


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table: rows in groups, each group under a line of its own (县（区）, 功能区); the first group may have no name."""

    caption_zh: str
    columns: tuple[Column, ...]
    groups: tuple[tuple[str, tuple[tuple[Cell, ...], ...]], ...]
    notes_zh: tuple[str, ...] = ()

    @property
    def rows(self) -> Iterator[tuple[Cell, ...]]:
        for _, rows in self.groups:
            yield from rows


@dataclass(frozen=True, kw_only=True)
class Section:
    """One numbered part of a briefing."""

    code: str
    title_zh: str
    paragraphs: tuple[Paragraph, ...] = ()
    tables: tuple[Table, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Definition:
    """How an indicator of the briefing is made: for the sheet 口径 and the notes."""

    indicator_code: str
    label_zh: str
    unit_zh: str
    definition_zh: str
    formula_zh: str
    owner_zh: str


@dataclass(frozen=True, kw_only=True)
class Receipted:
    """A number of the briefing with the short code by which its receipt is found."""

    number: int
    code: str
    wording: str
    about_zh: str
    full_id: str


@dataclass(frozen=True, kw_only=True)
class Briefing:
    """One month's text for a city or a unit, whole and ready to be written to any file."""

    kind_code: str
    area_id: str
    area_zh: str
    month: date
    title_zh: str
    addressee_zh: str
    sections: tuple[Section, ...]
    stamp: Stamp
    definitions: tuple[Definition, ...] = ()
    sources_zh: tuple[str, ...] = ()
    signatory_zh: str = "〔落款单位待填〕"
    dated_zh: str = "〔日期待填〕"
    names_zh: Mapping[str, str] = field(default_factory=dict, repr=False)
    made_of_zh: Mapping[str, str] = field(default_factory=dict, repr=False)

    def paragraphs(self) -> Iterator[Paragraph]:
        for section in self.sections:
            yield from section.paragraphs

    def tables(self) -> Iterator[Table]:
        for section in self.sections:
            yield from section.tables

    def receipts(self) -> dict[Figure, Receipted]:
        """The numbers of the text in the order of reading, each row of the release once, numbered from 1.

        Numbers of tables follow those of the text; they are listed with them but carry no mark in the table.
        """
        found: dict[Figure, Receipted] = {}
        by_code: dict[str, Receipted] = {}
        cells = (cell.figure for table in self.tables() for row in table.rows for cell in row if cell.figure)
        texts = (figure for paragraph in self.paragraphs() for figure in printed_figures(paragraph))
        for figure in (*texts, *cells):
            if not figure.row_key:
                continue
            code = receipt_code(figure)
            if code not in by_code:
                by_code[code] = Receipted(
                    number=len(by_code) + 1,
                    code=code,
                    wording=figure.wording,
                    about_zh=self.about_zh(figure),
                    full_id=receipt_id(figure.relation, figure.row_key, figure.column or None),
                )
            found[figure] = by_code[code]
        return found

    def about_zh(self, figure: Figure) -> str:
        """What a number is of, and what a rate is made of: "清丰县 护理型床位占比 ＝2360/4226（2026年10月）".

        Names are those of the parts of its key that this briefing knows.
        """
        parts = [self.names_zh.get(part, "") for part in figure.row_key.split("|")]
        made = self.made_of_zh.get(figure.row_key, "") if not figure.column else ""
        return " ".join(dict.fromkeys(part for part in (*parts, made) if part))


def receipt_code(figure: Figure) -> str:
    """The short code of a number's receipt, printed on paper and looked up by `read.receipt_codes`."""
    return short_code(receipt_id(figure.relation, figure.row_key, figure.column or None))


def short_code(full_id: str) -> str:
    """The first letters of the hash of a receipt's full name."""
    return sha256(full_id.encode()).hexdigest()[:RECEIPT_LETTERS]


def printed_figures(paragraph: Paragraph) -> tuple[Figure, ...]:
    """The numbers that stand in the paragraph as printed: all of its own, or those an edited text still holds."""
    return tuple(figure for figure, _ in pieces(paragraph) if figure is not None)


def pieces(paragraph: Paragraph) -> list[tuple[Figure | None, str]]:
    """The printed text cut at its numbers, in order: (number, its wording) and (None, the text between).

    In an edited text the numbers are looked for in the order of the original, each after the one before; one that was
    moved is found wherever it stands.
    """
    cut: list[tuple[Figure | None, str]] = []
    text, position = paragraph.text, 0
    for start, figure in _placed(text, paragraph.figures):
        if start > position:
            cut.append((None, text[position:start]))
        cut.append((figure, figure.wording))
        position = start + len(figure.wording)
    if position < len(text):
        cut.append((None, text[position:]))
    return cut


def _placed(text: str, figures: Sequence[Figure]) -> list[tuple[int, Figure]]:
    taken: list[tuple[int, int, Figure]] = []
    position = 0
    for figure in figures:
        start = _free(text, figure.wording, position, taken)
        if start < 0:
            start = _free(text, figure.wording, 0, taken)
        if start < 0:
            continue
        taken.append((start, start + len(figure.wording), figure))
        position = start + len(figure.wording)
    return sorted(((start, figure) for start, _, figure in taken), key=lambda each: each[0])


def _free(text: str, wording: str, position: int, taken: Iterable[tuple[int, int, Figure]]) -> int:
    """Where a wording next stands as a whole number, not inside another one; -1 where it does not."""
    start = text.find(wording, position) if wording else -1
    while start >= 0:
        end = start + len(wording)
        is_inside = start > 0 and text[start - 1] in "0123456789.," and wording[0].isdigit()
        is_cut = end < len(text) and wording[-1].isdigit() and text[end] in "0123456789.%万亿"
        if not is_inside and not is_cut and all(end <= one or start >= two for one, two, _ in taken):
            return start
        start = text.find(wording, start + 1)
    return -1


def plain_table(table: Table) -> list[list[Any]]:
    """The table as rows of printed texts, heads first."""
    heads = [column.head_zh + (f"（{column.unit_zh}）" if column.unit_zh else "") for column in table.columns]
    return [heads, *([cell.text for cell in row] for row in table.rows)]
