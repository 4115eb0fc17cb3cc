"""What tests in a browser leave behind."""

from collections.abc import Iterator

import pytest


@pytest.fixture(scope="package", autouse=True)
def _tabs_left_are_closed(idle_tabs) -> Iterator[None]:
    """A page that stands open asks its server how it is, and draws, to the end of the run."""
    yield
    for tab in idle_tabs.values():
        tab.page.close()
    idle_tabs.clear()
