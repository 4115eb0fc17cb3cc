"""Every page of the menu on both releases in a browser, each visited once: it fits, is quiet, Chinese, and tells itself."""

import re
from collections.abc import Callable
from functools import partial

import pytest

from pages.registry import BRIEFING, PAGES, Entry
from tests.browser.seen import (
    LEAST_LARGE,
    LEAST_PRESSED,
    NAMES,
    PHONE,
    PROJECTED,
    WIDE,
    Seen,
    at_rest,
    height_on_a_phone,
    see,
    shift_of,
    watch_shift,
)
from tests.browser.test_settled import late
from tests.conftest import opened
from tests.open_page import OpenPage

KINDS = ("real", "demo")


# What is read far from a desk.
LEADERS = [entry for entry in PAGES if entry.group == BRIEFING]
# Each of these costs as much as everything else: on the real release, which has the same parts, only `--full` looks so.
WAYS = {"rules": PAGES, "paper": LEADERS, "projector": LEADERS, "large": LEADERS[::2]}


def _is_seen(kind: str, entry: Entry, way: str) -> bool:
    """Whether every run looks at the page so, and not `--full` alone."""
    return kind == "demo" and entry in WAYS[way]


def _every(is_seen: Callable[[str, Entry], bool]):
    """A test for each page of each release, one page after the other in the order of the menu; `indirect` keeps it."""
    cases = [
        pytest.param(
            (kind, entry), id=f"{kind}-{entry.url_path}", marks=[] if is_seen(kind, entry) else [pytest.mark.whole]
        )
        for kind in KINDS
        for entry in PAGES
    ]
    return pytest.mark.parametrize("seen", cases, indirect=True)


# The parts of a page are the same on both releases: the real one is looked at where it has figures of its own, from
# documents, and every page of it with `--full`. What stands on each of its pages is read without a browser (tests/pages).
DOCUMENTED = [entry for entry in LEADERS if entry.url_path in ("overview", "coverage", "targets", "programmes")]
every_page = _every(lambda kind, entry: kind == "demo" or entry in DOCUMENTED)
every_leaders_page = _every(lambda kind, entry: entry in LEADERS if kind == "demo" else entry in DOCUMENTED)
every_page_by_rules, every_page_on_paper, every_page_on_a_projector, every_page_in_large_type = (
    _every(partial(_is_seen, way=way)) for way in WAYS
)
# The one legend of status shapes, and the diamond of a signal.
SIGNS = "▲▼●■○◆"
READABLE = 4.5
MOST_SHEETS = 3
MOST_ON_A_PHONE = 3_500
MOST_SHIFT = 0.1
LONG = ("programmes", "documents")


class Walk:
    """One reader on one release: the first page by its address, every other one from the menu, as a reader goes."""

    def __init__(self, context, url: str, kind: str, *, full: bool):
        self.kind = kind
        self.full = full
        self.reader = opened(context, f"{url}/?data={kind}")
        watch_shift(self.reader.page)
        self.found: dict[str, Seen] = {}

    def look_at(self, entry: Entry) -> Seen:
        """What is seen there; each page is visited once."""
        if entry.url_path not in self.found:
            page = self.reader.page
            page.set_viewport_size({"width": WIDE, "height": 900})
            at_rest(page)
            self.reader.console_errors.clear()
            self.reader.foreign_requests.clear()
            shift_of(page)
            page.locator("[data-testid=stSidebarNavLink]", has_text=entry.title_zh).click()
            page.wait_for_url(lambda url: url.split("?")[0].endswith(f"/{'' if entry is PAGES[0] else entry.url_path}"))
            # The page before it still stands for a moment, and a slow one is held still beside the one that comes.
            foot = page.locator("[data-testid=stMain] .paper-foot", has_text=f"/s/{entry.url_path}.")
            foot.wait_for(state="attached")
            self.reader.settle()
            assert f"data={self.kind}" in page.url or self.kind == "real"
            ways = [way for way in WAYS if self.full or _is_seen(self.kind, entry, way)]
            self.found[entry.url_path] = see(self.reader, entry, self.kind, ways)
        return self.found[entry.url_path]


@pytest.fixture(scope="module")
def walks(context_of, demo_url, full) -> dict[str, Walk]:
    """A reader on each release."""
    walks = {kind: Walk(context_of("zh-CN"), demo_url, kind, full=full) for kind in KINDS}
    yield walks
    for walk in walks.values():
        walk.reader.page.close()


@pytest.fixture
def seen(request, walks) -> Seen:
    """The page of the test's parameter; visited for the first test that asks for it."""
    kind, entry = request.param
    return walks[kind].look_at(entry)


@every_page
def test_it_is_whole_asks_nobody_else_and_has_no_error(seen):
    assert "错误编号" not in seen.text
    assert seen.foreign_requests == []
    assert seen.console_errors == []


