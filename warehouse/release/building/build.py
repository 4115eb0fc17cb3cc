"""Build one release file: frames and SQL in, a finished DuckDB file out.

Everything is computed in a scratch database in memory. Small counts are masked there, checks run there, and only then
are the finished tables written to the file: a page of a database file that once held a value may keep its bytes.
"""

import hashlib
import os
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import duckdb
import polars as pl

from warehouse.catalog import Catalog, Relation
from warehouse.desk.counted import Reach
from warehouse.desk.disclosed import HISTORY, STATES
from warehouse.errors import CatalogError, CheckFailed, PublishError, reason_zh
from warehouse.home import REFRESH_COMMANDS
from warehouse.persons import hidden_in
from warehouse.release import shape
from warehouse.release.building import blocks, integrity
from warehouse.release.building.fingerprint import HASH_VERSION, combined, partition_digests, quoted, relation_digests
from warehouse.release.building.handed_frames import check_frames
from warehouse.release.building.known_parts import KnownParts, read_known, write_known
from warehouse.release.building.models import Model, models, read_sql
from warehouse.release.file import WITHOUT_FAULTY_STEP
from warehouse.release.masks.masking import suppress
from warehouse.release.masks.suppress import merge_township_tiers
from warehouse.release.shape import RULES, STEPS, app_version

LAYERS = ("core", "mart", "meta")
# Written by this module from the catalogue and from the build itself.
OWN_RELATIONS = ("meta.release", "meta.relation", "meta.column", "meta.receipt_input", "meta.part_digest")
# What names this very release or follows from the rest; not part of any hash.
UNHASHED = ("meta.release", "meta.part_digest")
# No reader ever asks by a whole key, so an index over more rows costs and gives nothing: the demonstration grows from 35
# to 63 MB. Above this a key is proven unique and not null, and rows lie in its order.
INDEXED_ROWS = 2_000

Progress = Callable[[str, int, int], None]


class Engine(Protocol):
    """What computes the marts of a build in place of the embedded engine, see `warehouse.engines`."""

    def compute(
        self, scratch: duckdb.DuckDBPyConnection, relations: Mapping[str, Relation], marts: Sequence[Model]
    ) -> None:
        """Fill the relations of `marts` in `scratch`, in order, from the others that lie there."""


@dataclass(frozen=True, kw_only=True)
class BuildResult:
    """What was built. Hashes leave out instants; `release_sha256` covers every relation and its SQL.

    states: what it says of each cell that counts persons, to be recorded on the desk when it is published. doubt_zh: why
    more was computed than what changed; empty when it was not.
    """

    content_sha256: str
    release_sha256: str
    row_counts: Mapping[str, int]
    masked_count: int
    states: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=STATES))
    doubt_zh: str = ""


def build(
    path: Path,
    *,
    catalog: Catalog,
    frames: Mapping[str, pl.DataFrame],
    kind: str,
    release_id: str,
    received: Reach | None = None,
    progress: Progress | None = None,
    rules: Path = RULES,
    history: pl.DataFrame | None = None,
    engine: Engine | None = None,
    known_at: Path | None = None,
) -> BuildResult:
    """Write the release `release_id` to `path`, every relation of the catalogue in it, checked, keyed and commented.

    Args:
        path: the file to create, a `.building` name; must not exist.
        frames: relation name to rows, exactly the declared columns; a relation without a frame is empty.
        kind: `real` or `demo`; never mixed.
        received: up to which entry of the desk the frames go.
        rules: folder holding `sql/` and `checks/`; another one only in tests.
        history: what earlier releases of the home said of cells that count persons (`Disclosed.history`).
        engine: who computes the marts; without one they are computed here.
        known_at: a file of the cache with the digests of the last build, read and written, and beside it the blocks of
            its marts; without it everything is made.

    Raises:
        CatalogError: a frame or an SQL file does not fit the declared relations; all of them at once.
        SourceError: a key is empty or doubled.
        CheckFailed: checks found offenders; every one is listed.
        PublishError: the file cannot be written (disk full, no right).
        EngineError: the engine asked cannot be used, or what it answered is damaged.
    """
    tell = _teller(progress)
    computed = {layer: models(rules / "sql" / layer) for layer in ("core", "mart")}
    places = {model.relation: model.place for layer in computed.values() for model in layer}
    check_frames(frames, catalog.relations, computed=places)
    with _in_memory() as scratch:
        tell(0)
        sql_texts = _load(scratch, catalog, _merged(frames))
        tell(1)
        sql_texts |= _compute(scratch, catalog, computed["core"])[0]
        doubt_zh = ""
        tell(2)
        known = read_known(known_at)
        if engine is None:
            # Only of the model that is shipped it is known that its blocks stand alone.
            kept = known_at.with_name("blocks") if known_at and rules == RULES else None
            secret = known.secret if known else ""
            texts, doubt_zh = _compute(scratch, catalog, computed["mart"], kept=kept, secret=secret)
            sql_texts |= texts
        else:
            engine.compute(scratch, catalog.relations, computed["mart"])
            sql_texts |= {model.relation: model.sql for model in computed["mart"]}
        tell(3)
        masked = suppress(scratch, pl.DataFrame(schema=HISTORY) if history is None else history)
        _judge_series(scratch, catalog)
        tell(4)
        _collect_receipts(scratch, catalog, rules / "sql" / "receipt")
        told = {"kind": kind, "release_id": release_id, "received": received or Reach(), "known": known}
        result = _describe(scratch, catalog, sql_texts, masked_count=masked.count, **told)
        tell(5)
        _check(scratch, catalog, rules / "checks", known)
        tell(6)
        try:
            _write_file(scratch, catalog, path, result.row_counts, tell)
        except (duckdb.Error, OSError) as error:
            raise PublishError(
                f"批次文件 {path}：写入失败（{_write_reason(error)}）。"
                f"请检查磁盘空间与权限后重新运行 {REFRESH_COMMANDS[kind]}；现行批次没有改动"
            ) from error
    write_known(known_at, known)
    return replace(result, states=masked.states, doubt_zh=doubt_zh)


