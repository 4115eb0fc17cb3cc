"""Page scripts, warm, as a server runs them for a reader who asks over the websocket and keeps what he got.

Measured is the processor time of the script's thread (`tests.bench.timed`): the frame, the page, its kept answers, and
all messages for the browser. What is not in it, packing and sending them, is in the wall time beside, from the request
until the reader knows that the script has ended. The floor is an empty page, served and asked for in the same way.
"""

import asyncio
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

from pages.registry import PAGES
from tests.bench.homes import city_home
from tests.bench.rows import Row
from tests.conftest import ROOT, free_port, served

WARM, RUNS = 3, 15
BUDGET = 20
BARE = "import streamlit as st\nst.title('x')\nst.selectbox('a', [1, 2])\nfor n in range(8):\n    st.html('<p>' + 'x' * 2000)"


def rows() -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as folder:
        notes = Path(folder) / "notes"
        noted = ("-m", "tests.bench.timed", str(notes))
        bare = Path(folder) / "bare.py"
        bare.write_text(BARE, encoding="utf-8")
        port = free_port()
        empty = (*noted, "streamlit", "run", str(bare), "--server.headless=true", "--server.address=127.0.0.1",
                 f"--server.port={port}", "--browser.gatherUsageStats=false")  # fmt: skip
        with served(city_home().root, port=port, program=empty) as address:
            floor, _ = asyncio.run(_warm(address, "", "", notes))
        with served(city_home().root, program=(*noted, str(ROOT / "app.py"))) as address:
            for kind in ("real", "demo"):
                for entry in PAGES:
                    page = "" if entry is PAGES[0] else entry.url_path
                    script, wall = asyncio.run(_warm(address, page, f"data={kind}", notes))
                    yield Row(
                        name=f"page script, warm, {kind}: {entry.url_path}",
                        measured=script,
                        unit="ms",
                        budget=BUDGET,
                        floor=floor,
                        note=f"({wall:.0f} ms wall until it has come)",
                    )


async def _warm(address: str, page: str, query: str, notes: Path) -> tuple[float, float]:
    """Median milliseconds of a run of that page: processor time of its script, and wall time until the reader has it."""
    stream = address.replace("http://", "ws://") + "/_stcore/stream"
    asked = BackMsg()
    asked.rerun_script.page_name, asked.rerun_script.query_string = page, query
    asked.rerun_script.context_info.url = f"{address}/{page}"
    before, walls = _noted(notes), []
    async with connect(stream, subprotocols=["streamlit"], max_size=None) as socket:
        for _ in range(WARM + RUNS):
            start = time.perf_counter()
            await socket.send(asked.SerializeToString())
            kept = await _until_finished(socket)
            walls.append(time.perf_counter() - start)
            # What a browser keeps of earlier messages is named again when it asks; it is sent once.
            known = set(asked.rerun_script.cached_message_hashes)
            asked.rerun_script.cached_message_hashes.extend(kept - known)
        # The reader knows of the end a moment before it is noted.
        while len(found := _noted(notes)) < len(before) + WARM + RUNS:
            await asyncio.sleep(0.01)
    return 1000 * statistics.median(found[-RUNS:]), 1000 * statistics.median(walls[-RUNS:])


def _noted(notes: Path) -> list[float]:
    return [float(line) for line in notes.read_text(encoding="ascii").split()] if notes.exists() else []


async def _until_finished(socket: ClientConnection) -> set[str]:
    """Hashes of the messages a browser keeps, once the script has ended without a fault."""
    kept, answer = set(), ForwardMsg()
    while answer.WhichOneof("type") != "script_finished":
        answer.ParseFromString(await asyncio.wait_for(socket.recv(), timeout=60))
        assert answer.delta.new_element.WhichOneof("type") != "exception", answer
        if answer.metadata.cacheable:
            kept.add(answer.hash)
    return kept
