"""The order of the house: warehouse, etl, pages, app.py; each may import those before it."""

import ast
from functools import cache
from pathlib import Path

from tests.contract.sources import imports

ROOT = Path(__file__).resolve().parents[2]
ORDER = ("warehouse", "etl", "pages", "app")
SCREEN_LIBRARIES = {"streamlit", "plotly"}
# Inside the rooms, too, each may import those before it; what stands in one line knows nothing of each other.
INSIDE = (
    ("warehouse.errors",),
    ("warehouse.home", "warehouse.settings", "warehouse.catalog"),
    ("warehouse.desk", "warehouse.worker"),
    ("warehouse.people",),
    ("warehouse.wording",),
    ("warehouse.series",),
    ("warehouse.release",),
    ("warehouse.release.attacker",),
    ("warehouse.release.masks",),
    ("warehouse.release.building",),
    ("warehouse.release.publishing",),
    ("warehouse.release.audit",),
    ("warehouse.release.commands",),
    ("warehouse.read",),
    ("warehouse.read.meta",),
    (
        "warehouse.read.document",
        "warehouse.read.month",
        "warehouse.read.place",
        "warehouse.read.target",
        "warehouse.read.value",
    ),
    ("warehouse.read.receipt",),
    ("warehouse.query",),
    ("warehouse.paper",),
    ("etl.months.findings",),
    ("etl.months.read",),
    ("etl.months.rules",),
    ("etl.months.understood",),
    ("etl.months.accepted", "etl.months.template"),
    ("etl.demo",),
    ("pages.registry",),
    ("pages.ui.kit",),
    ("pages.ui.takeaway",),
    ("pages.ui.marks",),
    ("pages.ui.frame",),
    ("pages.briefing", "pages.workbench"),
)
PACKAGES = sorted(path.parent for room in ORDER[:3] for path in (ROOT / room).rglob("__init__.py"))


@cache
def _sources() -> list[Path]:
    files = [ROOT / "app.py"]
    for room in ORDER[:3]:
        files += sorted((ROOT / room).rglob("*.py"))
    return files


@cache
def _imported(path: Path) -> set[str]:
    """Top-level names of everything the file imports, at any depth of its code."""
    names = set()
    for node in imports(path):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            names.add(node.module.split(".")[0])
    return names


def _room(path: Path) -> str:
    return "app" if path.name == "app.py" and path.parent == ROOT else path.relative_to(ROOT).parts[0]


def test_a_module_imports_only_rooms_before_its_own():
    for path in _sources():
        later = set(ORDER[ORDER.index(_room(path)) + 1 :])
        assert not _imported(path) & later, path


def test_each_library_is_known_only_where_it_belongs():
    for path in _sources():
        room, imported = _room(path), _imported(path)
        if room in ("warehouse", "etl"):
            assert not imported & SCREEN_LIBRARIES, path
        if room != "warehouse":
            assert "duckdb" not in imported, path
        assert "pandas" not in imported, path


@cache
def _modules(path: Path) -> set[str]:
    """Our own modules the file imports, in full."""
    found = set()
    for node in imports(path):
        if isinstance(node, ast.ImportFrom) and not node.level and node.module:
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return {name for name in found if name.split(".")[0] in ORDER}


@cache
def _place(module: str) -> tuple[int, str] | None:
    """Where a module stands in the order inside its room, and in which package; None where the order names none."""
    found = [(name, step) for step, names in enumerate(INSIDE) for name in names if f"{module}.".startswith(f"{name}.")]
    if not found:
        return None
    name, step = max(found, key=lambda each: len(each[0]))
    return step, name


def _name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def test_inside_a_room_a_module_imports_only_what_stands_before_it():
    for path in _sources():
        own, place = _name(path), _place(_name(path))
        for module in _modules(path):
            other = _place(module)
            if module.split(".")[0] == own.split(".")[0] and place and other:
                assert other[0] < place[0] or other == place, (path, module)


def test_every_module_an_import_names_is_there():
    # Most imports stand inside functions: a module that moved away would be missed only by whoever presses the button.
    for path in _sources():
        for node in imports(path):
            if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] in ORDER:
                place = ROOT.joinpath(*node.module.split("."))
                assert place.is_dir() or place.with_suffix(".py").is_file(), (path, node.module)


def test_no_page_imports_another_page():
    folders = ("pages.briefing.", "pages.workbench.")
    for path in _sources():
        own = _name(path).split(".")[:3]
        for module in _modules(path):
            if module.startswith(folders):
                assert module.split(".")[:3] == own, (path, module)


def test_a_package_says_what_it_is_for():
    files = {package: (package / "__init__.py").read_text(encoding="utf-8") for package in PACKAGES}
    assert [str(package) for package, text in files.items() if not ast.get_docstring(ast.parse(text))] == []


def test_every_style_sheet_of_the_pages_is_sent_and_every_one_sent_is_there():
    from pages.ui.kit.style import SHEETS

    # The editor of the query page brings its own, into a frame of its own.
    own = {"workbench/query/sql_editor.css"}
    there = {str(path.relative_to(ROOT / "pages")) for path in (ROOT / "pages").rglob("*.css")}
    assert there - own == set(SHEETS)


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
    assert scripts <= {"__init__.py", "main.py", "api.py", "registry.py"}


def test_every_page_has_one_folder_with_one_script_and_every_such_folder_is_a_page():
    from pages.registry import PAGES, SIGNED_IN_PAGES

    folders = {
        f"{group}/{path.name}/page.py"
        for group in ("briefing", "workbench")
        for path in (ROOT / "pages" / group).iterdir()
        if path.is_dir() and path.name != "__pycache__"
    }
    assert folders == {entry.script for entry in (*PAGES, *SIGNED_IN_PAGES)}
    loose = [path for group in ("briefing", "workbench") for path in (ROOT / "pages" / group).glob("*.py")]
    assert {path.name for path in loose} == {"__init__.py"}


def test_no_committed_file_names_a_download_host():
    hosts = ("files.pythonhosted", "pypi.org/simple", "registry.npmjs")
    texts = [*_sources(), ROOT / "pyproject.toml", ROOT / ".streamlit" / "config.toml"]
    assert not [str(path) for path in texts if any(host in path.read_text(encoding="utf-8") for host in hosts)]
