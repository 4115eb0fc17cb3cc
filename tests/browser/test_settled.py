"""What every other test in a browser relies on: a page is settled once it has run for all that was pressed."""

from tests.open_page import OpenPage

# As on a starved machine: what a press asks for is on its way for long.
LATE = "window.WebSocket = class extends WebSocket { send(asked) { setTimeout(() => super.send(asked), 1_000) } }"


def late(context, url: str) -> OpenPage:
    """A new page at that address whose runs begin long after they were asked for."""
    page = context.new_page()
    page.add_init_script(LATE)
    opened = OpenPage(page)
    opened.go(url)
    return opened


def test_a_page_is_not_settled_between_a_press_and_the_run_that_answers_it(context_of, real_url):
    opened = late(context_of("zh-CN"), f"{real_url}/coverage")
    page = opened.page
    assert "抚顺市" not in page.locator("h1.finding").inner_text()
    page.get_by_role("radio", name="抚顺市", exact=True).first.click()
    opened.settle()
    assert "抚顺市" in page.locator("h1.finding").inner_text()
    page.close()
