"""What a server loads and holds while its readers look at every page and search, but ask no query."""

import time
from pathlib import Path

import duckdb
import pytest

from tests.memory import server
from warehouse.read.memory import give_back_memory

MOST_MB = 250
# Libraries of tables, numbers and pictures that only queries, files and the making of releases need.
NEEDLESS = ("libarrow", "_multiarray_umath", "_imaging", "_pydantic_core")
SETTLED_SECONDS = 60


@pytest.mark.dear
def test_a_server_holds_little_after_a_search_and_loads_nothing_needless_for_any_page(demo_root):
    with server(demo_root) as served:
        found = served.ask("/api/v1/search?q=pyx").decode("utf-8")
        assert "濮阳县" in found
        # Parts of all pages are loaded a little later, and what the search needed for a moment is given back after that.
        until = time.monotonic() + SETTLED_SECONDS
        while not (served.has_loaded("etree.") and served.held().resident <= MOST_MB) and time.monotonic() < until:
            time.sleep(0.5)
        assert served.has_loaded("etree.") and served.has_loaded("_duckdb")
        time.sleep(4)
        assert served.held().resident <= MOST_MB
        for kind in ("real", "demo"):
            served.show_every_page(kind)
        assert [library for library in NEEDLESS if served.has_loaded(library)] == []


def resident_mb() -> float:
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


def test_what_a_question_needed_for_a_moment_is_given_back():
    """Two million rows of 24 bytes and their keys are sorted in memory: some 50 MB at least, of which nothing stays."""
    with duckdb.connect() as connection:
        sql = "select max(a) from (select i as a, hash(i) as b, hash(i + 1) as c from range(2000000) t(i) order by b limit 1999999)"
        connection.execute(sql).fetchall()
        kept = resident_mb()
        give_back_memory()
        assert resident_mb() < kept - 10
