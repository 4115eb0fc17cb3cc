"""The first release: what must be there before anything is served."""

import sys
import time
from collections.abc import Callable

from warehouse.errors import BusyError, ReleaseMissing, YanglaoError
from warehouse.home import Home
from warehouse.read import Releases
from warehouse.release import shape

PATIENCE_SECONDS = 300


def has_current_shape(home: Home) -> bool:
    """Whether the current release of `home` is whole and of this program's shape."""
    releases = Releases(home)
    try:
        with releases.acquire() as release:
            return release.header["schema_version"] == shape.SCHEMA_VERSION
    except ReleaseMissing:
        return False
    finally:
        releases.close()


def ensure_release(home: Home, progress: Callable[[str, int, int], None] | None = None) -> None:
    """Build the real release when there is none or it is of an older shape; wait when another process is at it.

    Raises:
        YanglaoError: there is no release and none could be built.
    """
    releases = Releases(home)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            with releases.acquire() as release:
                is_old = release.header["schema_version"] != shape.SCHEMA_VERSION
            break
        except ReleaseMissing:
            try:
                _build(home, progress)
            except BusyError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.5)
    releases.close()
    if is_old:
        try:
            _build(home, progress)
        except YanglaoError as error:
            print(f"现行批次是旧版结构，未能更新，仍按旧版显示：{error}", file=sys.stderr)


def _build(home: Home, progress: Callable[[str, int, int], None] | None) -> None:
    # Loaded only here: a server that finds its release starts without the readers of forms.
    from etl.refresh import refresh

    refresh(home, progress=progress)
