"""A release file: what is in it, what is refused before it is written, and what its hash stands for."""

import dataclasses
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import polars as pl
import pytest

from tests.build.small import AS_OF, frame, small_frames
from warehouse.catalog import Column
from warehouse.errors import CatalogError, SourceError
from warehouse.release.building import write
from warehouse.release.building.build import build
from warehouse.release.building.write import row_order
from warehouse.release.shape import SCHEMA_VERSION


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


LAID_OUT = (
    "select schema_name, table_name, column_name, data_type, is_nullable, comment from duckdb_columns()"
    " where not internal order by all"
)
KEYS = "select schema_name, table_name, constraint_text from duckdb_constraints() order by all"


def test_a_file_laid_out_by_a_copy_is_the_same_and_no_copy_is_believed_that_is_damaged_or_of_another_make(
    catalog, tmp_path, monkeypatch
):
    def layout(name: str, of=catalog) -> tuple:
        # Another process knows only what the cache holds.
        monkeypatch.setattr(write, "_laid_out", {})
        frames = {relation: rows for relation, rows in small_frames(catalog, 5).items() if relation in of.relations}
        told = {"frames": frames, "kind": "real", "known_at": tmp_path / "digests.parquet"}
        result = build(tmp_path / name, catalog=of, release_id="20260101-01", **told)
        return ask(tmp_path / name, LAID_OUT), ask(tmp_path / name, KEYS), result.content_sha256

    first, kept = layout("1"), tmp_path / "laid-out"
    written = kept.read_bytes()
    assert layout("2") == first and kept.read_bytes() == written
    # One byte turned in what is kept: made anew, and kept again as it was.
    kept.write_bytes(written[:-1000] + bytes([written[-1000] ^ 1]) + written[-999:])
    assert layout("3") == first and kept.read_bytes() != written[:-1000] + bytes([written[-1000] ^ 1]) + written[-999:]
    # Another comment is another file, though everything else is as it was.
    area = catalog.relations["core.dim_area"]
    said = {**catalog.relations, "core.dim_area": dataclasses.replace(area, label_zh="另一个名称")}
    other = layout("4", dataclasses.replace(catalog, relations=said))
    assert other[:2] == first[:2]
    ((told,),) = ask(tmp_path / "4", "select comment from duckdb_tables() where table_name = 'dim_area'")
    assert told.startswith("另一个名称：")


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
    assert header == [
        ("20260101-01", "real", SCHEMA_VERSION, result.content_sha256, result.release_sha256, None, None, True)
    ]


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
