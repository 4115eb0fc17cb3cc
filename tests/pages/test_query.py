"""查询: parameters from the dictionary, an answer with its release, a chart in one press, what may mislead, history."""

import json
import subprocess
import sys
import time

import polars as pl
import pytest

from tests.build.months_world import UNITS, VILLAGE_HOMES, months_home  # noqa: F401 (a fixture)
from tests.build.small import small_refresh
from tests.open_page import PATIENCE_MS
from warehouse.desk.queries import QueryDesk, SavedQuery
from warehouse.home import Home
from warehouse.query.ask import run_query
from warehouse.read import Releases
from warehouse.release.publishing.publish import current_pointer, release_path
from warehouse.worker.client import Worker, shared_worker

PAGE = "workbench/query/page.py"


@pytest.fixture(scope="module")
def months_release(months_home):  # noqa: F811
    """The release of invented months, open for reading."""
    with Releases(months_home).acquire() as release:
        yield release


@pytest.fixture(scope="module", autouse=True)
def _no_worker_left():
    yield
    shared_worker().close()


@pytest.fixture
def analyst(show, real_home, months_home, tmp_path, monkeypatch):  # noqa: F811
    """Open 查询 in a home of one's own (runs are entered on its desk): `analyst(sql="select 1")`."""
    root = tmp_path / "home"
    (root / "demo").mkdir(parents=True)
    (root / "releases").symlink_to(real_home.releases)
    (root / "demo" / "releases").symlink_to(months_home.releases)

    def opened(**parameters):
        monkeypatch.setenv("YANGLAO_HOME", str(root))
        return Analyst(show(PAGE, **parameters), Home(root))

    return opened


class Analyst:
    """The page as somebody works on it."""

    def __init__(self, page, home) -> None:
        self.page, self.app, self.home = page, page.app, home

    @property
    def text(self) -> str:
        return self.page.text

    def write(self, sql: str):
        """Another statement in the editor, as an example or a saved query is put there."""
        self.app.session_state["_sql_text"] = sql
        self.app.session_state["_sql_stamp"] += 1
        self.app.run()
        return self

    def press_run(self):
        self.app.button(key="run_query").click().run()
        return self.settle()

    def settle(self):
        until = time.monotonic() + PATIENCE_MS / 1_000
        while any(doing in self.page.text for doing in ("正在运行", "在排队")) and time.monotonic() < until:
            time.sleep(0.2)
            self.app.run()
        assert not self.app.exception
        return self

    def frame(self):
        return self.app.dataframe[0].value

    def widget(self, kind: str, label: str):
        return next(each for each in getattr(self.app, kind) if each.label == label)


@pytest.mark.bar("SQ4")
def test_unit_and_period_are_chosen_from_the_dictionary_and_bound(analyst):
    """Widgets come from the release: its units with their Chinese names, its months. The text stays as written."""
    sql = "select value from obs where area_id = :unit and month = :period and indicator_code = :indicator"
    page = analyst(data="demo", sql=sql)
    unit, period, indicator = (page.widget("selectbox", f":{name}") for name in ("unit", "period", "indicator"))
    assert {option.split("　")[-1] for option in unit.options} >= set(UNITS)
    assert "清丰县　qingfeng" in unit.options
    assert period.options == ["2024-05"]  # the only month of this release
    assert any(option.endswith("　village_home_count") for option in indicator.options)
    unit.set_value("qingfeng")
    indicator.set_value("village_home_count")
    page.press_run()
    assert page.frame()["value"].to_list() == [VILLAGE_HOMES["qingfeng"]]  # 101
    (run,) = QueryDesk(page.home).audit()
    assert run.sql == sql  # bound, never pasted
    assert {name: str(value) for name, value in run.parameters.items()} == {
        "unit": "qingfeng",
        "period": "2024-05-01",
        "indicator": "village_home_count",
    }
    page.widget("selectbox", ":unit").set_value("hualong")
    page.press_run()
    assert page.frame()["value"].to_list() == [90.0]  # corrected from 100