@every_page
def test_its_foot_tells_release_as_of_sources_and_what_is_invented(seen):
    kind_zh = "演示数据" if seen.kind == "demo" else "实际数据"
    assert re.search(rf"版本 \d{{8}}-\d{{2}}（{kind_zh}）", seen.foot)
    for told in ("公开文件截至2025年7月9日", "月报", "2020年普查", "内容摘要"):
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
@every_page_in_large_type
def test_one_switch_enlarges_everything_and_changes_no_word(seen):
    # What is free on the disk changes from moment to moment by itself.
    plain, large = (re.sub(r"剩余 [\d.]+ GB", "", text).split() for text in (seen.text, seen.large_text))
    assert large == plain
    assert seen.smallest_large[0] >= LEAST_LARGE, seen.smallest_large
    assert seen.large_sideways <= 1
    assert seen.large_squeezed == []


@every_page_on_paper
def test_on_paper_there_is_no_menu_and_no_control_and_the_foot_is_printed(seen):
    assert seen.printed_controls == []
    assert " ".join(seen.foot.split()) in " ".join(seen.printed.split())
    assert "演示数据" in seen.printed or seen.kind == "real"


@every_page_on_paper
def test_on_paper_each_sheet_is_numbered_and_named_and_few_are_needed(seen):
    # A register is as long as it is.
    assert len(seen.sheets) <= (6 if seen.entry.url_path in LONG else MOST_SHEETS)
    release = re.search(r"版本 (\d{8}-\d{2})", seen.foot)[1]
    for number, text in enumerate(seen.sheets, 1):
        assert f"第{number}页,共{len(seen.sheets)}页" in text
        assert f"{seen.entry.title_zh}·" in text
        assert f"批次{release}" in text
        assert "打印于" in text
        assert "演示数据" in text or seen.kind == "real"
        # A table that goes on brings its whole head along, the names as what stands under them.
        assert ("共判断几项" in text) <= ("落后项↓" in text)
        # No sheet is taken by the foot alone.
        assert not text.startswith(("演示数据:月报各数", f"版本{release}")), text[:200]
    # The whole page is printed, not only what fits a screen: its foot, and the way back to these very numbers.
    last = seen.sheets[-1]
    assert "内容摘要" in last
    assert f"/s/{seen.entry.url_path}.{release}" in last


@every_page_on_paper
def test_on_paper_nothing_is_printed_over_the_foot(seen):
    assert seen.printed_over == ""


@pytest.mark.bar("AX7")
@every_page_by_rules
def test_axe_finds_nothing_against_wcag_2_2_aa(seen):
    assert seen.violations == []


@every_page
def test_a_number_tells_a_machine_whose_it_is_and_that_it_opens(seen):
    for text, name in seen.names_of_numbers:
        assert name is not None, text
        assert name.endswith("，查看来历"), name
        assert text.split("\n")[0] in name, (text, name)


@every_page
def test_what_is_pressed_on_a_phone_is_as_high_as_a_finger(seen):
    assert seen.too_low == [], f"lower than {LEAST_PRESSED} px"


@every_page
def test_on_a_phone_a_page_is_no_longer_than_four_screens(seen):
    assert seen.phone_height <= MOST_ON_A_PHONE


def test_on_a_phone_the_longest_views_are_folded_too(open_page, demo_url):
    # The whole text and the promises of the plan; the queries to begin with.
    found = open_page(f"{demo_url}/documents?doc=puyang-plan-14th&aspect=text", width=PHONE)
    page = found.page
    page.locator(".paper p").first.wait_for()
    heights = {"text": height_on_a_phone(found)}
    page.get_by_role("radio", name="政策与任务").click()
    page.locator(".promises").wait_for()
    found.settle()
    heights["promises"] = height_on_a_phone(found)
    page.goto(f"{demo_url}/query")
    page.get_by_role("radio", name="范例").click()
    page.locator(".starter").first.wait_for()
    found.settle()
    heights["examples"] = height_on_a_phone(found)
    assert {name: height for name, height in heights.items() if height > MOST_ON_A_PHONE} == {}


def test_on_a_phone_a_page_that_has_more_to_say_shows_smaller_figures_behind_a_press_too(open_page, demo_url):
    # With payments beside the forms 高龄津贴 has two figures more; here so much is added that it grows beyond four screens.
    found = open_page(f"{demo_url}/allowance?data=demo", width=PHONE)
    page = found.page
    table = page.locator(".st-key-since-start table")
    table.wait_for()
    assert table.is_visible() and found.page.evaluate("document.querySelectorAll('.more-lines').length") > 0
    room = MOST_ON_A_PHONE - height_on_a_phone(found) + 100
    page.evaluate(
        "(height) => document.querySelector('.st-key-since-start').insertAdjacentHTML"
        "('beforebegin', `<div style=\"height:${height}px\"></div>`)",
        room,
    )
    table.wait_for(state="hidden")
    assert height_on_a_phone(found) <= MOST_ON_A_PHONE


