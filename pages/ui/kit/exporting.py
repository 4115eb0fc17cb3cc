"""What leaves as a file, where people sign in: refused without the right, and on record with whom, what and what for."""

from collections.abc import Callable

import streamlit as st

from pages.ui.kit import reads
from pages.ui.kit.view import View
from warehouse.errors import AccountError
from warehouse.home import Home
from warehouse.people import audit, sessions
from warehouse.settings import load_settings

PURPOSE = "_export_purpose"
LONGEST_PURPOSE = 200
ADDRESS_HEADER = "x-yanglao-address"
REFUSED_ZH = "没有导出的权限，没有生成文件。需要文件请联系管理员授予角色"

Made = Callable[[], bytes]


def recorded(view: View, make: Made, what_zh: str, *, rows: Callable[[], int] | None = None) -> Made:
    """`make` for a download button: as it is without sign-in; with it, the right is looked up when the file is asked for.

    Args:
        what_zh: which file it is, for the audit trail.
        rows: how many rows the file has, asked after it is made; None for documents and pictures.

    Raises:
        AccountError: (when the file is asked for) nobody is signed in any more, or without the right to export.
    """
    settings = load_settings()
    if settings.sign_in == "off":
        return make
    home, secret = Home(settings.home), st.context.cookies.get(sessions.COOKIE)
    address = str(st.context.headers.get(ADDRESS_HEADER) or st.context.ip_address or "")
    purpose = "".join(sign for sign in st.session_state.get(PURPOSE, "") if sign.isprintable())[:LONGEST_PURPOSE]
    facts = {"release": view.release_id, "kind": view.kind, "scope": reads.seen_as(), "purpose": purpose}

    def made() -> bytes:
        person = sessions.person(home, secret)
        if person is None or not person.may("export"):
            audit.record(home, "refused", who=person.login if person else "", address=address, subject=what_zh)
            raise AccountError(REFUSED_ZH)
        data = make()
        told = {**facts, "rows": rows() if rows else None, "bytes": len(data)}
        # First on record, then handed out.
        audit.record(home, "exported", who=person.login, address=address, subject=what_zh, details=told)
        return data

    return made
