"""Frames of the shipped tables and documents: kept while the files are the same, read again when any byte changed."""

import shutil

import pytest

from etl import declared_frames as module
from etl.declared_frames import declared_frames
from warehouse.catalog import cities
from warehouse.errors import SourceError
from warehouse.home import Home


@pytest.fixture
def home(tmp_path) -> Home:
    """A data home in which nothing was read, for a process that knows nothing."""
    module._known.clear()
    home = Home(tmp_path / "home")
    home.ensure()
    return home


def read(home: Home, catalog):
    """The frames as another process finds them."""
    module._known.clear()
    return declared_frames(home, catalog, lambda step_zh: None)


def test_what_is_kept_is_what_was_read(home, catalog, monkeypatch):
    first = read(home, catalog)
    monkeypatch.setattr("etl.documents.load_documents", lambda **more: pytest.fail("read again"))
    again = read(home, catalog)
    for part, kept in zip(first, again, strict=True):
        assert part.keys() == kept.keys()
        assert all(frame.equals(kept[name]) and frame.schema == kept[name].schema for name, frame in part.items())


def test_a_changed_byte_of_a_document_is_read_and_refused(home, catalog, tmp_path, monkeypatch):
    read(home, catalog)
    folder = shutil.copytree(cities.CATALOG, tmp_path / "catalog")
    text = next(folder.glob("cities/puyang/documents/texts/*"))
    text.write_bytes(text.read_bytes() + b"\n")
    monkeypatch.setattr(cities, "CATALOG", folder)
    with pytest.raises(SourceError, match="SHA-256"):
        read(home, catalog)


def test_a_spoilt_cache_is_read_again_and_two_states_are_kept(home, catalog):
    read(home, catalog)
    (kept,) = (home.cache / "declared").iterdir()
    kept.write_bytes(kept.read_bytes()[:-1] + b"x")
    assert read(home, catalog)[0]["core.dim_area"].height > 2_985
    for name in "abc":
        (home.cache / "declared" / name).write_bytes(b"")
    kept.unlink()
    read(home, catalog)
    assert len(list((home.cache / "declared").iterdir())) <= module.KEPT + 1
