"""The HTML file every page begins with: Streamlit's own, in Chinese, with our look, words and keys.

Before its first run a page shows what this file says, and what is put into it is not sent again with each run. A deep
link (`/coverage`) also lets Streamlit look for its server below that path first, which fails twice before the page comes.
"""

import gzip
from collections.abc import Awaitable, Callable
from functools import cache, lru_cache
from typing import Any
from urllib.parse import quote, unquote

from pages import FOLDER
from pages.server.door import page_policy
from pages.ui.kit.style import sheets

TITLE = "养老服务领导简报"
# Four steps, from county to village.
ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" fill="#fdfcfa"/>'
    '<path d="M2 2h3v2H2zM2 5.5h6v2H2zM2 9h9v2H2zM2 12.5h12v2H2z" fill="#1c1f24"/></svg>'
)
ICON_URL = f"data:image/svg+xml,{quote(ICON)}"
# What every page runs beside Streamlit, as one script; its hash stands in the policy the browser holds us to.
SCRIPTS = ("words.js", "keys.js", "steady.js", "links.js", "at_once.js", "reach.js", "folds.js", "paper.js")
# The header by which a page's own script asks for others (`pages.server.at_once`), and how it is answered.
AT_ONCE = b"x-yanglao-at-once"
_JSON = [(b"content-type", b"application/json"), (b"content-encoding", b"gzip"), (b"cache-control", b"no-store")]
# The parameter under which an address that is no page is told to the first page.
UNKNOWN_PAGE = "unknown_page"
# What is answered by routes of ours beside the pages.
_OTHERS = ("/_stcore", "/api", "/static", "/kept/", "/present", "/card", "/s/")
_ROOT = '<div id="root"></div>'
_NO_SCRIPT = "<noscript><p>本页要用浏览器的 JavaScript 显示，现在是关闭的。请在浏览器设置里打开后刷新。</p></noscript>"
# The address without its last part, so that a gateway's prefix stays: pages stand one level below the root. No page of
# another origin may send orders to ours; said here, the browser connects without asking the server for it first, and has
# no list of Streamlit's hosts to go through at each message.
_SERVER = (
    "<script>window.__streamlit = {"
    'BACKEND_BASE_URL: new URL(".", location.origin + location.pathname).href, '
    'HOST_CONFIG: {allowedOrigins: ["https://nobody.invalid"], useExternalAuthToken: false}}</script>'
)


