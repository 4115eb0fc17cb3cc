"""Whether anything changed since the last refresh: one fingerprint of all inputs, compared before anything is read.

The inputs are the entries that count (each archived file was seen to be there and unchanged just before), this program
with its declarations, the libraries that compute, the day, and whatever else lies in the data home that is not made by
us. The fingerprint is kept in the cache beside the id of the release it led to; any doubt means a whole refresh.
"""

import hashlib
import json
import os
import re
import sys
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path

from etl import FOLDER
from warehouse.cached import read_kept, write_kept
from warehouse.desk.counted import Reach
from warehouse.home import Home
from warehouse.release import shape

LIBRARIES = ("yanglao", "duckdb", "polars", "pyarrow", "python-calamine", "fastexcel", "lxml")
# What lies in a data home and is made from the rest, or is told otherwise.
_OURS = (
    "inbox", "archive", "cache", "releases", "editions", "kept", "scopes", "quarantine", "demo", "desk.sqlite",
    "desk.sqlite-wal", "desk.sqlite-shm", "counted.log", "last-backup", "last-drill", "drafts", "audit.pin", "payouts",
    "payouts.key", "payouts.pin", "desk.pin",
)  # fmt: skip
_PASSING = "passing"
RELEASED = ("payout_month", "stop_month")
"""Figures of payments that go into a release."""


def fingerprint(home: Home, *, inputs: str, reach: Reach, day: date | None) -> str:
    """SHA-256 of everything a release is made from.

    Args:
        inputs: what else the rows come from: the extent of a demonstration.
        day: by which a form that did not come counts as missing; None where it does not depend on today.
    """
    parts = [
        _program(),
        str(shape.SCHEMA_VERSION),
        inputs,
        str(reach.number),
        reach.chain,
        str(day),
    ]
    for path in sorted(home.root.iterdir()):
        if path.name not in _OURS and not path.name.startswith((".", "building.json")):
            found = sorted(path.rglob("*")) if path.is_dir() else [path]
            parts += [f"{each.relative_to(home.root)} {_look(each)}" for each in found]
    # Of all payments a release knows the figures alone.
    figures = [home.root / "payouts" / "figures" / f"{name}.parquet" for name in RELEASED]
    parts += [f"{path.name} {_look(path)}" for path in figures if path.exists()]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def release_of(home: Home, mark: str) -> str | None:
    """The release this fingerprint led to; None when it is another one, or not known."""
    content = read_kept(_place(home))
    kept = json.loads(content) if content else {}
    return kept["release_id"] if kept.get("fingerprint") == mark else None


def remember(home: Home, mark: str, release_id: str) -> None:
    """Keep that these inputs led to this release, unless a file could not be read only this time."""
    if not (home.cache / _PASSING).exists():
        write_kept(_place(home), json.dumps({"fingerprint": mark, "release_id": release_id}).encode())


def note_passing(home: Home, is_passing: bool) -> None:
    """Note whether some file was not read for a reason that may be gone at the next refresh."""
    if is_passing:
        (home.cache / _PASSING).touch()
    else:
        (home.cache / _PASSING).unlink(missing_ok=True)


def _place(home: Home) -> Path:
    return home.cache / "unchanged.json"


@cache
def _program() -> str:
    """Changes with every file of the program below the pages, and with the libraries."""
    digest = hashlib.sha256("\n".join(_versions()).encode())
    for room in ("etl", "warehouse"):
        for path in sorted(_files(f"{FOLDER.parent}/{room}")):
            digest.update(f"{path.removeprefix(str(FOLDER.parent))}\n".encode())
            with open(path, "rb", buffering=0) as file:  # noqa: PTH123
                digest.update(file.read())
    return digest.hexdigest()


def _versions() -> list[str]:
    """Name and version of each library that computes, as installed; read from names of folders, which is quicker.

    An environment that tells nothing of one of them has no fingerprint that another could share.
    """
    wanted = {name.replace("-", "_") for name in LIBRARIES}
    found = {}
    for place in sys.path:
        for name in os.listdir(place) if os.path.isdir(place) else ():  # noqa: PTH208, PTH112
            if name.endswith(".dist-info"):
                library = re.sub(r"[-.]", "_", name.rsplit("-", 2)[0]).lower()
                if library in wanted:
                    found.setdefault(library, f"{place} {name}")
    return [found.get(name) or f"{name} {os.urandom(16).hex()}" for name in sorted(wanted)]


def _files(folder: str) -> Iterator[str]:
    """Every file below, but for byte code; without the objects of pathlib, which take longer than reading them."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir():
                if entry.name != "__pycache__":
                    yield from _files(entry.path)
            elif not entry.name.endswith(".pyc"):
                yield entry.path


def _look(path: Path) -> str:
    found = path.stat()
    return f"{found.st_size} {found.st_mtime_ns} {found.st_ino}"
