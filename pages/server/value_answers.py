"""Values over the interface: a page of rows as JSON, CSV, Parquet or Arrow, streamed, with the address of the next one."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from urllib.parse import quote, urlencode

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from pages.server.answer_limits import LARGEST_PAGE, PAGE_SIZE, HeavyPlaces
from pages.server.entity_tags import already_has, tag_of, unchanged
from pages.server.request_parameters import (
    RequestError,
    codes_of,
    data_kind_of,
    day_of,
    number_of,
    refuse_other_names,
    refuse_unknown_codes,
)
from pages.server.request_reader import address_of, is_public, mark_of_reader, releases_of
from pages.ui.frame.exact_json import exact_json
from warehouse import export
from warehouse.read import Release
from warehouse.read.value.value_pages import WORKER_LIMITS, ValuePage, value_page
from warehouse.read.value.values import SERIES_ZH
from warehouse.worker.client import shared_worker

DEMO_NOTICE_ZH = f"{export.DEMO_ZH}：{export.DEMO_NOTICE_ZH}"
FORMATS = {"json": "application/json", **{name: kind for name, kind in export.FORMATS.items() if name != "xlsx"}}
PARAMETERS = ("indicator", "area", "from", "to", "series", "release", "data", "format", "limit", "offset")
KEPT_TOTALS = 500
_totals: dict[tuple, int] = {}
_counting = threading.Lock()


@dataclass(frozen=True, kw_only=True)
class _Asked:
    """What a request for values asks, checked."""

    kind: str
    release_id: str | None
    form: str
    indicators: tuple[str, ...] | None
    areas: tuple[str, ...] | None
    series: tuple[str, ...]
    first_on: date | None
    last_on: date | None
    limit: int
    offset: int

    @property
    def filters(self) -> dict:
        names = ("indicators", "areas", "series", "first_on", "last_on")
        return {name: getattr(self, name) for name in names}


def values(places: HeavyPlaces, request: Request) -> Response:
    """The answer to one request for values, in the form it asks for."""
    refuse_other_names(request, PARAMETERS)
    asked = _asked(request)
    is_heavy = asked.limit > PAGE_SIZE
    # Before anything is opened or looked up: being refused must cost next to nothing.
    with places.taken(is_heavy, address_of(request)):
        return _answered(request, asked, is_heavy)


def _answered(request: Request, asked: _Asked, is_heavy: bool) -> Response:
    with releases_of(asked.kind).acquire(asked.release_id) as release:
        tag = tag_of(release.release_id, str(release.header["content_sha256"]), asked.form, request.url.query)
        headers = _headers(release, asked, tag)
        if already_has(request, tag):
            return unchanged(tag, headers)
        refuse_unknown_codes(release, indicator=asked.indicators, area=asked.areas)
        page = _page(release, asked, is_heavy)
    following = _following(request, asked, page.rows, page.total, headers)
    if asked.form == "json":
        told = _told(release, asked, page.rows, page.total, following)
        return StreamingResponse(_json_parts(told, page.parts), media_type="application/json", headers=headers)
    name = export.file_name(asked.form, page.notes)
    plain = f"values-{release.release_id}.{asked.form}"
    headers["Content-Disposition"] = f"attachment; filename={plain}; filename*=UTF-8''{quote(name)}"
    return Response(page.parts[0], media_type=FORMATS[asked.form], headers=headers)


def _page(release: Release, asked: _Asked, is_heavy: bool) -> ValuePage:
    """The rows in the form asked for, as many as one answer may hold; how many there are in all is counted once."""
    wanted = {"form": asked.form, "filters": asked.filters, "limit": asked.limit, "offset": asked.offset}
    wanted["mark_zh"] = mark_of_reader()
    # The file, not its number: a unit's scope has the numbers of the whole releases and fewer rows.
    key = (str(release.path), release.header["content_sha256"], *asked.filters.values())
    with _counting:
        wanted["total"] = _totals.get(key)
    if is_heavy:
        given = (str(release.path), release.release_id, dict(release.header), wanted)
        page = shared_worker().run("warehouse.query.in_worker:value_page", *given, **WORKER_LIMITS)
    else:
        page = value_page(release, **wanted)
    with _counting:
        _totals[key] = page.total
        if len(_totals) > KEPT_TOTALS:
            _totals.pop(next(iter(_totals)))
    return page


def _following(request: Request, asked: _Asked, rows: int, total: int, headers: dict[str, str]) -> str | None:
    """The address of the next page, None after the last; total and address are put into the headers too."""
    after = asked.offset + rows
    following = _link(request, after) if after < total and rows else None
    headers["X-Total-Count"] = str(total)
    if following:
        headers["Link"] = f'<{following}>; rel="next"'
    return following


def _told(release: Release, asked: _Asked, rows: int, total: int, following: str | None) -> dict:
    """All of an answer but its rows."""
    told = {
        "release_id": release.release_id,
        "kind_code": release.kind_code,
        "content_sha256": release.header["content_sha256"],
        "total": total,
        "offset": asked.offset,
        "count": rows,
        "next": following,
        "series_zh": {name: SERIES_ZH[name] for name in asked.series},
    }
    if mark_of_reader():
        told["watermark_zh"] = mark_of_reader()
    return {"notice_zh": DEMO_NOTICE_ZH, **told} if release.kind_code == "demo" else told


def _json_parts(told: dict, pieces: list[bytes]) -> Iterator[bytes]:
    yield exact_json(told).body[:-1] + b',"values":['
    for place, piece in enumerate(pieces):
        yield b"," + piece if place else piece
    yield b"]}"


def _form(request: Request) -> str:
    """The format by parameter, else by the Accept header, else JSON."""
    given = request.query_params.get("format", "").lower()
    if given:
        if given not in FORMATS:
            raise RequestError(400, "unknown_format", f"参数 format 没有 {given[:40]}。可用的有 {'、'.join(FORMATS)}")
        return given
    accepted = request.headers.get("accept", "")
    return next((name for name, kind in FORMATS.items() if kind.partition(";")[0] in accepted), "json")


def _headers(release: Release, asked: _Asked, tag: str) -> dict[str, str]:
    # What a named release answers never changes; the current release may be another one at the next request. Where
    # readers have names nothing is public, and no machine on the way may keep it.
    age = "public, max-age=86400, immutable" if asked.release_id else "public, no-cache"
    if not is_public():
        age = "no-store"
    headers = {"ETag": tag, "Cache-Control": age, "Vary": "Accept", "X-Release-Id": release.release_id}
    if release.kind_code == "demo":
        headers["X-Data-Kind"] = "demo"
    return headers


def _asked(request: Request) -> _Asked:
    given = request.query_params
    series = codes_of(request, "series") or tuple(SERIES_ZH)
    for name in series:
        if name not in SERIES_ZH:
            raise RequestError(400, "unknown_series", f"参数 series 没有 {name[:40]}。可用的有 {'、'.join(SERIES_ZH)}")
    first_on, last_on = day_of(given.get("from"), "from"), day_of(given.get("to"), "to", end=True)
    if first_on and last_on and first_on > last_on:
        raise RequestError(400, "bad_date", "参数 from 晚于 to。请对调")
    return _Asked(
        kind=data_kind_of(request),
        release_id=given.get("release") or None,
        form=_form(request),
        indicators=codes_of(request, "indicator"),
        areas=codes_of(request, "area"),
        series=series,
        first_on=first_on,
        last_on=last_on,
        limit=number_of(given.get("limit"), "limit", PAGE_SIZE, largest=LARGEST_PAGE, least=1),
        offset=number_of(given.get("offset"), "offset", 0, largest=10**9),
    )


def _link(request: Request, offset: int) -> str:
    """The next page's address, relative to this host."""
    given = [(name, value) for name, value in request.query_params.multi_items() if name != "offset"]
    return f"{request.url.path}?{urlencode([*given, ('offset', offset)])}"
