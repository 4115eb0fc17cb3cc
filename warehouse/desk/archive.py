"""The archive: received bytes under their SHA-256, and whether they still are what their names say."""

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from warehouse.desk.received import ReceivedFile
from warehouse.errors import HomeError, reason_zh
from warehouse.home import Home, plain

SHOWN = 20
"""So many names stand in a message; of the others only the number."""
LEAST_LOOKED_AT = 20
ROUNDS = 30
"""Files that nobody touched are looked through once in so many refreshes: a disk may rot without a new date."""

Signature = list[int]


def sha256_of(path: Path) -> str:
    """SHA-256 of the bytes that lie there.

    Raises:
        OSError: it cannot be read.
    """
    with plain(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def is_true(path: Path) -> bool:
    """Whether an archived file is what its name says; False when it is not there or cannot be read."""
    try:
        return sha256_of(path) == path.name
    except OSError:
        return False


def set_aside(home: Home, sha256: str) -> Path:
    """Move a file that is not what its name says into the quarantine, so that the true one can take its place.

    Raises:
        HomeError: it cannot be moved.
    """
    source = home.archive / sha256
    try:
        home.quarantine.mkdir(exist_ok=True)
        number = 1
        while (target := home.quarantine / f"{sha256}.{number}").exists():
            number += 1
        source.rename(target)
    except OSError as error:
        raise HomeError(f"存档 {source}：内容已损坏，又不能移开（{reason_zh(error)}）。请检查权限") from error
    return target


def lost(home: Home, received_files: Iterable[ReceivedFile], *, everything: bool = False) -> list[str]:
    """What is no longer in the archive as it came, a sentence a file; damaged files are set aside on the way.

    Every file is looked for; read and hashed are those whose date, size or place changed since they were last found
    true, and some of the others in turn.

    Args:
        received_files: of withdrawn batches nothing is asked.
        everything: hash every file.
    """
    wanted = {received_file.sha256: received_file for received_file in received_files if not received_file.is_withdrawn}
    found = _signatures(home.archive)
    problems = [_missing_zh(received_file) for sha256, received_file in wanted.items() if sha256 not in found]
    proven = _read_proven(home)
    unchanged = [sha256 for sha256, signature in proven.items() if found.get(sha256) == signature and sha256 in wanted]
    in_turn = set(unchanged[: max(LEAST_LOOKED_AT, len(unchanged) // ROUNDS)])
    trusted = set() if everything else set(unchanged) - in_turn
    kept = {sha256: proven[sha256] for sha256 in unchanged if sha256 in trusted}
    for sha256, received_file in wanted.items():
        if sha256 in trusted or sha256 not in found:
            continue
        if is_true(home.archive / sha256):
            kept[sha256] = found[sha256]
        else:
            problems.append(_damaged_zh(received_file, set_aside(home, sha256)))
    if list(kept) != list(proven):
        _write_proven(home, kept)
    return problems if len(problems) <= SHOWN else [*problems[:SHOWN], f"另有 {len(problems) - SHOWN} 个文件"]


def _missing_zh(received_file: ReceivedFile) -> str:
    return f"{_which(received_file)}：存档 archive/{received_file.sha256[:12]}… 不见了"


def _damaged_zh(received_file: ReceivedFile, aside: Path) -> str:
    return f"{_which(received_file)}：存档内容与收到时不同（已损坏），已移到 quarantine/{aside.name[:12]}…"


def _which(received_file: ReceivedFile) -> str:
    return f"“{received_file.file_name}”（收件批次 {received_file.batch_id}）"


def _signatures(folder: Path) -> dict[str, Signature]:
    try:
        with os.scandir(folder) as entries:
            return {
                entry.name: [found.st_size, found.st_mtime_ns, found.st_ino]
                for entry in entries
                if not entry.name.startswith(".") and (found := entry.stat())
            }
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise HomeError(f"存档目录 {folder}：读不出（{reason_zh(error)}）。请检查它的权限") from error


def _proven_path(home: Home) -> Path:
    return home.cache / "proven.json"


def _read_proven(home: Home) -> Mapping[str, Signature]:
    """Files found true, with what they looked like then, the longest ago first; a cache like the others."""
    try:
        table = json.loads(_proven_path(home).read_bytes())
        return table if isinstance(table, dict) else {}
    except (OSError, ValueError):
        return {}


def _write_proven(home: Home, kept: Mapping[str, Signature]) -> None:
    home.cache.mkdir(exist_ok=True)
    draft = _proven_path(home).with_suffix(".draft")
    draft.write_text(json.dumps(kept), encoding="utf-8")
    draft.replace(_proven_path(home))
