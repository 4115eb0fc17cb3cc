"""The far side of an ad-hoc query: opens the release, locks it, asks the gate, runs. Only inside the worker.

Large pages of values are read here as well, from the release that is open already.

The settings are made in the order in which DuckDB accepts them: folders and extensions at connecting, external access
off once the file is open, the lock last.
"""

import hashlib
import io
import os
import time
from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from warehouse.errors import QueryRefused
from warehouse.query.failure import ENGINE_ERRORS, failure
from warehouse.query.gate import check_statement
from warehouse.query.help.hints import cautions
from warehouse.query.help.refusals import allowed_functions, shortened
from warehouse.query.help.session import SESSION_SQL
from warehouse.release.file import WITHOUT_FAULTY_STEP
from warehouse.worker.server import granted_memory_mb

if TYPE_CHECKING:
    from warehouse.read.value.value_pages import ValuePage

MAX_COLUMNS = 500
MAX_RESULT_BYTES = 64 << 20
SCRATCH_MB = 4096
"""What one query may write beside its memory, in all and in one file."""

COUNT_SECONDS = 3.0
"""How long rows beyond the limit are counted, so that the page can say how many there are."""

PARALLEL_ROWS = 20_000_000
"""From so many rows on, in all relations it reads together, a statement gets all cores. Below, one thread is enough, and
the same statement gives the same answer to the last digit: sums of doubles depend on their order."""

BATCH_ROWS = 8192
READY_RELEASES = 2
LAST_SETTING = "set lock_configuration = true"
_REHEARSAL = """
select area_id, name_zh, sort_order, sort_order / 2 as half, current_date as day, count(*) over () as rows
from core.dim_area
where level_code = 'unit'
order by sort_order
limit 100
"""
_PLAIN_TYPES = {
    *("boolean", "tinyint", "smallint", "integer", "bigint", "hugeint", "utinyint", "usmallint", "uinteger", "ubigint"),
    *("float", "double", "decimal", "varchar", "date", "timestamp", "timestamp_s", "timestamp_ms", "timestamp_ns"),
    *("timestamp with time zone", "time", "uuid"),
}
"""Types that every table, chart and file can show; all others arrive as the text DuckDB prints for them."""

_LISTS = {f"{name}[]" for name in ("boolean", "integer", "bigint", "double", "varchar", "date")}
"""Lists that stay lists: in JSON, on the screen, in Parquet; a file of plain cells joins them."""


_ready: dict[str, tuple[str, duckdb.DuckDBPyConnection]] = {}
"""Releases opened before the fork, with the marks of their files. A child has a copy and uses it up; nothing it
does reaches the original.
"""


def open_for_reading(path: str) -> duckdb.DuckDBPyConnection:
    """A connection that only reads this release, on one thread. It is not closed off yet: see `lock`."""
    connection = duckdb.connect(
        path,
        read_only=True,
        config={
            "threads": 1,
            "async_threads": 0,
            "temp_directory": "",
            "max_temp_directory_size": "0B",
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        },
    )
    _set(
        connection,
        SESSION_SQL,
        "set TimeZone = 'Asia/Shanghai'",
        "set search_path = 'core,mart,meta'",
        "set errors_as_json = true",
        "set enable_progress_bar = false",
    )
    return connection


def make_ready(path: str, mark: str) -> None:
    """Open a release in the forking process, so that the next queries find it open: it is what costs most of them.

    Args:
        mark: changes with the file. One that was replaced since is opened anew, and the old one is closed before: the
            engine would answer from what it has open under that path.
    """
    if path in _ready:
        known, connection = _ready[path]
        if known == mark:
            return
        del _ready[path]
        connection.close()
    _ready[path] = mark, open_for_reading(path)
    for old in list(_ready)[:-READY_RELEASES]:
        _ready.pop(old)[1].close()


def _taken(path: str) -> duckdb.DuckDBPyConnection:
    """The release made ready, or opened now."""
    return _ready.pop(path)[1] if path in _ready else open_for_reading(path)


def rehearse(path: str, mark: str) -> None:
    """Go once through what every query does, on the release made ready, so that the next one finds it all in memory.

    In a child that waits for its job: what it touches is copied now instead of while somebody waits.
    """
    _, connection = _ready[path]
    allowed = check_statement(_REHEARSAL, relations=_known(connection), connection=connection)
    _fetch(connection, allowed.sql, {}, rows=1_000, until=time.monotonic() + 1)


