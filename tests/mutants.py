"""Mutation run: change one small thing in the SQL of a release or of payments, in the wording or in the series, and see
who notices.

    python -m tests.mutants mart                 every mutant of warehouse/sql/mart
    python -m tests.mutants wording --sample 80  the first eighty of them in an order shuffled by a fixed seed
    python -m tests.mutants mart --only 40_ratio mutants of files whose path holds this
    python -m tests.mutants mart --log FILE      note each in FILE, and leave out those noted there

The tests that work without a built release are collected and run once, which tells what each looks at; then each mutant
is a fork of that process, in which the tests that look at its place run, last time's winner first, until one fails.
Nothing is written to the source tree. A mutant no test notices is printed with its line: it asks for a test, or for a
reason why nothing changes. Not part of the test command: it takes minutes.
"""

import argparse
import ast
import gc
import importlib.abc
import importlib.util
import json
import os
import random
import resource
import shutil
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from types import CodeType, FunctionType

from tests.mutations import ROOT, Mutant, python_mutants, sql_mutants

# What is changed, and the tests that must notice.
TARGETS: dict[str, dict[str, tuple[str, ...]]] = {
    "core": {"warehouse/sql/core/*.sql": ("tests/unit/test_core_models.py",)},
    "mart": {
        "warehouse/sql/mart/10_*.sql": ("tests/unit/test_mart_profile.py",),
        "warehouse/sql/mart/60_*/*.sql": ("tests/unit/test_indicator_*.py",),
        "warehouse/sql/mart/70_*.sql": ("tests/unit/test_mart_allowance.py",),
        "warehouse/sql/mart/75_*.sql": ("tests/unit/test_*outlook*.py", "tests/unit/test_mart_targets.py"),
        "warehouse/sql/mart/80_*.sql": ("tests/unit/test_*coverage*.py",),
        "warehouse/sql/mart/81_*.sql": (
            "tests/unit/test_mart_targets.py",
            "tests/unit/test_mart_verdicts.py",
            "tests/unit/test_target_evidence.py",
        ),
        "warehouse/sql/mart/84_*.sql": ("tests/unit/test_mart_verdicts.py", "tests/unit/test_target_evidence.py"),
        "warehouse/sql/mart/8[23]_*.sql": ("tests/unit/test_*comparison*.py",),
    },
    "receipt": {"warehouse/sql/receipt/*.sql": ("tests/unit/test_receipt_inputs.py",)},
    "payouts": {"warehouse/sql/payouts/*/*.sql": ("tests/payouts/test_rules*.py",)},
    "wording": {
        "warehouse/wording/**/*.py": (
            "tests/unit/test_wording*.py",
            "tests/unit/test_guarded*.py",
            "tests/unit/test_alike.py",
            "tests/unit/test_delivery.py",
            "tests/unit/test_odd_worlds.py",
            "tests/unit/test_receipts.py",
            "tests/unit/test_what_if.py",
        )
    },
    "series": {
        "warehouse/series/*.py": (
            "tests/unit/test_xmr.py",
            "tests/unit/test_series_chart.py",
            "tests/unit/test_limits.py",
            "tests/unit/test_outlook.py",
            "tests/unit/test_signals.py",
            "tests/unit/test_ways.py",
            "tests/unit/test_what_if.py",
        )
    },
}
# Processor seconds a mutant may take, beside three times what its tests take; one that never ends has been noticed.
LIMIT = 10
AT_ONCE = 2
SURVIVED, NOTICED = 3, 4


# ── Running ───────────────────────────────────────────────────────────────────────────────────────────────────────────


class _Changed(importlib.abc.MetaPathFinder, importlib.abc.SourceLoader):
    """Imports one module from changed source."""

    def __init__(self, mutant: Mutant) -> None:
        self.name = _module(mutant.file)
        self.mutant = mutant

    def find_spec(self, fullname, path=None, target=None):
        return importlib.util.spec_from_loader(fullname, self) if fullname == self.name else None

    def get_filename(self, fullname: str) -> str:
        return str(self.mutant.file)

    def get_data(self, path: str) -> bytes:
        return self.mutant.source.encode()

    def path_stats(self, path: str):
        raise OSError


def _module(file: Path) -> str:
    return ".".join(file.relative_to(ROOT).with_suffix("").parts)


def _read_changed(mutant: Mutant) -> None:
    """Whoever reads the file reads the mutant."""
    changed, read = mutant.source, Path.read_text
    Path.read_text = lambda file, *given, **named: changed if file == mutant.file else read(file, *given, **named)


def _codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from _codes(inner)


def _outside_functions(code: CodeType) -> tuple:
    """What of a module's code runs when it is imported."""
    classes = [one for one in code.co_consts if isinstance(one, CodeType) and not one.co_flags & 1]
    plain = [repr(one) for one in code.co_consts if not isinstance(one, CodeType)]
    return code.co_code, code.co_names, plain, [_outside_functions(one) for one in classes]


