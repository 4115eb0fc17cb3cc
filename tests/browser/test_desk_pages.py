"""报送工作台 and 数据质量 in a browser: a cell of the board, the text that reminds, a dropped file."""

import pytest

from tests.browser.test_pages_real import ready
from tests.clean_forms import clean
from tests.forms import draw, to_xlsx


def opened_at(open_page, demo_url, path):
    opened = open_page(f"{demo_url}/{path}{'&' if '?' in path else '?'}data=demo")
    ready(opened)
    return opened


@pytest.mark.bar("ET7")
def test_a_cell_opens_its_month_and_one_press_copies_the_text_that_reminds(open_page, demo_url):
    opened = opened_at(open_page, demo_url, "submissions")
    opened.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    # The industrial zone never sent February 2026.
    opened.page.locator('[data-act="cell:puyang_industrial:2026-02"]').click()
    opened.page.locator("h2", has_text="河南濮阳工业园区2026年2月：4张逾期未报").wait_for()
    opened.addressed("unit=puyang_industrial", "month=2026-02")
    opened.page.get_by_role("tab", name="催报与退件").click()
    opened.page.get_by_role("button", name="复制催报文字").click()
    opened.page.get_by_text("已复制，可粘贴到工作群或短信").wait_for()
    copied = opened.page.evaluate("navigator.clipboard.readText()")
    assert copied == opened.page.locator("textarea").first.input_value()
    assert "河南濮阳工业园区（4张）" in copied
    # One unit alone, as it is sent to that unit.
    opened.page.get_by_label("催报对象").select_option("濮阳县")
    opened.settle()
    assert "工业园区" not in opened.page.locator("textarea").first.input_value()
    assert opened.console_errors == []


def test_a_dropped_file_is_told_on_the_spot_with_cell_and_remedy_and_a_foreign_one_too(open_page, demo_url, catalog):
    from etl.months.month_frames import make_context

    layout, data = clean("facility", 21, make_context(catalog))
    # One bed more than institutions and communities have together.
    data.rows["清丰县", ""]["care_bed_count"] += 1
    opened = opened_at(open_page, demo_url, "submissions")
    opened.page.get_by_role("tab", name="领表与检查").click()
    files = [
        {"name": "清丰县.xlsx", "mimeType": "application/octet-stream", "buffer": to_xlsx(draw(layout, data))},
        {"name": "照片.xlsx", "mimeType": "application/octet-stream", "buffer": b"\x89PNG\r\n\x1a\n" + bytes(99)},
    ]
    opened.page.locator("input[type=file]").set_input_files(files)
    verdict = opened.page.locator(".verdict")
    verdict.nth(1).wait_for()
    opened.settle()
    assert "清丰县.xlsx：有" in verdict.nth(0).inner_text()
    assert "照此报送会被退回" in verdict.nth(0).inner_text() and "仅检查，未入库" in verdict.nth(0).inner_text()
    assert "照片.xlsx：不能作为月报读取" in verdict.nth(1).inner_text()
    issue = opened.page.locator(".issues li", has_text="规则C1").inner_text()
    assert (
        "设施与床位!" in issue
        and "相加是" in issue
        and "→"
        in opened.page.evaluate("() => getComputedStyle(document.querySelector('.issues .todo'), '::before').content")
    )
    assert "不是电子表格" in opened.page.locator(".st-key-checked-1 .issues li").inner_text()
    # Mended and dropped again under its name: only the new one is told.
    data.rows["清丰县", ""]["care_bed_count"] -= 1
    mended = {**files[0], "buffer": to_xlsx(draw(layout, data))}
    opened.page.locator("input[type=file]").set_input_files([mended])
    opened.page.get_by_text("清丰县.xlsx拖了不止一次，只看最后一次的").wait_for()
    opened.page.locator(".issues li", has_text="规则C1").wait_for(state="detached")
    opened.settle()
    assert verdict.count() == 2
    assert opened.console_errors == []


def test_a_number_of_the_quality_page_opens_its_issues_and_its_receipt(open_page, demo_url):
    opened = opened_at(open_page, demo_url, "quality")
    opened.page.locator('[data-act="issues:nanle:hold"]').click()
    opened.addressed("unit=nanle", "severity=hold")
    opened.page.wait_for_function("() => document.querySelectorAll('.st-key-issues .issues li').length === 2")
    opened.page.get_by_role("tab", name="改过的数").click()
    opened.page.get_by_text("1个数按更正登记改用").wait_for()
    opened.page.get_by_text("台前县来函").first.wait_for()
