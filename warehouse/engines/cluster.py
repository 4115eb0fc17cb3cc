"""A session on a Spark cluster: what it needs, how it is set so that both engines mean the same, what stops it.

pyspark is an extra (`pip install yanglao[spark]`, Java from Debian) and is imported only here, when a cluster is asked.
"""

import os
import re
import shutil
import socket
import sys
import time
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from warehouse.engines import dialect
from warehouse.errors import EngineError

REMEDY = "请让管理员运行 python3 -m uv sync --extra spark（或 pip install 'yanglao[spark]'）"
JAVA = "default-jre-headless"
REACHED_SECONDS = 3
WORKERS_SECONDS = 60
# What DuckDB calls a type, and what Spark does.
TYPES = {"varchar": "string", "timestamptz": "timestamp", "integer": "int", "varchar[]": "array<string>"}

MEANING = {
    # Overflow, division by nothing and a cast that cannot be are failures, never an empty cell.
    "spark.sql.ansi.enabled": "true",
    "spark.sql.caseSensitive": "false",
    "spark.sql.session.timeZone": "Asia/Shanghai",
    # Texts are compared byte by byte, as DuckDB compares them: no collation knows better what comes first.
    "spark.sql.session.collation.enabled": "false",
    # A product of decimals keeps its digits or fails.
    "spark.sql.decimalOperations.allowPrecisionLoss": "false",
    # Days before 1900 and in 9999 are days, not shifted from a calendar of old.
    "spark.sql.parquet.datetimeRebaseModeInRead": "CORRECTED",
    "spark.sql.parquet.datetimeRebaseModeInWrite": "CORRECTED",
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
    "spark.sql.files.ignoreCorruptFiles": "false",
    "spark.sql.files.ignoreMissingFiles": "false",
}
"""Settings that decide what an answer is; nobody may change them."""

WAY = {
    "spark.driver.memory": "2g",
    "spark.executor.memory": "1g",
    "spark.sql.adaptive.coalescePartitions.initialPartitionNum": "64",
    # Few large pieces: of many small ones each costs a task. Such a piece is hashed for a join, not sorted for it.
    "spark.sql.adaptive.coalescePartitions.parallelismFirst": "false",
    "spark.sql.adaptive.maxShuffledHashJoinLocalMapThreshold": "64m",
    # Payments are a small file a unit and month: many of them in one task, for looking them up and for reading them.
    "spark.sql.files.openCostInBytes": "256k",
    "spark.sql.sources.parallelPartitionDiscovery.parallelism": "16",
    # What is written aside while sorting is enciphered with a key that ends with the session.
    "spark.io.encryption.enabled": "true",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
}
"""Settings that decide how fast an answer comes; `--conf name=value` changes or adds to them."""


def needs() -> None:
    """Prove that a session could be started on this machine.

    Raises:
        EngineError: pyspark or Java is missing; says how to get it.
    """
    if find_spec("pyspark") is None:
        raise EngineError(f"Spark：没有安装扩展 yanglao[spark]（缺 pyspark）。{REMEDY}")
    home = os.environ.get("JAVA_HOME")
    program = str(Path(home) / "bin" / "java") if home else shutil.which("java")
    if program is None or not os.access(program, os.X_OK):
        where = f"JAVA_HOME 所指的 {home} 里" if home else "本机"
        raise EngineError(f"Spark：{where}没有 Java。请让管理员运行 apt-get install -y --no-install-recommends {JAVA}")


def read_settings(given: Sequence[str]) -> dict[str, str]:
    """`name=value` texts as settings of a session.

    Raises:
        EngineError: one of them is no setting, or would change what an answer is.
    """
    found: dict[str, str] = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals or not re.fullmatch(r"spark\.[A-Za-z0-9_.\-]+", name.strip()):
            raise EngineError(f"--conf “{text}”：不是 Spark 的设置，请写如 spark.executor.memory=4g")
        if name.strip() in MEANING:
            raise EngineError(f"--conf {name.strip()}：这项设置关系到结果是否与 DuckDB 相同，不能改。请去掉它")
        found[name.strip()] = value.strip()
    return found


