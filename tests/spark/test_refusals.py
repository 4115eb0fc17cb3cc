"""A cluster that is not there, an extra or Java that is missing, files that are damaged: clear words, nothing published."""

import sys
from pathlib import Path

import duckdb
import pytest

from etl.payouts.add import add
from etl.payouts.keys import add_key
from tests.conftest import free_port
from warehouse.engines import cluster, exchange
from warehouse.engines.marts import SparkMarts, engine_named
from warehouse.errors import EngineError
from warehouse.home import Home
from warehouse.payouts.findings import audits
from warehouse.release.publishing.publish import current_pointer

COLUMNS = {"area_id": "varchar", "value": "double", "yuan": "decimal(14, 2)"}
ROWS = "select 'a' as area_id, 1.5::double as value, 2.25::decimal(14, 2) as yuan union all select 'b', 2.5, 3"


def test_a_master_that_does_not_answer_is_named_and_nothing_changes(small_demo_home, tmp_path, yanglao):
    root = small_demo_home.root.parent
    before = current_pointer(small_demo_home)
    port = free_port()
    named = ("--engine", "spark", "--master", f"spark://127.0.0.1:{port}", "--exchange", str(tmp_path / "exchange"))
    done = yanglao("build", "--demo", *named, home=root)
    # The cluster is asked before a file of the demonstration is written or read.
    assert done.returncode == EngineError.exit_code == 17
    assert f"127.0.0.1:{port} 拒绝连接" in done.stderr
    assert "请检查地址与主节点是否在运行" in done.stderr
    assert "Traceback" not in done.stderr
    assert current_pointer(small_demo_home) == before


def test_an_audit_of_payments_on_a_master_that_does_not_answer_enters_nothing(fresh_home, tmp_path, yanglao):
    add_key(fresh_home)
    file = tmp_path / "清丰县2025年7月发放明细.csv"
    # See tests/payouts/test_road.py for the number's last sign.
    file.write_text("身份证号,发放月份,金额\n410922194001010019,2025-07,50\n", encoding="utf-8")
    assert add(fresh_home, [file], unit="清丰县").is_whole
    named = ("--engine", "spark", "--master", f"spark://127.0.0.1:{free_port()}", "--exchange", str(tmp_path / "x"))
    done = yanglao("payouts", "audit", *named, home=fresh_home.root)
    assert done.returncode == EngineError.exit_code
    assert "拒绝连接" in done.stderr
    assert audits(fresh_home) == []
    assert not (tmp_path / "x").exists()


def test_without_the_extra_it_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyspark", None)
    with pytest.raises(EngineError, match=r"没有安装扩展 yanglao\[spark\].*uv sync --extra spark"):
        cluster.needs()


@pytest.mark.parametrize("home", ["", "/nowhere/java"])
def test_without_java_it_names_the_package(monkeypatch, tmp_path, home):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("JAVA_HOME", home)
    with pytest.raises(EngineError, match=r"没有 Java.*apt-get install .*jre-headless"):
        cluster.needs()


@pytest.mark.parametrize(
    "told", ["java.lang.OutOfMemoryError: Java heap space", "Could not allocate memory to grow BytesToBytesMap."]
)
def test_too_little_memory_is_named_with_the_setting_that_gives_more(told):
    failure = RuntimeError(f"Job aborted due to stage failure\nCaused by: {told}\n")
    assert cluster.reason_of(failure).startswith("内存不足，请用 --conf spark.executor.memory=4g")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"name": "flink"}, "可写 duckdb 或 spark"),
        ({"name": "spark"}, "没有写 --master"),
        ({"name": "duckdb", "master": "local"}, "不用 --master"),
        ({"name": "spark", "master": "local", "settings": ["memory=4g"]}, "不是 Spark 的设置"),
        ({"name": "spark", "master": "local", "settings": ["spark.sql.ansi.enabled=false"]}, "不能改"),
        (
            {"name": "spark", "master": "local", "settings": ["spark.sql.session.timeZone=UTC"]},
            "关系到结果是否与 DuckDB 相同",
        ),
    ],
)
def test_an_engine_named_wrongly_is_refused_with_what_to_write(fresh_home, options, words):
    with pytest.raises(EngineError, match=words):
        engine_named(options.pop("name"), home=fresh_home, **options)


def test_engines_named_rightly(fresh_home, tmp_path):
    assert engine_named("duckdb", home=fresh_home) is None
    chosen = engine_named("spark", home=fresh_home, master="local[2]", settings=["spark.executor.memory=4g"])
    assert chosen == SparkMarts(
        master="local[2]", place=fresh_home.cache / "exchange", settings={"spark.executor.memory": "4g"}
    )


