"""A release file: what is in it, what is refused before it is written, and what its hash stands for."""

import dataclasses
import shutil
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import polars as pl
import pytest

from tests.build.small import AS_OF, frame, small_frames
from warehouse.build import RULES, build, row_order, run_checks
from warehouse.catalog import Column
from warehouse.errors import CatalogError, CheckFailed, SourceError
from warehouse.integrity import CODE_SETS, FREE, REFERENCES, offenders, placed
from warehouse.publish import release_path
from warehouse.read import Releases

# Columns that end like a reference or a code and are neither: keys of their own relation, official codes, file codes.
NOT_PLACED = {
    "adcode", "stat_code", "batch_id", "release_id", "source_id", "area_id", "indicator_code", "group_code", "figure_id",
    "target_id", "check_id", "submission_id", "event_id", "programme_id", "issue_id", "correction_id", "parameter_code",
    "item_code", "input_code", "layout_code", "rule_code", "network_code", "base_code", "kind_code",
}  # fmt: skip


@pytest.fixture(scope="module")
def built(catalog, tmp_path_factory):
    """The tiny world, built once: the file and what the build said."""
    path = tmp_path_factory.mktemp("built") / "small.duckdb"
    frames = small_frames(catalog, 5)
    return path, build(path, catalog=catalog, frames=frames, kind="real", release_id="20260101-01")


def build_with(catalog, tmp_path: Path, **frames: pl.DataFrame):
    """Build the tiny world with some frames replaced: relation names with __ for the dot."""
    given = small_frames(catalog, 5) | {name.replace("__", "."): rows for name, rows in frames.items()}
    path = tmp_path / f"{len(list(tmp_path.iterdir()))}.duckdb"
    return build(path, catalog=catalog, frames=given, kind="real", release_id="20260101-01")


def ask(path: Path, query: str) -> list[tuple]:
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.execute(query).fetchall()


# ── what is in the file ──────────────────────────────────────────────────────────────────────────────────────────────


def test_every_declared_relation_is_in_the_file_with_its_columns_in_order(catalog, built):
    path, _ = built
    found: dict[str, list[tuple]] = {}
    for relation, name, kind in ask(
        path,
        "select schema_name || '.' || table_name, column_name, lower(data_type) from duckdb_columns()"
        " where not internal order by schema_name, table_name, column_index",
    ):
        found.setdefault(relation, []).append((name, kind.replace("timestamp with time zone", "timestamptz")))
    assert found == {
        name: [(column.name, column.type) for column in relation.columns]
        for name, relation in catalog.relations.items()
    }


def test_every_relation_and_every_column_has_a_chinese_comment(built):
    path, _ = built
    bare = ask(path, "select table_name from duckdb_tables() where coalesce(comment, '') !~ '[一-龥]'")
    bare += ask(
        path,
        "select table_name, column_name from duckdb_columns() where not internal and coalesce(trim(comment), '') = ''",
    )
    assert not bare


def test_keys_are_declared_in_the_file_and_rows_lie_in_their_order(catalog, built):
    path, _ = built
    keys = dict(
        ask(
            path,
            "select schema_name || '.' || table_name, list_sort(constraint_column_names) from duckdb_constraints()"
            " where constraint_type = 'PRIMARY KEY'",
        )
    )
    assert keys == {name: sorted(relation.key) for name, relation in catalog.relations.items()}
    people = [row[0] for row in ask(path, "select area_id from core.fct_population")]
    assert people == sorted(people)


def test_rows_with_an_indicator_lie_by_indicator_then_by_area():
    assert row_order(("area_id", "indicator_code", "breakdown_code", "month")) == [
        "indicator_code",
        "area_id",
        "breakdown_code",
        "month",
    ]
    assert row_order(("area_id", "month")) == ["area_id", "month"]


def test_a_release_says_how_each_relation_came_about(catalog, built):
    path, result = built
    texts = dict(ask(path, "select relation, sql_text from meta.relation"))
    counts = dict(ask(path, "select relation, row_count from meta.relation"))
    assert set(texts) == set(catalog.relations)
    assert texts["core.dim_month"].startswith("-- one row per month")
    assert texts["core.fct_population"] is None
    assert counts == dict(result.row_counts)
    # 2019 to 2030 are twelve years of twelve months.
    assert (counts["core.dim_month"], counts["core.fct_population"]) == (144, 400)
    columns = sum(len(relation.columns) for relation in catalog.relations.values())
    assert ask(path, "select count(*) from meta.column") == [(columns,)]


