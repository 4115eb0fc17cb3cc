"""The pages of those who sign in, in a browser: each fits, is readable and Chinese; a page without the right says so."""

import re

import pytest

from etl.months.month_frames import make_context
from pages.registry import PAGES, SIGNED_IN_PAGES
from tests.browser import seen
from tests.browser.seen import PROJECTED
from tests.browser.test_keyboard import Keys
from tests.clean_forms import clean
from tests.conftest import profile_in, served
from tests.editions.conftest import AUTHOR, OCTOBER, SIGNER, copied, lent
from tests.forms import draw, to_xlsx
from tests.open_page import OpenPage
from warehouse.editions import checklist, record, signing, written
from warehouse.people import accounts, roles, sessions
from warehouse.read import Releases

# Who opens which page, and for which area the role is held.
WALK = (
    ("clerk", "qingfeng", "filling"),
    ("clerk", "qingfeng", "submissions"),
    ("reviewer", "puyang", "changes"),
    ("operator", "", "publishing"),
    ("administrator", "", "audit"),
    ("auditor", "puyang", "payouts"),
    ("reviewer", "puyang", "editions"),
)
SIGNS = ("signer", "fushun", "editions")
# Lists and buttons as on the others; without a browser they are opened in tests/people.
ALIKE = ("changes", "publishing", "audit")


@pytest.fixture(scope="module")
def signed_url(real_home, tmp_path_factory):
    """The app with sign-in on a copy of the real release, with one person of each role."""
    home = lent(real_home, tmp_path_factory.mktemp("signed-in") / "home")
    secrets = {}
    for role, area, _ in (*WALK, SIGNS):
        if role not in secrets:
            accounts.add(home, login=role, name_zh="某人", by="system:root", password="First-river-7")
            accounts.change_password(home, role, old="First-river-7", new="Sunny-river-7")
            roles.grant(home, login=role, role_code=role, area_id=area, by="system:root")
            secrets[role] = sessions.begin(
                home, login=role, name_zh="某人", source_code=sessions.LOCAL, address="127.0.0.1"
            )
    with served(home.root, YANGLAO_SIGN_IN="local") as address:
        yield address, secrets, home


@pytest.fixture(scope="module")
def seat(chromium):
    """The one tab in which people sit down one after the other."""
    context = profile_in(chromium, viewport=PROJECTED)
    yield OpenPage(context.new_page())
    context.close()


@pytest.fixture
def page_of(seat, signed_url):
    """Open a page as one of these people: `page_of("clerk", "filling")`."""
    address, secrets, _ = signed_url
    found, context = seat, seat.page.context

    def opener(role: str, path: str):
        context.clear_cookies()
        context.add_cookies([{"name": sessions.COOKIE, "value": secrets[role], "url": address}])
        found.page.set_viewport_size(PROJECTED)
        found.page.mouse.move(0, 0)
        found.go(f"{address}/{path}")
        found.page.locator("[data-testid=stMain] .colophon").wait_for()
        found.settle()
        return found

    return opener


@pytest.mark.parametrize(
    ("role", "area", "path"),
    [pytest.param(*one, id=one[2], marks=[pytest.mark.whole] if one[2] in ALIKE else []) for one in WALK],
)
def test_a_page_behind_sign_in_is_whole_readable_chinese_and_fits_a_phone(page_of, role, area, path):
    found = page_of(role, path)
    page = found.page
    assert "错误编号" not in found.text()
    assert found.console_errors == [] and found.foreign_requests == []
    assert seen.violations_on(found) == []
    # Streamlit's words are said in Chinese a moment after they were written.
    page.wait_for_function(
        f"(form) => !({seen._LABELS})().some((label) => new RegExp(form).test(label))", arg=seen.ENGLISH
    )
    # The head is one row: nothing of it hangs alone under the others.
    tops = "[...document.querySelectorAll('.st-key-masthead > *')].map((one) => one.getBoundingClientRect().top)"
    page.wait_for_function(f"() => Math.max(...{tops}) - Math.min(...{tops}) < 30")
    page.set_viewport_size({"width": seen.PHONE, "height": 844})
    found.settle()
    seen.at_rest(page)
    assert found.sideways() <= 1
    assert page.evaluate(seen._LOW, seen.LEAST_PRESSED) == []


@pytest.fixture(scope="module")
def waiting(signed_url, small_demo_home):
    """An edition of a unit in the demonstration of that home, sent to be signed, with one warning nobody took note of."""
    home = copied(small_demo_home, signed_url[2].demo().root)
    releases = Releases(home)
    made = signing.begin(home, releases, city="抚顺", unit="新抚区", month=OCTOBER, actor=AUTHOR)
    _, *others = checklist.check(home, releases, made, today=signing.today()).warnings
    for one in others:
        written.note(home, made.key, warning_key=one.key, text_zh=one.text_zh, actor=SIGNER)
    releases.close()
    return record.take(home, made.key, "submit", AUTHOR, seen=record.edition(home, made.key).last.number)


