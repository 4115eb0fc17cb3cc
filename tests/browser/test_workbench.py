"""查询 in a real browser: typed, completed, run, stopped, refused, saved, taken elsewhere."""

import shutil
import time
from collections.abc import Iterator

import pytest

from tests.build.months_world import months_home  # noqa: F401 (a fixture)
from tests.conftest import profile_in, served
from tests.open_page import OpenPage
from tests.pace import slowed
from warehouse.home import Home

EDITOR = "textarea[aria-label='SQL 语句']"


@pytest.fixture(scope="module")
def bench_home(real_home, months_home, tmp_path_factory) -> Home:  # noqa: F811
    """A data home of these tests' own: the real release, and a demonstration with months."""
    root = tmp_path_factory.mktemp("bench-home")
    shutil.copytree(real_home.releases, root / "releases")
    shutil.copytree(months_home.releases, root / "demo" / "releases")
    return Home(root)


@pytest.fixture(scope="module")
def bench_url(bench_home):
    """The app on that home, people named by a gateway."""
    with served(bench_home.root, YANGLAO_IDENTITY_HEADER="X-Remote-User", YANGLAO_IDENTITY_FROM="127.0.0.1") as address:
        yield address


class Bench(OpenPage):
    """The query page as an analyst uses it."""

    def write(self, sql: str) -> None:
        self.page.locator(EDITOR).fill(sql)

    def run(self, sql: str, expected: str) -> None:
        self.write(sql)
        self.page.locator(EDITOR).press("Control+Enter")
        self.page.get_by_text(expected).first.wait_for()
        self.settle()

    def side(self, name: str) -> None:
        self.page.get_by_role("radio", name=name).first.click()
        self.settle()


@pytest.fixture(scope="module")
def tab(chromium) -> Iterator[Bench]:
    """One tab for all tests and persons, so that Streamlit's scripts are fetched and read once."""
    context = profile_in(chromium, viewport={"width": 1440, "height": 1000}, accept_downloads=True)
    yield Bench(context.new_page())
    context.close()


@pytest.fixture
def bench(bench_url, tab):
    """Open the query page anew, in the tab of the one before: `bench(who="li")`."""

    def opener(*, who: str = "") -> Bench:
        tab.page.set_extra_http_headers({"X-Remote-User": who} if who else {})
        tab.go(f"{bench_url}/query")
        tab.page.locator(EDITOR).wait_for()
        return tab

    yield opener
    tab.page.context.set_offline(False)


@pytest.fixture
def at_bench(bench, bench_url, tab) -> Bench:
    """The query page as the test before left it, whoever opened it: for what depends on neither."""
    return tab if tab.page.url.startswith(f"{bench_url}/query") else bench()


@pytest.mark.bar("SQ1")
def test_completion_offers_tables_columns_functions_and_chinese_names_offline(bench, bench_url):
    opened = bench()
    page, editor = opened.page, opened.page.locator(EDITOR)
    foreign = []
    page.on(
        "request", lambda request: foreign.append(request.url) if bench_url.split("/")[2] not in request.url else None
    )
    page.context.set_offline(True)  # nothing more may be needed from anywhere
    for typed, offered in (
        ("select * from mart.cov", "mart.coverage"),
        ("select build", ""),
        ("select date_tr", "date_trunc"),
        ("select 幸福院", "village_home_count"),
        ("select * from core.dim_area where area_id = 'qf", "qingfeng"),
        ("select xfyfgl", "village_home_coverage_rate"),
    ):
        editor.fill("")
        editor.press_sequentially(typed)
        if offered:
            page.locator(".offers li", has_text=offered).first.wait_for()
    editor.fill("select c. from mart.coverage as c")
    editor.evaluate("area => area.setSelectionRange(9, 9)")
    editor.press("Control+Space")
    shown = page.locator(".offers li b").all_inner_texts()
    assert {"area_id", "built", "rate"} & set(shown)
    assert "persons" not in shown
    took = editor.evaluate(
        """area => Math.min(...Array.from({length: 5}, () => {
            const start = performance.now()
            area.dispatchEvent(new InputEvent('input', {inputType: 'insertText'}))
            return performance.now() - start
        }))"""
    )
    assert took < 50 * slowed()
    page.context.set_offline(False)
    assert foreign == []


