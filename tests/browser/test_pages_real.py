"""The pages of the real release in a browser: they fit, they are quiet, and every number opens."""

import re

import pytest

from pages.ui.registry import BRIEFING, PAGES

BRIEFINGS = [entry.url_path for entry in PAGES if entry.group == BRIEFING]
NAMED = ("overview", "coverage", "comparison", "documents")
RECEIPT = "[data-testid=stDialog] .receipt"


def address(real_url: str, url_path: str, query: str = "") -> str:
    """A page's address; the first page of the menu stands at the root."""
    path = "" if url_path == BRIEFINGS[0] else url_path
    return f"{real_url}/{path}{query}"


def faults(opened) -> list[str]:
    """Console errors; without the look Streamlit takes at two addresses below a deep link before it finds its own."""
    return [text for text in opened.console_errors if "404 (Not Found)" not in text]


def open_receipt(opened) -> str:
    """Wait for the drawer and answer its text."""
    opened.page.locator(RECEIPT).wait_for()
    opened.settle()
    return opened.page.locator(RECEIPT).inner_text()


def ready(opened) -> None:
    """Wait until the page's own content stands."""
    opened.page.locator("h1.finding").wait_for()
    opened.settle()


@pytest.mark.bar("AX5")
@pytest.mark.parametrize("url_path", BRIEFINGS)
def test_a_page_fits_every_width_asks_nobody_else_and_has_no_error(open_page, real_url, url_path):
    opened = open_page(address(real_url, url_path))
    ready(opened)
    for width in (1440, 390, 375):
        opened.page.set_viewport_size({"width": width, "height": 900})
        opened.page.wait_for_timeout(400)
        assert opened.sideways() <= 1, width
    assert opened.foreign_requests == []
    assert faults(opened) == []
    assert "错误编号" not in opened.text()


@pytest.mark.parametrize(
    ("url_path", "width"), [("overview", 390), ("coverage", 1440), ("comparison", 390), ("documents", 1440)]
)
def test_a_number_opens_its_receipt_in_one_press_and_shows_where_it_stands_printed(
    open_page, real_url, url_path, width
):
    opened = open_page(address(real_url, url_path), width=width)
    ready(opened)
    numbers = opened.page.locator(".block .num[data-receipt*='document_figure'], .block .num[data-receipt*='coverage']")
    numbers.first.click()
    text = open_receipt(opened)
    assert "来源" in text
    assert "版本" in text
    assert opened.page.locator(f"{RECEIPT} mark").first.is_visible()
    assert opened.sideways() <= 1


def test_a_number_opens_by_keyboard_and_the_drawer_closes_by_escape(open_page, real_url):
    opened = open_page(address(real_url, "coverage"))
    number = opened.page.locator("h1.finding .num").first
    number.focus()
    opened.page.keyboard.press("Enter")
    open_receipt(opened)
    opened.page.keyboard.press("Escape")
    opened.page.locator(RECEIPT).wait_for(state="detached")
    opened.settle()
    assert "receipt=" not in opened.page.url


def test_a_link_to_a_receipt_opens_it(open_page, real_url):
    opened = open_page(address(real_url, "coverage"))
    opened.page.locator("h1.finding .num").first.click()
    first = open_receipt(opened)
    again = open_page(opened.page.url)
    assert open_receipt(again) == first


@pytest.mark.parametrize("url_path", ["coverage", "comparison"])
def test_the_table_of_each_chart_is_one_press_away_with_the_same_numbers(open_page, real_url, url_path):
    opened = open_page(address(real_url, url_path))
    ready(opened)
    tabs = opened.page.get_by_role("tab", name="表", exact=True)
    for position in range(tabs.count()):
        tabs.nth(position).click()
    tables = opened.page.locator("table.grid:visible")
    assert tables.count() == tabs.count()
    assert "70.2%" in tables.first.inner_text()


def test_each_chart_tells_its_finding_to_those_who_do_not_see_it(open_page, real_url):
    opened = open_page(address(real_url, "trends"))
    chart = opened.page.locator("[data-testid=stPlotlyChart]").first
    chart.wait_for()
    claims = opened.page.locator(".fig h2").all_inner_texts()
    named = opened.page.locator("[data-testid=stPlotlyChart] [aria-label], [data-testid=stPlotlyChart][aria-label]")
    assert any(named.nth(position).get_attribute("aria-label") in claims for position in range(named.count()))


