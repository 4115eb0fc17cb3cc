"""What a change of city costs on the line between server and reader: the bytes that come, as they come."""

import asyncio

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory

from pages.registry import PAGES
from tests.conftest import run_async

MOST_BYTES = 30_000


class Counted(ClientConnection):
    """A connection that counts what it receives, before anything is unpacked."""

    received = 0

    def data_received(self, data: bytes) -> None:
        """Count, then go on."""
        self.received += len(data)
        super().data_received(data)


async def bytes_of_a_change(url: str, kind: str, page: str) -> tuple[int, int]:
    """Bytes on the line and bytes unpacked when a page of 濮阳 becomes one of 抚顺."""
    stream = url.replace("http://", "ws://") + "/_stcore/stream"
    # Offered as browsers offer it: the server packs with its whole window. The library would ask for an eighth of it.
    packed = [ClientPerMessageDeflateFactory(client_max_window_bits=True)]
    async with connect(
        stream,
        subprotocols=["streamlit"],
        max_size=None,
        create_connection=Counted,
        compression=None,
        extensions=packed,
        open_timeout=60,
    ) as socket:
        # What a browser keeps of earlier messages is named again when it asks; it is sent once.
        kept: set[str] = set()
        for city in ("puyang", "fushun"):
            asked, before, unpacked = BackMsg(), socket.received, 0
            asked.rerun_script.query_string = f"data={kind}&city={city}"
            asked.rerun_script.page_name = page
            asked.rerun_script.cached_message_hashes.extend(kept)
            await socket.send(asked.SerializeToString())
            answer = ForwardMsg()
            while answer.WhichOneof("type") != "script_finished":
                content = await asyncio.wait_for(socket.recv(), timeout=60)
                answer.ParseFromString(content)
                unpacked += len(content)
                assert answer.delta.new_element.WhichOneof("type") != "exception", page
                if answer.metadata.cacheable:
                    kept.add(answer.hash)
        return socket.received - before, unpacked


def test_a_change_of_city_is_at_most_thirty_kilobytes_on_the_line(demo_url, full):
    pages = [entry.url_path for entry in PAGES if entry.by_city]
    few = ["overview", "trends", "targets", "coverage"]
    assert set(few) <= set(pages)
    for page in pages if full else few:
        for kind in ("real", "demo") if full else ("demo",):
            received, unpacked = run_async(bytes_of_a_change(demo_url, kind, page))
            assert received <= MOST_BYTES, (page, kind, received, unpacked)
            assert received < unpacked / 2, (page, kind, received, unpacked)
