"""Mutation run: change one small thing in the SQL of a release or of payments, in the wording or in the series, and see
who notices.

    python -m tests.mutants mart                 every mutant of warehouse/sql/mart
    python -m tests.mutants wording --sample 80  the first eighty of them in an order shuffled by a fixed seed
    python -m tests.mutants mart --only 40_ratio mutants of files whose path holds this

Each mutant runs in a process of its own against the tests that work without a built release; nothing is written to the
source tree. A mutant no test notices is printed with its line: it asks for a test, or for a reason why nothing changes.
Not part of the test command: it takes minutes.
"""

import argparse
import ast
import importlib.abc
import importlib.util
import os
import random
import re
import sys
import time
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# What is changed, and the tests that must notice.
TARGETS: dict[str, dict[str, tuple[str, ...]]] = {
    "core": {"warehouse/sql/core/*.sql": ("tests/unit/test_core_models.py",)},
    "mart": {
        "warehouse/sql/mart/10_*.sql": ("tests/unit/test_mart_profile.py",),
        "warehouse/sql/mart/60_*/*.sql": ("tests/unit/test_indicator_month.py",),
        "warehouse/sql/mart/70_*.sql": ("tests/unit/test_mart_allowance.py",),
        "warehouse/sql/mart/75_*.sql": ("tests/unit/test_mart_outlook.py", "tests/unit/test_mart_targets.py"),
        "warehouse/sql/mart/80_*.sql": ("tests/unit/test_mart_coverage.py",),
        "warehouse/sql/mart/81_*.sql": ("tests/unit/test_mart_targets.py",),
        "warehouse/sql/mart/84_*.sql": ("tests/unit/test_mart_verdicts.py",),
        "warehouse/sql/mart/8[23]_*.sql": ("tests/unit/test_mart_comparison.py",),
    },
    "receipt": {"warehouse/sql/receipt/*.sql": ("tests/unit/test_receipt_inputs.py",)},
    "payouts": {"warehouse/sql/payouts/*/*.sql": ("tests/payouts/test_rules.py",)},
    "wording": {
        "warehouse/wording/**/*.py": (
            "tests/unit/test_wording*.py",
            "tests/unit/test_receipts.py",
            "tests/unit/test_what_if.py",
        )
    },
    "series": {
        "warehouse/series/*.py": (
            "tests/unit/test_xmr.py",
            "tests/unit/test_series_chart.py",
            "tests/unit/test_outlook.py",
            "tests/unit/test_signals.py",
            "tests/unit/test_what_if.py",
        )
    },
}
# Seconds a mutant may run; one that never ends has been noticed.
LIMIT = 120
NOTICED, SURVIVED = 0, 3


@dataclass(frozen=True)
class Mutant:
    """One change: characters `start` to `end` of a file become `text`."""

    file: Path
    start: int
    end: int
    text: str

    @property
    def source(self) -> str:
        """The file with the change made."""
        whole = self.file.read_text(encoding="utf-8")
        return whole[: self.start] + self.text + whole[self.end :]

    def __str__(self) -> str:
        whole = self.file.read_text(encoding="utf-8")
        line = whole.count("\n", 0, self.start) + 1
        shown = whole.splitlines()[line - 1].strip()
        return f"{self.file.relative_to(ROOT)}:{line}: {whole[self.start : self.end]!r} → {self.text!r}    {shown}"


# ── SQL ───────────────────────────────────────────────────────────────────────────────────────────────────────────────

_SQL_SWAPS = {
    "=": "<>", "<>": "=", "<": "<=", "<=": "<", ">": ">=", ">=": ">", "+": "-", "-": "+", "*": "/", "/": "*",
    "and": "or", "or": "and", "is null": "is not null", "is not null": "is null", "sum": "max", "max": "min",
    "min": "max", "count": "sum", "greatest": "least", "least": "greatest", "left join": "inner join",
    "inner join": "left join", "desc": "asc", "union all": "union", "not": "", "distinct": "", "abs": "",
    "nulls last": "nulls first",
}  # fmt: skip
_SQL_TOKEN = re.compile(
    r"--[^\n]*|'[^']*'|\b(?:is not null|is null|left join|inner join|union all|nulls last|greatest|least|count|sum|max|min|"
    r"and|or|desc|not|distinct|abs)\b|<>|<=|>=|[=<>+\-*/]|\b\d+(?:\.\d+)?\b"
)


