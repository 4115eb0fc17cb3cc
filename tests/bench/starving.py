"""One address that asks for everything at once, and everybody else: heavy interface readers and query bombs against p95.

The one address is another of this machine's own (127.0.0.2), so that the server can tell it from the others. Whoever
attacks has a machine of his own to read answers with: here he is a process of his own that gives way to all others.

`python -m tests.bench starving` runs it whole. Normal and attacked are measured in the same run.
"""

import asyncio
import json
import os
import statistics
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import urlencode

import httpx
import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from tests.bench.homes import city_home
from tests.bench.rows import Row
from tests.bench.sessions import _load
from tests.conftest import ROOT, served

API_READERS, BOMBS = 20, 24
GREEDY = "127.0.0.2"
ATTACKERS_NICENESS = 10
READERS, CLICKS, THINK_SECONDS = 8, 25, 0.4
BOMB = "select count(*) from core.dim_area a, core.dim_area b, core.dim_area c, core.dim_area d where a.area_id > d.area_id"


@dataclass(frozen=True, kw_only=True)
class Starved:
    """Seconds of the others' clicks with and without the attack, their errors, and what the attackers got."""

    normal: list[float]
    attacked: list[float]
    errors: int
    api_statuses: dict[int, int]
    bombs_refused: int

    @property
    def ratio(self) -> float:
        return p95(self.attacked) / p95(self.normal)


def p95(times: list[float]) -> float:
    """The time that nineteen of twenty clicks stay below."""
    return statistics.quantiles(times, n=20)[18]


def rows() -> Iterator[Row]:
    with served(city_home().root) as address:
        found = measured(address)
    yield Row(
        name=f"others' p95 beside {API_READERS} heavy readers and {BOMBS} bombs",
        measured=1000 * p95(found.attacked),
        unit="ms",
        budget=2000 * p95(found.normal),
        floor=1000 * p95(found.normal),
        note=f"(interface answered {found.api_statuses}, {found.bombs_refused} bombs refused)",
    )
    yield Row(name="errors among the others", measured=found.errors, unit="", budget=0)


def measured(
    address: str,
    *,
    api_readers: int = API_READERS,
    bombs: int = BOMBS,
    readers: int = READERS,
    clicks: int = CLICKS,
    kind: str = "real",
) -> Starved:
    """Measure the others without the attack, then during it; `kind` is the data the attackers read."""
    return asyncio.run(_measured(address, api_readers, bombs, readers, clicks, kind))


async def _measured(address: str, api_readers: int, bombs: int, readers: int, clicks: int, kind: str) -> Starved:
    await _load(address, sessions=3, clicks=20, think=0.05)
    normal, errors = await _load(address, sessions=readers, clicks=clicks, think=THINK_SECONDS)
    async with _attacked(address, api_readers, bombs, kind) as told:
        attacked, more = await _load(address, sessions=readers, clicks=clicks, think=THINK_SECONDS)
    return Starved(
        normal=normal,
        attacked=attacked,
        errors=errors + more,
        api_statuses={int(status): number for status, number in told["statuses"].items()},
        bombs_refused=told["refused"],
    )


@asynccontextmanager
async def _attacked(address: str, api_readers: int, bombs: int, kind: str) -> AsyncIterator[dict]:
    """The attack while the `with` lasts, from a process of its own; afterwards what it was answered."""
    told: dict = {}
    attacker = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", __name__, address, f"{api_readers}", f"{bombs}", kind),
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    await attacker.stdout.readline()
    try:
        yield told
    finally:
        attacker.stdin.close()
        answer, _ = await attacker.communicate()
    told |= json.loads(answer)


async def attack(address: str, api_readers: int, bombs: int, kind: str) -> dict:
    """Read and bomb until the standard input ends; which statuses the interface gave, and how many bombs were refused."""
    os.nice(ATTACKERS_NICENESS)
    over = asyncio.create_task(asyncio.to_thread(sys.stdin.read))
    statuses: dict[int, int] = {}
    greedy = [asyncio.create_task(_read_everything(address, kind, statuses)) for _ in range(api_readers)]
    bombing = [asyncio.create_task(_bomb(address)) for _ in range(bombs)]
    await asyncio.sleep(1.0)
    print("begun", flush=True)
    await over
    for task in greedy:
        task.cancel()
    told = await asyncio.gather(*bombing, return_exceptions=True)
    await asyncio.gather(*greedy, return_exceptions=True)
    return {"statuses": statuses, "refused": sum(each is True for each in told)}


async def _read_everything(address: str, kind: str, statuses: dict[int, int]) -> None:
    """Ask for the largest page again and again, coming back when told to."""
    way = httpx.AsyncHTTPTransport(local_address=GREEDY)
    async with httpx.AsyncClient(base_url=address, transport=way, timeout=60) as client:
        while True:
            answer = await client.get("/api/v1/values", params={"limit": 10_000, "data": kind})
            statuses[answer.status_code] = statuses.get(answer.status_code, 0) + 1
            # A rude one: it waits a tenth of what it was told.
            await asyncio.sleep(float(answer.headers.get("retry-after", 0)) / 10)


async def _bomb(address: str) -> bool:
    """Run a statement that would take hours on the page; whether it was refused for want of a place."""
    stream = address.replace("http://", "ws://") + "/_stcore/stream"
    own = {"subprotocols": ["streamlit"], "max_size": None, "local_addr": (GREEDY, 0)}
    async with websockets.connect(stream, **own) as socket:
        await socket.send(_rerun({"sql": BOMB}).SerializeToString())
        button = next(id for id in await _widgets(socket) if id.endswith("-run_query"))
        message = _rerun({"sql": BOMB})
        pressed = message.rerun_script.widget_states.widgets.add()
        pressed.id, pressed.trigger_value = button, True
        await socket.send(message.SerializeToString())
        until = time.monotonic() + 40
        stopped, refused = "已停止".encode(), "没有排上".encode()
        content = b""
        # The page looks again by itself while the statement runs; what it shows last is the outcome.
        while time.monotonic() < until and stopped not in content and refused not in content:
            content = await asyncio.wait_for(socket.recv(), timeout=40)
        return refused in content


def _rerun(parameters: dict[str, str]) -> BackMsg:
    message = BackMsg()
    message.rerun_script.query_string = urlencode(parameters)
    message.rerun_script.page_name = "query"
    return message


async def _widgets(socket) -> list[str]:
    """The ids of the buttons a run shows."""
    found = []
    while True:
        answer = ForwardMsg()
        answer.ParseFromString(await asyncio.wait_for(socket.recv(), timeout=60))
        kind = answer.WhichOneof("type")
        if kind == "delta" and answer.delta.new_element.WhichOneof("type") == "button":
            found.append(answer.delta.new_element.button.id)
        if kind == "script_finished":
            return found


if __name__ == "__main__":
    given_address, given_readers, given_bombs, given_kind = sys.argv[1:]
    print(json.dumps(asyncio.run(attack(given_address, int(given_readers), int(given_bombs), given_kind))))
