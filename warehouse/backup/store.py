"""The folder of a backup: files under names that follow from their bytes, each with the SHA-256 of what lies there.

    blobs/<name>          one file of the data home, encrypted when the backup is
    snapshots/000001      what one backup holds: a JSON document, encrypted when the backup is
    SHA256SUMS            one line for each of them, as `sha256sum -c` reads it
    backup.json           format, whether it is encrypted, and whose it is

A file that is there is never written again, so a backup costs what is new. Names of an encrypted backup tell nothing of
the bytes to whoever does not know the home.
"""

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from warehouse.errors import HomeError, reason_zh
from warehouse.home import plain

FORMAT = 1
_SECRET, _PUBLIC = "AGE-SECRET-KEY-", "age1"


@dataclass(frozen=True, kw_only=True)
class Key:
    """What a key file holds: whom to encrypt for, and how to decrypt; the second only in the secret file."""

    recipients: tuple
    identities: tuple


def read_key(path: Path) -> Key:
    """The keys of a file as `age-keygen` writes it: lines `AGE-SECRET-KEY-…` or `age1…`, comments with #.

    Raises:
        HomeError: the file cannot be read or holds no key.
    """
    from pyrage import x25519

    try:
        lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines()]
    except (OSError, UnicodeDecodeError) as error:
        why = reason_zh(error) if isinstance(error, OSError) else "不是文本文件"
        raise HomeError(f"密钥文件 {path}：读不出（{why}）。请核对路径和权限") from error
    try:
        identities = tuple(x25519.Identity.from_str(line) for line in lines if line.startswith(_SECRET))
        recipients = tuple(x25519.Recipient.from_str(line) for line in lines if line.startswith(_PUBLIC))
    except Exception as error:
        raise HomeError(
            f"密钥文件 {path}：其中的密钥写法不对。请用 yanglao backup --new-key 生成，或用 age-keygen"
        ) from error
    if not identities and not recipients:
        raise HomeError(f"密钥文件 {path}：没有密钥。请用 yanglao backup --new-key 生成，或用 age-keygen")
    return Key(recipients=recipients + tuple(one.to_public() for one in identities), identities=identities)


def make_key(path: Path) -> None:
    """Write a new secret key, readable by this account only; an existing file is never overwritten.

    Raises:
        HomeError: the file exists or cannot be written.
    """
    from pyrage import x25519

    identity = x25519.Identity.generate()
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(
                f"# 养老服务领导简报备份密钥；丢失后备份无法恢复，请离线另存一份\n# {identity.to_public()}\n{identity}\n"
            )
    except FileExistsError:
        raise HomeError(f"密钥文件 {path}：已经有了，没有覆盖。请换一个文件名") from None
    except OSError as error:
        raise HomeError(f"密钥文件 {path}：写不进（{reason_zh(error)}）。请检查目录和权限") from error


