"""Memory that questions needed for a moment."""

import ctypes
from contextlib import suppress

import duckdb

_ALL_ARENAS = b"arena.4096.purge"


def give_back_memory() -> None:
    """Have the engine's allocator give back what questions needed for a moment; it would keep it until something else is
    asked. At once after each question would make them a fifth dearer, and the engine ends a thread of the allocator's own
    whenever it closes a file."""
    # On other systems than Linux the engine brings no allocator.
    with suppress(AttributeError):
        ctypes.CDLL(duckdb._duckdb.__file__).duckdb_je_mallctl(_ALL_ARENAS, None, None, None, ctypes.c_size_t(0))
