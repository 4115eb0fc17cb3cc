"""The imports of our own files, each file parsed once."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

Import = ast.Import | ast.ImportFrom


@cache
def imports(path: Path) -> tuple[Import, ...]:
    """Every import of the file, at any depth of its code.

    The rest of the tree is let go: thousands of them at once are looked through by every collection of garbage.
    """
    return tuple(_imports(ast.parse(path.read_text(encoding="utf-8")).body))


def _imports(body: list[ast.stmt]) -> Iterator[Import]:
    """Imports are statements, so that expressions need not be looked into."""
    for statement in body:
        if isinstance(statement, Import):
            yield statement
        for part in ("body", "orelse", "finalbody", "handlers", "cases"):
            yield from _imports(getattr(statement, part, []))
