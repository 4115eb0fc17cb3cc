"""What the fuzz runs inside the worker: many soups of tokens against one connection, each refused, wrong or answered."""

import time

import duckdb

from warehouse.errors import QueryRefused
from warehouse.query.gate import check_statement
from warehouse.query.in_worker import _fetch, _known, lock, open_for_reading


def stir(path: str, soups: list[str]) -> dict[str, int]:
    """How many soups were answered, refused or wrong; anything else is raised, and a crash ends the process."""
    connection = open_for_reading(path)
    lock(connection, seconds=2, memory_mb=200)
    known = _known(connection)
    counts = {"answered": 0, "refused": 0, "wrong": 0}
    for soup in soups:
        try:
            allowed = check_statement(soup, relations=known, connection=connection)
            bound = dict.fromkeys(allowed.parameters)
            _fetch(connection, allowed.sql, bound, rows=10, until=time.monotonic() + 1)
            counts["answered"] += 1
        except QueryRefused:
            counts["refused"] += 1
        except duckdb.Error:
            counts["wrong"] += 1
    return counts
