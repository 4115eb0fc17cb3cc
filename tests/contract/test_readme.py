"""The README says what the declarations say."""

import re

from tests.readme import BLOCKS, README, rendered


def test_the_readme_equals_its_rendering():
    text = README.read_text(encoding="utf-8")
    assert text == rendered(text), "run: python -m tests.readme"


def test_every_rendered_part_stands_in_the_readme():
    text = README.read_text(encoding="utf-8")
    assert [name for name in BLOCKS if f"<!-- {name} -->" not in text] == []


def test_every_picture_the_readme_shows_is_there_and_small():
    pictures = re.findall(r"\((tests/pictures/[^)]+)\)", README.read_text(encoding="utf-8"))
    for name in pictures:
        path = README.parent / name
        assert path.exists(), name
        assert path.stat().st_size < 250_000, name
