"""The gate lets reading statements through and says of all others what was refused and what to write instead."""

import duckdb
import pytest

from warehouse.errors import QueryRefused
from warehouse.query.gate import check_statement
from warehouse.query.help.lexer import bind_colons, place, tokens, unclosed
from warehouse.query.help.refusals import allowed_functions

RELATIONS = {
    "core.dim_area": "区域",
    "core.dim_month": "月份",
    "core.fct_observation": "报送观测值",
    "mart.coverage": "服务网络覆盖",
    "meta.code": "代码表",
    "meta.relation": "表目录",
}


@pytest.fixture(scope="module")
def parser():
    with duckdb.connect(":memory:") as connection:
        yield connection


def check(parser, sql):
    return check_statement(sql, relations=RELATIONS, connection=parser)


@pytest.mark.parametrize(
    ("sql", "kind", "relations"),
    [
        ("select 1", "select", ()),
        ("select 1;", "select", ()),
        ("-- 注释\nselect 1 /* 尾注 */", "select", ()),
        ("from core.dim_area", "select", ("core.dim_area",)),
        ("from coverage", "select", ("mart.coverage",)),
        ("FROM Core.Dim_Area", "select", ("core.dim_area",)),
        ("values (1), (2)", "select", ()),
        ("table core.dim_area", "select", ("core.dim_area",)),
        ("describe core.dim_area", "describe", ("core.dim_area",)),
        ("describe select 1", "describe", ()),
        ("summarize mart.coverage", "summarize", ("mart.coverage",)),
        ("show tables", "show", ()),
        ("show all tables", "show", ()),
        ("show coverage", "show", ("mart.coverage",)),
        ("show tables from core", "show", ()),
        ("from obs_as_of('2024-06-15')", "select", ("core.fct_observation",)),
        ("from obs_as_of(:known)", "select", ("core.fct_observation",)),
        ("select list_aggregate([1], 'sum')", "select", ()),
        ("/* a /* b */ c */ select 1", "select", ()),
        ("pivot /* /* */ x */ core.dim_area on level_code using count(*)", "pivot", ("core.dim_area",)),
        ("describe", "show", ()),
        ("explain select * from core.dim_area", "explain", ("core.dim_area",)),
        ("explain analyze select 1", "explain", ()),
        ("explain (format json) select 1", "explain", ()),
        ("explain (select 1)", "explain", ()),
        ("explain pivot core.dim_area on level_code using count(*)", "explain", ("core.dim_area",)),
        ("pivot core.dim_area on level_code using count(*)", "pivot", ("core.dim_area",)),
        ("pivot core.dim_area on level_code, kind_code using count(*) group by city_area_id", "pivot", None),
        ("pivot core.dim_area on level_code in ('city', 'unit') using count(*)", "pivot", ("core.dim_area",)),
        ("pivot (select 1 as x, 2 as y) on x || y using sum(y), max(x) order by 1 limit 3", "pivot", ()),
        ("with p as (pivot core.dim_area on level_code using count(*)) select * from p", "pivot", ("core.dim_area",)),
        ("unpivot core.dim_area on tile_row, tile_col into name a value b", "pivot", ("core.dim_area",)),
        ("from core.dim_area pivot (count(*) for level_code in ('city'))", "pivot", ("core.dim_area",)),
        ("with a as (select 1), b as (from a) from b", "select", ()),
        ("with recursive t(n) as (select 1 union all select n + 1 from t where n < 5) from t", "select", ()),
        ("select 1 union all by name select 2 as b except select 3", "select", ()),
        ("from obs", "select", ("core.fct_observation",)),
        ("from obs_as_of('2024-06')", "select", ("core.fct_observation",)),
        ("select * from range(3), generate_series(1, 2), unnest([1])", "select", ()),
        ("select (select max(x) from range(3) t(x)), exists (from meta.code), 1 in (from range(2))", "select", None),
        ("select * from core.dim_area a, lateral (select a.area_id) join meta.code on true", "select", None),
        ("select list_transform([1], lambda x: x + 1), [x for x in [1]], {'a': 1}.a, [1, 2][1:2]", "select", ()),
        (
            "select row_number() over (partition by 1 order by 2) from meta.code qualify rank() over () = 1",
            "select",
            None,
        ),
        ("select count(distinct code) filter (where true), list(code order by code) from meta.code", "select", None),
        ("select * exclude (code) replace (1 as label_zh), columns('s.*') from meta.code", "select", None),
        ("select grouping(code) from meta.code group by cube (code, code_set)", "select", None),
        (
            "select try_cast('x' as int), coalesce(1, 2), nullif(1, 2), date '2025-01-01' + interval 1 month",
            "select",
            (),
        ),
        ("select 名称 from (select 1 as 名称) where 名称 is not null", "select", ()),
    ],
)
def test_statements_that_only_read_pass(parser, sql, kind, relations):
    allowed = check(parser, sql)
    assert allowed.kind == kind
    if relations is not None:
        assert allowed.relations == relations


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("", "没有语句"),
        ("-- 只有注释", "没有语句"),
        ("select 1; select 2", "一次只能运行一条语句，这里有2条"),
        ("drop table core.dim_area", "不能删除对象"),
        ("insert into core.dim_area values (1)", "不能写入数据。本页只读"),
        ("create table x as select 1", "请把中间结果写成 with"),
        ("set threads = 8", "参数请写成 :名称"),
        ("copy core.dim_area to 'x.csv'", "下载按钮"),
        ("explain insert into core.dim_area values (1)", "不能写入数据"),
        ("with x as (insert into core.dim_area values (1) returning *) from x", "with 里不能写入"),
        ("select * from read_csv('a.csv')", "第1行第15列：不能用 read_csv（读文件"),
        ("select\n  pg_sleep(3)", "第2行第3列：不能用 pg_sleep（让查询空等）"),
        ("select core.pg_sleep(3)", "不能用 pg_sleep"),
        ("select pg_sleep(1) over ()", "不能用 pg_sleep"),
        ("select 'x'.getenv()", "不能用 getenv"),
        ("from query('select 1')", "执行写在文字里的语句或表名"),
        ("from histogram('core.dim_area', 'area_id')", "执行写在文字里的语句或表名"),
        ("pivot core.dim_area on level_code using sum(pg_sleep(9))", "不能用 pg_sleep"),
        ("pivot read_csv('a') on b using sum(c)", "不能用 read_csv"),
        ("from '/etc/passwd'", "不能读文件 passwd"),
        ("from 'data.parquet'", "不能读文件 data.parquet"),
        ("from information_schema.tables", "请查 meta.relation 与 meta.column"),
        ("from duckdb_settings", "不能读系统表 duckdb_settings"),
        ("from sqlite_master", "不能读系统表 sqlite_master"),
        ("with duckdb_tables as (select 1) from duckdb_tables", "与系统表同名"),
        ("with a as (with b as (select 1) from b) from b", "没有表 b"),
        ("from core.dim_aera", "是不是 core.dim_area"),
        ("from other.core.dim_area", "没有表 other.core.dim_area"),
        ("select summ(1)", "是不是 sum"),
        ("select ?", "请写成 :名称"),
        ("select $1", "请写成 :名称"),
        ("select 'a", "第1行第8列：文字缺少结尾的单引号"),
        ('select "a', "名称缺少结尾的双引号"),
        ("select 1 /* a", "注释 /* 没有结束"),
        ("select \u202e1", "第1行第8列有看不见的控制字符（U+202E）"),
        ("select \x00", "U+0000"),
        ("select '" + "x" * 200_000 + "'", "超过上限200,000字节"),
        ("select " + "(" * 500 + "1" + ")" * 500, "括号套了120层以上"),
        ("select \ud800", "残缺的字符"),
        ("select '\ufffd'", "残缺的字符"),
        ("show databases", "不能用 show databases"),
        ("from core.dim_area at (version => 1)", "请在页面上方选择批次"),
        ("show memory_limit", "没有表 memory_limit"),
        ("with memory_limit as (select 1) from (show memory_limit)", "没有表 memory_limit"),
        ("show tables from pg_catalog", "不能用 show pg_catalog"),
        ("show tables from other.core", "不能用 show core"),
        ("select list_aggregate([1], 'getenv')", "不能用 getenv"),
        ("select list_aggregate([1], 'su' || 'm')", "要用的汇总函数不是写明的文字"),
        ("select obs_as_of('2024-06')", "obs_as_of 是一张表，不是一个值"),
        ("from obs('2024-06')", "obs 是现行值的表，不带括号"),
        ("from obs_as_of('六月')", "时刻“六月”不是月份或日期。请写 obs_as_of('2024-06')"),
        ("from obs_as_of(2024)", "时刻“2024”不是月份或日期"),
        ("from obs_as_of('2024-13')", "不是月份或日期"),
        ("from 报送观测值", "是不是 core.fct_observation"),
        ("select " + ", ".join(f":p{n}" for n in range(31)), "参数有31个，超过上限30个"),
    ],
)
def test_a_refusal_says_what_and_what_to_write_instead(parser, sql, said):
    with pytest.raises(QueryRefused) as refused:
        check(parser, sql)
    assert said in str(refused.value)