def test_opened_on_a_phone_a_page_shows_its_first_picture(open_page, demo_url):
    # Painted before the page comes, the same figures stand there once more: they count for nothing.
    page = open_page(f"{demo_url}/ageing?data=demo", width=PHONE).page
    page.locator(".st-key-ages .place-histogram").wait_for(state="visible")


@every_page_on_a_projector
def test_the_first_screen_of_a_small_projector_holds_the_cards_or_begins_the_picture_and_squeezes_no_head(seen):
    # The letter and the list of editions are words, and what no month has reached has neither card nor picture.
    if seen.kind == "demo" and seen.entry in LEADERS and seen.entry.url_path not in ("bulletin", "editions"):
        assert seen.first_picture < PROJECTED["height"]
    assert seen.squeezed == []


@every_page
def test_the_menu_leads_on_with_what_is_looked_at(seen):
    assert len(seen.menu) == len(PAGES)
    for href in seen.menu:
        assert ("data=demo" in href) == (seen.kind == "demo"), href


@every_page
def test_nothing_jumps_when_it_is_opened_from_the_menu(seen):
    assert seen.shift < MOST_SHIFT


@pytest.mark.parametrize("width", [pytest.param(WIDE, marks=pytest.mark.whole), PHONE])
def test_nothing_jumps_when_an_address_is_opened_in_either_size_of_type(context_of, demo_url, full, width):
    # 大字版 comes with the file, not with the first run; the longest page, the widest drawing, cards, and a desk page.
    entries = PAGES if full else [entry for entry in PAGES if entry.url_path in ("overview", "trends", "quality")]
    jumped = {}
    reader = OpenPage(context_of("zh-CN").new_page())
    reader.page.set_viewport_size({"width": width, "height": 900})
    for number, entry in enumerate(entries):
        kind, large = KINDS[number % 2], number % 2 == 0
        path = "" if entry is PAGES[0] else entry.url_path
        address = f"{demo_url}/{path}?data={kind}{'&large=true' if large else ''}"
        # The server paints a page it has drawn in time; a reader who comes to a cold one waits, and asking is enough.
        for _ in range(4):
            if 'id="first-paint"' in context_of("zh-CN").request.get(address).text():
                break
        reader.go(address)
        reader.page.locator("[data-testid=stMain] .colophon").wait_for(state="attached")
        reader.settle()
        watch_shift(reader.page)
        shift = shift_of(reader.page)
        if shift >= MOST_SHIFT:
            jumped[address] = shift
    reader.page.close()
    assert jumped == {}


# Whether the page before was held still, however shortly.


def test_nothing_jumps_where_the_run_that_was_pressed_for_begins_late(context_of, demo_url):
    reader = late(context_of("zh-CN"), f"{demo_url}/quality?data=demo")
    page = reader.page
    watch_shift(page)
    shift_of(page)
    page.locator("[data-testid=stSidebarNavLink]", has_text="总览").click()
    page.locator("[data-testid=stMain] .paper-foot", has_text="/s/overview.").wait_for(state="attached")
    reader.settle()
    # Whether it had to be held for that depends on whether the page came in one lot.
    shift = shift_of(page)
    page.close()
    assert shift < MOST_SHIFT


def test_nothing_jumps_where_a_run_has_ended_before_anybody_is_told_that_it_began(context_of, demo_url):
    # On a slow machine all that a quick run sent is worked off at once: between two looks the page before is gone.
    reader = late(context_of("zh-CN"), f"{demo_url}/?data=demo")
    page = reader.page
    page.locator("[data-testid=stSidebarNavLink]", has_text="数据质量").click()
    page.locator("[data-testid=stMain] .paper-foot", has_text="/s/quality.").wait_for(state="attached")
    reader.settle()
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": 8})
    watch_shift(page)
    shift_of(page)
    page.locator("[data-testid=stSidebarNavLink]", has_text="总览").click()
    page.locator("[data-testid=stMain] .paper-foot", has_text="/s/overview.").wait_for(state="attached")
    reader.settle()
    page.wait_for_timeout(500)
    shift = shift_of(page)
    page.close()
    assert shift < MOST_SHIFT


def test_nothing_jumps_where_what_draws_a_page_comes_long_after_its_run(context_of, demo_url):
    page = context_of("zh-CN").new_page()
    page.set_viewport_size({"width": PHONE, "height": 900})
    page.clock.install()
    held = []
    page.route("**/BidiComponent.*.js", lambda route: held.append(route))
    page.goto(f"{demo_url}/trends?data=demo")
    page.wait_for_function(
        "() => document.querySelector('[data-testid=stApp]')?.dataset.testScriptState === 'notRunning'"
        " && document.querySelector('[data-testid=stMain] [data-testid=stSkeleton]')"
    )
    # Longer than a page that goes on no more is waited for.
    page.clock.fast_forward(13_000)
    for route in held:
        route.continue_()
    page.locator("[data-testid=stMain] .colophon").wait_for()
    page.locator(".st-key-trend .block svg").first.wait_for()
    watch_shift(page)
    shift = shift_of(page)
    page.close()
    assert held
    assert shift < MOST_SHIFT
