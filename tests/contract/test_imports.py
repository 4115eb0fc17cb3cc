"""The order of the house: warehouse, etl, pages, app.py; each may import those before it."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ORDER = ("warehouse", "etl", "pages", "app")
SCREEN_LIBRARIES = {"streamlit", "plotly"}


def _sources() -> list[Path]:
    files = [ROOT / "app.py"]
    for room in ORDER[:3]:
        files += sorted((ROOT / room).rglob("*.py"))
    return files


def _imported(path: Path) -> set[str]:
    """Top-level names of everything the file imports, at any depth of its code."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            names.add(node.module.split(".")[0])
    return names


def _room(path: Path) -> str:
    return "app" if path.name == "app.py" and path.parent == ROOT else path.relative_to(ROOT).parts[0]


@pytest.mark.parametrize("path", _sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_imports_only_rooms_before_its_own(path):
    room = _room(path)
    later = set(ORDER[ORDER.index(room) + 1 :])
    assert not _imported(path) & later


@pytest.mark.parametrize("path", _sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_each_library_is_known_only_where_it_belongs(path):
    room, imported = _room(path), _imported(path)
    if room in ("warehouse", "etl"):
        assert not imported & SCREEN_LIBRARIES
    if room != "warehouse":
        assert "duckdb" not in imported
    assert "pandas" not in imported


def test_only_the_settings_read_the_environment_variables_of_the_product():
    readers = [
        path
        for path in _sources()
        if "YANGLAO_" in path.read_text(encoding="utf-8") and "environ" in path.read_text(encoding="utf-8")
    ]
    assert [str(path.relative_to(ROOT)) for path in readers] == ["warehouse/settings.py"]


def test_only_the_frame_stands_directly_among_the_pages():
    # Scripts directly under pages/ would open without the frame on a deep link.
    scripts = {path.name for path in (ROOT / "pages").glob("*.py")}
    assert scripts <= {"__init__.py", "main.py", "api.py"}


def test_the_folders_of_pages_hold_one_script_a_page_and_nothing_else():
    from pages.ui.registry import PAGES

    found = {
        f"{folder}/{path.name}" for folder in ("briefing", "workbench") for path in (ROOT / "pages" / folder).iterdir()
    }
    unlisted = found - {entry.script for entry in PAGES}
    assert {name for name in unlisted if not name.endswith(("/__init__.py", "/__pycache__"))} == set()


def test_no_committed_file_names_a_download_host():
    hosts = ("files.pythonhosted", "pypi.org/simple", "registry.npmjs")
    texts = [*_sources(), ROOT / "pyproject.toml", ROOT / ".streamlit" / "config.toml"]
    assert not [str(path) for path in texts if any(host in path.read_text(encoding="utf-8") for host in hosts)]