@pytest.mark.bar("MP2")
@pytest.mark.parametrize(("city", "count"), [("puyang", 9), ("fushun", 7)])
def test_the_tiles_of_a_city_are_equal_tell_their_finding_and_open_their_numbers(open_page, real_url, city, count):
    opened = open_page(address(real_url, "coverage", f"?city={city}"))
    ready(opened)
    tiles = opened.page.locator(".tile")
    assert tiles.count() == count
    for width in (1440, 390):
        opened.page.set_viewport_size({"width": width, "height": 900})
        opened.page.wait_for_timeout(300)
        boxes = tiles.evaluate_all("all => all.map(e => e.getBoundingClientRect()).map(b => [b.width, b.height])")
        assert max(box[0] for box in boxes) - min(box[0] for box in boxes) < 1
        assert max(box[1] for box in boxes) - min(box[1] for box in boxes) < 1
    label = opened.page.locator(".tiles").get_attribute("aria-label")
    assert label in opened.page.locator(".fig h2").all_inner_texts()
    assert opened.foreign_requests == []
    tiles.locator(".num[data-receipt]").first.click()
    assert "来源" in open_receipt(opened)


@pytest.mark.parametrize("url_path", NAMED)
def test_no_english_word_stands_on_a_page(open_page, real_url, url_path):
    opened = open_page(address(real_url, url_path))
    ready(opened)
    # Icons are words to a machine only; licences and sources keep the names they have.
    words = opened.page.evaluate(
        """() => {
            const shown = []
            const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
            while (walker.nextNode()) {
                const parent = walker.currentNode.parentElement
                if (!parent.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true })) continue
                if (parent.closest("[data-testid=stIconMaterial], style, script")) continue
                if (parseFloat(getComputedStyle(parent).fontSize) < 2) continue
                shown.push(walker.currentNode.textContent)
            }
            return shown.join("\\n")
        }"""
    )
    words = re.sub(r"内容摘要 [0-9a-f]{12}", "", words)
    assert set(re.findall(r"[A-Za-z]{3,}", words)) <= {"MIT", "WTFPL", "GitHub"}


@pytest.mark.parametrize("url_path", NAMED)
def test_large_type_is_twenty_pixels_or_more_everywhere_and_still_fits_a_phone(open_page, real_url, url_path):
    opened = open_page(address(real_url, url_path, "?large=true"))
    ready(opened)
    smallest = opened.page.evaluate(
        """() => Math.min(...[...document.querySelectorAll('.block *')]
            .filter(e => [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim()) && e.checkVisibility())
            .map(e => parseFloat(getComputedStyle(e).fontSize)))"""
    )
    assert smallest >= 20
    opened.page.set_viewport_size({"width": 390, "height": 900})
    opened.page.wait_for_timeout(600)
    assert opened.sideways() <= 1


def test_on_paper_there_is_no_menu_and_no_control(open_page, real_url):
    opened = open_page(address(real_url, "coverage"))
    ready(opened)
    opened.page.emulate_media(media="print")
    for gone in ("[data-testid=stSidebar]", "[data-testid=stHeader]", ".st-key-masthead [data-testid=stButtonGroup]"):
        assert not opened.page.locator(gone).first.is_visible(), gone
    assert opened.page.locator("h1.finding").is_visible()
    printed = opened.page.pdf(format="A4")
    # The whole page is printed, not only what fits a screen.
    assert len(re.findall(rb"/Type\s*/Page[^s]", printed)) >= 3


def test_the_demonstration_switch_answers_on_every_page_and_in_the_link(open_page, real_url):
    opened = open_page(address(real_url, "coverage"))
    ready(opened)
    opened.page.get_by_role("radio", name="演示").or_(opened.page.get_by_text("演示", exact=True)).first.click()
    opened.settle()
    assert "data=demo" in opened.page.url
    assert "演示数据" in opened.text()


def test_a_page_that_does_not_exist_is_answered_in_chinese(open_page, real_url):
    opened = open_page(f"{real_url}/nowhere")
    ready(opened)
    assert "没有名为“nowhere”的页面" in opened.text()
    assert "Page not found" not in opened.page.locator("body").inner_text()


def test_an_area_found_by_initials_joins_the_comparison(open_page, real_url):
    opened = open_page(address(real_url, "comparison"), width=390)
    opened.page.get_by_text("添加地区").click()
    opened.page.get_by_label("地名、拼音或首字母").fill("pyx")
    opened.page.get_by_role("button", name="濮阳县").first.wait_for()
    opened.settle()
    opened.page.get_by_role("button", name="濮阳县").first.click()
    opened.page.locator(".cell.area").nth(2).wait_for()
    opened.settle()
    assert "puyangxian" in opened.page.url
    assert opened.sideways() <= 1
