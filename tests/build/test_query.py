"""Ad-hoc queries on real files: honest sizes, the same hash for the same rows, values as they were known."""

import shutil
import threading
import time
from datetime import date
from pathlib import Path

import duckdb
import polars as pl
import pytest

from tests.build.months_world import (  # noqa: F401 (a fixture)
    CENTENARIANS,
    HIDDEN,
    MAY,
    NONAGENARIANS,
    SMALL_UNIT,
    UNITS,
    months_home,
)
from tests.declared import units_of
from tests.pace import slowed
from warehouse.errors import QueryRefused, ReleaseMissing
from warehouse.home import Home
from warehouse.query import in_worker
from warehouse.query.ask import parameter_value, run_query, start_query
from warehouse.query.help.explain import QueryMistaken
from warehouse.read import Releases
from warehouse.release.publishing.publish import current_pointer, release_path
from warehouse.settings import Settings
from warehouse.worker.client import JobStopped, Worker


@pytest.fixture(scope="module")
def worker():
    worker = Worker()
    yield worker
    worker.close()


@pytest.fixture
def ask(real_home, worker):
    def ask(sql, **options):
        return run_query(real_home, sql, worker=worker, **options)

    return ask


def test_an_answer_carries_rows_types_release_and_what_it_read(ask, real_home):
    answer = ask("select area_id, sort_order from core.dim_area where city_area_id = 'puyang' and level_code = 'unit'")
    count = len(units_of("puyang"))
    assert answer.frame.height == count
    assert answer.columns == (("area_id", "VARCHAR"), ("sort_order", "INTEGER"))
    assert answer.release_id == current_pointer(real_home).release_id
    assert answer.kind_code == "real"
    assert answer.relations == ("core.dim_area",)
    assert answer.size_zh == f"共{count}行"
    assert not answer.truncated


def test_a_file_made_again_under_its_name_is_asked_and_not_the_one_before(real_home, tmp_path, worker):
    """A child waits with the release open, and the engine keeps what it opened under a name."""
    home = Home(tmp_path / "scope")
    home.ensure()
    shutil.copytree(real_home.releases, home.releases, dirs_exist_ok=True)
    path = release_path(home, current_pointer(home).release_id)
    count = "select count(*) as n from core.dim_area"
    before = [run_query(home, count, worker=worker).frame.item() for _ in range(2)]
    time.sleep(0.3)  # by now a child waits
    other = path.with_suffix(".new")
    shutil.copy(path, other)
    other.chmod(0o600)
    with duckdb.connect(str(other)) as connection:
        connection.execute("create or replace table core.dim_area as from core.dim_area limit 7")
    other.replace(path)
    assert before[0] == before[1] > 7
    assert [run_query(home, count, worker=worker).frame.item() for _ in range(2)] == [7, 7]


def test_a_cut_answer_says_how_many_rows_there_were(ask):
    answer = ask("select * from range(12345)", limits=Settings(query_rows=1000))
    assert (answer.frame.height, answer.row_count, answer.truncated) == (1000, 12345, True)
    assert answer.size_zh == "结果已截断，共12,345行，只取前1,000行"


def test_an_answer_of_exactly_the_limit_is_not_called_cut(ask):
    assert not ask("select * from range(1000)", limits=Settings(query_rows=1000)).truncated


@pytest.mark.alone
def test_an_endless_answer_is_cut_without_pretending_to_know_its_size(ask):
    answer = ask("select * from range(100000000000)", limits=Settings(query_rows=10, query_seconds=2))
    assert answer.row_count is None
    assert answer.size_zh == "结果已截断，共有多少行未数完，只取前10行"


def test_an_answer_too_large_for_the_page_is_cut_by_its_size(ask):
    # 2,000 rows of 100 kB each are 200 MB; 64 MB are kept.
    answer = ask("select repeat('x', 100000) as t from range(2000)", limits=Settings(query_seconds=60))
    assert answer.truncated
    assert 500 < answer.frame.height < 700
    assert answer.row_count == 2000