class Cluster:
    """An open session: relations are shown to it as Parquet, selects written by it as Parquet."""

    def __init__(self, session: Any, master: str, folder: Path) -> None:
        self._session, self._master, self._folder = session, master, folder
        self._written = 0

    def show(self, name: str, columns: Mapping[str, str], files: Sequence[Path], *, partitioned: bool = False) -> None:
        """Let selects read these Parquet files (or folders of them) as `schema.name` or `name`; types as DuckDB's.

        Args:
            partitioned: the files lie in folders such as `month=2026-10-01`, whose names say a column.

        Raises:
            EngineError: a file is not there or has other columns.
        """
        schema = ", ".join(f"`{column}` {spark_type(kind)}" for column, kind in columns.items())
        with self._told(name):
            if not files:
                empty = ", ".join(f"cast(null as {spark_type(kind)}) as `{column}`" for column, kind in columns.items())
                self._session.sql(f"select {empty} where false").createOrReplaceTempView(_view(name))
                return
            reader = self._session.read.schema(schema)
            if partitioned:
                reader = reader.option("basePath", _place(_root(files[0])))
            reader.parquet(*map(_place, files)).createOrReplaceTempView(_view(name))

    def write(self, name: str, sql: str, into: Path) -> int:
        """Compute a DuckDB select into Parquet in the folder `into`, and let later selects read it as `name`; its rows.

        Raises:
            EngineError: the cluster cannot compute it; names the relation and the reason.
        """
        last = _view(name)
        for step in dialect.steps(last, sql):
            is_last = step.name == last
            place = into if is_last else self._folder / f"step-{self._written:03d}"
            self._written += 1
            with self._told(name):
                self._session.sql(step.sql).write.mode("overwrite").parquet(_place(place))
                found = self._session.read.parquet(_place(place))
                found.createOrReplaceTempView(step.name)
                if is_last:
                    return found.count()
        raise AssertionError("a select has a last step")

    def view(self, name: str, sql: str) -> None:
        """Let later selects read a DuckDB select as `name`; computed at each place that reads it."""
        *before, last = dialect.steps(_view(name), sql)
        with self._told(name):
            if before:
                raise EngineError(f"{name}：这条语句要分几步，不能只作视图")
            self._session.sql(last.sql).createOrReplaceTempView(_view(name))

    @contextmanager
    def _told(self, name: str) -> Iterator[None]:
        """Failures of the cluster in our words."""
        from py4j.protocol import Py4JError, Py4JNetworkError
        from pyspark.errors import PySparkException

        try:
            yield
        except (Py4JNetworkError, ConnectionError) as error:
            raise EngineError(
                f"Spark {self._master}：计算 {name} 时与驱动进程断开。多为内存不足，"
                "请用 --conf spark.driver.memory=4g 加大后重试；现行批次没有改动"
            ) from error
        except (PySparkException, Py4JError) as error:
            raise EngineError(
                f"Spark {self._master}：不能计算 {name}（{reason_of(error)}）。"
                "请检查集群与交换目录后重试，或改用 --engine duckdb；现行批次没有改动"
            ) from error


@contextmanager
def opened(master: str, folder: Path, *, settings: Mapping[str, str] | None = None) -> Iterator[Cluster]:
    """A session on `master`, ended at the end; `folder` is where steps are written, seen by all its machines.

    Raises:
        EngineError: pyspark or Java is missing, the master cannot be reached, or no worker takes the job.
    """
    needs()
    reached(master)
    log = folder / "spark.log"
    session = _session(master, folder, settings or {}, log)
    try:
        _has_workers(session, master)
        yield Cluster(session, master, folder)
    finally:
        with _quiet(log), suppress(Exception):
            session.stop()


def spark_type(kind: str) -> str:
    """The type Spark reads a declared column as."""
    return TYPES.get(kind, kind)


def reason_of(error: BaseException) -> str:
    """The innermost reason of a failure on the cluster, in one line."""
    text = str(error)
    for words, reason in _KNOWN.items():
        if words in text:
            return reason
    causes = re.findall(r"Caused by: ([^\n]+)", text)
    line = causes[-1] if causes else next((line for line in text.splitlines() if line.strip()), type(error).__name__)
    return line.strip()[:300]


_MEMORY_ZH = "内存不足，请用 --conf spark.executor.memory=4g（本机 local 用 spark.driver.memory）加大"
_KNOWN = {
    "is not a Parquet file": "有的 Parquet 文件已损坏",
    "CANNOT_READ_FILE_FOOTER": "有的 Parquet 文件已损坏",
    "FAILED_READ_FILE": "有的 Parquet 文件读不出，已损坏或缺失",
    "No space left": "磁盘已满",
    "OutOfMemoryError": _MEMORY_ZH,
    "Could not allocate memory": _MEMORY_ZH,
    "PATH_NOT_FOUND": "有的 Parquet 文件不在",
    "Permission denied": "没有权限",
}


