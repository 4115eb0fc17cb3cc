"""Whose messages go out next: of each reader those of one page, then the next page of each.

Streamlit sends all that has gathered for one page before it looks at the next, in the order in which pages were opened.
Behind forty pages that one reader opened at once, the finished page of anybody else would lie for seconds.
"""

from collections.abc import Iterable
from itertools import count
from typing import Any

from pages.ui.frame.identity import ADDRESS_HEADER

_LAST_TURN, _READER = "_yanglao_last_turn", "_yanglao_reader"
_turns = count(1)


def share_delivery() -> None:
    """Have the server send what pages made in turns of their readers, from now on and in this process."""
    from streamlit.runtime import Runtime
    from streamlit.runtime.websocket_session_manager import WebsocketSessionManager

    def list_active_sessions(self: Any) -> list[Any]:
        """For Streamlit's loop that sends; nothing else here asks for the list."""
        chosen, are_others_waiting = next_pages(self._active_session_info_by_id.values())
        if are_others_waiting:
            # Once these are sent the loop looks again instead of waiting for something new.
            Runtime.instance()._enqueued_some_message()
        return chosen

    WebsocketSessionManager.list_active_sessions = list_active_sessions
    # Streamlit's own counts the list.
    WebsocketSessionManager.num_active_sessions = lambda self: len(self._active_session_info_by_id)


def next_pages(pages: Iterable[Any]) -> tuple[list[Any], bool]:
    """Of each reader the page with messages that has waited longest; and whether more of them have messages.

    Args:
        pages: Streamlit's `ActiveSessionInfo` of every page that is open.
    """
    chosen: dict[str, Any] = {}
    waiting = 0
    for page in pages:
        if page.session._browser_queue.is_empty():
            continue
        waiting += 1
        reader = _reader(page)
        if reader not in chosen or _last_turn(page) < _last_turn(chosen[reader]):
            chosen[reader] = page
    for page in chosen.values():
        setattr(page.session, _LAST_TURN, next(_turns))
    return list(chosen.values()), waiting > len(chosen)


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
