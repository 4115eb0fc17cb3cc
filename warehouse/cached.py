"""Files of the cache: what was read or judged once, believed only when it is what was written under that name.

A cache may be deleted at any time, so anything wrong with an entry means that it is made anew, without a word.
"""

import hashlib
import os
from pathlib import Path

DIGEST_BYTES = 64
"""What stands before the content in each file."""


def write_kept(path: Path, content: bytes) -> None:
    """Keep the content under this name; readers see the whole of it or what was there before.

    Raises:
        OSError: it cannot be written.
    """
    # Two processes may come to the same conclusion at once.
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        draft.write_bytes(_digest(path, content) + content)
        draft.replace(path)
    except OSError:
        draft.unlink(missing_ok=True)
        raise


def read_kept(path: Path) -> bytes | None:
    """What was kept under this name; None when there is nothing, or it is not what was written."""
    try:
        content = path.read_bytes()
    except OSError:
        return None
    digest, content = content[:DIGEST_BYTES], content[DIGEST_BYTES:]
    return content if digest == _digest(path, content) else None


def _digest(path: Path, content: bytes) -> bytes:
    """Over name and content: an entry that strayed under another name is not that one's."""
    return hashlib.sha256(path.name.encode() + b"\n" + content).hexdigest().encode()
