"""The HTTP interface beside the pages: health, releases, values, search. Read-only, the same numbers as the pages.

`routes()` is mounted by app.py. Everything said in an error is said twice: a code for machines, a sentence for people.
"""

import functools
import hashlib
import logging
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from urllib.parse import quote, urlencode

from anyio import sleep
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from pages.server.answer_limits import (
    ANSWERS_AT_ONCE,
    HELD_SECONDS,
    LARGEST_PAGE,
    MOST_WAITING,
    OF_ONE_READER,
    PAGE_SIZE,
    RETRY_SECONDS,
    Crowded,
    HeavyPlaces,
)
from pages.server.fair_threads import FairThreads
from pages.server.request_parameters import (
    RequestError,
    codes_of,
    data_kind_of,
    day_of,
    number_of,
    refuse_other_names,
    refuse_unknown_codes,
)
from pages.server.request_reader import (
    home_of,
    is_public,
    mark_of_reader,
    note_reader,
    releases_of,
    scope_of_reader,
    whole_home,
)
from pages.ui.frame import search_items
from pages.ui.frame.exact_json import exact_json
from pages.ui.frame.identity import ADDRESS_HEADER
from pages.ui.kit import reads
from warehouse import export
from warehouse.desk import whole
from warehouse.errors import ReleaseMissing, YanglaoError
from warehouse.payouts.store import PayoutStore
from warehouse.read import Release
from warehouse.read.target.verdicts import verdicts
from warehouse.read.value.value_pages import WORKER_LIMITS, ValuePage, value_page
from warehouse.read.value.values import SERIES_ZH
from warehouse.release.file import header_of
from warehouse.release.publishing.publish import list_releases, release_ids
from warehouse.release.publishing.scope import make as make_scope
from warehouse.worker.client import shared_worker

LOG = logging.getLogger("yanglao.api")
DEMO_NOTICE_ZH = f"{export.DEMO_ZH}：{export.DEMO_NOTICE_ZH}"
_FORMATS = {"json": "application/json", **{name: kind for name, kind in export.FORMATS.items() if name != "xlsx"}}
_VALUE_PARAMETERS = (*("indicator", "area", "from", "to", "series", "release", "data", "format", "limit", "offset"),)
_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
KEPT_TOTALS = 500
_totals: dict[tuple, int] = {}
_counting = threading.Lock()


def routes() -> list[Route]:
    """The routes of the interface, for the app to mount."""
    places = HeavyPlaces()
    # Threads of their own, so that a crowd at the values holds up neither the search box nor Streamlit's files.
    few, own = (
        FairThreads(waiting=MOST_WAITING, threads=ANSWERS_AT_ONCE, each=OF_ONE_READER) for _ in ("values", "others")
    )
    return [
        Route("/api/health", _answering(_health, own), methods=_METHODS),
        Route("/api/v1/releases", _answering(_releases_list, own), methods=_METHODS),
        Route("/api/v1/values", _answering(functools.partial(_values, places), few), methods=_METHODS),
        Route("/api/v1/verdicts", _answering(_verdicts, own), methods=_METHODS),
        Route("/api/v1/changes", _answering(functools.partial(_changes, places), few), methods=_METHODS),
        Route("/api/v1/search", _answering(_search, own), methods=_METHODS),
        Route("/api/{rest:path}", _answering(_nothing_here, own), methods=_METHODS),
    ]


def _answering(endpoint: Callable[[Request], Response], threads: FairThreads) -> Callable:
    """The endpoint with its errors as JSON. Runs in a thread, so that a slow answer holds nobody up."""

    def answer(request: Request) -> Response:
        try:
            if request.method not in ("GET", "HEAD"):
                raise RequestError(405, "read_only", f"接口只读，只接受 GET，不接受 {request.method[:20]}")
            if request.url.path != "/api/health":
                note_reader(request)
            return endpoint(request)
        except RequestError as error:
            headers = {"Allow": "GET, HEAD"} if error.status == 405 else {}
            return _error(error.status, error.code, str(error), error.did_you_mean, headers)
        except Crowded:
            return _busy(f"同时取大量数据的请求太多，请{RETRY_SECONDS}秒后重试，或把 limit 改为不超过{PAGE_SIZE}分页取")
        except ReleaseMissing as error:
            asked = any(name in request.query_params for name in ("release", "from", "to"))
            return _error(404 if asked else 503, "release_missing", _without_paths(str(error)))
        except YanglaoError as error:
            return _error(503, type(error).__name__, _without_paths(str(error)))
        except Exception:
            LOG.exception("request failed: %s", request.url.path[:100])
            return _error(500, "failed", "这个请求没有处理成。数据没有受影响；请核对参数后重试，仍不行请告知运维人员")

    async def apart_from_others(request: Request) -> Response:
        try:
            told = await threads.run(_address(request), answer, request)
        except Crowded:
            told = _busy(f"从这个地址来的请求太多，请{RETRY_SECONDS}秒后重试")
        if "retry-after" in told.headers:
            await sleep(HELD_SECONDS)
        return told

    return apart_from_others