@pytest.mark.parametrize("master", ["http://127.0.0.1:7077", "spark://127.0.0.1", "spark://127.0.0.1:x", "local[2"])
def test_a_master_that_is_no_address_is_refused(tmp_path, master):
    with pytest.raises(EngineError, match="写法不对"), cluster.opened(master, tmp_path):
        pass


@pytest.fixture
def written(tmp_path) -> Path:
    """What a cluster writes: a part, and the mark that all parts are there."""
    folder = tmp_path / "mart.x"
    folder.mkdir()
    with duckdb.connect() as connection:
        connection.execute(f"copy ({ROWS}) to '{folder}/part-0.parquet' (format parquet)")
    (folder / "_SUCCESS").touch()
    return folder


def taken_back(folder: Path, *, row_count: int = 2, columns: dict[str, str] = COLUMNS) -> list[tuple]:
    with duckdb.connect() as connection:
        connection.execute(f"create table x ({', '.join(f'{name} {kind}' for name, kind in columns.items())})")
        exchange.take_back(connection, "x", columns, folder, row_count=row_count)
        return connection.execute("from x order by 1").fetchall()


def test_a_whole_result_is_taken(written):
    assert [(area, value, float(yuan)) for area, value, yuan in taken_back(written)] == [
        ("a", 1.5, 2.25),
        ("b", 2.5, 3.0),
    ]


def cut(folder: Path) -> None:
    file = folder / "part-0.parquet"
    file.write_bytes(file.read_bytes()[:-40])


def flipped(folder: Path) -> None:
    file = folder / "part-0.parquet"
    found = bytearray(file.read_bytes())
    found[4:60] = b"\xff" * 56
    file.write_bytes(found)


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (cut, "已损坏"),
        (flipped, "已损坏"),
        (lambda folder: (folder / "part-0.parquet").unlink(), "不完整"),
        (lambda folder: (folder / "_SUCCESS").unlink(), "不完整"),
    ],
    ids=["cut", "flipped", "no part", "no mark"],
)
def test_a_damaged_result_is_refused(written, damage, words):
    damage(written)
    with pytest.raises(EngineError, match=f"{words}.*现行批次没有改动"):
        taken_back(written)


def test_a_result_with_a_part_missing_is_refused(written):
    with pytest.raises(EngineError, match="只有 2 行，集群计算的是 3 行"):
        taken_back(written, row_count=3)


def test_a_result_of_another_type_is_refused(written):
    with pytest.raises(EngineError, match="列不符（value）"):
        taken_back(written, columns={**COLUMNS, "value": "bigint"})


def test_what_a_dead_build_left_is_removed_and_what_a_living_one_uses_stays(tmp_path):
    import os
    import socket

    # A process of this number cannot be: numbers end at 4,194,304.
    left = tmp_path / f"{exchange.PREFIX}{socket.gethostname()}-99999999-x"
    living = tmp_path / f"{exchange.PREFIX}{socket.gethostname()}-{os.getpid()}-y"
    other = tmp_path / f"{exchange.PREFIX}elsewhere-99999999-z"
    for folder in (left, living, other):
        folder.mkdir()
    with exchange.exchange_folder(tmp_path) as mine:
        assert mine.stat().st_mode & 0o077 == 0
        assert sorted(tmp_path.iterdir()) == sorted([living, other, mine])
    assert sorted(tmp_path.iterdir()) == sorted([living, other])


def test_a_large_relation_goes_out_in_files_by_indicator(tmp_path, monkeypatch):
    monkeypatch.setattr(exchange, "DIVIDED_FROM", 4)
    with duckdb.connect() as connection:
        connection.execute(
            "create table o as select 'i' || (i % 2) as indicator_code, i as value from range(4) as r(i)"
        )
        files = exchange.hand_out(connection, "o", tmp_path)
        assert len(files) == 2
        listed = ", ".join(exchange.literal(file) for file in files)
        rows = f"from read_parquet([{listed}], hive_partitioning = false)"
        assert connection.execute(f"select indicator_code, value {rows} order by value").fetchall() == [
            ("i0", 0),
            ("i1", 1),
            ("i0", 2),
            ("i1", 3),
        ]


def test_the_exchange_folder_of_a_home_is_in_its_caches(tmp_path):
    chosen = engine_named("spark", home=Home(tmp_path), master="local")
    assert chosen.place == tmp_path / "cache" / "exchange"
