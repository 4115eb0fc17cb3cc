"""What verifying costs: processor seconds spent on it within a refresh, and within the opening of a release."""

import importlib
import io
import statistics
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

from warehouse.home import Home
from warehouse.read import Releases
from warehouse.release.file import open_release, read_header
from warehouse.release.publishing.publish import current_pointer, release_path

# Whatever a refresh does only to make sure: desk, log and archive against each other, the releases that lie there, the
# digest of the new one, received bytes and kept results against their names, what people wrote against its digests.
VERIFYING = (
    "etl.refresh:assured",
    "etl.refresh:repair",
    "warehouse.release.publishing.publish:seal",
    "etl.months.received:is_true",
    "etl.months.read.files:_is_as_named",
    "warehouse.cached:_digest",
    "warehouse.desk.pinned:write_out",
    "warehouse.desk.proven:guard",
    "warehouse.desk.proven:_digest",
)


@dataclass
class Spent:
    """Processor seconds in all, and of them those that went into verifying."""

    whole: float = 0.0
    verifying: float = 0.0

    @property
    def share(self) -> float:
        """Of what everything else costs, so much comes on top."""
        return self.verifying / (self.whole - self.verifying)


@contextmanager
def measured() -> Iterator[Spent]:
    """Everything done inside, the real thing; what is called by something counted is not counted twice."""
    spent, depth = Spent(), [0]

    def counted(really: Callable) -> Callable:
        def call(*given, **more):
            depth[0] += 1
            began = time.process_time()
            try:
                return really(*given, **more)
            finally:
                depth[0] -= 1
                if not depth[0]:
                    spent.verifying += time.process_time() - began

        return call

    with ExitStack() as stack:
        for place in VERIFYING:
            module, _, name = place.partition(":")
            stack.enter_context(
                patch.object(
                    importlib.import_module(module), name, counted(getattr(importlib.import_module(module), name))
                )
            )
        began = time.process_time()
        yield spent
        spent.whole = time.process_time() - began


def add_workbook(home: Home) -> None:
    """Put one of the home's workbooks into its inbox as other bytes, as a clerk who saved it again."""
    sizes = sorted(home.archive.iterdir(), key=lambda path: path.stat().st_size)
    data = next(found for path in sizes[len(sizes) // 2 :] if (found := path.read_bytes())[:2] == b"PK")
    content = io.BytesIO(data)
    with zipfile.ZipFile(content, "a") as archive:
        archive.comment = b"saved again"
    (home.inbox / "again.xlsx").write_bytes(content.getvalue())


def opening(home: Home, *, runs: int = 5) -> float:
    """Processor seconds that a reader waits longer for a release than it takes to open the file and read its header; the
    median. What is hashed beside the reader is no part of it."""
    path = release_path(home, current_pointer(home).release_id)
    return max(0.0, statistics.median(_reader(home) - _bare(path) for _ in range(runs)))


def _reader(home: Home) -> float:
    began, releases = time.thread_time(), Releases(home)
    with releases.acquire():
        taken = time.thread_time() - began
    releases.close()
    return taken


def _bare(path: Path) -> float:
    began = time.thread_time()
    connection = open_release(path)
    read_header(connection)
    taken = time.thread_time() - began
    connection.close()
    return taken
