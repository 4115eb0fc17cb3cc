"""What must hold before a release is written: every check catches what it is for."""

import random
import shutil

import duckdb
import polars as pl
import pytest

from tests.build.small import small_frames
from warehouse.errors import CheckFailed
from warehouse.read import Releases
from warehouse.release.building import checks, known_parts
from warehouse.release.building.build import build
from warehouse.release.building.checks import run_checks
from warehouse.release.building.describe import UNHASHED
from warehouse.release.building.fingerprint import partition_digests
from warehouse.release.building.integrity import CODE_SETS, FREE, REFERENCES, offenders, placed
from warehouse.release.building.known_parts import KnownParts
from warehouse.release.building.models import read_sql
from warehouse.release.publishing.publish import release_path
from warehouse.release.shape import RULES

UNMARKED = (*UNHASHED, "meta.relation")

# Columns that end like a reference or a code and are neither: keys of their own relation, official codes, file codes.
NOT_PLACED = {
    "adcode", "stat_code", "batch_id", "release_id", "source_id", "area_id", "indicator_code", "group_code", "figure_id",
    "target_id", "check_id", "submission_id", "event_id", "programme_id", "issue_id", "correction_id", "parameter_code",
    "item_code", "input_code", "layout_code", "rule_code", "network_code", "base_code", "kind_code",
}  # fmt: skip

# One statement that spoils a good release for each check, and words its sentence must hold.
SPOILT = {
    "quotes_stand": (
        "update core.fct_document_figure set quote = quote || '，翻了一番' where sort_order = 1",
        ("原句“", "翻了一番”不在"),
    ),
    "target_values": (
        "update core.dim_target set value = value + 1 where figure_id is not null",
        ("目标值", "公开文件数"),
    ),
    "units_given": (
        "update core.fct_document_figure set unit_zh = ' ' where sort_order = 1",
        ("没有单位", "请在台账中写明单位"),
    ),
    "no_phone_numbers": (
        "update meta.document_paragraph set text_zh = text_zh || '联系电话：0393-4411234' where paragraph_no = 1",
        ("第1段", "电话号码"),
    ),
    "receipts_complete": (
        "delete from meta.receipt_input where relation = 'mart.coverage'",
        ("数字凭证 mart.coverage", "没有来源行"),
    ),
    "cross_check_band": (
        "update mart.cross_check set verdict_code = 'doubtful' where kind_code = 'unit_price'",
        ("每单位", "请核对台账"),
    ),
    "cross_check_inputs": (
        "update meta.figure_reading set figure_id = 'nowhere:001'",
        ("nowhere:001", "readings.toml"),
    ),
}


# Small spoils of keys and references, in one partition, in the whole of a relation, in what others refer to.
SMALL_SPOILS = (
    "insert into core.fct_observation select * from core.fct_observation limit 1",
    "update core.fct_observation set area_id = 'nowhere' where rowid = 5",
    "update mart.indicator_month set status_code = 'fine' where rowid = 7",
    "insert into mart.indicator_month select * from mart.indicator_month where rowid = 9",
    "update mart.indicator_month set indicator_code = 'unheard_of' where rowid = 11",
    "delete from core.dim_area where area_id = 'xinfu'",
    "delete from meta.code where code_set = 'status_code' and code = 'missing'",
    "insert into meta.submission select * from meta.submission limit 1",
    "update meta.receipt_input set input_row_key = 'gone' where rowid = 3",
    "delete from mart.indicator_month where rowid in (select rowid from mart.indicator_month limit 3)",
    "delete from mart.coverage where rowid = 2",
    "update core.fct_document_figure set unit_zh = ' ' where sort_order = 1",
    "update meta.source set source_id = source_id || '-x' where kind_code = 'document'",
)


BREAK_SPOILS = (
    "quote = quote || '，翻了一番'", "quote = null", "source_id = null",
    "source_id = (select min(source_id) from meta.source where source_id like 'puyang%')",
)  # fmt: skip


@pytest.mark.parametrize("spoil", BREAK_SPOILS)
def test_a_break_that_names_a_document_or_a_sentence_names_both_as_they_stand(warehouse_copy, catalog, spoil):
    warehouse_copy.execute(f"update meta.series_break set {spoil} where indicator_code = 'township_home_count'")
    with pytest.raises(CheckFailed) as failed:
        run_checks(warehouse_copy, catalog, RULES / "checks")
    assert any(one.startswith("断点 fushun township_home_count 2020-01-01：原句“") for one in failed.value.problems)