@contextmanager
def _in_memory() -> Iterator[duckdb.DuckDBPyConnection]:
    """A database that leaves nothing on the disk: spilled rows would be unmasked rows."""
    scratch = duckdb.connect(
        ":memory:", config={"autoinstall_known_extensions": False, "autoload_known_extensions": False}
    )
    try:
        # A folder name of '' forbids spilling.
        for setting in (
            "temp_directory=''",
            "enable_progress_bar=false",
            "TimeZone='Asia/Shanghai'",
            WITHOUT_FAULTY_STEP,
        ):
            scratch.execute(f"set {setting}")
        yield scratch
    finally:
        scratch.close()


def _check(scratch: duckdb.DuckDBPyConnection, catalog: Catalog, folder: Path, known: KnownParts | None) -> None:
    """Check what is not as it was in the last build that passed the same checks; everything, where none is known."""
    if known is None:
        run_checks(scratch, catalog, folder)
        return
    texts = [read_sql(file) for file in sorted(folder.glob("*.sql"))]
    declared = [(each.relation, each.key, each.columns) for each in catalog.relations.values()]
    parts = (Path(integrity.__file__).read_text(encoding="utf-8"), *texts, repr(declared))
    checks = hashlib.sha256("\n".join(parts).encode()).hexdigest()
    run_checks(scratch, catalog, folder, known.changes(catalog.relations) if known.checks == checks else None)
    known.passed = checks


def run_checks(
    connection: duckdb.DuckDBPyConnection,
    catalog: Catalog,
    folder: Path,
    changes: Mapping[str, Collection[str]] | None = None,
) -> None:
    """Hold keys, references and codes, then every check of `folder`; silence means that all hold.

    Each file is one select of offenders: place_zh, fact_zh, remedy_zh.

    Args:
        changes: partitions that differ, by relation, from a warehouse that passed the same checks; without it nothing
            is taken for granted.

    Raises:
        CheckFailed: lists every offender of every check.
    """
    changes = changes or {}
    problems = [
        f"{place}：{fact}。{remedy}"
        for place, fact, remedy in integrity.offenders(connection, catalog.relations, changes)
    ]
    for file in sorted(folder.glob("*.sql")):
        named = [name for name in catalog.relations if re.search(rf"\b{re.escape(name)}\b", read_sql(file))]
        if named and all(changes.get(name) == set() for name in named):
            continue
        found = connection.sql(read_sql(file)).pl().select("place_zh", "fact_zh", "remedy_zh")
        problems += [f"{place}：{fact}。{remedy}（{file.stem}）" for place, fact, remedy in found.iter_rows()]
    if problems:
        raise CheckFailed(f"核对未通过，共 {len(problems)} 处，不发布；现行批次没有改动：", problems=problems)


def _teller(progress: Progress | None) -> Callable[[int], None]:
    return lambda number: progress(STEPS[number], number, len(STEPS)) if progress else None


