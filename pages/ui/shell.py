"""The HTML file every page begins with: Streamlit's own, in Chinese, and told where its server is.

Before its first run a page shows what this file says; it names another product and another language. A deep link
(`/coverage`) also lets it look for a server below that path first, which fails twice before the page comes.
"""

from typing import Any

TITLE = "养老服务领导简报"
# The address without its last part, so that a gateway's prefix stays: pages stand one level below the root.
_SERVER = (
    '<script>window.__streamlit = {BACKEND_BASE_URL: new URL(".", location.origin + location.pathname).href}</script>'
)
_CHANGES = (
    (b'<html lang="en">', b'<html lang="zh-CN">'),
    (b"<title>Streamlit</title>", f"<title>{TITLE}</title>{_SERVER}".encode()),
)


class ChineseShell:
    """ASGI middleware for the HTML file of the pages; every other answer passes untouched."""

    def __init__(self, app: Any) -> None:
        self._app = app

    async def __call__(self, scope: dict, receive: Any, send: Any) -> None:
        last = scope["path"].rpartition("/")[2] if scope["type"] == "http" else "."
        if "." in last or scope["method"] != "GET" or scope["path"].startswith(("/_stcore", "/api", "/static")):
            await self._app(scope, receive, send)
            return
        start: dict = {}
        parts: list[bytes] = []

        async def collect(message: dict) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
            elif message["type"] == "http.response.body":
                parts.append(message.get("body", b""))

        await self._app(_plain(whole_file(scope)), receive, collect)
        body, headers = b"".join(parts), dict(start["headers"])
        if headers.get(b"content-type", b"").startswith(b"text/html"):
            for old, new in _CHANGES:
                body = body.replace(old, new, 1)
            # The tag and the date name the file as it lies on the disk.
            for name in (b"etag", b"last-modified", b"accept-ranges"):
                headers.pop(name, None)
            headers[b"content-length"] = b"%d" % len(body)
        await send({**start, "headers": list(headers.items())})
        await send({"type": "http.response.body", "body": body})


def whole_file(scope: dict) -> dict:
    """The request without If-None-Match, Range and the like, so that the whole file comes."""
    kept = [(name, value) for name, value in scope["headers"] if not name.startswith((b"if-", b"range"))]
    return {**scope, "headers": kept}


def _plain(scope: dict) -> dict:
    """The request of a reader who takes no compression: the text is to be changed."""
    kept = [(name, value) for name, value in scope["headers"] if name != b"accept-encoding"]
    return {**scope, "headers": kept}