def test_a_release_says_what_it_is(built):
    path, result = built
    header = ask(
        path,
        "select release_id, kind_code, schema_version, content_sha256, release_sha256, latest_month, note_zh,"
        " cast(built_at as date) = current_date from meta.release",
    )
    assert header == [("20260101-01", "real", 1, result.content_sha256, result.release_sha256, None, None, True)]


def test_a_demonstration_release_says_so(catalog, tmp_path):
    path = tmp_path / "demo.duckdb"
    build(path, catalog=catalog, frames=small_frames(catalog, 1), kind="demo", release_id="20260101-01")
    assert ask(path, "select kind_code, note_zh from meta.release") == [("demo", "演示数据，非真实数据")]


# ── the hash ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_hash_depends_on_the_rows_and_not_on_their_order_nor_on_the_hour(catalog, tmp_path, built):
    _, first = built
    people = small_frames(catalog, 5)["core.fct_population"]
    shuffled = build_with(catalog, tmp_path, core__fct_population=people.sample(fraction=1, shuffle=True, seed=1))
    assert (shuffled.content_sha256, shuffled.release_sha256) == (first.content_sha256, first.release_sha256)
    changed = people.with_columns(
        persons=pl.when(pl.col("area_id") == "area-7").then(6).otherwise(pl.col("persons")).cast(pl.Int64)
    )
    other = build_with(catalog, tmp_path, core__fct_population=changed)
    assert other.content_sha256 != first.content_sha256


def test_the_content_hash_covers_facts_only_the_release_hash_also_labels(catalog, tmp_path, built):
    _, first = built
    source = small_frames(catalog, 5)["meta.source"].with_columns(title_zh=pl.lit("改了标题的表"))
    relabelled = build_with(catalog, tmp_path, meta__source=source)
    assert relabelled.content_sha256 == first.content_sha256
    assert relabelled.release_sha256 != first.release_sha256


def test_the_hash_leaves_out_instants(catalog, tmp_path):
    hashes = set()
    for hour in (8, 9):
        observation = {
            "area_id": "area-1",
            "indicator_code": "care_bed_count",
            "breakdown_code": "total",
            "month": date(2026, 9, 1),
            "revision": 1,
            "value": 10.0,
            "status_code": "reported",
            "quality_code": "provisional",
            "received_at": datetime(2026, 10, 8, hour, tzinfo=UTC),
            "is_current": True,
        }
        rows = frame(catalog, "core.fct_observation", [observation])
        hashes.add(build_with(catalog, tmp_path, core__fct_observation=rows).content_sha256)
    assert len(hashes) == 1


# ── what is masked is not in the file ────────────────────────────────────────────────────────────────────────────────


def test_a_masked_cell_has_left_no_trace_in_the_bytes_of_the_file(catalog, tmp_path):
    sensitive = next(code for code, each in catalog.indicators.items() if each.is_sensitive_persons)
    rows = [
        {
            "area_id": f"area-{number}",
            "indicator_code": sensitive,
            "breakdown_code": "total",
            "month": date(2026, 9, 1),
            "revision": 1,
            "value": value,
            "status_code": "reported",
            "quality_code": "provisional",
            "raw_value": text,
            "is_current": True,
        }
        for number, value, text in ((1, 3.0, "三人秘密原文"), (2, 70.0, "七十人伙伴原文"), (3, 900.0, "九百人公开原文"))
    ]
    areas = small_frames(catalog, 1)["core.dim_area"].with_columns(parent_area_id=pl.lit("area-0"))
    path = tmp_path / "masked.duckdb"
    frames = small_frames(catalog, 1) | {
        "core.dim_area": areas,
        "core.fct_observation": frame(catalog, "core.fct_observation", rows),
    }
    result = build(path, catalog=catalog, frames=frames, kind="real", release_id="20260101-01")
    assert result.masked_count >= 2
    # The small cell and the cheapest partner, so that their sum does not give the small one away.
    assert ask(path, "select area_id, value, status_code from core.fct_observation order by area_id") == [
        ("area-1", None, "suppressed"),
        ("area-2", None, "suppressed"),
        ("area-3", 900.0, "reported"),
    ]
    content = path.read_bytes()
    assert "九百人公开原文".encode() in content
    assert "三人秘密原文".encode() not in content
    assert "七十人伙伴原文".encode() not in content


# ── frames that do not fit ───────────────────────────────────────────────────────────────────────────────────────────


