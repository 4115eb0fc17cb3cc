"""Parquet files of the store: where a relation lies, written whole or not at all, and told from damaged ones."""

import os
import re
from collections.abc import Mapping
from pathlib import Path

import polars as pl

from warehouse.payouts import declared

RELATION_OF = {"payment": "payout", "change": "roster_change", "list": "comparison"}
FOLDERS = {"payout": "", "roster_change": "changes", "comparison": "lists"}


def write_part(folder: Path, relation: str, frame: pl.DataFrame, *, name: str) -> list[dict]:
    """Write rows as Parquet below `folder`, one file a month and unit; what was written, for `Part`.

    Raises:
        OSError: the disk refuses them.
    """
    columns = list(declared.relations()[relation].types)
    place = folder / FOLDERS[relation]
    written = []
    if relation == "comparison":
        groups: Mapping[tuple, pl.DataFrame] = {(None, None): frame}
        kept = columns
    else:
        groups = frame.partition_by(["month", "unit"], as_dict=True, maintain_order=True)
        kept = [column for column in columns if column not in ("month", "unit")]
    schema = declared.relations()[relation].polars_schema
    for number, ((month, unit), part) in enumerate(groups.items()):
        at = place / f"month={month}" / f"unit={unit}" if month else place
        at.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = at / f"{name}-{number:04d}.parquet"
        write_whole(path, part.select(pl.col(column).cast(schema[column]) for column in kept))
        written.append(
            {
                "relation": relation,
                "path": str(path.relative_to(folder)),
                "rows": part.height,
                "month": month,
                "unit": unit,
                "has_current": relation == "payout" and bool((part["kind_code"] == "current").any()),
            }
        )
    return written


def write_whole(path: Path, frame: pl.DataFrame) -> None:
    """Write a Parquet file, whole or not at all.

    Raises:
        OSError: the disk refuses it; Polars itself does not say so in this way.
    """
    making = path.with_name(f".{path.stem}.making")
    try:
        frame.write_parquet(making, compression="zstd", compression_level=1)
        making.replace(path)
    except pl.exceptions.PolarsError as error:
        if found := re.search(r"\(os error (\d+)\)", str(error)):
            raise OSError(int(found[1]), os.strerror(int(found[1])), str(path)) from None
        raise
    finally:
        making.unlink(missing_ok=True)


def is_sound(path: Path, *, rows: int = -1) -> bool:
    """Whether a file of the store can be read whole and has so many rows, where that is known; others are not judged."""
    if path.suffix != ".parquet":
        return True
    try:
        height = pl.read_parquet(path, hive_partitioning=False).height
    except (OSError, pl.exceptions.PolarsError):
        return False
    return rows < 0 or height == rows
