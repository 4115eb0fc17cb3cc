"""Messages to pages go out in turns of their readers, whoever has most pages open."""

from types import SimpleNamespace

from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue

from pages.server.delivery import next_pages
from pages.ui.frame.identity import ADDRESS_HEADER


def open_page(name: str, address: str | None) -> SimpleNamespace:
    """What the sending loop knows of a page, with a message that waits."""
    headers = [("Cookie", ""), (ADDRESS_HEADER.title(), address)] if address else []
    page = SimpleNamespace(
        session=SimpleNamespace(id=name, _browser_queue=ForwardMsgQueue()),
        client=SimpleNamespace(client_context=SimpleNamespace(headers=headers)),
    )
    write(page)
    return page


def write(page: SimpleNamespace) -> None:
    page.session._browser_queue.enqueue(ForwardMsg(script_finished=ForwardMsg.FINISHED_SUCCESSFULLY))


def sent(pages: list[SimpleNamespace]) -> tuple[str, bool]:
    """Names of the pages whose messages go out now, and whether others wait."""
    chosen, are_others_waiting = next_pages(pages)
    for page in chosen:
        page.session._browser_queue.flush()
    return " ".join(page.session.id for page in chosen), are_others_waiting


def test_who_opened_many_pages_gets_one_after_the_other_and_the_others_go_beside():
    many = [open_page(f"a{number}", "10.0.0.1") for number in (1, 2, 3)]
    other, unnamed = open_page("b", "10.0.0.2"), open_page("c", None)
    pages = [*many, other, unnamed]
    assert sent(pages) == ("a1 b c", True)
    # What came meanwhile for the first page waits behind the two that have had no turn.
    write(many[0])
    write(other)
    assert sent(pages) == ("a2 b", True)
    assert sent(pages) == ("a3", True)
    assert sent(pages) == ("a1", False)
    assert sent(pages) == ("", False)
