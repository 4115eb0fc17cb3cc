"""A refresh that finds nothing new: it costs next to nothing, and believes nothing it should look at."""

import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable

import pytest

from tests.conftest import ROOT
from warehouse.cached import read_kept, write_kept
from warehouse.home import Home
from warehouse.release.file import header_of, keep_header
from warehouse.release.publishing.publish import current_pointer, release_path

HEAVY = {"polars", "duckdb", "pyarrow", "streamlit", "numpy", "lxml", "pydantic"}
# Half a second where a start of the language alone takes 0.04: a slower machine, or one with other tests on it, is given as
# much more.
STARTS = 12.5


def again(home: Home, command: str = "refresh", **environment: str) -> subprocess.CompletedProcess:
    """The command in a process of its own, as a timer starts it."""
    variables = {**os.environ, "YANGLAO_HOME": str(home.root), **environment}
    done = subprocess.run(
        [sys.executable, str(ROOT / "app.py"), command], cwd=ROOT, env=variables, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("内容没有变化，沿用批次 ")
    return done


@pytest.fixture
def copied(real_home, tmp_path) -> Home:
    """The real home as another place holds it: the same bytes under other inodes."""
    shutil.copytree(real_home.root, tmp_path / "home", ignore=shutil.ignore_patterns("demo", "scratch"))
    return Home(tmp_path / "home")


def test_nothing_new_loads_neither_the_engine_nor_what_reads_forms(copied):
    again(copied)
    told = again(copied, PYTHONPROFILEIMPORTTIME="1").stderr
    loaded = {line.rpartition("|")[2].strip().partition(".")[0] for line in told.splitlines() if "|" in line}
    assert "sqlite3" in loaded
    assert not loaded & HEAVY


def test_a_header_is_opened_again_when_the_file_or_its_digest_is_not_what_it_was(copied):
    path = release_path(copied, current_pointer(copied).release_id)
    keep_header(path)
    kept = copied.cache / "headers" / f"{path.name}.json"
    write_kept(kept, read_kept(kept).replace(b'"kind_code": "real"', b'"kind_code": "told"'))
    told = header_of(path)
    assert told["kind_code"] == "real"  # the process had opened it before
    header_of.__globals__["_header_at"].cache_clear()
    assert header_of(path) == told | {"kind_code": "told"}
    header_of.__globals__["_header_at"].cache_clear()
    # Of what was kept every byte is proven: a turned one tells nothing.
    kept.write_bytes(kept.read_bytes().replace(b'"told"', b'"tale"'))
    assert header_of(path) == told
    header_of.__globals__["_header_at"].cache_clear()
    path.chmod(0o600)
    os.utime(path)
    assert header_of(path) == told


def linked(source: str, target: str) -> None:
    """What a refresh never writes is linked, a hundred megabytes of it; the rest is a copy."""
    is_for_ever = source.endswith((".duckdb", "generated.json")) or "/archive/" in source
    (os.link if is_for_ever else shutil.copy2)(source, target)


def spent(run: Callable[[], object]) -> float:
    """Processor seconds of a process, the least of three."""
    found = []
    for _ in range(3):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        run()
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        found.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return min(found)


def a_start() -> None:
    """The language and what any command of it needs, nothing of ours."""
    subprocess.run([sys.executable, "-c", "import sqlite3, json, argparse, pathlib, hashlib, logging"], check=True)


def test_nothing_new_takes_half_a_second_in_the_real_home_and_in_the_demonstration(copied, demo_root, tmp_path):
    again(copied)
    start = spent(a_start)
    assert spent(lambda: again(copied)) <= STARTS * start
    shutil.copytree(demo_root.root, tmp_path / "with-demo", copy_function=linked)
    again(Home(tmp_path / "with-demo"), "demo")
    assert spent(lambda: again(Home(tmp_path / "with-demo"), "demo")) <= STARTS * start
