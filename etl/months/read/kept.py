"""What was read of files, kept in the cache, many to a pack: to make a file takes longer than to write it full.

A pack is a line that names its entries, then their texts. Each entry is believed only when it is what was written under
its name; an entry that is damaged, or in a pack whose first line is, is one that is not there.
"""

import hashlib
import json
import os
import secrets
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from warehouse.cached import DIGEST_BYTES, write_kept


class _Entry(NamedTuple):
    """Where the text of a file stands, and the digest of its name and text."""

    pack: Path
    start: int
    size: int
    digest: str


def kept_names(folder: Path) -> set[str]:
    """The files of which something was kept."""
    return set(_entries(folder))


def kept_text(folder: Path, name: str) -> str | None:
    """What was kept of a file; None when there is nothing, or it is not what was written."""
    for entry in _entries(folder).get(name, ()):
        try:
            with entry.pack.open("rb") as file:
                file.seek(entry.start)
                content = file.read(entry.size)
        except OSError:
            continue
        if _digest(name, content) == entry.digest:
            return content.decode()
    return None


def keep(folder: Path, texts: Mapping[str, str]) -> None:
    """Keep what was read of these files.

    Raises:
        OSError: it cannot be written.
    """
    contents = {name: text.encode() for name, text in texts.items()}
    first = [(name, len(content), _digest(name, content)) for name, content in contents.items()]
    # A name of its own for each: whoever knows the names knows what is in them.
    pack = folder / f"{secrets.token_hex(12)}.json"
    write_kept(pack, json.dumps(first).encode() + b"\n" + b"".join(contents.values()))


def _entries(folder: Path) -> Mapping[str, list[_Entry]]:
    packs = sorted(name for name in os.listdir(folder) if name.endswith(".json")) if folder.is_dir() else []  # noqa: PTH208
    return _entries_of(folder, tuple(packs))


@lru_cache(maxsize=4)
def _entries_of(folder: Path, packs: tuple[str, ...]) -> Mapping[str, list[_Entry]]:
    found: dict[str, list[_Entry]] = {}
    for pack in (folder / name for name in packs):
        try:
            with pack.open("rb") as file:
                file.seek(DIGEST_BYTES)
                line = file.readline()
            start = DIGEST_BYTES + len(line)
            for name, size, digest in json.loads(line):
                found.setdefault(name, []).append(_Entry(pack, start, size, digest))
                start += size
        except (OSError, ValueError, TypeError):
            continue
    return found


def _digest(name: str, content: bytes) -> str:
    return hashlib.sha256(name.encode() + b"\n" + content).hexdigest()
