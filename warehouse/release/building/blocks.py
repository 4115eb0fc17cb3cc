"""Blocks of mart.indicator_month: what follows from figures that did not change is taken from the last build.

A block is one city with the indicators that are divided by one another, or all townships of one of its units with them;
what comes in one form stands together.
No row looks beyond its block, which a test holds the model to. Whether a block is the same is told by a mark of its
figures, as for digests (`known_parts`), under a shape: the select, every other relation it names, and the engine. The
rows lie in the cache as they were before masking, beside the figures they follow from; whatever is missing, damaged or of
another shape is computed.
"""

import hashlib
import io
import json
import os
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

import duckdb
import polars as pl

from warehouse.catalog import Relation
from warehouse.errors import reason_zh
from warehouse.release.building.known_parts import marks
from warehouse.release.building.models import Model

BLOCKED = "mart.indicator_month"
FIGURES = "core.fct_observation"
_INDEX = "index.json"
# A city stands in the block of its units, a township in that of its unit; `+` stands between what divides one another.
_BLOCKS = """
create or replace temp table block_of_area as
select
    area_id,
    coalesce(city_area_id, area_id) || '|' || if(level_code = 'township', coalesce(parent_area_id, area_id), '') as block
from core.dim_area
"""
_OF = "inner join block_of_area using (area_id) inner join kin_of_indicator using (indicator_code)"
_NAME = "block || '|' || kin"


def fill(
    scratch: duckdb.DuckDBPyConnection,
    model: Model,
    relations: Mapping[str, Relation],
    source: str,
    *,
    folder: Path,
    secret: str,
) -> str:
    """Fill mart.indicator_month of a scratch database that holds everything it is computed from.

    Args:
        source: the select of `model` as it may stand behind `insert … by name`.
        folder: where the blocks of the last build lie and those of this one are left; a cache that cannot be written is
            none.
        secret: seeds the marks.

    Returns:
        What of the last build could not be used or of this one not be left, and why, in a sentence; empty when only what
        changed was computed, at the first build and where
        something besides the figures changed.
    """
    scratch.execute(_BLOCKS)
    kin = _kin(scratch)
    frame = pl.DataFrame(list(kin.items()), schema=["indicator_code", "kin"], orient="row")
    scratch.register("kin_of_indicator", frame)
    named = [name for name in relations if re.search(rf"\b{re.escape(name)}\b", model.sql)]
    shape = _shape(scratch, model, relations, [name for name in named if name != FIGURES], kin, secret)
    found = _marks_of_figures(scratch, model, relations, secret)
    seed = hashlib.sha256(secret.encode()).hexdigest()
    kept, doubt_zh = _kept(folder, shape, seed, found)
    fresh = sorted(found.keys() - kept.keys())
    if kept:
        scratch.register("given", pl.concat(kept.values()))
        scratch.execute(f"insert into {BLOCKED} by name select * from given")
        scratch.unregister("given")
    # After the others: the optimizer takes its estimates from what came first, and plans three times as badly.
    if fresh:
        _compute(scratch, named, source, fresh, is_all=not kept)
    try:
        _keep(scratch, folder, {"shape": shape, "seed": seed}, found, fresh)
    except OSError as error:
        doubt_zh = (
            f"{doubt_zh or '月度指标已算好'}；留给下次的结果写不进 {folder}（{reason_zh(error)}），下次也要全部重算"
        )
    scratch.unregister("kin_of_indicator")
    scratch.execute("drop table block_of_area")
    return doubt_zh


