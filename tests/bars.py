"""Pytest plugin: after a run, print which rows of the feature table the passed tests prove.

A row counts when at least one test carries `@pytest.mark.bar("ID")` and every test that carries it passed.
"""

import json
from pathlib import Path

import pytest

OUTCOMES = pytest.StashKey[dict[str, dict[str, bool]]]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item):
    report = yield
    # user_properties travel from worker processes to the one that prints.
    for mark in item.iter_markers("bar"):
        for row in mark.args:
            if ("bar", row) not in report.user_properties:
                report.user_properties.append(("bar", row))
    return report


def pytest_addoption(parser):
    parser.addoption("--bars-file", help="keep what earlier parts of the same run proved in this file, and add to it")


def pytest_configure(config):
    file = config.getoption("--bars-file")
    known = Path(file).read_text(encoding="utf-8") if file and Path(file).exists() else "{}"
    config.stash[OUTCOMES] = json.loads(known)
    config.pluginmanager.register(_Recorder(config), "bars-recorder")


class _Recorder:
    def __init__(self, config):
        self.outcomes = config.stash[OUTCOMES]

    def pytest_runtest_logreport(self, report):
        for name, row in report.user_properties:
            if name == "bar":
                tests = self.outcomes.setdefault(row, {})
                tests[report.nodeid] = tests.get(report.nodeid, True) and report.passed


def _order(row: str) -> tuple[str, int]:
    letters = row.rstrip("0123456789")
    return letters, int(row[len(letters) :] or 0)


def pytest_terminal_summary(terminalreporter, config):
    if config.getoption("--few"):
        terminalreporter.write_line("bars: shown by the whole run, of which this is a part")
        return
    outcomes = config.stash[OUTCOMES]
    if file := config.getoption("--bars-file"):
        Path(file).write_text(json.dumps(outcomes), encoding="utf-8")
    proven = sorted((row for row, tests in outcomes.items() if all(tests.values())), key=_order)
    failed = sorted((row for row, tests in outcomes.items() if not all(tests.values())), key=_order)
    terminalreporter.write_sep("=", f"bars proven: {len(proven)}")
    terminalreporter.write_line(" ".join(proven) or "none")
    if failed:
        terminalreporter.write_line("not proven (a marked test failed): " + " ".join(failed))
