"""How messages to a browser are packed: with a window that sees what the page said before.

uvicorn packs with a window of 4 kB and does not let it be chosen; the parts of a page repeat each other over 70 kB.
"""

from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.extensions.permessage_deflate import ServerPerMessageDeflateFactory

WINDOW_BITS, MEMORY_LEVEL = 15, 7
"""A window of 32 kB, 192 kB of memory for each reader whose page is open."""


class PackedWebSocket(WebSocketsSansIOProtocol):
    """uvicorn's protocol, packing with the whole window; what a browser sends is short and keeps the small one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.config.ws_per_message_deflate:
            self.conn.available_extensions = [
                ServerPerMessageDeflateFactory(
                    server_max_window_bits=WINDOW_BITS,
                    client_max_window_bits=12,
                    compress_settings={"memLevel": MEMORY_LEVEL},
                )
            ]
