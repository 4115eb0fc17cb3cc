"""Targets, register and ageing in a real browser: filters, receipts, originals, the address, a phone."""

import re

import pytest

from tests.browser.seen import PROJECTED, unfolded


def test_a_verdict_opens_the_walk_back_to_both_sentences(open_page, real_url):
    opened = unfolded(open_page(f"{real_url}/targets"))
    opened.page.locator(".verdicts .num", has_text="157.5%").first.click()
    dialog = opened.page.get_by_role("dialog")
    dialog.get_by_text("2631÷1670", exact=False).or_(dialog.get_by_text("1670人", exact=False)).first.wait_for()
    text = dialog.inner_text()
    assert "2024年省定目标全年培训1670人，已完成养老服务人才培训2631人" in text
    assert "157.5%" in text


# A number opened by keyboard: test_pages_real; that each target opens its sentence: tests/pages/test_targets.
@pytest.mark.whole
def test_a_target_opens_its_sentence_by_keyboard(open_page, real_url):
    opened = unfolded(open_page(f"{real_url}/targets"))
    opened.page.locator(".plan-line .num", has_text="≥1所").first.focus()
    opened.page.keyboard.press("Enter")
    opened.page.get_by_role("dialog").get_by_text("每个县（市、区）老年大学数量　≥1所　约束性").first.wait_for()


# The plan with the most lines; fewer fit as well.
@pytest.mark.parametrize(
    ("kind", "city"),
    [
        ("demo", "puyang"),
        *(pytest.param(*one, marks=pytest.mark.whole) for one in (("demo", "fushun"), ("real", "puyang"))),
    ],
)
def test_the_whole_plan_stands_on_the_screen_of_a_small_projector_a_line_a_target(open_page, demo_url, kind, city):
    opened = open_page(f"{demo_url}/targets?data={kind}&city={city}", **PROJECTED)
    board = opened.page.locator(".plan")
    board.wait_for()
    box = board.bounding_box()
    assert box["y"] + box["height"] <= PROJECTED["height"]
    counted = sum(int(number) for number in re.findall(r"(?m)^(?:进行中|已到期[^\d\n]*|口径待确认|无数可判[^\d\n]*) (\d+)", board.inner_text()))  # fmt: skip
    assert counted == board.locator(".plan-line").count() > 0
    # No amount is parted from its target, and all ticks of a column stand one under the other.
    assert opened.page.evaluate(
        "() => [...document.querySelectorAll('.plan-part:not(.unknown) .amount')].every(e => e.getBoundingClientRect().height < 30)"
    )
    ticks = opened.page.evaluate(
        """() => [...document.querySelectorAll('.plan-side')].map(side =>
            [...side.querySelectorAll('.plan-bar .goal')].map(tick => tick.getBoundingClientRect().left))"""
    )
    assert all(max(side) - min(side) <= 1 for side in ticks if side)
    # Where all lines stand in one column, their bars begin together and have what names and words leave.
    opened.page.set_viewport_size({**PROJECTED, "width": 1220})
    opened.page.wait_for_function(
        """() => {
            const bars = [...document.querySelectorAll('.plan-bar')].map(bar => bar.getBoundingClientRect())
            return bars.every(bar => bar.width >= 120) && new Set(bars.map(bar => Math.round(bar.left))).size === 1
        }"""
    )


def test_an_event_unfolds_the_register_turns_and_a_family_pressed_stands_in_the_address(open_page, real_url):
    opened = open_page(f"{real_url}/programmes")
    event = opened.page.locator("details.event").first
    event.locator("summary").click()
    event.locator(".note").wait_for(state="visible")
    first = opened.page.locator(".register .head").first.inner_text()
    opened.page.locator(".st-key-sheet").get_by_text("2", exact=True).click()
    opened.page.get_by_text("第2页，共").wait_for()
    opened.settle()
    assert opened.page.locator(".register .head").first.inner_text() != first
    opened.page.locator('[data-act="family:money"]').click()
    opened.page.wait_for_url(re.compile("family=money"))
    opened.page.get_by_text(re.compile(r"登记册\d+项中选出\d+项")).wait_for()
    opened.settle()
    opened.page.get_by_text("资金与优惠 · 补贴津贴").first.wait_for()
    opened.page.reload()
    # The first paint says the same; the page itself is looked at.
    opened.settle()
    opened.page.get_by_text(re.compile(r"登记册\d+项中选出\d+项")).wait_for()


# Each entry with its paragraph: tests/pages/test_programmes, without a browser.
@pytest.mark.whole
def test_an_entry_opens_its_sentence_marked_in_its_paragraph(open_page, real_url):
    opened = open_page(f"{real_url}/programmes?q=农村幸福院")
    opened.page.locator(".register .num", has_text="农村幸福院").first.click()
    dialog = opened.page.get_by_role("dialog")
    dialog.locator("mark").first.wait_for()
    assert "2016" in dialog.locator("mark").first.inner_text()


def test_a_share_opens_its_row_in_the_census_and_a_unit_and_a_place_found_are_shown_beside_their_peers(
    open_page, real_url
):
    opened = open_page(f"{real_url}/ageing")
    page = opened.page
    page.locator(".place-histogram .val .num", has_text="20.5%").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("121,557", exact=False).first.wait_for()
    assert "第七次全国人口普查" in dialog.inner_text()
    opened.settle()
    page.keyboard.press("Escape")
    dialog.wait_for(state="detached")
    opened.settle()
    page.locator('.place-histogram [data-act="area:fanxian"]').press("Enter")
    page.wait_for_url(re.compile("area=fanxian"))
    page.get_by_text("范县60岁及以上占比").wait_for()
    page.locator(".place-histogram .chosen", has_text="范县").wait_for()
    # The drawing was written anew, and whoever works by keys goes on from there.
    page.wait_for_function("() => document.activeElement.dataset.act === 'area:fanxian'")
    opened.settle()
    box = page.get_by_label("换一个地方", exact=False)
    box.fill("xuyong")
    box.press("Enter")
    page.locator('.found [data-act="area:cn-510524"]').click()
    page.wait_for_url(re.compile("area=cn-510524"))
    page.get_by_text("叙永县60岁及以上占比").wait_for()
