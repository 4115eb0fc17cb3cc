"""One page of `values` as bytes, of bounded size: made at once where it is small, in the worker where it is large.

Ten thousand rows keep two cores busy for a while; in a process of their own (`warehouse.query.in_worker:value_page`),
at the lowest rank, they keep nobody who reads a page waiting.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from warehouse import export, watermark
from warehouse.read import Release
from warehouse.read.value.values import count, values

LARGEST_BYTES = 5 << 20
WORKER_LIMITS = {"deadline": 60.0, "memory_mb": 1500, "max_result_mb": 16, "leaves_places": True, "gives_way": True}
_PIECE = 100


@dataclass(frozen=True, kw_only=True)
class ValuePage:
    """`parts`: pieces of a JSON array without its brackets, or the one whole file. rows: how many fitted in."""

    total: int
    rows: int
    parts: list[bytes]
    notes: export.Notes | None = None


def value_page(
    release: Release,
    *,
    form: str,
    filters: Mapping[str, Any],
    limit: int,
    offset: int,
    total: int | None = None,
    mark_zh: str = "",
) -> ValuePage:
    """At most `limit` rows from `offset` on, as many as fit into LARGEST_BYTES; one row at least, however long.

    Args:
        form: json, or one of `export.FORMATS`.
        filters: arguments of `values`.
        total: how many rows there are in all, when that is known.
        mark_zh: whose copy a file is (see `warehouse.watermark`); empty where nobody asks.
    """
    total = count(release, **filters) if total is None else total
    frame = values(release, **filters, limit=limit, offset=offset).frame
    if form == "json":
        parts, rows = json_pieces(export.marked(frame, release.kind_code))
        return ValuePage(total=total, rows=rows, parts=parts)
    notes = export.Notes(
        title_zh="指标数值",
        release_id=release.release_id,
        kind_code=release.kind_code,
        built_at=release.header["built_at"],
        size_zh=f"共{total:,}行",
        sources=[text for text in frame["source_zh"].unique(maintain_order=True).to_list() if text],
        remarks=("is_fraction 为真者，value 是小数，乘100为%",),
    )

    def write(part: pl.DataFrame) -> bytes:
        size_zh = f"共{total:,}行，本文件是第{offset + 1:,}至{offset + part.height:,}行"
        with watermark.marked_with(mark_zh):
            return export.write(part, form, replace(notes, size_zh=size_zh) if part.height < total else notes)

    content, rows = fitting(frame, write)
    return ValuePage(total=total, rows=rows, parts=[content], notes=notes)


def json_pieces(frame: pl.DataFrame) -> tuple[list[bytes], int]:
    """The rows as pieces of a JSON array without its brackets, and how many rows fitted into LARGEST_BYTES.

    A number that is not finite is null; dates are in ISO form. At least one row is told, however long it is.
    """
    pieces: list[bytes] = []
    size = told = 0
    for part in frame.iter_slices(_PIECE):
        piece = part.write_json()[1:-1].encode()
        if told and size + len(piece) > LARGEST_BYTES:
            break
        size += len(piece)
        told += part.height
        pieces.append(piece)
    return pieces, told


def fitting(frame: pl.DataFrame, write: Callable[[pl.DataFrame], bytes]) -> tuple[bytes, int]:
    """The file of as many rows from the first on as fit into LARGEST_BYTES, and their number; of one row at least."""
    rows = frame.height
    while True:
        content = write(frame.head(rows))
        if len(content) <= LARGEST_BYTES or rows <= 1:
            return content, rows
        rows = max(1, min(rows - 1, int(rows * 0.95 * LARGEST_BYTES / len(content))))
