"""复制文字 and 复制表格 pressed in a browser: what lies on the clipboard is what a chat and WPS will get."""

import re

from playwright.sync_api import expect

READ = """async () => {
  const [item] = await navigator.clipboard.read()
  const of = async (kind) => item.types.includes(kind) ? await (await item.getType(kind)).text() : ""
  return { text: await of("text/plain"), html: await of("text/html") }
}"""


def test_one_press_takes_the_words_and_another_the_table_with_its_source(open_page, demo_url):
    opened = open_page(f"{demo_url}/targets?data=demo&city=puyang")
    page = opened.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=demo_url)
    finding = page.locator("h1.finding").first.inner_text()
    page.get_by_role("button", name="带走本页").click()
    said = page.locator(".said")
    page.get_by_role("button", name="复制文字").click()
    expect(said).to_contain_text("已复制")
    words = page.evaluate(READ)
    first = re.split(r"[，；。]", finding)[0]
    assert first in words["text"] and "来源" in words["text"] and "演示数据" in words["text"]
    # What was said of the first press is taken away, so that what comes is of the second.
    said.evaluate("one => { one.textContent = '' }")
    page.get_by_role("button", name="复制表格").click()
    expect(said).to_contain_text("已复制")
    table = page.evaluate(READ)
    # A real table for WPS, the same cells between tabs for a chat, the source line below both.
    rows = re.findall(r"<tr>(.*?)</tr>", table["html"], re.DOTALL)
    assert len(rows) > 1 and "版本" in table["html"] and "版本" in table["text"]
    heads = re.findall(r"<th[^>]*>(.*?)</th>", rows[0])
    assert "\t".join(heads) in table["text"]
    assert opened.console_errors == []
