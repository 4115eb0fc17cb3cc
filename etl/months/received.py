"""Receiving: bytes to the archive under their SHA-256, name and moment to the log. Nothing is opened or renamed here."""

import hashlib
import os
import shutil
import time
import unicodedata
from collections.abc import Iterable
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath, PureWindowsPath

from warehouse.desk.journal import Desk
from warehouse.desk.received import Batch, Receipt, ReceivedLog
from warehouse.errors import HomeError
from warehouse.home import Home
from warehouse.release.publish import lock

SETTLED_SECONDS = 1.0
SYNC_EACH_UP_TO = 100
_OURS_TO_IGNORE = ("~$", ".~", "._", ".DS_Store", "Thumbs.db", "desktop.ini")
_UNFINISHED = (".part", ".crdownload", ".tmp", ".download")


@dataclass(frozen=True, kw_only=True)
class Incoming:
    """A file on its way in: its bytes or where they lie, and when it came (now, when not said)."""

    name: str
    data: bytes | None = None
    path: Path | None = None
    received_at: datetime | None = None


@dataclass(kw_only=True)
class Reception:
    """What a receiving did. again: (name, first name, first moment) of files whose bytes were here; ignored: (name, why)."""

    batch_id: str
    taken: list[str] = field(default_factory=list)
    again: list[tuple[str, str, datetime]] = field(default_factory=list)
    ignored: list[tuple[str, str]] = field(default_factory=list)

    @property
    def sentence_zh(self) -> str:
        """One line for the operator."""
        parts = [f"新收 {len(self.taken)} 个文件（批次 {self.batch_id}）" if self.taken else "没有新文件"]
        if self.again:
            name, first, at = self.again[0]
            more = f"等 {len(self.again)} 个" if len(self.again) > 1 else ""
            parts.append(f"“{name}”{more}与 {at.astimezone():%Y-%m-%d %H:%M} 收到的“{first}”逐字节相同，不重复计入")
        parts += [f"“{name}”{why}" for name, why in self.ignored]
        return "；".join(parts)


def receive(
    home: Home,
    incoming: Iterable[Incoming],
    *,
    who: str,
    batch_id: str = "",
    received_at: datetime | None = None,
    is_lasting: bool = True,
) -> Reception:
    """Take files into the archive and the log as one batch. The same bytes as a live receipt are a no-op, said so.

    Args:
        who: who handed them in, kept in the log.
        batch_id: of an existing batch to add to; a new one when empty.
        received_at: for files that do not bring their own moment; now by default.
        is_lasting: whether the bytes are on the disk before this returns; False leaves that to the caller.

    Raises:
        HomeError: the archive cannot be written; files taken before it stay taken.
    """
    log = ReceivedLog(home)
    home.archive.mkdir(parents=True, exist_ok=True)
    known = {receipt.sha256: receipt for receipt in log.receipts() if not receipt.is_withdrawn}
    now = received_at or datetime.now(UTC)
    reception = Reception(batch_id=batch_id or new_batch_id(log, now))
    entries: list[tuple[str, str, int, datetime]] = []
    again: list[tuple[int, str, datetime]] = []
    mine: dict[str, str] = {}
    for file in incoming:
        name, at = plain_name(file.name), file.received_at or now
        sha256, size, is_new = _archive(home, file)
        if sha256 in mine:
            reception.again.append((name, mine[sha256], at))
        elif (first := known.get(sha256)) is not None:
            reception.again.append((name, first.file_name, first.received_at))
            again.append((first.receipt_id, name, at))
        else:
            entries.append((sha256, name, size, at))
            mine[sha256] = name
            reception.taken.append(name)
            if is_lasting and is_new and len(entries) <= SYNC_EACH_UP_TO:
                _sync(home.archive / sha256)
    if is_lasting:
        if len(entries) > SYNC_EACH_UP_TO:
            os.sync()
        _sync(home.archive)
    log.add(reception.batch_id, entries, who=who)
    if again:
        log.add_again(again, who=who)
    return reception


def receive_inbox(home: Home, *, who: str) -> Reception:
    """Take everything that lies in the inbox, in the order of names; what was taken is no longer there.

    Links are not followed, temporary files of office programs are left where they are, and so are files that are
    still being written.
    """
    files, ignored = _settled(home.inbox)
    incoming = [Incoming(name=path.name, path=path) for path in files]
    reception = receive(home, incoming, who=who)
    for path in files:
        path.unlink(missing_ok=True)
    reception.ignored += ignored
    return reception


