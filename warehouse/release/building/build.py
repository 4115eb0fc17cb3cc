"""Build one release file: frames and SQL in, a finished DuckDB file out.

Everything is computed in a scratch database in memory. Small counts are masked there, and only then are the tables
written to the file: a page of a database file that once held a value may keep its bytes. Checks run meanwhile; a file
that was begun when one of them found somebody is taken away again.
"""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Protocol

import duckdb
import polars as pl

from warehouse.catalog import Catalog, Relation
from warehouse.desk.counted import Reach
from warehouse.desk.disclosed import HISTORY
from warehouse.persons import hidden_in
from warehouse.release.building.blocks import BLOCKED
from warehouse.release.building.checks import check
from warehouse.release.building.compute import collect_receipts, compute, judge_series
from warehouse.release.building.describe import BuildResult, describe
from warehouse.release.building.handed_frames import check_frames
from warehouse.release.building.known_parts import KnownParts, read_known, write_known
from warehouse.release.building.models import Model, models
from warehouse.release.building.tables import in_memory, load
from warehouse.release.building.write import writing
from warehouse.release.masks.masking import Decided, decide, suppress
from warehouse.release.masks.tiers import merge_township_tiers
from warehouse.release.shape import RULES, STEPS

# Filled from the masked rows, while those are written: what is judged of them, what they are made of, what they are.
TOLD_LAST = (
    "mart.series_signal",
    "meta.receipt_input",
    "meta.column",
    "meta.relation",
    "meta.part_digest",
    "meta.release",
)

Progress = Callable[[str, int, int], None]


class Engine(Protocol):
    """What computes the marts of a build in place of the embedded engine, see `warehouse.engines`."""

    def compute(
        self, scratch: duckdb.DuckDBPyConnection, relations: Mapping[str, Relation], marts: Sequence[Model]
    ) -> None:
        """Fill the relations of `marts` in `scratch`, in order, from the others that lie there."""


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
            its marts and its file before there were rows; without it everything is made.

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
    with in_memory() as scratch:
        tell(0)
        sql_texts = load(scratch, catalog, _merged(frames))
        tell(1)
        sql_texts |= compute(scratch, catalog, computed["core"])[0]
        tell(2)
        known = read_known(known_at)
        # Only of the model that is shipped it is known that its blocks stand alone.
        blocks_at = known_at.with_name("blocks") if known_at and rules == RULES else None
        before = pl.DataFrame(schema=HISTORY) if history is None else history
        texts, decided, doubt_zh = _marts(
            scratch, catalog, computed["mart"], before, engine=engine, blocks_at=blocks_at, known=known
        )
        sql_texts |= texts
        tell(3)
        suppress(scratch, decided)
        tell(4)
        laid_out_at = known_at.with_name("laid-out") if known_at else None
        with writing(
            scratch, catalog, path, lambda: tell(5), later=TOLD_LAST, kind=kind, laid_out_at=laid_out_at
        ) as finish:
            judge_series(scratch, catalog)
            tell(6)
            collect_receipts(scratch, catalog, rules / "sql" / "receipt")
            told = {"kind": kind, "release_id": release_id, "received": received or Reach(), "known": known}
            result = describe(scratch, catalog, sql_texts, masked_count=decided.masks.height, **told)
            tell(7)
            check(scratch, catalog, rules / "checks", known)
            tell(8)
            finish()
    write_known(known_at, known)
    return replace(result, states=decided.states, doubt_zh=doubt_zh)


def _marts(
    scratch: duckdb.DuckDBPyConnection,
    catalog: Catalog,
    marts: Sequence[Model],
    history: pl.DataFrame,
    *,
    engine: Engine | None,
    blocks_at: Path | None,
    known: KnownParts | None,
) -> tuple[dict[str, str], Decided, str]:
    """Compute the marts, here or by the engine asked; relation to SQL, which cells are to be masked, and what kept blocks
    could not be used."""
    if engine is not None:
        engine.compute(scratch, catalog.relations, marts)
        return {model.relation: model.sql for model in marts}, decide(scratch, history), ""
    # What is to be masked follows from the months alone: it is found while the others are made of them.
    number = next((number for number, model in enumerate(marts, 1) if model.relation == BLOCKED), len(marts))
    secret = known.secret if known else ""
    texts, doubt_zh = compute(scratch, catalog, marts[:number], kept=blocks_at, secret=secret)
    with closing(scratch.cursor()) as cursor, ThreadPoolExecutor(1) as thread:
        found = thread.submit(decide, cursor, history)
        texts |= compute(scratch, catalog, marts[number:])[0]
        return texts, found.result(), doubt_zh


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
