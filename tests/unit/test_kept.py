"""What was read of files, kept many to a pack: each entry comes back as written, and nothing else ever does."""

import hashlib
from pathlib import Path

import pytest

from etl.months.read.files import begun, cells_folder, read_files
from etl.months.read.kept import keep, kept_names, kept_text
from warehouse.cached import DIGEST_BYTES
from warehouse.home import Home
from warehouse.settings import load_settings

TEXTS = {"a": "第一个\n两行", "b": "第二个", "c": "第三个"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    keep(tmp_path, TEXTS)
    return tmp_path


def test_every_text_comes_back_and_no_other(folder):
    assert {name: kept_text(folder, name) for name in kept_names(folder)} == TEXTS
    assert kept_text(folder, "d") is None and kept_text(folder / "nowhere", "a") is None


def test_a_turned_bit_takes_its_own_entry_alone(folder):
    (pack,) = folder.iterdir()
    content = bytearray(pack.read_bytes())
    content[content.index("第二个".encode())] ^= 1
    pack.write_bytes(content)
    assert [kept_text(folder, name) for name in "abc"] == ["第一个\n两行", None, "第三个"]
    # Read again, it stands in another pack.
    keep(folder, {"b": "第二个"})
    assert {name: kept_text(folder, name) for name in kept_names(folder)} == TEXTS


def test_a_broken_first_line_or_end_takes_what_it_tells_of(folder):
    (pack,) = folder.iterdir()
    whole = pack.read_bytes()
    pack.write_bytes(whole[: DIGEST_BYTES + 5])
    keep(folder, {"b": "第二个"})
    assert kept_names(folder) == {"b"}
    pack.write_bytes(whole[:-4])
    keep(folder, {"d": ""})
    # The first entry stands before the cut; the second is there once more in its own pack.
    assert [kept_text(folder, name) for name in "abcd"] == ["第一个\n两行", "第二个", None, ""]


def test_an_entry_under_another_name_is_not_that_ones(folder):
    (pack,) = folder.iterdir()
    whole = pack.read_bytes()
    pack.unlink()
    (folder / "other.json").write_bytes(whole.replace(b'"b"', b'"x"'))
    assert "x" in kept_names(folder) and kept_text(folder, "x") is None


def _archived(home: Home, *texts: str) -> list[tuple[str, Path]]:
    home.archive.mkdir(parents=True)
    files = []
    for text in texts:
        sha256 = hashlib.sha256(text.encode()).hexdigest()
        (home.archive / sha256).write_text(text, encoding="utf-8")
        files.append((sha256, home.archive / sha256))
    return files


def test_what_was_begun_is_read_once_and_handed_to_whoever_asks(tmp_path):
    home = Home(tmp_path)
    first, second, third = _archived(home, "一,1", "二,2", "三,3")
    with begun(home, [first, second], load_settings()):
        found = dict(read_files(home, [second, third], load_settings()))
    assert set(found) == {second[0], third[0]}
    assert [one.rule for read in found.values() for one in read.findings] == ["F8", "F8"]
    # The first was on its way already: kept for who asks for it next. Each of the three stands in one pack, once.
    folder = cells_folder(home)
    assert kept_names(folder) == {first[0], second[0], third[0]}
    assert sum(path.read_bytes().count(name.encode()) for path in folder.iterdir() for name in kept_names(folder)) == 3


def test_what_was_begun_and_nobody_asked_for_leaves_nothing(tmp_path):
    home = Home(tmp_path)
    (file,) = _archived(home, "一,1")
    with begun(home, [file], load_settings()):
        pass
    assert kept_names(cells_folder(home)) == set()
    ((name, read),) = read_files(home, [file], load_settings())
    assert (name, [one.rule for one in read.findings]) == (file[0], ["F8"])
