"""What leaves as a file, where people sign in: refused without the right, on record with whom, what and what for, and
marked with name and time where the person reads a scope or what is not released yet."""

import threading
from collections.abc import Callable
from datetime import datetime
from functools import partial

import streamlit as st

from pages.ui.kit import reads
from pages.ui.kit.turns import Turns
from pages.ui.kit.view import View
from warehouse import watermark
from warehouse.errors import AccountError
from warehouse.home import Home
from warehouse.people import audit, sessions
from warehouse.people.sessions import Person
from warehouse.settings import load_settings
from warehouse.wording.grammar.dates import CHINA

PURPOSE = "_export_purpose"
LONGEST_PURPOSE = 200
ADDRESS_HEADER = "x-yanglao-address"
REFUSED_ZH = "没有导出的权限，没有生成文件。需要文件请联系管理员授予角色"
INTERNAL_ZH = "内部资料，未发布，不得引用、不得外传"

Make = Callable[[], bytes]
FILES_AT_ONCE, FILE_THREADS = 2, 32
"""Files made at once in a process, one of each reader; and threads in which they are made or wait for it."""

_FILES = Turns(at_once=1, longest_wait_seconds=120.0)
_making = threading.BoundedSemaphore(FILES_AT_ONCE)


def mark_zh(person: Person | None, *, scope: str, is_draft: bool) -> str:
    """Name and time, as screen and files of this person carry them; empty where nobody asks for it."""
    if person is None or not (scope or is_draft or load_settings().watermark == "all"):
        return ""
    internal = f"{INTERNAL_ZH}　" if is_draft else ""
    return f"{internal}{person.name_zh} {person.login} {datetime.now(CHINA):%Y-%m-%d %H:%M}"


def _in_turn(whose: str, make: Make) -> bytes:
    """What `make` gives, after the file the same reader asked for before, and while few others are made."""
    with _FILES.taken(whose), _making:
        return make()


def recorded(
    view: View,
    make: Make,
    what_zh: str,
    *,
    rows: Callable[[], int] | None = None,
    rights: tuple[str, ...] = ("export",),
) -> Make:
    """`make` for a download button: as it is without sign-in; with it, the right is looked up when the file is asked for.

    Args:
        what_zh: which file it is, for the audit trail.
        rows: how many rows the file has, asked after it is made; None for documents and pictures.
        rights: any of these lets it out.

    Raises:
        AccountError: (when the file is asked for) nobody is signed in any more, or without the right.
    """
    settings = load_settings()
    address = str(st.context.headers.get(ADDRESS_HEADER) or st.context.ip_address or "")
    make = partial(_in_turn, address, make)
    if settings.sign_in == "off":
        return make
    home, secret = Home(settings.home), st.context.cookies.get(sessions.COOKIE)
    purpose = "".join(sign for sign in st.session_state.get(PURPOSE, "") if sign.isprintable())[:LONGEST_PURPOSE]
    scope, is_draft = reads.seen_as(), view.is_draft
    facts = {"release": view.release_id, "kind": view.kind, "scope": scope, "purpose": purpose}

    def made() -> bytes:
        person = sessions.person(home, secret)
        # A person whose scope became another since the page was made gets nothing of the old one.
        if person is None or person.sees() != scope or not any(person.may(right) for right in rights):
            audit.record(home, "refused", who=person.login if person else "", address=address, subject=what_zh)
            raise AccountError(REFUSED_ZH)
        with watermark.marked_with(mark_zh(person, scope=scope, is_draft=is_draft) if not view.is_demo else ""):
            data = watermark.stamped(make())
        told = {**facts, "rows": rows() if rows else None, "bytes": len(data)}
        # First on record, then handed out.
        audit.record(home, "exported", who=person.login, address=address, subject=what_zh, details=told)
        return data

    return made


def marked(view: View):
    """Let files that are made in this run, before anybody presses for them, carry the mark of the person before it."""
    settings = load_settings()
    if settings.sign_in == "off" or view.is_demo:
        return watermark.marked_with("")
    person = sessions.person(Home(settings.home), st.context.cookies.get(sessions.COOKIE))
    return watermark.marked_with(mark_zh(person, scope=reads.seen_as(), is_draft=view.is_draft))
