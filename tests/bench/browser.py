"""What a reader waits for, in Chromium: the first page after a start, and a turned choice until the page is done again.

The floor is a bare Streamlit page which shows the same charts and the same text, taken from ours, and does nothing else.
Most charts are drawn by style sheets, so those come along.
"""

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page, sync_playwright

from pages.registry import PAGES, Entry
from tests.bench.homes import city_home, national_home
from tests.bench.rows import Row
from tests.conftest import free_port, launched, served, wait_until_healthy
from warehouse.home import Home

RUNS, STARTS = 9, 5
# So long a page is looked at before anything on it is pressed, ours, the bare one and that of another library.
LOOKED_AT_MS = 3_000
# What is turned on a page that has no choice of the city.
OTHER_CHOICE = {"comparison": "哪个市", "documents": "看什么", "indicator": "看什么", "query": "旁栏"}
BARE = """
import json
from pathlib import Path
import streamlit as st

st.set_page_config(layout="wide")

@st.cache_resource
def shown():
    return json.loads(Path(__file__).with_name("shown.json").read_text())

state = st.segmented_control("看哪一个", ["A", "B"], default="A", key="state")
st.html(shown()[state]["style"])
for block in shown()[state]["blocks"]:
    st.html(block)
for number, figure in enumerate(shown()[state]["figures"]):
    st.plotly_chart(figure, key=f"chart-{number}", theme=None, width="stretch")
"""
_IDLE = "() => document.querySelector('[data-testid=stApp]')?.dataset.testScriptState === 'notRunning'"
_SHOWN = """
() => ({
    style: [...document.querySelectorAll("style")].filter(({ textContent }) => /--tiny|html [{] font-size/.test(textContent))
        .map(({ outerHTML }) => outerHTML).join(""),
    blocks: [...document.querySelectorAll("[data-testid=stMain] .block")].map((block) => block.outerHTML),
    figures: [...document.querySelectorAll(".js-plotly-plot")].map(({ data, layout }) => ({ data, layout })),
})
"""
# From the click until the page has come to rest: to the frame after which nothing in the window is another thing, another
# word, elsewhere or of another colour, before half a second without a change. A page is looked at as often as its document
# changes, after the frame that shows it, but not for the mark on the pressed choice alone: looking takes time. The sign of a
# running script is no part of it.
_CLICKED = """
(target) => new Promise((resolve) => {
    const seen = () => [...document.body.querySelectorAll("*")].map((one) => {
        const box = one.getBoundingClientRect()
        // What of it lies in the window.
        const [top, bottom] = [Math.max(box.top, 0), Math.min(box.bottom, innerHeight)]
        if (!box.width || top >= bottom || one.closest("[data-testid=stHeader]")) return ""
        const { color, backgroundColor, borderColor, fill, stroke, opacity, visibility } = getComputedStyle(one)
        const words = [...one.childNodes].map((node) => (node.nodeType === Node.TEXT_NODE ? node.nodeValue : "")).join("")
        const looks = [one.localName, box.left, box.width, top, bottom, color, backgroundColor, borderColor, fill, stroke, opacity]
        return visibility === "visible" ? looks.concat(words, one.value ?? "", one.getAttribute("d") ?? "").join(" ") : ""
    }).filter(Boolean).join("\\n")
    let rest, looking, isLater, last = performance.now(), frames = []
    const look = (now) => {
        const page = seen()
        if (frames.at(-1)?.page !== page) frames.push({ now, page })
    }
    const control = target.closest("[role=radiogroup], label") ?? target
    const observer = new MutationObserver((changes) => {
        clearTimeout(rest)
        rest = setTimeout(() => {
            observer.disconnect()
            look(last)
            resolve(frames.at(-1).now - start)
        }, 500)
        isLater = true
        if (looking || changes.every((change) => control.contains(change.target))) return
        looking = true
        next()
    })
    // What was changed after a frame had begun is of the next one.
    const next = () => requestAnimationFrame((now) => {
        isLater = false
        last = now
        setTimeout(() => {
            if (isLater) return next()
            looking = false
            look(now)
        })
    })
    observer.observe(document.querySelector("[data-testid=stApp]") ?? document.body, {
        attributes: true, characterData: true, childList: true, subtree: true,
    })
    const start = performance.now()
    target.click()
})
"""


def rows() -> Iterator[Row]:
    with chromium() as browser:
        yield _first_page(browser, city_home())
        for kind in ("real", "demo"):
            yield from _page_rows(browser, city_home(), kind)
        yield from _page_rows(browser, national_home(), "demo", scale="national")