def lock(connection: duckdb.DuckDBPyConnection, *, seconds: float, memory_mb: int, scratch: str = "") -> None:
    """As `close_off`; and no setting can be changed after."""
    close_off(connection, seconds=seconds, memory_mb=memory_mb, scratch=scratch)
    _set(connection, LAST_SETTING)


def close_off(connection: duckdb.DuckDBPyConnection, *, seconds: float, memory_mb: int, scratch: str = "") -> None:
    """The limits of this one query: no files, no network, so much time and memory.

    Args:
        scratch: a folder of this query's own for what does not fit into its memory; without one it is stopped there.
    """
    if scratch:
        # Only while files are still allowed at all may a folder be named.
        folder = scratch.replace("'", "''")
        _set(
            connection,
            f"set temp_directory = '{folder}'",
            f"set max_temp_directory_size = '{SCRATCH_MB}MB'",
        )
    _set(
        connection,
        "set enable_external_access = false",
        f"set memory_limit = '{memory_mb}MB'",
        f"set global max_execution_time = {max(1, int(seconds * 1000))}",
    )


def _set(connection: duckdb.DuckDBPyConnection, *statements: str) -> None:
    for statement in statements:
        connection.execute(statement).fetchall()


def prepare() -> None:
    """Do once, before jobs are forked, what every query would do first: load lists, find code, make an Arrow table."""
    allowed_functions()
    with duckdb.connect(":memory:", config={"threads": 1, "async_threads": 0}) as connection:
        connection.execute("set TimeZone = 'Asia/Shanghai'").fetchall()
        check_statement("select 1 as a", relations={}, connection=connection)
        _ipc(connection.sql("select 1 as a, 'b' as b, current_date as c").to_arrow_table())


def run(path: str, sql: str, parameters: dict, *, rows: int, seconds: float, scratch: str = "") -> dict:
    """One statement's answer as plain data.

    Returns:
        `ipc` (Arrow stream of at most `rows` rows), `columns` (name, type), `row_count` (None when counting took too
        long), `truncated`, `seconds`, `hash`, `is_volatile`, `threads`, `kind`, `relations`, `cautions`; or why there is
        none, see `warehouse.query.failure.failure`.

    Raises:
        QueryRefused: the gate's or the limits' refusal.
    """
    memory_mb = max(64, (granted_memory_mb() or 512) - 128)
    started = time.monotonic()
    connection = _taken(path)
    allowed, bound = None, {}
    try:
        close_off(connection, seconds=seconds, memory_mb=memory_mb, scratch=scratch)
        allowed = check_statement(sql, relations=_known(connection), connection=connection)
        read_rows, threads = _size(connection, allowed.relations)
        _set(connection, *([f"set threads = {threads}"] if threads > 1 else []), LAST_SETTING)
        missing = [name for name in allowed.parameters if name not in parameters]
        if missing:
            named = "、".join(":" + shortened(name) for name in missing)
            raise QueryRefused(f"参数 {named} 还没有值。请填写后再运行")
        bound = {name: parameters[name] for name in allowed.parameters}
        answer = _fetch(connection, allowed.sql, bound, rows=rows, until=started + seconds)
    except ENGINE_ERRORS as error:
        return failure(connection, error, sql=sql, allowed=allowed, bound=bound, path=path)
    finally:
        if not granted_memory_mb():  # a worker's child ends now anyway, and sooner without taking leave
            connection.close()
    return {
        **answer,
        "seconds": time.monotonic() - started,
        "is_volatile": allowed.is_volatile or allowed.sql.lower().startswith("explain analyze"),
        "threads": threads,
        "kind": allowed.kind,
        "relations": list(allowed.relations),
        "cautions": [*cautions(sql), *_of_many_threads(read_rows, threads), *answer.pop("cautions")],
    }


def _size(connection: duckdb.DuckDBPyConnection, relations: tuple[str, ...]) -> tuple[int, int]:
    """Rows of these relations together, and how many threads a statement over them gets."""
    rows = connection.execute(
        "select coalesce(sum(estimated_size), 0)::bigint from duckdb_tables()"
        " where schema_name || '.' || table_name in (select unnest($relations))",
        {"relations": list(relations)},
    ).fetchall()[0][0]
    return rows, (os.cpu_count() or 1) if rows >= PARALLEL_ROWS else 1


