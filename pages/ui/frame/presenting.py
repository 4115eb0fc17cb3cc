"""The month on a wall and one figure in another page's frame: HTML of the server, beside the pages of Streamlit.

/present?city=puyang&month=2026-10      the draft of a release, marked so
/present/puyang-2026-10-A               a signed edition, from its frozen bytes
/card?indicator=…&area=…&embed=true     one figure with source and release, for hosts that may frame it
/card?…&edition=puyang-2026-10-A        the same from what an edition froze
"""

import base64
import hashlib
import re
from collections.abc import Callable
from datetime import date
from functools import lru_cache
from html import escape

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from pages.server.answer_limits import RETRY_SECONDS, Crowded
from pages.server.door import ancestors
from pages.server.fair_threads import FairThreads
from pages.ui.frame.identity import ADDRESS_HEADER
from pages.ui.kit import reads
from pages.ui.kit.worked_once import worked_once
from pages.ui.takeaway.exporting import mark_zh
from warehouse.editions import record, signing
from warehouse.editions.content import Content
from warehouse.errors import PaperError, YanglaoError
from warehouse.home import Home
from warehouse.paper.deck.cards import figure_card
from warehouse.paper.deck.pack import Pack, pack_of
from warehouse.paper.facts import Facts, gather
from warehouse.paper.requests import month_of
from warehouse.people import sessions
from warehouse.people.roles import covers, scope_units
from warehouse.read import Release
from warehouse.read.month import bulletin
from warehouse.read.place import areas
from warehouse.release.publishing.scope import scoped_home
from warehouse.settings import load_settings
from warehouse.watermark import marked_with

STAGE = "_投影.html"
KEPT_PACKS = 8
KEPT_FACTS = 32
MOST_WAITING = 60
WAY_BACK = '<p><a href="/" target="_top">回到总览</a></p>'
CROWDED_ZH = "这个地址同时打开的投影页或卡片太多，请过几秒刷新"
_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)
_CARD_STYLE = """body{margin:0;padding:16px;font:16px/1.6 'Microsoft YaHei','PingFang SC','Noto Sans CJK SC',sans-serif;color:#1c1f24;
background:#fdfcfa}h1{font-size:16px;margin:0;color:#5b616b;font-weight:400}.v{font-size:40px;font-weight:700;line-height:1.3}
.demo{display:inline-block;border:2px solid #c8641b;padding:0 8px;font-weight:700}.foot{border-top:1px solid #d9dce1;margin:10px 0 0;
padding-top:6px;font-size:14px;color:#5b616b}a{color:#1c1f24}"""


def routes() -> list[Route]:
    """The routes, for the app to mount."""
    # Cards in somebody's portal do not wait for slides.
    slides, cards = FairThreads(waiting=MOST_WAITING), FairThreads(waiting=MOST_WAITING)
    return [
        Route("/present", _answered(_draft, slides), methods=["GET"]),
        Route("/present/{edition}", _answered(_edition, slides), methods=["GET"]),
        Route("/card", _answered(_card, cards), methods=["GET"]),
    ]


def _answered(make: Callable[[Request], Response], threads: FairThreads) -> Callable:
    """The page, or in one sentence why there is none; made apart from the other requests, since it takes seconds."""

    def answer(request: Request) -> Response:
        try:
            return make(request)
        except YanglaoError as refusal:
            status = 403 if isinstance(refusal, NotAllowedError) else 404
            text = re.sub(r"(?<![\w.])/[\w./\-]+", "…", str(refusal))
            title_zh = "没有权限" if status == 403 else "没有这一页"
            return _html(_document(title_zh, f"<h1>{title_zh}</h1><p>{escape(text)}</p>{WAY_BACK}"), status=status)

    async def in_turn(request: Request) -> Response:
        try:
            return await threads.run(request.headers.get(ADDRESS_HEADER, ""), answer, request)
        except Crowded:
            said = _html(_document("请稍后再试", f"<p>{CROWDED_ZH}</p>"), status=503)
            said.headers["Retry-After"] = str(RETRY_SECONDS)
            return said

    return in_turn


class NotAllowedError(PaperError):
    """The person may not read this."""


def _whose(request: Request) -> tuple[str, str]:
    """Kind of data, and the unit whose scope the person reads; empty for everything.

    Raises:
        PaperError: nobody who may read.
    """
    settings = load_settings()
    kind = reads.DEMO if request.query_params.get("data") == reads.DEMO else reads.REAL
    if settings.sign_in == "off":
        return kind, ""
    person = sessions.person(Home(settings.home), request.cookies.get(sessions.COOKIE))
    scope = person.sees() if person else None
    if scope is None:
        raise NotAllowedError("没有阅读的角色，或角色已到期。请登录，或联系管理员")
    return kind, scope if kind == reads.REAL else ""


def _home(kind: str, scope: str) -> Home:
    home = reads.whole_home(kind)
    return scoped_home(home, scope) if scope else home


# ── the stage ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _draft(request: Request) -> Response:
    """The month of a release as it would be presented now; says draft on every screen."""
    from warehouse.paper.files import stage

    kind, scope = _whose(request)
    asked, own = request.query_params, next(iter(scope_units(scope)), "")
    home = _home(kind, scope)
    with reads.releases_at(str(home.root)).acquire(asked.get("release")) as release:
        city = asked.get("city") or _first_city(release)
        release_id = release.release_id
    pack = _pack(str(home.root), release_id, city, month_of(asked.get("month", "")), asked.get("unit", "") or own)
    with marked_with(_mark_of(request, kind, scope)):
        return _html(stage.write(pack), is_stage=True)


