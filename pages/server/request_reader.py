"""Whose request is answered: the signed-in person's scope and mark, and the releases that may be read with them."""

import functools
from contextvars import ContextVar
from pathlib import Path

from starlette.requests import Request

from pages.server.request_parameters import RequestError
from pages.ui.frame.identity import ADDRESS_HEADER
from pages.ui.takeaway.exporting import mark_zh
from warehouse.home import Home
from warehouse.people import audit, sessions
from warehouse.read import Releases
from warehouse.release.publishing.scope import scoped_home
from warehouse.settings import load_settings

EXPORTS = ("/api/v1/values", "/api/v1/verdicts", "/api/v1/changes")
"""What takes figures along: by the right to export, and on record."""

_scope: ContextVar[str] = ContextVar("scope", default="")
_mark: ContextVar[str] = ContextVar("mark", default="")


def scope_of_reader() -> str:
    """The unit whose scope this request reads; empty for the whole releases."""
    return _scope.get()


def mark_of_reader() -> str:
    """Name and time, which what this request takes along has to carry; empty where nothing has to."""
    return _mark.get()


def home_of(kind: str) -> Home:
    """The data home whose releases this request may read: the whole one, or the scope of the signed-in unit."""
    home = whole_home(kind)
    if kind == "demo":
        return home
    area_id = _scope.get()
    return scoped_home(home, area_id) if area_id else home


def whole_home(kind: str) -> Home:
    """The data home itself, or the demonstration's."""
    home = Home(load_settings().home)
    return home.demo() if kind == "demo" else home


def is_public() -> bool:
    """Whether everybody reads the same: nobody has a name here."""
    settings = load_settings()
    return settings.sign_in == "off" and not settings.identity_header


def note_reader(request: Request) -> None:
    """Note whose request this is before it is answered.

    Raises:
        RequestError: the person has no role that reads.
    """
    settings = load_settings()
    if settings.sign_in == "off":
        return
    person = sessions.person(Home(settings.home), request.cookies.get(sessions.COOKIE))
    scope = person.sees() if person else None
    if scope is None:
        raise RequestError(403, "not_allowed", "没有阅读的角色，或角色已到期。请联系管理员")
    _scope.set(scope)
    _mark.set("")
    if request.url.path not in EXPORTS:
        return
    where = request.headers.get("x-yanglao-address", "")
    if not person.may("export"):
        audit.record(Home(settings.home), "refused", who=person.login, address=where, subject="接口导出")
        raise RequestError(403, "export_not_allowed", "没有导出的权限。需要文件请联系管理员授予角色")
    told = {
        "query": str(request.url.query)[:500],
        "scope": scope,
        "purpose": request.headers.get("x-purpose", "")[:200],
    }
    audit.record(Home(settings.home), "exported", who=person.login, address=where, subject="接口导出", details=told)
    if request.query_params.get("data", "real") == "real":
        _mark.set(mark_zh(person, scope=scope, is_draft=False))


@functools.cache
def _opened(root: Path) -> Releases:
    return Releases(Home(root))


def releases_of(kind: str) -> Releases:
    """The releases this request may read."""
    return _opened(home_of(kind).root)


def address_of(request: Request) -> str:
    """Where the reader sits, as the door tells it."""
    return request.headers.get(ADDRESS_HEADER, "")