@pytest.mark.parametrize(
    "sql",
    [
        "select " + "f" * 150_000 + "(1)",
        "from " + "f" * 150_000,
        'from "' + "f/" * 70_000 + '"',
        "with pg_" + "x" * 1_000 + " as (select 1) select 1",
        "show " + "x" * 100_000,
    ],
    ids=range(5),
)
def test_a_refusal_does_not_repeat_a_text_that_would_bury_it(parser, sql):
    with pytest.raises(QueryRefused) as refused:
        check(parser, sql)
    assert len(str(refused.value)) < 300


def test_a_pivot_that_is_read_in_other_pieces_than_the_engine_reads_is_refused(parser, monkeypatch):
    """What is checked has a value list put in; were a place misjudged, something else would be checked than runs."""
    from warehouse.query import gate

    sql = "pivot core.dim_area on level_code using count(*)"
    assert check(parser, sql).kind == "pivot"
    monkeypatch.setattr(gate, "tokens", lambda text: [each for each in tokens(text) if each.text != "using"])
    with pytest.raises(QueryRefused, match="PIVOT 的写法不能核对"):
        check(parser, sql)


def test_every_kind_of_statement_that_is_not_reading_is_refused_with_a_remedy(parser):
    """Walks DuckDB's own list of kinds: a new one must not slip through unworded."""
    from warehouse.query.help.refusals import refused_statement

    reading = {"SELECT", "EXPLAIN", "MULTI"}
    for kind in set(duckdb.StatementType.__members__) - reading:
        sentence = refused_statement(kind)
        assert "。" in sentence
        assert any(word in sentence for word in ("请", "无须", "只运行"))


