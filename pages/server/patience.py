"""Connections that take too long are cut: a head or a body that never comes, an answer that is never read.

uvicorn limits only the pause between two requests, so a hundred readers who send a letter a minute would hold a hundred
connections for ever.
"""

import asyncio
from typing import Any

import h11
from uvicorn.protocols.http.flow_control import CLOSE_HEADER
from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_SECONDS = 15.0
"""So long the head of a request may take, from its first byte or from the connection on."""

BODY_PAUSE_SECONDS = 20.0
BODY_SECONDS = 600.0
"""So long a body may pause, and take altogether: the largest upload over a slow line."""

UNREAD_SECONDS = 60.0
"""So long an answer may lie unread."""


_is_leaving = False


def leave() -> None:
    """From now on every answer says that its connection ends: this process is to be replaced."""
    global _is_leaving
    _is_leaving = True


class PatientH11(H11Protocol):
    """uvicorn's protocol with an end to patience. A websocket has its own: it is asked every half minute."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._due: asyncio.TimerHandle | None = None
        self._unread: asyncio.TimerHandle | None = None
        self._body_until = 0.0

    def connection_made(self, transport: asyncio.Transport) -> None:
        super().connection_made(transport)
        self._wait(HEAD_SECONDS)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if _is_leaving and self.headers is not None and CLOSE_HEADER not in self.headers:
            # The answer is made later: uvicorn then says so in it and closes after it.
            self.headers.append(CLOSE_HEADER)
            if self.cycle is not None:
                self.cycle.keep_alive = False
        if self.transport.is_closing() or self.transport.get_protocol() is not self:
            self._wait(None)
        elif self.conn.their_state is h11.IDLE:
            # The head has begun and is not whole; the time for it runs from its first byte.
            if self._due is None:
                self._wait(HEAD_SECONDS)
        elif self.conn.their_state is h11.SEND_BODY:
            now = self.loop.time()
            self._body_until = self._body_until or now + BODY_SECONDS
            self._wait(max(0.0, min(BODY_PAUSE_SECONDS, self._body_until - now)))
        else:
            self._wait(None)

    def on_response_complete(self) -> None:
        self._body_until = 0.0
        self._wait(None)
        super().on_response_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        self._wait(None)
        self.resume_writing()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._unread = self._unread or self.loop.call_later(UNREAD_SECONDS, self._give_up)

    def resume_writing(self) -> None:
        if self._unread:
            self._unread.cancel()
            self._unread = None
        super().resume_writing()

    def _wait(self, seconds: float | None) -> None:
        """Give up after so many seconds; None waits as long as it takes."""
        if self._due:
            self._due.cancel()
        self._due = self.loop.call_later(seconds, self._give_up) if seconds is not None else None

    def _give_up(self) -> None:
        if self.transport and self.transport.get_protocol() is self:
            self.transport.abort()