def test_too_many_columns_are_refused_with_their_number(ask):
    with pytest.raises(QueryRefused, match="结果有600列，超过上限500列"):
        ask("select " + ", ".join(f"{number} as c{number}" for number in range(600)))


def test_parameters_are_bound_as_values(ask):
    hostile = "x' or 1=1 --"
    assert ask("select * from core.dim_area where area_id = :unit", parameters={"unit": hostile}).frame.is_empty()
    answer = ask("select :unit as unit, typeof(:month) as kind", parameters={"unit": hostile, "month": "2025-07"})
    assert answer.frame.row(0) == (hostile, "DATE")


def test_a_parameter_without_a_value_is_named(ask):
    with pytest.raises(QueryRefused, match="参数 :month、:unit 还没有值"):
        ask("select :unit, :month")


def test_months_and_days_as_people_write_them_become_dates():
    assert parameter_value("month", "2025-07") == date(2025, 7, 1)
    assert parameter_value("month", "2025年7月") == date(2025, 7, 1)
    assert parameter_value("month", "2025.7") == date(2025, 7, 1)
    assert parameter_value("day", "2025-07-09") == date(2025, 7, 9)
    assert parameter_value("unit", "410902") == "410902"
    with pytest.raises(QueryRefused, match="参数 :month 的值“2025-13”不是日期"):
        parameter_value("month", "2025-13")


def test_types_no_table_can_show_arrive_as_text(ask):
    answer = ask(
        "select [1, 2] as l, {'a': 1} as s, interval 1 day as i, map {'k': 1} as m, 'x'::enum('x') as e, "
        "sum(v) as total, 1.50::decimal(5,2) as d, null as n, timestamp '290000-01-01' as far, 1 as a, 2 as a "
        "from range(3) t(v)"
    )
    # A list of plain values stays one.
    assert answer.frame.row(0) == ([1, 2], "{'a': 1}", "1 day", "{k=1}", "x", 3, *answer.frame.row(0)[6:])
    assert answer.frame["total"].dtype == pl.Int64
    assert answer.frame["far"].to_list() == ["超出公历0001—9999年"]
    assert answer.frame.columns[-2:] == ["a", "a_2"]


def test_numbers_wider_than_64_bits_keep_every_digit(ask):
    answer = ask("select 170141183460469231731687303715884105727 as h")
    assert answer.frame["h"].to_list() == ["170141183460469231731687303715884105727"]


def test_order_is_kept_also_when_a_column_is_shown_as_text(ask):
    answer = ask("select i, {'a': i} as l from range(50000) t(i) order by hash(i)")
    plain = ask("select i from range(50000) t(i) order by hash(i)")
    assert answer.frame["i"].to_list() == plain.frame["i"].to_list()


def test_the_same_query_on_the_same_release_gives_the_same_hash(ask):
    sql = "select * from core.fct_population order by area_id, age_band_code, as_of_on"
    first, second = ask(sql), ask(sql)
    assert first.hash == second.hash
    assert not first.is_volatile
    assert ask("select * from core.fct_population order by persons, area_id, age_band_code").hash != first.hash
    assert (
        ask("select persons + 1 from core.fct_population").hash != ask("select persons from core.fct_population").hash
    )


def test_values_under_a_null_and_batches_do_not_change_the_hash(ask):
    plain = "select case when i % 3 = 0 then null else i end as v from range(20000) t(i)"
    other = "select case when i % 3 = 0 then null else v end as v from (select i, i as v from range(20000) t(i))"
    assert ask(plain).hash == ask(other).hash


def test_an_answer_that_may_differ_next_time_is_marked(ask):
    assert ask("select random() as r").is_volatile
    assert ask("explain analyze select 1").is_volatile


