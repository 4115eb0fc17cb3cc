"""The SQL files say nothing that the two engines read differently, and are cut into steps that mean the same."""

from pathlib import Path

import duckdb
import pytest
import sqlglot
from sqlglot import exp
from sqlglot.optimizer.annotate_types import annotate_types
from sqlglot.optimizer.qualify import qualify

from warehouse.catalog import load_catalog
from warehouse.engines import dialect
from warehouse.payouts import declared
from warehouse.release.building.models import models

SQL = Path(__file__).resolve().parents[2] / "warehouse" / "sql"
MARTS = models(SQL / "mart")
PAYOUTS = sorted((SQL / "payouts").rglob("*.sql"))
TEXTS = {model.relation: model.sql for model in MARTS} | {
    f"payouts/{file.stem}": file.read_text(encoding="utf-8") for file in PAYOUTS
}


@pytest.mark.parametrize("name", TEXTS)
def test_a_file_says_nothing_that_the_engines_read_differently(name):
    assert [f"{each.why}; write {each.instead}" for each in dialect.found_in(TEXTS[name])] == []


@pytest.mark.parametrize(
    ("sql", "why"),
    [
        ("select date_diff('month', a, b) from t", "firsts of months"),
        ("select date_trunc('month', a) from t", "an instant"),
        ("select cast(cast(built as bigint) as varchar) from t", "loses its fraction"),
        ("select avg(share) from t", "order in which rows come"),
        ("select string_agg(name, ',') from t", "order in which rows come"),
    ],
)
def test_what_they_read_differently_is_found(sql, why):
    assert any(why in each.why for each in dialect.found_in(sql))


def test_a_file_may_say_what_looks_alike_and_is_the_same():
    said = (
        "select date_diff('day', a, b), cast(date_trunc('month', a) as date), cast(cast(floor(x + 0.5) as bigint)"
        " as varchar), sum(floor(x * 10000 + 0.5)) / 10000 from t -- avg(share) would not do"
    )
    assert dialect.found_in(said) == []


def schema() -> dict[str, dict[str, dict[str, str]]]:
    """Layer → relation → column → type, as SQLGlot wants it."""
    found: dict[str, dict[str, dict[str, str]]] = {}
    for name, relation in load_catalog().relations.items():
        layer, _, table = name.partition(".")
        found.setdefault(layer, {})[table] = {column.name: column.type for column in relation.columns}
    return found


@pytest.mark.parametrize("model", MARTS, ids=lambda model: model.relation)
def test_no_mart_adds_up_doubles(model):
    """A sum of doubles ends in another digit when rows come in another order; a sum of whole numbers does not."""
    typed = annotate_types(
        qualify(sqlglot.parse_one(model.sql, read="duckdb"), schema=schema(), dialect="duckdb"), schema=schema()
    )
    added = [
        node.sql(dialect="duckdb")
        for node in typed.find_all(exp.Sum)
        if not isinstance(node.this.this, exp.Floor) and not node.this.is_type("int", "bigint", "smallint", "decimal")
    ]
    assert added == []


ROWS = {
    "t": "select * from (values (1, 'a', 3.0), (2, 'a', 1.0), (3, 'b', null), (4, 'b', 2.0)) as v(id, kind, x)",
    "u": "select * from (values ('a', 1), ('b', 2)) as v(kind, weight)",
}
SELECTS = {
    "a part read twice": "with p as (select t.kind, x * weight as y from t inner join u on u.kind = t.kind)"
    " select a.kind, b.y from p as a inner join p as b on b.kind = a.kind",
    "the first of each kind, all its columns and another": "select t.*, u.weight as w from t inner join u on u.kind = t.kind"
    " qualify row_number() over (partition by t.kind order by t.x desc, t.id) = 1",
    "a part within a part of the same name": "with p as (with q as (select id from t where id > 1) select id from q),"
    " q as (select id + 10 as id from p) select p.id, q.id as later from p inner join q on q.id = p.id + 10",
    "one within the other": "select * from (select t.*, 1 as one from t qualify count(*) over (partition by kind) > 1)"
    " qualify rank() over (order by id desc) <= 2",
}


@pytest.mark.parametrize("sql", SELECTS.values(), ids=SELECTS)
def test_steps_one_after_the_other_answer_what_the_select_answers(sql):
    with duckdb.connect() as connection:
        for name, rows in ROWS.items():
            connection.execute(f"create table {name} as {rows}")
        expected = sorted(connection.execute(sql).fetchall(), key=str)
        for step in dialect.steps("answer", sql):
            again = sqlglot.transpile(step.sql, read="spark", write="duckdb")[0]
            connection.execute(f"create table {step.name} as {again}")
        assert sorted(connection.execute("from answer").fetchall(), key=str) == expected
        assert expected


def test_a_part_that_many_read_is_computed_once():
    chain = ", ".join(
        f"p{n} as (select a.id from p{n - 1} as a inner join p{n - 1} as b on b.id = a.id)" for n in range(1, 12)
    )
    found = dialect.steps("answer", f"with p0 as (select id from t), {chain} select id from p11")
    # Written out at each place the last part would read t 2^11 = 2048 times.
    assert max(step.sql.count(" t ") + step.sql.count("__p") for step in found) < 30
    assert found[-1].name == "answer"


def test_every_model_is_of_few_steps_and_the_last_answers_it():
    for model in MARTS:
        found = dialect.steps(model.relation.replace(".", "__"), model.sql)
        assert found[-1].name == model.relation.replace(".", "__")
        assert len(found) <= 12
        for number, step in enumerate(found):
            made = {earlier.name for earlier in found[:number]}
            loose = [read for read in step.reads if read not in made and "__" not in read]
            assert loose == []


def test_every_payout_select_is_cut_into_steps():
    for code, rule in declared.rules().items():
        assert dialect.steps(code, rule.sql)[-1].name == code