def test_a_chosen_word_is_written_in_quotes_where_it_is_a_value(at_bench):
    opened = at_bench
    editor = opened.page.locator(EDITOR)
    editor.fill("")
    editor.press_sequentially("select * from core.fct_document_figure where indicator_code = 农村幸福院数")
    opened.page.locator(".offers li", has_text="village_home_count").first.wait_for()
    editor.press("Enter")
    assert editor.input_value().endswith("indicator_code = 'village_home_count'")


@pytest.mark.bar("SQ2")
def test_the_schema_browser_shows_name_unit_meaning_last_load_and_sample(at_bench):
    opened = at_bench
    page = opened.page
    opened.side("表与列")
    page.get_by_role("combobox", name="表", exact=False).first.fill("fct_population")
    page.keyboard.press("Enter")
    page.get_by_text("区域×时点×口径×年龄段").wait_for()
    opened.settle()
    shown = opened.text()
    assert "人数（人）" in shown  # Chinese name and unit
    assert "resident 常住、registered 户籍" in shown  # what the codes of 口径 mean
    assert "装载于 20" in shown  # last load
    assert "例：" in shown  # sample
    assert "用到它的：" in shown
    assert "core.fct_base" in shown


@pytest.mark.bar("SQ3")
def test_saved_queries_have_owner_folder_and_tags_and_can_be_copied_elsewhere(bench):
    opened = bench(who="li")
    opened.write("select 42 as answer")
    opened.page.locator(EDITOR).blur()
    opened.settle()
    opened.side("已存")
    for label, text in (("标题", "测试查询"), ("文件夹", "月报"), ("标签", "甲，乙")):
        opened.page.get_by_label(label, exact=True).fill(text)
    opened.page.get_by_text("让别人也看得到").click()
    opened.page.get_by_role("button", name="保存编辑器里的语句").click()
    opened.page.get_by_test_id("stExpander").get_by_text("月报 / 测试查询").wait_for()
    other = bench(who="wang")
    other.side("已存")
    other.page.get_by_test_id("stExpander").get_by_text("月报 / 测试查询").click()
    other.page.get_by_text("li 存于").wait_for()
    other.settle()
    assert "#甲" in other.text()
    assert "#乙" in other.text()
    other.page.get_by_role("button", name="装入编辑器").first.click()
    other.page.wait_for_function(
        f"() => document.querySelector('[data-testid=stMain]') && {_value()} === 'select 42 as answer'"
    )
    # What opens while the page is still written is closed by what comes.
    other.settle()
    other.page.get_by_role("button", name="复制为").click()
    for tab, said in (("链接", "sql=select"), ("Python", "duckdb.connect"), ("命令行", "yanglao sql")):
        other.page.get_by_role("tab", name=tab).click()
        other.page.get_by_text(said).first.wait_for()


@pytest.mark.whole
def test_what_was_deleted_or_written_over_is_had_back_with_one_press(bench):
    opened = bench(who="zhao")
    page = opened.page

    def save(sql: str) -> None:
        opened.write(sql)
        page.locator(EDITOR).blur()
        opened.settle()
        page.get_by_label("标题", exact=True).fill("只此一条")
        page.get_by_role("button", name="保存编辑器里的语句").click()

    opened.side("已存")
    save("select 1 as kept")
    page.locator("summary", has_text="只此一条").wait_for()
    save("select 2 as other")
    page.get_by_text("已换成新写的“只此一条”").wait_for()
    page.get_by_role("button", name="撤销").click()
    page.get_by_text("已换成新写的").wait_for(state="detached")
    page.locator("summary", has_text="只此一条").click()
    page.locator("[data-testid=stExpander]", has_text="select 1 as kept").wait_for()
    page.get_by_role("button", name="删除").click()
    page.get_by_text("已删除“只此一条”").wait_for()
    page.get_by_role("button", name="撤销").click()
    page.locator("summary", has_text="只此一条").wait_for()