@pytest.fixture(scope="module")
def in_memory(real_home, catalog):
    """The real release in memory, read once for all that spoil it."""
    yield from copied(real_home, catalog)


@pytest.fixture
def warehouse_copy(in_memory):
    """The real release in memory, free to be spoilt: what is done to it is undone."""
    in_memory.execute("begin")
    yield in_memory
    in_memory.execute("rollback")


@pytest.fixture
def months_copy(small_demo_home, catalog):
    """A small demonstration in memory: months of three units."""
    yield from copied(small_demo_home, catalog)


def copied(home, catalog):
    releases = Releases(home)
    with releases.acquire() as release:
        path = release_path(home, release.release_id)
    connection = duckdb.connect(":memory:")
    connection.execute(f"attach '{path}' as release (read_only)")
    for schema in ("core", "mart", "meta"):
        connection.execute(f"create schema {schema}")
    for name in catalog.relations:
        connection.execute(f"create table {name} as from release.{name}")
    connection.execute("detach release")
    yield connection
    connection.close()


def test_the_shipped_release_passes_every_check(warehouse_copy, catalog):
    run_checks(warehouse_copy, catalog, RULES / "checks")


@pytest.mark.parametrize("check", sorted(file.stem for file in (RULES / "checks").glob("*.sql")))
def test_every_check_catches_what_it_is_for(warehouse_copy, catalog, tmp_path, check):
    statement, words = SPOILT[check]
    warehouse_copy.execute(statement)
    only = tmp_path / "checks"
    only.mkdir()
    shutil.copy(RULES / "checks" / f"{check}.sql", only)
    with pytest.raises(CheckFailed) as failed:
        run_checks(warehouse_copy, catalog, only)
    caught = [problem for problem in failed.value.problems if problem.endswith(f"（{check}）")]
    assert caught
    assert all(word in caught[0] for word in words)


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        (
            "insert into core.fct_population select * from core.fct_population limit 1",
            ("表 core.fct_population", "有 2 行"),
        ),
        ("update core.dim_area set area_id = null where area_id = 'puyang'", ("表 core.dim_area", "空值")),
        (
            "update core.fct_population set area_id = 'puyang2' where area_id = 'puyang'",
            ("列 area_id", "“puyang2”", "core.dim_area"),
        ),
        ("update mart.coverage set status_code = 'fine'", ("列 status_code", "“fine”", "代码表 status_code")),
        ("update meta.programme set kind_code = 'dream' where sort_order = 1", ("programme_kind_code", "“dream”")),
        ("update meta.source set source_id = source_id || '-x'", ("不在 meta.source 中",)),
        (
            "update meta.receipt_input set input_row_key = 'gone' where relation = 'mart.coverage'",
            ("input_row_key “gone”", "没有对应的行"),
        ),
        ("update meta.receipt_input set input_relation = 'core.gone'", ("不存在的表 core.gone",)),
    ],
)
def test_broken_keys_references_codes_and_receipts_are_found(warehouse_copy, catalog, statement, words):
    warehouse_copy.execute(statement)
    sentences = ["：".join(found) for found in offenders(warehouse_copy, catalog.relations)]
    assert any(all(word in sentence for word in words) for sentence in sentences), sentences[:5]


def marked(connection, catalog) -> dict:
    known = KnownParts("secret")
    partition_digests(connection, catalog.relations, leave_out=lambda name: name in UNMARKED, known=known)
    return known.marked


def found(connection, catalog, changes=None) -> set[str]:
    try:
        run_checks(connection, catalog, RULES / "checks", changes)
    except CheckFailed as failed:
        return set(failed.problems)
    return set()


def test_what_is_asked_of_changes_alone_finds_what_asking_everything_finds(months_copy, catalog, full):
    drawn, before = random.Random(3), marked(months_copy, catalog)
    months_copy.execute(
        "attach ':memory:' as whole; create schema whole.core; create schema whole.mart; create schema whole.meta"
    )
    for name in catalog.relations:
        months_copy.execute(f"create table whole.{name} as from memory.{name}")
    caught = 0
    for number in range(len(SMALL_SPOILS) if full else 2):
        spoils = drawn.sample(SMALL_SPOILS, 2) if number % 2 else [drawn.choice(SMALL_SPOILS)]
        for spoil in spoils:
            months_copy.execute(spoil)
        changes = KnownParts("secret", before, marked(months_copy, catalog)).changes(catalog.relations)
        everything = found(months_copy, catalog)
        assert found(months_copy, catalog, changes) == everything, spoils
        caught += len(everything)
        for name in [name for name, partitions in changes.items() if partitions]:
            months_copy.execute(f"create or replace table {name} as from whole.{name}")
    assert caught > 0
    assert found(months_copy, catalog) == set()