@worked_once(most=KEPT_PACKS)
def _pack(root: str, release_id: str, city: str, month: date | None, unit: str) -> Pack:
    with reads.releases_at(root).acquire(release_id) as release:
        return pack_of(release, gather(release, city_area_id=city, month=month), area_id=unit)


def _mark_of(request: Request, kind: str, scope: str) -> str:
    """Name and time, where this person's screens carry them."""
    settings = load_settings()
    if settings.sign_in == "off" or kind == reads.DEMO:
        return ""
    person = sessions.person(Home(settings.home), request.cookies.get(sessions.COOKIE))
    return mark_zh(person, scope=scope, is_draft=False)


def _first_city(release: Release) -> str:
    rows = areas.cities(release).frame
    if not rows.height:
        raise PaperError(f"批次 {release.release_id}：没有登记报送城市")
    return rows["area_id"][0]


def _edition(request: Request) -> Response:
    """A signed edition from its frozen bytes; one that was replaced or taken back says so on every screen."""
    kind, scope = _whose(request)
    home = reads.whole_home(kind)
    found = record.edition(home, request.path_params["edition"])
    _must_be_of(scope, found.identity.area_id)
    for name, make in signing.downloads(home, found):
        if name.endswith(STAGE):
            return _html(make(), is_stage=True)
    raise PaperError(f"汇报版 {found.identity.name_zh}：签发时还没有投影页。请用“简报”页投影同一个批次，或起草更正版")


def _must_be_of(scope: str, area_id: str) -> None:
    if not covers(scope, area_id):
        raise NotAllowedError("这份汇报版不在本人可看的单位范围内。请联系管理员")


# ── one figure ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _card(request: Request) -> Response:
    """One indicator of one place: value, as-of, source, release or edition."""
    kind, scope = _whose(request)
    asked = request.query_params
    code, area_id = asked.get("indicator", ""), asked.get("area", "")
    if not code or not area_id:
        raise PaperError(
            "网址里要写 indicator（指标代码）和 area（地区代码），如 /card?indicator=nursing_bed_share&area=puyang"
        )
    if asked.get("edition"):
        body, title = _card_of_edition(kind, scope, asked["edition"], code, area_id)
    else:
        body, title = _card_of_release(_home(kind, scope), asked.get("release"), code, area_id, asked.get("month", ""))
    embeds = load_settings().framed_by if asked.get("embed") == "true" else ()
    return _html(_document(title, body), framed_by=embeds)


def _card_of_release(home: Home, release_id: str | None, code: str, area_id: str, month: str) -> tuple[str, str]:
    with reads.releases_at(str(home.root)).acquire(release_id) as release:
        city = bulletin.city_of(release, area_id=area_id)
        if city is None:
            raise PaperError(f"批次 {release.release_id}：没有地区“{area_id[:60]}”")
        facts = _facts(str(home.root), release.release_id, city, month_of(month))
        if code not in facts.codes:
            raise PaperError(f"“{code[:60]}”不是重点指标，没有卡片。可选：{'、'.join(facts.codes)}")
        cell = next((one for one in facts.of(area_id) if one["indicator_code"] == code), None)
        if cell is None:
            raise PaperError(f"批次 {release.release_id}：{area_id[:60]} 没有这个指标")
        told = figure_card(cell, facts.indicators[code])
        stamp = facts.stamp()
    return _card_html(told, stamp, ""), told.name


@worked_once(most=KEPT_FACTS)
def _facts(root: str, release_id: str, city: str, month: date | None) -> Facts:
    with reads.releases_at(root).acquire(release_id) as release:
        return gather(release, city_area_id=city, month=month)


def _card_of_edition(kind: str, scope: str, name: str, code: str, area_id: str) -> tuple[str, str]:
    home = reads.whole_home(kind)
    found = record.edition(home, name)
    _must_be_of(scope, found.identity.area_id)
    content: Content = signing.opened(home, found)
    cell = next(
        (one for one in content.thawed_cells() if (one["area_id"], one["indicator_code"]) == (area_id, code)), None
    )
    if cell is None:
        raise PaperError(f"汇报版 {found.identity.name_zh}：没有 {area_id[:60]} 的指标“{code[:60]}”")
    told = figure_card(cell, content.indicators[code])
    return _card_html(told, content.briefing.stamp, found.identity.name_zh), told.name


def _card_html(told, stamp, edition_zh: str) -> str:
    demo = '<p class="demo">演示数据，不得引用</p>' if stamp.is_demo else ""
    line = f"汇报版：{escape(edition_zh)} · {escape(stamp.line_zh)}" if edition_zh else escape(stamp.line_zh)
    return (
        f'{demo}<h1>{escape(told.name)}</h1><div class="v">{escape(told.value.text)}</div>'
        f'<div>{escape(told.note_zh)}</div><p class="foot">{line}</p>'
    )


def _document(title: str, body: str) -> bytes:
    return (
        f'<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{escape(title)}</title><style>{_CARD_STYLE}</style></head><body>{body}</body></html>"
    ).encode()


def _html(page: bytes, *, status: int = 200, is_stage: bool = False, framed_by: tuple[str, ...] = ()) -> Response:
    """The page under a policy that lets in nothing but what stands in it, and frames it only where that was asked for."""
    own = " ".join(_hash_of(one) for one in _SCRIPT.findall(page.decode())) if is_stage else ""
    policy = (
        f"default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; {ancestors(framed_by)}"
    )
    policy += f"; script-src {own}" if own else ""
    headers = {"Content-Security-Policy": policy, "Cache-Control": "no-store"}
    return HTMLResponse(page, status_code=status, headers=headers)


@lru_cache(maxsize=8)
def _hash_of(script: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"