def test_every_table_function_of_the_engine_is_refused_unless_listed(parser):
    names = {
        row[0]
        for row in parser.execute(
            "select distinct function_name from duckdb_functions() where function_type in ('table', 'table_macro')"
        ).fetchall()
    }
    assert len(names) > 80
    for name in names - allowed_functions()["table"]:
        with pytest.raises((QueryRefused, duckdb.ParserException)):
            check(parser, f"select * from {name}('x')")
        with pytest.raises(QueryRefused):
            check(parser, f'select * from system.main."{name}"()')


def test_every_view_of_the_engine_is_refused(parser):
    views = parser.execute("select schema_name, view_name from duckdb_views() where internal").fetchall()
    assert len(views) > 30
    for schema, view in views:
        for written in (f'"{view}"', f'{schema}."{view}"', f'system.{schema}."{view}"'):
            with pytest.raises(QueryRefused):
                check(parser, f"select * from {written}")


def test_every_listed_function_exists_in_the_engine(parser):
    """A list that rots would refuse what works: each name is one of the engine's, or special syntax."""
    known = {row[0].lower() for row in parser.execute("select function_name from duckdb_functions()").fetchall()}
    special = {"grouping", "grouping_id", "current_date", "current_time", "current_timestamp", "localtime"}
    special |= {"localtimestamp", "obs_as_of"}
    for kind, names in allowed_functions().items():
        assert names - known - special == set(), kind


@pytest.mark.parametrize(
    "sql",
    [
        "select random()",
        "select now()",
        "select current_date",
        "from range(9) using sample 3",
        "select list_aggregate([1, 2], 'reservoir_quantile', 0.5)",
    ],
)
def test_what_may_differ_from_run_to_run_is_marked(parser, sql):
    assert check(parser, sql).is_volatile


def test_parameters_are_found_and_bound_not_pasted(parser):
    allowed = check(parser, "select * from core.dim_area where city_area_id = :unit and valid_from_on < $month")
    assert allowed.parameters == ("month", "unit")
    assert "$unit" in allowed.sql


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("select :unit", "select $unit"),
        ("where a=:b and c in (:d,:e)", "where a=$b and c in ($d,$e)"),
        ("select x::int", "select x::int"),
        ("select ':unit', \"a:b\", $$:c$$ -- :d\n/* :e */", "select ':unit', \"a:b\", $$:c$$ -- :d\n/* :e */"),
        ("select x[:n], x[1:n], {'a':b}, MAP {'k':v}", "select x[:n], x[1:n], {'a':b}, MAP {'k':v}"),
        ("select total:sum(x)", "select total:sum(x)"),
        ("select total: sum(x)", "select total: sum(x)"),
        ("select e'\\':a', :b", "select e'\\':a', $b"),
        ("where 地区 = :单位", "where 地区 = $单位"),
    ],
)
def test_colons_become_parameters_only_where_they_are(written, read):
    assert bind_colons(written) == read


def test_comments_nest_as_the_engine_reads_them():
    assert [token.text for token in tokens("/* a /* b */ :c */ select 1")] == ["/* a /* b */ :c */", "select", "1"]
    assert unclosed("/* /* */ select 1") == (0, "注释 /* 没有结束的 */")
    assert unclosed("/* /* */ */ select 1") is None
    assert bind_colons("/* /* */ :a */ select :b") == "/* /* */ :a */ select $b"


def test_places_count_lines_and_columns_from_one():
    assert place("select 1", 0) == "第1行第1列"
    assert place("从\n两行", 3) == "第2行第2列"