def _busy(said_zh: str) -> Response:
    return _error(503, "busy", said_zh, headers={"Retry-After": str(RETRY_SECONDS)})


def _error(
    status: int,
    code: str,
    message_zh: str,
    did_you_mean: tuple[str, ...] = (),
    headers: Mapping[str, str] = MappingProxyType({}),
) -> Response:
    told: dict = {"code": code, "message_zh": message_zh}
    if did_you_mean:
        told["did_you_mean"] = list(did_you_mean)
    return exact_json({"error": told}, status=status, headers={"Cache-Control": "no-store", **headers})


def _without_paths(text: str) -> str:
    """A message without the folders of this machine."""
    return re.sub(r"(?<![\w.])/[\w./\-]+", "…", text)


def _nothing_here(request: Request) -> Response:
    raise RequestError(
        404,
        "not_found",
        f"没有接口 {request.url.path[:100]}。可用的有 /api/health、/api/v1/releases、/api/v1/values、/api/v1/verdicts、/api/v1/changes、/api/v1/search",
    )


# ── health and releases ──────────────────────────────────────────────────────────────────────────────────────────────


def _health(request: Request) -> Response:
    releases = releases_of("real")
    with releases.acquire() as release:
        told = {
            "status": "ok",
            "release_id": release.release_id,
            "kind_code": release.kind_code,
            "built_at": release.header["built_at"],
            "schema_version": release.header["schema_version"],
        }
    home = whole_home("real")
    faults = (whole.fault_now_and_then_zh(home), PayoutStore(home).fault_now_and_then_zh())
    if problem := releases.substitute_zh or "；".join(fault for fault in faults if fault):
        # A monitor sees it at once; readers are served all the same.
        told |= {"status": "degraded", "message_zh": _without_paths(problem)}
    return exact_json(told, headers={"Cache-Control": "no-store"})


def _releases_list(request: Request) -> Response:
    refuse_other_names(request, ("data",))
    kind = data_kind_of(request)
    listed = []
    for kept in list_releases(home_of(kind)):
        # What is remembered of each file: to open two dozen of them would hold up all who read one.
        header = header_of(kept.path)
        listed.append(
            {
                "release_id": kept.release_id,
                "kind_code": header["kind_code"],
                "is_current": kept.is_current,
                "is_pinned": kept.is_pinned,
                "bytes": kept.bytes,
                **{
                    name: header[name]
                    for name in ("built_at", "schema_version", "content_sha256", "latest_month", "latest_document_on")
                },
            }
        )
    tag = _tag(*(f"{each['release_id']}{each['is_current']}{each['is_pinned']}" for each in listed))
    if _already_has(request, tag):
        return _unchanged(tag)
    answer = {"data": kind, "releases": listed}
    if kind == "demo":
        answer["notice_zh"] = DEMO_NOTICE_ZH
    return exact_json(
        answer,
        headers={"ETag": tag, "Cache-Control": "public, no-cache" if is_public() else "no-store"},
    )


def _search(request: Request) -> Response:
    """What the search box of the pages asks: everything a word may mean, with the page it opens."""
    refuse_other_names(request, ("q", "city", "data", "release"))
    given, kind = request.query_params, data_kind_of(request)
    with releases_of(kind).acquire(given.get("release") or None) as release:
        release_id = release.release_id
    found_in = reads.ask_at(str(home_of(kind).root), release_id, search_items.findable)
    groups = search_items.answer(found_in, given.get("q", ""), city=given.get("city", ""))
    told = {"release_id": release_id, "kind_code": kind, "groups": groups}
    return exact_json(
        {"notice_zh": DEMO_NOTICE_ZH, **told} if kind == "demo" else told, headers={"Cache-Control": "no-store"}
    )


def _verdicts(request: Request) -> Response:
    """What the release says of each target: state, value, as-of, gap and reason, word for word what the pages quote."""
    refuse_other_names(request, ("target", "area", "month", "release", "data"))
    kind, given = data_kind_of(request), request.query_params
    month = day_of(given.get("month"), "month")
    targets, areas = codes_of(request, "target"), codes_of(request, "area")
    with releases_of(kind).acquire(given.get("release") or None) as release:
        tag = _tag(release.release_id, str(release.header["content_sha256"]), request.url.query)
        headers = {"ETag": tag, "Cache-Control": "public, no-cache" if is_public() else "no-store"}
        if _already_has(request, tag):
            return _unchanged(tag, headers)
        refuse_unknown_codes(release, area=areas, target=targets)
        rows = verdicts(release, targets=targets, areas=areas, month=month and month.replace(day=1)).frame.to_dicts()
        told = {"release_id": release.release_id, "kind_code": release.kind_code, "count": len(rows), "verdicts": rows}
    if mark_of_reader():
        told["watermark_zh"] = mark_of_reader()
    return exact_json({"notice_zh": DEMO_NOTICE_ZH, **told} if kind == "demo" else told, headers=headers)