def _of_many_threads(rows: int, threads: int) -> list[str]:
    if threads == 1:
        return []
    return [
        f"所读的表共{rows:,}行，由{threads}个线程一起算：没有写 order by 的行序、小数合计的末位，再运行一次可能不同。"
    ]


def value_page(path: str, release_id: str, header: dict, asked: dict) -> "ValuePage":
    """As `warehouse.read.value.value_pages.value_page`, of the release in this file.

    Here and not with the pages, because whatever reads a release in the worker has to take the one made ready: DuckDB
    opens no file twice with two sets of settings in one process.
    """
    # Not before the fork: these bring threads along.
    from warehouse.read import Release
    from warehouse.read.value.value_pages import value_page as made

    connection = _taken(path)
    _set(connection, f"set {WITHOUT_FAULTY_STEP}")
    release = Release(release_id=release_id, kind_code=header["kind_code"], header=header, _connection=connection)
    return made(release, **asked)


def _known(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """`schema.name` of every relation of the release, with its Chinese name."""
    return dict(connection.execute("select relation, label_zh from meta.relation").fetchall())


def _fetch(connection: duckdb.DuckDBPyConnection, sql: str, bound: dict, *, rows: int, until: float) -> dict:
    relation = connection.sql(sql, params=bound or None)
    if len(relation.columns) > MAX_COLUMNS:
        raise QueryRefused(f"结果有{len(relation.columns)}列，超过上限{MAX_COLUMNS}列。请只选要用的列")
    names = _unique(relation.columns)
    types = [str(kind) for kind in relation.types]
    if any(not _is_plain(kind) for kind in types):
        columns = [
            f"#{position}" if _is_plain(kind) else f"#{position}::varchar"
            for position, kind in enumerate(types, start=1)
        ]
        relation = relation.project(", ".join(columns))
    kept, row_count, truncated = _read(relation.to_arrow_reader(BATCH_ROWS), rows=rows, until=until)
    table = pa.Table.from_batches(kept).rename_columns(names) if kept else None
    if table is None:
        table = pa.table({name: pa.array([], pa.string()) for name in names})
    table = pa.table([_showable(column) for column in table.columns], names=names)
    return {
        "ipc": _ipc(table),
        "columns": [(name, kind) for name, kind in zip(names, types, strict=True)],
        "row_count": row_count,
        "truncated": truncated,
        "hash": table_hash(table),
        "cautions": _not_finite(table),
    }


def _not_finite(table: pa.Table) -> list[str]:
    """A sentence for each column that holds infinity or NaN: DuckDB divides by zero without a word."""
    told = []
    for name, column in zip(table.column_names, table.columns, strict=True):
        if pa.types.is_floating(column.type):
            wrong = pc.sum(pc.invert(pc.is_finite(column))).as_py() or 0
            if wrong:
                told.append(
                    f"列 {shortened(name)} 有{wrong:,}个值是无穷大或非数（多半除以了零），合计与平均会被带偏；"
                    "请写 分子 / nullif(分母, 0)。"
                )
    return told[:3]


def _is_plain(kind: str) -> bool:
    name = kind.lower()
    return name.partition("(")[0] in _PLAIN_TYPES or name in _LISTS


def _unique(names: list[str]) -> list[str]:
    """Column names, the second `a` called `a_2`."""
    seen: dict[str, int] = {}
    unique = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        candidate = name if seen[name] == 1 else f"{name}_{seen[name]}"
        while candidate in unique:
            candidate += "_"
        unique.append(candidate)
    return unique


def _read(reader: pa.RecordBatchReader, *, rows: int, until: float) -> tuple[list[pa.RecordBatch], int | None, bool]:
    """The first `rows` rows, the number of all of them (None when unknown), whether some were left out."""
    kept: list[pa.RecordBatch] = [pa.RecordBatch.from_pylist([], schema=reader.schema)]
    count = size = room = 0
    counting_until = None
    for batch in reader:
        room = rows - sum(each.num_rows for each in kept)
        if counting_until is None:
            part = batch.slice(0, room)
            kept.append(part)
            size += part.nbytes
            if size > MAX_RESULT_BYTES:
                rows = _fit(kept, size)
        count += batch.num_rows
        if count > rows:
            counting_until = counting_until or min(until - 0.3, time.monotonic() + COUNT_SECONDS)
            if time.monotonic() > counting_until:
                return kept, None, True
    return kept, count, count > rows


def _fit(kept: list[pa.RecordBatch], size: int) -> int:
    """Cut the last batch so that all fit the size of a result; returns the rows that remain."""
    last = kept[-1]
    share = max(0.0, 1 - (size - MAX_RESULT_BYTES) / max(1, last.nbytes))
    kept[-1] = last.slice(0, int(last.num_rows * share))
    rows = sum(each.num_rows for each in kept)
    if rows == 0:
        raise QueryRefused(f"单行就超过结果上限{MAX_RESULT_BYTES >> 20}MB。请缩短文字列，如 left(列, 1000)")
    return rows


def _showable(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Whole numbers too wide for 64 bits as such or as text; dates no calendar here can show as text."""
    kind = column.type
    if pa.types.is_decimal(kind) and kind.scale == 0:
        try:
            return column.cast(pa.int64())
        except pa.ArrowInvalid:
            return column.cast(pa.string())
    if pa.types.is_null(kind):
        return column.cast(pa.string())
    if pa.types.is_date(kind) or pa.types.is_timestamp(kind):
        low, high = _calendar(kind)
        numbers = column.cast(pa.int32() if pa.types.is_date32(kind) else pa.int64())
        bounds = pc.min_max(numbers)
        if bounds["min"].is_valid and (bounds["min"].as_py() < low or bounds["max"].as_py() > high):
            inside = pc.and_(pc.greater_equal(numbers, low), pc.less_equal(numbers, high))
            safe = pc.if_else(inside, numbers, 0).cast(kind)
            return pc.if_else(inside, safe.cast(pa.string()), "超出公历0001—9999年")
    return column


def _calendar(kind: pa.DataType) -> tuple[int, int]:
    """The first and last moment of the years 1 to 9999 in this type's own units since 1970."""
    days = (-719_162, 2_932_896)
    if pa.types.is_date32(kind):
        return days
    unit = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}[kind.unit]
    largest = 2**63 - 1
    return max(-largest, days[0] * 86_400 * unit), min(largest, (days[1] + 1) * 86_400 * unit - 1)


def _ipc(table: pa.Table) -> bytes:
    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue()


def table_hash(table: pa.Table) -> str:
    """SHA-256 over names, types and every value in order; the same rows give the same hash, whatever their batches."""
    digest = hashlib.sha256()
    for name, column in zip(table.column_names, table.columns, strict=True):
        digest.update(f"{name}\0{column.type}\0{len(column)}\0".encode())
        flat = pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], column.type)
        if isinstance(flat, pa.DictionaryArray):
            flat = flat.dictionary_decode()
        for part in _canonical(flat):
            digest.update(part)
    return digest.hexdigest()