def sql_mutants(file: Path) -> Iterator[Mutant]:
    """Operators, joins, aggregates, numbers and codes of a select, each changed once."""
    text = file.read_text(encoding="utf-8")
    for found in _SQL_TOKEN.finditer(text):
        token = found.group()
        if token.startswith("--") or text[max(0, found.start() - 2) : found.start()].endswith(("count(", ".")):
            continue  # a comment; the star of count(*) and of t.*
        if token == "*" and re.search(r"select\s+$", text[: found.start()]):
            continue
        if token.startswith("'"):
            changed = "'mutant'"
        elif token[0].isdigit():
            changed = str(float(token) + 1) if "." in token else str(int(token) + 1)
        else:
            changed = _SQL_SWAPS[token]
        yield Mutant(file, found.start(), found.end(), changed)


# ── Python ────────────────────────────────────────────────────────────────────────────────────────────────────────────

_COMPARE = {
    ast.Lt: "<=", ast.LtE: "<", ast.Gt: ">=", ast.GtE: ">", ast.Eq: "!=", ast.NotEq: "==", ast.Is: "is not",
    ast.IsNot: "is", ast.In: "not in", ast.NotIn: "in",
}  # fmt: skip
_ARITHMETIC = {ast.Add: "-", ast.Sub: "+", ast.Mult: "/", ast.Div: "*", ast.FloorDiv: "*"}


def python_mutants(file: Path) -> Iterator[Mutant]:
    """Comparisons, arithmetic, and/or, not, numbers and conditional expressions of a module, each changed once."""
    text = file.read_text(encoding="utf-8")
    starts = [0]
    for line in text.encode().splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    raw = text.encode()

    def at(line: int, column: int) -> int:
        return len(raw[: starts[line - 1] + column].decode())

    def span(node: ast.expr) -> tuple[int, int]:
        return at(node.lineno, node.col_offset), at(node.end_lineno, node.end_col_offset)

    def between(left: ast.expr, right: ast.expr, written: str) -> Mutant | None:
        start, end = span(left)[1], span(right)[0]
        operator = re.search(r"(is not|not in|[<>=!]=|//|\b(?:is|in|and|or)\b|[<>+\-*/])", text[start:end])
        return operator and Mutant(file, start + operator.start(), start + operator.end(), written)

    for node in ast.walk(ast.parse(text)):
        found: Mutant | None = None
        match node:
            case ast.Compare(ops=[operator], comparators=[right]) if type(operator) in _COMPARE:
                found = between(node.left, right, _COMPARE[type(operator)])
            case ast.BinOp(op=operator) if type(operator) in _ARITHMETIC and not isinstance(node.left, ast.JoinedStr):
                found = between(node.left, node.right, _ARITHMETIC[type(operator)])
            case ast.BoolOp(values=[left, right, *_]):
                found = between(left, right, "or" if isinstance(node.op, ast.And) else "and")
            case ast.UnaryOp(op=ast.Not()):
                start, _ = span(node)
                found = Mutant(file, start, span(node.operand)[0], "")
            case ast.IfExp():
                found = Mutant(file, *span(node.test), f"not ({text[slice(*span(node.test))]})")
            case ast.Constant(value=bool()):
                found = Mutant(file, *span(node), str(not node.value))
            case ast.Constant(value=int() | float()):
                found = Mutant(file, *span(node), str(node.value + 1))
        if found:
            yield found


# ── Running ───────────────────────────────────────────────────────────────────────────────────────────────────────────


