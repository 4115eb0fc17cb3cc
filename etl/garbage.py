"""Looking for garbage seldom, where much is made at once and hardly any of it in circles."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

AFTER_OBJECTS = (50_000, 20, 100)


@contextmanager
def sought_seldom() -> Iterator[None]:
    """Look for circles of garbage only now and then; what was usual before is so again afterwards."""
    usual = gc.get_threshold()
    gc.set_threshold(*AFTER_OBJECTS)
    try:
        yield
    finally:
        gc.set_threshold(*usual)