def test_over_a_table_of_very_many_rows_all_cores_work_and_the_answer_says_so(real_home, tmp_path, monkeypatch):
    # A copy: the file itself may be open in this process, with other settings.
    path = shutil.copy(release_path(real_home, current_pointer(real_home).release_id), tmp_path)
    sql = "select area_id, count(*) as n from core.fct_population group by all order by all"
    given = {"rows": 1_000, "seconds": 20.0}
    alone = in_worker.run(path, sql, {}, **given)
    assert (alone["threads"], alone["cautions"]) == (1, [])
    monkeypatch.setattr(in_worker, "PARALLEL_ROWS", 1)
    monkeypatch.setattr(in_worker.os, "cpu_count", lambda: 2)
    shared = in_worker.run(path, sql, {}, **given)
    assert shared["threads"] == 2
    assert "由2个线程一起算" in shared["cautions"][0]
    # Whole numbers in a written order are the same to the last bit.
    assert shared["hash"] == alone["hash"]


def test_a_named_release_is_asked_and_a_missing_one_is_said(ask, real_home):
    current = current_pointer(real_home).release_id
    assert ask("select release_id from meta.release", release_id=current).frame.item() == current
    with pytest.raises(ReleaseMissing, match="没有这个批次"):
        ask("select 1", release_id="20000101-01")


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("select name from core.dim_area", "第1行第8列：这些表里没有列 name。是不是 name_zh"),
        ("select\n  area_id，name_zh\nfrom core.dim_area", "第2行第10列是全角的“，”，请改成半角的 ,"),
        ("select area_id from core.dim_area where name_zh = “濮阳市”", "改成半角的 '（这样的全角标点共2个）"),
        ("select area_id form core.dim_area", "第1行第21列：“core”附近的写法不对"),
        ("select level_code, count(*) from core.dim_area", "第1行第8列：列 level_code 既没有写进 group by"),
        ("select 1 from core.dim_area where count(*) > 1", "汇总后的条件请写在 having 里"),
        ("select 1 from core.dim_area where row_number() over () = 1", "请写在 qualify 里"),
        ("select sum(count(*)) from core.dim_area", "汇总里面又套了汇总"),
        ("select count(*) from core.dim_area group by count(*)", "group by 里不能用汇总函数"),
        ("select lag(1)", "窗口函数用错了地方"),
        ("select 1 from core.dim_area qualify 1 = 1", "普通条件请写在 where 里"),
        ("select source_id from core.fct_population a, core.fct_division_count b", "分不清是哪一张的"),
        ("select * from core.dim_area a, core.fct_population a", "两张表用了同一个简称 a"),
        ("select x.area_id from core.dim_area a", "没有简称为 x 的表"),
        ("with a as (select 1), a as (select 2) from a", "with 里有两个 a"),
        ("from core.dim_area join core.dim_month using (area_id)", "只在一边的表中有"),
        ("from mart.coverage where as_of_on = '2025年7月'", "“2025年7月”不是日期"),
        ("from mart.coverage where as_of_on = '2025-13-01'", "“2025-13-01”不是日期"),
        ("from core.dim_area where sort_order = 'abc'", "“abc”不是数字"),
        ("select 1 where 'a'", "“a”不是条件"),
        ("select date '2025-01-01' = 5", "类型不合"),
        ("select sum(name_zh) from core.dim_area", "函数不能这样用：sum(VARCHAR)"),
        ("select 'a' + 1", "连接文字请用 ||"),
        ("select if(1)", "函数 if 的参数个数或类型不对"),
        ("select (select area_id from core.dim_area)", "作为一个值用的子查询返回了多行"),
        ("from core.dim_area where area_id in (select 1, 2)", "子查询返回了2列"),
        ("select 1 // 0", "nullif(分母, 0)"),
        ("select 9223372036854775807 + 1", "数字超出了类型能放下的范围"),
        ("select 1 union select 1, 2", "union 上下两部分的列数不同"),
        ("select area_id from core.dim_area order by 9", "超出了列数（共1列）"),
        ("values (1), (1, 2)", "values 各行的个数不同"),
        ("select *", "写了 *，却没有写 from"),
        ("select area_id where 1 = 1", "用到了列 area_id，却没有写 from"),
        ("select * exclude (foo) from core.dim_area", "EXCLUDE 里的列 foo 不在表中"),
        ("from core.dim_area limit -1", "limit 不能是负数"),
        ("select date_part('foo', current_date)", "没有时间成分 foo"),
        ("select strptime('2025', '%Y-%m')", "“2025”与格式 %Y-%m 对不上"),
        ("select strptime('2025', '%Q')", "日期格式 %Q 不对"),
        ("select unnest(area_id) from core.dim_area", "unnest 只能拆列表"),
        ("select {'a': 1}.b", "里面没有成分 b"),
        ("select count(distinct) from core.dim_area", "distinct、filter 只能用在汇总函数里"),
        ("select regexp_matches('a', '(')", "正则表达式不对"),
        ("select range(10000000000)", "要生成的内容太大"),
        ("select nvl(1, 2)", "coalesce"),
        # Found out only after the first rows had been handed on.
        ("select if(i = 90000, 'a', '1')::int from range(100000) t(i)", "“a”不是数字"),
        ("select 1 // (90000 - i) from range(100000) t(i)", "nullif(分母, 0)"),
        ("select strptime(if(i = 90000, 'a', '2025'), '%Y') from range(100000) t(i)", "“a”与格式 %Y 对不上"),
        ("select 人数 from core.fct_population", "没有列 人数。是不是 persons？"),
        ("select date '2025-01-01' > 5", "类型不合：DATE 与 INTEGER_LITERAL 不能相比"),
        ("select strftime('2025-07-01', '%Y')", "参数的类型不明：strftime(VARCHAR, VARCHAR)。请写明类型"),
        ("select 'x'::foo", "没有类型 foo"),
        ("select '{'::json", "JSON 文字或路径不对"),
        ("select from core.dim_area", "select 后面没有写要取的列"),
        ("select list_transform([1], x -> x)", "请写 lambda x: x + 1"),
        ("explain select foo from core.dim_area", "第1行第16列：这些表里没有列 foo"),
        ("select '" + "x" * 100_000 + "'::int", "不能执行（Could not convert string"),
        ("select to_char(current_date, 'YYYY')", "strftime"),
    ],
)
def test_common_errors_are_told_in_chinese_with_what_to_write(ask, sql, said):
    with pytest.raises(QueryRefused) as refused:
        ask(sql)
    assert said in str(refused.value)
    assert len(str(refused.value)) < 400
    assert len(getattr(refused.value, "original", "")) <= 4_000


