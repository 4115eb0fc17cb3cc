"""What a server holds of the machine's memory, as it serves: after the first page, after a search, after every page."""

import asyncio
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from pages.registry import PAGES
from tests.conftest import APP, ROOT, free_port, run_async, wait_until_healthy
from warehouse.home import Home


@dataclass(frozen=True, kw_only=True)
class Held:
    """Megabytes: resident, as an administrator sees it, and what would come free if this process alone ended."""

    resident: float
    own: float


@dataclass(frozen=True, kw_only=True)
class Server:
    """A server that this process alone asks."""

    address: str
    pid: int

    def held(self) -> Held:
        """What it holds now."""
        lines = Path(f"/proc/{self.pid}/smaps_rollup").read_text(encoding="ascii").splitlines()[1:]
        found = {name: int(rest.split()[0]) / 1024 for name, _, rest in (line.partition(":") for line in lines)}
        return Held(resident=found["Rss"], own=found["Private_Clean"] + found["Private_Dirty"])

    def has_loaded(self, library: str) -> bool:
        """Whether a file of this name, or one that begins so, is loaded."""
        maps = Path(f"/proc/{self.pid}/maps").read_text(encoding="utf-8").splitlines()
        return any(line.rpartition("/")[2].startswith(library) for line in maps)

    def ask(self, path: str) -> bytes:
        """The answer to a plain request."""
        with urllib.request.urlopen(f"{self.address}{path}", timeout=60) as answer:
            return answer.read()

    def show_every_page(self, kind: str) -> None:
        """Every page of 濮阳 and of 抚顺, one after the other, as a browser asks for them."""
        run_async(_shown(self.address, kind))


@contextmanager
def server(home: Home) -> Iterator[Server]:
    """A server on `home`, once it answers."""
    port, log = free_port(), home.root.parent / "memory.log"
    environment = {**os.environ, "YANGLAO_HOME": str(home.root), "YANGLAO_PORT": str(port), "YANGLAO_DEMO": "off"}
    with (
        log.open("w") as output,
        subprocess.Popen([sys.executable, *APP], cwd=ROOT, env=environment, stderr=output) as process,
    ):
        try:
            wait_until_healthy(f"http://127.0.0.1:{port}", process, log)
            yield Server(address=f"http://127.0.0.1:{port}", pid=process.pid)
        finally:
            process.terminate()


async def _shown(address: str, kind: str) -> None:
    stream = address.replace("http://", "ws://") + "/_stcore/stream"
    async with websockets.connect(stream, subprotocols=["streamlit"], max_size=None, open_timeout=60) as socket:
        for entry in PAGES:
            for city in ("puyang", "fushun"):
                asked, answer = BackMsg(), ForwardMsg()
                asked.rerun_script.query_string = f"data={kind}&city={city}"
                asked.rerun_script.page_name = entry.url_path
                await socket.send(asked.SerializeToString())
                while answer.WhichOneof("type") != "script_finished":
                    answer.ParseFromString(await asyncio.wait_for(socket.recv(), timeout=60))
                    assert answer.delta.new_element.WhichOneof("type") != "exception", entry.url_path
