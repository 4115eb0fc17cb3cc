"""What a reader waits for, in Chromium: the first page after a start, and a click until the page is done again."""

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from etl.refresh import refresh
from pages.ui.registry import PAGES
from tests.bench.rows import Row
from tests.conftest import free_port, served
from warehouse.home import Home

RUNS = 9
# A bare Streamlit page of the weight of ours: one choice and the same amount of HTML, or the same number of charts.
BARE = """
import streamlit as st
import plotly.graph_objects as go
chosen = st.segmented_control("城市", ["濮阳市", "抚顺市"], default="濮阳市", key="city")
st.html(f"<h1>{{chosen}}</h1>")
for number in range({blocks}):
    st.html("<p>" + "数" * {letters} + str(number) + chosen + "</p>")
for number in range({charts}):
    figure = go.Figure(go.Scatter(x=list(range(60)), y=[number + len(chosen) * step % 7 for step in range(60)]))
    st.plotly_chart(figure, key=f"chart-{{number}}")
"""
DONE = "() => document.querySelector('[data-testid=stApp]')?.dataset.testScriptState === 'notRunning'"


def rows() -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        home = Home(Path(folder) / "home")
        refresh(home)
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-background-networking"]
        )
        yield _first_page(browser, home, Path(folder))
        with served(home.root) as address:
            for entry in PAGES:
                if entry.by_city:
                    yield _rerun(browser, address, entry, Path(folder))
        browser.close()


def _first_page(browser, home: Home, folder: Path) -> Row:
    start = time.perf_counter()
    with served(home.root) as address:
        _open(browser, address)
        ours = time.perf_counter() - start
    start = time.perf_counter()
    with _bare_app(folder, blocks=4, letters=200, charts=0) as address:
        _open(browser, address)
        bare = time.perf_counter() - start
    return Row(name="first page after the start, release present", measured=ours, unit="s", budget=4, floor=bare)


def _rerun(browser, address: str, entry, folder: Path) -> Row:
    page = _open(browser, f"{address}/{entry.url_path}")
    charts = page.locator("[data-testid=stPlotlyChart]").count()
    blocks = page.locator("[data-testid=stHtml]").count()
    letters = len(page.locator("[data-testid=stMain]").inner_html()) // max(blocks, 1)
    ours = _clicks(page)
    page.close()
    with _bare_app(folder, blocks=blocks, letters=letters // 3, charts=charts) as bare:
        bare_page = _open(browser, bare)
        floor = _clicks(bare_page)
        bare_page.close()
    return Row(
        name=f"click a city until done: {entry.url_path}",
        measured=ours,
        unit="ms",
        budget=1.5 * floor,
        floor=floor,
        note=f"({charts} charts, {blocks} blocks)",
    )


def _open(browser, address: str) -> Page:
    page = browser.new_page(viewport={"width": 1440, "height": 900}, locale="zh-CN")
    page.goto(address)
    page.wait_for_selector("h1", timeout=60_000)
    page.wait_for_function(DONE, timeout=60_000)
    return page


def _clicks(page: Page) -> float:
    """Median milliseconds from a click on the other city until the run is over and its heading has changed."""
    page.wait_for_timeout(500)
    times = []
    for number in range(RUNS):
        name = ("抚顺市", "濮阳市")[number % 2]
        heading = page.locator("h1").first.inner_text()
        start = time.perf_counter()
        page.get_by_role("radio", name=name).or_(page.get_by_role("button", name=name, exact=True)).first.click()
        page.wait_for_function("before => document.querySelector('h1')?.innerText !== before", arg=heading)
        page.wait_for_function(DONE)
        times.append(time.perf_counter() - start)
        page.wait_for_timeout(150)
    return 1000 * sorted(times[2:])[len(times[2:]) // 2]


@contextmanager
def _bare_app(folder: Path, **weight: int) -> Iterator[str]:
    script = folder / "bare.py"
    script.write_text(BARE.format(**weight), encoding="utf-8")
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", str(script), "--server.port", str(port), "--server.headless", "true",
         "--server.address", "127.0.0.1", "--browser.gatherUsageStats", "false"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder,
    )  # fmt: skip
    try:
        from tests.conftest import _wait_until_healthy

        log = folder / "bare.log"
        log.touch()
        _wait_until_healthy(f"http://127.0.0.1:{port}", process, log)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=20)
