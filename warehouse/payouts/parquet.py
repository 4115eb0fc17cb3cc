"""Parquet files of the store: where a relation lies, written whole or not at all, and told from damaged ones.

Before its footer each carries the SHA-256 of everything else in it, where a reader of Parquet finds nothing to read: a
bit turned in a compressed column otherwise reads as another amount. So a file proves itself wherever it is moved.
"""

import hashlib
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO

import polars as pl

from warehouse.errors import PayoutError
from warehouse.payouts import declared, pinned
from warehouse.payouts.manifest import read_lines

RELATION_OF = {"payment": "payout", "change": "roster_change", "list": "comparison"}
FOLDERS = {"payout": "", "roster_change": "changes", "comparison": "lists"}
_MARK = b"yanglao sha256 "
_PROOF_BYTES = len(_MARK) + hashlib.sha256().digest_size
# A file begins with these letters, and ends with the length of its footer and these letters.
_MAGIC = b"PAR1"
_END_BYTES = 4 + len(_MAGIC)
_proven: set[tuple[Path, int, int, int]] = set()


def write_part(folder: Path, relation: str, frame: pl.DataFrame, *, name: str) -> list[dict]:
    """Write rows as Parquet below `folder`, one file a month and unit; what was written, for `Part`.

    Raises:
        OSError: the disk refuses them.
    """
    columns = list(declared.relations()[relation].types)
    place = folder / FOLDERS[relation]
    written = []
    if relation == "comparison":
        groups: Mapping[tuple, pl.DataFrame] = {(None, None): frame}
        kept = columns
    else:
        groups = frame.partition_by(["month", "unit"], as_dict=True, maintain_order=True)
        kept = [column for column in columns if column not in ("month", "unit")]
    schema = declared.relations()[relation].polars_schema
    for number, ((month, unit), part) in enumerate(groups.items()):
        at = place / f"month={month}" / f"unit={unit}" if month else place
        at.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = at / f"{name}-{number:04d}.parquet"
        write_whole(path, part.select(pl.col(column).cast(schema[column]) for column in kept))
        written.append(
            {
                "relation": relation,
                "path": str(path.relative_to(folder)),
                "rows": part.height,
                "month": month,
                "unit": unit,
                "has_current": relation == "payout" and bool((part["kind_code"] == "current").any()),
            }
        )
    return written


def write_whole(path: Path, frame: pl.DataFrame) -> None:
    """Write a Parquet file, whole or not at all.

    Raises:
        OSError: the disk refuses it; Polars itself does not say so in this way.
    """
    making = path.with_name(f".{path.stem}.making")
    try:
        frame.write_parquet(making, compression="zstd", compression_level=1)
        _enter_proof(making)
        making.replace(path)
    except pl.exceptions.PolarsError as error:
        if found := re.search(r"\(os error (\d+)\)", str(error)):
            raise OSError(int(found[1]), os.strerror(int(found[1])), str(path)) from None
        raise
    finally:
        making.unlink(missing_ok=True)


def read_whole(path: Path) -> pl.DataFrame:
    """The rows of a file of the store, once it has proven itself.

    Raises:
        PayoutError: it is not there, damaged, or not what was written.
    """
    try:
        if not is_as_written(path):
            raise OSError("not what was written")
        return pl.read_parquet(path, hive_partitioning=False)
    except (OSError, pl.exceptions.PolarsError):
        raise PayoutError(f"津贴文件 {path}：读不出或已损坏。请运行 yanglao restore 从备份恢复") from None


def is_as_written(path: Path) -> bool:
    """Whether the bytes of a file are those that were written, read once for as long as it stays the same.

    A file of an older make carries no proof and counts as written until it cannot be read.

    Raises:
        OSError: it cannot be read.
    """
    found = path.stat()
    state = (path, found.st_ino, found.st_size, found.st_mtime_ns)
    if state in _proven:
        return True
    with path.open("rb") as file:
        start = _footer_start(file, found.st_size) - _PROOF_BYTES
        file.seek(max(0, start))
        told = file.read(_PROOF_BYTES)
        if told.startswith(_MARK):
            is_right = told.endswith(_digest_without(file, start, _PROOF_BYTES))
        else:
            # Where a cut or a turned length leads elsewhere, the mark still lies in the file.
            is_right = start + _PROOF_BYTES >= len(_MAGIC) and _MARK not in path.read_bytes()
    if is_right:
        _proven.add(state)
    return is_right


def _enter_proof(path: Path) -> None:
    with path.open("r+b") as file:
        size = path.stat().st_size
        start = _footer_start(file, size)
        digest = _digest_without(file, start, 0)
        file.seek(start)
        footer = file.read()
        file.seek(start)
        file.write(_MARK + digest + footer)


def _footer_start(file: BinaryIO, size: int) -> int:
    """Where the footer begins; before the file where the end of it is damaged."""
    file.seek(max(0, size - _END_BYTES))
    end = file.read()
    return size - _END_BYTES - int.from_bytes(end[:4], "little") if end.endswith(_MAGIC) else -1


def _digest_without(file: BinaryIO, start: int, length: int) -> bytes:
    """SHA-256 of the file but for so many bytes from `start` on."""
    file.seek(0)
    sha, left = hashlib.sha256(), start
    while left > 0 and (read := file.read(min(left, 1 << 20))):
        sha.update(read)
        left -= len(read)
    file.seek(start + length)
    while read := file.read(1 << 20):
        sha.update(read)
    return sha.digest()


def is_sound(path: Path, *, rows: int = -1) -> bool:
    """Whether a file of the store is what was written and has so many rows, where that is known; others are not judged."""
    try:
        if path.suffix == ".jsonl":
            return bool(read_lines(path))
        if path.name == pinned.NAME:
            return pinned.parsed(path.read_bytes()) is not None
        if path.suffix != ".parquet":
            return True
        if not is_as_written(path):
            return False
        height = pl.read_parquet(path, hive_partitioning=False).height
    except (OSError, PayoutError, pl.exceptions.PolarsError):
        return False
    return rows < 0 or height == rows
