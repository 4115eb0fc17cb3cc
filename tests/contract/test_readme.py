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
    text = README.read_text(encoding="utf-8")
    named = re.findall(r"!\[[^\]]*\]\(([^)\s]+)|<img[^>]*\ssrc=\"([^\"]+)", text)
    pictures = {markdown or html for markdown, html in named}
    assert pictures
    for name in pictures:
        path = README.parent / name
        assert path.is_file(), name
        assert path.stat().st_size < 250_000, name
    kept = {str(path.relative_to(README.parent)) for path in (README.parent / ".github" / "pictures").iterdir()}
    assert kept <= pictures, "a picture nobody shows"
