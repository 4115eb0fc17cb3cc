"""What was read of files, kept many to a pack: each entry comes back as written, and nothing else ever does."""

from pathlib import Path

import pytest

from etl.months.read.kept import keep, kept_names, kept_text
from warehouse.cached import DIGEST_BYTES

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