def _merged(frames: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """The frames without persons' names and numbers, and with the two highest tiers of townships merged.

    Hardly any township has five people over 100.
    """
    frames = hidden_in(frames)
    observations, areas = frames.get("core.fct_observation"), frames.get("core.dim_area")
    if observations is None or areas is None or observations.is_empty():
        return dict(frames)
    townships = areas.filter(pl.col("level_code") == "township")["area_id"]
    return {**frames, "core.fct_observation": merge_township_tiers(observations, townships)}


def _load(
    scratch: duckdb.DuckDBPyConnection, catalog: Catalog, frames: Mapping[str, pl.DataFrame]
) -> dict[str, str | None]:
    """Create every relation in memory and fill the loaded ones; no SQL text belongs to these."""
    for layer in LAYERS:
        scratch.execute(f"create schema if not exists {layer}")
    for name, relation in catalog.relations.items():
        columns = ", ".join(f"{quoted(column.name)} {column.type}" for column in relation.columns)
        scratch.execute(f"create table {name} ({columns})")
        frame = frames.get(name)
        if frame is not None and frame.height:
            scratch.register("given", frame)
            scratch.execute(f"insert into {name} by name select * from given")
            scratch.unregister("given")
    return dict.fromkeys(catalog.relations)


_fitting: set[tuple[str, str]] = set()
"""Selects this process has held against the declared relations, with those: what they yield depends on nothing else."""


def _compute(
    scratch: duckdb.DuckDBPyConnection,
    catalog: Catalog,
    layer: Sequence[Model],
    *,
    kept: Path | None = None,
    secret: str = "",
) -> tuple[dict[str, str], str]:
    """Run the selects of one layer in order into their relations, with what is kept of the last build; relation to SQL,
    and what of it could not be used."""
    doubt_zh = ""
    declared = repr([(name, each.columns) for name, each in catalog.relations.items()])
    for model in layer:
        try:
            if (model.sql, declared) not in _fitting:
                found = scratch.sql(model.sql)
                columns = dict(zip(found.columns, found.types, strict=True))
                _check_columns(model.place, catalog.relations[model.relation], columns)
                _fitting.add((model.sql, declared))
            if model.relation == blocks.BLOCKED and kept:
                doubt_zh = blocks.fill(
                    scratch, model, catalog.relations, _as_source(model.sql), folder=kept, secret=secret
                )
            else:
                scratch.execute(f"insert into {model.relation} by name {_as_source(model.sql)}")
        except duckdb.Error as error:
            raise CatalogError(f"{model.place}：DuckDB 不能执行：{_first_line(error)}。请更正该文件") from error
    return {model.relation: model.sql for model in layer}, doubt_zh


def _judge_series(scratch: duckdb.DuckDBPyConnection, catalog: Catalog) -> None:
    """Fill mart.series_signal from the masked months."""
    if "mart.series_signal" not in catalog.relations:
        return
    # Imported here: a refresh that finds nothing new builds nothing, and should not wait for numpy.
    from warehouse.series.signals import MONTHS, series_signals

    found = series_signals(scratch.sql(MONTHS).pl(), catalog)
    scratch.register("given", found)
    scratch.execute("insert into mart.series_signal by name select * from given")
    scratch.unregister("given")


def _as_source(select: str) -> str:
    """The select as a sub-query: `insert … by name` takes no leading `with`."""
    return f"select * from (\n{select}\n)"


def _check_columns(place: str, relation, found: Mapping[str, object]) -> None:
    """The select yields exactly the declared columns, each cast to its declared type."""
    declared = {column.name: column.type for column in relation.columns}
    problems = [f"缺列 {name}" for name in declared if name not in found]
    problems += [f"多出列 {name}" for name in found if name not in declared]
    problems += [
        f"列 {name} 是 {found[name]}，应为 {kind}"
        for name, kind in declared.items()
        if name in found and _canonical(str(found[name])) != _canonical(kind)
    ]
    if problems:
        raise CatalogError(
            f"{place}：输出列与 relations.toml 不符，请在该文件中改正（每列都要 cast）：", problems=problems
        )


def _canonical(kind: str) -> str:
    return {"timestamp with time zone": "timestamptz"}.get(kind.lower(), kind.lower())


def _collect_receipts(scratch: duckdb.DuckDBPyConnection, catalog: Catalog, folder: Path) -> None:
    """Union of all receipt selects into meta.receipt_input; the same input named twice counts once."""
    columns = ", ".join(column.name for column in catalog.relations["meta.receipt_input"].columns)
    for file in sorted(folder.glob("*.sql")):
        try:
            scratch.execute(
                f"insert into meta.receipt_input by name select distinct {columns} from (\n{read_sql(file)}\n)"
            )
        except duckdb.Error as error:
            raise CatalogError(
                f"warehouse/sql/receipt/{file.name}：DuckDB 不能执行：{_first_line(error)}。请更正该文件"
            ) from error


def _describe(
    scratch: duckdb.DuckDBPyConnection,
    catalog: Catalog,
    sql_texts: Mapping[str, str | None],
    *,
    kind: str,
    release_id: str,
    received: Reach,
    masked_count: int,
    known: KnownParts | None,
) -> BuildResult:
    """Fill meta.relation, meta.column and meta.release from what was made."""
    columns = [
        (name, column.name, column.type, column.comment_zh, position)
        for name, relation in catalog.relations.items()
        for position, column in enumerate(relation.columns, start=1)
    ]
    _fill(scratch, catalog, "meta.column", columns)
    counts = {name: _one(scratch, f"select count(*) from {name}") for name in catalog.relations}
    parts = partition_digests(
        scratch, catalog.relations, leave_out=lambda name: name in (*UNHASHED, "meta.relation"), known=known
    )
    # One more part for meta.relation itself, which says how many there are.
    counts |= {"meta.relation": len(catalog.relations), "meta.release": 1, "meta.part_digest": len(parts) + 1}
    rows = [
        (name, each.label_zh, each.grain_zh, ",".join(each.key), counts[name], sql_texts[name], number)
        for number, (name, each) in enumerate(catalog.relations.items(), start=1)
    ]
    _fill(scratch, catalog, "meta.relation", rows)
    parts += partition_digests(scratch, catalog.relations, leave_out=lambda name: name != "meta.relation")
    _fill(scratch, catalog, "meta.part_digest", parts)
    digests = relation_digests(catalog.relations, parts)
    content, whole = combined(digests, layer="core"), combined(digests)
    release = {
        "release_id": release_id,
        "kind_code": kind,
        "schema_version": shape.SCHEMA_VERSION,
        "app_version": app_version(),
        "built_at": datetime.now(UTC),
        "content_sha256": content,
        "release_sha256": whole,
        "hash_version": HASH_VERSION,
        "received_number": received.number,
        "received_chain": received.chain,
        "latest_month": _one(scratch, "select max(month) from core.fct_observation"),
        "latest_document_on": _one(scratch, "select max(issued_on) from meta.source where kind_code = 'document'"),
        "note_zh": "演示数据，非真实数据" if kind == "demo" else None,
    }
    names = ", ".join(release)
    scratch.execute(
        f"insert into meta.release ({names}) values ({', '.join('?' * len(release))})", list(release.values())
    )
    return BuildResult(content_sha256=content, release_sha256=whole, row_counts=counts, masked_count=masked_count)


def _fill(scratch: duckdb.DuckDBPyConnection, catalog: Catalog, name: str, rows: list[tuple]) -> None:
    frame = pl.DataFrame(rows, schema=catalog.relations[name].polars_schema, orient="row")
    scratch.register("given", frame)
    scratch.execute(f"insert into {name} by name select * from given")
    scratch.unregister("given")


def _one(scratch: duckdb.DuckDBPyConnection, query: str):
    return scratch.execute(query).fetchall()[0][0]


def _write_file(
    scratch: duckdb.DuckDBPyConnection,
    catalog: Catalog,
    path: Path,
    row_counts: Mapping[str, int],
    tell: Callable[[int], None],
) -> None:
    """Lay out the file with keys and comments, copy the finished relations into it in key order, bring all to the disk."""
    scratch.execute(f"attach {_literal(str(path))} as release")
    # One transaction for several hundred small statements: each commit of its own would wait for the disk.
    scratch.execute("begin")
    for layer in LAYERS:
        scratch.execute(f"create schema release.{layer}")
    for name, relation in catalog.relations.items():
        definitions = [
            f"{quoted(column.name)} {column.type}{' not null' if column.name in relation.key else ''}"
            for column in relation.columns
        ]
        if row_counts[name] <= INDEXED_ROWS:
            definitions.append(f"primary key ({', '.join(quoted(column) for column in relation.key)})")
        scratch.execute(f"create table release.{name} ({', '.join(definitions)})")
    # Before there are rows: to comment on a table that holds them in this transaction takes three times as long.
    # `comment on` takes no parameters; one text for all of them is parsed in a third of the time.
    scratch.execute(";\n".join(_comments(catalog)))
    tell(7)
    for name, relation in catalog.relations.items():
        order = ", ".join(quoted(column) for column in row_order(relation.key))
        scratch.execute(f"insert into release.{name} select * from {name} order by {order}")
    scratch.execute("commit")
    tell(8)
    scratch.execute("checkpoint release")
    scratch.execute("detach release")
    with path.open("rb") as file:
        os.fsync(file.fileno())


def row_order(key: Sequence[str]) -> list[str]:
    """The columns rows are sorted by: the key, its indicator first.

    Pages ask for one indicator of many areas, or a few of one; sorted so, ten million rows answer in 1 to 8 ms, and
    only the blocks of that indicator are read.
    """
    return sorted(key, key=lambda column: column != "indicator_code")


def _comments(catalog: Catalog) -> Iterator[str]:
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
    return next((reason for words, reason in known.items() if words in str(error)), _first_line(error))


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
