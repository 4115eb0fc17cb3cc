"""Receiving: bytes to the archive under their SHA-256, name and moment to the log. Nothing is opened or renamed here."""

import hashlib
import os
import threading
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath, PureWindowsPath

from etl.months.inbox import Look, is_for_us, look_of, put_back_after_a_kill, settled, take_away
from warehouse.desk.archive import is_true, set_aside
from warehouse.desk.journal import Desk
from warehouse.desk.received import Batch, ReceivedFile, ReceivedLog
from warehouse.errors import HomeError, reason_zh
from warehouse.home import Home, brought_to_disk
from warehouse.release.publishing.lock import lock
from warehouse.settings import load_settings
from warehouse.wording.grammar.dates import CHINA

SYNC_EACH_UP_TO = 100
_MAKING = ".receiving"


class _NotNow(Exception):  # noqa: N818
    """A file that is left where it lies; the text says why."""


@dataclass(frozen=True, kw_only=True)
class Incoming:
    """A file on its way in: its bytes or where they lie, and when it came (now, when not said).

    look is how it must still look when it has been copied; it is not taken when it changed meanwhile.
    """

    name: str
    data: bytes | None = None
    path: Path | None = None
    received_at: datetime | None = None
    look: Look | None = None


@dataclass(kw_only=True)
class Reception:
    """What a receiving did. again: (name, first name, first moment) of files whose bytes were here; ignored: (name, why).

    archived: the files whose bytes are in the archive now, new or again.
    """

    batch_id: str
    taken: list[str] = field(default_factory=list)
    again: list[tuple[str, str, datetime]] = field(default_factory=list)
    ignored: list[tuple[str, str]] = field(default_factory=list)
    archived: list[Incoming] = field(default_factory=list)

    @property
    def sentence_zh(self) -> str:
        """One line for the operator."""
        parts = [f"新收 {len(self.taken)} 个文件（批次 {self.batch_id}）" if self.taken else "没有新文件"]
        if self.again:
            name, first, at = self.again[0]
            more = f"等 {len(self.again)} 个" if len(self.again) > 1 else ""
            parts.append(
                f"“{name}”{more}与 {at.astimezone(CHINA):%Y-%m-%d %H:%M} 收到的“{first}”逐字节相同，不重复计入"
            )
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
    """Take files into the archive and the log as one batch. The same bytes as a live file are a no-op, said so.

    Args:
        who: who handed them in, kept in the log.
        batch_id: of an existing batch to add to; a new one when empty.
        received_at: for files that do not bring their own moment; now by default.
        is_lasting: whether the bytes are on the disk before this returns; False leaves that to the caller.

    Raises:
        HomeError: the archive cannot be written; nothing was entered, and what lay in the inbox still lies there.
    """
    log = ReceivedLog(home)
    home.archive.mkdir(parents=True, exist_ok=True)
    known = {received_file.sha256: received_file for received_file in log.files() if not received_file.is_withdrawn}
    now = received_at or datetime.now(UTC)
    reception = Reception(batch_id=batch_id or new_batch_id(log, now))
    entries: list[tuple[str, str, int, datetime]] = []
    again: list[tuple[int, str, datetime]] = []
    mine: dict[str, str] = {}
    for file in incoming:
        name, at = plain_name(file.name), file.received_at or now
        try:
            sha256, size, is_new = _archive(home, file)
        except _NotNow as why:
            reception.ignored.append((name, str(why)))
            continue
        reception.archived.append(file)
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
                brought_to_disk(home.archive / sha256)
    if is_lasting:
        if len(entries) > SYNC_EACH_UP_TO:
            os.sync()
        brought_to_disk(home.archive)
    log.add(reception.batch_id, entries, who=who)
    if again:
        log.add_again(again, who=who)
    return reception


def receive_inbox(home: Home, *, who: str) -> Reception:
    """Take everything that lies in the inbox, in the order of names; what was taken is no longer there.

    Links are not followed, temporary files of office programs are left where they are. A file that is still being
    written waits for the next time, and so does one that was saved again while it was copied: what is removed is what
    was archived, and nothing else. A file that cannot be read keeps no other from being taken.
    """
    put_back_after_a_kill(home.inbox)
    _clear_after_a_kill(home.archive)
    files, ignored = settled(home.inbox)
    files = _without_persons(home.inbox, files, ignored)
    incoming = [Incoming(name=path.name, path=path, look=look) for path, look in files]
    # Most of the time nothing lies there, and then nothing need be looked up.
    reception = receive(home, incoming, who=who) if incoming else Reception(batch_id="")
    for file in reception.archived:
        if file.path and file.look and (why := take_away(file.path, file.look)):
            ignored.append((plain_name(file.name), why))
    reception.ignored += ignored
    return reception


