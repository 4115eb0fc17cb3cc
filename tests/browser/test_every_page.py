"""Every page of the menu on both releases in a browser, each opened once: it fits, is quiet, Chinese, and tells itself."""

import re

import pytest

from pages.ui.registry import BRIEFING, PAGES
from tests.browser.seen import LEAST_LARGE, NAMES, Seen, address, see

KINDS = ("real", "demo")
EVERY = [pytest.param((kind, entry), id=f"{kind}-{entry.url_path}") for kind in KINDS for entry in PAGES]
LEADERS = [
    pytest.param((kind, entry), id=f"{kind}-{entry.url_path}")
    for kind in KINDS
    for entry in PAGES
    if entry.group == BRIEFING
]
SIGNS = "▲▼●■"
READABLE = 4.5


@pytest.fixture(scope="module")
def looked_at() -> dict[tuple[str, str], Seen]:
    """What was seen, by kind of release and page."""
    return {}


@pytest.fixture
def seen(request, open_page, demo_url, looked_at) -> Seen:
    """The page of the test's parameter; opened by the first test that asks for it."""
    kind, entry = request.param
    if (kind, entry.url_path) not in looked_at:
        opened = open_page(address(demo_url, entry, kind))
        opened.page.locator(".colophon").wait_for()
        opened.settle()
        looked_at[kind, entry.url_path] = see(opened, entry, kind)
    return looked_at[kind, entry.url_path]


# One test after the other for one page: `indirect` with the parameter first keeps the order of the menu.
every_page = pytest.mark.parametrize("seen", EVERY, indirect=True)
every_leaders_page = pytest.mark.parametrize("seen", LEADERS, indirect=True)


@every_page
def test_it_is_whole_asks_nobody_else_and_has_no_error(seen):
    assert "错误编号" not in seen.text
    assert seen.foreign_requests == []
    assert seen.console_errors == []


@every_page
def test_its_foot_tells_release_as_of_sources_and_what_is_invented(seen):
    kind_zh = "演示数据" if seen.kind == "demo" else "实际数据"
    assert re.search(rf"版本 \d{{8}}-\d{{2}}（{kind_zh}）", seen.foot)
    for told in ("公开文件截至 2025年7月9日", "月报", "2020年普查", "内容摘要"):
        assert told in seen.foot
    assert seen.text.count("演示数据") >= 2 or seen.kind == "real"


@pytest.mark.bar("AX5")
@every_page
def test_it_fits_a_screen_and_a_phone_without_sideways_scroll(seen):
    assert {width: pixels for width, pixels in seen.sideways.items() if pixels > 1} == {}


@pytest.mark.bar("OP6")
@every_leaders_page
def test_no_english_word_stands_on_a_page_for_leaders(seen):
    # Letters stand there as an example of what may be typed: pyx, gljt.
    examples = {word for word in seen.words if word.islower() and re.search(rf"如 [^，。]*{word}", seen.text)}
    assert seen.words - NAMES - examples == set()


@pytest.mark.bar("OP6")
@every_page
def test_no_label_of_streamlit_is_read_aloud_in_english(seen):
    assert seen.english_labels == []


@pytest.mark.bar("AX1")
@every_page
def test_the_alt_text_of_a_chart_is_its_finding(seen):
    for figure in seen.figures:
        assert figure.claim
        assert len(figure.alts) == figure.plots
        for alt in figure.alts:
            assert alt.startswith(figure.claim), alt
    assert seen.unnamed == []


@pytest.mark.bar("AX2")
@every_page
def test_the_table_of_a_chart_is_one_press_away_with_the_same_numbers(seen):
    for figure in seen.figures:
        if figure.names != ["图", "表"]:
            continue
        assert figure.twin_tables >= 1, figure.claim
        assert figure.lost == [], figure.claim


@pytest.mark.bar("AX3")
@every_page
def test_a_status_is_a_sign_and_a_word_that_stays_readable_in_grey(seen):
    for told, contrast in seen.statuses:
        assert told[0] in SIGNS, told
        assert len(told[1:].strip()) >= 2, told
        assert contrast >= READABLE, told


@pytest.mark.bar("AX6")
@every_page
def test_one_switch_enlarges_everything_and_changes_no_word(seen):
    # What is free on the disk changes from moment to moment by itself.
    plain, large = (re.sub(r"剩余 [\d.]+ GB", "", text).split() for text in (seen.text, seen.large_text))
    assert large == plain
    assert seen.smallest_large[0] >= LEAST_LARGE, seen.smallest_large
    assert seen.large_sideways <= 1


@every_page
def test_on_paper_there_is_no_menu_and_no_control_and_the_foot_is_printed(seen):
    assert seen.printed_controls == []
    assert " ".join(seen.foot.split()) in " ".join(seen.printed.split())
    assert "演示数据" in seen.printed or seen.kind == "real"
    # The whole page is printed, not only what fits a screen.
    sheets = len(re.findall(rb"/Type\s*/Page[^s]", seen.paper))
    assert sheets >= (3 if seen.entry.url_path == "coverage" else 1)
