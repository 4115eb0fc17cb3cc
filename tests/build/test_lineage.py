"""Lineage is read out of SQL: each column's own inputs, down to what was loaded."""

import pytest
import sqlglot

from warehouse.query import lineage
from warehouse.query.lineage import column_edges
from warehouse.read.meta import catalog

COLUMNS = {
    "core": {
        "a": {"id": "varchar", "x": "double", "y": "double", "kind": "varchar"},
        "b": {"id": "varchar", "z": "double"},
    }
}


def edges(sql: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for column, relation, name in column_edges(sql, columns=COLUMNS):
        found.setdefault(column, set()).add(f"{relation}.{name}")
    return found


def test_a_column_comes_from_what_its_own_expression_reads():
    assert edges("select x + y as s, kind from core.a where id = 'p'") == {
        "s": {"core.a.x", "core.a.y"},
        "kind": {"core.a.kind"},
    }


def test_steps_unions_windows_and_sub_queries_are_walked_through():
    sql = """
    with first as (select id, sum(x) as total from core.a group by id),
    both as (select id, total from first union all select id, z as total from core.b)
    select id, total, rank() over (partition by id order by total) as place, (select max(y) from core.a) as top from both
    """
    assert edges(sql) == {
        "id": {"core.a.id", "core.b.id"},
        "total": {"core.a.x", "core.b.z"},
        "place": {"core.a.id", "core.b.id", "core.a.x", "core.b.z"},
        "top": {"core.a.y"},
    }


def test_a_query_that_calls_itself_ends():
    sql = (
        "with recursive t as (select x as n from core.a union all select n + 1 as n from t where n < 5) select n from t"
    )
    assert edges(sql) == {"n": {"core.a.x"}}


@pytest.mark.bar("DQ5")
def test_every_computed_relation_of_a_release_has_a_lineage(real_release):
    """A totality test: each computed relation, each column that is no constant, leads to relations that exist."""
    relations = catalog.relations(real_release).frame
    known = set(relations["relation"])
    computed = relations.filter(relations["sql_text"].is_not_null())["relation"].to_list()
    assert "mart.coverage" in computed
    for relation in computed:
        found = lineage.column_inputs(real_release, relation=relation).frame
        assert set(found["input_relation"]) <= known
        if relation != "core.dim_month":
            assert found["column_name"].n_unique() > 3, relation


def test_a_coverage_rate_goes_back_to_the_printed_figure_and_the_village_count(real_release):
    found = lineage.origins(real_release, relation="mart.coverage", column="rate").frame
    inputs = {f"{relation}.{column}" for relation, column in found.select("input_relation", "input_column").iter_rows()}
    assert {
        "core.fct_document_figure.value",
        "core.fct_division_count.division_count",
        "core.fct_observation.value",
    } <= inputs
    assert found["depth"].to_list() == sorted(found["depth"].to_list())


@pytest.mark.parametrize("relation", ["core.dim_area", "meta.code"])
def test_what_was_loaded_has_no_inputs(real_release, relation):
    assert lineage.column_inputs(real_release, relation=relation).frame.is_empty()


def test_uses_names_the_relations_that_read_one(real_release):
    assert "core.fct_base" in lineage.uses(real_release, relation="core.fct_population").frame["relation"].to_list()


def test_what_a_select_names_is_what_it_reads(real_release):
    """Looked for in the text, as the page does, and parsed."""
    models = real_release.rows("select relation, sql_text from meta.relation where sql_text is not null").frame
    known = set(real_release.rows("select relation from meta.relation").frame["relation"])
    assert models.height > 8
    for relation, sql in models.iter_rows():
        tables = sqlglot.parse_one(sql, dialect="duckdb").find_all(sqlglot.exp.Table)
        assert lineage.named(sql) & known == {f"{one.db}.{one.name}" for one in tables if one.db}, relation
    assert lineage.named("-- core.a\nselect 'core.b' /* core.c\n */ from core.d") == {"core.d"}
