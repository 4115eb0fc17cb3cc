"""The manifest of the store: one line a submission, entered last; a file no line names is no part of the store.

Each line of a file of lines proves itself and the one before it; how far the file goes, the pin tells.
"""

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from warehouse.errors import PayoutError
from warehouse.payouts.pinned import RESTORE_ZH, change_pin, read_pin

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
            raise PayoutError(f"津贴明细库 {path}：第{number}行损坏。{RESTORE_ZH}") from None


def read_lines(path: Path) -> list[dict]:
    """The lines of a file of JSON lines, oldest first, each proven, and as many as the pin of its folder says.

    Those of an older make are proven only by their successors. What a kill left of a line behind the pinned ones is none.

    Raises:
        PayoutError: it cannot be read, a line of it is damaged, or its end is missing.
    """
    pinned, last = read_pin(path.parent).reach.get(path.name, (0, ""))
    lines = _lines(path, pinned)
    found = list(_proven(lines))
    if len(found) < len(lines):
        raise PayoutError(f"津贴明细库 {path}：第{len(found) + 1}行损坏。{RESTORE_ZH}")
    if pinned > len(lines):
        there = f"现有{len(lines)}行，末尾的被截去或损坏" if path.exists() else "文件不见了"
        raise PayoutError(f"津贴明细库 {path}：应有{pinned}行，{there}。{RESTORE_ZH}")
    if pinned and _digest(lines[pinned - 1]) != last:
        raise PayoutError(f"津贴明细库 {path}：前{pinned}行与旁边的标记不符，不是同一份。{RESTORE_ZH}")
    return found


def joined(content: bytes, other: bytes) -> bytes:
    """All lines that a damaged or cut file and another copy of it prove together."""
    copies = [each.splitlines() for each in (content, other)]
    best = max((lines[: len(list(_proven(lines)))] for lines in copies), key=len)
    for lines in copies:
        more = [*best, *lines[len(best) :]]
        best = more[: len(list(_proven(more)))]
    return b"".join(line + b"\n" for line in best)


def reach_of(path: Path) -> tuple[int, str]:
    """How far a file of lines goes: how many there are, and the digest of the last."""
    lines = path.read_bytes().split(b"\n")[:-1] if path.exists() else []
    return (len(lines), _digest(lines[-1])) if lines else (0, "")


def _lines(path: Path, pinned: int) -> list[bytes]:
    try:
        *lines, tail = path.read_bytes().split(b"\n")
    except FileNotFoundError:
        return []
    except OSError:
        raise PayoutError(f"津贴明细库 {path}：读不出。{RESTORE_ZH}") from None
    return lines if not tail or pinned else [*lines, tail]


def _proven(lines: Sequence[bytes]) -> Iterator[dict]:
    """What the lines say, up to the first that does not prove itself and the one before it."""
    before, must_prove = b"", False
    for line in lines:
        try:
            told = json.loads(line)
            proof = told.pop(_PROOF, None)
        except (ValueError, AttributeError, TypeError):
            return
        must_prove |= proof is not None
        if must_prove and proof != _proof_of(before, told):
            return
        yield told
        before = line


def _proof_of(before: bytes, told: Mapping) -> str:
    return hashlib.sha256(before + b"\n" + json.dumps(told, ensure_ascii=False).encode()).hexdigest()


def _digest(line: bytes) -> str:
    return hashlib.sha256(line).hexdigest()


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


def append_lines(path: Path, lines: Iterable[Mapping], **changes: object) -> None:
    """Enter lines at the end of a file of JSON lines and pin them, with what else `changes` in the pin.

    One that could not take all of them is cut back to what it was.

    Raises:
        OSError: the disk refuses them.
    """
    held = path.read_bytes() if path.exists() else b""
    # What a kill left of a line has no end.
    whole = held[: held.rfind(b"\n") + 1]
    before, pin = (whole.splitlines() or [b""])[-1], read_pin(path.parent)
    try:
        with path.open("ab") as file:
            file.truncate(len(whole))
            for told in lines:
                before = json.dumps({**told, _PROOF: _proof_of(before, told)}, ensure_ascii=False).encode()
                file.write(before + b"\n")
            file.flush()
            os.fsync(file.fileno())
        change_pin(path.parent, reach={**pin.reach, path.name: reach_of(path)}, **changes)
    except BaseException:
        with suppress(OSError):
            os.truncate(path, len(whole))
            if read_pin(path.parent) != pin:
                change_pin(path.parent, reach=pin.reach, **{name: getattr(pin, name) for name in changes})
        raise


def now() -> datetime:
    """This moment, as lines carry it."""
    return datetime.now(UTC)
