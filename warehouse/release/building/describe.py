"""What a release says of itself: its relations and columns, the digests of its parts, and the one row of the release."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

import duckdb
import polars as pl

from warehouse.catalog import Catalog
from warehouse.desk.counted import Reach
from warehouse.desk.disclosed import STATES
from warehouse.release import shape
from warehouse.release.building.fingerprint import (
    HASH_VERSION,
    combined,
    partition_digests,
    relation_digests,
    row_counts,
)
from warehouse.release.building.known_parts import KnownParts
from warehouse.release.building.tables import fill

# What names this very release or follows from the rest; not part of any hash.
UNHASHED = ("meta.release", "meta.part_digest")


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


def describe(
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
    fill(scratch, catalog, "meta.column", columns)
    counts = row_counts(scratch, catalog.relations)
    parts = partition_digests(
        scratch, catalog.relations, leave_out=lambda name: name in (*UNHASHED, "meta.relation"), known=known
    )
    # One more part for meta.relation itself, which says how many there are.
    counts |= {"meta.relation": len(catalog.relations), "meta.release": 1, "meta.part_digest": len(parts) + 1}
    rows = [
        (name, each.label_zh, each.grain_zh, ",".join(each.key), counts[name], sql_texts[name], number)
        for number, (name, each) in enumerate(catalog.relations.items(), start=1)
    ]
    fill(scratch, catalog, "meta.relation", rows)
    parts += partition_digests(scratch, catalog.relations, leave_out=lambda name: name != "meta.relation")
    fill(scratch, catalog, "meta.part_digest", parts)
    digests = relation_digests(catalog.relations, parts)
    content, whole = combined(digests, layer="core"), combined(digests)
    release = {
        "release_id": release_id,
        "kind_code": kind,
        "schema_version": shape.SCHEMA_VERSION,
        "app_version": shape.app_version(),
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


def _one(scratch: duckdb.DuckDBPyConnection, query: str):
    return scratch.execute(query).fetchall()[0][0]
