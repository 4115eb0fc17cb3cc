"""What the tests of paper share: the facts and texts of a small demonstration, and the texts of each kind of file."""

import pytest

from warehouse.paper.facts import gather
from warehouse.paper.text import city_briefing, unit_briefing
from warehouse.read import Releases

CITY, UNIT = "fushun", "xinfu"


@pytest.fixture(scope="session")
def months_release(small_demo_home):
    """The release of the small demonstration: three units of 抚顺, two of them counties, months to 2026-10."""
    with Releases(small_demo_home).acquire() as release:
        yield release


@pytest.fixture(scope="session")
def facts(months_release):
    return gather(months_release, city_area_id=CITY)


@pytest.fixture(scope="session")
def city_text(facts):
    return city_briefing(facts)


@pytest.fixture(scope="session")
def unit_text(facts):
    return unit_briefing(facts, UNIT)
