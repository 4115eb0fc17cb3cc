"""Why a statement gave no answer, found out where it ran: what DuckDB said, taken apart and told in Chinese.

Inside the worker, because reading a hostile text for its place can take as long as the text is wide.
"""

import json
import re
from pathlib import Path

import duckdb
import pyarrow as pa

from warehouse.query.gate import Allowed
from warehouse.query.help.explain import explain

ENGINE_ERRORS = (duckdb.Error, pa.ArrowException, OSError)
"""What a running statement raises: DuckDB's own errors, and the same as Arrow passes them on after the first rows."""

_UNKNOWN_COLUMN = re.compile(r'^Referenced column "([^"]+)" not found')
LONGEST_MESSAGE = 4_000


def failure(
    connection: duckdb.DuckDBPyConnection,
    error: Exception,
    *,
    sql: str,
    allowed: Allowed | None,
    bound: dict,
    path: str,
) -> dict:
    """One entry: `stopped`, the limit that was reached (deadline or memory), or `mistaken`, the explanation.

    Args:
        sql: as the analyst wrote it. allowed, bound: what ran, None before the gate had passed it.
        path: of the release; no message may name its folder.
    """
    told = _told(error)
    if told["exception_type"] == "INTERRUPT":
        return {"stopped": "deadline"}
    if told["exception_type"] == "Out of Memory":
        return {"stopped": "memory"}
    if told.get("position") is None and allowed is not None and isinstance(error, duckdb.ProgrammingError):
        told = _bound_again(connection, allowed, bound) or told
    message = str(told.get("exception_message", "")).replace(str(Path(path).parent), "…").replace(path, "…")
    position = told.get("position")
    mistaken = explain(
        sql,
        message=message[:LONGEST_MESSAGE],
        position=int(position) if position is not None else None,
        candidates=str(told.get("candidates", ""))[:LONGEST_MESSAGE],
        meant=_meant(connection, message, allowed),
    )
    return {
        "mistaken": {
            "message_zh": str(mistaken),
            "original": mistaken.original,
            "line": mistaken.line,
            "column": mistaken.column,
        }
    }


def _meant(connection: duckdb.DuckDBPyConnection, message: str, allowed: Allowed | None) -> str:
    """Columns of the relations read that are called so in Chinese; empty for other messages and names."""
    found = _UNKNOWN_COLUMN.search(message)
    if not found or found[1].isascii() or allowed is None:
        return ""
    rows = connection.execute(
        "select distinct column_name from meta.column where contains(comment_zh, $1) and list_contains($2, relation)"
        " order by all limit 3",
        [found[1], list(allowed.relations)],
    ).fetchall()
    return "、".join(row[0] for row in rows)


def _bound_again(connection: duckdb.DuckDBPyConnection, allowed: Allowed, bound: dict) -> dict | None:
    """What the engine says when it only plans the statement: that has a place more often. None when it has none."""
    if allowed.kind == "explain":
        return None
    try:
        connection.execute(f"explain {allowed.sql}", bound or None).fetchall()
    except duckdb.Error as again:
        found = _told(again)
        if found.get("position") is not None:
            return found | {"position": int(found["position"]) - len("explain ")}
    return None


def _told(error: Exception) -> dict:
    """The parts of a message: exception_type, exception_message, and what else the engine gives."""
    text = str(error)
    start = text.find("{")
    if start >= 0:
        try:
            return {"exception_type": "", **json.loads(text[start:])}
        except (json.JSONDecodeError, TypeError):
            pass
    kind = "Out of Memory" if isinstance(error, duckdb.OutOfMemoryException | MemoryError) else ""
    return {"exception_type": kind, "exception_message": text.partition("\n\nLINE ")[0]}
