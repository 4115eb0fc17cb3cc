"""Streamlit's own scripts and styles, compressed once and kept: the first page weighs a third."""

import gzip
from typing import Any

from anyio import to_thread

from pages.ui.frame.index_html import whole_file

# Below this the headers weigh more than what is saved.
SMALLEST = 1000
_TEXT = ("text/", "application/javascript", "application/json", "image/svg+xml", "application/wasm")


class CompressedAssets:
    """ASGI middleware for `/static/`: names there carry a hash, so one compression serves for the life of the process.

    Streamlit leaves these files uncompressed for a proxy to do; a bureau's machine has none.
    """

    def __init__(self, app: Any) -> None:
        self._app = app
        self._kept: dict[str, tuple[list[tuple[bytes, bytes]], bytes]] = {}

    async def __call__(self, scope: dict, receive: Any, send: Any) -> None:
        headers = dict(scope.get("headers", ()))
        if (
            scope["type"] != "http"
            or scope["method"] != "GET"
            or not scope["path"].startswith("/static/")
            or b"range" in headers
            or b"gzip" not in headers.get(b"accept-encoding", b"")
        ):
            await self._app(scope, receive, send)
            return
        if scope["path"] in self._kept:
            kept_headers, body = self._kept[scope["path"]]
            await send({"type": "http.response.start", "status": 200, "headers": kept_headers})
            await send({"type": "http.response.body", "body": body})
            return
        await self._first(scope, receive, send)

    async def _first(self, scope: dict, receive: Any, send: Any) -> None:
        """Fetch the file from Streamlit, compress it beside the event loop, keep and send it."""
        start: dict = {}
        parts: list[bytes] = []

        async def collect(message: dict) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
            elif message["type"] == "http.response.body":
                parts.append(message.get("body", b""))

        await self._app(whole_file(scope), receive, collect)
        body, headers = b"".join(parts), dict(start["headers"])
        kind = headers.get(b"content-type", b"").decode()
        if start["status"] == 200 and len(body) >= SMALLEST and kind.startswith(_TEXT):
            body = await to_thread.run_sync(gzip.compress, body, 6)
            headers |= {b"content-encoding": b"gzip", b"vary": b"Accept-Encoding", b"content-length": b"%d" % len(body)}
            # The tag named the uncompressed bytes; the name of the file is tag enough.
            headers.pop(b"etag", None)
            self._kept[scope["path"]] = (list(headers.items()), body)
        await send({**start, "headers": list(headers.items())})
        await send({"type": "http.response.body", "body": body})