@pytest.mark.bar("SQ4")
def test_a_hostile_value_is_a_value(analyst):
    page = analyst(sql="select :what as said, count(*) as areas from core.dim_area where name_zh = :what")
    page.widget("text_input", ":what").set_value("x' or 1=1; drop table core.dim_area --")
    page.press_run()
    row = page.frame().iloc[0]
    assert (row["said"], row["areas"]) == ("x' or 1=1; drop table core.dim_area --", 0)


def test_without_county_months_the_calendar_is_offered(analyst):
    page = analyst(sql="select :month")
    options = page.widget("selectbox", ":month").options
    assert options[-1] == "2019-01"
    assert options == sorted(options, reverse=True)


@pytest.mark.parametrize(
    "sql",
    [
        "select " + ", ".join(f":p{number}" for number in range(500)),
        "select '" + "x" * 1_000_000 + "', :unit",
        "select '\ud800'",
        "select '\x00'",
        "\u202eselect 1",
        "select 'x",
        "",
    ],
    ids=["500 parameters", "1 MB", "half a character", "NUL", "right to left", "unclosed", "nothing"],
)
def test_strange_text_is_refused_on_the_page_in_words(analyst, sql):
    page = analyst()
    # The address carries no half characters; the editor may.
    page.app.session_state["_sql_text"] = sql
    page.app.session_state["_sql_stamp"] = 1
    page.app.run()
    assert len(page.app.text_input) + len(page.app.selectbox) < 12
    page.press_run()
    assert "没有运行" in page.text or "没有结果" in page.text or "语句有误" in page.text
    assert "错误编号" not in page.text


def _chart(app) -> dict:
    (drawn,) = app.get("plotly_chart")
    return json.loads(drawn.proto.spec)


@pytest.mark.bar("SQ8")
def test_a_chart_is_one_press_from_the_answer_with_an_axis_in_wan_or_yi(analyst):
    """Names make bars: the ten largest counties of 2020, all over 1 million, so the axis counts in 万."""
    sql = (
        "select a.name_zh, p.persons from core.fct_population p join core.dim_area a using (area_id)"
        " where p.age_band_code = 'total' and a.level_code = 'unit' and p.as_of_on = date '2020-11-01'"
        " and p.base_code = 'resident' order by p.persons desc limit 10"
    )
    page = analyst(sql=sql).press_run()
    next(each for each in page.app.button_group if each.key == "query_shown").set_value("chart")
    page.app.run()
    figure = _chart(page.app)
    (bars,) = figure["data"]
    assert (bars["type"], len(bars["x"])) == ("bar", 10)
    ticks = figure["layout"]["yaxis"]["ticktext"]
    assert ticks[0] == "0"
    assert all(tick.endswith("万") for tick in ticks[1:])


@pytest.mark.bar("SQ5")
def test_history_keeps_duration_rows_and_release_and_the_same_release_gives_the_same_hash(tmp_path):
    """Two releases of the tiny world: run on the first, publish the second, run again on the first as history asks."""
    home = Home(tmp_path / "home")
    small_refresh(home.root, 1)
    desk = QueryDesk(home)
    sql = "select area_id, persons from core.fct_population order by area_id"
    worker = Worker()
    try:
        options = {"desk": desk, "worker": worker, "who": "li"}
        first = run_query(home, sql, **options)
        small_refresh(home.root, 2)
        newer = run_query(home, sql, **options)
        (_, kept) = desk.history(who="li")
        again = run_query(home, kept.sql, parameters=kept.parameters, release_id=kept.release_id, **options)
    finally:
        worker.close()
    assert (kept.release_id, kept.row_count, kept.hash) == (first.release_id, 400, first.hash)
    assert kept.seconds > 0
    assert current_pointer(home).release_id == newer.release_id != again.release_id == first.release_id
    assert again.hash == first.hash != newer.hash
    assert again.frame.equals(first.frame)


