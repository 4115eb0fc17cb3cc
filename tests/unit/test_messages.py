"""Of what comes over a page's websocket only what pages here send reaches Streamlit."""

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg

from pages.server.messages import OnlyOurMessages, is_heard
from tests.conftest import run_async

RUN, BEAT = BackMsg(), BackMsg(app_heartbeat=True)
RUN.rerun_script.query_string = "city=puyang"


def operation(name: str) -> BackMsg:
    asked = BackMsg()
    getattr(asked.backend_operation_request, name).SetInParent()
    return asked


@pytest.mark.parametrize(
    "asked", [RUN, BEAT, BackMsg(stop_script=True), operation("deferred_file"), operation("dataframe_chunk")]
)
def test_what_a_page_asks_for_is_heard(asked):
    assert is_heard(asked.SerializeToString())


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xff\xff",
        BackMsg(clear_cache=True).SerializeToString(),
        BackMsg(load_git_info=True).SerializeToString(),
        BackMsg(set_run_on_save=True).SerializeToString(),
        BackMsg(debug_shutdown_runtime=True).SerializeToString(),
        BackMsg(debug_disconnect_websocket=True).SerializeToString(),
        operation("install_skills").SerializeToString(),
        operation("dismiss_skills_nudge").SerializeToString(),
        # Protobuf takes the last of two: whatever comes first is not obeyed either.
        RUN.SerializeToString() + BackMsg(clear_cache=True).SerializeToString(),
    ],
)
def test_what_would_empty_the_caches_of_all_or_look_at_the_machine_is_not(content):
    assert not is_heard(content)


def test_a_message_that_is_not_heard_is_passed_over_and_the_next_one_comes():
    sent = [
        {"type": "websocket.connect"},
        {"type": "websocket.receive", "bytes": BackMsg(clear_cache=True).SerializeToString()},
        {"type": "websocket.receive", "text": "clear_cache"},
        {"type": "websocket.receive", "bytes": BEAT.SerializeToString()},
        {"type": "websocket.disconnect"},
    ]
    coming, heard = iter(sent), []

    async def receive():
        return next(coming)

    async def inside(scope, receive, send):
        while (message := await receive())["type"] != "websocket.disconnect":
            heard.append(message)

    run_async(OnlyOurMessages(inside)({"type": "websocket"}, receive, None))
    assert heard == [sent[0], sent[3]]