def test_an_answer_says_what_may_mislead(ask):
    """0 homes divided by 0 villages is not a number, and a plain mean of rates is not the city's rate."""
    answer = ask("select avg(rate) as r, 0 / 0 as q from mart.coverage where note_zh <> null")
    assert answer.warnings_zh == (
        "第1行第8列：avg(rate) 是各地比率的简单平均，不是全市的比率；请写 sum(分子) / nullif(sum(分母), 0)。",
        "第1行第69列：与 null 比较永远不成立，请写 is null 或 is not null。",
        "列 q 有1个值是无穷大或非数（多半除以了零），合计与平均会被带偏；请写 分子 / nullif(分母, 0)。",
    )
    assert ask("select sum(built) from mart.coverage").warnings_zh == ()
    assert ask("select random()").warnings_zh == ("语句用到当前时间、随机数或抽样，再运行一次结果可能不同。",)


def test_a_mistake_keeps_its_place_and_the_engines_own_words(ask):
    with pytest.raises(QueryMistaken) as mistaken:
        ask("select area_id,\n       名称\nfrom core.dim_area")
    assert (mistaken.value.line, mistaken.value.column) == (2, 8)
    assert "名称" in mistaken.value.original


ENDLESS = "select count(*) from range(1000000) a(x), range(1000000) b(y) where x * y % 7 = 3"
"""A cross join of 10^12 rows that takes time and next to no memory: one side is 8 MB."""