def reached(master: str) -> None:
    """Prove that one of the masters named answers; only a standalone cluster is named by address.

    Raises:
        EngineError: none does, or this is no name of a master.
    """
    if not re.fullmatch(r"local(\[[\w*, ]+\])?|spark://.+|yarn|k8s://.+", master):
        raise EngineError(f"--master “{master}”：写法不对，请写如 spark://10.1.2.3:7077、yarn 或 local[2]")
    if not master.startswith("spark://"):
        return
    problems = []
    for address in master.removeprefix("spark://").split(","):
        host, _, port = address.strip().rpartition(":")
        if not host or not port.isdigit() or not 0 < int(port) < 65536:
            raise EngineError(f"--master “{master}”：写法不对，请写如 spark://10.1.2.3:7077")
        try:
            with socket.create_connection((host.strip("[]"), int(port)), timeout=REACHED_SECONDS):
                return
        except OSError as error:
            problems.append(f"{address.strip()} {_UNREACHED.get(type(error), '连不上')}")
    raise EngineError(
        f"Spark {master}：主节点没有应答（{'；'.join(problems)}）。请检查地址与主节点是否在运行，或改用 --engine duckdb"
    )


_UNREACHED = {ConnectionRefusedError: "拒绝连接", TimeoutError: "超时没有应答", socket.gaierror: "没有这个主机名"}


def _session(master: str, folder: Path, settings: Mapping[str, str], log: Path) -> Any:
    chosen = {**WAY, **_of_place(master, folder), **settings, **MEANING}
    # A session looks for Python on its path for functions of its own; none of ours runs there.
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    with _quiet(log), warnings.catch_warnings():
        # pyspark warns of newer companions that nothing here uses.
        warnings.simplefilter("ignore")
        from pyspark.sql import SparkSession

        builder = SparkSession.builder.master(master).appName("yanglao")
        for name, value in chosen.items():
            builder = builder.config(name, value)
        try:
            session = builder.getOrCreate()
        except Exception as error:
            raise EngineError(
                f"Spark {master}：不能开始（{_last_reason(log) or reason_of(error)}）。请检查集群后重试，或改用 --engine duckdb"
            ) from error
    session.sparkContext.setLogLevel("ERROR")
    return session


def _of_place(master: str, folder: Path) -> dict[str, str]:
    """Settings that follow from where the master is."""
    found = {"spark.local.dir": str(folder / "local"), "spark.sql.warehouse.dir": str(folder / "tables")}
    if re.match(r"local|spark://(127\.|localhost|\[?::1)", master):
        # Workers of this machine answer to its loopback address, whatever its name leads to.
        found |= {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}
    return found


def _has_workers(session: Any, master: str) -> None:
    """Wait until a worker has taken the job; without one a job waits for ever."""
    if master.startswith("local"):
        return
    status = session.sparkContext._jsc.sc().statusTracker()
    deadline = time.monotonic() + WORKERS_SECONDS
    while len(status.getExecutorInfos()) < 2:
        if time.monotonic() > deadline:
            memory = session.conf.get("spark.executor.memory")
            raise EngineError(
                f"Spark {master}：{WORKERS_SECONDS} 秒内没有工作节点接受任务（每个要 {memory} 内存）。"
                "请检查工作节点是否在运行、是否空闲，或用 --conf spark.executor.memory=512m 减小"
            )
        time.sleep(0.2)


@contextmanager
def _quiet(log: Path) -> Iterator[None]:
    """Send what Java prints to a file: it inherits our error output, where a person looks for our sentences."""
    sys.stderr.flush()
    kept = os.dup(2)
    try:
        with log.open("ab") as file:
            os.dup2(file.fileno(), 2)
            yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


def _last_reason(log: Path) -> str:
    """The last line of the log that says what went wrong; empty when none does."""
    try:
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    return next((line.strip()[:300] for line in reversed(lines) if re.search(r"Error|Exception|ERROR", line)), "")


def _view(name: str) -> str:
    return name.replace(".", dialect.SEPARATOR)


def _root(file: Path) -> Path:
    """The folder above those whose names say a column."""
    return next(folder for folder in file.absolute().parents if "=" not in folder.name)


def _place(path: Path) -> str:
    """A path as all machines of the cluster write it: of a file system they share, never of HDFS by default."""
    # Spark reads the text after the scheme as it stands, so nothing in it is written in another way.
    return f"file://{path.absolute()}"