def _kin(scratch: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Each indicator and what it stands in one block with: what comes in its form, and what it divides.

    What comes in no form stands together. A population or another base that nobody reports joins nobody.
    """
    rows = scratch.execute(
        "select i.indicator_code, if(i.kind_code = 'ratio', null, 'form ' || coalesce(i.form_code, '')), n.code, d.code"
        " from meta.indicator as i"
        f" left join (select distinct indicator_code as code from {FIGURES}) as n on n.code = i.numerator"
        f" left join (select distinct indicator_code as code from {FIGURES}) as d on d.code = i.denominator"
        " order by 1"
    ).fetchall()
    kin: dict[str, str] = {}
    for linked in rows:
        names = {name for name in linked if name}
        joined = {kin.get(name, name) for name in names}
        kin = {name: min(joined) if of in joined else of for name, of in kin.items()} | dict.fromkeys(
            names, min(joined)
        )
    return {code: kin[code] for code, *_ in rows}


def _shape(
    scratch: duckdb.DuckDBPyConnection,
    model: Model,
    relations: Mapping[str, Relation],
    beside: Iterable[str],
    kin: Mapping[str, str],
    secret: str,
) -> str:
    """Everything besides its figures on which a block depends."""
    parts = [duckdb.__version__, pl.__version__, model.sql, repr(relations[BLOCKED].columns), repr(sorted(kin.items()))]
    for name in beside:
        typed = [(f'"{column.name}"', column.type) for column in relations[name].columns]
        marked = marks(scratch, name, "''", typed, secret)
        parts.append(f"{name} {typed} {marked}")
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _marks_of_figures(
    scratch: duckdb.DuckDBPyConnection, model: Model, relations: Mapping[str, Relation], secret: str
) -> dict[str, list]:
    """Block to number and mark of its figures, in the columns the select may read."""
    typed = [
        (f'"{column.name}"', column.type)
        for column in relations[FIGURES].columns
        if re.search(rf"\b{column.name}\b", model.sql)
    ]
    return {name: [count, mark] for name, count, mark in marks(scratch, f"{FIGURES} {_OF}", _NAME, typed, secret)}


def _compute(
    scratch: duckdb.DuckDBPyConnection, named: Iterable[str], source: str, fresh: list[str], *, is_all: bool
) -> None:
    """Compute these blocks: the same select in a database beside, which holds their figures and sees all the rest."""
    if is_all:
        scratch.execute(f"insert into {BLOCKED} by name {source}")
        return
    scratch.execute("attach ':memory:' as beside")
    for schema in {name.partition(".")[0] for name in named}:
        scratch.execute(f"create schema if not exists beside.{schema}")
    for name in named:
        if name != FIGURES:
            scratch.execute(f"create table beside.{name} as from memory.{name}")
    scratch.execute(
        f"create table beside.{FIGURES} as select o.* from memory.{FIGURES} as o {_OF}"
        f" where {_NAME} in (select unnest($fresh))",
        {"fresh": fresh},
    )
    scratch.execute("use beside")
    try:
        scratch.execute(f"insert into memory.{BLOCKED} by name {source}")
    finally:
        scratch.execute("use memory")
        scratch.execute("detach beside")


def _kept(folder: Path, shape: str, seed: str, found: Mapping[str, list]) -> tuple[dict[str, pl.DataFrame], str]:
    """The rows of the blocks that are as they were, of those that can be read; and what could not be used, and why."""
    try:
        index = json.loads((folder / _INDEX).read_text(encoding="utf-8"))
        listed = {block: (count, mark, sha256) for block, (count, mark, sha256) in index["blocks"].items()}
        if "seed" not in index:
            return {}, ""  # left by an earlier version of this program
        if index["seed"] != seed:
            return {}, "缓存里的摘要（digests.parquet）不见了或已损坏，月度指标已全部重新计算"
        if index["shape"] != shape:
            return {}, ""
    except (FileNotFoundError, NotADirectoryError):
        return {}, ""
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return {}, "上次更新留下的月度指标目录读不出或已损坏，月度指标已全部重新计算"
    kept, spoilt = {}, 0
    for block, (count, mark, sha256) in listed.items():
        if found.get(block) != [count, mark]:
            continue
        spoilt += 1
        with suppress(OSError, pl.exceptions.PolarsError):
            content = (folder / _file_of(block)).read_bytes()
            if hashlib.sha256(content).hexdigest() == sha256:
                kept[block] = pl.read_ipc(io.BytesIO(content))
                spoilt -= 1
    return kept, f"上次更新留下的月度指标有 {spoilt} 块缺失或损坏，已重新计算" if spoilt else ""


def _keep(
    scratch: duckdb.DuckDBPyConnection,
    folder: Path,
    made_by: Mapping[str, str],
    found: Mapping[str, list],
    fresh: list[str],
) -> None:
    """Leave the blocks that were computed, and which there are; those that went lose their files."""
    folder.mkdir(exist_ok=True)
    index = folder / _INDEX
    before = {}
    if found.keys() - set(fresh):
        before = json.loads(index.read_text(encoding="utf-8"))["blocks"]
    digests = {block: before[block][2] for block in found.keys() & before.keys() if block not in fresh}
    rows = scratch.sql(
        f"select {_NAME} as block, m.* from {BLOCKED} as m {_OF} where {_NAME} in (select unnest($fresh))",
        params={"fresh": fresh},
    ).pl()
    for (block,), frame in rows.partition_by("block", as_dict=True, include_key=False).items():
        written = io.BytesIO()
        frame.write_ipc(written, compression="lz4")
        digests[block] = hashlib.sha256(written.getvalue()).hexdigest()
        _replace(folder / _file_of(block), written.getvalue())
    table = {**made_by, "blocks": {block: [*found[block], digests[block]] for block in found if block in digests}}
    _replace(index, json.dumps(table).encode())
    for path in folder.iterdir():
        if path.name not in {_INDEX, *map(_file_of, table["blocks"])}:
            path.unlink()


def _file_of(block: str) -> str:
    return f"{block.replace('|', '.')}.arrow"


def _replace(path: Path, content: bytes) -> None:
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.write_bytes(content)
    draft.replace(path)
