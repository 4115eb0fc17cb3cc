"""Streamlit's own scripts and styles, read and compressed once and kept: the first page weighs a third."""

import gzip
import mimetypes
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from anyio import to_thread

# Below this the headers weigh more than what is saved.
SMALLEST = 1000
# Longer texts are compressed beside the event loop.
LONG = 100_000
_TEXT = ("text/", "application/javascript", "application/json", "image/svg+xml", "application/wasm")


class CompressedAssets:
    """ASGI middleware for `/static/`: names there carry a hash, so one compression serves for the life of the process.

    Streamlit leaves these files uncompressed for a proxy to do; a bureau's machine has none. It also asks three threads
    for each, and a first page has sixty of them.
    """

    def __init__(self, app: Any) -> None:
        self._app = app
        self._kept: dict[str, tuple[list[tuple[bytes, bytes]], bytes]] = {}

    async def __call__(self, scope: dict, receive: Any, send: Any) -> None:
        headers = dict(scope.get("headers", ()))
        file = _files().get(scope["path"]) if scope["type"] == "http" else None
        if (
            file is None
            or scope["method"] != "GET"
            or b"range" in headers
            or b"gzip" not in headers.get(b"accept-encoding", b"")
        ):
            await self._app(scope, receive, send)
            return
        headers, body = self._kept.get(scope["path"]) or await self._read(scope["path"], file)
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def _read(self, path: str, file: Path) -> tuple[list[tuple[bytes, bytes]], bytes]:
        """Headers and bytes of a file as they are sent; a text is compressed and kept, a font is read again."""
        body, kind = file.read_bytes(), _kind(file)
        headers = [(b"content-type", kind.encode()), (b"cache-control", b"public, immutable, max-age=31536000")]
        is_text = len(body) >= SMALLEST and kind.startswith(_TEXT)
        if is_text:
            headers += [(b"content-encoding", b"gzip"), (b"vary", b"Accept-Encoding")]
            body = await to_thread.run_sync(gzip.compress, body, 6) if len(body) > LONG else gzip.compress(body, 6)
        headers.append((b"content-length", b"%d" % len(body)))
        if is_text:
            self._kept[path] = headers, body
        return headers, body


@cache
def _files() -> Mapping[str, Path]:
    """Streamlit's files by the addresses it gives them; no other file is ever read for a request."""
    from streamlit.file_util import get_static_dir

    root = Path(get_static_dir())
    return {f"/{file.relative_to(root).as_posix()}": file for file in (root / "static").rglob("*") if file.is_file()}


def _kind(file: Path) -> str:
    """The type of a file by its name, whatever this machine calls a script."""
    if file.suffix == ".js":
        return "application/javascript"
    found = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    return f"{found}; charset=utf-8" if found.startswith("text/") else found
