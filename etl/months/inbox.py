"""The inbox: which files are whole and for us, and taking away exactly what was archived.

People save into it while we read from it. Three things tell a file at rest: nobody has it open for writing, it does not
change, and it has lain still for a while; a workbook that has its end need not lie still.
"""

import errno
import fcntl
import os
import signal
import stat
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from etl.months.read.containers import LARGEST_MB
from warehouse.errors import reason_zh

SETTLED_SECONDS = 5.0
# A date tells two writes apart only when they are so far from each other.
TICK_SECONDS = 0.05
TAKEN = ".taken-"
_OURS_TO_IGNORE = ("~$", ".~", "._", ".DS_Store", "Thumbs.db", "desktop.ini")
_UNFINISHED = (".part", ".crdownload", ".tmp", ".download", ".filepart")
_ZIP_END, _ZIP_END_BYTES, _LONGEST_COMMENT = b"PK\x05\x06", 22, 65_535

Look = tuple[int, int, int]
"""What a file looks like from outside: inode, size, date. A file that was saved again looks different."""


def look_of(found: os.stat_result) -> Look:
    """The look of a file."""
    return found.st_ino, found.st_size, found.st_mtime_ns


def is_for_us(path: Path) -> bool:
    """Whether a path of the inbox is a file somebody sent, and not a helper of an office program or of this module."""
    helper = path.name.startswith(_OURS_TO_IGNORE) or path.name.endswith(_UNFINISHED)
    return path.is_file() and not path.is_symlink() and not helper and not path.parent.name.startswith(TAKEN)


def settled(inbox: Path) -> tuple[list[tuple[Path, Look]], list[tuple[str, str]]]:
    """Files of the inbox that are at rest, with their look, by name; and what is left there, with the reason.

    Waits for files saved in the last seconds, at most SETTLED_SECONDS in all.
    """
    looks: dict[Path, Look] = {}
    ignored: list[tuple[str, str]] = []
    for path in sorted(inbox.rglob("*")) if inbox.exists() else []:
        if path.is_symlink():
            ignored.append((str(path.relative_to(inbox)), "是链接，没有收取；请放入文件本身"))
        elif why := _never_taken(path):
            ignored.append((str(path.relative_to(inbox)), why))
        elif is_for_us(path):
            with suppress(FileNotFoundError):
                looks[path] = look_of(path.stat())
    restless = _wait(looks)
    for path in restless:
        ignored.append((str(path.relative_to(inbox)), "还在写入，下次再收"))
    return [(path, look) for path, look in looks.items() if path not in restless], ignored


def _never_taken(path: Path) -> str:
    """Why a path can be no form, whatever it holds; empty for all others. What is archived is kept for ever."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return ""
    if not stat.S_ISREG(found.st_mode) and not stat.S_ISDIR(found.st_mode):
        return "不是普通文件（管道、设备之类），没有收取；请放入文件本身"
    if is_for_us(path) and found.st_size > LARGEST_MB << 20:
        size = found.st_size >> 20
        return f"有{size}MB，超过{LARGEST_MB}MB，没有收取；请删除表外的图片、附件和空白行后重报"
    return ""


def _wait(looks: dict[Path, Look]) -> list[Path]:
    """Wait until the young ones have lain still; those that did not, or that somebody still writes."""
    began, young = time.monotonic(), [path for path, look in looks.items() if _age(look) < SETTLED_SECONDS]
    restless = []
    while young:
        time.sleep(TICK_SECONDS)
        for path in list(young):
            if _look(path) != looks[path]:
                restless.append(path)
                young.remove(path)
            elif _has_its_end(path) or _age(looks[path]) > SETTLED_SECONDS:
                young.remove(path)
        if time.monotonic() - began > SETTLED_SECONDS:
            break
    return restless + [path for path in looks if path not in restless and is_being_written(path)]


def _look(path: Path) -> Look | None:
    try:
        return look_of(path.stat())
    except OSError:
        return None


def _age(look: Look) -> float:
    """Seconds since the file was written; of one from the future 0, so that a wrong clock only costs the wait."""
    return max(0.0, time.time() - look[2] / 1e9)


def _has_its_end(path: Path) -> bool:
    """Whether the file is a ZIP container, as workbooks are, and the directory that stands at its end is there."""
    try:
        with path.open("rb") as file:
            if file.read(2) != b"PK":
                return False
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - _ZIP_END_BYTES - _LONGEST_COMMENT))
            tail = file.read()
    except OSError:
        return False
    at = tail.rfind(_ZIP_END)
    if at < 0 or len(tail) - at < _ZIP_END_BYTES:
        return False
    comment = int.from_bytes(tail[at + 20 : at + 22], "little")
    return len(tail) - at == _ZIP_END_BYTES + comment


def is_being_written(path: Path) -> bool:
    """Whether somebody has the file open for writing. Where the system cannot tell, False: it has lain still then."""
    if not hasattr(fcntl, "F_SETLEASE"):
        return False
    try:
        file = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except OSError:
        # What cannot be opened is told when it is to be read.
        return False
    try:
        # Whoever opens it while we hold the lease makes the system signal us: by one that does nothing.
        fcntl.fcntl(file, fcntl.F_SETSIG, signal.SIGURG)
        # A lease for reading is refused while the file is open for writing anywhere.
        fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_UNLCK)
        return False
    except OSError as error:
        return error.errno == errno.EAGAIN
    finally:
        os.close(file)


def take_away(path: Path, look: Look) -> str:
    """Remove the file if it is still the one that looked so; a newer one stays for the next time.

    Returns:
        Why the archived file could not be removed; empty otherwise.
    """
    try:
        folder = Path(tempfile.mkdtemp(prefix=TAKEN, dir=path.parent))
    except OSError as error:
        return f"已收取，但不能从收件箱移走（{reason_zh(error)}）"
    aside = folder / path.name
    try:
        # Under another name first: nobody can open it there any more, so what is looked at is what is removed.
        path.rename(aside)
        if look_of(aside.stat()) != look or is_being_written(aside):
            _put_back(aside, path)
        else:
            aside.unlink()
    except FileNotFoundError:
        # The sender took it back.
        return ""
    except OSError as error:
        return f"已收取，但不能从收件箱移走（{reason_zh(error)}）"
    finally:
        with suppress(OSError):
            folder.rmdir()
    return ""


def put_back_after_a_kill(inbox: Path) -> None:
    """Give back what lay aside when an earlier run was killed; it is taken again like any file."""
    for folder in [path for path in inbox.rglob(f"{TAKEN}*") if path.is_dir()] if inbox.exists() else []:
        for aside in list(folder.iterdir()):
            _put_back(aside, folder.parent / aside.name)
        with suppress(OSError):
            folder.rmdir()


def _put_back(aside: Path, path: Path) -> None:
    """Back under its name, or beside whatever has that name by now."""
    number, target = 1, path
    while True:
        try:
            os.link(aside, target)
            aside.unlink()
            return
        except FileExistsError:
            number += 1
            target = path.with_name(f"{path.stem} ({number}){path.suffix}")
        except OSError:
            # A file system without links; between the look and the move nobody is likely to take the name.
            if not target.exists():
                aside.rename(target)
                return
            number += 1
            target = path.with_name(f"{path.stem} ({number}){path.suffix}")
