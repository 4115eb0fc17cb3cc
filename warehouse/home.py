"""The data home: where everything that is not code lives."""

import errno
import fcntl
import os
import pwd
import stat
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from warehouse.errors import HomeError, reason_zh

# What makes a release of each kind.
REFRESH_COMMANDS = {"real": "yanglao refresh", "demo": "yanglao demo"}

# How often somebody who waits for a lock looks whether it is free.
_ASKED_AGAIN_SECONDS = 0.05


@dataclass(frozen=True)
class Home:
    """One data home. The demonstration has a home of its own inside it, see `demo()`."""

    root: Path

    @property
    def inbox(self) -> Path:
        """Files the operator dropped and no refresh has taken yet."""
        return self.root / "inbox"

    @property
    def archive(self) -> Path:
        """Received bytes by their SHA-256, nothing else."""
        return self.root / "archive"

    @property
    def cache(self) -> Path:
        """Cells read from archived files; may be deleted at any time."""
        return self.root / "cache"

    @property
    def places(self) -> Path:
        """Locks of running statements, see `warehouse.query.places`; may be deleted while nobody runs one."""
        return self.cache / "places"

    @property
    def releases(self) -> Path:
        """Release files and the pointer to the current one."""
        return self.root / "releases"

    @property
    def desk(self) -> Path:
        """The SQLite file of what people write; open it only through `warehouse.desk.journal`."""
        return self.root / "desk.sqlite"

    @property
    def counted(self) -> Path:
        """The lines of what counts, beside the desk; see `warehouse.desk.counted`."""
        return self.root / "counted.log"

    @property
    def quarantine(self) -> Path:
        """Archived bytes that are no longer what their name says; kept for whoever looks into it."""
        return self.root / "quarantine"

    @property
    def templates(self) -> Path:
        """The bureau's own Word templates; not made by us, may be missing."""
        return self.root / "templates"

    @property
    def editions(self) -> Path:
        """The bytes of signed editions, a folder each by hash; see `warehouse.editions.frozen`. Made when first used."""
        return self.root / "editions"

    @property
    def kept(self) -> Path:
        """Tables and answers kept under a permanent link, each with its own rows; made when first used."""
        return self.root / "kept"

    def demo(self) -> "Home":
        """The demonstration's own data home."""
        return Home(self.root / "demo")

    @property
    def refresh_command(self) -> str:
        """What to run for a release of this home to be made."""
        return REFRESH_COMMANDS["demo" if self.root.name == "demo" else "real"]

    def ensure(self) -> None:
        """Make the folders, closed to other accounts, and prove that this process may write in them.

        Raises:
            HomeError: a folder cannot be made or written; names the folder, the user and the remedy.
        """
        keep_private()
        for folder in (self.root, self.inbox, self.archive, self.cache, self.releases):
            try:
                folder.mkdir(parents=True, exist_ok=True, mode=0o700)
                _close_to_others(folder)
                with tempfile.TemporaryFile(dir=folder):
                    pass
            except OSError as error:
                raise HomeError(_not_writable(folder, error)) from error


def keep_private() -> int:
    """Let this process make files nobody else can read, whatever its umask was; returns that.

    For programs that write into a data home: what is received, masked or written there is no other account's business.
    """
    return os.umask(0o077)


def plain(path: Path) -> Path:
    """The path, unless a pipe or a device lies there, which whoever opens it may wait for for ever.

    Raises:
        OSError: it is one of these, or cannot be looked at.
    """
    try:
        kind = stat.S_IFMT(path.stat().st_mode)
    except FileNotFoundError:
        return path
    if kind not in (stat.S_IFREG, stat.S_IFDIR):
        raise OSError(errno.EINVAL, "是管道或设备，不是文件", str(path))
    return path


def took_lock(file: IO, *, patience_seconds: float = 0) -> bool:
    """Whether the lock of an open file could be had within that time; it is held until the file is closed."""
    until = time.monotonic() + patience_seconds
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            if time.monotonic() >= until:
                return False
            time.sleep(_ASKED_AGAIN_SECONDS)


def _close_to_others(folder: Path) -> None:
    """Take a folder of ours, and the files in it, from all other accounts; those of another account stay as they are."""
    own = os.geteuid()

    def close(path: str | Path, found: os.stat_result) -> None:
        if found.st_mode & 0o077 and found.st_uid == own and not stat.S_ISLNK(found.st_mode):
            Path(path).chmod(stat.S_IMODE(found.st_mode) & 0o700)

    close(folder, folder.lstat())
    with os.scandir(folder) as entries:
        for entry in entries:
            close(entry.path, entry.stat(follow_symlinks=False))


def _not_writable(folder: Path, error: OSError) -> str:
    user = account_name()
    if isinstance(error, FileExistsError | NotADirectoryError):
        return f"数据目录 {folder}：这个位置上有同名文件，不是文件夹。请改名或移走该文件，或用 YANGLAO_HOME 另指目录"
    if isinstance(error, PermissionError):
        return (
            f"数据目录 {folder}：用户 {user} 没有写入权限。"
            f"请让管理员把该目录交给 {user}，或用 YANGLAO_HOME 另指可写目录"
        )
    return f"数据目录 {folder}：无法写入（{reason_zh(error)}）。请检查磁盘空间与挂载方式，或用 YANGLAO_HOME 另指目录"


def account_name() -> str:
    """The system account this process runs as; its number when it has no name."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())


def brought_to_disk(path: Path) -> None:
    """Wait until a file, or the names in a folder, would survive a power cut.

    Raises:
        OSError: the disk does not take them.
    """
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