def _changes(places: HeavyPlaces, request: Request) -> Response:
    """What one release has other than another: values, documents, indicators, areas, targets added, removed, changed."""
    from warehouse.editions.changes import difference

    refuse_other_names(request, ("from", "to", "data", "limit"))
    kind, given = data_kind_of(request), request.query_params
    most = number_of(given.get("limit"), "limit", PAGE_SIZE, largest=LARGEST_PAGE)
    last = _of_scope(kind, given.get("to") or _current(kind))
    first = _of_scope(kind, given.get("from") or _before(kind, last))
    with (
        places.taken(True, _address(request)),
        releases_of(kind).acquire(first) as old,
        releases_of(kind).acquire(last) as new,
    ):
        tag = _tag(str(old.path), str(new.path), str(most))
        headers = {"ETag": tag, "Cache-Control": "public, no-cache" if is_public() else "no-store"}
        if _already_has(request, tag):
            return _unchanged(tag, headers)
        told = {"kind_code": new.kind_code, **difference(old, new).told(most=most)}
    return exact_json({"notice_zh": DEMO_NOTICE_ZH, **told} if kind == "demo" else told, headers=headers)


def _current(kind: str) -> str:
    with releases_of(kind).acquire() as release:
        return release.release_id


def _before(kind: str, release_id: str) -> str:
    """The release before that one."""
    listed = [one.release_id for one in list_releases(whole_home(kind))]
    older = listed[listed.index(release_id) + 1 :] if release_id in listed else []
    if not older:
        raise RequestError(
            404, "release_missing", f"批次 {release_id} 之前没有保留的批次，无从比较。请用 from 写明批次编号"
        )
    return older[0]


def _of_scope(kind: str, release_id: str) -> str:
    """The release asked for, made for the unit of the person who asks where it was not yet."""
    area_id = scope_of_reader()
    if kind == "real" and area_id and release_id in release_ids(whole_home(kind)):
        make_scope(whole_home(kind), area_id, release_id)
    return release_id


# ── values ───────────────────────────────────────────────────────────────────────────────────────────────────────────


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


def _values(places: HeavyPlaces, request: Request) -> Response:
    refuse_other_names(request, _VALUE_PARAMETERS)
    asked = _asked(request)
    is_heavy = asked.limit > PAGE_SIZE
    # Before anything is opened or looked up: being refused must cost next to nothing.
    with places.taken(is_heavy, _address(request)):
        return _answered(request, asked, is_heavy)


def _address(request: Request) -> str:
    """Where the reader sits, as the door tells it."""
    return request.headers.get(ADDRESS_HEADER, "")


def _answered(request: Request, asked: _Asked, is_heavy: bool) -> Response:
    with releases_of(asked.kind).acquire(asked.release_id) as release:
        tag = _tag(release.release_id, str(release.header["content_sha256"]), asked.form, request.url.query)
        headers = _headers(release, asked, tag)
        if _already_has(request, tag):
            return _unchanged(tag, headers)
        refuse_unknown_codes(release, indicator=asked.indicators, area=asked.areas)
        page = _page(release, asked, is_heavy)
    following = _following(request, asked, page.rows, page.total, headers)
    if asked.form == "json":
        told = _told(release, asked, page.rows, page.total, following)
        return StreamingResponse(_json_parts(told, page.parts), media_type="application/json", headers=headers)
    name = export.file_name(asked.form, page.notes)
    plain = f"values-{release.release_id}.{asked.form}"
    headers["Content-Disposition"] = f"attachment; filename={plain}; filename*=UTF-8''{quote(name)}"
    return Response(page.parts[0], media_type=_FORMATS[asked.form], headers=headers)


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
        if given not in _FORMATS:
            raise RequestError(400, "unknown_format", f"参数 format 没有 {given[:40]}。可用的有 {'、'.join(_FORMATS)}")
        return given
    accepted = request.headers.get("accept", "")
    return next((name for name, kind in _FORMATS.items() if kind.partition(";")[0] in accepted), "json")


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


# ── headers ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _link(request: Request, offset: int) -> str:
    """The next page's address, relative to this host."""
    given = [(name, value) for name, value in request.query_params.multi_items() if name != "offset"]
    return f"{request.url.path}?{urlencode([*given, ('offset', offset)])}"


def _tag(*parts: str) -> str:
    """A weak ETag: compression on the way may change bytes, never the meaning."""
    return f'W/"{hashlib.sha256(chr(0).join(parts).encode()).hexdigest()[:32]}"'


def _already_has(request: Request, tag: str) -> bool:
    given = [part.strip() for part in request.headers.get("if-none-match", "").split(",")]
    return "*" in given or any(part.removeprefix("W/") == tag.removeprefix("W/") for part in given)


def _unchanged(tag: str, headers: Mapping[str, str] | None = None) -> Response:
    return Response(status_code=304, headers={**(headers or {}), "ETag": tag})
