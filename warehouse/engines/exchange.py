"""Relations out to Parquet for a cluster, and its results back into a build.

The rows are those of a build before small counts are masked: the exchange folder is for this account and the cluster's
only, and is removed when the build ends, however it ends.
"""

import os
import shutil
import socket
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import duckdb

from warehouse.errors import EngineError, first_line, reason_zh
from warehouse.release.building.fingerprint import quoted

# A relation of more rows is written in several files by indicator, which marts join and count by.
DIVIDED_FROM = 1_000_000
DIVIDED_BY = "indicator_code"
PREFIX = "yanglao-exchange-"


@contextmanager
def exchange_folder(place: Path) -> Iterator[Path]:
    """A folder of this build alone inside `place`, removed at the end; what a dead build left there goes first.

    Raises:
        EngineError: the folder cannot be made.
    """
    try:
        place.mkdir(parents=True, exist_ok=True, mode=0o700)
        _remove_left(place)
        folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{socket.gethostname()}-{os.getpid()}-", dir=place))
    except OSError as error:
        raise EngineError(
            f"交换目录 {place}：不能写入（{reason_zh(error)}）。请检查磁盘空间与权限，或用 --exchange 另指目录"
        ) from error
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _remove_left(place: Path) -> None:
    """Remove what builds of this machine left that are no more; those of other machines are not ours to judge."""
    mine = f"{PREFIX}{socket.gethostname()}-"
    for left in place.glob(f"{mine}*"):
        process = left.name.removeprefix(mine).partition("-")[0]
        if process.isdigit() and not Path(f"/proc/{process}").exists() and Path("/proc/self").exists():
            shutil.rmtree(left, ignore_errors=True)


def hand_out(connection: duckdb.DuckDBPyConnection, name: str, folder: Path) -> list[Path]:
    """Write one relation of a build as Parquet; the files, none for an empty relation.

    Raises:
        EngineError: the folder cannot be written.
    """
    ((count,),) = connection.execute(f"select count(*) from {name}").fetchall()
    if not count:
        return []
    columns = {row[0] for row in connection.execute(f"describe {name}").fetchall()}
    place = folder / name
    divided = ""
    if count >= DIVIDED_FROM and DIVIDED_BY in columns:
        # The column stays in the files: a folder's name is read by each engine in a way of its own.
        divided = f", partition_by ({DIVIDED_BY}), write_partition_columns true"
    else:
        place.mkdir()
        place = place / "part.parquet"
    try:
        connection.execute(f"copy {name} to {literal(place)} (format parquet, compression zstd{divided})")
    except duckdb.Error as error:
        reason = "磁盘已满" if "No space left" in str(error) else first_line(error)
        raise EngineError(f"交换目录 {folder}：写不进 {name}（{reason}）。请检查磁盘空间与权限") from error
    return sorted(place.rglob("*.parquet")) if divided else [place]


def take_back(
    connection: duckdb.DuckDBPyConnection, name: str, columns: Mapping[str, str], folder: Path, *, row_count: int
) -> None:
    """Insert what the cluster wrote into the relation, every column as declared and no row less than it counted.

    Raises:
        EngineError: a file is damaged, missing, or has other columns; nothing of it is published.
    """
    refused = f"交换目录 {folder}：集群写回的 {name} "
    remedy = "没有采用，现行批次没有改动。请重试；再三如此请检查集群与共享盘"
    files = sorted(folder.glob("*.parquet"))
    if not files or not (folder / "_SUCCESS").exists():
        raise EngineError(f"{refused}不完整，{remedy}")
    source = f"read_parquet([{', '.join(map(literal, files))}], hive_partitioning = false)"
    try:
        found = {
            row[0]: _canonical(row[1]) for row in connection.execute(f"describe select * from {source}").fetchall()
        }
        wrong = [column for column, kind in columns.items() if found.get(column) != _canonical(kind)]
        wrong += [column for column in found if column not in columns]
        if wrong:
            raise EngineError(f"{refused}列不符（{'、'.join(wrong)}），{remedy}")
        chosen = ", ".join(quoted(column) for column in columns)
        connection.execute(f"insert into {name} by name select {chosen} from {source}")
        ((count,),) = connection.execute(f"select count(*) from {name}").fetchall()
    except duckdb.Error as error:
        raise EngineError(f"{refused}已损坏（{first_line(error)[:200]}），{remedy}") from error
    if count != row_count:
        raise EngineError(f"{refused}只有 {count} 行，集群计算的是 {row_count} 行，{remedy}")


def _canonical(kind: str) -> str:
    """A type in one spelling: `decimal(14, 2)` and `DECIMAL(14,2)` are one."""
    return kind.lower().replace(" ", "")


def literal(path: Path) -> str:
    """A path as an SQL text."""
    return "'" + str(path).replace("'", "''") + "'"
