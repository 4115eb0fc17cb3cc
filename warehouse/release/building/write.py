"""The finished relations, written to the file of a release: keys, comments, rows in key order, all on the disk."""

import hashlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import duckdb

from warehouse.cached import read_kept, write_kept
from warehouse.catalog import Catalog
from warehouse.catalog.rules import LAYERS
from warehouse.errors import PublishError, first_line, reason_zh
from warehouse.home import REFRESH_COMMANDS
from warehouse.release.building.fingerprint import quoted

# No reader ever asks by a whole key, so an index over more rows costs and gives nothing: the demonstration grows from 35
# to 63 MB. Above this a key is proven unique and not null, and rows lie in its order.
INDEXED_ROWS = 2_000


def write_file(
    scratch: duckdb.DuckDBPyConnection,
    catalog: Catalog,
    path: Path,
    row_counts: Mapping[str, int],
    tell: Callable[[int], None],
    *,
    kind: str,
    laid_out_at: Path | None = None,
) -> None:
    """Write every relation to a new file at `path`, keyed, commented and brought to the disk.

    Args:
        laid_out_at: a file of the cache with what such a file is before there are rows, read and written; without it the
            file is laid out anew.

    Raises:
        PublishError: the file cannot be written (disk full, no right).
    """
    try:
        _lay_out(scratch, path, list(_definitions(catalog, row_counts)), laid_out_at)
        tell(7)
        _fill(scratch, catalog, path)
        tell(8)
        with path.open("rb") as file:
            os.fsync(file.fileno())
    except (duckdb.Error, OSError) as error:
        raise PublishError(
            f"批次文件 {path}：写入失败（{_write_reason(error)}）。"
            f"请检查磁盘空间与权限后重新运行 {REFRESH_COMMANDS[kind]}；现行批次没有改动"
        ) from error


def _lay_out(
    scratch: duckdb.DuckDBPyConnection, path: Path, definitions: Sequence[str], laid_out_at: Path | None
) -> None:
    """Make the file with its tables, keys and comments: a copy of an earlier one with the same, or by all statements.

    Some hundred comments take as long as the rest of a small build. What is kept carries a digest over the statements.
    """
    asked = hashlib.sha256("\n".join((duckdb.__version__, *definitions)).encode()).digest()
    kept = _laid_out.get(asked) or (read_kept(laid_out_at) if laid_out_at else None) or b""
    if kept.startswith(asked):
        path.write_bytes(kept.removeprefix(asked))
        _remember(asked, kept)
        return
    scratch.execute(f"attach {_literal(str(path))} as release")
    # One transaction for several hundred small statements: each commit of its own would wait for the disk. `comment on`
    # takes no parameters; one text for all of them is parsed in a third of the time.
    scratch.execute("begin")
    scratch.execute(";\n".join(definitions))
    scratch.execute("commit")
    scratch.execute("checkpoint release")
    scratch.execute("detach release")
    kept = asked + path.read_bytes()
    _remember(asked, kept)
    if laid_out_at:
        # A cache that cannot be written costs only time.
        with suppress(OSError):
            write_kept(laid_out_at, kept)


_laid_out: dict[bytes, bytes] = {}


def _remember(asked: bytes, kept: bytes) -> None:
    """Keep the one of the last build for the next of this process."""
    _laid_out.clear()
    _laid_out[asked] = kept


def _fill(scratch: duckdb.DuckDBPyConnection, catalog: Catalog, path: Path) -> None:
    """Copy the finished relations into the laid-out file in key order, in one transaction."""
    scratch.execute(f"attach {_literal(str(path))} as release")
    scratch.execute("begin")
    for name, relation in catalog.relations.items():
        order = ", ".join(quoted(column) for column in row_order(relation.key))
        scratch.execute(f"insert into release.{name} select * from {name} order by {order}")
    scratch.execute("commit")
    scratch.execute("checkpoint release")
    scratch.execute("detach release")


def row_order(key: Sequence[str]) -> list[str]:
    """The columns rows are sorted by: the key, its indicator first.

    Pages ask for one indicator of many areas, or a few of one; sorted so, ten million rows answer in 1 to 8 ms, and
    only the blocks of that indicator are read.
    """
    return sorted(key, key=lambda column: column != "indicator_code")


def _definitions(catalog: Catalog, row_counts: Mapping[str, int]) -> Iterator[str]:
    """The statements that make the file: schemas, tables with their keys, comments."""
    for layer in LAYERS:
        yield f"create schema release.{layer}"
    for name, relation in catalog.relations.items():
        definitions = [
            f"{quoted(column.name)} {column.type}{' not null' if column.name in relation.key else ''}"
            for column in relation.columns
        ]
        if row_counts[name] <= INDEXED_ROWS:
            definitions.append(f"primary key ({', '.join(quoted(column) for column in relation.key)})")
        yield f"create table release.{name} ({', '.join(definitions)})"
    for name, relation in catalog.relations.items():
        yield f"comment on table release.{name} is {_literal(f'{relation.label_zh}：{relation.grain_zh}')}"
        for column in relation.columns:
            yield f"comment on column release.{name}.{quoted(column.name)} is {_literal(column.comment_zh)}"


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _write_reason(error: Exception) -> str:
    """Why the file could not be written; DuckDB repeats the system's words somewhere in its own."""
    if isinstance(error, OSError):
        return reason_zh(error)
    known = {"No space left": "磁盘已满", "quota": "磁盘配额用完", "File too large": "超出允许的文件大小"}
    return next((reason for words, reason in known.items() if words in str(error)), first_line(error))
