"""The first release: what must be there before anything is served."""

import sys
import time
from collections.abc import Callable

from warehouse.errors import BusyError, ReleaseMissing, YanglaoError
from warehouse.home import Home
from warehouse.release.file import header_of, is_whole
from warehouse.release.publishing.publish import current_pointer, is_of_older_shape, release_path

PATIENCE_SECONDS = 300


def has_current_shape(home: Home) -> bool:
    """Whether the current release of `home` is whole and of this program's shape.

    Of a release that lies there as a refresh left it this is known without the engine, whose import takes a sixth of a
    start.
    """
    pointer = current_pointer(home)
    if pointer is not None:
        path = release_path(home, pointer.release_id)
        if is_whole(path, pointer.release_id) and not is_of_older_shape(header_of(path)):
            return True
    # A substitute, or one that was made again, counts as well.
    try:
        return not _is_old(home)
    except ReleaseMissing:
        return False


def ensure_release(home: Home, progress: Callable[[str, int, int], None] | None = None) -> None:
    """Build the real release when there is none or it is of an older shape; wait when another process is at it.

    Raises:
        YanglaoError: there is no release and none could be built.
    """
    if has_current_shape(home):
        return
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            is_old = _is_old(home)
            break
        except ReleaseMissing:
            try:
                _build(home, progress)
            except BusyError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.5)
    if is_old:
        try:
            _build(home, progress)
        except YanglaoError as error:
            print(f"现行批次是旧版结构，未能更新，仍按旧版显示：{error}", file=sys.stderr)


def _is_old(home: Home) -> bool:
    """Whether what readers get is of an older shape.

    Raises:
        ReleaseMissing: there is nothing for them.
    """
    from warehouse.read import Releases

    releases = Releases(home)
    try:
        with releases.acquire() as release:
            return is_of_older_shape(release.header)
    finally:
        releases.close()


def _build(home: Home, progress: Callable[[str, int, int], None] | None) -> None:
    # Loaded only here: a server that finds its release starts without the readers of forms.
    from etl.refresh import refresh

    refresh(home, progress=progress)
