"""Caches are keyed by the programs that filled them: none of those may be forgotten when a file moves."""

import ast

import pytest

from etl import FOLDER
from etl.programs import JUDGING, READING, WRITING, programs, programs_hash


def _imports(path):
    """Files of etl that the file at `path` imports."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("etl"):
            for name in (node.module, *(f"{node.module}.{alias.name}" for alias in node.names)):
                file = FOLDER.parent.joinpath(*name.split(".")).with_suffix(".py")
                found |= {file} if file.is_file() else set()
    return found - {FOLDER / "programs.py"}


def _all_used(paths):
    seen, waiting = set(), [path for path in paths if path.suffix == ".py"]
    while waiting:
        path = waiting.pop()
        if path not in seen:
            seen.add(path)
            waiting += _imports(path)
    return seen


@pytest.mark.parametrize("places", [READING, JUDGING], ids=["reading", "judging"])
def test_the_key_of_a_cache_covers_every_program_that_fills_it(places):
    covered = set(programs(*places))
    assert _all_used(covered) <= covered


def test_the_writer_of_the_demonstration_is_covered_with_its_layouts():
    names = {path.name for path in programs(*WRITING)}
    assert {"workbooks.py", "parameters.toml", "sheetwriter.py", "plain_workbook.py", "facility_2026.toml"} <= names


def test_a_folder_that_moved_away_is_an_error_and_not_an_empty_hash(tmp_path):
    with pytest.raises(FileNotFoundError):
        programs_hash(tmp_path / "gone")
