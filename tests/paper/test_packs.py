"""The files of an edition beyond its text: made of what was frozen, the same after it was written down and read again."""

import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime
from io import BytesIO
from zipfile import ZipFile

import pytest

from tests.paper.conftest import CITY
from warehouse.editions import compose, files, signing
from warehouse.editions.content import content_of
from warehouse.editions.record import Actor
from warehouse.read import Releases


@pytest.fixture(scope="module")
def content(tmp_path_factory, small_demo_home):
    """The content of a city's edition as it is frozen."""
    from warehouse.home import Home

    home, releases = Home(tmp_path_factory.mktemp("editions")), Releases(small_demo_home)
    home.ensure()
    actor = Actor(who="zhao", name_zh="签发人")
    begun = signing.begin(home, releases, city=CITY, month=date(2026, 10, 1), actor=actor)
    made = compose.compose(home, releases, begun, today=date(2026, 11, 20)).content
    signed = compose.signed(releases, made, compose.Signature(name_zh="签发人", at=datetime(2026, 11, 20, tzinfo=UTC)))
    releases.close()
    return signed


def made(content) -> dict[str, bytes]:
    return {name: make() for name, make in files.packs(content)}


def test_what_was_frozen_gives_the_same_files_after_it_was_written_down_and_read_again(content):
    again = content_of(content.text())
    assert again == content
    assert again.text() == content.text()
    first, second = made(content), made(again)
    assert len(first) >= 3
    assert first == second


def test_what_was_frozen_before_differences_that_count_were_kept_with_it_still_gives_its_files(content):
    def without(told):
        if isinstance(told, dict):
            return {name: without(value) for name, value in told.items() if not name.startswith("smallest_")}
        return [without(one) for one in told] if isinstance(told, list) else told

    older = content_of(json.dumps(without(json.loads(content.text())), ensure_ascii=False))
    assert b"smallest_" not in older.text()
    assert made(older).keys() == made(content).keys()


def test_every_file_carries_the_name_of_the_edition_and_a_copy_of_a_replaced_one_says_so(content):
    name = content.edition.name_zh
    marked = content.marked("已被更正版 抚顺 2026-10-B 替代，请用新版")
    for one, is_marked in ((content, False), (marked, True)):
        for file, content_bytes in made(one).items():
            told = content_bytes.decode() if file.endswith(".html") else ""
            if not told:
                with ZipFile(BytesIO(content_bytes)) as archive:
                    told = "".join(
                        archive.read(part).decode() for part in archive.namelist() if part.endswith((".html", ".xml"))
                    )
            told = re.sub(r"<[^>]*>", "", told)
            assert name in told, file
            assert ("已被更正版" in told) is is_marked, file
            assert "草稿·未签发" not in told, file


def test_an_edition_frozen_before_there_were_slides_has_none_of_these_files(content):
    assert made(replace(content, deck=None)) == {}
