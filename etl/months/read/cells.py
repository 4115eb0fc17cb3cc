"""Cells as read: text, kind and place, nothing converted."""

from dataclasses import dataclass, field
from functools import cache
from typing import NamedTuple

ERRORS = {
    "Div0": "#DIV/0!",
    "NA": "#N/A",
    "Name": "#NAME?",
    "Null": "#NULL!",
    "Num": "#NUM!",
    "Ref": "#REF!",
    "Value": "#VALUE!",
    "GettingData": "#GETTING_DATA",
}
"""Error values by the name the readers give them."""


class Cell(NamedTuple):
    """One filled cell. kind: text, number, date, bool, error (#DIV/0!), formula (never worked out)."""

    text: str
    kind: str


SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
"""Raised digits keep their raised signs: 10² is not 102."""


@dataclass
class SheetCells:
    """One sheet: filled cells by (row, column) from 0, and what stands around them.

    merges are (first row, first column, last row, last column); None when the format does not tell.
    """

    name: str
    hidden: bool = False
    cells: dict[tuple[int, int], Cell] = field(default_factory=dict)
    merges: list[tuple[int, int, int, int]] | None = None
    date_1904: bool = False
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    struck: dict[tuple[int, int], str] = field(default_factory=dict)
    """Text that was crossed out, and so not read, by cell."""
    is_worksheet: bool = True


def address(row: int, column: int) -> str:
    """The address people read, e.g. (2, 2) → C3."""
    return f"{letters_of(column)}{row + 1}"


@cache
def letters_of(column: int) -> str:
    """The letters of a column, e.g. 2 → C."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
