"""A link to a release of an older shape, and a release that breaks while it is read: said, and shown all the same."""

import shutil

import pytest

from etl.rebuild import remake
from pages.registry import PAGES
from pages.ui.kit import reads
from warehouse.home import Home
from warehouse.release.file import header_of, is_damaged
from warehouse.release.publishing.publish import current_pointer, release_path, remade_path


@pytest.fixture
def old_home(real_home, tmp_path, monkeypatch):
    """A copy of the real home, read by a program that makes another shape."""
    home = Home(shutil.copytree(real_home.root, tmp_path / "home", ignore=shutil.ignore_patterns("demo")))
    monkeypatch.setenv("YANGLAO_HOME", str(home.root))
    monkeypatch.setattr("warehouse.release.shape.SCHEMA_VERSION", 99)
    reads.remade.clear()
    yield home
    reads.remade.clear()


def test_a_release_of_an_older_shape_is_made_again_when_it_is_asked_for_and_says_so(old_home, show, monkeypatch):
    monkeypatch.setenv("YANGLAO_HOME", str(old_home.root))
    asked = []

    def beside(home, release_id):
        asked.append(release_id)
        remake(home, release_id)
        return ""

    monkeypatch.setattr("etl.rebuild.remake_beside", beside)
    release_id = current_pointer(old_home).release_id
    before = header_of(release_path(old_home, release_id))
    for entry in PAGES[:2]:
        shown = show(entry.script, release=release_id)
        assert "旧版：批次" in shown.text and "重建后的内容" in shown.text
    assert asked == [release_id]
    remade = header_of(remade_path(old_home, release_id))
    # The same program on the same inputs: the same content; only the shape is called another.
    assert (remade["schema_version"], remade["content_sha256"]) == (99, before["content_sha256"])
    assert header_of(release_path(old_home, release_id)) == before
    path = remade_path(old_home, release_id)
    path.chmod(0o600)
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 2)
        file.write(b"\xff\x00\xff")
    assert header_of(remake(old_home, release_id))["content_sha256"] == before["content_sha256"]
    assert not is_damaged(path, release_id)


def test_one_that_cannot_be_made_again_is_shown_as_it_is_with_the_reason(old_home, show, monkeypatch):
    monkeypatch.setenv("YANGLAO_HOME", str(old_home.root))
    monkeypatch.setattr("etl.rebuild.remake_beside", lambda home, release_id: "存档缺了文件")
    shown = show(PAGES[0].script)
    assert "旧版结构，未能按现行结构重建（存档缺了文件）" in shown.text