class _Changed(importlib.abc.MetaPathFinder, importlib.abc.SourceLoader):
    """Imports one module from changed source."""

    def __init__(self, mutant: Mutant) -> None:
        self.name = ".".join(mutant.file.relative_to(ROOT).with_suffix("").parts)
        self.mutant = mutant

    def find_spec(self, fullname, path=None, target=None):
        return importlib.util.spec_from_loader(fullname, self) if fullname == self.name else None

    def get_filename(self, fullname: str) -> str:
        return str(self.mutant.file)

    def get_data(self, path: str) -> bytes:
        return self.mutant.source.encode()

    def path_stats(self, path: str):
        raise OSError


def _apply(mutant: Mutant) -> None:
    if mutant.file.suffix == ".py":
        sys.meta_path.insert(0, _Changed(mutant))
        return
    # Whoever reads the file reads the mutant.
    changed, read = mutant.source, Path.read_text
    Path.read_text = lambda file, *given, **named: changed if file == mutant.file else read(file, *given, **named)


def run(mutant: Mutant | None, tests: list[str]) -> bool:
    """Whether a test notices the mutant; None runs the tests as they are."""
    child = os.fork()
    if child == 0:
        code = NOTICED
        try:
            import pytest

            with redirect_stdout(StringIO()), redirect_stderr(StringIO()):
                if mutant:
                    _apply(mutant)
                passed = pytest.main(["-x", "-q", "-p", "no:cacheprovider", *tests]) == 0
            code = SURVIVED if passed else NOTICED
        except BaseException:
            code = NOTICED
        os._exit(code)
    begun = time.monotonic()
    while time.monotonic() - begun < LIMIT:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status) != SURVIVED
        time.sleep(0.02)
    os.kill(child, 9)
    os.waitpid(child, 0)
    return True


def mutants_of(target: str, only: str = "") -> list[tuple[Mutant, list[str]]]:
    """Every mutant of a target in the order of files and places, each with the tests that must notice it."""
    found = []
    for pattern, tests in TARGETS[target].items():
        asked = sorted({str(test.relative_to(ROOT)) for each in tests for test in ROOT.glob(each)})
        make = sql_mutants if pattern.endswith(".sql") else python_mutants
        files = [file for file in sorted(ROOT.glob(pattern)) if only in str(file.relative_to(ROOT))]
        found += [(mutant, asked) for file in files for mutant in sorted(make(file), key=lambda one: one.start)]
    return found


def main() -> None:
    """Run the mutants asked for; exit 1 when any survives."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("target", choices=TARGETS)
    asked.add_argument("--sample", type=int, help="so many mutants, chosen by chance")
    asked.add_argument("--only", default="", help="files whose path holds this")
    asked.add_argument("--seed", type=int, default=20261128)
    given = asked.parse_args()
    # Loaded once; each mutant is a fork. Nothing of warehouse is, so that a changed module is what a test imports; and
    # no plugin of pytest, which would find it loaded before it could look into it.
    import duckdb  # noqa: F401
    import polars  # noqa: F401
    import pytest  # noqa: F401
    import sqlglot  # noqa: F401

    os.chdir(ROOT)
    if given.target in ("core", "mart", "receipt"):
        import tests.marts_world  # noqa: F401
    mutants = mutants_of(given.target, given.only)
    chosen = mutants
    if given.sample is not None:
        # A larger sample begins with the smaller one.
        chosen = random.Random(given.seed).sample(mutants, len(mutants))[: given.sample]
    for tests in sorted({tuple(tests) for _, tests in chosen}):
        if run(None, list(tests)):
            sys.exit(f"{' '.join(tests)} fail as they are; mend them first.")
    survivors = 0
    for number, (mutant, tests) in enumerate(chosen, start=1):
        if not run(mutant, tests):
            survivors += 1
            print(f"[{number}/{len(chosen)}] {mutant}", flush=True)
    share = 1 - survivors / max(len(chosen), 1)
    print(f"{given.target}: {len(chosen) - survivors} of {len(chosen)} noticed ({share:.0%}), of {len(mutants)} in all")
    sys.exit(bool(survivors))


if __name__ == "__main__":
    main()
