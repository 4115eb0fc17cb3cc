"""One month in a browser, click for click: stranger, clerk, reviewer, signer, operator, leader, on one server."""

import re
import shutil

import pytest
from playwright.sync_api import TimeoutError, expect

from etl.refresh import refresh
from pages.ui.kit.refs import ref
from tests.conftest import profile_in, served
from tests.open_page import OpenPage
from tests.people.conftest import DUE
from warehouse.home import Home
from warehouse.people import accounts, audit, flow, roles, sent_receipts
from warehouse.read import Releases
from warehouse.release.publishing import drafts
from warehouse.release.publishing.publish import current_pointer

UNIT, GOOD = "qingfeng", "Sunny-river-7"
TRACK = (UNIT, "training", DUE)
PEOPLE = {"clerk": UNIT, "reviewer": "puyang", "signer": "puyang", "operator": "", "leader": "puyang"}
NAMES = {"clerk": "李填报", "reviewer": "王审核", "signer": "赵签发", "operator": "孙操作", "leader": "周领导"}
REASON = "社会工作者人数比上月多三倍，请核对"


@pytest.fixture
def home(months_home, tmp_path, monkeypatch):
    """清丰县's month before the due one is published; reviewing has begun; five people have accounts."""
    shutil.copytree(months_home.root, tmp_path / "home")
    home = Home(tmp_path / "home")
    monkeypatch.setenv("YANGLAO_HOME", str(home.root))
    monkeypatch.setenv("YANGLAO_SIGN_IN", "local")
    flow.begin(home)
    for role, area in PEOPLE.items():
        accounts.add(home, login=role, name_zh=NAMES[role], by="system:root", password="First-river-7")
        accounts.change_password(home, role, old="First-river-7", new=GOOD)
        roles.grant(home, login=role, role_code=role, area_id=area, by="system:root")
    return home


class Seat:
    """One tab of one browser: people sit down in turn, and what the cookie knew of the one before is gone."""

    def __init__(self, context, address: str) -> None:
        self.context, self.address = context, address
        self.found = OpenPage(context.new_page())

    def sit_down(self, login: str, path: str) -> OpenPage:
        self.context.clear_cookies()
        answer = self.context.request.post(
            f"{self.address}/sign-in", form={"login": login, "password": GOOD}, max_redirects=0
        )
        assert answer.status == 303
        self.found.go(f"{self.address}{path}")
        return self.found


# Every step of it is shown on less: the way in by `test_sign_in`, the form typed and sent by `test_filling` and, in a browser, by
# `tests.browser.test_signed_in`, returned, passed and signed by `test_desk_pages`, published and read with its names by
# `test_exports`.
@pytest.mark.whole
def test_a_month_from_the_form_to_the_leader_is_in_the_hands_of_named_people(home, chromium):
    context = profile_in(chromium, viewport={"width": 1440, "height": 900})
    with served(home.root, YANGLAO_SIGN_IN="local") as address:
        seat = Seat(context, address)
        stranger(seat)
        code = clerk_fills_and_sends(seat)
        returned(seat)
        corrected(seat)
        for login, button in (("reviewer", "审核通过"), ("signer", "签发")):
            found = seat.sit_down(login, "/submissions?city=puyang")
            found.page.get_by_role("tab", name="审核与回执").click()
            found.page.get_by_role("button", name=re.compile(f"^{button}")).click()
            found.page.locator(".verdict", has_text=f"已{button.removeprefix('审核')}").wait_for()
            assert found.console_errors == []
        assert flow.report(home, TRACK).state_code == "signed"
        before = current_pointer(home)
        assert not refresh(home).published and current_pointer(home) == before
        operator_publishes(seat, drafts.asked_zh(home, drafts.draft_id(home)))
        assert current_pointer(home).release_id != before.release_id and drafts.draft_id(home) is None
        leader_reads(seat, home)
        found = seat.sit_down("clerk", f"/filling?form=training&fill={DUE:%Y-%m}")
        found.page.locator("h1.finding", has_text="已发布").wait_for()
        found.page.goto(f"{address}/sign-out")
        found.page.get_by_role("button", name="退出登录").click()
        found.page.wait_for_url(re.compile("/sign-in"))
        found.page.goto(f"{address}/filling")
        found.page.wait_for_url(re.compile(r"/sign-in\?next=%2Ffilling"))
    context.close()
    assert sent_receipts.verify(home, code).faults == ()
    assert audit.breaks(home) == []
    done = [row.action_code for row in reversed(audit.rows(home)) if row.who in PEOPLE]
    steps = [one for one in done if one in ("sent", "returned", "passed", "signed", "published")]
    assert steps == ["sent", "returned", "sent", "passed", "signed", "published"]


