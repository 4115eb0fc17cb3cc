"""What is meant where the engine only says "syntax error", and what runs but answers another question."""

import duckdb
import pytest

from warehouse.query.help.explain import explain
from warehouse.query.help.hints import cautions


@pytest.fixture(scope="module")
def parser():
    with duckdb.connect(":memory:") as connection:
        connection.execute("set errors_as_json = true")
        yield connection


@pytest.mark.parametrize(
    ("sql", "hint"),
    [
        ("select top 10 * from t", "取前几行请写在最后：limit 10"),
        ("select * from t limit 10, 20", "如 limit 20 offset 10"),
        ("select * form core.t", "“form”是不是 from"),
        ("selct * from t", "“selct”是不是 select"),
        ("select * from t were a = 1", "“were”是不是 where"),
        ("select count(*) from t group a", "group 后面要写 by"),
        ("select * from t order a", "order 后面要写 by"),
        ("select rank() over (partition a) from t", "partition 后面要写 by"),
        ("select * from t where a like %濮阳%", "like '%濮阳%'"),
        ("select * from t where a in ('a' 'b')", "两段文字之间缺逗号"),
        ("select * from (select a from t", "第1行第15列的 ( 没有合上，请补 )"),
        ("select a) from t", "第1行第9列的 ) 多了"),
        ("select case a when 1 then 2 from t", "case 要以 end 结束"),
        ("with t as (select 1)", "with 之后还要写取数的 select"),
        ("with t as select 1 select * from t", "with 名称 as 后面要加括号"),
        ("with t (select 1) select * from t", "with 的名称后面要写 as"),
        ("select * from a left join b", "join 后面要写条件"),
        ("select * from $t", "参数请写成 :名称，只能代替一个值"),
        ("select * from t where a = {b}", "参数请写成 :名称"),
        ("select * from t where", "where 后面没有写完"),
        ("select a,, b from t", "次序应为 select … from"),
    ],
)
def test_a_syntax_error_is_told_with_what_was_probably_meant(parser, sql, hint):
    import json

    with pytest.raises(duckdb.ParserException) as refused:
        parser.extract_statements(sql)
    text = str(refused.value)
    told = json.loads(text[text.index("{") :])
    assert hint in str(explain(sql, message=told["exception_message"], position=int(told["position"])))


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("select * from t where a = null", "第1行第25列：与 null 比较永远不成立"),
        ("select * from t where a <> null", "请写 is null 或 is not null"),
        ("select avg(coverage_rate) from t", "简单平均"),
        ('select avg ( "rate" ) from t', "简单平均"),
        ("select * from t where a = ':unit'", "引号里的 :unit 是文字，不是参数"),
    ],
)
def test_what_runs_but_misleads_is_said(sql, said):
    (sentence,) = cautions(sql)
    assert said in sentence


@pytest.mark.parametrize(
    "sql",
    [
        "select sum(built) / nullif(sum(base), 0) from t where a is null",
        "select avg(persons), ':)' as smile, nullif(a, 0) from t -- = null",
        "select * from t where name = ':unit x'",
    ],
)
def test_nothing_is_said_about_the_rest(sql):
    assert cautions(sql) == []
