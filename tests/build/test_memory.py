"""What a server loads and holds while its readers look at every page and search, but ask no query."""

import time

import pytest

from tests.memory import server

MOST_MB = 250
# Libraries of tables, numbers and pictures that only queries, files and the making of releases need.
NEEDLESS = ("libarrow", "_multiarray_umath", "_imaging", "_pydantic_core")
SETTLED_SECONDS = 60


@pytest.mark.dear
def test_a_server_holds_little_after_a_search_and_loads_nothing_needless_for_any_page(demo_root):
    with server(demo_root) as served:
        found = served.ask("/api/v1/search?q=pyx").decode("utf-8")
        assert "濮阳县" in found
        # Parts of all pages are loaded a little later; the dictionary of pinyin was needed for the search.
        until = time.monotonic() + SETTLED_SECONDS
        while not served.has_loaded("etree.") and time.monotonic() < until:
            time.sleep(0.5)
        assert served.has_loaded("etree.") and served.has_loaded("_duckdb")
        assert served.held().resident <= MOST_MB
        for kind in ("real", "demo"):
            served.show_every_page(kind)
        assert [library for library in NEEDLESS if served.has_loaded(library)] == []
