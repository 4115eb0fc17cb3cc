"""Measure against the budgets: `uv run python -m tests.bench [section …]`; all sections without an argument.

Sections: release, reading, pages, browser, sessions, national, months, workbench, starving. Numbers are medians of one run on one machine;
read the ratios to the bare floors, which were measured in the same run.
"""

import importlib
import sys

SECTIONS = ("release", "reading", "pages", "browser", "sessions", "national", "months", "workbench", "starving")


def main(names: list[str]) -> int:
    """Print every row of the named sections; 1 when a budget is not kept."""
    over = 0
    for name in names or SECTIONS:
        print(f"\n{name}", flush=True)
        for row in importlib.import_module(f"tests.bench.{name}").rows():
            print("  " + row.text(), flush=True)
            over += row.budget is not None and row.measured > row.budget
    print(f"\n{over} over budget" if over else "\nall within budget")
    return int(bool(over))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