def _canonical(values: pa.Array) -> list[bytes | memoryview]:
    """The bytes of a column without what Arrow leaves undefined: padding, offsets, values under a null."""
    if pa.types.is_string(values.type) or pa.types.is_binary(values.type) or pa.types.is_large_string(values.type):
        filled = pa.concat_arrays([pc.fill_null(values.cast(pa.large_binary()), b"")])
        lengths = pc.binary_length(filled).cast(pa.int64())
        return [_mask(values), lengths.to_numpy(zero_copy_only=False).tobytes(), _joined(filled)]
    if pa.types.is_boolean(values.type):
        values = values.cast(pa.int8())
    if pa.types.is_decimal(values.type) or pa.types.is_time(values.type) or pa.types.is_list(values.type):
        return [_mask(values), "\0".join(map(str, values.to_pylist())).encode()]
    if pa.types.is_temporal(values.type):
        values = values.cast(pa.int32() if pa.types.is_date32(values.type) else pa.int64())
    return [_mask(values), pc.fill_null(values, 0).to_numpy(zero_copy_only=False).tobytes()]


def _joined(values: pa.LargeBinaryArray) -> bytes | memoryview:
    """All values one after the other, as they lie in memory: no object is made for any of them."""
    _, offsets, content = values.buffers()
    if not len(values) or content is None:
        return b""
    places = memoryview(offsets).cast("q")
    first, last = places[values.offset], places[values.offset + len(values)]
    return memoryview(content)[first:last]


def _mask(values: pa.Array) -> bytes:
    return pc.is_null(values).to_numpy(zero_copy_only=False).tobytes()
