"""What a page may say over its websocket: that it wants to be run, to stop, to send a file or to take one along.

Streamlit obeys more than its page asks for here: anybody could empty the caches of all readers again and again, or have
the program look for its repository.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from streamlit.proto.BackMsg_pb2 import BackMsg

HEARD = ("rerun_script", "stop_script", "app_heartbeat", "file_urls_request", "backend_operation_request")
HEARD_OPERATIONS = ("deferred_file", "dataframe_chunk")

Message = dict[str, Any]


class OnlyOurMessages:
    """ASGI middleware that passes on of a page's messages those that pages here send; the others are not heard."""

    def __init__(self, app: Any) -> None:
        self._app = app

    async def __call__(self, scope: Message, receive: Callable[[], Awaitable[Message]], send: Any) -> None:
        if scope["type"] != "websocket":
            await self._app(scope, receive, send)
            return

        async def heard() -> Message:
            while True:
                message = await receive()
                if message["type"] != "websocket.receive" or is_heard(message.get("bytes") or b""):
                    return message

        await self._app(scope, heard, send)


def is_heard(content: bytes) -> bool:
    """Whether a message is one of those pages here send; what nobody can read is not."""
    try:
        asked = BackMsg.FromString(content)
    except Exception:  # protobuf's own, of a library that Streamlit brings along
        return False
    if asked.WhichOneof("type") == "backend_operation_request":
        return asked.backend_operation_request.WhichOneof("payload") in HEARD_OPERATIONS
    return asked.WhichOneof("type") in HEARD
