"""The address of a page as it is printed: short enough to type, and the way back from it.

`/s/coverage.20261129-01.demo.puyang` leads to `/coverage?release=20261129-01&data=demo&city=puyang`. Nothing is kept for
it: the words name themselves by their shape, so that a link on paper leads on after a restore, too. What has no word of
its own stands behind the question mark as ever.
"""

import re
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from pages.registry import PAGES, SIGNED_IN_PAGES

PATH = "/s/"
_NAMES = {entry.url_path for entry in (*PAGES, *SIGNED_IN_PAGES)}
# In the order in which they are printed; the first shape that fits a word says what it is.
_SHAPES = {
    "release": re.compile(r"\d{8}-\d{2,}"),
    "data": re.compile(r"demo"),
    "month": re.compile(r"\d{4}-\d{2}"),
    "city": re.compile(r"[a-z][a-z0-9_-]*"),
}


def routes() -> list[Route]:
    """The route of short links, for the app to mount."""
    return [Route(f"{PATH}{{words}}", _lead_on, methods=["GET"])]


def shortened(place: str, parameters: Mapping[str, str]) -> str:
    """The short address of a page.

    Args:
        place: the page's own address without parameters: http://host/coverage; for the first page http://host or http://host/.
        parameters: what its address holds besides.
    """
    root, _, page = place.rpartition("/")
    if page not in _NAMES:
        # The first page stands at the root, of a host or below a gateway's prefix.
        root, page = place.rstrip("/"), PAGES[0].url_path
    words, rest = [page], dict(parameters)
    for name, shape in _SHAPES.items():
        if shape.fullmatch(rest.get(name, "")) and _named(rest[name]) == name:
            words.append(rest.pop(name))
    return f"{root}{PATH}{'.'.join(words)}" + (f"?{urlencode(sorted(rest.items()))}" if rest else "")


def lengthened(words: str, query: str) -> str:
    """The address a short one stands for, as seen from it: ../coverage?release=…; an unknown page is told to the first."""
    page, *others = words.split(".")
    found = {name: word for word in others if (name := _named(word))}
    told = urlencode([*found.items(), *parse_qsl(query, keep_blank_values=True)])
    place = "" if page == PAGES[0].url_path else page
    return f"../{place}?{told}" if told else f"../{place}"


def _named(word: str) -> str | None:
    return next((name for name, shape in _SHAPES.items() if shape.fullmatch(word)), None)


def _lead_on(request: Request) -> Response:
    words = request.path_params["words"]
    if not re.fullmatch(r"[A-Za-z0-9._-]{1,200}", words):
        words = PAGES[0].url_path
    return RedirectResponse(
        lengthened(words, request.url.query), status_code=307, headers={"Cache-Control": "no-store"}
    )
