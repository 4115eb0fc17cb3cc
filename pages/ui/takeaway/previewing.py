"""Who is shown the draft in this run: whoever may publish it and asked for it, and those to whom a preview was given."""

import streamlit as st

from pages.ui.kit import reads
from warehouse.people import audit, previews
from warehouse.people.sessions import Person
from warehouse.release.publishing import drafts

ASKED, SECRET = "draft", "preview"
"""Parameters of the address; the session keeps both, since the menu clears the address."""
_ASKED, _SECRET = "_draft_asked", "_preview_secret"
ENDED_ZH = "预览已结束：过了截止时间、已被收回，或草稿已发布、被替换；也可能不是给您的。这里是现行批次。"


def sees_draft(person: Person | None, *, address: str = "") -> tuple[bool, str]:
    """Whether this run shows the draft, and what is to be said when a link to it opened nothing.

    The first look through a link is on record before anything is shown.
    """
    if person is None:
        return False, ""
    asked = st.query_params.get(ASKED)
    if asked is not None:
        st.session_state[_ASKED] = asked == "1"
    if st.session_state.get(_ASKED) and person.may("publish"):
        return True, ""
    linked = st.query_params.get(SECRET)
    secret = linked or st.session_state.get(_SECRET)
    if not secret:
        return False, ""
    preview = _opened(person, secret)
    if preview is None:
        st.session_state.pop(_SECRET, None)
        return False, ENDED_ZH
    if st.session_state.get(_SECRET) != secret:
        details = {"release": preview.release_id, "kind": "预览"}
        audit.record(
            reads.whole_home(reads.REAL), "viewed", who=person.login, address=address, subject=preview.release_id,
            details=details,
        )  # fmt: skip
        st.session_state[_SECRET] = secret
    return True, ""


def still_sees_draft(person: Person) -> bool:
    """Whether a part of the page that runs again by itself may go on showing the draft."""
    if st.session_state.get(_ASKED) and person.may("publish"):
        return True
    return _opened(person, st.session_state.get(_SECRET)) is not None


def _opened(person: Person, secret: str | None) -> previews.Preview | None:
    home = reads.whole_home(reads.REAL)
    preview = previews.opened_by(home, secret, login=person.login)
    return preview if preview is not None and preview.release_id == drafts.draft_id(home) else None
