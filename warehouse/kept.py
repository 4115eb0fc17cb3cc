"""Permanent links: a table or the answer to a query kept with its own rows, definitions and hash in a folder of the home.

A kept table is a file named by the hash of its content, so that the same table is kept once and nothing can change under
a link without being noticed. Releases come and go; what is kept stays until somebody deletes the file.
"""

import json
import os
import re
import tempfile
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path

from warehouse.desk.journal import Desk
from warehouse.errors import HomeError, PaperError, reason_zh
from warehouse.home import Home

_KEY = re.compile(r"^[0-9a-f]{16}$")
MOST_CELLS = 2_000_000


@dataclass(frozen=True, kw_only=True)
class Kept:
    """One kept table: texts as printed, what it says of itself, the definitions of what it shows, the statement if any.

    scope: the unit whose scope it was taken from; empty for the whole releases.
    """

    title_zh: str
    release_id: str
    is_demo: bool
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    what_zh: str = ""
    foot_zh: str = ""
    stamp_zh: str = ""
    definitions: tuple[tuple[str, str], ...] = ()
    sql: str = ""
    scope: str = ""

    def content(self) -> bytes:
        """The bytes whose hash names it: the same table gives the same bytes on every machine."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()

    @property
    def hash(self) -> str:
        """SHA-256 of the content."""
        return sha256(self.content()).hexdigest()


def keep(home: Home, kept: Kept) -> str:
    """Write a table into the home's folder `kept`; returns the key of its link. The same table again changes nothing.

    Raises:
        PaperError: too large for a link.
        HomeError: the folder or the desk cannot be written; no link is given then.
    """
    if len(kept.rows) * max(1, len(kept.heads)) > MOST_CELLS:
        raise PaperError(f"{kept.title_zh}：{len(kept.rows)}行太多，不能存成固定链接。请加条件减少行数，或下载文件")
    key = kept.hash[:16]
    target = place_of(home, key)
    temporary = None
    try:
        home.kept.mkdir(parents=True, exist_ok=True)
        if target.exists() and target.read_bytes() == kept.content():
            return key
        handle, temporary = tempfile.mkstemp(prefix=".keeping-", dir=home.kept)
        with os.fdopen(handle, "wb") as sink:
            sink.write(kept.content())
            sink.flush()
            os.fsync(sink.fileno())
        Path(temporary).replace(target)
        # A file that is not there later is told from a link that never was.
        Desk(home).enter_link(key)
    except OSError as error:
        if temporary:
            Path(temporary).unlink(missing_ok=True)
        raise HomeError(
            f"固定链接：{home.kept} 写不进去（{reason_zh(error)}）。请腾出空间或检查权限，再存一次"
        ) from error
    return key


def place_of(home: Home, key: str) -> Path:
    """Where the table under a key lies or would lie."""
    return home.kept / f"{key}.json"


def is_as_named(path: Path) -> bool:
    """Whether a file of the folder is the table its name says; a file that names no table is not judged.

    Raises:
        OSError: it cannot be read.
    """
    return not _KEY.match(path.stem) or sha256(path.read_bytes()).hexdigest()[:16] == path.stem


def kept_table(home: Home, key: str) -> Kept:
    """The table under a key.

    Raises:
        PaperError: no such key, or the file is not what its name says any more.
    """
    path = place_of(home, key)
    if not _KEY.match(key) or not path.is_file():
        if key in Desk(home).kept_links():
            raise PaperError(
                f"固定链接 {key}：文件不见了，可能丢失或已删去。请管理员从备份恢复（yanglao restore 备份目录）"
            )
        raise PaperError(f"固定链接 {key[:40]}：没有这个链接。请检查网址，或向发链接的人索取文件")
    content = path.read_bytes()
    if sha256(content).hexdigest()[:16] != key:
        raise PaperError(f"固定链接 {key}：文件被改动过，与校验值不符，不再显示。请从备份恢复 {path.name}")
    held = json.loads(content)
    held["heads"] = tuple(held["heads"])
    held["rows"] = tuple(tuple(row) for row in held["rows"])
    held["definitions"] = tuple(tuple(one) for one in held["definitions"])
    return Kept(**held)