def test_all_frames_that_do_not_fit_are_named_at_once(catalog, tmp_path):
    good = small_frames(catalog, 5)
    spoilt = {
        "core.fct_nothing": good["meta.source"],
        "mart.coverage": good["meta.source"],
        "core.dim_area": good["core.dim_area"].drop("level_code").with_columns(extra=pl.lit(1)),
        "core.fct_population": good["core.fct_population"].with_columns(pl.col("persons").cast(pl.String)),
    }
    with pytest.raises(CatalogError) as refused:
        build(tmp_path / "x", catalog=catalog, frames=good | spoilt, kind="real", release_id="20260101-01")
    assert set(refused.value.problems) == {
        "core.fct_nothing：relations.toml 没有声明这张表，请在那里声明或改正表名",
        "mart.coverage：由 warehouse/sql 计算，不能再装载；请去掉其中之一",
        "core.dim_area.level_code：缺少这一列，请补上（没有数时填空值）",
        "core.dim_area.extra：relations.toml 没有声明这一列，请在那里声明或去掉",
        "core.fct_population.persons：类型是 String，应为 bigint，请在装载前转换",
    }
    assert not (tmp_path / "x").exists()


def test_an_empty_or_doubled_key_is_named_with_its_row(catalog, tmp_path):
    people = small_frames(catalog, 5)["core.fct_population"]
    doubled = pl.concat([people, people.filter(pl.col("area_id") == "area-3")])
    with pytest.raises(SourceError) as refused:
        build_with(catalog, tmp_path, core__fct_population=doubled)
    assert refused.value.problems == (
        f"core.fct_population：主键 area-3|{AS_OF}|resident|total 有 2 行，应只有一行，请删去重复",
    )
    empty = people.with_columns(
        base_code=pl.when(pl.col("area_id") == "area-3").then(None).otherwise(pl.col("base_code"))
    )
    with pytest.raises(SourceError, match=r"core.fct_population.base_code：主键列有 1 行为空"):
        build_with(catalog, tmp_path, core__fct_population=empty)


@pytest.mark.parametrize(
    ("select", "words"),
    [
        ("select 1 as one", ("缺列 month", "多出列 one")),
        ("select * replace (cast(year as varchar) as year) from core.dim_month", ("列 year 是 VARCHAR，应为 integer",)),
        ("selekt 1", ("warehouse/sql/core/10_dim_month.sql：DuckDB 不能执行",)),
    ],
)
def test_an_sql_file_that_does_not_yield_the_declared_columns_is_named(catalog, tmp_path, select, words):
    rules = tmp_path / "rules"
    (rules / "sql" / "core").mkdir(parents=True)
    (rules / "sql" / "core" / "10_dim_month.sql").write_text(select, encoding="utf-8")
    with pytest.raises(CatalogError) as refused:
        build(
            tmp_path / "x",
            catalog=catalog,
            frames=small_frames(catalog, 5),
            kind="real",
            release_id="20260101-01",
            rules=rules,
        )
    assert all(word in str(refused.value) for word in words)
    assert "10_dim_month.sql" in str(refused.value)


def test_comments_and_names_with_quotes_do_not_break_the_build(catalog, tmp_path):
    relations = dict(catalog.relations)
    old = relations["meta.parameter"]
    tricky = Column(name='it\'s "x"', type="varchar", comment_zh="引号 ' 与 \" 与 ; drop table core.dim_area; --")
    relations["meta.parameter"] = dataclasses.replace(old, columns=(*old.columns, tricky))
    path = tmp_path / "tricky.duckdb"
    build(
        path,
        catalog=dataclasses.replace(catalog, relations=relations),
        frames=small_frames(catalog, 5),
        kind="real",
        release_id="20260101-01",
    )
    comments = ask(path, "select comment from duckdb_columns() where column_name like 'it''s%'")
    assert comments == [(tricky.comment_zh,)]
    assert ask(path, "select count(*) from core.dim_area") == [(400,)]


# ── checks ───────────────────────────────────────────────────────────────────────────────────────────────────────────

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


@pytest.fixture
def warehouse_copy(real_home, catalog, tmp_path):
    """The real release in memory, free to be spoilt."""
    releases = Releases(real_home)
    with releases.acquire() as release:
        path = release_path(real_home, release.release_id)
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


def test_a_failed_check_stops_the_build_and_writes_no_file(catalog, tmp_path):
    people = small_frames(catalog, 5)["core.fct_population"].with_columns(source_id=pl.lit("nowhere"))
    with pytest.raises(CheckFailed, match=r"core.fct_population 列 source_id：“nowhere”（400 行）不在 meta.source 中"):
        build_with(catalog, tmp_path, core__fct_population=people)
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