def _page_rows(browser: Browser, home: Home, kind: str, *, scale: str = "") -> Iterator[Row]:
    """One row a page of that home: a choice turned until done, against the bare page."""
    with served(home.root) as address:
        for entry in PAGES:
            yield _turned(browser, address, entry, kind, scale)


@contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = launched(playwright)
        yield browser
        browser.close()


def _first_page(browser: Browser, home: Home) -> Row:
    """Median seconds from the command to the first page at rest, ours and a bare one started by turns."""
    bare = {"A": {"style": "", "blocks": ["<h1>x</h1>"], "figures": []}}
    times: dict[str, list[float]] = {"ours": [], "bare": []}
    for _ in range(STARTS):
        for name, started in (("ours", lambda: served(home.root)), ("bare", lambda: _bare_app(bare))):
            start = time.perf_counter()
            with started() as address:
                page = _arrive(browser, address)
                times[name].append(time.perf_counter() - start)
                page.context.close()
    ours, floor = statistics.median(times["ours"]), statistics.median(times["bare"])
    return Row(
        name="first page after the start, release present", measured=ours, unit="s", budget=1.3 * floor, floor=floor,
        note=f"(of {STARTS}; asked also: 2.0 s)",
    )  # fmt: skip


def _turned(browser: Browser, address: str, entry: Entry, kind: str, scale: str) -> Row:
    ours, shown = turned_page(browser, address, entry, kind)
    with _bare_app(shown) as bare:
        bare_page = _open(browser, bare)
        floor = median_press([bare_page.get_by_role("radio", name=name) for name in "BA"])
        bare_page.context.close()
    figures, letters = len(shown["A"]["figures"]), sum(map(len, shown["A"]["blocks"]))
    return Row(
        name=f"{scale or kind}, a choice turned: {entry.url_path}",
        measured=ours,
        unit="ms",
        budget=1.5 * floor,
        floor=floor,
        note=f"({figures} charts, {letters / 1000:.0f} kB of text)",
    )


def turned_page(browser: Browser, address: str, entry: Entry, kind: str) -> tuple[float, dict]:
    """Median milliseconds from a press to rest of one of our pages, and what it shows before (A) and after (B)."""
    path = "" if entry is PAGES[0] else entry.url_path
    page = _open(browser, f"{address}/{path}?data={kind}")
    choices = _choices(page, entry)
    shown = {}
    for name, choice in zip("BA", choices, strict=True):
        choice.evaluate(_CLICKED)
        shown[name] = page.evaluate(_SHOWN)
    ours = median_press(choices)
    page.context.close()
    return ours, shown


def _choices(page: Page, entry: Entry) -> list[Locator]:
    """Two controls to press in turn, each of which changes the page."""
    if entry.by_city:
        return [page.get_by_role("radio", name=name, exact=True).first for name in ("抚顺市", "濮阳市")]
    group = page.get_by_role("radiogroup", name=OTHER_CHOICE.get(entry.url_path)).get_by_role("radio")
    if entry.url_path in OTHER_CHOICE and group.count():
        return [group.nth(1), group.nth(0)]
    switch = page.get_by_role("switch", name="大字版").or_(page.get_by_role("checkbox", name="大字版")).first
    return [switch, switch]


def _open(browser: Browser, address: str) -> Page:
    page = _arrive(browser, address)
    page.wait_for_timeout(LOOKED_AT_MS)
    return page


def _arrive(browser: Browser, address: str) -> Page:
    page = browser.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN").new_page()
    page.goto(address)
    page.wait_for_selector("h1, [role=radiogroup]", timeout=60_000)
    page.wait_for_function(_IDLE, timeout=60_000)
    return page


def median_press(choices: list[Locator]) -> float:
    """Median milliseconds of pressing the choices in turn."""
    times = []
    for number in range(RUNS):
        times.append(choices[number % 2].evaluate(_CLICKED))
    return sorted(times[2:])[len(times[2:]) // 2]


@contextmanager
def _bare_app(shown: dict) -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        script, log = Path(folder) / "bare.py", Path(folder) / "bare.log"
        script.write_text(BARE, encoding="utf-8")
        script.with_name("shown.json").write_text(json.dumps(shown), encoding="utf-8")
        log.touch()
        port = free_port()
        process = subprocess.Popen(
            [sys.executable, "-m", "streamlit", "run", str(script), "--server.port", str(port), "--server.headless", "true",
             "--server.address", "127.0.0.1", "--browser.gatherUsageStats", "false"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder,
        )  # fmt: skip
        try:
            wait_until_healthy(f"http://127.0.0.1:{port}", process, log)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(timeout=20)
