"""What an edition is, whole: the one object from which its page and every file of it are made, frozen as JSON.

Nothing here is asked from a release again. What a reader met on the day of signing stands in it: texts with their
numbers, tables, comments, what changed since the last edition, what was asked, the receipts as lines, and the figures
of the month and the year before for whoever draws.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from warehouse.editions.identity import Identity
from warehouse.editions.plain import from_plain, to_plain
from warehouse.paper.anonymous import Source
from warehouse.paper.deck.model import Deck
from warehouse.paper.deck.pack import Pack, Walk
from warehouse.paper.model import Briefing, Paragraph, Section
from warehouse.wording.grammar.cited import Cited, Figure
from warehouse.wording.grammar.dates import month_zh, period_zh

FORMAT = 1
NOTICE = "notice"
_SAFE = re.compile(r"[^0-9A-Za-z一-鿿_.-]")


@dataclass(frozen=True, kw_only=True)
class Comment:
    """What somebody wrote about an indicator of the place (or, indicator_code empty, about the place).

    figures: its numbers with their receipts, in order. author is a login, author_zh the name at that time.
    """

    area_id: str
    area_zh: str
    indicator_code: str
    indicator_zh: str
    text_zh: str
    figures: tuple[Figure, ...]
    author: str
    author_zh: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Question:
    """A question of a leader as it stood: about which card, for whom, until when, and what came back.

    state_code: open, answered, closed. answer_figures: numbers of the answer with receipts; answer_release_id: of which
    release they are.
    """

    number: int
    asked_in: str
    area_zh: str
    indicator_zh: str
    text_zh: str
    owner_zh: str
    due_on: date
    asked_at: datetime
    state_code: str
    state_zh: str
    is_overdue: bool
    answer_zh: str = ""
    answer_figures: tuple[Figure, ...] = ()
    answer_release_id: str = ""
    answered_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Changed:
    """One stored value that differs between two releases. Texts as printed; refs name receipts, "" where there is none.

    month: None of a printed figure without a period. period_zh: what its date is, as far as it is printed; "" of what was
    frozen before it was kept. difference_zh is without direction where it is a rate. is_rounding: both print alike.
    """

    area_id: str
    area_zh: str
    indicator_code: str
    indicator_zh: str
    breakdown_code: str
    month: date | None
    old_value: float | None
    new_value: float | None
    old_zh: str
    new_zh: str
    difference_zh: str
    reason_zh: str
    who_zh: str
    new_ref: str
    is_rounding: bool = False
    period_zh: str = ""

    @property
    def when_zh(self) -> str:
        """The month, day or year it is of, or that the document prints none."""
        return self.period_zh or (period_zh(None, None) if self.month is None else month_zh(self.month))


@dataclass(frozen=True, kw_only=True)
class Since:
    """What is new since another edition of the place, the last one or the one replaced; edition_zh empty where there is none.

    definitions_zh and targets_zh: one sentence each. is_without_news: no value came or changed. is_beyond: its release is
    not here any more, so that nothing was compared. is_same_release: both are of one release, so that no value can differ.
    """

    edition_zh: str = ""
    release_id: str = ""
    restated: tuple[Changed, ...] = ()
    rounding: tuple[Changed, ...] = ()
    units_new: tuple[str, ...] = ()
    units_missing: tuple[str, ...] = ()
    targets_zh: tuple[str, ...] = ()
    definitions_zh: tuple[str, ...] = ()
    added_count: int = 0
    removed_count: int = 0
    is_without_news: bool = False
    is_beyond: bool = False
    is_same_release: bool = False

    @property
    def is_first(self) -> bool:
        return not self.edition_zh


@dataclass(frozen=True, kw_only=True)
class Acknowledged:
    """One warning of the checklist and who took note of it."""

    key: str
    text_zh: str
    who_zh: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Content:
    """An edition, whole.

    month is the month of the edition; data_month that of its figures, earlier where nothing new came. briefing holds the
    text in the order of reading, with sections of the edition's own (`follow_ups`, `comments`, `changes`) among them.
    cells: the city and its units × key indicators (`read.overview.matrix`); series: their last 13 months; indicators,
    units: what they are. receipts_zh: short code to the whole walk as lines.
    deck: its slides; unit_texts: the text of each unit of a city; walks: receipts of all their numbers, by short code. batches: received batches in it.
    replaces_zh, note_zh: of a 更正版; corrected: what it has other than the edition it replaces.
    notice_zh: only of a copy made after the edition was replaced or withdrawn; every file says it.
    """

    format: int = FORMAT
    edition: Identity
    release_id: str
    release_sha256: str
    is_demo: bool
    data_month: date
    briefing: Briefing
    comments: tuple[Comment, ...] = ()
    since: Since = Since()
    questions: tuple[Question, ...] = ()
    acknowledged: tuple[Acknowledged, ...] = ()
    replaces_zh: str = ""
    note_zh: str = ""
    corrected: Since = Since()
    signed_by_zh: str = ""
    signed_at: datetime | None = None
    template_name: str = ""
    template_base64: str = ""
    cells: tuple[Mapping[str, Any], ...] = field(default=(), repr=False)
    series: tuple[Mapping[str, Any], ...] = field(default=(), repr=False)
    indicators: Mapping[str, Mapping[str, Any]] = field(default_factory=dict, repr=False)
    units: tuple[Mapping[str, Any], ...] = field(default=(), repr=False)
    receipts_zh: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False)
    batches: tuple[str, ...] = ()
    notice_zh: str = ""
    deck: Deck | None = field(default=None, repr=False)
    unit_texts: tuple[Briefing, ...] = field(default=(), repr=False)
    walks: Mapping[str, Walk] = field(default_factory=dict, repr=False)

    @property
    def title_zh(self) -> str:
        return self.briefing.title_zh

    @property
    def is_without_news(self) -> bool:
        """Whether the figures are an earlier month's: 本月无新数据，沿用X月."""
        return self.data_month != self.edition.month

    @property
    def open_count(self) -> int:
        """Questions that are not closed."""
        return sum(one.state_code != "closed" for one in self.questions)

    def text(self) -> bytes:
        """The bytes that are frozen: the same content gives the same bytes on every machine."""
        return json.dumps(to_plain(self), ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()

    def file_name(self, kind_zh: str, form: str) -> str:
        """濮阳_2026-10-A_通报.pdf, with 演示数据 in front where it is, safe on every system."""
        name = f"{self.edition.area_zh}_{self.edition.month:%Y-%m}-{self.edition.letter}_{kind_zh}"
        return f"{'演示数据_' if self.is_demo else ''}{_SAFE.sub('_', name)}.{form}"

    def marked(self, notice_zh: str) -> "Content":
        """A copy of which every file says `notice_zh`, first and in its foot."""
        paragraph = Paragraph(key="notice-1", sentences=(Cited(text=notice_zh),))
        first = Section(code=NOTICE, title_zh="本版状态", paragraphs=(paragraph,))
        stamp = replace(
            self.briefing.stamp,
            # In place of 已签发, which it is no longer.
            states_zh=(
                *(one for one in self.briefing.stamp.states_zh if not one.startswith(SIGNED_ZH)),
                notice_zh.split("，")[0],
            ),
        )
        briefing = replace(self.briefing, stamp=stamp, sections=(first, *self.briefing.sections))
        return replace(self, briefing=briefing, notice_zh=notice_zh)

    def thawed_cells(self) -> list[dict[str, Any]]:
        """The cells with their months as dates again, and without the rates of growth that nobody froze."""
        return [
            {
                "change_pct_yoy": None,
                "change_pct_mom": None,
                **cell,
                "month": date.fromisoformat(cell["month"]) if cell["month"] else None,
            }
            for cell in self.cells
        ]

    def compared(self) -> Source:
        """What the comparison without names is made of."""
        return Source(
            cells=self.thawed_cells(),
            # JSON keeps no order of its own.
            indicators=dict(sorted(self.indicators.items(), key=lambda one: (one[1].get("key_order") or 999, one[0]))),
            units=self.units,
            city_zh=self.edition.area_zh,
            area_id=self.edition.area_id,
            month=self.data_month,
            stamp=self.briefing.stamp,
            edition_id=self.edition.name_zh,
        )

    def pack(self) -> Pack:
        """Slides, texts and walks for the files that need all of them, each with the state this content has now.

        Raises:
            ValueError: it was frozen before editions had slides.
        """
        if self.deck is None:
            raise ValueError("content without slides")
        stamp = self.briefing.stamp
        deck = replace(self.deck, stamp=stamp, edition_id=self.edition.name_zh)
        texts = (self.briefing, *(replace(text, stamp=stamp) for text in self.unit_texts))
        return Pack(deck=deck, texts=texts, walks=self.walks)

    def sentences(self) -> Iterator[tuple[str, tuple[Figure, ...]]]:
        """Every paragraph of the text with its numbers."""
        for paragraph in self.briefing.paragraphs():
            yield paragraph.text, paragraph.figures


SIGNED_ZH = "已签发"


FOR_FILES = ("deck", "unit_texts", "walks", "series", "template_base64")
"""What only files are made of."""


def content_of(text: bytes, *, is_for_reading: bool = False) -> Content:
    """What `Content.text` wrote.

    Args:
        is_for_reading: leave out what only files are made of, most of it, so that a page opens at once.

    Raises:
        ValueError: it is not that.
    """
    held = json.loads(text)
    if is_for_reading:
        held = {name: value for name, value in held.items() if name not in FOR_FILES}
    return from_plain(Content, held)


def month_said(content: Content) -> str:
    """The month of an edition, and whose figures it has where they are older."""
    own = month_zh(content.edition.month)
    return f"{own}（本月无新数据，沿用{content.data_month.month}月）" if content.is_without_news else own