class Store:
    """One backup folder, open for one process at a time. Made by `opened_store`."""

    def __init__(self, folder: Path, *, key: Key | None, owner: str) -> None:
        self.folder, self.key, self._owner = folder, key, owner
        self._sums: dict[str, str] = {}
        *lines, cut = self._read_sums()
        for line in lines:
            digest, _, name = line.partition("  ")
            self._sums[name] = digest
        if cut and owner:
            # A line without its end was cut off when a backup was killed; its file is written again.
            self.remove(())

    def blob_name(self, sha256: str) -> str:
        """The name under which bytes of this SHA-256 lie."""
        told = f"{self._owner}\n{sha256}" if self.key else ""
        return f"blobs/{hashlib.sha256(told.encode()).hexdigest() if told else sha256}"

    def has(self, name: str) -> bool:
        """Whether the file is there, as far as its sum and presence tell."""
        return name in self._sums and (self.folder / name).is_file()

    def put(self, name: str, content: bytes) -> None:
        """Write one file, read it back, and only then enter its sum.

        Raises:
            HomeError: it cannot be written, or reads back as something else.
        """
        stored = self._sealed(content)
        digest = hashlib.sha256(stored).hexdigest()
        target = self.folder / name
        draft = target.with_name(f".{target.name}.draft")
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with draft.open("wb") as file:
                file.write(stored)
                file.flush()
                os.fsync(file.fileno())
            if hashlib.sha256(draft.read_bytes()).hexdigest() != digest:
                raise HomeError(f"备份目录 {self.folder}：写入后读回的内容不同，磁盘有问题。请换一个磁盘再备份")
            draft.replace(target)
            with (self.folder / "SHA256SUMS").open("a", encoding="utf-8") as file:
                file.write(f"{digest}  {name}\n")
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            draft.unlink(missing_ok=True)
            raise HomeError(f"备份目录 {self.folder}：写不进（{reason_zh(error)}）。请检查磁盘空间与权限") from error
        self._sums[name] = digest

    def get(self, name: str) -> bytes:
        """The bytes of one file as they were put, proven by its sum.

        Raises:
            HomeError: it is not there, is damaged, or the key does not fit.
        """
        if not self.is_sound(name):
            raise HomeError(f"备份文件 {self.folder / name}：缺失或损坏。请改用另一份备份，或 --number 指定较早的一次")
        return self._unsealed((self.folder / name).read_bytes())

    def is_sound(self, name: str) -> bool:
        """Whether the file there is what was put."""
        try:
            with (self.folder / name).open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest() == self._sums.get(name)
        except OSError:
            return False

    def snapshots(self) -> list[int]:
        """Numbers of the snapshots, oldest first."""
        names = [name.removeprefix("snapshots/") for name in self._sums if name.startswith("snapshots/")]
        return sorted(int(name) for name in names if name.isdigit())

    def unlisted(self) -> list[int]:
        """Numbers of snapshots that lie there without a line: the lines were cut off, or a backup was killed just then."""
        folder = self.folder / "snapshots"
        found = [path.name for path in folder.iterdir()] if folder.is_dir() else []
        return sorted({int(name) for name in found if name.isdigit()} - set(self.snapshots()))

    def remove(self, names: Sequence[str]) -> None:
        """Take files out of the backup, and their sums."""
        for name in names:
            (self.folder / name).unlink(missing_ok=True)
            self._sums.pop(name, None)
        draft = self.folder / ".SHA256SUMS.draft"
        draft.write_text("".join(f"{digest}  {name}\n" for name, digest in self._sums.items()), encoding="utf-8")
        draft.replace(self.folder / "SHA256SUMS")

    def names(self) -> list[str]:
        """All files that have a sum."""
        return list(self._sums)

    def _read_sums(self) -> list[str]:
        try:
            text = (self.folder / "SHA256SUMS").read_text(encoding="utf-8")
        except FileNotFoundError:
            return [""]
        except (OSError, UnicodeDecodeError) as error:
            raise HomeError(f"备份目录 {self.folder}：SHA256SUMS 读不出或损坏。请改用另一份备份") from error
        return text.split("\n")

    def _sealed(self, content: bytes) -> bytes:
        if self.key is None:
            return content
        import pyrage

        return pyrage.encrypt(content, list(self.key.recipients))

    def _unsealed(self, stored: bytes) -> bytes:
        if self.key is None:
            return stored
        import pyrage

        if not self.key.identities:
            raise HomeError("恢复加密的备份：密钥文件里只有公钥。请用 --key 指定含 AGE-SECRET-KEY 的文件")
        try:
            return pyrage.decrypt(stored, list(self.key.identities))
        except pyrage.DecryptError as error:
            raise HomeError("恢复加密的备份：密钥不对，解不开。请换用备份时的密钥文件") from error


@contextmanager
def opened_store(folder: Path, *, key: Key | None, owner: str = "") -> Iterator[Store]:
    """The backup folder, held until the end of the `with`.

    Args:
        key: with which it is encrypted; None for one that is not.
        owner: of whose home it is to be, to begin or go on with it; empty to read whatever is there.

    Raises:
        HomeError: it is no backup, another home's, encrypted the other way, in use, or cannot be reached.
    """
    try:
        if owner:
            folder.mkdir(parents=True, exist_ok=True)
        found = _described(folder)
        if found is None and not owner:
            raise HomeError(f"备份目录 {folder}：这里没有备份。请核对路径")
        mark = hashlib.sha256(f"yanglao {owner}".encode()).hexdigest()
        if found is None:
            found = {"format": FORMAT, "is_encrypted": key is not None, "owner": mark}
            (folder / "backup.json").write_text(json.dumps(found), encoding="utf-8")
        if owner and found["owner"] != mark:
            raise HomeError(f"备份目录 {folder}：是另一个数据目录的备份，没有改动。请另指一个目录")
        if found["is_encrypted"] != (key is not None):
            need = (
                "是加密的，请用 --key 指定密钥文件" if found["is_encrypted"] else "没有加密，请不要用 --key，或另指目录"
            )
            raise HomeError(f"备份目录 {folder}：{need}")
        with plain(folder / ".lock").open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise HomeError(f"备份目录 {folder}：另一个备份或恢复正在使用。请等它结束") from None
            yield Store(folder, key=key, owner=owner)
    except OSError as error:
        raise HomeError(f"备份目录 {folder}：不能使用（{reason_zh(error)}）。请检查路径、磁盘与权限") from error


def _described(folder: Path) -> dict | None:
    try:
        found = json.loads((folder / "backup.json").read_text(encoding="utf-8"))
        if found["format"] != FORMAT:
            raise HomeError(f"备份目录 {folder}：格式 {found['format']} 不是本程序的。请用较新的程序恢复")
        return {"is_encrypted": bool(found["is_encrypted"]), "owner": str(found["owner"])}
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError) as error:
        raise HomeError(f"备份目录 {folder}：backup.json 损坏。请改用另一份备份") from error