def stranger(seat):
    """Whoever has no account gets the way in, and no word of what lies behind it or of who has an account."""
    page = seat.found.page
    page.goto(f"{seat.address}/coverage?city=puyang")
    page.wait_for_url(re.compile(r"/sign-in\?next=%2Fcoverage"))
    for login in ("clerk", "nobody"):
        page.fill("[name=login]", login)
        page.fill("[name=password]", "Wrong-river-9")
        page.get_by_role("button", name="登录").click()
        page.get_by_role("alert").wait_for()
        assert page.get_by_role("alert").inner_text() == accounts.REFUSED_ZH
        assert "濮阳" not in page.inner_text("body")


def clerk_fills_and_sends(seat) -> str:
    """In by the form of the page, the month typed cell by cell, an explanation where it jumps; a reload loses nothing."""
    found, page = seat.found, seat.found.page
    page.goto(f"{seat.address}/filling?form=training&fill={DUE:%Y-%m}")
    page.fill("[name=login]", "clerk")
    page.fill("[name=password]", GOOD)
    page.get_by_role("button", name="登录").click()
    page.locator("h1.finding", has_text="未报").wait_for()
    found.settle()
    assert (
        "清丰县" in page.locator("h1.finding").inner_text() and NAMES["clerk"] in page.locator(".person").inner_text()
    )
    # 67 social workers last month; 300 is a jump. The rest is one more than last month.
    typed(found, [*(str(before + 1) if before else "1" for before in before_of(page)[:-1]), "300"])
    box = page.get_by_label("社会工作者/月末数：说明")
    box.wait_for()
    page.locator(".issues li", has_text="规则S4").wait_for()
    found.settle()
    box.fill("社会工作者：新聘二百三十三人")
    box.press("Enter")
    page.locator(".issues li", has_text="规则S4").wait_for(state="detached")
    page.locator('[role="status"]', has_text="草稿已存").first.wait_for()
    page.reload()
    found.settle()
    page.locator("h1.finding", has_text="草稿").wait_for()
    page.get_by_text("已填6/6格").wait_for()
    assert "300" in cells(page)[-1] and page.get_by_label("社会工作者/月末数：说明").is_visible()
    page.get_by_role("button", name="报送", exact=True).click()
    page.locator("h1.finding", has_text="已报").wait_for()
    return re.search(r"BS-\d+-[0-9a-f]{20}", page.locator("dl").first.inner_text())[0]


def returned(seat):
    """The reviewer sees what was sent, cannot return it without a word, and does with one."""
    found = seat.sit_down("reviewer", "/submissions?city=puyang")
    page = found.page
    page.get_by_role("tab", name="审核与回执").click()
    page.get_by_text("待审核 1张").wait_for()
    page.locator("[data-testid=stCheckbox] label", has_text="看表").click()
    figure = page.locator("[class*=st-key-looked] tr", has_text="社会工作者/月末数")
    figure.wait_for()
    assert "300" in figure.inner_text() and "新聘二百三十三人" in figure.inner_text()
    page.get_by_role("button", name="退回", exact=True).click()
    page.locator(".verdict", has_text="须写明原因").wait_for()
    page.get_by_label(re.compile("退回原因")).fill(REASON)
    page.get_by_label(re.compile("退回原因")).press("Enter")
    found.settle()
    give_back = page.get_by_role("button", name="退回", exact=True)
    # On a busy machine the one before the message stands a moment beside the one after it.
    expect(give_back).to_have_count(1)
    give_back.click()
    page.locator(".verdict", has_text="已退回").wait_for()
    assert found.console_errors == []


