"""The pages of county months in a browser: a unit on one sheet of paper, walked by key; numbers down to the cell."""

import re

import pytest

from tests.browser.seen import PROJECTED
from tests.browser.test_pages_real import open_receipt, ready
from tests.conftest import served
from tests.declared import key_indicators, units_of
from tests.editions.conftest import lent
from tests.pages.months_homes import truth_home  # noqa: F401  the fixture
from warehouse.release.publishing.publish import release_ids

PAGES = ("trends", "profile", "allowance", "platform")
LONGEST = "puyang_etdz"
"""濮阳经济技术开发区: no unit of 濮阳 has a longer name."""


@pytest.fixture(scope="module")
def truth_url(real_home, truth_home, tmp_path_factory):  # noqa: F811
    assert release_ids(truth_home.demo())
    home = lent(real_home, tmp_path_factory.mktemp("truth") / "home")
    lent(truth_home.demo(), home.demo().root)
    with served(home.root) as address:
        yield address


def opened_at(open_page, truth_url, path, **size):
    opened = open_page(f"{truth_url}/{path}{'&' if '?' in path else '?'}data=demo", **size)
    ready(opened)
    return opened


@pytest.mark.parametrize(("unit", "lines"), [(LONGEST, 8), ("puyangxian", 10)])
def test_a_unit_fits_one_screen_and_one_sheet_of_a4_with_the_longest_name_and_with_ten_indicators(
    open_page, truth_url, unit, lines
):
    opened = opened_at(open_page, truth_url, f"profile?unit={unit}", width=1920, height=1080)
    notes = opened.page.locator(".three").bounding_box()
    assert notes["y"] + notes["height"] <= 1080
    assert opened.page.locator(".unit-sheet tbody tr").count() >= lines
    paper = opened.page.pdf(format="A4", prefer_css_page_size=True, print_background=True)
    assert len(re.findall(rb"/Type\s*/Page[^s]", paper)) == 1


def test_the_next_unit_is_one_key_away_and_the_link_keeps_it(open_page, truth_url):
    opened = opened_at(open_page, truth_url, "profile?unit=puyangxian")
    opened.page.locator(".walk [accesskey=k]").focus()
    opened.page.keyboard.press("Enter")
    opened.page.locator("h1.finding", has_text="工业园区").first.wait_for()
    opened.addressed("unit=puyang_industrial")


# What opens is the same on each, and on the overview below; one in every run.
@pytest.mark.parametrize("path", [PAGES[0], *(pytest.param(path, marks=pytest.mark.whole) for path in PAGES[1:])])
def test_a_number_of_a_month_is_one_press_from_the_cells_it_was_made_of(open_page, truth_url, path):
    opened = opened_at(open_page, truth_url, path)
    opened.page.locator(".block .num[data-receipt^='mart.indicator_month']").first.click()
    drawer = open_receipt(opened)
    assert "工作表“表一” C7" in drawer
    assert "月报《" in drawer
    assert "演示数据" in drawer


def test_one_key_and_one_press_bring_all_units_onto_the_screen_of_a_small_projector(open_page, truth_url):
    opened = opened_at(open_page, truth_url, "?city=puyang", **PROJECTED)
    page = opened.page
    button = page.get_by_role("button", name="看各单位")
    assert "空格" in button.inner_text()
    for bring in (lambda: button.press("Enter"), lambda: page.keyboard.press("Space")):
        page.evaluate(
            "() => { document.activeElement.blur(); document.querySelector('[data-testid=stMain]').scrollTop = 0 }"
        )
        page.wait_for_function("() => document.querySelector('.rug tbody:last-child tr:last-child').getBoundingClientRect().bottom > innerHeight")  # fmt: skip
        bring()
        page.wait_for_function("() => document.querySelector('.rug tbody:last-child tr:last-child').getBoundingClientRect().bottom <= innerHeight")  # fmt: skip
        assert page.locator("[data-stop=units]").bounding_box()["y"] >= 0
    # The next key goes on from there.
    before = page.evaluate("() => document.querySelector('[data-testid=stMain]').scrollTop")
    page.evaluate("() => document.activeElement.blur()")
    page.keyboard.press("Space")
    page.wait_for_function("top => document.querySelector('[data-testid=stMain]').scrollTop > top", arg=before)


@pytest.mark.bar("CO3")
def test_nine_units_by_eight_indicators_stand_on_one_screen_sort_by_gap_read_in_grey_and_fit_a_phone(
    open_page, truth_url
):
    opened = opened_at(open_page, truth_url, "?sort=active_rate")
    page = opened.page
    rug = page.locator(".rug table")
    rug.scroll_into_view_if_needed()
    box = rug.bounding_box()
    assert box["height"] <= 900
    assert box["width"] <= 1440
    rows = page.locator(".rug tbody:not(.city) tr:not(.group)")
    units, keys = len(units_of("puyang")), len(key_indicators())
    assert rows.count() == units
    assert rows.locator("td:not(.count)").count() == units * keys
    # No text runs out of its cell, and the head of every column is a button.
    assert page.evaluate(
        "() => [...document.querySelectorAll('.rug td')].every(e => e.scrollWidth <= e.clientWidth + 1)"
    )
    assert page.locator(".rug thead button").count() == keys + 1
    first = rows.first.locator("th").inner_text()
    page.locator(".rug thead button", has_text="农村幸福院覆盖率").press("Enter")
    page.wait_for_function("name => document.querySelector('.rug tbody:not(.city) tr:not(.group) th').innerText !== name", arg=first)  # fmt: skip
    page.wait_for_function("() => window.location.search.includes('sort=village_home_coverage_rate')")
    gaps = rows.locator("td:nth-child(8)").all_inner_texts()[:6]
    signs = [next((sign for sign in "▼●▲" if sign in text), "") for text in gaps]
    assert signs == sorted(signs, key="▼●▲".index)
    # In grey: a lagging cell is darker than the paper around it, and says so in a word as well.
    shades = page.evaluate(
        """() => [...document.querySelectorAll('.rug td.behind')].map(e => {
            const [r, g, b] = getComputedStyle(e).backgroundColor.match(/\\d+/g).map(Number)
            return [0.299 * r + 0.587 * g + 0.114 * b, e.innerText]
        })"""
    )
    assert shades
    assert all(shade < 253 - 12 and "▼" in text and re.search("滞后|低", text) for shade, text in shades)
    # On a phone it is pushed sideways in its own frame: the names of units stay, and a line says so.
    page.set_viewport_size({"width": 375, "height": 800})
    opened.settle()
    assert opened.sideways() <= 1
    frame = page.locator(".rug")
    assert "左右滑动" in frame.evaluate("e => getComputedStyle(e, '::before').content")
    frame.evaluate("e => { e.scrollLeft = 300 }")
    name, edge = (one.bounding_box() for one in (rows.first.locator("th"), frame))
    assert abs(name["x"] - edge["x"]) <= 1
    frame.evaluate("e => { e.scrollLeft = 0 }")
    rows.first.locator("td .num").nth(1).click()
    assert "工作表“表一” C7" in open_receipt(opened)
