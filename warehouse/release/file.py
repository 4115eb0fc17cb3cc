"""Opening release files, and telling a whole one from a broken one.

The engine is loaded when a file is opened: a refresh that finds nothing new knows the header of its release and opens
none.
"""

import json
import os
import threading
from contextlib import suppress
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from warehouse.cached import read_kept, write_kept
from warehouse.home import plain
from warehouse.release.proof import is_known_damaged, is_sound, seal_of, signature_of

if TYPE_CHECKING:
    import duckdb

# Three headers of 4 KiB stand before the first block of a DuckDB file.
_HEADER_BYTES = 3 * 4096
# What DuckDB says of a file that is held by another program, or that this process may not open just now.
_PASSING = ("set lock", "Permission denied", "Too many open files", "Cannot allocate memory", "Out of Memory")
# What it says of a damaged block: a plain duckdb.Error for a checksum, an IOException for a block that is not there.
_BROKEN = (
    "Corrupt database file", "computed checksum", "Could not read", "could not read", "shorter than its header",
    "Serialization Error",
)  # fmt: skip
# DuckDB 2.0.0 fails with "dict-surviving cache: global dictionary column … changed identity" on some joins of joins,
# and the whole database instance with it; without this step of its optimizer it does not.
WITHOUT_FAULTY_STEP = "disabled_optimizers='column_lifetime'"
_opening = threading.Lock()


def file_form(row_count: int) -> str:
    """How a file for so many rows is laid out, as options of `attach`.

    Half of the relations fit into one block, and every index takes one: the usual blocks of 256 kB leave half of the
    demonstration's file empty. Rows are pressed in groups, one core a group, and the usual groups are larger than most
    relations. Where relations are large, smaller blocks only make scans a quarter slower.
    """
    return "block_size 65536, row_group_size 30720" if row_count <= 2_000_000 else "block_size 262144"


def open_release(path: Path) -> "duckdb.DuckDBPyConnection":
    """A connection that can only read this one file, and whose settings nobody can change.

    Raises:
        duckdb.Error: the file cannot be opened, is not a DuckDB file, or lacks its end.
        OSError: it is no file.
    """
    # All connections of a process to one file share its settings; two that set and lock them at once would collide.
    with _opening:
        return _open(path)


def _open(path: Path) -> "duckdb.DuckDBPyConnection":
    import duckdb

    # The engine would wait for ever for what comes out of a pipe.
    connection = duckdb.connect(
        str(plain(path)),
        read_only=True,
        config={"autoinstall_known_extensions": False, "autoload_known_extensions": False},
    )
    try:
        _check_length(connection, path)
        if connection.execute("select current_setting('lock_configuration')").fetchall()[0][0]:
            # Another part of this process has the file open and has set everything.
            return connection
        for setting in (
            "temp_directory=''",
            "enable_progress_bar=false",
            "global TimeZone='Asia/Shanghai'",
            WITHOUT_FAULTY_STEP,
            "enable_external_access=false",
            "lock_configuration=true",
        ):
            connection.execute(f"set {setting}")
    except BaseException:
        connection.close()
        raise
    return connection


def _check_length(connection: "duckdb.DuckDBPyConnection", path: Path) -> None:
    """DuckDB opens a file whose end is missing and answers from what is left, so the length is checked here."""
    import duckdb

    if path.stat().st_size < _told_length(connection):
        raise duckdb.IOException(f"{path.name} is shorter than its header says")


def _told_length(connection: "duckdb.DuckDBPyConnection") -> int:
    """How many bytes a file has by its own header."""
    ((block_size, total_blocks),) = connection.execute(
        "select block_size, total_blocks from pragma_database_size()"
    ).fetchall()
    return _HEADER_BYTES + block_size * total_blocks


def end_writing(path: Path) -> None:
    """Make a file that was written and closed as long as its header says, and bring it to the disk.

    The engine cuts free blocks off the end after it has written how many blocks there are; whoever opens such a file would
    take its end for missing.

    Raises:
        duckdb.Error: the file cannot be opened.
        OSError: it cannot be written.
    """
    import duckdb

    with duckdb.connect(path, read_only=True) as connection:
        told = _told_length(connection)
    with path.open("r+b") as file:
        if os.fstat(file.fileno()).st_size < told:
            file.truncate(told)
        os.fsync(file.fileno())


