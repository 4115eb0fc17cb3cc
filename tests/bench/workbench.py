"""What an analyst waits for: an answer through the worker, many rows on the screen, a stop, a word offered.

People think between two queries; the child for the next one is made meanwhile. Both are measured: with a pause, which
is the budget's case, and one after the other.
"""

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from etl.refresh import refresh
from tests.bench.rows import Row, milliseconds
from tests.conftest import launched, served
from warehouse.home import Home
from warehouse.query.ask import run_query, start_query
from warehouse.read import Releases
from warehouse.worker.client import JobStopped, Worker

PAGE_SIZED = "select * from core.dim_area order by area_id limit 1000"
ENDLESS = "select count(*) from range(1000000) a(x), range(1000000) b(y) where x * y % 7 = 3"
MANY = "select i, i % 97 as rest, 'row ' || i as name, i / 3 as third from range(100000) t(i)"
EDITOR = "textarea[aria-label='SQL 语句']"
PAUSE_SECONDS = 0.4
OVER_BARE_MS = 50
DONE = "() => document.querySelector('[data-testid=stApp]')?.dataset.testScriptState === 'notRunning'"
LONG_TASKS = """() => {
  window.longest = 0
  new PerformanceObserver(list => list.getEntries().forEach(task => { window.longest = Math.max(window.longest, task.duration) }))
    .observe({ entryTypes: ['longtask'] })
}"""


def rows() -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder) / "home")
        refresh(home)
        yield from _through_the_worker(home)
        with (
            sync_playwright() as playwright,
            served(home.root, YANGLAO_IDENTITY_HEADER="X-User", YANGLAO_IDENTITY_FROM="127.0.0.1") as address,
        ):
            browser = launched(playwright)
            page = browser.new_page(viewport={"width": 1440, "height": 1000}, locale="zh-CN")
            page.goto(f"{address}/query")
            page.locator(EDITOR).wait_for(timeout=60_000)
            page.wait_for_function(DONE, timeout=60_000)
            yield from _on_the_page(page)
            browser.close()


def _through_the_worker(home: Home) -> Iterator[Row]:
    worker = Worker()
    releases = Releases(home)
    try:
        with releases.acquire() as release:

            def bare() -> None:
                release.rows(PAGE_SIZED)

            def asked() -> None:
                run_query(home, PAGE_SIZED, release=release, worker=worker)

            floor = milliseconds(bare)
            for name, pause, budget in (
                ("1,000 rows through the worker, a pause between two", PAUSE_SECONDS, floor + OVER_BARE_MS),
                ("1,000 rows through the worker, one after the other", 0.0, None),
            ):
                yield Row(name=name, measured=_paused(asked, pause), unit="ms", budget=budget, floor=floor)
            started = start_query(home, ENDLESS, release=release, worker=worker)
            time.sleep(0.5)
            begun = time.perf_counter()
            started.cancel()
            try:
                started.result()
            except JobStopped:
                took = time.perf_counter() - begun
            yield Row(name="a running query is stopped", measured=1000 * took, unit="ms", budget=1000)
    finally:
        releases.close()
        worker.close()


def _paused(work: Callable[[], None], pause: float, runs: int = 15) -> float:
    """Median milliseconds of `work`, with a pause before each."""
    times = []
    for _ in range(runs + 1):
        time.sleep(pause)
        begun = time.perf_counter()
        work()
        times.append(time.perf_counter() - begun)
    return 1000 * statistics.median(times[1:])


def _on_the_page(page: Page) -> Iterator[Row]:
    yield Row(name="a word is offered after a key", measured=_offered(page), unit="ms", budget=50)
    page.get_by_role("combobox", name="最多取").click()
    page.get_by_role("option", name="100,000行").click()
    page.wait_for_function(DONE)
    page.evaluate(LONG_TASKS)
    took = _run(page, MANY, "共100,000行")
    yield Row(name="100,000 rows on the screen, from the key to the table", measured=1000 * took, unit="ms")
    longest = page.evaluate("() => window.longest")
    yield Row(name="100,000 rows: the page stands still at most", measured=longest, unit="ms", budget=500)
    page.locator(EDITOR).fill(ENDLESS)
    page.locator(EDITOR).press("Control+Enter")
    button = page.get_by_role("button", name="取消")
    button.wait_for(timeout=20_000)
    begun = time.perf_counter()
    button.click()
    page.get_by_text("已按要求停止").wait_for(timeout=20_000)
    yield Row(
        name="from 取消 to 已停止 on the page", measured=1000 * (time.perf_counter() - begun), unit="ms", budget=1000
    )


def _offered(page: Page) -> float:
    """Median milliseconds from a key to the list being drawn, over the letters of a few words."""
    editor = page.locator(EDITOR)
    times = []
    for text in ("select * from mart.cov", "select date_tr", "select 幸福院", "where area_id = 'qf", "select xfyfgl"):
        for end in range(len(text) - 4, len(text) + 1):
            editor.fill(text[:end])
            times.append(
                editor.evaluate(
                    """area => { const begun = performance.now()
                    area.dispatchEvent(new InputEvent('input', { inputType: 'insertText' }))
                    area.getBoundingClientRect()
                    return performance.now() - begun }"""
                )
            )
    return statistics.median(times)


def _run(page: Page, sql: str, expected: str) -> float:
    page.locator(EDITOR).fill(sql)
    begun = time.perf_counter()
    page.locator(EDITOR).press("Control+Enter")
    page.get_by_text(expected).first.wait_for(timeout=60_000)
    page.locator("[data-testid=stDataFrame] canvas").first.wait_for(timeout=60_000)
    page.wait_for_function(DONE)
    return time.perf_counter() - begun
