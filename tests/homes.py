"""Data homes that tests only read, kept between runs as long as the programs that make them stay the same.

`python -m tests.homes` makes those that most tests ask for; a test that comes before makes its own for all others.
`TEST_HOMES` names the folder (default: `yanglao-test-homes` among the temporary files); `off` makes every run
build its own. The oldest homes are removed, so that a month of changes does not fill a disk.
"""

import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
SOURCES = (
    "etl",
    "warehouse",
    "pyproject.toml",
    # What makes homes of invented months, and what that reads.
    "tests/months_truth.py",
    "tests/marts_world.py",
    "tests/declared.py",
    "tests/models.py",
    "tests/build/small.py",
    "tests/pages/months_homes.py",
    "tests/pages/month_release.py",
    "tests/pages/odd_months.py",
)
# What only reads a release changes none.
NOT_OF_A_RELEASE = (
    "warehouse/paper",
    "warehouse/editions",
    "warehouse/delivery",
    "etl/replies",
    "warehouse/wording/desk/editions.py",
    "warehouse/wording/desk/delivery.py",
    "warehouse/wording/desk/replies.py",
    "etl/deploy",
)
KEPT = 6


@cache
def sources_hash() -> str:
    """Changes with everything a release is made by and of, and with what makes homes of invented months."""
    digest = hashlib.sha256()
    for name in SOURCES:
        place = ROOT / name
        files = sorted(path for path in place.rglob("*") if path.is_file()) if place.is_dir() else [place]
        for path in files:
            name_here = path.relative_to(ROOT).as_posix()
            if "__pycache__" not in path.parts and not name_here.startswith(NOT_OF_A_RELEASE):
                digest.update(f"{path.relative_to(ROOT)}\n".encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def kept_folder() -> Path | None:
    """Where the homes of these sources stand or are to be made; None when every run makes its own."""
    wanted = os.environ.get("TEST_HOMES", "")
    # A machine that starts from nothing keeps homes only where the command says so, for both parts of its run.
    if wanted == "off" or (os.environ.get("CI") and not wanted):
        return None
    root = Path(wanted) if wanted else Path(tempfile.gettempdir()) / "yanglao-test-homes"
    mine = root / sources_hash()
    mine.mkdir(parents=True, exist_ok=True)
    mine.touch()
    others = sorted((path for path in root.iterdir() if path != mine), key=lambda path: path.stat().st_mtime)
    for old in others[: -(KEPT - 1)]:
        shutil.rmtree(old, ignore_errors=True)
    return mine


@contextmanager
def _once(folder: Path) -> Iterator[bool]:
    """Whether this process is the one that has to fill `folder`; the others wait until it is filled."""
    folder.mkdir(parents=True, exist_ok=True)
    done = folder / ".done"
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield not done.exists()
        done.touch()


def built_once(folder: Path, build: Callable[[Any], object]) -> Any:
    """The data home in `folder`, filled by `build` in the process that comes first; the others wait until it is. Only for
    reading.

    A session's fixture alone is made anew in every worker process, and in every module that imports it.
    """
    from warehouse.home import Home

    home = Home(folder / "root")
    with _once(folder) as mine:
        if mine:
            build(home)
    return home


def real_home(shared: Path) -> Any:
    """A data home with one real release."""
    from etl.refresh import refresh

    return built_once(shared / "real", refresh)


def demo_root(shared: Path) -> Any:
    """A data home with the whole demonstration inside."""
    from etl.demo.build import build_demo

    return built_once(shared / "demo", build_demo)


def small_demo_root(shared: Path) -> Any:
    """A data home with a small demonstration inside: three units of 抚顺 from 2025-09 on."""
    from etl.demo.build import Extent, build_demo

    extent = Extent(
        first_month=date(2025, 9, 1),
        last_month=date(2026, 10, 1),
        as_of=date(2026, 11, 20),
        units=("xinfu", "fushunxian", "qingyuan"),
    )
    return built_once(shared / "small-demo", lambda home: build_demo(home, extent=extent))


def main() -> None:
    """Make the homes that most tests ask for, where homes are shared."""
    if shared := kept_folder():
        for make in (real_home, demo_root, small_demo_root):
            make(shared)


if __name__ == "__main__":
    main()