def _new_codes(mutant: Mutant) -> dict[CodeType, CodeType] | None:
    """Code of functions to the code the mutant gives them; None when it changes what runs at import."""
    old = compile(mutant.file.read_text(encoding="utf-8"), str(mutant.file), "exec")
    new = compile(mutant.source, str(mutant.file), "exec")
    pairs = list(zip(_codes(old), _codes(new), strict=True))
    if _outside_functions(old) != _outside_functions(new):
        return None
    return {before: after for before, after in pairs if before.co_flags & 1 and before != after}


def _statement(mutant: Mutant) -> set[tuple[str, int]]:
    """The lines from the beginning of the statement the mutant is in to the mutant; of SQL the file, as line 0."""
    file = str(mutant.file)
    if mutant.file.suffix == ".sql":
        return {(file, 0)}
    text = mutant.file.read_text(encoding="utf-8")
    line = text.count("\n", 0, mutant.start) + 1
    around = [
        one.lineno
        for one in ast.walk(ast.parse(text))
        if isinstance(one, ast.stmt) and one.lineno <= line <= one.end_lineno
    ]
    return {(file, number) for number in range(max(around), line + 1)}


class _Tests:
    """Pytest plugin: what was collected once is run once to see what it looks at, then some of it for each mutant."""

    def __init__(self, mutants: list[Mutant], log: Path) -> None:
        self.mutants, self.log = mutants, log
        self.files = {str(mutant.file) for mutant in mutants}
        self.seen: set[tuple[str, int]] = set()
        self.of_module: dict[Path, set[tuple[str, int]]] = defaultdict(set)

    def pytest_runtest_makereport(self, item, call) -> None:
        if call.excinfo is not None:
            # Nobody reads why: the process ends here.
            (self.folder / "failed").write_text(item.nodeid)
            os._exit(NOTICED)

    def pytest_runtest_call(self, item) -> None:
        # What a fixture looked at counts for every test of the module.
        self.of_module[item.path] |= self.seen

    def pytest_runtestloop(self, session) -> bool:
        self.items = session.items
        self.factory = session.config._tmp_path_factory
        base = self.factory.getbasetemp()
        seconds, looks = self._looked()
        places = {item.nodeid: number for number, item in enumerate(self.items)}
        functions = defaultdict(list)
        gc.unfreeze()
        for one in gc.get_objects():
            if isinstance(one, FunctionType) and one.__code__.co_filename in self.files:
                functions[one.__code__].append(one)
        gc.freeze()
        # The winner of the mutant before is asked first, then what costs least.
        order = sorted(range(len(self.items)), key=seconds.__getitem__)
        running: dict[int, tuple[Mutant, Path]] = {}
        for mutant in [*self.mutants, *[None] * AT_ONCE]:
            while running and (mutant is None or len(running) == AT_ONCE):
                child, status = os.wait()
                ended, folder = running.pop(child)
                code = os.waitstatus_to_exitcode(status)
                if (winner := folder / "failed").exists():
                    number = places[winner.read_text()]
                    order.remove(number)
                    order.insert(0, number)
                shutil.rmtree(folder)
                _note(self.log, ended, code != SURVIVED)
            if mutant is None:
                continue
            place = _statement(mutant)
            chosen = [number for number in order if place & looks[number]]
            folder = Path(tempfile.mkdtemp(dir=base))
            if child := os.fork():
                running[child] = mutant, folder
                continue
            self._alone(folder, LIMIT + 3 * sum(seconds[number] for number in chosen))
            if mutant.file.suffix == ".sql":
                _read_changed(mutant)
            else:
                for before, after in _new_codes(mutant).items():
                    for function in functions[before]:
                        function.__code__ = after
            for number, following in zip(chosen, [*chosen[1:], None], strict=True):
                self._run(number, following)
            os._exit(SURVIVED)
        return True

    def _alone(self, folder: Path, limit: float | None = None) -> None:
        self.folder = self.factory._basetemp = folder
        _alone(limit)

    def _run(self, number: int, following: int | None) -> None:
        item, nextitem = self.items[number], None if following is None else self.items[following]
        item.ihook.pytest_runtest_protocol(item=item, nextitem=nextitem)

    def _looked(self) -> tuple[list[float], list[set[tuple[str, int]]]]:
        """Of each test its processor seconds and the places it looks at, run once in a process of its own."""
        folder = Path(tempfile.mkdtemp(dir=self.factory.getbasetemp()))
        if os.fork() == 0:
            self._alone(folder)
            read = Path.read_text

            def noted(file, *given, **named):
                if str(file) in self.files:
                    self.seen.add((str(file), 0))
                return read(file, *given, **named)

            def line(frame, event, _):
                if frame.f_code.co_filename not in self.files:
                    return None
                self.seen.add((frame.f_code.co_filename, frame.f_lineno))
                return line

            Path.read_text = noted
            seconds, looks = [], []
            for number in range(len(self.items)):
                # What a cache holds is asked anew.
                for module in [module for name, module in sys.modules.items() if name.startswith("warehouse")]:
                    for value in vars(module).values():
                        if callable(clear := getattr(value, "cache_clear", None)):
                            clear()
                begun = time.process_time()
                sys.settrace(line)
                self._run(number, number + 1 if number + 1 < len(self.items) else None)
                sys.settrace(None)
                seconds.append(time.process_time() - begun)
                looks.append(self.seen)
                self.seen = set()
            looks = [sorted(seen | self.of_module[item.path]) for seen, item in zip(looks, self.items, strict=True)]
            (folder / "looked").write_text(json.dumps([seconds, looks, list(sys.modules)]))
            os._exit(0)
        os.wait()
        if (folder / "failed").exists():
            sys.exit(f"{(folder / 'failed').read_text()} fails as it is; mend it first.")
        seconds, looks, modules = json.loads((folder / "looked").read_text())
        # What tests import while they run is imported once.
        for module in modules:
            with suppress(Exception):
                importlib.import_module(module)
        return seconds, [{tuple(place) for place in seen} for seen in looks]


