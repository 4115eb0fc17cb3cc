"""Who may write here, and what came of the last press: rights are looked up anew whenever something is done."""

from collections.abc import Callable

import streamlit as st

from pages.ui.frame.identity import address, here_is
from pages.ui.kit import reads
from pages.ui.kit.block import block
from pages.ui.kit.html import esc
from pages.ui.kit.view import View
from warehouse.editions.record import Actor, Edition
from warehouse.errors import YanglaoError
from warehouse.home import Home
from warehouse.people.roles import RIGHTS, covers

SAID = "_editions_said"


def home_of(view: View) -> Home:
    """The data home whose desk and editions these are."""
    return reads.whole_home(view.kind)


def may(view: View, right: str, area_id: str) -> bool:
    """Whether the person of this run may do it here; without sign-in nobody may."""
    person = here_is()
    return person is not None and person.may(right, area_id, view.city)


def acted(view: View, right: str, area_id: str, act: Callable[[Home, Actor], str]) -> bool:
    """Do it for the person of this run, whose right is looked up anew; note what came of it. Whether it was done."""
    person = here_is()
    if person is None or not person.may(right, area_id, view.city):
        st.session_state[SAID] = ("bad", f"没有办成：登录已结束，或没有“{RIGHTS[right]}”的权限")
        return False
    actor = Actor(who=person.login, name_zh=person.name_zh, address=address())
    try:
        st.session_state[SAID] = ("good", act(home_of(view), actor))
    except YanglaoError as refused:
        st.session_state[SAID] = ("bad", str(refused))
        return False
    return True


def said() -> None:
    """What came of the last press."""
    tone, text = st.session_state.pop(SAID, ("", ""))
    if text:
        lines = "<br>".join(esc(line) for line in text.splitlines())
        block(f'<div class="verdict {tone}" role="status"><b>{lines}</b></div>', key="edition-said")


def seen_by_reader(found: Edition) -> bool:
    """Whether the reader of this session may open it: a person of a unit reads that unit's editions."""
    return covers(reads.seen_as(), found.identity.area_id)