def _without_persons(
    inbox: Path, files: list[tuple[Path, Look]], ignored: list[tuple[str, str]]
) -> list[tuple[Path, Look]]:
    """The files that may be archived; those with one person a line are left where they lie, and told in `ignored`."""
    if not files:
        return files
    # Imported here: most of the time nothing lies in the inbox.
    from etl.months.of_persons import REFUSAL_ZH, names_persons

    kept = []
    for path, look in files:
        with suppress(OSError):
            if names_persons(path):
                ignored.append((str(path.relative_to(inbox)), REFUSAL_ZH))
                continue
        kept.append((path, look))
    return kept


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
    received_files, batches = log.files(), log.batches()
    waiting = [path for path in home.inbox.rglob("*") if is_for_us(path)] if home.inbox.exists() else []
    return Intake(
        waiting_count=len(waiting),
        file_count=sum(not received_file.is_withdrawn for received_file in received_files),
        withdrawn_file_count=sum(received_file.is_withdrawn for received_file in received_files),
        newest=batches[0] if batches else None,
    )


@contextmanager
def begin_reading(home: Home) -> Iterator[None]:
    """Read what was not read yet while the catalogue is loaded, in processes of their own."""
    from etl.months.read.files import begun, cells_folder
    from etl.months.read.kept import kept_names

    known = kept_names(cells_folder(home))
    files = {received_file.sha256: archived(home, received_file) for received_file in ReceivedLog(home).files()}
    unread = [(sha256, path) for sha256, path in files.items() if sha256 not in known and path.exists()]
    with begun(home, unread, load_settings()) if unread else nullcontext():
        yield


def archived(home: Home, received_file: ReceivedFile) -> Path:
    """Where the bytes of a received file lie."""
    return home.archive / received_file.sha256


def plain_name(name: str) -> str:
    """The last part of a name as sent, without control signs: only for people, never for a path."""
    last = PurePosixPath(PureWindowsPath(name).name).name
    shown = "".join(sign for sign in last if unicodedata.category(sign)[0] != "C")
    return shown[:200] or "未命名文件"


def new_batch_id(log: ReceivedLog, moment: datetime) -> str:
    """A batch id that sorts by time: 20250803-01."""
    day = moment.astimezone(CHINA).strftime("%Y%m%d")
    taken = [int(batch.batch_id[9:]) for batch in log.batches() if batch.batch_id.startswith(f"{day}-")]
    return f"{day}-{max(taken, default=0) + 1:02d}"


def _archive(home: Home, file: Incoming) -> tuple[str, int, bool]:
    """SHA-256 and size of the bytes now in the archive, and whether they were not before; hashed as they are copied.

    Raises:
        _NotNow: the file itself cannot be read, or changed while it was copied.
        HomeError: the archive cannot be written.
    """
    making = home.archive / f".{os.getpid()}.{threading.get_ident()}{_MAKING}"
    digest, size = hashlib.sha256(), 0
    try:
        with making.open("wb") as target:
            for block in _blocks(file):
                digest.update(block)
                size += len(block)
                target.write(block)
        sha256 = digest.hexdigest()
        target = home.archive / sha256
        is_new = not target.exists()
        if not is_new and not is_true(target):
            # The true bytes heal what a disk has spoilt.
            set_aside(home, sha256)
            is_new = True
        if is_new:
            making.replace(target)
    except OSError as error:
        raise HomeError(
            f"收件“{plain_name(file.name)}”：不能存入 {home.archive}（{reason_zh(error)}）。请检查磁盘空间与权限后重试"
        ) from error
    finally:
        with suppress(OSError):
            making.unlink(missing_ok=True)
    return sha256, size, is_new


def _clear_after_a_kill(archive: Path) -> None:
    """Remove what a killed copy left; those of processes still at work stay."""
    for path in archive.glob(f".*{_MAKING}"):
        pid = path.name[1:].partition(".")[0]
        if not pid.isdigit() or not Path(f"/proc/{pid}").exists():
            path.unlink(missing_ok=True)


def _blocks(file: Incoming) -> Iterator[bytes]:
    """The bytes of a file on its way in; at the end it must look as it did before."""
    if file.data is not None:
        yield file.data
        return
    try:
        source = file.path.open("rb")
    except OSError as error:
        raise _NotNow(f"打不开（{reason_zh(error)}），没有收取") from error
    with source:
        while True:
            try:
                block = source.read(1 << 20)
            except OSError as error:
                raise _NotNow(f"读不出（{reason_zh(error)}），没有收取") from error
            if not block:
                break
            yield block
        if file.look and look_of(os.fstat(source.fileno())) != file.look:
            raise _NotNow("复制时又被保存，下次再收")
