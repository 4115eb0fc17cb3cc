"""Signing in: a page of plain HTML, a cookie that holds nothing but a random id, and a guard before everything else.

With `YANGLAO_SIGN_IN` nobody gets a page, a socket or an answer without a session on the desk. The guard looks it
up at every request and hands its secret inward; the pages look it up again at every run, so that a closed account or a
sign-out elsewhere ends what is open.
"""

import logging
from collections.abc import Callable
from functools import partial
from html import escape
from typing import Any
from urllib.parse import quote, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from pages.server import provider
from pages.server.answer_limits import Crowded
from pages.server.fair_threads import FairThreads
from pages.ui.frame.exact_json import exact_json
from pages.ui.frame.identity import ADDRESS_HEADER
from warehouse.errors import AccountError, HomeError
from warehouse.home import Home
from warehouse.people import accounts, audit, sessions
from warehouse.settings import Settings

LOG = logging.getLogger("yanglao.sign_in")
SIGN_IN, SIGN_OUT, PASSWORD = "/sign-in", "/sign-out", "/password"
# What may be had by anybody: the way in, and whether the server lives.
OPEN = (SIGN_IN, "/api/health", "/_stcore/health")
LONGEST_FORM = 8_192
MOST_KNOWN = 5_000
MOST_SIGNING_IN = 200
CROWDED_ZH = "从这个地址登录的人太多，请过几秒再试"
LOCAL, OFF = "local", "off"
NEXT_COOKIE = "yanglao_next"
SOURCES = {LOCAL: sessions.LOCAL, provider.OIDC: sessions.PROVIDER, provider.GATEWAY: sessions.GATEWAY}

Message = dict[str, Any]


