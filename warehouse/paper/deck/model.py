"""What a slide is made of before it is drawn anywhere."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from warehouse.paper.model import Cell, Paragraph, Stamp, Table
from warehouse.wording.grammar.cited import Cited, Figure

# More rows than these would be smaller than can be read from the last row of seats.
MOST_BARS = 12
MOST_ROWS = 12
MOST_COLUMNS = 8


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One bar: the length (None draws none), what is printed at its end, and the receipt of that number.

    tone: good, watch, flat or empty. rest: what is left to the whole in a stacked bar (blank places); None without.
    """

    name: str
    value: float | None
    text: str
    figure: Figure | None = None
    tone: str = ""
    rest: float | None = None
    rest_text: str = ""
    beside: str = ""
    area_id: str = ""


@dataclass(frozen=True, kw_only=True)
class Bars:
    """Bars from zero, in groups each under a name; the first group may have none.

    goal: where a line crosses all bars (the share of time gone by, the city's rate); None without.
    """

    groups: tuple[tuple[str, tuple[Bar, ...]], ...]
    is_share: bool
    unit_zh: str = ""
    goal: float | None = None
    goal_zh: str = ""
    rest_zh: str = ""
    value_zh: str = ""
    beside_zh: str = ""

    @property
    def rows(self) -> tuple[Bar, ...]:
        return tuple(row for _, rows in self.groups for row in rows)

    @property
    def top(self) -> float:
        """The end of the axis: everything drawn lies between zero and it."""
        lengths = [(row.value or 0) + (row.rest or 0) for row in self.rows]
        return max([*lengths, self.goal or 0], default=0) or 1.0


@dataclass(frozen=True, kw_only=True)
class Line:
    """One series over the months; None where there is no figure. `figures` are those of the printed ends."""

    name: str
    values: tuple[float | None, ...]
    texts: tuple[str, ...]
    figures: tuple[Figure | None, ...]


def ticks(top: float, *, is_share: bool) -> tuple[float, ...]:
    """Round values from zero on to just beyond `top`, four to six of them; a share under one is drawn up to one at most."""
    if is_share and 0.8 < top <= 1:
        return (0, 0.2, 0.4, 0.6, 0.8, 1.0)
    rough = top / 4
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * one for one in (1, 2, 2.5, 5, 10) if power * one >= rough * 0.999)
    return tuple(round(step * place, 10) for place in range(math.ceil(top / step - 1e-9) + 1))


@dataclass(frozen=True, kw_only=True)
class Lines:
    """Lines over months, from zero; `breaks` are places where the count starts anew."""

    months: tuple[date, ...]
    series: tuple[Line, ...]
    is_share: bool
    unit_zh: str = ""
    breaks: tuple[int, ...] = ()

    @property
    def top(self) -> float:
        known = [value for line in self.series for value in line.values if value is not None]
        return max(known, default=0) or 1.0


@dataclass(frozen=True, kw_only=True)
class Card:
    """A key figure: its name, the value as printed, one line below it."""

    name: str
    value: Cell
    note_zh: str = ""
    tone: str = ""


@dataclass(frozen=True, kw_only=True)
class Cards:
    """Key figures side by side."""

    cards: tuple[Card, ...]


@dataclass(frozen=True, kw_only=True)
class Texts:
    """Numbered sentences."""

    paragraphs: tuple[Paragraph, ...]


Part = Bars | Lines | Cards | Texts | Table


@dataclass(frozen=True, kw_only=True)
class Slide:
    """One slide. key names it within its deck; area_id is the unit it is about, empty for the city.

    Just one of bars, lines, cards, texts, table stands below the claim: `part`.
    """

    key: str
    claim: Cited
    what_zh: str
    bars: Bars | None = None
    lines: Lines | None = None
    cards: Cards | None = None
    texts: Texts | None = None
    table: Table | None = None
    note_zh: str = ""
    area_id: str = ""
    sources_zh: tuple[str, ...] = ()

    @property
    def part(self) -> Part:
        """What is drawn."""
        return next(one for one in (self.bars, self.lines, self.cards, self.texts, self.table) if one is not None)

    def figures(self) -> Iterator[Figure]:
        """Every number of the slide that has a receipt, in the order of reading, each once."""
        seen = set()
        for figure in (*self.claim.figures, *_of_part(self.part)):
            if figure is not None and figure.row_key and figure not in seen:
                seen.add(figure)
                yield figure


@dataclass(frozen=True, kw_only=True)
class Deck:
    """The slides of a month of a city or a unit, and a slide for each unit to jump to.

    edition_id: of the signed edition; empty for a draft, whose stamp then says so.
    """

    title_zh: str
    area_id: str
    area_zh: str
    month: date
    slides: tuple[Slide, ...]
    units: tuple[Slide, ...]
    stamp: Stamp
    edition_id: str = ""
    names_zh: dict[str, str] = field(default_factory=dict, repr=False)

    @property
    def id_zh(self) -> str:
        """What stands in the corner of every slide."""
        return self.edition_id or f"批次 {self.stamp.release_id}"

    def all_slides(self) -> tuple[Slide, ...]:
        return (*self.slides, *self.units)


def _of_part(part: Part) -> Iterator[Figure | None]:
    if isinstance(part, Bars):
        yield from (row.figure for row in part.rows)
    elif isinstance(part, Lines):
        yield from (figure for line in part.series for figure in line.figures)
    elif isinstance(part, Cards):
        yield from (card.value.figure for card in part.cards)
    elif isinstance(part, Texts):
        yield from (figure for paragraph in part.paragraphs for figure in paragraph.figures)
    else:
        yield from (cell.figure for row in part.rows for cell in row)