@pytest.mark.alone
@pytest.mark.bar("SQ6")
def test_a_cross_join_ends_at_its_limit_and_others_answer_meanwhile(real_home, worker, ask):
    """The bar: cross join killed within limit + 1 s; other sessions stay responsive."""
    limits = Settings(query_seconds=2)
    quick = "select count(*) from mart.coverage"
    ask(quick)
    started = time.monotonic()
    bomb = start_query(real_home, ENDLESS, limits=limits, worker=worker)
    waits = []
    while time.monotonic() - started < 1.2:
        before = time.monotonic()
        ask(quick)
        with Releases(real_home).acquire() as release:
            release.rows(quick)
        waits.append(time.monotonic() - before)
    with pytest.raises(JobStopped, match="运行超过2秒，已停止。请缩小范围"):
        bomb.result()
    assert time.monotonic() - started < 2 + 1 * slowed()
    assert max(waits) < 2 * slowed()
    assert len(waits) > 3


@pytest.mark.alone
def test_a_running_query_is_cancelled_within_a_second(real_home, worker):
    running = start_query(real_home, ENDLESS, worker=worker)
    threading.Timer(0.4, running.cancel).start()
    started = time.monotonic()
    with pytest.raises(JobStopped, match="已按要求停止"):
        running.result()
    assert time.monotonic() - started < 0.4 + 1 * slowed()


@pytest.mark.bar("SQ10")
def test_values_are_had_as_they_are_and_as_they_were_known(months_home, worker):  # noqa: F811
    """华龙区 reported 100 village homes on 2024-06-05 and corrected them to 90 on 2024-07-10."""

    def value(source: str, **options) -> list[float]:
        sql = f"select value from {source} where indicator_code = 'village_home_count' and area_id = 'hualong'"
        return run_query(months_home, sql, worker=worker, **options).frame["value"].to_list()

    assert value("obs") == [90.0]
    assert value("obs_as_of('2024-06')") == [100.0]
    assert value("obs_as_of('2024-07')") == [90.0]
    assert value("obs_as_of('2024-07-09')") == [100.0]
    assert value("obs_as_of('2024-05')") == []
    assert value("obs_as_of(:known)", parameters={"known": "2024-06-30"}) == [100.0]
    # A month means its end, also as a parameter: the correction came on 10 July.
    assert value("obs_as_of(:known)", parameters={"known": "2024-07"}) == [90.0]
    assert value("core.fct_observation") == [90.0, 100.0] or value("core.fct_observation") == [100.0, 90.0]


@pytest.mark.alone
@pytest.mark.parametrize("slow", [ENDLESS, "select length(lpad('x', 2000000000, 'y'))"])
def test_message_and_limit_agree_whether_the_engine_stops_or_the_kill_does(real_home, worker, slow):
    """The engine looks at its clock between rows; one huge scalar call is killed. Both say the same limit."""
    started = time.monotonic()
    with pytest.raises(JobStopped, match="运行超过1秒，已停止。请缩小范围") as stopped:
        run_query(real_home, slow, limits=Settings(query_seconds=1, query_memory_mb=6000), worker=worker)
    assert stopped.value.reason == "deadline"
    assert time.monotonic() - started < 1 + 1 * slowed()


def _cells(home, sql: str, worker) -> list[tuple]:
    return run_query(home, sql, worker=worker).frame.rows()


