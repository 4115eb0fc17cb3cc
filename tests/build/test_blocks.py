"""Blocks of the monthly mart: with what the last build left, the rows are those of the whole select."""

import json
import random

import duckdb
import pytest

from warehouse.release.building import blocks
from warehouse.release.building.models import models
from warehouse.release.file import open_release
from warehouse.release.publishing.publish import current_pointer, release_path
from warehouse.release.shape import RULES

MODEL = next(model for model in models(RULES / "sql" / "mart") if model.relation == blocks.BLOCKED)
SOURCE = f"select * from ({MODEL.sql})"
AT = "where area_id = $area and month = $month"
CHANGES = (
    f"update core.fct_observation set value = value + 1 {AT}",
    f"update core.fct_observation set value = null, status_code = 'missing' {AT}",
    f"update core.fct_observation set note_zh = 'x', quality_code = 'doubtful' {AT}",
    f"delete from core.fct_observation {AT}",
    "delete from core.fct_observation where area_id = $area and month >= $month",
    f"update core.fct_observation set revision = revision + 1, value = value + 5 {AT}",
    "delete from core.fct_observation where indicator_code ="
    " (select min(indicator_code) from core.fct_observation where area_id = $area and month = $month)",
    # What stands beside the figures: a population, a unit that no longer reports, a township of another unit.
    "update core.fct_base set value = value + 1 where area_id = $area",
    "update core.dim_area set is_reporting = not is_reporting where area_id = $area",
    "update meta.indicator set smallest_difference = 0.5 where kind_code = 'ratio' and hash(indicator_code, $area, $month) % 9 = 0",
)  # fmt: skip


@pytest.fixture(scope="module")
def declared(catalog):
    return catalog.relations


@pytest.fixture
def scratch(small_demo_home, declared):
    """The relations of a small demonstration in memory: three units of one city in fourteen months, with townships."""
    with open_release(release_path(small_demo_home, current_pointer(small_demo_home).release_id)) as release:
        tables = {name: release.sql(f"from {name}").to_arrow_table() for name in declared if name in MODEL.sql}
    with duckdb.connect(config={"threads": 1}) as connection:
        for schema in ("core", "mart", "meta"):
            connection.execute(f"create schema {schema}")
        for name, rows in tables.items():
            connection.register("given", rows)
            connection.execute(f"create table {name} as from given")
            connection.unregister("given")
        # A second city beside: its blocks are others, whatever is done to the first.
        connection.execute(
            "update core.dim_area set city_area_id = 'puyang', parent_area_id = 'puyang' where area_id = 'qingyuan';"
            "update core.dim_area set city_area_id = 'puyang' where parent_area_id = 'qingyuan'"
        )
        columns = ", ".join(f'"{column.name}" {column.type}' for column in declared[blocks.BLOCKED].columns)
        connection.execute(f"create table {blocks.BLOCKED} ({columns})")
        yield connection


def filled(scratch, declared, folder, secret="secret") -> str:
    scratch.execute(f"delete from {blocks.BLOCKED}")
    return blocks.fill(scratch, MODEL, declared, SOURCE, folder=folder, secret=secret)


def differing(scratch) -> int:
    """Rows that the table and the select over everything do not share."""
    whole, given = f"(select * from ({MODEL.sql}))", f"(from {blocks.BLOCKED})"
    names = ", ".join(name for name, *_ in scratch.execute(f"describe {blocks.BLOCKED}").fetchall())
    scratch.execute(f"create or replace temp table whole as select {names} from {whole}")
    return scratch.execute(
        f"select count(*) from ((from whole except all from {given}) union all (from {given} except all from whole))"
    ).fetchall()[0][0]


def test_whatever_happens_the_rows_are_those_of_the_whole_select(scratch, declared, tmp_path, full):
    drawn = random.Random(16)
    cells = scratch.execute("select distinct area_id, month from core.fct_observation order by all").fetchall()
    filled(scratch, declared, tmp_path / "blocks")
    assert scratch.execute(f"select count(*) from {blocks.BLOCKED}").fetchall()[0][0] > 10_000
    for _ in range(120 if full else 3):
        for change in drawn.sample(CHANGES, drawn.choice((1, 1, 2))):
            area, month = drawn.choice(cells)
            values = {name: value for name, value in (("area", area), ("month", month)) if f"${name}" in change}
            scratch.execute(change, values)
        if drawn.random() < 0.2:
            drawn.choice(sorted((tmp_path / "blocks").iterdir())).unlink()
        filled(scratch, declared, tmp_path / "blocks")
        assert differing(scratch) == 0, change