def corrected(seat):
    """The clerk finds the reason and what was typed, mends one cell and sends again."""
    found = seat.sit_down("clerk", f"/filling?form=training&fill={DUE:%Y-%m}")
    page = found.page
    page.locator("h1.finding", has_text="退回").wait_for()
    assert REASON in found.text()
    typed(found, ["68"], first=5)
    page.locator('[role="status"]', has_text="草稿已存").first.wait_for()
    page.get_by_text("已填6/6格").wait_for()
    page.get_by_role("button", name="报送", exact=True).click()
    page.locator("h1.finding", has_text="已报").wait_for()
    assert found.console_errors == []


def operator_publishes(seat, month):
    """The operator sees what would change; a month that is not retyped publishes nothing."""
    found = seat.sit_down("operator", "/publishing")
    page = found.page
    page.get_by_text("比现行批次新增").first.wait_for()
    retyped = page.get_by_label(f"重新输入 {month} 以确认发布")
    for text, told in (("2020-01", "请照样重新输入"), (month, "已发布")):
        retyped.fill(text)
        retyped.press("Enter")
        found.settle()
        page.get_by_role("button", name="发布", exact=True).click()
        page.locator(".verdict", has_text=told).wait_for()
    assert found.console_errors == []


def leader_reads(seat, home):
    """The leader reads the figure, and on its receipt the three names; there is no form to fill and nothing to publish."""
    with Releases(home).acquire() as release:
        ((code, revision),) = release.rows(
            "select indicator_code, revision from core.fct_observation where area_id = $unit and month = $month"
            " and value = 68 and submission_id is not null order by revision desc limit 1",
            {"unit": UNIT, "month": DUE},
        ).frame.iter_rows()
    receipt = ref("core.fct_observation", f"{UNIT}|{code}|total|{DUE}|{revision}", "value")
    found = seat.sit_down("leader", f"/profile?city=puyang&unit={UNIT}&receipt={receipt}")
    page = found.page
    page.get_by_role("dialog").wait_for()
    told = page.get_by_role("dialog").inner_text()
    assert [name for name in ("clerk", "reviewer", "signer") if NAMES[name] not in told] == []
    page.goto(f"{seat.address}/quality?city=puyang")
    page.get_by_role("tab", name="签发情况").click()
    row = page.locator(".st-key-signed tr", has_text="清丰县")
    row.wait_for()
    assert [
        text for text in ("已签发", NAMES["clerk"], NAMES["reviewer"], NAMES["signer"]) if text not in row.inner_text()
    ] == []
    menu = page.locator("[data-testid=stSidebarNav]").inner_text()
    assert "总览" in menu and not [name for name in ("填报", "发布", "审计") if name in menu.split()]
    assert found.console_errors == []


def typed(found, texts, *, first=0):
    """Type into the column 本月数, one cell after another, as a person does."""
    page = found.page
    assert len(cells(page)) > first
    found.settle()
    grid, editor = page.locator(".stDataFrameGlideDataEditor").first, page.locator("textarea.gdg-input")
    assert page.locator("[data-testid=stDataFrame] th").nth(3).inner_text() == "本月数"
    place = {"x": grid.bounding_box()["width"] / 2, "y": 35 * (first + 1) + 17}
    grid.click(position=place)
    for text in texts:
        # The first sign opens the cell in place of what stood there; a page that was still moving is clicked again.
        for _ in range(5):
            page.keyboard.press(text[0])
            try:
                editor.wait_for(timeout=3_000)
                break
            except TimeoutError:
                assert text is texts[0]
                grid.click(position=place)
        page.keyboard.insert_text(text[1:])
        page.keyboard.press("Enter")
        editor.wait_for(state="detached")
    found.settle()


def cells(page):
    """Texts of the table as a reader without eyes gets them, row by row."""
    rows = page.locator("[data-testid=stDataFrame] table tbody tr")
    rows.first.wait_for(state="attached")
    return rows.evaluate_all("(rows) => rows.map((row) => [...row.children].map((cell) => cell.innerText))")


def before_of(page):
    """Last month's figure of each row; 0 where there is none."""
    return [int(row[2].replace(",", "") or 0) for row in cells(page)]
