"""The opening of a page: where we are, the finding, what to bear in mind."""

from collections.abc import Sequence

from pages.ui.kit.block import block
from pages.ui.kit.html import esc, linked

# One line of a screen; what a longer finding goes on to say stands below it, in the size of text.
LONG = 40
# A head shorter than that says too little alone.
SHORT = 14
# Two lines: a first clause longer than that is set smaller.
VERY_LONG = 62
CLAUSE, COMMA, COLON, STOP = "；", "，", "：", "。"


def opening(
    page_zh: str,
    about_zh: str,
    finding_zh: str,
    links: Sequence[tuple[str, str | None]],
    *,
    deck_zh: str = "",
) -> None:
    """Kicker, finding and deck. The finding is the page's first line: a sentence, its numbers open receipts.

    A finding of more than 40 characters shows its first clause large; the clauses after it follow in a second line.

    Args:
        links: wordings in the finding with the receipt of each, in the order of the sentence.
    """
    mark, nth = CLAUSE, 1
    first = mark.join(finding_zh.split(mark)[:nth]) if len(finding_zh) > LONG else finding_zh
    if len(first) > LONG and (commas := _commas(first, links)):
        mark, nth = COMMA, commas
        first = COMMA.join(finding_zh.split(COMMA)[:nth])
    if len(first) > LONG and COLON in first and not any(COLON in wording for wording, _ in links):
        # What is claimed stands large; what it rests on, listed behind a colon, follows.
        mark, nth = COLON, 1
        first = finding_zh.split(COLON)[0]
    size = "long" if len(first) > VERY_LONG else "usual"
    said = linked(finding_zh, links)
    if first != finding_zh:
        # The mark between parts never stands inside a number, so the markup can be parted at it.
        parts = said.split(mark)
        large, more = mark.join(parts[:nth]), mark.join(parts[nth:])
        said = f'{large}<span class="clause">{mark}</span><span class="then">{more}</span>'
    elif said.endswith(STOP):
        # A headline has no full stop: it is there for whoever listens or copies.
        said = f'{said.removesuffix(STOP)}<span class="clause">{STOP}</span>'
    deck = f'<p class="deck">{esc(deck_zh)}</p>' if deck_zh else ""
    block(
        f'<div class="kicker"><b>{esc(page_zh)}</b>　{esc(about_zh)}</div>'
        f'<div class="{size}"><h1 class="finding">{said}</h1></div>{deck}',
        key="opening",
    )


def _commas(clause_zh: str, links: Sequence[tuple[str, str | None]]) -> int:
    """After how many commas a long clause goes on in the second line: the last one that leaves a line; 0 for none."""
    if any(COMMA in wording for wording, _ in links):
        return 0
    parts = clause_zh.split(COMMA)
    fits = [n for n in range(1, len(parts)) if SHORT <= len(COMMA.join(parts[:n])) <= LONG]
    # Brackets are never parted.
    whole = [n for n in fits if (head := COMMA.join(parts[:n])).count("（") == head.count("）")]
    return whole[-1] if whole else 0
