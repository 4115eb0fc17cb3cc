"""The bytes of signed editions: a folder each, named by its hash, written whole or not at all and never again.

editions/<sha256>/manifest.json    every other file with its SHA-256 and size; <sha256> is the hash of this file
editions/<sha256>/content.json     the content, from which everything else was made
editions/<sha256>/…                the files of the edition
editions/.signing-…                a folder in the making; a signing that died leaves it, the next one removes it
editions/.lock                     held while somebody signs
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
import tempfile
from collections.abc import Container, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import file_digest, sha256
from pathlib import Path
from typing import TYPE_CHECKING

from warehouse.errors import BusyError, HomeError, PaperError, reason_zh
from warehouse.home import Home, brought_to_disk, plain

if TYPE_CHECKING:
    from warehouse.editions.content import Content

MANIFEST, CONTENT = "manifest.json", "content.json"
_SHA = re.compile(r"^[0-9a-f]{64}$")


@dataclass(frozen=True, kw_only=True)
class FrozenFile:
    """One file of a frozen edition: its name in the folder, its SHA-256, its size in bytes."""

    name: str
    sha256: str
    bytes: int


def folder_of(home: Home, sha: str) -> Path:
    """Where the edition of that hash lies or would lie.

    Raises:
        PaperError: it is no hash.
    """
    if not _SHA.fullmatch(sha):
        raise PaperError(f"汇报版摘要“{sha[:80]}”：写法不对，应是64位的 SHA-256")
    return home.editions / sha


@contextmanager
def signing(home: Home) -> Iterator[Path]:
    """A folder in which an edition is made; one signing at a time in a data home. It is gone afterwards.

    Raises:
        BusyError: somebody else is signing.
        HomeError: the folder cannot be made.
    """
    try:
        home.editions.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = plain(home.editions / ".lock").open("a")
    except OSError as error:
        raise HomeError(_cannot(home, error)) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BusyError(
                "另一位正在签发汇报版，一次只能签发一份。请等它结束（约几秒）后刷新再看，本次没有改动"
            ) from None
        for left in home.editions.glob(".signing-*"):
            shutil.rmtree(left, ignore_errors=True)
        try:
            place = Path(tempfile.mkdtemp(prefix=".signing-", dir=home.editions))
        except OSError as error:
            raise HomeError(_cannot(home, error)) from error
        try:
            yield place
        finally:
            shutil.rmtree(place, ignore_errors=True)


def seal(home: Home, place: Path, content: Content) -> str:
    """Give the made folder its content and manifest, push every byte to the disk, and its name; the name.

    Raises:
        OSError: it cannot be written; the folder has no name then.
    """
    (place / CONTENT).write_bytes(content.text())
    listed = []
    for path in sorted(one for one in place.rglob("*") if one.is_file()):
        with path.open("rb") as file:
            os.fsync(file.fileno())
            digest = file_digest(file, "sha256").hexdigest()
        path.chmod(0o400)
        listed.append({"name": path.relative_to(place).as_posix(), "sha256": digest, "bytes": path.stat().st_size})
    told = json.dumps(
        {"edition": content.edition.key, "name_zh": content.edition.name_zh, "files": listed},
        ensure_ascii=False, sort_keys=True, indent=1,
    ).encode()  # fmt: skip
    with (place / MANIFEST).open("wb") as file:
        file.write(told)
        file.flush()
        os.fsync(file.fileno())
    (place / MANIFEST).chmod(0o400)
    for folder in (place, *(one for one in place.rglob("*") if one.is_dir())):
        brought_to_disk(folder)
    sha = sha256(told).hexdigest()
    target = folder_of(home, sha)
    if not target.exists():
        place.rename(target)
        brought_to_disk(home.editions)
    return sha


def drop(home: Home, sha: str) -> None:
    """Take away a folder that was named and then not entered on the desk."""
    shutil.rmtree(folder_of(home, sha), ignore_errors=True)


def sweep(home: Home, known: Container[str]) -> None:
    """Take away folders of no edition on the desk: a signing died between the folder's name and the desk's entry.

    Only while `signing` is held, and only what is whole in itself and of an edition this desk knows; anything else is
    left for `faults_zh` to tell.
    """
    for folder in home.editions.iterdir() if home.editions.is_dir() else []:
        if _SHA.fullmatch(folder.name) and folder.name not in known and not faults_zh(home, folder.name):
            shutil.rmtree(folder, ignore_errors=True)


def files(home: Home, sha: str) -> list[FrozenFile]:
    """The files of a frozen edition as its manifest lists them.

    Raises:
        PaperError: there is no such edition, or its manifest is not what its hash says.
    """
    return [FrozenFile(**row) for row in _manifest(home, sha)["files"]]


def read(home: Home, sha: str, name: str) -> bytes:
    """The bytes of one file as they were frozen, proven by its hash.

    Raises:
        PaperError: no such file, or it was changed since.
    """
    listed = next((one for one in files(home, sha) if one.name == name), None)
    if listed is None:
        raise PaperError(f"汇报版 {sha[:12]}…：没有文件“{name[:80]}”")
    try:
        content = (folder_of(home, sha) / name).read_bytes()
    except OSError as error:
        raise PaperError(_damaged(sha, f"{name} 读不出（{reason_zh(error)}）")) from error
    if sha256(content).hexdigest() != listed.sha256:
        raise PaperError(_damaged(sha, f"{name} 被改动过，与校验值不符"))
    return content


def is_as_signed(home: Home, sha: str, name: str) -> bool:
    """Whether a file in the folder of an edition is what was signed."""
    try:
        if name == MANIFEST:
            files(home, sha)
        else:
            read(home, sha, name)
    except PaperError:
        return False
    return True


def content(home: Home, sha: str, *, is_for_reading: bool = False) -> Content:
    """What was frozen; for reading without what only files are made of.

    Raises:
        PaperError: it is not there, was changed, or is of a newer program.
    """
    from warehouse.editions.content import content_of

    try:
        return content_of(read(home, sha, CONTENT), is_for_reading=is_for_reading)
    except ValueError as error:
        raise PaperError(f"汇报版 {sha[:12]}…：内容由较新的程序写成，本程序读不懂。请用较新的程序打开") from error


def faults_zh(home: Home, sha: str) -> list[str]:
    """What is wrong with a frozen edition, a sentence each; none when every byte is what was signed."""
    try:
        listed = files(home, sha)
    except PaperError as fault:
        return [str(fault)]
    found = []
    for one in listed:
        try:
            read(home, sha, one.name)
        except PaperError as fault:
            found.append(str(fault))
    here = folder_of(home, sha)
    known = {MANIFEST, *(one.name for one in listed)}
    for path in sorted(one for one in here.rglob("*") if one.is_file()):
        if path.relative_to(here).as_posix() not in known:
            found.append(f"汇报版 {sha[:12]}…：多出文件 {path.relative_to(here)}，签发时没有。请查明来历后移走")
    return found


def folders(home: Home) -> list[str]:
    """Hashes of all folders that are named like an edition."""
    if not home.editions.is_dir():
        return []
    return sorted(one.name for one in home.editions.iterdir() if one.is_dir() and _SHA.fullmatch(one.name))


def _manifest(home: Home, sha: str) -> dict:
    path = folder_of(home, sha) / MANIFEST
    try:
        told = path.read_bytes()
    except FileNotFoundError:
        raise PaperError(_damaged(sha, "文件夹或清单不在")) from None
    except OSError as error:
        raise PaperError(_damaged(sha, f"清单读不出（{reason_zh(error)}）")) from error
    if sha256(told).hexdigest() != sha:
        raise PaperError(_damaged(sha, "清单被改动过，与摘要不符"))
    return json.loads(told)


def _damaged(sha: str, what_zh: str) -> str:
    return f"汇报版 {sha[:12]}…：{what_zh}。请从备份恢复（yanglao restore 备份目录）"


def _cannot(home: Home, error: OSError) -> str:
    return f"汇报版目录 {home.editions}：写不进（{reason_zh(error)}），没有签发。请腾出空间或检查权限后再签"
