"""The units under other clocks: a leap day, the turn of a year, a far year, summer time; in three zones.

The tests are run as they are, by a process of its own whose clock and zone are set from outside. All twelve with --full,
otherwise one, another each time, of two of the files that look at dates most.
"""

import os
import random
import subprocess
import sys
from itertools import product
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LIBRARY = next(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"), Path("libfaketime.so.1"))
MOMENTS = ("2028-02-29 23:59:30", "2026-12-31 23:59:30", "2035-06-15 12:00:00", "2027-03-28 01:59:30")
ZONES = ("Asia/Shanghai", "America/New_York", "Pacific/Kiritimati")
LOOK_AT_DATES = ("test_due.py", "test_periods.py", "test_desk.py", "test_outlook.py")
CASES = list(product(MOMENTS, ZONES))


def run_python(moment: str, zone: str, *arguments: str) -> subprocess.CompletedProcess:
    """Python with these arguments, begun at that moment of that zone's clock."""
    environment = os.environ | {
        "LD_PRELOAD": str(LIBRARY),
        "FAKETIME": f"@{moment}",
        # Waiting and measuring go by the machine's own pulse.
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "TZ": zone,
        "PYTHONPATH": str(Path(__file__).parent / "clock"),
    }
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=3600)


@pytest.mark.parametrize("number", [0, *(pytest.param(one, marks=pytest.mark.whole) for one in range(1, len(CASES)))])
def test_the_units_hold_under_other_clocks_and_zones(number, full):
    moment, zone = CASES[number] if full else random.SystemRandom().choice(CASES)
    sample = random.SystemRandom().sample(LOOK_AT_DATES, 2)
    places = ["tests/unit"] if full else [f"tests/unit/{name}" for name in sample]
    assert LIBRARY.exists()
    done = run_python(moment, zone, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "-p", "no:xdist", *places)
    assert done.returncode == 0, f"{moment} {zone}\n{done.stdout[-3000:]}"
    assert " passed" in done.stdout


def test_the_clock_is_really_another_one():
    year = ("-c", "import datetime; print(datetime.datetime.now().year)")
    assert [run_python(MOMENTS[number], ZONES[0], *year).stdout.strip() for number in (2, 0)] == ["2035", "2028"]
