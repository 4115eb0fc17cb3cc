"""A home that has a key and nothing else."""

import pytest

from etl.payouts.keys import add_key
from warehouse.home import Home


@pytest.fixture
def fresh(tmp_path):
    """An empty home with a key."""
    home = Home(tmp_path / "home")
    add_key(home)
    return home