@pytest.mark.bar("SQ5")
def test_the_history_of_the_page_shows_duration_rows_release_and_hash(analyst):
    page = analyst(sql="select * from range(7)").press_run()
    next(each for each in page.app.button_group if each.key == "query_aside").set_value("history")
    page.app.run()
    row = page.app.dataframe[-1].value.iloc[0]
    (run,) = QueryDesk(page.home).audit()
    assert (row["行数"], row["批次"], row["结果"]) == (7, run.release_id, "完成")
    assert row["秒"] == pytest.approx(run.seconds, abs=0.01)
    assert row["摘要"] == run.hash[:8]


def test_what_may_mislead_stands_above_the_rows(analyst):
    page = analyst(sql="select avg(rate) as r, 0 / 0 as q from mart.coverage").press_run()
    assert "不是全市的比率" in page.text
    assert "无穷大或非数" in page.text


def test_the_python_to_copy_gives_the_rows_of_the_page(months_home, tmp_path):  # noqa: F811
    """As copied, only with the real path put in: our own `obs_as_of` comes along, parameters are bound."""
    from types import SimpleNamespace

    from pages.workbench.query.shelf import as_command, as_python

    path = release_path(months_home, current_pointer(months_home).release_id)
    view = SimpleNamespace(release_id=current_pointer(months_home).release_id, is_demo=True)
    sql = "select value from obs_as_of('2024-06') where area_id = :unit and indicator_code = 'village_home_count'"
    code = as_python(view, sql, {"unit": "hualong"}).replace(path.name, str(path))
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\nprint(frame['value'].to_list())"], capture_output=True, text=True, check=False
    )
    assert done.stdout.strip() == "[100.0]", done.stderr
    assert as_command(view, "select :a", {"a": "x y'z"}).startswith("yanglao sql --demo --release ")
    assert "--param 'a=x y'\"'\"'z'" in as_command(view, "select :a", {"a": "x y'z"})


def test_a_title_is_shown_as_typed_and_fetches_nothing(analyst, monkeypatch):
    monkeypatch.setenv("YANGLAO_IDENTITY_HEADER", "X-User")
    monkeypatch.setenv("YANGLAO_IDENTITY_FROM", "127.0.0.1")
    monkeypatch.setattr("pages.workbench.query.shelf.who", lambda: "li")
    page = analyst()
    QueryDesk(page.home).save(
        SavedQuery(title_zh="![x](http://example.org/p.png) :red[急]", sql="select 1", owner="wang", is_shared=True)
    )
    next(each for each in page.app.button_group if each.key == "query_aside").set_value("saved")
    page.app.run()
    label = page.app.expander[0].label
    assert "](" not in label.replace("\\]\\(", "")
    assert ":red[" not in label


@pytest.mark.bar("SQ12")
def test_an_answer_is_kept_and_the_next_one_held_against_it_by_key(analyst):
    page = analyst(data="demo", sql="select * from (values ('甲', 1), ('乙', 2), ('丙', 3)) as t(unit, n)").press_run()
    page.widget("button", "留作对照").click().run()
    assert "已留下" in page.text
    page.write("select * from (values ('甲', 1), ('乙', 5), ('丁', 3)) as t(unit, n)").press_run()
    # 甲 is the same, 乙 went from 2 to 5, 丙 is gone, 丁 is new.
    assert "按unit对：1个相同，1个数不同，1个只在留下的结果里，1个只在这次的结果里。" in page.text
    told = next(each.value for each in page.app.dataframe if "哪里不同" in each.value.columns)
    assert told[["哪里不同", "unit", "列", "留下的", "这次的", "相差"]].values.tolist()[0] == [
        "数不同",
        "乙",
        "n",
        "2",
        "5",
        3.0,
    ]
    # A key that names two rows is refused in words.
    page.widget("multiselect", "按哪几列认同一行（键）").set_value(["n"]).run()
    page.write("select * from (values ('甲', 1), ('乙', 1)) as t(unit, n)").press_run()
    page.widget("multiselect", "按哪几列认同一行（键）").set_value(["n"]).run()
    assert "这次的结果里有几行的键相同（1）" in page.text
    page.widget("button", "不再对照").click().run()
    assert "留作对照" in [each.label for each in page.app.button]