class IndexHtml:
    """ASGI middleware in front of the pages.

    Args:
        pages: the addresses that are pages, in the order of the menu; the first one stands at the root.
        framed_by: origins whose pages may show ours in a frame.
        first_paint: what a page shows first to whoever sent the request, as HTML.
        at_once: what is answered to a page that asks for others to be shown at once, as JSON packed by gzip.
    """

    def __init__(
        self,
        app: Any,
        pages: tuple[str, ...],
        framed_by: tuple[str, ...] = (),
        first_paint: Callable[[dict, str], Awaitable[str]] | None = None,
        at_once: Callable[[dict, str, str], Awaitable[bytes]] | None = None,
    ) -> None:
        self._app = app
        self._pages = pages
        self._framed_by = framed_by
        self._first_paint = first_paint
        self._at_once = at_once

    async def __call__(self, scope: dict, receive: Any, send: Any) -> None:
        last = scope["path"].rpartition("/")[2] if scope["type"] == "http" else "."
        if "." in last or scope["method"] != "GET" or scope["path"].startswith(_OTHERS):
            await self._app(scope, receive, send)
            return
        asked = dict(scope["headers"]).get(AT_ONCE, b"").decode("latin-1") if self._at_once else ""
        if asked and (name := last or self._pages[0]) in self._pages:
            body = await self._at_once(scope, name, asked)
            await send(
                {
                    "type": "http.response.start",
                    "status": 200,
                    "headers": [*_JSON, (b"content-length", b"%d" % len(body))],
                }
            )
            await send({"type": "http.response.body", "body": body})
            return
        start: dict = {}
        parts: list[bytes] = []

        async def pass_on(message: dict) -> None:
            if message["type"] == "http.response.start" and _is_html(message):
                start.update(message)
            elif not start:
                await send(message)
            else:
                parts.append(message.get("body", b""))

        await self._app(_plain(whole_file(scope)), receive, pass_on)
        if start:
            status, headers, body = await self._page(scope, b"".join(parts))
            await send({"type": "http.response.start", "status": status, "headers": headers})
            await send({"type": "http.response.body", "body": body})

    async def _page(self, scope: dict, served: bytes) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
        """Status, headers and body of the answer. It holds numbers, so no browser and no gateway keeps it."""
        headers = [(b"cache-control", b"no-store"), (b"vary", b"Accept-Encoding")]
        elsewhere = self._elsewhere(scope)
        if elsewhere:
            return 307, [*headers, (b"location", elsewhere.encode("ascii")), (b"content-length", b"0")], b""
        page = _chinese(served)
        host = dict(scope["headers"]).get(b"host", b"").decode("latin-1")
        headers.append((b"content-security-policy", _policy(page, host, self._framed_by).encode("latin-1")))
        name = scope["path"].strip("/") or self._pages[0]
        paint = await self._first_paint(scope, name) if self._first_paint else ""
        body = page.replace(_ROOT, f"{paint}{_ROOT}").encode("utf-8")
        if b"gzip" in dict(scope["headers"]).get(b"accept-encoding", b""):
            headers.append((b"content-encoding", b"gzip"))
            body = gzip.compress(body, 6)
        headers += [(b"content-type", b"text/html; charset=utf-8"), (b"content-length", b"%d" % len(body))]
        return 200, headers, body

    def _elsewhere(self, scope: dict) -> str | None:
        """Where this address leads instead: what is no page to the first one, and that one to the root."""
        path = scope["path"]
        name = path.strip("/")
        is_page = name in self._pages[1:]
        if not name or is_page and not path.endswith("/"):
            return None
        query = scope.get("query_string", b"").decode("latin-1")
        if not is_page and name != self._pages[0] and UNKNOWN_PAGE not in query:
            query = "&".join(part for part in (query, f"{UNKNOWN_PAGE}={quote(unquote(name)[:60])}") if part)
        # Relative, so that a gateway's prefix stays.
        place = ("../" if path.endswith("/") else "./") + (name if is_page else "")
        return f"{place}?{query}" if query else place


def whole_file(scope: dict) -> dict:
    """The request without If-None-Match, Range and the like, so that the whole file comes."""
    kept = [(name, value) for name, value in scope["headers"] if not name.startswith((b"if-", b"range"))]
    return {**scope, "headers": kept}


def _plain(scope: dict) -> dict:
    """The request of a reader who takes no compression: the text is to be changed."""
    kept = [(name, value) for name, value in scope["headers"] if name != b"accept-encoding"]
    return {**scope, "headers": kept}


def _is_html(start: dict) -> bool:
    return start["status"] == 200 and dict(start["headers"]).get(b"content-type", b"").startswith(b"text/html")


@cache
def _chinese(served: bytes) -> str:
    return chinese(served.decode("utf-8"))


@lru_cache(maxsize=64)
def _policy(page: str, host: str, framed_by: tuple[str, ...]) -> str:
    return page_policy(page, host, framed_by)


def chinese(page: str) -> str:
    """Streamlit's HTML file as ours: language, title, icon, no font from elsewhere, our styles, words and keys.

    What a later Streamlit writes differently stays as it is; a test holds each of these against the served page.
    """
    head, _, tail = page.partition("<noscript>")
    page = head + _NO_SCRIPT + tail.partition("</noscript>")[2]
    head, _, tail = page.partition('<link\n      rel="preload"')
    page = head + tail.partition("/>")[2]
    for theirs, ours in (
        ('<html lang="en">', '<html lang="zh-CN">'),
        ("<title>Streamlit</title>", f"<title>{TITLE}</title>{_SERVER}"),
        ('href="./favicon.png"', f'href="{ICON_URL}"'),
        # In the body: Streamlit's own rules are put into the head, and ours have the last word. Before what they dress,
        # so that a slow line shows nothing undressed.
        ("<body>", f"<body>{sheets()}"),
        ("</body>", f"<script>{_script()}</script></body>"),
    ):
        page = page.replace(theirs, ours)
    return page


def _script() -> str:
    folder = FOLDER / "ui" / "frame"
    return "\n".join((folder / name).read_text(encoding="utf-8") for name in SCRIPTS)
