"""Headline cards: at most six, none without unit, as-of and source."""

from collections.abc import Sequence
from dataclasses import dataclass

from pages.ui.parts import esc, num, status

MOST_CARDS = 6


@dataclass(frozen=True, kw_only=True)
class Card:
    """One number for a leader.

    `verdicts` are lines of text, status word and tone: one number may be held against several targets.

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
    verdicts: Sequence[tuple[str, str, str]] = ()
    is_mark: bool = False

    def __post_init__(self) -> None:
        lacking = [
            word
            for word, text in (("单位", self.unit_zh), ("截至", self.as_of_zh), ("来源", self.source_zh))
            if not text.strip()
        ]
        if lacking:
            raise ValueError(f"卡片“{self.name_zh}”缺{'、'.join(lacking)}，不能显示；请由读取函数给出")


def split_unit(text: str, unit_zh: str) -> tuple[str, str]:
    """A printed value and its unit apart: ("66.7万", "人"); a wording that does not end in the unit stays whole."""
    if unit_zh and unit_zh != "%" and text.endswith(unit_zh):
        return text.removesuffix(unit_zh), unit_zh
    return text, ""


def cards(items: Sequence[Card]) -> str:
    """The cards as HTML.

    Raises:
        ValueError: more than six: then nothing is a headline.
    """
    if len(items) > MOST_CARDS:
        raise ValueError(f"一页至多{MOST_CARDS}张卡片，这里有{len(items)}张；请只留最要紧的")
    return f'<div class="cards">{"".join(_card(card) for card in items)}</div>'


def _card(card: Card) -> str:
    figures, unit = split_unit(card.value_text, card.unit_zh)
    unit_html = f'<span class="unit">{esc(unit)}</span>' if unit else ""
    lines = [f'<div class="line">{esc(card.change_zh)}</div>'] if card.change_zh else []
    lines += [f'<div class="line">{esc(text)} {status(word, tone)}</div>' for text, word, tone in card.verdicts]
    lines.append(f'<div class="line soft">{esc(card.as_of_zh)} · {esc(card.source_zh)}</div>')
    mark = " mark" if card.is_mark else ""
    return (
        f'<div class="card"><div class="name">{esc(card.name_zh)}</div>'
        f'<div class="value{mark}">{num(figures, card.receipt)}{unit_html}</div>{"".join(lines)}</div>'
    )