class Guard:
    """ASGI middleware behind the door: lets in who has a session, and shows everybody else the way to get one."""

    def __init__(self, app: Any, settings: Settings) -> None:
        self._app = app
        self._mode = settings.sign_in
        self._home = Home(settings.home)
        self._claim = settings.oidc_claim
        self._header = settings.identity_header.lower().encode()
        self._open = (*OPEN, provider.LOGIN) if self._mode == provider.OIDC else OPEN
        self._gateway_secrets: dict[tuple[str, str], str] = {}
        # A hash takes 50 ms and 19 MiB: two at once, and of one address one, whoever sends them.
        self._hashing = FairThreads(waiting=MOST_SIGNING_IN)
        self._own: dict[str, Callable[[Request], Any]] = {
            SIGN_IN: self._sign_in,
            SIGN_OUT: self._sign_out,
            PASSWORD: self._password,
        }

    async def __call__(self, scope: Message, receive: Any, send: Any) -> None:
        if self._mode == OFF or scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        try:
            let_in = await self._looked_at(scope, receive, send)
        except HomeError as broken:
            # Nobody is let in on trust; which file it is and where it lies is for the log alone.
            LOG.error("the desk cannot be used: %s", broken)
            await self._closed(scope, receive, send)
            return
        if let_in:
            await self._app(let_in[0], receive, let_in[1])

    async def _looked_at(self, scope: Message, receive: Any, send: Any) -> tuple[Message, Any] | None:
        """The request and its answer's way for whoever has a session; None where the way to one was shown instead."""
        path = scope["path"]
        if self._mode == provider.GATEWAY and path not in OPEN:
            scope, send = await self._through_gateway(scope, send)
        if scope["type"] == "http" and path in self._own:
            await (await self._own[path](Request(scope, receive)))(scope, receive, send)
            return None
        if scope["type"] == "http" and path == provider.CALLBACK and self._mode == provider.OIDC:
            await self._called_back(scope, receive, send)
            return None
        if path not in self._open:
            person = await run_in_threadpool(sessions.person, self._home, secret_of(scope))
            if person is None or person.source_code != SOURCES[self._mode]:
                await self._turned_away(scope, receive, send)
                return None
            if person.must_change:
                await self._sent_to(PASSWORD, scope, receive, send)
                return None
        return scope, send

    async def _turned_away(self, scope: Message, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and not scope["path"].startswith("/api/"):
            await self._sent_to(f"{SIGN_IN}?next={quote(_asked(scope), safe='')}", scope, receive, send)
            return
        said = {"error": {"code": "not_signed_in", "message_zh": "请先登录。登录可能已因长时间未操作而结束"}}
        await exact_json(said, status=401, headers={"Cache-Control": "no-store"})(scope, receive, send)

    async def _closed(self, scope: Message, receive: Any, send: Any) -> None:
        said = "登录暂时办不了：登记文件被占用、磁盘已满或读写失败。没有丢失数据，请过一分钟再试；仍不行请告知运维人员"
        if scope["type"] == "http" and not scope["path"].startswith("/api/"):
            answer: Response = _page("请稍后再试", f'<p role="alert">{said}</p>', status=503)
        else:
            answer = exact_json({"error": {"code": "desk_unavailable", "message_zh": said}}, status=503)
        answer.headers["Retry-After"] = "60"
        await answer(scope, receive, send)

    async def _sent_to(self, place: str, scope: Message, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            answer: Response = RedirectResponse(place, status_code=303, headers={"Cache-Control": "no-store"})
        else:
            answer = exact_json({"error": {"code": "not_signed_in", "message_zh": "请先登录"}}, status=401)
        await answer(scope, receive, send)

    async def _called_back(self, scope: Message, receive: Any, send: Any) -> None:
        """Let Streamlit end the exchange with the provider, and open a session of ours for the person it named."""
        request = Request(scope, receive)
        start: Message = {}

        async def kept(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message)

        await self._app(scope, receive, kept)
        lines = [value for name, value in start.get("headers", ()) if name.lower() == b"set-cookie"]
        told = provider.person_told(line.decode("latin-1") for line in lines)
        login = provider.login_of(told, self._claim) if told else ""
        address = request.headers.get(ADDRESS_HEADER, "")
        if not login:
            await run_in_threadpool(
                lambda: audit.record(self._home, "sign_in_failed", address=address, subject="统一身份认证")
            )
            why = f"身份信息里没有可用的 {self._claim}" if told else "没有登录成功，或登录页停留太久"
            page = _page(
                "登录", f'<p role="alert">{why}。请重试；仍不行请联系管理员</p>{_provider_link("/")}', status=403
            )
            await page(scope, receive, send)
            return
        name_zh = provider.name_of(told, login)
        secret = await run_in_threadpool(
            lambda: sessions.begin(
                self._home, login=login, name_zh=name_zh, source_code=sessions.PROVIDER, address=address
            )
        )
        answer = RedirectResponse(_own_place(request.cookies.get(NEXT_COOKIE, "/")), status_code=303)
        _give_cookie(answer, secret, request)
        answer.delete_cookie(NEXT_COOKIE, path="/")
        # What Streamlit keeps of the exchange itself ends with it; its cookies of the person never leave.
        answer.raw_headers += [(b"set-cookie", line) for line in lines if not provider.is_theirs(line)]
        await answer(scope, receive, send)

    async def _through_gateway(self, scope: Message, send: Any) -> tuple[Message, Any]:
        """The request as the person's whom the gateway names: with a session of ours, whatever cookie it came with."""
        told = [value for name, value in scope["headers"] if name.lower() == self._header]
        login = provider.plain_login(told[0].decode("latin-1")) if len(told) == 1 else ""
        secret = secret_of(scope)
        person = await run_in_threadpool(sessions.person, self._home, secret)
        if person is not None and person.login == login:
            return scope, send
        scope = _with_secret(scope, None)
        if not login:
            return scope, send
        address = Request(scope).headers.get(ADDRESS_HEADER, "")
        known = self._gateway_secrets.get((login, address))
        if known is None or await run_in_threadpool(sessions.person, self._home, known) is None:
            known = await run_in_threadpool(
                lambda: sessions.begin(
                    self._home, login=login, name_zh=login, source_code=sessions.GATEWAY, address=address
                )
            )
            if len(self._gateway_secrets) > MOST_KNOWN:
                self._gateway_secrets.clear()
            self._gateway_secrets[login, address] = known
        answer = Response()
        _give_cookie(answer, known, Request(scope))
        cookie = next(pair for pair in answer.raw_headers if pair[0] == b"set-cookie")

        async def with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message.get("headers", ()), cookie]}
            await send(message)

        return _with_secret(scope, known), with_cookie

    async def _sign_in(self, request: Request) -> Response:
        wanted = _own_place(request.query_params.get("next", "/"))
        if self._mode == provider.OIDC:
            return _to_provider(request, wanted)
        if self._mode == provider.GATEWAY:
            return _page("登录", "<p>请从单位的统一门户进入本系统。直接打开的网址没有登录人</p>", status=403)
        if request.method != "POST":
            return _page("登录", _sign_in_form(wanted))
        form = await _form(request)
        wanted = _own_place(form.get("next", "/"))
        address = request.headers.get(ADDRESS_HEADER, "")
        try:
            account = await self._hashing.run(
                address,
                partial(
                    accounts.verify,
                    self._home,
                    login=form.get("login", ""),
                    password=form.get("password", ""),
                    totp=form.get("totp", ""),
                    address=address,
                ),
            )
        except Crowded:
            return _page("登录", _sign_in_form(wanted, refused_zh=CROWDED_ZH), status=503)
        except AccountError as refused:
            return _page(
                "登录", _sign_in_form(wanted, login=form.get("login", ""), refused_zh=str(refused)), status=403
            )
        secret = await run_in_threadpool(
            lambda: sessions.begin(
                self._home,
                login=account.login,
                name_zh=account.name_zh,
                source_code=sessions.LOCAL,
                address=address,
            )
        )
        answer = RedirectResponse(PASSWORD if account.must_change else wanted, status_code=303)
        _give_cookie(answer, secret, request)
        return answer

    async def _sign_out(self, request: Request) -> Response:
        if request.method != "POST":
            # A link from elsewhere must not sign anybody out: the person presses the button.
            return _page("退出", _sign_out_form())
        secret = secret_of(request.scope)
        person = await run_in_threadpool(sessions.person, self._home, secret)
        if person is not None and (await _form(request)).get("everywhere"):
            await run_in_threadpool(lambda: sessions.end_all(self._home, person.login, by=person.login))
        elif secret:
            await run_in_threadpool(
                lambda: sessions.end(self._home, secret, address=request.headers.get(ADDRESS_HEADER, ""))
            )
        for known in [key for key, value in self._gateway_secrets.items() if value == secret]:
            self._gateway_secrets.pop(known, None)
        answer = RedirectResponse(SIGN_IN, status_code=303, headers={"Clear-Site-Data": '"cache"'})
        answer.delete_cookie(sessions.COOKIE, path="/")
        return answer

    async def _password(self, request: Request) -> Response:
        secret = secret_of(request.scope)
        person = await run_in_threadpool(sessions.person, self._home, secret)
        if person is None:
            return RedirectResponse(SIGN_IN, status_code=303)
        if self._mode != LOCAL:
            return _page("修改密码", "<p>密码由单位的统一身份管理，请在那里修改。</p>")
        if request.method != "POST":
            return _page("修改密码", _password_form(person.must_change))
        form = await _form(request)
        if form.get("new", "") != form.get("again", ""):
            return _page(
                "修改密码", _password_form(person.must_change, "两次输入的新密码不一样。请重新输入"), status=400
            )
        address = request.headers.get(ADDRESS_HEADER, "")
        try:
            await self._hashing.run(
                address,
                lambda: accounts.change_password(
                    self._home, person.login, old=form.get("old", ""), new=form.get("new", ""), address=address
                ),
            )
        except Crowded:
            return _page("修改密码", _password_form(person.must_change, CROWDED_ZH), status=503)
        except AccountError as refused:
            return _page("修改密码", _password_form(person.must_change, str(refused)), status=400)
        # Whoever else holds an older session of this account has to sign in anew.
        await run_in_threadpool(lambda: sessions.end_all(self._home, person.login, by=person.login))
        return RedirectResponse(SIGN_IN, status_code=303)


