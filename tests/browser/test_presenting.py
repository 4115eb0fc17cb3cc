"""The month on a wall and the card in another page, served as readers get them."""

import urllib.error
import urllib.request

import pytest

from tests.conftest import profile_in, served
from tests.declared import units_of
from tests.editions.conftest import lent
from warehouse.home import Home
from warehouse.kept import Kept, keep

MEASURE = """() => {
  const stage = document.querySelector('#receipt:not([hidden]) .screen:not([hidden])') || document.querySelector('section:not([hidden])');
  const room = document.getElementById('stage').getBoundingClientRect();
  const wrong = [];
  for (const one of stage.querySelectorAll('*')) {
    const box = one.getBoundingClientRect();
    if (box.width && (box.left < room.left || box.right > room.right + 1 || box.bottom > room.bottom + 1)) wrong.push('outside ' + one.textContent.slice(0, 30));
    const speaks = [...one.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    const size = parseFloat(one.getAttribute('font-size') || getComputedStyle(one).fontSize);
    if (speaks && size < 28) wrong.push(size + ' px: ' + one.textContent.slice(0, 30));
    if (speaks && getComputedStyle(one).animationName !== 'none') wrong.push('moves ' + one.textContent.slice(0, 30));
  }
  const inside = stage.querySelector('.inside');
  if (inside && inside.scrollHeight > inside.clientHeight + 1) wrong.push('inside ' + inside.scrollHeight + ' > ' + inside.clientHeight);
  const root = document.documentElement;
  if (root.scrollHeight > innerHeight || root.scrollWidth > innerWidth) wrong.push('scrolls');
  return wrong;
}"""
SHOWN = "() => document.querySelector('section:not([hidden])').dataset.slide"


@pytest.fixture(scope="module")
def home(real_home, small_demo_home, tmp_path_factory) -> Home:
    """A home with the real release and the small demonstration, into which a table is kept."""
    home = lent(real_home, tmp_path_factory.mktemp("presented") / "home")
    lent(small_demo_home, home.demo().root)
    return home


@pytest.fixture(scope="module")
def url(home):
    with served(home.root, YANGLAO_FRAMED_BY="https://portal.example") as address:
        yield address


@pytest.mark.bar("BR9")
def test_every_screen_fits_1920_by_1080_at_28_pixels_by_keyboard_with_receipts(url, chromium):
    page = profile_in(chromium, viewport={"width": 1920, "height": 1080}).new_page()
    said, asked = [], []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{url}/present?data=demo&city=fushun&month=2026-10")
    walked = []
    while page.evaluate(SHOWN) not in walked:
        walked.append(page.evaluate(SHOWN))
        assert page.evaluate(MEASURE) == [], walked[-1]
        corner = page.locator("section:not([hidden]) footer .corner").inner_text()
        assert corner.startswith("草稿·未签发")
        assert "演示数据" in page.locator("section:not([hidden]) footer").inner_text()
        page.keyboard.press("ArrowRight")
    units = [one for one in walked if one.startswith("unit-")]
    # Every unit, those that sent nothing too, after at least six screens of the city.
    assert len(units) == len(units_of("fushun")) and len(walked) >= len(units) + 6
    # Keys: both ends, a unit by its number, the list and back.
    page.keyboard.press("Home")
    assert page.evaluate(SHOWN) == "cover"
    page.keyboard.press("End")
    assert page.evaluate(SHOWN) == "next"
    page.keyboard.press("2")
    assert page.evaluate(SHOWN) == units[1]
    page.keyboard.press("ArrowLeft")
    assert page.evaluate(SHOWN) == units[0]
    page.keyboard.press("Escape")
    assert page.evaluate(SHOWN) == "contents" and page.evaluate(MEASURE) == []
    page.keyboard.press("Escape")
    assert page.evaluate(SHOWN) == units[0]
    # Every number of a screen opens its receipt, whose screens fit as well; Esc gives the slide back.
    page.keyboard.press("1")
    numbers = page.locator("section:not([hidden]) button.n")
    assert numbers.count() >= 5
    for place in range(numbers.count()):
        numbers.nth(place).click()
        layer = page.locator("#receipt")
        assert "凭证编号" in layer.inner_text() and page.evaluate(MEASURE) == []
        page.keyboard.press("ArrowRight")
        assert page.evaluate(MEASURE) == []
        page.keyboard.press("Escape")
        assert layer.is_hidden()
    # Nothing moves by itself, and nothing was asked of anybody.
    before = page.evaluate(SHOWN)
    page.wait_for_timeout(1200)
    assert page.evaluate(SHOWN) == before
    assert page.evaluate("() => document.getAnimations().length") == 0
    assert said == [] and len(asked) == 1
    # A smaller screen shows the same, smaller.
    page.set_viewport_size({"width": 1366, "height": 768})
    page.wait_for_function("() => document.documentElement.scrollHeight <= innerHeight")
    page.close()


def fetched(address: str) -> tuple[int, str, str]:
    try:
        with urllib.request.urlopen(address, timeout=60) as answer:
            return answer.status, answer.read().decode(), answer.headers["content-security-policy"]
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read().decode(), refused.headers["content-security-policy"]


def test_a_card_tells_value_source_and_release_and_is_framed_only_where_it_is_allowed(url, demo_url):
    card = f"{url}/card?data=demo&indicator=monthly_visit_rate&area=fushun"
    status, told, policy = fetched(f"{card}&embed=true")
    assert status == 200
    assert "特殊困难老年人月探访率" in told and "来源：" in told and "版本：20" in told and "演示数据" in told
    assert "frame-ancestors https://portal.example" in policy and "script-src" not in policy
    assert "frame-ancestors 'none'" in fetched(card)[2]
    # Where no host is listed, nobody may frame it.
    assert "frame-ancestors 'none'" in fetched(f"{card.replace(url, demo_url)}&embed=true")[2]
    for wrong in ("indicator=nothing&area=fushun", "indicator=monthly_visit_rate&area=nowhere", "area=fushun"):
        status, told, policy = fetched(f"{url}/card?data=demo&{wrong}&embed=true")
        assert status == 404 and "<p>" in told and "回到总览" in told
        assert "frame-ancestors 'none'" in policy


def test_what_cannot_be_presented_is_said_in_a_sentence(url):
    for wrong in ("city=nowhere", "city=fushun&month=2019-01", "city=fushun&unit=nobody"):
        status, told, _ = fetched(f"{url}/present?data=demo&{wrong}")
        assert status == 404 and "可选" in told or "没有" in told
    assert fetched(f"{url}/present/nobody-2026-10-A?data=demo")[0] == 404


def test_a_kept_link_is_answered_by_its_own_page_and_not_by_the_app(home, url):
    table = Kept(title_zh="留存的表", release_id="20261101-01", is_demo=False, heads=("单位",), rows=(("甲县",),))
    status, told, _ = fetched(f"{url}/kept/{keep(home, table)}")
    assert status == 200 and "甲县" in told and "留存的表" in told
