"""Marks of answers, by which a reader who has one already is told so."""

import hashlib
from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response


def tag_of(*parts: str) -> str:
    """A weak ETag: compression on the way may change bytes, never the meaning."""
    return f'W/"{hashlib.sha256(chr(0).join(parts).encode()).hexdigest()[:32]}"'


def already_has(request: Request, tag: str) -> bool:
    given = [part.strip() for part in request.headers.get("if-none-match", "").split(",")]
    return "*" in given or any(part.removeprefix("W/") == tag.removeprefix("W/") for part in given)


def unchanged(tag: str, headers: Mapping[str, str] | None = None) -> Response:
    return Response(status_code=304, headers={**(headers or {}), "ETag": tag})
