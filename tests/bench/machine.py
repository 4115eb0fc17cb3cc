"""Whether the machine was quiet while something was measured; without that a number says little."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

QUIET_SHARE = 0.1
"""Of one processor, used by others: so much is a machine that is quiet."""


@dataclass
class Company:
    """How many processors others kept busy meanwhile; None where the system does not tell."""

    busy: float | None = None

    @property
    def is_quiet(self) -> bool:
        return self.busy is not None and self.busy <= QUIET_SHARE

    def text(self) -> str:
        if self.busy is None:
            return "not known whether quiet"
        return (
            "quiet" if self.is_quiet else f"NOT QUIET: others kept {self.busy:.1f} of {os.cpu_count()} processors busy"
        )


class Clock:
    """Wall and processor seconds of this process and its children since it was made."""

    def __init__(self) -> None:
        self._wall, self._busy = time.monotonic(), _family_seconds()

    @property
    def wall(self) -> float:
        return time.monotonic() - self._wall

    @property
    def busy(self) -> float:
        return _family_seconds() - self._busy

    def text(self) -> str:
        return f"{self.wall:.1f} s wall, {self.busy:.1f} s processor"


def _family_seconds() -> float:
    """Processor seconds of this process and of all below it that still run, and of those that have ended."""
    times, parents = {}, {}
    for place in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = place.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        number = int(place.parent.name)
        parents[number], times[number] = int(fields[1]), sum(map(int, fields[11:15]))
    below = {os.getpid()}
    while more := {number for number, parent in parents.items() if parent in below} - below:
        below |= more
    return sum(times.get(number, 0) for number in below) / os.sysconf("SC_CLK_TCK")


@contextmanager
def company() -> Iterator[Company]:
    """Tells afterwards how busy others were: all of the machine's time less that of this process and its children."""
    found = Company()
    began, machine, own = time.monotonic(), _machine_seconds(), _own_seconds()
    yield found
    if machine is not None and (after := _machine_seconds()) is not None:
        spent = max(time.monotonic() - began, 1e-6)
        found.busy = max(0.0, after - machine - (_own_seconds() - own)) / spent


def _machine_seconds() -> float | None:
    """Processor seconds all processes used since the machine started; None but on Linux."""
    try:
        numbers = [int(each) for each in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]]
    except (OSError, ValueError):
        return None
    user, nice, system, _, _, interrupt, soft = numbers[:7]
    return (user + nice + system + interrupt + soft) / os.sysconf("SC_CLK_TCK")


def _own_seconds() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system
