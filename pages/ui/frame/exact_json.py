"""JSON as the HTTP interface writes it: dates in ISO form, Chinese as it is, no number JSON has no form for."""

import json
import math
from collections.abc import Mapping
from datetime import date, datetime

from starlette.responses import JSONResponse, Response


def exact_json(content: object, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """The answer with `content` as JSON; a number that is not finite is null."""
    return _ExactJSON(content, status_code=status, headers=dict(headers or {}))


class _ExactJSON(JSONResponse):
    def render(self, content: object) -> bytes:
        return json.dumps(_plain(content), ensure_ascii=False, separators=(",", ":")).encode()


def _plain(value: object) -> object:
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
