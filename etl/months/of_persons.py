"""Keeping files with one person a line out of the archive: what is archived is kept for ever, and these must not be.

Hardly any form speaks of identity at all, so that is looked for in the bytes first; only what does is opened, as every
foreign file is, in the worker, and judged by the labels of its columns.
"""

import io
import re
import zipfile
import zlib
from pathlib import Path

from warehouse.worker.client import JobFailed, JobStopped, shared_worker

REFUSAL_ZH = (
    "是一人一行、有身份证号的文件，没有收取、没有存档。发放明细、名册变动和比对名单请用 yanglao payouts add 原地读取，"
    "并把它移出收件箱"
)
SECONDS, MEMORY_MB = 60, 1500
MEMBER_BYTES, CONTAINER_BYTES = 16 << 20, 96 << 20
"""So much of one part of a container, and of all of it, is unpacked to look for words."""

_ENCODINGS = ("utf-8", "gb18030", "utf-16-le", "utf-16-be")
# With up to two blanks between the signs, as labels are spaced out in narrow columns.
_WORDS = re.compile(
    b"|".join(
        re.escape(first.encode(encoding)) + b"[\\s\\S]{0,8}?" + re.escape(second.encode(encoding))
        for first, second in ("身份", "证件")
        for encoding in _ENCODINGS
    )
)


def names_persons(path: Path) -> bool:
    """Whether a file has one person a line: a column of identity numbers, of whatever layout.

    One that speaks of identity and cannot be opened is taken for one, since nobody can tell.
    """
    if not speaks_of_identity(path.read_bytes()):
        return False
    try:
        return shared_worker().run(
            "etl.payouts.in_worker:has_identities", str(path.absolute()), deadline=SECONDS, memory_mb=MEMORY_MB
        )
    except (JobFailed, JobStopped):
        return True


def speaks_of_identity(data: bytes) -> bool:
    """Whether words for an identity number stand anywhere in a text or a workbook."""
    if not data.startswith(b"PK\x03\x04"):
        return _WORDS.search(data) is not None
    left = CONTAINER_BYTES
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as container:
            for member in container.infolist():
                if member.filename.lower().endswith((".xml", ".bin", ".html", ".txt", ".csv")) and left > 0:
                    with container.open(member) as part:
                        content = part.read(min(MEMBER_BYTES, left))
                    left -= len(content)
                    if _WORDS.search(content):
                        return True
    except (zipfile.BadZipFile, zlib.error, OSError, RuntimeError, NotImplementedError, EOFError):
        # Damaged or protected: the road of forms will say so. Nobody can read persons out of it either.
        return False
    return False
