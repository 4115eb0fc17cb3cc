"""Whose messages go out next: of each reader those of one page, then the next page of each; and when.

Streamlit sends all that has gathered for one page before it looks at the next, in the order in which pages were opened.
Behind forty pages that one reader opened at once, the finished page of anybody else would lie for seconds.

It also sends what a run has made so far every ten milliseconds. A browser draws the page anew for each lot, which takes it
longer than a run does: what a run makes goes out together, unless the run is a long one.
"""

import asyncio
from collections.abc import Iterable
from itertools import count
from typing import Any

from pages.ui.frame.identity import ADDRESS_HEADER

HELD_SECONDS = 0.05
"""So long the first message of a run waits for the rest of it."""

_LAST_TURN, _READER, _SINCE = "_yanglao_last_turn", "_yanglao_reader", "_yanglao_since"
_turns = count(1)


def share_delivery() -> None:
    """Have the server send what pages made in turns of their readers, from now on and in this process."""
    from streamlit.runtime import Runtime
    from streamlit.runtime.websocket_session_manager import WebsocketSessionManager

    def list_active_sessions(self: Any) -> list[Any]:
        """For Streamlit's loop that sends; nothing else here asks for the list."""
        loop = asyncio.get_running_loop()
        chosen, again_in = next_pages(self._active_session_info_by_id.values(), loop.time())
        if again_in is not None:
            # Then the loop looks again, whether or not there is something new.
            loop.call_later(again_in, Runtime.instance()._enqueued_some_message)
        return chosen

    WebsocketSessionManager.list_active_sessions = list_active_sessions
    # Streamlit's own counts the list.
    WebsocketSessionManager.num_active_sessions = lambda self: len(self._active_session_info_by_id)


def next_pages(pages: Iterable[Any], now: float) -> tuple[list[Any], float | None]:
    """Of each reader the page with messages that has waited longest; and in how many seconds to look again, None for never.

    Args:
        pages: Streamlit's `ActiveSessionInfo` of every page that is open.
        now: seconds of a clock that never goes back.
    """
    from streamlit.runtime.app_session import AppSessionState

    chosen: dict[str, Any] = {}
    waiting, held = 0, []
    for page in pages:
        if page.session._browser_queue.is_empty():
            continue
        until = (getattr(page.session, _SINCE, None) or now) + HELD_SECONDS
        if page.session._state is AppSessionState.APP_IS_RUNNING and now < until:
            setattr(page.session, _SINCE, until - HELD_SECONDS)
            held.append(until - now)
            continue
        waiting += 1
        reader = _reader(page)
        if reader not in chosen or _last_turn(page) < _last_turn(chosen[reader]):
            chosen[reader] = page
    for page in chosen.values():
        setattr(page.session, _LAST_TURN, next(_turns))
        setattr(page.session, _SINCE, None)
    return list(chosen.values()), 0 if waiting > len(chosen) else min(held, default=None)


def _last_turn(page: Any) -> int:
    return getattr(page.session, _LAST_TURN, 0)


def _reader(page: Any) -> str:
    """The reader's address, as the door told it; a page of nobody's is a reader of its own."""
    known = getattr(page.session, _READER, None)
    if known is None:
        told = (value for name, value in page.client.client_context.headers if name.lower() == ADDRESS_HEADER)
        known = next(told, page.session.id)
        setattr(page.session, _READER, known)
    return known
