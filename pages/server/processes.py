"""Several processes behind one address: a small supervisor accepts, looks at the first bytes, and hands the connection on.

    reader ── TCP ──> supervisor ── the connection itself (SCM_RIGHTS) ──> member 0 … N-1

What a reader sends and gets afterwards does not pass the supervisor. A cookie names the member that holds the reader's
session; a connection without one goes to the member with the fewest. SIGHUP replaces the members one by one: the new one
is ready before the old one takes no more, and the old one answers what was begun.
"""

import asyncio
import re
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

COOKIE = "yanglao_place"
HEAD_BYTES = 16_384
HEAD_SECONDS = 15.0
START_SECONDS = 120.0
STOP_SECONDS = 20.0
CONNECTION, DRAIN, READY = b"c", b"d", b"r"
_COOKIE = re.compile(rb"(?im)^cookie:[^\r\n]*\b" + COOKIE.encode() + rb"=(\d{1,3})\b")


class _Member:
    """One process that serves, and the socket by which it is handed connections."""

    def __init__(self, launcher: Path, place: int) -> None:
        self.place = place
        self.handed = 0
        self.is_ready = False
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self.process = subprocess.Popen(
                [sys.executable, str(launcher), "serve", "--member", f"{theirs.fileno()}:{place}"],
                pass_fds=[theirs.fileno()],
                # A key pressed at the terminal reaches the supervisor alone, who ends the members in their order.
                process_group=0,
            )
        ours.setblocking(False)
        self.control = ours

    @property
    def is_running(self) -> bool:
        return self.process.poll() is None

    async def get_ready(self) -> bool:
        """Wait until it serves; False when it ended or took too long."""
        with suppress(TimeoutError, OSError):
            said = await asyncio.wait_for(asyncio.get_running_loop().sock_recv(self.control, 1), START_SECONDS)
            self.is_ready = said == READY
        return self.is_ready

    def hand(self, connection: socket.socket) -> None:
        """Give it a connection. Raises OSError when it is gone."""
        socket.send_fds(self.control, [CONNECTION], [connection.fileno()])
        self.handed += 1

    def drain(self) -> None:
        """Have it answer what was begun and end."""
        self.is_ready = False
        with suppress(OSError):
            self.control.send(DRAIN)


class Supervisor:
    """Keeps `count` members serving what comes to `listening`."""

    def __init__(self, listening: socket.socket, count: int, *, launcher: Path) -> None:
        self._listening = listening
        self._count = count
        self._launcher = launcher
        self._members: dict[int, _Member] = {}
        self._leaving: list[_Member] = []
        self._stop = asyncio.Event()
        self._tasks: set[asyncio.Task] = set()

    async def run(self, told: str) -> int:
        """Serve until stopped; the exit code. `told` is said once all members serve."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._stop.set)
        loop.add_signal_handler(signal.SIGHUP, lambda: self._start(self._replace_all()))
        started = await asyncio.gather(*(self._begin(place) for place in range(self._count)))
        code = 0
        if all(started):
            print(told, file=sys.stderr, flush=True)
            for work in (self._accept(), self._watch()):
                self._start(work)
            await self._stop.wait()
        else:
            code = 3
        await self._end()
        return code

    def _start(self, work) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _begin(self, place: int) -> bool:
        """Start a member; it takes its place, and the one before it leaves, once it is ready."""
        member = _Member(self._launcher, place)
        self._leaving.append(member)
        if not await member.get_ready():
            member.process.kill()
            return False
        self._leaving.remove(member)
        before = self._members.get(place)
        self._members[place] = member
        if before:
            before.drain()
            self._leaving.append(before)
        return True

    async def _replace_all(self) -> None:
        for place in range(self._count):
            await self._begin(place)

    async def _accept(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                connection, _ = await loop.sock_accept(self._listening)
            except OSError:
                await asyncio.sleep(0.05)
                continue
            self._start(self._hand_on(connection))

    async def _hand_on(self, connection: socket.socket) -> None:
        with connection:
            head = await _first_bytes(connection)
            if not head:
                return
            named = _COOKIE.search(head)
            own = self._members.get(int(named[1])) if named else None
            others = sorted((each for each in self._members.values() if each is not own), key=lambda each: each.handed)
            for member in [own, *others] if own else others:
                if member.is_ready:
                    with suppress(OSError):
                        member.hand(connection)
                        return

    async def _watch(self) -> None:
        """Start a new member where one has ended by itself, not more than one a second."""
        while True:
            await asyncio.sleep(1)
            self._leaving = [member for member in self._leaving if member.is_running]
            for place, member in list(self._members.items()):
                if not member.is_running:
                    del self._members[place]
                    self._start(self._begin(place))

    async def _end(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        members = [*self._members.values(), *self._leaving]
        for member in members:
            with suppress(OSError):
                member.process.terminate()
        until = time.monotonic() + STOP_SECONDS
        while any(member.is_running for member in members) and time.monotonic() < until:
            await asyncio.sleep(0.05)
        for member in members:
            if member.is_running:
                member.process.kill()
            member.process.wait()
            member.control.close()


async def _first_bytes(connection: socket.socket) -> bytes:
    """The head of the first request as far as it has come, left in the connection; empty when none comes in time."""
    connection.setblocking(False)
    until, pause, seen = time.monotonic() + HEAD_SECONDS, 0.0005, b""
    while time.monotonic() < until:
        try:
            seen = connection.recv(HEAD_BYTES, socket.MSG_PEEK)
        except BlockingIOError:
            pass
        except OSError:
            return b""
        else:
            if not seen or b"\r\n\r\n" in seen or len(seen) >= HEAD_BYTES:
                return seen
        await asyncio.sleep(pause)
        pause = min(pause * 1.5, 0.05)
    return b""
