"""What is imported is declared: nothing of ours works only because another package happens to bring it along."""

import ast
import re
import sys
import tomllib
from functools import cache
from importlib.metadata import packages_distributions

import pytest

from tests.conftest import ROOT
from tests.contract.sources import imports

PROGRAM, TESTS = ("app.py", "etl", "pages", "warehouse"), ("tests",)
OURS = {"app", "etl", "pages", "warehouse", "tests"}
DECLARED = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


@cache
def brought_by() -> dict[str, list[str]]:
    """Top-level module → distributions that bring it; every installed package is looked into once."""
    return dict(packages_distributions())


@cache
def imported(places) -> dict[str, str]:
    """Top-level module → a file that imports it, of what is neither ours nor Python's."""
    found = {}
    for place in places:
        files = [ROOT / place] if place.endswith(".py") else (ROOT / place).rglob("*.py")
        for file in files:
            for node in imports(file):
                names = [one.name for one in node.names] if isinstance(node, ast.Import) else []
                names += [node.module or ""] if isinstance(node, ast.ImportFrom) and not node.level else []
                found |= {name.partition(".")[0]: str(file.relative_to(ROOT)) for name in names}
    return {name: file for name, file in found.items() if name not in OURS | sys.stdlib_module_names}


def declared(*lists) -> set[str]:
    """Names of distributions of lists of requirements, as packages are compared: lower case, one hyphen."""
    names = (re.match(r"[\w.-]+", requirement).group() for given in lists for requirement in given)
    return {re.sub(r"[-_.]+", "-", name).lower() for name in names}


@pytest.mark.dear
def test_every_import_is_a_declared_dependency():
    # Spark is an extra: imported only where a cluster is asked for.
    program = declared(DECLARED["project"]["dependencies"], *DECLARED["project"]["optional-dependencies"].values())
    both = program | declared(DECLARED["dependency-groups"]["dev"])
    missing = {
        f"{file}: {module}"
        for places, known in ((PROGRAM, program), (TESTS, both))
        for module, file in imported(places).items()
        if not declared(brought_by().get(module, [module])) & known
    }
    assert missing == set()


@pytest.mark.dear
def test_every_declared_dependency_is_imported_or_says_why():
    # Streamlit takes the library of its log-in by name.
    by_name = {"authlib"}
    used = declared(*(brought_by().get(module, [module]) for module in imported(PROGRAM)))
    assert declared(DECLARED["project"]["dependencies"]) - used == by_name
