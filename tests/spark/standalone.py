"""A standalone cluster of this machine: one master, two workers, loopback, ports of the moment; ended by id."""

import json
import os
import signal
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path

from tests.conftest import free_port

PACKAGE = "org.apache.spark.deploy"
# A little memory, nothing compiled for hours, and none of the ports that are the same everywhere.
JAVA_OPTIONS = "-XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Dspark.master.rest.enabled=false"


class Standalone:
    """A running cluster; `master` is its address. Each worker may give `memory_mb` to a job."""

    def __init__(self, folder: Path, *, memory_mb: int) -> None:
        self._folder, self._memory_mb = folder, memory_mb
        port, self._page = free_port(), free_port()
        self.master = f"spark://127.0.0.1:{port}"
        self._members: list[subprocess.Popen] = []
        self._start("master.Master", "--port", str(port), "--webui-port", str(self._page))
        self.wait_for_workers(0)
        self.add_worker()
        self.add_worker()
        self.wait_for_workers(2)

    def add_worker(self) -> None:
        """One more worker of one core."""
        number = len(self._members)
        place = self._folder / f"worker-{number}"
        options = (
            "--cores",
            "1",
            "--memory",
            f"{self._memory_mb}m",
            "--work-dir",
            str(place),
            "--webui-port",
            str(free_port()),
        )
        self._start("worker.Worker", *options, self.master)

    def wait_for_workers(self, count: int) -> None:
        """Until the master knows so many workers that are alive."""
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{self._page}/json/", timeout=5) as page:
                found = json.load(page)
                if found["status"] == "ALIVE" and found["aliveworkers"] == count:
                    return
            time.sleep(0.1)
        raise RuntimeError(f"the cluster did not start, see {self._folder}")

    def kill_worker(self) -> None:
        """End the newest worker and what it runs at once, as a machine that loses its power."""
        self._end(self._members.pop())

    def end(self) -> None:
        """End every member."""
        while self._members:
            self._end(self._members.pop())

    def _start(self, name: str, *options: str) -> None:
        environment = {**os.environ, "SPARK_LOCAL_IP": "127.0.0.1", "SPARK_DAEMON_MEMORY": "256m"}
        environment |= {"SPARK_LOCAL_DIRS": str(self._folder / "local"), "SPARK_DAEMON_JAVA_OPTS": JAVA_OPTIONS}
        program = Path(find_spec("pyspark").origin).parent / "bin" / "spark-class"
        command = [str(program), f"{PACKAGE}.{name}", "--host", "127.0.0.1", *options]
        with (self._folder / f"{name}-{len(self._members)}.log").open("w") as log:
            # A group of its own: what a worker runs ends with it.
            member = subprocess.Popen(command, env=environment, stdout=log, stderr=log, start_new_session=True)
        self._members.append(member)

    def _end(self, member: subprocess.Popen) -> None:
        with suppress(ProcessLookupError):
            os.killpg(member.pid, signal.SIGKILL)
        member.wait(timeout=20)


@contextmanager
def standalone(folder: Path, *, memory_mb: int = 1536) -> Iterator[Standalone]:
    """A cluster for as long as it is needed."""
    folder.mkdir(parents=True, exist_ok=True)
    cluster = Standalone(folder, memory_mb=memory_mb)
    try:
        yield cluster
    finally:
        cluster.end()
