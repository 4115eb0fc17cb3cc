"""Parts of a page that run again without it: each of their runs asks for the session first, as the frame does.

Streamlit runs a fragment, and what stands in a dialog, without the script around it. A person who was signed out or lost
a role in the meantime must see nothing more: the whole page runs then, and says so.
"""

import functools
from collections.abc import Callable
from typing import Any

import streamlit as st

from pages.ui.kit import reads
from pages.ui.takeaway import previewing
from warehouse.home import Home
from warehouse.people import sessions
from warehouse.settings import load_settings


def fragment(*, run_every: float | None = None) -> Callable[[Callable], Callable]:
    """`st.fragment` that ends with the session."""
    return lambda make: st.fragment(_while_signed_in(make), run_every=run_every)


def dialog(title_zh: str, **options: Any) -> Callable[[Callable], Callable]:
    """`st.dialog` that ends with the session."""
    return lambda make: st.dialog(title_zh, **options)(_while_signed_in(make))


def _while_signed_in(make: Callable) -> Callable:
    @functools.wraps(make)
    def run(*arguments: Any, **named: Any) -> Any:
        if not still_reads_the_same():
            st.rerun()
        return make(*arguments, **named)

    return run


def still_reads_the_same() -> bool:
    """Whether the person of this session may still read what the frame opened for the page."""
    settings = load_settings()
    if settings.sign_in == "off":
        return True
    person = sessions.person(Home(settings.home), st.context.cookies.get(sessions.COOKIE))
    if person is None or person.must_change or person.sees() != reads.seen_as():
        return False
    return not reads.sees_draft(reads.REAL) or previewing.still_sees_draft(person)