def _alone(limit: float | None = None) -> None:
    """Make this process one that says nothing, and ends after so many processor seconds."""
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 1)
    os.dup2(nothing, 2)
    if limit:
        resource.setrlimit(resource.RLIMIT_CPU, (int(limit) + 1, int(limit) + 1))


def _pytest(tests: Iterable[str], plugins: Iterable[object] = ()) -> int:
    import pytest

    return pytest.main(
        ["-x", "-q", "-s", "--assert=plain", "-p", "no:cacheprovider", *tests], plugins=[_AnyExample(), *plugins]
    )


class _AnyExample:
    """Pytest plugin: whichever example notices a mutant will do; none is made smaller, none is kept."""

    def pytest_collection(self) -> None:
        from hypothesis import Phase, settings

        phases = (Phase.explicit, Phase.generate)
        settings.register_profile("mutants", deadline=None, database=None, phases=phases, derandomize=True)
        settings.load_profile("mutants")


def run_imported(mutant: Mutant, tests: list[str]) -> bool:
    """Whether a test notices a mutant of what runs when its module is imported: all of them, collected anew."""
    child = os.fork()
    if child == 0:
        code = NOTICED
        try:
            _alone(6 * LIMIT)
            sys.meta_path.insert(0, _Changed(mutant))
            code = SURVIVED if _pytest(tests) == 0 else NOTICED
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status) != SURVIVED


def mutants_of(target: str, only: str = "") -> list[tuple[Mutant, tuple[str, ...]]]:
    """Every mutant of a target in the order of files and places, each with the tests that must notice it."""
    found = []
    for pattern, tests in TARGETS[target].items():
        asked = tuple(sorted({str(test.relative_to(ROOT)) for each in tests for test in ROOT.glob(each)}))
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
    asked.add_argument("--log", type=Path, help="a line for each mutant; those in it are done")
    given = asked.parse_args()
    # Loaded once. Nothing of warehouse is, so that a changed module is what a test imports; and no plugin of pytest,
    # which would find it loaded before it could look into it.
    import duckdb  # noqa: F401
    import polars  # noqa: F401
    import pytest  # noqa: F401
    import sqlglot  # noqa: F401

    os.chdir(ROOT)
    mutants = mutants_of(given.target, given.only)
    chosen = mutants
    if given.sample is not None:
        # A larger sample begins with the smaller one.
        chosen = random.Random(given.seed).sample(mutants, len(mutants))[: given.sample]
    log = given.log or Path(tempfile.mkstemp(suffix=".log")[1])
    done = _noted(log)
    if any(mutant.file.suffix == ".sql" for mutant, _ in chosen):
        from tests.models import empty_release

        empty_release().close()
    groups: dict[tuple[str, ...], list[Mutant]] = defaultdict(list)
    for mutant, tests in chosen:
        if str(mutant) not in done:
            groups[tests].append(mutant)
    for tests, several in groups.items():
        inside = [mutant for mutant in several if mutant.file.suffix == ".sql" or _new_codes(mutant) is not None]
        if inside:
            child = os.fork()
            if child == 0:
                os._exit(_pytest(tests, [_Tests(inside, log)]))
            if os.waitpid(child, 0)[1]:
                sys.exit(f"{' '.join(tests)}: mend them first.")
        for mutant in several:
            if mutant not in inside:
                _note(log, mutant, run_imported(mutant, tests))
    done = _noted(log)
    noticed = sum(done[str(mutant)] for mutant, _ in chosen)
    print(f"{given.target}: {noticed} of {len(chosen)} noticed ({noticed / len(chosen):.0%}), of {len(mutants)} in all")
    sys.exit(noticed < len(chosen))


def _note(log: Path, mutant: Mutant, noticed: bool) -> None:
    with log.open("a", encoding="utf-8") as lines:
        lines.write(f"{'noticed ' if noticed else 'SURVIVED'} {mutant}\n")
    if not noticed:
        print(mutant, flush=True)


def _noted(log: Path) -> dict[str, bool]:
    lines = log.read_text(encoding="utf-8").splitlines() if log.exists() else []
    return {line[9:]: line.startswith("noticed") for line in lines}


if __name__ == "__main__":
    main()
