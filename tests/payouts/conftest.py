"""A home that has a key and nothing else."""

from collections.abc import Iterator

import pytest

from etl.payouts import add as adding
from etl.payouts.keys import add_key
from warehouse.home import Home


@pytest.fixture(scope="module", autouse=True)
def _reference_read_once(catalog) -> Iterator[None]:
    """The shipped reference tables are the same for every file of a module: read by the first one, they serve the others."""
    read, held = adding.load_areas, []

    def load_areas(asked):
        if asked != catalog:
            return read(asked)
        if not held:
            held.append(read(asked))
        return held[0]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(adding, "load_areas", load_areas)
        yield


@pytest.fixture
def fresh(tmp_path):
    """An empty home with a key."""
    home = Home(tmp_path / "home")
    add_key(home)
    return home