def read_header(connection: "duckdb.DuckDBPyConnection") -> dict[str, object]:
    """The one row of meta.release, by column.

    Raises:
        duckdb.Error: there is no such relation.
        LookupError: it has not exactly one row.
    """
    with connection.cursor() as cursor:
        # The instant comes as text: the driver would want another library to hand it over as an instant.
        answer = cursor.execute("select * replace (cast(built_at as varchar) as built_at) from meta.release")
        names = [column[0] for column in answer.description]
        rows = answer.fetchall()
    if len(rows) != 1:
        raise LookupError(f"meta.release has {len(rows)} rows")
    header = dict(zip(names, rows[0], strict=True))
    return header | {"built_at": datetime.fromisoformat(header["built_at"])}


def header_of(path: Path) -> dict[str, object]:
    """The row of meta.release of a release file, by column. Opened once for as long as the file stays the same.

    A header that was kept is believed of a file that is as it was then and has its digest beside it.

    Raises:
        OSError: the file is not there or may not be read.
        duckdb.Error: the file is broken, or another program holds it.
        LookupError: it has not exactly one row in meta.release.
    """
    found = path.stat()
    return dict(_header_at(path, (found.st_ino, found.st_size, found.st_mtime_ns)))


@lru_cache(maxsize=128)
def _header_at(path: Path, signature: tuple[int, int, int]) -> dict[str, object]:
    if (kept := _kept_header(path, signature)) is not None:
        return kept
    connection = open_release(path)
    try:
        return read_header(connection)
    finally:
        connection.close()


def keep_header(path: Path) -> None:
    """Keep the header of a release in the cache, so that the next refresh need not open it; no harm when it cannot."""
    signature, place = signature_of(path), _header_place(path)
    if signature is None or _kept_header(path, signature) is not None:
        return
    header = {name: _written(value) for name, value in header_of(path).items()}
    with suppress(OSError, TypeError):
        place.parent.mkdir(exist_ok=True)
        write_kept(place, json.dumps({"signature": signature, "header": header}).encode())


def _kept_header(path: Path, signature: tuple[int, int, int]) -> dict[str, object] | None:
    content = read_kept(_header_place(path))
    if content is None:
        return None
    try:
        kept = json.loads(content)
        if kept["signature"] != list(signature) or not seal_of(path).exists():
            return None
        return {name: _understood(value) for name, value in kept["header"].items()}
    except (ValueError, LookupError, TypeError, AttributeError):
        return None


def _header_place(path: Path) -> Path:
    """In the cache of the home whose releases it lies among."""
    return path.parent.parent / "cache" / "headers" / f"{path.name}.json"


def _written(value: object) -> object:
    """JSON has no days and no instants: those stand as {kind: text}."""
    return {type(value).__name__: value.isoformat()} if isinstance(value, date) else value


def _understood(value: object) -> object:
    if not isinstance(value, dict):
        return value
    ((kind, text),) = value.items()
    return {"date": date, "datetime": datetime}[kind].fromisoformat(text)


def _engine_error() -> type[Exception]:
    """What the engine raises; asked for only once something was raised."""
    import duckdb

    return duckdb.Error


def is_corruption(error: Exception) -> bool:
    """Whether DuckDB says that the file itself is broken: a block that is not what its checksum says."""
    return isinstance(error, _engine_error()) and any(words in str(error) for words in _BROKEN)


def is_whole(path: Path, release_id: str) -> bool:
    """Whether the file can be opened, has its full length, says that it is this release, and is not known as damaged."""
    try:
        return header_of(path)["release_id"] == release_id and not is_known_damaged(path)
    except (OSError, LookupError):
        return False
    except _engine_error():
        return False


def is_damaged(path: Path, release_id: str) -> bool:
    """Whether the file itself is broken, every byte looked at; False when it only cannot be opened at this moment."""
    try:
        return header_of(path)["release_id"] != release_id or not is_sound(path)
    except LookupError:
        return True
    except OSError:
        return False
    except _engine_error() as error:
        return not any(reason in str(error) for reason in _PASSING)
