"""The first paint as HTML: what a run of the page showed, standing where the app will show it, with nothing to press.

Sentences and numbers come from the run word for word. Numbers keep the receipt they will open, so that whoever walks
over pages holds them against the release as well; a press is remembered and done once the app stands (`steady.js`).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pages.registry import PAGES, Entry
from pages.ui.kit.html import esc
from pages.ui.kit.style import LARGE

# With menu, styles and the app's own file this leaves the whole under 60 kB compressed.
MOST_LETTERS = 60_000
OPENING = "opening"
# The container in which a page says where it is and what is chosen (chrome.css); more choices than that stand below.
LEAD, MOST_BESIDE = "lead", 3
_NOT_YET = re.compile(
    r' (?:id|for|tabindex|accesskey|aria-controls|aria-labelledby|aria-haspopup)="[^"]*"| role="button"'
)
KEPT_PARAMETERS = ("data", "city", "month", "base", "release", "large")


@dataclass(frozen=True, kw_only=True)
class Choice:
    """A control as it will stand: its label, the words on it, and which of them is pressed."""

    kind: str
    label_zh: str = ""
    options_zh: tuple[str, ...] = ()
    chosen: int | None = None


@dataclass(frozen=True, kw_only=True)
class Shown:
    """One piece of the page: our HTML, or a row of controls; `leads` where it stands in the lead of the page."""

    html: str = ""
    key: str = ""
    row: tuple[Choice, ...] = ()
    leads: bool = False


@dataclass(frozen=True, kw_only=True)
class MenuLine:
    """A page in the menu, with the group it stands in."""

    group_zh: str
    title_zh: str
    url_path: str


def paint_html(
    masthead: Sequence[Choice], pieces: Sequence[Shown], menu: Sequence[MenuLine], entry: Entry, query: str
) -> str:
    """The first paint; empty where the run showed no headline (nobody signed in, no release, a fault)."""
    if not any(piece.key == OPENING for piece in pieces):
        return ""
    body, letters = [], 0
    are_beside = all(len(piece.row) <= MOST_BESIDE for piece in pieces if piece.leads)
    for piece in pieces:
        html = _row(piece.row) if piece.row else _still(piece.html)
        letters += len(html)
        if letters > MOST_LETTERS:
            break
        beside = " beside" if are_beside and piece.leads and piece.key != OPENING else ""
        body.append(f'<div class="piece-of-page{beside}">{html}</div>')
    kept = "&".join(part for part in query.split("&") if part.partition("=")[0] in KEPT_PARAMETERS)
    # Streamlit brings the rules of 大字版 only with its own run; until then what is seen must have its size already.
    large = LARGE if "large=true" in query.split("&") else ""
    return (
        f'<div id="first-paint">{large}<nav aria-label="页面">{_menu(menu, entry, kept)}</nav><main><div class="column">'
        f'<div class="masthead"><div class="brand">养老服务领导简报</div>{"".join(_choice(one) for one in masthead)}</div>'
        f"{''.join(body)}</div></main></div>"
    )


def _still(html: str) -> str:
    """A piece with nothing to press and no name that will stand twice on the page."""
    html = _NOT_YET.sub("", html).replace("<button ", "<button disabled ")
    return html if html.startswith(("<style", '<div class="block"')) else f'<div class="block">{html}</div>'


def _menu(menu: Sequence[MenuLine], entry: Entry, kept: str) -> str:
    parts, group = [], ""
    for line in menu:
        if line.group_zh != group:
            group = line.group_zh
            parts.append(f"<h2>{esc(group)}</h2>")
        place = "./" if line.url_path == PAGES[0].url_path else f"./{line.url_path}"
        here = ' aria-current="page"' if line.url_path == entry.url_path else ""
        parts.append(f'<a href="{esc(place + ("?" + kept if kept else ""))}"{here}>{esc(line.title_zh)}</a>')
    return "".join(parts)


def _row(row: Sequence[Choice]) -> str:
    is_labelled = any(one.label_zh and one.kind not in ("button", "toggle") for one in row)
    return f'<div class="choices{" labelled" if is_labelled else ""}">{"".join(_choice(one) for one in row)}</div>'


def _choice(one: Choice) -> str:
    label = f"<small>{esc(one.label_zh)}</small>" if one.label_zh and one.kind != "button" else ""
    words = one.options_zh if one.kind == "group" else one.options_zh[one.chosen or 0 :][:1]
    inner = "".join(
        f'<span class="{"on" if one.kind == "group" and number == one.chosen else ""}">{esc(word)}</span>'
        for number, word in enumerate(words or ((one.label_zh,) if one.kind == "button" else ()))
    )
    return f'<div class="choice {one.kind}">{label}<div>{inner}</div></div>'
