"""Finding an indicator by Chinese name, English name, code, pinyin or initials."""

from collections.abc import Iterable, Mapping
from typing import Any

from rapidfuzz import fuzz

from warehouse.spelling import syllables

FEWEST_FOR_GUESSING = 4
GOOD_GUESS = 78


def find(rows: Iterable[Mapping[str, Any]], text: str) -> list[str]:
    """Codes of the indicators `text` may mean, best first, in catalogue order among equals; all for an empty text."""
    wanted = " ".join(text.lower().split())
    ranked = []
    for position, row in enumerate(rows):
        closeness = 0.0 if not wanted else _closeness(row, wanted)
        if closeness is not None:
            ranked.append((closeness, position, row["indicator_code"]))
    return [code for _, _, code in sorted(ranked)]


def _closeness(row: Mapping[str, Any], wanted: str) -> float | None:
    label, english = row["label_zh"].lower(), (row["label_en"] or "").lower()
    code = row["indicator_code"].lower()
    tight = wanted.replace(" ", "")
    if tight in (label, code) or wanted == english:
        return 0
    if label.startswith(tight) or code.startswith(wanted.replace(" ", "_")) or english.startswith(wanted):
        return 1
    if tight in label or wanted.replace(" ", "_") in code or wanted in english:
        return 2
    if tight in (row["definition_zh"] or "").lower():
        return 4
    if not tight.isascii():
        return None
    spelled = syllables(label)
    if tight in "".join(spelled) or (len(tight) > 1 and tight in "".join(part[0] for part in spelled)):
        return 3
    if len(tight) < FEWEST_FOR_GUESSING:
        return None
    guess = max(fuzz.partial_ratio(tight, "".join(spelled)), fuzz.partial_ratio(wanted, english))
    return 6 - guess / 100 if guess >= GOOD_GUESS else None
