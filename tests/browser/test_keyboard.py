"""Whole tasks by keyboard alone, and links that keep what is looked at."""

import re
from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.browser.seen import violations_on
from tests.conftest import opened

FOCUS = """
() => {
    let one = document.activeElement
    while (one?.shadowRoot?.activeElement) one = one.shadowRoot.activeElement
    const marks = (style) => style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0 || style.boxShadow !== "none"
    const shown = [one, one.parentElement, one.parentElement?.parentElement, one.nextElementSibling]
    return {
        name: one.ariaLabel || one.innerText || one.textContent || "",
        seen: one === document.body || shown.some((each) => each && marks(getComputedStyle(each))),
    }
}
"""


class Keys:
    """A reader without a mouse."""

    def __init__(self, found):
        self.found, self.page = found, found.page
        self.unseen: list[str] = []

    def to(self, name: str, *, most: int = 120, key: str = "Tab") -> None:
        """Press Tab until the focus is on what is called so."""
        for _ in range(most):
            self.page.keyboard.press(key)
            focus = self.page.evaluate(FOCUS)
            if not focus["seen"]:
                self.unseen.append(focus["name"][:40])
            if re.search(name, focus["name"]):
                return
        raise AssertionError(f"{name} is not reached by {key}")

    def press(self, key: str) -> None:
        self.page.keyboard.press(key)


@pytest.fixture(scope="module")
def keys(context_of, demo_url):
    """One page for all tasks, each goes on where the one before ended."""
    found = opened(context_of("zh-CN"), f"{demo_url}/?data=demo")
    found.page.locator("[data-testid=stMain] .colophon").wait_for()
    found.settle()
    yield Keys(found)
    found.page.close()


@pytest.mark.bar("AX8")
def test_six_whole_tasks_without_a_mouse_and_the_focus_is_always_seen(keys):
    page = keys.page
    # 1. Another city.
    keys.to("^濮阳市$", most=40)
    keys.press("ArrowRight")
    keys.press("Enter")
    page.wait_for_url(re.compile("city=fushun"))
    page.get_by_role("heading", level=1, name=re.compile("抚顺")).wait_for()
    keys.found.settle()
    # 2. Where a number comes from, and back to where one was.
    page.keyboard.press("/")
    keys.to("，查看来历$", most=30)
    keys.press("Enter")
    drawer = page.get_by_role("dialog")
    drawer.get_by_text("来源").first.wait_for()
    keys.found.settle()
    assert violations_on(keys.found) == []
    keys.press("Escape")
    drawer.wait_for(state="detached")
    keys.found.settle()
    # 3. A county found by its name in pinyin.
    page.keyboard.press("/")
    page.keyboard.type("xinbin")
    page.locator(".finds .option", has_text="新宾").first.wait_for()
    keys.press("Enter")
    page.wait_for_url(re.compile("/profile.*unit=xinbin"))
    page.get_by_role("heading", level=1, name=re.compile("新宾")).wait_for()
    keys.found.settle()
    # 4. Another page from the menu, and the table behind its drawing.
    keys.to("^趋势$", most=200)
    keys.press("Enter")
    page.wait_for_url(re.compile("/trends"))
    page.locator(".line-plot").first.wait_for()
    keys.found.settle()
    keys.to("^图$", most=60)
    keys.press("ArrowRight")
    page.locator(".tabs [role=tabpanel]:not([hidden]) table").first.wait_for()
    # 5. The page as a file.
    keys.to("^带走本页", most=200)
    keys.press("Enter")
    page.get_by_role("button", name="下载本页PDF").wait_for()
    keys.found.settle()
    keys.to("下载本页PDF", most=30)
    with page.expect_download() as got:
        keys.press("Enter")
    assert got.value.suggested_filename.endswith(".pdf")
    # 6. An indicator found by a word, and where its number comes from.
    page.keyboard.press("/")
    page.keyboard.type("护理型床位占比")
    page.locator(".finds [role=group][aria-label=指标] .option").first.wait_for()
    keys.press("Enter")
    page.wait_for_url(re.compile("/trends.*indicator="))
    # The page held still until this one is whole may name it too; it is nobody's heading.
    page.get_by_role("heading", level=1, name=re.compile("护理型床位占比")).wait_for()
    keys.found.settle()
    page.keyboard.press("/")
    keys.to("，查看来历$", most=60)
    keys.press("Enter")
    drawer.get_by_text("工作表").first.wait_for()
    keys.press("Escape")
    drawer.wait_for(state="detached")
    assert keys.unseen == []
    assert keys.found.console_errors == []


# Data in the menu: test_every_page; city and month in the lines of the menu: tests/pages/test_first_paint.
@pytest.mark.whole
def test_links_keep_city_month_and_data_also_in_a_new_tab(context_of, demo_url, open_page):
    found = open_page(f"{demo_url}/trends?data=demo&city=fushun&month=2026-08")
    page = found.page
    page.locator("[data-testid=stMain] .colophon").wait_for()
    looked_at = {"data": "demo", "city": "fushun", "month": "2026-08"}

    def kept(href: str) -> bool:
        return looked_at.items() <= dict(parse_qsl(urlsplit(href).query)).items()

    hrefs = "() => [...document.querySelectorAll('[data-testid=stSidebarNavLink]')].map((one) => one.href)"
    page.wait_for_function("() => document.querySelector('[data-testid=stSidebarNavLink]').href.includes('month=')")
    assert all(kept(href) for href in page.evaluate(hrefs))
    # A page that asks for no month hands it on all the same.
    page.locator("[data-testid=stSidebarNavLink]", has_text="公开文件").click()
    page.wait_for_url(re.compile("/documents.*month=2026-08"))
    page.wait_for_function("() => document.querySelector('[data-testid=stSidebarNavLink]').href.includes('month=')")
    overview = page.evaluate(hrefs)[0]
    assert kept(overview)
    other = opened(context_of("zh-CN"), overview)
    other.page.get_by_role("heading", level=1, name=re.compile("8月.*抚顺")).wait_for()
    other.page.close()
