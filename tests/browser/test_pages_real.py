"""Numbers of the real release in a browser: pressed, they open; the drawer closes; a link restores both."""

import pytest

from pages.registry import BRIEFING, PAGES
from tests.browser.seen import unfolded

BRIEFINGS = [entry.url_path for entry in PAGES if entry.group == BRIEFING]
RECEIPT = "[data-testid=stDialog] .receipt"


def address(real_url: str, url_path: str, query: str = "") -> str:
    """A page's address; the first page of the menu stands at the root."""
    path = "" if url_path == BRIEFINGS[0] else url_path
    return f"{real_url}/{path}{query}"


def open_receipt(opened) -> str:
    """Wait for the drawer and answer its text."""
    opened.page.locator(RECEIPT).wait_for()
    opened.settle()
    return opened.page.locator(RECEIPT).inner_text()


def ready(opened) -> None:
    """Wait until the page's own content stands."""
    opened.page.locator("h1.finding").first.wait_for()
    opened.settle()


# What opens is the same on each; one in every run.
@pytest.mark.parametrize(
    ("url_path", "width"),
    [
        ("overview", 390),
        pytest.param("comparison", 390, marks=pytest.mark.whole),
        pytest.param("documents?aspect=figures", 1440, marks=pytest.mark.whole),
    ],
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


def test_a_number_opens_by_keyboard_the_link_opens_it_too_and_escape_closes_it_at_any_moment(open_page, real_url):
    opened = open_page(address(real_url, "coverage"))
    page, number = opened.page, opened.page.locator("h1.finding .num").first
    number.focus()
    page.keyboard.press("Enter")
    told = open_receipt(opened)
    assert open_receipt(open_page(page.url)) == told
    page.keyboard.press("Escape")
    _is_gone(opened)
    # The moment the drawer stands, before it has the focus.
    number.focus()
    page.keyboard.press("Enter")
    page.locator("[data-testid=stDialog]").wait_for(state="attached")
    page.keyboard.press("Escape")
    _is_gone(opened)
    # Before it stands at all.
    number.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    _is_gone(opened)
    number.click()
    assert open_receipt(opened) == told


def _is_gone(opened) -> None:
    # Drawer and address, for an Escape before the drawer stands finds no receipt that could go.
    opened.page.wait_for_function(
        "() => !document.querySelector('[data-testid=stDialog]') && !window.location.search.includes('receipt=')"
    )
    opened.settle()
    assert opened.page.locator("[data-testid=stDialog]").count() == 0
    assert "receipt=" not in opened.page.url


@pytest.mark.bar("MP2")
@pytest.mark.parametrize(("city", "count"), [("puyang", 9), ("fushun", 7)])
def test_the_tiles_of_a_city_are_equal_tell_their_finding_open_their_numbers_and_lead_to_the_demonstration(
    open_page, real_url, city, count
):
    opened = open_page(address(real_url, "coverage", f"?city={city}"))
    ready(opened)
    # Without figures of units the tiles stand in a fold.
    unfolded(opened)
    tiles = opened.page.locator(".tile")
    assert tiles.count() == count
    for width in (1440, 390):
        opened.page.set_viewport_size({"width": width, "height": 900})
        opened.settle()
        boxes = tiles.evaluate_all("all => all.map(e => e.getBoundingClientRect()).map(b => [b.width, b.height])")
        assert max(box[0] for box in boxes) - min(box[0] for box in boxes) < 1
        assert max(box[1] for box in boxes) - min(box[1] for box in boxes) < 1
    label = opened.page.locator(".tiles").get_attribute("aria-label")
    assert label in opened.page.locator(".fig h2").all_inner_texts()
    assert opened.foreign_requests == []
    # A narrow page folds what follows its picture.
    opened.page.set_viewport_size({"width": 1440, "height": 900})
    tiles.locator(".num[data-receipt]").first.click()
    assert "来源" in open_receipt(opened)
    opened.page.keyboard.press("Escape")
    _is_gone(opened)
    # The other release is one press away, on this page as on every one, and stands in the link.
    opened.page.get_by_role("radio", name="演示").or_(opened.page.get_by_text("演示", exact=True)).first.click()
    opened.addressed("data=demo")
    opened.page.get_by_text("演示数据").first.wait_for()


def test_an_area_found_by_initials_joins_the_comparison(open_page, real_url):
    opened = open_page(address(real_url, "comparison"), width=390)
    opened.page.get_by_text("添加地区").click()
    opened.page.get_by_label("地名、拼音或首字母").fill("pyx")
    opened.page.get_by_role("button", name="濮阳县").first.wait_for()
    opened.settle()
    opened.page.get_by_role("button", name="濮阳县").first.click()
    opened.page.locator(".area-name").nth(2).wait_for()
    opened.addressed("puyangxian")
    assert opened.sideways() <= 1
