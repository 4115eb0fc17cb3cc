"""What stands around every page, in a browser: search, menu, what Streamlit says in English, a lost connection."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.seen import violations_on
from tests.open_page import OpenPage

FOUND = ".finds .option"


def settled_on(opened, path: str) -> None:
    """Wait until the address is the page's and the page stands."""
    opened.page.wait_for_url(re.compile(path))
    # The page before leaves after the new one has come.
    opened.page.wait_for_function("() => document.querySelectorAll('h1.finding').length === 1")
    opened.settle()


@pytest.mark.bar("OP7")
def test_pyx_finds_a_county_and_a_word_finds_indicator_and_pages_and_each_opens(open_page, real_url):
    opened = open_page(f"{real_url}/documents")
    page = opened.page
    page.keyboard.press("/")
    page.keyboard.type("pyx")
    # What answers the first letters may stand there before.
    expect(page.locator(FOUND).first).to_contain_text(re.compile("^濮阳县"))
    page.keyboard.press("Enter")
    settled_on(opened, "/profile.unit=puyangxian")
    assert opened.text().count("濮阳县") > 1
    box = page.locator(".find input")
    box.fill("幸福院")
    page.locator(FOUND, has_text="农村幸福院数").first.wait_for()
    kinds = page.locator(".finds h4").all_inner_texts()
    assert {"页面", "指标", "政策与任务", "公开文件"} == set(kinds)
    page.keyboard.press("ArrowDown")
    page.locator(".finds [role=group][aria-label=指标] .option", has_text="农村幸福院数").locator("a").first.click()
    settled_on(opened, "/trends.*indicator=village_home_count")
    assert "农村幸福院数" in opened.text()
    # Enter before the answer has come waits for it, and does not open what answered fewer letters.
    box.press_sequentially("qfx")
    box.press("Enter")
    settled_on(opened, "/profile.*unit=qingfeng")
    # On a page that has a box of its own for the same parameter.
    box.fill("互助幸福院")
    page.locator(FOUND, has_text="农村互助幸福院").first.click()
    settled_on(opened, "/programmes.*city=fushun")
    assert "农村互助幸福院" in page.locator(".register").first.inner_text()


def test_the_search_works_on_a_phone_and_says_what_it_does_not_find(open_page, real_url):
    opened = open_page(f"{real_url}/targets?large=true", width=375)
    box = opened.page.locator(".find input")
    box.fill("不存在的东西")
    opened.page.get_by_text("没有找到“不存在的东西”").wait_for()
    assert opened.sideways() <= 1
    box.fill("gljt")
    opened.page.locator(FOUND, has_text="高龄津贴").first.click()
    settled_on(opened, "/allowance")
    # The larger type goes along.
    opened.addressed("large=true")


def test_the_menu_opens_on_a_phone(open_page, real_url):
    opened = open_page(f"{real_url}/coverage", width=375)
    opened.page.get_by_role("button", name="打开菜单").click()
    opened.page.get_by_role("link", name="公开文件").click()
    settled_on(opened, "/documents")
    # It makes way for the page, now and at the next visit.
    opened.page.wait_for_function(
        "() => document.querySelector('[data-testid=stSidebar]').dataset.collapsed === 'true'"
    )
    # A first line with numbers to press: that of 目标与进度 counts targets, which have no receipt of their own.
    opened.page.goto(f"{real_url}/ageing")
    settled_on(opened, "/ageing")
    opened.page.locator("h1.finding .num").first.click(trial=True)


@pytest.mark.bar("OP6")
def test_what_streamlit_says_in_english_is_said_in_chinese(open_page, real_url):
    opened = open_page(f"{real_url}/submissions")
    page = opened.page
    chooser = page.get_by_role("combobox", name="单位").first
    chooser.fill("没有这个单位")
    page.get_by_text("没有找到", exact=True).wait_for()
    page.keyboard.press("Escape")
    assert page.get_by_role("button", name="选择文件").count() >= 1
    assert "Drag" not in page.locator("body").inner_text()
    # What somebody typed may stand behind the word, and where there is no word for it the page goes on all the same.
    page.evaluate(
        "() => { setTimeout(() => document.body.insertAdjacentHTML("
        "'beforeend', '<p class=told>Add: 新聘二百人</p><p class=told>Note: 新聘二百人</p>')) }"
    )
    page.wait_for_function(
        "() => [...document.querySelectorAll('p.told')].map((one) => one.textContent).join('、')"
        " === '添加：新聘二百人、Note: 新聘二百人'"
    )


def test_the_table_of_a_drawing_is_turned_to_by_key_and_stays_when_another_city_is_chosen(open_page, real_url):
    opened = open_page(f"{real_url}/coverage")
    page = opened.page
    figure = page.locator(".tabs").first
    table = figure.get_by_role("tabpanel", name="表")
    assert not table.is_visible()
    figure.get_by_role("tab", name="图").focus()
    page.keyboard.press("ArrowRight")
    assert page.evaluate("() => document.activeElement.textContent") == "表"
    assert "75个乡镇" in table.inner_text()
    page.get_by_role("radio", name="抚顺市", exact=True).first.click()
    page.get_by_role("heading", level=1, name=re.compile("抚顺市")).wait_for()
    opened.settle()
    assert table.is_visible()
    assert "75个乡镇" not in table.inner_text()
    assert not figure.get_by_role("tabpanel", name="图").is_visible()
    page.keyboard.press("Tab")
    figure.get_by_role("tab", name="表").focus()
    page.keyboard.press("ArrowLeft")
    assert not table.is_visible()


def test_an_address_that_is_no_page_leads_to_the_first_one_which_says_so(open_page, real_url):
    opened = open_page(f"{real_url}/nowhere?city=fushun")
    opened.page.locator("h1.finding").first.wait_for()
    opened.settle()
    assert "没有名为“nowhere”的页面，已打开总览" in opened.text()
    assert opened.text().count("抚顺市") > 1
    assert opened.page.locator("[data-testid=stDialog]").count() == 0
    assert opened.console_errors == []


def test_a_lost_connection_is_told_in_chinese(context_of, real_url):
    page, lines, is_cut = context_of("zh-CN").new_page(), [], False

    def connect(line) -> None:
        lines.append(line)
        line.close() if is_cut else line.connect_to_server()

    page.route_web_socket(re.compile("/_stcore/stream"), connect)
    opened = OpenPage(page)
    opened.go(f"{real_url}/coverage")
    # From here on the server is reached no more, as when it has ended.
    is_cut = True
    opened.page.route("**/_stcore/*", lambda asked: asked.abort())
    lines[0].close()
    opened.page.wait_for_function(
        """() => {
            const told = getComputedStyle(document.querySelector("[data-testid=stApp]"), "::after")
            return told.content.includes("与服务器的连接断开") && told.opacity === "1"
        }"""
    )
    # What stood on the page still stands.
    assert opened.page.locator("h1.finding").first.is_visible()
    opened.page.close()


def test_what_was_pressed_stays_readable_under_the_mouse(open_page, demo_url):
    opened = open_page(f"{demo_url}/submissions?data=demo")
    pressed = opened.page.get_by_role("radio", name="近24个月")
    pressed.click()
    opened.page.wait_for_function("() => document.querySelector('[role=radio][aria-checked=true][data-hovered]')")
    opened.settle()
    # The mouse still stands on it.
    assert pressed.get_attribute("data-hovered") == "true"
    assert violations_on(opened) == []
