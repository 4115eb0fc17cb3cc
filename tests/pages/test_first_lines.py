"""First lines of all pages: every numeral is the frozen value at its printed precision, for every city and release."""

import re

import pytest

from pages.registry import BRIEFING, PAGES
from pages.ui.kit.opening import LONG
from tests.declared import CITIES
from tests.numerals import is_among, numerals, prints_like
from tests.pages.first_lines import mismatches

_OPENED: dict[tuple[str, str], dict] = {}
# 313 / 26 = 12.04 and 26 / 313 = 8.31 %, at any precision a page may print, and as 倍.
RATIOS = re.compile(r"(?<![\d.])(12\.0\d*倍?|12倍|8\.3\d*%|0\.083\d*)(?!\d)")


def pages_of(show, kind: str, city: str) -> dict:
    """Every page of a city, opened once for all tests of this module."""
    if (kind, city) not in _OPENED:
        _OPENED[kind, city] = {entry.url_path: show(entry.script, data=kind, city=city) for entry in PAGES}
    return _OPENED[kind, city]


BRIEFINGS = [entry.url_path for entry in PAGES if entry.group == BRIEFING]


@pytest.mark.parametrize("city", CITIES)
def test_every_page_opens_with_a_finding_and_ends_with_its_release(show, real_release, city):
    for name in BRIEFINGS:
        page = pages_of(show, "real", city)[name]
        assert not page.app.exception, name
        assert len(page.finding) > 10, name
        assert f"版本 {real_release.release_id}" in page.text, name
        assert "错误编号" not in page.text, name


@pytest.mark.parametrize("city", CITIES)
def test_every_page_of_the_demonstration_opens_and_says_that_it_is_one(
    show, demo_root, demo_release, monkeypatch, city
):
    monkeypatch.setenv("YANGLAO_HOME", str(demo_root.root))
    for name in BRIEFINGS:
        page = pages_of(show, "demo", city)[name]
        assert not page.app.exception, name
        assert f"版本 {demo_release.release_id}（演示数据）" in page.text, name
        assert "错误编号" not in page.text, name


@pytest.mark.bar("BR2")
@pytest.mark.parametrize("city", CITIES)
def test_every_numeral_of_every_first_line_of_the_real_release_is_its_frozen_value(show, real_release, city):
    wrong = []
    for name, page in pages_of(show, "real", city).items():
        assert len(page.finding) > 10, name
        wrong += mismatches(real_release, page.html, name, city)
    assert wrong == []


@pytest.mark.bar("BR2")
@pytest.mark.parametrize("city", CITIES)
def test_every_numeral_of_every_first_line_of_the_demonstration_is_its_frozen_value(
    show, demo_root, demo_release, monkeypatch, city
):
    monkeypatch.setenv("YANGLAO_HOME", str(demo_root.root))
    wrong = []
    for name, page in pages_of(show, "demo", city).items():
        assert len(page.finding) > 10, name
        wrong += mismatches(demo_release, page.html, name, city)
    assert wrong == []


@pytest.mark.parametrize("city", CITIES)
@pytest.mark.parametrize("kind", ["real", "demo"])
def test_what_stands_large_on_a_page_is_one_line_of_a_screen(show, demo_root, monkeypatch, kind, city):
    if kind == "demo":
        monkeypatch.setenv("YANGLAO_HOME", str(demo_root.root))
    long = {}
    for name, page in pages_of(show, kind, city).items():
        head = re.search(r'<h1 class="finding">(.*?)(?:<span class="clause">|</h1>)', page.html, re.DOTALL)[1]
        if len(text := re.sub("<[^>]+>", "", head)) > LONG:
            long[name] = text
    assert long == {}


@pytest.mark.bar("CM6")
@pytest.mark.parametrize("city", CITIES)
def test_no_page_prints_a_ratio_of_day_care_and_home_care_centres(show, city):
    for name in BRIEFINGS:
        text = pages_of(show, "real", city)[name].text
        assert not RATIOS.search(text), (name, RATIOS.search(text))


def test_a_number_that_is_off_by_one_in_its_last_digit_is_found(show, real_release):
    page = pages_of(show, "real", "puyang")["coverage"]
    assert mismatches(real_release, page.html, "coverage", "puyang") == []
    for right, wrong in (("70.2%", "70.3%"), ("2016个", "2017个"), ("855个", "854个")):
        assert right in page.finding
        assert mismatches(real_release, page.html.replace(right, wrong), "coverage", "puyang")
    overview = pages_of(show, "real", "puyang")["overview"]
    assert mismatches(real_release, overview.html.replace("个目标：", "9个目标："), "overview", "puyang")


def test_what_prints_like_a_value_and_what_does_not():
    assert prints_like("66.7万", 666_648)
    assert not prints_like("66.6万", 666_648)
    assert prints_like("70.2", 2016 / 2871)
    assert not prints_like("70.3", 2016 / 2871)
    assert is_among("12.6", [0.3026 - 0.1767])
    assert numerals("截至2026年10月底，60岁及以上66.7万人，占17.7%，1—7月2631人次") == ["66.7万", "17.7", "2631"]
