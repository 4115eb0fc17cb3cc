"""Measure against the budgets: `uv run python -m tests.bench [--record] [section …]`; all sections without an argument.

`--record` adds what was measured to `history.tsv`, a line a quantity, and refuses on a machine that is not quiet.

Sections: release, reading, pages, browser, sessions, national, months, workbench, people, starving, intake; only when
named: peers, which installs Dash beside, and large, a hundred million rows. Numbers are medians of one run on one machine; read the ratios to the bare
floors, which were measured in the same run.
"""

import importlib
import subprocess
import sys
from datetime import date
from pathlib import Path

from tests.bench.machine import company
from tests.bench.rows import Row

SECTIONS = (
    "release",
    "reading",
    "pages",
    "browser",
    "sessions",
    "national",
    "months",
    "workbench",
    "people",
    "starving",
    "intake",
)


HISTORY = Path(__file__).parent / "history.tsv"


def main(arguments: list[str]) -> int:
    """Print every row of the named sections; 1 when a budget is not kept, 2 when nothing could be recorded."""
    names = [name for name in arguments if name != "--record"]
    over, found = 0, []
    with company() as others:
        for name in names or SECTIONS:
            print(f"\n{name}", flush=True)
            for row in importlib.import_module(f"tests.bench.{name}").rows():
                print("  " + row.text(), flush=True)
                found.append((name, row))
                over += row.budget is not None and row.measured > row.budget
    print(f"\n{over} over budget" if over else "\nall within budget")
    print(others.text())
    if "--record" in arguments:
        if not others.is_quiet:
            print("not recorded: the history holds only what was measured on a quiet machine")
            return 2
        record(found)
    return int(bool(over))


def record(found: list[tuple[str, Row]]) -> None:
    """Add a line for each quantity: version, day, section, name, measured, unit, floor, ratio."""
    asked = subprocess.run(["git", "describe", "--always", "--tags"], capture_output=True, text=True, check=False)
    version = asked.stdout.strip() or "unknown"
    lines = [
        "\t".join(
            [version, f"{date.today()}", section, row.name, f"{row.measured:.3g}", row.unit]
            + [f"{each:.3g}" if each is not None else "" for each in (row.floor, row.ratio)]
        )
        for section, row in found
    ]
    with HISTORY.open("a", encoding="utf-8") as file:
        if file.tell() == 0:
            file.write("version\tday\tsection\tname\tmeasured\tunit\tfloor\tratio\n")
        file.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