def secret_of(scope: Message) -> str | None:
    """The secret in our cookie; None without one, or with more than one: readers further in might take another of them."""
    found = []
    for name, value in scope["headers"]:
        if name == b"cookie":
            for part in value.decode("latin-1").split(";"):
                key, _, text = part.partition("=")
                if key.strip() == sessions.COOKIE:
                    found.append(text.strip())
    return found[0] if len(found) == 1 else None


def _with_secret(scope: Message, secret: str | None) -> Message:
    """The request with our cookie set to this secret, or without one."""
    headers = []
    for name, value in scope["headers"]:
        if name == b"cookie":
            parts = [part.strip() for part in value.decode("latin-1").split(";")]
            others = [part for part in parts if part and not part.startswith(f"{sessions.COOKIE}=")]
            if not others:
                continue
            value = "; ".join(others).encode("latin-1")
        headers.append((name, value))
    if secret:
        headers.append((b"cookie", f"{sessions.COOKIE}={secret}".encode()))
    return {**scope, "headers": headers}


def _to_provider(request: Request, wanted: str) -> Response:
    """The page with the way to the provider; pressed, on to it, with the page asked for remembered in a short cookie."""
    if "go" not in request.query_params:
        return _page("登录", _provider_link(wanted))
    answer = RedirectResponse(provider.login_place(), status_code=303, headers={"Cache-Control": "no-store"})
    answer.set_cookie(NEXT_COOKIE, quote(wanted, safe="/?&=%"), path="/", max_age=600, httponly=True, samesite="lax")
    return answer


def _provider_link(wanted: str) -> str:
    return f'<p><a class="button" href="{SIGN_IN}?go=1&amp;next={quote(wanted, safe="")}">用单位统一身份登录</a></p>'


