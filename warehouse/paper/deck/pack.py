"""All that the files of a month say, read from one release at once: slides, texts, and the walk behind each number.

Made once, then written to any number of files without asking the release again: a file made of a pack years later says
what the pack says.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from warehouse.paper.deck.content import deck_of
from warehouse.paper.deck.model import Deck
from warehouse.paper.facts import Facts
from warehouse.paper.model import Briefing, receipt_code
from warehouse.paper.text import city_briefing, unit_briefing
from warehouse.read import Release
from warehouse.read.receipt.receipts import Receipt, Step, receipt_id, receipts
from warehouse.wording.grammar.cited import Figure

_PERSONS = re.compile(r"，(填报|审核)[^，]*")


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One line of a walk: how far in, its label (公式, 单元格, 来源 …; empty for the number itself), its words."""

    depth: int
    label_zh: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Walk:
    """The receipt of one number, as lines: what it is, of what it was made, and where that is printed."""

    code: str
    full_id: str
    title_zh: str
    value_zh: str
    when_zh: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True, kw_only=True)
class Pack:
    """Slides, texts (the city's or unit's own first, then the units'), and walks by the short code of their receipts."""

    deck: Deck
    texts: tuple[Briefing, ...]
    walks: Mapping[str, Walk]

    def link_of(self, figure: Figure | None) -> str:
        """The short code under which a number's walk is held; empty where there is none."""
        if figure is None or not figure.row_key:
            return ""
        code = receipt_code(figure)
        return code if code in self.walks else ""


def pack_of(release: Release, facts: Facts, *, area_id: str = "", edition_id: str = "") -> Pack:
    """The pack of the facts' month for the city, or for one of its units.

    Raises:
        PaperError: the city has no such unit.
    """
    deck = deck_of(release, facts, area_id=area_id, edition_id=edition_id)
    if area_id and area_id != facts.city["area_id"]:
        texts = (unit_briefing(facts, area_id),)
    else:
        texts = (city_briefing(facts), *(unit_briefing(facts, unit["area_id"]) for unit in facts.units))
    wanted = figures_of(deck, texts)
    return Pack(deck=deck, texts=texts, walks=walks(wanted, receipts(release, map(full_id_of, wanted))))


def full_id_of(figure: Figure) -> str:
    """The name of a number's receipt."""
    return receipt_id(figure.relation, figure.row_key, figure.column or None)


def figures_of(deck: Deck, texts: Iterable[Briefing]) -> list[Figure]:
    """Every number of slides and texts that has a receipt, each receipt once."""
    found: dict[str, Figure] = {}
    for figure in (
        *(one for slide in deck.all_slides() for one in slide.figures()),
        *(figure for text in texts for figure in text.receipts()),
    ):
        if figure.row_key:
            found.setdefault(receipt_code(figure), figure)
    return list(found.values())


def walks(figures: Iterable[Figure], found: Mapping[str, Receipt]) -> dict[str, Walk]:
    """The walks of numbers by the short code of their receipts; a row that the release does not hold has none.

    Args:
        found: receipts by their ids, as `read.receipts.receipts` answers them.
    """
    made = {}
    for figure in figures:
        full_id = full_id_of(figure)
        if full_id in found:
            step = found[full_id].step
            made[receipt_code(figure)] = Walk(
                code=receipt_code(figure),
                full_id=full_id,
                title_zh=step.told.label_zh,
                value_zh=step.told.value_text,
                when_zh=step.told.when_zh,
                facts=tuple(_facts(step, 0)),
            )
    return made


def _facts(step: Step, depth: int) -> Iterator[Fact]:
    """Lines of a step and of all below it; who filled in a form stays in the system, a file that leaves names no one."""
    told = step.told
    if depth:
        words = " ".join(part for part in (told.label_zh, told.value_text, told.when_zh) if part)
        yield Fact(depth=depth, label_zh=step.role_zh or "用到", text=words)
    for label, text in (
        ("公式", told.formula_zh),
        ("说明", told.note_zh),
        ("原句", told.quote_zh),
        ("单元格", told.cell_zh),
        ("报送", _PERSONS.sub("", step.submission_zh)),
        ("来源", step.source_zh),
    ):
        if text:
            yield Fact(depth=depth, label_zh=label, text=text)
    for below in step.inputs:
        yield from _facts(below, depth + 1)
