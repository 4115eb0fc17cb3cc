"""Digests of partitions that are known already: what is the same as in an earlier build need not be hashed again.

Whether a partition is the same is told by a mark: the engine's own hash of every value, seeded with a secret of this
home and folded so that the order of rows does not matter. It takes an eighth of what SHA-256 over JSON takes. The marks
lie in the cache; without them, or with marks of another engine or shape, everything is hashed.
"""

import io
import secrets
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import polars as pl

from warehouse.cached import read_kept, write_kept

KEPT = pl.Schema(
    {
        "relation": pl.String(),
        "shape": pl.String(),
        "partition": pl.String(),
        "row_count": pl.Int64(),
        "mark": pl.String(),
        "sha256": pl.String(),
    }
)


@dataclass
class KnownParts:
    """Marks and digests of the last build; `marked` becomes those of this one.

    secret: seeds the marks, so that nobody who sends a form can choose figures that are taken for others. checks: under
    which checks the last build passed as a whole; `passed` becomes that of this one.
    """

    secret: str
    parts: Mapping[tuple[str, str, str], tuple[int, str, str]] = field(default_factory=dict)
    marked: dict[tuple[str, str, str], tuple[int, str, str]] = field(default_factory=dict)
    checks: str = ""
    passed: str = ""

    def changes(self, relations: Iterable[str]) -> dict[str, set[str]]:
        """For each relation that was marked in both builds, the partitions that are not as they were, gone ones too."""
        before, now = _by_relation(self.parts), _by_relation(self.marked)
        return {
            name: {partition for (_, partition), _ in before[name].items() ^ now[name].items()}
            for name in relations
            if name in before and name in now
        }

    def digest_of(self, relation: str, shape: str, partition: str, row_count: int, mark: str) -> str | None:
        """The SHA-256 of a partition with this mark; None when it is not known."""
        known = self.parts.get((relation, shape, partition))
        return known[2] if known and known[:2] == (row_count, mark) else None


_last = KnownParts(secrets.token_hex(16))
"""What this process built last, of the homes whose marks are seeded with its secret."""


def _by_relation(parts: Mapping[tuple[str, str, str], tuple[int, str, str]]) -> dict[str, dict[tuple, tuple]]:
    """Relation to (shape, partition) to rows and mark."""
    found: dict[str, dict[tuple, tuple]] = {}
    for (relation, *place), told in parts.items():
        found.setdefault(relation, {})[tuple(place)] = told[:2]
    return found


def read_known(path: Path | None) -> KnownParts | None:
    """What the last build left at `path`; None without a path.

    A home without any begins with what this process hashed and checked for another: most of it is the same everywhere.
    """
    if path is None:
        return None
    with suppress(OSError, pl.exceptions.PolarsError, ValueError, LookupError):
        frame = pl.read_parquet(io.BytesIO(read_kept(path) or b""))
        own = frame.filter(pl.col("relation") == _OWN)
        if frame.schema == KEPT and own["shape"].to_list() == [duckdb.__version__]:
            parts = {tuple(row[:3]): tuple(row[3:]) for row in frame.iter_rows() if row[0] != _OWN}
            return KnownParts(own["mark"].item(), parts, checks=own["sha256"].item())
    return KnownParts(_last.secret, _last.parts, checks=_last.checks)


def write_known(path: Path | None, known: KnownParts | None) -> None:
    """Leave the marks of this build for the next; a cache that cannot be written is none."""
    global _last
    if path is None or known is None:
        return
    if known.secret == _last.secret:
        _last = KnownParts(known.secret, known.marked, checks=known.passed)
    rows = [(*name, *told) for name, told in known.marked.items()]
    rows.append((_OWN, duckdb.__version__, "", 0, known.secret, known.passed))
    written = io.BytesIO()
    pl.DataFrame(rows, schema=KEPT, orient="row").write_parquet(written, compression="zstd")
    with suppress(OSError):
        write_kept(path, written.getvalue())


_OWN = ""
"""Stands for a relation in the row of the file about itself: version of the engine, the secret, the checks passed."""


def marks(
    connection: duckdb.DuckDBPyConnection,
    relation: str,
    partition: str,
    columns: Sequence[tuple[str, str]],
    secret: str,
) -> list[tuple[str, int, str]]:
    """Partition, rows and mark of every partition of a relation.

    Args:
        partition: the SQL that names the partition of a row.
        columns: name as SQL and type of what counts.
    """
    # The engine's hash takes -0.0 for 0.0, which print differently.
    values = ", ".join(f"{name}, signbit({name})" if kind in ("double", "float") else name for name, kind in columns)
    # Reading the values is most of it: the second hash is of the first, so that nothing cancels out in sum and in xor.
    rows = connection.execute(
        "select partition, count(*), sum(one::hugeint), bit_xor(one), sum(two::hugeint), bit_xor(two) from"
        f" (select partition, one, hash('{secret}', one) as two from"
        f" (select {partition} as partition, hash('{secret}', {values}) as one from {relation})) group by partition"
    ).fetchall()
    return [(name, count, " ".join(f"{each:x}" for each in folded)) for name, count, *folded in rows]
