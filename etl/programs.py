"""Hashes of our own programs: what was read or judged by other code is read or judged anew."""

import hashlib
from functools import cache
from pathlib import Path

from etl import FOLDER

KINDS = (".py", ".toml")
# Whatever recognises forms and takes their cells, and what of ours it uses beyond its own package.
PERSONS = FOLDER.parent / "warehouse" / "persons.py"
GARBAGE = FOLDER / "garbage.py"
READING = (
    FOLDER / "months" / "read",
    GARBAGE,
    FOLDER / "months" / "findings.py",
    FOLDER / "layouts",
    FOLDER.parent / "warehouse" / "cached.py",
    PERSONS,
)
# Whatever understands and judges a form once it was read.
JUDGING = (
    FOLDER / "months",
    GARBAGE,
    FOLDER / "quantity.py",
    FOLDER / "calendar.toml",
    FOLDER.parent / "warehouse" / "cached.py",
    FOLDER / "unchanged.py",
    PERSONS,
)

# Whatever the files of the demonstration are made by.
WRITING = (
    FOLDER / "demo",
    FOLDER / "layouts",
    FOLDER / "months" / "template" / "plain_workbook.py",
    FOLDER / "months" / "template" / "sheetwriter.py",
)


@cache
def programs_hash(*places: Path) -> str:
    """SHA-256 that changes with every change of a program or declaration at or below `places`.

    Raises:
        FileNotFoundError: a place is not there: a moved folder must not leave a cache that is believed for ever.
    """
    digest = hashlib.sha256()
    for path in programs(*places):
        digest.update(f"{path.relative_to(FOLDER.parent)}\n".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def programs(*places: Path) -> list[Path]:
    """The files that count, sorted."""
    found = set()
    for place in places:
        below = [path for path in place.rglob("*") if path.suffix in KINDS] if place.is_dir() else [place]
        if not below or not all(path.is_file() for path in below):
            raise FileNotFoundError(place)
        found |= set(below)
    return sorted(found)