@pytest.mark.whole
def test_the_browsers_way_back_leads_to_the_statement_before_and_asks_it_again(bench):
    opened = bench()
    opened.run("select 11 as first_asked", "共1行")
    opened.run("select * from range(22) t(i)", "共22行")
    opened.page.go_back()
    opened.page.get_by_text("共1行").wait_for()
    opened.page.wait_for_function(f"() => {_value()} === 'select 11 as first_asked'")
    opened.page.go_forward()
    opened.page.get_by_text("共22行").wait_for()


@pytest.mark.whole
def test_chinese_punctuation_that_was_pasted_is_mended_by_one_press(bench):
    opened = bench()
    opened.run("select area_id，name_zh from core.dim_area where name_zh = “濮阳市”；", "共4个")
    opened.page.get_by_role("button", name="标点改成半角，再运行").click()
    opened.page.get_by_text("共1行").wait_for()
    assert opened.page.locator(EDITOR).input_value().endswith("where name_zh = '濮阳市';")


def test_an_example_teaches_and_goes_into_the_editor(at_bench):
    opened = at_bench
    opened.side("范例")
    trap = opened.page.locator(".starter", has_text="缺报不是零")
    assert "等月报" in trap.locator("summary").inner_text()
    trap.locator("summary").click()
    assert "可切换到演示数据试" in trap.inner_text()
    trap.get_by_role("button", name="装入编辑器").click()
    opened.page.wait_for_function(f"() => {_value()}?.includes('status')")
    opened.settle()
    # The shelf stays open beside it.
    assert opened.page.locator(".starter").count() == 20


def _value() -> str:
    """Script text for what stands in the editor, which lives behind a shadow root."""
    return (
        "[...document.querySelectorAll('*')].map(e => e.shadowRoot?.querySelector(\"textarea[aria-label='SQL 语句']\"))"
        ".filter(Boolean)[0]?.value"
    )


def test_without_a_name_nothing_is_saved_and_the_page_says_why(bench):
    opened = bench()
    opened.side("已存")
    opened.page.get_by_text("没有登录身份，不能保存").wait_for()
    assert opened.page.get_by_role("button", name="保存编辑器里的语句").count() == 0


def test_a_long_query_is_watched_and_stopped_within_a_second(at_bench):
    opened = at_bench
    opened.write("select count(*) from range(1000000) a(x), range(1000000) b(y) where x * y % 7 = 3")
    opened.page.locator(EDITOR).press("Control+Enter")
    button = opened.page.get_by_role("button", name="取消")
    button.wait_for()
    started = time.monotonic()
    button.click()
    opened.page.get_by_text("已按要求停止").wait_for()
    assert (
        time.monotonic() - started < 5 * slowed()
    )  # the page's own redrawing included; the query itself is tested to stop in 1 s


# The size of a cut answer: tests/build/test_query. An answer and what goes wrong, on the page: below.
@pytest.mark.whole
def test_a_cut_answer_says_so_with_the_number_of_all_rows(at_bench):
    opened = at_bench
    opened.run("select i from range(23456) t(i)", "结果已截断，共23,456行")
    assert "只取前1,000行" in opened.text()


def test_a_mistake_is_told_with_its_place_and_the_line_is_marked(at_bench):
    opened = at_bench
    opened.run("select area_id,\n       名字\nfrom core.dim_area", "第2行第8列")
    assert "这些表里没有列 名字" in opened.text()
    opened.page.locator(".lines .wrong", has_text="2").wait_for()


# Refused in words on the page: tests/pages/test_query, without a browser.
@pytest.mark.whole
def test_a_refused_statement_says_what_to_write_instead(at_bench):
    opened = at_bench
    opened.run("select * from read_csv('/etc/passwd')", "不能用 read_csv")
    assert "请用 core、mart、meta 里的表" in opened.text()