def test_the_address_holds_the_query_that_was_run_and_asks_it_again(analyst):
    sql = "select count(*) as rows from obs where area_id = :unit"
    page = analyst(data="demo", sql=sql)
    page.widget("selectbox", ":unit").set_value("nanle").run()
    page.press_run()
    assert page.app.query_params["sql"] == sql
    assert page.app.query_params["p_unit"] == "nanle"
    again = analyst(data="demo", sql=sql, p_unit="nanle")
    assert again.widget("selectbox", ":unit").value == "nanle"


def test_a_starter_begins_with_the_city_the_reader_looks_at(analyst):
    """The texts name 濮阳; who came from a page of 抚顺 asks of 抚顺, and what a link says is asked as it says."""
    assert analyst(data="demo").widget("selectbox", ":city").value == "puyang"
    assert analyst(data="demo", city="fushun").widget("selectbox", ":city").value == "fushun"
    sql = "select name_zh from core.dim_area where area_id = :city"
    shared = analyst(data="demo", city="fushun", sql=sql, p_city="puyang")
    assert shared.widget("selectbox", ":city").value == "puyang"


def test_numbers_of_many_indicators_and_units_are_taken_without_sql(analyst):
    page = analyst(data="demo")
    page.app.session_state["query_aside"] = "taking"
    page.app.run()
    page.widget("multiselect", "指标").set_value(["village_home_count", "care_bed_count"])
    next(each for each in page.app.button if each.label == "取数").click().run()
    page.settle()
    frame = page.frame()
    assert set(frame["指标"]) <= {"农村幸福院数", "养老床位数", "养老服务床位数"}
    assert len(set(frame["单位"])) >= 2
    assert "mart.indicator_month" in page.app.query_params["sql"]


def test_every_written_join_and_both_shapes_of_bulk_answer(months_home, months_release):  # noqa: F811
    from datetime import date

    from warehouse.query.help.written import bulk, joins
    from warehouse.read.meta import catalog

    listed = {row["indicator_code"]: row for row in catalog.indicators(months_release).frame.iter_rows(named=True)}
    ratio = next(code for code, row in listed.items() if row["numerator"] and row["denominator"])
    for code in ("village_home_count", ratio):
        written = joins(listed[code])
        assert len(written) == (5 if code == ratio else 4)
        for each in written:
            assert run_query(months_home, each.sql).frame.width >= 4, each.title_zh
    codes, names = ["village_home_count", ratio], {code: row["label_zh"] for code, row in listed.items()}
    month = date(2024, 5, 1)
    long = run_query(months_home, bulk(codes, UNITS, month, month)).frame
    wide = run_query(months_home, bulk(codes, UNITS, month, month, names=names)).frame
    # One row a value, or one column an indicator: the same numbers.
    assert wide.columns == ["单位", "月份", *(names[code] for code in codes)]
    homes = names["village_home_count"]
    assert dict(wide.select("单位", homes).iter_rows()) == dict(
        long.filter(pl.col("指标") == homes).select("单位", "数值").iter_rows()
    )


def test_a_list_stays_a_list_and_a_month_is_written_as_one(analyst, months_home):  # noqa: F811
    answer = run_query(months_home, "select ['a', 'b'] as places, []::varchar[] as none, date '2024-05-01' as month")
    assert answer.frame.row(0)[:2] == (["a", "b"], [])
    assert answer.hash == run_query(months_home, answer.sql).hash
    page = analyst(data="demo", sql="select month, value from obs limit 1").press_run()
    columns = json.loads(page.app.dataframe[0].proto.columns)
    assert columns["month"]["type_config"]["format"] == "YYYY年M月"
    assert columns["month"]["label"].endswith(" month")
    assert any("\u4e00" <= letter <= "\u9fff" for letter in columns["month"]["label"])
