"""What tests run inside the worker to look behind the gate."""

import duckdb

from warehouse.query.in_worker import lock, open_for_reading


def bare(path: str, sql: str) -> str:
    """What the engine itself says to a statement the gate would have refused; empty when it obeys."""
    connection = open_for_reading(path)
    lock(connection, seconds=5, memory_mb=200)
    try:
        connection.execute(sql).fetchall()
    except duckdb.Error as error:
        return type(error).__name__
    return ""