def _give_cookie(answer: Response, secret: str, request: Request) -> None:
    answer.set_cookie(
        sessions.COOKIE,
        secret,
        path="/",
        httponly=True,
        # Links in mail and WeChat come from elsewhere and must still find the session.
        samesite="lax",
        secure=request.url.scheme == "https" or request.headers.get("x-forwarded-proto") == "https",
    )


def _asked(scope: Message) -> str:
    query = scope.get("query_string", b"").decode("latin-1")
    return scope["path"] + (f"?{query}" if query else "")


def _own_place(text: str) -> str:
    """A path of ours to go on to; anything that leads elsewhere becomes the first page."""
    parts = urlsplit(text)
    is_ours = text.startswith("/") and not text.startswith(("//", "/\\")) and not parts.scheme and not parts.netloc
    return text if is_ours and text.isprintable() and not text.startswith((SIGN_IN, SIGN_OUT)) else "/"


async def _form(request: Request) -> dict[str, str]:
    length = request.headers.get("content-length", "")
    if not length.isdigit() or int(length) > LONGEST_FORM:
        return {}
    fields = await request.form(max_files=0, max_fields=8)
    return {name: value for name, value in fields.items() if isinstance(value, str)}


def _sign_in_form(wanted: str, *, login: str = "", refused_zh: str = "") -> str:
    refused = f'<p role="alert">{escape(refused_zh)}</p>' if refused_zh else ""
    # The cursor stands where something is to be typed.
    first, then = ("", " autofocus") if login else (" autofocus", "")
    return (
        f'{refused}<form method="post" action="{SIGN_IN}"><input type="hidden" name="next" value="{escape(wanted)}">'
        f'<label>登录名<input name="login" value="{escape(login)}" autocomplete="username"{first} required></label>'
        f'<label>密码<input name="password" type="password" autocomplete="current-password"{then} required></label>'
        '<label>动态码<small>（未启用的不填）</small><input name="totp" inputmode="numeric" autocomplete="one-time-code"></label>'
        "<button>登录</button></form>"
    )


def _sign_out_form() -> str:
    return (
        f'<form method="post" action="{SIGN_OUT}"><button>退出登录</button></form>'
        f'<form method="post" action="{SIGN_OUT}"><p>手机或别的电脑上也登录过：</p>'
        '<button name="everywhere" value="1">在所有地方退出</button></form>'
    )


def _password_form(is_forced: bool, refused_zh: str = "") -> str:
    why = "<p>首次登录或密码已满180天，请先修改密码。</p>" if is_forced else ""
    refused = f'<p role="alert">{escape(refused_zh)}</p>' if refused_zh else ""
    fields = "".join(
        f'<label>{label}<input name="{name}" type="password" autocomplete="{kind}" required></label>'
        for name, label, kind in (
            ("old", "现在的密码", "current-password"),
            ("new", "新密码（10个字符以上）", "new-password"),
            ("again", "再输一遍新密码", "new-password"),
        )
    )
    return f'{why}{refused}<form method="post" action="{PASSWORD}">{fields}<button>修改</button></form>'


_STYLE = (
    "body{margin:0;background:#fdfcfa;color:#1c1f24;font:16px/1.6 'Noto Sans CJK SC','Microsoft YaHei',sans-serif}"
    "main{max-width:22rem;margin:12vh auto;padding:0 1.2rem}h1{font-size:1.35rem;border-bottom:2px solid;padding-bottom:.4rem}"
    "label{display:block;margin:.9rem 0;font-size:.9rem}small{color:#555b65}"
    "input{display:block;width:100%;box-sizing:border-box;font:inherit;padding:.45rem;border:1px solid #7d838c;background:#fff}"
    "button,.button{display:inline-block;text-decoration:none;font:inherit;padding:.5rem 1.6rem;background:#1c1f24;color:#fff;border:0;cursor:pointer;min-height:2.5rem}"
    "input:focus-visible,button:focus-visible{outline:2px solid #1f6fb2;outline-offset:2px}"
    "[role=alert]{border-left:3px solid #c8641b;padding-left:.7rem}"
)


def _page(title_zh: str, body: str, *, status: int = 200) -> HTMLResponse:
    html = (
        f'<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" '
        f'content="width=device-width,initial-scale=1"><title>{title_zh} · 养老服务领导简报</title><style>{_STYLE}</style></head>'
        f"<body><main><h1>养老服务领导简报</h1><h2>{title_zh}</h2>{body}</main></body></html>"
    )
    policy = (
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    return HTMLResponse(
        html, status_code=status, headers={"Cache-Control": "no-store", "Content-Security-Policy": policy}
    )