def test_what_is_typed_into_the_form_at_once_is_kept_and_an_emptied_cell_is_empty(page_of):
    found = page_of("clerk", "filling")
    page = found.page
    canvas, table = page.locator("[data-testid=stDataFrame] canvas").first, None
    # A person presses what stands still.
    while (now := canvas.bounding_box()) != table:
        table = now
        page.wait_for_timeout(300)
    first = {"x": table["x"] + table["width"] / 2, "y": table["y"] + 38 + 17}
    page.mouse.click(**first)
    # And types when the cell has its frame.
    page.wait_for_function("() => document.activeElement?.closest('[data-testid=stDataFrame]')")
    # Faster than the editor of a cell comes: no key is lost, and none overtakes another.
    for number in ("120", "80"):
        page.keyboard.type(number)
        page.keyboard.press("Enter")
    page.get_by_text("已填2/").wait_for()
    found.settle()
    # What stands in a cell is drawn; the grid tells it to those who do not see it.
    cells = page.locator("[data-testid=stDataFrame] td", has_text=re.compile("^(120|80|None)$"))
    cells.nth(1).wait_for(state="attached")
    assert cells.all_text_contents() == ["120", "80"]
    page.mouse.click(**first)
    page.keyboard.press("Delete")
    page.get_by_text("已填1/").wait_for()
    found.settle()
    cells.nth(1).wait_for(state="detached")
    assert cells.all_text_contents() == ["80"]


def test_a_form_is_dropped_mended_where_it_is_wrong_and_sent_by_keys_alone(page_of, catalog):
    layout, data = clean("facility", 21, make_context(catalog))
    found = page_of("clerk", "submissions")
    keys, page = Keys(found), found.page

    def drop() -> None:
        # What Enter opens there is the dialog of the machine, which answers with a file.
        keys.to(r"^(\S+\s+)?(选择|再加)文件$", most=200)
        form = {"name": "清丰县.xlsx", "mimeType": "application/octet-stream", "buffer": to_xlsx(draw(layout, data))}
        page.locator(".st-key-send input[type=file]").set_input_files(form)

    # One bed more than institutions and communities have together.
    data.rows["清丰县", ""]["care_bed_count"] += 1
    drop()
    page.locator(".issues li", has_text="规则C1").wait_for()
    found.settle()
    assert page.get_by_role("button", name=re.compile("^报送 ")).count() == 0
    data.rows["清丰县", ""]["care_bed_count"] -= 1
    drop()
    page.locator(".issues li", has_text="规则C1").wait_for(state="detached")
    page.get_by_role("button", name="报送 清丰县.xlsx").wait_for()
    found.settle()
    keys.to("^报送 清丰县.xlsx$", most=200)
    keys.press("Enter")
    page.get_by_text("已报送 1张报表，回执如下").wait_for()


def test_an_edition_is_read_confirmed_and_signed_by_keys_alone(page_of, waiting):
    found = page_of("signer", f"editions?data=demo&city=fushun&edition={waiting.key}")
    keys, page = Keys(found), found.page
    assert page.get_by_role("button", name="签发", exact=True).is_disabled()
    keys.to("^确认：", most=200)
    keys.press("Enter")
    page.get_by_text("0处必须先改，0条待逐条确认").wait_for()
    found.settle()
    keys.to("^重新输入", most=200)
    page.keyboard.type(signing.asked_zh(waiting.identity))
    keys.to("^签发$", most=3)
    keys.press("Enter")
    page.get_by_text("已签发并冻结").wait_for()
    assert keys.unseen == []


def test_a_page_somebody_may_not_see_says_which_right_it_takes_and_stands_in_no_menu(page_of):
    found = page_of("clerk", "query?sql=select+1")
    found.page.get_by_role("heading", name="“查询”要有“查询”的权限").wait_for()
    assert "您现在的角色（填报员）没有这一项" in found.text()
    assert found.console_errors == []
    menu = found.page.locator("[data-testid=stSidebarNavLink]").all_inner_texts()
    rights = roles.ROLES["clerk"].rights
    assert menu == [entry.title_zh for entry in (*PAGES, *SIGNED_IN_PAGES) if entry.right in rights]


def test_whoever_signs_in_is_asked_in_chinese_told_what_is_wrong_and_led_on(seat, signed_url):
    address, *_ = signed_url
    page = seat.page
    page.context.clear_cookies()
    page.goto(f"{address}/filling")
    page.get_by_role("heading", name="登录").wait_for()
    page.evaluate(seen._AXE)
    assert page.evaluate(seen._AXE_RUN) == []
    # By keys alone: the cursor stands where something is to be typed, after a mistake in the password.
    page.wait_for_function("() => document.activeElement?.name === 'login'")
    page.keyboard.type("clerk")
    page.keyboard.press("Tab")
    page.keyboard.type("wrong")
    page.keyboard.press("Enter")
    page.get_by_text("登录名或密码不对").wait_for()
    page.wait_for_function("() => document.activeElement?.name === 'password'")
    page.keyboard.type("Sunny-river-7")
    page.keyboard.press("Enter")
    page.get_by_role("heading", level=1, name=re.compile("清丰县")).wait_for()