def test_one_form_more_costs_the_blocks_it_touches(scratch, declared, tmp_path, monkeypatch):
    computed, really = [], blocks._compute
    monkeypatch.setattr(blocks, "_compute", lambda *given, **more: computed.append(given[3]) or really(*given, **more))
    filled(scratch, declared, tmp_path)
    assert len(computed.pop()) > 10
    filled(scratch, declared, tmp_path)
    assert computed == []
    month = scratch.execute("select max(month) from core.fct_observation").fetchall()[0][0]
    more = "update core.fct_observation set value = value + 1 where month = $month and indicator_code ="
    # Of a unit its city's block changes and nothing else; of a township its unit's.
    scratch.execute(f"{more} 'enrolled_count' and area_id = 'xinfu'", {"month": month})
    filled(scratch, declared, tmp_path)
    (fresh,) = computed
    assert [block.split("|")[:2] for block in fresh] == [["fushun", ""]]
    computed.clear()
    township = scratch.execute("select min(area_id) from core.dim_area where parent_area_id = 'qingyuan'").fetchall()[
        0
    ][0]
    scratch.execute(f"{more} 'allowance_recipient_count' and area_id = $area", {"month": month, "area": township})
    filled(scratch, declared, tmp_path)
    (fresh,) = computed
    assert [block.split("|")[:2] for block in fresh] == [["puyang", "qingyuan"]]
    # When a form was received is no matter of the mart.
    computed.clear()
    scratch.execute("update core.fct_observation set received_at = now()")
    filled(scratch, declared, tmp_path)
    assert computed == []


def test_what_comes_in_one_form_and_what_is_divided_stand_together(scratch):
    kin = blocks._kin(scratch)
    form_of = dict(
        scratch.execute("select indicator_code, form_code from meta.indicator where kind_code <> 'ratio'").fetchall()
    )
    reported = {
        code for (code,) in scratch.execute("select distinct indicator_code from core.fct_observation").fetchall()
    }
    forms = {form: {kin[code] for code in reported if form_of[code] == form} for form in set(form_of.values())}
    assert all(len(names) <= 1 for names in forms.values())
    assert len(set().union(*forms.values())) == len({form_of[code] for code in reported}) >= 4
    # Figures of payments come in no form; all of them are one block of a city.
    assert len({of for code, of in kin.items() if code.startswith("payout_")}) == 1
    for ratio, numerator, denominator in scratch.execute(
        "select indicator_code, numerator, denominator from meta.indicator where kind_code = 'ratio'"
    ).fetchall():
        assert all(kin[ratio] == kin[part] for part in (numerator, denominator) if part in reported)


def test_what_is_damaged_or_of_another_make_is_computed(scratch, declared, tmp_path, monkeypatch):
    computed, really = [], blocks._compute
    monkeypatch.setattr(blocks, "_compute", lambda *given, **more: computed.append(given[3]) or really(*given, **more))
    assert filled(scratch, declared, tmp_path) == ""
    every = computed.pop()
    # One digit of one figure.
    spoilt = tmp_path / blocks._file_of(every[0])
    content = bytearray(spoilt.read_bytes())
    content[len(content) // 2] ^= 1
    spoilt.write_bytes(content)
    # Whatever falls back says so.
    assert filled(scratch, declared, tmp_path) == "上次更新留下的月度指标有 1 块缺失或损坏，已重新计算"
    assert computed.pop() == [every[0]]
    assert differing(scratch) == 0
    # A block under another's name, another secret, no index at all.
    index = json.loads((tmp_path / "index.json").read_text(encoding="utf-8"))
    one, other = every[:2]
    index["blocks"][one][2], index["blocks"][other][2] = index["blocks"][other][2], index["blocks"][one][2]
    (tmp_path / "index.json").write_text(json.dumps(index), encoding="utf-8")
    assert "2 块缺失或损坏" in filled(scratch, declared, tmp_path)
    assert computed.pop() == [one, other]
    assert "摘要（digests.parquet）不见了或已损坏，月度指标已全部重新计算" in filled(
        scratch, declared, tmp_path, "another"
    )
    assert computed.pop() == every
    for spoilt in ("{", "[]", '{"seed": "", "blocks": {"a": 2}}'):
        (tmp_path / "index.json").write_text(spoilt, encoding="utf-8")
        assert "读不出或已损坏，月度指标已全部重新计算" in filled(scratch, declared, tmp_path, "another")
        assert computed.pop() == every
    assert filled(scratch, declared, tmp_path, "another") == ""
    assert differing(scratch) == 0


def test_blocks_that_cannot_be_left_are_said(scratch, declared, tmp_path):
    (tmp_path / "blocks").write_text("a file where the folder should be", encoding="utf-8")
    assert "写不进" in filled(scratch, declared, tmp_path / "blocks")
    assert differing(scratch) == 0
