"""The outermost layer of the server: who is let in, which paths exist, and the headers on everything that leaves.

Streamlit answers any host, looks up this machine's address abroad when a page of another origin asks, and serves counters
and an interface for programs that nobody here uses. What does not pass here never reaches it.
"""

import ipaddress
import logging
import re
from base64 import b64encode
from collections.abc import Awaitable, Callable
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

from pages.server.processes import COOKIE
from pages.ui.frame.exact_json import exact_json
from pages.ui.frame.identity import ADDRESS_HEADER
from warehouse.settings import Settings

LOG = logging.getLogger("yanglao.door")
LOOPBACK_NAMES = ("localhost", "127.0.0.1", "::1")
_EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 (compared with, not listened on)
# Of what Streamlit serves below this path, what its own page asks for.
_CORE_PATHS = ("health", "host-config", "stream", "upload_file/", "bidi-components/")
_INLINE = re.compile(r"<script(?![^>]*\bsrc=)[^>]*>(.*?)</script>", re.DOTALL)
_SAFE_METHODS = ("GET", "HEAD", "OPTIONS")

Message = dict[str, Any]
Send = Callable[[Message], Awaitable[None]]


class Door:
    """ASGI middleware before all others.

    Args:
        settings: allowed hosts, listed proxies, the gateway's header and who may frame the pages.
        place: which of several processes this is; a reader's browser keeps it, so that all he asks comes here.
    """

    def __init__(self, app: Any, settings: Settings, place: int | None = None) -> None:
        self._app = app
        self._place = None if place is None else f"{COOKIE}={place}"
        self._settings = settings
        self._hosts = tuple(name.lower() for name in settings.hosts)
        self._headers = tuple((name.encode(), text.encode()) for name, text in safety_headers(settings.framed_by))
        self._policy = (b"content-security-policy", b"default-src 'none'; " + ancestors(settings.framed_by).encode())

    async def __call__(self, scope: Message, receive: Any, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        refusal = self._refusal(scope)
        if refusal:
            await _refuse(scope, receive, self._dressed(send), *refusal)
            return
        begun = False

        async def noted(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(self._trusted(scope), receive, self._dressed(noted))
        except Exception:
            if begun or scope["type"] == "websocket":
                raise
            LOG.exception("request failed: %s", scope["path"][:100])
            said = (500, "failed", "这个请求没有处理成。数据没有受影响；请刷新重试，仍不行请告知运维人员")
            await _refuse(scope, receive, self._dressed(send), *said)

    def _refusal(self, scope: Message) -> tuple[int, str, str] | None:
        """Status, code and sentence when this request may not come in."""
        host = _one(scope, b"host")
        if not self._is_host_allowed(scope, host):
            return 421, "unknown_host", "本服务不以这个网址提供。请用管理员给的网址，或让管理员把它写入 YANGLAO_HOSTS"
        origin = _one(scope, b"origin")
        needs_origin = scope["type"] == "websocket" or scope["method"] not in _SAFE_METHODS
        if needs_origin and origin is not None and not self._is_origin_allowed(scope, origin, host):
            return 403, "foreign_origin", "这个请求来自别的网站，没有受理"
        path = scope["path"]
        core = path.partition("/_stcore/")[2]
        if "/_stcore" in path and not core.startswith(_CORE_PATHS) or "/component/" in path:
            return 404, "not_found", "没有这个网址"
        return None

    def _is_host_allowed(self, scope: Message, host: str | None) -> bool:
        name = _host_name(host)
        if name is None:
            return False
        if name in self._hosts:
            return True
        # The address the connection was made to; a name that somebody made point here is none of ours.
        reached = (scope.get("server") or ("",))[0].removeprefix("::ffff:")
        served = self._settings.address.lower()
        if served not in _EVERYWHERE and served not in LOOPBACK_NAMES and name == served:
            return True
        if name == reached and not self._hosts:
            return True
        return _is_loopback(reached) and name in LOOPBACK_NAMES

    def _is_origin_allowed(self, scope: Message, origin: str, host: str | None) -> bool:
        try:
            parts = urlsplit(origin)
        except ValueError:
            return False
        if parts.scheme not in ("http", "https"):
            return False
        if parts.netloc.lower() == (host or "").lower():
            return True
        return _host_name(parts.netloc) in self._hosts

    def _trusted(self, scope: Message) -> Message:
        """The request as the inner layers may believe it."""
        peer = (scope.get("client") or ("",))[0]
        dropped = {ADDRESS_HEADER.encode(), b"x-forwarded-for", b"forwarded", b"x-real-ip"}
        identity = self._settings.identity_header.lower().encode()
        if identity and not self._is_one_identity(scope, identity, peer):
            dropped.add(identity)
        # An origin let in here is the host's own to Streamlit; any other would make it look up addresses abroad.
        dropped.add(b"origin")
        headers = [(name, value) for name, value in scope["headers"] if name not in dropped]
        origin = _one(scope, b"origin")
        host = _one(scope, b"host")
        if origin is not None and self._is_origin_allowed(scope, origin, host):
            headers = [(name, value) for name, value in headers if name != b"host"]
            headers += [(b"origin", origin.encode("latin-1")), (b"host", urlsplit(origin).netloc.encode("latin-1"))]
        headers.append((ADDRESS_HEADER.encode(), self._address(scope, peer).encode("ascii", "replace")))
        return {**scope, "headers": headers}

    def _is_one_identity(self, scope: Message, identity: bytes, peer: str) -> bool:
        given = [value for name, value in scope["headers"] if name == identity]
        return len(given) == 1 and b"," not in given[0] and is_listed(peer, self._settings.identity_from)

    def _address(self, scope: Message, peer: str) -> str:
        """The reader's address: the peer's, or what the listed proxies say, read from the nearest on."""
        address = peer
        told = [part.strip() for value in _all(scope, b"x-forwarded-for") for part in value.split(",")]
        while told and is_listed(address, self._settings.proxies):
            candidate = told.pop()
            if not _is_address(candidate):
                break
            address = candidate
        return address

    def _dressed(self, send: Send) -> Send:
        async def dressed(message: Message) -> None:
            if message["type"] in ("http.response.start", "websocket.http.response.start"):
                if self._place and _is_page(message):
                    stay = (b"set-cookie", f"{self._place}; Path=/; HttpOnly; SameSite=Lax".encode())
                    message = {**message, "headers": [*message.get("headers", ()), stay]}
                kept = [
                    (name, value)
                    for name, value in message.get("headers", ())
                    if name.lower() not in (b"server", b"x-powered-by")
                    and not name.lower().startswith(b"access-control-")
                ]
                names = {name.lower() for name, _ in kept}
                added = [pair for pair in self._headers if pair[0] not in names]
                if b"content-security-policy" not in names:
                    added.append(self._policy)
                if b"cache-control" not in names:
                    added.append((b"cache-control", b"no-store"))
                message = {**message, "headers": [*kept, *added]}
            await send(message)

        return dressed


def _is_page(start: Message) -> bool:
    return any(
        name.lower() == b"content-type" and value.startswith(b"text/html") for name, value in start.get("headers", ())
    )


def safety_headers(framed_by: tuple[str, ...]) -> list[tuple[str, str]]:
    """What every answer says about how a browser may use it, besides its content policy."""
    said = [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
        ("permissions-policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=()"),
    ]
    if not framed_by:
        said += [("x-frame-options", "DENY"), ("cross-origin-resource-policy", "same-origin")]
    return said


def ancestors(framed_by: tuple[str, ...]) -> str:
    """The part of a content policy that says which pages may show ours in a frame."""
    return f"frame-ancestors {' '.join(framed_by) or chr(39) + 'none' + chr(39)}"


def page_policy(html: str, host: str, framed_by: tuple[str, ...]) -> str:
    """The content policy of a page: everything from here, and of scripts in the page only those that stand in it now.

    `blob:` for scripts because Streamlit hands a component its code as one. Styles may stand in the page: Streamlit
    writes its own there. The address is named once more for websockets, which older browsers do not count as the page's.
    """
    own = " ".join(f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'" for text in _INLINE.findall(html))
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src 'self' blob: {own}".rstrip(),
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            f"connect-src 'self' ws://{host} wss://{host}",
            "manifest-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            ancestors(framed_by),
        )
    )


def is_listed(address: str, networks: tuple[str, ...]) -> bool:
    """Whether an address lies in one of the networks; False for what is no address."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    found = getattr(found, "ipv4_mapped", None) or found
    return any(found in ipaddress.ip_network(each, strict=False) for each in networks)


async def _refuse(scope: Message, receive: Any, send: Send, status: int, code: str, message_zh: str) -> None:
    if scope["type"] == "websocket":
        # Before it was accepted: the handshake is answered with 403.
        await receive()
        await send({"type": "websocket.close", "code": 1008})
        return
    answer = exact_json(
        {"error": {"code": code, "message_zh": message_zh}}, status=status, headers={"Cache-Control": "no-store"}
    )
    await answer(scope, receive, send)


def _all(scope: Message, wanted: bytes) -> list[str]:
    return [value.decode("latin-1") for name, value in scope["headers"] if name == wanted]


def _one(scope: Message, wanted: bytes) -> str | None:
    """The header's value; None when it is missing or given twice."""
    given = _all(scope, wanted)
    return given[0] if len(given) == 1 else None


def _host_name(host: str | None) -> str | None:
    """The name in `name:port`, in small letters; None when it is not one."""
    if not host or any(sign in host for sign in "/?#@\\ "):
        return None
    try:
        parts = urlsplit(f"//{host}")
        _ = parts.port
    except ValueError:
        return None
    return parts.hostname.lower().rstrip(".") if parts.hostname else None


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _is_loopback(text: str) -> bool:
    return _is_address(text) and ipaddress.ip_address(text).is_loopback
