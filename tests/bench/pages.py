"""Page scripts, warm, in this process: the frame, the page and its reads, without a browser."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from streamlit.testing.v1 import AppTest

from etl.refresh import refresh
from pages.ui.registry import PAGES
from tests.bench.rows import Row, milliseconds
from tests.conftest import ROOT
from warehouse.home import Home

BARE = "import streamlit as st\nst.title('x')\nst.selectbox('a', [1, 2])\nfor n in range(8):\n    st.html('<p>' + 'x' * 2000)"


def rows() -> Iterator[Row]:
    bare = AppTest.from_string(BARE, default_timeout=30).run()
    floor = milliseconds(bare.run)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        refresh(Home(home))
        with _environment(YANGLAO_HOME=str(home)):
            for entry in PAGES:
                page = AppTest.from_file(str(ROOT / "pages" / "main.py"), default_timeout=60).run()
                page.switch_page(entry.script).run()
                assert not page.exception, entry.title_zh
                yield Row(
                    name=f"page script, warm, real release: {entry.url_path}",
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