def test_checks_of_another_make_are_asked_of_everything(catalog, tmp_path, monkeypatch):
    asked, really = [], checks.run_checks
    monkeypatch.setattr(checks, "run_checks", lambda *given: asked.append(given[3]) or really(*given))
    # As if nothing had been built in this process.
    monkeypatch.setattr(known_parts, "_last", KnownParts("of a new process"))
    told = {
        "catalog": catalog,
        "frames": small_frames(catalog, 5),
        "kind": "real",
        "known_at": tmp_path / "digests.parquet",
    }
    build(tmp_path / "1", release_id="20260101-01", **told)
    build(tmp_path / "2", release_id="20260101-02", **told)
    # Nothing known yet; then everything as it was.
    assert asked[0] is None
    assert asked[1]
    assert not any(asked[1].values())
    monkeypatch.setattr(checks, "read_sql", lambda path: read_sql(path) + "-- stricter")
    build(tmp_path / "3", release_id="20260101-03", **told)
    assert asked[2] is None


def test_what_passed_in_one_home_is_not_asked_again_in_another_and_what_differs_is(catalog, tmp_path, monkeypatch):
    asked, really = [], checks.run_checks
    monkeypatch.setattr(checks, "run_checks", lambda *given: asked.append(given[3]) or really(*given))
    monkeypatch.setattr(known_parts, "_last", KnownParts("of a new process"))
    frames = small_frames(catalog, 5)
    told = {"catalog": catalog, "kind": "real", "release_id": "20260101-01"}
    build(tmp_path / "1", frames=frames, known_at=tmp_path / "one.parquet", **told)
    build(tmp_path / "2", frames=frames, known_at=tmp_path / "another.parquet", **told)
    assert asked[0] is None
    assert asked[1]
    assert not any(asked[1].values())
    spoilt = frames["core.fct_population"].with_columns(source_id=pl.lit("nowhere"))
    with pytest.raises(CheckFailed, match=r"core.fct_population 列 source_id：“nowhere”（400 行）不在 meta.source 中"):
        build(
            tmp_path / "3",
            frames=frames | {"core.fct_population": spoilt},
            known_at=tmp_path / "third.parquet",
            **told,
        )


def test_a_failed_check_stops_the_build_and_writes_no_file(catalog, tmp_path):
    people = small_frames(catalog, 5)["core.fct_population"].with_columns(source_id=pl.lit("nowhere"))
    with pytest.raises(CheckFailed, match=r"core.fct_population 列 source_id：“nowhere”（400 行）不在 meta.source 中"):
        build(
            tmp_path / "x",
            catalog=catalog,
            frames=small_frames(catalog, 5) | {"core.fct_population": people},
            kind="real",
            release_id="20260101-01",
        )
    assert not list(tmp_path.iterdir())


def test_every_column_that_looks_like_a_reference_or_a_code_is_held_or_known_to_be_free(catalog):
    code_sets = set(catalog.codes)
    loose = [
        f"{name}.{column.name}"
        for name, relation in catalog.relations.items()
        for column in relation.columns
        if column.name.endswith(("_id", "_code"))
        and not placed(name, column.name, code_sets)
        and column.name not in NOT_PLACED
    ]
    assert not loose


def test_every_rule_of_integrity_names_a_column_that_exists(catalog, real_release):
    columns = {column.name for relation in catalog.relations.values() for column in relation.columns}
    full = {f"{name}.{column.name}" for name, relation in catalog.relations.items() for column in relation.columns}
    assert set(REFERENCES) <= columns
    assert set(CODE_SETS) | set(FREE) <= full
    assert {f"{relation}.{column}" for relation, column in REFERENCES.values()} <= full
    listed = real_release.rows("select distinct code_set from meta.code").frame.to_series()
    assert set(CODE_SETS.values()) <= set(listed)
