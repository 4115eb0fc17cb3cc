"""The opening of a page: where we are, the finding, what to bear in mind."""

from collections.abc import Sequence

from pages.ui.kit.block import block
from pages.ui.kit.html import esc, linked

# Two lines of a screen; a longer finding is set smaller.
LONG = 62


def opening(
    page_zh: str, about_zh: str, finding_zh: str, links: Sequence[tuple[str, str | None]], *, deck_zh: str = ""
) -> None:
    """Kicker, finding and deck. The finding is the page's first line: a sentence, its numbers open receipts.

    Args:
        links: wordings in the finding with the receipt of each, in the order of the sentence.
    """
    size = "long" if len(finding_zh) > LONG else "usual"
    deck = f'<p class="deck">{esc(deck_zh)}</p>' if deck_zh else ""
    block(
        f'<div class="kicker"><b>{esc(page_zh)}</b>　{esc(about_zh)}</div>'
        f'<div class="{size}"><h1 class="finding">{linked(finding_zh, links)}</h1></div>{deck}',
        key="opening",
    )
