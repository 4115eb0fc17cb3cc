"""The manifest of the store: one line a submission, entered last; a file no line names is no part of the store.

Each line of a file of lines proves itself and the one before it.
"""

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from warehouse.errors import PayoutError

_PROOF = "proof"


@dataclass(frozen=True, kw_only=True)
class Part:
    """One Parquet file of a submission. month and unit are None for lists."""

    relation: str
    path: str
    rows: int
    month: date | None = None
    unit: str | None = None
    has_current: bool = False


@dataclass(frozen=True, kw_only=True)
class Submission:
    """One file that was taken; only its SHA-256 is known of it. replaces: numbers of those it corrects."""

    number: int
    at: datetime
    sha256: str
    key_id: str
    labels_zh: tuple[str, ...]
    parts: tuple[Part, ...] = ()
    replaces: tuple[int, ...] = ()

    @property
    def rows(self) -> int:
        return sum(part.rows for part in self.parts)


def read_manifest(path: Path) -> Iterator[Submission]:
    """The submissions of a manifest, oldest first; none where there is no file.

    Raises:
        PayoutError: it cannot be read, or a line of it is damaged.
    """
    for number, told in enumerate(read_lines(path), start=1):
        try:
            parts = tuple(
                Part(**{**part, "month": date.fromisoformat(part["month"]) if part["month"] else None})
                for part in told.pop("parts")
            )
            yield Submission(
                **{
                    **told,
                    "at": datetime.fromisoformat(told["at"]),
                    "labels_zh": tuple(told["labels_zh"]),
                    "replaces": tuple(told["replaces"]),
                },
                parts=parts,
            )
        except (ValueError, KeyError, TypeError):
            raise _damaged(path, number) from None


def read_lines(path: Path) -> Iterator[dict]:
    """The lines of a file of JSON lines, oldest first, each proven; those of an older make only by their successors.

    Raises:
        PayoutError: it cannot be read, or a line of it is damaged.
    """
    try:
        lines = path.read_bytes().splitlines()
    except FileNotFoundError:
        return
    except OSError:
        raise PayoutError(f"津贴明细库 {path}：读不出。请运行 yanglao restore 从备份恢复") from None
    before, must_prove = b"", False
    for number, line in enumerate(lines, start=1):
        try:
            told = json.loads(line)
            proof = told.pop(_PROOF, None)
        except (ValueError, AttributeError, TypeError):
            raise _damaged(path, number) from None
        must_prove |= proof is not None
        if must_prove and proof != _proof_of(before, told):
            raise _damaged(path, number)
        yield told
        before = line


def _proof_of(before: bytes, told: Mapping) -> str:
    return hashlib.sha256(before + b"\n" + json.dumps(told, ensure_ascii=False).encode()).hexdigest()


def _damaged(path: Path, number: int) -> PayoutError:
    return PayoutError(f"津贴明细库 {path}：第{number}行损坏。请运行 yanglao restore 从备份恢复")


def as_line(each: Submission) -> dict:
    """A submission as its line of the manifest."""
    return {
        "number": each.number,
        "at": each.at.isoformat(),
        "sha256": each.sha256,
        "key_id": each.key_id,
        "labels_zh": list(each.labels_zh),
        "replaces": list(each.replaces),
        "parts": [{**vars(part), "month": part.month.isoformat() if part.month else None} for part in each.parts],
    }


def append_lines(path: Path, lines: Iterable[Mapping]) -> None:
    """Enter lines at the end of a file of JSON lines; one that could not take all of them is cut back to what it was.

    Raises:
        OSError: the disk refuses them.
    """
    held = path.read_bytes() if path.exists() else b""
    size, before = len(held), (held.splitlines() or [b""])[-1]
    try:
        with path.open("ab") as file:
            for told in lines:
                before = json.dumps({**told, _PROOF: _proof_of(before, told)}, ensure_ascii=False).encode()
                file.write(before + b"\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        with suppress(OSError):
            os.truncate(path, size)
        raise


def now() -> datetime:
    """This moment, as lines carry it."""
    return datetime.now(UTC)
