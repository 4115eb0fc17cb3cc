"""Whether a release file still is what was published: its SHA-256 stands in a small file beside it.

    releases/warehouse-<id>.duckdb.sha256     as `sha256sum -c` reads it

DuckDB holds a checksum against each block it reads, so a damaged block never becomes a figure. The digest of the whole
file finds damage before anybody reads there; hashing takes a second a gigabyte, so an opened file is hashed beside its
readers. A release of an older make has no digest and counts as sound until a block of it fails.
"""

import hashlib
import os
import queue
import threading
from pathlib import Path

from warehouse.home import plain

SUFFIX = ".sha256"
Signature = tuple[int, int, int]

_known: dict[tuple[Path, Signature], bool] = {}
_waiting: queue.SimpleQueue[Path] = queue.SimpleQueue()
_starting = threading.Lock()
_started = False


def signature_of(path: Path) -> Signature | None:
    """What changes when a file is replaced, cut or touched; None when there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns


def seal(path: Path, final: Path) -> None:
    """Write the digest of the finished file `path`, which will be called `final`.

    Raises:
        OSError: it cannot be written.
    """
    draft = seal_of(final)
    with draft.open("w", encoding="utf-8") as file:
        file.write(f"{_sha256(path)}  {final.name}\n")
        file.flush()
        os.fsync(file.fileno())


def seal_of(path: Path) -> Path:
    """Where the digest of a release file lies."""
    return path.with_name(path.name + SUFFIX)


def is_sound(path: Path) -> bool:
    """Whether the file is what was published, hashed unless that was done since it last changed; True without a digest."""
    signature = signature_of(path)
    if signature is None:
        return False
    found = _known.get((path, signature))
    if found is None:
        found = _known[path, signature] = _matches(path)
    return found


def is_known_damaged(path: Path) -> bool:
    """Whether the file, as it lies there, was found damaged by this process; costs a look at its date."""
    return bool(_known) and _known.get((path, signature_of(path))) is False


def condemn(path: Path) -> None:
    """Note that a block of the file could not be read."""
    signature = signature_of(path)
    if signature is not None:
        _known[path, signature] = False


def prove_beside(path: Path) -> None:
    """Have the file hashed beside the work at hand, once for as long as it stays the same."""
    if (path, signature_of(path)) in _known:
        return
    global _started
    with _starting:
        if not _started:
            threading.Thread(target=_prove, daemon=True, name="proof").start()
            _started = True
    _waiting.put(path)


def _prove() -> None:
    while True:
        is_sound(_waiting.get())


def _matches(path: Path) -> bool:
    try:
        told = plain(seal_of(path)).read_text(encoding="utf-8").split()
    except (OSError, ValueError):
        return True
    if len(told) != 2 or told[1] != path.name or len(told[0]) != 64:
        # The digest itself is spoilt; it says nothing against the release.
        return True
    try:
        return _sha256(path) == told[0]
    except OSError:
        return True


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
