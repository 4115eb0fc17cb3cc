"""One of several serving processes: it listens to nobody itself, the supervisor hands it its connections."""

import asyncio
import socket
from pathlib import Path
from typing import Any

import uvicorn

from pages.server import patience
from pages.server.processes import CONNECTION, READY
from pages.server.serving import configured
from warehouse.settings import Settings

LEAVING_SECONDS = 6.0
"""So long a leaving member answers on connections it has: more than uvicorn lets one lie idle."""


def run_member(app: Any, settings: Settings, control: socket.socket, *, launcher: Path) -> int:
    """Serve what comes through `control` until it says drain, closes, or this process is stopped; the exit code."""
    server = _Handed(configured(app, settings, launcher=launcher), control)
    server.run(sockets=[])
    return 0 if server.started else 3


class _Handed(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, control: socket.socket) -> None:
        super().__init__(config)
        self._control = control
        self._taking: set[asyncio.Task] = set()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        self._control.setblocking(False)
        asyncio.get_running_loop().add_reader(self._control, self._obey)
        self._control.send(READY)

    def _obey(self) -> None:
        try:
            message, handed, _, _ = socket.recv_fds(self._control, 1, 1)
        except BlockingIOError:
            return
        loop = asyncio.get_running_loop()
        if message == CONNECTION:
            connection = socket.socket(fileno=handed[0])
            connection.setblocking(False)
            task = loop.create_task(self._take(connection))
            self._taking.add(task)
            task.add_done_callback(self._taking.discard)
            return
        loop.remove_reader(self._control)
        if message:
            patience.leave()
            loop.call_later(LEAVING_SECONDS, self._exit)
        else:  # the supervisor is gone
            self._exit()

    async def _take(self, connection: socket.socket) -> None:
        def protocol() -> asyncio.Protocol:
            return self.config.http_protocol_class(
                config=self.config, server_state=self.server_state, app_state=self.lifespan.state
            )

        try:
            await asyncio.get_running_loop().connect_accepted_socket(protocol, connection)
        except OSError:
            connection.close()

    def _exit(self) -> None:
        self.should_exit = True
