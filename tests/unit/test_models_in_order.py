"""Models of a layer: each is computed when those it names are there, whichever else runs beside it."""

from types import SimpleNamespace

import duckdb
import pytest

from warehouse.catalog import Column, Relation
from warehouse.errors import CatalogError
from warehouse.release.building.compute import compute
from warehouse.release.building.models import Model

SELECTS = {
    # A thousand numbers from 1, after counting to ten million: whoever reads it too early finds nothing.
    "mart.slow": "select cast(i as double) as n from range(1, 1001) as r(i)"
    " where (select count(*) from range(10000000) as many(k) where k % 7 = 3) > 0",
    "mart.beside": "select cast(7 as double) as n",
    "mart.total": "select cast(sum(n) as double) as n from mart.slow",
    "mart.both": "select cast(t.n + b.n as double) as n from mart.total as t cross join mart.beside as b",
}


def layer(**changed: str) -> list[Model]:
    texts = SELECTS | {f"mart.{name}": text for name, text in changed.items()}
    return [Model(relation=name, place=f"{name}.sql", sql=text) for name, text in texts.items()]


@pytest.fixture
def catalog():
    column = Column(name="n", type="double", comment_zh="数")
    return SimpleNamespace(
        relations={
            name: Relation(relation=name, label_zh="表", grain_zh="每数一行", key=("n",), columns=(column,))
            for name in SELECTS
        }
    )


@pytest.fixture
def scratch():
    with duckdb.connect() as connection:
        connection.execute("create schema mart")
        for name in SELECTS:
            connection.execute(f"create table {name} (n double)")
        yield connection


def test_what_is_named_is_there_before(catalog, scratch):
    assert compute(scratch, catalog, layer())[0] == SELECTS
    # 1 + 2 + … + 1000 = 1000 · 1001 / 2 = 500500; with the seven of the one beside, 500507.
    assert scratch.execute("from mart.total").fetchall() == [(500500,)]
    assert scratch.execute("from mart.both").fetchall() == [(500507,)]


def test_a_model_that_fails_is_named_and_nothing_is_made_of_it(catalog, scratch):
    with pytest.raises(CatalogError, match=r"mart.slow.sql：DuckDB 不能执行：.*请更正该文件"):
        compute(scratch, catalog, layer(slow="select cast(error('so nicht') as double) as n"))
    assert scratch.execute("from mart.total").fetchall() == []
