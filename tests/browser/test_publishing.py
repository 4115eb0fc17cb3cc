"""Releases published one after the other into the home of a served app, while a reader clicks through its pages."""

import re
import threading

from tests.build.small import publish_again
from tests.conftest import served
from tests.open_page import PATIENCE_MS, OpenPage
from warehouse.home import Home
from warehouse.release.publishing.publish import current_pointer, list_releases, release_path

PUBLISHES = {True: 20, False: 9}  # with --full, and in the sample
AT_A_TURN = 3  # so many are published while one page is asked for, runs and is drawn
PAGES = ("四级网络覆盖", "城市对比", "公开文件", "政策与任务", "总览")
# A page that failed in part or in whole, in our words or in Streamlit's.
FAILED = "[data-testid=stException], .empty h2:has-text('出错'), .empty h2:has-text('打不开')"


def test_readers_and_refreshes_do_not_meet(open_page, real_home, tmp_path, full):
    publishes = PUBLISHES[full]
    home = Home(tmp_path / "home")
    home.ensure()
    source = release_path(real_home, current_pointer(real_home).release_id)
    published = [publish_again(home, source)]
    faults: list[Exception] = []

    def publish_all() -> None:
        try:
            for number in range(publishes):
                if number % AT_A_TURN == 0:
                    # Longer than any page is waited for.
                    pressed.wait(3 * PATIENCE_MS / 1_000)
                    pressed.clear()
                published.append(publish_again(home, source))
        except Exception as error:
            faults.append(error)

    pressed = threading.Event()
    with served(home.root) as address:
        opened = open_page(address)
        opened.page.locator("[data-testid=stMain] .colophon").wait_for()
        seen = [_release_shown(opened)]
        publisher = threading.Thread(target=publish_all, daemon=True)
        publisher.start()
        while publisher.is_alive():
            pressed.set()
            seen.append(_turn_to(PAGES[len(seen) % len(PAGES)], opened))
        publisher.join()
        # One more click, and the last release is read.
        assert _turn_to("目标与进度", opened) == published[-1]
        log = (tmp_path / f"serve-{address.rpartition(':')[2]}.log").read_text(encoding="utf-8")
    assert faults == []
    assert len(published) == 1 + publishes
    assert [each.release_id for each in list_releases(home)] == published[::-1]
    # The reader went on from release to release, never back, and met several of them.
    assert set(seen) <= set(published)
    assert seen == sorted(seen, key=published.index)
    assert len(set(seen)) >= 3
    assert opened.console_errors == []
    assert "Traceback" not in log and "error " not in log, log[-3000:]


def _turn_to(title_zh: str, opened: OpenPage) -> str:
    """Press the page's name in the menu and wait for it, whole and without fault; the release it was read from."""
    page = opened.page
    before = page.locator("h1.finding").first.inner_text()
    page.get_by_role("link", name=title_zh, exact=True).click()
    page.wait_for_function(
        "was => ![was, undefined].includes(document.querySelector('h1.finding')?.innerText)", arg=before
    )
    opened.settle()
    assert page.locator(FAILED).count() == 0, opened.text()
    return _release_shown(opened)


def _release_shown(opened: OpenPage) -> str:
    """The release the colophon names."""
    text = opened.page.locator("[data-testid=stMain] .colophon").first.inner_text()
    return re.search(r"\d{8}-\d{2,}", text)[0]
