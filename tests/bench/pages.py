"""Page scripts, warm, in this process: the frame, the page and its reads, without a browser."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from streamlit.testing.v1 import AppTest

from pages.registry import PAGES, Entry
from tests.bench.homes import city_home
from tests.bench.rows import Row, milliseconds
from tests.conftest import ROOT

BARE = "import streamlit as st\nst.title('x')\nst.selectbox('a', [1, 2])\nfor n in range(8):\n    st.html('<p>' + 'x' * 2000)"


def rows() -> Iterator[Row]:
    bare = AppTest.from_string(BARE, default_timeout=30).run()
    floor = milliseconds(bare.run)
    with _environment(YANGLAO_HOME=str(city_home().root)):
        for kind in ("real", "demo"):
            for entry in PAGES:
                yield _page(entry, kind, floor)


def _page(entry: Entry, kind: str, floor: float) -> Row:
    page = AppTest.from_file(str(ROOT / "pages" / "main.py"), default_timeout=60).run()
    page.switch_page(entry.script)
    page.query_params["data"] = kind
    page.run()
    assert not page.exception, entry.title_zh
    return Row(
        name=f"page script, warm, {kind}: {entry.url_path}",
        measured=milliseconds(page.run),
        unit="ms",
        budget=60,
        floor=floor,
    )


@contextmanager
def _environment(**values: str) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
