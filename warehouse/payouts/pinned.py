"""The pin of the store: how far its files of lines go and what was decided about it, kept twice.

    payouts/pin.json      in the store, carried by a backup
    payouts.pin           beside the desk: it is still there when the folder is not

Lines prove themselves and those before them; that the last ones were cut off, or that a file is gone, only somebody
else can tell. Both files hold the same text with its own digest, written after the lines: so lines may be ahead of the
pin, after a kill, and never behind it. Standard library only: a refresh with nothing new looks at it too.
"""

import hashlib
import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from functools import lru_cache
from pathlib import Path

from warehouse.errors import PayoutError
from warehouse.home import plain

NAME = "pin.json"
RESTORE_ZH = "请运行 yanglao restore 备份目录 恢复"
# What a store of an older make has in its place.
_KEY_ID, _KEPT_FROM = "key-id", "kept-from"


@dataclass(frozen=True, kw_only=True)
class Pin:
    """What is known of a store; nothing in one that never took anything.

    step: grows with every change. reach: of a file of lines, by its name, how many it has and the SHA-256 of the last.
    number: of the last submission that was finished. key_id: under which keys the store stands. kept_from: the first
    month, as an ISO date, whose payments are kept; empty when none were let go. files: of a file that is written again
    and again, by its name from the folder, its SHA-256; of the old and the new one while it is being replaced.
    """

    step: int = 0
    reach: Mapping[str, tuple[int, str]] = field(default_factory=dict)
    number: int = 0
    key_id: str = ""
    kept_from: str = ""
    files: Mapping[str, str] = field(default_factory=dict)

    def is_of(self, root: Path, name: str) -> bool:
        """Whether a file is there and the one that was written last; of one that is not pinned, whether it is there."""
        digest = digest_of(root / name)
        return bool(digest) and (name not in self.files or digest in self.files[name].split())


def digest_of(path: Path) -> str:
    """SHA-256 of the bytes of a file, read once for as long as it stays the same; empty where there is none."""
    try:
        found = path.stat()
        return _digest_of(path, (found.st_ino, found.st_size, found.st_mtime_ns))
    except OSError:
        return ""


@lru_cache(maxsize=128)
def _digest_of(path: Path, signature: tuple[int, int, int]) -> str:
    return hashlib.sha256(plain(path).read_bytes()).hexdigest()


def read_pin(root: Path) -> Pin:
    """The newer of the two that are whole; of a store of an older make what its marks say.

    Raises:
        PayoutError: there is none and there has been one.
    """
    told = [_told(path) for path in _places(root)]
    if whole := [pin for pin in told if pin]:
        return max(whole, key=lambda pin: pin.step)
    is_older_make = (root / _KEY_ID).exists() or not (root / "manifest.jsonl").exists()
    if any(path.exists() for path in _places(root)) or not is_older_make:
        raise PayoutError(
            f"津贴明细库 {root}：标记 {NAME} 和旁边的 payouts.pin 都不见了或损坏，不能断定末尾有没有缺。{RESTORE_ZH}"
        )
    return _of_older_make(root)


def parsed(content: bytes) -> Pin | None:
    """The pin of a text; None where it is not what was written."""
    try:
        digest, text = content.decode().split("\n", 1)
        if hashlib.sha256(text.encode()).hexdigest() != digest:
            return None
        told = json.loads(text)
        reach = {name: (int(count), str(last)) for name, (count, last) in told.pop("reach").items()}
        return Pin(reach=reach, **told | {"files": {name: str(told) for name, told in told.get("files", {}).items()}})
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


def change_pin(root: Path, **changes: object) -> Pin:
    """Write the pin anew, but for what `changes` says as it is: both files whole, or in an error neither.

    Whoever calls it holds the lock of the store.

    Raises:
        OSError: the disk refuses them. PayoutError: as `read_pin`.
    """
    before = read_pin(root)
    pin = replace(before, step=before.step + 1, **changes)
    text = json.dumps(asdict(pin), ensure_ascii=False)
    content = f"{hashlib.sha256(text.encode()).hexdigest()}\n{text}".encode()
    drafts = {path: path.with_name(f".{path.name}.draft") for path in _places(root)}
    try:
        # Room for both is found before one of them stands.
        for draft in drafts.values():
            with draft.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            draft.chmod(0o600)
        for path, draft in drafts.items():
            draft.replace(path)
    finally:
        for draft in drafts.values():
            draft.unlink(missing_ok=True)
    for name in (_KEY_ID, _KEPT_FROM):
        (root / name).unlink(missing_ok=True)
    return pin


def is_pinned(root: Path) -> bool:
    """Whether both files are there, whole and of one step."""
    told = [_told(path) for path in _places(root)]
    return None not in told and told[0] == told[1]


def faults_zh(root: Path) -> list[str]:
    """What is wrong with one of the two where the other is whole, in words; they are made one at the next change."""
    told = {path: _told(path) for path in _places(root)}
    if not any(told.values()):
        return []
    return [
        f"津贴明细标记 {path}：{'损坏' if path.exists() else '不见了'}；下次收文件、稽核或恢复时按另一份补好"
        for path, pin in told.items()
        if pin is None
    ]


def _places(root: Path) -> tuple[Path, Path]:
    return root / NAME, root.with_name("payouts.pin")


def _told(path: Path) -> Pin | None:
    with suppress(OSError):
        return parsed(path.read_bytes())
    return None


def _of_older_make(root: Path) -> Pin:
    """Its two marks carry no digest; what is no key and no month is told."""
    key_id, kept_from = (_mark(root / name) for name in (_KEY_ID, _KEPT_FROM))
    try:
        if not key_id.isalnum() and key_id:
            raise ValueError(key_id)
        if kept_from:
            date.fromisoformat(kept_from)
    except ValueError:
        raise PayoutError(f"津贴明细库 {root}：{_KEY_ID} 或 {_KEPT_FROM} 损坏。{RESTORE_ZH}") from None
    return Pin(key_id=key_id, kept_from=kept_from)


def _mark(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeError):
        return "?"
