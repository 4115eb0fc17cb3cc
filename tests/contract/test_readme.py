"""The README says what the declarations say."""

import re

import typer

import app
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


def test_every_file_folder_and_heading_the_readme_names_is_there():
    text = README.read_text(encoding="utf-8")
    linked = {target.partition("#")[0] for target in re.findall(r"\]\(([^)\s#]+)\)", text) if "://" not in target}
    named = {
        name
        for name in re.findall(r"`([^`\s<*]+)`", text)
        if name.startswith(("etl/", "pages/", "tests/", "warehouse/"))
    }
    assert len(linked) > 10 and len(named) > 20
    assert [name for name in sorted(linked | named) if not (README.parent / name).exists()] == []
    headings = {
        re.sub(r"[^\w -]", "", head.lower()).replace(" ", "-") for head in re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    }
    assert set(re.findall(r"\]\(#([^)]+)\)", text)) <= headings


def test_every_command_the_readme_writes_down_takes_the_options_it_writes():
    text = README.read_text(encoding="utf-8")
    written = re.findall(r"(?<![/\w])yanglao( [^`\n#]*)", text)
    assert len(written) > 80
    strange, cli = [], typer.main.get_command(app.cli)
    for line in written:
        node, named = cli, ""
        for word in re.split(r"[\s，。；）)]+", line.strip()):
            if word in getattr(node, "commands", {}):
                node, named = node.commands[word], f"{named} {word}"
            elif named and (option := re.match(r"--[a-z-]+", word)):
                known = {"--help", *(one for each in node.params for one in (*each.opts, *each.secondary_opts))}
                strange += [f"{named} {option[0]}"] if option[0] not in known else []
    assert strange == []
