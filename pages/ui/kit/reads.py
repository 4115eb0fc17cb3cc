"""Questions to the release, answered once per release: pages ask here and nowhere else.

A release never changes, so an answer is kept under the release's id and the question's arguments. Answers are shared
between sessions and must not be changed in place. What many ask at once, as after a publication, one works out for all.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from pages.ui.kit.worked_once import worked_once
from warehouse.home import Home
from warehouse.read import Releases
from warehouse.release.publishing import drafts
from warehouse.release.publishing.publish import release_ids as listed_release_ids
from warehouse.release.publishing.scope import make as make_scope
from warehouse.release.publishing.scope import scoped_home
from warehouse.settings import load_settings

KEPT_ANSWERS = 2000
KEPT_HOMES, KEPT_HEADERS = 1000, 64

REAL, DEMO = "real", "demo"
_SCOPE, _DRAFT = "_scope", "_draft"


def whole_home(kind: str) -> Home:
    """The data home of the real releases or of the demonstration, with desk, inbox and all releases."""
    home = Home(load_settings().home)
    return home.demo() if kind == DEMO else home


def see_as(area_id: str) -> None:
    """Let this session's pages read the scope of a unit; "" the whole releases. The frame says so at every run."""
    st.session_state[_SCOPE] = area_id


def seen_as() -> str:
    """The unit whose scope this session reads; empty for the whole releases."""
    return st.session_state.get(_SCOPE, "")


def see_draft(is_wanted: bool) -> None:
    """Let this session's pages read the release that waits to be published, if there is one; the frame says so."""
    st.session_state[_DRAFT] = is_wanted and drafts.draft_id(whole_home(REAL)) is not None


def sees_draft(kind: str) -> bool:
    """Whether what this session reads is not published yet."""
    return kind == REAL and st.session_state.get(_DRAFT, False)


def home_of(kind: str) -> Home:
    """The data home whose releases this session may read: the whole one, or that of its unit's scope.

    The demonstration is nobody's data and is read whole.

    Raises:
        RuntimeError: people sign in and no session runs here, so that nothing says whose releases these would be; ask
            by the folder of the view instead (`ask_at`, `releases_at`).
    """
    home = whole_home(kind)
    if get_script_run_ctx(suppress_warning=True) is None and load_settings().sign_in != "off":
        raise RuntimeError("asked for releases outside a run; ask by the folder of the view")
    if sees_draft(kind):
        home = drafts.drafts_home(home)
    area_id = st.session_state.get(_SCOPE, "")
    return scoped_home(home, area_id) if area_id and kind == REAL else home


# Streamlit's own caches take a millisecond to find an answer, most of it to hash the arguments; ours are short texts.
@worked_once(most=KEPT_HOMES)
def _releases(root: str) -> Releases:
    return Releases(Home(Path(root)))


def releases(kind: str) -> Releases:
    """The releases of one data home; opened files are shared by all sessions."""
    return _releases(str(home_of(kind).root))


def releases_at(root: str) -> Releases:
    """The releases of a data home known by its folder: for a file made outside a run, where no session says whose it is."""
    return _releases(root)


@worked_once(most=KEPT_ANSWERS)
def _answer(root: str, release_id: str, question: Callable, arguments: tuple) -> Any:
    with _releases(root).acquire(release_id) as release:
        return question(release, **dict(arguments))


@worked_once(most=KEPT_ANSWERS)
def _rows(root: str, release_id: str, question: Callable, arguments: tuple) -> list[dict[str, Any]]:
    return _answer(root, release_id, question, arguments).frame.to_dicts()


def rows_at(root: str, release_id: str, question: Callable, **arguments: Any) -> list[dict[str, Any]]:
    """The rows of an answer by column name; kept beside it, since making thousands of them takes longer than a page."""
    return _rows(root, release_id, question, tuple(sorted(arguments.items())))


def ask(question: Callable, *, kind: str, release_id: str, **arguments: Any) -> Any:
    """What `question(release, **arguments)` answers on that release; a function of `warehouse.read`.

    Raises:
        ReleaseMissing: the release is not there any more.
    """
    return ask_at(str(home_of(kind).root), release_id, question, **arguments)


def ask_at(root: str, release_id: str, question: Callable, **arguments: Any) -> Any:
    """As `ask`, where the data home is known already: reading the settings takes longer than a kept answer."""
    return _answer(root, release_id, question, tuple(sorted(arguments.items())))


@worked_once(most=KEPT_HEADERS)
def _header(root: str, release_id: str) -> dict[str, Any]:
    with _releases(root).acquire(release_id) as release:
        return dict(release.header)


def header(kind: str, release_id: str) -> dict[str, Any]:
    """The one row of `meta.release` of that release; for a unit's own people an older one is made when it is asked for."""
    home = home_of(kind)
    if kind == REAL and seen_as() and not sees_draft(kind) and release_id in listed_release_ids(whole_home(kind)):
        make_scope(whole_home(kind), seen_as(), release_id)
    return _header(str(home.root), release_id)


@st.cache_data(show_spinner="这是旧版结构的批次，正在从存档按现行结构重建……", ttl=600, max_entries=64)
def remade(root: str, release_id: str) -> str:
    """Have a release of an older shape made again in this program's; why that failed in words, empty when it is there.

    A failure is remembered for ten minutes, so that not every run of every page tries again.
    """
    from etl.rebuild import remake_beside

    why = remake_beside(Home(Path(root)), release_id)
    if not why:
        for kept in (_header, _answer, _rows):
            kept.clear()
    return why


def release_ids(kind: str) -> tuple[str, list[str]]:
    """The current release, and all releases there are, newest first.

    Raises:
        ReleaseMissing: there is no whole release.
    """
    with releases(kind).acquire() as release:
        current = release.release_id
    # A unit's file of an older release is made when somebody opens it.
    is_scoped = kind == REAL and seen_as() and not sees_draft(kind)
    listed = listed_release_ids(whole_home(kind) if is_scoped else home_of(kind))
    return current, listed if current in listed else [current, *listed]
