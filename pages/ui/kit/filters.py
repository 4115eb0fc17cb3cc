"""What a link holds: data, city, release, larger type. Codes in the address, Chinese on the page.

Streamlit's own binding (`bind="query-params"`) writes the label of an option into the address; ours hold codes, which
stay the same when a label changes and which the programming interface understands. Where value and label are one
(release, larger type) the binding is used as it is.
"""

import time
from collections.abc import Mapping

import streamlit as st

NOTES = "_filter_notes"
LAST_PAGE = "_page"
# What goes along from page to page, whether the page asks for it or not.
CARRIED = ("city", "month", "base", "data", "release")
MOST_BUTTONS = 5
# What was pressed and does not stand in the browser's address yet; so long after its run it may still be on its way there.
_PRESSED, _CARRIED_AT = "_pressed_choices", "_carried_at"
ON_ITS_WAY_SECONDS = 1.0
LIST_WIDTH = 380


def begin(url_path: str) -> None:
    """Start a run: forget the notes of the last one and see whether the reader came from another page."""
    st.session_state[NOTES] = []
    st.session_state["_page_changed"] = st.session_state.get(LAST_PAGE) != url_path
    st.session_state[LAST_PAGE] = url_path
    _press_again()
    for name in CARRIED:
        if name in st.query_params:
            st.session_state[f"_chosen_{name}"] = st.query_params[name]


def _press_again() -> None:
    """Choose again what was pressed just before the press that this run answers: that one was sent with the address the
    browser had before both, and the run between was given up for this one or is not told of yet."""
    carried_at = st.session_state.get(_CARRIED_AT)
    if carried_at is not None and time.monotonic() - carried_at > ON_ITS_WAY_SECONDS:
        st.session_state.pop(_PRESSED, None)
    for name, (before, code) in st.session_state.get(_PRESSED, {}).items():
        is_asked = name in CARRIED or not st.session_state["_page_changed"]
        if is_asked and st.query_params.get(name) == before:
            put(name, code)
    st.session_state[_CARRIED_AT] = None


def carry() -> None:
    """End a run: what was chosen on other pages stands in the address too, so that its links lead on with it."""
    for name in CARRIED:
        if (code := st.session_state.get(f"_chosen_{name}")) and name not in st.query_params:
            put(name, code)
    st.session_state[_CARRIED_AT] = time.monotonic()


def note(text_zh: str) -> None:
    """Something the reader must know about the link followed; shown by the frame under the masthead."""
    st.session_state[NOTES].append(text_zh)


def notes() -> list[str]:
    """What `note` was told in this run."""
    return list(st.session_state.get(NOTES, ()))


def chosen(name: str) -> str | None:
    """What was chosen for `name`, on this page or before on another; None for the default."""
    return st.session_state.get(f"_chosen_{name}")


def wanted(name: str, options: Mapping[str, str], default: str, *, what_zh: str) -> str:
    """The option the address asks for; what was chosen before on another page; else `default`.

    A code that is not among the options leads to the default and a note which says so.
    """
    in_address = st.query_params.get(name)
    remembered = st.session_state.get(f"_chosen_{name}")
    if in_address is None:
        # The menu clears the address; the choice goes along. On the same page an empty address means the default.
        carried = remembered if st.session_state["_page_changed"] and remembered in options else default
        return _remember(name, carried, default)
    if in_address in options:
        return _remember(name, in_address, default)
    note(f"链接中的{what_zh}“{in_address}”在本批次里没有，已改看{options[default]}。")
    return _remember(name, default, default)


def _remember(name: str, code: str, default: str) -> str:
    # A default is no choice: whoever follows the newest release, or its last month, goes on with the next one.
    st.session_state[f"_chosen_{name}"] = None if code == default else code
    put(name, None if code == default else code)
    return code


def put(name: str, code: str | None) -> None:
    """Write `code` into the address, or take the parameter out."""
    if code is None:
        if name in st.query_params:
            del st.query_params[name]
    elif st.query_params.get(name) != code:
        st.query_params[name] = code


def choice(name: str, label_zh: str, options: Mapping[str, str], default: str, *, what_zh: str) -> str:
    """A row of options for the parameter `name`; returns the code chosen.

    More than five options become a drop-down list.
    """
    code = wanted(name, options, default, what_zh=what_zh)
    key = f"pick_{name}"
    st.session_state[key] = code

    def changed() -> None:
        picked = st.session_state[key] or default
        st.session_state[f"_chosen_{name}"] = picked
        before, after = st.query_params.get(name), None if picked == default else picked
        st.session_state[_CARRIED_AT] = None
        st.session_state[_PRESSED] = {**st.session_state.get(_PRESSED, {}), name: (before, after)}
        put(name, after)

    if len(options) > MOST_BUTTONS:
        st.selectbox(label_zh, list(options), format_func=options.get, key=key, on_change=changed, width=LIST_WIDTH)
    else:
        st.segmented_control(
            label_zh, list(options), format_func=options.get, key=key, on_change=changed, required=True
        )
    return st.session_state[key]
