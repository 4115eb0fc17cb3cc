"""The units under other clocks: a leap day, the turn of a year, a far year, summer time; in three zones.

The tests are run as they are, by a process of its own whose clock and zone are set from outside. All twelve with --full,
otherwise one, another each time, of the files that look at dates most.
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


def run_units(moment: str, zone: str, places: list[str]) -> subprocess.CompletedProcess:
    """The tests of these files, begun at that moment of that zone's clock."""
    environment = os.environ | {
        "LD_PRELOAD": str(LIBRARY),
        "FAKETIME": f"@{moment}",
        # Waiting and measuring go by the machine's own pulse.
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "TZ": zone,
    }
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "-p", "no:xdist", *places]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=900)


@pytest.mark.parametrize("number", range(len(CASES)))
def test_the_units_hold_under_other_clocks_and_zones(number, full):
    if not full and number:
        return
    moment, zone = CASES[number] if full else random.SystemRandom().choice(CASES)
    places = ["tests/unit"] if full else [f"tests/unit/{name}" for name in LOOK_AT_DATES]
    assert LIBRARY.exists()
    done = run_units(moment, zone, places)
    assert done.returncode == 0, f"{moment} {zone}\n{done.stdout[-3000:]}"
    assert " passed" in done.stdout


def test_the_clock_is_really_another_one(tmp_path):
    probe = tmp_path / "test_probe.py"
    probe.write_text("import datetime\n\n\ndef test_year():\n    assert datetime.datetime.now().year == 2035\n")
    assert run_units(MOMENTS[2], ZONES[0], [str(probe)]).returncode == 0
    assert run_units(MOMENTS[0], ZONES[0], [str(probe)]).returncode == 1
