"""Fifty readers at once, each clicking every five seconds, over the real websocket; server-side time and memory.

And what a change of city brings them: bytes on the line, beside what they are when unpacked.
"""

import asyncio
import json
import random
import statistics
import time
from collections.abc import Iterator
from pathlib import Path

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from pages.registry import PAGES
from tests.bench.homes import city_home
from tests.bench.rows import Row
from tests.build.test_on_the_wire import MOST_BYTES, bytes_of_a_change
from tests.conftest import served
from tests.memory import server

SESSIONS = 50
THINK_SECONDS = 5
CLICKS = 6
SETTLED_SECONDS = 8
CHANGED = ("overview", "trends", "targets", "coverage")


def rows() -> Iterator[Row]:
    yield from _held()
    with served(city_home().root) as address:
        process = _server_of(address)
        # Every page once on both releases, so that what is kept a release is there before memory a session is taken.
        asyncio.run(_load(address, sessions=4, clicks=40, think=0.05))
        before = _memory(process)
        alone = asyncio.run(_load(address, sessions=1, clicks=24, think=0.2))
        times, errors = asyncio.run(_load(address, sessions=SESSIONS, clicks=CLICKS, think=THINK_SECONDS))
        grown = (_memory(process) - before) / SESSIONS
        changes = {page: asyncio.run(bytes_of_a_change(address, "demo", page)) for page in CHANGED}
    floor = 1000 * statistics.median(alone[0])
    yield Row(
        name=f"{SESSIONS} sessions, {THINK_SECONDS} s think time: p95 of a run",
        measured=1000 * statistics.quantiles(times, n=20)[18],
        unit="ms",
        budget=150,
        floor=floor,
        note=f"(median {1000 * statistics.median(times):.0f} ms; floor: one session alone)",
    )
    yield Row(name="errors among them", measured=errors, unit="", budget=0)
    yield Row(name="memory a session", measured=grown, unit="MB", budget=1)
    for page, (received, unpacked) in changes.items():
        yield Row(
            name=f"a change of city on the line, demonstration: {page}",
            measured=received / 1000,
            unit="kB",
            budget=MOST_BYTES / 1000,
            note=f"({unpacked / 1000:.0f} kB unpacked)",
        )


def _held() -> Iterator[Row]:
    """What a process holds: all parts of pages loaded and a search made; every page of both releases seen."""
    with server(city_home()) as asked:
        asked.ask("/")
        asked.ask("/api/v1/search?q=pyx")
        time.sleep(SETTLED_SECONDS)
        searched = asked.held()
        for kind in ("real", "demo"):
            asked.show_every_page(kind)
        time.sleep(SETTLED_SECONDS)
        seen = asked.held()
    for name, held, budget in (("a search", searched, 250), ("every page of both releases", seen, None)):
        yield Row(
            name=f"a process after {name}", measured=held.resident, unit="MB", budget=budget,
            note=f"({held.own:.0f} MB of them its own)",
        )  # fmt: skip


async def _load(address: str, *, sessions: int, clicks: int, think: float) -> tuple[list[float], int]:
    results = await asyncio.gather(*(_reader(address, number, clicks, think) for number in range(sessions)))
    return [second for times, _ in results for second in times], sum(errors for _, errors in results)


async def _reader(address: str, number: int, clicks: int, think: float) -> tuple[list[float], int]:
    luck = random.Random(number)
    pages = [entry for entry in PAGES if entry.by_city]
    times, errors = [], 0
    stream = address.replace("http://", "ws://") + "/_stcore/stream"
    await asyncio.sleep(luck.uniform(0, think))
    # Each at an address of his own, as the server counts what one reader takes.
    own = {"subprotocols": ["streamlit"], "max_size": None, "local_addr": (f"127.0.1.{number + 1}", 0)}
    async with websockets.connect(stream, **own) as socket:
        for click in range(clicks + 1):
            message = BackMsg()
            message.rerun_script.query_string = (
                f"city={luck.choice(('puyang', 'fushun'))}&data={luck.choice(('real', 'demo'))}"
            )
            message.rerun_script.page_name = luck.choice(pages).url_path
            start = time.perf_counter()
            await socket.send(message.SerializeToString())
            errors += await _until_finished(socket)
            # The first run of a session also sends what every later one finds in place.
            if click:
                times.append(time.perf_counter() - start)
            await asyncio.sleep(think * luck.uniform(0.6, 1.4))
    return times, errors


async def _until_finished(socket) -> int:
    errors = 0
    while True:
        answer = ForwardMsg()
        answer.ParseFromString(await asyncio.wait_for(socket.recv(), timeout=60))
        kind = answer.WhichOneof("type")
        errors += kind == "delta" and answer.delta.new_element.WhichOneof("type") == "exception"
        if kind == "script_finished":
            return errors


def _server_of(address: str) -> int:
    """Process id of the listener on the port of `address`."""
    port = f"{int(address.rsplit(':', 1)[1]):04X}"
    inode = next(
        line.split()[9]
        for line in Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]
        if line.split()[1].endswith(f":{port}") and line.split()[3] == "0A"
    )
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if any(f"socket:[{inode}]" == str(link.readlink()) for link in (process / "fd").iterdir()):
                return int(process.name)
        except OSError:
            continue
    raise LookupError(json.dumps({"port": port}))


def _memory(process_id: int) -> float:
    """Resident megabytes."""
    for line in Path(f"/proc/{process_id}/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    raise LookupError(process_id)
