"""Verifying is cheap: a part of a refresh that nobody notices, and nothing a reader waits for."""

from datetime import date

import pytest

from etl.demo.build import Extent, build_demo
from tests.verification import add_workbook, measured, opening
from warehouse.home import Home

EXTENT = Extent(
    first_month=date(2026, 9, 1), last_month=date(2026, 10, 1), as_of=date(2026, 11, 20), units=("xinfu", "fushunxian")
)


@pytest.mark.whole
def test_verifying_takes_a_twentieth_of_a_refresh_and_no_time_of_a_reader(tmp_path):
    """Measured within one run, in processor time, so that a busy machine changes neither side."""
    home = Home(tmp_path / "home")
    build_demo(home, extent=EXTENT)
    demo = home.demo()
    add_workbook(demo)
    with measured() as spent:
        assert build_demo(home, extent=EXTENT).published
    assert spent.verifying > 0 and spent.share <= 0.05
    assert opening(demo) <= 0.05
