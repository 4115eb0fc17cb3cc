"""The demonstration built beside a running server, in a process of its own, where there is none yet."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from etl.first_release import has_current_shape
from warehouse.home import Home
from warehouse.progress import clear_progress, write_progress
from warehouse.settings import ROOT, Settings

# How much later than readers the builder gets the processor.
LATER = 10


@contextmanager
def demonstration_beside(settings: Settings) -> Iterator[subprocess.Popen | None]:
    """Build the demonstration while the app is served, where there is none of this program's shape.

    It gives way to readers, tells its progress in its data home, and ends with the server; a build cut short leaves
    nothing behind and is taken up at the next start.
    """
    demo = Home(settings.home).demo()
    if not settings.demo or has_current_shape(demo):
        yield None
        return
    # Said here, so that a page opened this very moment waits for it.
    write_progress(demo, "准备", 0, 1)
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "app.py"), "demo"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    with suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, process.pid, LATER)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait()
            clear_progress(demo)