def withdraw(home: Home, batch_id: str, *, who: str, reason: str) -> Batch:
    """Leave a batch out of every later build; the next refresh restores what stood before it.

    Raises:
        FormError: there is no such batch, it is withdrawn already, or no reason was given.
        BusyError: a refresh is under way, which has read the log already and would publish what is taken back.
    """
    with lock(home, doing_zh="撤销收件批次") if home.desk.exists() else nullcontext():
        batch = ReceivedLog(home).withdraw(batch_id, who=who, reason=reason, at=datetime.now(UTC))
    with suppress(HomeError):
        Desk(home).enter("withdraw", f"撤销收件批次 {batch_id}：{batch.withdrawn_reason}", who=who)
    return batch


@dataclass(frozen=True, kw_only=True)
class Intake:
    """What lies at the door of a data home. `newest` is the batch that came last, None when nothing ever came."""

    waiting_count: int
    file_count: int
    withdrawn_file_count: int
    newest: Batch | None


def intake(home: Home) -> Intake:
    """How many files wait in the inbox, how many were received, and the newest batch; nothing is changed."""
    log = ReceivedLog(home)
    receipts, batches = log.receipts(), log.batches()
    waiting = [path for path in home.inbox.rglob("*") if _is_for_us(path)] if home.inbox.exists() else []
    return Intake(
        waiting_count=len(waiting),
        file_count=sum(not receipt.is_withdrawn for receipt in receipts),
        withdrawn_file_count=sum(receipt.is_withdrawn for receipt in receipts),
        newest=batches[0] if batches else None,
    )


def _is_for_us(path: Path) -> bool:
    """Whether a path of the inbox is a file somebody sent, and not a helper of an office program."""
    helper = path.name.startswith(_OURS_TO_IGNORE) or path.name.endswith(_UNFINISHED)
    return path.is_file() and not path.is_symlink() and not helper


def archived(home: Home, receipt: Receipt) -> Path:
    """Where the bytes of a receipt lie."""
    return home.archive / receipt.sha256


def plain_name(name: str) -> str:
    """The last part of a name as sent, without control signs: only for people, never for a path."""
    last = PurePosixPath(PureWindowsPath(name).name).name
    shown = "".join(sign for sign in last if unicodedata.category(sign)[0] != "C")
    return shown[:200] or "未命名文件"


def new_batch_id(log: ReceivedLog, moment: datetime) -> str:
    """A batch id that sorts by time: 20250803-01."""
    day = moment.astimezone().strftime("%Y%m%d")
    taken = [int(batch.batch_id[9:]) for batch in log.batches() if batch.batch_id.startswith(f"{day}-")]
    return f"{day}-{max(taken, default=0) + 1:02d}"


def _settled(inbox: Path) -> tuple[list[Path], list[tuple[str, str]]]:
    """Files of the inbox that are whole, and what is left there with the reason."""
    files, ignored = [], []
    for path in sorted(inbox.rglob("*")) if inbox.exists() else []:
        name = str(path.relative_to(inbox))
        if path.is_symlink():
            ignored.append((name, "是链接，没有收取；请放入文件本身"))
        elif _is_for_us(path):
            files.append(path)
    young = {path: path.stat() for path in files if time.time() - path.stat().st_mtime < SETTLED_SECONDS}
    if young:
        time.sleep(SETTLED_SECONDS)
    for path, then in young.items():
        now = path.stat()
        if (now.st_size, now.st_mtime_ns) != (then.st_size, then.st_mtime_ns):
            files.remove(path)
            ignored.append((str(path.relative_to(inbox)), "还在写入，下次再收"))
    return files, ignored


def _archive(home: Home, file: Incoming) -> tuple[str, int, bool]:
    """SHA-256 and size of a file whose bytes are now in the archive, and whether they were not before."""
    digest = hashlib.sha256()
    try:
        if file.data is not None:
            digest.update(file.data)
            size = len(file.data)
        else:
            size = file.path.stat().st_size
            with file.path.open("rb") as source:
                while block := source.read(1 << 20):
                    digest.update(block)
        sha256 = digest.hexdigest()
        target = home.archive / sha256
        if target.exists() and target.stat().st_size == size:
            return sha256, size, False
        making = home.archive / f".{sha256}.{os.getpid()}"
        if file.data is not None:
            making.write_bytes(file.data)
        else:
            shutil.copyfile(file.path, making)
        making.replace(target)
    except OSError as error:
        raise HomeError(
            f"收件“{plain_name(file.name)}”：不能存入 {home.archive}（{error.strerror}）。请检查磁盘空间与权限后重试"
        ) from error
    return sha256, size, True


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
