"""The page behind a permanent link: a table with its definitions and hash, plain HTML that needs neither script nor release."""

import csv
import io

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from pages.server.answer_limits import RETRY_SECONDS, Crowded
from pages.server.fair_threads import FairThreads
from pages.ui.frame.identity import ADDRESS_HEADER
from pages.ui.takeaway.exporting import REFUSED_ZH
from warehouse import export
from warehouse.errors import PaperError
from warehouse.home import Home
from warehouse.kept import Kept, kept_table
from warehouse.people import audit, sessions
from warehouse.people.roles import covers
from warehouse.settings import load_settings

MOST_WAITING = 60
_STYLE = """body{font:16px/1.6 'Noto Sans CJK SC','Microsoft YaHei',sans-serif;color:#1c1f24;background:#fdfcfa;max-width:70rem;
margin:2rem auto;padding:0 1rem}table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th,td{border-bottom:1px solid #d9dce1;padding:.3rem .5rem;text-align:right}th:first-child,td:first-child{text-align:left}
thead th{border-bottom:1.5px solid #1c1f24;border-top:1.5px solid #1c1f24}.demo{border:2px solid #c8641b;padding:.4rem .8rem;
display:inline-block;font-weight:bold}.foot{font-size:13px;color:#5b616b;overflow-wrap:anywhere}"""


def routes() -> list[Route]:
    """The routes of permanent links, for the app to mount."""
    threads = FairThreads(waiting=MOST_WAITING)

    async def real(request: Request) -> Response:
        return await _in_turn(threads, request, Home(load_settings().home))

    async def demo(request: Request) -> Response:
        return await _in_turn(threads, request, Home(load_settings().home).demo())

    return [Route("/kept/demo/{key}", demo, methods=["GET"]), Route("/kept/{key}", real, methods=["GET"])]


async def _in_turn(threads: FairThreads, request: Request, home: Home) -> Response:
    """The table, made apart from the other requests: a large one takes seconds."""
    try:
        return await threads.run(request.headers.get(ADDRESS_HEADER, ""), _answer, request, home)
    except Crowded:
        said = _document("固定链接", "<p>这个地址同时打开的固定链接太多，请过几秒刷新</p>")
        return HTMLResponse(said, status_code=503, headers={"Retry-After": str(RETRY_SECONDS)})


def _answer(request: Request, home: Home) -> Response:
    """The table as HTML, or as `format` asks: json, csv."""
    form = request.query_params.get("format", "html")
    try:
        kept = kept_table(home, request.path_params["key"])
        if not kept.is_demo and not _may_read(request, kept):
            raise PaperError("固定链接：没有阅读的角色，或不在本人可看的单位范围内。请联系管理员")
    except PaperError as error:
        said = f'<h1>打不开这个固定链接</h1><p>{_esc(str(error))}</p><p><a href="/">回到总览</a></p>'
        return HTMLResponse(_document("固定链接", said), status_code=404)
    if form in ("json", "csv") and not _may_take(request, kept, form):
        return HTMLResponse(_document("固定链接", f"<p>{_esc(REFUSED_ZH)}</p>"), status_code=403)
    # A kept table never changes under its link.
    age = "private, max-age=31536000, immutable" if load_settings().sign_in == "off" else "no-store"
    headers = {"ETag": f'"{kept.hash}"', "Cache-Control": age}
    if form == "json":
        return JSONResponse({**kept.__dict__, "hash": kept.hash}, headers=headers)
    if form == "csv":
        return Response(_csv(kept), media_type="text/csv; charset=utf-8", headers=headers)
    return HTMLResponse(_html(kept), headers=headers)


def _may_take(request: Request, kept: Kept, form: str) -> bool:
    """Whether the person may take the table along as a file, by the right to export; on record either way."""
    settings = load_settings()
    if settings.sign_in == "off":
        return True
    home = Home(settings.home)
    person = sessions.person(home, request.cookies.get(sessions.COOKIE))
    is_allowed = person is not None and person.may("export")
    told = {"release": kept.release_id, "rows": len(kept.rows), "scope": kept.scope, "content": kept.hash}
    audit.record(
        home, "exported" if is_allowed else "refused", who=person.login if person else "",
        address=request.headers.get(ADDRESS_HEADER, ""), subject=f"固定链接（{form}）", details=told,
    )  # fmt: skip
    return is_allowed


def _may_read(request: Request, kept: Kept) -> bool:
    """Whether the person of this request reads the whole releases, or the scope the table was taken from."""
    settings = load_settings()
    if settings.sign_in == "off":
        return True
    person = sessions.person(Home(settings.home), request.cookies.get(sessions.COOKIE))
    scope = person.sees() if person else None
    return scope is not None and covers(scope, kept.scope)


def _csv(kept: Kept) -> bytes:
    sink = io.StringIO()
    writer = csv.writer(sink, lineterminator="\r\n")
    writer.writerow([*map(export.safe_text, kept.heads), *(["数据性质"] if kept.is_demo else [])])
    for row in kept.rows:
        writer.writerow([*map(export.safe_text, row), *([export.DEMO_ZH] if kept.is_demo else [])])
    return b"\xef\xbb\xbf" + sink.getvalue().encode()


def _html(kept: Kept) -> str:
    heads = "".join(f"<th scope='col'>{_esc(head)}</th>" for head in kept.heads)
    rows = "".join("<tr>" + "".join(f"<td>{_esc(text)}</td>" for text in row) + "</tr>" for row in kept.rows)
    definitions = "".join(f"<dt><b>{_esc(name)}</b></dt><dd>{_esc(text)}</dd>" for name, text in kept.definitions)
    parts = [
        f'<p class="demo">{export.DEMO_ZH}：{export.DEMO_NOTICE_ZH}</p>' if kept.is_demo else "",
        f"<h1>{_esc(kept.title_zh)}</h1><p>{_esc(kept.what_zh)}</p>",
        f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>",
        f'<p class="foot">{_esc(kept.foot_zh)}</p><p class="foot">{_esc(kept.stamp_zh)}</p>',
        f"<h2>口径</h2><dl>{definitions}</dl>" if definitions else "",
        f"<h2>查询语句</h2><pre>{_esc(kept.sql)}</pre>" if kept.sql else "",
        f'<p class="foot">校验值 SHA-256：{kept.hash}　批次 {_esc(kept.release_id)}　<a href="?format=csv">CSV</a> <a href="?format=json">JSON</a></p>',
    ]
    return _document(kept.title_zh, "".join(parts))


def _document(title: str, body: str) -> str:
    return f'<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>{_esc(title)}</title><style>{_STYLE}</style></head><body>{body}</body></html>'


def _esc(text: str) -> str:
    from html import escape

    return escape(text, quote=True)
