"""The first paint: the HTML of the server says what the page says, to nobody who may not see it, within its weight."""

import gzip
import os
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from html import unescape

import pytest

from pages.registry import PAGES
from tests import walk
from tests.conftest import APP, ROOT, free_port
from tests.open_page import PATIENCE_MS

MOST_BYTES = 60_000
# Of numbers worked out when asked, so many of each kind are worked out again: the pages themselves are walked elsewhere.
WORKED_OUT = 2


def fetched(url: str, **headers: str):
    """Headers and HTML of an address, as a browser gets them, with the bytes that travelled."""
    asked = urllib.request.Request(url, headers={"Accept-Encoding": "gzip", **headers})
    with urllib.request.urlopen(asked, timeout=60) as answer:
        sent = answer.read()
        return answer.headers, gzip.decompress(sent).decode("utf-8"), len(sent)


def paint_of(html: str) -> str:
    """The first paint alone; empty where there is none."""
    found = re.search(r'<div id="first-paint">.*?(?=<div id="root">)', html, re.DOTALL)
    return found.group() if found else ""


def painted(url: str):
    """What `fetched` answers once the page is painted: a server waits a moment for a page it has not drawn yet, and answers
    a file without it where that takes longer, as its first run may."""
    until = time.monotonic() + PATIENCE_MS / 1_000
    while not paint_of((found := fetched(url))[1]):
        assert time.monotonic() < until, f"{url} is not painted"
    return found


def finding_of(html: str) -> str:
    found = re.search(r'<h1 class="finding">(.*?)</h1>', html, re.DOTALL)
    return unescape(re.sub(r"<[^>]+>", "", found.group(1))) if found else ""


def place_of(entry) -> str:
    return "" if entry is PAGES[0] else entry.url_path


@pytest.mark.parametrize("kind", ["real", "demo"])
def test_every_page_has_its_headline_and_numbers_in_the_file_itself(
    show, demo_url, demo_root, real_release, demo_release, monkeypatch, kind, full
):
    monkeypatch.setenv("YANGLAO_HOME", str(demo_root.root))
    paints = {}
    # Every page of the real release, and of the demonstration every second one, the first page among them.
    for entry in PAGES if kind == "real" or full else PAGES[::2]:
        url = f"{demo_url}/{place_of(entry)}?data={kind}"
        headers, html, weight = painted(url)
        paints[entry.script] = paint_of(html)
        assert weight <= MOST_BYTES, (entry.url_path, weight)
        assert headers["cache-control"] == "no-store"
        assert finding_of(html) == show(entry.script, data=kind).finding
        assert "演示数据" in paints[entry.script] or kind == "real"
        assert "<script" not in paints[entry.script] and " id=" not in paints[entry.script].replace('id="first-paint"', "")  # fmt: skip
    assert 'class="cards six"' in paints[PAGES[0].script]
    release = demo_release if kind == "demo" else real_release
    pages = [(script, lambda html=html: html) for script, html in paints.items()]
    # What is folded away comes with the page, and with it the numbers a headline repeats: here only what is carried.
    found = [one for script, html in pages for one in walk.carried(script, html())]
    assert len(found) > 200
    assert walk.contradictions(release, found, most=None if full else WORKED_OUT) == []


def test_who_comes_while_a_server_still_loads_gets_the_file_at_once_and_a_little_later_painted(real_home):
    """The socket listens before anything is loaded, so the first question is answered the moment there are answers."""
    port = free_port()
    url = f"http://127.0.0.1:{port}/"
    environment = {**os.environ, "YANGLAO_HOME": str(real_home.root), "YANGLAO_PORT": str(port), "YANGLAO_DEMO": "off"}
    with subprocess.Popen([sys.executable, *APP], cwd=ROOT, env=environment, stderr=subprocess.DEVNULL) as process:
        try:
            html = None
            while html is None and process.poll() is None:
                try:
                    html = fetched(url)[1]
                except ConnectionRefusedError:
                    time.sleep(0.01)
                except urllib.error.URLError as error:
                    assert isinstance(error.reason, ConnectionRefusedError), error
                    time.sleep(0.01)
            assert '<div id="root">' in html and paint_of(html) == ""
            assert 'class="finding"' in paint_of(painted(url)[1])
        finally:
            process.terminate()


def test_city_month_and_release_asked_for_are_painted_and_an_address_of_nothing_is_not(demo_url):
    _, html, _ = painted(f"{demo_url}/coverage?data=demo&city=fushun&month=2026-03")
    assert "抚顺市" in paint_of(html)
    # Every line of the menu keeps what the reader looks at.
    links = [unescape(link) for link in re.findall(r'<a href="([^"]+)"', paint_of(html))]
    assert len(links) == len(PAGES)
    assert all("data=demo" in link and "city=fushun" in link and "month=2026-03" in link for link in links)
    _, html, _ = fetched(f"{demo_url}/coverage?city={'x' * 3000}")
    assert paint_of(html) == ""
