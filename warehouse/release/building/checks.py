"""What must find nobody before a release is written: keys, references and codes, then every file of `warehouse/checks`."""

import hashlib
import re
from collections.abc import Collection, Mapping
from pathlib import Path

import duckdb

from warehouse.catalog import Catalog
from warehouse.errors import CheckFailed
from warehouse.release.building import integrity
from warehouse.release.building.known_parts import KnownParts
from warehouse.release.building.models import read_sql


def check(scratch: duckdb.DuckDBPyConnection, catalog: Catalog, folder: Path, known: KnownParts | None) -> None:
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
