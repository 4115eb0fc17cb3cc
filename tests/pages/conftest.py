"""Pages opened without a browser: what a run of `pages/main.py` shows, as text."""

import json
import re
from collections.abc import Callable
from functools import cache
from html import unescape
from pathlib import Path

import pytest
from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from pages.registry import PAGES, SIGNED_IN_PAGES
from tests.pages.months_homes import (  # noqa: F401  fixtures for every test of these pages
    alone_home,
    broken_home,
    nothing_home,
    odd_home,
    one_month_home,
    show_of,
    show_truth,
    truth_home,
    truth_release,
    worked_home,
)

MAIN = Path(__file__).resolve().parents[2] / "pages" / "main.py"
SECONDS = 120
# Every `AppTest` looks for components in all installed packages, which takes longer than a page; none come or go. Here and
# not in a fixture of this folder: pages are opened in other folders too, with what stands here.
manifest_scanner.scan_component_manifests = cache(manifest_scanner.scan_component_manifests)


def at_address(script: str | None = None, **parameters: str) -> AppTest:
    """The app about to be run on a page, the first one when None, as a link opens it: no other page runs before it, as
    `switch_page` would want."""
    app = AppTest.from_file(str(MAIN), default_timeout=SECONDS)
    if script not in (None, PAGES[0].script):
        entry = next(one for one in (*PAGES, *SIGNED_IN_PAGES) if one.script == script)
        app._page_hash = calc_hash(entry.url_path)
    for name, value in parameters.items():
        app.query_params[name] = value
    return app


class Shown:
    """One open page and what stands on it."""

    def __init__(self, app: AppTest) -> None:
        self.app = app

    def run(self) -> "Shown":
        """Run the script again, as after a turned filter."""
        self.app.run(timeout=SECONDS)
        return self

    @property
    def html(self) -> str:
        """All our own HTML in the order of the page: blocks, notices, footer, receipt."""
        parts = [self.app.main, self.app._tree.children.get(2)]
        return "\n".join(text for part in parts if part is not None for text in _html_of(part))

    @property
    def own_words(self) -> list[str]:
        """What Streamlit itself prints on the page: captions, notices, names of folds, tabs, buttons, words of charts."""
        return [text for part in (self.app.main, self.app.sidebar) for text in _words_of(part)]

    @property
    def text(self) -> str:
        """The HTML as a reader sees it."""
        return unescape(re.sub(r"<[^>]+>", "", self.html))

    @property
    def finding(self) -> str:
        """The first line of the page."""
        found = re.search(r'<h1 class="finding">(.*?)</h1>', self.html, re.DOTALL)
        return unescape(re.sub(r"<[^>]+>", "", found.group(1))) if found else ""

    @property
    def receipts(self) -> list[str]:
        """The receipts of all numbers on the page."""
        return [unescape(found) for found in re.findall(r'data-receipt="([^"]+)"', self.html)]


def _html_of(node) -> list[str]:
    """The HTML a node and everything in it carries, blocks of our component among it."""
    texts = []
    proto = getattr(node, "proto", None)
    if getattr(node, "type", None) == "html" and not proto.body.startswith("<style"):
        texts.append(proto.body)
    if getattr(node, "type", None) == "bidi_component":
        texts.append(json.loads(proto.json or "{}").get("html", ""))
    for child in getattr(node, "children", {}).values():
        texts += _html_of(child)
    return texts


def _words_of(node) -> list[str]:
    """What a node that is no HTML of ours tells, and everything in it; of a chart its title and labels."""
    texts, proto = [], getattr(node, "proto", None)
    if proto is not None and getattr(node, "type", None) not in ("html", "bidi_component"):
        texts += [text for name in ("body", "label", "help", "alt", "placeholder") if (text := getattr(proto, name, "")) and isinstance(text, str)]  # fmt: skip
        if getattr(proto, "spec", ""):
            texts += _labels_of(json.loads(proto.spec))
    for child in getattr(node, "children", {}).values():
        texts += _words_of(child)
    return texts


def _labels_of(drawn) -> list[str]:
    """The words of a Plotly figure: titles, names, annotations, texts of points."""
    if isinstance(drawn, list):
        return [text for one in drawn for text in _labels_of(one)]
    if not isinstance(drawn, dict):
        return []
    told = (one for name in ("text", "hovertext", "name") for one in _listed(drawn.get(name)))
    return [
        *(one for one in told if isinstance(one, str)),
        *(text for one in drawn.values() for text in _labels_of(one)),
    ]


def _listed(value) -> list:
    return value if isinstance(value, list) else [value]


@pytest.fixture
def show(real_home, monkeypatch) -> Callable[..., Shown]:
    """Open a page of the real release: `show("briefing/coverage/page.py", city="fushun")`."""
    monkeypatch.setenv("YANGLAO_HOME", str(real_home.root))

    def opened(script: str | None = None, **parameters: str) -> Shown:
        return Shown(at_address(script, **parameters)).run()

    return opened
