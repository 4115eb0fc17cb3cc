"""Headline cards: at most six, none without unit, as-of and source."""

from collections.abc import Sequence
from dataclasses import dataclass

from pages.ui.kit.html import esc, linked, num, verdict_chip
from pages.ui.kit.refs import links_of
from warehouse.wording.grammar.cited import Cited

MOST_CARDS = 6
NO_CHANGE, NO_PACE = Cited(text="较上月 —"), Cited(text="序时差 —")


@dataclass(frozen=True, kw_only=True)
class Card:
    """One number for a leader.

    `verdicts` are lines of text, status word, tone and the receipt of the verdict: one number may be held against several targets. `badges` follow
    its source, each a word and its tone. How it moved is told by `change_zh`, or by
    `change_html` with its receipts.

    Raises:
        ValueError: unit, as-of or source is missing: such a number is not shown (rule 1 of the house).
    """

    name_zh: str
    value_text: str
    unit_zh: str
    as_of_zh: str
    source_zh: str
    receipt: str | None = None
    change_zh: str = ""
    change_html: str = ""
    verdicts: Sequence[tuple[str, str, str, str | None]] = ()
    badges: Sequence[tuple[str, str]] = ()
    is_mark: bool = False

    def __post_init__(self) -> None:
        lacking = [word for word, text in self._required() if not text.strip()]
        if lacking:
            raise ValueError(f"卡片“{self.name_zh}”缺{'、'.join(lacking)}，不能显示；请由读取函数给出")

    def _required(self) -> list[tuple[str, str]]:
        return [("单位", self.unit_zh), ("截至", self.as_of_zh), ("来源", self.source_zh)]


@dataclass(frozen=True, kw_only=True)
class Headline(Card):
    """A card of the first page: it also says how the number moved, how far it is from its pace, and a word for it.

    `change` and `pace` say why where there is nothing to compare (`NO_CHANGE`, `NO_PACE`). `standing` is word and tone.

    Raises:
        ValueError: one of these is missing, or what any card lacks.
    """

    change: Cited
    pace: Cited
    standing: tuple[str, str]
    standing_receipt: str | None = None

    def _required(self) -> list[tuple[str, str]]:
        own = [("较上月", self.change.text), ("序时差", self.pace.text), ("状态词", self.standing[0])]
        return super()._required() + own


def split_unit(text: str, unit_zh: str) -> tuple[str, str]:
    """A printed value and its unit apart: ("66.7万", "人"); a wording that does not end in the unit stays whole."""
    if unit_zh and unit_zh != "%" and text.endswith(unit_zh):
        return text.removesuffix(unit_zh), unit_zh
    return text, ""


def cards(items: Sequence[Card], *, in_row: bool = False) -> str:
    """The cards as HTML, three a row, or all in one row where the screen is wide enough.

    Raises:
        ValueError: more than six: then nothing is a headline.
    """
    if len(items) > MOST_CARDS:
        raise ValueError(f"一页至多{MOST_CARDS}张卡片，这里有{len(items)}张；请只留最要紧的")
    return f'<div class="cards{" six" if in_row else ""}">{"".join(_card(card) for card in items)}</div>'


def _card(card: Card) -> str:
    figures, unit = split_unit(card.value_text, card.unit_zh)
    unit_html = f'<span class="unit">{esc(unit)}</span>' if unit else ""
    marks = "".join(f'\u00a0· <span class="nowrap {tone}">{esc(word)}</span>' for word, tone in card.badges)
    moved = card.change_html or esc(card.change_zh)
    lines = [f'<div class="line">{moved}</div>'] if moved else []
    lines += [f'<div class="line">{esc(text)} {verdict_chip(*told)}</div>' for text, *told in card.verdicts]
    if isinstance(card, Headline):
        lines += _headline_lines(card)
    lines.append(f'<div class="line soft">{esc(card.as_of_zh)}\u00a0· {esc(card.source_zh)}{marks}</div>')
    mark = " mark" if card.is_mark else ""
    return (
        f'<div class="card"><div class="name">{esc(card.name_zh)}</div>'
        f'<div class="value{mark}">{num(figures, card.receipt)}{unit_html}</div><div class="rest">{"".join(lines)}</div></div>'
    )


def _headline_lines(card: Headline) -> list[str]:
    """Change and pace, and the status word; without months there is neither, which the page says once for all cards."""
    is_silent = card.change is NO_CHANGE and card.pace is NO_PACE
    told = [] if is_silent else [f'<div class="line">{linked(said.text, links_of(said))}</div>' for said in (card.change, card.pace)]  # fmt: skip
    # Several verdicts carry a word each; the one word stands first, below its number.
    return (
        told
        if card.verdicts
        else [f'<div class="line">{verdict_chip(*card.standing, card.standing_receipt)}</div>', *told]
    )
