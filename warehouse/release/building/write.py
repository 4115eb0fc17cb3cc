"""The finished relations, written to the file of a release: keys, comments, rows in key order, all on the disk."""

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import duckdb

from warehouse.cached import read_kept, write_kept
from warehouse.catalog import Catalog, Relation
from warehouse.catalog.rules import LAYERS
from warehouse.errors import PublishError, first_line, reason_zh
from warehouse.home import REFRESH_COMMANDS
from warehouse.release.building.fingerprint import quoted, row_counts
from warehouse.release.file import end_writing, file_form

# No reader ever asks by a whole key, so an index over more rows costs and gives nothing: in the demonstration 28 MB. Above
# this a key is proven unique and not null, and rows lie in its order.
INDEXED_ROWS = 2_000


@contextmanager
def writing(
    scratch: duckdb.DuckDBPyConnection,
    catalog: Catalog,
    path: Path,
    tell: Callable[[], None],
    *,
    later: Collection[str],
    kind: str,
    laid_out_at: Path | None = None,
) -> Iterator[Callable[[], None]]:
    """Write every relation to a new file at `path`, keyed and commented; most of them while others are worked on.

    A thread of its own copies what is finished: that takes as long as all that is told of it.

    Args:
        tell: called when the file is laid out and its rows begin to be written.
        later: relations that are filled meanwhile; none of the others may change from now on.
        laid_out_at: a file of the cache with what such a file is before there are rows, read and written; without it the
            file is laid out anew.

    Returns:
        What writes the `later` ones and brings the file to the disk. Whatever is raised before, no file is left.

    Raises:
        PublishError: the file cannot be written (disk full, no right); when it begins, or when it ends.
    """
    early = [name for name in catalog.relations if name not in later]
    later = [name for name in catalog.relations if name in later]
    counts = row_counts(scratch, early)
    keyed, form = _keyed(counts), file_form(sum(counts.values()))
    # A connection of its own, since one does one thing at a time.
    with closing(scratch.cursor()) as cursor, ThreadPoolExecutor(1) as thread:
        try:
            with _refused(path, kind):
                _lay_out(cursor, path, list(_definitions(catalog, keyed)), laid_out_at, form)
                cursor.execute(f"attach {_literal(str(path))} as release ({form})")
            tell()
            begun = thread.submit(_fill, cursor, catalog, early)

            def finish() -> None:
                with _refused(path, kind):
                    begun.result()
                    _fill(cursor, catalog, later, keyed=_keyed(row_counts(scratch, later)))
                    cursor.execute("checkpoint release")
                    cursor.execute("detach release")
                    end_writing(path)

            yield finish
        except BaseException:
            # What was begun is no release, and nobody waits for the rest of it.
            cursor.interrupt()
            for left in (path, path.with_name(f"{path.name}.wal")):
                with suppress(OSError):
                    left.unlink()
            raise


@contextmanager
def _refused(path: Path, kind: str) -> Iterator[None]:
    """Say of whatever goes wrong in between that, and why, the file could not be written."""
    try:
        yield
    except (duckdb.Error, OSError) as error:
        raise PublishError(
            f"批次文件 {path}：写入失败（{_write_reason(error)}）。"
            f"请检查磁盘空间与权限后重新运行 {REFRESH_COMMANDS[kind]}；现行批次没有改动"
        ) from error


def _keyed(counts: Mapping[str, int]) -> list[str]:
    """Those that get an index over their key, of relations and their numbers of rows."""
    return [name for name, count in counts.items() if count <= INDEXED_ROWS]


def _lay_out(
    scratch: duckdb.DuckDBPyConnection, path: Path, definitions: Sequence[str], laid_out_at: Path | None, form: str
) -> None:
    """Make the file with its tables, keys and comments: a copy of an earlier one with the same, or by all statements.

    Some hundred comments take as long as the rest of a small build. What is kept carries a digest over the statements.
    """
    asked = hashlib.sha256("\n".join((duckdb.__version__, form, *definitions)).encode()).digest()
    kept = _laid_out.get(asked) or (read_kept(laid_out_at) if laid_out_at else None) or b""
    if kept.startswith(asked):
        path.write_bytes(kept.removeprefix(asked))
        _remember(asked, kept)
        return
    scratch.execute(f"attach {_literal(str(path))} as release ({form})")
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


def _fill(
    cursor: duckdb.DuckDBPyConnection, catalog: Catalog, names: Iterable[str], *, keyed: Collection[str] = ()
) -> None:
    """Copy these relations into the laid-out file in key order, in one transaction; and give some of them their key."""
    cursor.execute("begin")
    for name in names:
        order = ", ".join(quoted(column) for column in row_order(catalog.relations[name].key))
        cursor.execute(f"insert into release.{name} select * from memory.{name} order by {order}")
    for name in keyed:
        cursor.execute(f"alter table release.{name} add {_key(catalog.relations[name])}")
    cursor.execute("commit")


def row_order(key: Sequence[str]) -> list[str]:
    """The columns rows are sorted by: the key, its indicator first.

    Pages ask for one indicator of many areas, or a few of one; sorted so, ten million rows answer in 1 to 8 ms, and
    only the blocks of that indicator are read.
    """
    return sorted(key, key=lambda column: column != "indicator_code")


def _definitions(catalog: Catalog, keyed: Collection[str]) -> Iterator[str]:
    """The statements that make the file: schemas, tables with their keys, comments."""
    for layer in LAYERS:
        yield f"create schema release.{layer}"
    for name, relation in catalog.relations.items():
        definitions = [
            f"{quoted(column.name)} {column.type}{' not null' if column.name in relation.key else ''}"
            for column in relation.columns
        ]
        if name in keyed:
            definitions.append(_key(relation))
        yield f"create table release.{name} ({', '.join(definitions)})"
    for name, relation in catalog.relations.items():
        yield f"comment on table release.{name} is {_literal(f'{relation.label_zh}：{relation.grain_zh}')}"
        for column in relation.columns:
            yield f"comment on column release.{name}.{quoted(column.name)} is {_literal(column.comment_zh)}"


def _key(relation: Relation) -> str:
    return f"primary key ({', '.join(quoted(column) for column in relation.key)})"


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _write_reason(error: Exception) -> str:
    """Why the file could not be written; DuckDB repeats the system's words somewhere in its own."""
    if isinstance(error, OSError):
        return reason_zh(error)
    known = {"No space left": "磁盘已满", "quota": "磁盘配额用完", "File too large": "超出允许的文件大小"}
    return next((reason for words, reason in known.items() if words in str(error)), first_line(error))
