"""The HTTP interface beside the pages: health, releases, values, search. Read-only, the same numbers as the pages.

`routes()` is mounted by app.py. Everything said in an error is said twice: a code for machines, a sentence for people.
"""

import functools
import logging
import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

from anyio import sleep
from starlette.requests import Request
from starlette.responses import Response
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
from pages.server.entity_tags import already_has, tag_of, unchanged
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
    address_of,
    home_of,
    is_public,
    mark_of_reader,
    note_reader,
    releases_of,
    scope_of_reader,
    whole_home,
)
from pages.server.value_answers import DEMO_NOTICE_ZH, values
from pages.ui.frame import search_items
from pages.ui.frame.exact_json import exact_json
from pages.ui.kit import reads
from warehouse.desk import whole
from warehouse.errors import ReleaseMissing, YanglaoError
from warehouse.payouts.store import PayoutStore
from warehouse.people import audit
from warehouse.read.target.verdicts import verdicts
from warehouse.release.file import header_of
from warehouse.release.publishing.publish import list_releases, release_ids
from warehouse.release.publishing.scope import make as make_scope

LOG = logging.getLogger("yanglao.api")
_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


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
        Route("/api/v1/values", _answering(functools.partial(values, places), few), methods=_METHODS),
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
            told = await threads.run(address_of(request), answer, request)
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
    desk = whole.fault_now_and_then_zh(home) or audit.fault_now_and_then_zh(home)
    faults = (desk, PayoutStore(home).fault_now_and_then_zh())
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
    tag = tag_of(*(f"{each['release_id']}{each['is_current']}{each['is_pinned']}" for each in listed))
    if already_has(request, tag):
        return unchanged(tag)
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
        tag = tag_of(release.release_id, str(release.header["content_sha256"]), request.url.query)
        headers = {"ETag": tag, "Cache-Control": "public, no-cache" if is_public() else "no-store"}
        if already_has(request, tag):
            return unchanged(tag, headers)
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
        places.taken(True, address_of(request)),
        releases_of(kind).acquire(first) as old,
        releases_of(kind).acquire(last) as new,
    ):
        tag = tag_of(str(old.path), str(new.path), str(most))
        headers = {"ETag": tag, "Cache-Control": "public, no-cache" if is_public() else "no-store"}
        if already_has(request, tag):
            return unchanged(tag, headers)
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
