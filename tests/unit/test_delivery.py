"""Messages to pages go out in turns of their readers, whoever has most pages open; what a short run makes, together."""

from types import SimpleNamespace

import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.app_session import AppSessionState
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue

from pages.server.delivery import HELD_SECONDS, next_pages
from pages.ui.frame.identity import ADDRESS_HEADER


def open_page(name: str, address: str | None) -> SimpleNamespace:
    """What the sending loop knows of a page, with a message that waits."""
    headers = [("Cookie", ""), (ADDRESS_HEADER.title(), address)] if address else []
    page = SimpleNamespace(
        session=SimpleNamespace(id=name, _browser_queue=ForwardMsgQueue(), _state=AppSessionState.APP_NOT_RUNNING),
        client=SimpleNamespace(client_context=SimpleNamespace(headers=headers)),
    )
    write(page)
    return page


def write(page: SimpleNamespace) -> None:
    page.session._browser_queue.enqueue(ForwardMsg(script_finished=ForwardMsg.FINISHED_SUCCESSFULLY))


def sent(pages: list[SimpleNamespace], now: float = 0.0) -> tuple[str, float | None]:
    """Names of the pages whose messages go out now, and in how many seconds to look again."""
    chosen, again_in = next_pages(pages, now)
    for page in chosen:
        page.session._browser_queue.flush()
    return " ".join(page.session.id for page in chosen), again_in


def test_who_opened_many_pages_gets_one_after_the_other_and_the_others_go_beside():
    many = [open_page(f"a{number}", "10.0.0.1") for number in (1, 2, 3)]
    other, unnamed = open_page("b", "10.0.0.2"), open_page("c", None)
    pages = [*many, other, unnamed]
    assert sent(pages) == ("a1 b c", 0)
    # What came meanwhile for the first page waits behind the two that have had no turn.
    write(many[0])
    write(other)
    assert sent(pages) == ("a2 b", 0)
    assert sent(pages) == ("a3", 0)
    assert sent(pages) == ("a1", None)
    assert sent(pages) == ("", None)


def test_what_a_run_makes_waits_for_the_rest_of_it_but_not_for_long():
    short, long = open_page("short", "10.0.0.1"), open_page("long", "10.0.0.2")
    for page in (short, long):
        page.session._state = AppSessionState.APP_IS_RUNNING
    pages = [short, long]
    assert sent(pages, 100.0) == ("", pytest.approx(HELD_SECONDS))
    # More comes; the time runs since the first.
    write(long)
    assert sent(pages, 100.0 + HELD_SECONDS / 2) == ("", pytest.approx(HELD_SECONDS / 2))
    # One run is over before the time is: all it made goes out at once.
    short.session._state = AppSessionState.APP_NOT_RUNNING
    assert sent(pages, 100.0 + HELD_SECONDS / 2) == ("short", pytest.approx(HELD_SECONDS / 2))
    # The other goes on: what there is of it goes out, and the next waits as long again.
    assert sent(pages, 100.0 + 1.01 * HELD_SECONDS) == ("long", None)
    write(long)
    assert sent(pages, 101.0) == ("", pytest.approx(HELD_SECONDS))
    assert sent(pages, 101.0 + 1.01 * HELD_SECONDS) == ("long", None)
