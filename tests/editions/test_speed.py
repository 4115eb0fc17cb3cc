"""Limits of time of an edition of a whole city, measured with nothing beside them: signed with every file, opened again."""

import time

import pytest

from tests.editions.conftest import AUTHOR, OCTOBER, copied, note_all, sign
from tests.pace import slowed
from warehouse.editions import files, frozen, record, signing
from warehouse.read import Releases

pytestmark = pytest.mark.alone


def test_signing_makes_every_file_in_ten_seconds_and_an_edition_opens_in_three_tenths(demo_home, tmp_path):
    home = copied(demo_home, tmp_path / "home")
    releases = Releases(home)
    begun = signing.begin(home, releases, city="濮阳", month=OCTOBER, actor=AUTHOR)
    note_all(home, releases, begun)
    sent = record.take(home, begun.key, "submit", AUTHOR, seen=record.edition(home, begun.key).last.number)
    told = []
    started = time.perf_counter()
    done = sign(home, releases, sent, progress=lambda step_zh, place, count: told.append(step_zh))
    took = time.perf_counter() - started
    releases.close()
    # Five of the text, three of the slides, three without names, and the content.
    made = [one.name for one in frozen.files(home, done.sha256)]
    assert len(made) == 12
    # Each file is said while it is made, between what is checked and what is sealed.
    listed = [name for name, _ in files.steps(signing.opened(home, done))]
    assert told == [signing.CHECKING, *(f"生成 {name}" for name in listed), signing.SEALING, signing.ENTERING]
    assert took <= 10 * slowed(), f"signed in {took:.1f} s"
    times = []
    for _ in range(5):
        started = time.perf_counter()
        held = signing.opened(home, record.edition(home, done.key), is_for_reading=True)
        times.append(time.perf_counter() - started)
    assert held.briefing.sections and sorted(times)[2] <= 0.3 * slowed(), [f"{one:.3f}" for one in times]