@pytest.mark.bar("SQ11")
def test_a_masked_value_is_nowhere_in_the_file(months_home, worker, tmp_path):  # noqa: F811
    """No relation holds the small count, its raw text, or an earlier revision of it."""
    # A copy: the file itself may be open in this process, with settings of our own.
    path = shutil.copy(release_path(months_home, current_pointer(months_home).release_id), tmp_path)
    with duckdb.connect(path, read_only=True) as plain:  # not our reader: any client an analyst may use
        relations = plain.execute("select table_schema || '.' || table_name from information_schema.tables").fetchall()
        assert len(relations) > 25
        for (relation,) in relations:
            columns = plain.execute(f"describe {relation}").fetchall()
            text = " || '|' || ".join(f"coalesce(\"{column[0]}\"::varchar, '')" for column in columns)
            found = plain.execute(
                f"select t from (select {text} as t from {relation}) where contains(t, ?) and contains(t, ?)",
                [SMALL_UNIT, "age_100_plus"],
            ).fetchall()
            for (row,) in found:
                cells = row.split("|")
                assert HIDDEN not in row
                assert not {"3.0", "4.0", "3", "4"} & set(cells), f"{relation}: {row}"
    assert _cells(
        months_home,
        f"select distinct value, value_low, value_high, status_code, raw_value from core.fct_observation "
        f"where area_id = '{SMALL_UNIT}' and breakdown_code = 'age_100_plus'",
        worker,
    ) == [(None, None, None, "suppressed", None)]


def test_a_masked_value_cannot_be_subtracted_from_what_is_left(months_home, worker):  # noqa: F811
    """The city's total of centenarians is printed; at least one partner is masked in the row and in the column."""
    rows = _cells(
        months_home,
        "select area_id, breakdown_code, value from obs where indicator_code = 'allowance_recipient_count'",
        worker,
    )
    masked = {(area, tier) for area, tier, value in rows if value is None}
    assert (SMALL_UNIT, "age_100_plus") in masked
    assert any(area != SMALL_UNIT and tier == "age_100_plus" for area, tier in masked)
    assert (SMALL_UNIT, "age_90_99") in masked
    shown = {(area, tier): value for area, tier, value in rows if value is not None}
    for unit in UNITS:
        if (unit, "age_90_99") in shown:
            assert shown[unit, "age_90_99"] == NONAGENARIANS[unit]
        if (unit, "age_100_plus") in shown:
            assert shown[unit, "age_100_plus"] == CENTENARIANS[unit]
    assert MAY.year == 2024


def test_no_answer_or_error_names_a_path(ask, real_home):
    for sql in (
        "show all tables",
        "explain from core.dim_area",
        "explain analyze from core.dim_area",
        "summarize meta.release",
        "from meta.relation",
    ):
        answer = ask(sql)
        assert str(real_home.root) not in "\n".join(str(row) for row in answer.frame.iter_rows())
    for sql in (
        "from a.b.c",
        "select foo()",
        "from core.x",
        "select 'a'::date",
        "select current_setting('temp_directory')",
    ):
        with pytest.raises(QueryRefused) as refused:
            ask(sql)
        assert str(Path(real_home.root)) not in str(refused.value) + getattr(refused.value, "original", "")


# ── what does not fit into memory ────────────────────────────────────────────────────────────────────────────────────

# Eight million different numbers take some 300 MB in a hash table; 220 − 128 = 92 MB are given.
DISTINCT = "select count(distinct i * 7919 % 30000001) as n from range(8000000) as t (i)"


def home_with(real_home, folder) -> Home:
    """A data home of the test's own with the same releases."""
    folder.mkdir()
    (folder / "releases").symlink_to(real_home.releases)
    return Home(folder)


def test_an_exact_distinct_count_goes_on_beside_its_memory_and_leaves_nothing(real_home, worker, tmp_path):
    limits = Settings(query_memory_mb=220, query_seconds=60)
    home = home_with(real_home, tmp_path / "wide")
    assert run_query(home, DISTINCT, limits=limits, worker=worker).frame["n"].item() == 8_000_000
    assert list((home.cache / "scratch").iterdir()) == []
    # Where no folder can be made it is stopped, as told.
    narrow = home_with(real_home, tmp_path / "narrow")
    narrow.cache.write_text("in the way")
    with pytest.raises(JobStopped) as stopped:
        run_query(narrow, DISTINCT, limits=limits, worker=worker)
    assert stopped.value.reason == "memory"
